"""Copying a library into another one, and taking the project's links along.

When all is there, and only then, the configuration and, last, the lock file go over to it. So a
copy that was killed is gone on with by the same command: what is there is found again
(`find_counterparts`) and not made twice. The source is only read.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import field, replace

from zoterodigest.core.links.link import LockFile
from zoterodigest.core.values.record import NOTE
from zoterodigest.frozen import dataclass
from zoterodigest.library.port import LibraryItem
from zoterodigest.library.records.contents import Contents
from zoterodigest.project.memory import read_memory
from zoterodigest.sync.apply.applying import apply
from zoterodigest.sync.apply.changes import Changes, Ending, Results, Sent
from zoterodigest.sync.apply.sending import Progress
from zoterodigest.sync.copying.links import Copies, Difference
from zoterodigest.sync.copying.plan import Copying, failures_of_objects
from zoterodigest.sync.gathering.foreseeing import contents_after
from zoterodigest.sync.run.failures import FailedRecord, failures_of_files


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy did: objects written, those that failed, and whether links and configuration have
    gone over; `differences` are fields that the target holds otherwise.

    `renamed_notes` counts the person's notes that a digest shows under the key of the source.
    """

    copying: Copying
    written: int = 0
    failures: tuple[FailedRecord, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    is_moved: bool = False
    is_configured: bool = False
    differences: tuple[Difference, ...] = ()
    renamed_notes: int = 0


def carry_out_copy(copying: Copying, progress: Progress) -> Copied:
    """Do what was planned; unless something fails, links and configuration go over at the end.

    What stops a whole run is raised (`BadLibrary`, `AlreadyRunning`, `SourceChanged` ...): run
    again, it goes on where it stopped.
    """
    is_configured = copying.configuration is not None and not copying.refused
    run = _CopyRun(copying, Copied(copying, failures=copying.refused, is_configured=is_configured))
    changes = run.changes()
    if not (changes.sent or copying.lock or changes.follow(Results(), copying.ends.target)):
        return run.copied
    results = apply(changes, progress)
    return replace(run.copied, written=len(results.versions), counts=results.counts)


@dataclass
class _CopyRun:
    """A copy while it is written, and what it has done so far."""

    copying: Copying
    copied: Copied

    def changes(self) -> Changes:
        """Return what is about to be written."""
        copying, writes = self.copying, self.copying.writes
        items = tuple(write.item for write in writes.all)
        target, zotero = copying.ends.target, copying.target.zotero
        foreseen = self._copies(contents_after(target, items, zotero, writes.collections))
        switch = copying.configuration
        files = (switch,) if switch is not None and switch.is_change else ()
        return Changes(
            copying.target,
            copying.gathered,
            "copy",
            # An item does not wait for a collection that is refused: a later copy places it.
            Sent(items, writes.collections, files, placed_later=True),
            self._moved(foreseen),
            self._ending,
            files=lambda results, stored: () if self._failures(results, stored) else files,
            follow=self._relations,
            address=copying.address,
        )

    def _relations(self, results: Results, stored: Contents) -> tuple[LibraryItem, ...]:
        """Return relations between what was copied: they name items by their keys in the target."""
        if results.failed or self.copying.refused:
            return ()
        related = [one for one in self.copying.portion.objects if one.json.relations]
        relations = replace(self.copying.relations, keys=self._keys)
        return tuple(relations.writes(related, stored))

    def _failures(self, results: Results, stored: Contents) -> tuple[FailedRecord, ...]:
        found = self.copying.found
        there = stored.by_key.keys() | {one.key for one in stored.collections}
        reasons: dict[str, str] = {}
        for key, at in self._keys.items():
            reason = results.failed.get(found.keys[key]) or results.failed.get(at)
            is_told = reason is not None and reason.of_parent
            if not is_told and (reason or at not in there):
                reasons[key] = str(reason or "it is not there any more")
        objects = failures_of_objects(self.copying, reasons)
        return (*self.copying.refused, *objects, *failures_of_files(results.unwritten))

    def _ending(self, results: Results, stored: Contents) -> Ending:
        copying, lock = self.copying, self.copying.lock
        if failures := self._failures(results, stored):
            self.copied = replace(self.copied, failures=failures, is_configured=False)
        # Links go over only when all is there: a link without an item would end in the next run.
        if failures or lock is None:
            return Ending(copying.gathered.lock)
        copies, keys = self._copies(stored), self._keys
        self.copied = replace(
            self.copied,
            is_moved=True,
            differences=tuple(copies.lost_bases(lock)),
            renamed_notes=len(_shown_notes(lock) & {key for key in keys if keys[key] != key}),
        )
        seen = read_memory(copying.source.memory_path, lock, copying.gathered.lock_data)
        return Ending(self._moved(copies), copies.moved_seen(seen, lock))

    def _moved(self, copies: Copies) -> LockFile:
        lock, identity = self.copying.lock, self.copying.target.library.identity
        return self.copying.gathered.lock if lock is None else copies.moved_lock(lock, identity)

    def _copies(self, target: Contents) -> Copies:
        """Return what the copy comes to when the target holds `target`."""
        copying, found = self.copying, self.copying.found
        own = frozenset({*found.own, *found.asked})
        ends, folding = copying.ends, copying.target.zotero.folding()
        return Copies(self._keys, own, ends.source, ends.target, target, folding)

    @property
    def _keys(self) -> Mapping[str, str]:
        """The keys in the target, which it may have given itself, by those in the source."""
        stored, found = self.copying.target.library.stored_keys, self.copying.found
        asked = {key: stored.get(asked, asked) for key, asked in found.asked.items()}
        return {**asked, **found.present}


def _shown_notes(lock: LockFile) -> Set[str]:
    """Return the keys of the person's notes that digests show."""
    names = (name for row in lock.rows for name in row.bases)
    return {name.removeprefix(NOTE) for name in names if name.startswith(NOTE)}
