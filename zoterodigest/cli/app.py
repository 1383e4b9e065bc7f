"""The commands of the program, as `--help` lists them.

`main` imports it only to run a command: one that is repeated from its stamp needs no typer.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from zoterodigest import __version__
from zoterodigest.cli.base.cycles import forget_imports

ALLOW_OUTSIDE = "--allow-outside"

_ABOUT = """Sync Markdown paper digests, a Zotero library and a BibTeX file.

\b
First steps:
  zoterodigest inspect papers.md  show what it finds
  zoterodigest push papers.md     into a trial library
  zoterodigest ls                 list the new items
  zoterodigest help sync          show what a command does
"""

_EXIT_CODES = """Exit codes: 0 fine, 1 a record failed, 2 usage, 3 conflicts, 4 changes
pending, 5 guard, 6 ambiguous, 7 not confirmed, 10 and above bad input.
"""

_GROUPS = {
    "Sync": {
        "sync": ("sync", "Push and pull in one run."),
        "push": ("sync", "Bring digests into the library."),
        "pull": ("sync", "Bring edits made in the library into the digests."),
        "plan": ("sync", "Show what a sync would do, change nothing."),
        "watch": ("watch", "Sync whenever a digest, a .bib or the library changes."),
        "status": ("status", "Show what is in sync and what is not."),
    },
    "Papers in": {
        "add": ("add", "Add papers to a digest."),
        "feed": ("feed", "Bring new arXiv papers into digests."),
        "enrich": ("sync", "Fill in what the library lacks, from arXiv."),
        "published": ("published", "Find where papers were published, and show the evidence."),
    },
    "Bibliography": {
        "export": ("export", "Write a bibliography: BibTeX, biblatex or CSL JSON."),
        "citekeys": ("citekeys", "List, check and set the citation keys of the library."),
        "check-cites": ("check_cites", "Check that every key a document cites has one entry."),
    },
    "Decide": {
        "conflicts": ("resolve", "List fields that were edited on both sides."),
        "resolve": ("resolve", "Decide fields that were edited on both sides."),
        "review": ("review", "Look at the plan and decide conflicts in the browser."),
        "duplicates": ("duplicates", "Find papers that appear twice in the library or in digests."),
        "log": ("log", "List the runs that wrote something, or what one of them changed."),
        "undo": ("undo", "Undo what a run wrote, in the library and in files."),
        "redo": ("undo", "Do again what the last undo undid."),
        "unlink": ("remove", "Delete the links of digests, change nothing else."),
        "remove": ("remove", "Remove what push made for digests."),
    },
    "Look": {
        "inspect": ("inspect", "See what zoterodigest understands of digests or a .bib."),
        "lint": ("lint", "Find what looks wrong in digests."),
        "ls": ("ls", "List the items of the library by collection."),
        "stats": ("stats", "Count papers by year, venue, task, digest and week."),
        "show": ("show", "Show items with their tags, links and notes."),
        "open": ("opening", "Open an item in Zotero, or its page, PDF or entry."),
        "set": ("set_fields", "Edit an item of the library, as you would in Zotero."),
        "tag": ("set_fields", "Add and remove tags of items, as you would in Zotero."),
        "doctor": ("doctor", "Find problems and the commands that fix them."),
    },
    "Set up": {
        "init": ("init", "Write a zoterodigest.toml to adjust."),
        "auth": ("auth", "Keep an API key in the keyring of this system."),
        "library": ("library", "Copy a library to another address."),
        "formats": ("formats", "List the formats, learn one from a list, or check one."),
        "convert": ("convert", "Write a digest in another format."),
        "serve": ("serve", "Serve a library to other Zotero clients."),
        "docs": ("docs", "Show a page of the documentation, or list the pages."),
    },
}
"""Each command with its module and the first line of its help, in the groups and order of `--help`.

The line stands here as well because `--help` imports no command: the libraries that commands need
take ten times as long to import as everything else.
"""
_HIDDEN = {
    "merge-lock": (
        "merge_lock",
        "Merge two lock files that come from one ANCESTOR into the file ONE.",
    ),
}
"""Commands that other programs run."""

_COMMANDS = {name: one for group in (*_GROUPS.values(), _HIDDEN) for name, one in group.items()}
_CALLED_ELSEWHERE = {
    "search": "ls", "find": "ls", "list": "ls", "info": "show", "edit": "set",
    "diff": "plan --diff", "import": "add", "fetch": "pull", "history": "log",
    "revert": "undo", "login": "auth",
}  # fmt: skip
"""What people type who know other programs, with what it is called here."""

_ALIKE, _AS_ALIKE = 0.7, 0.1
"""How alike a command must be to a mistyped one, and how much less than the one most alike."""


class _Commands(TyperGroup):
    """The commands as `--help` lists them; only the one that is called gets imported."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = {
            name: TyperCommand(name, help=summary, hidden=name in _HIDDEN)
            for name, (_, summary) in _COMMANDS.items()
        }

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args[:1] == ["help"]:
            args = [*(one for one in args[1:] if one != "help"), "--help"]
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        room = max(map(len, _COMMANDS))
        for title, group in _GROUPS.items():
            with formatter.section(title):
                formatter.write_dl(
                    [(name.ljust(room), about) for name, (_, about) in group.items()]
                )

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        # The list knows every name, so a mistyped one gets its suggestions without an import.
        if not args[0].startswith("-") and args[0] not in self.commands:
            ctx.fail(f"No such command {args[0]!r}.{_meant(args[0])}")
        name, listed, rest = super().resolve_command(ctx, args)
        return name, command_called(name) if name else listed, rest


def _meant(name: str) -> str:
    """Return which commands a person may mean by `name`; "" if nothing is like it."""
    from difflib import SequenceMatcher

    typed = name.casefold()
    own = (*(one for group in _GROUPS.values() for one in group), "help")
    called = dict(zip(own, own, strict=True)) | _CALLED_ELSEWHERE
    likeness = {word: SequenceMatcher(None, word, typed).ratio() for word in called}
    least = max(_ALIKE, *(like - _AS_ALIKE for like in likeness.values()))
    words = sorted(
        (one for one in called if likeness[one] >= least), key=lambda one: -likeness[one]
    )
    names = dict.fromkeys(called[word] for word in words[:2])
    return f" Did you mean {' or '.join(map(repr, names))}?" if names else ""


def command_called(name: str) -> Any:
    """Import the command with this name and return it as typer runs it."""
    module = import_module(f"zoterodigest.cli.commands.{_COMMANDS[name][0]}")
    forget_imports()
    # `cli.base.options.command` made the function of this name a command.
    return getattr(module, name.replace("-", "_"))


app = typer.Typer(
    name="zoterodigest",
    cls=_Commands,
    help=_ABOUT,
    epilog=_EXIT_CODES,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"zoterodigest {__version__}")
        raise typer.Exit


@app.callback()
def _program(
    version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
    ),
    # These two are here for `--help` alone: `main` takes them wherever they stand.
    allow_outside: bool = typer.Option(
        False, ALLOW_OUTSIDE, help="Allow paths outside the project's folder in this run."
    ),
    verbosity: int = typer.Option(
        0,
        "--verbose",
        "-v",
        count=True,
        metavar="",
        help="Show retries and recoveries; -vv also shows each request and file.",
        show_default=False,
    ),
) -> None:
    pass
