"""The command `unlink`."""

from __future__ import annotations

import typer

from zoterodigest.cli.base.invocation import Invocation
from zoterodigest.cli.base.options import Address, AnyDigests, AsJson, DryRun, Yes


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(unlink)


def unlink(
    digests: AnyDigests = None,
    is_dry_run: DryRun = False,
    is_agreed: Yes = False,
    address: Address = "",
    as_json: AsJson = False,
) -> None:
    """Delete the links of digests, change nothing else.

    The library and the digests stay as they are. A later push skips these entries unless you pass
    --relink.

    \b
    Example:
      zoterodigest unlink papers.md
    """
    from zoterodigest.cli.commands import remove_run

    asked = Invocation(
        files=tuple(digests or ()),
        address=address,
        is_dry_run=is_dry_run,
        is_agreed=is_agreed,
        as_json=as_json,
    )
    raise typer.Exit(remove_run.unlink(asked))
