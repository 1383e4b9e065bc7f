"""What is looked for on the disk: the nearest configuration, what patterns match, where paths lead.

A vault has thousands of files. A command asks for them before it reads anything: to see that no
file leads outside of the project, to find the digests, and to tell later whether they are the same.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence, Set
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from zoterodigest.project.files import CONFIG_FILE


def find_project(start: Path) -> Path | None:
    """Return the nearest `zoterodigest.toml` in `start` (a file's folder) or above, or None."""
    # A run asks for the project of each folder several times: with `Path` that takes four times
    # as long.
    folder, above = "", os.path.abspath(start)  # noqa: PTH100  (symlinks stay as named)
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


def real_path(path: Path) -> Path:
    """Return where `path` leads through symlinks; one that leads back to itself stays as it is."""
    return Path(os.path.realpath(path))  # Path.resolve raises for a loop, before Python 3.13


def real_paths(paths: Sequence[str]) -> Iterator[str]:
    """Yield the `real_path` of each of thousands of paths."""
    return (path for path, _ in followed_paths(paths))


def followed_paths(paths: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Yield the `real_path` of each of thousands of paths, and whether a file is there.

    A vault has them: to follow each alone would take 0.3 s for 5,000, and to look at each file 30
    ms in place of 5.
    """
    folders: dict[str, tuple[str, Set[str]]] = {}
    for path in paths:
        folder, name = os.path.split(path)
        if folder not in folders:
            real = os.path.join(os.path.realpath(folder), "")  # noqa: PTH118
            # A folder may hold many more files than are asked for.
            folders[folder] = real, (_plain_files(folder) if len(paths) >= _MANY else frozenset())
        real, plain = folders[folder]
        if name in plain:
            yield real + name, True
            continue
        is_link = name in ("", ".", "..") or os.path.islink(real + name)  # noqa: PTH114
        yield os.path.realpath(path) if is_link else real + name, os.path.isfile(path)  # noqa: PTH113


_MANY = 100


def _plain_files(folder: str) -> Set[str]:
    """Return the names of the files in a folder that are no links; none if it can't be listed."""
    with suppress(OSError), os.scandir(folder or ".") as entries:
        return {one.name for one in entries if one.is_file(follow_symlinks=False)}
    return frozenset()
