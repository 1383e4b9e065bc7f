"""An export by itself: .bib files are brought up to date with the library, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

from zoterodigest.core.links.link import LockFile
from zoterodigest.core.plan.plan import Link
from zoterodigest.frozen import dataclass
from zoterodigest.sync.apply.applying import apply
from zoterodigest.sync.apply.changes import (
    NOTHING_FAILED,
    Changes,
    Ending,
    FileChange,
    Results,
    Sent,
)
from zoterodigest.sync.bibliographies.bib_edits import BibEdit
from zoterodigest.sync.bibliographies.exporting import NewBib, new_bibs, with_exports
from zoterodigest.sync.bibliographies.works import linked_items
from zoterodigest.sync.gathering.gather import Gathered, gather
from zoterodigest.sync.gathering.intent import PULL
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.run.failures import (
    FailedRecord,
    failures_of_bibs,
    failures_of_files,
    failures_of_unread,
)
from zoterodigest.sync.run.run import Options, plan_over
from zoterodigest.sync.syncing.entries_now import exported_entries
from zoterodigest.sync.syncing.rows_after import left_of, rows_of_exported


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

    @property
    def failures(self) -> tuple[FailedRecord, ...]:
        """What can be neither read nor exported."""
        return (*failures_of_unread(self.gathered), *failures_of_bibs(self.bibs))


def prepare_exports(workspace: Workspace, *, anew: bool = False) -> Exports:
    """Plan what the .bib files of `workspace` are to hold; `anew` takes them as empty.

    Works are those of the library and of the links as they are: what digests have gained since is
    for a sync. Raises `BadInput` if none of the .bib files can be read.
    """
    gathered = gather(workspace)
    unread = [one for one in gathered.unread_sources if one.key.is_bib]
    if unread and not gathered.bibs:
        raise unread[0].error
    # Planned for the links alone: entries follow their items, and nothing of the plan is written.
    links = plan_over(workspace, Options(PULL), gathered).plan.links
    linked = linked_items(gathered.lock.rows, links)
    edits = [BibEdit(read, b"") for read in gathered.bibs] if anew else []
    bibs = new_bibs(workspace, gathered, gathered.contents, edits, linked)
    return Exports(workspace, gathered, bibs, links)


def carry_out_exports(exports: Exports) -> tuple[FailedRecord, ...]:
    """Write what was planned; return what failed. One file stops no other (law 6)."""
    workspace, gathered = exports.workspace, exports.gathered
    if exports.is_settled:
        return exports.failures
    changes = Changes(
        workspace,
        gathered,
        "export",
        Sent(files=tuple(FileChange.of_export(bib) for bib in exports.bibs if bib.is_change)),
        _lock_after(exports, NOTHING_FAILED),
        lambda results, _: Ending(_lock_after(exports, results)),
    )
    results = apply(changes, lambda *_: None)
    return (*failures_of_files(results.unwritten), *exports.failures)


def _lock_after(exports: Exports, results: Results) -> LockFile:
    """Return the lock file with what the exports wrote.

    What came into a two-way .bib is linked, so that its edits travel, and what left it no more.
    """
    workspace, gathered = exports.workspace, exports.gathered
    done = [bib for bib in exports.bibs if bib.key not in results.unwritten]
    items = {item.key: item for item in gathered.contents.items}
    rows = {row.id: row for row in gathered.lock.rows}
    reads = {read.key: read for read in gathered.bibs if read.bib.is_two_way}
    for bib in (bib for bib in done if bib.is_change and bib.key in reads):
        for link in exports.links:
            is_gone = link.entry.digest == bib.key and link.entry.key in bib.updated.removed
            if is_gone and (row := rows.pop(link.row.id, None)):
                rows |= {left.id: left for left in left_of(row)}
        came = exported_entries(workspace, reads[bib.key], bib)
        new = rows_of_exported(came, items, workspace.zotero.folding())
        rows |= {row.id: row for row in new}
    ordered = tuple(rows[row_id] for row_id in sorted(rows))
    return with_exports(replace(gathered.lock, rows=ordered), done)
