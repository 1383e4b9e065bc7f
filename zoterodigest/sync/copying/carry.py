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

from zoterodigest.core.record import NOTE
from zoterodigest.library.contents import Contents, read_contents
from zoterodigest.library.port import BATCH_SIZE
from zoterodigest.project.files import remove_leftovers, replace_file
from zoterodigest.project.lock import LockFile, render_lock, write_lock
from zoterodigest.project.memory import keep_memory, prepare_memory, read_memory
from zoterodigest.project.running import running
from zoterodigest.sync.copying.links import (
    Copies,
    Difference,
    differences,
    moved_lock,
    moved_seen,
)
from zoterodigest.sync.copying.plan import Copying, failures_of_objects
from zoterodigest.sync.copying.writes import without_shelves
from zoterodigest.sync.delivery import in_batches
from zoterodigest.sync.failures import Failure
from zoterodigest.sync.ledger import STALE, Ledger, Progress

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
            stack.enter_context(running(project.state_folder, "copy"))
            remove_leftovers(project.state_folder)
        ledger = Ledger(progress, len(copying.writes))
        _write(copying, ledger)
        copied = _finished(copying, ledger)
        return copied if copied.failures else _gone_over(copying, copied)


def _write(copying: Copying, ledger: Ledger) -> None:
    library, writes = copying.target.library, copying.writes
    for start in range(0, len(writes.shelves), BATCH_SIZE):
        ledger.note(library.write_collections(writes.shelves[start : start + BATCH_SIZE]))
    failed = ledger.failed & {one.key for one in writes.shelves}
    items = tuple(without_shelves(write, failed) for write in writes.items)
    for batch in in_batches(replace(writes, items=items), ledger):
        ledger.note(library.write([write.item for write in batch]))


def _finished(copying: Copying, ledger: Ledger) -> Copied:
    """Return what came of the writes, once relations are written as well."""
    reasons = {key: _reason(asked, ledger) for key, asked in copying.found.keys.items()}
    failed = {key: reason for key, reason in reasons.items() if reason}
    failures = [*copying.refused, *failures_of_objects(copying, failed)]
    if not failures:
        failures += _relate(copying, ledger)
    counts = copying.writes.counts(copying.ends.target, frozenset(ledger.versions))
    return Copied(copying, ledger.written, tuple(failures), counts)


def _reason(asked: str, ledger: Ledger) -> str:
    return STALE if asked in ledger.stale else ledger.refused.get(asked, "")


def _relate(copying: Copying, ledger: Ledger) -> Iterator[Failure]:
    """Write relations between what was copied; yield what keeps changing in between."""
    related = [one for one in copying.portion.objects if one.data.get("relations")]
    library, keys = copying.target.library, _keys(copying)
    relations = replace(copying.relations, keys=keys)
    for _ in range(_ROUNDS if related else 0):
        writes = list(relations.writes(related, _contents(copying)))
        if not writes:
            return
        for start in range(0, len(writes), BATCH_SIZE):
            ledger.note(library.write(writes[start : start + BATCH_SIZE]))
    left = relations.writes(related, _contents(copying)) if related else ()
    reasons = {one.key: ledger.refused.get(one.key, STALE) for one in left}
    yield from failures_of_objects(
        copying, {key: reasons[keys[key]] for key in keys if keys[key] in reasons}
    )


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
    source_path, path = copying.source.memory_path, workspace.memory_path
    moved = moved_lock(lock, workspace.library.identity, copies)
    seen = moved_seen(read_memory(source_path, lock, copying.lock_data), lock, copies)
    prepare_memory(path, seen, render_lock(moved, copying.lock_data))
    write_lock(workspace.project.lock_path, moved, copying.lock_data)
    keep_memory(path)
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
