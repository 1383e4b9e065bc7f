"""What libraries over Zotero's API share: items and collections are read and written alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from zoterodigest.library.http.objects import COLLECTIONS, ITEMS, ObjectKind, Thing
from zoterodigest.library.http.session import Session
from zoterodigest.library.port import Collection, Library, LibraryItem, Outcome, require_batch


class ApiLibrary(Library, Protocol):
    """A library behind the API of a server; those of each kind of server inherit from this class.

    Nothing is sent before the library is asked for something.
    """

    _session: Session[Any]

    def _found(self, kind: ObjectKind[Thing], keys: Sequence[str]) -> Mapping[str, Thing]:
        """Return the objects with `keys` as they are now, by key."""

    def _written(self, kind: ObjectKind[Thing], things: Sequence[Thing]) -> list[Outcome]:
        """Create or change the objects of one batch; return one outcome for each."""

    def fetch(self, keys: Sequence[str]) -> list[LibraryItem]:
        """Return the items with `keys` as they are now."""
        return [one for _, one in sorted(self._found(ITEMS, keys).items())]

    def fetch_collections(self, keys: Sequence[str]) -> list[Collection]:
        """Return the collections with `keys` as they are now."""
        return [one for _, one in sorted(self._found(COLLECTIONS, keys).items())]

    def write(self, items: Sequence[LibraryItem]) -> list[Outcome]:
        """Create or change items, with as few requests as the server allows."""
        require_batch(items)
        return self._written(ITEMS, items)

    def write_collections(self, collections: Sequence[Collection]) -> list[Outcome]:
        """Create or change collections, with as few requests as the server allows."""
        require_batch(collections)
        return self._written(COLLECTIONS, collections)

    def __exit__(self, *error: object) -> None:
        self._session.close()
