"""A library of the running Zotero, as the port promises it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from zoterodigest.library.access import Access
from zoterodigest.library.address import NAMED_HERE, DesktopAddress
from zoterodigest.library.desktop.dialect import DesktopSession, desktop_session, instance_of
from zoterodigest.library.desktop.kept import Kept, Sent, keep, kept_path, load
from zoterodigest.library.desktop.reading import (
    keys_found_again,
    read_account,
    read_all,
    read_some,
)
from zoterodigest.library.desktop.writing import write
from zoterodigest.library.http.known import Known
from zoterodigest.library.http.objects import COLLECTIONS, ITEMS
from zoterodigest.library.http.reading import read_version
from zoterodigest.library.http.session import utc_now
from zoterodigest.library.port import Collection, LibraryItem, Outcome, Snapshot, require_batch


class DesktopLibrary:
    """The library at `address`; nothing is sent before it is asked for something."""

    def __init__(
        self, address: DesktopAddress, access: Access, *, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._address = address
        self._session = desktop_session(address, access, now=now)
        self._notes = _Notes(self._session, access)
        self._version = 0

    @property
    def identity(self) -> str:
        """The library's lasting identity: the group, the account, or a name of ours.

        A library without an account has a name that this machine keeps from its first write on. An
        empty one does not tell its account yet.
        """
        if self._address.group is not None:
            return f"group:{self._address.group}"
        return self._notes.identity()

    @property
    def former_identity(self) -> str:
        """The name that a library had before its account was known."""
        return self._notes.former_identity()

    def recognise(self, identity: str) -> None:
        """Go by `identity` as well; a name that we gave is kept on this machine.

        Where the library tells no account, `identity` takes the place of the name it has here.
        """
        self._notes.recognise(identity)

    @property
    def instance(self) -> str:
        """The id of the Zotero that runs here: its versions are its own."""
        return instance_of(self._session)

    @property
    def stored_keys(self) -> Mapping[str, str]:
        """The keys that Zotero gave to what was created, by the one asked for."""
        return self._notes.kept.stored_keys

    @property
    def is_read_only(self) -> bool:
        """Whether writes will be refused: only the person, who is asked then, can tell."""
        return False

    def version(self) -> int:
        """Return the library version, with one request."""
        self._version = read_version(self._session, self._version)
        self._notes.version = self._version
        return self._version

    def read(self) -> Snapshot:
        """Return everything but trashed collections, which Zotero lists nowhere.

        A library that is written to meanwhile is as of its lower version.
        """
        snapshot, account = read_all(self._session)
        self._notes.tell(account)
        self._notes.take(snapshot)
        self._version = snapshot.version
        return snapshot

    def fetch(self, keys: Sequence[str]) -> list[LibraryItem]:
        """Return the items with `keys` as they are now."""
        created = self._notes.created
        found = read_some(self._session, ITEMS, [created.get(key, key) for key in keys])
        return [found[key] for key in sorted(found)]

    def fetch_collections(self, keys: Sequence[str]) -> list[Collection]:
        """Return the collections with `keys` as they are now."""
        created = self._notes.created
        found = read_some(self._session, COLLECTIONS, [created.get(key, key) for key in keys])
        return [found[key] for key in sorted(found)]

    def write(self, items: Sequence[LibraryItem]) -> list[Outcome]:
        """Create or change items; what belongs to a new one is sent after it."""
        require_batch(items)
        return write(self._session, ITEMS, items, self._notes)

    def write_collections(self, collections: Sequence[Collection]) -> list[Outcome]:
        """Create or change collections; what lies in a new one is sent after it."""
        require_batch(collections)
        return write(self._session, COLLECTIONS, collections, self._notes)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._session.close()


class _Notes:
    """What is kept of the library between runs, and what was created in this one."""

    def __init__(self, session: DesktopSession, access: Access) -> None:
        self._session = session
        self._folder = access.desktop_folder
        self._kept: Kept | None = None
        self._identity = ""
        self._recognised = ""
        self.known: Known | None = None
        self.version: int | None = None
        self.created: Mapping[str, str] = {}

    @property
    def kept(self) -> Kept:
        """What is kept, with what a killed run had created found again."""
        if self._kept is None:
            self._kept = self._loaded()
            if (sent := self._kept.sent) is not None:
                self._note_stored(keys_found_again(self._session, sent))
        return self._kept

    def take(self, snapshot: Snapshot) -> None:
        """Take what was read of the whole library."""
        self.version = snapshot.version
        items = {one.key: one for one in snapshot.items}
        self.known = Known(None, items, {one.key: one for one in snapshot.collections})

    def identity(self) -> str:
        """Return the account that the library tells, else the name that it goes by."""
        if not self._identity:
            self._identity = self._known_identity()
        return self._identity

    def _known_identity(self) -> str:
        """An account that was told once counts while the library is empty and tells none."""
        told = read_account(self._session, ask=not self.kept.identity)
        if told > 0 and not self.kept.identity:
            self._keep(replace(self.kept, identity=f"user:{told}"))
        if told > 0:
            return f"user:{told}"
        return self.kept.identity or self.kept.name or f"{NAMED_HERE}{secrets.token_hex(8)}"

    def tell(self, account: int) -> None:
        """Take the account that a library tells which was empty before."""
        if account > 0 and self.identity().startswith(NAMED_HERE):
            self._identity = f"user:{account}"
            self._keep(replace(self.kept, identity=self._identity))

    def former_identity(self) -> str:
        """Return the name that it went by; the one kept is not of another account's library."""
        is_other = self.kept.identity not in ("", self.identity())
        return self._recognised or ("" if is_other else self.kept.name)

    def recognise(self, identity: str) -> None:
        """Go by `identity` as well; keep it, if it is a name of ours and there is none yet."""
        self._recognised = identity
        if not self.identity().startswith("user:") and not self.kept.name:
            self._identity = identity
        if identity.startswith(NAMED_HERE) and not self.kept.name:
            self._keep(replace(self.kept, name=identity))

    def sending(self, sent: Sent) -> None:
        """Note what is about to be created; it is on the disk when this returns."""
        is_named = self._identity.startswith(NAMED_HERE) and not self.kept.identity
        name = self.kept.name or (self._identity if is_named else "")
        self._keep(replace(self.kept, name=name, sent=sent))

    def sent(self, stored_keys: Mapping[str, str]) -> None:
        """Note the keys of what was created, and that nothing is on its way any more."""
        self.created = {**self.created, **stored_keys}
        self._note_stored(stored_keys)

    def _note_stored(self, stored_keys: Mapping[str, str]) -> None:
        kept = self.kept
        self._keep(replace(kept, stored_keys={**kept.stored_keys, **stored_keys}, sent=None))

    def _loaded(self) -> Kept:
        path = self._path
        return load(path) if path else Kept()

    def _keep(self, kept: Kept) -> None:
        """Keep it beside what another run on this machine noted meanwhile."""
        others = self._loaded()
        self._kept = replace(
            kept,
            identity=others.identity or kept.identity,
            name=others.name or kept.name,
            stored_keys={**others.stored_keys, **kept.stored_keys},
        )
        if path := self._path:
            keep(path, self._kept)

    @property
    def _path(self) -> Path | None:
        instance, library = instance_of(self._session), self._session.address.path
        return kept_path(self._folder, instance, library) if self._folder else None
