"""The lock file of a run, and whether the library is the one that it links with.

The library of a Zotero without an account goes by a name that only one machine knows. That name
is of no use once the person signs in, on a second machine, or when that machine has lost it. What
the library holds then tells whether it is the one the lock file links with.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from zoterodigest.core.links.link import LockFile
from zoterodigest.core.values.keys import is_our_item
from zoterodigest.errors import ZoterodigestError
from zoterodigest.library.address import (
    address_of,
    is_built_in,
    is_named_here,
    is_personal,
    ways_to,
)
from zoterodigest.library.port import Library
from zoterodigest.project.files import CONFIG_FILE
from zoterodigest.project.lock.lock import read_lock
from zoterodigest.sync.gathering.workspace import Workspace


class NotSyncedYet(ZoterodigestError):
    """The lock file at `path` links with an account's library; the Zotero here tells no account."""

    exit_code = 13

    def __init__(self, path: Path, linked: str) -> None:
        super().__init__(
            f"{path} links with the library {linked}, and the Zotero on this computer is empty or"
            " has no account",
            "Let Zotero synchronise with that account, then run the command again.",
        )
        self.path = path
        self.linked = linked


class OtherLibrary(ZoterodigestError):
    """The lock file at `path` links with another library than this one: it is no base (law 5).

    `is_desktop` says that this one is the running Zotero's.
    """

    exit_code = 13

    def __init__(self, path: Path, linked: str, present: str, *, is_desktop: bool = False) -> None:
        super().__init__(
            _other_library(path, linked, present),
            f"{_way_out(linked, is_desktop=is_desktop)}. Or take its items along with `zoterodigest"
            " library copy FROM TO`, or begin anew with `zoterodigest init --fresh`: items that are"
            " found again are adopted.",
        )
        self.path = path
        self.linked = linked
        self.present = present


def _other_library(path: Path, linked: str, present: str) -> str:
    if not present and is_built_in(linked):
        return f"the trial library {linked}, with which {path} links, is not here"
    if is_named_here(linked) and (is_named_here(present) or is_personal(present)):
        return (
            f"{path} links with the library of a Zotero without an account ({linked}), and this"
            " library does not hold what it links with"
        )
    other = f"is {present}" if present else "is another, empty one"
    return f"{path} links with the library {linked}, and the library of this run {other}"


def _way_out(linked: str, *, is_desktop: bool) -> str:
    """Return how to come to the library of a lock file from the one that was named."""
    address = address_of(linked)
    if is_desktop and is_named_here(linked):
        return (
            "Run it on the computer of that Zotero. To use both computers, sign in to the same"
            " zotero.org account in both Zoteros and let both synchronise"
        )
    if is_desktop and is_personal(address):
        return f"Sign in to that account in Zotero, name the library with --library {address}"
    return f"Name that library with --library {ways_to(linked)}, or in {CONFIG_FILE} for all runs"


def read_known_lock(workspace: Workspace, data: bytes | None) -> LockFile:
    """Return what the lock file says; with none, that nothing is linked with this library.

    Raises `OtherLibrary` if its links are with another one.
    """
    library, path = workspace.library, workspace.project.lock_path
    present = library.identity
    lock = LockFile(present) if data is None else read_lock(data, path)
    if lock.identity in {present, library.former_identity} - {""}:
        return replace(lock, identity=present)
    # It links with nothing, so it is no base that could be of another library (law 5).
    if not lock.rows and not lock.collection_rows:
        return LockFile(present)
    # After what costs nothing: looking for keys may cost a request each.
    if is_recognised(library, lock):
        library.recognise(lock.identity)
        return replace(lock, identity=library.identity)
    if is_named_here(present) and is_personal(lock.identity):
        raise NotSyncedYet(path, lock.identity)
    is_desktop = bool(library.instance)
    here = present if is_desktop or library.version() else ""
    raise OtherLibrary(path, lock.identity, here, is_desktop=is_desktop)


def known_as(library: Library) -> frozenset[str]:
    """Return the identities by which a lock file or a run may name `library`."""
    return frozenset({library.identity, library.former_identity} - {""})


_MOST = 10
"""Keys to look for, of which one is enough: each that is not there may cost a request."""


def is_recognised(library: Library, lock: LockFile) -> bool:
    """Tell whether `library` is the one that `lock` links with, by what it holds.

    That is asked only where one of both identities is a name for a Zotero without an account, and
    the other one that name or an account: no copy of such a library keeps its keys.
    """
    identities = (lock.identity, library.identity)
    if not any(map(is_named_here, identities)):
        return False
    if not all(is_named_here(one) or is_personal(one) for one in identities):
        return False
    keys = evidence_of(lock)
    return bool(keys and library.fetch(keys))


def evidence_of(lock: LockFile) -> tuple[str, ...]:
    """Return keys of what `lock` links with that no other library holds."""
    keys = tuple(dict.fromkeys(_evidence(lock)))
    return keys[:: len(keys) // _MOST + 1]


def _evidence(lock: LockFile) -> Iterator[str]:
    for row in lock.rows:
        if not row.links_digest:
            continue
        # The key of an item that we create may be derived from its identifier, and is then the
        # same in every library; without an identifier it is derived from a title unknown here.
        if row.identifiers and not is_our_item(row.item, row.identifiers, ""):
            yield row.item
        if row.note:  # random, or derived from the row's random id
            yield row.note
