"""Which bases hold after a run that was killed before it recorded them, by what entries show.

A base must not claim what was not at both ends: an edit would be dropped, or a removal carried.
The item's end was read before, so each part that the entry shows now has been at both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from zoterodigest.core.links.bases import UNSEEN
from zoterodigest.core.links.hunks import differing_ranges, stand_within
from zoterodigest.core.links.link import Base, Print
from zoterodigest.core.links.merge import is_set
from zoterodigest.core.values.record import is_of_entry
from zoterodigest.frozen import dataclass

Shown = Mapping[str, Print | None]
"""What an entry shows, by field; None where something was not understood."""

NO_BASES: Mapping[str, Base] = {}

_NOTHING = Print("", ())
"""What a field shows that is not there; no text has this fingerprint."""


def shown_bases(
    then: Mapping[str, Base],
    now: Mapping[str, Base],
    shown: Shown,
    over: Mapping[str, Base] = NO_BASES,
) -> Mapping[str, Base]:
    """Return the bases `now`, which a run was about to record, as far as the entry shows them.

    Of all else those hold that held `then`. A base that was to go is gone if its field is empty.
    Where a library lagged, the run merged members `over` what was last seen of it.
    """
    bases = {}
    for name in sorted(then.keys() | now.keys()):
        before, base, found = then.get(name), now.get(name), shown.get(name, _NOTHING)
        if found is None:
            base = before
        elif base is not None:
            merged = _merged_base(before, base, over.get(name))
            held = base if base == before else _shown_base(name, merged, base, found)
            base = before if held == merged else held
        elif found.parts:
            base = before
        if base is not None:
            bases[name] = base
    return bases


def _shown_base(name: str, then: Base | None, now: Base, shown: Print) -> Base | None:
    is_same = _in_order(name, shown.parts) == _in_order(name, now.at_entry.parts)
    if is_same or shown.raw == now.at_entry.raw:
        return now
    if then is None:
        return now if _is_within(name, now.at_entry.parts, shown.parts) else None
    if is_set(name):
        return _base_of_set(then, now, frozenset(shown.parts))
    return _base_of_blocks(then, now, shown.parts) if is_of_entry(name) else then


def _merged_base(then: Base | None, now: Base, over: Base | None) -> Base | None:
    """Return the base from which members came and went in a run that merged `over` another one.

    A member counts if two of the three have it. One that only the lock file had is still to reach
    the library. One that only the lock file lacked went elsewhere: the library still has it.
    """
    if then is None or over is None:
        return then
    ends = (
        (then.at_entry, now.at_entry, over.at_entry),
        (then.at_item, now.at_item, over.at_item),
    )
    return Base(*(Print(UNSEEN, _of_two(*(one.parts for one in end))) for end in ends))


def _of_two(*parts: tuple[str, ...]) -> tuple[str, ...]:
    counts = Counter(part for one in parts for part in dict.fromkeys(one))
    return tuple(part for part, count in counts.items() if count > 1)


def _in_order(name: str, parts: Sequence[str]) -> Sequence[str]:
    return sorted(set(parts)) if is_set(name) else parts


def _is_within(name: str, few: Sequence[str], many: Sequence[str]) -> bool:
    """Tell whether an entry that shows `many` parts has all of `few`, blocks in their order."""
    if not few:
        return False
    return set(few) <= set(many) if is_set(name) else stand_within(few, many)


def _base_of_set(then: Base, now: Base, shown: frozenset[str]) -> Base:
    """Return the base of members: each that came and is shown, without each that went and is not.

    A member that is known at the item alone was never to be shown: that is not proved.
    """
    ends = (then.at_entry, now.at_entry), (then.at_item, now.at_item)
    return Base(*(_print(_members(old.parts, new.parts, shown), old, new) for old, new in ends))


def _members(then: Iterable[str], now: Iterable[str], shown: frozenset[str]) -> tuple[str, ...]:
    old, new = dict.fromkeys(then), dict.fromkeys(now)
    kept = (part for part in old if part in new or part in shown)
    return tuple(dict.fromkeys((*kept, *(part for part in new if part in shown))))


def _base_of_blocks(then: Base, now: Base, shown: Sequence[str]) -> Base:
    if any(base.at_entry.parts != base.at_item.parts for base in (then, now)):
        return then
    parts = _ShownBlocks(then.at_entry.parts, now.at_entry.parts, shown).parts()
    ends = (then.at_entry, now.at_entry), (then.at_item, now.at_item)
    return Base(*(_print(parts, *known) for known in ends))


def _print(parts: tuple[str, ...], *known: Print) -> Print:
    return next((one for one in known if one.parts == parts), Print(UNSEEN, parts))


@dataclass(frozen=True, slots=True)
class _ShownBlocks:
    """The blocks of a base before and after a run, and the blocks that an entry shows."""

    before: Sequence[str]
    after: Sequence[str]
    shown: Sequence[str]

    def parts(self) -> tuple[str, ...]:
        """Return the blocks before, with each edit that the entry shows."""
        ranges = list(differing_ranges(self.before, self.after))
        went = {part for start, end, _, _ in ranges for part in self.before[start:end]}
        came = {part for _, _, first, last in ranges for part in self.after[first:last]}
        # Of a block that was moved the entry shows no edit, only an order.
        if went & came:
            return tuple(self.before)
        parts, place = list[str](), 0
        for start, end, first, last in ranges:
            parts += self.before[place:start]
            parts += self._after(self.before[start:end], self.after[first:last], first)
            place = end
        return (*parts, *self.before[place:])

    def _after(self, went: Sequence[str], came: Sequence[str], first: int) -> Sequence[str]:
        """Return what stands in the place of blocks that `went`, for which others `came`."""
        if not went:
            return [part for part in came if self._has(part)]
        if not came:
            # The person may have edited one before it was to be taken out.
            return went if self._is_edited(first) else [one for one in went if self._keeps(one)]
        if len(went) == len(came):
            pairs = zip(went, came, strict=True)
            return [new if self._is_replaced((old,), (new,)) else old for old, new in pairs]
        return came if self._is_replaced(went, came) else went

    def _is_replaced(self, went: Iterable[str], came: Iterable[str]) -> bool:
        return all(map(self._has, came)) and not any(map(self._keeps, went))

    def _has(self, came: str) -> bool:
        return self.shown.count(came) >= self.after.count(came)

    def _keeps(self, went: str) -> bool:
        return self.shown.count(went) > self.after.count(went)

    def _is_edited(self, place: int) -> bool:
        """Tell whether the entry shows other blocks at a place of the base after."""
        ranges = differing_ranges(self.after, self.shown)
        return any(start <= place <= end for start, end, _, _ in ranges)
