"""Hunks: what a text was can be had back, as long as their places have not changed."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zoterodigest.core.plan.reversal import hunks_between, turn_back

texts = st.lists(st.sampled_from(["", "a", "b", "c", "one", "two", "three"]), max_size=14)


@given(texts, texts)
@example(["a", "a"], ["a"])
@example(["", "a", ""], ["", ""])
def test_hunks_of_a_text_that_has_not_changed_give_it_back(
    before: list[str], after: list[str]
) -> None:
    reversal = turn_back(after, hunks_between(before, after))

    assert list(reversal.pieces) == before
    assert reversal.refused == ()


def test_what_moved_goes_back_as_a_whole_or_not_at_all() -> None:
    paper = ["**A paper that moved**", "It says this."]
    before = [*paper, "", "# Language", "", "**Another paper**", "# End"]
    after = ["# Language", "", "**Another paper**", "", *paper, "# End"]
    hunks = hunks_between(before, after)
    changed = [piece.replace("says", "means") for piece in after]
    overgrown = ["Something new.", *after[1:]]

    assert [turn_back(text, hunks).pieces for text in (changed, overgrown)] == [
        tuple(changed),
        tuple(overgrown),
    ]


def test_hunks_that_are_undone_already_change_nothing() -> None:
    before = ["a", "b", "c", "d"]

    reversal = turn_back(before, hunks_between(before, ["a", "B", "c", "d", "e"]))

    assert (list(reversal.pieces), reversal.refused) == (before, ())


@given(texts, texts)
@example(["x", "}", "", "gone", "}"], ["x", "}"])
@example(["<d>", "one", "</d>", "<d>", "two", "</d>"], ["<d>", "one", "</d>"])
def test_a_text_that_was_never_written_stays_as_it_is(before: list[str], after: list[str]) -> None:
    hunks = hunks_between(before, after)

    reversal = turn_back(before, hunks)

    assert (list(reversal.pieces), reversal.refused) == (before, ())


def test_changes_next_to_each_other_that_were_never_written_change_nothing() -> None:
    """What stands around the one as it was written has the other in it."""
    end = ["  archive = arXiv", "}"]
    before = ["@a{one,", "  doi = 10", "  eprint = 1", *end, "", "@a{two,", "  eprint = 2", *end]
    after = ["@a{one,", "  eprint = 1", end[0], "  note = 1", end[1], *before[5:]]

    reversal = turn_back(before, hunks_between(before, after))

    assert (list(reversal.pieces), reversal.refused) == (before, ())


def test_a_removal_that_was_never_written_adds_nothing_beside_an_edit() -> None:
    """The removal has nothing after it, and the line before it ends other entries too."""
    foo, bar = ["@a{foo,", "  year = 2020", "}", ""], ["@a{bar,", "  year = 2021", "}"]
    hunks = hunks_between([*foo, *bar], foo[:-1])
    edited = ["% mine", "", *foo, *bar]

    reversal = turn_back(edited, hunks)

    assert (list(reversal.pieces), reversal.refused) == (edited, ())


HEADINGS = ["# North", "", "**Old**", "", "# South"]
PAPER = ["**My paper, a title**", "its task and its link", ""]


def test_an_insertion_that_was_edited_is_refused_although_it_ends_like_what_is_above_it() -> None:
    """A blank line before a heading is there with it and without it."""
    hunks = hunks_between(HEADINGS, [*HEADINGS[:4], *PAPER, *HEADINGS[4:]])
    edited = [*HEADINGS[:4], "**My paper, another title**", *PAPER[1:], *HEADINGS[4:]]

    reversal = turn_back(edited, hunks)

    assert (list(reversal.pieces), len(reversal.refused)) == (edited, 1)


def test_a_removal_that_was_never_written_does_not_double_what_was_edited_since() -> None:
    hunks = hunks_between([*HEADINGS[:4], *PAPER, *HEADINGS[4:]], HEADINGS)
    edited = [*HEADINGS[:4], "**My paper, another title**", *PAPER[1:], *HEADINGS[4:]]

    reversal = turn_back(edited, hunks)

    assert list(reversal.pieces) == edited


def test_an_insertion_between_equal_lines_is_taken_out_beside_an_edit() -> None:
    one, two, three = (["<d>", name, f"about {name}", "</d>", ""] for name in ("1", "2", "3"))
    hunks = hunks_between([*one, *three], [*one, *two, *three])

    reversal = turn_back(["mine", *one, *two, *three], hunks)

    assert (list(reversal.pieces), reversal.refused) == (["mine", *one, *three], ())


def test_an_edit_elsewhere_stays() -> None:
    hunks = hunks_between(["a", "b", "c", "d", "e", "f"], ["a", "B", "c", "d", "e", "f"])

    reversal = turn_back(["new", "a", "B", "c", "d", "e", "F"], hunks)

    assert reversal.pieces == ("new", "a", "b", "c", "d", "e", "F")


def test_an_edit_of_the_next_line_stays() -> None:
    hunks = hunks_between(["a", "b", "c", "d"], ["a", "B", "c", "d"])

    reversal = turn_back(["a", "B", "C", "d"], hunks)

    assert reversal.pieces == ("a", "b", "C", "d")


def test_a_line_edited_since_is_refused() -> None:
    hunks = hunks_between(["a", "b", "c", "x", "d"], ["a", "B", "c", "X", "d"])

    reversal = turn_back(["a", "B later", "c", "X", "d"], hunks)

    assert reversal.pieces == ("a", "B later", "c", "x", "d")
    assert [hunk.after for hunk in reversal.refused] == [("B",)]


def test_a_line_that_stands_twice_elsewhere_is_refused() -> None:
    hunks = hunks_between(["p", "q", "old", "r"], ["p", "q", "new", "r"])

    reversal = turn_back(["new", "s", "t", "new", "u", "v"], hunks)

    assert reversal.pieces == ("new", "s", "t", "new", "u", "v")
    assert len(reversal.refused) == 1


def test_lines_taken_out_come_back_where_their_neighbours_stand() -> None:
    hunks = hunks_between(["a", "gone", "b", "c"], ["a", "b", "c"])

    assert turn_back(["x", "y", "a", "b", "c"], hunks).pieces == ("x", "y", "a", "gone", "b", "c")
    assert len(turn_back(["a", "between", "b", "c"], hunks).refused) == 1


def test_a_long_text_of_equal_lines_is_compared_at_once() -> None:
    before = [line for number in range(20_000) for line in (f"row {number}", "")]
    after = ["first", *before[1:-2], "last", ""]

    hunks = hunks_between(before, after)

    assert [hunk.after for hunk in hunks] == [("first",), ("last",)]


MOVED_IN_DIGEST = (
    "Read.\n\n# North\n\nAnother paper\nits words\n\n# South\n\nMy paper, a title\nits task\nold",
    "Read.\n\nMy paper, a title\nits task\nnew\n\n# North\n\nAnother paper\nits words\n\n# South",
)
MOVED_IN_BIB = (
    "% North\n\n@a{one,\n  title = {One}\n}\n\n@a{two,\n  title = {Two}\n}\n\n"
    "@a{mine,\n  note = {its task},\n  year = 2024\n}\n",
    "% North\n\n@a{mine,\n  note = {its task},\n  year = 2025\n}\n\n"
    "@a{one,\n  title = {One}\n}\n\n@a{two,\n  title = {Two}\n}\n",
)


@pytest.mark.parametrize(
    ("moved", "line", "edited"),
    [
        (MOVED_IN_DIGEST, "its task", "another task"),
        (MOVED_IN_BIB, "its task", "another task"),
    ],
)
def test_an_entry_that_was_moved_and_changed_does_not_stand_twice_beside_an_edit(
    moved: tuple[str, str], line: str, edited: str
) -> None:
    before, after = moved
    now = after.replace(line, edited).split("\n")

    reversal = turn_back(now, hunks_between(before.split("\n"), after.split("\n")))

    assert list(reversal.pieces) == now
    assert len(reversal.refused) == 2


@pytest.mark.parametrize(
    ("moved", "line", "edited"),
    [
        (MOVED_IN_DIGEST, "# North", "Something I wrote.\n\n# North"),
        (MOVED_IN_BIB, "@a{one", "% something I wrote\n\n@a{one"),
    ],
)
def test_an_entry_that_was_moved_goes_back_from_beside_what_was_written_next_to_it(
    moved: tuple[str, str], line: str, edited: str
) -> None:
    before, after = moved
    now = after.replace(line, edited).split("\n")

    reversal = turn_back(now, hunks_between(before.split("\n"), after.split("\n")))

    assert "\n".join(reversal.pieces) == before.replace(line, edited)
    assert reversal.refused == ()


def test_an_entry_that_was_put_in_goes_from_beside_what_was_written_next_to_it() -> None:
    hunks = hunks_between(HEADINGS, [*HEADINGS[:4], *PAPER, *HEADINGS[4:]])
    mine = ["Something I wrote.", ""]

    reversal = turn_back([*HEADINGS[:4], *PAPER, *mine, *HEADINGS[4:]], hunks)

    assert list(reversal.pieces) == [*HEADINGS[:4], *mine, *HEADINGS[4:]]


def test_an_entry_that_was_taken_out_comes_back_beside_an_edit_of_the_one_above() -> None:
    hunks = hunks_between([*HEADINGS[:4], *PAPER, *HEADINGS[4:]], HEADINGS)
    edited = [*HEADINGS[:2], "**Old, edited**", *HEADINGS[3:]]

    reversal = turn_back(edited, hunks)

    assert list(reversal.pieces) == [*edited[:4], *PAPER, *edited[4:]]
