"""The runs of `log` and `undo`: show what was done, ask, take it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zoterodigest.cli.base.network import chosen
from zoterodigest.cli.base.options import Invocation
from zoterodigest.cli.base.places import project_in, told_requests
from zoterodigest.cli.base.screen import (
    counted,
    emit,
    enumerated,
    styled,
    tell,
    tell_error,
    visible,
    wrapped,
)
from zoterodigest.cli.base.talk import busy, progress, require_consent
from zoterodigest.cli.show.closing import planned_line
from zoterodigest.cli.show.encoder import emit_json
from zoterodigest.cli.show.history_text import (
    changes_data,
    changes_text,
    counts_text,
    moment_text,
    run_data,
    run_text,
    runs_table,
    standing,
    what_text,
)
from zoterodigest.core.plan.history import (
    Listed,
    Run,
    killed_undos,
    listed,
    run_to_redo,
    run_to_undo,
    undone_by,
)
from zoterodigest.project.layout import Project, find_project
from zoterodigest.project.log.history import History, NoSuchRun, history_folder, read_history
from zoterodigest.project.running import last_killed, require_idle
from zoterodigest.sync.apply.recording import Present, intended_run
from zoterodigest.sync.gathering.workspace import open_workspace
from zoterodigest.sync.undo.undo import Undoing, Undone, prepare_undo, undo

FINE, FAILED = 0, 1


@dataclass(frozen=True, slots=True)
class UndoOptions:
    """How something is taken back: as the person asked, by undo or by redo."""

    asked: Invocation
    command: str = "undo"
    remark: str = ""

    @property
    def is_redo(self) -> bool:
        """Whether an undo is taken back."""
        return self.command == "redo"


def show_log(start: Path, *, as_json: bool) -> None:
    """List the runs of the project of `start`, the newest first."""
    history = _history(_project(start))
    undone = undone_by(history.runs)
    runs = history.runs[::-1]
    if as_json:
        emit_json({"runs": [run_data(run, undone) for run in runs]})
    elif runs:
        emit(runs_table(runs))
    else:
        emit(["No run that wrote something is kept here."])


def show_run(start: Path, number: int, *, as_json: bool) -> None:
    """Show what one run changed, field by field."""
    history = _history(_project(start))
    run = history.run(number)
    if as_json:
        emit_json({**run_data(listed(run), undone_by(history.runs)), **changes_data(run)})
    else:
        emit(_run_text(run, history))


def take_back(number: int | None, asked: Invocation) -> int:
    """Undo a run, or the newest that is not undone; return the exit code.

    Raises `NoSuchRun` if there is none, or if it is not clear that this is the one that is meant.
    """
    project = project_in(Path())
    require_idle(project.state_folder)  # which run was killed is known only then
    history = _history(project)
    if number is None:
        number = run_to_undo(history.runs)
        if number is None:
            raise NoSuchRun("there is no run to undo")
        _require_recorded(history, number)
        passed = _passed_over(history, number)
    else:
        passed = ""
    return _take_back(project, history, number, UndoOptions(asked, remark=passed))


def do_again(asked: Invocation) -> int:
    """Take back the newest undo, so that its run is done again; return the exit code."""
    project = project_in(Path())
    require_idle(project.state_folder)
    history = _history(project)
    number = run_to_redo(history.runs)
    if number is None:
        raise NoSuchRun(
            "there is nothing to redo: the newest run is not an undo",
            "`zoterodigest log` lists the runs; `zoterodigest undo RUN` takes back any of them,"
            " an undo too.",
        )
    return _take_back(project, history, number, UndoOptions(asked, command="redo"))


def _take_back(project: Project, history: History, number: int, how: UndoOptions) -> int:
    run = history.whole_run(number)
    undone, killed = undone_by(history.runs), killed_undos(history.runs)
    if number in undone and number not in killed:
        tell([f"Run {number} was undone by run {undone[number]} already."])
    if number in killed:
        before = killed[number]
        going_on = f"Run {before.number}, which was to undo it, {visible(before.ended)}."
        going_on += " This goes on with it."
        how = replace(how, remark=going_on)
    address, start = how.asked.address, Path()
    if run.address and not address:  # as the configuration would name it
        address, start = run.address, project.root
    meaning = chosen(address, project)
    workspace = open_workspace((), start, chosen=meaning)
    with told_requests(how.asked, meaning.access.tally), workspace.library:
        with busy("Reading digests and library"):
            undoing = prepare_undo(workspace, run, command=how.command)
        undoing = replace(undoing, goes_on=number in killed)
        if not how.asked.as_json:
            emit(_plan(undoing, history, how))
        done = _done(undoing, history, how)
    if how.asked.as_json:
        emit_json(_data(done))
    for declined in done.declined:
        tell_error(": ".join(filter(None, (declined.title, declined.reason))))
    if done.is_left:
        tell([f"`zoterodigest {how.command}`, given again, goes on with it."])
    return FAILED if done.declined else FINE


def _require_recorded(history: History, number: int) -> None:
    """Raise if another command was killed before it was recorded: the run before is not meant."""
    killed = last_killed(history.folder.parent)
    if killed is None or killed.number or killed.command == "undo":
        return
    raise NoSuchRun(
        f"the last command ({visible(killed.command)}) was killed before the log had anything of"
        " it: there is nothing of it to undo",
        f"`zoterodigest undo {number}` takes back the run before it,"
        f" {run_text(_head(history, number))}.",
    )


def _passed_over(history: History, number: int) -> str:
    """Say which newer runs are undone already; "" if there is none."""
    undone = undone_by(history.runs)
    newer = [run for run in history.runs if run.number > number and run.number in undone]
    newer = [run for run in newer if not run.undoes]
    if not newer:
        return ""
    names = enumerated([run_text(run) for run in newer])
    are = "is" if len(newer) == 1 else "are"
    return f"{names[0].upper()}{names[1:]} {are} undone already; this is the run before."


def _head(history: History, number: int) -> Listed:
    return next(run for run in history.runs if run.number == number)


def _done(undoing: Undoing, history: History, how: UndoOptions) -> Undone:
    if how.asked.is_dry_run:
        planned = Undone(undoing, undoing.sent, undoing.declined)
        if not how.asked.as_json and not undoing.is_settled:
            what = _became_text(planned, history, how)
            emit(["", *wrapped(planned_line(what))])
        return Undone(undoing, declined=undoing.declined)
    if not undoing.is_settled:
        require_consent(_question(undoing, history, how), how.asked)
    with progress("Writing", "written") as report:
        done = undo(undoing, report)
    if not how.asked.as_json and (done.sent or not done.declined):
        emit(["", *_done_text(done, history, how)])
    return done


def _question(undoing: Undoing, history: History, how: UndoOptions) -> str:
    if how.is_redo:
        return f"Do {run_text(_head(history, undoing.run.undoes))} again?"
    is_going_on = undoing.run.number in killed_undos(history.runs)
    return f"{'Go on undoing' if is_going_on else 'Undo'} {run_text(listed(undoing.run))}?"


def _done_text(done: Undone, history: History, how: UndoOptions) -> Iterator[str]:
    """Yield which run is undone or done again, what was written, and what one can do next."""
    yield f"Done: {_became_text(done, history, how)}."
    if done.is_left:
        return
    if how.is_redo:
        yield "Next: `zoterodigest undo` takes it back again."
        return
    yield "Next: `zoterodigest redo` does it again."
    after = [*history.runs, Listed(_newest(history) + 1, "", how.command, done.undoing.run.number)]
    before = run_to_undo(after)
    if before is not None:
        again = run_text(_head(history, before))
        yield f"      `zoterodigest undo`, typed again, undoes {again}."


def _became_text(done: Undone, history: History, how: UndoOptions) -> str:
    """Return which run is undone or done again, and what is written for that."""
    run = listed(done.undoing.run)
    target = _head(history, run.undoes) if how.is_redo else run
    became = "is done again" if how.is_redo else "is undone"
    became += " as far as possible" if done.declined else ""
    written = counts_text(listed(_written(done)).counts)
    written = written or counts_text(listed(_intended(done.undoing)).counts)  # links alone
    what = f": {enumerated(written)}" if written else ": nothing of it was left"
    return f"{run_text(target)} {became}{what}"


def _newest(history: History) -> int:
    return max(run.number for run in history.runs)


def _written(done: Undone) -> Run:
    gathered = done.undoing.gathered
    present = Present(gathered.contents, gathered.lock)
    return intended_run(present, done.sent, gathered.lock.links)


def _project(start: Path) -> Project:
    config = find_project(start)
    return Project.load(config) if config else Project.implicit([start / "digest.md"])


def _history(project: Project) -> History:
    history = read_history(history_folder(project.state_folder))
    for path in history.damaged:
        tell_error(
            f"{path}: this run cannot be read, and is left out",
            "Delete the file: nothing else needs it.",
        )
    return history


def _run_text(run: Run, history: History) -> Iterator[str]:
    head = listed(run)
    line = f"Run {run.number}: {visible(run.command)}, {moment_text(head)}, {what_text(head)}"
    yield styled(line, "bold")
    notes = standing(head, undone_by(history.runs), killed_undos(history.runs))
    yield from (f"It {note}." if not note.startswith("run ") else f"R{note[1:]}." for note in notes)
    yield from _elsewhere(run)
    yield from changes_text(run)


def _elsewhere(run: Run) -> Iterator[str]:
    """Yield which library a run wrote into, if that need not be the project's."""
    if run.address:
        yield f"The library is {visible(run.address)}."


def _plan(undoing: Undoing, history: History, how: UndoOptions) -> Iterator[str]:
    run = undoing.run
    if how.is_redo:
        yield styled(f"Redo {run_text(_head(history, run.undoes))}", "bold")
        yield f"Run {run.number}, which undid it, is taken back."
    else:
        yield styled(f"Undo {run_text(listed(run))}", "bold")
    yield from filter(None, [how.remark])
    yield from _elsewhere(run)
    if not run.is_finished:
        yield f"It {visible(listed(run).ended)}: only what it had written until then is taken back."
    if undoing.is_settled:
        yield "Nothing of it is left to be taken back."
        return
    yield from changes_text(_intended(undoing))
    if undoing.lock.identity != undoing.gathered.lock.identity:
        yield f"The lock file links with the library {visible(undoing.lock.identity)} again."
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
        "written": done.sent.number,
        "written_digests": sum(file.key.is_digest for file in done.sent.files),
        "written_bibs": sum(file.key.is_bib for file in done.sent.files),
        **changes_data(_intended(undoing)),
        "declined": [
            {"title": one.title, "reason": one.reason, "key": one.key} for one in done.declined
        ],
    }
