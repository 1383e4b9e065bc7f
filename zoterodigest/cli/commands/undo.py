"""The commands `undo` and `redo`."""

from __future__ import annotations

from typing import Annotated

import typer

from zoterodigest.cli.base.options import Address, AsJson, DryRun, Invocation, Stats, Yes
from zoterodigest.cli.commands import undo_run

app = typer.Typer(rich_markup_mode=None)


_Number = Annotated[
    int | None, typer.Argument(metavar="RUN", min=1, show_default=False, hidden=True)
]


@app.command(epilog="Next: `zoterodigest status` shows what is pending again.")
def undo(
    number: _Number = None,
    is_dry_run: DryRun = False,
    is_agreed: Yes = False,
    address: Address = "",
    as_json: AsJson = False,
    with_stats: Stats = False,
) -> int:
    """Take back what a run wrote, in the library and in files.

    Without RUN, undo takes back the newest run that isn't undone yet. A second undo takes back the
    run before. If an undo was killed, the next one completes it. undo keeps what somebody changed
    since the run, and reports it with exit code 1. The edits that the run carried are pending
    again. `redo` takes the undo back.

    \b
    Examples:
      zoterodigest undo --dry-run
      zoterodigest undo
      zoterodigest undo 12 --yes
    """
    asked = Invocation(
        address=address,
        is_dry_run=is_dry_run,
        is_agreed=is_agreed,
        as_json=as_json,
        with_stats=with_stats,
    )
    return undo_run.take_back(number, asked)


@app.command(epilog="Next: `zoterodigest undo` takes it back again.")
def redo(
    is_dry_run: DryRun = False,
    is_agreed: Yes = False,
    address: Address = "",
    as_json: AsJson = False,
    with_stats: Stats = False,
) -> int:
    """Do again what the last undo took back.

    After two undos, redo takes back the second one, and a second redo the first. Once another run
    has written something, there is nothing to redo. `undo RUN` takes back any undo by its number.

    \b
    Examples:
      zoterodigest redo --dry-run
      zoterodigest redo
    """
    asked = Invocation(
        address=address,
        is_dry_run=is_dry_run,
        is_agreed=is_agreed,
        as_json=as_json,
        with_stats=with_stats,
    )
    return undo_run.do_again(asked)
