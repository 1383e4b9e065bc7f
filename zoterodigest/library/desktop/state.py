"""What is known of a library of the running Zotero: kept on this machine, and from this run."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import Final, Literal

from pydantic import TypeAdapter

from zoterodigest.foreign import WHEN_USED, BadJson, as_shape, read_json, refuse_newer
from zoterodigest.frozen import dataclass
from zoterodigest.library.access import DESKTOP_FILES, Access
from zoterodigest.library.address import NAMED_HERE, is_named_here, is_personal
from zoterodigest.library.desktop.dialect import DesktopSession, instance_of
from zoterodigest.library.desktop.objects import SentObjects
from zoterodigest.library.desktop.reading import keys_found_again, read_account
from zoterodigest.library.http.reading import KnownObjects
from zoterodigest.library.key_file import replace_private
from zoterodigest.library.port import BadLibrary, Snapshot


class DesktopState:
    """What is kept of the library between runs, and what this run has read and created.

    `known` is what was read of the library as a whole, None if it was not read. Objects read once
    are good enough to find out what a write changes: Zotero refuses the write if the object has
    another version by then. `version` is the library's, None if it may have risen. `created` has
    the keys of objects created in this run, by the key asked for.
    """

    def __init__(self, session: DesktopSession, access: Access) -> None:
        self._session = session
        self._folder = access.desktop_folder
        self._kept: KeptState | None = None
        self._identity = ""
        self._recognised = ""
        self.known: KnownObjects | None = None
        self.version: int | None = None
        self.created: Mapping[str, str] = {}

    @property
    def kept(self) -> KeptState:
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
        self.known = KnownObjects(None, items, {one.key: one for one in snapshot.collections})

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
        if account > 0 and is_named_here(self.identity()):
            self._identity = f"user:{account}"
            self._keep(replace(self.kept, identity=self._identity))

    def former_identity(self) -> str:
        """Return the name that it went by; the one kept is not of another account's library."""
        is_other = self.kept.identity not in ("", self.identity())
        return self._recognised or ("" if is_other else self.kept.name)

    def recognise(self, identity: str) -> None:
        """Go by `identity` as well; keep it if zoterodigest gave this name and none is kept yet."""
        self._recognised = identity
        if not is_personal(self.identity()) and not self.kept.name:
            self._identity = identity
        if is_named_here(identity) and not self.kept.name:
            self._keep(replace(self.kept, name=identity))

    def sending(self, sent: SentObjects) -> None:
        """Note what is about to be created; it is on the disk when this returns."""
        is_named = is_named_here(self._identity) and not self.kept.identity
        name = self.kept.name or (self._identity if is_named else "")
        self._keep(replace(self.kept, name=name, sent=sent))

    def sent(self, stored_keys: Mapping[str, str]) -> None:
        """Note the keys of what was created, and that nothing is on its way any more."""
        self.created = {**self.created, **stored_keys}
        self._note_stored(stored_keys)

    def _note_stored(self, stored_keys: Mapping[str, str]) -> None:
        kept = self.kept
        self._keep(replace(kept, stored={**kept.stored, **stored_keys}, sent=None))

    def _loaded(self) -> KeptState:
        return load_state(path) if (path := self._path) else KeptState()

    def _keep(self, kept: KeptState) -> None:
        """Keep it beside what another run on this machine noted meanwhile."""
        # Read again before each write: a run in another terminal may have noted keys meanwhile.
        others = self._loaded()
        identity, name = others.identity or kept.identity, others.name or kept.name
        stored = {**others.stored, **kept.stored}
        self._kept = replace(kept, identity=identity, name=name, stored=stored)
        if path := self._path:
            keep_state(path, self._kept)

    @property
    def _path(self) -> Path | None:
        """The file of this library in this Zotero; None if nothing is kept."""
        if self._folder is None:
            return None
        named = f"{instance_of(self._session)}\0{self._session.address.path}"
        name = blake2b(named.encode(), digest_size=12).hexdigest()
        return self._folder / DESKTOP_FILES.replace("*", name)


_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class KeptState:
    """What is kept of one library; the fields are those of its file.

    `identity` is the library's, `name` the one that we gave it before that was known. `stored` has
    the keys in the library of what was created under other keys. `sent` is what a killed run had
    sent.
    """

    __pydantic_config__ = WHEN_USED

    identity: str = ""
    name: str = ""
    stored: Mapping[str, str] = field(default_factory=dict)
    sent: SentObjects | None = None
    format: Literal[1] = _FORMAT


_FILE = TypeAdapter(KeptState)


def load_state(path: Path) -> KeptState:
    """Return what is kept at `path`; nothing if there is nothing that can be read.

    Raises `NewerFormat`: what a newer version keeps must not be written over.
    """
    try:
        value = read_json(path.read_bytes())
        refuse_newer(path, value, "format", _FORMAT)
        return as_shape(_FILE, value)
    except (OSError, BadJson):
        return KeptState()


def keep_state(path: Path, kept: KeptState) -> None:
    """Keep it at `path`, on the disk when this returns, readable by its owner alone."""
    content = json.dumps(asdict(kept), sort_keys=True).encode("ascii")
    try:
        replace_private(path, content)
    except OSError as error:
        raise BadLibrary(
            f"what must be known of the running Zotero cannot be kept in {path.parent}",
            "Make room there, or let this user write into it, then run the command again.",
        ) from error
