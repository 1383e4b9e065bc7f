"""The rows of the embedded library's database as items and collections, and back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, ItemsView, Iterator, Mapping, Sequence
from dataclasses import astuple
from operator import itemgetter
from sys import intern
from typing import Any, Literal

from zoterodigest.foreign import OBJECT, BadJson, read_json, read_json_as
from zoterodigest.frozen import dataclass
from zoterodigest.library.embedded.migrations import HAS_RELATED
from zoterodigest.library.item_json import Data
from zoterodigest.library.port import BadLibrary, Collection, LibraryItem

Connection = sqlite3.Connection
Erased = Literal["item", "collection"]

_ITEMS = "SELECT key, version, parent, data FROM items"
_TYPED_ITEMS = "SELECT key, version, parent, data, json_extract(data, '$.itemType') FROM items"
_SINCE = "WHERE version > ?"
_COLLECTIONS = "SELECT key, version, name, parent, trashed FROM collections"
_PLACES = frozenset({"parentItem", "collections"})


@dataclass(frozen=True, slots=True)
class ItemUsers:
    """The numbers of the users who created and last changed an item, where they are known."""

    created_by: int | None = None
    modified_by: int | None = None


def identity(connection: Connection) -> str:
    """Return the library's identity."""
    return _head(connection)[0]


def version(connection: Connection) -> int:
    """Return the library version."""
    return _head(connection)[1]


def next_version(connection: Connection) -> int:
    """Raise the library version by one and return it."""
    connection.execute("UPDATE library SET version = version + 1")
    return version(connection)


def record_write(connection: Connection) -> None:
    """Renew the token of the library: each transaction that writes ends with this."""
    connection.execute(
        "INSERT INTO writes (version, token) SELECT version, hex(randomblob(8)) FROM library"
    )
    connection.execute("DELETE FROM writes WHERE number <= (SELECT max(number) FROM writes) - 1000")


def token(connection: Connection) -> str:
    """Return the token of the last write; "" before the first one."""
    row = connection.execute("SELECT token FROM writes ORDER BY number DESC LIMIT 1").fetchone()
    return row[0] if row else ""


def has_written(connection: Connection, version: int, token: str) -> bool:
    """Tell whether one of the last writes left the library at this version with this token."""
    query = "SELECT 1 FROM writes WHERE version = ? AND token = ?"
    return connection.execute(query, (version, token)).fetchone() is not None


def all_items(connection: Connection) -> list[LibraryItem]:
    """Return every item in key order."""
    placed = memberships(connection)
    return _items_read_late(connection, "", (), lambda key: placed.get(key, []))


def memberships(connection: Connection) -> dict[str, list[str]]:
    """Return the keys of the collections that items are in, for those that are in any."""
    found: dict[str, list[str]] = {}
    for item, collection in connection.execute("SELECT item, collection FROM memberships"):
        found.setdefault(item, []).append(collection)
    return found


def items_since(connection: Connection, version: int) -> list[LibraryItem]:
    """Return the items that were written after the library version `version`, in key order."""
    given = (version,)
    return _items_read_late(connection, _SINCE, given, lambda key: collections_of(connection, key))


def _items_read_late(
    connection: Connection,
    where: str,
    given: tuple[int, ...],
    collections: Callable[[str], list[str]],
) -> list[LibraryItem]:
    """Return the items of a part of the table in key order, with `RowData`."""
    try:
        rows = connection.execute(f"{_TYPED_ITEMS} {where}", given).fetchall()
    except sqlite3.OperationalError:  # SQLite has no JSON, or one row is not JSON
        untyped = connection.execute(f"{_ITEMS} {where} ORDER BY key", given)
        return [_item(row, collections(row[0])) for row in untyped.fetchall()]
    # By SQLite, through its index, that takes 10 ms for 10,000 items.
    rows.sort(key=itemgetter(0))
    return [
        LibraryItem(key, version, RowData(key, text, intern(kind), parent, collections(key)))
        if isinstance(kind, str)
        # Then it may be no item at all.
        else _item((key, version, parent, text), collections(key))
        for key, version, parent, text, kind in rows
    ]


def collections_of(connection: Connection, key: str) -> list[str]:
    """Return the keys of the collections that the item `key` is in."""
    query = "SELECT collection FROM memberships WHERE item = ?"
    return [collection for (collection,) in connection.execute(query, (key,))]


def find_item(connection: Connection, key: str) -> LibraryItem | None:
    """Return the item with this key, if there is one."""
    row = connection.execute(f"{_ITEMS} WHERE key = ?", (key,)).fetchone()
    if row is None:
        return None
    return _item(row, collections_of(connection, key))


def items_with_related(connection: Connection) -> list[LibraryItem]:
    """Return the items that name related ones, which are few, in key order."""
    rows = connection.execute(f"{_ITEMS} WHERE {HAS_RELATED} ORDER BY key").fetchall()
    return [_item(row, []) for row in rows]


def store_item(connection: Connection, item: LibraryItem, credit: ItemUsers = ItemUsers()) -> None:
    """Put `item` in place of what has its key; who is not known in `credit` stays as it was."""
    kept = {name: item.data[name] for name in item.data if name not in _PLACES}
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    connection.execute(
        "INSERT INTO items (key, version, parent, data, created_by, modified_by) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET version = excluded.version, "
        "parent = excluded.parent, data = excluded.data, "
        "created_by = coalesce(created_by, excluded.created_by), "
        "modified_by = coalesce(excluded.modified_by, modified_by)",
        (item.key, item.version, item.data.get("parentItem"), text, *astuple(credit)),
    )
    connection.execute("DELETE FROM memberships WHERE item = ?", (item.key,))
    members = [(item.key, collection) for collection in item.data.get("collections", [])]
    connection.executemany("INSERT INTO memberships VALUES (?, ?)", members)
    # An item that is created again is no longer listed as deleted, as on zotero.org.
    _unlog(connection, "item", item.key)


def erase_item(connection: Connection, key: str) -> None:
    """Erase the item with this key and what lies below it; log each of their keys."""
    # Logged before the rows are deleted: an item that is created again keeps its first author.
    log = """INSERT OR REPLACE INTO deletions WITH RECURSIVE below (key) AS (
        SELECT key FROM items WHERE key = ?
        UNION SELECT items.key FROM items JOIN below ON items.parent = below.key
    ) SELECT 'item', key, (SELECT version + 1 FROM library), created_by
        FROM items WHERE key IN below"""
    if connection.execute(log, (key,)).rowcount:
        connection.execute("DELETE FROM items WHERE key = ?", (key,))
        next_version(connection)


def former_creator(connection: Connection, key: str) -> int | None:
    """Return who had created the erased item with this key, if that is known."""
    query = "SELECT created_by FROM deletions WHERE kind = 'item' AND key = ?"
    row = connection.execute(query, (key,)).fetchone()
    return row[0] if row else None


def credits(connection: Connection) -> dict[str, ItemUsers]:
    """Return for each item that has one who created and last changed it."""
    query = "SELECT key, created_by, modified_by FROM items WHERE created_by OR modified_by"
    return {key: ItemUsers(*users) for key, *users in connection.execute(query)}


def order_added(connection: Connection) -> dict[str, int]:
    """Return a number for each item that rises in the order in which they were added.

    SQLite gives rows rising numbers, which changes leave as they are.
    """
    return dict(connection.execute("SELECT key, rowid FROM items"))


def all_collections(connection: Connection) -> Iterator[Collection]:
    """Yield every collection in key order."""
    return map(_collection, connection.execute(f"{_COLLECTIONS} ORDER BY key"))


def find_collection(connection: Connection, key: str) -> Collection | None:
    """Return the collection with this key, if there is one."""
    row = connection.execute(f"{_COLLECTIONS} WHERE key = ?", (key,)).fetchone()
    return _collection(row) if row else None


def relations_of_collections(connection: Connection) -> dict[str, dict[str, Any]]:
    """Return the relations of the collections that have some, by key."""
    query = "SELECT key, relations FROM collections WHERE relations != '{}'"
    return {key: _relations(key, text) for key, text in connection.execute(query)}


def relations_of_collection(connection: Connection, key: str) -> dict[str, Any]:
    """Return the relations of one collection; none if there is no such collection."""
    query = "SELECT relations FROM collections WHERE key = ?"
    row = connection.execute(query, (key,)).fetchone()
    return _relations(key, row[0]) if row else {}


def _relations(key: str, text: str) -> dict[str, Any]:
    try:
        return read_json_as(OBJECT, text)
    except (TypeError, BadJson) as error:
        raise _damaged(f"the collection {key!r}") from error


def store_collection(connection: Connection, collection: Collection, relations: Data) -> None:
    """Put `collection` in place of what has its key."""
    connection.execute(
        "INSERT INTO collections (key, version, name, parent, trashed, relations) "
        "VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (key) DO UPDATE SET version = excluded.version, name = excluded.name, "
        "parent = excluded.parent, trashed = excluded.trashed, relations = excluded.relations",
        (*astuple(collection), json.dumps(relations, ensure_ascii=False, sort_keys=True)),
    )
    _unlog(connection, "collection", collection.key)


def erase_collection(connection: Connection, key: str) -> None:
    """Erase the collection with this key and those below it; only its own key is logged."""
    if connection.execute("DELETE FROM collections WHERE key = ?", (key,)).rowcount:
        row = ("collection", key, next_version(connection), None)
        connection.execute("INSERT OR REPLACE INTO deletions VALUES (?, ?, ?, ?)", row)


def erased(connection: Connection, kind: Erased, since: int) -> tuple[str, ...]:
    """Return the keys logged after the library version `since`, sorted."""
    query = "SELECT key FROM deletions WHERE kind = ? AND version > ? ORDER BY key"
    return tuple(key for (key,) in connection.execute(query, (kind, since)))


def _head(connection: Connection) -> tuple[str, int]:
    match connection.execute("SELECT identity, version FROM library").fetchall():
        case [(str(identity), int(version))]:
            return identity, version
        case _:
            raise _damaged("the head")


def _item(row: tuple[str, int, str | None, str], collections: list[str]) -> LibraryItem:
    """Return a row as an item: its place comes from columns, everything else from its JSON."""
    key, version, parent, text = row
    return LibraryItem(key, version, _data(key, text, _place(parent, collections)))


def _place(parent: str | None, collections: Sequence[str]) -> dict[str, Any]:
    return {"collections": sorted(collections)} if parent is None else {"parentItem": parent}


def _data(key: str, text: str, place: Mapping[str, Any]) -> dict[str, Any]:
    try:
        data = read_json(text)
    except (TypeError, BadJson) as error:
        raise _damaged(f"the item {key!r}") from error
    if not isinstance(data, dict) or not _is_in_shape(data):
        raise _damaged(f"the item {key!r}")
    # Each reading of JSON makes names anew, 2 kB of them for an item with an attachment.
    return {**{intern(name): value for name, value in data.items()}, **place}


_RELATIONS, _NONE = '"relations"', '"relations":{}'
"""How relations stand in a row, and no relations: in texts of it, quotation marks are escaped."""


class RowData(Mapping[str, Any]):
    """The data of an item as its row has it; the JSON is read when somebody asks for it.

    A run over a part of a library asks for little: to read the JSON of 10,000 items takes 70 ms,
    and to print it anew for their prints 80. Raises `BadLibrary` then if it is damaged.
    """

    __slots__ = ("_collections", "_key", "_kind", "_parent", "_read", "_text")

    # No dict: a first push of short entries holds two of these for each, of 0.8 of its 22 kB.
    def __init__(
        self, key: str, text: str, kind: str, parent: str | None, collections: Sequence[str]
    ) -> None:
        self._key = key
        self._text = text
        self._kind = kind
        self._parent = parent
        self._collections = tuple(sorted(collections))
        self._read: dict[str, Any] | None = None

    def _column(self, name: str) -> Any:
        """Return what the row has under this name beside its JSON; None if it has nothing."""
        match name:
            case "itemType":
                return self._kind
            case "parentItem":
                return self._parent
            case "collections" if self._parent is None:
                return list(self._collections)
            case _:
                return None

    def __getitem__(self, name: str) -> Any:
        value = self._column(name)
        return self._whole[name] if value is None else value

    def get(self, name: str, default: Any = None) -> Any:
        """Return what has this name, else `default`."""
        value = self._column(name)
        if value is not None:
            return value
        # Most items lack most fields: no name has signs that JSON would write by a code.
        if self._read is None and f'"{name}"' not in self._text and "\\u" not in self._text:
            return default
        # Every item is asked what it replaces.
        if name == "relations" and 0 < self._text.count(_RELATIONS) == self._text.count(_NONE):
            return {}
        return self._whole.get(name, default)

    def items(self) -> ItemsView[str, Any]:
        """Return all of it; nothing of that is kept."""
        # Who compares or copies an item needs it once: kept, what a first push has written is a
        # tenth of its memory.
        return (self._read or self._data()).items()

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole)

    def __len__(self) -> int:
        return len(self._whole)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, RowData) and self._text == other._text:
            return self._place == other._place
        return self._whole == (other._whole if isinstance(other, RowData) else other)

    __hash__ = None  # type: ignore[assignment]  # as of a dict

    def __repr__(self) -> str:
        return f"{self._text} {self._parent or self._collections}"

    @property
    def _place(self) -> dict[str, Any]:
        return _place(self._parent, self._collections)

    @property
    def _whole(self) -> dict[str, Any]:
        if self._read is None:
            self._read = self._data()
        return self._read

    def _data(self) -> dict[str, Any]:
        return _data(self._key, self._text, self._place)


def _is_in_shape(data: Mapping[str, object]) -> bool:
    """Tell whether tags and creators, which all readers go through, are lists of texts by name."""
    tags, creators = data.get("tags", []), data.get("creators", [])
    if not isinstance(tags, list) or not isinstance(creators, list):
        return False
    # Plain loops: with generators, to read a library takes 6% more time.
    for tag in tags:
        if not isinstance(tag, dict) or not isinstance(tag.get("tag"), str):
            return False
    for one in creators:
        if not isinstance(one, dict):
            return False
        for value in one.values():
            if not isinstance(value, str):
                return False
    return True


def _collection(row: tuple[str, int, str, str | None, int]) -> Collection:
    key, version, name, parent, trashed = row
    return Collection(key, version, name, parent, bool(trashed))


def _damaged(what: str) -> BadLibrary:
    return BadLibrary(
        f"{what} of the embedded library is damaged", "Put back a copy of the library."
    )


def _unlog(connection: Connection, kind: Erased, key: str) -> None:
    connection.execute("DELETE FROM deletions WHERE kind = ? AND key = ?", (kind, key))
