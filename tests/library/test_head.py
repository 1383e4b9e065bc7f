"""What tells cheaply whether anything was written into an embedded library."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.builders import a_collection, a_key, a_note, an_item, changed
from zoterodigest.library.connect import embedded
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.library.embedded.head import LibraryHead, read_library_head
from zoterodigest.library.embedded.migrations import MIGRATIONS
from zoterodigest.library.port import BadLibrary, Written

Write = Callable[[EmbeddedLibrary], object]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A library with an item, its note, and a collection."""
    path = tmp_path / "library.sqlite"
    library = embedded(path)
    library.write_collections([a_collection()])
    library.write([an_item(collections=["SHELF222"]), a_note()])
    return path


def head_of(path: Path) -> LibraryHead:
    head = read_library_head(path)
    assert head is not None
    return head


def edit(library: EmbeddedLibrary, title: str = "Later") -> None:
    (item,) = library.fetch(["ITEM2222"])
    (outcome,) = library.write([changed(item, title=title)])
    assert isinstance(outcome, Written)


def trash(library: EmbeddedLibrary) -> None:
    (item,) = library.fetch(["ITEM2222"])
    library.write([changed(item, deleted=1)])


def rename_collection(library: EmbeddedLibrary) -> None:
    (collection,) = library.fetch_collections(["SHELF222"])
    library.write_collections([replace(collection, name="Another")])


def relate_collection(library: EmbeddedLibrary) -> None:
    (collection,) = library.fetch_collections(["SHELF222"])
    uri = "http://zotero.org/users/1/items/ITEM2222"
    library.write_collections([collection], relations={"SHELF222": {"owl:sameAs": uri}})


WRITES: dict[str, Write] = {
    "creating an item": lambda library: library.write([an_item(a_key(1))]),
    "editing an item": edit,
    "trashing an item": trash,
    "erasing an item": lambda library: library.erase(["ITEM2222"]),
    "creating a collection": lambda library: library.write_collections([a_collection(a_key(1))]),
    "renaming a collection": rename_collection,
    "relating a collection": relate_collection,
    "erasing a collection": lambda library: library.erase_collections(["SHELF222"]),
    "counting what changes nothing": lambda library: library.write(
        library.fetch(["ITEM2222"]), counts_all=True
    ),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_every_write_gives_the_library_another_token(path: Path, write: Write) -> None:
    before = head_of(path)

    write(embedded(path))

    after = head_of(path)
    assert after.token != before.token
    assert after.identity == before.identity
    assert after.version == embedded(path).version() > before.version


def test_reading_and_writes_that_change_nothing_leave_the_token(path: Path) -> None:
    before = head_of(path)
    library = embedded(path)

    library.read()
    library.write([*library.fetch(["ITEM2222"]), an_item(a_key(1), nonsense="x")])
    library.erase(["ABSENT22"])

    assert head_of(path) == before


def test_a_write_that_fails_leaves_the_token(path: Path) -> None:
    before = head_of(path)

    with pytest.raises(ValueError, match="are the limit"):
        embedded(path).write([an_item(a_key(number)) for number in range(51)])

    assert head_of(path) == before


def test_a_restored_copy_edited_up_to_the_same_version_has_another_token(path: Path) -> None:
    copy = path.with_name("copy.sqlite")
    shutil.copy(path, copy)
    edit(embedded(path), "One")
    before = head_of(path)

    shutil.copy(copy, path)
    edit(embedded(path), "Another")

    after = head_of(path)
    assert after.version == before.version
    assert after.token != before.token


def test_the_head_is_what_the_library_says(path: Path) -> None:
    library = embedded(path)

    assert head_of(path)[:2] == (library.identity, library.version())
    assert len(head_of(path).token) == 16


def test_reading_the_head_leaves_no_trace(path: Path) -> None:
    before = (path.read_bytes(), path.stat(), list(path.parent.iterdir()))

    head_of(path)

    assert (path.read_bytes(), path.stat(), list(path.parent.iterdir())) == before


def test_a_file_without_a_readable_head_has_none(path: Path) -> None:
    absent = path.with_name("absent.sqlite")
    other = path.with_name("other.txt")
    other.write_text("no database")
    blank = path.with_name("blank.sqlite")
    blank.touch()

    assert [read_library_head(one) for one in (absent, other, blank, path.parent)] == [None] * 4
    assert not absent.exists()


@pytest.mark.parametrize("version", [len(MIGRATIONS) - 1, len(MIGRATIONS) + 1])
def test_a_library_of_another_version_of_the_tables_has_no_head(path: Path, version: int) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(f"PRAGMA user_version = {version}")

    assert read_library_head(path) is None


def test_a_library_that_is_being_written_has_no_head(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("BEGIN EXCLUSIVE")

        assert read_library_head(path) is None


def test_a_library_of_before_there_was_a_token_is_read_and_gets_one_with_the_next_write(
    path: Path,
) -> None:
    with closing(sqlite3.connect(path)) as raw:  # as the second version of the tables had it
        raw.execute("DROP TABLE writes")
        raw.execute("DROP INDEX items_by_version")
        raw.execute("PRAGMA user_version = 2")
    before = embedded(path).read()

    assert read_library_head(path) is None
    assert len(before.items) == 2
    edit(embedded(path))
    assert head_of(path).version == before.version + 1


def test_only_the_last_thousand_writes_are_kept(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.executemany("INSERT INTO writes (version, token) VALUES (1, ?)", [("x",)] * 1500)
        raw.commit()

    edit(embedded(path))

    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT count(*) FROM writes").fetchone() == (1000,)


def test_a_damaged_table_of_writes_is_told(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("DROP TABLE writes")

    with pytest.raises(BadLibrary, match="damaged"):
        edit(embedded(path))


def test_reading_the_head_imports_no_other_part_of_the_library() -> None:
    code = (
        "import sys, zoterodigest.library.embedded.head\n"
        "print(*sorted(name for name in sys.modules if name.startswith('zoterodigest.')))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == [
        "zoterodigest.library",
        "zoterodigest.library.embedded",
        "zoterodigest.library.embedded.head",
        "zoterodigest.library.embedded.migrations",
    ]
