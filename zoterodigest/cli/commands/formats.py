"""The command `formats`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(formats)


def formats(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FOLDER",
            hidden=True,
            show_default=False,
        ),
    ] = None,
) -> None:
    """List the formats and what they read.

    A format is a TOML file. Your own format lies beside the digest as NAME.format.toml, and
    zoterodigest tries it first. formats looks for them in FOLDER or in the current folder.
    docs/formats.md shows how to write one.
    """
    from zoterodigest.cli.base import screen
    from zoterodigest.cli.show import format_list

    screen.emit(format_list.as_text(folders or [Path()]))
