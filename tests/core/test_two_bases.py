"""The two ends of a link may have had different values at last: what merges then, and what not."""

from __future__ import annotations

from zoterodigest.core.links.bases import refreshed
from zoterodigest.core.links.link import Base, print_of
from zoterodigest.core.links.merge import (
    Agreed,
    Clash,
    Diverged,
    FieldEnds,
    Propagated,
    Side,
    merge_result,
)
from zoterodigest.core.links.view import Folding
from zoterodigest.core.values.record import EMPTY, NOTE, Blocks, Hyperlink, Members, WebLinks

ENDS = FieldEnds(
    "summary", Blocks(("One", "Two, edited")), Blocks(("One, edited", "Two")), "entry", "item"
)
THEN, ELSE = (print_of("then", Blocks(blocks)) for blocks in (("One", "Two"), ("One",)))


def test_edits_of_two_blocks_merge_over_one_base() -> None:
    merged = Blocks(("One, edited", "Two, edited"))

    result = merge_result(ENDS, Base(THEN, THEN), Folding(), was_apart=False)

    assert result == Propagated(merged, merged)


def test_edits_of_two_blocks_over_two_bases_are_a_conflict() -> None:
    result = merge_result(ENDS, Base(THEN, ELSE), Folding(), was_apart=False)

    assert result == Clash()


def test_a_member_that_came_at_the_entry_stays_although_the_item_had_it_and_lost_it() -> None:
    ends = FieldEnds("task", Members(("a", "b")), Members(("a",)), "a; b", "a")
    base = Base(print_of("a", Members(("a",))), print_of("a; b", Members(("a", "b"))))

    result = merge_result(ends, base, Folding(), was_apart=False)

    assert result == Propagated(None, Members(("a", "b")))


def test_a_member_that_came_at_the_item_stays_although_the_entry_had_it_and_lost_it() -> None:
    ends = FieldEnds("task", Members(("a",)), Members(("a", "b")), "a", "a; b")
    base = Base(print_of("a; b", Members(("a", "b"))), print_of("a", Members(("a",))))

    result = merge_result(ends, base, Folding(), was_apart=False)

    assert result == Propagated(Members(("a", "b")), None)


def test_a_link_that_came_at_both_ends_is_no_conflict_about_its_label() -> None:
    links = WebLinks((Hyperlink("Code", "https://github.com/a/b"),))
    ends = FieldEnds("links", links, links, "entry", "item")
    nothing = print_of("", WebLinks(()))

    result = merge_result(ends, Base(nothing, nothing), Folding(), was_apart=False)

    assert result == Agreed()


def test_ends_that_a_new_reading_parts_keep_the_base_on_which_they_agreed() -> None:
    """With a base of two values an edit of one block and one of another would be a conflict."""
    base = Base(*(print_of(raw, Blocks(("One", "Two"))) for raw in ("entry", "item")))
    entry = Side({"summary": Blocks(("One", "Two read anew"))}, {"summary": "entry"})
    item = Side({"summary": Blocks(("One", "Two"))}, {"summary": "item"})

    bases = refreshed({"summary": base}, {"summary": base}, entry, item, folding=Folding())

    assert bases == {"summary": base}


def test_a_preprint_server_beside_a_venue_that_was_cleared_stays_diverged() -> None:
    """Else the venue would go over it if somebody writes it into the item again."""
    folding = Folding(is_server=lambda text: text == "arXiv")
    ends = FieldEnds("venue", "arXiv", EMPTY, "arXiv", "")

    assert merge_result(ends, None, folding, was_apart=True) == Diverged()
    assert merge_result(ends, None, folding, was_apart=False) == Agreed()


def test_a_note_that_diverged_stays_so_where_the_entry_lost_its_text() -> None:
    ends = FieldEnds(f"{NOTE}KEY", EMPTY, Blocks(("Mine",)), "", "Mine")

    assert merge_result(ends, None, Folding(), was_apart=True) == Diverged()
    assert merge_result(ends, None, Folding(), was_apart=False) == Propagated(to_entry=ends.item)
