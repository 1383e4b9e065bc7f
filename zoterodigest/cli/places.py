"""Where things are: the project and the library that a command means."""

from __future__ import annotations

from pathlib import Path

from zoterodigest.library.connect import EMBEDDED, connect
from zoterodigest.library.port import BadLibrary, Library
from zoterodigest.project.config import DEFAULT_LIBRARY
from zoterodigest.project.layout import Project, find_project


class NoLibraryYet(BadLibrary):
    """The embedded library at `path` has not been created."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"there is no library at {path} yet",
            "`zoterodigest push DIGEST.md` creates it beside the digest; --library embedded:PATH"
            " names another one.",
        )
        self.path = path


def open_library(address: str, start: Path) -> Library:
    """Return the library at `address`, to be read; without one, the project's of `start`.

    Raises `NoLibraryYet` where an embedded library is meant whose file does not exist: to read it
    as empty would hide a mistyped path.
    """
    base = start
    if not address:
        config = find_project(start)
        project = Project.load(config) if config else None
        base = project.root if project else start
        address = project.configuration.library if project else DEFAULT_LIBRARY
    path = base / address.removeprefix(EMBEDDED)
    if address.startswith(EMBEDDED) and not path.exists():
        raise NoLibraryYet(path)
    return connect(address, base=base)
