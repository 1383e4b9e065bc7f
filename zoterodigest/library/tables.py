"""The rows of the embedded library's database as items and collections, and back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from zoterodigest.library.port import BadLibrary, Collection, LibraryItem

Connection = sqlite3.Connection
Erased = Literal["item", "collection"]

_ITEMS = "SELECT key, version, parent, data FROM items"
_COLLECTIONS = "SELECT key, version, name, parent, trashed FROM collections"
_PLACES = frozenset({"parentItem", "collections"})


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


def all_items(connection: Connection) -> Iterator[LibraryItem]:
    """Yield every item in key order."""
    memberships: dict[str, list[str]] = {}
    for item, collection in connection.execute("SELECT item, collection FROM memberships"):
        memberships.setdefault(item, []).append(collection)
    for row in connection.execute(f"{_ITEMS} ORDER BY key"):
        yield _item(row, memberships.get(row[0], []))


def find_item(connection: Connection, key: str) -> LibraryItem | None:
    """Return the item with this key, if there is one."""
    row = connection.execute(f"{_ITEMS} WHERE key = ?", (key,)).fetchone()
    if row is None:
        return None
    memberships = connection.execute("SELECT collection FROM memberships WHERE item = ?", (key,))
    return _item(row, [collection for (collection,) in memberships])


def store_item(connection: Connection, item: LibraryItem) -> None:
    """Put `item` in place of what has its key."""
    kept = {name: item.data[name] for name in item.data if name not in _PLACES}
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    connection.execute(
        "INSERT INTO items (key, version, parent, data) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO "
        "UPDATE SET version = excluded.version, parent = excluded.parent, data = excluded.data",
        (item.key, item.version, item.data.get("parentItem"), text),
    )
    connection.execute("DELETE FROM memberships WHERE item = ?", (item.key,))
    members = [(item.key, collection) for collection in item.data.get("collections", [])]
    connection.executemany("INSERT INTO memberships VALUES (?, ?)", members)
    _unlog(connection, "item", item.key)


def erase_item(connection: Connection, key: str) -> None:
    """Erase the item with this key and what lies below it; log each of their keys."""
    below = """WITH RECURSIVE below (key) AS (
        SELECT key FROM items WHERE key = ?
        UNION SELECT items.key FROM items JOIN below ON items.parent = below.key
    ) SELECT key FROM below"""
    keys = [found for (found,) in connection.execute(below, (key,))]
    if keys:
        connection.execute("DELETE FROM items WHERE key = ?", (key,))
        _log(connection, "item", keys)


def all_collections(connection: Connection) -> Iterator[Collection]:
    """Yield every collection in key order."""
    return map(_collection, connection.execute(f"{_COLLECTIONS} ORDER BY key"))


def find_collection(connection: Connection, key: str) -> Collection | None:
    """Return the collection with this key, if there is one."""
    row = connection.execute(f"{_COLLECTIONS} WHERE key = ?", (key,)).fetchone()
    return _collection(row) if row else None


def store_collection(connection: Connection, collection: Collection) -> None:
    """Put `collection` in place of what has its key."""
    connection.execute(
        "INSERT INTO collections (key, version, name, parent, trashed) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (key) DO UPDATE SET version = excluded.version, name = excluded.name, "
        "parent = excluded.parent, trashed = excluded.trashed",
        (
            collection.key,
            collection.version,
            collection.name,
            collection.parent,
            collection.is_trashed,
        ),
    )
    _unlog(connection, "collection", collection.key)


def erase_collection(connection: Connection, key: str) -> None:
    """Erase the collection with this key and those below it; only its own key is logged."""
    if connection.execute("DELETE FROM collections WHERE key = ?", (key,)).rowcount:
        _log(connection, "collection", [key])


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
    """Put an item together: where it lies stands in columns, everything else in its JSON."""
    key, version, parent, text = row
    try:
        data = json.loads(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise _damaged(f"the item {key!r}") from error
    if not isinstance(data, dict) or not _is_in_shape(data):
        raise _damaged(f"the item {key!r}")
    place = {"collections": sorted(collections)} if parent is None else {"parentItem": parent}
    return LibraryItem(key, version, data | place)


def _is_in_shape(data: Mapping[str, object]) -> bool:
    """Tell whether tags and creators, which all readers go through, are lists of texts by name."""
    tags, creators = data.get("tags", []), data.get("creators", [])
    return (
        isinstance(tags, list)
        and all(isinstance(tag, dict) and isinstance(tag.get("tag"), str) for tag in tags)
        and isinstance(creators, list)
        and all(isinstance(one, dict) and _holds_texts(one) for one in creators)
    )


def _holds_texts(creator: Mapping[str, object]) -> bool:
    return all(isinstance(value, str) for value in creator.values())


def _collection(row: tuple[str, int, str, str | None, int]) -> Collection:
    key, version, name, parent, trashed = row
    return Collection(key, version, name, parent, bool(trashed))


def _damaged(what: str) -> BadLibrary:
    return BadLibrary(
        f"{what} of the embedded library is damaged", "Put back a copy of the library."
    )


def _log(connection: Connection, kind: Erased, keys: Sequence[str]) -> None:
    version = next_version(connection)
    rows = [(kind, key, version) for key in keys]
    connection.executemany("INSERT OR REPLACE INTO deletions VALUES (?, ?, ?)", rows)


def _unlog(connection: Connection, kind: Erased, key: str) -> None:
    connection.execute("DELETE FROM deletions WHERE kind = ? AND key = ?", (kind, key))
