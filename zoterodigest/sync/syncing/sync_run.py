"""Carrying out: a prepared run as `Changes` for the one way to write, and what came of it.

The lock file is made from what stands at both ends once all is written, never from what was
intended (law 3).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING

from zoterodigest.core.links.bases import texts_of
from zoterodigest.core.links.link import Exported, LockFile, LockRow
from zoterodigest.core.plan.found import Pending, PendingChange
from zoterodigest.core.reconcile.settle import agreed_row
from zoterodigest.core.values.record import Entry
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.library.records.contents import Contents
from zoterodigest.project.values import keep_texts
from zoterodigest.sync.apply.applying import apply
from zoterodigest.sync.apply.changes import (
    CHANGED_MEANWHILE,
    NOTHING_FAILED,
    Changes,
    Ending,
    FileChange,
    Results,
    Sent,
)
from zoterodigest.sync.apply.lock_and_memory import remember, remember_newer
from zoterodigest.sync.apply.sending import Progress
from zoterodigest.sync.gathering.gather import gather
from zoterodigest.sync.gathering.sources import ReadDigest, Source
from zoterodigest.sync.gathering.stored_keys import as_stored, plan_as_stored
from zoterodigest.sync.run.failures import (
    FailedRecord,
    TooMuch,
    failures_of_files,
    failures_of_rows,
    foreseen,
)
from zoterodigest.sync.run.leaving_marks import leave_marks, leave_marks_of_rest
from zoterodigest.sync.run.run import Prepared, plan_over, remember_held, takes_pending
from zoterodigest.sync.syncing.entries_now import as_read, standing_after
from zoterodigest.sync.syncing.remembering import seen_by
from zoterodigest.sync.syncing.rows_after import (
    SettledLinks,
    contents_written,
    lock_over,
)
from zoterodigest.sync.syncing.written_marks import leave_marks_of_written

# A run that finds nothing to do comes here too: it imports nothing of what writes files (80 ms).
if TYPE_CHECKING:
    from zoterodigest.sync.bibliographies.exporting import NewBib


class LibraryChanged(ZoterodigestError):
    """The library has changed since it was read, and what is now to be done must be shown first."""

    exit_code = 16

    def __init__(self) -> None:
        super().__init__(
            "the library has changed since it was read, and much more is to be done now",
            "Nothing was written. Run the command again: it shows what is to be done now.",
        )


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """What a run did: objects and files written, records that failed, and how many were planned
    once more. `again` is the plan that was made for those.
    """

    prepared: Prepared
    written: int = 0
    written_digests: int = 0
    written_bibs: int = 0
    failures: tuple[FailedRecord, ...] = ()
    planned_again: int = 0
    again: Prepared | None = None
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def last(self) -> Prepared:
        """The plan that was made last; its reports tell how things stand."""
        return self.again or self.prepared


def carry_out(prepared: Prepared, progress: Progress) -> FinishedRun:
    """Write what was planned; a record that changed since is left and planned once more.

    Raises `TooMuch` for a plan that the guard stops, and what stops a whole run (`SourceChanged`,
    `LibraryChanged`, `AlreadyRunning`, `CannotWrite`, `BadLibrary`); what was written until then is
    in the journal, and the next run takes it up. A record's own failure is in what is returned.
    """
    if prepared.stop is not None:
        raise TooMuch(prepared.stop)
    remember_held(prepared)
    if prepared.is_settled and not prepared.gathered.recovers:
        _remember(prepared)
        return FinishedRun(prepared, failures=tuple(foreseen(prepared)))
    plans = _Plans(prepared, prepared)
    results = apply(replace(_changes(prepared), again=plans), progress)
    return _finished(plans, results)


@dataclass
class _Plans:
    """The plans of one run: that which was `shown`, the `first` that was written, and the `second`,
    which was made once something had changed in between.
    """

    shown: Prepared
    first: Prepared
    second: Prepared | None = None

    def before_writing(self) -> Changes:
        """Return the run as it is planned now, unless that goes beyond what was agreed to."""
        self.first = _prepared_again(self.shown)
        needs_consent = self.first.needs_consent and not self.shown.needs_consent
        if self.first.stop or needs_consent:
            raise LibraryChanged
        return replace(_changes(self.first), again=self)

    def of_stale(self) -> Changes | None:
        """Return what had changed in between as it is planned now; the guard may stop it."""
        self.second = _prepared_again(self.first)
        if self.second.stop is not None or self.second.is_settled:
            return None
        return _changes(self.second)


def _prepared_again(prepared: Prepared) -> Prepared:
    gathered = gather(prepared.workspace, with_notes=prepared.options.with_notes)
    return plan_over(prepared.workspace, prepared.options, gathered)


def _remember(prepared: Prepared) -> None:
    """Remember what a settled run saw, and forget facts that a killed one has handed over."""
    gathered, command = prepared.gathered, prepared.options.intent.name
    seen = seen_by(prepared, as_read(prepared), gathered.lock, gathered.contents)
    is_new = seen != gathered.seen and bool(gathered.lock.rows or gathered.quiet.links)
    forgotten = handed_over(prepared, gathered.contents)
    if is_new and gathered.quiet.links and seen.says_as(gathered.seen):
        remember_newer(prepared.workspace, command, gathered)
    elif is_new or forgotten:
        remember(prepared.workspace, command, gathered, seen if is_new else None, forgotten)
    if is_new and gathered.lock_data and not gathered.quiet.links:
        known = gathered.lock, gathered.lock_data, seen
        leave_marks_of_written(prepared, (), gathered.contents, known)
    else:
        leave_marks(prepared, seen)


# --- what is written -----------------------------------------------------------------------------


def _changes(prepared: Prepared) -> Changes:
    """Return what a run is about to write."""
    gathered, plan, writes = prepared.gathered, prepared.plan, prepared.writes
    foreseen = contents_written(prepared)
    settled = SettledLinks(prepared.workspace.zotero.folding())
    expected = lock_over(prepared, as_read(prepared), foreseen, NOTHING_FAILED, settled=settled)
    rows, row_ids = expected.rows, _row_ids(prepared)
    told = {row_id for ids in row_ids.values() for row_id in ids}
    exported = _with_exports(gathered.lock, prepared.bibs).exported
    return Changes(
        prepared.workspace,
        gathered,
        prepared.options.intent.name,
        _sent(prepared),
        LockFile("", rows, plan.collection_rows, exported),
        lambda results, contents: _ending(
            _as_stored(prepared, results), results, contents, settled
        ),
        intended=LockFile(
            "",
            tuple(row for row in rows if row.id in told),
            plan.collection_rows if writes.collections else (),
            tuple(_edited_exports(prepared, rows)),
        ),
        agreed=tuple(_agreed(prepared)),
        row_ids=row_ids,
        files=lambda results, contents: _files_over(_as_stored(prepared, results), contents),
        foreseen=foreseen,
    )


def _edited_exports(prepared: Prepared, rows: tuple[LockRow, ...]) -> Iterator[Exported]:
    """Yield the entries of .bib files that lose prints once the rows are these.

    After a kill, only the journal tells which of their edits the library has.
    """
    known = prepared.gathered.lock.exported
    after = _without_edited(LockFile("", rows, (), known), prepared.gathered.entries).exported
    yield from (one for one, then in zip(after, known, strict=True) if one != then)


def _agreed(prepared: Prepared) -> Iterator[LockRow]:
    """Yield the rows of new and of revived links with what both ends held."""
    known = {row.id: row for row in prepared.gathered.lock.rows}
    for link in prepared.plan.links:
        row = agreed_row(link)
        if row is not None:
            ended = known.get(row.id)
            yield replace(row, note=ended.note, origin=ended.origin) if ended else row


def _sent(prepared: Prepared) -> Sent:
    linked = {link.row.item for link in prepared.plan.links}
    files = _files(prepared, prepared.bibs)
    return Sent(
        tuple(write.item for write in prepared.writes.all),
        prepared.writes.collections,
        tuple(file for file in files if file.is_change),
        pending=PendingChange(taken=_taken(prepared, linked)),
    )


def _row_ids(prepared: Prepared) -> Mapping[str, Sequence[str]]:
    """Return the ids of the rows that each object is written for, by its key."""
    found: dict[str, list[str]] = defaultdict(list)
    for write in prepared.writes.all:
        found[write.item.key] += write.row_ids
    return found


def _files_over(prepared: Prepared, contents: Contents) -> tuple[FileChange, ...]:
    """Return the files of a run over what the library holds now: exports follow from that."""
    bibs = prepared.bibs
    # A run over a part has .bib files and reads none: what it writes bears on no export.
    if prepared.gathered.bibs and bibs and len(prepared.writes):
        from zoterodigest.sync.bibliographies.exporting import new_bibs
        from zoterodigest.sync.bibliographies.works import linked_by

        keys = {bib.key for bib in bibs}
        reads = tuple(read for read in prepared.gathered.bibs if read.key in keys)
        gathered, linked = replace(prepared.gathered, bibs=reads), linked_by(prepared.plan)
        bibs = new_bibs(prepared.workspace, gathered, contents, prepared.bib_edits, linked)
    return _files(prepared, bibs)


def _files(prepared: Prepared, bibs: Sequence[NewBib]) -> tuple[FileChange, ...]:
    """Return digests and bibliographies as they are to be, in the order in which they were read.

    What is edited in a bibliography and what is exported into it is one replacement.
    """
    sources: dict[str, bytes] = {edit.read.key: edit.source for edit in prepared.edits}
    exports: dict[str, FileChange] = {bib.key: FileChange.of_export(bib) for bib in bibs}
    return tuple(
        exports.get(read.key) or _file(read, sources[read.key])
        for read in prepared.gathered.sources
        if read.key in exports or read.key in sources
    )


def _file(read: Source, source: bytes) -> FileChange:
    from zoterodigest.digest.format.format import note_rule  # a run that writes nothing needs none

    rule = note_rule(read.formats) if isinstance(read, ReadDigest) else None
    # A note that could not be made is no empty file.
    return FileChange(read.key, read.path, read.on_disk, source or read.on_disk, note=rule)


def _as_stored(prepared: Prepared, results: Results) -> Prepared:
    """Return a run that was written with what it created by the keys in the library."""
    keys = results.keys
    if not keys:
        return prepared
    writes = as_stored(prepared.writes, keys)
    return replace(prepared, plan=plan_as_stored(prepared.plan, keys), writes=writes)


# --- how it ends ---------------------------------------------------------------------------------


def _ending(
    prepared: Prepared, results: Results, contents: Contents, settled: SettledLinks
) -> Ending:
    """Return the lock file as it is to be, from what stands at both ends now.

    The entries are read from the bytes that were written: what somebody else edits meanwhile is an
    edit for the next run.
    """
    standing = standing_after(prepared, results.files)
    entries = [*standing.entries.values(), *standing.made.values()]
    exports = [file.export for file in results.files if file.export is not None]
    lock = _with_exports(lock_over(prepared, standing, contents, results, settled=settled), exports)
    lock = _without_edited(lock, entries)
    seen, forgotten = seen_by(prepared, standing, lock, contents), handed_over(prepared, contents)

    def keep(lock_data: bytes | None) -> None:
        _keep_base_texts(prepared, lock, entries)
        if lock_data is None or results.failed or results.unwritten:
            return
        if prepared.gathered.quiet.links:
            written: set[str] = {file.key for file in results.files if file.is_change}
            leave_marks_of_rest(prepared, lock, seen, lock_data, written)
        else:
            leave_marks_of_written(prepared, results.files, contents, (lock, lock_data, seen))

    return Ending(lock, seen, forgotten, keep)


# Most projects have no .bib: they don't import what reads and writes one (40 ms).


def _with_exports(lock: LockFile, exports: Sequence[NewBib]) -> LockFile:
    if not exports:
        return lock
    from zoterodigest.sync.bibliographies.exporting import with_exports

    return with_exports(lock, exports)


def _without_edited(lock: LockFile, entries: Sequence[Entry]) -> LockFile:
    if not lock.exported:
        return lock
    from zoterodigest.sync.bibliographies.exporting import without_edited

    return without_edited(lock, entries)


def _keep_base_texts(prepared: Prepared, lock: LockFile, entries: Sequence[Entry]) -> None:
    """Keep on this machine what the new bases stand for, so that conflicts can show it."""
    before = {row.id: row for row in prepared.gathered.lock.rows}
    changed = [row for row in lock.rows if row != before.get(row.id)]
    texts = texts_of(entries, changed, prepared.workspace.zotero.folding())
    keep_texts(prepared.workspace.project.values_folder, texts)


# --- what came of it -----------------------------------------------------------------------------


def _finished(plans: _Plans, results: Results) -> FinishedRun:
    """Return what came of all plans of a run, each failure once."""
    every = (results, results.again or Results())
    files = [file.key for one in every for file in one.files if file.is_change]
    bibs = sum(key.is_bib for key in files)
    first, second = plans.first, plans.second
    failures = [*_failures(first, results, but_stale=bool(second and second.stop is None))]
    if second is not None:
        failures += _failures(second, results.again or Results())
    stale = sum(reason == CHANGED_MEANWHILE for reason in results.failed.values())
    return FinishedRun(
        first,
        sum(len(one.versions) for one in every),
        len(files) - bibs,
        bibs,
        tuple(dict.fromkeys(failures)),
        len(_expected_versions(plans.shown) - _expected_versions(first)) + stale,
        second,
        (results.again or results).counts,
    )


def _expected_versions(prepared: Prepared) -> set[tuple[str, int]]:
    """Return what a plan is going to write, at which version; new children go by their item."""
    items = (write.item for write in prepared.writes.all)
    written = {(item.key, item.version) for item in items if "parentItem" not in item.data}
    return written | {(one.key, one.version) for one in prepared.writes.collections}


def _failures(
    prepared: Prepared, results: Results, *, but_stale: bool = False
) -> Iterator[FailedRecord]:
    """Yield each record that failed, by place; `but_stale`: not what was planned once more."""
    yield from failures_of_files(results.unwritten)
    yield from foreseen(prepared)
    failed = {key: one for key, one in results.failed.items() if not (but_stale and one.is_stale)}
    known = {row_id for one in prepared.writes.unwritable for row_id in one.row_ids}
    reasons: dict[str, str] = {}
    for write in prepared.writes.all:
        if reason := failed.get(write.item.key):
            for row_id in set(write.row_ids) - known:
                reasons.setdefault(row_id, str(reason))
    yield from failures_of_rows(prepared, reasons)
    for one in sorted(prepared.writes.collections, key=lambda one: one.key):
        if one.key in failed:
            yield FailedRecord("collection", one.key, str(failed[one.key]))


def handed_over(prepared: Prepared, contents: Contents) -> tuple[Pending, ...]:
    """Return the facts that the library has now, and those whose entries are not there any more.

    One that is kept on, as after a kill, changes nothing: items take only what they lack.
    """
    entries, taken = prepared.gathered.entries, _taken(prepared, contents.by_key)
    return tuple(
        one for one in _takeable(prepared) if one in taken or not any(map(one.is_about, entries))
    )


def _taken(prepared: Prepared, items: Container[str]) -> tuple[Pending, ...]:
    """Return the facts of papers whose items are in `items`."""
    linked = [link for link in prepared.plan.links if link.row.item in items]
    return tuple(
        one for one in _takeable(prepared) if any(one.is_about(link.entry) for link in linked)
    )


def _takeable(prepared: Prepared) -> list[Pending]:
    options, gathered = prepared.options, prepared.gathered
    return [one for one in gathered.pending if takes_pending(options, gathered, one)]
