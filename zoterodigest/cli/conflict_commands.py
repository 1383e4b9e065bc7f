"""The commands that show what is open between the ends, and decide it."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import typer

from zoterodigest.cli.options import Address, AnyDigests, AsJson, DryRun, Yes


class Keep(Enum):
    """The end that holds."""

    MARKDOWN = "markdown"
    ZOTERO = "zotero"
    BIB = "bib"


def add_to(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    app.command(epilog="Next: `zoterodigest resolve` goes through them.")(conflicts)
    app.command(epilog="Next: `zoterodigest status` tells what is left.")(resolve)


def conflicts(
    digests: AnyDigests = None,
    with_apart: Annotated[
        bool, typer.Option("--apart", "-a", help="List the fields that are apart as well.")
    ] = False,
    address: Address = "",
    as_json: AsJson = False,
) -> None:
    """List what changed at both ends.

    Each with its ID, what both ends once held, and what they hold now. Fields that are apart are
    counted: they were different from the beginning, or looked up for the library alone. Exits with
    3 if there are conflicts.

    \b
    Examples:
      zoterodigest conflicts
      zoterodigest conflicts papers.md --apart
    """
    from zoterodigest.cli import resolving

    raise typer.Exit(
        resolving.show_conflicts(digests or (), address, with_apart=with_apart, as_json=as_json)
    )


def resolve(
    wanted: Annotated[str, typer.Argument(metavar="ID", hidden=True, show_default=False)] = "",
    keep: Annotated[
        Keep | None, typer.Option("--keep", help="The end that holds.", show_default=False)
    ] = None,
    is_edit: Annotated[
        bool, typer.Option("--edit", help="Write what both ends get, in $VISUAL or $EDITOR.")
    ] = False,
    field: Annotated[
        str, typer.Option("--field", metavar="NAME", help="Only this field.", show_default=False)
    ] = "",
    is_all: Annotated[bool, typer.Option("--all", help="Every conflict; with --keep.")] = False,
    with_apart: Annotated[
        bool, typer.Option("--apart", "-a", help="Fields that are apart as well.")
    ] = False,
    is_acknowledged: Annotated[
        bool,
        typer.Option("--acknowledge", help="Keep what `status` lists out of it until it changes."),
    ] = False,
    is_forgotten: Annotated[
        bool, typer.Option("--forget", help="List in `status` again what was acknowledged.")
    ] = False,
    is_dry_run: DryRun = False,
    is_agreed: Yes = False,
    address: Address = "",
    as_json: AsJson = False,
) -> None:
    """Decide what changed at both ends.

    At a terminal it shows one conflict after the other and asks. With ID it decides that one and
    nothing else: both ends get what the digest (--keep markdown), the bibliography (--keep bib) or
    the library (--keep zotero) holds, or what you write (--edit). IDs are those of `zoterodigest
    conflicts`. With --all, --keep markdown means the conflicts of digests, --keep bib those of
    bibliographies, --keep zotero all.

    \b
    Examples:
      zoterodigest resolve
      zoterodigest resolve k3fq --keep zotero
      zoterodigest resolve k3fq --field title --edit
      zoterodigest resolve --all --keep markdown --field summary
      zoterodigest resolve k3fq --acknowledge

    With --acknowledge nothing is written at either end: the report that `status` lists with this ID
    is counted only, until what it says changes. With --all every report is. The lock file keeps it,
    so it holds for everybody who has this repository. --forget takes it back.

    A merge tool of yours is offered when zoterodigest.toml names it below [sync]:
    merge_tool = ["vimdiff"].
    """
    from zoterodigest.cli import resolving
    from zoterodigest.core.terms import End

    if is_acknowledged or is_forgotten:
        from zoterodigest.cli import acknowledging

        if keep or is_edit or (is_acknowledged and is_forgotten):
            acknowledging.refuse_two_wishes()
        asked = acknowledging.Wish(wanted, field, is_all, is_forgotten)
        raise typer.Exit(
            acknowledging.acknowledge_or_forget(
                asked, address, is_dry_run=is_dry_run, as_json=as_json
            )
        )
    end = None if keep is None else End(keep.value)
    wish = resolving.Wish(wanted, field, end, is_edit, is_all, with_apart)
    manner = resolving.Manner(is_dry_run, is_agreed, as_json)
    raise typer.Exit(resolving.resolve(wish, address, manner))
