"""An item that was restored after a merge: a run trashes it, and an undo restores it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sync.commands import Command, words
from tests.sync.digests import notes, quoted
from tests.sync.disturbing import kills
from tests.sync.test_undo import history, undone
from tests.sync.world import World
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options

SYNC = Options(intent.SYNC)
MASK, OTHER = "Mask R-CNN Revisited Again", "Restoring Images with Shifted Windows"
FIRST, SECOND = quoted(MASK, "1703.06870"), quoted(OTHER, "2401.00001")
MERGED = "it was merged into another item, and what it had is there"


def restored(root: Path) -> World:
    """Two papers in sync; the item of one was merged into that of the other, and restored since."""
    root.mkdir()
    world = World(root)
    world.markdown("notes.md", notes(FIRST, SECOND))
    world.push(SYNC)
    item = world.key(MASK)
    world.merge(world.key(OTHER), item)
    world.change(item, deleted=0)
    return world


def in_sync(root: Path) -> World:
    world = restored(root)
    world.push(SYNC)
    return world


def drop(world: World) -> None:
    world.configure('[[digest]]\npath = "notes.md"\nwhen_dropped = "trash"\n')
    world.markdown("notes.md", notes(SECOND))
    world.push(SYNC)


MAKE = pytest.mark.parametrize("make", [restored, in_sync])
TITLES = sorted([MASK, OTHER])


def titles(world: World) -> list[str]:
    return sorted(str(one["title"]) for one in world.items().values())


def newest(world: World) -> int:
    return history(world).runs[-1].number


@pytest.mark.parametrize("leave", [World.remove, drop], ids=["remove", "drop"])
@MAKE
def test_an_item_restored_after_a_merge_comes_back_with_the_undo_of_what_trashed_it(
    make: Callable[[Path], World], leave: Callable[[World], object], tmp_path: Path
) -> None:
    world = make(tmp_path / "world")
    leave(world)
    left = titles(world)
    assert MASK not in left

    for _ in range(2):
        assert undone(world, newest(world)).declined == ()
        assert titles(world) == TITLES
        assert undone(world, newest(world)).declined == ()
        assert titles(world) == left


@MAKE
def test_an_item_restored_after_a_merge_comes_back_after_a_killed_removal(
    make: Callable[[Path], World], tmp_path: Path
) -> None:
    world = make(tmp_path / "world")
    removing = Command(make, words("remove", "--yes"))
    before = newest(world)
    found = [one for one in kills(removing, world, tmp_path / "kills") if newest(one) > before]
    found = [one for one in found if MASK not in titles(one)]
    assert found
    for killed in found[::3]:
        assert undone(killed, newest(killed)).declined == ()
        assert titles(killed) == TITLES, killed.root.name


def test_an_item_restored_and_merged_again_since_a_removal_stays_in_the_trash(
    tmp_path: Path,
) -> None:
    world = in_sync(tmp_path / "world")
    item = world.key(MASK)
    world.remove()
    world.change(item, deleted=0)
    world.put_item("WNXTEM22", title="An Item of My Own")
    world.merge("WNXTEM22", item)

    done = undone(world)

    assert MASK not in titles(world)
    assert (MASK, MERGED) in {(one.title, one.reason) for one in done.declined}
