"""Tasks and awards come and go one by one in the slot that shows them."""

from __future__ import annotations

import pytest

from tests.digest.corpus import read
from zoterodigest.core.values.record import Members
from zoterodigest.digest.write.edit import put_digest

QUOTED = """\
> **A Title**
> *CVPR 2025 {award}*, [arxiv](https://arxiv.org/abs/2504.18524)
> Task: {task}
"""
COLUMNS = """\
| Title | Task | Award |
|---|---|---|
| [A Title of a Paper](https://arxiv.org/abs/2504.18524) | {task} | {award} |
"""


@pytest.mark.parametrize("form", [QUOTED, COLUMNS], ids=["quoted", "columns"])
@pytest.mark.parametrize(
    ("before", "asked", "after"),
    [
        ("deblurring", ("deblurring", "denoising"), "deblurring; denoising"),
        ("refer, ground and reason", ("refer, ground and reason", "act"),
         "refer, ground and reason; act"),
        ("a; b; c", ("c", "a"), "a; c"),
        ("a；b", ("a", "b", "c"), "a；b；c"),
        ("a; b", ("c",), "c"),
        ("a &amp; b; c", ("c", "d", "a & b"), "a &amp; b; c; d"),
        ("", ("a", "b"), "a; b"),
    ],
)  # fmt: skip
def test_tasks_are_parted_by_semicolons(
    form: str, before: str, asked: tuple[str, ...], after: str
) -> None:
    whole = read(form.format(task=before, award="Oral").encode())

    edited = put_digest(whole, {0: {"task": Members(asked)}}, read)

    assert edited.refusals == ()
    assert edited.source.decode() == form.format(task=after, award="Oral")


@pytest.mark.parametrize("form", [QUOTED, COLUMNS], ids=["quoted", "columns"])
@pytest.mark.parametrize(
    ("before", "asked", "after"),
    [
        ("Oral", ("Oral", "Best Paper"), "Oral, Best Paper"),
        ("Oral, Best Paper", ("Best Paper",), "Best Paper"),
        ("Oral, Best Paper", ("Oral", "Best Paper", "Test of Time"),
         "Oral, Best Paper, Test of Time"),
    ],
)  # fmt: skip
def test_awards_are_parted_by_commas(
    form: str, before: str, asked: tuple[str, ...], after: str
) -> None:
    whole = read(form.format(task="x", award=before).encode())

    edited = put_digest(whole, {0: {"award": Members(asked)}}, read)

    assert edited.refusals == ()
    assert edited.source.decode() == form.format(task="x", award=after)


def test_a_task_that_holds_a_semicolon_is_not_taken_for_two() -> None:
    whole = read(QUOTED.format(task="x", award="Oral").encode())

    edited = put_digest(whole, {0: {"task": Members(("a; b",))}}, read)

    assert [refusal.field for refusal in edited.refusals] == ["task"]


TAGGED = """\
### A Title of a Paper

- **Authors:** Ada Wren, Bo Finch
- **Paper:** https://arxiv.org/abs/2504.18524
- **Tags:** {tags}
"""


@pytest.mark.parametrize(
    ("before", "asked", "after"),
    [
        ("[[owls]], [[night]]", ("owls", "night", "deep forest"),
         "[[owls]], [[night]], [[deep forest]]"),
        ("[[owls]], [[night]]", ("night",), "[[night]]"),
        ("[[owls]]", ("owls", "night"), "[[owls]], [[night]]"),
        ("[[owls]]", ("night",), "[[night]]"),
        ("`owls`, `night`", ("owls", "mice"), "`owls`, `mice`"),
        ("#owls, #night", ("owls", "mice", "deep forest"), "#owls, #mice, [[deep forest]]"),
    ],
)  # fmt: skip
def test_tags_come_in_the_signs_of_those_that_are_there(
    before: str, asked: tuple[str, ...], after: str
) -> None:
    whole = read(TAGGED.format(tags=before).encode())

    edited = put_digest(whole, {0: {"task": Members(asked)}}, read)

    assert edited.refusals == ()
    assert edited.source.decode() == TAGGED.format(tags=after)
