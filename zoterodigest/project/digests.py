"""Digest files: their bytes, checked to be text, and the formats to read them by."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from zoterodigest.digest.format.format import Format, available_formats, choose_format
from zoterodigest.project.files import SourceFile, read_file, require_text
from zoterodigest.project.layout import Project, find_project


def read_digest(path: Path) -> SourceFile:
    """Read the digest at `path`; raises `BadInput` if it cannot be read or is no text.

    An empty file is a digest, and so is one with invalid UTF-8 in places.
    """
    file = read_file(path)
    require_text(path, file.data)
    return file


def formats_for(path: Path, wanted: str = "", known: Project | None = None) -> tuple[Format, ...]:
    """Return the formats to read the digest at `path` by, in the order in which they are tried.

    Those beside it come first, then those of its project's configuration, then the built-in ones.
    With `wanted`, a name or the path of a format file, it is that one only; else the one that the
    configuration names for this digest, if it does. If its project is the `known` one, the
    configuration is not read again.
    """
    config = find_project(path.parent)
    if config is None:
        return _formats([path.parent], wanted)
    project = known if known and known.config_path == config else Project.load(config)
    (digest,) = project.digests([path])
    folders = [path.parent, *project.format_folders]
    return _formats(folders, wanted or digest.rules.format or "")


def _formats(folders: Sequence[Path], wanted: str) -> tuple[Format, ...]:
    return (choose_format(wanted, folders),) if wanted else available_formats(folders)
