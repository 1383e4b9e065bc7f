"""`init`: write a first configuration."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from zoterodigest.cli.screen import visible
from zoterodigest.project.config import CONFIG_FILE, initial_config
from zoterodigest.project.digests import read_digest
from zoterodigest.project.files import CannotWrite, replace_file


def write_configuration(folder: Path, digests: Sequence[Path]) -> Iterator[str]:
    """Write `zoterodigest.toml` into `folder` for these digests and yield what to do next.

    Raises `CannotWrite` if there is one, `BadInput` if one of the digests cannot be read.
    """
    path = folder / CONFIG_FILE
    if os.path.lexists(path):
        raise CannotWrite(path, "it exists already", "Edit it, or move it away first.")
    for digest in digests:
        read_digest(digest)
    names = [Path(os.path.relpath(digest, folder)).as_posix() for digest in digests]
    replace_file(path, initial_config(names).encode("utf-8"), None)
    yield f"{path} written; every key is explained in it."
    example = visible(names[0]) if names else "FILE"
    yield f"Next: `zoterodigest inspect {example}` shows what is understood,"
    yield "      `zoterodigest plan` what a push would do."
