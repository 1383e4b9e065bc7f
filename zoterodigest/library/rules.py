"""What Zotero accepts as an item, and the form in which it stores it (as its Web API v3 does).

`patched` is the whole rule; whether parents and collections exist is for the library to look up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from zoterodigest.library.port import KEY_ALPHABET
from zoterodigest.library.schema import ItemType, item_types

Data = Mapping[str, Any]

MAX_FIELD_BYTES = 65_535
MAX_NOTE_CHARACTERS = 500_000
MAX_NAME_CHARACTERS = 255
"""Of a tag, a collection's name, and each part of a creator's name."""

LINK_MODES = frozenset(
    {"linked_url", "linked_file", "imported_url", "imported_file", "embedded_image"}
)

_KEY = re.compile(rf"[{KEY_ALPHABET}]{{8}}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_PREDICATE = re.compile(r"[A-Za-z]+:[A-Za-z]+")
_SILENT = frozenset({"collections", "deleted", "relations"})
"""What may change without the item counting as modified."""


class NotAccepted(Exception):
    """One object cannot be stored as it is; the library turns this into `Refused`."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def is_key(text: object) -> bool:
    """Tell whether `text` can be the key of an object."""
    return isinstance(text, str) and _KEY.fullmatch(text) is not None


def patched(stored: Data | None, change: Data, *, now: str) -> dict[str, Any]:
    """Return the item `stored` (None: a new one) after `change`, in the form it is stored in.

    Lists given replace, fields given as "" go, all others stay. `dateModified` becomes `now` when
    more than collections, trash and relations changed; a change of nothing returns what is stored.
    Raises `NotAccepted`.
    """
    kind = _kind_after(stored, change)
    before = {} if stored is None else _retyped(stored, kind)
    after = _defaults(kind) | before
    for name in sorted(change.keys() - {"itemType"}):
        value = _value(kind, name, change[name])
        if value is None:
            after.pop(name, None)
        else:
            after[name] = value
    return _dated(stored, _placed(kind, change, after), change, now)


def collection_name(text: object) -> str:
    """Return `text` as a collection's name is stored; raises `NotAccepted`."""
    name = _name(text, "the name of a collection")
    if not name:
        raise NotAccepted(400, "a collection needs a name")
    return name


def timestamp(moment: datetime) -> str:
    """Return `moment` in the form of dateAdded and dateModified; without a zone it is UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _kind_after(stored: Data | None, change: Data) -> ItemType:
    name = change.get("itemType", stored["itemType"] if stored else None)
    kind = item_types().get(name) if isinstance(name, str) else None
    if kind is None:
        raise NotAccepted(400, f"there is no item type {name!r}")
    return kind


def _retyped(stored: Data, kind: ItemType) -> dict[str, Any]:
    """Carry `stored` over to the type `kind`: base fields are mapped, what has no place goes."""
    old = item_types()[stored["itemType"]]
    if old == kind:
        return dict(stored)
    if old.is_part or kind.is_part:
        raise NotAccepted(400, f"a {old.name} cannot become a {kind.name}")
    carried: dict[str, Any] = {}
    for name, value in stored.items():
        target = kind.field_for(old.bases.get(name, name)) if name in old.fields else name
        if target:
            carried[target] = value
    creators = [_recast(creator, old, kind) for creator in stored["creators"]]
    return carried | {"itemType": kind.name, "creators": creators}


def _recast(creator: Data, old: ItemType, kind: ItemType) -> dict[str, Any]:
    role = creator["creatorType"]
    if role == old.creators[0]:
        role = kind.creators[0]
    elif role not in kind.creators:
        role = "contributor"
    return {**creator, "creatorType": role}


def _defaults(kind: ItemType) -> dict[str, Any]:
    common = {"itemType": kind.name, "tags": [], "relations": {}}
    return common if kind.is_part else common | {"creators": []}


def _value(kind: ItemType, name: str, value: Any) -> Any:
    """Return `value` as the property `name` is stored, None if the property goes."""
    if name in kind.fields:
        return _field(name, value)
    if name == "creators" and not kind.is_part:
        return _creators(kind, value)
    if name in _PROPERTIES:
        return _PROPERTIES[name](value)
    known = any(name in other.fields for other in item_types().values())
    if known and value == "":
        return None
    reason = f"{name!r} is no field of a {kind.name}" if known else f"there is no field {name!r}"
    raise NotAccepted(400, reason)


def _field(name: str, value: Any) -> str | None:
    text = _text(value, f"the field {name!r}")
    if name == "note":
        if len(text) > MAX_NOTE_CHARACTERS:
            raise NotAccepted(413, f"the note has more than {MAX_NOTE_CHARACTERS:,} characters")
    elif len(text.encode()) > MAX_FIELD_BYTES:
        raise NotAccepted(413, f"the field {name!r} has more than {MAX_FIELD_BYTES:,} bytes")
    if name == "linkMode" and text not in LINK_MODES:
        raise NotAccepted(400, f"there is no link mode {text!r}")
    return text or None


def _text(value: Any, what: str) -> str:
    """Return `value` trimmed, with LF line ends and no control characters; numbers become text."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise NotAccepted(400, f"{what} must be text")
    text = _CONTROL.sub("", str(value).replace("\r\n", "\n")).strip()
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise NotAccepted(400, f"{what} holds half a character (a lone surrogate)") from error
    return text


def _name(value: Any, what: str) -> str:
    text = _text(value, what)
    if len(text) > MAX_NAME_CHARACTERS:
        raise NotAccepted(413, f"{what} has more than {MAX_NAME_CHARACTERS} characters")
    return text


def _creators(kind: ItemType, value: Any) -> list[dict[str, Any]]:
    creators = [_creator(kind, creator) for creator in _objects(value, "creators")]
    return [creator for creator in creators if creator is not None]


def _creator(kind: ItemType, value: Data) -> dict[str, Any] | None:
    """Return one creator as stored, None for one without any name, as templates hold it."""
    role = value.get("creatorType")
    if role not in kind.creators:
        raise NotAccepted(400, f"a {kind.name} has no creators of type {role!r}")
    parts = {
        part: _name(value[part], "the name of a creator")
        for part in ("firstName", "lastName", "name")
        if part in value
    }
    if parts.keys() not in ({"name"}, {"firstName", "lastName"}) or len(value) != len(parts) + 1:
        raise NotAccepted(400, "a creator has either name, or firstName and lastName")
    return {"creatorType": role, **parts} if any(parts.values()) else None


def _tags(value: Any) -> list[dict[str, Any]]:
    tags: dict[str, dict[str, Any]] = {}
    for tag in _objects(value, "tags"):
        text = _name(tag.get("tag"), "a tag")
        if not text:
            raise NotAccepted(400, "a tag is blank")
        if tag.keys() - {"tag", "type"} or tag.get("type", 0) not in (0, 1):
            raise NotAccepted(400, "a tag has a text and perhaps the type 0 or 1")
        tags.setdefault(text, {"tag": text, "type": 1} if tag.get("type") else {"tag": text})
    return [tags[text] for text in sorted(tags)]


def _collections(value: Any) -> list[str]:
    if not isinstance(value, list | tuple) or not all(is_key(key) for key in value):
        raise NotAccepted(400, "collections must be a list of keys")
    return sorted(set(value))


def _relations(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise NotAccepted(400, "relations must be an object")
    relations: dict[str, Any] = {}
    for predicate in value:
        if not isinstance(predicate, str) or not _PREDICATE.fullmatch(predicate):
            raise NotAccepted(400, f"{predicate!r} is no kind of relation")
        targets = value[predicate] if isinstance(value[predicate], list) else [value[predicate]]
        uris = sorted({_text(target, "a relation") for target in targets} - {""})
        if uris:
            relations[predicate] = uris if len(uris) > 1 else uris[0]
    return relations


def _parent(value: Any) -> str | None:
    if value in (None, False, ""):
        return None
    if not is_key(value):
        raise NotAccepted(400, f"{value!r} is no item key")
    return str(value)


def _deleted(value: Any) -> int | None:
    if value not in (0, 1):
        raise NotAccepted(400, "deleted must be 0 or 1")
    return 1 if value else None


def _moment(value: Any) -> str:
    try:
        return timestamp(datetime.fromisoformat(value))
    except (TypeError, ValueError, OverflowError) as error:
        raise NotAccepted(400, f"{value!r} is no ISO 8601 date with a time") from error


def _objects(value: Any, what: str) -> list[Data]:
    if not isinstance(value, list | tuple) or not all(isinstance(one, Mapping) for one in value):
        raise NotAccepted(400, f"{what} must be a list of objects")
    return list(value)


_PROPERTIES: Mapping[str, Callable[[Any], Any]] = {
    "tags": _tags,
    "collections": _collections,
    "relations": _relations,
    "parentItem": _parent,
    "deleted": _deleted,
    "dateAdded": _moment,
    "dateModified": _moment,
}


def _placed(kind: ItemType, change: Data, after: dict[str, Any]) -> dict[str, Any]:
    """Check where the item lies: only parts lie below an item, and then in no collection."""
    if kind.name == "note":
        after = {"note": "", **after}
    if kind.name == "attachment" and "linkMode" not in after:
        raise NotAccepted(400, "an attachment needs a linkMode")
    if "parentItem" not in after:
        if kind.name == "annotation":
            raise NotAccepted(400, "an annotation needs a parentItem")
        return {"collections": [], **after}
    if not kind.is_part:
        raise NotAccepted(400, f"a {kind.name} cannot lie below another item")
    if change.get("collections"):
        raise NotAccepted(400, "a child item cannot be in collections of its own")
    return {name: value for name, value in after.items() if name != "collections"}


def _dated(stored: Data | None, after: dict[str, Any], change: Data, now: str) -> dict[str, Any]:
    if stored is None:
        return {"dateAdded": now, "dateModified": now, **after}
    changed = {name for name in stored.keys() | after.keys() if stored.get(name) != after.get(name)}
    if changed <= _SILENT or "dateModified" in change:
        return after
    return {**after, "dateModified": now}
