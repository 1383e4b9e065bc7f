"""Where a user's own format files lie. Whoever only asks for them imports no format."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

SUFFIX = ".format.toml"
"""The name of a user's format file, which lies beside the digest: `NAME.format.toml`."""


def format_files(folders: Iterable[Path]) -> tuple[Path, ...]:
    """Return the format files that lie in `folders`, by folder, then name; each once."""
    found = (path for folder in folders for path in sorted(folder.glob(f"*{SUFFIX}")))
    return tuple(dict.fromkeys(path for path in found if path.is_file()))
