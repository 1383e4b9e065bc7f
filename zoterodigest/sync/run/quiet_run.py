"""A run over what is loud: where that leaves nothing to do, the rest of a project is not read.

Whatever it finds to do is planned over everything: by its marks nothing is ever written.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from zoterodigest.core.links.link import LockFile
from zoterodigest.core.plan.plan import Plan
from zoterodigest.core.plan.run_options import LastSync, LibraryState
from zoterodigest.core.plan.seen import Seen
from zoterodigest.core.reconcile.quiet import (
    Loud,
    LoudPart,
    Marks,
    Prints,
    marks_of,
    merged_marks,
    plan_loud,
)
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.record import Item
from zoterodigest.core.works.pairing import UnreadText
from zoterodigest.digest.read.report import unread_papers
from zoterodigest.library.port import Snapshot
from zoterodigest.library.records.contents import Contents, read_contents
from zoterodigest.project.cache import ReadingCache
from zoterodigest.project.engine import engine_key
from zoterodigest.project.files import BadInput
from zoterodigest.project.marks import KeptMarks, keep_marks, marks_name, read_marks
from zoterodigest.sync.gathering.gather import Gathered, QuietPart
from zoterodigest.sync.gathering.intent import Sync
from zoterodigest.sync.gathering.quiet import (
    SourcePrints,
    by_item,
    common_print,
    is_project_alone,
    item_prints,
    sources_now,
    sources_read,
)
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.run.run import Options, Prepared, plan_over, prepare


def prepare_run(workspace: Workspace, options: Options) -> Prepared:
    """Plan a run: where nothing that bears on its links has changed, without reading them.

    Else it is `prepare`, which reads everything.
    """
    return prepare_quietly(workspace, options) or prepare(workspace, options)


def prepare_quietly(workspace: Workspace, options: Options) -> Prepared | None:
    """Return a run that has nothing to do or report; None if only a full reading can tell."""
    if not _may_be_quiet(workspace, options):
        return None
    sources = None
    with suppress(BadInput):  # the full reading tells of it
        sources = sources_now(workspace)
    kept = read_marks(_cache_of(workspace), _name_of(workspace)) if sources else None
    if sources is None or kept is None or kept.digests != sources.digests:
        return None
    snapshot = workspace.library.read()
    run = _QuietRun(workspace, options, sources, kept, snapshot)
    # A library that went back is compared with what it showed before, link by link.
    return run.prepared() if snapshot.version >= sources.memory.version else None


def _may_be_quiet(workspace: Workspace, options: Options) -> bool:
    intent = options.intent
    is_sync = isinstance(intent, Sync) and not (intent.relink or intent.fills or intent.found)
    return is_sync and options.selection is None and is_project_alone(workspace)


class _QuietRun:
    """A run whose digests and lock file are those of its marks; its library may have changed."""

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
        self._objects = by_item(snapshot.items)
        self._prints = Prints(
            common_print(workspace, options, sources, snapshot.collections),
            sources.digests,
            {},
            {digest: _places(number) for digest, number in kept.counts.items()},
            item_prints(self._objects, sources.memory),
        )

    def prepared(self) -> Prepared | None:
        """Return the run if what is loud leaves nothing to do or to report."""
        if self._prints.common != self._kept.common:
            return None
        items, marks = tuple[Item, ...](), None
        # The keys are the larger part of the marks, and a library seldom changes between runs.
        if self._prints.items != self._kept.items:
            found = self._loud()
            if found is None:
                return None
            items, marks = found
        prepared = self._planned(items, marks)
        return prepared if prepared.is_settled and not prepared.plan.reports else None

    def _loud(self) -> tuple[tuple[Item, ...], Marks] | None:
        """Return the items that are loud, and the marks that are to be kept; None if links are."""
        marks = self._kept.marks()
        if marks is None:
            return None
        prints = replace(self._prints, rows=dict.fromkeys(marks.links, ""))
        found = plan_loud(marks, prints, self._part, self._plan)
        if found is None:
            return None
        plan, loud = found
        items = self._items(loud)
        seen = {key: one for key, one in prints.items.items() if key in loud.items}
        news = marks_of(plan, (), LibraryState(items), replace(prints, rows={}, items=seen))
        return items, merged_marks(marks, news or Marks(), loud)

    def _part(self, loud: Loud) -> LoudPart | None:
        """Return the items that are loud; None if a link is, or an item in a digest's collection,
        which may become an entry.
        """
        held, items = self._sources.memory.collections, self._items(loud)
        if loud.rows or any(loud.items & keys for keys in held.values()):
            return None
        if any(not item.is_trashed and item.collections & held.keys() for item in items):
            return None
        return LoudPart((), LastSync(), LibraryState(items))

    def _items(self, loud: Loud) -> tuple[Item, ...]:
        objects = [one for key in sorted(loud.items) for one in self._objects.get(key, ())]
        zotero, with_own_notes = self._workspace.zotero, self._workspace.shows_own_notes
        snapshot = replace(self._snapshot, items=tuple(objects))
        return read_contents(snapshot, zotero, with_own_notes=with_own_notes).items

    def _plan(self, part: LoudPart) -> Plan:
        return self._planned(tuple(part.library.items)).plan

    def _planned(self, items: tuple[Item, ...], marks: Marks | None = None) -> Prepared:
        quiet = QuietPart(self._kept.links, self._sources.data, marks)
        memory, lock = self._sources.memory, LockFile(self._workspace.library.identity)
        snapshot = self._snapshot
        contents = Contents(snapshot.version, items, snapshot.collections, {}, {}, snapshot)
        seen = Seen(collections=memory.collections, version=memory.version)
        unread, lock_data = UnreadText(), self._sources.lock_data
        gathered = Gathered((), (), unread, lock_data, lock, contents, frozenset(), seen=seen)
        return plan_over(self._workspace, self._options, replace(gathered, quiet=quiet))


def _places(number: int) -> tuple[str, ...]:
    """Return what tells the entries of a digest apart, whose bytes are those of before."""
    return tuple(map(str, range(number)))


def leave_marks(prepared: Prepared, seen: Seen) -> None:
    """Keep the marks of a run that found everything in sync, and remembers `seen`."""
    quiet, name = prepared.gathered.quiet, _name_of(prepared.workspace)
    with _cache_of(prepared.workspace) as cache:
        if quiet.links:
            kept = read_marks(cache, name) if quiet.marks else None
            if kept is not None and quiet.marks is not None:
                keep_marks(cache, name, quiet.marks, kept.counts)
        elif (marks := _marks_of(prepared, seen)) is not None:
            keep_marks(cache, name, marks, _counts(prepared.gathered))


def _marks_of(prepared: Prepared, seen: Seen) -> Marks | None:
    """Return the marks of a run that read everything; None where a later one is to do so, too.

    It is if something stands to be told: a run that reads nothing could not tell it.
    """
    gathered, workspace, plan = prepared.gathered, prepared.workspace, prepared.plan
    is_told = plan.reports or any(
        not read.document.entries or unread_papers(read.document) for read in gathered.digests
    )
    is_same = gathered.seen is not None and replace(gathered.seen, version=seen.version) == seen
    if is_told or not is_same or not _may_be_quiet(workspace, prepared.options):
        return None
    sources, contents = sources_read(gathered, seen), gathered.contents
    if sources is None:
        return None
    prints = Prints(
        common_print(workspace, prepared.options, sources, contents.collections),
        sources.digests,
        dict.fromkeys((row.id for row in plan.rows), ""),
        {digest: _places(number) for digest, number in _counts(gathered).items()},
        item_prints(by_item(contents.by_key.values()), sources.memory),
    )
    marks = marks_of(plan, gathered.entries, LibraryState(contents.items), prints)
    return marks if marks is not None and len(marks.links) == len(plan.rows) else None


def _counts(gathered: Gathered) -> dict[SourceKey, int]:
    return {read.key: len(read.document.entries) for read in gathered.digests}


def _cache_of(workspace: Workspace) -> ReadingCache:
    return ReadingCache(workspace.project.state_folder, engine_key())


def _name_of(workspace: Workspace) -> str:
    return marks_name(workspace.memory_path, workspace.library.identity)
