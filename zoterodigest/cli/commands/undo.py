"""The commands `undo` and `redo`."""

from __future__ import annotations

from typing import Annotated

import typer

from zoterodigest.cli.base.invocation import Invocation
from zoterodigest.cli.base.options import Address, AsJson, DryRun, Stats, Yes

_Number = Annotated[
    int | None,
    typer.Argument(metavar="RUN", min=1, show_default=False, hidden=True),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command(epilog="Next: `zoterodigest status` shows what is pending again.")(undo)
    app.command(epilog="Next: `zoterodigest undo` takes it back again.")(redo)


def undo(
    number: _Number = None,
    is_dry_run: DryRun = False,
    is_agreed: Yes = False,
    address: Address = "",
    as_json: AsJson = False,
    with_stats: Stats = False,
) -> None:
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
    from zoterodigest.cli.commands import undo_run

    asked = Invocation(
        address=address,
        is_dry_run=is_dry_run,
        is_agreed=is_agreed,
        as_json=as_json,
        with_stats=with_stats,
    )
    raise typer.Exit(undo_run.take_back(number, asked))


def redo(
    is_dry_run: DryRun = False,
    is_agreed: Yes = False,
    address: Address = "",
    as_json: AsJson = False,
    with_stats: Stats = False,
) -> None:
    """Do again what the last undo took back.

    After two undos, redo takes back the second one, and a second redo the first. Once another run
    has written something, there is nothing to redo. `undo RUN` takes back any undo by its number.

    \b
    Examples:
      zoterodigest redo --dry-run
      zoterodigest redo
    """
    from zoterodigest.cli.commands import undo_run

    asked = Invocation(
        address=address,
        is_dry_run=is_dry_run,
        is_agreed=is_agreed,
        as_json=as_json,
        with_stats=with_stats,
    )
    raise typer.Exit(undo_run.do_again(asked))
