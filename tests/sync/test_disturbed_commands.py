"""Law 3 for every command: killed anywhere, or with a failing disk, it ends the same in the end.

The same command, given again, completes it. Only `resolve` and `published --apply --markdown` need
a `sync` after it: what a killed one wrote at both ends is open no longer, what it wrote at one end
is an edit there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from tests.recordings.test_recordings import writing_commands
from tests.sync.commands import COMMANDS, UNDOING, Command, given, sites
from tests.sync.disturbing import Recovery, faults, kills
from tests.sync.killing import killed, merge
from tests.sync.trouble import silent, troubled
from tests.sync.world import World
from zoterodigest.library.port import LibraryReadOnly
from zoterodigest.sync.undo.remove_and_unlink import apply_removal, prepare_remove

SOME = (
    "undo",
    "add",
    "resolve --acknowledge",
    "citekeys set --all",
    "set",
    "duplicates --merge",
    "unlink",
    "library copy",
)
"""The commands of the sample: with what others share of the one way to write, they have it all."""


ALL: Mapping[str, Command] = {**COMMANDS, **UNDOING}


def commands(
    some: Iterable[str], step: int, every: Iterable[str] = tuple(ALL)
) -> list[ParameterSet]:
    """Return commands with the distance between effects: of some a few, of all of them each."""
    deep = pytest.mark.deep
    return [
        *(pytest.param(name, step, id=name) for name in some),
        *(pytest.param(name, 1, id=f"all of {name}", marks=deep) for name in every),
    ]


def sampled(worlds: Iterator[World], step: int) -> Iterator[World]:
    """Yield every `step`-th of `worlds`; the first kills are alike for all commands."""
    return islice(worlds, min(1, step - 1), None, step)


@pytest.fixture(scope="module", autouse=True)
def _sites() -> Iterator[None]:
    with sites():
        yield


Recoveries = Callable[[str], Recovery]


@pytest.fixture(scope="module")
def recovery_of(tmp_path_factory: pytest.TempPathFactory) -> Recoveries:
    """What must come of each command; none is given twice for it."""

    @cache
    def made(name: str) -> Recovery:
        command = ALL[name]
        return Recovery(command, command.make(tmp_path_factory.mktemp("run") / "template"))

    return made


@pytest.mark.parametrize(("name", "step"), commands(SOME, 9))
def test_a_command_killed_at_any_side_effect_is_completed_by_the_same_command(
    name: str, step: int, tmp_path: Path, recovery_of: Recoveries
) -> None:
    recovery = recovery_of(name)

    for world in sampled(kills(recovery.command, recovery.template, tmp_path / "k"), step):
        recovery.require(world)


@pytest.mark.parametrize("stays", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize(("name", "step"), commands(SOME, 17))
def test_a_command_whose_disk_fails_at_any_side_effect_says_so_and_is_completed(
    name: str, step: int, stays: bool, tmp_path: Path, recovery_of: Recoveries
) -> None:
    recovery = recovery_of(name)
    template, folder = recovery.template, tmp_path / "disks"

    for world, ran in faults(recovery.command, template, folder, stays=stays, step=step):
        recovery.require_told(world, ran)


@pytest.mark.parametrize(("name", "step"), commands(("set", "unlink"), 5, COMMANDS))
def test_a_command_killed_twice_is_completed_by_the_same_command(
    name: str, step: int, tmp_path: Path, recovery_of: Recoveries
) -> None:
    recovery = recovery_of(name)
    command, template = recovery.command, recovery.template

    for once in sampled(kills(command, template, tmp_path / "once"), step):
        folder = tmp_path / f"again-{once.root.name}"
        for twice in sampled(kills(command, once, folder), step):
            recovery.require(twice)


@pytest.mark.parametrize(
    ("first", "step"),
    [pytest.param(7, 99, id="some"), pytest.param(1, 1, id="all", marks=pytest.mark.deep)],
)
def test_a_command_whose_process_is_killed_is_completed_by_the_same_command(
    first: int, step: int, tmp_path: Path, recovery_of: Recoveries
) -> None:
    recovery = recovery_of("duplicates --merge")

    for world in killed(merge, recovery.template, tmp_path / "k", first=first, step=step):
        recovery.require(world)


def test_every_command_that_writes_is_disturbed() -> None:
    missing = [
        command
        for command in (*writing_commands(), "init")
        if not any(f"{name} ".startswith(f"{command} ") for name in COMMANDS)
    ]

    assert missing == []


def test_the_log_says_why_a_run_did_not_finish_and_what_it_planned(tmp_path: Path) -> None:
    world = COMMANDS["remove"].make(tmp_path / "world")

    def deny(_number: int) -> None:
        raise LibraryReadOnly("Zotero does not let zoterodigest write into this library")

    with pytest.raises(LibraryReadOnly):
        apply_removal(prepare_remove(troubled(world, before=deny)), silent)
    logged = " ".join(given(world, "log").out.split())

    assert "planned: 3 items" in logged
    assert "did not finish (Zotero does not let zoterodigest write into this library)" in logged
    assert "killed" not in logged


def test_the_log_names_collections_that_an_item_came_into_or_left(tmp_path: Path) -> None:
    command = COMMANDS["remove"]
    world = command.make(tmp_path / "world")

    planned = given(world, "undo", "--dry-run").out
    command.run(world)
    logged = given(world, "log", "2").out

    assert "collections: - notes" in planned
    assert "collections: - notes" in logged
