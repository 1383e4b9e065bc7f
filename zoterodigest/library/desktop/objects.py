"""How items and collections are written over the local API if it differs from the Web API. Pure.

The desktop moves a field without a place into Extra and takes a name it does not know for another:
so what Zotero's server would refuse is refused here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from zoterodigest.library.http.objects import ITEMS, UNDATED, ObjectKind, Thing
from zoterodigest.library.port import Collection, LibraryItem, Outcome, Refused, Stale, Unchanged
from zoterodigest.library.rules.rules import patched
from zoterodigest.library.rules.values import NotAccepted
from zoterodigest.regex import lazy_regex

Keys = Mapping[str, str]
Body = dict[str, Any]
LibraryObject = LibraryItem | Collection


class SentObjects(NamedTuple):
    """Objects on their way into `path` (items or collections): their JSON by the key asked for.

    `since` is the version that the library had before.
    """

    path: str
    since: int
    bodies: Mapping[str, Mapping[str, Any]]


def parent_of(thing: LibraryObject) -> str:
    """Return the key of what an object belongs to; "" if that is nothing."""
    parent = thing.parent if isinstance(thing, Collection) else thing.data.get("parentItem")
    return parent if isinstance(parent, str) else ""


_LINKED_ITEM = lazy_regex(r"(zotero://select/(?:library|groups/\d+)/items/)([A-Z0-9]{8})\b")
"""An address of an item in a note, as wikilinks lead to (`notes/wikilinks.py`)."""


def renamed(thing: Thing, keys: Keys) -> Thing:
    """Return an object that names others by their `keys` in the library.

    Its texts are in the form the desktop stores, NFC: else they would always seem to differ.
    """
    key = keys.get(thing.key, thing.key) if thing.version else thing.key
    if isinstance(thing, Collection):
        name = unicodedata.normalize("NFC", thing.name)
        return replace(thing, key=key, name=name, parent=keys.get(thing.parent or "", thing.parent))
    data: Body = {name: _normal(value) for name, value in thing.data.items()}
    if isinstance(data.get("parentItem"), str):
        data["parentItem"] = keys.get(data["parentItem"], data["parentItem"])
    if isinstance(data.get("collections"), list | tuple):
        named = data["collections"]
        data["collections"] = [keys.get(one, one) if isinstance(one, str) else one for one in named]
    if isinstance(note := data.get("note"), str) and keys:
        data["note"] = _LINKED_ITEM.sub(lambda it: it[1] + keys.get(it[2], it[2]), note)
    return replace(thing, key=key, data=data)


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


def body_over(kind: ObjectKind[Thing], thing: Thing, present: Thing | None) -> Body | Outcome:
    """Return what is sent to write `thing` over `present`, or its outcome if nothing is sent.

    A new object is sent without a key: measured, the desktop refuses a key that a client chose.
    """
    if refused := kind.objection(thing) or _not_accepted(thing, present):
        return refused
    if thing.version == 0:
        body = kind.body(thing, None) or {}
        created = {name: value for name, value in body.items() if name not in ("key", "version")}
        return Stale(thing.key) if present else created
    if present is None or present.version != thing.version:
        return Stale(thing.key)
    return kind.body(thing, present) or Unchanged(thing.key, thing.version)


def _not_accepted(thing: LibraryObject, present: LibraryObject | None) -> Refused | None:
    if isinstance(thing, Collection):
        return None
    stored = present.data if isinstance(present, LibraryItem) and thing.version else None
    if stored is None and thing.version:
        return None
    try:
        patched(stored, thing.data, now=UNDATED)
    except NotAccepted as refused:
        return Refused(thing.key, refused.code, refused.message)
    except KeyError:  # only Zotero can judge an object of a type that we do not know
        return None
    return None


def thing_sent(kind: ObjectKind[Thing], key: str, body: Mapping[str, Any]) -> Thing:
    """Return the object that was sent to be created under `key` as `body`."""
    parent = body.get("parentCollection") or None
    collection = Collection(key, 0, str(body.get("name", "")), parent, bool(body.get("deleted")))
    sent: Any = LibraryItem(key, 0, body) if kind.path == ITEMS.path else collection
    thing: Thing = sent
    return thing


def note_edited(thing: LibraryObject) -> datetime | None:
    """Return when a note was saved last, as a person may be at it; None for anything else."""
    if isinstance(thing, Collection) or thing.data.get("itemType") != "note":
        return None
    try:
        moment = datetime.fromisoformat(str(thing.data.get("dateModified", "")))
    except ValueError:
        # A date that can't be read doesn't show that somebody is typing, so it counts as old.
        return datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
