"""How each property of an item is judged and in which form it is stored, as zotero.org does it.

The sentences of refusals are those of zotero.org, so that a client can rely on either.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from zoterodigest.library.port import KEY_ALPHABET
from zoterodigest.library.rules.schema import ItemType, item_types
from zoterodigest.regex import lazy_regex

Data = Mapping[str, Any]

# Measured on the code of zotero.org: fields are counted in bytes, names in characters.
MAX_FIELD_BYTES = 65_535
MAX_NAME_CHARACTERS = 255
"""Of a tag, a collection's name, and each part of a creator's name."""

_KEY = lazy_regex(rf"[{KEY_ALPHABET}]{{8}}")
_CONTROL = lazy_regex(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"
_MOMENT = lazy_regex(
    r"(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d:\d\d)|T(\d\d:\d\d:\d\d)(Z|[+-]\d\d:?\d\d))", re.ASCII
)
_DAY = lazy_regex(r"\d{4}-\d\d-\d\d", re.ASCII)
_PARTS = ("firstName", "lastName", "name")


class NotAccepted(Exception):
    """One object cannot be stored as it is; the library turns this into `Refused`.

    `data` names what the refusal is about, e.g. the parent that is missing.
    """

    def __init__(self, code: int, message: str, data: Data | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data or {}


def require(is_so: object, message: str, code: int = 400, data: Data | None = None) -> None:
    """Raise `NotAccepted` with `message` unless `is_so`."""
    if not is_so:
        raise NotAccepted(code, message, data)


def is_key(text: object) -> bool:
    """Tell whether `text` can be the key of an object."""
    return isinstance(text, str) and _KEY.fullmatch(text) is not None


def timestamp(utc_moment: datetime) -> str:
    """Return `moment` in the form of dateAdded and dateModified; without a zone it is UTC."""
    aware = utc_moment if utc_moment.tzinfo else utc_moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def clean_text(value: Any, name: str) -> str:
    """Return `value` as a text that Zotero stores; raises `NotAccepted`. Numbers become text."""
    if value is None:
        return ""
    require(not isinstance(value, list | tuple), f"Unexpected array for property '{name}'")
    # zotero.org turns numbers into text. True and false are numbers in Python only.
    is_text = isinstance(value, str | int | float) and not isinstance(value, bool)
    require(is_text, f"'{name}' must be text")
    text = cleaned_value(str(value))
    try:
        text.encode()
    except UnicodeEncodeError as error:
        # zotero.org refuses the whole request for it; here only the object is refused.
        raise NotAccepted(400, f"'{name}' holds half a character (a lone surrogate)") from error
    return text


def cleaned_value(text: str) -> str:
    """Return `text` as Zotero stores it: trimmed, with LF line ends and no control characters."""
    return _CONTROL.sub("", text.replace("\r\n", "\n")).strip()


def field(name: str, value: Any) -> str | None:
    """Return the value of an ordinary field as stored, None for an empty one."""
    text = clean_text(value, name)
    is_short = len(text.encode()) <= MAX_FIELD_BYTES
    require(is_short, f"'{name}' field value '{text[:50]}…' too long", 413)
    return text or None


def access_date(value: Any, now: str) -> str | None:
    """Return a day as it is, and a moment in UTC; `CURRENT_TIMESTAMP` is `now`."""
    text = clean_text(value, "accessDate")
    if text == "CURRENT_TIMESTAMP":
        return now
    if not text or (_DAY.fullmatch(text) and _instant(f"{text}T00:00:00Z")):
        return text or None
    if found := _instant(text):
        return found
    forms = "ISO 8601 or UTC 'YYYY-MM-DD[ hh:mm:ss]' format or 'CURRENT_TIMESTAMP'"
    raise NotAccepted(400, f"'accessDate' must be in {forms} ({text[:50]})")


def utc_moment(name: str, value: Any) -> str:
    """Return dateAdded or dateModified in UTC."""
    if found := _instant(value):
        return found
    forms = "ISO 8601 or UTC 'YYYY-MM-DD hh:mm:ss' format"
    raise NotAccepted(400, f"'{name}' must be in {forms} ({str(value)[:50]})")


def _instant(value: Any) -> str | None:
    """Return a moment that states its zone, or has none in the form of SQL, in UTC."""
    found = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    day, sql, time, zone = found.groups()
    try:
        return timestamp(datetime.fromisoformat(f"{day}T{sql or time}{zone or 'Z'}"))
    except (ValueError, OverflowError):
        return None


def creators(kind: ItemType, value: Any, *, is_new: bool) -> list[dict[str, Any]]:
    """Return creators as stored.

    A new item may have a single creator without a name, as templates hold it: it is dropped.
    """
    given = array(value, "creators")
    for one in given:
        require(isinstance(one, Mapping), "Creator must be an object")
    found = [_creator(kind, one, may_be_blank=is_new and len(given) == 1) for one in given]
    return [creator for creator in found if creator is not None]


def _creator(kind: ItemType, value: Data, *, may_be_blank: bool) -> dict[str, Any] | None:
    """Return one creator as stored, None for one without any visible name."""
    require(value.get("creatorType"), "creator object must contain 'creatorType'")
    if unknown := sorted(value.keys() - {"creatorType", *_PARTS}, key=str):
        raise NotAccepted(400, f"Invalid creator property '{unknown[0]}'")
    parts = {part: _creator_name(value[part]) for part in _PARTS if value.get(part) is not None}
    if not any(parts.values()):
        if may_be_blank and parts:
            return None
        raise NotAccepted(400, "creator object must contain 'firstName'/'lastName' or 'name'")
    if "name" in parts and len(parts) > 1:
        other = next(part for part in parts if part != "name")
        raise NotAccepted(400, f"'{other}' and 'name' creator fields are mutually exclusive")
    if len(parts) == 1 and "name" not in parts:
        (given,) = parts
        lacking = "lastName" if given == "firstName" else "firstName"
        raise NotAccepted(400, f"'{lacking}' creator field must be set if '{given}' is set")
    role = _role(kind, value["creatorType"])
    is_visible = any(part.strip(_INVISIBLE) for part in parts.values())
    return {"creatorType": role, **parts} if is_visible else None


def _creator_name(value: Any) -> str:
    text = clean_text(value, "creator")
    about = {"field": "creator", "value": text[:MAX_NAME_CHARACTERS]}
    is_short = len(text) <= MAX_NAME_CHARACTERS
    require(is_short, f"Creator value '{text[:50]}…' too long", 413, about)
    return text


def _role(kind: ItemType, role: Any) -> str:
    """Return the type of a creator; an author of a type without authors is its main creator."""
    if role in kind.creators:
        return str(role)
    if role == "author" and kind.creators:
        return kind.creators[0]
    known = any(role in other.creators for other in item_types().values())
    suffix = f" for item type '{kind.name}'" if known else ""
    raise NotAccepted(400, f"'{str(role)[:50]}' is not a valid creator type{suffix}")


def tags(value: Any) -> list[dict[str, Any]]:
    """Return tags as stored: trimmed, sorted, each once; blank ones are dropped."""
    # By their exact text: zotero.org tells tags apart by case.
    found: dict[str, dict[str, Any]] = {}
    for tag in array(value, "tags"):
        require(isinstance(tag, Mapping), "Tag must be an object")
        require(tag, "Tag object is empty")
        if unknown := sorted(tag.keys() - {"tag", "type"}, key=str):
            raise NotAccepted(400, f"Invalid tag property '{unknown[0]}'")
        text, kind = _tag_name(tag.get("tag")), tag.get("type", 0)
        require(kind in (0, 1), f"Invalid tag type '{str(kind)[:50]}'")
        if text:
            found.setdefault(text, {"tag": text, "type": 1} if kind else {"tag": text})
    return [found[text] for text in sorted(found)]


def _tag_name(value: Any) -> str:
    require(not isinstance(value, Mapping | list | tuple | None), "Invalid tag name")
    text = clean_text(value, "tag")
    is_short = len(text) <= MAX_NAME_CHARACTERS
    require(is_short, f"Tag '{text[:50]}…' too long", 413, {"tag": text})
    return text


def collections(value: Any) -> list[str]:
    """Return the keys of collections, sorted, each once."""
    keys = array(value, "collections")
    for key in keys:
        require(is_key(key), f"'{str(key)[:50]}' is not a valid collection key")
    return sorted(set(keys))


def collection_name(text: object) -> str:
    """Return `text` as a collection's name is stored; raises `NotAccepted`."""
    require(isinstance(text, str), "'name' must be a string")
    name = clean_text(text, "name")
    require(name, "Collection name cannot be empty")
    cut, is_short = f"{name[:50]}…", len(name) <= MAX_NAME_CHARACTERS
    require(is_short, f"Collection name '{cut}' too long", 413, {"value": cut})
    return name


def parent(value: Any) -> str | None:
    """Return the key of the item above, None for none."""
    if value in (None, False, ""):
        return None
    require(is_key(value), "'parentItem' must be a valid item key or false")
    return str(value)


def deleted(value: Any) -> int | None:
    """Return 1 for what lies in the trash."""
    require(value in (0, 1), "'deleted' must be a boolean")
    return 1 if value else None


def array(value: Any, name: str) -> list[Any]:
    """Return `value` if it is a list; raises `NotAccepted`."""
    require(isinstance(value, list | tuple), f"'{name}' property must be an array")
    return list(value)
