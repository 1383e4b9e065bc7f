"""Strays: the few keys of a list that break the order which all the others keep."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from math import lgamma, log

_MOST_STRAY = 0.1
_CHANCE = 1 / 1000


def strays(keys: Sequence[str], *, can_fall: bool = False) -> list[int]:
    """Return the places of `keys` that are out of the rising (or falling) order of the others.

    Returns none if the keys are in no order: if too many break it, or if a list of such keys in
    an order by chance would look as well sorted.
    """
    ranks = {key: rank for rank, key in enumerate(sorted(set(keys)))}
    rising = [ranks[key] for key in keys]
    orders = [rising, [-rank for rank in rising]] if can_fall else [rising]
    kept = max(map(_in_order, orders), key=len)
    out = [at for at in range(len(keys)) if at not in kept]
    few = len(out) <= max(1, _MOST_STRAY * len(keys))
    return out if out and few and _is_no_chance(keys, len(out), len(orders)) else []


def _is_no_chance(keys: Sequence[str], number: int, orders: int) -> bool:
    """Whether so many strays are so few that these keys do not stand as they do by chance.

    Of all ways to arrange the keys, those in order but for `number` are compared: each stray is
    one of the keys, and stands at one of the places.
    """
    counts = Counter(keys).values()
    arrangements = lgamma(len(keys) + 1) - sum(lgamma(count + 1) for count in counts)
    nearly_sorted = log(orders) + number * log(len(keys) * len(counts))
    return nearly_sorted - arrangements < log(_CHANCE)


def _in_order(ranks: Sequence[int]) -> set[int]:
    """Return the places of a longest part of `ranks` that never falls."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for at, rank in enumerate(ranks):
        place = bisect_right(tails, rank)
        tails[place : place + 1] = [rank]
        ends[place : place + 1] = [at]
        before.append(ends[place - 1] if place else -1)
    kept: set[int] = set()
    at = ends[-1] if ends else -1
    while at >= 0:
        kept.add(at)
        at = before[at]
    return kept
