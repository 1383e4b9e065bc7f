"""A workspace: one run's project, library and rules, opened together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from zoterodigest.library.connect import connect
from zoterodigest.library.port import Library
from zoterodigest.library.zotero import LinkHome, ZoteroMapping, zotero_mapping
from zoterodigest.project.layout import Digest, Project, find_project


@dataclass(frozen=True, slots=True)
class Workspace:
    """What a run works on: the project, its library, how records map, and the digests meant.

    `wanted_format` is the one format to read the digests by, if the person named one.
    """

    project: Project
    library: Library
    zotero: ZoteroMapping
    digests: tuple[Digest, ...]
    wanted_format: str = ""


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
    )


def project_library(project: Project) -> Library:
    """Return the library that the project's configuration names."""
    return connect(project.configuration.library, base=project.root)
