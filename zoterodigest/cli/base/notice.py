"""A notice on the desktop, where this system has a program that shows one."""

from __future__ import annotations

import html
import shutil
import subprocess
from contextlib import suppress

_TITLE = "zoterodigest"
_APPLESCRIPT = (
    *("-e", "on run argv"),
    *("-e", "display notification (item 1 of argv) with title (item 2 of argv)"),
    *("-e", "end run"),
)
_MOST_SECONDS = 5


def show_notice(text: str) -> None:
    """Show a notice; where nothing can show one, there is none.

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
