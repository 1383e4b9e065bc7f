"""Runs that are killed at one of their side effects, in a process of their own."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.processes import ended, started
from tests.sync.commands import COMMANDS
from tests.sync.looked_up import enrich
from tests.sync.trouble import silent
from tests.sync.world import World
from zoterodigest.core.plan.history import run_to_undo
from zoterodigest.project.log.history import history_folder, read_history
from zoterodigest.sync.copying.copy_run import carry_out_copy
from zoterodigest.sync.copying.plan import CopyOptions, prepare_copy
from zoterodigest.sync.exports.export_run import carry_out_exports, prepare_exports
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.gathering.workspace import Chosen, Workspace, open_workspace
from zoterodigest.sync.run.quiet_run import prepare_run
from zoterodigest.sync.run.run import Options
from zoterodigest.sync.syncing.sync_run import carry_out
from zoterodigest.sync.undo.undo import apply_undo as undo_run
from zoterodigest.sync.undo.undo import prepare_undo

DIGESTS = ["notes.md", "list.md"]
"""The digests of most projects that are killed."""


def push(world: World) -> None:
    world.push()


def push_some_then_all(world: World) -> None:
    """Push the papers alone that tell of lenses, then all."""
    world.push(Options(selection=lambda entry: "Lenses" in str(entry.fields["title"])))
    world.push()


def relink(world: World) -> None:
    """Sync, and revive the links that were ended."""
    world.push(Options(intent.Sync(relink=True)))


def sync(world: World) -> None:
    world.push(Options(intent.SYNC))


def sync_a_part(world: World) -> None:
    """Sync as the command does: look at what has changed since the last run, if that is enough."""
    outcome = carry_out(prepare_run(world.workspace(), Options(intent.SYNC)), silent)
    assert outcome.failures == ()


def remove(world: World) -> None:
    world.remove()


def unlink(world: World) -> None:
    world.unlink()


def export(world: World) -> None:
    assert carry_out_exports(prepare_exports(world.workspace())) == ()


def undo(world: World) -> None:
    """Undo what `undo` without a number means."""
    history = read_history(history_folder(world.root / ".zoterodigest"))
    number = run_to_undo(history.runs)
    assert number is not None
    assert undo_run(prepare_undo(world.workspace(), history.run(number)), silent).declined == ()


def merge(world: World) -> None:
    """Merge two items by the command of the table."""
    assert COMMANDS["duplicates --merge"].run(world).code == 0


def copy(world: World) -> None:
    copied = carry_out_copy(prepare_copy(*ends_of_copy(world)), silent)
    assert copied.failures == ()


def ends_of_copy(world: World) -> tuple[Workspace, Workspace, CopyOptions]:
    """Return how a project goes over to another library beside it."""
    here, there = "embedded:.zoterodigest/library.sqlite", "embedded:other.sqlite"
    ends = (open_workspace((), world.root, chosen=Chosen(one)) for one in (here, there))
    source, target = ends
    return source, target, CopyOptions(there, is_switched=True)


ACTIONS: dict[str, Callable[[World], object]] = {
    action.__name__: action
    for action in (
        *(push, push_some_then_all, relink, sync, sync_a_part, enrich, export),
        *(remove, unlink, undo, merge, copy),
    )
}


def killed(
    action: Callable[[World], object],
    template: World,
    out: Path,
    *,
    first: int = 1,
    step: int = 1,
    torn: bool = False,
) -> list[World]:
    """Return the projects that runs of `action` leave if they are killed, by place of the kill.

    They are copies of one run of `action` over a copy of `template`, each made before its n-th side
    effect, for n = `first`, `first + step`, …: what is on the disk then is what a kill leaves. With
    `torn` the file that was about to be synced loses its last bytes, as when the power fails.
    """
    places = range(first, sys.maxsize, step)
    runner = started(_run, action.__name__, template, out, places, torn)
    assert ended(runner) == 0, "a run to be killed went wrong"
    folders = sorted(
        (one for one in out.iterdir() if one.name.isdigit()), key=lambda one: int(one.name)
    )
    return [World(folder, list(template.digests)) for folder in folders]


def killed_and_copied(
    action: Callable[[World], object], template: World, out: Path, place: int
) -> tuple[Path, Path]:
    """Return what a run leaves that is killed before a side effect, and a copy made just before."""
    places = range(place, place + 1)
    runner = started(_run, action.__name__, template, out, places, False, True)
    assert ended(runner) == -signal.SIGKILL
    return out / "run", out / str(place)


def _run(
    name: str, template: World, out: Path, places: range, torn: bool, is_killed: bool = False
) -> None:
    out.mkdir()
    world = World(out / "run", list(template.digests))
    shutil.copytree(template.root, world.root, symlinks=True)
    _arm(world.root, places, torn=torn, is_killed=is_killed)
    ACTIONS[name](world)


def _arm(root: Path, places: range, *, torn: bool, is_killed: bool) -> None:
    """Have `root` copied before the side effects of these numbers, each beside it by its number."""
    number, is_copying = 0, False

    def spend(file: object = None) -> None:
        nonlocal number, is_copying
        if is_copying:
            return
        number += 1
        if number in places:
            is_copying = True  # it makes folders
            copy = root.with_name(str(number))
            shutil.copytree(root, copy, symlinks=True)
            if torn and isinstance(file, int):
                _tear(file, root, copy)
            if is_killed:
                os.kill(os.getpid(), signal.SIGKILL)
            is_copying = False

    for name in ("fsync", "replace", "unlink", "mkdir"):
        setattr(os, name, _counted(getattr(os, name), spend))
    connect = sqlite3.connect

    def connect_counted(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        connection.set_trace_callback(lambda text: spend() if text == "COMMIT" else None)
        return connection

    sqlite3.connect = connect_counted  # type: ignore[assignment]  # this process ends with the run


def _counted(effect: Callable[..., Any], spend: Callable[[object], None]) -> Callable[..., Any]:
    def counted(*arguments: Any, **options: Any) -> Any:
        spend(arguments[0])
        return effect(*arguments, **options)

    return counted


def _tear(file: int, root: Path, copy: Path) -> None:
    """Take the last bytes off the copy of an open file that is not synced yet."""
    status = os.fstat(file)
    if not stat.S_ISREG(status.st_mode):
        return
    (path,) = (one for one in root.rglob("*") if os.path.samestat(one.lstat(), status))
    os.truncate(copy / path.relative_to(root), max(0, status.st_size - 9))
