"""The command `log`: the runs that wrote something, and what one of them changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from zoterodigest.cli.base.options import Invocation, argument, command
from zoterodigest.cli.base.screen import styled, tell_error, visible, wrapped
from zoterodigest.cli.show.encoder import emit_result
from zoterodigest.cli.show.history_text import (
    changes_data,
    changes_text,
    elsewhere_text,
    moment_text,
    run_data,
    runs_table,
    standing,
    what_text,
)
from zoterodigest.core.plan.history import Run, killed_undos, listed, undone_by
from zoterodigest.project.layout import ProjectFolder
from zoterodigest.project.log.history import History, history_folder, read_history
from zoterodigest.project.walks import find_project


@command("number as_json", epilog="Next: `zoterodigest undo RUN` undoes a run.")
def log(asked: Invocation, number: int | None = argument("RUN", None, min=1)) -> None:
    """List the runs that wrote something, or what one of them changed.

    The newest run comes first. The history is on this computer only. zoterodigest keeps 200 runs,
    for 90 days, and always the last 20. The history never has text from below a heading "Private"
    in a note. Text that a run removed from Zotero as it became private stays in the history.

    \b
    Examples:
      zoterodigest log
      zoterodigest log 12
    """
    config = find_project(Path())
    # `loaded` would ask about paths outside of the project; the log reads none of them.
    project = ProjectFolder.load(config) if config else ProjectFolder.implicit([Path("digest.md")])
    history = history_of(project)
    undone = undone_by(history.runs)
    if number is not None:
        run = history.run(number)
        data = {**run_data(listed(run), undone), **changes_data(run)}
        emit_result(asked, _run_text(run, history), data)
        return
    runs = history.runs[::-1]
    text = runs_table(runs) if runs else ["No run that wrote something is kept here."]
    emit_result(asked, text, {"runs": [run_data(run, undone) for run in runs]})


def history_of(project: ProjectFolder) -> History:
    """Return the history of a project; report runs that can't be read."""
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
    yield from (styled(one, "bold") for one in wrapped(line))
    runs = history.runs
    notes = standing(head, undone_by(runs), killed_undos(runs), runs)
    yield from (f"It {note}." if not note.startswith("run ") else f"R{note[1:]}." for note in notes)
    yield from elsewhere_text(run)
    yield from changes_text(run)
