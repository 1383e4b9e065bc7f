"""The state folder `.zoterodigest/`: what this machine knows and nobody else needs."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from zoterodigest.project.files import STATE_FOLDER as STATE_FOLDER
from zoterodigest.project.files import (
    CannotWrite,
    SourceChanged,
    read_if_present,
    replace_file,
    writing_failed,
)


def create_state_folder(folder: Path) -> None:
    """Create `folder`, with a `.gitignore` that keeps all of it out of git; keep one that exists.

    Raises `CannotWrite` where that is not permitted, or a file of this name is in the way.
    """
    try:
        folder.mkdir(exist_ok=True)
        _keep_out_of_git(folder / ".gitignore")
    except FileExistsError as error:
        reason = "it is a file, where a folder of zoterodigest's own belongs"
        raise CannotWrite(folder, reason, "Move that file away.") from error
    except OSError as error:
        raise CannotWrite(folder, *writing_failed(error)) from error


def _keep_out_of_git(ignore: Path) -> None:
    # Earlier versions made it in two steps: one killed in between has left an empty file.
    if not (ignore.exists() and ignore.stat().st_size):
        with suppress(SourceChanged):  # another run has made it meanwhile
            replace_file(ignore, b"*\n", read_if_present(ignore))
