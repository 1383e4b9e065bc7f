"""What the newest run wrote into files of vaults: nobody else has to finish writing these.

It holds hashes alone and can be deleted at any time: then the files are held for a moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from zoterodigest.project.files import (
    BadInput,
    CannotWrite,
    create_reading_folder,
    put_file,
    read_if_present,
    reading_folder,
)
from zoterodigest.project.settled import hashed

_FILE = "written"


def keep_written(state_folder: Path, contents: Iterable[bytes]) -> None:
    """Keep what a run has written, in place of what an earlier one did; nothing, if it can't be."""
    hashes = sorted(map(hashed, contents))
    if hashes:
        with suppress(OSError, CannotWrite):
            folder = create_reading_folder(state_folder)
            put_file(folder / _FILE, ["\n".join(hashes).encode()])


def written_last(state_folder: Path) -> frozenset[str]:
    """Return the hashes (as of `hashed`) of what the newest run wrote; none if they are lost."""
    with suppress(OSError, BadInput):
        data = read_if_present(reading_folder(state_folder) / _FILE) or b""
        return frozenset(data.decode("ascii", "replace").split())
    return frozenset()
