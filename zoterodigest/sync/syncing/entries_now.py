"""The entries of a run as they stand once its files are written."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from zoterodigest.core.values.annotation import WrittenBlocks
from zoterodigest.core.values.record import Entry
from zoterodigest.frozen import dataclass
from zoterodigest.sync.apply.changes import FileChange
from zoterodigest.sync.gathering.compared import compared_entry
from zoterodigest.sync.gathering.sources import ReadBib, ReadDigest
from zoterodigest.sync.gathering.workspace import Workspace
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
    for at, origin in enumerate(new.origins):
        if isinstance(origin, str) or origin in index:
            entry = new.document.core_entry_at(at)
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
