"""Vaults whose files go away and come back: by git, by a cloud, by a new name of their folder."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.sync.trouble import silent
from tests.sync.world import World
from tests.vaults.test_generated import OPTIONS, Edited
from zoterodigest.core.links.link import LinkState
from zoterodigest.core.plan.reports import MissingFile, Waiting
from zoterodigest.project.files import BadInput
from zoterodigest.project.lock.lock import read_lock
from zoterodigest.sync.run.run import Prepared, prepare
from zoterodigest.sync.syncing.sync_run import carry_out

FOLDERS = ("Literature", "Papers", "ZotLit", "Reading notes", "Bib", "Mdnotes", "Source")
"""Some of the folders of a generated vault."""


def linked(world: World) -> dict[str, str]:
    rows = read_lock(world.lock_path.read_bytes()).rows
    return {row.digest: row.item for row in rows if row.state is LinkState.LINKED}


def sync(world: World) -> Prepared | None:
    """Sync as far as a run can; return it, or None if it stopped."""
    with suppress(BadInput):
        prepared = prepare(world.workspace(), OPTIONS)
        assert carry_out(prepared, silent).failures == ()
        return prepared
    return None


def git(root: Path, *words: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "core.autocrlf=false")
    subprocess.run(["git", *identity, *words], cwd=root, check=True, capture_output=True)


@pytest.fixture
def vault(world: World) -> Edited:
    return Edited(world, 12, 3)


def test_another_branch_of_git_and_back_changes_nothing(vault: Edited) -> None:
    root, items, rows = vault.world.root, vault.world.everything(), linked(vault.world)
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "Synced")
    git(root, "checkout", "-q", "--orphan", "other")
    git(root, "rm", "-rqf", *FOLDERS)
    git(root, "commit", "-qm", "Without most notes")
    before = vault.files()

    sync(vault.world)

    assert vault.world.everything() == items
    assert vault.files() == before
    git(root, "checkout", "-qf", "main")
    assert linked(vault.world) == rows
    assert vault.is_settled()
    vault.edit(lambda note: note.editable)
    vault.sync()
    vault.require()


def test_an_older_branch_of_git_waits_for_its_lock_file_and_changes_nothing(vault: Edited) -> None:
    root = vault.world.root
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "Synced")
    git(root, "branch", "old")
    vault.edit(lambda note: note.editable)
    vault.sync()
    git(root, "commit", "-qam", "Edited")
    items, rows = vault.world.everything(), linked(vault.world)
    git(root, "checkout", "-q", "old")
    before = vault.files()

    prepared = sync(vault.world)

    assert prepared is not None
    assert {type(one) for one in prepared.plan.reports} == {Waiting}
    assert vault.world.everything() == items
    assert vault.files() == before
    git(root, "checkout", "-qf", "main")
    assert linked(vault.world) == rows
    assert vault.is_settled()


# --- folders and clouds --------------------------------------------------------------------------


def remove(path: Path) -> None:
    path.unlink()


def unmount(path: Path) -> None:
    shutil.rmtree(path.parent, ignore_errors=True)


def evict(path: Path) -> None:
    path.with_name(f".{path.name}.icloud").write_bytes(b"bplist00")
    path.unlink()


def empty(path: Path) -> None:
    """Leave the size of a file and none of its data, as a cloud does."""
    size = path.stat().st_size
    path.unlink()
    with path.open("wb") as file:
        file.truncate(size)


CASES = [
    (9, 9, unmount),
    (9, 9, empty),
    *(
        pytest.param(*sizes, go_away, marks=pytest.mark.deep)
        for sizes in ((9, 9), (12, 4), (150, 100))
        for go_away in (remove, unmount, evict, empty)
    ),
]


@pytest.mark.parametrize(("count", "gone", "go_away"), CASES)
def test_files_that_go_away_change_nothing_and_come_back_with_their_links(
    world: World, count: int, gone: int, go_away: Callable[[Path], None]
) -> None:
    vault = Edited(world, count, 4)
    items, rows = world.everything(), linked(world)
    away = [*vault.notes.values()][:gone]
    for note in away:
        if (world.root / note.path).exists():
            go_away(world.root / note.path)
    before = vault.files()

    for _ in range(2):
        prepared = sync(world)

        assert prepared is None or prepared.plan.actions == ()
        assert world.everything() == items
        assert vault.files() == before
        assert linked(world) == rows
    for path in world.root.rglob(".*.icloud"):
        path.unlink()
    for note in vault.notes.values():
        vault.write(note)
    assert vault.is_settled()
    vault.edit(lambda note: note.editable)
    vault.sync()
    vault.require()


def test_notes_that_are_moved_and_moved_back_keep_their_items(vault: Edited) -> None:
    world, rows = vault.world, linked(vault.world)
    items = world.everything()
    there = {path: f"Archive/{path}" for path in rows}
    for names in (there, {new: old for old, new in there.items()}):
        before = linked(world)
        for old, new in names.items():
            (world.root / new).parent.mkdir(parents=True, exist_ok=True)
            (world.root / old).rename(world.root / new)

        sync(world)

        assert linked(world) == {names[path]: key for path, key in before.items()}
        assert world.everything() == items
        assert vault.is_settled()


def test_a_note_keeps_its_row_when_its_double_is_deleted(world: World) -> None:
    rules = '[[digest]]\npath = "Papers/*.md"\nentry = "file"\n[sync]\nhold = 0\n'
    (world.root / "Papers").mkdir()
    world.configure(rules)
    front = "title: Learning to See\nauthors: Ada Lovelace\nyear: 2020"
    text = f"---\n{front}\n---\n\nWhat I think of it.\n\nAnd more of it.\n"
    named, note, double = (
        world.root / "Papers" / name for name in ("@ada2020.md", "See.md", "See again.md")
    )
    named.write_text(text)
    sync(world)
    # Its name was its citation key: the double is as like to the row as the note itself.
    named.rename(note)
    sync(world)
    row = linked(world)
    shutil.copy(note, double)
    sync(world)
    double.unlink()

    prepared = sync(world)

    assert prepared is not None
    assert [one.row.digest for one in prepared.plan.reports if isinstance(one, MissingFile)] == [
        "Papers/See again.md"
    ]
    assert linked(world).items() >= row.items()
