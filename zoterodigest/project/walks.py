"""What is looked for on the disk: the nearest configuration, and what patterns of paths match.

A vault has thousands of files. A command asks for them before it reads anything: to see that no
file leads outside of the project, to find the digests, and to tell later whether they are the same.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from zoterodigest.project.files import CONFIG_FILE, followed_paths


def find_project(start: Path) -> Path | None:
    """Return the nearest `zoterodigest.toml` in `start` (a file's folder) or above, or None."""
    # A run asks for the project of each folder several times: with `Path` that takes four times
    # as long.
    folder, above = "", os.path.abspath(start)  # noqa: PTH100  (symlinks in it stay as they are named)
    while folder != above:
        folder, above = above, os.path.dirname(above)  # noqa: PTH120
        candidate = os.path.join(folder, CONFIG_FILE)  # noqa: PTH118
        if os.path.isfile(candidate):  # noqa: PTH113
            return Path(candidate)
    return None


class MatchedPath(NamedTuple):
    """A path that a pattern matches: its name below the folder, itself, and where it leads."""

    name: str
    path: str
    real: str
    is_file: bool


class Walks:
    """What patterns match below folders. Each is matched once, however often one asks.

    It is for one command, until that writes anything.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Sequence[MatchedPath]] = {}

    # For 5,000 notes, of which each command asks for four purposes, 8 % of a sync of one edit.
    def matches(self, root: Path | str, pattern: str) -> Sequence[MatchedPath]:
        """Return what a pattern matches below a folder, sorted by name."""
        place = str(root), pattern
        if place not in self._known:
            self._known[place] = _matches(*place)
        return self._known[place]


def _matches(root: str, pattern: str) -> Sequence[MatchedPath]:
    names = sorted(glob.glob(pattern, root_dir=root, recursive=True))  # noqa: PTH207  (".." in it)
    # As text: as `Path` each step takes 10 ms for 5,000.
    paths = [os.path.join(root, name) for name in names]  # noqa: PTH118
    real = followed_paths(paths)
    return [
        MatchedPath(name, path, *one) for name, path, one in zip(names, paths, real, strict=True)
    ]
