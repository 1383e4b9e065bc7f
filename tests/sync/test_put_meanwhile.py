"""What a person files in the library while a run is writing: the next run acts on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sync.test_structure import ATTENTION, MASK, NOTES, RESNET, SYNC, diffusion, text
from tests.sync.trouble import silent, troubled
from tests.sync.world import World, actions, reports
from zoterodigest.core.plan.reports import Relocated
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.run.quiet_run import prepare_run
from zoterodigest.sync.run.run import Options, Prepared, prepare
from zoterodigest.sync.syncing.sync_run import carry_out

EDITED = ("No recurrence.", "No recurrence at all.")


@pytest.fixture
def notes(tmp_path: Path) -> World:
    """Return a project in sync, with marks of all."""
    world = World(tmp_path)
    world.markdown("notes.md", NOTES)
    for _ in range(2):
        carry_out(prepare_run(world.workspace(), SYNC), silent)
    return world


def carried_out_while(
    world: World, happens: Callable[[], None], planned: Callable[[Workspace, Options], Prepared]
) -> None:
    """Carry out a sync; something happens once it has written into the library."""
    prepared = planned(troubled(world, after=lambda _: happens()), SYNC)
    assert carry_out(prepared, silent).failures == ()


PARTS = pytest.mark.parametrize("planned", [prepare, prepare_run], ids=["everything", "a part"])


@PARTS
def test_an_item_that_is_added_while_a_run_writes_becomes_an_entry(
    notes: World, planned: Callable[[Workspace, Options], Prepared]
) -> None:
    notes.edit("notes.md", EDITED)
    carried_out_while(notes, lambda: notes.put(diffusion(notes, "notes/Vision")), planned)

    notes.push(SYNC)

    assert "> **Denoising Diffusion Probabilistic Models**" in text(notes)


def test_an_item_that_is_added_while_the_first_run_writes_becomes_an_entry(tmp_path: Path) -> None:
    world, put = World(tmp_path), list[str]()
    world.markdown("notes.md", NOTES)

    def add_once() -> None:
        if "notes/Vision" in world.collections() and not put:
            put.append("notes/Vision")
            world.put(diffusion(world, *put))

    carried_out_while(world, add_once, prepare)

    world.push(SYNC)

    assert "> **Denoising Diffusion Probabilistic Models**" in text(world)


@PARTS
def test_an_item_that_is_moved_while_a_run_writes_takes_its_entry_along(
    notes: World, planned: Callable[[Workspace, Options], Prepared]
) -> None:
    language, mask = notes.collections()["notes/Language"], notes.key("Mask R-CNN")
    notes.edit("notes.md", EDITED)
    carried_out_while(notes, lambda: notes.change(mask, collections=[language]), planned)

    notes.push(SYNC)

    moved = ATTENTION.replace(*EDITED)
    assert text(notes) == f"# Notes\n\n## Vision\n\n{RESNET}\n## Language\n\n{moved}\n{MASK}"


@PARTS
def test_an_item_that_is_taken_out_while_a_run_writes_is_reported(
    notes: World, planned: Callable[[Workspace, Options], Prepared]
) -> None:
    mask = notes.key("Mask R-CNN")
    notes.edit("notes.md", EDITED)
    carried_out_while(notes, lambda: notes.change(mask, collections=[]), planned)

    plan = notes.plan(SYNC)

    assert actions(plan) == {}
    assert len(reports(plan, Relocated)) == 1
