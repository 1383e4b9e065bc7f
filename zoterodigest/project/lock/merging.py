"""Two lock files made into one, as git asks for it where two branches changed the links."""

from __future__ import annotations

from pathlib import Path

from zoterodigest.project.lock.lock import BadLockFile, read_lock, render_lock


def merge_locks(one: bytes, other: bytes, ancestor: bytes, path: Path) -> bytes:
    """Return what two lock files say together; `ancestor` is the one that both come from.

    An ancestor that is empty or cannot be read is not known; then a base on which the two differ is
    forgotten. The line ends are those of `one`. Raises `BadLockFile`, by its `path`, for what is no
    lock file, and for links with two libraries.
    """
    sides = [_plain(one, path), _plain(other, path)]
    before = f"||||||| before\n{known}" if (known := _known(ancestor, path)) else ""
    text = f"<<<<<<< one\n{sides[0]}{before}=======\n{sides[1]}>>>>>>> other\n"
    return render_lock(read_lock(text.encode(), path), one)


def _plain(data: bytes, path: Path) -> str:
    """Return a lock file as we write it, without conflict marks that were committed with it."""
    return render_lock(read_lock(data, path)).decode()


def _known(ancestor: bytes, path: Path) -> str:
    try:
        return _plain(ancestor, path) if ancestor else ""
    except BadLockFile:
        return ""
