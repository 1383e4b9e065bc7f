"""Items from which all that zoterodigest made was taken off: somebody ran `remove` elsewhere.

The lock file of that clone is still to come. By the one here such an item was edited: what it lacks
now would be cleared in its entries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set

from zoterodigest.core.links.link import Base, LinkState, LockRow, fingerprint
from zoterodigest.core.links.merge import is_set
from zoterodigest.core.links.view import Folding, canonical
from zoterodigest.core.plan.run_options import LastSync, LibraryState
from zoterodigest.core.plan.seen import Seen
from zoterodigest.core.reconcile.settle import is_note_missing
from zoterodigest.core.values.record import EMPTY, Item, is_empty, is_of_entry, value_parts


def items_taken_back(known: LastSync, library: LibraryState, folding: Folding) -> frozenset[str]:
    """Return the keys of adopted items that look as `remove` leaves them, by the links `known`.

    Such an item is in none of our collections and has no note of ours, and something that its links
    agreed on is gone. A person may have done that one by one. So more has to tell of a removal
    (`_is_certain`). Once its links have ended, they stay so without that.
    """
    # A library that was restored from a backup shows less for another reason.
    if known.seen is not None and known.seen.has_gone_back:
        return frozenset()
    links: dict[str, list[LockRow]] = defaultdict(list)
    for row in known.rows:
        if row.state in (LinkState.LINKED, LinkState.TRASHED):
            links[row.item].append(row)
    # Ours are also those that a person put it into: the entry follows there.
    ours = {one.collection for one in known.collection_rows}
    live = {one.key for one in library.collections if not one.is_trashed}
    return frozenset(
        item.key
        for item in library.items
        if item.key in links
        and item.collections.isdisjoint(ours)
        and _has_nothing_of_ours(item, links[item.key])
        and _is_certain(item, links[item.key], known.seen, live)
        and _has_lost(item, links[item.key], folding)
    )


def _has_nothing_of_ours(item: Item, rows: Sequence[LockRow]) -> bool:
    # The cheap question first: it settles most items, and every run asks it for every link.
    if item.is_trashed or any(row.origin.item for row in rows):
        return False
    if any(not item.collections.isdisjoint(row.origin.collections) for row in rows):
        return False
    return all(is_note_missing(item, row) for row in rows if row.origin.note)


def _is_as_filled_in(name: str, item: Item, row: LockRow) -> bool:
    if is_empty(item.fields.get(name, EMPTY)):
        return False
    raw = item.raws.get(name, "")
    return row.agrees_at_item(name, raw) or row.is_from_source(name, raw)


def _is_certain(item: Item, rows: Sequence[LockRow], seen: Seen | None, live: Set[str]) -> bool:
    """Tell whether an item has left a collection since it was last seen, and lost something more:
    that collection itself, a note, or all values that we filled in. Or it has lost both of these.
    """
    if any(row.state is LinkState.TRASHED for row in rows):
        return True
    collections = {key for row in rows for key in row.origin.collections}
    left = {key for key in collections if seen is not None and seen.held(key, item)}
    had_note = any(row.origin.note for row in rows)
    filled_in = [(name, row) for row in rows for name in row.origin.fields]
    are_gone = not any(_is_as_filled_in(name, item, row) for name, row in filled_in)
    if left:  # values that two clones filled in, each for itself, may stand on
        return had_note or are_gone or left.isdisjoint(live)
    return had_note and bool(filled_in) and are_gone


def _has_lost(item: Item, rows: Iterable[LockRow], folding: Folding) -> bool:
    """Tell whether an item lacks something that it had when it was in sync."""
    return any(
        _is_less(name, base, item, folding)
        for row in rows
        for name, base in row.bases.items()
        if name in item.fields and base.at_item.parts and not is_of_entry(name)
    )


def _is_less(name: str, base: Base, item: Item, folding: Folding) -> bool:
    value = item.fields[name]
    if is_empty(value) or not is_set(name):
        return is_empty(value)
    shown = canonical(name, value, folding)
    return {*map(fingerprint, value_parts(shown))} < {*base.at_item.parts}
