"""A run: prepare reads everything and plans, carry_out does exactly what was planned."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING

from zoterodigest.core.plan.found import Pending
from zoterodigest.core.plan.plan import CreateEntry, Plan
from zoterodigest.core.plan.reports import HeldFile
from zoterodigest.core.plan.run_options import End, LibraryState, RunOptions
from zoterodigest.core.reconcile.guard import GuardStop, guard
from zoterodigest.core.reconcile.reconcile import reconcile
from zoterodigest.core.values.record import CITEKEY, Entry
from zoterodigest.frozen import dataclass
from zoterodigest.library.address import group_id_of
from zoterodigest.project.kept import keep_held
from zoterodigest.project.marks import Totals
from zoterodigest.sync.gathering.gather import Gathered, gather
from zoterodigest.sync.gathering.intent import PUSH, Decide, FillIn, Intent, Publish, Sync
from zoterodigest.sync.gathering.others import files_beside
from zoterodigest.sync.gathering.sources import without_places
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.gathering.writes import Writes
from zoterodigest.sync.run.rules import rules_by_key, rules_of_gone

if TYPE_CHECKING:
    from zoterodigest.sync.bibliographies.bib_edits import BibEdit
    from zoterodigest.sync.bibliographies.exporting import NewBib
    from zoterodigest.sync.edits.edits import RefusedField
    from zoterodigest.sync.edits.structure import NewDigest
    from zoterodigest.sync.removal.removal import KeptObject

_LOG = logging.getLogger(__name__)

_ID_LETTERS = "abcdefghijklmnopqrstuvwxyz23456789"
_ID_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is for, of which entries it is, and how it is to be done.

    One that `accepts` takes files as they are that lost most of what they held. One that
    `is_unattended` removes nothing.
    """

    intent: Intent = PUSH
    selection: Callable[[Entry], bool] | None = None
    with_notes: bool = True
    max_changes: int | None = None
    allow_removals: bool = False
    accepts: bool = False
    is_unattended: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run that has been planned; nothing has been written.

    `stop` says why the plan goes too far (law 5). `needs_consent` is set for a first push into a
    library that holds things of the person's own, for many changes, where a note of the person's
    own is to be shown, and for a first push of digests of which little was read.
    `new_tags` counts the items that would gain each tag; `kept` are items of dropped entries that
    stay, as they are used.
    """

    workspace: Workspace
    options: Options
    gathered: Gathered
    plan: Plan
    writes: Writes
    digests: tuple[NewDigest, ...] = ()
    bib_edits: tuple[BibEdit, ...] = ()
    bibs: tuple[NewBib, ...] = ()
    stop: GuardStop | None = None
    needs_consent: bool = False
    new_tags: Mapping[str, int] = field(default_factory=dict)
    kept: tuple[KeptObject, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing to do and nothing to record, in the .bib files neither."""
        return self.plan.is_settled and all(bib.is_settled for bib in self.bibs)

    @property
    def totals(self) -> Totals:
        """What there is over all digests, also what only an earlier run looked at."""
        quiet, stays = self.gathered.quiet, self.plan.stays
        if quiet.links:
            return replace(quiet.totals, stays={**quiet.totals.stays, **stays})
        rows = [row for row in self.plan.rows_before if row.digest.is_digest]
        linked = sum(row.is_linked for row in rows)
        entries = sum(len(read.document.entries) for read in self.gathered.digests)
        return Totals(linked, len(rows) - linked, entries, stays)

    @property
    def row_ids(self) -> frozenset[str]:
        """The ids of all rows, also of those that only an earlier run looked at."""
        found = self.gathered.quiet.found
        return (
            frozenset(row.id for row in self.plan.rows)
            | (found.prints.rows if found else {}).keys()
        )

    @property
    def edits(self) -> tuple[NewDigest | BibEdit, ...]:
        """The digests and bibliographies with edits."""
        return (*self.digests, *self.bib_edits)

    @property
    def refused(self) -> tuple[RefusedField, ...]:
        """The fields of entries that cannot be written as planned."""
        return tuple(one for edit in self.edits for one in edit.refused)


def prepare(workspace: Workspace, options: Options) -> Prepared:
    """Read the digests, the lock file and the library, and plan a run."""
    # A run in one direction leaves no marks of areas.
    is_sync = isinstance(options.intent, Sync) and options.intent.goes_both_ways
    leaves_marks = is_sync and options.selection is None
    gathered = gather(workspace, with_notes=options.with_notes, with_areas=leaves_marks)
    return plan_over(workspace, options, gathered)


def plan_over(workspace: Workspace, options: Options, gathered: Gathered) -> Prepared:
    """Plan a run over what has been gathered."""
    if workspace.takes_new_notes:
        # Few projects make notes: the others don't import what writes entries (10 ms).
        from zoterodigest.sync.gathering.new_notes import with_new_files

        gathered = with_new_files(workspace, gathered)
    plan = reconciled(workspace, options, gathered)
    plan = with_shown_annotations(plan, workspace, options, gathered)
    if workspace.takes_new_notes:
        from zoterodigest.sync.gathering.new_notes import without_unmade

        made = (action.digest for action in plan.actions if isinstance(action, CreateEntry))
        gathered = without_unmade(gathered, made)
    return with_writes(Prepared(workspace, options, gathered, plan, Writes()))


def with_writes(prepared: Prepared) -> Prepared:
    """Return a run with what its plan writes, and with why it may not."""
    options, gathered, plan = prepared.options, prepared.gathered, prepared.plan
    configuration = prepared.workspace.project.configuration
    if plan.actions or gathered.bibs or configuration.bibliographies:
        # Most runs write nothing: they don't import what writes digests and bibliographies (90 ms).
        from zoterodigest.sync.run.compiling import compiled

        prepared = compiled(prepared)
    plan = prepared.plan
    stop = guard(
        plan,
        # Of its part alone a run would stop at 25 edits, and everything would be read: for 100 of
        # 10,000 entries that took 9 s in place of 2.
        gathered.quiet.totals.linked or sum(row.is_linked for row in gathered.lock.rows),
        pruned=[f"{bib.key}: {key}" for bib in prepared.bibs for key in bib.updated.removed],
        max_changes=options.max_changes,
        allow_removals=options.allow_removals,
        is_unattended=options.is_unattended,
    )
    if len(prepared.writes) and not prepared.digests:
        # No digest is written, so nobody asks where its values stand: of 24 kB of memory that a
        # first push takes for a short entry, that is 3.
        reads = tuple(without_places(read, prepared.workspace) for read in gathered.digests)
        prepared = replace(prepared, gathered=replace(gathered, digests=reads))
    objects = len(prepared.writes), len(plan.actions), len(plan.reports)
    _LOG.info("Planned %d objects to write (%d actions, %d reports)", *objects)
    return replace(prepared, stop=stop)


def with_shown_annotations(
    plan: Plan, workspace: Workspace, options: Options, gathered: Gathered
) -> Plan:
    """Return a plan with the annotations that a run brings into entries."""
    is_pulled = isinstance(options.intent, Sync) and options.intent.may_pull
    digests = ((read, read.digest.rules) for read in gathered.digests if is_pulled)
    showing = [read for read, rules in digests if rules.annotations and rules.pull is not False]
    # A library that was restored from a backup lacks annotations that nobody erased.
    if not showing or (gathered.seen and gathered.seen.has_gone_back):
        return plan
    # Most projects show none: they don't import what writes them.
    from zoterodigest.sync.edits.annotations import with_annotations

    return with_annotations(plan, showing, gathered, workspace)


def reconciled(workspace: Workspace, options: Options, gathered: Gathered) -> Plan:
    """Return the plan of a run over what has been gathered, before it is compiled into writes."""
    beside = files_beside(workspace, gathered)
    return reconcile(
        gathered.entries,
        gathered.last_sync,
        LibraryState(
            gathered.contents.items,
            gathered.contents.collections,
            gathered.contents.keys,
            group_id_of(workspace.library.identity),
            dict(_parents_of_named(gathered, filter(None, beside.values()))),
        ),
        replace(run_options(workspace, options, gathered), beside=beside),
        new_ids=row_ids(),
    )


def _parents_of_named(gathered: Gathered, beside: Iterable[Entry]) -> Iterator[tuple[str, str]]:
    """Yield the keys of attachments that notes name, each with that of its item, "" for none."""
    # `groups/ID/KEY`, of whichever group: the library has only its own.
    entries = (*gathered.entries, *beside)
    named = {entry.attachment_key.rpartition("/")[2] for entry in entries}
    for key in sorted(named & gathered.contents.by_key.keys()):
        found = gathered.contents.by_key[key].json
        if found.is_attachment:
            yield key, found.parent or ""


def run_options(workspace: Workspace, options: Options, gathered: Gathered) -> RunOptions:
    """Return the terms of a run: each digest's own directions, as far as the run's go."""
    rules = rules_by_key(workspace, options.intent, gathered)
    gone = [key for key in sorted(gathered.gone) if not key.is_bib]
    project = workspace.project
    prefer = project.configuration.sync.prefer
    common = RunOptions(
        {**{key: rules_of_gone(project, key) for key in gone}, **rules},
        folding=workspace.zotero.folding(),
        gone=gathered.gone - rules.keys(),
        missing=gathered.missing,
        unread=gathered.unread,
        selection=options.selection,
        prefer={name: End(end) for name, end in prefer.items()},
        pending=_pending(options, gathered),
        recent=frozenset(read.key for read in gathered.digests if read.is_recent),
        accepts=options.accepts,
        held=gathered.held,
        new_files=gathered.new_files,
    )
    match options.intent:
        case Sync(relink=is_relinking, fills=fills, found=found):
            relink = frozenset(rules) if is_relinking else frozenset[str]()
            return replace(common, relink=relink, fills=fills, found=found)
        case FillIn(found):
            return replace(common, found=found)
        case Publish(found, choices):
            return replace(common, found=found, choices=choices)
        case Decide(choices):
            return replace(common, choices=choices, only_choices=True)


def _pending(options: Options, gathered: Gathered) -> tuple[Pending, ...]:
    """Return the facts that items may take in this run; no citation key that another item has."""
    found = [one for one in gathered.pending if takes_pending(options, gathered, one)]
    if not found:
        return ()
    # Without case, as BibTeX compares keys.
    taken = {one.json.stated_citekey.casefold() for one in gathered.contents.by_key.values()}
    return tuple(_without_taken(one, taken) for one in found)


def takes_pending(options: Options, gathered: Gathered, pending: Pending) -> bool:
    """Tell whether a run gives these facts to their item, as far as there is one."""
    return options.intent.creates and any(
        read.key == pending.digest and read.digest.rules.push is True for read in gathered.digests
    )


def _without_taken(pending: Pending, citekeys: set[str]) -> Pending:
    fields, key = pending.found.fields, pending.found.fields.get(CITEKEY)
    if not isinstance(key, str) or key.casefold() not in citekeys:
        return pending
    left = {name: value for name, value in fields.items() if name != CITEKEY}
    return replace(pending, found=replace(pending.found, fields=left))


def row_ids() -> Iterator[str]:
    """Yield new row ids; each is also the id of a heading in a note."""
    while True:
        # Random and not counted: two clones that push at the same time must not make equal ids.
        yield "zd-" + "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_LENGTH))


def remember_held(prepared: Prepared) -> None:
    """Keep on this machine which files a run holds; of files that it did not read, as before."""
    gathered, plan = prepared.gathered, prepared.plan
    held = {one.row_id for one in plan.reports if isinstance(one, HeldFile) and one.row_id}
    read = {read.key for read in gathered.digests}
    here = {row.id for row in plan.rows_before if row.digest in read}
    keep_held(prepared.workspace.project.state_folder, held | (gathered.held - here))
