"""Carrying out: a prepared run is written, object by object, and the lock file says what happened.

Order: what a killed run left is settled; each batch is told to the journal, written, looked at
element by element; then the library is read again and the lock file written from what stands there,
never from what was intended (law 3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from zoterodigest.core.found import PendingChange
from zoterodigest.core.history import Links
from zoterodigest.core.link import Row
from zoterodigest.core.parts import texts_of
from zoterodigest.core.record import Entry
from zoterodigest.errors import ZoterodigestError
from zoterodigest.library.contents import Contents, read_contents
from zoterodigest.project.files import (
    CannotWrite,
    SourceChanged,
    replace_file,
)
from zoterodigest.project.lock import LockFile, lock_hash, write_lock
from zoterodigest.project.log.journal import Journal
from zoterodigest.project.running import running
from zoterodigest.project.state import create_state_folder
from zoterodigest.project.values import keep_texts
from zoterodigest.sync.apply.applying import at_work, settle_killed_run
from zoterodigest.sync.apply.changes import FileChange, Sent
from zoterodigest.sync.apply.recording import (
    Present,
    Recording,
    begin_recording,
    telling_why,
)
from zoterodigest.sync.bibs.writes import with_exports, write_bibs
from zoterodigest.sync.claims import (
    Done,
    Standing,
    as_read,
    expected_rows,
    rows_over,
    shelves_after,
)
from zoterodigest.sync.delivery import deliver
from zoterodigest.sync.failures import Failure, failures_of_rows, foreseen
from zoterodigest.sync.gather import gather, require_unchanged
from zoterodigest.sync.ledger import STALE, Ledger, Progress
from zoterodigest.sync.limits import TooMuch
from zoterodigest.sync.new_papers.handing_over import forget_handed_over, to_hand_over
from zoterodigest.sync.remembering import remembering
from zoterodigest.sync.run import Prepared, plan_over
from zoterodigest.sync.standing import standing_after
from zoterodigest.sync.stored_keys import plan_as_stored, writes_as_stored
from zoterodigest.sync.structure import NewDigest


class LibraryChanged(ZoterodigestError):
    """The library has changed since it was read, and what is now to be done must be shown first."""

    exit_code = 16

    def __init__(self) -> None:
        super().__init__(
            "the library has changed since it was read, and much more is to be done now",
            "Nothing was written. Run the command again: it shows what is to be done now.",
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did: objects and files written, records that failed, and how many were planned
    once more. `again` is the plan that was made for those.
    """

    prepared: Prepared
    written: int = 0
    written_digests: int = 0
    written_bibs: int = 0
    failures: tuple[Failure, ...] = ()
    planned_again: int = 0
    again: Prepared | None = None
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def last(self) -> Prepared:
        """The plan that was made last; its reports tell how things stand."""
        return self.again or self.prepared


def carry_out(prepared: Prepared, progress: Progress) -> Outcome:
    """Write what was planned; a record that changed since is left and planned once more.

    Raises `TooMuch` for a plan that the guard stops, and what stops a whole run (`SourceChanged`,
    `LibraryChanged`, `AlreadyRunning`, `CannotWrite`, `BadLibrary`); what was written until then is
    in the journal, and the next run takes it up. A record's own failure is in the outcome.
    """
    if prepared.stop is not None:
        raise TooMuch(prepared.stop)
    project = prepared.workspace.project
    if prepared.is_settled and not prepared.gathered.recovers:
        _remember(prepared)
        _forget_pending(prepared)
        return Outcome(prepared, failures=tuple(foreseen(prepared)))
    files = (read.path for read in prepared.gathered.sources)
    with at_work(project, command_of(prepared), files):
        require_unchanged(project, prepared.gathered)
        first = _brought_up_to_date(prepared)
        lock_data = settle_killed_run(prepared.workspace, first.gathered)
        ledger = Ledger(progress, len(first.writes))
        counts = Counter(_write(first, lock_data, ledger))
        again = _planned_again(first, ledger, counts) if ledger.stale else None
    changed = len(_expected_versions(prepared) - _expected_versions(first)) + len(ledger.stale)
    if again is None:
        failures = tuple(_failures(first, ledger))
        return replace(_outcome(first, counts, ledger), failures=failures, planned_again=changed)
    second, more = again
    found = [*_failures(first, ledger, but_stale=second.stop is None), *_failures(second, more)]
    return replace(
        _outcome(first, counts, ledger, more),
        failures=tuple(dict.fromkeys(found)),
        planned_again=changed,
        again=second,
    )


def _outcome(prepared: Prepared, counts: Mapping[str, int], *ledgers: Ledger) -> Outcome:
    return Outcome(
        prepared,
        sum(one.written for one in ledgers),
        sum(one.written_digests for one in ledgers),
        sum(one.written_bibs for one in ledgers),
        counts=counts,
    )


def _remember(prepared: Prepared) -> None:
    """Remember what a settled run saw, where it can be; it writes nothing else."""
    project, gathered = prepared.workspace.project, prepared.gathered
    remember = remembering(prepared, as_read(prepared), gathered.lock, gathered.contents)
    if not remember.is_new or not gathered.lock.rows:
        return
    with suppress(CannotWrite, SourceChanged):
        create_state_folder(project.state_folder)
        with running(project.state_folder, command_of(prepared)):
            remember.prepare()
            remember.keep()


def _forget_pending(prepared: Prepared) -> None:
    """Forget facts that a killed run has handed over."""
    if prepared.gathered.pending:
        with suppress(CannotWrite), running(prepared.workspace.project.state_folder):
            forget_handed_over(prepared, prepared.gathered.contents)


def _brought_up_to_date(prepared: Prepared) -> Prepared:
    """Return the run as it was planned, or planned once more if the library has changed since.

    Raises `LibraryChanged` where the person has not seen or not agreed to what that comes to.
    """
    if prepared.workspace.library.version() == prepared.gathered.contents.version:
        return prepared
    second = _prepared_again(prepared)
    if second.stop or (second.needs_consent and not prepared.needs_consent):
        raise LibraryChanged
    return second


def _prepared_again(prepared: Prepared) -> Prepared:
    gathered = gather(prepared.workspace, with_notes=prepared.options.with_notes)
    return plan_over(prepared.workspace, prepared.options, gathered)


def _expected_versions(prepared: Prepared) -> set[tuple[str, int]]:
    """Return what a plan is going to write, at which version; new children go by their item."""
    writes = prepared.writes
    items = (write.item for write in (*writes.items, *writes.children))
    written = {(item.key, item.version) for item in items if "parentItem" not in item.data}
    return written | {(shelf.key, shelf.version) for shelf in writes.shelves}


def _write(prepared: Prepared, lock_data: bytes | None, ledger: Ledger) -> Mapping[str, int]:
    """Write all objects of a plan, then the lock file; return what was written, by kind."""
    intended = expected_rows(prepared)
    recording = _begin_recording(prepared, intended)
    with telling_why(recording):
        return _written(prepared, intended, recording, lock_data, ledger)


def _written(
    prepared: Prepared,
    intended: tuple[Row, ...],
    recording: Recording,
    lock_data: bytes | None,
    ledger: Ledger,
) -> Mapping[str, int]:
    project = prepared.workspace.project
    journal: Journal | None = None
    if len(prepared.writes) or prepared.bibs:
        journal = Journal.begin(project.journal_path, lock_hash(lock_data))
        deliver(prepared, intended, journal, ledger)
        prepared = _as_stored(prepared, ledger)
    digests = _write_digests(prepared, ledger)
    contents = _contents_after(prepared, ledger)
    bibs = write_bibs(prepared, contents, journal, ledger)
    standing = standing_after(prepared, digests, bibs.done)
    lock = bibs.recorded(_lock_after(prepared, ledger, standing, contents))
    remember = remembering(prepared, standing, lock, contents)
    remember.prepare()
    write_lock(project.lock_path, lock, lock_data)
    remember.keep()
    if journal is not None:
        journal.close()
    forget_handed_over(prepared, contents)
    _keep_base_texts(prepared, lock, [*standing.entries.values(), *standing.made.values()])
    written = {**{key: one.edit.source for key, one in digests.items()}, **bibs.sources}
    sent = _sent(prepared, written).written(ledger.versions)
    return recording.finish(sent, contents, lock.links)


def _as_stored(prepared: Prepared, ledger: Ledger) -> Prepared:
    """Return a run that was written with what it created by the keys in the library."""
    stored = prepared.workspace.library.stored_keys
    keys = {asked: stored[asked] for asked in ledger.versions if asked in stored}
    if not keys:
        return prepared
    ledger.go_by(keys)
    plan, writes = plan_as_stored(prepared.plan, keys), writes_as_stored(prepared.writes, keys)
    return replace(prepared, plan=plan, writes=writes)


def _begin_recording(prepared: Prepared, intended: tuple[Row, ...]) -> Recording:
    """Keep in the history what is about to be written, and what stands there now."""
    exported = with_exports(prepared.gathered.lock, prepared.bibs).exported
    links = Links(intended, prepared.plan.shelves, exported)
    edits = (digest.edit for digest in prepared.digests)
    sources = {edit.read.digest.key: edit.source for edit in edits if edit.is_change}
    sources |= {edit.read.key: edit.source for edit in prepared.bib_edits}
    sources |= {bib.key: bib.source for bib in prepared.bibs if bib.is_change}
    present = Present(prepared.gathered.contents, prepared.gathered.lock)
    sent = _sent(prepared, sources)
    project = prepared.workspace.project
    return begin_recording(project, present, command_of(prepared), sent, links)


def command_of(prepared: Prepared) -> str:
    """Return what the history calls a run."""
    is_resolving = bool(prepared.options.choices.only)
    return "resolve" if is_resolving else prepared.options.direction.name.casefold()


def _sent(prepared: Prepared, sources: Mapping[str, bytes]) -> Sent:
    """Return the objects of a run, and the files that hold `sources`, by key."""
    writes = prepared.writes
    items = tuple(write.item for write in (*writes.items, *writes.children))
    files = tuple(
        FileChange(read.key, read.path, read.data, sources[read.key])
        for read in prepared.gathered.sources
        if read.key in sources
    )
    pending = PendingChange(taken=to_hand_over(prepared))
    return Sent(items, tuple(writes.shelves), files, pending=pending)


def _write_digests(prepared: Prepared, ledger: Ledger) -> Mapping[str, NewDigest]:
    """Replace the digests that change; return those that were, by key.

    The entries are read from the bytes that were written: what somebody else edits meanwhile is an
    edit for the next run. A digest is written after the library: until then its entries hold what
    they held, and the lock file is made from what both ends show. A digest that cannot be written
    stops no other one (law 6).
    """
    written: dict[str, NewDigest] = {}
    for digest in prepared.digests:
        edit = digest.edit
        if edit.is_change:
            try:
                replace_file(edit.read.digest.path, edit.source, edit.read.file.data)
            except (CannotWrite, SourceChanged) as error:
                ledger.unwritten[edit.read.digest.key] = str(error)
                continue
            ledger.written_digests += 1
            written[edit.read.digest.key] = digest
    return written


def _contents_after(prepared: Prepared, ledger: Ledger) -> Contents:
    """Return what the library holds now."""
    if not ledger.written:
        return prepared.gathered.contents
    return read_contents(prepared.workspace.library.read(), prepared.workspace.zotero)


def _lock_after(
    prepared: Prepared, ledger: Ledger, standing: Standing, contents: Contents
) -> LockFile:
    """Return the lock file as it is to be, from what stands at both ends now."""
    done = Done(ledger.succeeded, ledger.failed, ledger.versions)
    rows = rows_over(prepared, standing, contents, done)
    shelves = shelves_after(prepared, standing, ledger.failed)
    ordered = sorted(shelves, key=lambda shelf: (shelf.digest, shelf.path))
    # A library that was empty tells its account only now.
    identity = prepared.workspace.library.identity
    return replace(prepared.gathered.lock, identity=identity, rows=rows, shelves=tuple(ordered))


def _keep_base_texts(prepared: Prepared, lock: LockFile, entries: Sequence[Entry]) -> None:
    """Keep on this machine what the new bases stand for, so that conflicts can show it."""
    before = {row.id: row for row in prepared.gathered.lock.rows}
    changed = [row for row in lock.rows if row != before.get(row.id)]
    texts = texts_of(entries, changed, prepared.workspace.zotero.folding())
    keep_texts(prepared.workspace.project.values_folder, texts)


def _planned_again(
    prepared: Prepared, ledger: Ledger, counts: Counter[str]
) -> tuple[Prepared, Ledger]:
    """Plan again what had changed in between, write that and count it."""
    second = _prepared_again(prepared)
    more = Ledger(ledger.progress, len(second.writes))
    if second.stop is None and not second.is_settled:
        counts.update(_write(second, second.gathered.lock_data, more))
    return second, more


def _failures(prepared: Prepared, ledger: Ledger, *, but_stale: bool = False) -> Iterator[Failure]:
    """Yield each record that failed, by place; `but_stale`: not what was planned once more."""
    for key, reason in ledger.unwritten.items():
        yield Failure(key, "", reason)
    yield from foreseen(prepared)
    known = {row_id for failed in prepared.writes.unwritable for row_id in failed.row_ids}
    reasons = {
        row_id: reason
        for row_id, reason in ledger.failures.items()
        if row_id not in known and not (but_stale and reason == STALE)
    }
    yield from failures_of_rows(prepared, reasons)
    for key, message in sorted(ledger.refused.items()):
        if key in {shelf.key for shelf in prepared.writes.shelves}:
            yield Failure("collection", key, message)
