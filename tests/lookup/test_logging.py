"""What lookups tell a log: requests, answers of the cache and waits, never a key."""

from __future__ import annotations

import logging

import pytest

from tests.library.test_logging import everything, ours
from tests.lookup.answers import Paper, feed
from tests.lookup.site import Answer, Clock, Site, serving, status
from zoterodigest.lookup.arxiv import Arxiv
from zoterodigest.lookup.cache import Cache
from zoterodigest.lookup.service import Service, ServiceAddress

KEY = "aSecretKeyOfAPerson12345"


@pytest.fixture(autouse=True)
def all_levels(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


def asked(site: Site, *ids: str) -> None:
    with Cache(None) as cache:
        arxiv = Arxiv(cache, Clock().manners, place=ServiceAddress("arXiv", site.url, 3.0))
        arxiv.look_up(ids)
        arxiv.look_up(ids)
        arxiv.service.close()


def test_a_request_is_logged_with_its_host_and_an_answer_of_the_cache_as_such(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with serving(lambda _: Answer(feed([Paper("2103.00020").entry]))) as site:
        asked(site, "2103.00020")

    assert ours(caplog, logging.INFO) == [
        "The cache has 0 of 1 answers of arXiv",
        "Ask arXiv at 127.0.0.1 for /query",
        "The cache has 1 of 1 answers of arXiv",
    ]


def test_waits_and_retries_are_logged_with_their_reason(caplog: pytest.LogCaptureFixture) -> None:
    with serving(lambda _: Answer(feed([Paper("2103.00020").entry]))) as site:
        site.faults[1] = status(503, Retry_After="7")
        asked(site, "2103.00020")

    told = ours(caplog, logging.DEBUG)
    assert "arXiv: HTTP 503, 0 bytes" in told
    assert "Wait 7 s: arXiv is not ready (HTTP 503)" in told


def test_a_key_and_what_is_asked_are_in_no_record_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    with serving(lambda _: Answer(b"{}")) as site:
        place = ServiceAddress("Scholar", site.url, 0.0, {"x-api-key": KEY})
        with Service(place, Clock().manners) as service:
            service.ask("/paper/search", {"query": "a title of mine"})

    assert KEY not in everything(caplog)
    assert "a title of mine" not in " ".join(
        (*ours(caplog, logging.INFO), *ours(caplog, logging.DEBUG))
    )
