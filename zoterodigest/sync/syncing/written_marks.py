"""Marks of a run that read everything and wrote: it judges what it left as the next run would."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from zoterodigest.core.links.link import LockFile
from zoterodigest.core.plan.seen import Seen
from zoterodigest.core.values.file_keys import FileKey
from zoterodigest.core.values.record import Entry
from zoterodigest.library.records.contents import Contents, read_contents
from zoterodigest.sync.apply.changes import FileChange
from zoterodigest.sync.gathering.compared import compared_entry
from zoterodigest.sync.gathering.gather import Gathered, unread_in
from zoterodigest.sync.gathering.intent import SYNC, Sync
from zoterodigest.sync.gathering.sources import ReadBib, ReadDigest, Source, source_with
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.run.leaving_marks import leave_marks, may_be_quiet
from zoterodigest.sync.run.run import Prepared, plan_over
from zoterodigest.sync.syncing.entries_now import as_read
from zoterodigest.sync.syncing.remembering import seen_by


def leave_marks_of_written(
    prepared: Prepared,
    files: Iterable[FileChange],
    contents: Contents,
    ending: tuple[LockFile, bytes, Seen],
) -> None:
    """Leave marks of all, if the next run would find all of it in sync.

    `files` are those of the run, `contents` what the library held when it was read after it was
    written. `ending` is the lock file, its bytes and what is remembered with them. So the bytes and
    objects that are marked are those that were written or read, whatever the run meant to write.
    """
    workspace = prepared.workspace
    intent = prepared.options.intent
    # A run in one direction is mostly the first push, and a sync has no use for its marks.
    if not (isinstance(intent, Sync) and intent.goes_both_ways):
        return
    options = replace(prepared.options, intent=SYNC)  # as it is given next
    gathered = _gathered(prepared, files) if may_be_quiet(workspace, options) else None
    if gathered is None:
        return
    lock, lock_data, seen = ending
    if workspace.shows_own_notes:  # what is read to see what was written has none of them
        known = contents
        contents = read_contents(known.snapshot, workspace.zotero, with_own_notes=True, known=known)
    gathered = replace(gathered, lock=lock, lock_data=lock_data, seen=seen, contents=contents)
    if options == prepared.options and _was_judged_as_left(prepared):
        again = replace(prepared, gathered=gathered)
    else:
        again = plan_over(workspace, options, gathered)
    if again.is_settled:
        leave_marks(again, seen_by(again, as_read(again), lock, contents))


def _was_judged_as_left(prepared: Prepared) -> bool:
    """Tell whether the next run plans what this one did, though this one remembered nothing.

    What is remembered now is the lock file, and what the collections hold: neither is news. Who
    reports something may wait for an item or a place, and a .bib asks what was in sync here.
    """
    gathered = prepared.gathered
    # To plan again takes a seventh of the first sync of a fresh clone.
    is_first = gathered.seen is None and not (gathered.bibs or prepared.digests)
    return is_first and prepared.is_settled and not prepared.plan.reports


def _gathered(prepared: Prepared, files: Iterable[FileChange]) -> Gathered | None:
    """Return what the next run would gather of the digests; None if it has to find that out."""
    gathered, written = prepared.gathered, {file.key: file.after for file in files}
    if gathered.unread_sources or gathered.gone:
        return None
    new = {one.read.key: one for one in prepared.digests}
    reads, entries, first = list[ReadDigest](), list[Entry](), 0
    for read in gathered.digests:
        end = first + len(read.document.entries)
        data = written.get(read.key, read.data)
        if data == read.data:
            reads.append(read)
            entries += gathered.entries[first:end]
        elif data is None or read.key not in new or new[read.key].source != data:
            return None
        else:
            document = new[read.key].document
            reads.append(replace(read, data=data, document=document, new_citekey=None))
            entries += (_compared(one, prepared) for one in document.core_entries())
        first = end
    bibs = tuple(_as_written(read, written, prepared.workspace) for read in gathered.bibs)
    sources: tuple[Source, ...] = (*reads, *bibs)
    return replace(
        gathered,
        digests=tuple(reads),
        bibs=bibs,
        entries=tuple(entries),
        unread=unread_in(read.document for read in sources),
        recorded=None,
        pending=(),
    )


def _as_written(
    read: ReadBib, written: Mapping[FileKey, bytes | None], workspace: Workspace
) -> ReadBib:
    """Return a .bib that is only exported as it is read when the next run begins."""
    data = written.get(read.key, read.data)
    now = read if data == read.data else source_with(read, data or b"", workspace)
    assert isinstance(now, ReadBib), "it is read as what it was"
    return replace(now, data=data)


def _compared(entry: Entry, prepared: Prepared) -> Entry:
    workspace, options = prepared.workspace, prepared.options
    return compared_entry(entry, workspace.zotero, with_notes=options.with_notes)
