"""The arguments and options that several commands have, declared once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer


def option(name: str, metavar: str, help: str, default: str | bool = False) -> Any:
    """Declare an option with a value; `default` says what holds without it, if help shows that."""
    return typer.Option(name, metavar=metavar, help=help, show_default=default)


def argument(metavar: str) -> Any:
    """Declare an argument that only the usage line shows: what it means is said in the text."""
    return typer.Argument(metavar=metavar, hidden=True, show_default=False)


AnyFiles = Annotated[list[Path] | None, argument("FILE")]
AnyDigests = Annotated[list[Path] | None, argument("DIGEST")]
RunNumber = Annotated[
    int | None, typer.Argument(metavar="RUN", min=1, show_default=False, hidden=True)
]
FormatName = Annotated[
    str,
    option(
        "--format",
        "NAME|FILE.toml",
        "Use only this format: a name from `zoterodigest formats`, or a format file.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Address = Annotated[
    str,
    typer.Option(
        "--library",
        metavar="ADDRESS",
        help="The library: embedded:PATH, user:ID, group:ID, desktop or https://HOST/users/ID.",
        envvar="ZOTERODIGEST_LIBRARY",
        show_default="the project's, else .zoterodigest/library.sqlite",
    ),
]
Stats = Annotated[bool, typer.Option("--stats", help="Show how many requests the run made.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Answer every question with yes.")]
DryRun = Annotated[bool, typer.Option("--dry-run", "-n", help="Show the plan, change nothing.")]
Offline = Annotated[bool, typer.Option("--offline", help="Don't look anything up.")]
Only = Annotated[
    list[str] | None,
    option(
        "--only",
        "KIND:TEXT",
        "Use only these entries: id:…, section:…, task:… or keyword:…. Repeatable.",
    ),
]
Fill = Annotated[
    list[str] | None,
    option("--fill", "FIELD", "Fill in this field if an entry leaves it empty. Repeatable."),
]
NoNotes = Annotated[bool, typer.Option("--no-notes", help="Skip summaries and notes.")]
Relink = Annotated[
    bool,
    typer.Option(
        "--relink", help="Link again what you unlinked, removed or trashed; restore deleted notes."
    ),
]
MaxChanges = Annotated[
    int | None,
    typer.Option(
        "--max-changes",
        metavar="N",
        min=0,
        help="Allow one field to change in up to N entries.",
        show_default="25, or a tenth of the entries",
    ),
]
AllowRemovals = Annotated[
    bool, typer.Option("--allow-removals", help="Allow any number of removals.")
]

# `zoterodigest --help` names these numbers, and scripts compare with them.
FINE, FAILED, CONFLICTING, PENDING, AMBIGUOUS = 0, 1, 3, 4, 6
"""The exit codes of runs that came to their end; an error has its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """What a person typed of the options that most commands have."""

    files: Sequence[Path] = ()
    address: str = ""
    format_name: str = ""
    is_dry_run: bool = False
    is_agreed: bool = False
    is_offline: bool = False
    with_stats: bool = False
    as_json: bool = False
