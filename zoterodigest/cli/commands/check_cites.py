"""The command about what documents cite: check-cites."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from zoterodigest.cli.base.options import AsJson


class Report(Enum):
    """The forms that `--report` knows."""

    TEXT = "text"
    GITHUB = "github"


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("check-cites")(check_cites)


def check_cites(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", hidden=True, show_default=False)],
    report: Annotated[
        Report, typer.Option("--report", help="Text, or annotations for GitHub Actions.")
    ] = Report.TEXT,
    as_json: AsJson = False,
) -> None:
    """Check that every key a document cites has one entry.

    FILE is a document (.tex, .aux, .bcf, .typ, or .md for Pandoc) or a bibliography (.bib).
    check-cites also reads the files that a .tex or .typ includes. Without a .bib it reads those
    that the documents name. It lists missing keys, keys that appear twice, entries that it can't
    read, and entries that nobody cites. It changes nothing.

    \b
    Examples:
      zoterodigest check-cites main.tex refs.bib
      zoterodigest check-cites main.tex --report github

    The exit code is 1 if a key is missing or doubled.
    """
    from zoterodigest.cli.commands import check_cites_run

    for_github = report is Report.GITHUB
    raise typer.Exit(check_cites_run.check_cites(files, for_github=for_github, as_json=as_json))
