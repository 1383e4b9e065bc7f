"""The command `feed`."""

from __future__ import annotations

from typing import Annotated

import typer

from zoterodigest.cli.base.invocation import Invocation
from zoterodigest.cli.base.options import AsJson, DryRun, Offline, Yes


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(feed)


def feed(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", hidden=True, show_default=False)
    ] = None,
    since: Annotated[
        str,
        typer.Option(
            metavar="DAY", help="Submitted on this day or later: yesterday, 3d, 2025-04-07."
        ),
    ] = "7d",
    until: Annotated[
        str,
        typer.Option(
            metavar="DAY", help="Submitted on this day or before; the entries go to this day."
        ),
    ] = "today",
    is_dry_run: DryRun = False,
    is_agreed: Yes = False,
    is_offline: Offline = False,
    as_json: AsJson = False,
) -> None:
    """Bring new arXiv papers into digests.

    Each [[feed]] of zoterodigest.toml asks arXiv for the newest papers of its categories and
    keywords. With NAME, only these feeds run. A paper that no digest of the project has becomes an
    entry: in a list, in a section for the day, or in a file for the day. A second run adds
    nothing. Days are arXiv's (UTC). arXiv announces a paper some days after its submission, so a
    daily job looks back a week.

    \b
    Examples:
      zoterodigest feed
      zoterodigest feed diffusion --since yesterday --dry-run
      zoterodigest feed --since 2025-04-01 --until 2025-04-07

    The exit code is 1 if arXiv didn't answer every request or a paper couldn't be written. The
    next run completes it.
    """
    from zoterodigest.cli.commands import feed_run

    days = feed_run.window(since, until)
    asked = Invocation(
        is_dry_run=is_dry_run, is_agreed=is_agreed, is_offline=is_offline, as_json=as_json
    )
    raise typer.Exit(feed_run.run(names or (), days, asked))
