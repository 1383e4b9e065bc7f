"""The library behind a Web API, as the port promises it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from zoterodigest.library.access import Access
from zoterodigest.library.address import WebAddress
from zoterodigest.library.port import Collection, LibraryItem, Outcome, Snapshot, require_batch
from zoterodigest.library.web.cache import Known, cache_path, keep_known, load_known
from zoterodigest.library.web.exchange import Exchange, utc_now
from zoterodigest.library.web.objects import (
    collection_body,
    collection_of,
    is_collection_written,
    is_written,
    item_body,
    item_of,
    objection,
    objection_to_collection,
    understood,
)
from zoterodigest.library.web.reading import (
    read_all,
    read_collections,
    read_items,
    read_version,
)
from zoterodigest.library.web.rights import read_rights
from zoterodigest.library.web.sending import Kind, write


class WebLibrary:
    """The library at `address`; nothing is sent before it is asked for something."""

    def __init__(
        self, address: WebAddress, access: Access, *, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._address = address
        self._exchange = Exchange(address, access, now=now)
        folder = access.cache_folder
        self._cache = cache_path(folder, address.identity) if folder else None
        self._kept: Known | None = None
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
    def instance(self) -> str:
        """Nothing: there is one."""
        return ""

    @property
    def stored_keys(self) -> Mapping[str, str]:
        """Nothing: every key is taken."""
        return {}

    @property
    def is_read_only(self) -> bool:
        """Whether the API key gives no right to write, which one request tells."""
        return not read_rights(self._exchange).may_write(self._address)

    def version(self) -> int:
        """Return the library version, with one request."""
        listing = self._known.listing
        return read_version(self._exchange, listing.version if listing else 0)

    def read(self) -> Snapshot:
        """Return everything; costs one request if nothing has changed since it was last read.

        A library that is written to meanwhile is returned as of the version the snapshot names, but
        for objects that have changed since: they come at their newer versions.
        """
        before = self._known.listing
        self._kept = read_all(self._exchange, self._known)
        listing = self._kept.listing
        assert listing is not None
        if listing != before and self._cache is not None:
            keep_known(self._cache, self._kept)
        items, collections = self._kept.items, self._kept.collections
        return Snapshot(listing.version, tuple(items.values()), tuple(collections.values()))

    def fetch(self, keys: Sequence[str]) -> list[LibraryItem]:
        """Return the items with `keys` as they are now."""
        found = read_items(self._exchange, keys)
        self._known.items.update(found)
        return [found[key] for key in sorted(found)]

    def fetch_collections(self, keys: Sequence[str]) -> list[Collection]:
        """Return the collections with `keys` as they are now."""
        found = self._fetched_collections(keys)
        return [found[key] for key in sorted(found)]

    def write(self, items: Sequence[LibraryItem]) -> list[Outcome]:
        """Create or change items, with one request if nothing goes wrong."""
        require_batch(items)
        unknown = [item.key for item in items if self._must_be_read(item)]
        if unknown:
            self.fetch(unknown)
        kind = Kind(
            "items", objection, item_body, is_written, self._fetched_items, self._learn_items
        )
        return write(self._exchange, kind, items, self._known.items)

    def write_collections(self, collections: Sequence[Collection]) -> list[Outcome]:
        """Create or change collections, with one request if nothing goes wrong."""
        require_batch(collections)
        kind = Kind(
            "collections",
            objection_to_collection,
            collection_body,
            is_collection_written,
            self._fetched_collections,
            self._learn_collections,
        )
        return write(self._exchange, kind, collections, self._known.collections)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._exchange.close()

    @property
    def _known(self) -> Known:
        if self._kept is None:
            self._kept = load_known(self._cache) if self._cache else Known()
        return self._kept

    def _must_be_read(self, item: LibraryItem) -> bool:
        """Whether tags would be written over unknown ones: to write the same is no edit."""
        known = self._known.items.get(item.key)
        is_known = known is not None and known.version == item.version
        return item.version > 0 and "tags" in item.data and not is_known

    def _fetched_items(self, keys: Sequence[str]) -> dict[str, LibraryItem]:
        return {item.key: item for item in self.fetch(keys)}

    def _fetched_collections(self, keys: Sequence[str]) -> dict[str, Collection]:
        found = read_collections(self._exchange, keys)
        self._known.collections.update(found)
        return found

    def _learn_items(self, written: Sequence[Any]) -> None:
        for item in understood(written, item_of):
            self._known.items[item.key] = item

    def _learn_collections(self, written: Sequence[Any]) -> None:
        for collection in understood(written, collection_of):
            self._known.collections[collection.key] = collection
