"""Edits of one item at two entries, of which one is taken back, or taken back and done again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sync.test_behind import SYNC
from tests.sync.test_behind_links import ENTRY, TABLE, TITLE, row_of, two_clones
from tests.sync.test_undo import history, undone
from tests.sync.world import reports
from zoterodigest.core.plan.reports import Conflict


@pytest.mark.parametrize(("disputed", "other"), [("notes.md", "more.md"), ("more.md", "notes.md")])
def test_an_edit_in_conflict_reaches_the_item_once_another_entry_takes_the_other_edit_back(
    disputed: str, other: str, tmp_path: Path
) -> None:
    """In the run that takes it back, in whatever order the two stand: a second run is settled."""
    world, _ = two_clones(tmp_path, ENTRY)
    world.change(world.key("Mask R-CNN"), title="Mask R-CNN there")
    world.edit(disputed, (TITLE, f"{TITLE} here"))
    world.push(SYNC)
    world.edit(other, (f"{TITLE} there", TITLE))

    world.push(SYNC)

    assert world.key("Mask R-CNN here")
    assert world.prepare(SYNC).is_settled
    (conflict,) = reports(world.plan(SYNC), Conflict)
    assert isinstance(conflict, Conflict)
    assert conflict.row_id == row_of(world, other)
    assert TITLE + "**" in (world.root / other).read_text("utf-8")


@pytest.mark.parametrize(("edited", "other"), [("notes.md", "more.md"), ("more.md", "refs.bib")])
def test_a_redo_brings_an_edit_into_conflict_with_one_that_came_after_the_undo(
    edited: str, other: str, tmp_path: Path
) -> None:
    world, _ = two_clones(tmp_path, ENTRY)
    world.edit(edited, (TITLE, f"{TITLE} here"))
    world.push(SYNC)
    undone(world)
    titles = {"more.md": TITLE, "refs.bib": "  title = {Mask {R-CNN}"}
    world.edit(other, (titles[other], f"{titles[other]} there"))

    undone(world, history(world).runs[-1].number)

    for _ in range(2):
        world.push(SYNC)
        assert world.key("Mask R-CNN here")
        assert "there" in (world.root / other).read_text("utf-8")
        assert world.prepare(SYNC).is_settled
        (conflict,) = reports(world.plan(SYNC), Conflict)
        assert isinstance(conflict, Conflict)
        assert conflict.row_id == row_of(world, other)


@pytest.mark.parametrize("date", ["2018", "2017-2018"])
def test_an_edit_that_a_redo_brings_back_reaches_a_row_edited_since_by_the_next_sync(
    date: str, tmp_path: Path
) -> None:
    world, _ = two_clones(tmp_path, ENTRY, "table.md", TABLE)
    world.edit("notes.md", (TITLE, f"{TITLE} here"))
    world.push(SYNC)
    undone(world)
    world.edit("table.md", ("2017 |", f"{date} |"))

    undone(world, history(world).runs[-1].number)
    world.push(SYNC)

    assert world.key("Mask R-CNN here")
    for name in ("notes.md", "table.md"):
        assert "Mask R-CNN here" in (world.root / name).read_text("utf-8")
    assert f"| {date} |" in (world.root / "table.md").read_text("utf-8")
    assert world.prepare(SYNC).is_settled
    assert not reports(world.plan(SYNC), Conflict)
