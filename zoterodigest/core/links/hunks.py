"""Three-way merge of blocks by the fingerprints of the base's blocks.

Edits of different blocks merge, also of adjacent ones; an edit of one block at both ends does not,
unless it is the same edit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from enum import Enum, auto

from zoterodigest.core.links.link import fingerprint
from zoterodigest.frozen import dataclass

_MOST_COMPARISONS = 1_000_000
"""Above this many pairs of blocks what lies between common ends is taken as one edit."""


class Winner(Enum):
    """The end whose edit is taken if both changed one block differently."""

    ENTRY = auto()
    ITEM = auto()


@dataclass(frozen=True, slots=True)
class _BlockFate:
    """What became of the base's blocks from `start` to `end`: other blocks, or none."""

    start: int
    end: int
    texts: tuple[str, ...]


def merge_blocks(
    base: Sequence[str], entry: Sequence[str], item: Sequence[str], *, winner: Winner | None = None
) -> tuple[str, ...] | None:
    """Return the blocks with both ends' edits, or None if both changed one block differently.

    `base` holds the fingerprints of the blocks last in sync, `entry` and `item` the blocks now.
    If both ends insert blocks at one place, all are kept once, the entry's first. This also holds
    if one end changed or removed the block beside them.

    With a `winner`, that end's edit of such a block is taken, and all that the other end changed in
    the same stretch is left out. The result is then None only if both ends moved a block.
    """
    known = {*base}
    base = _with_shared(_with_replaced(base, entry, item), entry, item)
    entry_inserts, entry_fates = _edits(base, entry)
    item_inserts, item_fates = _edits(base, item)
    if winner is Winner.ENTRY:
        item_fates = _without_rivals(item_fates, entry_fates)
    elif winner is Winner.ITEM:
        entry_fates = _without_rivals(entry_fates, item_fates)
    # A block of the base that stays has one text wherever it stands, so either end's serves.
    kept = {fingerprint(text): text for text in (*entry, *item)}
    merged: list[str] = []
    for place, block in enumerate((*base, None)):
        merged += _joined(entry_inserts.get(place, ()), item_inserts.get(place, ()))
        one, other = entry_fates.get(place), item_fates.get(place)
        if one is not None and other is not None and one != other:
            return None
        fate = one or other
        if fate is None:
            merged += [] if block is None else [kept[block]]
        elif fate.start == place:
            merged += fate.texts
    # A block that both ends moved would stand at both of its new places, or at none.
    taken = {Winner.ENTRY: entry, Winner.ITEM: item, None: ()}[winner]
    lost = {text for text in {*taken} - {*merged} if fingerprint(text) not in known}
    return None if lost or _doubles(merged, base, entry, item) else tuple(merged)


def _without_rivals(
    fates: Mapping[int, _BlockFate], holding: Mapping[int, _BlockFate]
) -> dict[int, _BlockFate]:
    """Return `fates` without those that share a block of the base with another one of `holding`."""
    rivals = {fate for at, fate in fates.items() if holding.get(at, fate) != fate}
    return {at: fate for at, fate in fates.items() if fate not in rivals}


def _doubles(
    merged: Sequence[str], base: Sequence[str], entry: Sequence[str], item: Sequence[str]
) -> bool:
    """Tell whether a block would occur more often than at any end or in the base: it was moved."""
    sides = Counter(entry), Counter(item)
    then = Counter(base)
    return any(
        number > 1 and number > max(*(side[text] for side in sides), then[fingerprint(text)])
        for text, number in Counter(merged).items()
    )


def _with_replaced(base: Sequence[str], entry: Sequence[str], item: Sequence[str]) -> Sequence[str]:
    """Return `base` with each block that both ends have in the place of the one that it replaced.

    So a block beside it that one end changed and the other one removed is not taken for a new one.
    """
    sides = [set(map(fingerprint, texts)) for texts in (entry, item)]
    standing, shared = sides[0] | sides[1], (sides[0] & sides[1]) - set(base)
    if not shared:
        return base
    grown = list(base)
    for texts in (entry, item):
        for place, fate in _edits(base, texts)[1].items():
            new = [one for one in map(fingerprint, fate.texts) if one in shared]
            if fate.end - fate.start == len(fate.texts) == len(new) and base[place] not in standing:
                grown[place] = new[0]
                shared -= {new[0]}
    return grown


def _with_shared(base: Sequence[str], entry: Sequence[str], item: Sequence[str]) -> Sequence[str]:
    """Return `base` with the blocks that both ends have and `base` lacks.

    Each new block goes between the blocks that surround it at both ends, and replaces blocks that
    both ends have removed. A block that occurs twice at one end does not count.
    """
    sides = [_placed(map(fingerprint, texts)) for texts in (entry, item)]
    standing = {fingerprint(text) for text in (*entry, *item)}
    known = set(base)
    shared = [one for one in sides[0] if one in sides[1] and one not in known]
    if len(shared) * len(base) > _MOST_COMPARISONS:
        return base
    grown = list(base)
    for one in shared:
        before, after = 0, len(grown)
        for place, block in enumerate(grown):
            turns = {at[block] < at[one] for at in sides if block in at}
            before = place + 1 if True in turns else before
            after = min(place, after) if False in turns else after
        left = [block for block in grown[before:after] if block in standing]
        grown[before : max(before, after)] = [one, *left]
    return grown


def _placed(prints: Iterable[str]) -> dict[str, int]:
    """Return the places of the blocks that stand there once, in their order."""
    places: dict[str, list[int]] = {}
    for place, one in enumerate(prints):
        places.setdefault(one, []).append(place)
    return {one: found[0] for one, found in places.items() if len(found) == 1}


def _edits(
    base: Sequence[str], texts: Sequence[str]
) -> tuple[dict[int, tuple[str, ...]], dict[int, _BlockFate]]:
    """Return how `base` became `texts`, block by block wherever the edit allows.

    First what was put in before a block of the base, then what became of its blocks, both by place.
    """
    inserts: dict[int, tuple[str, ...]] = {}
    fates: dict[int, _BlockFate] = {}
    prints = [fingerprint(text) for text in texts]
    for start, end, first, last in differing_ranges(base, prints):
        new = tuple(texts[first:last])
        if start == end:
            inserts[start] = new
        elif not new or len(new) == end - start:
            for offset, place in enumerate(range(start, end)):
                fates[place] = _BlockFate(place, place + 1, new[offset : offset + 1])
        else:
            fates |= dict.fromkeys(range(start, end), _BlockFate(start, end, new))
    return inserts, fates


def differing_ranges(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Yield half-open ranges of `old` and of `new` that differ, in order.

    Very long texts that differ in many places are compared as one difference.
    """
    # The common ends are cut first: SequenceMatcher takes quadratic time in what is left.
    head = common_length(old, new)
    tail = common_length(old[head:][::-1], new[head:][::-1])
    a, b = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(a) * len(b) > _MOST_COMPARISONS:
        yield head, head + len(a), head, head + len(b)
        return
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag != "equal":
            yield head + i1, head + i2, head + j1, head + j2


def places_that_stay(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the places of texts that stay, in `old` and in `new`, in order."""
    cursor = shift = 0
    ends = (len(old), len(old), len(new), len(new))
    for start, end, _, last in (*differing_ranges(old, new), ends):
        yield from ((at, at + shift) for at in range(cursor, start))
        cursor, shift = end, last - end


def common_length(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many texts, or letters, two begin with in common."""
    pairs = zip(one, other, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _joined(entry: tuple[str, ...], item: tuple[str, ...]) -> tuple[str, ...]:
    """Unite what both ends put in at one place."""
    if stand_within(entry, item):
        return item
    known = set(entry)
    return entry + tuple(text for text in item if text not in known)


def stand_within(few: Sequence[str], many: Iterable[str]) -> bool:
    """Tell whether the blocks of `few` stand in `many` in their order."""
    rest = iter(many)
    return all(text in rest for text in few)
