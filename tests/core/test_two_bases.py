"""The two ends of a link may have had different values at last: what merges then, and what not."""

from __future__ import annotations

from zoterodigest.core.links.link import Base, print_of
from zoterodigest.core.links.merge import Clash, FieldEnds, Propagated, merge_result
from zoterodigest.core.links.view import Folding
from zoterodigest.core.values.record import Blocks, Members

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
