"""New entries find the item that is their work, or a person is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.core.world import an_entry, an_item, raws_of
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.record import Blocks, ChildNote, Entry, Item
from zoterodigest.core.works.catalogue import (
    Adopt,
    Ambiguous,
    Catalogue,
    Match,
    OnlyTrashed,
    Unknown,
    library_catalogue,
)
from zoterodigest.core.works.pairing import assign_notes
from zoterodigest.core.works.work import work_of

TITLE = "On the Matching of Papers"


def found(entry: Entry, *items: Item, linked: Sequence[str] = ()) -> Match:
    return library_catalogue(items, frozenset(linked)).find(work_of(entry))


def test_identifier_adopts_whatever_the_title() -> None:
    assert found(an_entry(arxiv="1", title="x"), an_item("A", arxiv="1", title="y")) == Adopt("A")


def test_item_with_only_a_doi_is_adopted_by_title_and_first_author() -> None:
    item = an_item("A", doi="10.1/x", title=TITLE.upper(), authors=("A. Lovelace", "B. Other"))

    same = an_entry(arxiv="1", title=TITLE, authors=("Ada Lovelace",))
    other = an_entry(arxiv="1", title=TITLE, authors=("Grace Hopper",))

    assert found(same, item) == Adopt("A")
    assert found(other, item) == Unknown()


def test_two_identifiers_of_one_scheme_do_not_match_by_title() -> None:
    item = an_item("A", arxiv="2", title=TITLE)

    assert found(an_entry(arxiv="1", title=TITLE), item) == Unknown()


def test_shared_and_contradicting_identifiers_are_ambiguous() -> None:
    item = an_item("A", arxiv="1", doi="10.1/x")
    entry = an_entry(arxiv="1", ids=[Identifier("doi", "10.1/y")], title=TITLE)

    assert found(entry, item) == Ambiguous(("A",))


@pytest.mark.parametrize(
    ("title", "match"),
    [
        ("Attention Is All You Need", Adopt("A")),
        ("Adam", Ambiguous(("A",))),
        ("用于图像生成的扩散模型", Adopt("A")),
    ],
)
def test_without_authors_only_a_telling_title_adopts(title: str, match: Match) -> None:
    assert found(an_entry(title=title), an_item("A", title=title)) == match


def test_account_names_are_no_authors() -> None:
    item = an_item("A", title=TITLE, authors=("Ada Lovelace",))

    assert found(an_entry(title=TITLE, authors=("adal1815",)), item) == Adopt("A")


def test_doubles_are_ambiguous_unless_one_is_linked() -> None:
    items = an_item("A", arxiv="1"), an_item("B", arxiv="1")
    entry = an_entry(arxiv="1", title=TITLE)

    assert found(entry, *items) == Ambiguous(("A", "B"))
    assert found(entry, *items, linked=["B"]) == Adopt("B")
    assert found(entry, *items, linked=["A", "B"]) == Ambiguous(("A", "B"))


def test_an_item_that_was_merged_is_found_as_the_one_at_the_end_of_all_merges() -> None:
    first = an_item("A", arxiv="1", is_trashed=True)
    second = replace(an_item("B", is_trashed=True), replaces=frozenset("A"))
    third = replace(an_item("C", is_trashed=True), replaces=frozenset("B"))
    last = replace(an_item("D", title=TITLE), replaces=frozenset("C"))

    assert found(an_entry(arxiv="1"), first, second, third, last) == Adopt("D")
    # Items that replace each other are followed once around.
    circle = replace(first, replaces=frozenset("C"))
    assert found(an_entry(arxiv="1"), circle, second, third) == OnlyTrashed("A")


def test_live_items_come_before_trashed_ones() -> None:
    trashed = an_item("A", arxiv="1", is_trashed=True)
    live = an_item("B", doi="10.1/x", title=TITLE)
    entry = an_entry(arxiv="1", title=TITLE)

    assert found(entry, trashed) == OnlyTrashed("A")
    assert found(entry, trashed, live) == Adopt("B")


def test_page_alone_is_no_identity_but_settles_a_short_title() -> None:
    page = Identifier("url", "https://example.org/adam")
    catalogue = Catalogue()
    catalogue.add("A", work_of(an_entry(ids=[page], title="Adam")))

    assert catalogue.find(work_of(an_entry(ids=[page], title="Adam"))) == Adopt("A")
    assert catalogue.find(work_of(an_entry(ids=[page], title="Eve"))) == Unknown()


def test_notes_go_to_the_entry_with_the_most_equal_blocks_then_by_order() -> None:
    notes = [a_note("- c"), a_note("- a", "- b")]
    entries = [(0, an_entry(summary=("- a", "- x"))), (1, an_entry(summary=("- new",)))]

    assert assign_notes(entries, notes, ["r0", "r1"]) == {0: "r1", 1: "r0"}


def test_entry_without_summary_takes_no_note() -> None:
    assert assign_notes([(0, an_entry(title=TITLE))], [a_note("- a")], ["r0"]) == {}


def a_note(*texts: str) -> ChildNote:
    fields = {"summary": Blocks(texts)}
    return ChildNote("N", 1, fields, raws_of(fields))
