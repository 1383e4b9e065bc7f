"""Keys in the library, in the place of those that a run asked for when it created things.

A library may give new objects keys of its own (`Library.stored_keys`). A run goes by the keys it
asked for until everything is written, and so do its journal and its history should it be killed;
nothing else does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from zoterodigest.core.links.link import CollectionRow, Exported, LockRow, Origin
from zoterodigest.core.plan.history import CollectionChange, CollectionState, ObjectChange, Run
from zoterodigest.core.plan.plan import Plan
from zoterodigest.core.values.keys import note_key
from zoterodigest.library.port import Collection, LibraryItem
from zoterodigest.sync.gathering.writes import Write

T = TypeVar("T")
KeyMap = Mapping[str, str]
"""Keys in a library by those that were asked for, or by those in another one."""

# By name, never by looking like a key: a citation key may be the key of an item, too.
_KEYS_IN: Mapping[type, tuple[str, ...]] = {
    LockRow: ("item", "note"),
    Origin: ("attachments", "collections"),
    CollectionRow: ("collection",),
    Exported: ("item",),
    LibraryItem: ("key",),
    Collection: ("key", "parent"),
    ObjectChange: ("key", "parent"),
    CollectionChange: ("key",),
    CollectionState: ("parent",),
    Write: ("attachment",),
}
"""The fields that hold keys of objects in a library."""

_KEYS_IN_DATA = ("parentItem", "collections")


def as_stored(value: T, keys: KeyMap) -> T:
    """Return a value, and all values that it holds, by the keys in the library."""
    stored: T = _stored(value, keys) if keys else value
    return stored


def _stored(value: Any, keys: KeyMap) -> Any:
    if isinstance(value, tuple):
        return tuple(_stored(one, keys) for one in value)
    if isinstance(value, Mapping):
        return {name: _part(one, keys, is_key=name in _KEYS_IN_DATA) for name, one in value.items()}
    if not is_dataclass(value):
        return value
    holder: Any = value
    named = _KEYS_IN.get(type(value), ())
    parts = {one.name: getattr(value, one.name) for one in fields(value)}
    after = {name: _part(one, keys, is_key=name in named) for name, one in parts.items()}
    return replace(holder, **after)


def _part(value: Any, keys: KeyMap, *, is_key: bool) -> Any:
    if not is_key:
        return _stored(value, keys)
    if isinstance(value, str):
        return keys.get(value, value)
    several = isinstance(value, tuple | list | frozenset)
    return type(value)(keys.get(one, one) for one in value) if several else value


def plan_as_stored(plan: Plan, keys: KeyMap) -> Plan:
    """Return `plan` with what its links and rows name by the keys in the library."""
    links = tuple(replace(link, row=_linked_row(link.row, keys)) for link in plan.links)
    rows, collection_rows = as_stored((plan.rows, plan.collection_rows), keys)
    return replace(plan, links=links, rows=rows, collection_rows=collection_rows)


def _linked_row(row: LockRow, keys: KeyMap) -> LockRow:
    """Return the row of a link; its note is ours if this run made it, whatever its key is now."""
    stored = as_stored(row, keys)
    is_ours = row.origin.note or note_key(row.id) in keys
    return replace(stored, origin=replace(stored.origin, note=is_ours))


def run_as_stored(run: Run, keys: KeyMap) -> Run:
    """Return what a run did, or was killed at, by the keys in the library."""
    before, after = (
        # Links that went over to another library, or came from there, have its keys.
        one if one.identity not in ("", run.library) else as_stored(one, keys)
        for one in (run.before, run.after)
    )
    objects, collections = as_stored((run.objects, run.collections), keys)
    return replace(run, objects=objects, collections=collections, before=before, after=after)
