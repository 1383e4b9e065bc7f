"""Running: one run at a time works on a project. The system frees it when a run is killed.

So does one watcher at a time, which holds a file of its own.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.project.files import CannotWrite, create_state_folder, writing_failed

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


_LOG = logging.getLogger(__name__)
_NAME = "running"
_WATCHER = "watching"
_LOOK_AGAIN = 0.2
"""Seconds until whoever waits for a run looks again."""


class AlreadyRunning(ZoterodigestError):
    """Another run is at work on the same project; `pid` is its process, if that is known."""

    exit_code = 17

    def __init__(self, state_folder: Path, pid: str) -> None:
        who = f"process {pid}" if pid else "another process"
        super().__init__(
            f"zoterodigest is already at work on {state_folder.parent} ({who})",
            "Wait until it has ended and run the command again. `sync --wait` waits for you.",
        )
        self.state_folder = state_folder
        self.pid = pid


class AlreadyWatching(ZoterodigestError):
    """Another watcher runs on the same project."""

    exit_code = 17

    def __init__(self, state_folder: Path, pid: str) -> None:
        who = f" (process {pid})" if pid else ""
        super().__init__(
            f"a watcher runs on {state_folder.parent} already{who}",
            "`zoterodigest watch --pause` pauses it. To end it, end its process.",
        )


def running_path(state_folder: Path) -> Path:
    """Return the file that a run at work holds."""
    return state_folder / _NAME


@contextmanager
def running(state_folder: Path, command: str = "run") -> Iterator[None]:
    """Hold the project of `state_folder` for this process; create the folder if it is missing.

    While it is held, the file there tells the process, the `command` and, from `note_run` on, the
    run's number in the history. It is emptied at the end; what a killed run said stays.

    Raises `AlreadyRunning` while another run holds it and `CannotWrite` where the folder cannot be
    written: commands that only read do without. A killed run holds nothing.
    """
    create_state_folder(state_folder)
    path = running_path(state_folder)
    with _opened(path) as stream:
        if not _holds(stream.fileno()):
            raise AlreadyRunning(state_folder, _pid_in(stream.read(20)))
        killed = last_killed(state_folder)
        if killed is not None:
            _LOG.info("The last run that wrote, %s, was killed", killed.command)
            if killed.goes_on_as(command):
                _LOG.info("This run goes on with run %d", killed.number)
        try:
            stream.truncate(0)
            going_on = f" {killed.number}" if killed and killed.goes_on_as(command) else ""
            stream.write(f"{os.getpid()} {command}{going_on}".encode("ascii"))
        except OSError as error:
            raise CannotWrite(path, *writing_failed(error)) from error
        try:
            yield
        finally:
            # The file stays: were it removed, two runs could hold two files of one name. A process
            # id that a full disk keeps in it misleads nobody: the system's lock is what counts.
            with suppress(OSError):
                stream.truncate(0)


def _opened(path: Path) -> FileIO:
    """Open a file that stands for who is at work; raise `CannotWrite`."""
    try:
        return FileIO(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+")
    except OSError as error:
        raise CannotWrite(path, *writing_failed(error)) from error


def _pid_in(held: bytes) -> str:
    return held.decode("ascii", "replace").partition(" ")[0]


def note_run(state_folder: Path, number: int) -> None:
    """Note for the run at work which number it has in the history."""
    with suppress(OSError), running_path(state_folder).open("ab") as stream:
        stream.write(b" %d" % number)


@dataclass(frozen=True, slots=True)
class KilledRun:
    """A run that was killed: its command, and its number in the history, 0 if it had none yet."""

    command: str
    number: int = 0

    def goes_on_as(self, command: str) -> bool:
        """Whether an undo goes on with it: killed early, that still means the run it was about."""
        return bool(self.number) and self.command == command and command in ("undo", "redo")


def last_killed(state_folder: Path) -> KilledRun | None:
    """Return the run that was killed since a run last came to its end, None if none was.

    Call it while no run is at work. A run that was killed by an older version is not known.
    """
    try:
        said = running_path(state_folder).read_bytes().decode("ascii", "replace").split()
    except (OSError, ValueError):
        return None
    match said:
        case [_, command]:
            return KilledRun(command)
        case [_, command, *_, number] if number.isdecimal():
            return KilledRun(command, int(number))
        case _:
            return None


def require_idle(state_folder: Path) -> None:
    """Raise `AlreadyRunning` while another run holds the project: before anything is read.

    What cannot be opened is left to `running`. Who passes may still find it held when it writes.
    """
    try:
        number = os.open(running_path(state_folder), os.O_RDWR)
    except OSError:
        return
    with os.fdopen(number, "r+b", buffering=0) as stream:
        if not _holds(number):
            raise AlreadyRunning(state_folder, _pid_in(stream.read(20)))


def wait_until_idle(state_folder: Path) -> None:
    """Return as soon as no run holds the project."""
    while True:
        try:
            return require_idle(state_folder)
        except AlreadyRunning:
            # The system tells nobody that a lock is free, unless they wait for it without an end:
            # on Windows not even then.
            time.sleep(_LOOK_AGAIN)


@contextmanager
def watching(state_folder: Path) -> Iterator[None]:
    """Be the one watcher of a project; raise `AlreadyWatching` if there is one.

    Runs, also those of the watcher itself, are not held up by this.
    """
    create_state_folder(state_folder)
    with _opened(state_folder / _WATCHER) as stream:
        if not _holds(stream.fileno()):
            raise AlreadyWatching(state_folder, _pid_in(stream.read(20)))
        # Others only read it: a disk that is full keeps nobody from watching.
        with suppress(OSError):
            stream.truncate(0)
            stream.write(str(os.getpid()).encode("ascii"))
        yield


def is_watched(state_folder: Path) -> bool:
    """Tell whether a watcher runs on a project."""
    try:
        with FileIO(state_folder / _WATCHER, "r+") as stream:
            return not _holds(stream.fileno())
    except OSError:
        return False


def pause_path(state_folder: Path) -> Path:
    """Return the file that pauses a watcher while it is there."""
    return state_folder / "paused"


def _holds(number: int) -> bool:
    """Take the system's lock on an open file, unless another process has it."""
    try:
        if sys.platform == "win32":
            # Far behind the process id, which others must be able to read.
            os.lseek(number, 1 << 20, os.SEEK_SET)
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
            os.lseek(number, 0, os.SEEK_SET)
        else:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
