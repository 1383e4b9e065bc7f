"""Standing: the entries of a run as they are once its digests have been written."""

from __future__ import annotations

from collections.abc import Mapping

from zoterodigest.core.record import Entry
from zoterodigest.sync.claims import Standing
from zoterodigest.sync.gather import ReadDigest, core_entries, reread
from zoterodigest.sync.run import Prepared
from zoterodigest.sync.structure import NewDigest


def standing_after(prepared: Prepared, written: Mapping[str, NewDigest]) -> Standing:
    """Return the entries as they stand, those of the digests in `written` as they are now."""
    entries: dict[int, Entry] = {}
    made: dict[str, Entry] = {}
    first = 0
    for read in prepared.gathered.sources:
        count = len(read.document.entries)
        digest = written.get(read.key)
        if digest is None:
            then = prepared.gathered.entries[first : first + count]
            entries |= dict(enumerate(then, start=first))
        else:
            found = _entries(prepared, digest.edit.read, digest.edit.source)
            for entry, origin in zip(found, digest.origins, strict=True):
                if isinstance(origin, str):
                    made[origin] = entry
                else:
                    entries[first + origin] = entry
        first += count
    return Standing(entries, made)


def _entries(prepared: Prepared, read: ReadDigest, source: bytes) -> tuple[Entry, ...]:
    workspace = prepared.workspace
    again = reread(read, source, workspace)
    return core_entries([again], workspace, with_notes=prepared.options.with_notes)
