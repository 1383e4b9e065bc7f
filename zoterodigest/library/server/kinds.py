"""What can be written, items and collections: how each is read from JSON, stored and shown."""

from __future__ import annotations

from collections.abc import Collection as Keys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from zoterodigest.library.port import Collection, Library, LibraryItem, Outcome
from zoterodigest.library.rules.relations import relations
from zoterodigest.library.rules.values import NotAccepted
from zoterodigest.library.server.shapes import Showing
from zoterodigest.library.server.site import Detailed
from zoterodigest.library.server.versions import Failure

Data = Mapping[str, Any]
Stored = TypeVar("Stored")

_OF_PUT = ("itemType", "tags", "relations")
_CLAIMS = frozenset({"key", "version"})
_COLLECTION = frozenset({"name", "parentCollection", "relations", "deleted"})


class Kind(Protocol[Stored]):
    """One kind of object; `name` is what messages call it."""

    name: str

    def stored(self, library: Library, keys: Keys[str]) -> dict[str, Stored]:
        """Return the objects with these keys."""
        ...

    def asked(self, key: str, version: int, data: Data, stored: Stored | None) -> Stored | Failure:
        """Return the write that changes `stored` by `data`, or creates it."""
        ...

    def whole(self, data: Data, stored: Stored | None) -> Data | Failure:
        """Return the change that a PUT of `data` asks for, if it has what a PUT needs."""
        ...

    def write(
        self, library: Library, objects: Sequence[Stored], *, counts_all: bool
    ) -> list[Outcome]:
        """Write objects, in order; the version rises for unchanged ones too if it `counts_all`."""
        ...

    def show(self, showing: Showing, one: Stored) -> dict[str, Any]:
        """Return an object as the API shows it."""
        ...

    def version(self, one: Stored) -> int:
        """Return the version of an object."""
        ...


class Items:
    """Items, notes and attachments, as the user with the number `user` writes them.

    A client that `keeps_times` means the dateModified it sends, also if it is the one it has read.
    """

    name = "Item"

    def __init__(self, user: int | None, *, is_group: bool, keeps_times: bool) -> None:
        self._user = user
        self._is_group = is_group
        self._keeps_times = keeps_times

    def stored(self, library: Library, keys: Keys[str]) -> dict[str, LibraryItem]:
        """Return the items with these keys."""
        return {item.key: item for item in library.fetch(sorted(keys))}

    def asked(
        self, key: str, version: int, data: Data, stored: LibraryItem | None
    ) -> LibraryItem | Failure:
        """Return the write; a dateModified that is sent back as it was read is no change."""
        change = {name: value for name, value in data.items() if name not in _CLAIMS}
        known: Data = {} if stored is None else stored.data
        if stored and self._is_as_read(change.get("dateModified", ""), known["dateModified"]):
            change.pop("dateModified", None)
        if not change.get("inPublications", True):
            del change["inPublications"]
        if self._is_group and "linked_file" in (change.get("linkMode"), known.get("linkMode")):
            return Failure(400, "Linked files can only be added to user libraries")
        if "parentItem" in known and "parentItem" not in change and change.get("collections"):
            change["parentItem"] = False  # a child is in no collection: so it is to be none
        return LibraryItem(key, version, change)

    def _is_as_read(self, sent: object, known: str) -> bool:
        forms = ("", known) if not self._keeps_times else ("",)
        sql = known.replace("T", " ").removesuffix("Z")
        return sent in forms or (sent == sql and known in forms)

    def whole(self, data: Data, stored: LibraryItem | None) -> Data | Failure:
        """Return `data`: fields that are left out stay, a child without a parent comes to the top.

        So does an item that is not said to be in the trash come out of it.
        """
        needed: tuple[str, ...] = _OF_PUT if data.get("parentItem") else (*_OF_PUT, "collections")
        if data.get("itemType") == "attachment":
            needed = ("linkMode",)
        elif stored is None:
            needed = ("itemType",)
        return _with_all(needed, {"parentItem": False, "deleted": 0, **data})

    def write(
        self, library: Library, objects: Sequence[LibraryItem], *, counts_all: bool
    ) -> list[Outcome]:
        """Write items."""
        if isinstance(library, Detailed):
            return library.write(objects, by=self._user, counts_all=counts_all)
        return library.write(objects)

    def show(self, showing: Showing, one: LibraryItem) -> dict[str, Any]:
        """Return an item as the API shows it."""
        return showing.item(one)

    def version(self, one: LibraryItem) -> int:
        """Return an item's version."""
        return one.version


@dataclass(frozen=True, slots=True)
class RelatedCollection:
    """A collection with its relations, which the port does not know."""

    collection: Collection
    relations: Data


class Collections:
    """Collections."""

    name = "Collection"

    def stored(self, library: Library, keys: Keys[str]) -> dict[str, RelatedCollection]:
        """Return the collections with these keys."""
        known = library.details().relations if isinstance(library, Detailed) else {}
        found = library.fetch_collections(sorted(keys))
        return {one.key: RelatedCollection(one, known.get(one.key, {})) for one in found}

    def asked(
        self, key: str, version: int, data: Data, stored: RelatedCollection | None
    ) -> RelatedCollection | Failure:
        """Return the write; what is not given stays."""
        if unknown := sorted(data.keys() - _CLAIMS - _COLLECTION):
            return Failure(400, f"Invalid property {unknown[0][:40]!r}")
        if stored is None and "name" not in data:
            return Failure(400, "'name' property not provided")
        was = stored or RelatedCollection(Collection(key, version, ""), {})
        base = was.collection
        name, parent = data.get("name", base.name), data.get("parentCollection", base.parent)
        trashed = data.get("deleted", base.is_trashed)
        if not isinstance(name, str):
            return Failure(400, "'name' must be a string")
        if not isinstance(parent or "", str):
            return Failure(400, "'parentCollection' must be a collection key or FALSE")
        if trashed not in (0, 1):
            return Failure(400, "'deleted' must be a boolean")
        try:
            related = relations(data.get("relations", was.relations), "collections")
        except NotAccepted as refused:
            return Failure(refused.code, refused.message)
        changed = replace(
            base, version=version, name=name, parent=parent or None, is_trashed=bool(trashed)
        )
        return RelatedCollection(changed, related)

    def whole(self, data: Data, stored: RelatedCollection | None) -> Data | Failure:
        """Return `data` with a parent: without one the collection goes to the top."""
        blank = {"parentCollection": False, "relations": {}, "deleted": 0}
        return _with_all(("name",), {**blank, **data})

    def write(
        self, library: Library, objects: Sequence[RelatedCollection], *, counts_all: bool
    ) -> list[Outcome]:
        """Write collections."""
        plain = [one.collection for one in objects]
        if isinstance(library, Detailed):
            related = {one.collection.key: one.relations for one in objects}
            return library.write_collections(plain, relations=related, counts_all=counts_all)
        return library.write_collections(plain)

    def show(self, showing: Showing, one: RelatedCollection) -> dict[str, Any]:
        """Return a collection as the API shows it."""
        return showing.collection(one.collection, one.relations)

    def version(self, one: RelatedCollection) -> int:
        """Return a collection's version."""
        return one.collection.version


def _with_all(needed: Sequence[str], data: Data) -> Data | Failure:
    missing = [name for name in needed if name not in data]
    return Failure(400, f"'{missing[0]}' property not provided") if missing else data
