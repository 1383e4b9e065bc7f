"""The program `zoterodigest`: its commands, its exit codes, and what becomes of an error.

Importing this module is quick: a command imports what it needs when it runs.
"""

from __future__ import annotations

import errno
import gc
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import ExitStack
from importlib import import_module
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import Any, cast

import typer
from typer.core import TyperCommand, TyperGroup

from zoterodigest import __version__
from zoterodigest.errors import Stopped, ZoterodigestError

BUG = 70
"""The exit code when zoterodigest itself is at fault."""

INTERRUPTED = 130
BAD_INPUT = 10
# What a command reads and plans lives until its end and has hardly a cycle, so looking for cycles
# finds nothing, and took a fifth of a sync. One of 10,000 entries makes fewer objects than these,
# which was 6 % of its time. What runs for hours must not lose more in cycles. Classes and functions
# of imports are never looked through (`gc.freeze`). Only in a process of our own: the Python API
# leaves this to its caller.
_SELDOM = (2_000_000, 50, 50)

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""A full disk. The error of a stream names no path; files name theirs."""

_ALLOW_OUTSIDE = "--allow-outside"
_VERBOSITY = {"--verbose": 1, "-v": 1, "-vv": 2}
_REPORT_TO = "https://github.com/zoterodigest/zoterodigest/issues"

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

_WRONG_USAGE = cast(type[typer.BadParameter], typer.BadParameter.__mro__[1])
"""What typer raises for wrong usage of any kind; it has no public name for it."""

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

_STAMPED = frozenset({"push", "pull", "sync", "plan", "status"})
"""The commands that are repeated from their stamp."""


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
    if gc.get_threshold() == _SELDOM:
        gc.freeze()
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


_BRIEF = "--brief"
"""With it, an error is one line, too."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program with `arguments` (the process's own if None) and return its exit code.

    A known error becomes one sentence and a hint. Any other error is reported as a bug.
    """
    _open_closed_streams()
    _write_any_character()
    if arguments is None:
        gc.set_threshold(*_SELDOM)
        # pydantic would look for plugins of its own in every installed library (20 ms).
        os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    given = list(sys.argv[1:] if arguments is None else arguments)
    if os.environ.get("_ZOTERODIGEST_COMPLETE") == "complete_bash":
        from zoterodigest.cli.base.completion import join_words_of_bash

        join_words_of_bash()
    while True:
        try:
            return _called(given)
        except ZoterodigestError as error:
            if not _is_allowed_now(error, given):
                if _BRIEF in given:
                    _say(" ".join(filter(None, (f"{error}.", error.hint))), "")
                else:
                    _say(str(error), error.hint, error.choices)
                return error.exit_code


def _is_allowed_now(error: ZoterodigestError, arguments: Sequence[str]) -> bool:
    """Ask the person at the terminal for the paths that a project names outside of its folder.

    That error comes before anything is done, so the command can start again.
    """
    from zoterodigest.project.outside import LeadsOutside

    if not isinstance(error, LeadsOutside) or "--json" in arguments:
        return False
    from zoterodigest.cli.base import allowed_paths

    return allowed_paths.is_agreed(error)


def _answered(arguments: Sequence[str], given: list[str], verbosity: int) -> int:
    """Run the command, or repeat what it printed over the same inputs if it found nothing to do."""

    def run() -> int:
        from zoterodigest.cli.base.talk import showing_log

        with showing_log(verbosity):
            return int(app(args=given, prog_name="zoterodigest", standalone_mode=False) or 0)

    if not _STAMPED.intersection(arguments):
        return run()
    from zoterodigest.cli.base import stamps

    request = stamps.request_of(arguments)
    if request is not None and (code := stamps.repeated(request)) is not None:
        return code
    with stamps.stamping(request):
        return run()


def _called(arguments: Sequence[str]) -> int:
    given, flags = _parted(arguments)
    try:
        with ExitStack() as stack:
            if _ALLOW_OUTSIDE in flags:
                from zoterodigest.cli.base import allowed_paths

                stack.enter_context(allowed_paths.allowing_all())
            code = _answered(arguments, given, sum(_VERBOSITY.get(flag, 0) for flag in flags))
        # typer makes of Ctrl-C in a command this exit code.
        return _interrupted() if code == INTERRUPTED else code
    except _WRONG_USAGE as error:
        return _misused(error)
    # `main` reports these: it may ask the person and start again.
    except ZoterodigestError:
        raise
    except Stopped as stop:
        from zoterodigest.cli.base import screen

        screen.tell(["", str(stop)])
        return INTERRUPTED
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted()
    except OSError as error:
        # A person can't fix an error of the system that names no path.
        is_theirs = error.filename or error.errno in _FULL or _is_nowhere()
        return _refused(error) if is_theirs else _bug(error)
    except Exception as error:  # the outermost place: report anything in one sentence
        return _bug(error)


def _interrupted() -> int:
    # At a terminal the line of a question or of `^C` is not ended yet.
    if sys.stderr.isatty():
        sys.stderr.write("\nStopped.\n")
    return INTERRUPTED


def _parted(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Separate the arguments of a command from the flags that every command has.

    Such a flag may come anywhere before `--`.
    """
    # typer would take these flags only before the name of the command.
    end = arguments.index("--") if "--" in arguments else len(arguments)
    flags = [one for one in arguments[:end] if one == _ALLOW_OUTSIDE or one in _VERBOSITY]
    return [one for one in arguments[:end] if one not in flags] + [*arguments[end:]], flags


def _open_closed_streams() -> None:
    """Discard what goes to a stream that the caller closed (`>&-`), as some cron jobs do."""
    # In the order of their numbers: the system gives the first free one, which the library's file
    # would get, and with it what other programs print.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115


def _write_any_character() -> None:
    """Make the streams write an escape for a character that they can't encode."""
    # With LANG=C, or in an old console, a stream can't encode every title.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _misused(error: typer.BadParameter) -> int:
    """Show the right usage. The message quotes the arguments, so it is made safe first."""
    from zoterodigest.cli.base import screen

    text = StringIO()
    error.show(text)
    # typer passes on what pydantic puts before the reason.
    shown = text.getvalue().replace(": Value error, ", ": ").rstrip("\n")
    screen.tell(screen.visible_lines(shown))
    return error.exit_code


def _refused(error: OSError) -> int:
    """Report a path that the system refuses: it is too long, or its folder is not accessible."""
    _show_where(error)
    if _is_nowhere():
        _say("the current folder does not exist any more", "Go to a folder that exists.")
        return BAD_INPUT
    if not error.filename:
        _say(
            f"the output could not be written: {error.strerror}",
            "Free some space on that disk. `zoterodigest log` lists what a run wrote before.",
        )
        return BAD_INPUT
    _say(f"{os.fsdecode(error.filename)}: {error.strerror}", "Check the path and its permissions.")
    return BAD_INPUT


def _is_nowhere() -> bool:
    """Tell whether somebody removed the current folder."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return True
    return False


def _bug(error: Exception) -> int:
    _show_where(error)
    _say(
        f"this is a bug in zoterodigest {__version__} ({type(error).__name__}: {error})",
        f"Please report it with the command you gave: {_REPORT_TO}."
        " ZOTERODIGEST_DEBUG=1 shows where it happened.",
    )
    return BUG


def _show_where(error: Exception) -> None:
    if os.environ.get("ZOTERODIGEST_DEBUG"):
        traceback.print_exception(error)


def _say(sentence: str, hint: str, choices: Sequence[str] = ()) -> None:
    from zoterodigest.cli.base import screen

    screen.tell_error(sentence, hint, choices)


def _show_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"zoterodigest {__version__}")
        raise typer.Exit


@app.callback()
def _program(
    version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
    ),
    # These two are here for `--help` alone: `_parted` takes them wherever they stand.
    allow_outside: bool = typer.Option(
        False, _ALLOW_OUTSIDE, help="Allow paths outside the project's folder in this run."
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
