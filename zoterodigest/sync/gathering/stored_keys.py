"""Keys in the library, in the place of those that a run asked for when it created things.

A library may give new objects keys of its own (`Library.stored_keys`). A run goes by the keys it
asked for until everything is written, and so do its journal and its history should it be killed;
nothing else does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from zoterodigest.core.links.link import CollectionRow, Exported, LockRow
from zoterodigest.core.plan.history import (
    CollectionChange,
    CollectionState,
    Data,
    LockRows,
    ObjectChange,
    Run,
)
from zoterodigest.core.plan.plan import Plan
from zoterodigest.core.values.keys import note_key
from zoterodigest.library.item_json import ItemJson
from zoterodigest.library.port import Collection, LibraryItem
from zoterodigest.project.log.journal import Event, Exporting, Intended, RecordedRun
from zoterodigest.sync.gathering.writes import Write, Writes

Keys = Mapping[str, str]
"""Keys in the library by those that were asked for."""


def plan_as_stored(plan: Plan, keys: Keys) -> Plan:
    """Return `plan` with what its links and rows name by the keys in the library."""
    links = tuple(replace(link, row=_linked_row(link.row, keys)) for link in plan.links)
    rows = tuple(row_as_stored(row, keys) for row in plan.rows)
    collection_rows = tuple(collection_row_as_stored(one, keys) for one in plan.collection_rows)
    return replace(plan, links=links, rows=rows, collection_rows=collection_rows)


def writes_as_stored(writes: Writes, keys: Keys) -> Writes:
    """Return `writes` by the keys in the library."""
    return replace(
        writes,
        collections=tuple(collection_as_stored(one, keys) for one in writes.collections),
        items=tuple(write_as_stored(write, keys) for write in writes.items),
        children=tuple(write_as_stored(write, keys) for write in writes.children),
    )


def write_as_stored(write: Write, keys: Keys) -> Write:
    """Return `write` by the keys in the library."""
    attachment = keys.get(write.attachment, write.attachment)
    return replace(write, item=item_as_stored(write.item, keys), attachment=attachment)


def recorded_as_stored(recorded: RecordedRun, keys: Keys) -> RecordedRun:
    """Return the journal of a killed run by the keys in the library."""
    return replace(recorded, events=tuple(_event(event, keys) for event in recorded.events))


def run_as_stored(run: Run, keys: Keys) -> Run:
    """Return what a run did, or was killed at, by the keys in the library."""
    before, after = (
        # Links that went over to another library, or came from there, have its keys.
        one if one.identity not in ("", run.library) else _links(one, keys)
        for one in (run.before, run.after)
    )
    return replace(
        run,
        objects=tuple(_change(change, keys) for change in run.objects),
        collections=tuple(_collection_change(change, keys) for change in run.collections),
        before=before,
        after=after,
    )


def row_as_stored(row: LockRow, keys: Keys) -> LockRow:
    """Return `row` by the keys in the library."""
    origin = replace(
        row.origin,
        attachments=frozenset(keys.get(key, key) for key in row.origin.attachments),
        collections=frozenset(keys.get(key, key) for key in row.origin.collections),
    )
    note = None if row.note is None else keys.get(row.note, row.note)
    return replace(row, item=keys.get(row.item, row.item), note=note, origin=origin)


def _linked_row(row: LockRow, keys: Keys) -> LockRow:
    """Return the row of a link; its note is ours if this run made it, whatever its key is now."""
    stored = row_as_stored(row, keys)
    is_ours = row.origin.note or note_key(row.id) in keys
    return replace(stored, origin=replace(stored.origin, note=is_ours))


def collection_row_as_stored(one: CollectionRow, keys: Keys) -> CollectionRow:
    """Return a collection row by the keys in the library."""
    return replace(one, collection=keys.get(one.collection, one.collection))


def exported_as_stored(exported: Exported, keys: Keys) -> Exported:
    """Return an entry of a .bib by the keys in the library."""
    return replace(exported, item=keys.get(exported.item, exported.item))


def _links(links: LockRows, keys: Keys) -> LockRows:
    return LockRows(
        tuple(row_as_stored(row, keys) for row in links.rows),
        tuple(collection_row_as_stored(one, keys) for one in links.collection_rows),
        tuple(exported_as_stored(one, keys) for one in links.exported),
        links.identity,
    )


def _event(event: Event, keys: Keys) -> Event:
    match event:
        case Intended(rows, collection_rows):
            renamed = tuple(row_as_stored(row, keys) for row in rows)
            return Intended(
                renamed,
                tuple(collection_row_as_stored(one, keys) for one in collection_rows),
            )
        case Exporting():
            entries = tuple(exported_as_stored(one, keys) for one in event.entries)
            return replace(event, entries=entries)
        case done:
            return done


def item_as_stored(item: LibraryItem, keys: Keys) -> LibraryItem:
    """Return `item` by the keys in the library."""
    return replace(item, key=keys.get(item.key, item.key), data=_data(item.data, keys))


def _data(data: Mapping[str, Any], keys: Keys) -> dict[str, Any]:
    """Return the fields of an object, its parent and collections by the keys in the library."""
    renamed = dict(data)
    item = ItemJson(data)
    if parent := item.parent:
        renamed["parentItem"] = keys.get(parent, parent)
    if "collections" in data:
        renamed["collections"] = [keys.get(key, key) for key in item.collections]
    return renamed


def collection_as_stored(one: Collection, keys: Keys) -> Collection:
    """Return a collection by the keys in the library."""
    parent = keys.get(one.parent or "", one.parent)
    return replace(one, key=keys.get(one.key, one.key), parent=parent)


def _change(change: ObjectChange, keys: Keys) -> ObjectChange:
    before: Data = _data(change.before, keys)
    after: Data = _data(change.after, keys)
    key, parent = keys.get(change.key, change.key), keys.get(change.parent, change.parent)
    return replace(change, key=key, parent=parent, before=before, after=after)


def _collection_change(change: CollectionChange, keys: Keys) -> CollectionChange:
    before = None if change.before is None else _state(change.before, keys)
    return CollectionChange(keys.get(change.key, change.key), before, _state(change.after, keys))


def _state(state: CollectionState, keys: Keys) -> CollectionState:
    return replace(state, parent=keys.get(state.parent or "", state.parent))
