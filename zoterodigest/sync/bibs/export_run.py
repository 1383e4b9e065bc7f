"""An export by itself: .bib files are brought up to date with the library, and nothing else is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from zoterodigest.core.plan import Link
from zoterodigest.project.files import remove_leftovers
from zoterodigest.project.journal import Journal
from zoterodigest.project.lock import LockFile, lock_hash, write_lock
from zoterodigest.project.running import running
from zoterodigest.project.state import create_state_folder
from zoterodigest.sync.bibs.edits import BibEdit
from zoterodigest.sync.bibs.exporting import NewBib, new_bibs
from zoterodigest.sync.bibs.following import as_written
from zoterodigest.sync.bibs.works import linked_items
from zoterodigest.sync.bibs.writes import with_exports, write_export
from zoterodigest.sync.carry import settle_killed_run
from zoterodigest.sync.claims import left_of, rows_of_exported
from zoterodigest.sync.failures import Failure, failures_of_bibs
from zoterodigest.sync.gather import Gathered, gather, require_unchanged
from zoterodigest.sync.ledger import Ledger
from zoterodigest.sync.run import Direction, Options, plan_over
from zoterodigest.sync.sending import Sent
from zoterodigest.sync.standing import exported_entries
from zoterodigest.sync.taking_back.history import begin_recording
from zoterodigest.sync.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Exports:
    """An export as planned; nothing has been written."""

    workspace: Workspace
    gathered: Gathered
    bibs: tuple[NewBib, ...]
    links: tuple[Link, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing to write and nothing to record."""
        return all(bib.is_settled for bib in self.bibs) and not self.gathered.recovers


@dataclass(frozen=True, slots=True)
class ExportsDone:
    """What an export did: how many files it wrote, and what failed."""

    written: int = 0
    failures: tuple[Failure, ...] = ()


def prepare_exports(workspace: Workspace, *, anew: bool = False) -> Exports:
    """Plan what the .bib files of `workspace` are to hold; `anew` takes them as empty.

    Works are those of the library and of the links as they are: what digests have gained since is
    for a sync.
    """
    gathered = gather(workspace)
    links = plan_over(workspace, Options(direction=Direction.PULL), gathered).plan.links
    linked = linked_items(gathered.lock.rows, links)
    edits = [BibEdit(read, b"") for read in gathered.bibs] if anew else []
    bibs = new_bibs(workspace, gathered, gathered.contents, edits, linked)
    return Exports(workspace, gathered, bibs, links)


def carry_out_exports(exports: Exports) -> ExportsDone:
    """Write what was planned; a file that cannot be written stops no other one (law 6)."""
    workspace, gathered = exports.workspace, exports.gathered
    if exports.is_settled:
        return ExportsDone(failures=tuple(failures_of_bibs(exports.bibs)))
    project, ledger = workspace.project, Ledger(_no_progress, 0)
    create_state_folder(project.state_folder)
    with running(project.state_folder):
        remove_leftovers(project.state_folder)
        require_unchanged(project, gathered)
        lock_data = settle_killed_run(project, gathered)
        intended = _lock_after(exports, exports.bibs).links
        recording = begin_recording(workspace, gathered, "export", _sent(exports.bibs), intended)
        journal = Journal.begin(project.journal_path, lock_hash(lock_data))
        done = tuple(
            bib for bib in exports.bibs if not bib.is_change or write_export(bib, journal, ledger)
        )
        lock = _lock_after(exports, done)
        write_lock(project.lock_path, lock, lock_data)
        journal.close()
        recording.finish(_sent(done), gathered.contents, lock.links)
    unwritten = (Failure(key, "", reason) for key, reason in ledger.unwritten.items())
    return ExportsDone(ledger.written_bibs, (*unwritten, *failures_of_bibs(exports.bibs)))


def _lock_after(exports: Exports, done: Sequence[NewBib]) -> LockFile:
    """Return the lock file with what the exports in `done` wrote.

    What came into a two-way .bib is linked, so that its edits travel, and what left it no more.
    """
    workspace, gathered = exports.workspace, exports.gathered
    items = {item.key: item for item in gathered.contents.items}
    rows = {row.id: row for row in gathered.lock.rows}
    reads = {read.key: read for read in gathered.bibs if read.bib.is_two_way}
    for bib in (bib for bib in done if bib.is_change and bib.key in reads):
        for link in exports.links:
            is_gone = link.entry.digest == bib.key and link.entry.key in bib.updated.removed
            if is_gone and (row := rows.pop(link.row.id, None)):
                rows |= {left.id: left for left in left_of(row)}
        came = exported_entries(workspace, reads[bib.key], as_written(bib))
        new = rows_of_exported(came, items, workspace.zotero.folding())
        rows |= {row.id: row for row in new}
    ordered = tuple(rows[row_id] for row_id in sorted(rows))
    return with_exports(replace(gathered.lock, rows=ordered), done)


def _sent(bibs: tuple[NewBib, ...]) -> Sent:
    return Sent(digests={one.key: one.source for one in bibs if one.is_change})


def _no_progress(_done: int, _total: int) -> None:
    """Show none: a .bib is written at once."""
