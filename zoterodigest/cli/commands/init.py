"""The command `init`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zoterodigest.cli.base.options import AnyFiles


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(init)


def init(
    digests: AnyFiles = None,
    is_fresh: Annotated[
        bool, typer.Option("--fresh", help="Rename the lock file and start anew.")
    ] = False,
) -> None:
    """Write a zoterodigest.toml to adjust.

    init writes it into the current folder and never overwrites a file. zoterodigest also works
    without it: then the library and the lock file lie beside the digests.

    If a program seems to write a FILE, init proposes pull = false. If a FILE repeats another one,
    for example in a second language, it proposes push = ["summary"]. It says why. A .bib, which
    need not exist yet, becomes a [[bibliography]]: each sync exports into it.

    --fresh writes no configuration. It renames the lock file, so that you can use another library.
    The next push finds the items there again and adopts them.

    \b
    Examples:
      zoterodigest init
      zoterodigest init notes/papers.md daily/*.md
      zoterodigest init papers.md paper/refs.bib
      zoterodigest init --fresh
    """
    from zoterodigest.cli.base import screen
    from zoterodigest.cli.commands import init_run

    if is_fresh:
        screen.emit(init_run.begin_anew(Path(), digests or []))
    else:
        screen.emit(init_run.write_configuration(Path(), digests or []))
