"""Files as bytes: read once, replaced atomically, and only if still as they were read (law 1)."""

from __future__ import annotations

import errno
import logging
import os
import secrets
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_LOG = logging.getLogger(__name__)

if sys.platform != "win32":
    import fcntl

STATE_FOLDER = ".zoterodigest"
CONFIG_FILE = "zoterodigest.toml"

_PART = 1 << 20
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_LEFTOVER = lazy_regex(r"\.zoterodigest-[0-9a-f]{16}\.tmp")


class BadInput(ZoterodigestError):
    """`path` cannot be read, or is not what it should be."""

    exit_code = 10

    def __init__(self, path: Path, reason: str, hint: str = "", *, position: str = "") -> None:
        super().__init__(f"{path}{position}: {reason}", hint)
        self.path = path
        self.reason = reason


class Evicted(BadInput):
    """A cloud service keeps the data of the file at `path` elsewhere."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason, "Download it from the cloud, then run the command again.")


def stand_in(name: str) -> str:
    """Return what iCloud calls the file that stands for an evicted one, also of a pattern."""
    # `**` as the last level means files in all folders, and no part of a name means that.
    return "**/.*.icloud" if name == "**" else f".{name}.icloud"


def without_stand_in(name: str) -> str:
    """Return what a file is called for which `name` may stand."""
    is_stand_in = name.startswith(".") and name.endswith(".icloud")
    return name.removeprefix(".").removesuffix(".icloud") if is_stand_in else name


class CannotWrite(ZoterodigestError):
    """`path` refuses to be written; it is as it was before."""

    exit_code = 15

    def __init__(self, path: Path, reason: str, hint: str = "") -> None:
        super().__init__(f"{path} cannot be written: {reason}", hint)
        self.path = path
        self.reason = reason


class SourceChanged(ZoterodigestError):
    """`path` is no longer as it was read; it was left alone."""

    exit_code = 16

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} has changed since it was read and was left alone",
            "Run the command again: it starts from the file as it is now.",
        )
        self.path = path


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was read: every byte of it, a byte order mark included."""

    path: Path
    data: bytes


def read_file(path: Path) -> SourceFile:
    """Read the regular file at `path`, through symlinks; raise `BadInput` for anything else."""
    try:
        return _read(path)
    except ValueError as error:  # a NUL in the name
        raise BadInput(path, "not a file name") from error
    except FileNotFoundError as error:
        if path.with_name(stand_in(path.name)).exists():
            raise Evicted(path, "iCloud keeps its data elsewhere") from error
        raise BadInput(path, *_reading_failed(error, path)) from error
    except OSError as error:
        raise BadInput(path, *_reading_failed(error, path)) from error


def _read(path: Path) -> SourceFile:
    # O_BINARY: Windows would change line ends and stop at Ctrl-Z.
    # O_NONBLOCK: opening a pipe that nobody writes to must not hang.
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    number = os.open(path, flags)
    try:
        status = os.fstat(number)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(status.st_mode):
            raise BadInput(path, "not an ordinary file", "Give the path of a text file.")
        # Not as a stream: to make one for each of 5,000 notes takes 20 ms of 60.
        parts = [os.read(number, status.st_size + 1)]
        while parts[-1]:
            parts.append(os.read(number, _PART))
        # Without the empty one at the end: of a single part no copy is made.
        data = b"".join(parts[:-1])
    finally:
        os.close(number)
    _LOG.debug("Read %s: %d bytes", path, len(data))
    return SourceFile(path, data)


def _reading_failed(error: OSError, path: Path) -> tuple[str, str]:
    """Say in plain words why a file cannot be read, and what to do."""
    match error.errno:
        case errno.ENOENT:
            # Which of the two named the file is not known here.
            return "no such file", "Check the path, in the command or in zoterodigest.toml."
        case errno.ENOTDIR:
            (blocking,) = [folder.name for folder in path.parents if folder.is_file()] or ["it"]
            reason = f"no such file, as {blocking} is a file and no folder"
            return reason, "Check the path, or move that file away."
        case errno.EISDIR:
            return (
                "a folder, not a file",
                "Name a file instead, or several with FOLDER/*.md.",
            )
        case errno.EACCES | errno.EPERM:
            return "not permitted to read it", "Check the permissions of the file and its folder."
        case errno.ELOOP:
            return "a symlink that leads back to itself", "Mend the symlink."
        case _:
            return f"cannot be read ({error.strerror})", ""


def looks_binary(data: bytes) -> bool:
    """Tell whether `data` is no text: it holds a NUL byte."""
    return b"\0" in data


def require_text(path: Path, data: bytes) -> None:
    """Raise `BadInput` if what was read from `path` is no text, or one encoded as UTF-16."""
    if data.startswith(_UTF_16):
        raise BadInput(path, "the text is encoded as UTF-16", "Save it as UTF-8.")
    if data and not data.strip(b"\0"):
        raise Evicted(path, "it has a size and no data")
    if looks_binary(data):
        raise BadInput(path, "a binary file, not a text", "Give the path of a text file.")


def replace_file(path: Path, new: bytes, expected: bytes | None) -> None:
    """Put `new` in place of the file at `path`, atomically, through symlinks, its mode kept.

    The file must still hold `expected` (None: must not exist; its folders are made), else
    `SourceChanged` is raised and it is left alone. Whatever fails, the file is as before or holds
    all of `new`, and no temporary file stays behind, unless the process is killed (see
    `remove_leftovers`). When `new` is `expected` nothing is written and the file is not looked at.
    """
    if new == expected:
        return
    target = Path(os.path.realpath(path))
    _require_unchanged(path, expected)
    try:
        status = None if expected is None else target.stat()
        # As late as possible: between this check and the rename somebody may still write.
        _replace(target, [new], status, lambda: _require_unchanged(path, expected))
    except FileExistsError as error:  # it came after the check
        raise SourceChanged(path) from error
    except OSError as error:
        raise CannotWrite(path, *writing_failed(error)) from error
    before = "as a new file" if expected is None else f"in place of {len(expected)}"
    _LOG.debug("Wrote %s: %d bytes %s", path, len(new), before)


def put_file(path: Path, parts: Iterable[bytes]) -> None:
    """Put `parts` in place of whatever the file at `path` holds, otherwise as `replace_file` does.

    It is for files of our own that are written while running is held. They may be large: of
    `parts`, only one is in memory at a time.
    """
    target = Path(os.path.realpath(path))
    try:
        _replace(target, parts, target.stat() if target.exists() else None, lambda: None)
    except OSError as error:
        raise CannotWrite(path, *writing_failed(error)) from error
    _LOG.debug("Wrote %s", path)


def remove_file(path: Path, expected: bytes) -> None:
    """Remove the file at `path`, which must still hold `expected`, else raise `SourceChanged`."""
    _require_unchanged(path, expected)
    try:
        path.unlink()
    except OSError as error:
        raise CannotWrite(path, *writing_failed(error)) from error
    _LOG.debug("Removed %s", path)


def read_if_present(path: Path) -> bytes | None:
    """Return the bytes of the file at `path`, None if there is none; else like `read_file`."""
    try:
        return read_file(path).data
    except BadInput as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return None
        raise


def _require_unchanged(path: Path, expected: bytes | None) -> None:
    if read_if_present(path) != expected:
        raise SourceChanged(path)


def _replace(
    target: Path, parts: Iterable[bytes], status: os.stat_result | None, check: Callable[[], None]
) -> None:
    if status is None:
        target.parent.mkdir(parents=True, exist_ok=True)
    if status is not None and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "write-protected")
    temporary = _folder_for_temporary(target) / f".zoterodigest-{secrets.token_hex(8)}.tmp"
    try:
        with _written_durably(temporary, parts, status):
            check()
            if status is None:
                _give_name(temporary, target)
            else:
                temporary.replace(target)
    except BaseException:
        with suppress(OSError):  # the first error is the one to tell
            temporary.unlink()
        raise
    # The rename is on the disk only with the folder.
    sync_folder(target.parent)


def _give_name(temporary: Path, target: Path) -> None:
    """Call a new file `target`; raise `FileExistsError` if a file is called so already."""
    try:
        target.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:  # a file system without links, such as FAT: between check and name is a gap
        temporary.replace(target)
    else:
        # The file is there: if this fails, nothing must say that it isn't. See `remove_leftovers`.
        with suppress(OSError):
            temporary.unlink()


def _folder_for_temporary(target: Path) -> Path:
    """Return where a file is written that is to be put in the place of `target`.

    The nearest state folder, if it can be written and lies on the same device: git ignores it, so
    what a killed run leaves there is in no commit. Else, and for a new file in a folder that gives
    its group to all files made there, it lies beside `target`.
    """
    beside = target.parent
    with suppress(OSError):
        status = beside.stat()
        if status.st_mode & stat.S_ISGID and not target.exists():
            return beside
        states = (folder / STATE_FOLDER for folder in (beside, *beside.parents))
        state = next((one for one in states if one.is_dir()), beside)
        if state.stat().st_dev == status.st_dev and os.access(state, os.W_OK):
            return state
    return beside


@contextmanager
def _written_durably(
    temporary: Path, parts: Iterable[bytes], like: os.stat_result | None
) -> Iterator[None]:
    """Write `parts` to a file of its own, with mode and owner of `like` (None: the usual ones).

    Where the system lets an open file be renamed, it stays open and locked until it has its name:
    `remove_leftovers` sees by that whether somebody is at work on it.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(temporary, flags, 0o666 if like is None else 0o600), "wb") as stream:
        _take(stream.fileno())
        stream.writelines(parts)
        stream.flush()
        if like is not None and os.name == "posix":
            # Only root may give a file away; for others the group is kept where it may be.
            with suppress(PermissionError):
                os.fchown(stream.fileno(), like.st_uid, like.st_gid)
            os.fchmod(stream.fileno(), stat.S_IMODE(like.st_mode))
        # Before the file gets its name: else a power cut could leave the name of an empty file.
        os.fsync(stream.fileno())
        if os.name == "posix":
            yield
    if os.name != "posix":
        yield


def append_durably(path: Path, data: bytes) -> None:
    """Append `data` to the file at `path` and return when it is on the disk."""
    try:
        with path.open("ab") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise CannotWrite(path, *writing_failed(error)) from error
    _LOG.debug("Appended to %s: %d bytes", path, len(data))


def sync_folder(folder: Path) -> None:
    """Have the names in `folder` on the disk, where the system can do that for folders."""
    if os.name != "posix":
        return
    # A folder may be writable but not readable, or lie on a file system that syncs no folders:
    # what was written is in place all the same.
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def remove_leftovers(folder: Path) -> None:
    """Remove the temporary files that a killed run left in `folder`.

    Call it only while running is held. One that another project's run is at work on stays.
    """
    with suppress(OSError):  # a folder that cannot be listed or written keeps them
        for path in sorted(folder.iterdir()):
            if _LEFTOVER.fullmatch(path.name) and _is_left(path):
                path.unlink()
                _LOG.info("Removed what a killed run left: %s", path)


def _is_left(path: Path) -> bool:
    """Whether nobody is at work on a temporary file; an open one Windows does not let go anyway."""
    number = os.open(path, os.O_RDWR)
    try:
        return _take(number)
    finally:
        os.close(number)


def _take(number: int) -> bool:
    """Lock an open file until it is closed, where the system can; whether nobody else holds it."""
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True


def writing_failed(error: OSError) -> tuple[str, str]:
    """Say in plain words why a file or folder cannot be written, and what to do."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return "the disk is full", "Free some space and run the command again."
        case errno.EROFS:
            return "the file system is read-only", "Work on a copy in a place you can write to."
        case errno.EACCES | errno.EPERM:
            return "not permitted", "Check the permissions of the file and its folder."
        case errno.ENOENT | errno.ENOTDIR:
            return "its folder does not exist", "Create the folder first."
        case _:
            return error.strerror or type(error).__name__, ""


def create_state_folder(folder: Path) -> None:
    """Create `folder`, with a `.gitignore` that keeps all of it out of git; keep one that exists.

    Raises `CannotWrite` where that is not permitted, or a file of this name is in the way.
    """
    try:
        folder.mkdir(exist_ok=True)
        _keep_out_of_git(folder / ".gitignore")
    except FileExistsError as error:
        reason = "it is a file, where a folder of zoterodigest's own belongs"
        raise CannotWrite(folder, reason, "Move that file away.") from error
    except OSError as error:
        raise CannotWrite(folder, *writing_failed(error)) from error


def reading_folder(state_folder: Path) -> Path:
    """Return where the state folder holds what can be deleted at any time."""
    return state_folder / "cache"


def create_reading_folder(state_folder: Path) -> Path:
    """Create that folder, for this user alone; the state folder must be there."""
    folder = reading_folder(state_folder)
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    return folder


def _keep_out_of_git(ignore: Path) -> None:
    # Earlier versions made it in two steps: one killed in between has left an empty file.
    if not (ignore.exists() and ignore.stat().st_size):
        with suppress(SourceChanged):  # another run has made it meanwhile
            replace_file(ignore, b"*\n", read_if_present(ignore))
