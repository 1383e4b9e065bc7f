"""Copies that are killed, or whose requests break: the same command goes on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest

from tests.library.faults import FAULTS, Drop, When
from tests.sync.copies import SYNC, WAYS, Mover, a_project, beside_zotero, over_http
from tests.sync.killing import copy, killed
from tests.sync.trouble import TroubledLibrary, nothing
from tests.sync.world import World
from zoterodigest.library.connect import embedded
from zoterodigest.library.port import BadLibrary, Library
from zoterodigest.sync.gathering.workspace import open_workspace
from zoterodigest.sync.run.run import prepare

State = list[str]


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], State]:
    """What a copy that nothing disturbs leaves, for each way."""

    @cache
    def made(way: str) -> State:
        with WAYS[way](tmp_path_factory.mktemp("undisturbed")) as mover:
            assert mover.copy().failures == ()
            return mover.state()

    return made


Expected = Callable[[str], State]


def require_completed(mover: Mover, expected: State, where: str) -> None:
    """Fail unless the next copy ends as one that nothing disturbed, and the sync after it."""
    mover.copy()
    assert mover.state() == expected, where
    assert mover.sync().is_settled, where


SOME = [("embedded", When.AFTER, 2), ("web", When.BEFORE, 3), ("desktop", When.AFTER, 3)]
ALL = [(way, when, place) for way in WAYS for when in When for place in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("way", "when", "place"),
    [*SOME, *(pytest.param(*one, marks=pytest.mark.deep) for one in ALL if one not in SOME)],
)
def test_a_copy_killed_at_any_write_is_completed_by_the_next(
    way: str, when: When, place: int, tmp_path: Path, expected: Expected
) -> None:
    with WAYS[way](tmp_path) as mover:
        lock = mover.world.lock_path.read_bytes()
        with pytest.raises(Killed):
            mover.copy(through=killing(place, when))
        assert mover.world.lock_path.read_bytes() == lock

        require_completed(mover, expected(way), f"write {place}")


def killing(place: int, when: When) -> Callable[[Library], Library]:
    """Return what makes of a library one at whose write number `place` the process ends."""

    def kill(number: int) -> None:
        if number == place:
            raise Killed

    before, after = (kill, nothing) if when is When.BEFORE else (nothing, kill)
    return lambda library: TroubledLibrary(library, before=before, after=after)


@pytest.mark.parametrize(
    ("first", "step"),
    [
        pytest.param(19, 99, id="some"),  # between the lock file and what goes with it
        pytest.param(1, 1, id="all", marks=pytest.mark.deep),
    ],
)
def test_a_copy_killed_at_any_side_effect_is_completed_by_the_next(
    first: int, step: int, tmp_path: Path
) -> None:
    template = a_project(tmp_path / "template")
    undisturbed = a_project(tmp_path / "undisturbed")
    copy(undisturbed)

    for world in killed(copy, template, tmp_path / "kills", first=first, step=step):
        copy(world)

        assert left(world) == left(undisturbed), f"after the kill at {world.root.name}"
        assert prepare(open_workspace((), world.root), SYNC).is_settled


def left(world: World) -> tuple[object, ...]:
    """Return all that a copy into another library beside the project leaves."""
    with embedded(world.root / "other.sqlite") as library:
        snapshot, identity = library.read(), library.identity
    data = [
        (one.key, {name: value for name, value in one.data.items() if name != "dateModified"})
        for one in snapshot.items
    ]
    texts = [(world.root / name).read_text() for name in ("zoterodigest.lock", "zoterodigest.toml")]
    home = identity.removeprefix("embedded:")
    told = repr((data, *texts)).replace(home, "HOME")
    return told, [one.name for one in snapshot.collections]


STEPS = [pytest.param(97, id="some"), pytest.param(1, id="all", marks=pytest.mark.deep)]


@pytest.mark.parametrize("step", STEPS)
def test_a_copy_to_the_web_with_a_fault_at_any_request_is_completed_by_the_next(
    step: int, tmp_path: Path, expected: Expected
) -> None:
    with over_http(tmp_path / "counted") as (mover, proxy):
        mover.copy()
        matrix = [
            (number, fault) for number in range(1, len(proxy.requests) + 1) for fault in FAULTS
        ]

    for place, (number, fault) in list(enumerate(matrix))[::step]:
        with over_http(tmp_path / str(place), {number: fault}) as (mover, _):
            with suppress(BadLibrary):
                mover.copy()

            require_completed(mover, expected("web"), f"{fault} at request {number}")


@pytest.mark.parametrize("step", [pytest.param(311, id="some"), STEPS[1]])
def test_a_copy_to_a_running_zotero_with_a_fault_at_any_request_is_completed_by_the_next(
    step: int, tmp_path: Path, requests_to_zotero: range, expected: Expected
) -> None:
    matrix = [(number, fault) for number in requests_to_zotero for fault in FAULTS]

    for place, (number, fault) in list(enumerate(matrix))[::step]:
        with beside_zotero(tmp_path / str(place)) as (mover, desktop):
            with desktop.breaking(fault, first=number), suppress(BadLibrary):
                at(mover, desktop.url).copy()

            require_completed(mover, expected("desktop"), f"{fault} at request {number}")


@pytest.mark.parametrize("step", [pytest.param(17, id="some"), STEPS[1]])
def test_a_copy_killed_while_zotero_writes_is_completed_by_the_next(
    step: int, tmp_path: Path, requests_to_zotero: range, expected: Expected
) -> None:
    for number in requests_to_zotero[2::step]:
        with beside_zotero(tmp_path / str(number)) as (mover, desktop):
            wait = desktop.clock.wait

            def kill(seconds: float, why: str) -> None:
                if seconds:
                    raise Killed

            with desktop.breaking(Drop(When.AFTER), first=number), suppress(Killed):
                desktop.clock.wait = kill  # type: ignore[method-assign]  # the next wait is the end
                broken = at(mover, desktop.url)
                broken.access = desktop.access
                broken.copy()
            desktop.clock.wait = wait  # type: ignore[method-assign]

            require_completed(mover, expected("desktop"), f"request {number}")


@pytest.fixture(scope="module")
def requests_to_zotero(tmp_path_factory: pytest.TempPathFactory) -> range:
    """The numbers of the requests that a copy to a running Zotero takes."""
    folder = tmp_path_factory.mktemp("counted")
    with beside_zotero(folder) as (mover, desktop), desktop.breaking() as proxy:
        at(mover, desktop.url).copy()
        return range(1, len(proxy.requests) + 1)


def at(mover: Mover, url: str) -> Mover:
    """Return `mover` with its Zotero at another port; the configuration has the port it had."""
    address = f"desktop?url={url}"
    return Mover(mover.world, address, mover.behind, mover.home, mover.access)
