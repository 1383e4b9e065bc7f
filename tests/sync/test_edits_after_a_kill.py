"""An edit between a killed run and the next one: what the killed run carried is known at both ends.

All but the lock file may have been written when the run was killed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sync.commands import Command, given, words
from tests.sync.disturbing import kills
from tests.sync.test_killed_undo import ATTENTION, in_two_digests
from tests.sync.test_structure import SYNC, text
from tests.sync.test_undo import undone
from tests.sync.world import World, reports
from zoterodigest.core.plan.reports import Conflict

SYNCING = Command(in_two_digests, words("sync", "--yes"))
REDOING = Command(in_two_digests, words("redo", "--yes"))
SETTING = Command(in_two_digests, lambda it: ("set", it.key("Masks"), "place=Venice"))
MINE = "No state."
OLD, CAME, EDITED = "No recurrence.", "No convolution.", "Neither convolution nor pooling."


def with_a_new_bullet(root: Path) -> World:
    """Three papers in sync; in Zotero a bullet has come into one note, and a title has changed."""
    world = in_two_digests(root)
    bullets = f"{OLD}</li>\n<li>{CAME}"
    world.change_note(ATTENTION, lambda html: html.replace(OLD, bullets))
    world.change(world.key("Mask R-CNN"), title="Masks")
    assert CAME in world.note(ATTENTION)
    return world


def pushing_too(root: Path) -> World:
    """The same, and another entry was edited in its digest."""
    world = with_a_new_bullet(root)
    world.edit("notes.md", ("Layers learn what to add.", "Layers learn a residual."))
    return world


def pulled_and_undone(root: Path) -> World:
    """A sync brought the bullet into its digest, and an undo took it out there."""
    world = with_a_new_bullet(root)
    world.push(SYNC)
    undone(world)
    assert CAME not in text(world)
    return world


SCENES = [
    pytest.param(with_a_new_bullet, SYNCING, id="a pull"),
    pytest.param(pushing_too, SYNCING, id="both ways"),
    pytest.param(pulled_and_undone, REDOING, id="a redo"),
]


STEP = pytest.mark.parametrize(
    "step", [pytest.param(4, id="some"), pytest.param(1, id="each", marks=pytest.mark.deep)]
)


def killed_with_the_bullet(
    make: Callable[[Path], World], command: Command, folder: Path
) -> list[World]:
    """Return the worlds that `command`, killed at each effect, leaves with the bullet in them."""
    worlds = kills(command, make(folder / "template"), folder / "kills")
    found = [one for one in worlds if CAME in text(one)]
    assert found
    return found


@STEP
@pytest.mark.parametrize(("make", "command"), SCENES)
def test_a_bullet_that_is_edited_after_a_killed_run_brought_it_stands_there_once(
    make: Callable[[Path], World], command: Command, step: int, tmp_path: Path
) -> None:
    for world in killed_with_the_bullet(make, command, tmp_path)[::step]:
        _require_edits_come(world)


@STEP
@pytest.mark.parametrize(("make", "command"), SCENES)
def test_another_command_between_a_killed_run_and_an_edit_changes_nothing(
    make: Callable[[Path], World], command: Command, step: int, tmp_path: Path
) -> None:
    for world in killed_with_the_bullet(make, command, tmp_path)[::step]:
        assert SETTING.run(world).code == 0
        _require_edits_come(world)


@STEP
@pytest.mark.parametrize(("make", "command"), SCENES)
def test_another_command_that_is_killed_as_well_changes_nothing(
    make: Callable[[Path], World], command: Command, step: int, tmp_path: Path
) -> None:
    left = killed_with_the_bullet(make, command, tmp_path)[0]
    found = list(kills(SETTING, left, tmp_path / "again"))
    assert found
    for world in found[::step]:
        _require_edits_come(world)


def _require_edits_come(world: World) -> None:
    """Fail unless what is edited now, of what a killed run carried, comes into the digest."""
    world.change_note(ATTENTION, lambda html: html.replace(CAME, EDITED))
    world.change(world.key("Masks"), title="Masks Everywhere")
    world.push(SYNC)

    assert [text(world).count(one) for one in (OLD, CAME, EDITED)] == [1, 0, 1], world.root.name
    assert [world.note(ATTENTION).count(one) for one in (OLD, CAME, EDITED)] == [1, 0, 1]
    assert "**Masks Everywhere**" in text(world), world.root.name
    assert reports(world.plan(SYNC), Conflict) == []


@STEP
def test_what_git_took_back_after_a_kill_comes_again_and_removes_nothing_from_the_library(
    step: int, tmp_path: Path
) -> None:
    template = pushing_too(tmp_path / "template")
    committed = {name: (template.root / name).read_bytes() for name in template.digests}
    lock = template.lock_path.read_bytes()
    found = [one for one in kills(SYNCING, template, tmp_path / "kills") if CAME in text(one)]
    found = [one for one in found if one.lock_path.read_bytes() == lock]
    assert found
    for world in found[::step]:
        for name, data in committed.items():
            (world.root / name).write_bytes(data)
        world.edit("notes.md", ("Task: translation", "Task: speech"))
        world.push(SYNC)

        assert CAME in world.note(ATTENTION), world.root.name
        assert CAME in text(world), world.root.name
        assert "**Masks**" in text(world), world.root.name


@STEP
@pytest.mark.parametrize(("make", "command"), SCENES)
def test_edits_of_both_ends_after_a_killed_run_meet_without_a_double(
    make: Callable[[Path], World], command: Command, step: int, tmp_path: Path
) -> None:
    for world in killed_with_the_bullet(make, command, tmp_path)[::step]:
        world.edit("notes.md", (f"> - {CAME}\n", f"> - {CAME}\n> - {MINE}\n"))
        world.change_note(ATTENTION, lambda html: html.replace(CAME, EDITED))
        world.change(world.key("Masks"), title="Masks Everywhere")
        world.push(SYNC)

        wanted = [(OLD, 1), (CAME, 0), (EDITED, 1), (MINE, 1)]
        assert [(one, text(world).count(one)) for one, _ in wanted] == wanted, world.root.name
        assert [(one, world.note(ATTENTION).count(one)) for one, _ in wanted] == wanted
        assert "**Masks Everywhere**" in text(world), world.root.name
        assert reports(world.plan(SYNC), Conflict) == []


@STEP
def test_an_entry_of_a_digest_that_the_next_run_does_not_read_is_known_all_the_same(
    step: int, tmp_path: Path
) -> None:
    template = with_a_new_bullet(tmp_path / "template")
    found = [one for one in kills(SYNCING, template, tmp_path / "kills") if CAME in text(one)]
    for world in found[::step]:
        world.edit("notes.md", (f"> - {CAME}\n", f"> - {CAME}\n> - {MINE}\n"))
        world.edit("twins.md", ("*CVPR 2016*", "*CVPR 2017*"))
        assert given(world, "sync", "--yes", "twins.md").code == 0
        world.change_note(ATTENTION, lambda html: html.replace(CAME, EDITED))
        world.push(SYNC)

        assert [text(world).count(one) for one in (CAME, EDITED, MINE)] == [0, 1, 1], (
            world.root.name
        )
