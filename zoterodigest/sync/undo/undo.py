"""Undo: both sides of a run go back to what they were, and its links with them.

Order: first the lock file lets go of what is about to be turned back, so that a kill in between
leaves an edit pending and never carries it over another; then the library, then the digests. Links
that come back do so last: until then their items may lie in the trash. In a redo all links do: the
lock file moves on when both ends are written, as in the run that is done again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import field, replace
from pathlib import Path

from zoterodigest.core.links.link import NO_LINKS, LockFile, fingerprint
from zoterodigest.core.plan.found import PendingChange
from zoterodigest.core.plan.history import Run, changed_links, is_undo, killed_undos
from zoterodigest.core.plan.seen import Seen, lagging_again, with_moved
from zoterodigest.core.values.file_keys import DigestKey, SourceKey
from zoterodigest.core.values.record import Item
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.library.address import parse_address, ways_to
from zoterodigest.project.files import read_if_present
from zoterodigest.project.layout import matching_files
from zoterodigest.project.log.history import history_folder, read_history
from zoterodigest.project.outside import require_keys_inside
from zoterodigest.project.vaults import nothing_found
from zoterodigest.sync.apply.applying import apply
from zoterodigest.sync.apply.changes import NOTHING_FAILED, Changes, Ending, Results, Sent
from zoterodigest.sync.apply.sending import Progress
from zoterodigest.sync.gathering.gather import Gathered, gather, gather_elsewhere
from zoterodigest.sync.gathering.known_lock import OtherLibrary, known_as
from zoterodigest.sync.gathering.stored_keys import run_as_stored
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.removal.removal import Removal
from zoterodigest.sync.undo.lock_files import (
    goes_back,
    lacks_copied,
    lagging_fields,
    lock_after,
    released_lock,
)
from zoterodigest.sync.undo.reverting import Declined, Reverting
from zoterodigest.sync.undo.undoing import Undoing


class LinksChanged(ZoterodigestError):
    """The lock file at `path` is no longer as `run` left it, which brought its links over."""

    exit_code = 13

    def __init__(self, path: Path, run: Run) -> None:
        super().__init__(
            f"{path} has changed since run {run.number} took its links to the library"
            f" {run.after.identity}: they can't go back without what came to them since",
            "Undo the runs after it first. Or undo everything, with what is new:"
            f" `zoterodigest library copy {run.address} {ways_to(run.before.identity)} --switch`.",
        )
        self.path = path


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
    is_changed = changed_links(gathered.lock, run.after) != (NO_LINKS, NO_LINKS)
    if is_changed and goes_back(gathered.lock, run):
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
    runs = read_history(folder).runs
    is_redo, goes_on = is_undo(run.number, runs), run.number in killed_undos(runs)
    undoing = Undoing(
        workspace, gathered, run, sent, gathered.lock, declined, command, goes_on, is_redo
    )
    if lacks_copied(undoing, NOTHING_FAILED):
        undoing = replace(undoing, sent=replace(sent, files=()))
    return replace(undoing, lock=lock_after(undoing, NOTHING_FAILED))


def _file_of_library(run: Run) -> Iterator[str]:
    """Yield the path of a built-in library that a copy went to."""
    if run.address and (path := parse_address(run.address).disk_path) is not None:
        yield path


def _is_unmade(workspace: Workspace, run: Run) -> bool:
    """Tell whether a copy was killed before it made the file of its library, and the library's name
    with it.
    """
    return bool(run.address) and not run.is_finished and not workspace.library.version()


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
    """Return the workspace of the digests that a run was about, as far as they are there.

    Raises `VaultAway` if a vault among them is: its files are not gone because of the run.
    """
    project = workspace.project
    keys = sorted(key for key in _keys_of(run) if not key.is_bib)
    there = project.paths_there(keys)
    rules_meant = {rules.path: rules for rules in map(project.former_rules, keys)}
    for rules in rules_meant.values():
        if rules.is_vault and not matching_files(project.root, rules.path):
            raise nothing_found(project, rules)
    digests = project.digests(there) if there else ()
    # Named: a vault of which the run wrote no file, or only one that is gone since, is not away.
    return replace(workspace, digests=digests, is_named=True)


def _keys_of(run: Run) -> set[SourceKey]:
    rows = {row.digest for links in (run.before, run.after) for row in links.rows}
    # A run that was begun by a killed one may have written a digest and changed no row of it.
    return rows | {one.key for one in run.digests if isinstance(one.key, DigestKey)}


def apply_undo(undoing: Undoing, progress: Progress) -> UndoResult:
    """Do what was planned; what fails keeps its links and is reported.

    That nothing of a run is left is recorded too: it is undone then.
    """
    # Nothing could be turned back, so nothing is recorded: the run can be undone later.
    if undoing.is_settled and undoing.declined and not undoing.goes_on:
        return UndoResult(undoing, declined=undoing.declined)
    released = released_lock(undoing)
    changes = Changes(
        undoing.workspace,
        undoing.gathered,
        undoing.command,
        undoing.sent,
        undoing.lock,
        lambda results, _: _finished(undoing, results),
        released=None if released is None else _ending(undoing, released, is_last=False),
        undoes=undoing.run.number,
        address=undoing.run.address,
        files=lambda results, _: () if lacks_copied(undoing, results) else undoing.sent.files,
    )
    results = apply(changes, progress)
    failed = tuple(undoing.failed(results))
    done = undoing.written(results)
    return UndoResult(undoing, done, (*undoing.declined, *failed), is_left=bool(failed))


def _finished(undoing: Undoing, results: Results) -> Ending:
    """Return how the run ends; facts stay pending in a digest that could not be written."""
    taken = undoing.sent.pending.taken
    forgotten = tuple(one for one in taken if one.digest not in results.unwritten)
    ending = _ending(undoing, lock_after(undoing, results), is_last=True)
    return replace(ending, forgotten=forgotten)


def _ending(undoing: Undoing, lock: LockFile, *, is_last: bool) -> Ending:
    """Return `lock` with what to remember: a redo remembers places only when items are in them."""
    gathered = undoing.gathered
    if gathered.seen is None:
        return Ending(lock)
    is_written = is_last or not undoing.is_redo
    keys = {item.key for item in undoing.sent.items} if is_written else set()
    written = [item for item in undoing.contents_after.items if item.key in keys]
    seen = _seen_back(gathered.seen, gathered.lock, lock, written)
    return Ending(lock, lagging_again(seen, seen, lagging_fields(undoing, seen)))


def _seen_back(seen: Seen, present: LockFile, back: LockFile, written: Sequence[Item]) -> Seen:
    """Return what is remembered when the links are as in `back` and items as `written`.

    An item whose move is turned back was last seen where its entry is again.
    """
    before = {row.id: row for row in present.rows}
    collections = {key: set(held) for key, held in seen.collections.items()}
    for item in written:
        held_now = frozenset() if item.is_trashed else item.collections
        _seen_in(collections, item.key, held_now, collections)
    placed = {
        (one.digest, tuple(map(fingerprint, one.path))): one.collection
        for one in (*present.collection_rows, *back.collection_rows)
    }
    for row in back.rows:
        place, place_before = row.place, before.get(row.id, row).place
        if place != place_before and {place, place_before} <= placed.keys():
            _seen_in(collections, row.item, {placed[place]}, (placed[place_before],))
    held_by = {key: frozenset(held) for key, held in collections.items()}
    # A link that comes back was seen as it was when it ended: that had moved nothing here.
    ended = {row.id for row in present.rows if not row.is_linked}
    moved = with_moved(seen, present.rows, (row for row in back.rows if row.id not in ended))
    return replace(moved, collections=held_by)


def _seen_in(
    collections: Mapping[str, set[str]], item: str, there: Set[str], gone: Iterable[str]
) -> None:
    """Note that an item was seen in the collections `there`, and in no other of those `gone`."""
    for key in gone:
        if key in collections:
            collections[key].discard(item)
    for key in there:
        if key in collections:
            collections[key].add(item)
