"""A pager: long texts are shown in the person's own, as git shows them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress

from zoterodigest.cli.base.screen import emit, linked, tell_note

_DEFAULT = "less"
_OF_LESS = {"LESS": "FRX", "LV": "-c"}
"""What git sets for its pager where a person has not: colors are shown, the text stays."""
_NOT_RUN = (126, 127)
"""What a shell ends with that could not run a program."""


def emit_paged(lines: Iterable[str]) -> None:
    """Write `lines` to standard output, in $PAGER if that is a terminal with fewer lines."""
    shown = list(lines)
    pager = os.environ.get("PAGER", _DEFAULT).strip()
    # The prompt takes a line as well.
    fits = len(shown) < shutil.get_terminal_size((80, 24)).lines
    if fits or not sys.stdout.isatty() or pager in ("", "cat") or not _is_there(pager):
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
    if running.returncode in _NOT_RUN:
        emit(shown)
        tell_note(f"$PAGER names no program that could be run: {pager}")


def _is_there(pager: str) -> bool:
    # Nobody asked for the default: it is used where it is installed.
    return pager != _DEFAULT or shutil.which(_DEFAULT) is not None
