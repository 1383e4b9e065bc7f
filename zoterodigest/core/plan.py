"""The plan of a run as a value: what is done, what is reported, what the lock file will hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from zoterodigest.core.link import Row, Shelf
from zoterodigest.core.record import Entry, Fields, Item, Value

# --- actions -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateShelf:
    """A collection for a digest (empty `path`) or a heading, in `parent` or at the top."""

    key: str
    name: str
    parent: str | None
    digest: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RenameShelf:
    """Our collection follows its heading or digest to a new name."""

    key: str
    version: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CreateItem:
    """A new item with the values of its first entry; `row_ids` are its links, in digest order."""

    key: str
    fields: Fields
    row_ids: tuple[str, ...]
    placed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeItem:
    """Fields of the item at `version` go from `before` to `after` (EMPTY clears).

    Those in `fills` were empty, or gain members; the others are edits that travel. `placed` and
    `unplaced` are collections.
    """

    key: str
    version: int
    before: Fields
    after: Fields
    row_ids: tuple[str, ...]
    fills: frozenset[str] = frozenset()
    placed: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CreateNote:
    """A new child note of `item` for the entry of `row_id`, holding its summary and sections."""

    key: str
    item: str
    row_id: str
    digest: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class ChangeNote:
    """Parts of our note at `version` go from `before` to `after` (EMPTY clears)."""

    key: str
    version: int
    item: str
    row_id: str
    digest: str
    before: Fields
    after: Fields
    fills: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """Fields of an entry go from `before` to `after` (EMPTY clears)."""

    entry: Entry
    row_id: str
    before: Fields
    after: Fields


Action = CreateShelf | RenameShelf | CreateItem | ChangeItem | CreateNote | ChangeNote | ChangeEntry

# --- reports -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both ends of the link changed this field to different values; both stay as they are."""

    row_id: str
    name: str
    at_entry: Value
    at_item: Value


@dataclass(frozen=True, slots=True)
class ApartField:
    """The ends differ in this field and were never in step; its changes do not travel."""

    row_id: str
    name: str
    at_entry: Value
    at_item: Value


@dataclass(frozen=True, slots=True)
class Held:
    """An edit that the run's directions keep from travelling `to_entry` (else to the item)."""

    row_id: str
    name: str
    to_entry: bool


@dataclass(frozen=True, slots=True)
class AmbiguousEntry:
    """A new entry that may be any of these items: nothing is created, the person chooses."""

    entry: Entry
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrashedEntry:
    """A new entry whose work is only in the trash: neither created nor restored."""

    entry: Entry
    key: str


@dataclass(frozen=True, slots=True)
class NotPushed:
    """A new entry that is not in the library, of a digest that may not create items."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class UnreadableEntry:
    """An entry that cannot be read as a whole; its link, if it has one, stays as it is."""

    digest: str
    entry: Entry | None
    row_id: str | None


@dataclass(frozen=True, slots=True)
class DroppedEntry:
    """The entry of this row is gone from its digest; item and note stay, untouched."""

    row: Row


@dataclass(frozen=True, slots=True)
class MissingItem:
    """The item of this row is in the trash, or no longer in the library at all."""

    row: Row
    is_trashed: bool


@dataclass(frozen=True, slots=True)
class MissingNote:
    """Our note of this row is in the trash, gone, or has lost its heading: not made again."""

    row: Row


@dataclass(frozen=True, slots=True)
class MissingShelf:
    """The collection of this shelf is in the trash or gone: not made again, nothing placed."""

    shelf: Shelf


@dataclass(frozen=True, slots=True)
class NotLinked:
    """The link of this entry was ended (unlinked, or its item trashed): --relink revives it."""

    row: Row


Report = (
    Conflict
    | ApartField
    | Held
    | AmbiguousEntry
    | TrashedEntry
    | NotPushed
    | UnreadableEntry
    | DroppedEntry
    | MissingItem
    | MissingNote
    | MissingShelf
    | NotLinked
)

# --- the plan ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Link:
    """An entry, its item (None: about to be created) and the row that joins them.

    `index` is the entry's place in the run; `before` the row as it was, None for a new link. `row`
    is complete but for the bases of what is still to be written: `settle` records those.
    """

    index: int
    entry: Entry
    item: Item | None
    before: Row | None
    row: Row


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a run is going to do, in the order in which it is to be done.

    `rows` and `shelves` are as the lock file is to hold them when every action succeeds; rows of
    links with actions still lack the bases of what is written.
    """

    actions: tuple[Action, ...] = ()
    reports: tuple[Report, ...] = ()
    links: tuple[Link, ...] = ()
    rows: tuple[Row, ...] = ()
    shelves: tuple[Shelf, ...] = ()
    rows_before: tuple[Row, ...] = field(default=(), repr=False)
    shelves_before: tuple[Shelf, ...] = field(default=(), repr=False)

    @property
    def changes_lock(self) -> bool:
        """Whether the lock file will differ, with or without actions."""
        return self.rows != self.rows_before or self.shelves != self.shelves_before

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing to do and nothing to record."""
        return not self.actions and not self.changes_lock

    def counts(self) -> Mapping[str, int]:
        """Return how many actions and reports of each kind there are, by class name."""
        return Counter(type(one).__name__ for one in (*self.actions, *self.reports))

    def field_counts(self) -> Mapping[tuple[str, str], int]:
        """Return how many objects change in each field: by ("fill" or "edit", field name)."""
        found: Counter[tuple[str, str]] = Counter()
        for action in self.actions:
            match action:
                case ChangeItem(after=after, fills=fills) | ChangeNote(after=after, fills=fills):
                    found.update(("fill" if name in fills else "edit", name) for name in after)
                case ChangeEntry(after=after):
                    found.update(("edit", name) for name in after)
                case _:
                    pass
        return found
