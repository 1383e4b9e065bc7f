"""What a run costs over HTTP: requests, counted at the server."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from pathlib import Path

import pytest

from tests.library.web import KEY, Server, a_server
from tests.sync.digests import daily, notes, quoted, row
from zoterodigest.library.access import Access
from zoterodigest.sync.carry import Outcome, carry_out
from zoterodigest.sync.run import Direction, Options, prepare
from zoterodigest.sync.workspace import Chosen, open_workspace

SHARED = sorted((Path(__file__).resolve().parents[3] / "shared" / "digests").glob("*[a-z]*.md"))


@pytest.fixture
def server() -> Iterator[Server]:
    with a_server() as server:
        yield server


def run(server: Server, folder: Path, direction: Direction) -> tuple[Outcome, Access]:
    """Run over all digests in `folder`, each time as a process of its own would."""
    access = Access(lambda _: KEY, folder / "cache", server.clock.wait)
    chosen = Chosen(f"{server.url}/users/1", access=access)
    workspace = open_workspace(sorted(folder.glob("*.md")), folder, chosen=chosen)
    server.counted()
    with workspace.library:
        outcome = carry_out(prepare(workspace, Options(direction)), lambda done, total: None)
    assert outcome.failures == ()
    return outcome, access


def levels(outcome: Outcome) -> int:
    """Return how many levels the new collections of a run have."""
    parents = {shelf.key: shelf.parent for shelf in outcome.prepared.writes.shelves}

    def depth(key: str | None) -> int:
        return 1 + depth(parents[key]) if key in parents else 0

    return max(map(depth, parents), default=0)


def cost(server: Server, folder: Path, spare: int = 0) -> None:
    """Push what lies in `folder`, then sync, and look what each came to.

    Children come after the batch of their item: where there are few items, that may be one more.
    """
    pushed, access = run(server, folder, Direction.PUSH)
    writes = pushed.prepared.writes
    (reads, posts) = server.counted()
    objects = len(writes.items) + len(writes.children)
    assert posts <= ceil(objects / 50) + spare + levels(pushed)
    assert reads <= 8
    assert (access.tally["read"], access.tally["write"], access.tally["again"]) == (reads, posts, 0)

    synced, _ = run(server, folder, Direction.SYNC)

    assert (synced.written, synced.written_digests) == (0, 0)
    assert server.counted() == (1, 0)


def test_a_run_is_as_few_requests_as_its_objects_need(server: Server, tmp_path: Path) -> None:
    (tmp_path / "daily.md").write_text(daily(map(row, range(55))), encoding="utf-8")
    papers = (quoted(f"Restoring Images by Method {n}", f"2401.{n:05d}") for n in range(10))
    (tmp_path / "notes.md").write_text(notes(*papers), encoding="utf-8")

    cost(server, tmp_path, spare=1)

    text = (tmp_path / "daily.md").read_text(encoding="utf-8")
    edited = text.replace("3 pages", "3 pages, 2 figures", 1)
    (tmp_path / "daily.md").write_text(edited, encoding="utf-8")
    synced, _ = run(server, tmp_path, Direction.SYNC)
    assert synced.written == 1
    assert server.counted() == (6, 1)


@pytest.mark.deep
@pytest.mark.skipif(len(SHARED) < 5, reason="the five digests are not here")
def test_a_push_of_the_five_digests_is_as_few_requests_as_its_objects_need(
    server: Server, tmp_path: Path
) -> None:
    for path in SHARED:
        (tmp_path / path.name).write_bytes(path.read_bytes())

    cost(server, tmp_path)
