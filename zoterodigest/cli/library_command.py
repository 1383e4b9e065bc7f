"""The commands about whole libraries: library copy."""

from __future__ import annotations

from typing import Annotated

import typer

from zoterodigest.cli.options import AsJson, DryRun, Stats, Yes


def add_to(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    library = typer.Typer(
        help="Copy a library to another address.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    library.command("copy", epilog="Next: `zoterodigest sync`, which has nothing to do.")(copy)
    app.add_typer(library, name="library")


def copy(
    source: Annotated[
        str, typer.Argument(metavar="FROM", help="The library to copy.", show_default=False)
    ],
    target: Annotated[
        str, typer.Argument(metavar="TO", help="The library to copy it into.", show_default=False)
    ],
    is_whole: Annotated[
        bool, typer.Option("--all", help="Copy everything, not only what is linked.")
    ] = False,
    with_trash: Annotated[
        bool, typer.Option("--trash", help="Take along what lies in the trash, into the trash.")
    ] = False,
    is_switched: Annotated[
        bool, typer.Option("--switch", help="Name TO in zoterodigest.toml afterwards.")
    ] = False,
    is_dry_run: DryRun = False,
    is_agreed: Yes = False,
    as_json: AsJson = False,
    with_stats: Stats = False,
) -> None:
    """Copy a library to another address, and go on there.

    What the lock file of this project links goes along, with all it needs: its notes, yours too,
    links, tags, relations, and the collections it lies in. With --all everything does. The lock
    file then links with TO, and the next sync has nothing to do. No digest is touched, FROM stays
    as it is. Attachments with files stay behind, and so does the trash without --trash.

    A work that is in TO already is adopted and keeps what it says; it gains what is empty, tags and
    collections. So the command can be run again: after a kill, or where something failed, it goes
    on. The lock file goes over only when all is there.

    \b
    Examples:
      zoterodigest library copy embedded:.zoterodigest/library.sqlite desktop -n
      zoterodigest library copy embedded:papers.sqlite user:1234567 --switch
      zoterodigest library copy user:1234567 embedded:copy.sqlite --all

    Exit code 1 means that something could not be copied, 7 that nobody agreed to write into a
    library that holds things of your own (--yes agrees).
    """
    from zoterodigest.cli import library_copy
    from zoterodigest.cli.library_copy import Request

    request = Request(source, target, is_whole, with_trash, is_switched, with_stats)
    code = library_copy.run(request, is_dry_run=is_dry_run, is_agreed=is_agreed, as_json=as_json)
    raise typer.Exit(code)
