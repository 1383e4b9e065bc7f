"""What Zotero knows without any library: item types, fields, creators, and blank items."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from zoterodigest.library.rules import LINK_MODES
from zoterodigest.library.schema import ItemType, item_types
from zoterodigest.library.server.messages import Rejected, Request, Response, json_answer
from zoterodigest.library.server.shapes import fields_of


def answer(request: Request) -> Response:
    """Return the answer to a question about Zotero itself; raises `Rejected` if it is none."""
    match request.segments:
        case ("itemTypes",):
            return _named("itemType", sorted(item_types().keys() - {"annotation"}))
        case ("itemFields",):
            kinds = item_types().values()
            return _named("field", sorted({name for kind in kinds for name in kind.fields}))
        case ("itemTypeFields",):
            return _named("field", fields_of(_item_type(request).name))
        case ("itemTypeCreatorTypes",):
            return _named("creatorType", _item_type(request).creators)
        case ("creatorFields",):
            return _named("field", ("firstName", "lastName", "name"))
        case ("items", "new"):
            return json_answer(_blank(_item_type(request), request.parameter("linkMode")))
        case _:
            raise Rejected(404, "Not found")


def _item_type(request: Request) -> ItemType:
    name = request.parameter("itemType")
    if name not in item_types():
        raise Rejected(400, f"Invalid item type {name[:40]!r}")
    return item_types()[name]


def _blank(kind: ItemType, link_mode: str) -> dict[str, Any]:
    if kind.name == "attachment" and link_mode not in LINK_MODES:
        raise Rejected(400, "linkMode must name a link mode")
    head: dict[str, Any] = {"itemType": kind.name}
    if kind.name == "attachment":
        head["linkMode"] = link_mode
    if kind.creators:
        head["creators"] = [{"creatorType": kind.creators[0], "firstName": "", "lastName": ""}]
    fields = {name: "" for name in fields_of(kind.name, link_mode)}
    return {**fields, **head, "tags": [], "collections": [], "relations": {}}


def _named(what: str, names: Iterable[str]) -> Response:
    return json_answer([{what: name, "localized": _words(name)} for name in names])


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name[:1].upper() + name[1:])
