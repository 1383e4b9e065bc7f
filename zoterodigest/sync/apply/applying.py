"""Applying: the one protocol by which a command's changes are written.

Order, and each step of it is a law: the project is held; nothing has changed since it was read;
what a killed run left is put in order; the history says what is about to be written, and what is
there now; the lock file lets go of what is turned back; the journal says what is intended; then the
library, the files, and last the lock file, which never claims more than happened (law 3).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from zoterodigest.core.collections.collection_rows import homes
from zoterodigest.core.links.link import NO_LINKS, LockFile, LockRow
from zoterodigest.core.plan.found import Pending, PendingChange
from zoterodigest.core.plan.history import Run, listed
from zoterodigest.errors import ZoterodigestError
from zoterodigest.library.port import BadLibrary, LibraryReadOnly
from zoterodigest.library.records.contents import EMPTY_LIBRARY, Contents, read_contents, read_part
from zoterodigest.project.files import create_state_folder, remove_leftovers
from zoterodigest.project.layout import ProjectFolder
from zoterodigest.project.lock.lock import lock_hash
from zoterodigest.project.log.journal import FilesToWrite, Journal
from zoterodigest.project.pending import forget_pending, keep_more_pending, read_pending
from zoterodigest.project.recovery import decide
from zoterodigest.project.running import running
from zoterodigest.sync.apply.changes import (
    CHANGED_MEANWHILE,
    Changes,
    Ending,
    FileChange,
    Reason,
    Results,
    Sent,
)
from zoterodigest.sync.apply.files import Backups, contents_of_files, write_files
from zoterodigest.sync.apply.lock_and_memory import record_ending, settle_killed_run
from zoterodigest.sync.apply.recording import Present, Recording, begin_recording, telling_why
from zoterodigest.sync.apply.sending import Progress, send
from zoterodigest.sync.gathering.gather import require_unchanged
from zoterodigest.sync.gathering.killed_run import facts_of

_LOG = logging.getLogger(__name__)


def apply(changes: Changes, progress: Progress) -> Results:
    """Write what is intended; what fails by itself is in the results and stops nothing else.

    Raises what stops a whole run: `AlreadyRunning`, `SourceChanged`, `CannotWrite` for a file of
    the project's own, `BadLibrary`, and what planning again raises. The history then says what was
    intended, and the same command goes on with it.
    """
    project, files = changes.workspace.project, changes.sent.files
    paths = [one.path for one in (*changes.gathered.sources, *files)]
    # Held from here to the end: two runs would each write a lock file over what they read.
    with _at_work(project, changes.command, paths):
        # Files first: a plan that is made again reads them again, and an edit must not slip in.
        require_unchanged(project, changes.gathered)
        # Before the lock file is settled: planning again reads the lock file and the journal anew.
        changes = _up_to_date(changes)
        # Before recording: the history keeps as "before" the links that the killed run achieved.
        lock_data = settle_killed_run(changes.workspace, changes.gathered)
        results, run = _recorded(changes, lock_data, progress)
        if changes.again is None or not results.has_stale:
            return results
        # After the first part is in the lock file: the second plan reads its links from there.
        _LOG.info("Planning again what changed in the library during the run")
        second = changes.again.of_stale()
        if second is None:
            return results
        again, _ = _recorded(second, second.gathered.lock_data, progress, run)
        return replace(results, again=again)


def _up_to_date(changes: Changes) -> Changes:
    """Return the run as it was planned, or planned again if the library has changed since."""
    if changes.again is None:
        return changes
    is_same = changes.workspace.library.version() == changes.gathered.contents.version
    if is_same:
        return changes
    _LOG.info("The library has changed since it was read: planning again")
    return changes.again.before_writing()


def _recorded(
    changes: Changes, lock_data: bytes | None, progress: Progress, first: Run | None = None
) -> tuple[Results, Run]:
    """Write what is intended over the lock file's bytes `lock_data`; keep it in the history.

    Returns also what the history keeps of it, and of what was written `first` in the same run.
    """
    gathered = changes.gathered
    head = Run(
        0,
        "",
        changes.command,
        changes.workspace.library.identity if changes.address else gathered.lock.identity,
        undoes=changes.undoes,
        address=changes.address,
    )
    going_on = first if first and not first.is_empty else None
    present = Present(gathered.contents, gathered.lock, going_on)
    project = changes.workspace.project
    # Before the first write: a run that is killed at any later line can be undone.
    recording = begin_recording(project, present, head, changes.sent, changes.links)
    with telling_why(recording):
        return _carried_out(changes, recording, lock_data, progress)


def _carried_out(
    changes: Changes, recording: Recording, lock_data: bytes | None, progress: Progress
) -> tuple[Results, Run]:
    """Write all ends, then the lock file, then the history: the order of statements is a law."""
    known, state_folder = changes.gathered.lock, changes.workspace.project.state_folder
    _LOG.info("Writing %d objects into the library", changes.sent.number)
    # Facts go first: without its entry a fact is forgotten, without its facts an entry lacks them.
    keep_more_pending(state_folder, changes.sent.pending.kept)
    # Before anything is turned back: after a kill a link without a base leaves an edit pending,
    # and one with the newer base would send the old value over a newer one.
    if changes.released is not None:
        lock_data = record_ending(changes.workspace, changes.released, known, lock_data)
        known = changes.released.lock
    # The journal names the lock file that it goes with: the one that lets go.
    journal = _begun_journal(changes, lock_data)
    # The library before the files: a file can be compared with its bytes and written again; an item
    # that the lock file does not name would be made twice.
    results = _delivered(changes, journal, progress)
    # Before the files: relations name items by keys that a library may have given itself.
    results, sent, stored = _followed(changes, results)
    # Files follow the library: an export is made of what the library holds now, and until a digest
    # is written, its links hold what they held.
    files = changes.files(results, stored) if changes.files else changes.sent.files
    _LOG.info("Writing %d files", sum(file.is_change for file in files))
    results = replace(results, files=files)
    ending = _ending(changes, results, stored)
    # What an export makes of the library as it is now need not be what was foreseen: an item was
    # refused, or its tags stand in another order. An undo after a kill would take it for an edit.
    if contents_of_files(files) != contents_of_files(changes.sent.files):
        recording.intend(replace(changes.sent, files=files), ending.lock)
    # Before the first file: once it is written, only the journal tells that both ends agree.
    if journal is not None and (to_write := _files_to_write(files, known, ending.lock)):
        journal.intend_files(to_write)
    if unwritten := write_files(files, journal, Backups.of(changes.workspace)):
        written = tuple(file for file in files if file.key not in unwritten)
        results = replace(results, files=written, unwritten=unwritten)
        ending = _ending(changes, results, stored)
    # The lock file comes after both ends (law 3), and the journal goes only when the lock file says
    # all that it says. What can be lost follows.
    lock_data = record_ending(changes.workspace, ending, known, lock_data)
    if journal is not None:
        journal.close()
    # Texts of bases and pending facts come after the lock file that they belong to: without them a
    # conflict shows less, and an item takes only what it lacks.
    ending.keep(lock_data)
    not_entered = _not_entered(changes.sent.pending.kept, unwritten)
    forget_pending(state_folder, [*ending.forgotten, *not_entered])
    done = replace(sent.as_stored(results.keys), files=results.files)
    is_left = bool(results.failed or results.unwritten)
    # The history is last: until then it says what was intended, and that is enough to undo it.
    run = recording.finish(done.written(results.versions), stored, ending.lock, is_left=is_left)
    _LOG.info("Recorded run %d", run.number)
    return replace(results, counts=listed(run).counts), run


def apply_files(
    project: ProjectFolder,
    command: str,
    files: Sequence[FileChange],
    pending: Sequence[Pending] = (),
) -> Mapping[str, ZoterodigestError]:
    """Write files and nothing else; return why some could not be written, by key.

    `pending` is kept of papers that come into them. It goes first: a fact without its entry is
    forgotten, an entry without its facts would lack them. Raises the reason if no file could be
    written.
    """
    with _at_work(project, command, (file.path for file in files)):
        known = read_pending(project.state_folder)
        kept = tuple(one for one in pending if one not in known)
        sent = Sent(files=tuple(files), pending=PendingChange(kept=kept))
        recording = begin_recording(project, Present(), Run(0, "", command, ""), sent, NO_LINKS)
        with telling_why(recording):
            keep_more_pending(project.state_folder, kept)
        unwritten = write_files(files, None, Backups(project.state_folder))
        forget_pending(project.state_folder, _not_entered(kept, unwritten))
        done = replace(sent, files=tuple(file for file in files if file.key not in unwritten))
        recording.finish(done, EMPTY_LIBRARY, NO_LINKS)
    if unwritten and not done.files:
        raise next(iter(unwritten.values()))
    return unwritten


@contextmanager
def _at_work(project: ProjectFolder, command: str, paths: Iterable[Path]) -> Iterator[None]:
    """Hold the project, and remove what killed runs left half written, also beside `paths`."""
    # Before `running`: the file that marks the run lies in this folder.
    create_state_folder(project.state_folder)
    with running(project.state_folder, command):
        folders = {path.parent for path in (project.lock_path, *paths)}
        # Only while the project is held: another run's half-written file is still being written.
        for folder in (project.state_folder, *sorted(folders)):
            remove_leftovers(folder)
        yield


def _begun_journal(changes: Changes, lock_data: bytes | None) -> Journal | None:
    """Begin the journal of a run that a recovery could not understand without it.

    A copy has none: it is about another library than that of the next run, and goes by what it
    finds there.
    """
    has_files = any(file.is_change for file in changes.sent.files)
    intended = changes.intended != NO_LINKS or changes.files is not None
    if changes.address or not (has_files or (intended and changes.sent.number)):
        return None
    return Journal.begin(changes.workspace.project.journal_path, lock_hash(lock_data))


def _delivered(changes: Changes, journal: Journal | None, progress: Progress) -> Results:
    """Write the library; the journal is told before what is intended, and after it what holds."""
    if not changes.sent.number:
        return Results()
    library = changes.workspace.library
    # Before the first batch: what the library holds is ours only if the journal names it.
    if journal is not None:
        # First, and whole: when the values are replaced nothing else tells what both ends held.
        if changes.agreed:
            journal.intend(LockFile(rows=changes.agreed))
            journal.done(row.id for row in changes.agreed)
        journal.intend(changes.intended)
    try:
        results = send(library, changes.sent, changes.gathered.contents, progress)
    except LibraryReadOnly:
        # A key may lose its rights between two batches: only if none was written, no run has to
        # find out what was.
        with suppress(BadLibrary):
            if journal is not None and library.version() == changes.gathered.contents.version:
                journal.close()
        raise
    # Only now: a row may be written for several objects, and a child follows in a later batch.
    if journal is not None:
        failed = {row_id for key in results.failed for row_id in changes.row_ids.get(key, ())}
        journal.done({row_id for ids in changes.row_ids.values() for row_id in ids} - failed)
    stored = library.stored_keys
    keys = {asked: stored[asked] for asked in results.versions if asked in stored}
    versions = {keys.get(key, key): version for key, version in results.versions.items()}
    return replace(results, versions=versions, keys=keys)


_ROUNDS = 3
"""How often a run looks at what follows: where a relation is written, a server writes its reverse
as well, and the item at its other end is stale."""


def _followed(changes: Changes, results: Results) -> tuple[Results, Sent, Contents]:
    """Write what follows from the rest; return all that was sent, and what the library holds now.

    What a library has written by itself is written. What keeps changing in between has failed.
    """
    library, sent = changes.workspace.library, changes.sent
    known = changes.gathered.contents
    stored = _stored(changes, changes.foreseen or known) if results.versions else known
    versions, failed = dict(results.versions), dict[str, Reason]()
    left = changes.follow(results, stored)
    for _ in range(_ROUNDS if left else 0):
        items, came = left, send(library, Sent(left), stored, lambda *_: None)
        stored, sent = _stored(changes, stored), replace(sent, items=(*sent.items, *items))
        left = changes.follow(results, stored)
        # What still differs after it was written was written by somebody else in between.
        failed = {one.key: came.failed.get(one.key, CHANGED_MEANWHILE) for one in left}
        now = (stored.by_key[one.key] for one in items if one.key in stored.by_key)
        versions |= {one.key: one.version for one in now if one.key not in failed}
    return replace(results, versions=versions, failed={**results.failed, **failed}), sent, stored


def _stored(changes: Changes, known: Contents) -> Contents:
    """Return what the library holds now, read over what is `known` of it."""
    workspace = changes.workspace
    snapshot = workspace.library.read(known.snapshot)
    if changes.gathered.quiet.links:
        # What the run did not look at is not read now either, unless it has changed since.
        return read_part(snapshot, workspace.zotero, known)
    # Most of what was created is stored as it was sent: 0.08 s for 2,000 items in place of 0.56.
    return read_contents(snapshot, workspace.zotero, known=known)


def _files_to_write(
    files: Iterable[FileChange], known: LockFile, ending: LockFile
) -> FilesToWrite | None:
    """Return which links of `files` that change will hold by the lock file `ending`.

    `known` is the lock file as it is; None if nothing changes in it.
    """
    keys = {file.key for file in files if file.is_change}
    before = {row.id: row for row in known.rows}
    rows = tuple(row for row in ending.rows if row.digest in keys and row != before.get(row.id))
    return FilesToWrite(LockFile(rows=rows)) if rows else None


def _ending(changes: Changes, results: Results, stored: Contents) -> Ending:
    """Return how a run ends that came to these results."""
    if changes.end:
        return changes.end(results, stored)
    lock, intended = changes.gathered.lock, changes.intended.rows
    return Ending(replace(lock, rows=rows_found(lock, intended, stored)) if intended else lock)


def rows_found(
    lock: LockFile, intended: Iterable[LockRow], stored: Contents
) -> tuple[LockRow, ...]:
    """Return the rows of `lock` with those `intended`, as far as the library shows what they say.

    That is what the recovery of a killed run comes to: both end the same.
    """
    facts, found = facts_of(stored), {row.id: row for row in lock.rows}
    places = homes(lock.collection_rows)
    for row in intended:
        found[row.id] = decide(found[row.id], row, facts, places) or found[row.id]
    return tuple(found[row_id] for row_id in sorted(found))


def _not_entered(kept: Iterable[Pending], unwritten: Mapping[str, object]) -> list[Pending]:
    """Return the facts of papers whose digest could not be written."""
    return [one for one in kept if one.digest in unwritten]
