"""Compiling: what a plan writes into the library, into digests and into bibliographies."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from zoterodigest.core.plan.plan import FileAction, Plan, TrashItem, TrashNote
from zoterodigest.sync.gathering.gather import Gathered
from zoterodigest.sync.gathering.intent import Publish, Sync
from zoterodigest.sync.gathering.sources import ReadBib
from zoterodigest.sync.gathering.vault_pages import VaultPages
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.gathering.writes_of_plan import compile_writes
from zoterodigest.sync.run.consent import needs_consent
from zoterodigest.sync.run.run import Options, Prepared

if TYPE_CHECKING:
    from zoterodigest.sync.edits.structure import NewDigest
    from zoterodigest.sync.removal.removal import KeptObject


def compiled(prepared: Prepared) -> Prepared:
    """Return a run with what its plan writes; the plan is then without what can't be written.

    It imports what is needed for the actions of the plan: all of it takes 100 ms, what writes notes
    of the library 40.
    """
    workspace, options, gathered = prepared.workspace, prepared.options, prepared.gathered
    # First: what stays is not counted by the guard, and no export leaves it out.
    plan, kept = _without_used(prepared.plan, workspace, gathered)
    # Before the writes are compiled: an entry that can't be made must not be linked.
    plan, digests = _with_digests(plan, workspace, gathered)
    if options.intent.creates and workspace.project.configuration.bibliographies:
        # Only a project with a .bib gives items lasting keys.
        from zoterodigest.sync.bibliographies.citation import with_citation_keys

        plan = with_citation_keys(plan, workspace, gathered)
    names: dict[str, str] = {read.key: read.digest.name for read in gathered.digests}
    pages = VaultPages(workspace, gathered, plan.links)
    writes = compile_writes(plan, gathered.contents, workspace.zotero, names, pages)
    tags = Counter(tag for write in writes.items for tag in sorted(write.tags))
    prepared = replace(prepared, plan=plan, writes=writes, digests=digests, kept=kept)
    # Before the exports, which take their part out of the plan.
    consent = needs_consent(plan, gathered, workspace)
    prepared = replace(prepared, needs_consent=consent, new_tags=tags)
    return _with_bibs(prepared) if gathered.bibs else prepared


def _without_used(
    plan: Plan, workspace: Workspace, gathered: Gathered
) -> tuple[Plan, tuple[KeptObject, ...]]:
    if not any(isinstance(action, TrashItem | TrashNote) for action in plan.actions):
        return plan, ()
    from zoterodigest.sync.removal.removal import without_used

    return without_used(plan, workspace, gathered)


def _with_digests(
    plan: Plan, workspace: Workspace, gathered: Gathered
) -> tuple[Plan, tuple[NewDigest, ...]]:
    if not any(isinstance(action, FileAction) for action in plan.actions):
        return plan, ()
    from zoterodigest.sync.edits.structure import new_digests, without_undone

    digests = new_digests(plan, gathered, workspace)
    return without_undone(plan, digests, workspace.zotero.folding()), digests


def _with_bibs(prepared: Prepared) -> Prepared:
    """Return a run with the edits and exports of all .bib files, its plan without what these do."""
    # Only a project with a .bib pays for what reads and writes one.
    from zoterodigest.sync.bibliographies.bib_edits import compile_bib_edits
    from zoterodigest.sync.bibliographies.exporting import only_adds, planned_bibs
    from zoterodigest.sync.bibliographies.following import as_exported, unfollowed

    workspace, gathered = prepared.workspace, prepared.gathered
    plan, writes = prepared.plan, prepared.writes
    exported = tuple(read for read in gathered.bibs if _is_exported(read, prepared.options))
    rewritten = {read.key for read in exported if not only_adds(read.bib, read.data, gathered.lock)}
    exporting = replace(gathered, bibs=exported)
    edits = compile_bib_edits(plan, gathered, rewritten)
    bibs = planned_bibs(plan, writes, exporting, edits, workspace)
    if passed_over := unfollowed(plan, bibs, rewritten):
        # What was left to an export that does not take the work is to be written by itself.
        edits = compile_bib_edits(plan, gathered, rewritten, passed_over)
        bibs = planned_bibs(plan, writes, exporting, edits, workspace)
    # Last: the guard counts what the exports write, not what the plan asked for.
    plan = as_exported(plan, bibs, gathered, workspace)
    return replace(prepared, plan=plan, bib_edits=edits, bibs=bibs)


def _is_exported(read: ReadBib, options: Options) -> bool:
    """Tell whether a run exports into a .bib: a sync does, and a pull that brings edits into it."""
    match options.intent:
        case Sync(may_pull=True) as intent:
            return intent.may_push or read.bib.rules.pull is not False
        case intent:
            return isinstance(intent, Publish)
