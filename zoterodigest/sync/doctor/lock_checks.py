"""Checks of the library: whether it is reached and may be written, and whether it is the one meant.

Nobody is waited for: what a run would wait for is a finding.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from zoterodigest.frozen import dataclass
from zoterodigest.library.access import Access, Wait
from zoterodigest.library.address import (
    Address,
    DesktopAddress,
    WebAddress,
    is_built_in,
    is_personal,
    parse_address,
)
from zoterodigest.library.api_keys import NoKeyring, stored_local_key
from zoterodigest.library.connect import connect
from zoterodigest.library.http.trouble import NotReached
from zoterodigest.library.records.contents import Contents, notes_of_rows, read_contents
from zoterodigest.library.web.dialect import no_key, rights_of
from zoterodigest.project.files import read_if_present
from zoterodigest.sync.doctor.checked_project import Check, CheckedProject, Finding, as_check
from zoterodigest.sync.gathering.known_lock import OtherLibrary, read_known_lock
from zoterodigest.sync.gathering.workspace import Workspace, mapping_of

NAME = "library"
_WHY = "Nothing is pushed or pulled until you fix this."
_START = "Start Zotero, and look again: `zoterodigest doctor`."
_READ_ONLY_WHY = "`pull` works; `push` and `sync` fail."


@dataclass(frozen=True, slots=True)
class LockCheck:
    """The check of the library, and what is in it, if it could be read and is the one meant."""

    check: Check
    contents: Contents | None = None


def examine_library(site: CheckedProject) -> LockCheck:
    """Read the library and look whether it is the one that the lock file links with."""
    if not site.address:
        return LockCheck(Check(NAME, skipped="the configuration that names it cannot be read"))
    found: list[Contents] = []
    examined = as_check(NAME, _findings(site, found), _WHY)
    return LockCheck(examined, found[0] if found else None)


def _findings(site: CheckedProject, found: list[Contents]) -> Iterator[Finding]:
    address = parse_address(site.address)
    access = replace(site.chosen.access, wait=_impatient(address))
    yield from _of_kind(address, access, site)
    if (path := address.disk_path) is not None and not (site.base / path).exists():
        yield from _not_here(site.base / path, site)
        return
    with connect(site.address, base=site.base, access=access) as library:
        ours = notes_of_rows(site.lock.rows if site.lock else ())
        contents = read_contents(library.read(), mapping_of(site.project), our_notes=ours)
        if not address.needs_network and site.pushes and library.is_read_only:
            yield Finding(
                f"{site.address} cannot be written",
                _READ_ONLY_WHY,
                "Change the permissions of the file and its folder.",
            )
        if site.lock is not None:
            # Raises `OtherLibrary` or `NotSyncedYet` if the lock file links with another library.
            workspace = Workspace(site.project, library, mapping_of(site.project), site.digests)
            read_known_lock(workspace, read_if_present(site.project.lock_path))
        found.append(contents)


def _impatient(address: Address) -> Wait:
    """Return what waits for nobody, but raises `NotReached`: it says what would be waited for."""
    later = "Check the connection and the address, or come back later."
    hint = later if address.needs_network else _START

    def wait(seconds: float, why: str) -> None:
        if seconds > 0:
            raise NotReached(why, hint)

    return wait


def _not_here(path: Path, site: CheckedProject) -> Iterator[Finding]:
    """Yield that the lock file links with a built-in library that is not here: a clone's."""
    lock = site.lock
    if lock is None or not (lock.rows or lock.collection_rows):
        return  # the first push creates it
    error = OtherLibrary(site.project.lock_path, lock.identity, "")
    is_file = is_built_in(lock.identity)
    why = f"It is no part of a clone: it would lie at {path}. {_WHY}" if is_file else _WHY
    yield Finding(str(error), why, error.hint)


def _of_kind(address: Address, access: Access, site: CheckedProject) -> Iterator[Finding]:
    match address:
        case WebAddress():
            yield from _keyless(address, access)
            if access.key_of(address):
                yield from _rights(address, access, site)
        case DesktopAddress() if site.pushes and not (access.has_key_file or _has_keyring()):
            yield Finding(
                "this system has no keyring that would keep Zotero's permission to write",
                "Zotero asks at each run.",
                "Run `zoterodigest auth desktop --key-file`, which keeps it in a file that only you"
                " can read, or install a keyring (`keyring --list-backends`).",
            )


def _keyless(address: WebAddress, access: Access) -> Iterator[Finding]:
    if access.key_of(address):
        return
    if not _has_keyring():
        error = NoKeyring()
        yield Finding(str(error), "There is no API key in the environment either.", error.hint)
    error_of_key = no_key(address.identity)
    if is_personal(address.identity):
        raise error_of_key
    yield Finding(str(error_of_key), "Only a public group is read without one.", error_of_key.hint)


def _has_keyring() -> bool:
    try:
        stored_local_key("trial")
    except NoKeyring:
        return False
    return True


def _rights(address: WebAddress, access: Access, site: CheckedProject) -> Iterator[Finding]:
    rights = rights_of(address, access)
    if rights.may_read(address) and not rights.may_write(address) and site.pushes:
        yield Finding(
            f"the API key may not write into {address.identity}",
            _READ_ONLY_WHY,
            "Give it write access at zotero.org/settings/keys; `zoterodigest auth` takes another"
            " one. With `push = false` for each digest none is needed.",
        )
