"""The commands that look back and take back: `log`, `undo` and `redo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zoterodigest.cli.base.options import Address, AsJson, DryRun, Yes

RunNumber = Annotated[
    int | None,
    typer.Argument(metavar="RUN", min=1, show_default=False, hidden=True),
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to `app`, in the order in which they are listed."""
    app.command(epilog="Next: `zoterodigest undo RUN` takes a run back.")(log)
    app.command(epilog="Next: `zoterodigest status` shows what is pending again.")(undo)
    app.command(epilog="Next: `zoterodigest undo` takes it back again.")(redo)


def log(number: RunNumber = None, as_json: AsJson = False) -> None:
    """List the runs that wrote something, or what one of them changed.

    The newest run comes first. The history is on this computer only. zoterodigest keeps 200 runs,
    for 90 days. The history never has text from below a heading "Private" in a note.

    \b
    Examples:
      zoterodigest log
      zoterodigest log 12
    """
    from zoterodigest.cli.commands import looking_back

    if number is None:
        looking_back.show_log(Path(), as_json=as_json)
    else:
        looking_back.show_run(Path(), number, as_json=as_json)


def undo(
    number: RunNumber = None,
    is_dry_run: DryRun = False,
    is_agreed: Yes = False,
    address: Address = "",
    as_json: AsJson = False,
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
    from zoterodigest.cli.commands import looking_back

    how = looking_back.How(is_dry_run=is_dry_run, is_agreed=is_agreed, as_json=as_json)
    raise typer.Exit(looking_back.take_back(Path(), number, address, how))


def redo(
    is_dry_run: DryRun = False,
    is_agreed: Yes = False,
    address: Address = "",
    as_json: AsJson = False,
) -> None:
    """Do again what the last undo took back.

    After two undos, redo takes back the second one, and a second redo the first. Once another run
    has written something, there is nothing to redo. `undo RUN` takes back any undo by its number.

    \b
    Examples:
      zoterodigest redo --dry-run
      zoterodigest redo
    """
    from zoterodigest.cli.commands import looking_back

    how = looking_back.How(is_dry_run=is_dry_run, is_agreed=is_agreed, as_json=as_json)
    raise typer.Exit(looking_back.do_again(Path(), address, how))
