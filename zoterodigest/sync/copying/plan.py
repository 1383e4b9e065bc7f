"""The plan of a copy: what goes from one library to another, and which links go with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from zoterodigest.core.links.link import LockFile
from zoterodigest.core.values.file_keys import ConfigKey
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.library.port import LibraryItem
from zoterodigest.library.records.contents import is_top_level, notes_of_rows, read_contents
from zoterodigest.project.files import CannotWrite, read_file
from zoterodigest.project.initial import library_line, with_library
from zoterodigest.sync.apply.changes import FileChange
from zoterodigest.sync.copying.counterparts import CopyLibraries, Counterparts, find_counterparts
from zoterodigest.sync.copying.scope import Portion, portion_of
from zoterodigest.sync.copying.writes import Relations, compile_copy
from zoterodigest.sync.gathering.gather import Gathered, gather_elsewhere
from zoterodigest.sync.gathering.known_lock import known_as
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.gathering.writes import Writes
from zoterodigest.sync.run.failures import FailedRecord


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


@dataclass(frozen=True, slots=True)
class CopyOptions:
    """`is_whole`: everything, not only what the lock file links. `address` is how the configuration
    names the target; it does so afterwards if the project is to be `is_switched`.
    """

    address: str
    is_whole: bool = False
    with_trash: bool = False
    is_switched: bool = False


@dataclass(frozen=True, slots=True)
class Copying:
    """A copy as planned; nothing has been written.

    `gathered` is what the target holds, and the lock file. `lock` are the links that go over to the
    target (None: there are none); `is_moved` tells that they have gone over already. `address` is
    how the configuration names the target, `configuration` how it is to do so.
    """

    source: Workspace
    target: Workspace
    gathered: Gathered
    ends: CopyLibraries
    portion: Portion
    found: Counterparts
    writes: Writes
    address: str
    lock: LockFile | None = None
    is_moved: bool = False
    configuration: FileChange | None = None

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
    def refused(self) -> tuple[FailedRecord, ...]:
        """What is known already not to come along."""
        return tuple(failures_of_objects(self, self.found.refused))


def prepare_copy(source: Workspace, target: Workspace, options: CopyOptions) -> Copying:
    """Read both libraries and plan what goes from one to the other.

    The target comes after the lock file: what another run did meanwhile shows in either. Raises
    `SameLibrary`, `NothingLinked`, `Unfinished`, and whatever keeps a file or library from
    being read.
    """
    both = known_as(source.library) & known_as(target.library)
    if both:
        raise SameLibrary(min(both))
    gathered, lock_path = gather_elsewhere(target), source.project.lock_path
    lock = None if gathered.lock_data is None else gathered.lock
    is_linked = lock is not None and lock.identity in known_as(source.library)
    is_moved = lock is not None and lock.identity in known_as(target.library)
    if not (is_linked or is_moved or options.is_whole):
        raise NothingLinked(lock_path, lock.identity if lock else "", source.library.identity)
    linked = lock if is_linked and lock else LockFile(source.library.identity)
    ends = CopyLibraries(
        read_contents(source.library.read(), source.zotero, our_notes=notes_of_rows(linked.rows)),
        gathered.contents,
        source.library.identity,
        target.library.stored_keys,
    )
    portion = portion_of(
        ends.source, None if options.is_whole else linked, with_trash=options.with_trash
    )
    if is_linked and not portion.objects and not portion.collections:
        raise NothingLinked(lock_path, ends.identity, ends.identity)
    found = find_counterparts(portion, ends)
    writes = compile_copy(portion, found, ends.target)
    switch = _configuration(source, options) if is_linked or is_moved else None
    address, links = options.address, lock if is_linked else None
    return Copying(
        source, target, gathered, ends, portion, found, writes, address, links, is_moved, switch
    )


def _configuration(source: Workspace, options: CopyOptions) -> FileChange | None:
    project, address = source.project, options.address
    if not options.is_switched or not project.is_configured:
        return None
    path = project.config_path
    data = read_file(path).data
    is_named = project.configuration.library == address
    new = data if is_named else with_library(data, address)
    if new is None:
        hint = f"Write this line into it: {library_line(address)}"
        raise CannotWrite(path, "its library cannot be found in it", hint)
    return FileChange(ConfigKey(path.name), path, data, new)


def failures_of_objects(copying: Copying, reasons: Mapping[str, str]) -> Iterator[FailedRecord]:
    """Yield why objects of the source, by key, do not come along."""
    portion, items = copying.portion, copying.ends.source.by_key
    for collection in portion.collections:
        if collection.key in reasons:
            yield FailedRecord("collection", collection.name, reasons[collection.key])
    for one in portion.objects:
        if one.key in reasons:
            named = items.get(one.json.parent, one)
            yield FailedRecord(_kind(one), named.json.title or named.key, reasons[one.key])


def _kind(one: LibraryItem) -> str:
    if is_top_level(one):
        return "item"
    return "note of" if one.json.is_note else "link of"
