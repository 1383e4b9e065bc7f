"""What an item's JSON says is read once, from every place where people and programs put it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoterodigest.bibtex.facts.rules import bib_rules
from zoterodigest.core.values.identity import Identifier
from zoterodigest.library.item_json import ItemJson
from zoterodigest.library.records.items import item_changes
from zoterodigest.library.records.reading import read_item
from zoterodigest.library.records.works import read_work
from zoterodigest.library.records.zotero import ZoteroMapping

ZOTERO = ZoteroMapping()

HOMES = [
    {"archiveID": "arXiv:1706.03762"},
    {"extra": "arXiv: 1706.03762 [cs.CL]"},
    {"archive": "arXiv", "archiveLocation": "1706.03762"},
    {"DOI": "10.48550/arXiv.1706.03762"},
    {"url": "https://arxiv.org/pdf/1706.03762v5"},
    {"publicationTitle": "arXiv:1706.03762 [cs]"},
]
MENTIONS = [
    {"archiveID": "1706.03762"},
    {"archiveLocation": "arXiv:1706.03762"},
    {"publicationTitle": "arXiv preprint arXiv:1706.03762"},
    {"proceedingsTitle": "CoRR, arXiv:1706.03762"},
    {"reportNumber": "arXiv:1706.03762"},
    {"number": "arXiv:1706.03762 [cs]"},
    {"publicationTitle": "CoRR", "volume": "abs/1706.03762"},
    {"extra": "Citation Key: a\narXiv: 1706.03762, version of June"},
    {"url": "https://proxy.example.org/login?url=https://arxiv.org/abs/1706.03762"},
]


@pytest.mark.parametrize("data", [*HOMES, *MENTIONS])
def test_sync_and_export_read_an_arxiv_id_from_the_same_places(data: dict[str, str]) -> None:
    item = {"itemType": "journalArticle", **data}

    assert Identifier("arxiv", "1706.03762") in ItemJson(item).identifiers
    assert read_work(item, bib_rules()).arxiv == "1706.03762"


@pytest.mark.parametrize("data", MENTIONS)
def test_an_id_that_is_only_mentioned_is_no_field_so_that_it_can_be_filled_in(
    data: dict[str, str],
) -> None:
    item = {"itemType": "journalArticle", **data}

    fields = read_item(item, ZOTERO)[0]
    filled = item | item_changes(item, {"arxiv": "1706.03762"}, ZOTERO)

    assert not isinstance(fields["arxiv"], str)
    assert read_item(filled, ZOTERO)[0]["arxiv"] == "1706.03762"


def test_the_class_of_arxiv_is_read_wherever_it_is_beside_the_id() -> None:
    item = ItemJson({"archiveID": "arXiv:1706.03762", "extra": "arXiv: 1706.03762 [cs.CL]"})

    assert item.arxiv == ("1706.03762", "cs.CL")


def test_comments_and_other_numbers_name_no_work() -> None:
    item = ItemJson(
        {
            "extra": "Comment: extends arXiv:1706.03762",
            "number": "1706.03762",
            "publicationTitle": "Journal 1706.03762",
        }
    )

    assert item.identifiers == frozenset()


def test_a_citation_key_of_its_own_field_goes_before_one_in_extra() -> None:
    item = ItemJson({"citationKey": "", "extra": "x\nCitation Key: vaswani2017"})

    assert item.stated_citekey == "vaswani2017"
    assert ItemJson({**item.data, "citationKey": "own"}).stated_citekey == "own"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
PROPERTIES = (
    *("itemType", "title", "creators", "tags", "collections", "relations", "parentItem", "extra"),
    *("DOI", "url", "archiveID", "date", "citationKey", "note"),
)


@given(st.dictionaries(st.sampled_from(PROPERTIES), JSON, max_size=5))
def test_foreign_json_says_nothing_where_it_has_another_type(data: dict[str, Any]) -> None:
    item = ItemJson(data)

    assert (item.tags, item.creators, item.identifiers, item.relations, item.replaced) is not None
    assert "None" not in (item.title, item.note, item.parent, item.key)
    read_work(data, bib_rules())
    read_item(data, ZOTERO)
