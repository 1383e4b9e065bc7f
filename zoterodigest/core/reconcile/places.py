"""The places of entries and items: each follows the other when a person moves it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from zoterodigest.core.collections.collection_rows import (
    UNPLACED,
    EntryPlacement,
    Path,
    Placements,
    at_home,
    home_of,
    homes,
    path_fingerprints,
    place_entries,
)
from zoterodigest.core.collections.relocation import PLACE, Relocations
from zoterodigest.core.links.link import CollectionRow, LockRow, fingerprint
from zoterodigest.core.plan.plan import (
    ChangeItem,
    CreateCollection,
    Link,
    MoveEntry,
    RenameCollection,
)
from zoterodigest.core.plan.reports import HeldBack, MissingCollection, PlaceConflict, Relocated
from zoterodigest.core.plan.run_options import LastSync, LibraryState, RunOptions
from zoterodigest.core.reconcile.hub import Moves
from zoterodigest.core.reconcile.linking import Linking
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.record import Entry, Item
from zoterodigest.core.values.sets import frozenset_of
from zoterodigest.core.works.pairing import heading_prints
from zoterodigest.frozen import dataclass

ARCHIVE = "Archive"
"""The name of the collection for items whose entries were dropped."""


@dataclass(frozen=True, slots=True)
class Placing:
    """Links with their places and what each moves, and what follows for collections and entries.

    `kept` are the rows that this run does not act on.
    """

    links: tuple[tuple[Link, Moves], ...]
    kept: tuple[LockRow, ...]
    collection_rows: tuple[CollectionRow, ...]
    collection_actions: tuple[CreateCollection | RenameCollection, ...]
    entry_actions: tuple[MoveEntry, ...]
    reports: tuple[MissingCollection | HeldBack | PlaceConflict | Relocated, ...]
    archived: tuple[tuple[LockRow, ChangeItem | None], ...]


def place(
    linking: Linking,
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
    # Entries that left are placed with the others: their archive is a heading of the same digest.
    now = [_placement(link, run_options) for link in linking.links]
    leaving = [_in_archive(row, item) for row, item in archived]
    standing = [_standing(row, entry, run_options) for row, entry in linking.standing]
    all_places = [one for one in (*now, *leaving, *standing) if one is not None]
    rows = known.collection_rows
    rules = run_options.rules
    placements = place_entries(all_places, rows, library.collections, rules, linked=_linked(known))
    placer = _Placer(placements, moved, run_options)
    placer.want(linking, now)
    return Placing(
        # Only now: whether an item leaves a collection depends on all of its entries.
        links=tuple(map(placer.placed, linking.links, now)),
        kept=tuple(map(placer.kept, linking.kept)),
        collection_rows=placements.collection_rows,
        collection_actions=placements.actions,
        entry_actions=tuple(placer.actions),
        reports=(*placements.missing, *placer.reports, *moved.reports),
        archived=tuple(
            placer.archived(row, item, one)
            for (row, item), one in zip(archived, leaving, strict=True)
        ),
    )


def _linked(known: LastSync) -> Mapping[SourceKey, int]:
    """Return how many linked rows each digest and bibliography has."""
    return Counter(row.digest for row in known.rows if row.is_linked)


def _placement(link: Link, run_options: RunOptions) -> EntryPlacement | None:
    """Return where an entry is; None if this run places nothing of its digest."""
    entry, before = link.entry, link.before
    rules = run_options.rules_for(entry.digest)
    if not rules.places:
        return None
    return EntryPlacement(
        digest=entry.digest,
        path=entry.heading_keys if rules.has_headings else (),
        texts=entry.headings if rules.has_headings else (),
        before=before.place if before else None,
        collections=link.item.collections if link.item else frozenset(),
    )


def _standing(row: LockRow, entry: Entry | None, run_options: RunOptions) -> EntryPlacement | None:
    """Return where an entry is that this run does not act on."""
    digest = entry.digest if entry else row.digest
    rules = run_options.rules_for(digest)
    if not rules.places:
        return None
    path = entry.heading_keys if entry and rules.has_headings else ()
    return EntryPlacement(digest, path, path, row.place, is_placed=False)


def _in_archive(row: LockRow, item: Item) -> EntryPlacement:
    path = (ARCHIVE,)
    return EntryPlacement(row.digest, path, path, row.place, item.collections, is_leaving=True)


class _Placer:
    """Places links one by one; `wanted` are the collections that the entries of an item need."""

    def __init__(self, placements: Placements, moved: Relocations, run_options: RunOptions) -> None:
        self.actions: list[MoveEntry] = []
        self.reports: list[HeldBack | PlaceConflict] = []
        self._placements = placements
        self._moved = moved
        self._terms = run_options
        self._is_ours = {row.collection: row.is_ours for row in placements.collection_rows}
        self.wanted: dict[str, set[str | None]] = defaultdict(set)
        self._homes = homes(placements.collection_rows)
        self._former_homes = placements.former_targets
        self._paths: Mapping[tuple[str, str], Path] = {
            (row.digest, row.collection): row.path for row in placements.collection_rows
        }

    def want(self, linking: Linking, now: Iterable[EntryPlacement | None]) -> None:
        """Note which collections the entries of each item need, also those that are kept."""
        for link, place in zip(linking.links, now, strict=True):
            if place is not None:
                self.wanted[link.row.item].add(self._placements.target(place))
        for row in linking.kept:
            if row.is_linked:
                self.wanted[row.item].add(home_of(row.place, self._former_homes))

    def placed(self, link: Link, place: EntryPlacement | None) -> tuple[Link, Moves]:
        """Return `link` with its place in its row, and the collections its item goes in and out."""
        row_id, moved = link.row.id, self._moved
        away = moved.targets.get(row_id) or moved.conflicts.get(row_id)
        if away and (place is None or self._placements.target(place) != away):
            return self._followed(link, place, away), Moves()
        if place is None:
            return self._unplaced(link), Moves()
        target, former = self._placements.target(place), self._placements.former(place)
        is_revived = link.before is not None and not link.before.is_linked
        if target is None or (target == former and not is_revived):
            return replace(link, row=at_home(link.row, former, self._homes)), Moves()
        row, moves = self._moves(link.row, place, target)
        return replace(link, row=at_home(row, target, self._homes)), moves

    def kept(self, row: LockRow) -> LockRow:
        """Return `row`, which this run does not act on, where its item has been put."""
        if not row.is_linked:
            return row
        return at_home(row, home_of(row.place, self._former_homes), self._homes)

    def archived(
        self, row: LockRow, item: Item, place: EntryPlacement
    ) -> tuple[LockRow, ChangeItem | None]:
        """Return the tombstone of an entry that left, and what brings its item to the archive."""
        target = self._placements.target(place)
        if target is None:
            return row, None
        row, moves = self._moves(row, place, target)
        row = replace(row, headings=(fingerprint(ARCHIVE),))
        if moves == Moves():
            return row, None
        placing = tuple(sorted(moves.placed)), tuple(sorted(moves.unplaced))
        change = ChangeItem(item.key, item.version, {}, {}, (row.id,), frozenset(), *placing)
        return row, change

    def _moves(self, row: LockRow, place: EntryPlacement, target: str) -> tuple[LockRow, Moves]:
        origin, former = row.origin, self._placements.former(place)
        # The item leaves a collection only if zoterodigest put it there and no entry needs it.
        left = origin.collections & {former} - self.wanted[row.item] - {target}
        came = {target} - place.collections
        ours = frozenset_of((origin.collections - left) | came | self._ours_of(target))
        origin = replace(origin, collections=ours)
        moves = Moves(frozenset(came), frozenset(left & place.collections))
        return replace(row, origin=origin), moves

    def _followed(self, link: Link, place: EntryPlacement | None, target: str) -> Link:
        """Have the entry of `link` follow its item, as far as directions and conflicts allow.

        Until it does, its row says where it stood when both agreed. An entry whose heading got
        another name has not moved by that.
        """
        entry, row_id, before = link.entry, link.row.id, link.before or link.row
        path = self._paths[before.digest, target]
        row = self._as_before(link.row, before)
        is_in_place = place is not None and self._placements.is_in_place(place)
        if is_in_place:
            place_now = replace(row, headings=heading_prints(entry))
            row = at_home(place_now, home_of(row.place, self._homes), self._homes)
        if row_id in self._moved.conflicts and not is_in_place:
            self.reports.append(PlaceConflict(row_id, entry.headings, path))
        elif self._terms.rules_for(entry.digest).directions.brings_entries:
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
        rules = self._terms.rules_for(entry.digest)
        path = path_fingerprints(entry.heading_keys if rules.has_headings else ())
        home = self._homes.get((entry.digest, path))
        if before is not None:
            row = self._as_before(row, before)
        elif link.item and home is not None and home in link.item.collections:
            ours = row.origin.collections | self._ours_of(home)
            origin = replace(row.origin, collections=ours)
            placed = replace(row, headings=heading_prints(entry), origin=origin)
            row = at_home(placed, home, self._homes)
        else:
            row = replace(row, headings=UNPLACED if rules.collection else heading_prints(entry))
        return replace(link, row=row)

    def _as_before(self, row: LockRow, before: LockRow) -> LockRow:
        """Return `row` where it was before this run."""
        row = replace(row, digest=before.digest, headings=before.headings)
        return at_home(row, home_of(before.place, self._former_homes), self._homes)
