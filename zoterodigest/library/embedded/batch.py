"""The writes of one transaction into the embedded library: each is judged, then stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from zoterodigest.library.embedded import tables
from zoterodigest.library.embedded.tables import Connection, ItemUsers
from zoterodigest.library.port import (
    Collection,
    LibraryItem,
    Outcome,
    Refused,
    Stale,
    Unchanged,
    Written,
)
from zoterodigest.library.rules.parts import require_below
from zoterodigest.library.rules.relations import related, with_related, without_related
from zoterodigest.library.rules.rules import patched
from zoterodigest.library.rules.values import NotAccepted, collection_name, is_key, require

_NOT_BY_ANYBODY = frozenset({"collections", "relations", "dateModified"})
"""Who changes nothing else did not change the item (so does zotero.org)."""


@dataclass(slots=True)
class Batch:
    """Items written in one transaction, at the time `now`, by the user with the number `by`.

    An item that gained a related item as the other end of an earlier write of the batch has a new
    version that nobody could expect: `touched` has the one from before, which counts as well.
    """

    connection: Connection
    now: str
    by: int | None = None
    touched: dict[str, int] = field(default_factory=dict)
    _awaited: dict[str, set[str]] | None = None

    def write(self, item: LibraryItem) -> Outcome:
        """Create or change one item."""
        stored = tables.find_item(self.connection, item.key)
        version = stored.version if stored else 0
        if item.version not in (version, self.touched.get(item.key, version)):
            return Stale(item.key)
        try:
            data = self._accepted(item, stored)
        except NotAccepted as refusal:
            return Refused(item.key, refusal.code, refusal.message, refusal.data)
        if stored and data == stored.data:
            return Unchanged(item.key, stored.version)
        if stored is None:  # other items may have named it as related before it was there
            for uri in sorted(self._naming().get(item.key, ())):
                data = with_related(data, uri)
        # The version rises after the checks: on zotero.org a refused object leaves it as it was.
        written = LibraryItem(item.key, tables.next_version(self.connection), data)
        tables.store_item(self.connection, written, self._credit(written, stored))
        self._relate(written, {} if stored is None else stored.data)
        return Written(item.key, written.version)

    def _accepted(self, item: LibraryItem, stored: LibraryItem | None) -> dict[str, Any]:
        require(is_key(item.key), f"{item.key!r} is not a valid key")
        data = patched(stored.data if stored else None, item.data, now=self.now)
        if "parentItem" in data:
            self._require_parent(item.key, data)
        for key in data.get("collections", []):
            found = tables.find_collection(self.connection, key)
            require(found, f"Collection {key} not found", 409, {"collection": key})
        return data

    def _require_parent(self, key: str, data: Mapping[str, Any]) -> None:
        above = data["parentItem"]
        require(above != key, f"Item {key} cannot be a child of itself")
        # In this transaction: a parent counts if it is earlier in the batch, as on zotero.org.
        parent = tables.find_item(self.connection, above)
        if parent is None:
            raise NotAccepted(409, f"Parent item {above} not found", {"parentItem": above})
        require_below(data, parent.data)

    def _credit(self, item: LibraryItem, stored: LibraryItem | None) -> ItemUsers:
        if stored is None:
            former = tables.former_creator(self.connection, item.key)
            return ItemUsers(self.by if former is None else former, self.by)
        names = stored.data.keys() | item.data.keys()
        changed = {name for name in names if stored.data.get(name) != item.data.get(name)}
        return ItemUsers(None, None if changed <= _NOT_BY_ANYBODY else self.by)

    def _naming(self) -> dict[str, set[str]]:
        """Return by key who names an item as related; it is read once for the whole batch."""
        if self._awaited is None:
            self._awaited = {}
            for other in tables.items_with_related(self.connection):
                for home, key in related(other.data):
                    self._awaited.setdefault(key, set()).add(f"{home}{other.key}")
        return self._awaited

    def _relate(self, item: LibraryItem, before: Mapping[str, Any]) -> None:
        """Let related items know of each other; the other end gets the version of this write."""
        was, now = set(related(before)), set(related(item.data))
        for home, key in sorted(was ^ now):
            uri, is_related = f"{home}{item.key}", (home, key) in now
            naming = self._naming().setdefault(key, set())
            (naming.add if is_related else naming.discard)(uri)
            other = tables.find_item(self.connection, key)
            if other is not None and key != item.key:
                change = with_related if is_related else without_related
                data = change(other.data, uri)
                if data != other.data:
                    self.touched.setdefault(key, other.version)
                    tables.store_item(self.connection, LibraryItem(key, item.version, data))


def write_collection(
    connection: Connection, collection: Collection, relations: Mapping[str, Any] | None
) -> Outcome:
    """Create or change one collection; without `relations` it keeps what it has."""
    stored = tables.find_collection(connection, collection.key)
    if collection.version != (stored.version if stored else 0):
        return Stale(collection.key)
    try:
        require(is_key(collection.key), f"{collection.key!r} is not a valid key")
        named = replace(collection, name=collection_name(collection.name))
        _require_parent_collection(connection, collection)
    except NotAccepted as refusal:
        return Refused(collection.key, refusal.code, refusal.message, refusal.data)
    before = tables.relations_of_collection(connection, collection.key)
    after = before if relations is None else relations
    if stored and named == stored and before == after:
        return Unchanged(collection.key, stored.version)
    version = tables.next_version(connection)
    _untie(connection, collection, version)
    tables.store_collection(connection, replace(named, version=version), after)
    return Written(collection.key, version)


def _require_parent_collection(connection: Connection, collection: Collection) -> None:
    if collection.parent is None:
        return
    key, above = collection.key, collection.parent
    require(above != key, f"Collection {key} cannot be moved into itself", 409)
    found = tables.find_collection(connection, above)
    require(found, f"Parent collection {above} not found", 409, {"collection": above})


def _untie(connection: Connection, collection: Collection, version: int) -> None:
    """Move the new parent to the top if it lies below `collection`, as zotero.org does."""
    parent = above = collection.parent and tables.find_collection(connection, collection.parent)
    while parent and above:
        if above.parent == collection.key:
            moved = replace(parent, parent=None, version=version)
            kept = tables.relations_of_collection(connection, parent.key)
            tables.store_collection(connection, moved, kept)
        above = above.parent and tables.find_collection(connection, above.parent)
