"""A run over what is loud: the rest of a project is not looked at.

It may have nothing to do, carry edits of linked values, or link notes of vaults that came or moved.
Whatever else makes, links, moves, takes out or reports anything is planned over everything. So what
is written is always planned over what was read in the same run: a wrong mark can hide a change, and
never write one.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from contextlib import suppress
from dataclasses import replace

from zoterodigest.core.links.link import LockFile, LockRow
from zoterodigest.core.plan.plan import (
    Action,
    ChangeEntry,
    ChangeItem,
    ChangeNote,
    CreateItem,
    CreateNote,
    Plan,
    ShowAnnotations,
)
from zoterodigest.core.reconcile.link_keys import Keys, keys_near
from zoterodigest.core.reconcile.quiet import Loud, Marks, Prints, keys_now, plan_loud
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.works.pairing import UnreadText
from zoterodigest.digest.read.later import KnownAreas
from zoterodigest.library.port import Snapshot
from zoterodigest.library.records.contents import Contents
from zoterodigest.project.files import BadInput
from zoterodigest.project.lock.lock import BadLockFile
from zoterodigest.project.marks import KeptMarks, LeftMarks, Totals
from zoterodigest.sync.gathering.gather import FoundLoud, Gathered, QuietPart
from zoterodigest.sync.gathering.loud import LoudReader
from zoterodigest.sync.gathering.quiet import (
    SourcePrints,
    common_print,
    digest_print,
    entry_prints,
    item_prints,
    may_come_and_go,
    row_prints,
    sources_now,
)
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.gathering.writes import Writes
from zoterodigest.sync.run.leaving_marks import kept_marks, may_be_quiet
from zoterodigest.sync.run.quiet_bibs import bear_on_exports, with_unchanged
from zoterodigest.sync.run.run import (
    Options,
    Prepared,
    prepare,
    reconciled,
    remember_held,
    with_shown_annotations,
    with_writes,
)

GONE = "gone"
"""The print of a digest whose file is gone."""


def prepare_run(workspace: Workspace, options: Options) -> Prepared:
    """Plan a run: over what is loud, if it changes little.

    Else it is `prepare`, which reads everything. This machine remembers which files are held: a
    person sees them in `status`, and accepts one, before any run wrote.
    """
    prepared = prepare_quietly(workspace, options) or prepare(workspace, options)
    remember_held(prepared)
    return prepared


def prepare_quietly(workspace: Workspace, options: Options) -> Prepared | None:
    """Return a run that looked at what is loud; None if only a full reading can tell."""
    if not may_be_quiet(workspace, options):
        return None
    kept, sources = kept_marks(workspace), None
    with suppress(BadInput):  # the full reading tells of it
        sources = sources_now(workspace, kept) if kept else None
    if sources is None or kept is None:
        return None
    snapshot = workspace.library.read()
    # A library that went back is compared with what it showed before, link by link.
    if snapshot.version < sources.memory.seen.version:
        return None
    with suppress(BadLockFile):  # as before
        return _QuietRun(workspace, options, sources, kept, snapshot).prepared()
    return None


class _QuietRun:
    """A run whose lock file and memory are those of its marks."""

    def __init__(
        self,
        workspace: Workspace,
        options: Options,
        sources: SourcePrints,
        kept: KeptMarks,
        snapshot: Snapshot,
    ) -> None:
        self._workspace = workspace
        self._options = options
        self._sources = sources
        self._kept = kept
        self._snapshot = snapshot
        self._reader = LoudReader(workspace, sources, snapshot, with_notes=options.with_notes)

    def prepared(self) -> Prepared | None:
        """Return the run if what is loud leaves little to do."""
        kept, sources = self._kept, self._sources
        common = common_print(self._workspace, self._options, sources, self._snapshot.collections)
        if common != kept.common:
            return None
        items = item_prints(self._reader.objects, sources.memory)
        # The keys are the larger part of the marks, and mostly nothing changes between runs.
        now = (items, sources.files, kept.marked, kept.tells, sources.is_part)
        if now == (kept.items, kept.files, kept.totals.rows, False, False):
            return self._planned(self._nothing(), Plan(), None)
        left = kept.left()
        return None if left is None else self._over_loud(left, common, items)

    def _over_loud(self, left: LeftMarks, common: str, items: Mapping[str, str]) -> Prepared | None:
        """Return the run over what has changed since a run `left` its marks."""
        reader = self._reader
        reader.areas, reader.is_all_told = KnownAreas(left.judged), left.misses
        moved = left.files.keys() ^ self._sources.files.keys()
        if not may_come_and_go(self._workspace, moved):
            return None
        # So that both tell of the same digests: one that came has no marks.
        came = dict.fromkeys(self._sources.files.keys() - left.marks.digests.keys(), "")
        left = replace(left, marks=replace(left.marks, digests={**left.marks.digests, **came}))
        prints = self._prints(left, common, items)
        found = prints and self._found(left.marks, prints)
        if not (prints and found):
            return None
        gathered, plan, loud = found
        is_read = len(gathered.digests) == len(self._workspace.digests)
        files, judged = self._sources.files, reader.areas.seen
        if self._sources.is_part or not is_read:
            judged = {**left.judged, **judged}
        # Of what stays at its end, only that of links that were not looked at.
        entries = sum(map(len, prints.entries.values()))
        stays = {
            row_id: one for row_id, one in left.totals.stays.items() if row_id not in loud.rows
        }
        totals = replace(left.totals, entries=entries, stays=stays)
        now = replace(left, totals=totals, files=files, judged=judged)
        found_loud = FoundLoud(loud, prints, now)
        prepared = self._planned(gathered, plan, found_loud)
        if not changes_little(prepared):
            return None
        return None if prepared.bibs and bear_on_exports(prepared, found_loud) else prepared

    def _found(self, marks: Marks, prints: Prints) -> tuple[Gathered, Plan, Loud] | None:
        """Return what is loud as `plan_loud` does, read as far as a new entry needs it."""
        found = plan_loud(marks, prints, self)
        if found is None:
            return None
        gathered, plan, loud = found
        is_read = len(gathered.digests) == len(self._workspace.digests)
        # A new note is called and filled in by all that stand around it.
        makes_notes = self._workspace.takes_new_notes
        if (makes_notes or not is_read) and self._may_add(gathered, plan, loud):
            self._reader.is_all_told = True
            found = None if makes_notes else plan_loud(marks, prints, self)
        return found

    def _prints(self, left: LeftMarks, common: str, items: Mapping[str, str]) -> Prints | None:
        """Return the prints of what there is; None if a digest can't be looked at by them."""
        reader, known = self._reader, self._sources.files
        # One that is gone has no entries, and a print that is not that of its marks.
        digests = {key: one if key in known else GONE for key, one in left.marks.digests.items()}
        entries = {key: left.entries.get(key, ()) if key in known else () for key in digests}
        changed = {key for key, one in self._sources.files.items() if left.files.get(key) != one}
        reads = reader.digests(changed) if changed else ()
        differing = self._sources.memory.differing
        if reads is None or reader.lock is None or not differing <= reader.lock.rows.keys():
            return None
        for read in reads:
            found = entry_prints(read.document)
            if found is None:
                return None
            if read.key in changed:
                digests[read.key] = digest_print(read, read.document)
                entries[read.key] = found
        return Prints(common, digests, row_prints(reader.lock.rows, differing), entries, items)

    def read(self, loud: Loud) -> Gathered | None:
        """Return what is loud, as `plan_loud` wants it; None if that can't be read by itself."""
        return self._reader.gathered(loud)

    def keys(self, part: Gathered) -> Keys:
        """Return the keys of what was read."""
        return keys_now(part.lock.rows, part.entries, part.contents.items)

    def plan(self, part: Gathered) -> Plan:
        """Return the plan over what was read."""
        return reconciled(self._workspace, self._options, part)

    def near(self, part: Gathered, plan: Plan) -> Keys:
        """Return the keys of all that notes without a link may be about, whatever marks tell."""
        lock = self._reader.lock
        files = {read.key for read in part.digests if read.digest.rules.is_vault}
        linked = {link.index for link in plan.links if link.before}
        entries = enumerate(part.entries)
        came = [one for at, one in entries if one.digest in files and at not in linked]
        if not came or lock is None:
            return Keys()
        # Few runs have any: the others don't import what looks for them.
        from zoterodigest.sync.gathering.coming import look_near

        found = look_near(came, self._snapshot.items, lock.rows)
        return keys_near(found.items, found.rows)

    def _may_add(self, gathered: Gathered, plan: Plan, loud: Loud) -> bool:
        """Tell whether an item without a link is, or was, in a digest's collection.

        It may become an entry, and which ones do depends on rules of digests that were not read.
        """
        held = self._sources.memory.seen.collections
        linked = {row.item for row in (*gathered.lock.rows, *(link.row for link in plan.links))}
        return any(loud.items & keys - linked for keys in held.values()) or any(
            item.key not in linked and not item.is_trashed and item.collections & held.keys()
            for item in gathered.contents.items
        )

    def _nothing(self) -> Gathered:
        version, collections = self._snapshot.version, self._snapshot.collections
        lock = LockFile(self._workspace.library.identity)
        contents = Contents(version, (), collections, {}, {}, self._snapshot)
        lock_data, seen = self._sources.lock_data, replace(self._sources.memory.seen, rows={})
        return Gathered((), (), UnreadText(), lock_data, lock, contents, frozenset(), seen=seen)

    def _planned(self, gathered: Gathered, plan: Plan, found: FoundLoud | None) -> Prepared:
        totals, data = self._kept.totals if found is None else found.left.totals, self._sources.data
        if found and self._sources.is_part:
            totals = _of_named(totals, found, data.keys())
        # The guard goes by them: more links than the lock file has rows would let a run do more.
        if found and self._reader.lock is not None:
            totals = replace(totals, linked=min(totals.linked, len(self._reader.lock.rows)))
        quiet = QuietPart(totals, self._sources.is_part, data, found, self._sources.bibs)
        gathered = replace(gathered, quiet=quiet)
        plan = with_shown_annotations(plan, self._workspace, self._options, gathered)
        prepared = Prepared(self._workspace, self._options, gathered, plan, Writes())
        prepared = with_writes(prepared)
        intent = self._options.intent
        if not (self._workspace.bibs and intent.may_push and intent.may_pull):
            return prepared
        return with_unchanged(prepared, self._sources.bibs)


def _of_named(totals: Totals, found: FoundLoud, named: Set[SourceKey]) -> Totals:
    """Return the totals of a run that names these digests: it counts no entry of others."""
    links = found.left.marks.links
    entries = sum(len(found.prints.entries[digest]) for digest in named)
    stays = {
        row_id: one
        for row_id, one in totals.stays.items()
        if row_id in links and links[row_id].digest in named
    }
    return replace(totals, entries=entries, stays=stays)


def changes_little(prepared: Prepared) -> bool:
    """Tell whether a run changes values of links that were there, at most, and links notes that
    came into vaults or moved there.

    What such a note may be about is loud (`sync/gathering/coming.py`), so it gets the item that it
    would get in a run over everything. Entries of lists bear on each other by their order, too.
    """
    plan, writes = prepared.plan, prepared.writes
    before = {row.id: row for row in plan.rows_before}
    after = {row.id: row for row in plan.rows}
    came = {row_id: row for row_id, row in after.items() if row_id not in before}
    moved = {
        row_id: row
        for row_id, row in after.items()
        if row_id in before and row.place != before[row_id].place
    }
    files = {one.key for one in prepared.workspace.digests if one.rules.is_vault}
    placed = {row.digest for row in (*came.values(), *moved.values())}
    rows_then, rows_now = set(plan.collection_rows_before), set(plan.collection_rows)
    return not (
        prepared.stop
        or prepared.refused
        or prepared.kept
        or writes.collections
        or writes.unwritable
        or not placed <= files
        or not _stay(before, after, moved.keys())
        or not all(row.is_linked for row in came.values())
        or not all(before[row_id].digest in prepared.gathered.gone for row_id in moved)
        or not rows_then <= rows_now
        or not {row.digest for row in rows_now - rows_then} <= placed
        or not all(_is_little(one, came.keys(), moved.keys()) for one in plan.actions)
        or any("deleted" in one.item.data for one in writes.all)
        or any(one.item.version == 0 and not came.keys() >= {*one.row_ids} for one in writes.all)
    )


def _stay(before: Mapping[str, LockRow], after: Mapping[str, LockRow], moved: Set[str]) -> bool:
    """Tell whether rows stay that were there, and link, beside values, what they linked."""
    return (
        before.keys() <= after.keys()
        and all(
            _without_values(row) == _without_values(after[row_id])
            for row_id, row in before.items()
            if row_id not in moved
        )
        and all(before[one].item == after[one].item for one in moved)
    )


def _is_little(action: Action, came: Set[str], moved: Set[str]) -> bool:
    match action:
        case CreateItem():
            return came >= {*action.row_ids}
        case CreateNote():
            return action.row_id in came
        case ChangeItem():
            return not (action.placed or action.unplaced) or came | moved >= {*action.row_ids}
        case ChangeNote():
            return not action.is_restored
        case _:
            return isinstance(action, ChangeEntry | ShowAnnotations)


def _without_values(row: LockRow) -> tuple[object, ...]:
    """Return what a row says beside values: what it links, where, and what was made for it."""
    origin = row.origin
    made = origin.item, origin.note, origin.collections, origin.attachments
    return row.id, row.place, row.item, row.note, row.state, row.key, *made
