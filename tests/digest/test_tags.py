"""Tags in a table: categories of arXiv are categories, folded tags are read and written inside."""

from __future__ import annotations

import pytest

from tests.digest.corpus import read
from zoterodigest.core.values.record import EMPTY, Fields, Members
from zoterodigest.digest.write.edit import put_digest

TABLE = """\
| **Title** | **Date** | **Authors** | **Tags** |
| --- | --- | --- | --- |
| **[A Title of a Paper](https://arxiv.org/abs/2504.18524)** | 2025-04-25 | Ada Lovelace | {} |
"""
FOLDED = "<details><summary>cs.LO...</summary><p>cs.LO, cs.AI</p></details>"


def fields_of(tags: str) -> Fields:
    return read(TABLE.format(tags).encode()).entries[0].reading.fields


def edited(tags: str, **asked: Members) -> str:
    """The cell after an edit, as it stands in its row."""
    source = TABLE.format(tags)
    done = put_digest(read(source.encode()), {0: asked}, read)
    assert done.refusals == ()
    before, after = source.split(tags)[0], done.source.decode()
    assert after.startswith(before)
    return after.removeprefix(before).removesuffix(" |\n")


def test_folded_categories_are_categories_and_no_tasks() -> None:
    fields = fields_of(FOLDED)

    assert fields["categories"] == Members(("cs.LO", "cs.AI"))
    assert fields["task"] == EMPTY


def test_tags_and_categories_of_one_cell_are_told_apart() -> None:
    fields = fields_of("`logic`, `cs.LO`, hep-th, images")

    assert fields["categories"] == Members(("cs.LO", "hep-th"))
    assert fields["task"] == Members(("logic", "images"))


def test_an_edit_of_folded_categories_stays_inside_and_moves_the_short_form() -> None:
    added = edited(FOLDED, categories=Members(("cs.LO", "cs.AI", "cs.CV")))
    replaced = edited(FOLDED, categories=Members(("cs.CV",)))

    assert added == FOLDED.replace("cs.AI", "cs.AI, cs.CV")
    assert replaced == "<details><summary>cs.CV...</summary><p>cs.CV</p></details>"


def test_a_tag_added_to_folded_categories_leaves_them() -> None:
    assert edited(FOLDED, task=Members(("logic",))) == FOLDED.replace("cs.AI", "cs.AI, logic")


def test_tags_and_categories_that_change_together_are_written_together() -> None:
    after = edited("logic, cs.LO", task=Members(("proofs",)), categories=Members(("cs.AI",)))

    assert after == "cs.AI, proofs"


@pytest.mark.parametrize(
    "cell", ["<span>logic</span>, images", "<details><b>cs.LO</b></details>", "<kbd>a</kbd>"]
)
def test_tags_in_other_html_are_not_read_and_not_written(cell: str) -> None:
    source = TABLE.format(cell).encode()

    done = put_digest(read(source), {0: {"task": Members(("logic",))}}, read)

    assert {"task", "categories"}.isdisjoint(fields_of(cell))
    assert [refusal.field for refusal in done.refusals] == ["task"]
    assert done.source == source
