"""What an undo shows: what it takes back, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator

from zoterodigest.cli.base.screen import counted, enumerated, styled, visible
from zoterodigest.cli.show.history_text import changes_text, counts_text, elsewhere_text, run_text
from zoterodigest.core.links.link import LockFile
from zoterodigest.core.plan.history import Run, RunSummary, listed
from zoterodigest.project.log.history import History
from zoterodigest.sync.apply.changes import Sent
from zoterodigest.sync.apply.recording import Present, intended_run
from zoterodigest.sync.undo.undo import UndoResult
from zoterodigest.sync.undo.undoing import Undoing


def undo_text(undoing: Undoing, history: History, remark: str) -> Iterator[str]:
    """Yield which run is taken back, and what changes for that."""
    run = undoing.run
    yield styled(f"{undoing.command.capitalize()} {target_text(undoing, history)}", "bold")
    if is_redo(undoing):
        yield f"Run {run.number}, which undid it, is undone."
    yield from filter(None, [remark])
    yield from elsewhere_text(run)
    if not run.is_finished:
        yield f"It {visible(listed(run).ended)}: only what it had written until then is undone."
    if undoing.is_settled:
        yield "Nothing of it is left to undo."
        return
    yield from changes_text(planned_run(undoing))
    if undoing.lock.identity != undoing.gathered.lock.identity:
        yield f"The lock file links with the library {visible(undoing.lock.identity)} again."
    ended = sum(row.id not in {one.id for one in run.before.rows} for row in run.after.rows)
    if ended:
        yield f"{counted(ended, 'link')} that it made: ended where nothing of it stays."


def planned_run(undoing: Undoing) -> Run:
    """Return what an undo is about to write, as a run."""
    return _run_of(undoing, undoing.sent, undoing.lock)


def _run_of(undoing: Undoing, sent: Sent, lock: LockFile) -> Run:
    """Return what is written with `sent`, and then with the links of `lock`."""
    present = Present(undoing.gathered.contents, undoing.gathered.lock)
    return intended_run(present, sent, lock)


def became_text(done: UndoResult, history: History) -> str:
    """Return which run is undone or done again, and what is written for that."""
    undoing = done.undoing
    became = "is done again" if is_redo(undoing) else "is undone"
    became += " as far as possible" if done.declined else ""
    written = counts_text(listed(_run_of(undoing, done.sent, undoing.gathered.lock)).counts)
    written = written or counts_text(listed(planned_run(undoing)).counts)  # links alone
    what = f": {enumerated(written)}" if written else ": nothing of it was left"
    return f"{target_text(undoing, history)} {became}{what}"


def is_redo(undoing: Undoing) -> bool:
    """Tell whether a person asked to do again what an undo took back."""
    # Not `Undoing.is_redo`: a person may also give `undo` the number of an undo.
    return undoing.command == "redo"


def target_text(undoing: Undoing, history: History) -> str:
    """Return the run that is undone or done again, in words."""
    run = undoing.run
    return run_text(summary_of(history, run.undoes) if is_redo(undoing) else listed(run))


def summary_of(history: History, number: int) -> RunSummary:
    """Return a run of the history as it is listed."""
    return next(run for run in history.runs if run.number == number)
