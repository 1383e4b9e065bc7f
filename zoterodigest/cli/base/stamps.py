"""Stamps of commands: a run that found nothing to do is not run again over the same inputs.

`repeated` is asked before a command is imported: it prints what the same command printed last, if
all that it read then is as it was. `Recorder` makes the stamp.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from zoterodigest.cli.base.folders import allowed_file, desktop_folder
from zoterodigest.cli.base.hyperlinks import shows_hyperlinks
from zoterodigest.cli.base.screen import copying, holding, repeat
from zoterodigest.project.engine import engine_key
from zoterodigest.project.kept import hashed
from zoterodigest.project.settled import (
    NETWORK,
    Fact,
    Printed,
    Stamp,
    UnknownState,
    keep_stamp,
    said_before,
    state_folder_of,
    state_of,
    states_of,
)

if TYPE_CHECKING:
    from zoterodigest.cli.base.project_context import ProjectContext
    from zoterodigest.sync.run.run import Prepared

# What these print is of one run alone: its requests, its log.
_UNREPEATABLE = ("--stats", "--verbose", "-v", "-vv", "--help", "-h")
# Which library is meant, where files of the user lie, and how text is shown.
_NAMES = ("COLUMNS", "HOME", "LANG", "LANGUAGE", "NO_COLOR", "TERM", "TZ")
_NAMES_OF_WINDOWS = ("APPDATA", "LOCALAPPDATA", "USERPROFILE")
_PREFIXES = ("LC_", "PYTHON", "XDG_", "ZOTERO")


class StampRequest(NamedTuple):
    """A command line as it is given here and now; `key` names its stamp in the state `folder`."""

    key: str
    folder: Path


def request_of(arguments: Sequence[str]) -> StampRequest | None:
    """Return what a command line asks for; None if it has no stamp."""
    if any(one in _UNREPEATABLE for one in arguments):
        return None
    try:
        here = str(Path.cwd())
        facts = Fact("configuration", here), Fact("file", str(allowed_file()))
        parts = [engine_key(), here, *map(state_of, facts), *_screen(), *_environment(), *arguments]
        files = [one for one in arguments[1:] if not one.startswith("-")]
        name = hashed("\0".join(parts).encode("utf-8", "surrogatepass"))
        return StampRequest(name, state_folder_of(files))
    # Such as a current folder that was deleted, or a user without a home.
    except (OSError, RuntimeError, UnknownState):
        return None


def _screen() -> Iterator[str]:
    """Yield what decides how text is shown."""
    yield str(shutil.get_terminal_size((80, 24)).columns)
    yield str(sys.stdout is not None and shows_hyperlinks(sys.stdout, os.environ))
    for stream in (sys.stdout, sys.stderr):
        is_terminal = stream is not None and stream.isatty()  # None: it was closed
        yield f"{is_terminal} {getattr(stream, 'encoding', '')}"


def _environment() -> Iterator[str]:
    for name, value in sorted(os.environ.items()):
        if name in (*_NAMES, *_NAMES_OF_WINDOWS) or name.startswith(_PREFIXES):
            yield f"{name}={value}"


def token_at(address: str) -> str:
    """Return the token of the library at `address`, over a network; raises `BadLibrary`."""
    from zoterodigest.cli.base.network import access
    from zoterodigest.library.connect import connect

    with connect(address, base=Path(), access=access()) as library:
        return library.token()


def repeated(request: StampRequest) -> int | None:
    """Print what a request printed last, and return its exit code; None if it has to run.

    Raises `BadLibrary`, as the run would, if its library can't be read now.
    """
    stamp = said_before(request.folder, request.key, token_at)
    if stamp is None:
        return None
    repeat(stamp.printed)
    return stamp.code


class _OpenRequest(NamedTuple):
    request: StampRequest
    printed: list[Printed]


_ASKED: ContextVar[_OpenRequest | None] = ContextVar("asked", default=None)


@contextmanager
def stamping(request: StampRequest | None) -> Iterator[None]:
    """Let a command make the stamp of a request while the block lasts."""
    if request is None:
        yield
        return
    with copying() as printed, holding(_ASKED, _OpenRequest(request, printed)):
        yield


class Recorder:
    """Makes the stamp of a run that finds nothing to do.

    Make it before the run reads anything: what changes while the run reads makes no stamp.
    """

    def __init__(self, place: ProjectContext, *, writes: bool) -> None:
        self._asked = _ASKED.get()
        self._place = place
        self._writes = writes
        self._before = self._inputs()

    def keep(self, prepared: Prepared, code: int) -> None:
        """Keep what has been printed as what the run of `prepared` says."""
        from zoterodigest.cli.base.options import FAILED
        from zoterodigest.library.address import ApiAddress
        from zoterodigest.sync.run import inputs

        workspace = self._place.workspace
        if self._asked is None or not self._before or code == FAILED:
            return
        if not inputs.is_repeatable(prepared):
            return
        try:
            states = {**self._before, **inputs.was_read(prepared, self._place.walks)}
            is_same = dict(states_of(states)) == states and inputs.is_configured_as_read(workspace)
        except UnknownState:
            return
        if isinstance(self._place.library, ApiAddress):
            # The last of all: to ask the library takes longest.
            token = prepared.gathered.contents.snapshot.token
            states[Fact(NETWORK, self._place.address)] = token
            is_same = is_same and bool(token)  # "": nothing tells the library from others
        if is_same:
            request, printed = self._asked
            stamp = Stamp(code, tuple(states.items()), tuple(printed))
            keep_stamp(workspace.project.state_folder, request.key, stamp)

    def _inputs(self) -> Mapping[Fact, str]:
        """Return the inputs of the run as they are now; none if they can't be known."""
        from zoterodigest.sync.run import inputs

        workspace, library = self._place.workspace, self._place.library
        if self._asked is None or not inputs.is_knowable(workspace):
            return {}
        walks, writes = self._place.walks, self._writes
        found = inputs.inputs(workspace, library, desktop_folder(), walks, writes=writes)
        try:
            return dict(states_of(found, walks))
        except UnknownState:
            return {}
