"""Items and collections in the shape in which the Web API shows them, and blank items.

What Zotero knows without any library is answered here: item types, their fields and creators.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from zoterodigest.library.embedded.embedded import Details
from zoterodigest.library.embedded.tables import ItemUsers
from zoterodigest.library.item_json import Data
from zoterodigest.library.port import Collection, LibraryItem, Snapshot
from zoterodigest.library.rules.parts import ANNOTATION_TYPES, LINK_MODES, WITH_TEXT
from zoterodigest.library.rules.schema import ItemType, item_types
from zoterodigest.library.server.index import LibraryIndex
from zoterodigest.library.server.messages import Rejected, Request, Response, json_answer
from zoterodigest.library.server.site import Served
from zoterodigest.library.server.summaries import creator_summary, item_date, parsed_date

_TEXTS = frozenset({"title", "accessDate", "note", "contentType", "charset"})
_FILE = frozenset({"filename", "md5", "mtime"})
_ATTACHED = {
    "linked_url": _TEXTS | {"url"},
    "linked_file": _TEXTS | {"path"},
    "imported_url": _TEXTS | _FILE | {"url"},
    "imported_file": _TEXTS | _FILE,
    "embedded_image": _FILE | {"contentType"},
}
_ANNOTATED = ("Comment", "Color", "PageLabel", "SortIndex", "Position")

EMPTY: Mapping[str, None] = {"md5": None, "mtime": None}
"""What an empty field is shown as, if not as an empty text."""


class Showing:
    """Where objects are shown from: the server's `address`, the library, and what is in it.

    Without an `index`, items are shown without the numbers of their children.
    """

    def __init__(self, address: str, served: Served, index: LibraryIndex | None = None) -> None:
        self.address = address
        self.served = served
        self._shows_children = index is not None
        # Only groups show who wrote an object, so after a write only groups look it up.
        details = served.details() if index is None and served.kind == "group" else Details()
        self.index = index or LibraryIndex(Snapshot(0, (), ()), details)

    def item(self, item: LibraryItem) -> dict[str, Any]:
        """Return an item as the API shows it."""
        links = self._links(f"items/{item.key}", "items", item.data.get("parentItem"))
        shown = self._object(item.key, item.version, links)
        return {**shown, "meta": self._meta(item), "data": item_data(item)}

    def collection(self, one: LibraryItem) -> dict[str, Any]:
        """Return a collection, a `collection_object`, as the API shows it."""
        links = self._links(f"collections/{one.key}", "collections", one.data["parentCollection"])
        key = one.key
        counts = self.index.collection_counts[key], self.index.member_counts[key]
        meta = dict(zip(("numCollections", "numItems"), counts, strict=True))
        shown = self._object(one.key, one.version, links)
        data = {"key": one.key, "version": one.version, **one.data}
        return {**shown, "meta": meta, "data": data}

    def collections(self, some: Iterable[Collection]) -> list[dict[str, Any]]:
        """Return collections as the API shows them."""
        known = self.index.details.relations
        return [self.collection(collection_object(one, known.get(one.key, {}))) for one in some]

    def tag(self, text: str, kind: int, count: int) -> dict[str, Any]:
        """Return a tag as the API shows it."""
        meta = {"type": kind, "numItems": count}
        return {"tag": text, "links": self._links("tags", "tags", None), "meta": meta}

    def _object(self, key: str, version: int, links: Mapping[str, Any]) -> dict[str, Any]:
        kind, number = self.served.kind, self.served.id
        href = {"href": f"{self.address}/{self.served.path}", "type": "text/html"}
        library = {"type": kind, "id": number, "name": f"{kind} {number}"}
        library["links"] = {"alternate": href}
        return {"key": key, "version": version, "library": library, "links": links}

    def _links(self, path: str, kind: str, parent: object) -> dict[str, Any]:
        base = f"{self.address}/{self.served.path}"
        links = {
            "self": {"href": f"{base}/{path}", "type": "application/json"},
            "alternate": {"href": f"{base}/{path}", "type": "text/html"},
        }
        if parent:
            links["up"] = {"href": f"{base}/{kind}/{parent}", "type": "application/json"}
        return links

    def _meta(self, item: LibraryItem) -> dict[str, Any]:
        meta: dict[str, Any] = {}
        if summary := creator_summary(item.data):
            meta["creatorSummary"] = summary
        if parsed := item.parsed_date or parsed_date(item_date(item.data)):
            meta["parsedDate"] = parsed
        if self._shows_children and may_have_children(item.data):
            meta["numChildren"] = self.index.child_counts[item.key]
        return meta | self._credits(item.key)

    def _credits(self, key: str) -> dict[str, Any]:
        """Return who created and last changed an item, which zotero.org tells in groups alone."""
        if self.served.kind != "group":
            return {}
        credit = self.index.details.credits.get(key, ItemUsers())
        by_others = None if credit.modified_by == credit.created_by else credit.modified_by
        named = {"createdByUser": credit.created_by, "lastModifiedByUser": by_others}
        return {name: self._user(user) for name, user in named.items() if user is not None}

    def _user(self, user: int) -> dict[str, Any]:
        links = {"alternate": {"href": f"{self.address}/users/{user}", "type": "text/html"}}
        return {"id": user, "username": f"user {user}", "name": f"user {user}", "links": links}


def item_data(item: LibraryItem) -> dict[str, Any]:
    """Return an item's `data`; fields that hold nothing are there, as empty texts."""
    held = item.data
    head = {name: held[name] for name in ("parentItem", "itemType") if name in held}
    names = fields_of(str(held["itemType"]), str(held.get("linkMode", "")))
    fields = {name: EMPTY.get(name, "") for name in names}
    if held.get("annotationType") in WITH_TEXT:
        fields["annotationText"] = ""
    ordered = {**fields, **{name: held[name] for name in held if name not in head}}
    return {"key": item.key, "version": item.version, **head, **ordered}


def collection_object(collection: Collection, relations: Data) -> LibraryItem:
    """Return a collection as the object that its `data` say."""
    data: dict[str, Any] = {"name": collection.name, "parentCollection": collection.parent or False}
    data |= {"relations": dict(relations)} | ({"deleted": True} if collection.is_trashed else {})
    return LibraryItem(collection.key, collection.version, data)


def fields_of(item_type: str, link_mode: str = "") -> list[str]:
    """Return the fields that every item of a type shows, the title first."""
    fields = item_types()[item_type].fields
    if item_type == "attachment":
        fields = _ATTACHED.get(link_mode, fields)
    if item_type == "annotation":
        return [f"annotation{name}" for name in _ANNOTATED]
    return sorted(fields, key=lambda name: (name != "title", name != "abstractNote", name))


def may_have_children(data: Mapping[str, Any]) -> bool:
    """Whether zotero.org counts the children of an item: not those of most attachments."""
    kind = data["itemType"]
    is_document = kind == "attachment" and data.get("contentType") == "application/pdf"
    return is_document or kind not in ("attachment", "annotation")


def template_answer(request: Request) -> Response:
    """Return the answer to a question about Zotero itself; raises `Rejected` for another one."""
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
        return _blank_annotation(_named_kind(request, "annotationType", ANNOTATION_TYPES, kind))
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


def _blank_annotation(kind: str) -> dict[str, Any]:
    """Return the template of an annotation; its position is an object, which is sent as text."""
    position: dict[str, Any] = {"pageIndex": 0}
    position |= {"paths": [], "width": 2} if kind == "ink" else {"rects": []}
    if kind == "image":
        position |= {"width": 0, "height": 0}
    head = {"itemType": "annotation", "parentItem": "", "annotationType": kind}
    text = {"annotationText": ""} if kind in WITH_TEXT else {}
    blank = dict.fromkeys(fields_of("annotation"), "")
    place = {"annotationSortIndex": "00000|000000|00000", "annotationPosition": position}
    return {**head, **text, **blank, **place, "tags": []}


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
