"""Items and collections in the shape in which the Web API shows them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from zoterodigest.library.port import Collection, LibraryItem, Snapshot
from zoterodigest.library.schema import item_types
from zoterodigest.library.server.site import Served

_FILES = frozenset({"contentType", "charset", "filename", "md5", "mtime"})
_ATTACHED = {
    "linked_url": frozenset({"contentType", "charset"}),
    "linked_file": frozenset({"contentType", "charset", "path"}),
}
_ISO = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")


@dataclass(frozen=True, slots=True)
class Showing:
    """Where objects are shown from: the server's `address`, the library, and what is in it."""

    address: str
    served: Served
    snapshot: Snapshot
    children: Mapping[str, int] | None
    members: Mapping[str, int]
    shelves: Mapping[str, int]

    @classmethod
    def of(cls, address: str, served: Served, snapshot: Snapshot) -> Showing:
        """Return how the objects of `snapshot` are shown, with the counts they carry."""
        live = [item for item in snapshot.items if not item.is_trashed]
        return cls(
            address,
            served,
            snapshot,
            Counter(str(item.data["parentItem"]) for item in live if item.data.get("parentItem")),
            Counter(str(key) for item in live for key in item.data.get("collections", ())),
            Counter(one.parent for one in snapshot.collections if one.parent),
        )

    @classmethod
    def without_counts(cls, address: str, served: Served) -> Showing:
        """Return how objects are shown whose children nobody counts."""
        return cls(address, served, Snapshot(0, (), ()), None, {}, {})

    def item(self, item: LibraryItem) -> dict[str, Any]:
        """Return an item as the API shows it."""
        links = self._links(f"items/{item.key}", "items", item.data.get("parentItem"))
        shown = self._object(item.key, item.version, links)
        return {**shown, "meta": self._meta(item), "data": item_data(item)}

    def collection(self, collection: Collection) -> dict[str, Any]:
        """Return a collection as the API shows it."""
        links = self._links(f"collections/{collection.key}", "collections", collection.parent)
        meta = {
            "numCollections": self.shelves.get(collection.key, 0),
            "numItems": self.members.get(collection.key, 0),
        }
        shown = self._object(collection.key, collection.version, links)
        return {**shown, "meta": meta, "data": collection_data(collection)}

    def tag(self, text: str, kind: int, count: int) -> dict[str, Any]:
        """Return a tag as the API shows it."""
        return {
            "tag": text,
            "links": self._links("tags", "tags", None),
            "meta": {"type": kind, "numItems": count},
        }

    def library(self) -> dict[str, Any]:
        """Return what every object says of its library."""
        href = f"{self.address}/{self.served.path}"
        return {
            "type": self.served.kind,
            "id": self.served.id,
            "name": f"{self.served.kind} {self.served.id}",
            "links": {"alternate": {"href": href, "type": "text/html"}},
        }

    def _object(self, key: str, version: int, links: Mapping[str, Any]) -> dict[str, Any]:
        return {"key": key, "version": version, "library": self.library(), "links": links}

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
        if _ISO.fullmatch(str(item.data.get("date", ""))):
            meta["parsedDate"] = item.data["date"]
        if item.data["itemType"] != "note" and self.children is not None:
            meta["numChildren"] = self.children.get(item.key, 0)
        return meta


def item_data(item: LibraryItem) -> dict[str, Any]:
    """Return an item's `data`; fields that hold nothing are there, as empty texts."""
    held = item.data
    head = {name: held[name] for name in ("parentItem", "itemType") if name in held}
    fields = {name: "" for name in fields_of(str(held["itemType"]), str(held.get("linkMode", "")))}
    ordered = {**fields, **{name: held[name] for name in held if name not in head}}
    return {"key": item.key, "version": item.version, **head, **ordered}


def collection_data(collection: Collection) -> dict[str, Any]:
    """Return a collection's `data`."""
    data: dict[str, Any] = {
        "key": collection.key,
        "version": collection.version,
        "name": collection.name,
        "parentCollection": collection.parent or False,
        "relations": {},
    }
    return data | {"deleted": True} if collection.is_trashed else data


def fields_of(item_type: str, link_mode: str = "") -> list[str]:
    """Return the fields that every item of a type shows, the title first."""
    fields = item_types()[item_type].fields
    if item_type == "attachment":
        files = _ATTACHED.get(link_mode, _FILES)
        fields = fields - _FILES - {"path"} | files
    if item_type == "annotation":
        return []
    return sorted(fields, key=lambda name: (name != "title", name != "abstractNote", name))


def creator_summary(data: Mapping[str, Any]) -> str:
    """Return the main creators in a few words: one, both, or the first and "et al."."""
    names = list(_names(data))
    if len(names) > 2:
        return f"{names[0]} et al."
    return " and ".join(names)


def _names(data: Mapping[str, Any]) -> Iterable[str]:
    creators = data.get("creators", ())
    roles = item_types()[data["itemType"]].creators[:1]
    main = [creator for creator in creators if creator.get("creatorType") in roles]
    for creator in main or creators:
        yield str(creator.get("lastName") or creator.get("name") or creator.get("firstName") or "")
