"""The command `ls`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zoterodigest.cli.base.options import Address, AsJson


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(ls)


def ls(
    address: Address = "",
    collections: Annotated[
        list[str] | None,
        typer.Option(
            "--collection",
            metavar="NAME",
            help="Only items in this collection or below: its name, path A/B or key.",
            show_default=False,
        ),
    ] = None,
    tags: Annotated[
        list[str] | None,
        typer.Option(
            "--tag",
            metavar="TAG",
            help="Only items with this tag. Repeatable; an item must have all of them.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
    with_children: Annotated[
        bool, typer.Option("--children", help="With --json: also notes and attachments.")
    ] = False,
) -> None:
    """List the items of the library by collection.

    \b
    Examples:
      zoterodigest ls
      zoterodigest ls --collection papers --tag task:inpainting
      zoterodigest ls --library embedded:demo/library.sqlite --json --children

    --json prints the items as in the Zotero API (`data`), without the trash.
    """
    from zoterodigest.cli.base import screen
    from zoterodigest.cli.base.places import open_library
    from zoterodigest.cli.show import library_list
    from zoterodigest.cli.show.encoder import emit_json

    with open_library(address, Path()) as library:
        snapshot = library.read()
    shown = library_list.select(snapshot, collections or (), tags or ())
    if as_json:
        emit_json(library_list.as_data(shown, with_children=with_children))
    else:
        screen.emit(library_list.as_text(shown))
