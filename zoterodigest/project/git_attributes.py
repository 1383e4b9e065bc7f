"""The line in `.gitattributes` by which git merges the lock file and keeps it out of diffs."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from zoterodigest.project.files import (
    BadInput,
    CannotWrite,
    SourceChanged,
    read_if_present,
    replace_file,
)
from zoterodigest.project.lock.lock import LOCK_FILE
from zoterodigest.regex import lazy_regex

ATTRIBUTES = ".gitattributes"
MERGE_DRIVER = "git config merge.zoterodigest.driver 'zoterodigest merge-lock %O %A %B'"
"""What lets git merge lock files in one clone: git takes no command from a file of a repository."""

_LINE = f"{LOCK_FILE} -diff merge=zoterodigest".encode()
_NAMED = lazy_regex(rb"^[^#\r\n]*" + re.escape(LOCK_FILE.encode()), re.M)


def add_lock_attributes(folder: Path) -> bool:
    """Tell git how to treat the lock file in `folder`; return whether a line was added.

    Only in a git repository, and only below what is in `.gitattributes`. A file that names the lock
    file, that is a symbolic link, or that can't be read or written stays as it is.
    """
    path = folder / ATTRIBUTES
    if path.is_symlink() or not _is_in_git(folder):
        return False
    with suppress(BadInput, CannotWrite, SourceChanged):
        before = read_if_present(path)
        after = _with_line(before or b"")
        if after is not None:
            replace_file(path, after, before)
            return True
    return False


def _with_line(source: bytes) -> bytes | None:
    """Return `source` with the line for the lock file; None if it should stay as it is."""
    # A file with NUL is in UTF-16: a line of one byte a sign would make all of it unreadable.
    if b"\0" in source or _NAMED.search(source):
        return None
    end_of_line = b"\r\n" if b"\r\n" in source else b"\n"
    gap = b"" if not source or source.endswith(b"\n") else end_of_line
    return source + gap + _LINE + end_of_line


def _is_in_git(folder: Path) -> bool:
    """Tell whether `folder` lies in a git repository; in a linked worktree `.git` is a file."""
    absolute = folder.absolute()
    return any((parent / ".git").exists() for parent in (absolute, *absolute.parents))
