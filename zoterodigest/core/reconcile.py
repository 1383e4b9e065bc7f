"""Reconcile: entries, lock file and library go in, a plan comes out. Nothing else happens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from zoterodigest.core.link import Row, Shelf, State
from zoterodigest.core.linking import link_entries
from zoterodigest.core.plan import Link, Plan
from zoterodigest.core.record import Entry
from zoterodigest.core.settle import settle, with_traits
from zoterodigest.core.shelves import Shelving, Stand, shelve
from zoterodigest.core.terms import Holdings, Known, Rules, Terms
from zoterodigest.core.travel import Moves, travel


def reconcile(
    entries: Sequence[Entry],
    known: Known,
    library: Holdings,
    terms: Terms,
    *,
    new_ids: Iterator[str],
) -> Plan:
    """Return the plan that brings `entries` and `library` into agreement over the links `known`.

    `entries` are those of all digests of the run, in order; rows of other digests stay as they are.
    `new_ids` gives the ids of new rows. Under equal arguments the plan is the same.
    """
    linking = link_entries(entries, known.rows, library, terms, new_ids=new_ids)
    stands = [_stand(link, terms) for link in linking.links]
    names = {digest: rules.collection for digest, rules in terms.rules.items()}
    shelving = shelve(stands, known.shelves, library.collections, names)
    links, moves = _moved(linking.links, stands, shelving)
    travels = travel(links, moves, terms)
    actions = (*shelving.actions, *travels.actions)
    rows = [*linking.kept, *(_row(link, terms) for link in travels.links)]
    return Plan(
        actions=actions,
        reports=(*linking.reports, *shelving.missing, *travels.reports),
        links=travels.links,
        rows=_sorted_rows(rows),
        shelves=shelving.shelves,
        rows_before=_sorted_rows(known.rows),
        shelves_before=_sorted_shelves(known.shelves),
    )


def _stand(link: Link, terms: Terms) -> Stand:
    entry, before = link.entry, link.before
    has_headings = terms.rules.get(entry.digest, Rules()).has_headings
    return Stand(
        digest=entry.digest,
        path=entry.heading_keys if has_headings else (),
        texts=entry.headings if has_headings else (),
        before=(before.digest, before.headings) if before else None,
        collections=link.item.collections if link.item else frozenset(),
    )


def _moved(
    links: Sequence[Link], stands: Sequence[Stand], shelving: Shelving
) -> tuple[list[Link], list[Moves]]:
    """Tell for every link where its item goes, and note in its row what is ours.

    An item is put in a collection when its entry is new there, and never a second time; it is taken
    out of one only if we put it in and none of its entries belongs there now.
    """
    is_ours = {shelf.collection: shelf.is_ours for shelf in shelving.shelves}
    wanted: dict[str, set[object]] = defaultdict(set)
    for link, stand in zip(links, stands, strict=True):
        wanted[link.row.item].add(shelving.target(stand))
    moved: list[Link] = []
    moves: list[Moves] = []
    for link, stand in zip(links, stands, strict=True):
        target, former = shelving.target(stand), shelving.former(stand)
        if target is None or (target == former and not _is_revived(link)):
            moved.append(link)
            moves.append(Moves())
            continue
        origin = link.row.origin
        left = origin.collections & {former} - wanted[link.row.item]
        came = {target} - stand.collections
        ours = came | ({target} if is_ours.get(target) else set())
        origin = replace(origin, collections=origin.collections - left | ours)
        moved.append(replace(link, row=replace(link.row, origin=origin)))
        moves.append(Moves(frozenset(came), frozenset(left & stand.collections)))
    return moved, moves


def _is_revived(link: Link) -> bool:
    return link.before is not None and link.before.state is not State.LINKED


def _row(link: Link, terms: Terms) -> Row:
    """Return the row as it is to be; of an item that is still to be made no base is known."""
    if link.item is None:
        return with_traits(link.row, link.entry)
    return settle(link, link.item, terms.folding)


def _sorted_rows(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda row: row.id))


def _sorted_shelves(shelves: Iterable[Shelf]) -> tuple[Shelf, ...]:
    return tuple(sorted(shelves, key=lambda shelf: (shelf.digest, shelf.path)))
