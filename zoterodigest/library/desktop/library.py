"""A library of the running Zotero, as the port promises it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b

from zoterodigest.library.access import Access, Clock, utc_now
from zoterodigest.library.address import DesktopAddress
from zoterodigest.library.desktop.dialect import desktop_session, instance_of
from zoterodigest.library.desktop.reading import read_desktop, read_newest, read_with_trashed
from zoterodigest.library.desktop.state import DesktopState
from zoterodigest.library.desktop.writing import write_in_waves
from zoterodigest.library.http.library import ApiLibrary
from zoterodigest.library.http.objects import ObjectKind, Thing
from zoterodigest.library.http.patience import Answer
from zoterodigest.library.http.reading import read_version
from zoterodigest.library.port import (
    Outcome,
    Snapshot,
)


class DesktopLibrary(ApiLibrary):
    """The library of the running Zotero at `address`."""

    def __init__(self, address: DesktopAddress, access: Access, *, now: Clock = utc_now) -> None:
        self._address = address
        self._session = desktop_session(address, access, now=now)
        self._state = DesktopState(self._session, access)

    @property
    def identity(self) -> str:
        """The library's lasting identity: the group, the account, or a name that zoterodigest gave.

        A library without an account has a name that this computer keeps from the first write on.
        An empty library does not tell its account yet.
        """
        if self._address.group is not None:
            return f"group:{self._address.group}"
        return self._state.identity()

    @property
    def former_identity(self) -> str:
        """The name that a library had before its account was known."""
        return self._state.former_identity()

    def recognise(self, identity: str) -> None:
        """Go by `identity` as well; a name that we gave is kept on this machine.

        Where the library tells no account, `identity` takes the place of the name it has here.
        """
        self._state.recognise(identity)

    @property
    def instance(self) -> str:
        """The id of the Zotero that runs here: its versions are its own."""
        return instance_of(self._session)

    @property
    def stored_keys(self) -> Mapping[str, str]:
        """The keys that Zotero gave to what was created, by the one asked for."""
        return self._state.kept.stored

    @property
    def is_read_only(self) -> bool:
        """Whether writes will be refused: only the person, who is asked then, can tell."""
        return False

    def version(self) -> int:
        """Return the library version, with one request."""
        version = read_version(self._session, self._state.version or 0)
        self._state.version = version
        return version

    def token(self) -> str:
        """Return the token of the present state; "" for an empty library."""
        return self._token(read_newest(self._session))

    def _token(self, newest: Answer) -> str:
        # An empty library may tell its account by a collection alone.
        if not newest.body or newest.version is None:
            return ""
        # A Zotero that was restored keeps its ID, and can come to the same version by other edits:
        # then the item that was edited last is another one, or was edited at another time.
        parts = [instance_of(self._session), str(newest.version), json.dumps(newest.body)]
        return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()

    def read(self, since: Snapshot | None = None) -> Snapshot:
        """Return everything but trashed collections, which Zotero lists nowhere.

        A library that is written to meanwhile is as of its lower version.
        """
        snapshot, account = read_desktop(self._session)
        self._state.tell(account)
        self._state.take(snapshot)
        greeting = self._session.dialect.greeting
        if greeting is None or greeting.version != snapshot.version:
            return snapshot
        return replace(snapshot, token=self._token(greeting))

    def _found(self, kind: ObjectKind[Thing], keys: Sequence[str]) -> Mapping[str, Thing]:
        created = self._state.created
        return read_with_trashed(self._session, kind, [created.get(key, key) for key in keys])

    def _written(self, kind: ObjectKind[Thing], things: Sequence[Thing]) -> list[Outcome]:
        """What belongs to a new object is sent after it."""
        return write_in_waves(self._session, kind, things, self._state)
