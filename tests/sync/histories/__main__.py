"""Play many histories: `python -m tests.sync.histories --count 100000 --jobs 2 --start 0`.

With `--step 20` only those in which works are looked up; with `--lagging` those in which a library
lags behind the lock file.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.sync.histories.lagging import lagging_history_of
from tests.sync.histories.many import timed
from tests.sync.histories.play import history_of

CHUNK = 250


def main() -> int:
    """Play, tell of every failure at once and of the progress now and then."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--lagging", action="store_true")
    given = parser.parse_args()
    kind = lagging_history_of if given.lagging else history_of
    began, seconds, done, failed = time.monotonic(), 0.0, 0, 0
    with ProcessPoolExecutor(given.jobs) as pool:
        chunks = [
            pool.submit(timed, *chunk, kind)
            for chunk in _chunks(given.start, given.count, given.step)
        ]
        for chunk in as_completed(chunks):
            number, failures, spent = chunk.result()
            done, failed, seconds = done + number, failed + len(failures), seconds + spent
            for failure in failures:
                print(failure)
            passed = time.monotonic() - began
            print(
                f"{done} histories, {failed} fail, {passed:.0f} s, CPU {seconds:.0f} s", flush=True
            )
    return 1 if failed else 0


def _chunks(start: int, count: int, step: int) -> Iterator[tuple[int, int, int]]:
    for first in range(0, count, CHUNK):
        yield start + first * step, min(CHUNK, count - first), step


if __name__ == "__main__":
    sys.exit(main())
