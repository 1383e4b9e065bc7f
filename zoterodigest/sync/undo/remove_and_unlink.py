"""Ways out: forget links, or take back what the tool made and nobody changed or used since."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import replace

from zoterodigest.core.links.link import CollectionRow, LinkState, LockFile, LockRow, Origin
from zoterodigest.library.records.contents import Contents
from zoterodigest.project.log.history import history_folder, read_history
from zoterodigest.sync.apply.applying import apply, rows_found
from zoterodigest.sync.apply.changes import NOTHING_FAILED, Changes, Ending, Results, Sent
from zoterodigest.sync.apply.sending import Progress
from zoterodigest.sync.gathering.gather import Gathered, gather
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.removal.removal import KeptObject, Removal, title_or_key


def prepare_unlink(workspace: Workspace) -> Removal:
    """Plan to forget the links of the workspace's digests and to touch nothing else."""
    gathered = gather(workspace)
    return Removal(workspace, gathered, tuple(_rows_to_end(gathered)))


def prepare_remove(workspace: Workspace) -> Removal:
    """Plan to take back what the tool made for the workspace's digests, by origin (law 8).

    Trashed is what we created and nobody changed or used since; off an adopted item come our tags,
    collections, links and the fields we filled, as far as they still stand as we left them.
    """
    gathered = gather(workspace)
    rows = tuple(_rows_to_end(gathered))
    # The lock file does not name what `add` gave to an item and no digest shows: the history does.
    history = read_history(history_folder(workspace.project.state_folder))
    removal = Removal(workspace, gathered, rows, history.facts_taken(), takes_back=True)
    for key in dict.fromkeys(row.item for row in rows):
        removal.take_back(key)
    # After the items: a collection is empty only if what is in it goes.
    removal.trash_collections()
    return removal


def _rows_to_end(gathered: Gathered) -> Iterator[LockRow]:
    """Yield the rows of the digests that were read, and of bib entries whose items they leave.

    A bib entry's link ends with the last digest that links its item.
    """
    keys = {read.key for read in gathered.digests}
    ending = [row for row in gathered.lock.rows if row.digest in keys]
    yield from (row for row in ending if row.state is not LinkState.UNLINKED)
    linked = [row for row in gathered.lock.rows if row.is_linked]
    held = {row.item for row in linked if row.digest not in keys and row.links_digest}
    left = {row.item for row in ending} - held
    yield from (row for row in linked if row.digest.is_bib and row.item in left)


def apply_removal(leaving: Removal, progress: Progress) -> Results:
    """Do what was planned; the links of what failed stay, the others become tombstones."""
    if leaving.is_settled and not leaving.gathered.recovers:
        return NOTHING_FAILED
    changes = Changes(
        leaving.workspace,
        leaving.gathered,
        "remove" if leaving.takes_back else "unlink",
        Sent((*leaving.trash, *leaving.patches), tuple(leaving.collections)),
        _lock_after(leaving, NOTHING_FAILED, leaving.gathered.contents),
        lambda results, stored: Ending(_lock_after(leaving, results, stored)),
        intended=LockFile(rows=tuple(_intended(leaving)) if leaving.takes_back else ()),
    )
    return apply(changes, progress)


def failures_of_removal(leaving: Removal, results: Results) -> tuple[KeptObject, ...]:
    """Return what of a removal could not be written, with the reason."""
    titles = {one.key: one.name for one in leaving.collections}
    titles |= {item.key: title_or_key(item) for item in leaving.gathered.contents.items}
    failed = sorted(results.failed.items())
    return tuple(KeptObject(titles.get(key, key), str(reason)) for key, reason in failed)


def _intended(leaving: Removal) -> Iterator[LockRow]:
    """Yield for the journal how the links that end are to be.

    Something is taken off an item that stays: where a field is no longer as its link says, that is
    no edit to be carried into a digest. Until all of it is done the link holds, so that the same
    command finds it again.
    """
    trashed = {item.key for item in leaving.trash}
    for row in leaving.rows:
        ended = replace(row, state=LinkState.UNLINKED)
        diverged = row.diverged | row.bases.keys()
        is_gone = row.item in trashed
        yield ended if is_gone else replace(ended, diverged=diverged, bases={}, origin=Origin())


def _lock_after(leaving: Removal, results: Results, stored: Contents) -> LockFile:
    """Return the lock file: links end, but of what failed; the journal is folded the same way."""
    failed = results.failed
    intended = _intended(leaving) if leaving.takes_back else ()
    links = replace(leaving.gathered.lock, rows=tuple(leaving.rows))
    ending = {row.id: row for row in rows_found(links, intended, stored)}
    rows = tuple(
        replace(ending[row.id], state=LinkState.UNLINKED)
        if row.id in ending and row.item not in failed and row.note not in failed
        else row
        for row in leaving.gathered.lock.rows
    )
    return replace(
        leaving.gathered.lock,
        rows=rows,
        collection_rows=tuple(_collection_rows_after(leaving, frozenset(failed))),
    )


def _collection_rows_after(leaving: Removal, failed: Set[str]) -> Iterator[CollectionRow]:
    """Yield the collection rows that stay: those of other digests, those above them that are not in
    the trash, and those whose collection could not go, so that the same command finds it again.

    Once no other digest has one, a row above is forgotten also if a killed run trashed it.
    """
    keys = {read.key for read in leaving.gathered.digests}
    known = leaving.gathered.lock.collection_rows
    collection_rows = [one for one in known if one.digest not in keys or one.collection in failed]
    trashed = {one.key for one in leaving.collections} - failed
    if not any(one.digest for one in collection_rows):
        collections = leaving.gathered.contents.collections
        trashed |= {one.key for one in collections if one.is_trashed}
    yield from (one for one in collection_rows if one.collection not in trashed)
