"""Which files a watcher looks at, and which of them an editor holds open."""

from __future__ import annotations

import glob
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from zoterodigest.core.values.file_keys import is_conflict_copy
from zoterodigest.frozen import dataclass
from zoterodigest.project.config import PLACEHOLDER
from zoterodigest.project.layout import folder_before_pattern, would_match
from zoterodigest.project.walks import real_path, real_paths
from zoterodigest.regex import lazy_regex
from zoterodigest.sync.gathering.workspace import Workspace

_EDITORS_LOCK = lazy_regex(
    r"\.#(?P<emacs>.+)|\.~lock\.(?P<office>.+)\#|\.(?P<vim>.+)\.sw[a-p]", re.DOTALL
)
_FORMAT = ".format.toml"


@dataclass(frozen=True, slots=True)
class Watched:
    """What a watcher looks at: single `folders`, and `trees` with all folders below them.

    `files` has the files of the project by each path that the system may name them by. New files
    count if they match one of `patterns`, below one of `roots`. A folder need not be there.
    """

    folders: frozenset[Path]
    trees: frozenset[Path]
    files: Mapping[str, str]
    roots: tuple[str, ...]
    patterns: tuple[str, ...]

    def file_of(self, path: str) -> str:
        """Return the file of the project that a change at `path` is about; "" if it is about none.

        A file by which an editor locks another one is about that one.
        """
        folder, name = os.path.split(path)
        meant = os.path.join(folder, locked_by(name) or name)  # noqa: PTH118 (thousands at once)
        if meant in self.files:
            return self.files[meant]
        return meant if name.endswith(_FORMAT) or self._matches(meant) else ""

    def _matches(self, path: str) -> bool:
        if is_conflict_copy(path):
            return False
        for root in self.roots:
            if path.startswith(f"{root}{os.sep}"):
                key = Path(path[len(root) + 1 :]).as_posix()
                # As in a pattern of the configuration, `*` stands for no hidden file.
                is_hidden = any(part.startswith(".") for part in key.split("/"))
                if not is_hidden and any(would_match(key, one) for one in self.patterns):
                    return True
        return False


def watched_in(workspace: Workspace) -> Watched:
    """Return what a watcher of the project of `workspace` looks at."""
    project, rules = workspace.project, workspace.project.configuration
    named = [PLACEHOLDER.sub("*", glob.escape(feed.digest)) for feed in rules.feeds]
    patterns = [one for one in (*(it.path for it in rules.digests), *named) if glob.has_magic(one)]
    sources = [one.path for one in workspace.digests] + [one.path for one in workspace.bibs]
    paths = [*map(str, (project.config_path, project.lock_path, *sources))]
    real = zip(paths, real_paths(paths), strict=True)
    files = {name: path for path, other in real for name in (path, other)}
    beside = {os.path.dirname(one) for one in files}  # noqa: PTH120 (thousands at once)
    folders = {project.root, *project.format_folders, *map(Path, beside)}
    trees = set[Path]()
    for pattern in patterns:
        base = project.root / folder_before_pattern(pattern)
        is_deep = "**" in pattern or glob.has_magic(os.path.dirname(pattern))  # noqa: PTH120
        (trees if is_deep else folders).add(base)
    roots = dict.fromkeys(map(str, (project.root, real_path(project.root))))
    return Watched(
        frozenset(folders),
        frozenset(trees),
        files,
        tuple(roots),
        tuple(patterns),
    )


def locked_by(name: str) -> str:
    """Return the name of the file that an editor holds while a file `name` stands beside it; or "".

    Emacs, LibreOffice and Vim leave such files.
    """
    found = _EDITORS_LOCK.fullmatch(name)
    return next(filter(None, found.groups()), "") if found else ""


def held_by_editors(files: Iterable[str]) -> frozenset[str]:
    """Return those of `files` that an editor has locked."""
    by_folder: dict[str, dict[str, str]] = defaultdict(dict)
    for file in files:
        folder, name = os.path.split(file)
        by_folder[folder][name] = file
    held = set[str]()
    for folder, here in by_folder.items():
        with suppress(OSError):  # it was removed
            names = map(locked_by, os.listdir(folder))  # noqa: PTH208 (a Path for each is slow)
            held |= {here[name] for name in names if name in here}
    return frozenset(held)


def file_states(files: Iterable[str]) -> Mapping[str, tuple[int, int, int]]:
    """Return of each of `files` that is there what is another one whenever somebody saves it.

    The first number is when it changed, in nanoseconds.
    """
    states = {}
    for file in files:
        with suppress(OSError):
            status = os.stat(file)  # noqa: PTH116 (a Path for each is slow)
            states[file] = status.st_mtime_ns, status.st_size, status.st_ino
    return states


# https://git-scm.com/docs/gitrepository-layout: what is there from a command's start to its end.
_OF_GIT = ("index.lock", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD")
_FOLDERS_OF_GIT = ("rebase-merge", "rebase-apply")


def is_git_at_work(root: Path) -> bool:
    """Tell whether git is in the middle of a command that changes files, as in a merge or rebase.

    A rebase that waits for a person counts, too: files are as they were at some earlier time.
    """
    found = next(
        (one for folder in (root, *root.parents) if (one := folder / ".git").exists()), None
    )
    if found is None:
        return False
    if found.is_file():  # in a worktree or submodule it names the folder
        with suppress(OSError, UnicodeDecodeError):
            named = found.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
            found = found.parent / named
    return any((found / name).exists() for name in (*_OF_GIT, *_FOLDERS_OF_GIT))


def without_files(workspace: Workspace, files: frozenset[str]) -> Workspace:
    """Return a workspace without these files; their links stay."""
    left = tuple(one for one in workspace.digests if str(one.path) not in files)
    bibs = tuple(one for one in workspace.bibs if str(one.path) not in files)
    if len(left) == len(workspace.digests):
        return replace(workspace, bibs=bibs)
    # As if a person had named the others: else a vault would seem to have lost what is left out.
    # A file that is not there can't be named.
    named = tuple(one for one in left if one.path.exists())
    return replace(workspace, digests=named, bibs=bibs, is_named=True)
