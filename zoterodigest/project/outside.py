"""Paths in the files of a project that lead outside of its folder.

Whoever writes a project's files decides with them what zoterodigest reads and writes. For a project
from another person that must end at its folder: what lies outside is used only if the user
allowed it on this computer. No file of the project can allow it.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from fnmatch import fnmatchcase
from pathlib import Path

from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.library.address import parse_address
from zoterodigest.project.config import CONFIG_FILE, PLACEHOLDER
from zoterodigest.project.files import read_if_present
from zoterodigest.project.layout import ProjectFolder
from zoterodigest.project.lock.named import names_of_files
from zoterodigest.project.walks import Walks, real_path, real_paths


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the user allowed on this computer: patterns of real paths by project; or everything."""

    patterns: Mapping[str, frozenset[str]] = field(default_factory=dict)
    is_all: bool = False

    def allows(self, root: Path, one: Outside) -> bool:
        """Tell whether the project in `root` may use what leads outside."""
        known = self.patterns.get(project_name(root), frozenset())
        is_matched = any(fnmatchcase(one.path, pattern) for pattern in known)
        return self.is_all or one.pattern in known or (is_matched and not one.is_pattern)


@dataclass(frozen=True, slots=True)
class Outside:
    """A path that leads outside: how it is written in which file, and where it leads."""

    written: str
    file: str
    path: str
    is_pattern: bool = False

    @property
    def pattern(self) -> str:
        """What allows it, and nothing else."""
        return self.path if self.is_pattern else glob.escape(self.path)


def project_name(root: Path) -> str:
    """Return what the project in `root` goes by in what the user allowed."""
    return real_path(root).as_posix()


class LeadsOutside(ZoterodigestError):
    """Files of the project in `root` name paths outside of it that the user did not allow."""

    exit_code = 25

    def __init__(self, root: Path, found: tuple[Outside, ...]) -> None:
        named = "; ".join(f"{one.file} names {one.written} ({one.path})" for one in found[:_SHOWN])
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        super().__init__(
            f"a project may use only what lies in its folder {root}: {named}{more}. Nothing was"
            " read or written there",
            "If you trust this project, run the command at a terminal: zoterodigest asks once"
            " whether it may use these paths, and remembers it. --allow-outside allows all of them"
            " for one run.",
        )
        self.root = root
        self.found = found


_SHOWN = 5


def require_inside(
    project: ProjectFolder, allowed: Allowed, given: Iterable[Path] = (), walks: Walks | None = None
) -> None:
    """Raise `LeadsOutside` if files of `project` lead outside of it, to what is not `allowed`.

    What the user named in the command, `given`, may be anywhere.
    """
    meant = {real_path(path).as_posix() for path in given}
    named = (one for one in _named(project, walks or Walks()) if one.path not in meant)
    _require_allowed(project, allowed, named)


def require_keys_inside(
    project: ProjectFolder, allowed: Allowed, keys: Iterable[str], file: str
) -> None:
    """Raise `LeadsOutside` if digests or bibliographies that `file` names by key lie outside."""
    named = (one for key in keys for one in _leading_out(project, key, file))
    _require_allowed(project, allowed, named)


def _require_allowed(project: ProjectFolder, allowed: Allowed, named: Iterable[Outside]) -> None:
    # Before anything is looked for: with --allow-outside no pattern is matched with the disk here.
    if allowed.is_all:
        return
    found = {one.path: one for one in named if not allowed.allows(project.root, one)}
    if found:
        raise LeadsOutside(project.root, tuple(found[path] for path in sorted(found)))


def named_paths(project: ProjectFolder) -> Iterator[str]:
    """Yield the paths of all that configuration and lock file name; of a pattern the folder that
    it is below.
    """
    plain, patterns = _written_paths(project)
    named = (*plain, *_keys_in_lock(project))
    yield from (os.path.join(project.root, one) for one in named)  # noqa: PTH118  (thousands)
    yield from (str(project.root.joinpath(*_fixed_parts(one))) for one in patterns)


def _named(project: ProjectFolder, walks: Walks) -> Iterator[Outside]:
    """Yield what configuration and lock file name outside; the name of a state folder, too."""
    plain, patterns = _written_paths(project)
    for written in plain:
        yield from _leading_out(project, written, CONFIG_FILE)
    for written in patterns:
        yield from _of_pattern(project, written, walks)
    yield from _leading_out(project, project.state_folder.name, "the project")
    # The lock file is checked too: whoever can write it could name a file outside by its key.
    keys, root = _keys_in_lock(project), str(project.root)
    inside = f"{real_path(project.root)}{os.sep}"
    paths = [os.path.join(root, key) for key in keys]  # noqa: PTH118  (thousands, in a vault)
    for key, path, real in zip(keys, paths, real_paths(paths), strict=True):
        if not f"{real}{os.sep}".startswith(inside) and os.path.lexists(path):
            yield from _leading_out(project, key, project.lock_path.name)


def _written_paths(project: ProjectFolder) -> tuple[list[str], list[str]]:
    """Return the paths and the patterns of a project's configuration."""
    rules = project.configuration
    plain = [rules.lock, *rules.formats.folders]
    plain += [path for one in rules.bibliographies for path in (one.path, *one.cited)]
    plain += [one.new.template for one in rules.digests if one.new and one.new.template]
    if (library := parse_address(rules.library).disk_path) is not None:
        plain.append(library)
    patterns = [one.path for one in rules.digests]
    return plain, patterns + [PLACEHOLDER.sub("*", one.digest) for one in rules.feeds]


def _keys_in_lock(project: ProjectFolder) -> list[str]:
    return sorted(names_of_files(read_if_present(project.lock_path) or b""))


def _fixed_parts(pattern: str) -> tuple[str, ...]:
    """Return the parts of a pattern before the first one that matches several names."""
    parts = Path(pattern).parts
    fixed = (at for at, part in enumerate(parts) if glob.has_magic(part))
    return parts[: next(fixed, len(parts))]


def _of_pattern(project: ProjectFolder, written: str, walks: Walks) -> Iterator[Outside]:
    """Yield where a pattern leads, as a whole or, by a symbolic link, for single files."""
    if not glob.has_magic(written) or (project.root / written).exists():
        yield from _leading_out(project, written, CONFIG_FILE)
        return
    fixed = _fixed_parts(written)
    folder = real_path(project.root.joinpath(*fixed))
    if not _is_inside(project, folder):
        path = folder.joinpath(*Path(written).parts[len(fixed) :]).as_posix()
        yield Outside(written, CONFIG_FILE, path, is_pattern=True)
    below = f"{folder}{os.sep}"
    for one in walks.matches(project.root, written):
        if not f"{one.real}{os.sep}".startswith(below):
            yield from _leading_out(project, one.name, CONFIG_FILE)


def _leading_out(project: ProjectFolder, written: str, file: str) -> Iterator[Outside]:
    path = real_path(project.root / written)
    if not _is_inside(project, path):
        yield Outside(written, file, path.as_posix())


def _is_inside(project: ProjectFolder, path: Path) -> bool:
    return path.is_relative_to(real_path(project.root))
