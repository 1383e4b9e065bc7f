"""An edit of blocks in steps: all of them are the edit, and what moves a block is one of them."""

from __future__ import annotations

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from zoterodigest.digest.write.block_steps import steps_between, with_steps
from zoterodigest.digest.write.shown import plain_blocks

TEXTS = st.lists(st.sampled_from(["one two", "one three", "four", "five six", "#### Seven"]))


@given(TEXTS, TEXTS)
def test_all_steps_together_are_the_edit(old: list[str], new: list[str]) -> None:
    steps = steps_between(old, new, plain_blocks)

    assert with_steps(old, chain.from_iterable(steps)) == tuple(new)


def test_a_block_that_moves_is_taken_out_and_put_in_by_one_step() -> None:
    steps = steps_between(["a", "b", "c"], ["b", "c", "a", "new"], plain_blocks)

    assert len(steps) == 1
    assert with_steps(["a", "b", "c"], steps[0]) == ("b", "c", "a", "new")


def test_a_heading_is_put_in_with_the_new_text_below_it_and_without_an_edit_of_the_next() -> None:
    old = ["Paragraph 1 of my thoughts.", "Paragraph 2 of my thoughts."]
    new = [old[0], "#### Abstract", "Typed below it.", "Paragraph 2 of your thoughts."]

    steps = steps_between(old, new, plain_blocks)

    assert [with_steps(old, step) for step in steps] == [(*new[:3], old[1]), (old[0], new[3])]
