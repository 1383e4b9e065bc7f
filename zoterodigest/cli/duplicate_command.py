"""The command `duplicates`."""

from __future__ import annotations

from typing import Annotated

import typer

from zoterodigest.cli.options import Address, AnyFiles, AsJson, DryRun, FormatName, Yes

_Merge = Annotated[
    tuple[str, str] | None,
    typer.Option(
        "--merge",
        metavar="KEEP OTHER",
        help="Merge the item OTHER into the item KEEP, as Merge Items in Zotero does.",
        show_default=False,
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(duplicates)


def duplicates(
    files: AnyFiles = None,
    address: Address = "",
    format_name: FormatName = "",
    merge: _Merge = None,
    is_dry_run: DryRun = False,
    is_agreed: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Find works that stand twice in the library or in digests.

    Lists items that are one work, entries that are one work and not linked yet, and what may be one
    work, each with the reason and what to do. Several entries that are linked with one item are as
    they should be, and only counted. FILE is a digest or a .bib; without one, those of the project
    are meant, and the library alone where there are none. Writes nothing without --merge.

    With --merge, notes and attachments of OTHER move to KEEP. KEEP also gets the collections, tags
    and relations of OTHER, and values for its empty fields. OTHER goes into the trash. The next
    sync links the entries of OTHER with KEEP. `zoterodigest undo` takes the merge back.

    \b
    Examples:
      zoterodigest duplicates
      zoterodigest duplicates daily/*.md
      zoterodigest duplicates --library group:12345 --json
      zoterodigest duplicates --merge R5TC8WPL 7HQ2M4XA --dry-run

    Exit code 1 means that a work surely stands twice; what only may be one work is no failure.
    """
    from zoterodigest.cli import duplicates as run
    from zoterodigest.cli import merging_items

    where = files or (), address, format_name
    if merge is None:
        raise typer.Exit(run.show(*where, as_json=as_json))
    how = merging_items.How(is_dry_run, is_agreed, as_json)
    raise typer.Exit(merging_items.merge(merge, where, how))
