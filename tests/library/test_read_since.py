"""What was read before never changes what is read: a law of every backend.

A person writes into the library behind it, in any way that a library can be written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import a_collection, a_key, a_note, an_item, changed
from tests.library.desktop import a_desktop
from tests.library.web import a_server
from zoterodigest.library.connect import embedded
from zoterodigest.library.embedded.database import DatabaseInMemory
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.library.port import Library, LibraryItem, Snapshot

ITEMS = tuple(map(a_key, range(4)))
NOTES = tuple(map(a_key, range(4, 6)))
COLLECTIONS = tuple(map(a_key, range(10, 13)))


@dataclass(frozen=True, slots=True)
class Backend:
    """A library, the embedded library behind it, and how another reader opens it."""

    library: Library
    behind: EmbeddedLibrary
    opened: Callable[[], AbstractContextManager[Library]]


@contextmanager
def in_memory() -> Iterator[Backend]:
    with EmbeddedLibrary(DatabaseInMemory("embedded:5a1f"), clock=_now) as library:
        yield Backend(library, library, lambda: _kept_open(library))


@contextmanager
def on_disk() -> Iterator[Backend]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "library.sqlite"
        with embedded(path) as library, embedded(path) as behind:
            yield Backend(library, behind, lambda: embedded(path))


@contextmanager
def on_the_web() -> Iterator[Backend]:
    with a_server() as server, server.client() as library:
        yield Backend(library, server.behind, server.client)


@contextmanager
def in_the_running_zotero() -> Iterator[Backend]:
    with a_desktop() as desktop, desktop.client() as library:
        yield Backend(library, desktop.zotero.library, desktop.client)


@contextmanager
def _kept_open(library: Library) -> Iterator[Library]:
    yield library


def _now() -> datetime:
    return datetime(2026, 8, 1, tzinfo=UTC)


BACKENDS = [in_memory, on_disk, on_the_web, in_the_running_zotero]

Write = Callable[[EmbeddedLibrary], object]


def create_item(key: str, collections: list[str]) -> Write:
    return lambda library: library.write([an_item(key, collections=collections)])


def create_note(key: str, parent: str) -> Write:
    return lambda library: library.write([a_note(parent, key)])


def edit_item(key: str, title: str) -> Write:
    return lambda library: _edited(library, key, title=title)


def trash_item(key: str, mark: int) -> Write:
    return lambda library: _edited(library, key, deleted=mark)


def move_item(key: str, collections: list[str]) -> Write:
    return lambda library: _edited(library, key, collections=collections)


def erase_item(key: str) -> Write:
    return lambda library: library.erase([key])


def put_collection(key: str, name: str, parent: str | None, is_trashed: bool) -> Write:
    def write(library: EmbeddedLibrary) -> None:
        found = library.fetch_collections([key]) or [a_collection(key)]
        now = replace(found[0], name=name, parent=parent, is_trashed=is_trashed)
        library.write_collections([now])

    return write


def erase_collection(key: str) -> Write:
    return lambda library: library.erase_collections([key])


def _edited(library: EmbeddedLibrary, key: str, **data: object) -> None:
    for item in library.fetch([key]):
        library.write([changed(item, **data)])


some_items = st.sampled_from(ITEMS)
some_collections = st.lists(st.sampled_from(COLLECTIONS), unique=True, max_size=2)
titles = st.sampled_from(["A", "B", "C"])
writes = st.one_of(
    st.builds(create_item, some_items, some_collections),
    st.builds(create_note, st.sampled_from(NOTES), some_items),
    st.builds(edit_item, some_items, titles),
    st.builds(trash_item, some_items, st.sampled_from([0, 1])),
    st.builds(move_item, some_items, some_collections),
    st.builds(erase_item, st.sampled_from([*ITEMS, *NOTES])),
    st.builds(
        put_collection,
        st.sampled_from(COLLECTIONS),
        titles,
        st.sampled_from([None, *COLLECTIONS]),
        st.booleans(),
    ),
    st.builds(erase_collection, st.sampled_from(COLLECTIONS)),
)

PREPARED: tuple[Write, ...] = (
    *(put_collection(key, "A", None, False) for key in COLLECTIONS),
    *(create_item(key, [COLLECTIONS[0]]) for key in ITEMS),
    *(create_note(key, ITEMS[0]) for key in NOTES),
)


@pytest.mark.parametrize("backend", BACKENDS)
@settings(max_examples=settings().max_examples // 2)  # for each backend
@given(steps=st.lists(st.lists(writes, max_size=4), min_size=1, max_size=4), data=st.data())
def test_reading_over_an_earlier_snapshot_is_reading_all(
    backend: Callable[[], AbstractContextManager[Backend]],
    steps: list[list[Write]],
    data: st.DataObject,
) -> None:
    with backend() as at:
        _done(at.behind, PREPARED)
        earlier = [at.library.read()]
        for step in steps:
            _done(at.behind, step)

            found = at.library.read(data.draw(st.sampled_from(earlier)))

            with at.opened() as another:
                assert found == another.read()
            earlier.append(found)


def _done(library: EmbeddedLibrary, writes: tuple[Write, ...] | list[Write]) -> None:
    for write in writes:
        write(library)


@given(
    first=st.lists(writes, max_size=4),
    second=st.lists(writes, max_size=4),
    third=st.lists(writes, max_size=4),
)
def test_a_restored_library_is_read_as_it_is_whatever_was_read_before(
    first: list[Write], second: list[Write], third: list[Write]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "library.sqlite"
        library = embedded(path)
        _done(library, (*PREPARED, *first))
        copy, at_copy = path.read_bytes(), library.read()
        _done(library, second)
        before = library.read()

        path.write_bytes(copy)
        _done(library, third)

        whole = library.read()
        assert library.read(before) == library.read(at_copy) == whole


def test_reading_over_a_snapshot_reads_only_what_changed() -> None:
    with in_memory() as at:
        _done(at.behind, PREPARED)
        before = at.library.read()

        assert at.library.read(before) is before
        _edited(at.behind, ITEMS[0], title="B")

        after = at.library.read(before)
        assert [one.key for one in after.items if not _is_among(one, before)] == [ITEMS[0]]


def _is_among(item: LibraryItem, snapshot: Snapshot) -> bool:
    return any(item is one for one in snapshot.items)
