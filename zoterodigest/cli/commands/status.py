"""The command `status`."""

from __future__ import annotations

from typing import Annotated

import typer

from zoterodigest.cli.base.invocation import Invocation
from zoterodigest.cli.base.options import Address, AnyDigests, AsJson, FormatName


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(status)


def status(
    digests: AnyDigests = None,
    is_check: Annotated[
        bool,
        typer.Option(
            "--check", help="Exit with 4 if changes are pending, 3 if there are conflicts."
        ),
    ] = False,
    is_all: Annotated[
        bool, typer.Option("--all", help="Also list reports that you acknowledged.")
    ] = False,
    address: Address = "",
    format_name: FormatName = "",
    as_json: AsJson = False,
) -> None:
    """Show what is in sync and what is not.

    status lists pending changes on each side and everything that needs you: conflicts, ambiguous
    entries, entries that it can't read, trashed items. It only counts reports that you
    acknowledged (`zoterodigest resolve ID --acknowledge`). It changes nothing.

    \b
    Examples:
      zoterodigest status
      zoterodigest status --all
      zoterodigest status papers.md --check
    """
    from zoterodigest.cli.commands import sync_run

    asked = Invocation(
        files=tuple(digests or ()), address=address, format_name=format_name, as_json=as_json
    )
    raise typer.Exit(sync_run.show_status(asked, is_check=is_check, is_all=is_all))
