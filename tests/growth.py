"""How the cost of some work grows with its input: a ratio within one run."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

TIMES = 4
"""How much larger the second input is."""

LINEAR = 10.0
"""The growth of cost that linear work stays below on a busy machine; quadratic work takes 16."""

MORE_CALLS = 5.0
"""The growth of calls that linear work stays below: it takes 4, and a little for its beginning."""

_ROUNDS = 3
_NEGLIGIBLE = 0.02


def growth(work: Callable[[int], object], size: int) -> float:
    """Return how much more `work` costs for an input `TIMES` as large as `size`."""
    small, large = _fastest(work, size), _fastest(work, size * TIMES)
    return large / max(small, _NEGLIGIBLE)


def growth_of_calls(work: Callable[[int], object], size: int) -> float:
    """Return how many more calls of functions `work` makes for an input `TIMES` as large as `size`.

    Calls are counted, so the answer is the same on a busy machine. A loop that calls nothing does
    not count.
    """
    return _calls(work, size * TIMES) / _calls(work, size)


def _calls(work: Callable[[int], object], size: int) -> int:
    count = 0

    def counted(_: object, event: str, __: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    work(1)  # what is loaded or compiled once is no growth
    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        work(size)
    finally:
        sys.setprofile(before)
    return count


def _fastest(work: Callable[[int], object], size: int) -> float:
    times = []
    for _ in range(_ROUNDS):
        start = time.process_time()  # of this process: others are at work on the machine, too
        work(size)
        times.append(time.process_time() - start)
    return min(times)
