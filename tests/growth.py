"""How the cost of some work grows with its input: a ratio within one run, for the deep tests."""

from __future__ import annotations

import time
from collections.abc import Callable

TIMES = 4
"""How much larger the second input is."""

LINEAR = 10.0
"""The growth of cost that linear work stays below on a busy machine; quadratic work takes 16."""

_ROUNDS = 3
_NEGLIGIBLE = 0.02


def growth(work: Callable[[int], object], size: int) -> float:
    """Return how much more `work` costs for an input `TIMES` as large as `size`."""
    small, large = _fastest(work, size), _fastest(work, size * TIMES)
    return large / max(small, _NEGLIGIBLE)


def _fastest(work: Callable[[int], object], size: int) -> float:
    times = []
    for _ in range(_ROUNDS):
        start = time.process_time()  # of this process: others are at work on the machine, too
        work(size)
        times.append(time.process_time() - start)
    return min(times)
