"""Remembering: what this instance of the library is to have shown once an undo is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace

from zoterodigest.core.links.link import LinkState, LockFile, LockRow, fingerprint
from zoterodigest.core.plan.seen import Seen, with_moved
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.record import Item


def seen_back(seen: Seen, present: LockFile, back: LockFile, written: Sequence[Item]) -> Seen:
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
        place, place_before = _place(row), _place(before.get(row.id, row))
        if place != place_before and {place, place_before} <= placed.keys():
            _seen_in(collections, row.item, {placed[place]}, (placed[place_before],))
    held_by = {key: frozenset(held) for key, held in collections.items()}
    # A link that comes back was seen as it was when it ended: that had moved nothing here.
    ended = {row.id for row in present.rows if row.state is not LinkState.LINKED}
    moved = with_moved(seen, present.rows, (row for row in back.rows if row.id not in ended))
    return replace(moved, collections=held_by)


def _place(row: LockRow) -> tuple[SourceKey, tuple[str, ...]]:
    return row.digest, row.headings


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
