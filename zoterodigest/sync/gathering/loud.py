"""What is loud is read anew: its rows, entries and items, as `gather` reads those of all.

Marks only tell what that is. Nothing that is planned or written is taken from them.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import cached_property

from zoterodigest.core.links.link import LockFile
from zoterodigest.core.plan.seen import Seen
from zoterodigest.core.reconcile.quiet import Loud
from zoterodigest.core.values.record import Entry
from zoterodigest.digest.read.estimate import missed_entries
from zoterodigest.digest.read.known import KnownAreas
from zoterodigest.library.port import Snapshot
from zoterodigest.library.records.contents import Contents, read_contents
from zoterodigest.project.files import BadInput
from zoterodigest.project.lock.parts import LockParts, lock_parts
from zoterodigest.sync.gathering.compared import compared_entry
from zoterodigest.sync.gathering.gather import Gathered, ReadDigest, is_empty_digest, read_digests
from zoterodigest.sync.gathering.quiet import SourcePrints, by_item, formats_read
from zoterodigest.sync.gathering.unread import unread_in
from zoterodigest.sync.gathering.workspace import Workspace


class LoudReader:
    """Reads parts of a project whose sources and library are as they were looked at."""

    def __init__(
        self, workspace: Workspace, sources: SourcePrints, snapshot: Snapshot, *, with_notes: bool
    ) -> None:
        self._workspace = workspace
        self._sources = sources
        self._snapshot = snapshot
        self._with_notes = with_notes
        self.areas = KnownAreas()
        """What is known of the areas of the digests; more may be before they are read."""
        self.is_all_told = False
        """Whether something stands in the digests that is to be told, if they are as they were."""
        self.objects = by_item(snapshot.items)
        """Each item with its notes and attachments, by key."""

    @cached_property
    def lock(self) -> LockParts | None:
        """The parts of the lock file; None if it is to be read as a whole."""
        return lock_parts(self._sources.lock_data)

    @cached_property
    def digests(self) -> tuple[ReadDigest, ...] | None:
        """All digests as read; None if one has no entries, or if something has changed."""
        read: tuple[ReadDigest, ...] = ()
        with suppress(BadInput):
            read, _ = read_digests(self._workspace, self.areas, self._sources.data)
        data = {one.key: one.data for one in read}
        # Every run reports a digest in which it found no entries.
        is_empty = any(map(is_empty_digest, read))
        self.is_all_told |= any(missed_entries(one.document) for one in read)
        now = data, formats_read(read)
        return None if is_empty or now != (self._sources.data, self._sources.formats) else read

    def gathered(self, loud: Loud) -> Gathered | None:
        """Return what is loud; None if that can't be read by itself. Raises `BadLockFile`."""
        has_loud = loud.rows or any(loud.entries.values())
        digests = self.digests if has_loud or self.is_all_told else ()
        if self.lock is None or digests is None:
            return None
        entries = tuple(
            self._compared(read.document.core_entry_at(at))
            for read in digests
            for at in sorted(loud.entries[read.key])
        )
        lock = self.lock.read(loud.rows, self._workspace.project.lock_path)
        return Gathered(
            digests,
            entries,
            unread_in(read.document for read in digests),
            self._sources.lock_data,
            replace(lock, identity=self._workspace.library.identity),
            self._contents(loud),
            frozenset(),
            seen=self._seen(lock),
        )

    def _seen(self, lock: LockFile) -> Seen:
        memory = self._sources.memory
        rows = {row.id: memory.other.get(row.id, row) for row in lock.rows}
        known = {row_id: row for row_id, row in rows.items() if row_id not in memory.missing}
        return Seen(known, memory.collections, memory.past, memory.lagged, memory.version)

    def _compared(self, entry: Entry) -> Entry:
        return compared_entry(entry, self._workspace.zotero, with_notes=self._with_notes)

    def _contents(self, loud: Loud) -> Contents:
        objects = [one for key in sorted(loud.items) for one in self.objects.get(key, ())]
        part = replace(self._snapshot, items=tuple(sorted(objects, key=lambda one: one.key)))
        workspace = self._workspace
        found = read_contents(part, workspace.zotero, with_own_notes=workspace.shows_own_notes)
        return replace(found, snapshot=self._snapshot)
