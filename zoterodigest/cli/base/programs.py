"""A person's own programs: their editor, and what the system opens a link with."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path, PurePath

import typer

from zoterodigest.cli.base.screen import tell, visible
from zoterodigest.errors import ZoterodigestError

_BY_PLUS = frozenset(
    {"vi", "vim", "nvim", "gvim", "view", "ex", "emacs", "emacsclient", "nano", "pico", "joe"}
    | {"mcedit", "micro", "kak", "gedit", "ne", "jed", "mg"}
)
_BY_GOTO = frozenset({"code", "code-insiders", "codium", "vscodium", "cursor", "windsurf"})
_BY_COLON = frozenset({"subl", "zed", "hx", "helix"})
"""How editors are told the line: `+12 FILE`, `--goto FILE:12` or `FILE:12`."""


class NotRun(ZoterodigestError):
    """A program of the person's is not there or is not understood."""

    exit_code = 7


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
