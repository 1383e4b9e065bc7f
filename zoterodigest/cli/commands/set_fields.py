"""The command `set`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zoterodigest.cli.base.invocation import Invocation
from zoterodigest.cli.base.options import Address, AsJson, DryRun


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("set", epilog="Next: `zoterodigest sync` brings it into the digests.")(set_fields)


def set_fields(
    name: Annotated[str, typer.Argument(metavar="KEY", show_default=False, hidden=True)],
    assignments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FIELD=VALUE]...", show_default=False, hidden=True),
    ] = None,
    note: Annotated[
        Path | None,
        typer.Option(
            "--note", metavar="FILE", help="Markdown for the note; - reads standard input."
        ),
    ] = None,
    is_dry_run: DryRun = False,
    address: Address = "",
    as_json: AsJson = False,
) -> None:
    """Edit an item of the library, as you would in Zotero.

    KEY is the item's key or its citation key. FIELD is a field of Zotero (title, date, DOI, ...) or
    `authors`, whose names stand in the order of reading, with semicolons between them. An empty
    VALUE clears the field.

    --note takes the text of the item's summary from a file. An item without a summary gets a new
    note. To edit another note, give its key as KEY.

    \b
    Examples:
      zoterodigest set U7GSK22K title="Attention Is All You Need" date=2017-06-12
      zoterodigest set vaswani2017 authors="Ashish Vaswani; Noam Shazeer"
      zoterodigest set U7GSK22K --note summary.md
    """
    from zoterodigest.cli.commands import set_run

    values = set_run.values_of(assignments or ())
    if not values and note is None:
        raise typer.BadParameter("give FIELD=VALUE or --note FILE")
    asked = Invocation(address=address, is_dry_run=is_dry_run, as_json=as_json)
    raise typer.Exit(set_run.run(set_run.SetOptions(name, values, note), asked))
