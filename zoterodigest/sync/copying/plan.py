"""The plan of a copy: what goes from one library to another, and which links go with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from zoterodigest.errors import ZoterodigestError
from zoterodigest.library.address import EmbeddedAddress, is_embedded
from zoterodigest.library.port import LibraryItem
from zoterodigest.library.records.contents import is_top_level, read_contents
from zoterodigest.project.files import CannotWrite, read_file, read_if_present
from zoterodigest.project.lock.lock import LockFile, read_lock
from zoterodigest.project.log.journal import read_journal
from zoterodigest.project.switching import library_line, with_library
from zoterodigest.sync.copying.counterparts import Counterparts, Ends, find_counterparts
from zoterodigest.sync.copying.scope import Portion, portion_of
from zoterodigest.sync.copying.writes import Relations, compile_copy
from zoterodigest.sync.gathering.gather import known_as
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.gathering.writes import Writes
from zoterodigest.sync.run.failures import Failure


class SameLibrary(ZoterodigestError):
    """A library was to be copied into itself; `identity` is what both addresses lead to."""

    exit_code = 2

    def __init__(self, identity: str) -> None:
        super().__init__(
            f"both addresses lead to one library, {identity}",
            "There is nothing to copy: write the address that is to hold into zoterodigest.toml.",
        )
        self.identity = identity


class NothingLinked(ZoterodigestError):
    """No lock file here links with anything in the library that is to be copied.

    `linked` is the library that it links with; empty where there is no lock file.
    """

    exit_code = 2

    def __init__(self, lock_path: Path, linked: str, source: str) -> None:
        sentence = f"there is no lock file at {lock_path} that would say what to copy"
        if linked:
            sentence = f"{lock_path} links with the library {linked}, not with {source}"
        if linked == source:
            sentence = f"{lock_path} links with nothing that is left in the library {source}"
        super().__init__(sentence, "--all copies everything, whatever is linked.")
        self.linked = linked


class Unfinished(ZoterodigestError):
    """A run was killed here, and what it wrote is not in the lock file yet."""

    exit_code = 18

    def __init__(self, lock_path: Path) -> None:
        super().__init__(
            f"a run was killed: what it wrote is not in {lock_path} yet",
            "Run `zoterodigest sync`, which finishes it, then copy.",
        )


@dataclass(frozen=True, slots=True)
class CopyOptions:
    """`is_whole`: everything, not only what the lock file links. `configured` is the address that
    `zoterodigest.toml` is to hold afterwards; without one it stays as it is.
    """

    is_whole: bool = False
    with_trash: bool = False
    configured: str = ""


@dataclass(frozen=True, slots=True)
class Copying:
    """A copy as planned; nothing has been written.

    `lock` are the links that go over to the target (None: there are none), `lock_data` the lock
    file's bytes; `is_moved` tells that they have gone over already. `configuration` holds the bytes
    of `zoterodigest.toml` as read and as it is to be.
    """

    source: Workspace
    target: Workspace
    ends: Ends
    portion: Portion
    found: Counterparts
    writes: Writes
    lock: LockFile | None = None
    lock_data: bytes | None = None
    is_moved: bool = False
    configuration: tuple[bytes, bytes] | None = None

    @property
    def needs_consent(self) -> bool:
        """Whether the target holds items of the person's own, and something is to be written."""
        copies = {self.found.present[key] for key in self.found.own}
        own = (one for one in self.ends.target.by_key.values() if one.key not in copies)
        is_used = any(not one.is_trashed and not one.json.parent for one in own)
        return bool(len(self.writes)) and is_used

    @property
    def relations(self) -> Relations:
        """How the relations of what is copied are said in the target."""
        identities = self.ends.identity, self.target.library.identity
        return Relations(*identities, self.found.keys)

    @property
    def left_relations(self) -> int:
        """How many related items stay behind."""
        relations = self.relations
        return sum(relations.left(one.data) for one in self.portion.objects)

    @property
    def refused(self) -> tuple[Failure, ...]:
        """What is known already not to come along."""
        return tuple(failures_of_objects(self, self.found.refused))


def prepare_copy(source: Workspace, target: Workspace, options: CopyOptions) -> Copying:
    """Read both libraries and plan what goes from one to the other.

    Raises `SameLibrary`, `NothingLinked`, `Unfinished`, and whatever keeps a file or library from
    being read.
    """
    both = known_as(source.library) & known_as(target.library)
    if both:
        raise SameLibrary(min(both))
    lock_path = source.project.lock_path
    lock_data = read_if_present(lock_path)
    lock = None if lock_data is None else read_lock(lock_data, lock_path)
    is_linked = lock is not None and lock.identity in known_as(source.library)
    is_moved = lock is not None and lock.identity in known_as(target.library)
    if is_linked and read_journal(source.project.journal_path) is not None:
        raise Unfinished(lock_path)
    if not (is_linked or is_moved or options.is_whole):
        raise NothingLinked(lock_path, lock.identity if lock else "", source.library.identity)
    linked = lock if is_linked and lock else LockFile(source.library.identity)
    ends = _ends(source, target)
    portion = portion_of(
        ends.source, None if options.is_whole else linked, with_trash=options.with_trash
    )
    if is_linked and not portion.objects and not portion.collections:
        raise NothingLinked(lock_path, ends.identity, ends.identity)
    found = find_counterparts(portion, ends)
    return Copying(
        source,
        target,
        ends,
        portion,
        found,
        compile_copy(portion, found, ends.target),
        lock if is_linked else None,
        lock_data,
        is_moved,
        _configuration(source, options.configured) if is_linked or is_moved else None,
    )


def _ends(source: Workspace, target: Workspace) -> Ends:
    return Ends(
        read_contents(source.library.read(), source.zotero),
        read_contents(target.library.read(), target.zotero),
        source.library.identity,
        target.library.stored_keys,
    )


def configured_address(target: Workspace, address: str) -> str:
    """Return `address` as the configuration of the project names it: a file as seen from there."""
    return EmbeddedAddress(target.instance).text if is_embedded(address) else address


def _configuration(source: Workspace, address: str) -> tuple[bytes, bytes] | None:
    project = source.project
    if not address or not project.is_configured:
        return None
    data = read_file(project.config_path).data
    if project.configuration.library == address:
        return data, data
    new = with_library(data, address)
    if new is None:
        hint = f"Write this line into it: {library_line(address)}"
        raise CannotWrite(project.config_path, "its library cannot be found in it", hint)
    return data, new


def failures_of_objects(copying: Copying, reasons: Mapping[str, str]) -> Iterator[Failure]:
    """Yield why objects of the source, by key, do not come along."""
    portion, items = copying.portion, copying.ends.source.by_key
    for shelf in portion.collections:
        if shelf.key in reasons:
            yield Failure("collection", shelf.name, reasons[shelf.key])
    for one in portion.objects:
        if one.key in reasons:
            title = _title(items.get(one.json.parent, one))
            yield Failure(_kind(one), title, reasons[one.key])


def _title(item: LibraryItem) -> str:
    return item.json.title or item.key


def _kind(one: LibraryItem) -> str:
    if is_top_level(one):
        return "item"
    return "note of" if one.json.is_note else "link of"
