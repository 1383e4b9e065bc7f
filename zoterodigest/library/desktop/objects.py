"""The two kinds of objects, items and collections, as they are written over the local API. Pure.

The desktop moves a field without a place into Extra and takes a name it does not know for another:
so what Zotero's server would refuse is refused here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from zoterodigest.library.port import (
    Collection,
    LibraryItem,
    Outcome,
    Refused,
    Stale,
    Unchanged,
)
from zoterodigest.library.rules import NotAccepted, patched
from zoterodigest.library.web.objects import (
    collection_body,
    collection_of,
    is_collection_written,
    is_written,
    item_body,
    item_of,
    objection,
    objection_to_collection,
)

Thing = TypeVar("Thing", LibraryItem, Collection)
Keys = Mapping[str, str]
Body = dict[str, Any]

_UNDATED = "1970-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Kind(Generic[Thing]):
    """How one kind of object is written.

    `path` is where they stand and `parameter` asks for some by key. `renamed` gives an object that
    names others by the keys in the library, `parent` what it belongs to, `body` what is sent to
    write it over the one that stands there, or what becomes of it without being sent. `sent` is an
    object as it was sent before. `edited` tells when a note was saved last: a person may be at it.
    """

    path: str
    parameter: str
    parse: Callable[[Any], Thing]
    parent: Callable[[Thing], str | None]
    renamed: Callable[[Thing, Keys], Thing]
    body: Callable[[Thing, Thing | None], Body | Outcome]
    is_written: Callable[[Thing, Thing], bool]
    sent: Callable[[str, Mapping[str, Any]], Thing]
    edited: Callable[[Thing], datetime | None]


def _item_parent(item: LibraryItem) -> str | None:
    parent = item.data.get("parentItem")
    return parent if isinstance(parent, str) else None


def _renamed_item(item: LibraryItem, keys: Keys) -> LibraryItem:
    """Return `item` in the form the desktop stores texts in, NFC."""
    data: Body = {name: _normal(value) for name, value in item.data.items()}
    if isinstance(data.get("parentItem"), str):
        data["parentItem"] = keys.get(data["parentItem"], data["parentItem"])
    if isinstance(data.get("collections"), list | tuple):
        data["collections"] = [
            keys.get(one, one) if isinstance(one, str) else one for one in data["collections"]
        ]
    return replace(item, key=keys.get(item.key, item.key) if item.version else item.key, data=data)


def _normal(value: Any) -> Any:
    match value:
        case str():
            return unicodedata.normalize("NFC", value)
        case list() | tuple():
            return [_normal(one) for one in value]
        case dict():
            return {name: _normal(one) for name, one in value.items()}
        case _:
            return value


def _item_body(item: LibraryItem, present: LibraryItem | None) -> Body | Outcome:
    if refused := objection(item) or _not_accepted(item, present):
        return refused
    if item.version == 0:
        return Stale(item.key) if present else dict(item.data)
    if present is None or present.version != item.version:
        return Stale(item.key)
    return item_body(item, present) or Unchanged(item.key, item.version)


def _not_accepted(item: LibraryItem, present: LibraryItem | None) -> Refused | None:
    stored = present.data if present and item.version else None
    if stored is None and item.version:
        return None
    try:
        patched(stored, item.data, now=_UNDATED)
    except NotAccepted as refused:
        return Refused(item.key, refused.code, refused.message)
    except KeyError:  # only Zotero can judge an object of a type that we do not know
        return None
    return None


def _renamed_collection(collection: Collection, keys: Keys) -> Collection:
    name = unicodedata.normalize("NFC", collection.name)
    key = keys.get(collection.key, collection.key) if collection.version else collection.key
    parent = keys.get(collection.parent or "", collection.parent)
    return replace(collection, key=key, name=name, parent=parent)


def _collection_body(collection: Collection, present: Collection | None) -> Body | Outcome:
    if refused := objection_to_collection(collection):
        return refused
    if collection.version == 0:
        body = collection_body(collection, None) or {}
        created = {name: value for name, value in body.items() if name not in ("key", "version")}
        return Stale(collection.key) if present else created
    if present is None or present.version != collection.version:
        return Stale(collection.key)
    unchanged = Unchanged(collection.key, collection.version)
    return collection_body(collection, present) or unchanged


def _sent_item(key: str, body: Mapping[str, Any]) -> LibraryItem:
    return LibraryItem(key, 0, body)


def _sent_collection(key: str, body: Mapping[str, Any]) -> Collection:
    parent = body.get("parentCollection")
    is_trashed = bool(body.get("deleted"))
    return Collection(key, 0, str(body.get("name", "")), parent or None, is_trashed)


def _note_edited(item: LibraryItem) -> datetime | None:
    if item.data.get("itemType") != "note":
        return None
    try:
        moment = datetime.fromisoformat(str(item.data.get("dateModified", "")))
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


ITEMS = Kind(
    "items",
    "itemKey",
    item_of,
    _item_parent,
    _renamed_item,
    _item_body,
    is_written,
    _sent_item,
    _note_edited,
)
COLLECTIONS = Kind(
    "collections",
    "collectionKey",
    collection_of,
    lambda collection: collection.parent,
    _renamed_collection,
    _collection_body,
    is_collection_written,
    _sent_collection,
    lambda _: None,
)
