"""Ways out: forget links, or take back what the tool made and nobody changed or used since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace

from zoterodigest.core.links.link import Origin, Row, Shelf, State
from zoterodigest.library.port import Collection, LibraryItem
from zoterodigest.library.records.contents import Contents
from zoterodigest.project.lock.lock import LockFile
from zoterodigest.project.log.history import history_folder, read_history
from zoterodigest.project.log.journal import Intended
from zoterodigest.sync.apply.applying import apply, rows_found
from zoterodigest.sync.apply.changes import NOTHING_FAILED, Changes, Ending, Results, Sent
from zoterodigest.sync.apply.sending import Progress
from zoterodigest.sync.gathering.gather import Gathered, gather
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.removal.removal import Kept, Removal, title_of


@dataclass(frozen=True, slots=True)
class Leaving:
    """A way out as planned; nothing has been written.

    `trash` are whole items, notes and attachments, `patches` what is taken off items that stay,
    `shelves` collections to be trashed, `kept` what stays of ours, `rows` the links that end;
    `takes_back` tells whether the library is touched at all.
    """

    workspace: Workspace
    gathered: Gathered
    rows: tuple[Row, ...]
    trash: tuple[LibraryItem, ...] = ()
    patches: tuple[LibraryItem, ...] = ()
    shelves: tuple[Collection, ...] = ()
    kept: tuple[Kept, ...] = ()
    takes_back: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether there is no link to end."""
        return not self.rows


@dataclass(frozen=True, slots=True)
class Left:
    """What a way out did: objects written, and what failed with the reason."""

    leaving: Leaving
    written: int = 0
    failures: tuple[Kept, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


def prepare_unlink(workspace: Workspace) -> Leaving:
    """Plan to forget the links of the workspace's digests and to touch nothing else."""
    gathered = gather(workspace)
    return Leaving(workspace, gathered, tuple(_rows_to_end(gathered)))


def prepare_remove(workspace: Workspace) -> Leaving:
    """Plan to take back what the tool made for the workspace's digests, by origin (law 8).

    Trashed is what we created and nobody changed or used since; off an adopted item come our tags,
    collections, links and the fields we filled, as far as they still stand as we left them.
    """
    gathered = gather(workspace)
    rows = tuple(_rows_to_end(gathered))
    # The lock file does not name what `add` gave to an item and no digest shows: the history does.
    history = read_history(history_folder(workspace.project.state_folder))
    removal = Removal(workspace, gathered, rows, history.facts_taken())
    for key in dict.fromkeys(row.item for row in rows):
        removal.take_back(key)
    removal.empty_shelves()
    return Leaving(
        workspace,
        gathered,
        rows,
        tuple(removal.trash),
        tuple(removal.patches),
        tuple(removal.shelves),
        tuple(removal.kept),
        takes_back=True,
    )


def _rows_to_end(gathered: Gathered) -> Iterator[Row]:
    """Yield the rows of the digests that were read, and of bib entries whose items they leave.

    A bib entry's link ends with the last digest that links its item.
    """
    keys = {read.key for read in gathered.digests}
    ending = [row for row in gathered.lock.rows if row.digest in keys]
    yield from (row for row in ending if row.state is not State.UNLINKED)
    linked = [row for row in gathered.lock.rows if row.state is State.LINKED]
    held = {row.item for row in linked if row.digest not in keys and row.links_digest}
    left = {row.item for row in ending} - held
    yield from (row for row in linked if row.digest.is_bib and row.item in left)


def leave(leaving: Leaving, progress: Progress) -> Left:
    """Do what was planned; the links of what failed stay, the others become tombstones."""
    if leaving.is_settled and not leaving.gathered.recovers:
        return Left(leaving)
    changes = Changes(
        leaving.workspace,
        leaving.gathered,
        "remove" if leaving.takes_back else "unlink",
        Sent((*leaving.trash, *leaving.patches), leaving.shelves),
        _lock_after(leaving, NOTHING_FAILED, leaving.gathered.contents).links,
        lambda results, stored: Ending(_lock_after(leaving, results, stored)),
        intended=Intended(tuple(_intended(leaving)) if leaving.takes_back else ()),
    )
    results = apply(changes, progress)
    titles = {one.key: one.name for one in leaving.shelves}
    titles |= {item.key: title_of(item) for item in leaving.gathered.contents.items}
    failures = [Kept(titles.get(k, k), str(why)) for k, why in sorted(results.failed.items())]
    return Left(leaving, changes.sent.number - len(results.failed), tuple(failures), results.counts)


def _intended(leaving: Leaving) -> Iterator[Row]:
    """Yield for the journal how the links that end are to be.

    Something is taken off an item that stays: where a field is no longer as its link says, that is
    no edit to be carried into a digest. Until all of it is done the link holds, so that the same
    command finds it again.
    """
    trashed = {item.key for item in leaving.trash}
    for row in leaving.rows:
        ended = replace(row, state=State.UNLINKED)
        apart = row.apart | row.bases.keys()
        is_gone = row.item in trashed
        yield ended if is_gone else replace(ended, apart=apart, bases={}, origin=Origin())


def _lock_after(leaving: Leaving, results: Results, stored: Contents) -> LockFile:
    """Return the lock file: links end, but of what failed; the journal is folded the same way."""
    failed = results.failed
    intended = _intended(leaving) if leaving.takes_back else ()
    ending = {row.id: row for row in rows_found(leaving.rows, intended, stored)}
    rows = tuple(
        replace(ending[row.id], state=State.UNLINKED)
        if row.id in ending and row.item not in failed and row.note not in failed
        else row
        for row in leaving.gathered.lock.rows
    )
    return replace(
        leaving.gathered.lock, rows=rows, shelves=tuple(_shelves_after(leaving, frozenset(failed)))
    )


def _shelves_after(leaving: Leaving, failed: Set[str]) -> Iterator[Shelf]:
    """Yield the shelves of other digests, and those above them that are not in the trash; those
    whose collection could not go, too: the same command finds it again.

    Once no other digest has one, a shelf above is forgotten also if a killed run trashed it.
    """
    keys = {read.key for read in leaving.gathered.digests}
    known = leaving.gathered.lock.shelves
    shelves = [one for one in known if one.digest not in keys or one.collection in failed]
    trashed = {one.key for one in leaving.shelves} - failed
    if not any(shelf.digest for shelf in shelves):
        collections = leaving.gathered.contents.collections
        trashed |= {one.key for one in collections if one.is_trashed}
    yield from (shelf for shelf in shelves if shelf.collection not in trashed)
