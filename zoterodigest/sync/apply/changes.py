"""Changes: what a command is about to write, as a value; nothing of it has been written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from zoterodigest.core.found import NOTHING_PENDING, PendingChange
from zoterodigest.core.link import Row
from zoterodigest.core.seen import Seen
from zoterodigest.library.contents import Contents
from zoterodigest.library.port import Collection, LibraryItem
from zoterodigest.project.lock import LockFile
from zoterodigest.project.log.journal import Exporting
from zoterodigest.sync.gather import Gathered
from zoterodigest.sync.workspace import Workspace


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that is to hold `after` in place of `before`; None stands for no file.

    `exporting` says which entries of a .bib are ours once it is written.
    """

    key: str
    path: Path
    before: bytes | None
    after: bytes | None
    exporting: Exporting | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """What a run writes: items, collections and files.

    `last` are items that are written only if all other objects were. `versions` holds the version
    of each object that was written, once that is known. `pending` is what becomes of the facts that
    `add` keeps.
    """

    items: tuple[LibraryItem, ...] = ()
    collections: tuple[Collection, ...] = ()
    files: tuple[FileChange, ...] = ()
    versions: Mapping[str, int] = field(default_factory=dict)
    last: tuple[LibraryItem, ...] = ()
    pending: PendingChange = NOTHING_PENDING

    @property
    def all_items(self) -> tuple[LibraryItem, ...]:
        """The items in the order in which they are written."""
        return (*self.items, *self.last)

    @property
    def number(self) -> int:
        """How many objects go into the library."""
        return len(self.all_items) + len(self.collections)

    def written(self, versions: Mapping[str, int]) -> Sent:
        """Return what of it was written into the library, with all files."""
        items = tuple(one for one in self.all_items if one.key in versions)
        collections = tuple(one for one in self.collections if one.key in versions)
        return Sent(items, collections, self.files, versions, pending=self.pending)

    def __bool__(self) -> bool:
        return bool(self.all_items or self.collections or self.files)


@dataclass(frozen=True, slots=True)
class Results:
    """What became of `Sent`: the versions of objects that were written, and what failed and why.

    Objects go by their key in the library, files by theirs in the project. `counts` is how many
    things of each kind were written, by the names of the log (`items`, `notes`, ...).
    """

    versions: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    unwritten: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)


NOTHING_FAILED = Results()


@dataclass(frozen=True, slots=True)
class Changes:
    """What `command` is about to write; `gathered` is what it was planned over.

    `lock` is the lock file as it is to be if everything can be written. `lock_after` says what it
    is to be after `Results`, with what the library then holds.
    `released` is a lock file that is written before anything else: it lets go of links, so that a
    run that is killed leaves edits pending and never carries them over others.
    `intended` are rows for the journal; with them a killed run ends the links of what it trashed.
    `seen_after` says what is to be remembered with a lock file; None: the memory stays.
    `undoes` is the number of the run that this one takes back.
    """

    workspace: Workspace
    gathered: Gathered
    command: str
    sent: Sent
    lock: LockFile
    lock_after: Callable[[Results, Contents], LockFile]
    released: LockFile | None = None
    intended: tuple[Row, ...] = ()
    seen_after: Callable[[LockFile], Seen | None] | None = None
    undoes: int = 0
