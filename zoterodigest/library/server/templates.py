"""What Zotero knows without any library: item types, fields, creators, and blank items."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from zoterodigest.library.rules.parts import ANNOTATION_TYPES, LINK_MODES, blank_annotation
from zoterodigest.library.rules.schema import ItemType, item_types
from zoterodigest.library.server.messages import Rejected, Request, Response, json_answer
from zoterodigest.library.server.shapes import EMPTY, fields_of


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
            return json_answer(_blank(_item_type(request), request))
        case _:
            raise Rejected(404, "Not found")


def _item_type(request: Request) -> ItemType:
    name = request.parameter("itemType")
    if not name:
        raise Rejected(400, "'itemType' not provided")
    if name not in item_types():
        raise Rejected(400, f"Invalid item type {name[:40]!r}")
    return item_types()[name]


def _blank(kind: ItemType, request: Request) -> dict[str, Any]:
    """Return a new item of the type `kind` with everything a client may fill in."""
    if kind.name == "annotation":
        return blank_annotation(_named_kind(request, "annotationType", ANNOTATION_TYPES, kind))
    head: dict[str, Any] = {"itemType": kind.name}
    mode = ""
    if kind.name == "attachment":
        mode = _named_kind(request, "linkMode", LINK_MODES, kind)
        head["linkMode"] = mode
    if kind.creators:
        head["creators"] = [{"creatorType": kind.creators[0], "firstName": "", "lastName": ""}]
    fields = {name: EMPTY.get(name, "") for name in fields_of(kind.name, mode)}
    if mode == "embedded_image":
        return {**fields, **head, "parentItem": ""}
    return {**fields, **head, "tags": [], "collections": [], "relations": {}}


def _named_kind(request: Request, name: str, known: frozenset[str], kind: ItemType) -> str:
    given = request.parameter(name)
    if not given:
        raise Rejected(400, f"{name} required for itemType={kind.name}")
    if given not in known:
        raise Rejected(400, f"Invalid {name} {given[:40]!r}")
    return given


def _named(what: str, names: Iterable[str]) -> Response:
    return json_answer([{what: name, "localized": _words(name)} for name in names])


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name[:1].upper() + name[1:])
