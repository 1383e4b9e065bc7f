"""The runs of `log` and `undo`: show what was done, ask, take it back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zoterodigest.cli.history_text import (
    changes_data,
    changes_text,
    counts_text,
    moment_text,
    run_data,
    runs_table,
    standing,
)
from zoterodigest.cli.network import chosen
from zoterodigest.cli.screen import (
    counted,
    emit,
    emit_json,
    enumerated,
    files_counted,
    styled,
    tell,
    tell_error,
    tell_failure,
    visible,
)
from zoterodigest.cli.talk import busy, progress, require_consent
from zoterodigest.core.history import Run, listed, run_to_undo, undone_by
from zoterodigest.project.history import History, NoSuchRun, history_folder, read_history
from zoterodigest.project.layout import Project, find_project
from zoterodigest.project.running import require_idle
from zoterodigest.sync.apply.recording import Present, intended_run
from zoterodigest.sync.taking_back.undo import Undoing, Undone, prepare_undo, undo
from zoterodigest.sync.workspace import open_workspace

FINE, FAILED = 0, 1


@dataclass(frozen=True, slots=True)
class How:
    """How an undo is to be done."""

    is_dry_run: bool = False
    is_agreed: bool = False
    as_json: bool = False


def show_log(start: Path, *, as_json: bool) -> None:
    """List the runs of the project of `start`, the newest first."""
    history = _history(start)
    undone = undone_by(history.runs)
    runs = history.runs[::-1]
    if as_json:
        emit_json({"runs": [run_data(run, undone) for run in runs]})
    elif runs:
        emit(runs_table(runs, undone))
    else:
        emit(["No run that wrote something is kept here."])


def show_run(start: Path, number: int, *, as_json: bool) -> None:
    """Show what one run changed, field by field."""
    history = _history(start)
    run, undone = history.run(number), undone_by(history.runs)
    if as_json:
        emit_json({**run_data(listed(run), undone), **changes_data(run)})
    else:
        emit(_run_text(run, undone))


def take_back(start: Path, number: int | None, address: str, how: How) -> int:
    """Undo a run, or the newest that is not undone; return the exit code."""
    history = _history(start)
    number = number or run_to_undo(history.runs)
    if number is None:
        raise NoSuchRun("there is no run to undo")
    run, undone = history.run(number), undone_by(history.runs)
    if number in undone:
        tell([f"Run {number} was undone by run {undone[number]} already."])
    workspace = open_workspace((), start, chosen=chosen(address))
    if not how.is_dry_run:
        require_idle(workspace.project.state_folder)
    with workspace.library:
        with busy("Reading digests and library"):
            undoing = prepare_undo(workspace, run)
        if not how.as_json:
            emit(_plan(undoing))
        done = _done(undoing, how)
    if how.as_json:
        emit_json(_data(done))
    for declined in done.declined:
        tell_failure(declined.title or declined.key, declined.reason)
    return FAILED if done.declined else FINE


def _done(undoing: Undoing, how: How) -> Undone:
    if how.is_dry_run or undoing.is_settled:
        return Undone(undoing, declined=undoing.declined)
    require_consent("Take this back?", is_agreed=how.is_agreed, may_ask=not how.as_json)
    with progress("Writing", "written") as report:
        done = undo(undoing, report)
    if not how.as_json:
        written = counted(done.written, "object")
        files = files_counted(done.written_digests, done.written_bibs)
        told = enumerated([f"{written} of the library", *files])
        emit(["", f"Done: {told} are as they were."])
    return done


def _history(start: Path) -> History:
    config = find_project(start)
    project = Project.load(config) if config else Project.implicit([start / "digest.md"])
    history = read_history(history_folder(project.state_folder))
    for path in history.damaged:
        tell_error(
            f"{path}: this run cannot be read, and is left out",
            "Delete the file: nothing else needs it.",
        )
    return history


def _run_text(run: Run, undone: Mapping[int, int]) -> Iterator[str]:
    head = listed(run)
    what = ", ".join(counts_text(head)) or "nothing"
    line = f"Run {run.number}: {visible(run.command)}, {moment_text(head)}, {what}"
    yield styled(line, "bold")
    yield from (f"It {note}." for note in standing(head, undone))
    yield from changes_text(run)


def _plan(undoing: Undoing) -> Iterator[str]:
    run = undoing.run
    yield styled(
        f"Undo run {run.number}: {visible(run.command)}, {moment_text(listed(run))}", "bold"
    )
    if undoing.is_settled:
        yield "Nothing of it is left to be taken back."
        return
    yield from changes_text(_intended(undoing))
    ended = sum(row.id not in {one.id for one in run.before.rows} for row in run.after.rows)
    if ended:
        yield f"{counted(ended, 'link')} that it made: ended where nothing of it stays."


def _intended(undoing: Undoing) -> Run:
    links = undoing.lock.links
    present = Present(undoing.gathered.contents, undoing.gathered.lock)
    return intended_run(present, undoing.sent, links)


def _data(done: Undone) -> dict[str, Any]:
    undoing = done.undoing
    return {
        "undoes": undoing.run.number,
        "written": done.written,
        "written_digests": done.written_digests,
        "written_bibs": done.written_bibs,
        **changes_data(_intended(undoing)),
        "declined": [
            {"title": one.title, "reason": one.reason, "key": one.key} for one in done.declined
        ],
    }
