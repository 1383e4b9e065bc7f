"""`init`: write a first configuration, or set the links aside to begin anew."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from zoterodigest.cli.screen import visible
from zoterodigest.project.config import CONFIG_FILE, initial_config
from zoterodigest.project.digests import read_digest
from zoterodigest.project.files import CannotWrite, replace_file, writing_failed
from zoterodigest.project.journal import discard_journal
from zoterodigest.project.layout import Project, find_project
from zoterodigest.project.running import running


def write_configuration(folder: Path, digests: Sequence[Path]) -> Iterator[str]:
    """Write `zoterodigest.toml` into `folder` for these digests and yield what to do next.

    Raises `CannotWrite` if there is one, `BadInput` if one of the digests cannot be read.
    """
    path = folder / CONFIG_FILE
    if os.path.lexists(path):
        raise CannotWrite(path, "it exists already", "Edit it, or move it away first.")
    for digest in digests:
        read_digest(digest)
    names = [Path(os.path.relpath(digest, folder)).as_posix() for digest in digests]
    replace_file(path, initial_config(names).encode("utf-8"), None)
    yield f"{path} written; every key is explained in it."
    example = visible(names[0]) if names else "FILE"
    yield f"Next: `zoterodigest inspect {example}` shows what is understood,"
    yield "      `zoterodigest plan` what a push would do."


def begin_anew(start: Path, digests: Sequence[Path]) -> Iterator[str]:
    """Set the lock file of `digests` (or of `start`) aside and yield what to do next.

    Raises `CannotWrite` if it cannot be renamed.
    """
    config = find_project(digests[0] if digests else start)
    project = Project.load(config) if config else Project.implicit(digests or [start / "digest.md"])
    path = project.lock_path
    if not path.exists():
        yield f"There is no lock file at {visible(str(path))}: nothing is linked yet."
        return
    with running(project.state_folder):
        aside = _free_name(path)
        try:
            path.rename(aside)
        except OSError as error:
            raise CannotWrite(path, *writing_failed(error)) from error
        discard_journal(project.journal_path)
    yield f"{visible(str(path))} is now {visible(aside.name)}; nothing is linked any more."
    yield "Next: `zoterodigest plan` shows what a push would find again and adopt."


def _free_name(path: Path) -> Path:
    names = (path.with_name(f"{path.name}.old{number or ''}") for number in count())
    return next(name for name in names if not os.path.lexists(name))
