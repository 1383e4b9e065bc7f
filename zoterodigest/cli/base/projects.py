"""The project, the digests and the library that a command is about, as people name them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from zoterodigest.cli.base.allowed_paths import allowed, loaded
from zoterodigest.cli.base.network import access, library_in
from zoterodigest.cli.base.options import Invocation
from zoterodigest.errors import ZoterodigestError
from zoterodigest.library.access import Tally
from zoterodigest.library.address import parse_address, with_disk_path
from zoterodigest.library.connect import connect
from zoterodigest.library.port import BadLibrary, Library
from zoterodigest.project.files import read_if_present
from zoterodigest.project.layout import BibFile, ProjectFolder, by_kind, folder_before_pattern
from zoterodigest.project.lock.parts import linked_sources
from zoterodigest.project.outside import require_inside
from zoterodigest.project.running import require_idle
from zoterodigest.project.walks import Walks, find_project
from zoterodigest.sync.gathering.workspace import (
    Chosen,
    Workspace,
    library_meant,
    open_workspace,
)

if TYPE_CHECKING:
    from zoterodigest.core.plan.history import Run


class NoLibraryYet(BadLibrary):
    """The built-in library at `path` has not been created."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"there is no library at {path} yet",
            "`zoterodigest push DIGEST.md` creates it beside the digest; --library embedded:PATH"
            " names another one.",
        )
        self.path = path


class NoDigest(ZoterodigestError):
    """No digest was named, and no configuration or lock file names any; or a .bib was named."""

    exit_code = 2


def near(path: Path) -> Path:
    """Return `path` from the current folder if it lies below it."""
    absolute, here = path.absolute(), Path.cwd()
    return absolute.relative_to(here) if absolute.is_relative_to(here) else path


def chosen(
    address: str = "", project: ProjectFolder | None = None, walks: Walks | None = None
) -> Chosen:
    """Return the library to use: `address`, else the project's, else the environment's.

    `project` is the project to use, if it was read already, `walks` those that this took.
    """
    otherwise, now = library_in(os.environ), time.time()
    return Chosen(address, otherwise, access(), allowed(), project, now, walks)


def require_idle_to_write(asked: Invocation, project: ProjectFolder) -> None:
    """Raise `AlreadyRunning` if a run is to write and another one works on the project.

    A command calls it before it reads anything: a plan made while another run writes is stale.
    """
    if not asked.is_dry_run:
        require_idle(project.state_folder)


def project_in(start: Path, walks: Walks | None = None) -> ProjectFolder:
    """Return the project of the folder `start`; `walks` learn what this looks for on the disk."""
    config = find_project(start)
    if config is not None:
        return loaded(config, walks)
    project = ProjectFolder.implicit([start / "digest.md"])
    require_inside(project, allowed())
    return project


def linked_digests(project: ProjectFolder) -> list[Path]:
    """Return the digests of a project whose configuration has no `[[digest]]`.

    They are those that its lock file links, and those that its feeds wrote. Bibliographies take
    part by a configuration only.
    """
    if project.configuration.digests:
        return []
    data = read_if_present(project.lock_path)
    linked = linked_sources(data, project.lock_path) if data is not None else ()
    keys = {*linked, *(digest.key for digest in project.digests())}
    return [near(project.root / key) for key in sorted(keys) if not key.is_bib]


def known_digests() -> list[Path]:
    """Return the digests of the current folder's project, of a vault its folder.

    Raises `NoDigest` if there is no digest.
    """
    project = project_in(Path())
    rules = [one for one in project.configuration.digests if one.is_vault]
    folders = [near(project.root / folder_before_pattern(one.path)) for one in rules]
    lists = [near(one.path) for one in project.digests() if not one.rules.is_vault]
    found = [*folders, *(linked_digests(project) or lists)]
    if not (here := [path for path in dict.fromkeys(found) if path.exists()]):
        raise NoDigest("no digest was given", "Give the path of a Markdown file.")
    return here


def library_here(
    address: str, known: ProjectFolder | None = None, start: Path = Path()
) -> tuple[str, Path]:
    """Return the address of the library that is meant, and the folder where a path in it starts.

    Without `address` it is that of the project of `start`, which is `known` if it was read already.
    """
    if address:  # it needs no project, not even a readable one
        return address, start
    return library_meant(known or project_in(start), start, chosen())


def open_library(address: str, known: ProjectFolder | None = None, start: Path = Path()) -> Library:
    """Return the library that `library_here` means, to be read.

    Raises `NoLibraryYet` if it has not been created.
    """
    library, base = library_here(address, known, start)
    require_existing(library, base)
    return connect(library, base=base, access=access())


def require_existing(address: str, base: Path) -> None:
    """Raise `NoLibraryYet` if the library at `address` is on this disk and has not been created.

    To open it as a new, empty one would hide a mistyped path.
    """
    path = parse_address(address).disk_path
    if path is not None and not (base / path).exists():
        raise NoLibraryYet(near(base / path))


def open_existing(address: str, start: Path) -> Workspace:
    """Return the project of `start` without its digests, over a library that `open_library` gives.

    Raises as `open_library` does.
    """
    library = open_library(address, start=start)
    return replace(open_workspace((), start, chosen=chosen(address)), library=library)


def open_to_undo(asked: Invocation, project: ProjectFolder, run: Run) -> tuple[Workspace, Tally]:
    """Return a project over the library that `run` wrote into, or over the one that is asked for,
    and the tally of the requests that it takes.
    """
    address = asked.address
    # A path is named from the current folder, which need not be the project's.
    if address and (path := parse_address(address).disk_path) is not None:
        address = with_disk_path(address, str(Path(path).absolute()))
    meaning = chosen(address or run.address, project)
    return open_workspace((), project.root, chosen=meaning), meaning.access.tally


def open_everything(paths: Sequence[Path], asked: Invocation) -> Workspace:
    """Open the named digests and .bib files, or all digests of the project, and the library.

    Raises `NoLibraryYet` if there is no digest and no library.
    """
    start = Path()
    digests, named = by_kind(paths)
    project = None if paths else project_in(start)
    if project:
        digests = [path for path in linked_digests(project) if path.exists()]
    meaning = chosen(asked.address, project)
    workspace = open_workspace(digests, start, chosen=meaning, wanted_format=asked.format_name)
    if named:
        bibs = map(workspace.project.bib_file, named)
        read = replace(workspace, digests=workspace.digests if digests else ())
        # With `push` their entries are looked at like those of digests.
        return over_bibs(read, bibs, {"push": True})
    # Reading must not create a library: without digests it has to exist.
    if not workspace.digests:
        return replace(workspace, library=open_library(asked.address))
    return workspace


def over_bibs(
    workspace: Workspace, bibs: Iterable[BibFile], rules: Mapping[str, object]
) -> Workspace:
    """Return `workspace` with only these .bib files; `rules` go before those they have."""
    asked = (replace(bib, rules=bib.rules.model_copy(update=rules)) for bib in bibs)
    return replace(workspace, bibs=tuple(asked))


def items_by_citekey(address: str) -> Mapping[str, str]:
    """Return the items by the citation keys that the project here gives them.

    The library is the one that `open_library` gives. The project gives none to another library.
    """
    from zoterodigest.sync.exports.keying import read_keys
    from zoterodigest.sync.gathering.known_lock import NotSyncedYet, OtherLibrary

    workspace = open_existing(address, Path())
    with workspace.library:
        try:
            return read_keys(workspace).item_of
        except (OtherLibrary, NotSyncedYet):
            return {}
