"""The commands about whole libraries: library copy."""

from __future__ import annotations

from typing import Annotated

import typer

from zoterodigest.cli.base.options import AsJson, DryRun, Invocation, Stats, Yes
from zoterodigest.cli.commands import library_run

app = typer.Typer(rich_markup_mode=None)
_library = typer.Typer(
    help="Copy a library to another address.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(_library, name="library")


@_library.command("copy", epilog="Next: `zoterodigest sync` has nothing to do.")
def copy(
    source: Annotated[
        str, typer.Argument(metavar="FROM", help="The library to copy.", show_default=False)
    ],
    target: Annotated[
        str, typer.Argument(metavar="TO", help="The library to copy it into.", show_default=False)
    ],
    is_whole: Annotated[
        bool, typer.Option("--all", help="Copy every item, not only linked ones.")
    ] = False,
    with_trash: Annotated[
        bool, typer.Option("--trash", help="Also copy the trash, into the trash.")
    ] = False,
    is_switched: Annotated[
        bool, typer.Option("--switch", help="Write TO into zoterodigest.toml afterwards.")
    ] = False,
    is_dry_run: DryRun = False,
    is_agreed: Yes = False,
    as_json: AsJson = False,
    with_stats: Stats = False,
) -> int:
    """Copy a library to another address and continue there.

    copy takes the items that the lock file of this project links, with their notes, tags,
    relations and collections. With --all it takes every item. After that, the lock file links with
    TO, and the next sync has nothing to do. FROM and the digests don't change. copy skips attached
    files, and the trash unless you pass --trash.

    If TO has a paper already, copy adopts it: the item keeps its values and gets what is missing.
    So if a copy was interrupted, run the same command again. The lock file changes only when
    everything is copied. `undo` takes a copy back.

    \b
    Examples:
      zoterodigest library copy embedded:.zoterodigest/library.sqlite desktop -n
      zoterodigest library copy embedded:papers.sqlite user:1234567 --switch
      zoterodigest library copy user:1234567 embedded:copy.sqlite --all

    The exit code is 1 if something couldn't be copied. It is 7 if TO has items of yours and you
    didn't confirm (--yes confirms).
    """
    wanted = library_run.LibraryCopyOptions(source, target, is_whole, with_trash, is_switched)
    asked = Invocation(
        is_dry_run=is_dry_run, is_agreed=is_agreed, with_stats=with_stats, as_json=as_json
    )
    return library_run.run(wanted, asked)
