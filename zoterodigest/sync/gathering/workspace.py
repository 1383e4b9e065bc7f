"""A workspace: one run's project, library and rules, opened together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace
from pathlib import Path

from zoterodigest.frozen import dataclass
from zoterodigest.library.access import Access
from zoterodigest.library.address import ApiAddress, parse_address
from zoterodigest.library.connect import connect
from zoterodigest.library.port import Library
from zoterodigest.library.records.zotero import LinkHome, ZoteroMapping
from zoterodigest.project.layout import BibFile, Digest, ProjectFolder
from zoterodigest.project.memory import memory_path
from zoterodigest.project.outside import Allowed, require_inside
from zoterodigest.project.walks import Walks, find_project, real_path


@dataclass(frozen=True, slots=True)
class Workspace:
    """What a run works on: the project, its library and .bib files, and the digests meant.

    `instance` names this copy of the library on this machine. `wanted_format` is the one format to
    read the digests by, if the person named one. `is_named` tells that the person named the
    digests: each of them has to be there. `now` is when the run began, in seconds since 1970; 0 if
    it does not matter.
    """

    project: ProjectFolder
    library: Library
    zotero: ZoteroMapping
    digests: tuple[Digest, ...]
    wanted_format: str = ""
    instance: str = ""
    bibs: tuple[BibFile, ...] = ()
    allowed: Allowed = Allowed()
    is_named: bool = False
    now: float = 0

    @property
    def shows_own_notes(self) -> bool:
        """Whether a digest shows notes that the person wrote in the library."""
        return any(digest.rules.notes != "off" for digest in self.digests)

    @property
    def takes_new_notes(self) -> bool:
        """Whether a vault of the project gets files for items."""
        return any(rules.new for rules in self.project.configuration.digests)

    @property
    def library_alone(self) -> Workspace:
        """The workspace of a run that reads no digest; so no vault seems to be away."""
        return replace(self, digests=(), is_named=True)

    @property
    def memory_path(self) -> Path:
        """Where lies what is remembered of this instance."""
        instances = filter(None, (self.instance, self.library.instance))
        return memory_path(self.project.state_folder, " ".join(instances))


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which library is meant: `address` goes before the project's, `otherwise` counts without one.

    `access` is how libraries over the network are reached. `allowed` is what a project may use
    outside of its folder. `project` is the one that is meant, if it was read already and uses
    nothing else; `walks` know what this took, for one workspace. `now` is the time, in seconds
    since 1970.
    """

    address: str = ""
    otherwise: str = ""
    access: Access = field(default_factory=Access)
    allowed: Allowed = Allowed()
    project: ProjectFolder | None = None
    now: float = 0
    walks: Walks | None = None


def open_workspace(
    digests: Sequence[Path],
    start: Path,
    *,
    wanted_format: str = "",
    chosen: Chosen | None = None,
) -> Workspace:
    """Return the workspace of `digests` (all that are configured if none is given).

    The nearest configuration above the first digest, or above `start`, counts; without one the
    digests' common folder is the project. The library that is `chosen` goes before the project's,
    its address relative to `start`. Nothing is created. Raises `LeadsOutside`
    if the project's files lead to where the user did not allow them to.
    """
    chosen = chosen or Chosen()
    walks = chosen.walks or Walks()
    project = _project(digests, start, chosen, walks)
    address, base = library_meant(project, start, chosen)
    return Workspace(
        project,
        connect(address, base=base, access=chosen.access),
        mapping_of(project),
        project.digests(digests, walks),
        wanted_format,
        _instance(address, base, project),
        project.bibliographies(),
        chosen.allowed,
        is_named=bool(digests),
        now=chosen.now,
    )


def _project(digests: Sequence[Path], start: Path, chosen: Chosen, walks: Walks) -> ProjectFolder:
    config = find_project(digests[0] if digests else start)
    if config is None:
        project = ProjectFolder.implicit(digests or [start / "digest.md"])
    elif chosen.project is not None and chosen.project.config_path == config:
        return chosen.project
    else:
        project = ProjectFolder.load(config)
    require_inside(project, chosen.allowed, digests, walks)
    return project


def mapping_of(project: ProjectFolder) -> ZoteroMapping:
    """Return how the project's configuration translates between records and items."""
    rules = project.configuration.zotero
    has_tags = any(one.tags for one in project.configuration.digests)
    return ZoteroMapping(LinkHome(rules.links), rules.categories, rules.marks, has_tags)


def library_meant(project: ProjectFolder, start: Path, chosen: Chosen) -> tuple[str, Path]:
    """Return the address of the library that is meant, and the folder where a path in it starts."""
    if chosen.address:
        return chosen.address, start
    is_named = "library" in project.configuration.model_fields_set
    if chosen.otherwise and not is_named:
        return chosen.otherwise, start
    return project.configuration.library, project.root


def _instance(text: str, base: Path, project: ProjectFolder) -> str:
    """Return the name of a library's copy: on a disk its path, as seen from the project."""
    address = parse_address(text)
    if isinstance(address, ApiAddress):
        # What is the same library in the Zotero of another computer, is another copy.
        return address.identity if address.needs_network else f"desktop{address.path}"
    # Seen from the project, so that a project that is moved as a whole keeps its memory.
    path, root = real_path(base / address.disk_path), real_path(project.root)
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()
