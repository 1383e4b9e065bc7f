"""The command `duplicates`."""

from __future__ import annotations

import typer

from zoterodigest.cli.options import Address, AnyFiles, AsJson, FormatName


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(duplicates)


def duplicates(
    files: AnyFiles = None,
    address: Address = "",
    format_name: FormatName = "",
    as_json: AsJson = False,
) -> None:
    """Find works that stand twice in the library or in digests.

    Lists items that are one work, entries that are one work and not linked yet, and what may be one
    work, each with the reason and what to do. Several entries that are linked with one item are as
    they should be, and only counted. FILE is a digest or a .bib; without one, those of the project
    are meant, and the library alone where there are none. Writes nothing.

    \b
    Examples:
      zoterodigest duplicates
      zoterodigest duplicates daily/*.md
      zoterodigest duplicates --library group:12345 --json

    Exit code 1 means that a work surely stands twice; what only may be one work is no failure.
    """
    from zoterodigest.cli import duplicates as run

    raise typer.Exit(run.show(files or (), address, format_name, as_json=as_json))
