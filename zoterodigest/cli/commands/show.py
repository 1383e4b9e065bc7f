"""The command `show`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zoterodigest.cli.base.options import Address, AsJson


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(show)


def show(
    keys: Annotated[list[str], typer.Argument(metavar="KEY", hidden=True, show_default=False)],
    address: Address = "",
    as_json: AsJson = False,
) -> None:
    """Show items with their tags, links and notes.

    KEY is an item key, as in `ls`, or a citation key. If a value was looked up, show names its
    source.

    \b
    Examples:
      zoterodigest show ABCD2345
      zoterodigest show ho2020denoising
    """
    from zoterodigest.cli.base import places, screen
    from zoterodigest.cli.show import item_text, library_list
    from zoterodigest.cli.show.encoder import emit_json

    with places.open_library(address, Path()) as library:
        snapshot = library.read()
        sources = places.sources_in(Path(), library, snapshot)
    items = library_list.find(snapshot, keys)
    if as_json:
        family = [one for item in items for one in library_list.family(snapshot, item)]
        emit_json([library_list.api_data(one, sources.get(one.key)) for one in family])
    else:
        told = ((item, sources.get(item.key, {})) for item in items)
        screen.emit(line for one in told for line in item_text.as_text(snapshot, *one))
