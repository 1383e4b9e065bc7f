"""The state folder `.zoterodigest/`: what this machine knows and nobody else needs."""

from __future__ import annotations

from pathlib import Path

from zoterodigest.project.files import STATE_FOLDER as STATE_FOLDER
from zoterodigest.project.files import CannotWrite, writing_failed


def create_state_folder(folder: Path) -> None:
    """Create `folder`, with a `.gitignore` that keeps all of it out of git; keep one that exists.

    Raises `CannotWrite` where that is not permitted, or a file of this name is in the way.
    """
    try:
        folder.mkdir(exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="ascii")
    except FileExistsError as error:
        reason = "it is a file, where a folder of zoterodigest's own belongs"
        raise CannotWrite(folder, reason, "Move that file away.") from error
    except OSError as error:
        raise CannotWrite(folder, *writing_failed(error)) from error
