"""Compiling: what a plan writes into bibliographies; only a project with a .bib imports it."""

from __future__ import annotations

from dataclasses import replace

from zoterodigest.core.plan.plan import Plan
from zoterodigest.sync.bibliographies.bib_edits import BibEdit, compile_bib_edits
from zoterodigest.sync.bibliographies.exporting import NewBib, only_adds, planned_bibs
from zoterodigest.sync.bibliographies.following import as_exported, unfollowed
from zoterodigest.sync.gathering.gather import Gathered, ReadBib
from zoterodigest.sync.gathering.intent import Publish, Sync
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.gathering.writes import Writes
from zoterodigest.sync.run.run import Options


def compiled_bibs(
    plan: Plan, writes: Writes, gathered: Gathered, workspace: Workspace, options: Options
) -> tuple[Plan, tuple[BibEdit, ...], tuple[NewBib, ...]]:
    """Return the edits and exports of all .bib files, and the plan without what exports do."""
    exported = tuple(read for read in gathered.bibs if _is_exported(read, options))
    rewritten = {read.key for read in exported if not only_adds(read.bib, read.data, gathered.lock)}
    edits = compile_bib_edits(plan, gathered, rewritten)
    bibs = planned_bibs(plan, writes, replace(gathered, bibs=exported), edits, workspace)
    if passed_over := unfollowed(plan, bibs, rewritten):
        # What was left to an export that does not take the work is to be written by itself.
        edits = compile_bib_edits(plan, gathered, rewritten, passed_over)
        bibs = planned_bibs(plan, writes, replace(gathered, bibs=exported), edits, workspace)
    # Last: the guard counts what the exports write, not what the plan asked for.
    return as_exported(plan, bibs, gathered, workspace), edits, bibs


def _is_exported(read: ReadBib, options: Options) -> bool:
    """Tell whether a run exports into a .bib: a sync does, and a pull that brings edits into it."""
    match options.intent:
        case Sync(may_pull=True) as intent:
            return intent.may_push or read.bib.rules.pull is not False
        case intent:
            return isinstance(intent, Publish)
