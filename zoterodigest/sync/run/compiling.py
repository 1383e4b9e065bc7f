"""Compiling: what a plan writes into the library, into digests and into bibliographies."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from zoterodigest.core.plan.plan import Plan
from zoterodigest.sync.bibliographies.bib_edits import compile_bib_edits
from zoterodigest.sync.bibliographies.citation import with_citation_keys
from zoterodigest.sync.bibliographies.exporting import only_adds, planned_bibs
from zoterodigest.sync.bibliographies.following import as_exported, unfollowed
from zoterodigest.sync.edits.structure import new_digests, without_undone
from zoterodigest.sync.gathering.gather import Gathered, ReadBib, names_by_key
from zoterodigest.sync.gathering.intent import Publish, Sync
from zoterodigest.sync.gathering.vault_pages import VaultPages
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.gathering.writes_of_plan import compile_writes
from zoterodigest.sync.removal.removal import without_used
from zoterodigest.sync.run.leaving_texts import leaving_texts
from zoterodigest.sync.run.little_read import little_read
from zoterodigest.sync.run.run import Options, Prepared, published_notes

_MANY_CHANGES = 20
"""Above this many changes a run asks for consent."""


def compiled(prepared: Prepared) -> Prepared:
    """Return a run with what its plan writes; the plan is then without what can't be written."""
    workspace, options, gathered = prepared.workspace, prepared.options, prepared.gathered
    # First: what stays is not counted by the guard, and no export leaves it out.
    plan, kept = without_used(prepared.plan, workspace, gathered)
    digests = new_digests(plan, gathered, workspace)
    # Before the writes are compiled: an entry that can't be made must not be linked.
    plan = without_undone(plan, digests, workspace.zotero.folding())
    if options.intent.creates:
        plan = with_citation_keys(plan, workspace, gathered)
    names = names_by_key(gathered.digests)
    pages = VaultPages(workspace, gathered, plan.links)
    writes = compile_writes(plan, gathered.contents, workspace.zotero, names, pages)
    tags = Counter(tag for write in writes.items for tag in sorted(write.tags))
    consent = _needs_consent(plan, gathered, workspace)
    exported = tuple(read for read in gathered.bibs if _is_exported(read, options))
    rewritten = {read.key for read in exported if not only_adds(read.bib, read.data, gathered.lock)}
    edits = compile_bib_edits(plan, gathered, rewritten)
    bibs = planned_bibs(plan, writes, replace(gathered, bibs=exported), edits, workspace)
    if passed_over := unfollowed(plan, bibs, rewritten):
        # What was left to an export that does not take the work is to be written by itself.
        edits = compile_bib_edits(plan, gathered, rewritten, passed_over)
        bibs = planned_bibs(plan, writes, replace(gathered, bibs=exported), edits, workspace)
    # Last: the guard counts what the exports write, not what the plan asked for.
    plan = as_exported(plan, bibs, gathered, workspace)
    return Prepared(
        *(workspace, options, gathered, plan, writes, digests, edits, bibs),
        needs_consent=consent,
        new_tags=tags,
        kept=kept,
    )


def _is_exported(read: ReadBib, options: Options) -> bool:
    """Tell whether a run exports into a .bib: a sync does, and a pull that brings edits into it."""
    match options.intent:
        case Sync(may_pull=True) as intent:
            return intent.may_push or read.bib.rules.pull is not False
        case intent:
            return isinstance(intent, Publish)


def _needs_consent(plan: Plan, gathered: Gathered, workspace: Workspace) -> bool:
    if not plan.actions:
        return False
    if gathered.seen is None and gathered.lock.rows and workspace.library.instance:
        return True  # this machine's first run against this copy of the library
    is_first = not gathered.lock.rows
    has_own_items = any(not item.is_trashed for item in gathered.contents.items)
    is_many = len(plan.actions) > _MANY_CHANGES
    if (is_first and has_own_items) or is_many or any(map(published_notes, plan.actions)):
        return True
    return bool(little_read(plan, gathered) or leaving_texts(plan, gathered, workspace))
