"""The command `log`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zoterodigest.cli.base.options import AsJson
from zoterodigest.cli.commands import undo_run

app = typer.Typer(rich_markup_mode=None)


_Number = Annotated[
    int | None, typer.Argument(metavar="RUN", min=1, show_default=False, hidden=True)
]


@app.command(epilog="Next: `zoterodigest undo RUN` takes a run back.")
def log(number: _Number = None, as_json: AsJson = False) -> None:
    """List the runs that wrote something, or what one of them changed.

    The newest run comes first. The history is on this computer only. zoterodigest keeps 200 runs,
    for 90 days. The history never has text from below a heading "Private" in a note.

    \b
    Examples:
      zoterodigest log
      zoterodigest log 12
    """
    if number is None:
        undo_run.show_log(Path(), as_json=as_json)
    else:
        undo_run.show_run(Path(), number, as_json=as_json)
