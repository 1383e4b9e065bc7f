"""Everything in the embedded library at one version, read whole or over what was read before."""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter

from zoterodigest.library.embedded import tables
from zoterodigest.library.embedded.tables import Connection
from zoterodigest.library.port import LibraryItem, Snapshot


def whole_snapshot(connection: Connection) -> Snapshot:
    """Return all that the library holds."""
    return Snapshot(
        tables.version(connection),
        tuple(tables.all_items(connection)),
        tuple(tables.all_collections(connection)),
        tables.token(connection),
    )


def snapshot_since(connection: Connection, since: Snapshot) -> Snapshot:
    """Return all that the library holds, which held `since` after one of its last writes."""
    token = tables.token(connection)
    if token == since.token:
        return since
    collections = tuple(tables.all_collections(connection))
    changed = tables.items_since(connection, since.version)
    left_out = {*tables.erased(connection, "item", since.version), *(one.key for one in changed)}
    kept = [item for item in since.items if item.key not in left_out]
    # Items may have left these without a new version: erasing a collection does that (measured at
    # zotero.org), also one that is made again.
    if emptied := {one.key for one in {*since.collections} - {*collections}}:
        kept = [_placed(connection, item, emptied) for item in kept]
    items = sorted([*kept, *changed], key=attrgetter("key"))
    return Snapshot(tables.version(connection), tuple(items), collections, token)


def _placed(connection: Connection, item: LibraryItem, emptied: set[str]) -> LibraryItem:
    """Return an item in the collections that it is in now, if it was in one of `emptied`."""
    if emptied.isdisjoint(item.data.get("collections", ())):
        return item
    now = sorted(tables.collections_of(connection, item.key))
    return replace(item, data={**item.data, "collections": now})
