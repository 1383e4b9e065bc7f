"""A workspace: one run's project, library and rules, opened together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from zoterodigest.library.connect import EMBEDDED, connect
from zoterodigest.library.port import Library
from zoterodigest.library.zotero import LinkHome, ZoteroMapping, zotero_mapping
from zoterodigest.project.layout import BibFile, Digest, Project, find_project
from zoterodigest.project.memory import memory_path


@dataclass(frozen=True, slots=True)
class Workspace:
    """What a run works on: the project, its library and .bib files, and the digests meant.

    `instance` names this copy of the library on this machine. `wanted_format` is the one format to
    read the digests by, if the person named one.
    """

    project: Project
    library: Library
    zotero: ZoteroMapping
    digests: tuple[Digest, ...]
    wanted_format: str = ""
    instance: str = ""
    bibs: tuple[BibFile, ...] = ()

    @property
    def shows_own_notes(self) -> bool:
        """Whether a digest shows notes that the person wrote in the library."""
        return any(digest.rules.notes != "off" for digest in self.digests)

    @property
    def memory_path(self) -> Path:
        """Where lies what is remembered of this instance."""
        return memory_path(self.project.state_folder, self.instance)


def open_workspace(
    digests: Sequence[Path], start: Path, *, library: str = "", wanted_format: str = ""
) -> Workspace:
    """Return the workspace of `digests` (all that are configured if none is given).

    The nearest configuration above the first digest, or above `start`, counts; without one the
    digests' common folder is the project. `library` is an address that goes before the project's,
    relative to `start`. Nothing is created.
    """
    config = find_project(digests[0] if digests else start)
    if config is not None:
        project = Project.load(config)
    else:
        project = Project.implicit(digests or [start / "digest.md"])
    rules = project.configuration.zotero
    return Workspace(
        project,
        connect(library, base=start) if library else project_library(project),
        zotero_mapping(LinkHome(rules.links), rules.categories),
        project.digests(digests),
        wanted_format,
        _instance(library, start, project),
        project.bibliographies(),
    )


def _instance(library: str, start: Path, project: Project) -> str:
    """Return the name of a library's copy: the path of its file, as seen from the project."""
    address = library or project.configuration.library
    base = start if library else project.root
    path = (base / address.removeprefix(EMBEDDED)).resolve()
    root = project.root.resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def project_library(project: Project) -> Library:
    """Return the library that the project's configuration names."""
    return connect(project.configuration.library, base=project.root)
