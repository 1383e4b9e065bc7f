"""Play many histories: `python -m tests.sync.histories --count 100000 --jobs 2 --start 0`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from multiprocessing import get_context

from tests.sync.histories.play import failure_of, fast_and_alike

CHUNK = 250


def played(start: int, count: int) -> list[str]:
    """Play histories of seeds from `start` on; return how they fail."""
    with fast_and_alike() as room:
        failures = (failure_of(seed, room) for seed in range(start, start + count))
        return [str(one) for one in failures if one is not None]


def _play_chunk(chunk: tuple[int, int]) -> tuple[int, list[str], float]:
    before = time.process_time()
    failures = played(*chunk)
    return chunk[1], failures, time.process_time() - before


def _chunks(start: int, count: int) -> Iterator[tuple[int, int]]:
    for first in range(start, start + count, CHUNK):
        yield first, min(CHUNK, start + count - first)


def main() -> int:
    """Play, tell of every failure at once and of the progress now and then."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args()
    began, seconds, done, failed = time.monotonic(), 0.0, 0, 0
    with get_context("spawn").Pool(given.jobs) as pool:
        for number, failures, spent in pool.imap_unordered(
            _play_chunk, _chunks(given.start, given.count)
        ):
            done, failed, seconds = done + number, failed + len(failures), seconds + spent
            for failure in failures:
                print(failure, flush=True)
            passed = time.monotonic() - began
            print(
                f"{done} histories, {failed} fail, {passed:.0f} s, CPU {seconds:.0f} s", flush=True
            )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
