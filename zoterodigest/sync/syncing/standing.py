"""Standing: the entries of a run as they are once its files have been written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from zoterodigest.core.values.record import Entry
from zoterodigest.sync.bibliographies.following import WrittenBib, entries_in
from zoterodigest.sync.edits.structure import NewDigest
from zoterodigest.sync.gathering.gather import (
    ReadBib,
    ReadDigest,
    Source,
    core_entries,
    source_with,
)
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.run.run import Prepared, row_ids
from zoterodigest.sync.syncing.claims import ExportedEntry, Standing


def standing_after(
    prepared: Prepared, written: Mapping[str, NewDigest], bibs: Mapping[str, WrittenBib]
) -> Standing:
    """Return the entries as they stand, those of the files in `written` and `bibs` as they are now.

    Nothing stands for an entry that was taken out.
    """
    entries: dict[int, Entry] = {}
    made: dict[str, Entry] = {}
    exported: list[ExportedEntry] = []
    first = 0
    for read in prepared.gathered.sources:
        count = len(read.document.entries)
        match read:
            case ReadDigest() if digest := written.get(read.key):
                found = _entries(prepared, digest.edit.read, digest.edit.source)
                for entry, origin in zip(found, digest.origins, strict=True):
                    if isinstance(origin, str):
                        made[origin] = entry
                    else:
                        entries[first + origin] = entry
            case ReadBib() if bib := bibs.get(read.key):
                by_key = entries_in(bib, read, prepared.workspace)
                entries |= dict(_bib_entries(by_key, read, first))
                exported += _exported(by_key, read, bib)
            case _:
                then = prepared.gathered.entries[first : first + count]
                entries |= dict(enumerate(then, start=first))
        first += count
    return Standing(entries, made, tuple(exported))


def _entries(prepared: Prepared, read: Source, source: bytes) -> tuple[Entry, ...]:
    workspace = prepared.workspace
    again = source_with(read, source, workspace)
    return core_entries([again], workspace, with_notes=prepared.options.with_notes)


def exported_entries(
    workspace: Workspace, read: ReadBib, written: WrittenBib
) -> Iterator[ExportedEntry]:
    """Yield the entries that an export brought into a .bib."""
    return _exported(entries_in(written, read, workspace), read, written)


def _bib_entries(
    by_key: Mapping[str, Entry], read: ReadBib, first: int
) -> Iterator[tuple[int, Entry]]:
    for at, record in enumerate(read.document.entries):
        if record.key in by_key:
            yield first + at, by_key[record.key]


def _exported(
    by_key: Mapping[str, Entry], read: ReadBib, written: WrittenBib
) -> Iterator[ExportedEntry]:
    """Yield the entries that came in, with the items that they were written for."""
    known = {record.key for record in read.document.entries}
    items = {one.key: one.item for one in written.entries}
    new_ids = row_ids()
    for key, entry in by_key.items():
        if key not in known and (item := items.get(key)):
            yield ExportedEntry(next(new_ids), entry, item)
