"""Compiling: what a plan writes into the library, into digests and into bibliographies."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from zoterodigest.core.plan.plan import FileAction, Plan, TrashItem, TrashNote
from zoterodigest.sync.gathering.gather import Gathered, names_by_key
from zoterodigest.sync.gathering.vault_pages import VaultPages
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.gathering.writes_of_plan import compile_writes
from zoterodigest.sync.run.leaving_texts import leaving_texts
from zoterodigest.sync.run.little_read import little_read
from zoterodigest.sync.run.run import Prepared, published_notes

if TYPE_CHECKING:
    from zoterodigest.sync.bibliographies.bib_edits import BibEdit
    from zoterodigest.sync.bibliographies.exporting import NewBib
    from zoterodigest.sync.edits.structure import NewDigest
    from zoterodigest.sync.removal.removal import KeptObject

_MANY_CHANGES = 20
"""Above this many changes a run asks for consent."""


def compiled(prepared: Prepared) -> Prepared:
    """Return a run with what its plan writes; the plan is then without what can't be written.

    It imports what is needed for the actions of the plan: all of it takes 100 ms, what writes notes
    of the library 40.
    """
    workspace, options, gathered = prepared.workspace, prepared.options, prepared.gathered
    edits: tuple[BibEdit, ...] = ()
    bibs: tuple[NewBib, ...] = ()
    # First: what stays is not counted by the guard, and no export leaves it out.
    plan, kept = _without_used(prepared.plan, workspace, gathered)
    # Before the writes are compiled: an entry that can't be made must not be linked.
    plan, digests = _with_digests(plan, workspace, gathered)
    if options.intent.creates and workspace.project.configuration.bibliographies:
        # Only a project with a .bib gives items lasting keys.
        from zoterodigest.sync.bibliographies.citation import with_citation_keys

        plan = with_citation_keys(plan, workspace, gathered)
    names = names_by_key(gathered.digests)
    pages = VaultPages(workspace, gathered, plan.links)
    writes = compile_writes(plan, gathered.contents, workspace.zotero, names, pages)
    tags = Counter(tag for write in writes.items for tag in sorted(write.tags))
    consent = _needs_consent(plan, gathered, workspace)
    if gathered.bibs:
        from zoterodigest.sync.run.compiling_bibs import compiled_bibs

        plan, edits, bibs = compiled_bibs(plan, writes, gathered, workspace, options)
    return Prepared(
        *(workspace, options, gathered, plan, writes, digests, edits, bibs),
        needs_consent=consent,
        new_tags=tags,
        kept=kept,
    )


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


def _needs_consent(plan: Plan, gathered: Gathered, workspace: Workspace) -> bool:
    if not plan.actions:
        return False
    if gathered.seen is None and gathered.lock.rows and workspace.library.instance:
        return True  # this machine's first run against this copy of the library
    is_first = not (gathered.lock.rows or gathered.quiet.links)
    has_own_items = any(not item.is_trashed for item in gathered.contents.items)
    is_many = len(plan.actions) > _MANY_CHANGES
    if (is_first and has_own_items) or is_many or any(map(published_notes, plan.actions)):
        return True
    return bool(little_read(plan, gathered) or leaving_texts(plan, gathered, workspace))
