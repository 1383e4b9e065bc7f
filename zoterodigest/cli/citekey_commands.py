"""The commands about citation keys: citekeys list, check and set."""

from __future__ import annotations

from typing import Annotated

import typer

from zoterodigest.cli.options import Address, AsJson, DryRun, Yes


def add_to(app: typer.Typer) -> None:
    """Add the commands to `app`, in the order in which they are listed."""
    keys = typer.Typer(
        help="List, check and set the citation keys of the library.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    keys.command("list", epilog="Next: `zoterodigest citekeys check` tells what is wrong.")(show)
    keys.command("check")(check)
    keys.command("set", epilog="Next: `zoterodigest undo` takes it back.")(write)
    app.add_typer(keys, name="citekeys")


def show(address: Address = "", as_json: AsJson = False) -> None:
    """List the citation key of each item, and where it comes from.

    \b
    item         the item's own field in Zotero, which every export uses
    extra        a line `Citation Key: ...` in its Extra
    bib          a .bib of this project, where the work stands under it
    new          made by the formula, not written yet
    provisional  made by the formula, but author or year are missing

    \b
    Examples:
      zoterodigest citekeys list
      zoterodigest citekeys list --json
    """
    from zoterodigest.cli import citekeys

    raise typer.Exit(citekeys.show_keys(address, as_json=as_json))


def check(address: Address = "", as_json: AsJson = False) -> None:
    """Tell what is wrong with citation keys.

    Wrong are keys that two items have (also if only their case differs), keys with signs that no
    .bib can hold, and items whose field and Extra state two keys. Told as well are provisional
    keys, and works that stand under another key in a .bib of this project: that one stays.

    \b
    Examples:
      zoterodigest citekeys check

    Exit code 1 means that something is wrong.
    """
    from zoterodigest.cli import citekeys

    raise typer.Exit(citekeys.check_keys(address, as_json=as_json))


def write(
    item: Annotated[
        str,
        typer.Argument(
            metavar="ITEM", help="An item, by its key or citation key.", show_default=False
        ),
    ] = "",
    key: Annotated[
        str, typer.Argument(metavar="KEY", help="Its new citation key.", show_default=False)
    ] = "",
    is_all: Annotated[
        bool, typer.Option("--all", help="Write the new keys of all items that have none.")
    ] = False,
    is_dry_run: DryRun = False,
    is_agreed: Yes = False,
    address: Address = "",
    as_json: AsJson = False,
) -> None:
    """Write a citation key of your own into an item, or the new keys of all.

    A key that another item has, or with signs that no .bib can hold, is refused. With --all every
    item without a key gets the one that `citekeys list` shows, unless that is provisional.

    \b
    Examples:
      zoterodigest citekeys set U7GSK22K vaswani2017
      zoterodigest citekeys set --all --dry-run
    """
    from zoterodigest.cli import citekeys

    if is_all == bool(item) or bool(item) != bool(key):
        raise typer.BadParameter("give an item and its new key, or --all")
    how = citekeys.How(is_dry_run=is_dry_run, is_agreed=is_agreed, as_json=as_json)
    code = citekeys.set_all(address, how) if is_all else citekeys.set_key(address, item, key, how)
    raise typer.Exit(code)
