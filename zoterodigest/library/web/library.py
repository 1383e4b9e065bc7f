"""The library behind a Web API, as the port promises it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from zoterodigest.library.access import Access
from zoterodigest.library.address import WebAddress
from zoterodigest.library.http.objects import COLLECTIONS, ITEMS, ObjectKind, Thing
from zoterodigest.library.http.reading import KnownObjects, read_version
from zoterodigest.library.http.session import utc_now
from zoterodigest.library.port import (
    Collection,
    Library,
    LibraryItem,
    Outcome,
    Snapshot,
    require_batch,
)
from zoterodigest.library.web.cache import cache_path, keep_known, load_known
from zoterodigest.library.web.dialect import web_session
from zoterodigest.library.web.reading import read_by_keys, read_changed
from zoterodigest.library.web.rights import read_rights
from zoterodigest.library.web.writing import write_keyed


class WebLibrary(Library):
    """The library at `address`; nothing is sent before it is asked for something."""

    def __init__(
        self, address: WebAddress, access: Access, *, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._address = address
        self._session = web_session(address, access, now=now)
        folder = access.cache_folder
        self._cache = cache_path(folder, address.identity) if folder else None
        self._kept: KnownObjects | None = None
        self._former_identity = ""

    @property
    def identity(self) -> str:
        """The library's kind and id, elsewhere than at zotero.org with its server."""
        return self._address.identity

    @property
    def former_identity(self) -> str:
        """The name it had in a Zotero without an account, if it was recognised by that."""
        return self._former_identity

    def recognise(self, identity: str) -> None:
        """Go by `identity` as well."""
        self._former_identity = identity

    @property
    def is_read_only(self) -> bool:
        """Whether the API key gives no right to write, which one request tells."""
        return not read_rights(self._session).may_write(self._address)

    def version(self) -> int:
        """Return the library version, with one request."""
        listing = self._known.listing
        return read_version(self._session, listing.version if listing else 0)

    def read(self) -> Snapshot:
        """Return everything; costs one request if nothing has changed since it was last read.

        A library that is written to meanwhile is returned as of the version the snapshot names, but
        for objects that have changed since: they come at their newer versions.
        """
        before = self._known.listing
        self._kept = read_changed(self._session, self._known)
        listing = self._kept.listing
        assert listing is not None
        if listing != before and self._cache is not None:
            keep_known(self._cache, self._kept)
        items, collections = self._kept.items, self._kept.collections
        return Snapshot(listing.version, tuple(items.values()), tuple(collections.values()))

    def fetch(self, keys: Sequence[str]) -> list[LibraryItem]:
        """Return the items with `keys` as they are now."""
        return self._fetched(ITEMS, keys)

    def fetch_collections(self, keys: Sequence[str]) -> list[Collection]:
        """Return the collections with `keys` as they are now."""
        return self._fetched(COLLECTIONS, keys)

    def write(self, items: Sequence[LibraryItem]) -> list[Outcome]:
        """Create or change items, with one request if nothing goes wrong."""
        require_batch(items)
        unknown = [item.key for item in items if self._must_be_read(item)]
        if unknown:
            self.fetch(unknown)
        return write_keyed(self._session, ITEMS, items, self._known.items)

    def write_collections(self, collections: Sequence[Collection]) -> list[Outcome]:
        """Create or change collections, with one request if nothing goes wrong."""
        require_batch(collections)
        return write_keyed(self._session, COLLECTIONS, collections, self._known.collections)

    def __exit__(self, *error: object) -> None:
        self._session.close()

    @property
    def _known(self) -> KnownObjects:
        if self._kept is None:
            self._kept = load_known(self._cache) if self._cache else KnownObjects()
        return self._kept

    def _must_be_read(self, item: LibraryItem) -> bool:
        """Whether tags would be written over unknown ones: to write the same is no edit."""
        known = self._known.items.get(item.key)
        is_known = known is not None and known.version == item.version
        return item.version > 0 and "tags" in item.data and not is_known

    def _fetched(self, kind: ObjectKind[Thing], keys: Sequence[str]) -> list[Thing]:
        found = read_by_keys(self._session, kind, keys)
        self._known.of(kind).update(found)
        return [found[key] for key in sorted(found)]
