"""What can be written, items and collections: how each is read from JSON, stored and shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from zoterodigest.frozen import dataclass
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.library.port import Collection, Library, LibraryItem, Outcome
from zoterodigest.library.rules.relations import relations
from zoterodigest.library.rules.values import NotAccepted, deleted, require
from zoterodigest.library.server.shapes import Showing, collection_object

Data = Mapping[str, Any]
Objects = Sequence[LibraryItem]
Stored = LibraryItem | None

_OF_PUT = ("itemType", "tags", "relations")
_CLAIMS = frozenset({"key", "version"})
_COLLECTION: Data = {"name": "", "parentCollection": False, "relations": {}, "deleted": False}
"""What a collection may state, with the default of each."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes: the user with the number `user` (None if it is not recorded).

    zotero.org records in group libraries who writes. It believes the dateModified that its own
    clients send, even if it is the one they have read: they `keep_times`.
    """

    user: int | None
    in_group: bool
    keeps_times: bool


@dataclass(frozen=True, slots=True)
class ServedKind:
    """One kind of object; `name` is what messages call it.

    A collection is a `LibraryItem` here as well, by the `data` that the API shows of it. `stored`
    returns the objects with these keys. `asked` returns the write that changes the stored object by
    data, or creates it. `whole` returns the change that a PUT of data asks for. `write` writes
    objects in order; if its last argument is true, the library version rises for unchanged ones
    too. `asked` and `whole` raise `NotAccepted`.
    """

    name: str
    stored: Callable[[Library, Sequence[str]], dict[str, LibraryItem]]
    asked: Callable[[Author, str, int, Data, Stored], LibraryItem]
    whole: Callable[[Data, Stored], Data]
    write: Callable[[Library, Objects, Author, bool], list[Outcome]]
    show: Callable[[Showing, LibraryItem], dict[str, Any]]


def _stored_items(library: Library, keys: Sequence[str]) -> dict[str, LibraryItem]:
    return {item.key: item for item in library.fetch(keys)}


def _asked_item(author: Author, key: str, version: int, data: Data, stored: Stored) -> LibraryItem:
    """Return the write; a dateModified that is sent back as it was read is no change."""
    change = {name: value for name, value in data.items() if name not in _CLAIMS}
    known: Data = {} if stored is None else stored.data
    if stored and _is_as_read(change.get("dateModified", ""), known["dateModified"], author):
        change.pop("dateModified", None)
    # False says what is so anyway: nothing here is in My Publications.
    if not change.get("inPublications", True):
        del change["inPublications"]
    # A linked file is a path on one person's computer.
    is_linked = "linked_file" in (change.get("linkMode"), known.get("linkMode"))
    require(not (author.in_group and is_linked), "Linked files can only be added to user libraries")
    if "parentItem" in known and "parentItem" not in change and change.get("collections"):
        change["parentItem"] = False  # a child is in no collection: so it is to be none
    return LibraryItem(key, version, change)


def _is_as_read(sent: object, known: str, author: Author) -> bool:
    if author.keeps_times:
        return sent == ""
    return sent in ("", known, known.replace("T", " ").removesuffix("Z"))


def _whole_item(data: Data, stored: Stored) -> Data:
    """Return `data`: fields that are left out stay.

    A child without a parent moves to the top. An item that is not said to be in the trash leaves
    it.
    """
    needed: tuple[str, ...] = _OF_PUT if data.get("parentItem") else (*_OF_PUT, "collections")
    if data.get("itemType") == "attachment":
        needed = ("linkMode",)
    elif stored is None:
        needed = ("itemType",)
    return _with_all(needed, {"parentItem": False, "deleted": 0, **data})


def _write_items(
    library: Library, objects: Objects, author: Author, counts_all: bool
) -> list[Outcome]:
    if isinstance(library, EmbeddedLibrary):
        return library.write(objects, by=author.user, counts_all=counts_all)
    return library.write(objects)


def _stored_collections(library: Library, keys: Sequence[str]) -> dict[str, LibraryItem]:
    known = library.details().relations if isinstance(library, EmbeddedLibrary) else {}
    found = library.fetch_collections(keys)
    return {one.key: collection_object(one, known.get(one.key, {})) for one in found}


def _asked_collection(_: Author, key: str, version: int, data: Data, stored: Stored) -> LibraryItem:
    """Return the write; what is not given stays."""
    if unknown := sorted(data.keys() - _CLAIMS - _COLLECTION.keys()):
        raise NotAccepted(400, f"Invalid property {unknown[0][:40]!r}")
    require(stored or "name" in data, "'name' property not provided")
    after = {**_COLLECTION, **(stored.data if stored else {}), **data}
    require(isinstance(after["name"], str), "'name' must be a string")
    is_parent = isinstance(after["parentCollection"] or "", str)
    require(is_parent, "'parentCollection' must be a collection key or FALSE")
    after["deleted"] = deleted(after["deleted"]) is not None
    after["relations"] = relations(after["relations"], "collections")
    return LibraryItem(key, version, after)


def _whole_collection(data: Data, _: Stored) -> Data:
    """Return `data` with a parent: without one the collection goes to the top."""
    return _with_all(("name",), {"parentCollection": False, "relations": {}, "deleted": 0, **data})


def _write_collections(
    library: Library, objects: Objects, _: Author, counts_all: bool
) -> list[Outcome]:
    plain = []
    for one in objects:
        name, parent = one.data["name"], one.data["parentCollection"] or None
        plain.append(Collection(one.key, one.version, name, parent, one.data["deleted"]))
    if isinstance(library, EmbeddedLibrary):
        related = {one.key: one.data["relations"] for one in objects}
        return library.write_collections(plain, relations=related, counts_all=counts_all)
    return library.write_collections(plain)


def _with_all(needed: Sequence[str], data: Data) -> Data:
    for name in needed:
        require(name in data, f"'{name}' property not provided")
    return data


KINDS: Mapping[str, ServedKind] = {
    "items": ServedKind(
        "Item", _stored_items, _asked_item, _whole_item, _write_items, Showing.item
    ),
    "collections": ServedKind(
        "Collection",
        _stored_collections,
        _asked_collection,
        _whole_collection,
        _write_collections,
        Showing.collection,
    ),
}
"""The kinds by the segment of a path that names them."""
