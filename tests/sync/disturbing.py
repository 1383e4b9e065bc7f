"""Commands that are killed, or whose disk fails, at any of their side effects.

A run is killed without a process of its own: the project is copied before each side effect, so a
copy is what a run that was killed there leaves. `tests/sync/killing.py` kills processes.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import count
from pathlib import Path

from tests.sync.commands import SYNC, Command, Ran, given
from tests.sync.histories.effects import Effects
from tests.sync.recovery import copy_of, state_of
from tests.sync.world import World
from zoterodigest.core.plan.history import run_to_redo, run_to_undo
from zoterodigest.library.connect import embedded
from zoterodigest.project.log.history import history_folder, read_history

BUG = 70


@dataclass(frozen=True, slots=True)
class End:
    """What a command leaves: files, lock file and library without random ids; what is planned next;
    what the log says; what `undo` and `redo` mean now.
    """

    state: list[str]
    others: list[str]
    planned: list[str]
    runs: list[str]
    undoes: int | None
    redoes: int | None


def end_of(world: World) -> End:
    """Return what stands in a project after a command."""
    runs = read_history(history_folder(world.root / ".zoterodigest")).runs
    plan = world.plan(SYNC)
    told = [type(one).__name__ for one in (*plan.actions, *plan.reports)]
    return End(
        state_of(world),
        list(_others(world)),
        sorted(told),
        # Of a command given again each run is one of the same.
        list(dict.fromkeys(f"{run.command}, undoing {run.undoes}" for run in runs)),
        _meaning(runs_by_command(world), run_to_undo(runs)),
        _meaning(runs_by_command(world), run_to_redo(runs)),
    )


def runs_by_command(world: World) -> dict[int, int]:
    """Return for each run, by number, the number of the first of its row of equal commands."""
    runs = read_history(history_folder(world.root / ".zoterodigest")).runs
    firsts: dict[tuple[str, int], int] = {}
    return {run.number: firsts.setdefault((run.command, run.undoes), run.number) for run in runs}


def _meaning(firsts: dict[int, int], number: int | None) -> int | None:
    return None if number is None else firsts[number]


def _others(world: World) -> Iterator[str]:
    """Yield what `state_of` leaves out: other files that commands write, and another library."""
    for path in sorted(world.root.rglob("*")):
        name = str(path.relative_to(world.root))
        if path.suffix in (".md", ".toml") and not name.startswith(".home"):
            yield f"{name}: {path.read_text(encoding='utf-8')}"
        # What lies in the state folder goes with the next run that writes; git never sees it.
        assert path.suffix != ".tmp" or name.startswith(".zoterodigest/"), name
    assert not (world.root / ".zoterodigest" / "journal.jsonl").exists()
    other = world.root / "other.sqlite"
    if other.exists():
        with embedded(other) as library:
            snapshot, own = library.read(), library.identity.removeprefix("embedded:")
        for one in snapshot.items:
            data = {k: v for k, v in one.data.items() if not k.startswith("date")}
            yield f"{one.key}: {sorted(data.items())}".replace(own, "other")
        yield from (f"{one.key}: {one.name} in {one.parent}" for one in snapshot.collections)


def kills(command: Command, template: World, out: Path) -> Iterator[World]:
    """Give a command in a copy of `template`; yield what kills at its side effects leave.

    Kills that leave the same are one. What the run that nothing disturbs leaves is not among them.
    """
    out.mkdir()
    effects, seen, places = Effects(), {digest_of(template)}, count(1)
    world = copy_of(template, out / "run")
    left: list[World] = []

    def kill() -> None:
        place = next(places)
        digest = digest_of(world)
        if digest not in seen:
            seen.add(digest)
            left.append(copy_of(world, out / str(place)))

    effects.watch(kill)
    with effects.counted(is_thorough=True):
        command.run(world)
    yield from left


def digest_of(world: World) -> str:
    """Return a fingerprint of all files of a project; temporary ones go by their content."""
    found = []
    for path in sorted(world.root.rglob("*")):
        name = "temporary" if path.suffix == ".tmp" else str(path.relative_to(world.root))
        data = path.read_bytes() if path.is_file() else b"/"
        found.append((name, sha256(data).hexdigest()))
    return sha256(repr(sorted(found)).encode()).hexdigest()


def faults(
    command: Command, template: World, out: Path, *, stays: bool, step: int = 1
) -> Iterator[tuple[World, Ran]]:
    """Give a command in copies of `template`; in each the disk fails at another side effect.

    It fails once, or with `stays` from there to the end of the run.
    """
    out.mkdir()
    for place in count(1, step):
        world = copy_of(template, out / str(place))
        effects = Effects()
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        effects.arm(place, full, stays=stays)
        with effects.counted(is_thorough=True):
            ran = command.run(world)
        if not effects.has_struck:
            break
        yield world, ran
        shutil.rmtree(world.root)


@dataclass
class Recovery:
    """What must come of a command on `template`, whatever disturbed it, when it is given again."""

    command: Command
    template: World

    def __post_init__(self) -> None:
        undisturbed = copy_of(self.template, self.template.root.with_name("undisturbed"))
        before = digest_of(undisturbed)
        self.ran = self.command.run(undisturbed)
        if self.command.then:
            given(undisturbed, *self.command.then)
        assert digest_of(undisturbed) != before, "the command has nothing to do"
        self.expected = end_of(undisturbed)

    def require(self, world: World) -> None:
        """Fail unless the command, given again, ends as if nothing had disturbed it."""
        ran = self.command.run(world)

        assert ran.code in {self.ran.code, *self.command.ends}, ran
        if self.command.then:
            assert given(world, *self.command.then).code == 0
        found = end_of(world)
        if self.command.then:  # what comes then may be a run, and then is the one to undo
            found = replace(found, undoes=self.expected.undoes, runs=self.expected.runs)
        assert found == self.expected, (world.root.name, ran)

    def require_told(self, world: World, ran: Ran) -> None:
        """Fail unless a run that says it went well did, and another one can be completed."""
        assert ran.code != BUG, ran
        if ran.code == self.ran.code:
            if self.command.then:
                given(world, *self.command.then)
            found = end_of(world)
            assert found == self.expected, ran
        else:
            self.require(world)
