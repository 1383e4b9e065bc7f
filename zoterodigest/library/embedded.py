"""The embedded library: a Zotero library in a SQLite database, for trying out without an account.

It keeps the rules of the Zotero server that the port promises (docs of `Library`); values are
judged by `rules`, and the database by itself keeps children and memberships from dangling.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from zoterodigest.library import tables
from zoterodigest.library.database import Database
from zoterodigest.library.port import (
    Collection,
    LibraryItem,
    Outcome,
    Refused,
    Snapshot,
    Stale,
    Unchanged,
    Written,
    require_batch,
)
from zoterodigest.library.rules import NotAccepted, collection_name, is_key, patched, timestamp
from zoterodigest.library.schema import item_types
from zoterodigest.library.tables import Connection


@dataclass(frozen=True, slots=True)
class Deleted:
    """The keys of what was erased, sorted."""

    items: tuple[str, ...]
    collections: tuple[str, ...]


class EmbeddedLibrary:
    """The library in `database`; `clock` tells the time for dateAdded and dateModified."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    @property
    def identity(self) -> str:
        """The identity given at creation; before the first write the one it then will have."""
        with self._database.reading() as connection:
            return tables.identity(connection)

    @property
    def former_identity(self) -> str:
        """Nothing: the identity is known from the beginning."""
        return ""

    def recognise(self, identity: str) -> None:
        """Do nothing: no other identity ever stands for it."""

    @property
    def instance(self) -> str:
        """Nothing: there is one."""
        return ""

    @property
    def stored_keys(self) -> Mapping[str, str]:
        """Nothing: every key is taken."""
        return {}

    @property
    def is_read_only(self) -> bool:
        """Whether the file or its folder cannot be written."""
        return self._database.is_read_only

    def version(self) -> int:
        """Return the library version; 0 before the first write."""
        with self._database.reading() as connection:
            return tables.version(connection)

    def read(self) -> Snapshot:
        """Return everything at one version."""
        with self._database.reading() as connection:
            return Snapshot(
                tables.version(connection),
                tuple(tables.all_items(connection)),
                tuple(tables.all_collections(connection)),
            )

    def fetch(self, keys: Sequence[str]) -> list[LibraryItem]:
        """Return the items with `keys` as they are now, in key order."""
        with self._database.reading() as connection:
            found = [tables.find_item(connection, key) for key in sorted(set(keys))]
        return [item for item in found if item is not None]

    def fetch_collections(self, keys: Sequence[str]) -> list[Collection]:
        """Return the collections with `keys` as they are now, in key order."""
        wanted = set(keys)
        return [one for one in self.read().collections if one.key in wanted]

    def write(self, items: Sequence[LibraryItem]) -> list[Outcome]:
        """Create or change items, in one transaction."""
        require_batch(items)
        now = timestamp(self._clock())
        with self._database.writing() as connection:
            return [_write_item(connection, item, now) for item in items]

    def write_collections(self, collections: Sequence[Collection]) -> list[Outcome]:
        """Create or change collections, in one transaction."""
        require_batch(collections)
        with self._database.writing() as connection:
            return [_write_collection(connection, collection) for collection in collections]

    def erase(self, keys: Iterable[str], *, at: int | None = None) -> bool:
        """Erase items with their children, for good; unknown keys are passed over.

        As when a person empties the trash. The port has no such thing: the tool only trashes.
        If one of the items was written after version `at`, nothing is erased: False.
        """
        with self._database.writing() as connection:
            found = [tables.find_item(connection, key) for key in sorted(set(keys))]
            known = [item for item in found if item is not None]
            if _is_any_later(known, at):
                return False
            for item in known:
                tables.erase_item(connection, item.key)
        return True

    def erase_collections(self, keys: Iterable[str], *, at: int | None = None) -> bool:
        """Erase collections; those below go too, unlogged, and no item changes its version.

        If one of the collections was written after version `at`, nothing is erased: False.
        """
        with self._database.writing() as connection:
            found = [tables.find_collection(connection, key) for key in sorted(set(keys))]
            known = [collection for collection in found if collection is not None]
            if _is_any_later(known, at):
                return False
            for collection in known:
                tables.erase_collection(connection, collection.key)
        return True

    def deleted(self, since: int) -> Deleted:
        """Return what was erased after the library version `since` and not created again."""
        with self._database.reading() as connection:
            items = tables.erased(connection, "item", since)
            return Deleted(items, tables.erased(connection, "collection", since))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._database.close()


def _is_any_later(objects: Iterable[LibraryItem | Collection], at: int | None) -> bool:
    return at is not None and any(one.version > at for one in objects)


def _write_item(connection: Connection, item: LibraryItem, now: str) -> Outcome:
    stored = tables.find_item(connection, item.key)
    if item.version != (stored.version if stored else 0):
        return Stale(item.key)
    try:
        data = _accepted(connection, item, stored, now)
    except NotAccepted as refusal:
        return Refused(item.key, refusal.code, refusal.message)
    if stored and data == stored.data:
        return Unchanged(item.key, stored.version)
    version = tables.next_version(connection)
    tables.store_item(connection, LibraryItem(item.key, version, data))
    return Written(item.key, version)


def _accepted(
    connection: Connection, item: LibraryItem, stored: LibraryItem | None, now: str
) -> dict[str, Any]:
    _require_key(item.key)
    data = patched(stored.data if stored else None, item.data, now=now)
    if "parentItem" in data:
        _require_parent(connection, data["itemType"], data["parentItem"])
    for key in data.get("collections", []):
        if tables.find_collection(connection, key) is None:
            raise NotAccepted(409, f"there is no collection {key}")
    return data


def _require_key(key: str) -> None:
    if not is_key(key):
        raise NotAccepted(400, f"{key!r} is no key")


def _require_parent(connection: Connection, kind: str, key: str) -> None:
    parent = tables.find_item(connection, key)
    if parent is None:
        raise NotAccepted(409, f"there is no item {key} to lie below")
    found = parent.data["itemType"]
    fits = found == "attachment" if kind == "annotation" else not item_types()[found].is_part
    if not fits:
        raise NotAccepted(409, f"a {kind} cannot lie below a {found}")


def _write_collection(connection: Connection, collection: Collection) -> Outcome:
    stored = tables.find_collection(connection, collection.key)
    if collection.version != (stored.version if stored else 0):
        return Stale(collection.key)
    try:
        _require_key(collection.key)
        named = replace(collection, name=collection_name(collection.name))
        _require_shelf(connection, collection)
    except NotAccepted as refusal:
        return Refused(collection.key, refusal.code, refusal.message)
    if named == stored:
        return Unchanged(collection.key, stored.version)
    version = tables.next_version(connection)
    tables.store_collection(connection, replace(named, version=version))
    return Written(collection.key, version)


def _require_shelf(connection: Connection, collection: Collection) -> None:
    """Raise unless the parent exists and is neither the collection itself nor below it."""
    above = collection.parent
    while above is not None:
        if above == collection.key:
            raise NotAccepted(409, "a collection cannot lie below itself")
        found = tables.find_collection(connection, above)
        if found is None:
            raise NotAccepted(409, f"there is no collection {above}")
        above = found.parent
