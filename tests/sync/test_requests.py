"""What a run costs over HTTP: requests, counted on the way to the server."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from pathlib import Path

import pytest

from tests.builders import a_key, an_item
from tests.sync.digests import daily, notes, quoted, row
from tests.sync.elsewhere import ALONE, DESKTOP, WEB, Elsewhere, Manner, a_stage
from zoterodigest.library.access import Tally
from zoterodigest.library.port import BATCH_SIZE
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.syncing.sync_run import FinishedRun

SHARED = sorted((Path(__file__).resolve().parents[3] / "shared" / "digests").glob("*[a-z]*.md"))


def reads_and_writes(world: Elsewhere) -> tuple[int, int]:
    """Return what came since this was asked last; what the tally says is as much.

    To ask the person for permission is neither.
    """
    asked = world.proxy.requests.count("POST /api/local/authorize")
    writes, total = world.proxy.writes, len(world.proxy.requests)
    assert (world.tally["read"], world.tally["write"]) == (total - writes, writes)
    assert world.tally["again"] == 0
    world.proxy.requests.clear()
    world.tally = Tally()
    return total - writes, writes - asked


def levels(outcome: FinishedRun) -> int:
    """Return how many levels the new collections of a run have."""
    parents = {one.key: one.parent for one in outcome.prepared.writes.collections}

    def depth(key: str | None) -> int:
        return 1 + depth(parents[key]) if key in parents else 0

    return max(map(depth, parents), default=0)


def require_cost(world: Elsewhere, *, spare: int = 0, pages: int = 0) -> None:
    """Push, then sync twice, and look what each came to; so many more `pages` are to be read.

    Children come after the batch of their item: where there are few items, that may be one more.
    """
    pushed = world.run(intent.PUSH)
    writes = pushed.prepared.writes
    reads, posts = reads_and_writes(world)
    objects = len(writes.items) + len(writes.children)
    assert posts <= ceil(objects / BATCH_SIZE) + spare + levels(pushed)
    assert world.manner is not WEB or reads <= 8 + pages

    synced = [world.run(intent.SYNC) for _ in range(2)]

    assert pushed.failures == ()
    assert all((one.written, one.written_digests) == (0, 0) for one in synced)
    reads, posts = reads_and_writes(world)
    assert reads <= 2 * (1 if world.manner is WEB else 3)
    assert posts == 0


def fill(world: Elsewhere, count: int) -> None:
    """Put so many papers that no digest names into the library."""
    others = [an_item(a_key(number), title=f"Another Paper {number}") for number in range(count)]
    for start in range(0, count, BATCH_SIZE):
        world.behind.write(others[start : start + BATCH_SIZE])


def write_digests(world: Elsewhere, papers: int, rows: int) -> None:
    noted = (quoted(f"Restoring Images by Method {n}", f"2401.{n:05d}") for n in range(papers))
    world.markdown("notes.md", notes(*noted))
    world.markdown("daily.md", daily(map(row, range(rows))))


@pytest.mark.parametrize(
    "manner",
    [pytest.param(WEB, id="web"), pytest.param(DESKTOP, id="desktop", marks=pytest.mark.deep)],
)
def test_a_run_is_as_few_requests_as_its_objects_need(manner: Manner, tmp_path: Path) -> None:
    with a_stage(tmp_path, manner) as stage, stage.world() as world:
        write_digests(world, papers=10, rows=55)

        require_cost(world, spare=1)

        world.edit("daily.md", ("| 3 pages |", "| 3 pages, 2 figures |"))
        assert world.run(intent.SYNC).written == 1
        reads, posts = reads_and_writes(world)
        assert posts == 1
        assert manner is not WEB or reads == 5


@pytest.mark.parametrize("manner", [DESKTOP, ALONE], ids=["", "without an account"])
def test_a_first_push_into_a_running_zotero_reads_no_more_than_eight_times(
    manner: Manner, tmp_path: Path
) -> None:
    with a_stage(tmp_path, manner) as stage, stage.world() as world:
        write_digests(world, papers=55, rows=5)

        world.run(intent.PUSH)

        reads, posts = reads_and_writes(world)
        assert posts == 5  # two levels of collections, 60 papers, 55 notes: 2 and 2 batches
        assert reads <= 8


@pytest.mark.parametrize(
    ("manner", "count"),
    [
        pytest.param(WEB, 130, id="web, 130"),
        pytest.param(ALONE, 130, id="desktop without an account, 130"),
        *(
            pytest.param(manner, 5_000, id=f"{manner.name}, 5000", marks=pytest.mark.deep)
            for manner in (WEB, DESKTOP, ALONE)
        ),
    ],
)
def test_a_settled_sync_costs_the_same_whatever_the_size_of_the_library(
    manner: Manner, count: int, tmp_path: Path
) -> None:
    with a_stage(tmp_path, manner) as stage, stage.world() as world:
        fill(world, count)
        write_digests(world, papers=2, rows=2)

        require_cost(world, spare=1, pages=ceil(count / 100))

        world.change(a_key(1), extra="Somebody was here")
        assert world.run(intent.SYNC).written == 0
        assert reads_and_writes(world) == (3, 0)


@pytest.mark.deep
@pytest.mark.skipif(len(SHARED) < 5, reason="the five digests are not here")
@pytest.mark.parametrize("manner", [WEB, DESKTOP], ids=["web", "desktop"])
def test_a_push_of_the_five_digests_is_as_few_requests_as_its_objects_need(
    manner: Manner, tmp_path: Path
) -> None:
    with a_stage(tmp_path, manner) as stage, stage.world() as world:
        _copy(SHARED, world)

        require_cost(world)


def _copy(paths: Sequence[Path], world: Elsewhere) -> None:
    for path in paths:
        world.markdown(path.name, "")
        (world.root / path.name).write_bytes(path.read_bytes())
