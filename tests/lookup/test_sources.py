"""The sources of a run: which are asked, where, and who sees a key."""

from __future__ import annotations

from zoterodigest.lookup.cache import Cache
from zoterodigest.lookup.service import Manners
from zoterodigest.lookup.sources import Addresses, Sources
from zoterodigest.lookup.work import Source

KEY = "a-key-of-semantic-scholar"


def sources(**addresses: str) -> Sources:
    return Sources(Addresses(**addresses), Cache(None), Manners())


def test_every_source_is_asked_at_its_own_address_unless_another_is_given() -> None:
    with sources(dblp="https://dblp.example") as opened:
        assert [service.place.url for service in opened.services] == [
            "https://export.arxiv.org/api",
            "https://dblp.example",
            "https://api.crossref.org",
            "https://api.semanticscholar.org/graph/v1",
        ]


def test_a_source_whose_address_is_empty_is_left_out() -> None:
    with sources(arxiv="", crossref="") as opened:
        assert opened.arxiv is None
        assert list(opened.indexes) == [Source.DBLP, Source.SEMANTIC_SCHOLAR]


def test_a_key_goes_to_the_service_it_is_for_and_nowhere_else() -> None:
    with sources(key=KEY) as own, sources(key=KEY, semantic_scholar="https://x.example") as other:
        headers = [
            [KEY in service.place.headers.values() for service in opened.services]
            for opened in (own, other)
        ]
    assert headers == [[False, False, False, True], [False] * 4]


def test_a_service_on_this_machine_is_not_waited_for() -> None:
    with sources(arxiv="http://127.0.0.1:1/api") as opened:
        assert [service.place.pause for service in opened.services] == [0.0, 2.0, 1.0, 1.1]
