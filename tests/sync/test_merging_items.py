"""Merging two items by the tool, where something goes wrong: the same command completes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sync.digests import notes, quoted
from tests.sync.trouble import silent, troubled
from tests.sync.world import World, reports
from zoterodigest.core.plan.reports import MissingNote
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.items.merging_items import merge_items, prepare_merge
from zoterodigest.sync.run.run import Options

SYNC = Options(intent.SYNC)
TITLE = "Restoring Images with Shifted Windows"
DIGEST = notes(quoted(TITLE, "2401.00001", links=["[code](https://github.com/lab/swin)"]))
OWN = "KEEPKEEP"


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A digest in sync, and an item of the person's own of the same paper."""
    world = World(tmp_path)
    world.markdown("notes.md", DIGEST)
    world.first_push(SYNC)
    return world


def doubled(world: World) -> str:
    """Put an item of the person's own of the same paper in the library; return the tool's key."""
    key = world.key(TITLE)
    world.put_item(OWN, title=TITLE, shortTitle="Swin")
    return key


def merged(world: World, other: str) -> None:
    done = merge_items(prepare_merge(world.workspace(), OWN, other), silent)
    assert done.failed == {}


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("is_synced_between", [False, True])
def test_a_merge_that_was_killed_is_completed_by_the_same_command(
    world: World, number: int, is_synced_between: bool
) -> None:
    other = doubled(world)

    def kill(now: int) -> None:
        if now == number:
            raise Killed

    with pytest.raises(Killed):
        merge_items(prepare_merge(troubled(world, before=kill), OWN, other), silent)
    if is_synced_between:
        world.edit("notes.md", ("It is fast.", "It is very fast."))
        world.push(SYNC)
    merged(world, other)

    world.push(SYNC)

    assert world.keys_by_title() == {TITLE: OWN}
    assert len([one for one in world.children(TITLE).values() if "note" in one]) == 1
    assert world.links(TITLE) == {"code": "https://github.com/lab/swin"}
    assert world.plan(SYNC).is_settled


def test_an_item_whose_note_could_not_be_moved_stays_out_of_the_trash(world: World) -> None:
    note = world.note_key(TITLE)
    other = doubled(world)
    workspace = troubled(world, is_accepted=lambda key, data: key != note)

    done = merge_items(prepare_merge(workspace, OWN, other), silent)

    assert set(done.failed) == {note, other}
    assert other in world.items()
    merged(world, other)
    assert other not in world.items()
    assert world.notes()[note]["parentItem"] == OWN


def test_nothing_moves_to_an_item_that_was_changed_meanwhile(world: World) -> None:
    note, other = world.note_key(TITLE), doubled(world)

    def edit(number: int) -> None:
        if number == 1:
            world.change(OWN, shortTitle="Swin, edited")

    done = merge_items(prepare_merge(troubled(world, before=edit), OWN, other), silent)

    assert not done.versions
    assert {note, OWN, other} <= done.failed.keys()
    assert world.notes()[note]["parentItem"] == other
    merged(world, other)
    assert world.keys_by_title() == {TITLE: OWN}


def test_a_note_that_a_person_moved_to_another_item_is_not_made_anew_by_an_edit(
    world: World,
) -> None:
    note = world.note_key(TITLE)
    doubled(world)
    world.change(note, parentItem=OWN)
    world.edit("notes.md", ("It is fast.", "It is very fast."))

    plan = world.push(SYNC).prepared.plan

    assert list(world.notes()) == [note]
    assert len(reports(plan, MissingNote)) == 1
