"""What a running Zotero makes of the JSON that is written over its local API, and what it shows."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from zoterodigest.library.rules.schema import ItemType, item_types
from zoterodigest.library.server.messages import Response

Data = Mapping[str, Any]

_LIFTED = {
    "Citation Key": "citationKey",
    "DOI": "DOI",
    "PMID": "PMID",
    "Original Date": "originalDate",
}
_PROPERTIES = frozenset(
    {"key", "version", "itemType", "creators", "tags", "collections", "relations", "parentItem"}
    | {"deleted", "dateAdded", "dateModified", "note", "linkMode"}
)
_NOTE = re.compile(r'\s*<div class="zotero-note[^>]*>(.*)</div>\s*', re.S)


def taken(data: Data, item_type: str) -> dict[str, Any]:
    """Return the data as the desktop stores them: NFC, what has no place moved into Extra.

    Lines of Extra that have a field of their own are lifted into it, unknown roles are authors.
    """
    kind = item_types().get(item_type)
    if kind is None:
        return dict(data)
    kept = {name: _normal(value) for name, value in data.items()}
    moved = [name for name in kept if name not in _PROPERTIES and name not in kind.fields]
    lines = [f"{name}: {kept.pop(name)}" for name in moved]
    if any(not line.endswith(": ") for line in lines):
        kept["extra"] = "\n".join(filter(None, [kept.get("extra", ""), *lines]))
    if "creators" in kept and kind.creators:
        kept["creators"] = [_creator(one, kind) for one in kept["creators"]]
    if "note" in kept and kind.name == "note":
        kept["note"] = _without_frame(str(kept["note"]))
    return kept | _lifted(str(kept.get("extra", "")), kind)


def whole(data: Data, item_type: str) -> dict[str, Any]:
    """Return the change that a PUT asks for: fields and collections that are missing are cleared.

    Tags and creators that are missing stay.
    """
    kind = item_types().get(item_type)
    fields = kind.fields if kind and not kind.is_part else frozenset()
    cleared = {name: "" for name in fields if name not in data}
    collections: dict[str, Any] = {} if data.get("parentItem") else {"collections": []}
    return {**cleared, **collections, **data}


def joined(bodies: Sequence[bytes]) -> bytes:
    """Return the bodies of several pages as one."""
    if len(bodies) == 1 or not bodies[0].startswith((b"[", b"{")):
        return b"".join(bodies)
    pages = [json.loads(body) for body in bodies]
    if isinstance(pages[0], dict):
        return json.dumps({key: one for page in pages for key, one in page.items()}).encode()
    return json.dumps([one for page in pages for one in page]).encode()


def shown(response: Response, account: int) -> Response:
    """Return an answer in whose objects fields that hold nothing are absent.

    Those of the person's own library tell `account`.
    """
    if response.headers.get("Content-Type") != "application/json":
        return response
    value = json.loads(response.body)
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict) and isinstance(one.get("data"), dict):
            one["data"] = filled(one["data"])
            if one["data"].get("deleted"):
                one["data"]["deleted"] = True
            if one["library"]["type"] == "user":
                one["library"]["id"] = account
    return replace(response, body=json.dumps(value).encode())


def filled(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object's data without the fields that hold nothing."""
    return {name: value for name, value in data.items() if value != "" or name == "note"}


def _normal(value: Any) -> Any:
    match value:
        case str():
            return unicodedata.normalize("NFC", value)
        case list():
            return [_normal(one) for one in value]
        case dict():
            return {name: _normal(one) for name, one in value.items()}
        case _:
            return value


def _creator(creator: Data, kind: ItemType) -> Data:
    if creator.get("creatorType") in kind.creators:
        return creator
    return {**creator, "creatorType": kind.creators[0]}


def _without_frame(note: str) -> str:
    found = _NOTE.fullmatch(note)
    return (found[1] if found else note).strip()


def _lifted(extra: str, kind: ItemType) -> dict[str, str]:
    fields: dict[str, str] = {}
    rest = []
    for line in extra.split("\n"):
        name, _, value = line.partition(":")
        field = _LIFTED.get(name.strip(), "")
        if field in kind.fields and value.strip():
            fields[field] = value.strip()
        else:
            rest.append(line)
    return fields | {"extra": "\n".join(rest)} if fields else {}
