"""The command `add`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zoterodigest.cli.base.invocation import Invocation
from zoterodigest.cli.base.options import AsJson, DryRun, Offline, Yes


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(add)


def add(
    names: Annotated[list[str], typer.Argument(metavar="ID", hidden=True, show_default=False)],
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="DIGEST", help="The digest.", show_default="the only one"),
    ] = None,
    section: Annotated[
        str,
        typer.Option(
            "--section",
            metavar="HEADING",
            help="Add below this heading, or A / B.",
            show_default="the only one, the newest day's",
        ),
    ] = "",
    may_double: Annotated[
        bool, typer.Option("--allow-duplicate", help="Also add papers that a digest has already.")
    ] = False,
    is_offline: Offline = False,
    is_dry_run: DryRun = False,
    is_agreed: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Add papers to a digest.

    ID is an arXiv id, a DOI, a web address, BibTeX or a .bib. - reads any of them from standard
    input. add looks the paper up and writes an entry in the style of its neighbors, at the place
    for new entries. Nothing else in the digest changes.

    \b
    Examples:
      zoterodigest add 2103.00020 --to papers.md
      zoterodigest add 10.1109/5.771073 https://arxiv.org/abs/1706.03762v5
      zoterodigest add refs.bib --to papers.md --section "To read" --offline
      pbpaste | zoterodigest add - --dry-run

    The exit code is 1 if a paper was not added: no source knows it, or a digest has it already.
    """
    from zoterodigest.cli.commands import add_run

    asked = Invocation(
        is_dry_run=is_dry_run, is_agreed=is_agreed, is_offline=is_offline, as_json=as_json
    )
    raise typer.Exit(add_run.run(add_run.AddOptions(names, to, section, may_double), asked))
