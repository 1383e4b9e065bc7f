"""The paths outside of their folders that the user allows projects to use: asked once, kept."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from contextvars import ContextVar
from pathlib import Path

from zoterodigest.cli.base.folders import allowed_file
from zoterodigest.cli.base.screen import hanging, holding, tell, tell_error, visible
from zoterodigest.cli.base.talk import says_yes
from zoterodigest.foreign import LISTS_OF_TEXTS, BadJson, read_json_as
from zoterodigest.library.key_file import replace_private
from zoterodigest.project.files import CannotWrite, writing_failed
from zoterodigest.project.layout import ProjectFolder
from zoterodigest.project.outside import (
    Allowed,
    LeadsOutside,
    project_name,
    require_inside,
    require_keys_inside,
)
from zoterodigest.project.walks import Walks

_IS_ALL: ContextVar[bool] = ContextVar("is_all_allowed", default=False)


def allowing_all() -> AbstractContextManager[None]:
    """Allow projects every path they name while the block lasts."""
    return holding(_IS_ALL, True)


def allowed() -> Allowed:
    """Return what the user allowed on this computer."""
    patterns = {name: frozenset(known) for name, known in _kept().items()}
    return Allowed(patterns, is_all=_IS_ALL.get())


def loaded(config: Path, walks: Walks | None = None) -> ProjectFolder:
    """Return the project of a `zoterodigest.toml`; raise `LeadsOutside` if it may not be used."""
    project = ProjectFolder.load(config)
    require_inside(project, allowed(), walks=walks)
    return project


def keep_named(project: ProjectFolder, path: Path) -> None:
    """Keep that the project may use `path`, which the user named in the command, in later runs.

    Else the first run that leaves its name in the lock file would be the last one without a
    question.
    """
    try:
        require_keys_inside(project, allowed(), [project.key_of(path)], "the command")
    except LeadsOutside as error:
        _is_kept(error)


def is_agreed(error: LeadsOutside) -> bool:
    """Ask the person at the terminal whether the project may use these paths; keep a yes."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    tell(_question(error))
    try:
        is_yes = says_yes("May zoterodigest use them, now and in later runs?")
    except KeyboardInterrupt:
        return False
    return is_yes and _is_kept(error)


def _question(error: LeadsOutside) -> Iterator[str]:
    yield from hanging("", f"The project in {visible(str(error.root))} names paths outside of it:")
    for one in error.found:
        yield f"  {visible(one.path)}"
        yield from hanging("    ", f"{visible(one.written)} in {visible(one.file)}")
    yield from hanging("", "zoterodigest would read these files, and could write into them.")


def _is_kept(error: LeadsOutside) -> bool:
    """Store the answer; return whether that worked."""
    # Read again: another run may have kept an answer since.
    kept = _kept()
    name = project_name(error.root)
    new = {*kept.get(name, ()), *(one.pattern for one in error.found)}
    path = allowed_file()
    try:
        content = json.dumps({**kept, name: sorted(new)}, indent=1, ensure_ascii=False)
        replace_private(path, content.encode("utf-8", "surrogateescape"))
    except OSError as failed:
        unkept = CannotWrite(path, *writing_failed(failed))
        tell_error(str(unkept), unkept.hint)
        return False
    return True


def _kept() -> dict[str, list[str]]:
    """Return the allowed patterns by project; none if the file can't be read."""
    try:
        text = allowed_file().read_bytes().decode("utf-8", "surrogateescape")
        return read_json_as(LISTS_OF_TEXTS, text)
    # A damaged file allows nothing: the person is asked again.
    except (OSError, BadJson):
        return {}
