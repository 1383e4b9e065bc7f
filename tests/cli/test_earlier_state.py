"""What an earlier version wrote is read and goes on; what a later one wrote is refused.

`tests/golden/state/waiting` holds a project as the program left it before history and journal were
written by one module: eight runs, one of them an undo, an acknowledged difference, and a paper that
`add` knows more of than its digest shows. `killed` holds what a sync that was killed left there
besides. Databases lie there as SQL.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest
from tests.project.version1 import render_version1
from zoterodigest.project.lock.lock import read_lock

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "state"
STATE = ".zoterodigest"


@pytest.fixture
def waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in which an added paper is pending. Its runs are not forgotten with the years."""
    monkeypatch.setattr("zoterodigest.project.log.history.LONGEST", timedelta(days=36_500))
    _put(GOLDEN / "waiting", tmp_path)
    return tmp_path


@pytest.fixture
def killed(waiting: Path) -> Path:
    """The same project after its next sync was killed: the library was written, no file."""
    _put(GOLDEN / "killed", waiting)
    return waiting


def _put(golden: Path, project: Path) -> None:
    for source in sorted(golden.rglob("*")):
        name = source.relative_to(golden).as_posix()
        target = project / name.replace("state/", f"{STATE}/")
        if source.is_dir():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix == ".sql":
            _restore(source, target.with_suffix(".sqlite"))
        else:
            shutil.copyfile(source, target)


def _restore(dump: Path, database: Path) -> None:
    database.unlink(missing_ok=True)
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(dump.read_text(encoding="utf-8"))


def test_a_project_of_an_earlier_version_goes_on(zoterodigest: Zoterodigest, waiting: Path) -> None:
    kept = [waiting / name for name in ("notes.md", "list.md", "zoterodigest.toml")]
    before, lock = [path.read_bytes() for path in kept], waiting / "zoterodigest.lock"

    status = zoterodigest("status")
    lock_before = lock.read_bytes()
    synced = zoterodigest("sync", "--yes")
    lock_after = lock.read_bytes()
    again = zoterodigest("sync", "--yes")

    assert b"\nversion 1\n" in lock_before
    assert b"\nversion 2\n" in lock_after
    assert "note: zoterodigest.lock is now in version 2, " in synced.err
    assert (again.err, lock.read_bytes()) == ("", lock_after)
    assert (status.code, synced.code, again.code) == (0, 0, 0)
    assert "completed items          1  authors 1, citekey 1, pages 1" in status.out
    assert "1 acknowledged" in status.out
    assert "Done: 1 item" in synced.out
    assert "Already up to date." in again.out
    assert "Doe, Jane and Roe, Rob" in (waiting / "refs.bib").read_text(encoding="utf-8")
    assert [path.read_bytes() for path in kept] == before


def test_a_run_with_nothing_to_do_leaves_a_lock_file_of_an_earlier_version(
    zoterodigest: Zoterodigest, waiting: Path
) -> None:
    lock = waiting / "zoterodigest.lock"
    zoterodigest("sync", "--yes")
    lock.write_bytes(render_version1(read_lock(lock.read_bytes())))
    before = lock.read_bytes()

    settled = zoterodigest("sync", "--yes")

    assert (settled.code, settled.err, lock.read_bytes()) == (0, "", before)
    assert "Already up to date." in settled.out


def test_runs_of_an_earlier_version_are_listed_and_undone(
    zoterodigest: Zoterodigest, waiting: Path
) -> None:
    listed = json.loads(zoterodigest("log", "--json").out)
    shown = zoterodigest("log", "4")
    undone = [zoterodigest("undo", "--yes") for _ in range(8)]

    commands = [run["command"] for run in listed["runs"]]
    assert commands == ["sync", "sync", "set", "sync", "sync", "undo", "sync", "add"][::-1]
    assert "arXiv 2023" in shown.out
    assert [ran.code for ran in undone] == [0, 0, 0, 0, 0, 0, 10, 10], undone
    assert "Words for Winds" not in zoterodigest("ls").out
    assert "me2020" not in (waiting / "list.md").read_text(encoding="utf-8")


def test_runs_of_an_earlier_version_are_undone_after_the_lock_file_is_of_this_one(
    zoterodigest: Zoterodigest, waiting: Path
) -> None:
    synced = zoterodigest("sync", "--yes")
    undone = [zoterodigest("undo", "--yes") for _ in range(9)]

    assert b"\nversion 2\n" in (waiting / "zoterodigest.lock").read_bytes()
    assert synced.code == 0
    assert [ran.code for ran in undone] == [0, 0, 0, 0, 0, 0, 0, 10, 10], undone
    assert "Words for Winds" not in zoterodigest("ls").out
    assert "me2020" not in (waiting / "list.md").read_text(encoding="utf-8")


def test_a_run_that_an_earlier_version_was_killed_in_is_completed(
    zoterodigest: Zoterodigest, killed: Path
) -> None:
    status = zoterodigest("status")
    synced = zoterodigest("sync", "--yes")
    again = zoterodigest("sync", "--yes")

    assert (status.code, synced.code, again.code) == (0, 0, 0)
    assert "a run was stopped before it ended" in status.out
    assert "Already up to date." in again.out
    assert "Doe, Jane and Roe, Rob" in (killed / "refs.bib").read_text(encoding="utf-8")
    assert not (killed / STATE / "journal.jsonl").exists()
    assert zoterodigest("ls").out.count("A Way Without arXiv") == 1


def test_a_run_that_an_earlier_version_was_killed_in_is_undone(
    zoterodigest: Zoterodigest, killed: Path
) -> None:
    undone = zoterodigest("undo", "--yes")

    assert undone.code == 0, undone.err
    assert "A Way Without arXiv" not in zoterodigest("ls").out
    assert not (killed / STATE / "journal.jsonl").exists()


@pytest.mark.parametrize(
    ("name", "old", "new", "command", "code"),
    [
        ("zoterodigest.lock", "version 1", "version 3", "status", 13),
        (f"{STATE}/journal.jsonl", '{"begin"', '{"format": 3, "begin"', "sync --yes", 26),
        (f"{STATE}/history/000009-*", '{"number"', '{"format": 3, "number"', "undo --yes", 26),
        (f"{STATE}/history/000009-*", '{"number"', '{"format": 3, "number"', "log", 26),
        (f"{STATE}/history/000009-*", '{"number"', '{"format": 3, "number"', "status", 26),
        (f"{STATE}/seen-*", '"version": 1', '"version": 3', "sync --yes", 26),
        (f"{STATE}/added.json", '"format": 1', '"format": 2', "sync --yes", 26),
    ],
)
def test_a_file_of_a_newer_version_is_refused_and_kept(
    zoterodigest: Zoterodigest, killed: Path, name: str, old: str, new: str, command: str, code: int
) -> None:
    (path,) = killed.glob(name)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    before = {one: one.read_bytes() for one in killed.rglob("*") if one.is_file()}

    ran = zoterodigest(*command.split())

    assert (ran.code, ran.out) == (code, "")
    assert "newest zoterodigest" in ran.err
    assert {one: one.read_bytes() for one in killed.rglob("*") if one.is_file()} == before
