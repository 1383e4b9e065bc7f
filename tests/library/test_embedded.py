"""What only the embedded library promises: one file, no trace of reading, clear trouble."""

from __future__ import annotations

import ctypes
import os
import sqlite3
import textwrap
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import a_collection, a_key, a_note, an_item, changed
from tests.processes import ended, run, started
from zoterodigest.library.connect import embedded
from zoterodigest.library.embedded.database import DatabaseFile, DatabaseInMemory
from zoterodigest.library.embedded.embedded import Deleted, EmbeddedLibrary
from zoterodigest.library.embedded.migrations import APPLICATION_ID, MIGRATIONS
from zoterodigest.library.port import (
    BadLibrary,
    LibraryItem,
    LibraryReadOnly,
    Refused,
    Stale,
    Written,
)

REPLACED = ["http://zotero.org/users/1/items/AAAA2222", "http://zotero.org/users/1/items/BBBB2222"]
RELATED = st.sampled_from([{}, {"dc:replaces": REPLACED}])
"""What stands at `relations`."""
MISLEADING = st.sampled_from(["relations", '"relations"', '"relations":{}', '{"relations":{}}'])


@given(st.fixed_dictionaries({"title": MISLEADING}, optional={"relations": RELATED}))
def test_an_item_tells_of_each_field_what_was_written(given: dict[str, Any]) -> None:
    library = EmbeddedLibrary(DatabaseInMemory("embedded:5a1f"), clock=lambda: datetime.now(UTC))
    data = {"itemType": "book", "collections": [], **given}
    with library:
        library.write([an_item(**data)])
        (item,) = library.read().items

    relations = item.data.get("relations")  # asked for before the rest is read
    assert relations == item.data["relations"] == given.get("relations", {})
    assert dict(item.data.items()) == dict(item.data)
    assert item.data["title"] == given["title"]


def test_a_database_in_memory_is_not_closed_under_a_thread_that_reads_it() -> None:
    database = DatabaseInMemory("embedded:5a1f")
    closing_it = Thread(target=database.close)

    with database.reading() as connection:
        closing_it.start()
        closing_it.join(0.05)
        found = connection.execute("SELECT 1").fetchone()
    closing_it.join()

    assert found == (1,)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.sqlite"


@pytest.fixture
def filled(path: Path) -> Path:
    """A library with a parent, its note and a collection."""
    library = embedded(path)
    library.write_collections([a_collection()])
    library.write([an_item(collections=["SHELF222"]), a_note()])
    return path


def impatient(path: Path) -> EmbeddedLibrary:
    database = DatabaseFile(path, new_identity="embedded:5a1f", patience=0.05)
    return EmbeddedLibrary(database, clock=lambda: datetime(2026, 8, 1, tzinfo=UTC))


def read_everything(path: Path) -> None:
    library = embedded(path)
    assert library.version() == library.read().version
    assert library.fetch(["ITEM2222"])
    assert library.deleted(0)
    assert library.identity


# One file, and no trace


def test_reading_leaves_no_trace(filled: Path) -> None:
    before = (filled.read_bytes(), filled.stat(), list(filled.parent.iterdir()))

    read_everything(filled)

    stat = filled.stat()
    assert (filled.read_bytes(), stat, list(filled.parent.iterdir())) == before
    assert (stat.st_mtime_ns, stat.st_ctime_ns) == (before[1].st_mtime_ns, before[1].st_ctime_ns)


def test_reading_a_library_that_is_not_there_creates_nothing(path: Path) -> None:
    library = embedded(path)

    assert library.version() == 0
    assert library.read().items == ()
    assert not path.exists()


def test_the_first_write_creates_the_library_with_the_identity_it_had(path: Path) -> None:
    library = embedded(path.parent / "below" / "library.sqlite")
    identity = library.identity

    library.write([an_item()])

    again = embedded(path.parent / "below" / "library.sqlite")
    assert identity.startswith("embedded:")
    assert again.identity == library.identity == identity
    assert again.version() == 1


@pytest.mark.parametrize("is_copied", [False, True], ids=["moved", "copied over it"])
def test_another_library_that_is_put_in_the_place_of_one_is_told_by_its_identity(
    is_copied: bool, filled: Path
) -> None:
    library, other = embedded(filled), filled.with_name("other.sqlite")
    identity = library.identity
    embedded(other).write([an_item(a_key(1))])
    expected = embedded(other).identity

    if is_copied:
        filled.write_bytes(other.read_bytes())
    else:
        other.replace(filled)

    assert library.identity == expected != identity


def test_writing_leaves_one_file(filled: Path) -> None:
    assert list(filled.parent.iterdir()) == [filled]


def test_a_write_that_changes_nothing_leaves_the_file_as_it_was(filled: Path) -> None:
    before = (filled.read_bytes(), filled.stat().st_mtime_ns)
    library = embedded(filled)
    (item,) = library.fetch(["ITEM2222"])

    library.write([item, an_item(), an_item(a_key(1), nonsense="x")])

    assert (filled.read_bytes(), filled.stat().st_mtime_ns) == before


def test_an_empty_file_reads_as_an_empty_library_and_becomes_one(path: Path) -> None:
    path.touch()

    assert embedded(path).read().items == ()
    assert isinstance(embedded(path).write([an_item()])[0], Written)


def test_a_library_behind_a_symlink_is_written_in_place(filled: Path) -> None:
    link = filled.parent / "link.sqlite"
    link.symlink_to(filled)

    embedded(link).write([an_item(a_key(1))])

    assert link.is_symlink()
    assert len(embedded(filled).read().items) == 3


def test_an_exception_while_writing_undoes_the_whole_call(filled: Path) -> None:
    class Broken(dict[str, Any]):
        def __getitem__(self, name: str) -> Any:
            raise RuntimeError("out of order")

    library = embedded(filled)
    before = library.read()
    broken = LibraryItem(a_key(2), 0, Broken(itemType="book", title=""))

    with pytest.raises(RuntimeError):
        library.write([an_item(a_key(1)), broken])

    assert library.read() == before


# Erasing, as a person does it


def test_erasing_a_parent_erases_and_logs_its_children(filled: Path) -> None:
    library = embedded(filled)
    version = library.version()

    library.erase(["ITEM2222", "WHAT2222"])

    assert library.read().items == ()
    assert library.version() == version + 1
    assert library.deleted(version) == Deleted(("ITEM2222", "NATE2222"), ())
    assert library.deleted(version + 1) == Deleted((), ())


def test_erasing_a_collection_touches_no_item_and_logs_only_its_own_key(filled: Path) -> None:
    library = embedded(filled)
    library.write_collections([a_collection(a_key(1), parent="SHELF222")])
    (before,) = library.fetch(["ITEM2222"])

    library.erase_collections(["SHELF222"])

    (after,) = library.fetch(["ITEM2222"])
    assert library.read().collections == ()
    assert library.deleted(0) == Deleted((), ("SHELF222",))
    assert after.version == before.version
    assert after.data == {**before.data, "collections": []}


def test_a_key_that_is_created_again_leaves_the_log(filled: Path) -> None:
    library = embedded(filled)
    library.erase(["ITEM2222"])
    library.erase_collections(["SHELF222"])

    library.write([an_item()])
    library.write_collections([a_collection()])

    assert library.deleted(0) == Deleted(("NATE2222",), ())


def test_nothing_is_erased_if_one_was_written_after_the_version_that_was_read(
    filled: Path,
) -> None:
    library = embedded(filled)
    read_earlier = library.read()
    (item,) = library.fetch(["ITEM2222"])
    (collection,) = read_earlier.collections
    library.write([changed(item, title="Later")])
    library.write_collections([replace(collection, name="Later")])
    before = library.read()

    erased = [
        library.erase(["NATE2222", "ITEM2222"], at=read_earlier.version),
        library.erase_collections(["SHELF222"], at=read_earlier.version),
    ]

    assert erased == [False, False]
    assert library.read() == before
    assert library.erase(["ITEM2222"], at=before.version)
    assert library.erase_collections(["SHELF222"], at=before.version)


def test_an_erased_item_is_stale_for_who_read_it_before(filled: Path) -> None:
    library = embedded(filled)
    (item,) = library.fetch(["ITEM2222"])
    library.erase(["ITEM2222"])

    assert library.write([changed(item, title="X")]) == [Stale("ITEM2222")]


# Trouble


@pytest.mark.parametrize("content", [b"# A digest\n" * 200, b"\x00" * 5000, b"x"])
def test_a_file_that_is_no_database_is_told_and_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    with pytest.raises(BadLibrary, match="no SQLite database") as error:
        embedded(path).read()
    with pytest.raises(BadLibrary, match="no SQLite database"):
        embedded(path).write([an_item()])

    assert error.value.hint
    assert error.value.exit_code == 14
    assert path.read_bytes() == content


def test_the_database_of_another_application_is_told_and_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE items (key TEXT)")
        other.commit()
    before = path.read_bytes()

    with pytest.raises(BadLibrary, match="another application"):
        embedded(path).read()
    with pytest.raises(BadLibrary, match="another application"):
        embedded(path).write([an_item()])

    assert path.read_bytes() == before


def test_a_library_of_a_newer_version_is_told_and_left_alone(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as newer:
        newer.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")

    with pytest.raises(BadLibrary, match="newer zoterodigest"):
        embedded(filled).read()
    with pytest.raises(BadLibrary, match="newer zoterodigest"):
        embedded(filled).write([an_item()])


@pytest.fixture
def older(path: Path) -> Path:
    """A library as the first version of its tables had it: ITEM3333 was added first."""
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        for statement in MIGRATIONS[0]:
            raw.execute(statement)
        raw.execute("INSERT INTO library VALUES ('embedded:5a1f', 3)")
        raw.execute("INSERT INTO collections VALUES ('SHELF222', 1, NULL, 'Daily', 0)")
        for version, key in ((2, "ITEM3333"), (3, "ITEM2222")):
            data = '{"itemType":"book","tags":[],"relations":{},"creators":[]}'
            raw.execute("INSERT INTO items VALUES (?, ?, NULL, ?)", (key, version, data))
        raw.execute("INSERT INTO deletions VALUES ('item', 'ITEM4444', 3)")
        raw.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        raw.execute("PRAGMA user_version = 1")
    return path


def test_a_library_of_an_older_version_is_read_and_left_as_it_is(older: Path) -> None:
    before = older.read_bytes()

    library = embedded(older)

    assert [item.key for item in library.read().items] == ["ITEM2222", "ITEM3333"]
    assert library.deleted(0).items == ("ITEM4444",)
    assert library.details().relations == {}
    assert older.read_bytes() == before
    assert list(older.parent.iterdir()) == [older]


def test_a_write_brings_an_older_library_up_to_date_and_keeps_what_it_holds(older: Path) -> None:
    library = embedded(older)
    before = library.read()

    library.write([an_item(a_key(1))])

    after = library.read()
    assert [item for item in after.items if item.key != a_key(1)] == list(before.items)
    assert after.collections == before.collections
    added = library.details().added
    assert sorted(added, key=lambda key: added[key]) == ["ITEM3333", "ITEM2222", a_key(1)]
    with closing(sqlite3.connect(older)) as raw:
        assert raw.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)


def test_the_file_tells_what_it_is(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as raw:
        assert raw.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert raw.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_symlink_to_itself_is_told(path: Path) -> None:
    path.symlink_to(path)

    with pytest.raises(BadLibrary, match="cannot be used"):
        embedded(path).read()
    with pytest.raises(BadLibrary, match="cannot be used"):
        embedded(path).write([an_item()])


@pytest.mark.parametrize("spoil", [lambda path: path.parent, lambda path: _fifo(path)])
def test_what_is_no_file_is_told(path: Path, spoil: Callable[[Path], Path]) -> None:
    with pytest.raises(BadLibrary, match="not a file"):
        embedded(spoil(path)).read()


def _fifo(path: Path) -> Path:
    os.mkfifo(path)
    return path


def test_a_folder_that_is_a_file_is_told(path: Path) -> None:
    path.write_text("no folder")
    library = embedded(path / "library.sqlite")

    assert library.read().items == ()
    with pytest.raises(BadLibrary, match="cannot be used"):
        library.write([an_item()])


def test_a_truncated_library_is_damaged(filled: Path) -> None:
    filled.write_bytes(filled.read_bytes()[:-9000])

    with pytest.raises(BadLibrary, match="damaged"):
        read_everything(filled)


@pytest.mark.parametrize(
    "data",
    ["[" * 100_000, '{"a":' * 100_000, "[]", '{"tags":null}', '{"tags":["a"]}', '{"tags":[{}]}',
     '{"creators":{"a":1}}', '{"creators":["Ada"]}', '{"creators":[{"name":["Ada"]}]}'],
)  # fmt: skip
def test_an_item_that_no_write_of_ours_made_is_damaged(filled: Path, data: str) -> None:
    with closing(sqlite3.connect(filled)) as connection, connection:
        connection.execute("UPDATE items SET data = ?", (data,))

    with pytest.raises(BadLibrary, match="damaged"):
        read_everything(filled)


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "library.sqlite"
    embedded(path).write([an_item(abstractNote="long " * 2000), a_note()])
    return path.read_bytes()


# What is drawn depends on no file: the library has random ids.
@given(st.lists(st.tuples(st.integers(0, 2**20), st.integers(0, 255)), min_size=1, max_size=5))
def test_a_damaged_library_is_read_or_told(content: bytes, damage: list[tuple[int, int]]) -> None:
    damaged = bytearray(content)
    for at, byte in damage:
        damaged[at % len(content)] = byte

    with TemporaryDirectory() as folder, suppress(BadLibrary):
        path = Path(folder) / "library.sqlite"
        path.write_bytes(damaged)
        embedded(path).read()


def test_a_library_that_is_being_written_can_be_read_but_not_written(filled: Path) -> None:
    library = impatient(filled)
    before = library.read()

    with closing(sqlite3.connect(filled, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE library SET version = 99")

        assert library.read() == before
        with pytest.raises(BadLibrary, match="another program") as error:
            library.write([an_item(a_key(1))])

    assert error.value.hint
    assert library.read() == before


def _write_forty(path: Path, first: int) -> None:
    library = embedded(path)
    for number in range(first, first + 40):
        (outcome,) = library.write([an_item(a_key(number))])
        assert isinstance(outcome, Written)


def test_two_processes_write_one_after_the_other(path: Path) -> None:
    writers = [started(_write_forty, path, first) for first in (0, 40)]

    codes = list(map(ended, writers))

    snapshot = embedded(path).read()

    assert codes == [0, 0]
    assert len(snapshot.items) == snapshot.version == 80
    assert sorted(item.version for item in snapshot.items) == list(range(1, 81))


def test_what_a_killed_run_left_half_written_is_undone(filled: Path) -> None:
    before = embedded(filled).read()
    kill_while_writing(filled)
    assert len(list(filled.parent.iterdir())) == 2

    after = embedded(filled).read()

    assert after == before
    assert list(filled.parent.iterdir()) == [filled]


def kill_while_writing(path: Path) -> None:
    """Leave a hot journal: pages of a transaction that never ended lie in the file."""
    program = """
        import os, sqlite3, sys
        raw = sqlite3.connect(sys.argv[1], isolation_level=None)
        raw.execute("PRAGMA cache_size = 2")
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("UPDATE library SET version = 99")
        for number in range(200):
            row = (str(number), "x" * 5000)
            raw.execute("INSERT INTO items (key, version, data) VALUES (?, 9, ?)", row)
        os._exit(0)
    """
    run_python(program, path)


def run_python(program: str, path: Path) -> str:
    done = run(textwrap.dedent(program), path)
    assert done.returncode == 0, done.stderr
    return done.stdout


# Read-only folders and full disks

AS_NOBODY = """
    import os, sys
    from pathlib import Path
    from tests.builders import an_item
    from zoterodigest.library.connect import embedded
    from zoterodigest.library.port import BadLibrary
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
    path = Path(sys.argv[1])
    library = embedded(path)
    try:
        print(library.is_read_only, len(library.read().items))
        library.write([an_item()])
    except BadLibrary as error:
        print(type(error).__name__, error.exit_code)
        print(error)
"""


@pytest.fixture
def locked_down(filled: Path) -> Iterator[Path]:
    """A library of root in a folder of root, that others may only read."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root can run a test as somebody else")
    above = [folder for folder in filled.parents if folder.stat().st_mode & 0o5 != 0o5]
    modes = {folder: folder.stat().st_mode for folder in above}
    for folder in above:
        folder.chmod(0o755)
    yield filled
    for folder, mode in modes.items():
        folder.chmod(mode)


def test_a_read_only_library_is_read_but_not_written(locked_down: Path) -> None:
    before = (locked_down.read_bytes(), list(locked_down.parent.iterdir()))

    said = run_python(AS_NOBODY, locked_down).splitlines()

    assert said[:2] == ["True 2", "LibraryReadOnly 15"]
    assert "read-only" in said[2]
    assert (locked_down.read_bytes(), list(locked_down.parent.iterdir())) == before


def test_a_writable_library_in_a_read_only_folder_is_read_but_not_written(
    locked_down: Path,
) -> None:
    locked_down.chmod(0o666)

    said = run_python(AS_NOBODY, locked_down).splitlines()

    assert said[:2] == ["True 2", "LibraryReadOnly 15"]


def test_a_missing_library_in_a_read_only_folder_reads_as_empty(locked_down: Path) -> None:
    said = run_python(AS_NOBODY, locked_down.parent / "other.sqlite").splitlines()

    assert said[:2] == ["True 0", "LibraryReadOnly 15"]


def test_a_library_that_may_not_be_read_is_told(locked_down: Path) -> None:
    locked_down.chmod(0o600)

    said = run_python(AS_NOBODY, locked_down).splitlines()

    assert said[0] == "BadLibrary 14"
    assert "cannot be used: Permission denied" in said[1]


def test_half_written_pages_in_a_read_only_folder_are_never_shown(locked_down: Path) -> None:
    kill_while_writing(locked_down)

    said = run_python(AS_NOBODY, locked_down).splitlines()

    assert said[0] in {"BadLibrary 14", "LibraryReadOnly 15"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of 256 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "mount") or libc.mount(b"tmpfs", bytes(folder), b"tmpfs", 0, b"size=256k"):
        pytest.skip("no disk can be mounted here")
    yield folder
    libc.umount2(bytes(folder), 2)


def test_a_full_disk_leaves_the_library_as_it_was(small_disk: Path) -> None:
    library = embedded(small_disk / "library.sqlite")
    library.write([an_item()])
    before = library.read()
    long = [an_item(a_key(number), abstractNote="x" * 20_000) for number in range(40)]

    with pytest.raises(BadLibrary, match="disk is full") as error:
        library.write(long)

    assert "Make room" in error.value.hint
    assert library.read() == before
    assert [path.name for path in small_disk.iterdir()] == ["library.sqlite"]
    assert isinstance(library.write(long[:1])[0], Written)


def test_a_full_disk_creates_no_half_library(small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(b"x" * 250_000)
    library = embedded(small_disk / "library.sqlite")

    with pytest.raises(BadLibrary, match="disk is full"):
        library.write([an_item()])

    assert library.read().items == ()
    (small_disk / "ballast").unlink()
    assert isinstance(library.write([an_item()])[0], Written)


def test_read_only_is_a_kind_of_bad_library() -> None:
    assert issubclass(LibraryReadOnly, BadLibrary)
    assert LibraryReadOnly.exit_code == 15


# Speed


@pytest.mark.deep
def test_five_thousand_items_are_read_at_once(path: Path) -> None:
    library = embedded(path)
    for first in range(0, 5000, 50):
        batch = [an_item(a_key(n), abstractNote="text " * 200) for n in range(first, first + 50)]
        outcomes = library.write(batch)
    assert not any(isinstance(outcome, Refused) for outcome in outcomes)

    snapshot = library.read()

    assert len(snapshot.items) == 5000
