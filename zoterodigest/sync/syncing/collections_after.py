"""The collection rows of the lock file after a run, and where rows of entries lie in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import replace

from zoterodigest.core.collections.collection_rows import at_home, home_of, homes
from zoterodigest.core.links.link import CollectionRow, CollectionRowKey, LockRow
from zoterodigest.core.plan.plan import CreateEntry, Link, MoveEntry, RenameHeading
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.record import Entry, Item
from zoterodigest.frozen import dataclass
from zoterodigest.sync.apply.changes import Results
from zoterodigest.sync.run.run import Prepared
from zoterodigest.sync.syncing.entries_now import EntriesNow


@dataclass(frozen=True, slots=True)
class CollectionHomes:
    """The collections of headings before a run and after it, when the lock file has these `rows`;
    the headings of `flat` digests are to have none.
    """

    rows: tuple[CollectionRow, ...]
    homes: Mapping[CollectionRowKey, str]
    homes_now: Mapping[CollectionRowKey, str]
    flat: frozenset[SourceKey]

    @classmethod
    def by(cls, prepared: Prepared, standing: EntriesNow, results: Results) -> CollectionHomes:
        """Return them for a run that came to these results."""
        gathered = prepared.gathered
        now = tuple(_collection_rows_after(prepared, standing, results.failed.keys()))
        flat = {read.key for read in gathered.digests if not read.digest.rules.headings}
        return cls(now, homes(gathered.lock.collection_rows), homes(now), frozenset(flat))

    def made(self, row: LockRow) -> LockRow:
        """Return the row of an entry that the run made: in the place that its item was added to."""
        if row.digest not in self.flat:
            return row
        return at_home(row, self.homes_now.get((row.digest, ())), self.homes_now)

    def before(self, row: LockRow, link: Link, items: Mapping[str, Item]) -> LockRow:
        """Return `row` where it was before the run, with the collections that its item is in."""
        before, item = link.before, items.get(row.item)
        if before is None or item is None:
            return row
        ours = (row.origin.collections | before.origin.collections) & item.collections
        origin = replace(row.origin, collections=ours)
        row = replace(row, digest=before.digest, headings=before.headings, origin=origin)
        # In a collection that this run made, the next one would take the item for placed.
        return at_home(row, home_of(before.place, self.homes), self.homes_now)


def _collection_rows_after(
    prepared: Prepared, standing: EntriesNow, failed: Set[str]
) -> Iterator[CollectionRow]:
    """Yield the collection rows as planned, under the headings as they stand now.

    Those whose collections failed stay as they were known.
    """
    planned = [one for one in prepared.plan.collection_rows if one.collection not in failed]
    renamed = _renamed_paths(prepared, standing)
    paths = {one.place for one in planned}
    for one in planned:
        path = renamed.get(one.place, one.path)
        yield one if path == one.path else replace(one, path=path)
    for one in prepared.gathered.lock.collection_rows:
        if one.collection in failed and one.place not in paths:
            yield one


def _renamed_paths(
    prepared: Prepared, standing: EntriesNow
) -> dict[tuple[str, tuple[str, ...]], tuple[str, ...]]:
    """Return the headings that have another key now, by digest and former path.

    Entries that stay tell best; those that came tell of headings that had none.
    """
    actions = prepared.plan.actions
    if not any(isinstance(action, RenameHeading) for action in actions):
        return {}
    moves = [action for action in actions if isinstance(action, MoveEntry)]
    targets = {(move.entry.digest, move.entry.place): move.path for move in moves}
    paths = {one.row_id: one.path for one in actions if isinstance(one, CreateEntry)}
    came = [(entry, paths[row_id]) for row_id, entry in standing.made.items() if row_id in paths]
    stayed: list[tuple[Entry, tuple[str, ...]]] = []
    for index, entry in standing.entries.items():
        then = prepared.gathered.entries[index]
        target = targets.get((then.digest, then.place))
        if target is None:
            stayed.append((entry, then.heading_keys))
        else:
            came.append((entry, target))
    found: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}
    for entry, former in (*came, *stayed):
        if len(former) == len(entry.heading_keys):
            for depth in range(1, len(former) + 1):
                found[entry.digest, former[:depth]] = entry.heading_keys[:depth]
    return found
