"""The program `zoterodigest`: its exit codes, and what becomes of an error.

Importing this module is quick: a command imports what it needs when it runs. One that is repeated
from its stamp needs no typer, which takes a third of its time to import.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import ExitStack
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, cast

from zoterodigest import __version__
from zoterodigest.cli.base.cycles import look_seldom
from zoterodigest.errors import Stopped, ZoterodigestError

if TYPE_CHECKING:
    import typer

BUG = 70
"""The exit code when zoterodigest itself is at fault."""

INTERRUPTED = 130
BAD_INPUT = 10

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""A full disk. The error of a stream names no path; files name theirs."""

_ALLOW_OUTSIDE = "--allow-outside"
_VERBOSITY = {"--verbose": 1, "-v": 1, "-vv": 2}
_REPORT_TO = "https://github.com/zoterodigest/zoterodigest/issues"

_STAMPED = frozenset({"push", "pull", "sync", "plan", "status"})
"""The commands that are repeated from their stamp."""


_BRIEF = "--brief"
"""With it, an error is one line, too."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program with `arguments` (the process's own if None) and return its exit code.

    A known error becomes one sentence and a hint. Any other error is reported as a bug.
    """
    _open_closed_streams()
    _write_any_character()
    if arguments is None:
        look_seldom()
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
        from zoterodigest.cli.app import app
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
    except _wrong_usage() as error:
        return _misused(error)
    # `main` reports these: it may ask the person and start again.
    except ZoterodigestError:
        raise
    except Stopped as stop:
        from zoterodigest.cli.base import screen

        screen.tell(["", str(stop)])
        return INTERRUPTED
    except (KeyboardInterrupt, _abort()):
        return _interrupted()
    except OSError as error:
        # A person can't fix an error of the system that names no path.
        is_theirs = error.filename or error.errno in _FULL or _is_nowhere()
        return _refused(error) if is_theirs else _bug(error)
    except Exception as error:  # the outermost place: report anything in one sentence
        return _bug(error)


# Called when an error is looked at, and so when typer is imported or anything takes long.
def _wrong_usage() -> type[typer.BadParameter]:
    """Return what typer raises for wrong usage of any kind; it has no public name for it."""
    import typer

    return cast(type[typer.BadParameter], typer.BadParameter.__mro__[1])


def _abort() -> type[typer.Abort]:
    import typer

    return typer.Abort


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
