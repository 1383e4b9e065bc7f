"""The library behind a Web API, as the port promises it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from zoterodigest.library.access import Access
from zoterodigest.library.address import WebAddress
from zoterodigest.library.http.objects import COLLECTIONS, ITEMS, ObjectKind, Thing, understood
from zoterodigest.library.http.patience import Answer, Result
from zoterodigest.library.http.reading import KnownObjects, read_version
from zoterodigest.library.http.sending import BatchWriter, Memory, Sending, objects_in, outcomes_of
from zoterodigest.library.http.session import utc_now
from zoterodigest.library.port import (
    Collection,
    Library,
    LibraryItem,
    Outcome,
    Snapshot,
    Stale,
    Unchanged,
    require_batch,
)
from zoterodigest.library.web.cache import cache_path, keep_known, load_known
from zoterodigest.library.web.dialect import WebSession, read_rights, web_session
from zoterodigest.library.web.reading import read_by_keys, read_changed


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
        # To send the same tags again would count as an edit, so the stored ones must be known.
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


def write_keyed(
    session: WebSession, kind: ObjectKind[Thing], things: Sequence[Thing], known: dict[str, Thing]
) -> list[Outcome]:
    """Write `things`, of which `known` is how they stood when last read; one outcome for each.

    What the server says it stored is put into `known`.
    """
    memory = _WebMemory(session, kind, known)
    sending = [_begun(kind, thing, known.get(thing.key)) for thing in things]
    memory.look_at_idle([one for one in sending if one.outcome is None and not one.body])
    BatchWriter(session, kind, memory).send(sending)
    return outcomes_of(sending)


def _begun(kind: ObjectKind[Thing], thing: Thing, known: Thing | None) -> Sending[Thing]:
    """Return an object on its way, without a body if it changes nothing."""
    refused = kind.objection(thing)
    body = None if refused else kind.body(thing, known)
    return Sending(thing.key, thing, body or {}, refused)


@dataclass(frozen=True, slots=True)
class _WebMemory(Memory[Thing]):
    """What is known of one kind of objects, by key."""

    session: WebSession
    kind: ObjectKind[Thing]
    known: dict[str, Thing]

    def look_at_idle(self, idle: Sequence[Sending[Thing]]) -> None:
        """Settle writes that change nothing by a look: to send them would raise versions."""
        present = self.found(idle)
        for one in idle:
            key, version = one.key, one.thing.version
            is_same = key in present and present[key].version == version
            one.outcome = Unchanged(key, version) if is_same else Stale(key)

    def heard(self, sent: Sequence[Sending[Thing]], result: Result) -> None:
        """Learn how the objects are stored that the answer shows."""
        if isinstance(result, Answer) and result.is_fine:
            for thing in understood(objects_in(result.body), self.kind.parse):
                self.known[thing.key] = thing

    def found(self, unsettled: Sequence[Sending[Thing]]) -> Mapping[str, Thing]:
        """Read which of these objects stand in the library."""
        present = read_by_keys(self.session, self.kind, [one.key for one in unsettled])
        self.known.update(present)
        return present
