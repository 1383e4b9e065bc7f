"""A sync of notes of all forms that is killed at any side effect, and files that move meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sync.killing import killed, sync
from tests.sync.world import World
from tests.vaults.test_generated import Edited

STEPS = [pytest.param(60, id="some"), pytest.param(1, id="all", marks=pytest.mark.deep)]


def edited(folder: Path) -> Edited:
    """Return a vault in sync of which every value was edited, in the file or in the library."""
    folder.mkdir()
    vault = Edited(World(folder), 12, 7)
    vault.edit(lambda note: note.editable)
    return vault


@pytest.mark.parametrize("step", STEPS)
def test_what_was_edited_arrives_after_a_kill_word_by_word(step: int, tmp_path: Path) -> None:
    vault = edited(tmp_path / "vault")

    for world in killed(sync, vault.world, tmp_path / "kills", first=5, step=step):
        vault.world = world
        vault.sync()

        vault.require()
        assert vault.is_settled()


def elsewhere(path: Path) -> Path:
    return path.parent / "moved" / path.name


@pytest.mark.parametrize("step", STEPS)
def test_notes_that_go_and_come_back_after_a_kill_lose_nothing(step: int, tmp_path: Path) -> None:
    vault = edited(tmp_path / "vault")

    for world in killed(sync, vault.world, tmp_path / "kills", first=15, step=step):
        vault.world = world
        paths = [world.root / path for path in vault.notes]
        moved, gone = paths[::3], {path: path.read_bytes() for path in paths[1::3]}
        for path in moved:
            elsewhere(path).parent.mkdir(exist_ok=True)
            path.rename(elsewhere(path))
        for path in gone:
            path.unlink()
        vault.sync()
        for path in moved:
            elsewhere(path).rename(path)
        for path, data in gone.items():
            path.write_bytes(data)
        vault.sync()

        vault.require()
        assert vault.is_settled()
