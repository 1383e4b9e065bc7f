"""Undo: both sides of a run go back to what they were, and its links with them.

Order: first the lock file lets go of what is about to be turned back, so that a kill in between
leaves an edit pending and never carries it over another; then the library, then the digests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from zoterodigest.core.history import Run
from zoterodigest.core.link import is_bib
from zoterodigest.core.plan import Link
from zoterodigest.library.contents import Contents, read_contents
from zoterodigest.library.port import LibraryItem, Snapshot
from zoterodigest.project.files import remove_file, remove_leftovers, replace_file
from zoterodigest.project.history import history_folder
from zoterodigest.project.journal import discard_journal
from zoterodigest.project.lock import LockFile, render_lock, write_lock
from zoterodigest.project.memory import keep_memory, prepare_memory
from zoterodigest.project.running import running
from zoterodigest.project.state import create_state_folder
from zoterodigest.sync.gather import (
    Gathered,
    OtherLibrary,
    ReadBib,
    Source,
    core_entries,
    gather,
    known_as,
    require_unchanged,
    source_with,
)
from zoterodigest.sync.relinking import Fate, IsChanged, links_back, seen_back
from zoterodigest.sync.run import Options, plan_over
from zoterodigest.sync.sending import Answers, Progress, Sent, send
from zoterodigest.sync.stored_keys import run_as_stored
from zoterodigest.sync.taking_back.history import begin_recording
from zoterodigest.sync.taking_back.removal import Removal
from zoterodigest.sync.taking_back.reverting import Declined, Reverting
from zoterodigest.sync.workspace import Workspace

_NOTHING_FAILED = Answers({}, {})


@dataclass(frozen=True, slots=True)
class Undoing:
    """An undo as planned; nothing has been written. What is `declined` stays as it is.

    `lock` is the lock file as it is to be if everything can be written.
    """

    workspace: Workspace
    gathered: Gathered
    run: Run
    sent: Sent
    lock: LockFile
    declined: tuple[Declined, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing to turn back."""
        is_same = self.lock == self.gathered.lock
        return is_same and not len(self.sent) and not self.sent.digests


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo did: objects and files written, and what stays as it is, with the reason."""

    undoing: Undoing
    written: int = 0
    written_digests: int = 0
    written_bibs: int = 0
    declined: tuple[Declined, ...] = ()


def prepare_undo(workspace: Workspace, run: Run) -> Undoing:
    """Plan to take back what `run` wrote, as far as it still is as the run left it.

    Raises `OtherLibrary` if the run wrote into another library.
    """
    workspace = _workspace_of(workspace, run)
    gathered = _with_trashed(gather(workspace), run, workspace)
    if run.library not in known_as(workspace.library):
        folder = history_folder(workspace.project.state_folder)
        raise OtherLibrary(folder, run.library, gathered.lock.identity)
    run = run_as_stored(run, workspace.library.stored_keys)
    removal = Removal(workspace, gathered, run.after.rows)
    reverting = Reverting(run, gathered, removal)
    sent = reverting.revert()
    declined = tuple(dict.fromkeys(reverting.declined))
    undoing = Undoing(workspace, gathered, run, sent, gathered.lock, declined)
    return replace(undoing, lock=_lock_after(undoing, _NOTHING_FAILED))


def _with_trashed(gathered: Gathered, run: Run, workspace: Workspace) -> Gathered:
    """Return what was gathered with the run's collections that the library lists nowhere."""
    keys = workspace.library.stored_keys
    known = {one.key for one in gathered.contents.collections}
    named = {keys.get(change.key, change.key) for change in run.collections}
    missing = sorted(named - known)
    if not missing:
        return gathered
    found = workspace.library.fetch_collections(missing)
    collections = sorted((*gathered.contents.collections, *found), key=lambda one: one.key)
    return replace(gathered, contents=replace(gathered.contents, collections=tuple(collections)))


def _workspace_of(workspace: Workspace, run: Run) -> Workspace:
    """Return the workspace of the digests that a run was about, as far as they are there."""
    project = workspace.project
    keys = {row.digest for links in (run.before, run.after) for row in links.rows}
    keys |= {digest.key for digest in run.digests}
    paths = [project.root / key for key in sorted(keys)]
    there = [path for path in paths if path.is_file() and not is_bib(path.name)]
    return replace(workspace, digests=project.digests(there) if there else ())


def undo(undoing: Undoing, progress: Progress) -> Undone:
    """Do what was planned; what fails keeps its links, and is told."""
    if undoing.is_settled:
        return Undone(undoing, declined=undoing.declined)
    project, gathered = undoing.workspace.project, undoing.gathered
    create_state_folder(project.state_folder)
    with running(project.state_folder):
        remove_leftovers(project.state_folder)
        require_unchanged(project, gathered)
        links = undoing.lock.links
        recording = begin_recording(
            undoing.workspace, gathered, "undo", undoing.sent, links, undoes=undoing.run.number
        )
        lock_data = _record(undoing, undoing.lock, gathered.lock_data)
        answers = send(undoing.workspace.library, undoing.sent, progress)
        for read in gathered.sources:
            if (source := undoing.sent.digests.get(read.key)) is not None:
                _put_back(read, source)
        lock = _lock_after(undoing, answers) if answers.failed else undoing.lock
        _record(undoing, lock, lock_data)
        if gathered.recovers:
            discard_journal(project.journal_path)
        sent = replace(undoing.sent, versions=answers.versions)
        recording.finish(sent, _stored(undoing.workspace), lock.links)
    failed = tuple(_failed(undoing, answers))
    written = len(undoing.sent) - len(answers.failed)
    declined = (*undoing.declined, *failed)
    bibs = sum(map(is_bib, undoing.sent.digests))
    return Undone(undoing, written, len(undoing.sent.digests) - bibs, bibs, declined)


def _put_back(read: Source, source: bytes) -> None:
    """Write what a file is to hold again; a .bib of which nothing is left is removed."""
    if isinstance(read, ReadBib) and read.data and not source:
        remove_file(read.path, read.data)
    else:
        replace_file(read.path, source, read.data)


def _record(undoing: Undoing, lock: LockFile, expected: bytes | None) -> bytes:
    """Write `lock`, and remember of its links what it says; return its bytes."""
    workspace, gathered = undoing.workspace, undoing.gathered
    data = render_lock(lock, expected)
    if gathered.seen is not None:
        keys = {item.key for item in undoing.sent.items}
        written = [item for item in _as_if_written(undoing).items if item.key in keys]
        seen = seen_back(gathered.seen, gathered.lock.links, lock.links, written)
        prepare_memory(workspace.memory_path, seen, data)
    write_lock(workspace.project.lock_path, lock, expected)
    if gathered.seen is not None:
        keep_memory(workspace.memory_path)
    return data


def _stored(workspace: Workspace) -> Contents:
    return read_contents(workspace.library.read(), workspace.zotero)


def _failed(undoing: Undoing, answers: Answers) -> Iterator[Declined]:
    by_key = undoing.gathered.contents.by_key
    names = {one.key: one.name for one in undoing.sent.collections}
    titles = {one.key: one.title for one in undoing.run.objects}
    for key, reason in sorted(answers.failed.items()):
        item = str(by_key[key].data.get("parentItem", key)) if key in by_key else key
        yield Declined(titles.get(key) or names.get(key, key), reason, item)


# --- links ---------------------------------------------------------------------------------------


def _lock_after(undoing: Undoing, answers: Answers) -> LockFile:
    """Return the lock file as it is when all but what `answers` say failed is turned back."""
    present = undoing.gathered.lock
    failed = frozenset(one.key for one in _failed(undoing, answers))
    declined = frozenset(one.key for one in undoing.declined) | failed
    trashed = frozenset(one.key for one in undoing.sent.items if one.data.get("deleted"))
    fate = Fate(declined, failed, trashed - failed)
    links = links_back(present.links, undoing.run, fate, _changes(undoing))
    return replace(present, rows=links.rows, shelves=links.shelves, exported=links.exported)


def _changes(undoing: Undoing) -> IsChanged:
    """Return whether a field of a row is another at either end once all is turned back."""
    gathered = undoing.gathered
    now = _links(undoing, gathered)
    then = _links(undoing, _gathered_then(undoing))

    def is_changed(row_id: str, name: str) -> bool:
        one, other = now.get(row_id), then.get(row_id)
        if one is None or other is None:
            return True
        return _shown(one, name) != _shown(other, name)

    return is_changed


def _links(undoing: Undoing, gathered: Gathered) -> Mapping[str, Link]:
    return {
        link.row.id: link for link in plan_over(undoing.workspace, Options(), gathered).plan.links
    }


def _shown(link: Link, name: str) -> tuple[str | None, ...]:
    """Return what both ends of a link hold in a field."""
    item = link.item
    note = item.notes.get(link.row.id) if item and not item.is_trashed else None
    at_note = note.raws.get(name) if note and not note.is_trashed else None
    at_item = item.raws.get(name) if item and not item.is_trashed else None
    return link.entry.raws.get(name), at_item, at_note


def _gathered_then(undoing: Undoing) -> Gathered:
    """Return what would be gathered once all is turned back, with the links as they are."""
    gathered, workspace = undoing.gathered, undoing.workspace
    sources = undoing.sent.digests
    back = tuple(
        source_with(read, sources[read.key], workspace) if read.key in sources else read
        for read in gathered.sources
    )
    entries = core_entries(back, workspace, with_notes=True)
    return replace(gathered, entries=entries, contents=_as_if_written(undoing))


def _as_if_written(undoing: Undoing) -> Contents:
    contents = undoing.gathered.contents
    objects = dict(contents.by_key)
    for item in undoing.sent.items:
        data = {**objects[item.key].data, **item.data}
        objects[item.key] = LibraryItem(item.key, item.version, data)
    items = tuple(objects[key] for key in sorted(objects))
    return read_contents(Snapshot(0, items, contents.collections), undoing.workspace.zotero)
