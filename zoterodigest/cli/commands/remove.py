"""The command `remove`."""

from __future__ import annotations

import typer

from zoterodigest.cli.base.invocation import Invocation
from zoterodigest.cli.base.options import Address, AnyDigests, AsJson, DryRun, Stats, Yes


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(remove)


def remove(
    digests: AnyDigests = None,
    is_dry_run: DryRun = False,
    is_agreed: Yes = False,
    address: Address = "",
    as_json: AsJson = False,
    with_stats: Stats = False,
) -> None:
    """Remove what push made for digests.

    remove moves the items, notes and collections that push made to the trash, and removes its tags
    from your items. It keeps what somebody changed or used since, and lists it with the reason.
    The digests don't change.

    \b
    Examples:
      zoterodigest remove papers.md --dry-run
      zoterodigest remove papers.md
    """
    from zoterodigest.cli.commands import remove_run

    asked = Invocation(
        files=tuple(digests or ()),
        address=address,
        is_dry_run=is_dry_run,
        is_agreed=is_agreed,
        as_json=as_json,
        with_stats=with_stats,
    )
    raise typer.Exit(remove_run.remove(asked))
