"""The library behind a Web API, as the port promises it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b

from zoterodigest.frozen import dataclass
from zoterodigest.library.access import Access, Clock, utc_now
from zoterodigest.library.address import ZOTERO_ORG, WebAddress
from zoterodigest.library.http.library import ApiLibrary
from zoterodigest.library.http.objects import ObjectKind, Thing, understood
from zoterodigest.library.http.patience import Answer, Result
from zoterodigest.library.http.reading import KnownObjects, read_version, version_of
from zoterodigest.library.http.sending import BatchWriter, Sending, objects_in, outcomes_of
from zoterodigest.library.port import (
    LibraryItem,
    Outcome,
    Snapshot,
    Stale,
    Unchanged,
)
from zoterodigest.library.web.cache import cache_path, keep_known, load_known
from zoterodigest.library.web.dialect import WebSession, read_rights, web_session
from zoterodigest.library.web.reading import read_by_keys, read_changed


class WebLibrary(ApiLibrary):
    """The library at `address` of a server on the web."""

    def __init__(self, address: WebAddress, access: Access, *, now: Clock = utc_now) -> None:
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

    @property
    def lists_annotations(self) -> bool:
        """Whether annotations are listed for certain: zotero.org does, other servers may be old."""
        return self._address.url == ZOTERO_ORG

    def version(self) -> int:
        """Return the library version, with one request."""
        listing = self._known.listing
        return read_version(self._session, listing.version if listing else 0)

    def token(self) -> str:
        """Return the token of the present state; "" if the server can't tell it."""
        answer = self._session.get("items", format="versions", limit=1, includeTrashed=1)
        return self._token(version_of(self._session, answer), answer.tag)

    def _token(self, version: int, tag: str) -> str:
        # zotero.org never goes back to an old version. Another server may restore a library, which
        # can then come to the same version by other edits: only its own tag tells them apart.
        is_zotero_org = self._address.url == ZOTERO_ORG
        if not (tag or is_zotero_org):
            return ""
        # With another key a library may show other objects. A hash shows no key.
        parts = [self._session.dialect.key, str(version), "" if is_zotero_org else tag]
        return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()

    def read(self, since: Snapshot | None = None) -> Snapshot:
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
        items, collections = tuple(self._kept.items.values()), self._kept.collections.values()
        token = self._token(listing.version, listing.tag)
        return Snapshot(listing.version, items, tuple(collections), token)

    def _found(self, kind: ObjectKind[Thing], keys: Sequence[str]) -> Mapping[str, Thing]:
        found = read_by_keys(self._session, kind, keys)
        self._known.of(kind).update(found)
        return found

    def _written(self, kind: ObjectKind[Thing], things: Sequence[Thing]) -> list[Outcome]:
        """One request does it if nothing goes wrong."""
        # To send the same tags again would count as an edit, so the stored ones must be known.
        unknown = [one.key for one in things if isinstance(one, LibraryItem) and self._is_new(one)]
        if unknown:
            self.fetch(unknown)
        return _WebWriter(self._session, kind, self._known.of(kind)).write(things)

    @property
    def _known(self) -> KnownObjects:
        if self._kept is None:
            self._kept = load_known(self._cache) if self._cache else KnownObjects()
        return self._kept

    def _is_new(self, item: LibraryItem) -> bool:
        """Whether tags would be written over unknown ones: to write the same is no edit."""
        known = self._known.items.get(item.key)
        is_known = known is not None and known.version == item.version
        return item.version > 0 and "tags" in item.data and not is_known


@dataclass(frozen=True, slots=True)
class _WebWriter(BatchWriter[Thing]):
    """Writes objects of one kind, of which `known` is how they stood when last read, by key.

    What the server says it stored is put into `known`.
    """

    session: WebSession
    kind: ObjectKind[Thing]
    known: dict[str, Thing]

    def write(self, things: Sequence[Thing]) -> list[Outcome]:
        """Write `things`; return one outcome for each."""
        sending = [self._begun(thing) for thing in things]
        self._look_at_idle([one for one in sending if one.outcome is None and not one.body])
        self.send(sending)
        return outcomes_of(sending)

    def _begun(self, thing: Thing) -> Sending[Thing]:
        """Return an object on its way, without a body if it changes nothing."""
        refused = self.kind.objection(thing)
        body = None if refused else self.kind.body(thing, self.known.get(thing.key))
        return Sending(thing.key, thing, body or {}, refused)

    def _look_at_idle(self, idle: Sequence[Sending[Thing]]) -> None:
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
