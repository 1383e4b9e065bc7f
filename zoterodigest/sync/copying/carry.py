"""Copying a library into another one, and taking the project's links along.

Order: collections, items, children, relations; then the target is read again, and only if all is
there the configuration and, last, the lock file go over to it. So a copy that was killed is gone on
with by the same command: what is there is found again (`find_counterparts`) and not made twice. The
source is only read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from zoterodigest.core.values.record import NOTE
from zoterodigest.library.records.contents import Contents, read_contents
from zoterodigest.project.files import replace_file
from zoterodigest.project.lock.lock import LockFile
from zoterodigest.project.memory import read_memory
from zoterodigest.sync.apply.applying import at_work, record
from zoterodigest.sync.apply.changes import Ending, Results, Sent
from zoterodigest.sync.apply.reasons import ChangedMeanwhile, ParentNotWritten, Reason
from zoterodigest.sync.apply.sending import Progress, send
from zoterodigest.sync.copying.links import (
    Copies,
    Difference,
    differences,
    moved_lock,
    moved_seen,
)
from zoterodigest.sync.copying.plan import Copying, failures_of_objects
from zoterodigest.sync.copying.writes import without_shelves
from zoterodigest.sync.run.failures import Failure

_ROUNDS = 3
"""How often relations are looked at: where one is written, a server writes its reverse as well."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy did: objects written, those that failed, and whether links and configuration have
    gone over; `differences` are fields that the target holds otherwise.

    `renamed_notes` counts the person's notes that a digest shows under the key of the source.
    """

    copying: Copying
    written: int = 0
    failures: tuple[Failure, ...] = ()
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
    project = copying.source.project
    with ExitStack() as stack:
        if copying.lock is not None:
            stack.enter_context(at_work(project, "copy", (project.config_path,)))
        copied = _finished(copying, _written(copying, progress))
        return copied if copied.failures else _gone_over(copying, copied)


def _written(copying: Copying, progress: Progress) -> Results:
    """Write collections, then items and children; an item goes without collections that failed."""
    writes, total = copying.writes, len(copying.writes)
    known, library = copying.ends.target, copying.target.library
    first = Sent(collections=writes.shelves)
    shelves = send(library, first, known, lambda done, _: progress(done, total))
    items = tuple(without_shelves(write, shelves.failed).item for write in writes.all)
    before = len(writes.shelves)
    sent = send(library, Sent(items), known, lambda done, _: progress(before + done, total))
    return Results({**shelves.versions, **sent.versions}, {**shelves.failed, **sent.failed})


def _finished(copying: Copying, results: Results) -> Copied:
    """Return what came of the writes, once relations are written as well."""
    reasons = {key: results.failed.get(asked) for key, asked in copying.found.keys.items()}
    failed = {
        key: str(reason)
        for key, reason in reasons.items()
        if reason is not None and not isinstance(reason, ParentNotWritten)
    }
    failures = [*copying.refused, *failures_of_objects(copying, failed)]
    related = 0
    if not failures:
        related, left = _related(copying)
        failures += left
    counts = copying.writes.counts(copying.ends.target, frozenset(results.versions))
    return Copied(copying, len(results.versions) + related, tuple(failures), counts)


def _related(copying: Copying) -> tuple[int, list[Failure]]:
    """Write relations between what was copied; return how many, and what could not be written.

    What keeps changing in between is told as such.
    """
    related = [one for one in copying.portion.objects if one.json.relations]
    keys, written = _keys(copying), 0
    relations = replace(copying.relations, keys=keys)
    failed: Mapping[str, Reason] = {}
    for _ in range(_ROUNDS if related else 0):
        contents = _contents(copying)
        writes = tuple(relations.writes(related, contents))
        if not writes:
            return written, []
        results = send(copying.target.library, Sent(writes), contents, lambda *_: None)
        written, failed = written + len(results.versions), results.failed
    left = relations.writes(related, _contents(copying)) if related else ()
    reasons = {one.key: str(failed.get(one.key, ChangedMeanwhile())) for one in left}
    told = {key: reasons[keys[key]] for key in keys if keys[key] in reasons}
    return written, list(failures_of_objects(copying, told))


def _contents(copying: Copying) -> Contents:
    return read_contents(copying.target.library.read(), copying.target.zotero)


def _keys(copying: Copying) -> Mapping[str, str]:
    """Return the keys in the target, which it may have given itself, by those in the source."""
    stored, found = copying.target.library.stored_keys, copying.found
    return {
        **{key: stored.get(asked, asked) for key, asked in found.asked.items()},
        **found.present,
    }


def _gone_over(copying: Copying, copied: Copied) -> Copied:
    """Bring configuration and lock file over to the target, the lock file last."""
    target = _contents(copying) if copied.written else copying.ends.target
    if missing := list(_missing(copying, target)):
        return replace(copied, failures=tuple(missing))
    if copying.configuration is not None:
        before, after = copying.configuration
        replace_file(copying.source.project.config_path, after, before)
    copied = replace(copied, is_configured=copying.configuration is not None)
    return copied if copying.lock is None else _with_links(copying, copying.lock, copied, target)


def _missing(copying: Copying, target: Contents) -> Iterator[Failure]:
    there = target.by_key.keys() | {one.key for one in target.collections}
    gone = (key for key, at in _keys(copying).items() if at not in there)
    yield from failures_of_objects(copying, dict.fromkeys(gone, "it is not there any more"))


def _with_links(copying: Copying, lock: LockFile, copied: Copied, target: Contents) -> Copied:
    own = frozenset({*copying.found.own, *copying.found.asked})
    ends, workspace, keys = copying.ends, copying.target, _keys(copying)
    copies = Copies(keys, own, ends.source, ends.target, target, workspace.zotero.folding())
    moved = moved_lock(lock, workspace.library.identity, copies)
    seen = moved_seen(
        read_memory(copying.source.memory_path, lock, copying.lock_data), lock, copies
    )
    record(workspace, Ending(moved, seen), lock, copying.lock_data)
    return replace(
        copied,
        is_moved=True,
        differences=tuple(differences(lock, copies)),
        renamed_notes=len(_shown_notes(lock) & {key for key in keys if keys[key] != key}),
    )


def _shown_notes(lock: LockFile) -> set[str]:
    """Return the keys of the person's notes that digests show."""
    names = (name for row in lock.rows for name in row.bases)
    return {name.removeprefix(NOTE) for name in names if name.startswith(NOTE)}
