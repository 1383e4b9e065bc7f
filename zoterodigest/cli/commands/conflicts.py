"""The command `conflicts`."""

from __future__ import annotations

from typing import Annotated

import typer

from zoterodigest.cli.base.invocation import Invocation
from zoterodigest.cli.base.options import Address, AnyDigests, AsJson


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(epilog="Next: `zoterodigest resolve` decides them.")(conflicts)


def conflicts(
    digests: AnyDigests = None,
    with_apart: Annotated[
        bool, typer.Option("--apart", "-a", help="Also list diverged fields.")
    ] = False,
    address: Address = "",
    as_json: AsJson = False,
) -> None:
    """List fields that were edited on both sides.

    Each has an ID, the value that both sides last agreed on, and the two values now. conflicts
    counts the fields that have diverged: their two values never agreed. The exit code is 3 if
    there are conflicts.

    \b
    Examples:
      zoterodigest conflicts
      zoterodigest conflicts papers.md --apart
    """
    from zoterodigest.cli.commands import resolve_run

    asked = Invocation(files=tuple(digests or ()), address=address, as_json=as_json)
    raise typer.Exit(resolve_run.show_conflicts(asked, with_apart=with_apart))
