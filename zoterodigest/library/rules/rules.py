"""What Zotero accepts as an item, and the form in which it stores it (as its Web API v3 does).

`patched` is the whole rule; whether parents and collections exist is for the library to look up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from zoterodigest.library.rules import values
from zoterodigest.library.rules.parts import note, part_field, require_fitting, with_defaults
from zoterodigest.library.rules.relations import relations
from zoterodigest.library.rules.schema import ItemType, item_types
from zoterodigest.library.rules.values import Data, NotAccepted, require

_SILENT = frozenset({"collections", "relations"})
"""What may change without the item counting as modified."""

_OF_PARTS = frozenset({"linkMode", "contentType", "charset", "filename", "path", "md5", "mtime"})
_KEPT_IF_EMPTY = frozenset({"md5", "mtime"})
"""What zotero.org keeps when it is sent empty: a client that has no file says nothing of it."""


def patched(stored: Data | None, change: Data, *, now: str) -> dict[str, Any]:
    """Return the item `stored` (None: a new one) after `change`, in the form it is stored in.

    Lists given replace, fields given as "" go, all others stay. `dateModified` becomes `now` when
    more than collections and relations changed; a change of nothing returns what is stored.
    Raises `NotAccepted`.
    """
    kind = _kind_after(stored, change)
    before = {} if stored is None else _retyped(stored, kind)
    defaults = {"itemType": kind.name, "tags": [], "relations": {}}
    after = defaults | ({} if kind.is_part else {"creators": []}) | before
    unused = {"itemType", *(name for name in _KEPT_IF_EMPTY if not change.get(name))}
    change = {name: change[name] for name in change if name not in unused}
    above = str(change.get("parentItem") or before.get("parentItem", ""))
    # Sorted: of several faults, the same one is always reported.
    for name in sorted(change):
        value = _judged(name, change[name], kind, now=now, is_new=stored is None, above=above)
        if value is None:
            after.pop(name, None)
        else:
            after[name] = value
    require_fitting(kind, stored, change, after)
    return _dated(stored, _placed(kind, change, with_defaults(after)), change, now)


def _kind_after(stored: Data | None, change: Data) -> ItemType:
    name = change.get("itemType", stored["itemType"] if stored else None)
    require(name is not None, "'itemType' property not provided")
    kind = item_types().get(name) if isinstance(name, str) else None
    if kind is None:
        raise NotAccepted(400, f"{str(name)[:50]!r} is not a valid itemType")
    return kind


def _retyped(stored: Data, kind: ItemType) -> dict[str, Any]:
    """Carry `stored` over to the type `kind`: base fields are mapped, what has no place goes."""
    old = item_types()[stored["itemType"]]
    if old == kind:
        return dict(stored)
    may_change = not (old.is_part or kind.is_part)
    require(may_change, f"Cannot change item type from {old.name} to {kind.name}")
    carried = {
        target: value for name, value in stored.items() if (target := place_in(kind, old, name))
    }
    creators = [_recast(creator, old, kind) for creator in stored["creators"]]
    return carried | {"itemType": kind.name, "creators": creators}


def place_in(kind: ItemType, old: ItemType, name: str) -> str | None:
    """Return where Zotero puts the property `name` if an `old` becomes a `kind`; None: it goes."""
    return kind.field_for(old.bases.get(name, name)) if name in old.fields else name


def _recast(creator: Data, old: ItemType, kind: ItemType) -> dict[str, Any]:
    role = creator["creatorType"]
    if role == old.creators[0]:
        role = kind.creators[0]
    elif role not in kind.creators:
        role = "contributor"
    return {**creator, "creatorType": role}


def _judged(name: str, value: Any, kind: ItemType, *, now: str, is_new: bool, above: str) -> Any:
    """Return `value` as the property `name` of a `kind` is stored, None if the property goes."""
    if name in kind.fields or name in _OF_PARTS:
        if name == "note":
            return note(value) or None
        if name in _OF_PARTS or kind.name == "annotation":
            return part_field(kind, name, value, above=above)
        return values.access_date(value, now) if name == "accessDate" else values.field(name, value)
    if name == "creators" and not kind.is_part:
        return values.creators(kind, value, is_new=is_new)
    if name in _PROPERTIES:
        return _PROPERTIES[name](value)
    is_known = any(name in other.fields for other in item_types().values())
    require(is_known, f"Invalid property {str(name)[:50]!r}")
    # `require_fitting` says what is wrong with a property of other parts.
    if value == "" or name == "note" or name.startswith("annotation"):
        return None
    raise NotAccepted(400, f"'{name}' is not a valid field for type '{kind.name}'")


_PROPERTIES: Mapping[str, Callable[[Any], Any]] = {
    "tags": values.tags,
    "collections": values.collections,
    "relations": relations,
    "parentItem": values.parent,
    "deleted": values.deleted,
    "dateAdded": lambda value: values.utc_moment("dateAdded", value),
    "dateModified": lambda value: values.utc_moment("dateModified", value),
}


def _placed(kind: ItemType, change: Data, after: dict[str, Any]) -> dict[str, Any]:
    """Check the item's place: only parts have a parent, and a child is in no collection."""
    if "parentItem" not in after:
        return {"collections": [], **after}
    require(kind.is_part, "Child item must be note, attachment, or annotation")
    require(not change.get("collections"), "Child items cannot be assigned to collections")
    return {name: value for name, value in after.items() if name != "collections"}


def _dated(stored: Data | None, after: dict[str, Any], change: Data, now: str) -> dict[str, Any]:
    if stored is None:
        return {"dateAdded": now, "dateModified": now, **after}
    changed = {name for name in stored.keys() | after.keys() if stored.get(name) != after.get(name)}
    # As zotero.org does: a new placement or relation is no edit of the item.
    if changed <= _SILENT or "dateModified" in change:
        return after
    return {**after, "dateModified": now}
