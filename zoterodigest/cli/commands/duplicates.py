"""The command `duplicates`."""

from __future__ import annotations

from typing import Annotated

import typer

from zoterodigest.cli.base.invocation import Invocation
from zoterodigest.cli.base.options import Address, AnyFiles, AsJson, DryRun, FormatName, Yes

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
    """Find papers that appear twice in the library or in digests.

    duplicates lists items that are the same paper, unlinked entries that are the same paper, and
    what may be the same paper. Each has the reason and what to do. It only counts entries that
    share an item. FILE is a digest or a .bib. Without FILE it uses those of the project, or only
    the library if the project has none. It changes nothing without --merge.

    With --merge, notes and attachments of OTHER move to KEEP. KEEP also gets the collections, tags
    and relations of OTHER, and values for its empty fields. OTHER goes to the trash. The next sync
    links the entries of OTHER with KEEP. `zoterodigest undo` takes the merge back.

    \b
    Examples:
      zoterodigest duplicates
      zoterodigest duplicates daily/*.md
      zoterodigest duplicates --library group:12345 --json
      zoterodigest duplicates --merge R5TC8WPL 7HQ2M4XA --dry-run

    The exit code is 1 if a paper certainly appears twice.
    """
    from zoterodigest.cli.commands import duplicates_run, merging_items

    asked = Invocation(
        files=tuple(files or ()),
        address=address,
        format_name=format_name,
        is_dry_run=is_dry_run,
        is_agreed=is_agreed,
        as_json=as_json,
    )
    if merge is None:
        raise typer.Exit(duplicates_run.show(asked))
    raise typer.Exit(merging_items.merge(merge, asked))
