"""The plan of a run: its actions, its reports, and the rows that the lock file will hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import field, replace
from typing import TypeAlias

from zoterodigest.core.links.link import Base, CollectionRow, LockRow, fingerprint
from zoterodigest.core.plan.reports import Report
from zoterodigest.core.values.annotation import ItemAnnotations
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.record import Entry, Fields, Item, PersonalNote, is_of_entry
from zoterodigest.frozen import dataclass

# --- actions -------------------------------------------------------------------------------------

# A `version` is the one that was read. A library refuses the write if the record changed since.
# The order of fields is that of JSON, and the names are public there (docs/json.md).


@dataclass(frozen=True, slots=True)
class CreateCollection:
    """A collection for a digest (empty `path`) or a heading, in `parent` or at the top."""

    key: str
    name: str
    parent: str | None
    digest: SourceKey
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RenameCollection:
    """Our collection follows its heading or digest to a new name."""

    key: str
    version: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CreateItem:
    """A new item with the values of its first entry; `row_ids` are its links, in digest order.

    `sources` names, by field, the source that a value was found at; `details` are texts for fields
    that no entry shows, by Zotero's names.
    """

    key: str
    fields: Fields
    row_ids: tuple[str, ...]
    placed: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChangeItem:
    """Fields of the item at `version` go from `before` to `after` (EMPTY clears).

    Those in `fills` were empty, gain members, or were found at the source named in `sources`; the
    others are edits that travel. `placed` and `unplaced` are collections. Of `details` the item
    takes what it lacks.
    """

    key: str
    version: int
    before: Fields
    after: Fields
    row_ids: tuple[str, ...]
    fills: frozenset[str] = frozenset()
    placed: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CreateNote:
    """A new child note of `item` for the entry of `row_id`, holding its summary and sections."""

    key: str
    item: str
    row_id: str
    digest: SourceKey
    fields: Fields


@dataclass(frozen=True, slots=True)
class ChangeNote:
    """Parts of our note at `version` go from `before` to `after` (EMPTY clears).

    One that `is_restored` comes out of the trash, even if nothing in it changes.
    """

    key: str
    version: int
    item: str
    row_id: str
    digest: SourceKey
    before: Fields
    after: Fields
    fills: frozenset[str] = frozenset()
    is_restored: bool = False


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """Fields of an entry go from `before` to `after` (EMPTY clears)."""

    entry: Entry
    row_id: str
    before: Fields
    after: Fields


@dataclass(frozen=True, slots=True)
class ShowAnnotations:
    """Annotations of the item are `added` to its entry, written anew, or taken out, by their keys.

    They go one way: nothing of them is ever the entry's own.
    """

    entry: Entry
    row_id: str
    added: tuple[str, ...] = ()
    refreshed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TrashItem:
    """The item at `version`, whose entry was dropped, goes into the trash if nobody used it."""

    key: str
    version: int
    row_id: str


@dataclass(frozen=True, slots=True)
class TrashNote:
    """Our note at `version` goes into the trash if nobody changed it.

    It was made for the entry of `row_id`, as was another note of `item` that says the same.
    """

    key: str
    version: int
    item: str
    row_id: str
    digest: SourceKey


@dataclass(frozen=True, slots=True)
class CreateEntry:
    """A new entry for `item`, which was added to the collection of the heading `path`."""

    digest: SourceKey
    row_id: str
    item: Item
    path: tuple[str, ...]
    fields: Fields


@dataclass(frozen=True, slots=True)
class RemoveEntry:
    """An entry leaves its digest, as its item lies in the trash."""

    entry: Entry
    row_id: str


@dataclass(frozen=True, slots=True)
class MoveEntry:
    """An entry goes under the heading `path`, as its item went into that one's collection."""

    entry: Entry
    row_id: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RenameHeading:
    """The heading `path` of a digest follows its collection from `before` to `after`."""

    digest: SourceKey
    path: tuple[str, ...]
    before: str
    after: str


CollectionAction: TypeAlias = CreateCollection | RenameCollection
ItemAction: TypeAlias = CreateItem | ChangeItem | TrashItem | CreateNote | ChangeNote | TrashNote
FileAction: TypeAlias = (
    ChangeEntry | ShowAnnotations | CreateEntry | RemoveEntry | MoveEntry | RenameHeading
)

Action: TypeAlias = CollectionAction | ItemAction | FileAction

# --- the plan ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Link:
    """An entry, its item (None: about to be created) and the row that joins them.

    `index` is the entry's place in the run; `before` the row as it was, None for a new link. `row`
    is complete but for the bases of what is still to be written: `settle` records those. `notes`
    are the notes of the person's own that its entry is to show, by field, `renamed` the sections it
    shows under another label now. `hidden_notes` is how many more it was to show if it had a place
    for them.
    Where this library lags, it differs from the lock file in what it last showed here
    (`core/reconcile/last_seen.py`): fields that are in `waits` are not propagated, for the lock
    file has moved on, or (`lock_went_back`) is of an older commit; those in `seen_bases` have moved
    at both, and merge over what was seen.
    With `is_note_only`, another file about the item owns the fields of the record. `former_title`
    is what the heading of its note still says.
    If it `restores_note`, the note of `item` is in the trash and counts as if it were not. Fields
    in `diverged` still differ once the run is done, and an export may not decide them.
    """

    index: int
    entry: Entry
    item: Item | None
    before: LockRow | None
    row: LockRow
    waits: frozenset[str] = frozenset()
    seen_bases: Mapping[str, Base] = field(default_factory=dict)
    lock_went_back: bool = False
    notes: Mapping[str, PersonalNote] = field(default_factory=dict)
    renamed: frozenset[str] = frozenset()
    hidden_notes: int = 0
    restores_note: bool = False
    diverged: frozenset[str] = frozenset()
    is_note_only: bool = False
    former_title: str = ""

    @property
    def set_aside(self) -> frozenset[str]:
        """The fields that take no part in this run, whatever the ends hold."""
        if not self.is_note_only:
            return self.waits
        names = (*self.entry.fields, *self.row.bases)
        return self.waits.union(name for name in names if not is_of_entry(name))

    @property
    def lagging(self) -> frozenset[str]:
        """The fields in which this library lags."""
        return self.waits.union(self.seen_bases)

    @property
    def bases(self) -> dict[str, Base]:
        """The bases over which its ends merge, as a dictionary of their own."""
        return {**self.row.bases, **self.seen_bases}

    def with_waiting(self, names: Set[str]) -> Link:
        """Return it with `names` among the fields that wait; none of these merges then."""
        bases = {name: base for name, base in self.seen_bases.items() if name not in names}
        return replace(self, waits=self.waits | names, seen_bases=bases)


def items_behind(links: Iterable[Link]) -> frozenset[str]:
    """Return the items that are older here than the lock file: their entries may know more."""
    return frozenset(link.row.item for link in links if link.waits)


BibEntryId: TypeAlias = tuple[SourceKey, str]
"""What tells entries of .bib files apart: the file, and the fingerprint of the citation key."""


def bib_entry_id(file: SourceKey, key: str) -> BibEntryId:
    """Return what tells the entry `key` of a .bib apart."""
    return file, fingerprint(key)


def linked_entries(links: Iterable[Link], rows: Iterable[LockRow]) -> Mapping[BibEntryId, str]:
    """Return the items of entries of .bib files; `rows` tell of those that `links` do not."""
    found = {(row.digest, row.key): row.item for row in rows if row.is_linked}
    bibs = (link for link in links if link.row.digest.is_bib)
    return found | {bib_entry_id(one.row.digest, one.entry.key): one.row.item for one in bibs}


def diverged_entries(links: Iterable[Link], rows: Iterable[LockRow]) -> frozenset[BibEntryId]:
    """Return the entries of .bib files that diverged from their items.

    An export leaves such an entry as it is, whole: with the title of one work and the DOI of
    another it would be neither's. It waits for nothing else: what an item lacks and the run fills
    in, or what the two only spell otherwise, holds nothing back. `rows` also tell of entries that
    take no part in the run.
    """
    links = tuple(link for link in links if link.row.digest.is_bib)
    taking_part = {link.row.id for link in links}
    # The link of a row knows more: it has what the run settles.
    others = (row for row in rows if row.digest.is_bib and row.id not in taking_part)
    found = {bib_entry_id(link.row.digest, link.entry.key) for link in links if link.diverged}
    linked = (row for row in others if row.diverged and row.is_linked)
    return frozenset(found.union((row.digest, row.key) for row in linked))


RECORD = "record"
"""Of what stays at its end of a link: the fields and tags of a file that `is_note_only`."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a run is going to do, in the order in which it is to be done.

    `rows` and `collection_rows` are as the lock file is to hold them when every action succeeds.
    Rows of links with actions still lack the bases of what is written.
    `annotations` are those of the items of `ShowAnnotations` and `CreateEntry`, by row id.
    `shown_annotations` are the keys of those that the library shows as the row is to say.
    """

    actions: tuple[Action, ...] = ()
    reports: tuple[Report, ...] = ()
    links: tuple[Link, ...] = ()
    rows: tuple[LockRow, ...] = ()
    collection_rows: tuple[CollectionRow, ...] = ()
    # Without `repr`: a test that fails would print every row twice.
    rows_before: tuple[LockRow, ...] = field(default=(), repr=False)
    collection_rows_before: tuple[CollectionRow, ...] = field(default=(), repr=False)
    annotations: Mapping[str, ItemAnnotations] = field(default_factory=dict, repr=False)
    shown_annotations: Mapping[str, frozenset[str]] = field(default_factory=dict, repr=False)

    @property
    def changes_lock(self) -> bool:
        """Whether the lock file will differ, with or without actions."""
        return self.rows != self.rows_before or self.collection_rows != self.collection_rows_before

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing to do and nothing to record."""
        return not self.actions and not self.changes_lock

    @property
    def stays(self) -> Mapping[str, tuple[str, ...]]:
        """What no sync takes to the other end, by row ID: the kinds of things in our notes that
        Markdown has no place for, and `RECORD`; no row with none.
        """
        found = dict[str, tuple[str, ...]]()
        for link in self.links:
            note = link.item.notes.get(link.row.id) if link.item else None
            if kept := (*(note.kept if note else ()), *((RECORD,) if link.is_note_only else ())):
                found[link.row.id] = kept
        return found

    def counts(self) -> Mapping[str, int]:
        """Return how many actions and reports of each kind there are, by class name."""
        return Counter(type(one).__name__ for one in (*self.actions, *self.reports))
