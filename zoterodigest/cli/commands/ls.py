"""The command `ls`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from zoterodigest.cli.base.options import Invocation, command, flag, option
from zoterodigest.cli.base.project_context import open_library
from zoterodigest.cli.base.screen import emit
from zoterodigest.cli.show.encoder import emit_json
from zoterodigest.cli.show.library_list import chosen_items, library_data, library_text


@command("address collections tags as_json with_children")
def ls(
    asked: Invocation,
    collections: Sequence[str] = option(
        "--collection NAME",
        "Only items in this collection or below: its name, path A/B or key.",
        (),
    ),
    tags: Sequence[str] = option(
        "--tag TAG", "Only items with this tag. Repeatable; an item must have all of them.", ()
    ),
    with_children: bool = flag("--children", "With --json: also notes and attachments."),
) -> None:
    """List the items of the library by collection.

    \b
    Examples:
      zoterodigest ls
      zoterodigest ls --collection papers --tag task:inpainting
      zoterodigest ls --library embedded:demo/library.sqlite --json --children

    --json prints the items as in the Zotero API (`data`), without the trash.
    """
    with open_library(asked.address, Path()) as library:
        if asked.as_json:
            snapshot = library.read()
        else:
            outline = library.outline(with_tags=bool(tags))
    if asked.as_json:
        chosen = chosen_items(snapshot, collections, tags)
        emit_json(library_data(snapshot, chosen, with_children=with_children))
    else:
        emit(library_text(outline, collections, tags))
