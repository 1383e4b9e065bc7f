"""Whole runs over HTTP with a fault at any request, or a person who edits between any two."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from tests.library.faults import FAULTS, Fault, Proxy, faulty
from tests.library.web import KEY
from tests.sync.killing import push, sync
from tests.sync.recovery import (
    Action,
    Recovery,
    copy_of,
    edited_at_both_ends,
    new_project,
    small_and_edited,
    small_project,
    state_of,
)
from tests.sync.trouble import silent
from tests.sync.world import World
from zoterodigest.library.access import Access
from zoterodigest.library.address import WebAddress
from zoterodigest.library.embedded import EmbeddedLibrary
from zoterodigest.library.port import (
    BadLibrary,
    Collection,
    LibraryItem,
    Outcome,
    Snapshot,
)
from zoterodigest.library.server import serving
from zoterodigest.library.web.library import WebLibrary
from zoterodigest.sync.carry import LibraryChanged, carry_out
from zoterodigest.sync.run import Direction, Options, prepare


def pull(world: World) -> None:
    """Carry what changed in the library into the digests."""
    carry_out(prepare(world.workspace(), Options(Direction.PULL)), silent)


def edited_in_the_library(root: Path) -> World:
    """A small project in step, edited in the library alone."""
    world = small_project(root)
    world.push(Options(direction=Direction.SYNC))
    world.change_note(
        "A Study of Model 9 for Images", lambda html: html.replace("9 layers", "9 wide layers")
    )
    world.change(world.key("A Study of Two Things"), title="A Study of Three Things")
    return world


Run = tuple[Callable[[Path], World], Action, Direction]

SMALL: dict[str, Run] = {
    "first push": (small_project, push, Direction.PUSH),
    "sync": (small_and_edited, sync, Direction.SYNC),
    "pull": (edited_in_the_library, pull, Direction.PULL),
}
LARGE: dict[str, Run] = {
    "large first push": (new_project, push, Direction.PUSH),
    "large sync": (edited_at_both_ends, sync, Direction.SYNC),
}


class Served:
    """A library over HTTP that is known by the identity of the one behind it.

    So the lock file of a world goes on with it, and tells the same afterwards.
    """

    def __init__(self, client: WebLibrary, behind: EmbeddedLibrary) -> None:
        self._client, self._behind = client, behind

    @property
    def identity(self) -> str:
        return self._behind.identity

    @property
    def former_identity(self) -> str:
        return self._client.former_identity

    @property
    def instance(self) -> str:
        return self._client.instance

    @property
    def stored_keys(self) -> Mapping[str, str]:
        return self._client.stored_keys

    @property
    def is_read_only(self) -> bool:
        return self._client.is_read_only

    def version(self) -> int:
        return self._client.version()

    def read(self) -> Snapshot:
        return self._client.read()

    def fetch(self, keys: Sequence[str]) -> list[LibraryItem]:
        return self._client.fetch(keys)

    def write(self, items: Sequence[LibraryItem]) -> list[Outcome]:
        return self._client.write(items)

    def write_collections(self, collections: Sequence[Collection]) -> list[Outcome]:
        return self._client.write_collections(collections)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.__exit__(kind, error, trace)


@contextmanager
def over_http(
    world: World,
    faults: Mapping[int, Fault],
    between: Callable[[int], None] = lambda number: None,
) -> Iterator[tuple[Served, Proxy]]:
    with (
        world.library as behind,
        serving({"users/1": behind}, {"users/1": KEY}) as upstream,
        faulty(upstream, faults, between=between) as proxy,
    ):
        access = Access(lambda _: KEY, None, lambda seconds, why: None)
        with WebLibrary(WebAddress(proxy.url, "user", 1), access) as client:
            yield Served(client, behind), proxy


def run(
    world: World,
    direction: Direction,
    faults: Mapping[int, Fault],
    between: Callable[[int], None] = lambda number: None,
) -> int:
    """Run over HTTP, whatever comes of it; return how many requests that took."""
    with over_http(world, faults, between) as (library, proxy):
        workspace = replace(world.workspace(), library=library)
        with suppress(BadLibrary, LibraryChanged):
            carry_out(prepare(workspace, Options(direction)), silent)
        return len(proxy.requests)


Recoveries = Callable[[str], Recovery]


@pytest.fixture(scope="module")
def recovery_of(tmp_path_factory: pytest.TempPathFactory) -> Recoveries:
    """What must come of each run, and was found to come of it over HTTP without a fault."""

    @cache
    def made(name: str) -> Recovery:
        make, action, direction = (SMALL | LARGE)[name]
        folder = tmp_path_factory.mktemp("run")
        recovery = Recovery(make(folder / "template"), action)
        world = copy_of(recovery.template, folder / "without")
        run(world, direction, {})
        assert state_of(world) == recovery.expected
        return recovery

    return made


def matrix(world: World, direction: Direction, folder: Path) -> list[tuple[int, Fault]]:
    """Return every fault at every request that a run takes, and one more."""
    requests = run(copy_of(world, folder / "counted"), direction, {})
    return [(number, fault) for number in range(1, requests + 2) for fault in FAULTS]


@pytest.mark.parametrize(
    ("name", "step"),
    [
        pytest.param("first push", 97, id="first push, some"),
        pytest.param("sync", 43, id="sync, some"),
        pytest.param("pull", 97, id="pull, some"),
        *(pytest.param(name, 1, id=f"{name}, all", marks=pytest.mark.deep) for name in SMALL),
        *(pytest.param(name, 7, id=name, marks=pytest.mark.deep) for name in LARGE),
    ],
)
def test_a_run_with_a_fault_at_any_request_is_completed_by_the_next(
    name: str, step: int, tmp_path: Path, recovery_of: Recoveries
) -> None:
    recovery, direction = recovery_of(name), (SMALL | LARGE)[name][2]

    for number, fault in matrix(recovery.template, direction, tmp_path)[::step]:
        world = copy_of(recovery.template, tmp_path / f"{number} {fault!r}"[:80].replace("/", "_"))
        run(world, direction, {number: fault})

        recovery.require(world)


@pytest.mark.parametrize(
    ("name", "step"),
    [
        pytest.param("sync", 3, id="sync, some"),
        pytest.param("sync", 1, id="sync, all", marks=pytest.mark.deep),
        pytest.param("pull", 1, id="pull, all", marks=pytest.mark.deep),
    ],
)
def test_a_person_who_edits_between_any_two_requests_loses_nothing(
    name: str, step: int, tmp_path: Path, recovery_of: Recoveries
) -> None:
    recovery, (_, action, direction) = recovery_of(name), SMALL[name]
    requests = run(copy_of(recovery.template, tmp_path / "counted"), direction, {})

    for place in range(1, requests + 1, step):
        world = copy_of(recovery.template, tmp_path / f"{place}")
        edit = edits(world, place)
        run(world, direction, {}, edit)
        action(world)

        items = {data["title"]: data for data in world.items().values()}
        (shown,) = (data for title, data in items.items() if "Model 9" in str(title))
        assert {"tag": "mine"} in shown["tags"], f"between requests {place - 1} and {place}"
        assert "it is mine" in str(shown["extra"])
        assert "wide layers" in (world.root / "notes.md").read_text(encoding="utf-8")


def edits(world: World, place: int) -> Callable[[int], None]:
    """Return a person's edit before the request number `place`."""

    def edit(number: int) -> None:
        if number == place:
            (key,) = (k for k, data in world.items().items() if "Model 9" in data["title"])
            data = world.items()[key]
            tags = [*data["tags"], {"tag": "mine"}]
            world.change(key, tags=tags, extra=f"{data.get('extra', '')}\nit is mine")

    return edit
