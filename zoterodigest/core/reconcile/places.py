"""The places of entries and items: each follows the other when a person moves it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from zoterodigest.core.collections.collection_rows import (
    UNPLACED,
    EntryPlacement,
    Path,
    Placements,
    homes,
    path_fingerprints,
    place_entries,
)
from zoterodigest.core.collections.relocation import PLACE, Relocations
from zoterodigest.core.links.link import CollectionRow, LinkState, LockRow, fingerprint
from zoterodigest.core.plan.plan import (
    ChangeItem,
    CreateCollection,
    Link,
    MoveEntry,
    RenameCollection,
)
from zoterodigest.core.plan.reports import HeldBack, MissingCollection, PlaceConflict, Relocated
from zoterodigest.core.plan.run_options import LastSync, LibraryState, Rules, RunOptions
from zoterodigest.core.reconcile.propagate import Moves
from zoterodigest.core.values.record import Item
from zoterodigest.core.works.pairing import heading_prints

ARCHIVE = "Archive"
"""The name of the collection for items whose entries were dropped."""


@dataclass(frozen=True, slots=True)
class Placing:
    """Links with their places, what each moves, and all that follows for shelves and entries."""

    links: tuple[Link, ...]
    moves: tuple[Moves, ...]
    collection_rows: tuple[CollectionRow, ...]
    collection_actions: tuple[CreateCollection | RenameCollection, ...]
    entry_actions: tuple[MoveEntry, ...]
    reports: tuple[MissingCollection | HeldBack | PlaceConflict | Relocated, ...]
    archived: tuple[tuple[LockRow, ChangeItem | None], ...]


def place(
    links: Sequence[Link],
    archived: Sequence[tuple[LockRow, Item]],
    moved: Relocations,
    run: tuple[LastSync, LibraryState, RunOptions],
) -> Placing:
    """Bring items into the collections of their entries' headings, and entries after items.

    An item is put in a collection when its entry is new there, and never a second time; it is taken
    out of one only if we put it in and none of its entries belongs there now. `archived` are items
    of entries that left, for their digest's archive; `moved` is what a person moved in the library.
    """
    known, library, run_options = run
    # Entries that left stand among the others: their archive is a heading of the same digest.
    stands = [_stand(link, run_options) for link in links]
    leaving = [_archived_stand(row, item) for row, item in archived]
    names = {digest: rules.collection for digest, rules in run_options.rules.items()}
    standing = [stand for stand in (*stands, *leaving) if stand is not None]
    shelving = place_entries(standing, known.collection_rows, library.collections, names)
    placer = _Placer(shelving, moved, run_options)
    placer.count([(link.row.item, stand) for link, stand in zip(links, stands, strict=True)])
    placed = [placer.placed(link, stand) for link, stand in zip(links, stands, strict=True)]
    return Placing(
        links=tuple(link for link, _ in placed),
        moves=tuple(moves for _, moves in placed),
        collection_rows=shelving.collection_rows,
        collection_actions=shelving.actions,
        entry_actions=tuple(placer.actions),
        reports=(*shelving.missing, *placer.reports, *moved.reports),
        archived=tuple(
            placer.archived(row, item, stand)
            for (row, item), stand in zip(archived, leaving, strict=True)
        ),
    )


def _stand(link: Link, run_options: RunOptions) -> EntryPlacement | None:
    """Return where an entry stands; None if this run places nothing of its digest."""
    entry, before = link.entry, link.before
    rules = run_options.rules.get(entry.digest, Rules())
    if not rules.places:
        return None
    return EntryPlacement(
        digest=entry.digest,
        path=entry.heading_keys if rules.has_headings else (),
        texts=entry.headings if rules.has_headings else (),
        before=(before.digest, before.headings) if before else None,
        collections=link.item.collections if link.item else frozenset(),
    )


def _archived_stand(row: LockRow, item: Item) -> EntryPlacement:
    before = (row.digest, row.headings)
    return EntryPlacement(
        row.digest, (ARCHIVE,), (ARCHIVE,), before, item.collections, is_leaving=True
    )


class _Placer:
    """Places links one by one."""

    def __init__(self, shelving: Placements, moved: Relocations, run_options: RunOptions) -> None:
        self.actions: list[MoveEntry] = []
        self.reports: list[HeldBack | PlaceConflict] = []
        self._shelving = shelving
        self._moved = moved
        self._terms = run_options
        self._is_ours = {
            collection_row.collection: collection_row.is_ours
            for collection_row in shelving.collection_rows
        }
        self._wanted: dict[str, set[str | None]] = defaultdict(set)
        self._homes = homes(shelving.collection_rows)
        self._paths: Mapping[tuple[str, str], Path] = {
            (collection_row.digest, collection_row.collection): collection_row.path
            for collection_row in shelving.collection_rows
        }

    def count(self, standing: Sequence[tuple[str, EntryPlacement | None]]) -> None:
        """Take note of which collections the entries of each item belong in."""
        for item, stand in standing:
            if stand is not None:
                self._wanted[item].add(self._shelving.target(stand))

    def placed(self, link: Link, stand: EntryPlacement | None) -> tuple[Link, Moves]:
        """Return `link` with its place in its row, and the collections its item goes in and out."""
        row_id, moved = link.row.id, self._moved
        away = moved.targets.get(row_id) or moved.conflicts.get(row_id)
        if away and (stand is None or self._shelving.target(stand) != away):
            return self._followed(link, stand, away), Moves()
        if stand is None:
            return self._unplaced(link), Moves()
        target = self._shelving.target(stand)
        is_revived = link.before is not None and link.before.state is not LinkState.LINKED
        if target is None or (target == self._shelving.former(stand) and not is_revived):
            return link, Moves()
        row, moves = self._moves(link.row, stand, target)
        return replace(link, row=row), moves

    def archived(
        self, row: LockRow, item: Item, stand: EntryPlacement
    ) -> tuple[LockRow, ChangeItem | None]:
        """Return the tombstone of an entry that left, and what brings its item to the archive."""
        target = self._shelving.target(stand)
        if target is None:
            return row, None
        row, moves = self._moves(row, stand, target)
        row = replace(row, headings=(fingerprint(ARCHIVE),))
        placed, unplaced = tuple(sorted(moves.placed)), tuple(sorted(moves.unplaced))
        if not placed and not unplaced:
            return row, None
        change = ChangeItem(
            item.key, item.version, {}, {}, (row.id,), placed=placed, unplaced=unplaced
        )
        return row, change

    def _moves(self, row: LockRow, stand: EntryPlacement, target: str) -> tuple[LockRow, Moves]:
        origin, former = row.origin, self._shelving.former(stand)
        # The item leaves a collection only if zoterodigest put it there and no entry needs it.
        left = origin.collections & {former} - self._wanted[row.item] - {target}
        came = {target} - stand.collections
        ours = (origin.collections - left) | came | self._ours_of(target)
        origin = replace(origin, collections=ours)
        moves = Moves(frozenset(came), frozenset(left & stand.collections))
        return replace(row, origin=origin), moves

    def _followed(self, link: Link, stand: EntryPlacement | None, target: str) -> Link:
        """Have the entry of `link` follow its item, as far as directions and conflicts allow.

        Until it does, its row says where it stood when both agreed. An entry whose heading got
        another name has not moved by that.
        """
        entry, row_id, before = link.entry, link.row.id, link.before or link.row
        path = self._paths[before.digest, target]
        row = replace(link.row, digest=before.digest, headings=before.headings)
        is_in_place = stand is not None and self._shelving.is_in_place(stand)
        if is_in_place:
            row = replace(row, headings=heading_prints(entry))
        if row_id in self._moved.conflicts and not is_in_place:
            self.reports.append(PlaceConflict(row_id, entry.headings, path))
        elif self._terms.rules.get(entry.digest, Rules()).directions.brings_entries:
            self.actions.append(MoveEntry(entry, row_id, path))
            here = link.item.collections if link.item else frozenset()
            ours = (row.origin.collections & here) | self._ours_of(target)
            row = replace(row, origin=replace(row.origin, collections=ours))
        else:
            self.reports.append(HeldBack(row_id, PLACE, to_entry=True))
        return replace(link, row=row)

    def _ours_of(self, collection: str) -> frozenset[str]:
        """Return `collection` if zoterodigest made it, else nothing."""
        return frozenset({collection} if self._is_ours.get(collection) else ())

    def _unplaced(self, link: Link) -> Link:
        """Leave the place of a link as it was; a new one is placed by a later run.

        A new one whose item is in place already, as after a `pull` that was killed when it had
        inserted the entry, needs no placing.
        """
        row, before, entry = link.row, link.before, link.entry
        rules = self._terms.rules.get(entry.digest, Rules())
        path = path_fingerprints(entry.heading_keys if rules.has_headings else ())
        home = self._homes.get((entry.digest, path))
        if before is not None:
            row = replace(row, digest=before.digest, headings=before.headings)
        elif link.item and home is not None and home in link.item.collections:
            ours = row.origin.collections | self._ours_of(home)
            origin = replace(row.origin, collections=ours)
            row = replace(row, headings=heading_prints(entry), origin=origin)
        else:
            row = replace(row, headings=UNPLACED if rules.collection else heading_prints(entry))
        return replace(link, row=row)
