"""The commands that look back and take back: `log` and `undo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zoterodigest.cli.options import Address, AsJson, DryRun, Yes

RunNumber = Annotated[
    int | None,
    typer.Argument(metavar="RUN", min=1, show_default=False, hidden=True),
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to `app`, in the order in which they are listed."""
    app.command(epilog="Next: `zoterodigest undo RUN` takes a run back.")(log)
    app.command(epilog="Next: `zoterodigest status` tells what is pending again.")(undo)


def log(number: RunNumber = None, as_json: AsJson = False) -> None:
    """List the runs that wrote something, or what one of them changed.

    The newest stands first. The history lies beside the digests on this machine only; runs of the
    last 90 days are kept, at most 200. What stands under "Private" in a note is never in it.

    \b
    Examples:
      zoterodigest log
      zoterodigest log 12
    """
    from zoterodigest.cli import looking_back

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
    """Take back what a run wrote, in the library and in the digests.

    Without RUN the newest that is not undone. What has changed since the run stays as it is and is
    told; the exit code is then 1. The edits that the run carried are pending again, links that it
    made are ended. An undo is a run like any other: `undo` with its number takes it back.

    \b
    Examples:
      zoterodigest undo --dry-run
      zoterodigest undo
      zoterodigest undo 12 --yes
    """
    from zoterodigest.cli import looking_back

    how = looking_back.How(is_dry_run=is_dry_run, is_agreed=is_agreed, as_json=as_json)
    raise typer.Exit(looking_back.take_back(Path(), number, address, how))
