"""Backups: files of a vault as they were before zoterodigest first wrote them.

They are copies for the person, who may take one back by hand. No run reads them.
"""

from __future__ import annotations

from pathlib import Path

from zoterodigest.project.files import CannotWrite, put_file, writing_failed

FOLDER = "backups"


def keep_first(state_folder: Path, key: str, data: bytes, day: str) -> None:
    """Keep `data` as what the file `key` held on `day` (ISO 8601), unless a copy of it is there.

    Raises `CannotWrite`.
    """
    # A digest may lie outside the project: its copy does not.
    name = "/".join("_" if level in ("..", "") else level for level in key.split("/"))
    folder = state_folder / FOLDER
    if folder.is_dir() and any((one / name).exists() for one in folder.iterdir()):
        return
    copy = folder / day / name
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(copy, *writing_failed(error)) from error
    put_file(copy, [data])
