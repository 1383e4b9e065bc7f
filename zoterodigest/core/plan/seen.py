"""What this library last showed here (V), compared with what the lock file says now.

The lock file moves between machines and commits; a library may lag behind it. Per link and field
an instance remembers the last base at which item and entry were in sync here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from typing import TypeVar

from zoterodigest.core.links.link import Base, LockRow, Print, fingerprint
from zoterodigest.core.links.merge import is_set
from zoterodigest.core.values.record import Item
from zoterodigest.frozen import dataclass

T = TypeVar("T")

# Bounds the memory. A lock file that is more edits of one field behind does not count as older.
_MOST_PAST = 20


@dataclass(frozen=True, slots=True)
class Lagged:
    """A field in which this library lagged until the two came to be in sync, or diverged: the lock
    file had the base with the mark `ahead` then, newer than the `base` that was last seen here.
    """

    ahead: str
    base: Base


@dataclass(frozen=True, slots=True)
class Seen:
    """What an instance remembers: its rows by id, with the bases of V, and by collection the keys
    of the items that lay in it. `past` holds, by row id and field, the marks of bases that once
    were in sync here, the newest last: a lock file that has one of them is of an older commit.
    `lagged` holds, by the same, where the library lagged before it last came to be in sync: an undo
    goes back to that. `version` was the library's; one at a lower version now `has_gone_back`, as
    when it was restored from a backup.
    """

    rows: Mapping[str, LockRow] = field(default_factory=dict)
    collections: Mapping[str, frozenset[str]] = field(default_factory=dict)
    past: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    lagged: Mapping[str, Mapping[str, Lagged]] = field(default_factory=dict)
    version: int = 0
    has_gone_back: bool = False
    # No part of the value: `rows_of` fills it, and `replace` begins it anew.
    _by_item: dict[str, list[LockRow]] = field(
        init=False, default_factory=dict, repr=False, compare=False
    )

    def says_as(self, other: Seen | None) -> bool:
        """Tell whether both remember the same, at whatever version of the library."""
        return other is not None and replace(other, version=self.version) == self

    def rows_of(self, item: str) -> Sequence[LockRow]:
        """Return what is remembered of the links of an item."""
        # Kept: where a library lags, this is asked for many fields of many links.
        if not self._by_item:
            for row in self.rows.values():
                self._by_item.setdefault(row.item, []).append(row)
        return self._by_item.get(item, ())

    def held(self, collection: str, item: Item) -> bool:
        """Tell whether `item`, or one that was merged into it since, lay in a collection.

        A merge unites the collections: in none of them is the item that stays an addition.
        """
        return not {item.key, *item.replaces}.isdisjoint(self.collections.get(collection, ()))

    def is_past(self, row_id: str, name: str, base: Base) -> bool:
        """Tell whether `base` was in sync here before the one that is remembered."""
        if mark_of(base) not in self.past.get(row_id, {}).get(name, ()):
            return False
        # Once an undo went back to what was seen before `base`, this one is newer again.
        lag = self.lag_to(row_id, name, base)
        return lag is None or lag.base != _bases(self.rows, row_id).get(name)

    def was_in_sync(self, row_id: str, name: str, value: Print) -> bool:
        """Tell whether both ends of a field had this value here before the one last seen."""
        return mark_of(Base(value, value)) in self.past.get(row_id, {}).get(name, ())

    def members_of(self, row: LockRow) -> dict[str, Base]:
        """Return the bases of members last seen here, where the lock file's `row` has other ones.

        A run here merges over them.
        """
        known = self.rows.get(row.id)
        if known is None or known.item != row.item:
            return {}
        both = row.bases.keys() & known.bases.keys()
        moved = (name for name in both if known.bases[name] != row.bases[name])
        return {name: known.bases[name] for name in moved if is_set(name)}

    def lag_to(self, row_id: str, name: str, base: Base) -> Lagged | None:
        """Return how the library lagged behind `base` before it last came to be in sync."""
        lag = self.lagged.get(row_id, {}).get(name)
        return lag if lag is not None and lag.ahead == mark_of(base) else None


def mark_of(base: Base) -> str:
    """Return a fingerprint of the value that was agreed on, the order of its parts left out."""
    # The item's end: it is what a library shows, whatever the entry made of it.
    return fingerprint(" ".join(sorted(base.at_item.parts)))


def past_after(
    seen: Seen,
    rows: Mapping[str, LockRow],
    before: Mapping[str, LockRow],
    after: Mapping[str, LockRow],
) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return the marks of what is past once `rows` are remembered in the place of those of `seen`.

    A run that brought the lock file's row from `before` to `after`, and remembers that, knows the
    base before to be older. Only the newest marks of each field are kept.
    """
    past: dict[str, dict[str, tuple[str, ...]]] = {}
    for row_id, row in rows.items():
        marks = dict(seen.past.get(row_id, {}))
        for name, base in _bases(before, row_id).items():
            if row.bases.get(name) == _bases(after, row_id).get(name) != base:
                marks[name] = _with_mark(marks.get(name, ()), base)
        for name, base in _bases(seen.rows, row_id).items():
            if row.bases.get(name) != base:
                marks[name] = _with_mark(marks.get(name, ()), base)
        if marks:
            past[row_id] = marks
    return past


def with_moved(seen: Seen, before: Iterable[LockRow], after: Iterable[LockRow]) -> Seen:
    """Return `seen` once a run here brought the lock file's rows from `before` to `after`.

    The base of a field that the run moved is in sync here, unless it moved back to one that the
    library lagged behind. All others stay as they were seen: the library may lag behind the lock
    file, or its item may be still to come. A link that ends moves no base.
    """
    then = {row.id: row for row in before}
    rows = dict(seen.rows)
    lags: list[tuple[str, str]] = []
    for row in after:
        if row.id not in then:
            rows.setdefault(row.id, row)
        elif row.is_linked and row != then[row.id]:
            known = rows.get(row.id) or replace(then[row.id], bases={})
            rows[row.id] = _moved(known, then[row.id], row)
            lags += ((row.id, name) for name in _moved_names(then[row.id], row))
    moved = replace(seen, rows=rows, lagged=lagged_after(seen, rows, then))
    return lagging_again(moved, seen, lags)


def lagging_again(seen: Seen, before: Seen, names: Iterable[tuple[str, str]]) -> Seen:
    """Return `seen` lagging in `names`, fields by row id, as in `before` if that says how it did.

    It does if the field came to be in sync with the base that is now remembered.
    """
    rows, lagged = dict(seen.rows), dict(seen.lagged)
    for row_id, name in names:
        base = _bases(rows, row_id).get(name)
        lag = before.lag_to(row_id, name, base) if base is not None else None
        if lag is not None:
            rows[row_id] = replace(rows[row_id], bases={**rows[row_id].bases, name: lag.base})
            lagged[row_id] = {**lagged.get(row_id, {}), name: lag}
    return replace(seen, rows=rows, lagged=lagged)


def lagged_after(
    seen: Seen, rows: Mapping[str, LockRow], before: Mapping[str, LockRow]
) -> dict[str, dict[str, Lagged]]:
    """Return where the library lagged before it came to be as in `rows`; those of `seen` were
    remembered until then, and the lock file had those of `before`.
    """
    lagged: dict[str, dict[str, Lagged]] = {}
    for row_id, row in rows.items():
        lags = dict(seen.lagged.get(row_id, {}))
        for name, base in _bases(seen.rows, row_id).items():
            ahead, now = _bases(before, row_id).get(name), row.bases.get(name, base)
            if now == base or mark_of(now) == mark_of(base):
                continue
            lags.pop(name, None)
            if ahead is not None and mark_of(ahead) != mark_of(base):
                lags[name] = Lagged(mark_of(ahead), base)
        if lags:
            lagged[row_id] = lags
    return lagged


def _moved_members(
    known: Mapping[str, T], before: Mapping[str, T], after: Mapping[str, T]
) -> dict[str, T]:
    """Return what was `known` with all that changed between `before` and `after`."""
    kept = {key: one for key, one in known.items() if before.get(key) == after.get(key)}
    return kept | {key: one for key, one in after.items() if before.get(key) != one}


def _moved(known: LockRow, before: LockRow, after: LockRow) -> LockRow:
    """Return what was `known` of a row with all that changed in it between `before` and `after`."""
    return replace(
        after,
        item=known.item if before.item == after.item else after.item,
        note=known.note if before.note == after.note else after.note,
        bases=_moved_members(known.bases, before.bases, after.bases),
        annotations=_moved_members(known.annotations, before.annotations, after.annotations),
        diverged=known.diverged - (before.diverged - after.diverged)
        | (after.diverged - before.diverged),
    )


def _moved_names(before: LockRow, after: LockRow) -> set[str]:
    names = before.bases.keys() | after.bases.keys()
    return {name for name in names if before.bases.get(name) != after.bases.get(name)}


def _bases(rows: Mapping[str, LockRow], row_id: str) -> Mapping[str, Base]:
    return rows[row_id].bases if row_id in rows else {}


def _with_mark(marks: tuple[str, ...], base: Base) -> tuple[str, ...]:
    left = (one for one in marks if one != mark_of(base))
    return (*left, mark_of(base))[-_MOST_PAST:]
