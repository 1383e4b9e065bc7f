"""The commands about citation keys: citekeys list, check and set."""

from __future__ import annotations

from typing import Annotated

import typer

from zoterodigest.cli.base.invocation import Invocation
from zoterodigest.cli.base.options import Address, AsJson, DryRun, Yes


def add_to(app: typer.Typer) -> None:
    """Add the commands to `app`, in the order in which they are listed."""
    keys = typer.Typer(
        help="List, check and set the citation keys of the library.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    keys.command("list", epilog="Next: `zoterodigest citekeys check` finds problems.")(show)
    keys.command("check")(check)
    keys.command("set", epilog="Next: `zoterodigest undo` takes it back.")(write)
    app.add_typer(keys, name="citekeys")


def show(address: Address = "", as_json: AsJson = False) -> None:
    """List the citation key of each item, and its source.

    \b
    item         the item's field in Zotero; every export uses it
    extra        a line `Citation Key: ...` in its Extra
    bib          a .bib of this project
    new          made by the formula, not written yet
    provisional  made by the formula, but author or year are missing

    \b
    Examples:
      zoterodigest citekeys list
      zoterodigest citekeys list --json
    """
    from zoterodigest.cli.commands import citekeys_run

    raise typer.Exit(citekeys_run.show_keys(Invocation(address=address, as_json=as_json)))


def check(address: Address = "", as_json: AsJson = False) -> None:
    """Find problems with citation keys.

    These are problems: two items have the same key (even if only the case differs), a key has
    characters that no .bib can hold, or an item's field and its Extra have different keys. check
    also reports provisional keys, and papers that have another key in a .bib of this project. That
    key stays.

    \b
    Examples:
      zoterodigest citekeys check

    The exit code is 1 if there is a problem.
    """
    from zoterodigest.cli.commands import citekeys_run

    raise typer.Exit(citekeys_run.check_keys(Invocation(address=address, as_json=as_json)))


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
        bool, typer.Option("--all", help="Write the new keys of all items without one.")
    ] = False,
    is_dry_run: DryRun = False,
    is_agreed: Yes = False,
    address: Address = "",
    as_json: AsJson = False,
) -> None:
    """Write a citation key into an item, or the new keys into all.

    set refuses a key that another item has, and a key with characters that no .bib can hold. With
    --all, every item without a key gets the one that `citekeys list` shows, unless it is
    provisional.

    \b
    Examples:
      zoterodigest citekeys set U7GSK22K vaswani2017
      zoterodigest citekeys set --all --dry-run
    """
    from zoterodigest.cli.commands import citekeys_run

    if is_all == bool(item) or bool(item) != bool(key):
        raise typer.BadParameter("give an item and its new key, or --all")
    asked = Invocation(address=address, is_dry_run=is_dry_run, is_agreed=is_agreed, as_json=as_json)
    if is_all:
        raise typer.Exit(citekeys_run.set_all(asked))
    raise typer.Exit(citekeys_run.set_key(asked, item, key))
