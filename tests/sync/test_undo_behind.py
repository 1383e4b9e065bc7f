"""A library that lags behind the lock file: what a run is taken back or killed undoes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.made_once import made_once
from tests.sync.clones import cloned, pull_git
from tests.sync.test_behind import DIGEST, text
from tests.sync.test_structure import SYNC
from tests.sync.test_undo import history, refuse, undone
from tests.sync.world import World, actions, reports
from zoterodigest.core.links.link import Base
from zoterodigest.core.plan.reports import AwaitedItem, Conflict, Waiting
from zoterodigest.core.plan.run_options import Choices, End
from zoterodigest.library.port import LibraryItem
from zoterodigest.project.files import CannotWrite
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options

THIRD = """
> **A Third Paper of Note**
> *NeurIPS 2017*, [arxiv](https://arxiv.org/abs/1901.00001)
>
> - Third.
"""
Step = Callable[[World], object]


@pytest.fixture
def clones(tmp_path: Path) -> tuple[World, World]:
    """Two clones, each with a copy of one library, that have seen it as it is.

    The person adopted an item for the second paper.
    """
    here, there = (World(tmp_path / name, ["notes.md"]) for name in ("here", "there"))

    def make() -> None:
        here.root.mkdir()
        here.put(
            LibraryItem("ATTN2222", 0, {
                "itemType": "preprint", "title": "Attention Is All You Need",
                "url": "https://arxiv.org/abs/1706.03762", "extra": "arXiv: 1706.03762"}),
        )  # fmt: skip
        here.markdown("notes.md", DIGEST)
        here.push(SYNC)
        assert cloned(here) == there
        there.push(SYNC)

    made_once(tmp_path, make)
    return here, there


def edit_other_field(world: World) -> None:
    """Make an edit of a field that does not wait, and sync it."""
    world.edit("notes.md", ("Two heads.", "Three heads."), ("No recurrence.", "No recursion."))
    world.push(SYNC)


RUNS = {
    "sync": edit_other_field,
    "remove": World.remove,
    "unlink": World.unlink,
}


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS.keys())
@pytest.mark.parametrize("times", [1, 3], ids=["undo", "undo, redo, undo"])
def test_an_undo_where_the_library_lags_undoes_no_edit_of_another_machine(
    clones: tuple[World, World], run: Step, times: int
) -> None:
    here, there = clones
    titles = ("Mask R-CNN", "Attention Is All You Need")
    for title in titles:
        here.change(here.key(title), title=f"{title}, revised")
    here.push(SYNC)
    pull_git(here, there)
    run(there)

    for _ in range(times):
        assert undone(there, len(history(there).runs)).declined == ()

    for _ in range(2):
        there.push(SYNC)
        assert all(f"{title}, revised" in text(there) for title in titles)
        assert len(reports(there.plan(SYNC), Waiting)) == 2


def test_an_undo_does_not_take_an_item_for_lost_that_has_not_arrived(
    clones: tuple[World, World],
) -> None:
    here, there = clones
    here.markdown("notes.md", DIGEST + THIRD)
    here.push(SYNC)
    pull_git(here, there)
    there.remove()

    undone(there)

    plan = there.push(SYNC).prepared.plan
    assert actions(plan) == {}
    assert len(reports(plan, AwaitedItem)) == 1


def test_undo_of_a_choice_leaves_the_field_waiting_as_before(clones: tuple[World, World]) -> None:
    here, there = clones
    here.edit("notes.md", ("Mask R-CNN", "Mask R-CNN here"))
    here.push(SYNC)
    pull_git(here, there)
    (waiting,) = (one for one in there.plan(SYNC).reports if isinstance(one, Waiting))
    choices = Choices({(waiting.row_id, "title"): End.MARKDOWN})
    there.push(Options(intent.Decide(choices), selection=lambda entry: True))

    undone(there)

    assert there.key("Mask R-CNN")
    plan = there.push(SYNC).prepared.plan
    assert "Mask R-CNN here" in text(there)
    assert len(reports(plan, Waiting)) == 1


def test_a_killed_sync_where_the_library_lags_undoes_no_edit_of_another_machine(
    clones: tuple[World, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = clones
    here.change(here.key("Mask R-CNN"), title="Mask R-CNN, revised")
    here.push(SYNC)
    pull_git(here, there)
    refuse(monkeypatch, "zoterodigest.lock")
    with pytest.raises(CannotWrite):
        edit_other_field(there)
    monkeypatch.undo()

    for _ in range(2):
        there.push(SYNC)
        assert "Mask R-CNN, revised" in text(there)
        assert len(reports(there.plan(SYNC), Waiting)) == 1


def test_undo_of_a_choice_against_an_edit_leaves_the_edit_pending(
    clones: tuple[World, World],
) -> None:
    here, _ = clones
    here.edit("notes.md", ("Mask R-CNN", "Mask R-CNN here"))
    here.push(SYNC)
    here.change(here.key("Mask R-CNN here"), title="Mask R-CNN, revised")
    (link,) = (one for one in here.plan(SYNC).links if "Mask R-CNN" in one.entry.raws["title"])
    choices = Choices({(link.row.id, "title"): End.MARKDOWN})
    here.push(Options(intent.Decide(choices), selection=lambda entry: True))
    assert here.key("Mask R-CNN here")

    undone(here)
    here.push(SYNC)

    assert "Mask R-CNN, revised" in text(here)


def test_a_library_that_is_restored_from_a_backup_after_an_undo_undoes_no_edit(
    clones: tuple[World, World], tmp_path: Path
) -> None:
    here, _ = clones
    library = here.root / ".zoterodigest" / "library.sqlite"
    shutil.copy(library, tmp_path / "backup")
    here.edit("notes.md", ("Mask R-CNN", "Mask R-CNN, revised"))
    here.push(SYNC)
    edit_other_field(here)
    undone(here)
    shutil.copy(tmp_path / "backup", library)

    here.push(SYNC)

    assert "Mask R-CNN, revised" in text(here)


def test_a_conflict_over_an_item_that_lagged_keeps_the_base_of_the_other_machine(
    clones: tuple[World, World],
) -> None:
    here, there = clones
    here.edit("notes.md", ("Mask R-CNN", "Mask R-CNN here"))
    here.push(SYNC)
    pull_git(here, there)
    there.change(there.key("Mask R-CNN"), title="Mask R-CNN there")
    before = title_base(there)

    edit_other_field(there)
    assert title_base(there) == before
    undone(there)

    for _ in range(2):
        there.push(SYNC)
        assert "Mask R-CNN here" in text(there)
        assert there.key("Mask R-CNN there")
        assert len(reports(there.plan(SYNC), Conflict)) == 1


def title_base(world: World) -> Base:
    """Return what the lock file holds of the title of the first paper."""
    (row,) = (one.row for one in world.plan(SYNC).links if one.index == 0)
    return row.bases["title"]
