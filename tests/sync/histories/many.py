"""Many histories, one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.sync.histories.play import History, failure_of, fast_and_alike, history_of


def played(
    start: int, count: int, step: int = 1, history_of: Callable[[int], History] = history_of
) -> list[str]:
    """Play the histories of `count` seeds from `start` on, `step` apart; return how they fail."""
    with fast_and_alike() as room:
        seeds = range(start, start + count * step, step)
        failures = (failure_of(seed, room, history_of) for seed in seeds)
        return [str(one) for one in failures if one is not None]


def timed(
    start: int, count: int, step: int = 1, history_of: Callable[[int], History] = history_of
) -> tuple[int, list[str], float]:
    """Play them; return their number, how they fail, and the seconds of CPU it took."""
    before = time.process_time()
    failures = played(start, count, step, history_of)
    return count, failures, time.process_time() - before
