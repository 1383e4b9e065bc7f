"""The reports of a run: things that it leaves as they are and that a person should know of."""

from __future__ import annotations

from typing import TypeAlias, assert_never

from zoterodigest.core.links.link import CollectionRow, LockRow
from zoterodigest.core.links.merge import ClashReason
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.record import Entry, Value
from zoterodigest.frozen import dataclass

# The order of fields is that of JSON, and the names are public there (docs/json.md): a new field
# goes behind the others.


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that both ends keep as it is until a person decides. The last three are those of
    `Clash`.
    """

    row_id: str
    name: str
    at_entry: Value
    at_item: Value
    if_entry: Value | None = None
    if_item: Value | None = None
    why: ClashReason = ClashReason.BOTH_CHANGED


@dataclass(frozen=True, slots=True)
class DivergedField:
    """The ends differ in this field and were never in sync; its changes do not travel."""

    row_id: str
    name: str
    at_entry: Value
    at_item: Value


@dataclass(frozen=True, slots=True)
class HeldBack:
    """An edit that the run's directions keep from travelling `to_entry` (else to the item)."""

    row_id: str
    name: str
    to_entry: bool


@dataclass(frozen=True, slots=True)
class UnreadableDate:
    """The item's date or year (`name`) is a text that the entry of this row has no place for.

    The entry keeps what it shows.
    """

    row_id: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class NoLongerShown:
    """Fields that were in sync and whose place is gone from the entry: the library keeps them.

    The format of the digest has a place for them.
    """

    row_id: str
    names: tuple[str, ...]


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
class UntitledEntry:
    """A new entry without a title, that no item has the identifier of: nothing is created.

    `key` is that of the item that it gets once its title is known.
    """

    entry: Entry
    key: str


@dataclass(frozen=True, slots=True)
class StaleItemKey:
    """A new entry whose note states the `key` of an item or an attachment that this library does
    not have, and that no other item is: nothing is created, as the item may only be elsewhere.
    """

    entry: Entry
    key: str


@dataclass(frozen=True, slots=True)
class HeldFile:
    """The file of `entry` is left as it is, for `reason`, and nothing of it goes to the library.

    `row_id` is that of its link, "" if it has none yet.
    """

    entry: Entry
    reason: str
    row_id: str = ""


@dataclass(frozen=True, slots=True)
class MissingFile:
    """The file of this row is away, or (`is_there`) says nothing of its paper any more.

    A folder may be unmounted, a cloud may have evicted the file: item and link stay as they are.
    """

    row: LockRow
    is_there: bool


@dataclass(frozen=True, slots=True)
class UnreadableEntry:
    """An entry that cannot be read as a whole; its link, if it has one, stays as it is."""

    digest: SourceKey
    entry: Entry | None
    row_id: str | None


@dataclass(frozen=True, slots=True)
class DroppedEntry:
    """The entry of this row is gone from its digest; item and note stay, untouched."""

    row: LockRow


@dataclass(frozen=True, slots=True)
class MissingItem:
    """The item of this row and `entry` is in the trash, or no longer in the library at all."""

    row: LockRow
    entry: Entry
    is_trashed: bool


@dataclass(frozen=True, slots=True)
class MissingNote:
    """Our note of this row is in the trash, gone, or has lost its heading: not made again."""

    row: LockRow


@dataclass(frozen=True, slots=True)
class HiddenNotes:
    """Entries of this digest have no place for notes of the person's own: it is a table.

    `number` notes are not shown.
    """

    digest: SourceKey
    number: int


@dataclass(frozen=True, slots=True)
class KeptAnnotations:
    """Annotations in this digest that are not kept up to date, and why.

    `edited` ones are the person's now, who took the `deleted` ones out. Of `unreadable` ones the
    library says nothing, and `awaited` ones it may not have heard of yet. The entries of `unplaced`
    ones have no place for any: rows of a table. Where `other_tool` keeps annotations, or where they
    would be hidden or hide what stands there (`is_hidden`), none is added.
    """

    digest: SourceKey
    edited: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()
    awaited: tuple[str, ...] = ()
    other_tool: str = ""
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class RestoredNote:
    """Our note of this row was deleted, but its fields `names` were edited: it comes back."""

    row: LockRow
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MissingCollection:
    """The collection of this row is in the trash or gone: not made again, nothing placed."""

    collection_row: CollectionRow


@dataclass(frozen=True, slots=True)
class NotLinked:
    """The link of this entry was ended (unlinked, its item trashed, or all of ours taken off it):
    --relink revives it.
    """

    row: LockRow


@dataclass(frozen=True, slots=True)
class TakenBack:
    """All of ours was taken off this row's item, as `remove` does it: the link ends."""

    row: LockRow


@dataclass(frozen=True, slots=True)
class Waiting:
    """Fields that another machine, or another commit, brought on: this library still shows what it
    last showed here. It has not caught up yet, or the lock file is an older one, as this instance
    knows (`is_past`): nothing travels.
    """

    row_id: str
    names: tuple[str, ...]
    is_past: bool = False


@dataclass(frozen=True, slots=True)
class AwaitedItem:
    """The item of this row is not in this library and never was seen here: it is still to come."""

    row: LockRow


@dataclass(frozen=True, slots=True)
class AddedItem:
    """An item that was added to a digest's collection and becomes no entry, for `reason`."""

    digest: SourceKey
    key: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Relocated:
    """An item was put in another heading's collection, or taken out of its own (`is_out`).

    Its entry stays where it is: the item is still in its own collection, or in none any more.
    """

    row_id: str
    collection: str
    is_out: bool


@dataclass(frozen=True, slots=True)
class PlaceConflict:
    """Digest and library both gave an entry a new place: both stay as they are."""

    row_id: str
    at_entry: tuple[str, ...]
    at_item: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NameConflict:
    """A heading and its collection both got a new name: both stay as they are."""

    digest: SourceKey
    path: tuple[str, ...]
    collection: str
    at_digest: str
    at_library: str


@dataclass(frozen=True, slots=True)
class HeldBackName:
    """A collection has a new name that the directions keep from its heading."""

    digest: SourceKey
    path: tuple[str, ...]
    collection: str
    name: str


@dataclass(frozen=True, slots=True)
class NotFollowed:
    """A digest cannot follow the library in this, for `reason`: all stays as it is.

    `what` is the heading or entry (then `row_id` is its link), `wanted` the heading's new name or
    the heading that the entry was to go to; an entry that was to leave has none.
    """

    digest: SourceKey
    what: str
    wanted: tuple[str, ...]
    reason: str
    row_id: str = ""


@dataclass(frozen=True, slots=True)
class KeptForEdit:
    """One end is gone, but the other was edited since (`names`): the edit wins, it stays."""

    row: LockRow
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SameWork:
    """Two items or more turn out to be one work, by `identifier`: merging them is proposed."""

    identifier: Identifier
    keys: tuple[str, ...]
    row_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Followed:
    """The item of this row was merged into the item `key`, which the link follows.

    The entries of the rows `others` are linked with that item as well.
    """

    row: LockRow
    key: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MergedOtherWork:
    """The item of this row was merged into the item `key`, which is linked with another work.

    By their `identifiers` the entries are two works: this one stays as it is, and its link ends.
    """

    row: LockRow
    key: str
    identifiers: tuple[Identifier, ...]


RowReport: TypeAlias = (
    Conflict | DivergedField | HeldBack | UnreadableDate | NoLongerShown | Waiting | Relocated
) | PlaceConflict
"""The kinds about the link `row_id`."""

LinkReport: TypeAlias = (
    DroppedEntry | MissingItem | MissingNote | RestoredNote | NotLinked | TakenBack
    | AwaitedItem | KeptForEdit | Followed | MergedOtherWork | MissingFile
)  # fmt: skip
"""The kinds about the link of `row`: its entry, item or note may be gone."""

EntryReport: TypeAlias = AmbiguousEntry | TrashedEntry | NotPushed | UntitledEntry | StaleItemKey
"""The kinds about an `entry` that has no link."""

Report: TypeAlias = (
    RowReport | LinkReport | EntryReport
    | UnreadableEntry | HeldFile | AddedItem | HiddenNotes | KeptAnnotations | SameWork
    | MissingCollection | NameConflict | HeldBackName | NotFollowed
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Subjects:
    """What a report is about: links by their rows' ids, items by their keys, and a whole digest.

    An entry without a link is none of these. A run that looks at a part looks at all of these.
    """

    rows: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    digest: SourceKey | None = None


def subjects_of(report: Report) -> Subjects:
    """Return what a report is about."""
    if isinstance(report, RowReport):
        return Subjects((report.row_id,))
    if isinstance(report, LinkReport):
        return Subjects((report.row.id,), (report.row.item,))
    match report:
        case AddedItem(key=key) | TrashedEntry(key=key):
            return Subjects(items=(key,))
        case AmbiguousEntry(keys=keys):
            return Subjects(items=keys)
        case SameWork(keys=keys, row_ids=row_ids):
            return Subjects(row_ids, keys)
        case UnreadableEntry(row_id=row_id) | HeldFile(row_id=row_id):
            return Subjects((row_id,) if row_id else ())
        case NotFollowed(digest, row_id=row_id):
            return Subjects((row_id,) if row_id else (), digest=digest)
        case MissingCollection(row):
            return Subjects(digest=row.digest)
        case HiddenNotes() | KeptAnnotations() | HeldBackName() | NameConflict():
            return Subjects(digest=report.digest)
        case NotPushed() | UntitledEntry() | StaleItemKey():
            return Subjects()
        case _:
            # mypy refuses a kind that is missing: a run that looks at a part would lose its report.
            assert_never(report)
