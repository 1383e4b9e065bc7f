"""Applying: the one protocol by which a command's changes are written.

Order, and each step of it is a law: the project is held; what a killed run left is put in order;
nothing has changed since it was read; the history says what is about to be written, and what stands
there now; the lock file lets go of what is turned back; the journal says what is intended; then the
library, the files, and last the lock file, which never claims more than happened (law 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from zoterodigest.core.found import Pending, PendingChange
from zoterodigest.core.history import Links
from zoterodigest.errors import ZoterodigestError
from zoterodigest.library.contents import EMPTY_LIBRARY, Contents, read_contents
from zoterodigest.project.files import (
    BadInput,
    CannotWrite,
    SourceChanged,
    read_if_present,
    remove_file,
    remove_leftovers,
    replace_file,
)
from zoterodigest.project.layout import Project
from zoterodigest.project.lock import LockFile, lock_hash, render_lock, write_lock
from zoterodigest.project.log.journal import Journal, discard_journal
from zoterodigest.project.memory import keep_memory, prepare_memory, settle_memory
from zoterodigest.project.pending import forget_pending, keep_more_pending, read_pending
from zoterodigest.project.running import running
from zoterodigest.project.state import create_state_folder
from zoterodigest.sync.apply.changes import Changes, FileChange, Results, Sent
from zoterodigest.sync.apply.recording import Present, Recording, begin_recording, telling_why
from zoterodigest.sync.apply.sending import Progress, send
from zoterodigest.sync.gather import Gathered, require_unchanged
from zoterodigest.sync.workspace import Workspace


def apply(changes: Changes, progress: Progress) -> Results:
    """Write what is intended; what fails by itself is in the results and stops nothing else.

    Raises what stops a whole run: `AlreadyRunning`, `SourceChanged`, `CannotWrite` for a file of
    the project's own, `BadLibrary`. The history then says what was intended, and the same command
    goes on with it.
    """
    workspace, gathered, sent = changes.workspace, changes.gathered, changes.sent
    project = workspace.project
    with at_work(project, changes.command, (file.path for file in sent.files)):
        require_unchanged(project, gathered)
        lock_data = settle_killed_run(workspace, gathered)
        present = Present(gathered.contents, gathered.lock)
        recording = begin_recording(
            project, present, changes.command, sent, changes.lock.links, undoes=changes.undoes
        )
        with telling_why(recording):
            return _carried_out(changes, recording, lock_data, progress)


def _carried_out(
    changes: Changes, recording: Recording, lock_data: bytes | None, progress: Progress
) -> Results:
    """Write all ends over the lock file's bytes `lock_data`, then the lock file, then history."""
    sent, known = changes.sent, changes.gathered.lock
    state_folder = changes.workspace.project.state_folder
    keep_more_pending(state_folder, sent.pending.kept)
    if changes.released is not None:
        lock_data = _record(changes, changes.released, known, lock_data)
        known = changes.released
    journal = _begun_journal(changes, lock_data)
    results = _written(changes, journal, progress)
    forget_pending(state_folder, _not_pending(sent, results.unwritten))
    stored = _stored(changes, results)
    lock = changes.lock_after(results, stored)
    _record(changes, lock, known, lock_data)
    if journal is not None:
        journal.close()
    is_left = bool(results.failed or results.unwritten)
    counts = recording.finish(_done(sent, results), stored, lock.links, is_left=is_left)
    return replace(results, counts=counts)


def apply_files(
    project: Project,
    command: str,
    files: Sequence[FileChange],
    pending: Sequence[Pending] = (),
) -> Mapping[str, ZoterodigestError]:
    """Write files and nothing else; return why some could not be written, by key.

    `pending` is kept of papers that come into them. It goes first: a fact without its entry is
    forgotten, an entry without its facts would lack them. Raises the reason if no file could be
    written.
    """
    with at_work(project, command, (file.path for file in files)):
        known = read_pending(project.state_folder)
        kept = tuple(one for one in pending if one not in known)
        sent = Sent(files=tuple(files), pending=PendingChange(kept=kept))
        recording = begin_recording(project, Present(), command, sent, Links())
        with telling_why(recording):
            keep_more_pending(project.state_folder, kept)
        unwritten = write_files(files, None)
        forget_pending(project.state_folder, _not_pending(sent, unwritten))
        done = replace(sent, files=tuple(file for file in files if file.key not in unwritten))
        recording.finish(done, EMPTY_LIBRARY, Links())
    if unwritten and not done.files:
        raise next(iter(unwritten.values()))
    return unwritten


@contextmanager
def at_work(project: Project, command: str, paths: Iterable[Path]) -> Iterator[None]:
    """Hold the project, and remove what killed runs left half written, also beside `paths`."""
    create_state_folder(project.state_folder)
    with running(project.state_folder, command):
        folders = {path.parent for path in (project.lock_path, *paths)}
        for folder in (project.state_folder, *sorted(folders)):
            remove_leftovers(folder)
        yield


def settle_killed_run(workspace: Workspace, gathered: Gathered) -> bytes | None:
    """Write down what a killed run achieved; return the lock file's bytes as they are now."""
    project = workspace.project
    settle_memory(workspace.memory_path, gathered.lock_data)
    if not gathered.recovers:
        return gathered.lock_data
    write_lock(project.lock_path, gathered.lock, gathered.lock_data)
    discard_journal(project.journal_path)
    return read_if_present(project.lock_path)


def write_files(
    files: Iterable[FileChange], journal: Journal | None
) -> dict[str, ZoterodigestError]:
    """Replace files; return why some could not be, by key. One stops no other (law 6)."""
    unwritten: dict[str, ZoterodigestError] = {}
    for file in files:
        if journal is not None and file.exporting is not None:
            journal.exporting(file.exporting)
        try:
            _put(file)
        except (BadInput, CannotWrite, SourceChanged) as error:
            unwritten[file.key] = error
    return unwritten


def _put(file: FileChange) -> None:
    if file.after is not None:
        replace_file(file.path, file.after, file.before)
    elif file.before is not None:
        remove_file(file.path, file.before)


def _begun_journal(changes: Changes, lock_data: bytes | None) -> Journal | None:
    has_exports = any(file.exporting for file in changes.sent.files)
    if not (changes.intended and changes.sent.number) and not has_exports:
        return None
    return Journal.begin(changes.workspace.project.journal_path, lock_hash(lock_data))


def _written(changes: Changes, journal: Journal | None, progress: Progress) -> Results:
    """Write the library, then the files: until an end is written, its link holds what it held."""
    if journal is not None and changes.intended:
        journal.intend(changes.intended)
    results = Results()
    if changes.sent.number:
        contents = changes.gathered.contents
        results = send(changes.workspace.library, changes.sent, contents, progress)
    unwritten = write_files(changes.sent.files, journal)
    return replace(results, unwritten={key: str(error) for key, error in unwritten.items()})


def _stored(changes: Changes, results: Results) -> Contents:
    """Return what the library holds now."""
    if not results.versions:
        return changes.gathered.contents
    return read_contents(changes.workspace.library.read(), changes.workspace.zotero)


def _record(changes: Changes, lock: LockFile, known: LockFile, data: bytes | None) -> bytes | None:
    """Write `lock` over the bytes `data`, which say `known`; return the bytes that stand there.

    What is remembered of its links goes with it.
    """
    project, memory = changes.workspace.project, changes.workspace.memory_path
    new = data if lock == known else render_lock(lock, data)
    seen = changes.seen_after(lock) if changes.seen_after else None
    if seen is not None:
        prepare_memory(memory, seen, new)
    if lock != known:
        write_lock(project.lock_path, lock, data)
    if seen is not None:
        keep_memory(memory)
    return new


def _not_pending(sent: Sent, unwritten: Mapping[str, object]) -> list[Pending]:
    """Return the facts that are not pending once all of `sent` but the `unwritten` files is."""
    pending = sent.pending
    taken = [one for one in pending.taken if one.digest not in unwritten]
    return [*taken, *(one for one in pending.kept if one.digest in unwritten)]


def _done(sent: Sent, results: Results) -> Sent:
    """Return what of `sent` was written."""
    files = tuple(file for file in sent.files if file.key not in results.unwritten)
    return replace(sent.written(results.versions), files=files)
