"""The command `feed`."""

from __future__ import annotations

from typing import Annotated

import typer

from zoterodigest.cli.options import AsJson, DryRun, Offline, Yes


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
            metavar="DAY", help="First submitted on this day or later: yesterday, 3d, 2025-04-07."
        ),
    ] = "7d",
    until: Annotated[
        str, typer.Option(metavar="DAY", help="And on this day or before; it is the list's day.")
    ] = "today",
    is_dry_run: DryRun = False,
    is_agreed: Yes = False,
    is_offline: Offline = False,
    as_json: AsJson = False,
) -> None:
    """Bring new papers of arXiv into digests.

    Each [[feed]] of zoterodigest.toml, or those called NAME, asks arXiv for the newest papers of
    its categories and keywords. What stands in no digest of the project becomes an entry in the
    digest's format: in its list, in a section of the day or in a file of the day. A second run
    adds nothing. Days are those of arXiv (UTC). A paper is announced some days after it was
    submitted, so a daily job looks back a week.

    \b
    Examples:
      zoterodigest feed
      zoterodigest feed diffusion --since yesterday --dry-run
      zoterodigest feed --since 2025-04-01 --until 2025-04-07

    Exit code 1 means that arXiv did not answer all of it, or a paper could not be written; the next
    run completes it.
    """
    from zoterodigest.cli import feeding

    days = feeding.window(since, until)
    options = feeding.Options(days, is_offline, is_dry_run=is_dry_run, is_agreed=is_agreed)
    raise typer.Exit(feeding.run(names or (), options, as_json=as_json))
