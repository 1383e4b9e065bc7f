"""Undo: both sides of a run go back to what they were, and its links with them.

Order: first the lock file lets go of what is about to be turned back, so that a kill in between
leaves an edit pending and never carries it over another; then the library, then the digests. Links
that come back do so last: until then their items may lie in the trash. In a redo all links do: the
lock file moves on when both ends are written, as in the run that is done again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from pathlib import Path

from zoterodigest.bibtex.edit.document import Prints
from zoterodigest.core.links.link import LinkState, LockRow
from zoterodigest.core.plan.found import PendingChange
from zoterodigest.core.plan.history import LockRows, Run, changed_links, is_undo
from zoterodigest.core.plan.plan import Link, bib_entry_id
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.errors import ZoterodigestError
from zoterodigest.library.address import EmbeddedAddress, parse_address, ways_to
from zoterodigest.library.records.contents import Contents
from zoterodigest.project.files import read_if_present
from zoterodigest.project.lock.lock import LockFile
from zoterodigest.project.log.history import history_folder, read_history
from zoterodigest.project.outside import require_keys_inside
from zoterodigest.sync.apply.applying import apply
from zoterodigest.sync.apply.changes import NOTHING_FAILED, Changes, Ending, Results, Sent
from zoterodigest.sync.apply.sending import Progress
from zoterodigest.sync.apply.unwritten import entry_place
from zoterodigest.sync.gathering.foreseeing import contents_after
from zoterodigest.sync.gathering.gather import (
    Gathered,
    core_entries,
    gather,
    gather_elsewhere,
    source_with,
)
from zoterodigest.sync.gathering.known_lock import OtherLibrary, known_as
from zoterodigest.sync.gathering.standing_bibs import standing_prints
from zoterodigest.sync.gathering.stored_keys import run_as_stored
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.removal.removal import Removal
from zoterodigest.sync.run.run import Options, plan_over
from zoterodigest.sync.undo.relinking import Fate, IsChanged, links_back
from zoterodigest.sync.undo.remembering import seen_back, with_waiting
from zoterodigest.sync.undo.reverting import Declined, Reverting


class LinksChanged(ZoterodigestError):
    """The lock file at `path` is no longer as `run` left it, which brought its links over."""

    exit_code = 13

    def __init__(self, path: Path, run: Run) -> None:
        super().__init__(
            f"{path} has changed since run {run.number} took its links to the library"
            f" {run.after.identity}: they can't go back without what came to them since",
            "Undo the runs after it first. Or take everything back, with what is new:"
            f" `zoterodigest library copy {run.address} {ways_to(run.before.identity)} --switch`.",
        )
        self.path = path


@dataclass(frozen=True, slots=True)
class Undoing:
    """An undo as planned; nothing has been written. What is `declined` stays as it is.

    `lock` is the lock file as it is to be if everything can be written. `goes_on` tells that an
    earlier undo of the run did not finish: this one does, whatever is declined. `is_redo` tells
    that the run was an undo: what that one took back is done again.
    """

    workspace: Workspace
    gathered: Gathered
    run: Run
    sent: Sent
    lock: LockFile
    declined: tuple[Declined, ...] = ()
    command: str = "undo"
    goes_on: bool = False
    is_redo: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing to turn back."""
        return self.lock == self.gathered.lock and not self.sent


@dataclass(frozen=True, slots=True)
class UndoResult:
    """What an undo did: what was written, and what stays as it is, with the reason."""

    undoing: Undoing
    sent: Sent = field(default_factory=Sent)
    declined: tuple[Declined, ...] = ()
    is_left: bool = False
    """Whether something could not be written that may well be later: undo goes on with it."""


def prepare_undo(workspace: Workspace, run: Run, *, command: str = "undo") -> Undoing:
    """Plan to take back what `run` wrote, as far as it still is as the run left it.

    Raises `OtherLibrary` if the run wrote into another library, and `LeadsOutside` if into files
    outside of the project that are not allowed: a history may come with a copied project.
    """
    files = {*_keys_of(run), *(change.key for change in run.digests), *_file_of_library(run)}
    # Before any of these files is read: the history may come from somebody else's project.
    require_keys_inside(workspace.project, workspace.allowed, files, f"run {run.number}")
    workspace = _workspace_of(workspace, run)
    gathered = gather_elsewhere(workspace) if run.address else gather(workspace)
    gathered = _with_trashed(gathered, run, workspace)
    folder = history_folder(workspace.project.state_folder)
    is_other = run.library not in known_as(workspace.library) and not run.is_of_files
    if is_other and not _is_unmade(workspace, run):
        raise OtherLibrary(folder, run.library, workspace.library.identity)
    run = run_as_stored(run, workspace.library.stored_keys)
    if changed_links(gathered.lock.links, run.after) != _NO_LINKS and _goes_back(
        gathered.lock, run
    ):
        raise LinksChanged(workspace.project.lock_path, run)
    removal = Removal(workspace, gathered, run.after.rows, run.pending.taken)
    read: dict[str, bytes | None] = {one.key: one.data for one in gathered.sources}
    files_now: dict[str, bytes | None] = {
        key: read[key] if key in read else read_if_present(workspace.project.root / key)
        for key in (change.key for change in run.digests)
    }
    reverting = Reverting(run, gathered, removal, files_now)
    sent = reverting.revert()
    sent = replace(sent, pending=_pending_back(run, gathered, is_whole=not reverting.declined))
    declined = tuple(dict.fromkeys(reverting.declined))
    is_redo = is_undo(run.number, read_history(folder).runs)
    if run.address and is_redo and declined:  # the copy is not whole: nothing goes over to it
        sent = replace(sent, files=())
    undoing = Undoing(
        workspace, gathered, run, sent, gathered.lock, declined, command, is_redo=is_redo
    )
    return replace(undoing, lock=_lock_after(undoing, NOTHING_FAILED))


def _file_of_library(run: Run) -> Iterator[str]:
    """Yield the file of an embedded library that a copy went to."""
    match parse_address(run.address) if run.address else None:
        case EmbeddedAddress(path):
            yield path


def _is_unmade(workspace: Workspace, run: Run) -> bool:
    """Tell whether a copy was killed before it made the file of its library, and the library's name
    with it.
    """
    return bool(run.address) and not run.is_finished and not workspace.library.version()


_NO_LINKS = LockRows(), LockRows()


def _goes_back(lock: LockFile, run: Run) -> bool:
    """Tell whether a lock file is to go back to the library that it linked with before a copy.

    It may be there: the copy was killed, or its undo, or the links were copied back.
    """
    return run.before.identity not in ("", lock.identity)


def _pending_back(run: Run, gathered: Gathered, *, is_whole: bool) -> PendingChange:
    """Return what becomes of the facts that `add` keeps: items that go have not taken them.

    What `add` has kept is kept on where an entry stays: it may be that of the paper.
    """
    kept = tuple(one for one in run.pending.taken if one not in gathered.pending)
    return PendingChange(taken=run.pending.kept if is_whole else (), kept=kept)


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
    keys = _keys_of(run)
    paths = [project.root / key for key in sorted(keys) if not key.is_bib]
    there = [path for path in paths if path.is_file()]
    return replace(workspace, digests=project.digests(there) if there else ())


def _keys_of(run: Run) -> set[SourceKey]:
    return {row.digest for links in (run.before, run.after) for row in links.rows}


def apply_undo(undoing: Undoing, progress: Progress) -> UndoResult:
    """Do what was planned; what fails keeps its links and is reported.

    That nothing of a run is left is recorded too: it is undone then.
    """
    # Nothing could be turned back, so nothing is recorded: the run can be undone later.
    if undoing.is_settled and undoing.declined and not undoing.goes_on:
        return UndoResult(undoing, declined=undoing.declined)
    released = _released(undoing)
    changes = Changes(
        undoing.workspace,
        undoing.gathered,
        undoing.command,
        undoing.sent,
        undoing.lock.links,
        lambda results, _: _finished(undoing, results),
        released=None if released is None else _ending(undoing, released, is_last=False),
        undoes=undoing.run.number,
        address=undoing.run.address,
    )
    results = apply(changes, progress)
    failed = tuple(_failed(undoing, results))
    done = _done(undoing.sent, results)
    return UndoResult(undoing, done, (*undoing.declined, *failed), is_left=bool(failed))


def _done(sent: Sent, results: Results) -> Sent:
    return Sent(
        tuple(one for one in sent.items if one.key not in results.failed),
        tuple(one for one in sent.collections if one.key not in results.failed),
        tuple(file for file in sent.files if file.key not in results.unwritten),
    )


def _finished(undoing: Undoing, results: Results) -> Ending:
    """Return how the run ends; facts stay pending in a digest that could not be written."""
    taken = undoing.sent.pending.taken
    forgotten = tuple(one for one in taken if one.digest not in results.unwritten)
    ending = _ending(undoing, _lock_after(undoing, results), is_last=True)
    return replace(ending, forgotten=forgotten)


def _ending(undoing: Undoing, lock: LockFile, *, is_last: bool) -> Ending:
    """Return `lock` with what to remember: a redo remembers places only when items are in them."""
    gathered = undoing.gathered
    if gathered.seen is None:
        return Ending(lock)
    keys = {item.key for item in undoing.sent.items}
    if undoing.is_redo and not is_last:
        keys = set()
    written = [item for item in _as_if_written(undoing).items if item.key in keys]
    seen = seen_back(gathered.seen, gathered.lock.links, lock.links, written)
    folding = undoing.workspace.zotero.folding()
    return Ending(lock, with_waiting(seen, gathered.contents, written, folding))


def _failed(undoing: Undoing, results: Results) -> Iterator[Declined]:
    by_key = undoing.gathered.contents.by_key
    names = {one.key: one.name for one in undoing.sent.collections}
    titles = {one.key: one.title for one in undoing.run.objects}
    for key, reason in sorted(results.failed.items()):
        item = (by_key[key].json.parent or key) if key in by_key else key
        yield Declined(titles.get(key) or names.get(key, key), str(reason), item)
    for key, error in sorted(results.unwritten.items()):
        yield Declined("", str(error), key)


# --- links ---------------------------------------------------------------------------------------


def _released(undoing: Undoing) -> LockFile | None:
    """Return the lock file that is written before all else; None if it stays until the end.

    Of the bases before and after a run those before are safe while only some ends are written: an
    end that holds what the run brought is edited then, and goes to the other end. With those after,
    an end that is not written yet would look edited, and would go over the edit at the other end.
    """
    present, back = undoing.gathered.lock, undoing.lock
    if undoing.run.address:
        return None if undoing.is_redo else back
    waits = _waits(undoing)
    if undoing.is_redo:
        ended = _ended(present, back, waits)
        return None if ended == present else ended
    rows = {row.id: row for row in present.rows}
    collections = {one.collection for one in present.collection_rows}
    entries = {*map(entry_place, present.exported)}
    return replace(
        back,
        rows=tuple(_released_row(row, rows.get(row.id), waits) for row in back.rows),
        collection_rows=tuple(one for one in back.collection_rows if one.collection in collections),
        exported=tuple(one for one in back.exported if entry_place(one) in entries),
    )


def _waits(undoing: Undoing) -> Callable[[LockRow], bool]:
    """Tell whether the item and the entry of a row that is, or was, `TRASHED` stay where they are.

    Such a link ends, or comes back, with the bases of all others: if its item was merged into that
    of another link, what the merge brought there is known by both links together.
    """
    moved = {one.key for one in undoing.sent.items if "deleted" in one.data}
    sides = (undoing.gathered, _gathered_then(undoing))
    now, then = (
        {bib_entry_id(one.digest, one.key) for one in side.entries if one.digest.is_bib}
        for side in sides
    )

    def waits(row: LockRow) -> bool:
        is_there = not row.digest.is_bib or (row.digest, row.key) in now & then
        return row.item not in moved and is_there

    return waits


def _ended(present: LockFile, back: LockFile, waits: Callable[[LockRow], bool]) -> LockFile:
    """Return `present` without the links that `back` ends: their items may go into the trash."""
    rows = {row.id: row for row in back.rows}

    def is_ended(row: LockRow) -> bool:
        state = rows[row.id].state
        is_ending = row.state is LinkState.LINKED and state is not LinkState.LINKED
        return is_ending and not (state is LinkState.TRASHED and waits(row))

    return replace(
        present, rows=tuple(rows[row.id] if is_ended(row) else row for row in present.rows)
    )


def _released_row(
    back: LockRow, present: LockRow | None, waits: Callable[[LockRow], bool]
) -> LockRow:
    is_linked = present is not None and present.state is LinkState.LINKED
    is_trashed = present is not None and present.state is LinkState.TRASHED
    if back.state is not LinkState.LINKED or is_linked or (is_trashed and waits(back)):
        return back
    return present or replace(back, state=LinkState.UNLINKED)


def _lock_after(undoing: Undoing, results: Results) -> LockFile:
    """Return the lock file as it is when all but what failed is turned back."""
    present = undoing.gathered.lock
    if undoing.run.address:
        return _lock_back(present, undoing, results)
    failed = frozenset(one.key for one in _failed(undoing, results))
    declined = frozenset(one.key for one in undoing.declined) | failed
    trashed = frozenset(one.key for one in undoing.sent.items if one.is_trashed)
    done = replace(undoing, sent=_done(undoing.sent, results))
    fate = Fate(declined, failed, trashed - failed, _standing(done, declined))
    links = links_back(present.links, undoing.run, fate, _changes(done))
    return _with_links(present, links)


def _standing(undoing: Undoing, declined: Set[str]) -> dict[str, Mapping[str, Prints]]:
    """Return the prints of what stands in .bib files once all but the `declined` is turned back."""
    files = {file.key: file.after for file in undoing.sent.files}
    bibs = (read for read in undoing.gathered.bibs if read.key in declined)
    return {read.key: standing_prints(files.get(read.key, read.data) or b"") for read in bibs}


def _lock_back(present: LockFile, undoing: Undoing, results: Results) -> LockFile:
    """Return the lock file of the library that it linked with before a copy.

    That library has stayed as it was. In a redo it is the copy, which may not be whole any more.
    """
    run = undoing.run
    is_lost = undoing.is_redo and (undoing.declined or results.failed)
    if is_lost or not _goes_back(present, run):
        return present
    return replace(_with_links(present, run.before), identity=run.before.identity)


def _with_links(lock: LockFile, links: LockRows) -> LockFile:
    return replace(
        lock, rows=links.rows, collection_rows=links.collection_rows, exported=links.exported
    )


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
    files: dict[str, bytes] = {file.key: file.after or b"" for file in undoing.sent.files}
    back = tuple(
        source_with(read, files[read.key], workspace) if read.key in files else read
        for read in gathered.sources
    )
    entries = core_entries(back, workspace, with_notes=True)
    return replace(gathered, entries=entries, contents=_as_if_written(undoing))


def _as_if_written(undoing: Undoing) -> Contents:
    items, zotero = undoing.sent.items, undoing.workspace.zotero
    return contents_after(undoing.gathered.contents, items, zotero)
