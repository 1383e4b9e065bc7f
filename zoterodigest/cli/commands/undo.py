"""The commands `undo` and `redo`: show what a run wrote, ask, take it back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from zoterodigest.cli.base.options import FAILED, FINE, Invocation, argument, command
from zoterodigest.cli.base.project_context import told_requests
from zoterodigest.cli.base.projects import open_to_undo, project_in
from zoterodigest.cli.base.screen import (
    counted,
    emit,
    enumerated,
    tell,
    tell_error,
    visible,
    wrapped,
)
from zoterodigest.cli.base.talk import busy, emit_unless_json, progress, require_consent
from zoterodigest.cli.commands.log import history_of
from zoterodigest.cli.show.closing import planned_line
from zoterodigest.cli.show.encoder import emit_json
from zoterodigest.cli.show.history_text import changes_data, run_text
from zoterodigest.cli.show.undo_text import (
    became_text,
    is_redo,
    planned_run,
    summary_of,
    target_text,
    undo_text,
)
from zoterodigest.core.plan.history import (
    RunSummary,
    files_concerned,
    killed_undos,
    run_to_redo,
    run_to_undo,
    undone_by,
)
from zoterodigest.core.values.file_keys import FileKey
from zoterodigest.project.layout import ProjectFolder
from zoterodigest.project.log.history import History, NoSuchRun
from zoterodigest.project.running import last_killed, require_idle
from zoterodigest.sync.undo.undo import UndoResult, prepare_undo
from zoterodigest.sync.undo.undo import apply_undo as write_back
from zoterodigest.sync.undo.undoing import Undoing


@command(
    "what is_dry_run is_agreed address as_json with_stats is_brief",
    epilog="Next: `zoterodigest status` shows what is pending again.",
)
def undo(asked: Invocation, what: str = argument("RUN|FILE", "")) -> int:
    """Undo what a run wrote, in the library and in files.

    Without RUN, it undoes the newest run that isn't undone yet. A second undo undoes the run
    before. With FILE, it undoes the newest run that wrote this file or an item linked with it: all
    of that run, other files too. If an undo was killed, the next one completes it. undo keeps what
    somebody changed since the run, and reports it with exit code 1. The edits that the run carried
    are pending again. `redo` undoes the undo.

    \b
    Examples:
      zoterodigest undo --dry-run
      zoterodigest undo
      zoterodigest undo 12 --yes
      zoterodigest undo Papers/vaswani2017.md --yes --brief
    """
    is_file = bool(what) and not what.isdecimal()
    project, history = _project_of(Path(what) if is_file else Path())
    remark = ""
    if is_file:
        number, remark = _of_file(history, project.key_of(Path(what)))
    elif what:
        number = int(what)
    else:
        newest = run_to_undo(history.runs)
        if newest is None:
            raise NoSuchRun("there is no run to undo")
        number = newest
        _require_recorded(history, number)
        remark = _passed_over(history, number)
    return _take_back(asked, project, history, number, remark=remark)


@command(
    "is_dry_run is_agreed address as_json with_stats is_brief",
    epilog="Next: `zoterodigest undo` undoes it again.",
)
def redo(asked: Invocation) -> int:
    """Do again what the last undo undid.

    After two undos, redo undoes the second one, and a second redo the first. Once another run has
    written something, there is nothing to redo. `undo RUN` undoes any undo by its number.

    \b
    Examples:
      zoterodigest redo --dry-run
      zoterodigest redo
    """
    project, history = _project_of(Path())
    number = run_to_redo(history.runs)
    if number is None:
        raise NoSuchRun(
            "there is nothing to redo: the newest run is not an undo",
            "`zoterodigest log` lists the runs; `zoterodigest undo RUN` undoes any of them,"
            " an undo too.",
        )
    return _take_back(asked, project, history, number, command="redo")


def _project_of(place: Path) -> tuple[ProjectFolder, History]:
    """Return the project of a file or folder, and its history."""
    project = project_in(place if place.is_dir() else place.parent)
    require_idle(project.state_folder)  # which run was killed is known only then
    return project, history_of(project)


def _of_file(history: History, file: FileKey) -> tuple[int, str]:
    """Return the newest run that concerns a file and is not undone, and what else it concerns."""
    undone = undone_by(history.runs)
    for run in reversed(history.runs):
        if not run.undoes and run.number not in undone:
            files = files_concerned(history.run(run.number))
            if file in files:
                others = len(files) - 1
                also = f"This run concerns {counted(others, 'other file')} too." if others else ""
                return run.number, also
    raise NoSuchRun(f"there is no run to undo that concerns {visible(file)}")


def _take_back(
    asked: Invocation,
    project: ProjectFolder,
    history: History,
    number: int,
    *,
    command: str = "undo",
    remark: str = "",
) -> int:
    # A killed undo and the one that completed it are one run to whoever takes it back.
    run = history.whole_run(number)
    undone, killed = undone_by(history.runs), killed_undos(history.runs)
    if number in undone and number not in killed:
        tell([f"Run {number} was undone by run {undone[number]} already."])
    if number in killed:
        before = killed[number]
        remark = f"Run {before.number}, which was to undo it, {visible(before.ended)}."
        remark += " This run completes it."
    workspace, tally = open_to_undo(asked, project, run)
    with told_requests(asked, tally), workspace.library:
        with busy("Reading digests and library"):
            undoing = prepare_undo(workspace, run, command=command)
        emit_unless_json(asked, undo_text(undoing, history, remark))
        done = _done(undoing, history, asked, remark)
    if asked.as_json:
        emit_json(_data(done))
    for declined in done.declined:
        tell_error(": ".join(filter(None, (declined.title, declined.reason))))
    if done.is_left:
        tell([f"Run `zoterodigest {command}` again to complete it."])
    return FAILED if done.declined else FINE


def _require_recorded(history: History, number: int) -> None:
    """Raise if another command was killed before it was recorded: the run before is not meant."""
    killed = last_killed(history.folder.parent)
    if killed is None or killed.number or killed.command == "undo":
        return
    before = run_text(summary_of(history, number))
    raise NoSuchRun(
        f"the last command ({visible(killed.command)}) was killed before the log had anything of"
        " it: there is nothing of it to undo",
        f"`zoterodigest undo {number}` undoes the run before it, {before}.",
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


def _done(undoing: Undoing, history: History, asked: Invocation, remark: str) -> UndoResult:
    if asked.is_dry_run:
        if not undoing.is_settled or asked.is_brief:
            what = became_text(UndoResult(undoing, undoing.sent, undoing.declined), history)
            _emit(asked, f"Planned: {what}.", remark, wrapped(planned_line(what)))
        return UndoResult(undoing, declined=undoing.declined)
    # A settled undo needs no yes, but is written: the log then says that the run is undone.
    if not undoing.is_settled:
        require_consent(_question(undoing, history), asked)
    with progress("Writing", "written") as report:
        done = write_back(undoing, report)
    if done.sent or not done.declined:
        _emit(asked, f"Done: {became_text(done, history)}.", remark, _done_text(done, history))
    return done


def _emit(asked: Invocation, result: str, remark: str, whole: Iterable[str]) -> None:
    """Write what came of an undo: with --brief its result and the remark, as one line."""
    if not asked.as_json:
        emit([" ".join(filter(None, (result, remark)))] if asked.is_brief else ["", *whole])


def _question(undoing: Undoing, history: History) -> str:
    if is_redo(undoing):
        return f"Do {target_text(undoing, history)} again?"
    # A killed undo has undone a part already: the question must not promise a new one.
    return f"{'Continue to undo' if undoing.goes_on else 'Undo'} {target_text(undoing, history)}?"


def _done_text(done: UndoResult, history: History) -> Iterator[str]:
    """Yield which run is undone or done again, what was written, and what one can do next."""
    yield f"Done: {became_text(done, history)}."
    if done.is_left:
        return
    if is_redo(done.undoing):
        yield "Next: `zoterodigest undo` undoes it again."
        return
    yield "Next: `zoterodigest redo` does it again."
    newest = max(run.number for run in history.runs)
    this = RunSummary(newest + 1, "", done.undoing.command, done.undoing.run.number)
    before = run_to_undo([*history.runs, this])
    if before is not None:
        again = run_text(summary_of(history, before))
        yield f"      `zoterodigest undo`, typed again, undoes {again}."


def _data(done: UndoResult) -> dict[str, Any]:
    undoing = done.undoing
    return {
        "undoes": undoing.run.number,
        "written": done.sent.number,
        "written_digests": sum(file.key.is_digest for file in done.sent.files),
        "written_bibs": sum(file.key.is_bib for file in done.sent.files),
        **changes_data(planned_run(undoing)),
        "declined": done.declined,
    }
