"""The rows of the lock file after a run, made from what both ends hold (law 3).

The entries are those of the files as they were written.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import field, replace
from typing import TYPE_CHECKING

from zoterodigest.core.collections.collection_rows import at_home, home_of, homes
from zoterodigest.core.links.link import (
    Base,
    CollectionRow,
    CollectionRowKey,
    FieldSource,
    LinkState,
    LockFile,
    LockRow,
    Origin,
    fingerprint,
    print_of,
)
from zoterodigest.core.links.merge import FieldEnds
from zoterodigest.core.links.view import Folding
from zoterodigest.core.plan.plan import (
    CreateEntry,
    Link,
    MoveEntry,
    Plan,
    RemoveEntry,
    RenameHeading,
)
from zoterodigest.core.plan.seen import NOTHING
from zoterodigest.core.reconcile.settle import settle
from zoterodigest.core.values.annotation import WrittenBlocks
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.record import EMPTY, Entry, Item, is_empty, is_of_note
from zoterodigest.core.values.sets import frozenset_of
from zoterodigest.core.values.tags import TAGS
from zoterodigest.core.works.pairing import heading_prints
from zoterodigest.frozen import dataclass
from zoterodigest.library.records.contents import Contents
from zoterodigest.sync.apply.changes import NOTHING_FAILED, FileChange, Results
from zoterodigest.sync.gathering.compared import compared_entry
from zoterodigest.sync.gathering.foreseeing import contents_after
from zoterodigest.sync.gathering.sources import ReadBib, ReadDigest
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.gathering.writes import Write
from zoterodigest.sync.run.run import Prepared, row_ids

if TYPE_CHECKING:
    from zoterodigest.digest.write.steps import Origin as EntryOrigin
    from zoterodigest.sync.bibliographies.exporting import NewBib
    from zoterodigest.sync.edits.structure import NewDigest


@dataclass(frozen=True, slots=True)
class ExportedEntry:
    """An entry that an export brought into a two-way .bib for `item`, to be linked as `row_id`."""

    row_id: str
    entry: Entry
    item: str


@dataclass(frozen=True, slots=True)
class EntriesNow:
    """The entries of a run as they stand now: those it began with by their index there, and those
    it made by row id. One that a .bib was pruned of is in neither.
    """

    entries: Mapping[int, Entry]
    made: Mapping[str, Entry] = field(default_factory=dict)
    exported: tuple[ExportedEntry, ...] = ()
    annotations: Mapping[str, WrittenBlocks] = field(default_factory=dict)
    """What was written of annotations, by row id."""


def as_read(prepared: Prepared) -> EntriesNow:
    """Return the entries as they stood when they were read."""
    return EntriesNow(dict(enumerate(prepared.gathered.entries)))


class SettledLinks:
    """The rows of links, each settled once for what its ends hold.

    A run settles its links over what it is about to write, and again over what then stands there:
    mostly the same. A first push of 2,000: 0.75 -> 0.45 s.
    """

    def __init__(self, folding: Folding) -> None:
        self.folding = folding
        self._found: dict[str, tuple[tuple[Link, Item], LockRow]] = {}

    def row(self, link: Link, item: Item) -> LockRow:
        """Return the row of `link` with `item` as it is."""
        ends = link, _without_versions(item)
        known, row = self._found.get(link.row.id, (None, link.row))
        if known != ends:
            row = settle(link, item, self.folding)
            self._found[link.row.id] = ends, row
        return row


def _without_versions(item: Item) -> Item:
    if not (item.version or item.notes):
        return item
    notes = {row_id: replace(note, version=0) for row_id, note in item.notes.items()}
    return replace(item, version=0, notes=notes)


def expected_rows(
    prepared: Prepared, foreseen: Contents, settled: SettledLinks
) -> tuple[LockRow, ...]:
    """Return the rows as they will be if every write succeeds: `foreseen` is what is held then."""
    return rows_over(prepared, as_read(prepared), foreseen, NOTHING_FAILED, settled=settled)


def contents_written(prepared: Prepared, results: Results = NOTHING_FAILED) -> Contents:
    """Return the library's contents as they were read, with what was written as it was sent."""
    items = (write.item for write in _written(prepared, results))
    return contents_after(prepared.gathered.contents, items, prepared.workspace.zotero)


def _written(prepared: Prepared, results: Results) -> Iterator[Write]:
    return (one for one in prepared.writes.all if one.item.key not in results.failed)


def lock_over(
    prepared: Prepared,
    standing: EntriesNow,
    contents: Contents,
    results: Results,
    *,
    settled: SettledLinks,
) -> LockFile:
    """Return the lock file over these entries and contents of the library (`rows_over`)."""
    # What failed stays as it was known: the lock file never claims more than happened (law 3).
    collection_rows = collection_rows_after(prepared, standing, results.failed.keys())
    return replace(
        prepared.gathered.lock,
        # A library that was empty tells its account only now.
        identity=prepared.workspace.library.identity,
        rows=rows_over(prepared, standing, contents, results, settled=settled),
        collection_rows=tuple(sorted(collection_rows, key=lambda one: (one.digest, one.path))),
    )


def _overtaken(prepared: Prepared, contents: Contents, results: Results) -> dict[str, Item]:
    """Return the items that somebody edited during the run, as the run read or wrote them.

    What it carried, both ends held: so the edit travels by the next run, and is no conflict.
    """
    known = {key: one.version for key, one in prepared.gathered.contents.by_key.items()}
    known |= results.versions
    edited = {
        one.json.parent or key
        for key, one in contents.by_key.items()
        if one.version != known.get(key, one.version)
    }
    if not edited:
        return {}
    items = contents_written(prepared, results).items
    return {item.key: item for item in items if item.key in edited}


def rows_over(
    prepared: Prepared,
    standing: EntriesNow,
    contents: Contents,
    results: Results,
    *,
    settled: SettledLinks,
) -> tuple[LockRow, ...]:
    """Return all rows of the lock file over these entries and contents of the library.

    What was added to an item is noted in the origin of the write's first row. A row whose item or
    new collection could not be written stays where it was, so that the next run tries again, and a
    new one is left out; one whose entry was to leave and did not stays as it was. An item that was
    edited during the run is judged as the run knew it, then as it stands.
    """
    added: dict[str, list[Write]] = {}
    for write in _written(prepared, results):
        # The first row only: two rows that both claim it would both remove it in the end.
        for row_id in write.row_ids[:1]:
            added.setdefault(row_id, []).append(write)
    items = {item.key: item for item in contents.items}
    plan, folding = prepared.plan, settled.folding
    unmade = (one for one in plan.collection_rows if one.collection in results.failed)
    unplaced = {(one.digest, one.path) for one in unmade}
    places = _CollectionHomes.by(prepared, standing, results)
    staying = _staying(prepared, standing)
    linked = {link.row.id for link in plan.links}
    rows = [staying.get(row.id, row) for row in plan.rows if row.id not in linked]
    moving = {action.row_id for action in plan.actions if isinstance(action, MoveEntry)}
    overtaken = _overtaken(prepared, contents, results)
    for planned in plan.links:
        # A pruned entry is in no file any more, so there is no end to settle with.
        if planned.index not in standing.entries:
            rows += left_of(planned.row)
            continue
        link = _as_it_stands(planned, standing.entries[planned.index], moving)
        # First over the item as the run knew it: then the edit since then differs from the base.
        if link.row.item in overtaken and link.recall == NOTHING:
            link = replace(link, row=settle(link, overtaken[link.row.item], folding))
        is_failed, item = link.row.item in results.failed, items.get(link.row.item)
        row = link.before if item is None else settled.row(link, item)
        # A link whose item could not be made does not exist yet.
        if row is not None and (link.before or not is_failed):
            noted = _noted(row, added.get(row.id, ()), items.get(row.item))
            is_staying = is_failed or not _is_placed(link.entry, unplaced)
            rows.append(places.before(noted, link, items) if is_staying else noted)
    made = _made_rows(plan, standing, items, folding)
    noted_rows = (_noted(row, added.get(row.id, ()), items.get(row.item)) for row in made)
    rows += map(places.made, noted_rows)
    rows += rows_of_exported(standing.exported, items, folding)
    # What the plan says of them holds where no file was to change for it.
    shown = {**{row.id: row.annotations for row in plan.rows}, **standing.annotations}
    rows = [_with_annotations(row, shown.get(row.id, row.annotations)) for row in rows]
    # By id: git merges the lock file line by line.
    return tuple(sorted(rows, key=lambda row: row.id))


def _with_annotations(row: LockRow, written: WrittenBlocks) -> LockRow:
    return row if row.annotations == written else replace(row, annotations=written)


def rows_of_exported(
    exported: Iterable[ExportedEntry], items: Mapping[str, Item], folding: Folding
) -> Iterator[LockRow]:
    """Yield the rows of entries that an export brought into two-way .bib files."""
    for one in exported:
        if item := items.get(one.item):
            row = LockRow(one.row_id, one.entry.digest, item.key)
            yield settle(Link(-1, one.entry, item, None, row), item, folding)


def left_of(row: LockRow) -> Iterator[LockRow]:
    """Yield the tombstone of a row whose entry the run took out.

    One that an export took out of a .bib may be wanted there again: it leaves none, unless its
    entry has given the item something.
    """
    if not row.digest.is_bib or row.origin != Origin():
        yield replace(row, state=LinkState.DROPPED)


def _staying(prepared: Prepared, standing: EntriesNow) -> dict[str, LockRow]:
    """Return the rows, as they were, whose entry was to leave its digest and still stands there."""
    entries = enumerate(prepared.gathered.entries)
    indices = {(entry.digest, entry.place): index for index, entry in entries}
    staying = {
        action.row_id
        for action in prepared.plan.actions
        if isinstance(action, RemoveEntry)
        and indices[action.entry.digest, action.entry.place] in standing.entries
    }
    return {row.id: row for row in prepared.plan.rows_before if row.id in staying}


def _as_it_stands(link: Link, entry: Entry, moving: Set[str]) -> Link:
    """Return `link` with its entry as it stands now, and its row under that one's headings."""
    row, then = link.row, link.entry
    if entry is then:
        return link
    depth = None if row.id in moving else len(row.headings)
    is_followed = depth is None or row.headings == heading_prints(then)[:depth]
    if is_followed and entry.heading_keys != then.heading_keys:
        row = replace(row, headings=heading_prints(entry)[:depth])
    return replace(link, entry=entry, row=row)


def _made_rows(
    plan: Plan, standing: EntriesNow, items: Mapping[str, Item], folding: Folding
) -> Iterator[LockRow]:
    """Yield the rows of entries that the run made; that their items are in our collection is ours,
    as it is where an entry adopts an item.
    """
    ours = {(one.digest, one.path): one.collection for one in plan.collection_rows if one.is_ours}
    for action in plan.actions:
        entry = standing.made.get(action.row_id) if isinstance(action, CreateEntry) else None
        if isinstance(action, CreateEntry) and entry is not None:
            item = items.get(action.item.key, action.item)
            made = {ours.get((action.digest, action.path), "")} & item.collections
            origin = Origin(collections=frozenset(made))
            headings = heading_prints(entry)
            row = LockRow(action.row_id, entry.digest, item.key, headings=headings, origin=origin)
            made_row = settle(Link(-1, entry, item, None, row), item, folding)
            yield _as_template(made_row, entry, item, folding)


def _as_template(row: LockRow, entry: Entry, item: Item, folding: Folding) -> LockRow:
    """Return the row of an entry that a run made, whose text is a template's: none is an edit.

    As soon as a person writes something, all of it goes into a note. Tags of the template stay in
    the file.
    """
    texts = {
        name: Base(print_of(entry.raws.get(name, ""), value), print_of("", EMPTY))
        for name, value in entry.fields.items()
        if is_of_note(name) and not is_empty(value) and name not in row.bases
    }
    if TAGS in entry.fields and TAGS not in row.bases:
        held, raw = item.fields.get(TAGS, EMPTY), item.raws.get(TAGS, "")
        tags = FieldEnds(TAGS, entry.fields[TAGS], held, entry.raws.get(TAGS, ""), raw)
        texts[TAGS] = Base(tags.entry_print(folding), tags.item_print(folding))
    return replace(row, bases={**row.bases, **texts}) if texts else row


def _is_placed(entry: Entry, unplaced: Set[tuple[str, tuple[str, ...]]]) -> bool:
    """Tell whether no collection on the way to an entry's place failed to be written."""
    keys = entry.heading_keys
    return all((entry.digest, keys[:depth]) not in unplaced for depth in range(len(keys) + 1))


@dataclass(frozen=True, slots=True)
class _CollectionHomes:
    """The collections of headings before a run and after it; the headings of `flat` digests are to
    have none.
    """

    homes: Mapping[CollectionRowKey, str]
    homes_now: Mapping[CollectionRowKey, str]
    flat: frozenset[SourceKey]

    @classmethod
    def by(cls, prepared: Prepared, standing: EntriesNow, results: Results) -> _CollectionHomes:
        gathered = prepared.gathered
        now = collection_rows_after(prepared, standing, results.failed.keys())
        flat = {read.key for read in gathered.digests if not read.digest.rules.headings}
        return cls(homes(gathered.lock.collection_rows), homes(now), frozenset(flat))

    def made(self, row: LockRow) -> LockRow:
        """Return the row of an entry that the run made: in the place that its item was added to."""
        if row.digest not in self.flat:
            return row
        return at_home(row, self.homes_now.get((row.digest, ())), self.homes_now)

    def before(self, row: LockRow, link: Link, items: Mapping[str, Item]) -> LockRow:
        """Return `row` where it was before the run, with the collections that its item is in."""
        before, item = link.before, items.get(row.item)
        if before is None or item is None:
            return row
        ours = (row.origin.collections | before.origin.collections) & item.collections
        origin = replace(row.origin, collections=ours)
        row = replace(row, digest=before.digest, headings=before.headings, origin=origin)
        # In a collection that this run made, the next one would take the item for placed.
        return at_home(row, home_of(before.place, self.homes), self.homes_now)


def _with_key(row: LockRow, citekey: str) -> LockRow:
    from zoterodigest.sync.bibliographies.citation import with_key_noted

    return with_key_noted(row, citekey)


def _noted(row: LockRow, added: Sequence[Write], item: Item | None) -> LockRow:
    """Return `row` with what was added to its item: in its origin tags, attachments, its key, and
    whom it has values from.
    """
    for write in added:
        row = _with_key(row, write.citekey) if write.citekey else row
        credits = dict(_credits(write, item)) if item else {}
        row = replace(row, credits={**row.credits, **credits}) if credits else row
    tags = frozenset_of(row.origin.tags.union(*(write.tags for write in added)))
    attachments = row.origin.attachments.union(*({write.attachment} - {""} for write in added))
    if (tags, attachments) == (row.origin.tags, row.origin.attachments):
        return row
    return replace(row, origin=replace(row.origin, tags=tags, attachments=attachments))


def _credits(write: Write, item: Item) -> Iterator[tuple[str, FieldSource]]:
    """Yield whom an item has the values from that a write put there, by field."""
    for name, source in write.sources.items():
        if not is_empty(item.fields.get(name, EMPTY)):
            yield name, FieldSource(source, fingerprint(item.raws[name]))


def collection_rows_after(
    prepared: Prepared, standing: EntriesNow, failed: Set[str]
) -> Iterator[CollectionRow]:
    """Yield the collection rows as planned, under the headings as they stand now.

    Those whose collections failed stay as they were known.
    """
    planned = [one for one in prepared.plan.collection_rows if one.collection not in failed]
    renamed = _renamed_paths(prepared, standing)
    paths = {(one.digest, one.path) for one in planned}
    for one in planned:
        path = renamed.get((one.digest, one.path), one.path)
        yield one if path == one.path else replace(one, path=path)
    for one in prepared.gathered.lock.collection_rows:
        if one.collection in failed and (one.digest, one.path) not in paths:
            yield one


def _renamed_paths(
    prepared: Prepared, standing: EntriesNow
) -> dict[tuple[str, tuple[str, ...]], tuple[str, ...]]:
    """Return the headings that have another key now, by digest and former path.

    Entries that stay tell best; those that came tell of headings that had none.
    """
    actions = prepared.plan.actions
    if not any(isinstance(action, RenameHeading) for action in actions):
        return {}
    moves = [action for action in actions if isinstance(action, MoveEntry)]
    targets = {(move.entry.digest, move.entry.place): move.path for move in moves}
    paths = {one.row_id: one.path for one in actions if isinstance(one, CreateEntry)}
    came = [(entry, paths[row_id]) for row_id, entry in standing.made.items() if row_id in paths]
    stayed: list[tuple[Entry, tuple[str, ...]]] = []
    for index, entry in standing.entries.items():
        then = prepared.gathered.entries[index]
        target = targets.get((then.digest, then.place))
        if target is None:
            stayed.append((entry, then.heading_keys))
        else:
            came.append((entry, target))
    found: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}
    for entry, former in (*came, *stayed):
        if len(former) == len(entry.heading_keys):
            for depth in range(1, len(former) + 1):
                found[entry.digest, former[:depth]] = entry.heading_keys[:depth]
    return found


def standing_after(prepared: Prepared, files: Iterable[FileChange]) -> EntriesNow:
    """Return the entries as they stand, those of the `files` that were written as they are now.

    Nothing stands for an entry that was taken out.
    """
    written: dict[str, FileChange] = {file.key: file for file in files}
    digests: dict[str, NewDigest] = {one.read.key: one for one in prepared.digests}
    entries: dict[int, Entry] = {}
    made: dict[str, Entry] = {}
    exported: list[ExportedEntry] = []
    first = 0
    for read in prepared.gathered.sources:
        # Of a digest of which a part was looked at, that part.
        places = prepared.gathered.places(read)
        file, count = written.get(read.key), len(places)
        if file is None or not (file.export or file.is_change):
            then = prepared.gathered.entries[first : first + count]
            entries |= dict(enumerate(then, start=first))
        elif isinstance(read, ReadDigest):
            index = {place: at for at, place in enumerate(places, start=first)}
            for origin, entry in _written_entries(digests[read.key], index, prepared):
                if isinstance(origin, str):
                    made[origin] = entry
                else:
                    entries[index[origin]] = entry
        else:
            by_key = _entries_in(read, file.after or b"", file.export, prepared)
            for at, record in enumerate(read.document.entries):
                if record.key in by_key:
                    entries[first + at] = by_key[record.key]
            exported += _exported(by_key, read, file.export) if file.export else ()
        first += count
    shown = _annotations_in(prepared.digests, written)
    return EntriesNow(entries, made, tuple(exported), shown)


def _annotations_in(
    digests: Iterable[NewDigest], written: Container[str]
) -> dict[str, WrittenBlocks]:
    """Return what was written of annotations, by row id."""
    found = (one.annotations.items() for one in digests if one.read.key in written)
    return {row_id: blocks for some in found for row_id, blocks in some}


def _written_entries(
    new: NewDigest, index: Container[int], prepared: Prepared
) -> Iterator[tuple[EntryOrigin, Entry]]:
    """Yield the entries of a digest that was written, if they were made or are in `index`."""
    zotero, with_notes = prepared.workspace.zotero, prepared.options.with_notes
    document = new.read_again(prepared.workspace)
    for at, origin in enumerate(new.origins):
        if isinstance(origin, str) or origin in index:
            entry = document.core_entry_at(at)
            yield origin, compared_entry(entry, zotero, with_notes=with_notes)


def exported_entries(workspace: Workspace, read: ReadBib, bib: NewBib) -> Iterator[ExportedEntry]:
    """Yield the entries that an export brought into a .bib."""
    from zoterodigest.sync.bibliographies.following import entries_in

    return _exported(entries_in(read, bib.source, bib, workspace), read, bib)


def _entries_in(
    read: ReadBib, source: bytes, export: NewBib | None, prepared: Prepared
) -> dict[str, Entry]:
    from zoterodigest.sync.bibliographies.following import entries_in

    known = prepared.gathered.lock.exported
    return entries_in(read, source, export, prepared.workspace, known=known)


def _exported(by_key: Mapping[str, Entry], read: ReadBib, bib: NewBib) -> Iterator[ExportedEntry]:
    """Yield the entries that came in, with the items that they were written for."""
    known = {record.key for record in read.document.entries}
    items = {one.key: one.item for one in bib.entries}
    new_ids = row_ids()
    for key, entry in by_key.items():
        if key not in known and (item := items.get(key)):
            yield ExportedEntry(next(new_ids), entry, item)
