"""Changes: what a command is about to write, as a value; nothing of it has been written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from zoterodigest.core.links.link import NO_LINKS, LockFile, LockRow
from zoterodigest.core.plan.found import NOTHING_PENDING, Pending, PendingChange
from zoterodigest.core.plan.seen import Seen
from zoterodigest.core.values.file_keys import FileKey
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.library.port import Collection, LibraryItem
from zoterodigest.library.records.contents import Contents
from zoterodigest.sync.gathering.gather import Gathered
from zoterodigest.sync.gathering.stored_keys import as_stored
from zoterodigest.sync.gathering.workspace import Workspace

if TYPE_CHECKING:
    from zoterodigest.digest.format.format import NoteRule
    from zoterodigest.sync.bibliographies.exporting import NewBib


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that is to hold `after` in place of `before`; None stands for no file.

    `export` is what an export made of a .bib: its entries are ours once it is written. `note` says
    what is private in a note of a vault.
    """

    key: FileKey
    path: Path
    before: bytes | None
    after: bytes | None
    export: NewBib | None = None
    note: NoteRule | None = None

    @classmethod
    def of_export(cls, bib: NewBib) -> FileChange:
        """Return what an export makes of a .bib; one that has nothing to hold is not made."""
        after = bib.source if bib.is_change else bib.before
        return cls(bib.key, bib.bib.path, bib.before, after, bib)

    @property
    def is_change(self) -> bool:
        """Whether the file will differ."""
        return self.after != self.before


@dataclass(frozen=True, slots=True)
class Sent:
    """What a run writes: items, collections and files.

    `last` are items that are written only if all other objects were. `versions` holds the version
    of each object that was written, once that is known. `pending` is what becomes of the facts that
    `add` keeps. An item that is `placed_later` goes without collections that could not be written.
    """

    items: tuple[LibraryItem, ...] = ()
    collections: tuple[Collection, ...] = ()
    files: tuple[FileChange, ...] = ()
    versions: Mapping[str, int] = field(default_factory=dict)
    last: tuple[LibraryItem, ...] = ()
    pending: PendingChange = NOTHING_PENDING
    placed_later: bool = False

    @property
    def all_items(self) -> tuple[LibraryItem, ...]:
        """The items in the order in which they are written."""
        return (*self.items, *self.last)

    @property
    def number(self) -> int:
        """How many objects go into the library."""
        return len(self.all_items) + len(self.collections)

    def as_stored(self, keys: Mapping[str, str]) -> Sent:
        """Return it by the keys in the library, where it gave others than were asked for."""
        items, collections = as_stored((self.items, self.collections), keys)
        return replace(self, items=items, collections=collections)

    def written(self, versions: Mapping[str, int]) -> Sent:
        """Return what of it was written into the library, with all files."""
        items = tuple(one for one in self.all_items if one.key in versions)
        collections = tuple(one for one in self.collections if one.key in versions)
        return Sent(items, collections, self.files, versions, pending=self.pending)

    def __bool__(self) -> bool:
        return bool(self.all_items or self.collections or self.files)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an object was not written: `text` says it, or it is what the library answered.

    `is_stale` tells that the object can be written once it is planned again over what is there now.
    `of_parent` tells that the object belongs to an item that was not written for this reason.
    """

    text: str
    is_stale: bool = False
    of_parent: bool = False

    def __str__(self) -> str:
        return self.text


CHANGED_MEANWHILE = Reason("it changed in the library in between", is_stale=True)
"""Somebody else wrote the object after it was read."""

OTHERS_NOT_WRITTEN = Reason("something else could not be written")
"""The object is only to be written if all others were."""

STILL_USED = Reason("it still holds an item that could not be written")
"""The collection was to go into the trash."""


@dataclass(frozen=True, slots=True)
class Results:
    """What became of `Sent`: the versions of objects that were written, and what failed and why.

    Objects go by their key in the library (`keys` by those asked for, where it gave others), files
    by theirs in the project; `files` are those that hold what they are to hold. `counts` is how
    many things of each kind were written, by the names of the log (`items`, `notes`, ...). `again`
    is what came of what had to be planned again; its `counts` are those of the whole run.
    """

    versions: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, Reason] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    files: tuple[FileChange, ...] = ()
    unwritten: Mapping[str, ZoterodigestError] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    again: Results | None = None

    @property
    def has_stale(self) -> bool:
        """Whether something is to be planned again, as it changed in between."""
        return any(reason.is_stale for reason in self.failed.values())


NOTHING_FAILED = Results()


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ends: the lock file, and what is remembered with it (None: the memory stays).

    `forgotten` are facts of added papers that need not be kept any longer. `keep` writes down on
    this machine what helps the next runs, once the lock file is written: it gets its bytes.
    """

    lock: LockFile
    seen: Seen | None = None
    forgotten: tuple[Pending, ...] = ()
    keep: Callable[[bytes | None], None] = lambda _: None


class Again(Protocol):
    """How a run is planned again over the library as it is by now."""

    def before_writing(self) -> Changes:
        """Return what is to be written instead: the library changed before the first write."""
        ...

    def of_stale(self) -> Changes | None:
        """Return what is left to be written of objects that changed in between, if it may be."""
        ...


@dataclass(frozen=True, slots=True)
class Changes:
    """What `command` is about to write; `gathered` is what it was planned over.

    `links` are those of the lock file as it is to be if everything can be written. `end` says how
    the run ends after `Results`, with what the library then holds; without it the rows that are
    `intended` hold as far as the library shows what they say (`rows_found`). `files` are those that
    follow from both in the same way, in the place of the planned ones.
    `released` ends nothing yet: it lets go of links before anything is written, so that a run that
    is killed leaves edits pending and never carries them over others.
    `intended` is for the journal. A row holds as it is there once all objects are written that
    `row_ids` name it for; without that, a recovery decides by what the library holds. `agreed` are
    new rows with the values that both ends held when they were read, and that the run replaces.
    `again` is how a run like a sync goes on when the library changes. Other commands report what
    has changed, and the person gives them again.
    `undoes` is the number of the run that this one takes back.
    `follow` says what else is to be written once the library holds the rest: what names new objects
    by the keys that they have got. `address` leads to the library where that is not the one that
    the lock file links with, or its configuration names: a copy's. `foreseen` is what the library
    holds if everything can be written.
    """

    workspace: Workspace
    gathered: Gathered
    command: str
    sent: Sent
    links: LockFile
    end: Callable[[Results, Contents], Ending] | None = None
    released: Ending | None = None
    intended: LockFile = NO_LINKS
    agreed: tuple[LockRow, ...] = ()
    row_ids: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Callable[[Results, Contents], tuple[FileChange, ...]] | None = None
    again: Again | None = None
    undoes: int = 0
    follow: Callable[[Results, Contents], tuple[LibraryItem, ...]] = lambda *_: ()
    address: str = ""
    foreseen: Contents | None = None
