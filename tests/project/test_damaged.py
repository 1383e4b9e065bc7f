"""One rule for every kind of damage of a SQLite file, asked of each file that a run may lose."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.project.unprivileged import run_as_nobody
from zoterodigest.lookup.cache import Cache
from zoterodigest.lookup.work import Source
from zoterodigest.project.values import keep_texts, known_texts

NOW = datetime(2026, 5, 4, tzinfo=UTC)
LONG = "a text " * 5_000


class LookupFile:
    """The cache of lookups."""

    name = "lookups-1.sqlite"
    table = "answers"

    def keep(self, folder: Path, key: str, text: str) -> None:
        with Cache(folder / self.name) as cache:
            cache.keep(Source.ARXIV, {key: text}, NOW)

    def known(self, folder: Path, key: str) -> str | None:
        with Cache(folder / self.name) as cache:
            found = cache.recall(Source.ARXIV, [key])
        return found[key].answer if key in found else None


class ValuesFile:
    """The texts behind fingerprints."""

    name = "texts.sqlite"
    table = "texts"

    def keep(self, folder: Path, key: str, text: str) -> None:
        keep_texts(folder, {("title", key): text})

    def known(self, folder: Path, key: str) -> str | None:
        return known_texts(folder, [("title", key)]).get(("title", key))


File = LookupFile | ValuesFile
FILES = pytest.mark.parametrize("file", [LookupFile(), ValuesFile()], ids=["lookups", "values"])


def truncate(path: Path, _: str) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path, _: str) -> None:
    path.write_bytes(b"")


def zero(path: Path, _: str) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def zero_all_but_the_head(path: Path, _: str) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:4_096] + bytes(len(data) - 4_096))


def replace_by_text(path: Path, _: str) -> None:
    path.write_bytes(b"no database, but long enough to be looked at " * 100)


def replace_by_another_schema(path: Path, table: str) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as other, other:
        other.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")


def replace_by_a_later_schema(path: Path, table: str) -> None:
    with closing(sqlite3.connect(path)) as later, later:
        later.execute(f"DROP TABLE {table}")
        later.execute(
            f"CREATE TABLE {table} (source TEXT, field TEXT, key TEXT, fingerprint TEXT,"
            " asked REAL, answer TEXT, text TEXT, version INTEGER NOT NULL)"
        )


DAMAGES = pytest.mark.parametrize(
    "damage",
    [
        truncate,
        empty,
        zero,
        zero_all_but_the_head,
        replace_by_text,
        replace_by_another_schema,
        replace_by_a_later_schema,
    ],
)


@FILES
@DAMAGES
def test_a_damaged_file_is_begun_anew(
    tmp_path: Path, file: File, damage: Callable[[Path, str], None]
) -> None:
    file.keep(tmp_path, "aaaaaaaa", LONG)
    damage(tmp_path / file.name, file.table)

    file.keep(tmp_path, "bbbbbbbb", LONG)

    assert file.known(tmp_path, "bbbbbbbb") == LONG


@FILES
def test_a_file_that_another_program_has_locked_is_not_damaged(tmp_path: Path, file: File) -> None:
    file.keep(tmp_path, "aaaaaaaa", LONG)
    with closing(sqlite3.connect(tmp_path / file.name, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        file.keep(tmp_path, "bbbbbbbb", LONG)
        other.execute("ROLLBACK")

    assert file.known(tmp_path, "aaaaaaaa") == LONG


KEEP = """
from tests.project.test_damaged import LookupFile, ValuesFile
for file in (LookupFile(), ValuesFile()):
    file.keep(path, "bbbbbbbb", "another")
    print(file.known(path, "bbbbbbbb"))
"""


def test_files_that_may_not_be_written_are_not_damaged(open_folder: Path) -> None:
    files = LookupFile(), ValuesFile()
    for file in files:
        file.keep(open_folder, "aaaaaaaa", LONG)
        (open_folder / file.name).chmod(0o444)
    open_folder.chmod(0o555)

    ran = run_as_nobody(KEEP, open_folder)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == "None\n" * 2
    assert [file.known(open_folder, "aaaaaaaa") for file in files] == [LONG] * 2
