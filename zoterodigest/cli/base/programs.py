"""Other programs of this computer: a person's editor and pager, what the system opens a link with,
and what shows a notice.
"""

from __future__ import annotations

import html
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path, PurePath

import typer

from zoterodigest.cli.base.screen import emit, linked, tell, tell_note, visible
from zoterodigest.errors import ZoterodigestError


class NotRun(ZoterodigestError):
    """A program of the person's is not there or is not understood."""

    exit_code = 7


_BY_PLUS = frozenset(
    {"vi", "vim", "nvim", "gvim", "view", "ex", "emacs", "emacsclient", "nano", "pico", "joe"}
    | {"mcedit", "micro", "kak", "gedit", "ne", "jed", "mg"}
)
_BY_GOTO = frozenset({"code", "code-insiders", "codium", "vscodium", "cursor", "windsurf"})
_BY_COLON = frozenset({"subl", "zed", "hx", "helix"})
"""How editors are told the line: `+12 FILE`, `--goto FILE:12` or `FILE:12`."""


def editor() -> list[str]:
    """Return the command of $VISUAL or $EDITOR, else `vi`; it may have arguments."""
    named = (os.environ.get(name, "").strip() for name in ("VISUAL", "EDITOR"))
    wanted = next(filter(None, named), "vi")
    try:
        return shlex.split(wanted)
    except ValueError as error:
        raise NotRun(f"$EDITOR is not understood: {wanted}") from error


def at_line(command: Sequence[str], path: Path, line: int) -> list[str]:
    """Return the command of an editor that shows a line of a file; an unknown one gets the file."""
    name = PurePath(command[0]).name.removesuffix(".exe") if command else ""
    # To vi, a file called `+!rm x.md` is a command; file names of a project are not the person's.
    file = f".{os.sep}{path}" if str(path).startswith(("-", "+")) else str(path)
    if line and name in _BY_PLUS:
        return [*command, f"+{line}", file]
    if line and name in _BY_GOTO:
        return [*command, "--goto", f"{file}:{line}"]
    return [*command, f"{file}:{line}" if line and name in _BY_COLON else file]


def run_program(command: Sequence[str], hint: str) -> int:
    """Run a program at the terminal, after saying which, and return what it ends with.

    Raises `NotRun` with `hint` if there is none.
    """
    if not command or shutil.which(command[0]) is None:
        raise NotRun(f"there is no program {command[0] if command else ''}", hint)
    tell([f"Running {visible(shlex.join(command))}"])
    return subprocess.run(list(command), check=False).returncode


def launch(link: str) -> bool:
    """Let the system open a link; return whether it did, as far as that is known."""
    if sys.platform == "win32":  # there, typer's way is a command of the shell
        os.startfile(link)
        return True
    return not typer.launch(link)


_DEFAULT_PAGER = "less"
_OF_LESS = {"LESS": "FRX", "LV": "-c"}
"""What git sets for its pager where a person has not: colors are shown, the text stays."""
_NO_PROGRAM = (126, 127)
"""What a shell ends with that could not run a program."""


def emit_paged(lines: Iterable[str]) -> None:
    """Write `lines` to standard output, in $PAGER if that is a terminal with fewer lines."""
    shown = list(lines)
    pager = os.environ.get("PAGER", _DEFAULT_PAGER).strip()
    # The prompt takes a line as well.
    fits = len(shown) < shutil.get_terminal_size((80, 24)).lines
    # Nobody asked for the default: it is used where it is installed.
    is_there = pager != _DEFAULT_PAGER or shutil.which(_DEFAULT_PAGER) is not None
    if fits or not sys.stdout.isatty() or pager in ("", "cat") or not is_there:
        emit(shown)
        return
    sys.stdout.flush()
    # Through a shell: $PAGER may have arguments, and git reads it so.
    running = subprocess.Popen(
        pager, shell=True, stdin=subprocess.PIPE, env=_OF_LESS | os.environ,
        encoding="utf-8", errors="backslashreplace",
    )  # fmt: skip
    # A person who leaves the pager early closes the pipe; Ctrl-C is the pager's.
    with running, suppress(KeyboardInterrupt):
        running.communicate("".join(f"{line}\n" for line in linked(shown)))
    if running.returncode in _NO_PROGRAM:
        emit(shown)
        tell_note(f"$PAGER names no program that could be run: {pager}")


_TITLE = "zoterodigest"
_APPLESCRIPT = (
    *("-e", "on run argv"),
    *("-e", "display notification (item 1 of argv) with title (item 2 of argv)"),
    *("-e", "end run"),
)
_MOST_SECONDS = 5


def show_notice(text: str) -> None:
    """Show a notice on the desktop; where nothing can show one, there is none.

    Everybody near the screen can read it: `text` names a project, and nothing of its papers.
    """
    # A text is an argument of its own and never a part of a script.
    if program := shutil.which("notify-send"):
        command = [program, "--app-name", _TITLE, "--", _TITLE, html.escape(text)]
    elif program := shutil.which("osascript"):
        command = [program, *_APPLESCRIPT, text, _TITLE]
    else:
        return
    with suppress(OSError, subprocess.SubprocessError):
        subprocess.run(command, capture_output=True, timeout=_MOST_SECONDS, check=False)
