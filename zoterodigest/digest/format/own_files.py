"""What tells by names of files how a digest is read, without importing a format.

That is where a user's own format files lie, and whether a file is Markdown at all.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

SUFFIX = ".format.toml"
"""The name of a user's format file, which lies beside the digest: `NAME.format.toml`."""

DataKind = Literal["json", "yaml", "note"]
"""What a digest is that is no Markdown list: papers in JSON or YAML, or the note of one paper."""

_DATA_SUFFIXES: Mapping[str, DataKind] = {".json": "json", ".yaml": "yaml", ".yml": "yaml"}


def format_files(folders: Iterable[Path]) -> tuple[Path, ...]:
    """Return the format files that lie in `folders`, by folder, then name; each once."""
    found = (folder / name for folder in folders for name in _names_in(folder))
    return tuple(dict.fromkeys(path for path in found if path.is_file()))


# `Path.glob` takes five times as long, and a run asks for each folder several times.
def _names_in(folder: Path) -> list[str]:
    """Return the names of format files in a folder, sorted; none if it can't be listed."""
    try:
        names = os.listdir(folder)  # noqa: PTH208
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return []
    return sorted(name for name in names if os.path.normcase(name).endswith(SUFFIX))


def data_kind(name: str) -> DataKind | None:
    """Return what a file of this name holds: JSON, YAML, or None for Markdown.

    That a Markdown file is the note of one paper, no name tells: its folder is a vault.
    """
    return _DATA_SUFFIXES.get(name[name.rfind(".") :].lower())
