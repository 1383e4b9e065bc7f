"""A vault that the user may only read, as another user of this computer would."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.processes import ended, started
from tests.sync.commands import given
from tests.sync.world import World
from tests.vaults.test_generated import Edited

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
NOBODY = 65534
NOT_PERMITTED = "cannot be written: not permitted"
OWN = ("zoterodigest.toml", "zoterodigest.lock", ".zoterodigest")
"""What is written of a project beside its notes."""


@pytest.fixture
def vault() -> Iterator[Edited]:
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Edited(World(Path(folder)), 12, 5)


def sync_as_nobody(root: Path, said: Path) -> None:
    """Sync as a user who is neither the owner nor root; write what went wrong into `said`."""
    said.touch(0o666)
    said.chmod(0o666)
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    ran = given(World(root), "sync", "--yes", "--offline", "--max-changes", "1000")
    said.write_text(f"{ran.code}\n{ran.err}")


def synced_by_nobody(root: Path) -> list[str]:
    """Return the exit code and the lines of errors of such a sync."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        said = Path(folder) / "said"
        assert ended(started(sync_as_nobody, root, said)) == 0
        return said.read_text().split("\n")


def test_what_cannot_be_written_into_a_vault_is_told_and_comes_with_a_later_sync(
    vault: Edited,
) -> None:
    root = vault.world.root
    vault.edit(lambda note: note.editable)
    files = vault.files()
    failed = [path for path, note in vault.notes.items() if note.render() != files[path]]
    for name in OWN:
        for path in [root / name, *(root / name).rglob("*")]:
            os.chown(path, NOBODY, NOBODY)

    code, *lines = synced_by_nobody(root)

    assert code == "1"
    assert [line.partition(".md ")[2] for line in lines[:3]] == [NOT_PERMITTED] * 3
    assert lines[3:] == [f"error: {len(failed) - 3} more files {NOT_PERMITTED}", ""]
    assert vault.files() == files
    vault.sync()
    vault.require()


def test_a_project_that_may_only_be_read_is_told_in_a_sentence(vault: Edited) -> None:
    root = vault.world.root
    vault.edit(lambda note: note.editable)
    files, items = vault.files(), vault.world.everything()
    for path in [root, *root.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)

    code, *lines = synced_by_nobody(root)

    assert code == "15"
    assert lines == [
        f"error: .zoterodigest/running {NOT_PERMITTED}",
        "hint: Check the permissions of the file and its folder.",
        "",
    ]
    assert (vault.files(), vault.world.everything()) == (files, items)
