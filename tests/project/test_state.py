"""The state folder: git never sees what it holds, also after a kill or on a full disk."""

from __future__ import annotations

import errno
from itertools import count
from pathlib import Path

import pytest

from tests.sync.histories.effects import Effects, Killed
from zoterodigest.project.files import CannotWrite, create_state_folder

ERRORS = [Killed(), OSError(errno.ENOSPC, "No space left on device")]


@pytest.mark.parametrize("error", ERRORS, ids=["killed", "disk full"])
def test_git_ignores_the_folder_after_a_run_that_stopped_while_it_made_it(
    tmp_path: Path, error: BaseException
) -> None:
    effects = Effects()
    for place in count(1):
        folder = tmp_path / f"{place}" / ".zoterodigest"
        folder.parent.mkdir()
        effects.arm(place, error)
        with effects.counted(is_thorough=True):
            try:
                create_state_folder(folder)
            except (Killed, CannotWrite):
                create_state_folder(folder)
        assert (folder / ".gitignore").read_bytes() == b"*\n"
        if not effects.has_struck:
            break
    effects.disarm()
    assert place > 2


def test_a_gitignore_of_the_persons_own_stays(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_bytes(b"!seen-*\n")

    create_state_folder(tmp_path)

    assert (tmp_path / ".gitignore").read_bytes() == b"!seen-*\n"
