"""Nothing is lost, doubled or silently different, whatever people, git and accidents do."""

from __future__ import annotations

import pytest

from tests.sync.histories.many import played

COUNT, CHUNKS = 2_000, 8
DEEP_COUNT = 100_000


def require_good(start: int, count: int) -> None:
    failures = played(start, count)
    assert not failures, "\n\n".join(failures[:5])


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_random_history_loses_nothing_doubles_nothing_and_settles(chunk: int) -> None:
    require_good(chunk * COUNT // CHUNKS, COUNT // CHUNKS)


@pytest.mark.deep
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_many_random_histories_lose_nothing_double_nothing_and_settle(chunk: int) -> None:
    require_good(COUNT + chunk * DEEP_COUNT // CHUNKS, DEEP_COUNT // CHUNKS)
