"""Undo of a run over an item that was edited here and lagged: it lags as before."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.made_once import made_once
from tests.sync.clones import pull_git, sync_zotero
from tests.sync.test_behind import SYNC
from tests.sync.test_undo import history, refuse, undone
from tests.sync.world import World, reports
from zoterodigest.core.plan.reports import Conflict
from zoterodigest.core.plan.run_options import Choices, End
from zoterodigest.project.files import CannotWrite
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options

ENTRY = """\
> **Mask R-CNN**
> *ICCV 2017*, [arxiv](https://arxiv.org/abs/1703.06870), [code](https://github.com/a/one)
> Task: detection; boxes
>
> - A mask for each box.
> - Two heads.
"""
PAPER = "Mask R-CNN"
Step = Callable[[World], None]


@pytest.fixture
def clones(tmp_path: Path) -> tuple[World, World]:
    """Two clones of a digest, each with a copy of one library, both in sync."""
    here, there = (World(tmp_path / name, ["notes.md"]) for name in ("here", "there"))

    def make() -> None:
        here.root.mkdir()
        here.markdown("notes.md", ENTRY)
        here.push(SYNC)
        shutil.copytree(here.root, there.root)

    made_once(tmp_path, make)
    return here, there


def sync_elsewhere(here: World, there: World, *edits: tuple[str, str]) -> None:
    """Sync edits of the digest in one clone; git brings them to the other."""
    here.edit("notes.md", *edits)
    here.push(SYNC)
    pull_git(here, there)


def text(world: World) -> str:
    return (world.root / "notes.md").read_text(encoding="utf-8")


def shown(world: World) -> tuple[object, ...]:
    """Return what both ends show."""
    return text(world), world.tags(PAPER), world.links(PAPER), world.note(PAPER)


def tasks(*names: str) -> Step:
    return lambda world: world.change(world.key(PAPER), tags=[{"tag": f"task:{n}"} for n in names])


def another_page(world: World) -> None:
    children = world.children(PAPER).items()
    (code,) = (key for key, one in children if one.get("title") == "code")
    world.change(code, title="page")


def another_bullet(world: World) -> None:
    world.change_note(PAPER, lambda html: html.replace("Two heads", "Three heads"))


MERGED: dict[str, tuple[tuple[str, str], Step, Iterable[str]]] = {
    "a tag": (("boxes", "masks"), tasks("detection", "people"), ("masks", "people")),
    "a tag that was removed": (("boxes", "masks"), tasks("detection"), ("detection; masks",)),
    "a web link": (("/one)", "/one), [x](https://x.org)"), another_page, ("https://x.org", "page")),
    "a note": (("A mask", "One mask"), another_bullet, ("One mask", "Three heads")),
}
"""The edit of the digest elsewhere, the edit in Zotero, and what the digest holds of both."""


@pytest.mark.parametrize("merged", MERGED)
@pytest.mark.parametrize("syncs", [1, 2])
@pytest.mark.parametrize("times", [1, 3], ids=["undo", "undo, redo, undo"])
def test_a_merge_over_an_item_that_lagged_is_undone_and_done_again(
    clones: tuple[World, World], merged: str, times: int, syncs: int
) -> None:
    here, there = clones
    edit, change, held = MERGED[merged]
    sync_elsewhere(here, there, edit)
    change(there)
    for _ in range(syncs):
        there.push(SYNC)
    done = shown(there)
    assert all(one in text(there) for one in held)

    for _ in range(times):
        assert undone(there, len(history(there).runs)).declined == ()
    there.push(SYNC)

    assert shown(there) == done
    assert there.prepare(SYNC).is_settled


def test_a_merge_over_an_item_that_lagged_is_done_again_after_a_kill_and_an_undo(
    clones: tuple[World, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = clones
    edit, change, held = MERGED["a tag"]
    sync_elsewhere(here, there, edit)
    change(there)
    refuse(monkeypatch, "zoterodigest.lock")
    with pytest.raises(CannotWrite):
        there.push(SYNC)
    monkeypatch.undo()

    undone(there)
    there.push(SYNC)

    assert all(one in text(there) for one in held)
    assert there.prepare(SYNC).is_settled


@pytest.mark.parametrize("end", [End.MARKDOWN, End.ZOTERO])
def test_undo_of_a_choice_over_an_item_that_lagged_leaves_the_conflict(
    clones: tuple[World, World], end: End
) -> None:
    here, there = clones
    sync_elsewhere(here, there, (PAPER, f"{PAPER} here"))
    there.change(there.key(PAPER), title=f"{PAPER} there")
    (conflict,) = reports(there.push(SYNC).prepared.plan, Conflict)
    assert isinstance(conflict, Conflict)
    choices = Choices({(conflict.row_id, "title"): end})
    there.push(Options(intent.Decide(choices), selection=lambda entry: True))

    undone(there)

    for _ in range(2):
        there.push(SYNC)
        assert f"{PAPER} here" in text(there)
        assert there.key(f"{PAPER} there")
        assert len(reports(there.plan(SYNC), Conflict)) == 1


@pytest.mark.parametrize("syncs", [1, 2])
@pytest.mark.parametrize("edit", [(PAPER, f"{PAPER} here"), ("A mask", "One mask")])
def test_undo_where_git_kept_an_older_digest_brings_no_older_text_to_the_library(
    clones: tuple[World, World], edit: tuple[str, str], syncs: int
) -> None:
    here, there = clones
    before = text(there)
    sync_elsewhere(here, there, edit)
    there.markdown("notes.md", before)
    sync_zotero(here, there)
    for _ in range(syncs):
        there.push(SYNC)
    assert edit[1] in text(there)

    undone(there)
    there.push(SYNC)

    assert edit[1] in text(there)
