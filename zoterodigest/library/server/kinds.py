"""What can be written, items and collections: how each is read from JSON, stored and shown."""

from __future__ import annotations

from collections.abc import Collection as Keys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from zoterodigest.library.port import Collection, Library, LibraryItem, Outcome
from zoterodigest.library.server.shapes import Showing
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

    def whole(self, data: Data) -> Data | Failure:
        """Return the change that a PUT of `data` asks for, if it has what a PUT needs."""
        ...

    def write(self, library: Library, objects: Sequence[Stored]) -> list[Outcome]:
        """Write objects, in order."""
        ...

    def show(self, showing: Showing, one: Stored) -> dict[str, Any]:
        """Return an object as the API shows it."""
        ...

    def version(self, one: Stored) -> int:
        """Return the version of an object."""
        ...


class Items:
    """Items, notes and attachments."""

    name = "Item"

    def stored(self, library: Library, keys: Keys[str]) -> dict[str, LibraryItem]:
        """Return the items with these keys."""
        return {item.key: item for item in library.fetch(sorted(keys))}

    def asked(
        self, key: str, version: int, data: Data, stored: LibraryItem | None
    ) -> LibraryItem | Failure:
        """Return the write; a dateModified that is sent back as it was read is no change."""
        change = {name: value for name, value in data.items() if name not in _CLAIMS}
        if stored and change.get("dateModified") in ("", stored.data.get("dateModified")):
            del change["dateModified"]
        if not change.get("inPublications", True):
            del change["inPublications"]
        return LibraryItem(key, version, change)

    def whole(self, data: Data) -> Data | Failure:
        """Return `data`: fields that are left out stay as they are."""
        needed = _OF_PUT if data.get("parentItem") else (*_OF_PUT, "collections")
        return _with_all(needed, data)

    def write(self, library: Library, objects: Sequence[LibraryItem]) -> list[Outcome]:
        """Write items."""
        return library.write(objects)

    def show(self, showing: Showing, one: LibraryItem) -> dict[str, Any]:
        """Return an item as the API shows it."""
        return showing.item(one)

    def version(self, one: LibraryItem) -> int:
        """Return an item's version."""
        return one.version


class Collections:
    """Collections."""

    name = "Collection"

    def stored(self, library: Library, keys: Keys[str]) -> dict[str, Collection]:
        """Return the collections with these keys."""
        return {one.key: one for one in library.read().collections if one.key in keys}

    def asked(
        self, key: str, version: int, data: Data, stored: Collection | None
    ) -> Collection | Failure:
        """Return the write; what is not given stays."""
        if unknown := sorted(data.keys() - _CLAIMS - _COLLECTION):
            return Failure(400, f"Invalid property {unknown[0][:40]!r}")
        if data.get("relations"):
            return Failure(400, "relations of collections are not kept by this server")
        base = stored or Collection(key, version, "")
        name, parent = data.get("name", base.name), data.get("parentCollection", base.parent)
        trashed = data.get("deleted", base.is_trashed)
        if not isinstance(name, str) or not isinstance(parent or "", str):
            return Failure(400, "'name' must be text and 'parentCollection' a key or false")
        if trashed not in (0, 1):
            return Failure(400, "'deleted' must be true or false")
        return replace(
            base, version=version, name=name, parent=parent or None, is_trashed=bool(trashed)
        )

    def whole(self, data: Data) -> Data | Failure:
        """Return `data` with a parent: without one the collection goes to the top."""
        return _with_all(("name",), {"parentCollection": False, **data})

    def write(self, library: Library, objects: Sequence[Collection]) -> list[Outcome]:
        """Write collections."""
        return library.write_collections(objects)

    def show(self, showing: Showing, one: Collection) -> dict[str, Any]:
        """Return a collection as the API shows it."""
        return showing.collection(one)

    def version(self, one: Collection) -> int:
        """Return a collection's version."""
        return one.version


def _with_all(needed: Sequence[str], data: Data) -> Data | Failure:
    missing = [name for name in needed if name not in data]
    return Failure(400, f"'{missing[0]}' property not provided") if missing else data
