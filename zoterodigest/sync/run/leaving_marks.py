"""Marks that a run leaves, for later runs to look at what has changed since and at nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from zoterodigest.core.links.link import LockFile
from zoterodigest.core.plan.plan import Plan
from zoterodigest.core.plan.reports import HeldFile
from zoterodigest.core.plan.run_options import LibraryState
from zoterodigest.core.plan.seen import Seen
from zoterodigest.core.reconcile.quiet import Loud, Marks, Prints, marks_of, merged_marks
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.record import Entry
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.read.estimate import missed_entries
from zoterodigest.digest.read.later import KnownAreas
from zoterodigest.project.marks import KeptMarks, LeftMarks, keep_marks, marks_name, read_marks
from zoterodigest.project.memory import memory_head
from zoterodigest.sync.gathering.gather import FoundLoud
from zoterodigest.sync.gathering.intent import Sync
from zoterodigest.sync.gathering.quiet import (
    AS_IN_LOCK,
    SourcePrints,
    by_item,
    common_print,
    digest_print,
    entry_prints,
    is_project_alone,
    item_prints,
    row_prints,
    sources_read,
)
from zoterodigest.sync.gathering.sources import ReadDigest, is_empty_digest, reread
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.run.quiet_bibs import are_clean, cut_items
from zoterodigest.sync.run.run import Options, Prepared


def may_be_quiet(workspace: Workspace, options: Options) -> bool:
    """Tell whether runs with these options leave marks and go by them."""
    intent = options.intent
    is_sync = isinstance(intent, Sync) and not (intent.relink or intent.fills or intent.found)
    return is_sync and options.selection is None and is_project_alone(workspace)


def kept_marks(workspace: Workspace) -> KeptMarks | None:
    """Return what the last run left; None if it left nothing."""
    return read_marks(workspace.project.state_folder, _name_of(workspace))


def leave_marks(prepared: Prepared, seen: Seen) -> None:
    """Keep the marks of a run that found everything in sync, and remembers `seen`."""
    gathered = prepared.gathered
    # A later run is to look at what this one left alone, even if nothing changes.
    if any(isinstance(report, HeldFile) for report in prepared.plan.reports):
        return
    # It read no other digest, so it can't tell how these stand to what it looked at.
    if gathered.quiet.is_part:
        return
    is_same = seen.says_as(gathered.seen)
    if gathered.quiet.links:
        found = gathered.quiet.found
        left = _settled_part(prepared, found) if found and is_same else None
    else:
        left = _settled_whole(prepared, seen) if is_same else None
    if left is not None:
        _keep(prepared.workspace, left)


def leave_marks_of_rest(
    prepared: Prepared, lock: LockFile, seen: Seen, lock_data: bytes, written: Set[str]
) -> None:
    """Keep, of a run that carried edits, the marks of all that it did not look at.

    `lock`, `seen` and `lock_data` are as it leaves them, `written` the digests that it wrote. The
    next run looks at what was edited, and leaves marks of that if it is in sync.
    """
    found = prepared.gathered.quiet.found
    if found is None or any(isinstance(report, HeldFile) for report in prepared.plan.reports):
        return
    # Of a digest that was written, the next run reads how its entries are now.
    files = {key: "" if key in written else one for key, one in found.left.files.items()}
    bibs, memory = prepared.gathered.quiet.bibs, memory_head(seen, lock)
    sources = SourcePrints(files, {}, lock_data, memory, found.left.formats, bibs)
    collections = prepared.gathered.contents.collections
    common = common_print(prepared.workspace, _of_next(prepared.options), sources, collections)
    known = replace(found.left.marks, common=common, digests=found.prints.digests)
    marks = merged_marks(known, Marks(), found.loud)
    # Without the digests that neither are there nor have a link: notes that moved.
    here = files.keys() | {row.digest for row in lock.rows}
    here |= {link.digest for link in marks.links.values()}
    there = {key: one for key, one in marks.digests.items() if key in here}
    marks = replace(marks, digests=there)
    # The totals of a run are those before it.
    made = len(prepared.plan.rows) - len(prepared.plan.rows_before)
    totals = replace(found.left.totals, linked=found.left.totals.linked + made)
    left = _over_what_was_left(prepared, found, marks)
    _keep(prepared.workspace, replace(left, totals=totals, files=files))


def _over_what_was_left(prepared: Prepared, found: FoundLoud, marks: Marks) -> LeftMarks:
    """Return what a run over a part leaves with these `marks`; what it did not look at, as it was.

    Its files are as the run found them, and its totals too.
    """
    return replace(
        found.left,
        marks=marks,
        entries=found.prints.entries,
        tells=_tells(prepared),
        others=_others(found.prints, marks),
        misses=found.left.misses or _misses(prepared),
    )


def _of_next(options: Options) -> Options:
    """Return the options of the next run: it asks anew what sources know of works."""
    intent = options.intent
    return (
        replace(options, intent=replace(intent, found={})) if isinstance(intent, Sync) else options
    )


def _settled_part(prepared: Prepared, found: FoundLoud) -> LeftMarks | None:
    """Return what was left before, with marks of what this run looked at and found in sync."""
    prints, loud, gathered = found.prints, found.loud, prepared.gathered
    library = LibraryState(gathered.contents.items)
    news = _marks(prepared.plan, gathered.entries, library, _of_loud(prints, loud))
    if news is None:
        return None
    marks = merged_marks(replace(found.left.marks, digests=prints.digests), news, loud)
    return replace(_over_what_was_left(prepared, found, marks), totals=prepared.totals)


def _others(prints: Prints, marks: Marks) -> dict[str, str]:
    return {key: one for key, one in prints.items.items() if key not in marks.items}


def _marks(
    plan: Plan, entries: Sequence[Entry], library: LibraryState, prints: Prints
) -> Marks | None:
    """Return the marks that a run leaves; what is remembered otherwise gets none."""
    marks = marks_of(plan, entries, library, prints)
    return marks and replace(
        marks, links={key: one for key, one in marks.links.items() if one.row == AS_IN_LOCK}
    )


def _of_loud(prints: Prints, loud: Loud) -> Prints:
    return replace(
        prints,
        rows={row_id: prints.rows[row_id] for row_id in loud.rows if row_id in prints.rows},
        entries={
            digest: [prints.entries[digest][at] for at in sorted(places)]
            for digest, places in loud.entries.items()
        },
        items={key: one for key, one in prints.items.items() if key in loud.items},
    )


def _settled_whole(prepared: Prepared, seen: Seen) -> LeftMarks | None:
    """Return the marks of a run that read everything; None where a later one is to do so, too."""
    gathered, workspace, plan = prepared.gathered, prepared.workspace, prepared.plan
    has_empty = any(map(is_empty_digest, gathered.digests))
    if has_empty or not may_be_quiet(workspace, prepared.options) or not are_clean(prepared):
        return None
    sources = sources_read(workspace, gathered, seen)
    read = None if sources is None else _prints_of_all(prepared, sources)
    if sources is None or read is None:
        return None
    prints, judged = read
    marks = _marks(plan, gathered.entries, LibraryState(gathered.contents.items), prints)
    # If most links have none, the next run reads everything in any case.
    if marks is None or 2 * len(marks.links) < len(plan.rows):
        return None
    return LeftMarks(
        marks,
        prepared.totals,
        sources.files,
        prints.entries,
        judged,
        tells=_tells(prepared),
        others=_others(prints, marks),
        cut=cut_items(prepared),
        formats=sources.formats,
        misses=_misses(prepared),
    )


def _prints_of_all(
    prepared: Prepared, sources: SourcePrints
) -> tuple[Prints, Mapping[str, str]] | None:
    """Return the prints of all that a run read, and how the areas of digests were judged.

    None if not all areas of a digest are known.
    """
    contents, workspace = prepared.gathered.contents, prepared.workspace
    digests, entries = dict[SourceKey, str](), dict[SourceKey, Sequence[str]]()
    judged: dict[str, str] = {}
    for read in prepared.gathered.digests:
        document, seen_areas = _with_areas(read, workspace)
        if (found := entry_prints(document)) is None:
            return None
        digests[read.key], entries[read.key] = digest_print(read, document), found
        judged |= seen_areas
    prints = Prints(
        common_print(workspace, prepared.options, sources, contents.collections),
        digests,
        row_prints((row.id for row in prepared.plan.rows), sources.memory.differing),
        entries,
        item_prints(by_item(contents.by_key.values()), sources.memory),
    )
    return prints, judged


def _with_areas(read: ReadDigest, workspace: Workspace) -> tuple[Document, Mapping[str, str]]:
    """Return a digest with the areas of its entries known, and how all its areas were judged."""
    # To find them anew takes a twelfth of a sync of a fresh clone.
    if read.document.entries and entry_prints(read.document) is not None:
        return read.document, read.judged
    areas = KnownAreas(document=read.document)
    return reread(replace(read, known=areas), read.data, workspace), areas.seen


def _tells(prepared: Prepared) -> bool:
    """Tell whether something stands to be told of what a run looked at."""
    return bool(prepared.plan.reports) or _misses(prepared)


def _misses(prepared: Prepared) -> bool:
    """Tell whether a run found text that seems to be of entries and read none there."""
    return any(missed_entries(read.document) for read in prepared.gathered.digests)


def _keep(workspace: Workspace, left: LeftMarks) -> None:
    keep_marks(workspace.project.state_folder, _name_of(workspace), left)


def _name_of(workspace: Workspace) -> str:
    return marks_name(workspace.memory_path, workspace.library.identity)
