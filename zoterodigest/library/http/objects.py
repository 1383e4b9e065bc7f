"""The two kinds of objects, items and collections: read from the API's JSON, and made into bodies.

Pure. The API shows every field of a type, also empty ones; the port shows those that are filled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import replace
from typing import Any, Generic, TypeVar

from zoterodigest.frozen import dataclass
from zoterodigest.library.port import Collection, LibraryItem, Refused
from zoterodigest.library.rules.rules import patched
from zoterodigest.library.rules.values import NotAccepted, collection_name, is_key

Json = Mapping[str, Any]

_FILLED = frozenset({"note", "creators", "tags", "collections", "relations", "itemType"})
"""What an object of the port shows although it may be empty."""

_EMPTY: tuple[object, ...] = ("", None, False, 0, [], {})
_STRUCTURED = frozenset({"creators", "tags", "collections", "relations", "parentItem", "deleted"})
UNDATED = "1970-01-01T00:00:00Z"
"""When two forms of an item are compared, the time must not differ."""

Thing = TypeVar("Thing", LibraryItem, Collection)


@dataclass(frozen=True, slots=True)
class ObjectKind(Generic[Thing]):
    """How one kind of object is read and written.

    `path` is where they stand in a library, and `parameter` asks for some by their keys. `parse`
    reads one. `objection` tells why one cannot even be sent, `body` is what is sent to write one
    over the one that is stored (None if that changes nothing), and `is_written` tells whether the
    one found holds all that the one sent was to write.
    """

    path: str
    parameter: str
    parse: Callable[[Any], Thing]
    objection: Callable[[Thing], Refused | None]
    body: Callable[[Thing, Thing | None], dict[str, Any] | None]
    is_written: Callable[[Thing, Thing], bool]


class NotAnObject(Exception):
    """What a server sent is no object of the API."""


def item_of(sent: Any) -> LibraryItem:
    """Return the item that the API sent; raises `NotAnObject`."""
    key, version, data = _parts(sent)
    kept = {name: value for name, value in data.items() if name in _FILLED or value not in _EMPTY}
    for name in ("key", "version"):
        kept.pop(name, None)
    for name in kept.keys() & _FORMS.keys():
        kept[name] = _FORMS[name](kept[name])
    if not isinstance(kept.get("itemType"), str):
        raise NotAnObject
    return LibraryItem(key, version, kept, _parsed_date(sent))


def _parsed_date(sent: Json) -> str:
    """Return the item's date as Zotero understands it; empty if it understands none."""
    match sent:
        case {"meta": {"parsedDate": str(date)}}:
            return date
        case _:
            return ""


def collection_of(sent: Any) -> Collection:
    """Return the collection that the API sent; raises `NotAnObject`."""
    key, version, data = _parts(sent)
    name, above = str(data.get("name", "")), data.get("parentCollection")
    parent = above if is_key(above) else None
    return Collection(key, version, name, parent, bool(data.get("deleted")))


def understood(sent: Sequence[Any], parse: Callable[[Any], Thing]) -> Iterator[Thing]:
    """Yield those of `sent` that are objects of the API, the others not."""
    for one in sent:
        with suppress(NotAnObject):
            yield parse(one)


def _parts(sent: Any) -> tuple[str, int, Json]:
    match sent:
        case {"key": str(key), "version": int(version), "data": dict(data)} if is_key(key):
            return key, version, data
        case _:
            raise NotAnObject


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise NotAnObject
    return value


def _creators(creators: Any) -> list[dict[str, Any]]:
    if not isinstance(creators, list) or not all(isinstance(one, dict) for one in creators):
        raise NotAnObject
    return creators


def _collections(keys: Any) -> list[str]:
    if not isinstance(keys, list):
        raise NotAnObject
    return sorted({key for key in keys if is_key(key)})


def _tags(tags: Any) -> list[dict[str, Any]]:
    """Return tags as the port has them: sorted, the type only of automatic ones."""
    if not isinstance(tags, list):
        raise NotAnObject
    known: dict[str, dict[str, Any]] = {}
    for tag in tags:
        match tag:
            case {"tag": str(text), "type": 1}:
                known[text] = {"tag": text, "type": 1}
            case {"tag": str(text)}:
                known[text] = {"tag": text}
            case _:
                raise NotAnObject
    return [known[text] for text in sorted(known)]


_FORMS: Mapping[str, Callable[[Any], Any]] = {
    "note": _text,
    "creators": _creators,
    "tags": _tags,
    "collections": _collections,
    # No relations may be written `[]`.
    "relations": lambda relations: relations if isinstance(relations, dict) else {},
    "deleted": lambda _: 1,
}
"""How a property of the API comes into the form of the port; any other stays as it is."""


def objection(item: LibraryItem) -> Refused | None:
    """Return why `item` cannot even be sent: it would spoil the request for the others.

    A lone surrogate is a 400 for the whole request; an object as a field's value and a creation
    without a type are a 500.
    """
    if not is_key(item.key):
        return Refused(item.key, 400, f"{item.key!r} is no key")
    kind = item.data.get("itemType")
    if not (isinstance(kind, str) and kind) and (item.version == 0 or "itemType" in item.data):
        return Refused(item.key, 400, f"there is no item type {kind!r}")
    for name, value in item.data.items():
        is_plain = isinstance(value, str | int | float) and not isinstance(value, bool)
        if name not in _STRUCTURED and not is_plain and value is not None:
            return Refused(item.key, 400, f"the field {name!r} must be text")
    if any("\ud800" <= sign <= "\udfff" for text in _texts(item.data) for sign in text):
        return Refused(item.key, 400, "it holds half a character (a lone surrogate)")
    return None


def objection_to_collection(collection: Collection) -> Refused | None:
    """Return why `collection` cannot even be sent."""
    if not is_key(collection.key):
        return Refused(collection.key, 400, f"{collection.key!r} is no key")
    try:
        collection_name(collection.name)
    except NotAccepted as refused:
        return Refused(collection.key, refused.code, refused.message)
    return None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from _texts(name)
            yield from _texts(one)
    elif isinstance(value, Sequence):
        for one in value:
            yield from _texts(one)


def item_body(item: LibraryItem, stored: LibraryItem | None) -> dict[str, Any] | None:
    """Return what is sent to write `item` over `stored`; None if that changes nothing.

    Only what changes is sent: `tags` that are sent count as a change even if they are the same.
    """
    head = {"key": item.key, "version": item.version}
    if item.version == 0 or stored is None or stored.version != item.version:
        return {**head, **item.data}
    # Measured: zotero.org counts tags that are sent as a change, even if they are the same.
    changing = _changing(item.data, stored)
    if changing is None:
        return {**head, **item.data}
    # With another type, Zotero moves fields: all that is to hold afterwards must be sent.
    if "itemType" in changing:
        changing = item.data.keys() - ({"tags"} - changing)
    sent = {name: value for name, value in item.data.items() if name in changing}
    return {**head, **sent} if sent else None


def is_written(item: LibraryItem, found: LibraryItem) -> bool:
    """Tell whether `found` holds all that `item` was to write."""
    return _changing(item.data, found) == set()


def _changing(change: Json, stored: LibraryItem) -> Set[str] | None:
    """Return which fields of `change` differ in `stored`; None if only the server can judge."""
    present = {name: stored.data[name] for name in change if name in stored.data}
    try:
        before = patched(stored.data, present, now=UNDATED)
        after = patched(stored.data, change, now=UNDATED)
    except (NotAccepted, KeyError):
        return None
    return {name for name in change if before.get(name) != after.get(name)}


def collection_body(collection: Collection, stored: Collection | None) -> dict[str, Any] | None:
    """Return what is sent to write `collection` over `stored`; None if that changes nothing."""
    wanted = _collection_data(replace(collection, name=collection_name(collection.name)))
    before: Json = {"deleted": 0} if collection.version == 0 else {}
    if stored is not None and stored.version == collection.version:
        before = _collection_data(stored)
    sent = {field: value for field, value in wanted.items() if before.get(field) != value}
    if not sent and collection.version:
        return None
    # The name always: zotero.org refuses a collection without one.
    head = {"key": collection.key, "version": collection.version, "name": wanted["name"]}
    return {**head, **sent}


def is_collection_written(collection: Collection, found: Collection) -> bool:
    """Tell whether `found` is as `collection` was to be."""
    wanted = replace(collection, name=collection_name(collection.name))
    return _collection_data(wanted) == _collection_data(found)


def _collection_data(one: Collection) -> dict[str, Any]:
    parent, is_trashed = one.parent or False, int(one.is_trashed)
    return {"name": one.name, "parentCollection": parent, "deleted": is_trashed}


ITEMS = ObjectKind("items", "itemKey", item_of, objection, item_body, is_written)
COLLECTIONS = ObjectKind(
    "collections",
    "collectionKey",
    collection_of,
    objection_to_collection,
    collection_body,
    is_collection_written,
)
