"""Paired: which new block of a text is which old one, though several came, went and changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

_LEAST_LIKENESS = 0.5
_MOST_COMPARISONS = 2_500
"""Above this many pairs blocks are paired by their places alone."""


def paired(old: Sequence[str], new: Sequence[str]) -> Mapping[int, int]:
    """Return places in `new` with the place in `old` of the block that each came from, in order.

    Blocks are paired by what they say, or by their places if none says what another said.
    """
    straight = {at: at for at in range(min(len(old), len(new)))}
    if len(old) == len(new) == 1 or len(old) * len(new) > _MOST_COMPARISONS:
        return straight
    alike = _most_alike(old, new)
    is_straight = all(one == other for one, other in alike.items())
    return straight if is_straight and len(old) == len(new) else alike or straight


def _most_alike(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """Return the pairs in order that share most, of those that share enough."""
    counts, new_counts = [*map(_letter_pairs, old)], [*map(_letter_pairs, new)]
    shares = [[_likeness(one, other) for other in new_counts] for one in counts]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for at in range(len(old) - 1, -1, -1):
        for place in range(len(new) - 1, -1, -1):
            with_both = shares[at][place] + best[at + 1][place + 1]
            best[at][place] = max(with_both, best[at + 1][place], best[at][place + 1])
    pairs: dict[int, int] = {}
    at = place = 0
    while at < len(old) and place < len(new):
        if best[at][place] == best[at + 1][place]:
            at += 1
        elif best[at][place] == best[at][place + 1]:
            place += 1
        else:
            pairs[place] = at
            at, place = at + 1, place + 1
    return pairs


def _letter_pairs(text: str) -> Counter[str]:
    """Count neighboring letters: words alone tell nothing about Chinese."""
    return Counter(map("".join, pairwise(text)))


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    """Return the share of letter pairs that two texts have in common, 0 if it is small."""
    likeness = 2 * (one & other).total() / max(one.total() + other.total(), 1)
    return likeness if likeness >= _LEAST_LIKENESS else 0.0
