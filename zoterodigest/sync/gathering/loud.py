"""What is loud is read anew: its rows, entries and items, as `gather` reads those of all.

Marks only tell what that is. Nothing that is planned or written is taken from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from contextlib import suppress
from dataclasses import replace
from functools import cached_property

from zoterodigest.core.links.link import CollectionRow, LockFile
from zoterodigest.core.plan.seen import Seen
from zoterodigest.core.reconcile.quiet import Loud
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.digest.read.estimate import missed_entries
from zoterodigest.digest.read.later import KnownAreas
from zoterodigest.library.port import Snapshot
from zoterodigest.library.records.contents import Contents, notes_of_rows, read_contents
from zoterodigest.project.files import BadInput
from zoterodigest.project.kept import held_before
from zoterodigest.project.lock.parts import LockParts, lock_parts
from zoterodigest.sync.gathering.gather import Gathered, unread_in
from zoterodigest.sync.gathering.quiet import SourcePrints, by_item, notes_among
from zoterodigest.sync.gathering.sources import (
    ReadDigest,
    compared_entries,
    is_empty_digest,
    read_digests,
)
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
        self._reads: dict[SourceKey, ReadDigest] = {}

    @cached_property
    def lock(self) -> LockParts | None:
        """The parts of the lock file; None if it is to be read as a whole."""
        return lock_parts(self._sources.lock_data)

    def digests(self, keys: Set[SourceKey]) -> tuple[ReadDigest, ...] | None:
        """Return these digests as read, and all that are no files of a vault.

        None if one of them has no entries, or if something has changed.
        """
        # A vault has thousands of files: of one that nothing bears on, no reading is needed.
        is_all = self.is_all_told or self._workspace.is_named
        meant = [
            one
            for one in self._workspace.digests
            if is_all or one.key in keys or not one.rules.is_vault
        ]
        new = tuple(one for one in meant if one.key not in self._reads)
        read: tuple[ReadDigest, ...] = ()
        with suppress(BadInput):
            workspace = replace(self._workspace, digests=new)
            read, _ = read_digests(workspace, self.areas, self._sources.data)
        # Every run reports a digest in which it found no entries.
        if len(read) < len(new) or any(map(is_empty_digest, read)):
            return None
        for one in read:
            now = self._sources.data[one.key], self._sources.choices[one.key]
            if (one.data, one.choice) != now:
                return None
        self._reads |= {one.key: one for one in read}
        self.is_all_told |= any(missed_entries(one.document) for one in read)
        return tuple(self._reads[one.key] for one in meant)

    def gathered(self, loud: Loud) -> Gathered | None:
        """Return what is loud; None if that can't be read by itself. Raises `BadLockFile`."""
        if self.lock is None:
            return None
        lock = self._lock_over(self.lock, loud)
        keys = {row.digest for row in lock.rows} | _with_entries(loud)
        keys |= self._beside_new(keys, lock.collection_rows)
        digests = self._digests_of(lock, keys) if keys or loud.rows or self.is_all_told else ()
        if digests is None:
            return None
        entries = [
            read.document.core_entry_at(at)
            for read in digests
            for at in sorted(loud.entries[read.key])
        ]
        gone = self._gone(lock)
        # A run that names a note reads everything if one that may have become it is gone.
        is_known = self._sources.is_part or keys - gone <= self._sources.data.keys()
        if not is_known or (gone and self._sources.is_part):
            return None
        return Gathered(
            digests,
            compared_entries(entries, self._workspace, with_notes=self._with_notes),
            unread_in(read.document for read in digests),
            self._sources.lock_data,
            replace(lock, identity=self._workspace.library.identity),
            self._contents(loud, lock),
            gone,
            seen=self._seen(lock),
            held=held_before(self._workspace.project.state_folder),
        )

    def _gone(self, lock: LockFile) -> frozenset[SourceKey]:
        """Return the digests that rows of `lock` link and that are not there."""
        linked, root = {row.digest for row in lock.rows}, self._workspace.project.root
        others = linked - self._sources.data.keys()
        return frozenset(key for key in others if not (root / key).is_file())

    def _lock_over(self, parts: LockParts, loud: Loud) -> LockFile:
        """Return what is loud of the lock file, and collection rows that stand for the others."""
        passed_over = notes_among(self._workspace, self._sources.files) - _with_entries(loud)
        return parts.read(loud.rows, self._workspace.project.lock_path, passed_over)

    def _beside_new(
        self, keys: Set[SourceKey], collection_rows: Iterable[CollectionRow]
    ) -> frozenset[SourceKey]:
        """Return for each new note among `keys` one beside it: both share a collection."""
        rows = {row.digest: row.collection for row in collection_rows if not row.path}
        lone = {key for key in keys & self._sources.data.keys() if key not in rows}
        if not lone:
            return frozenset()
        vaults = [one for one in self._workspace.digests if one.rules.is_vault]
        shared = {one.collection for one in vaults if one.key in lone}
        beside = {one.collection: one.key for one in vaults if one.key in rows}
        return frozenset(beside[one] for one in shared & beside.keys())

    def _digests_of(self, lock: LockFile, keys: Set[SourceKey]) -> tuple[ReadDigest, ...] | None:
        """Return the digests `keys`, and all if a link of `lock` has lost its entry.

        What it says may stand in any of them.
        """
        found = self.digests(keys)
        linked = {row.digest for row in lock.rows}
        # One that is gone has its own report.
        if not all(one.document.entries for one in found or () if one.key in linked):
            self.is_all_told = True
            return self.digests(keys)
        return found

    def _seen(self, lock: LockFile) -> Seen:
        memory = self._sources.memory
        rows = {row.id: memory.seen.rows.get(row.id, row) for row in lock.rows}
        known = {row_id: row for row_id, row in rows.items() if row_id not in memory.missing}
        return replace(memory.seen, rows=known)

    def _contents(self, loud: Loud, lock: LockFile) -> Contents:
        objects = [one for key in sorted(loud.items) for one in self.objects.get(key, ())]
        part = replace(self._snapshot, items=tuple(sorted(objects, key=lambda one: one.key)))
        zotero, shows_own = self._workspace.zotero, self._workspace.shows_own_notes
        ours = notes_of_rows(lock.rows)
        found = read_contents(part, zotero, with_own_notes=shows_own, our_notes=ours)
        return replace(found, snapshot=self._snapshot)


def _with_entries(loud: Loud) -> set[SourceKey]:
    """Return the digests in which entries are loud."""
    return {key for key, at in loud.entries.items() if at}
