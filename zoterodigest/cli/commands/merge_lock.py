"""The command that git calls to merge lock files: merge-lock."""

from __future__ import annotations

from pathlib import Path

from zoterodigest.cli.base.options import argument, command
from zoterodigest.project.files import replace_file
from zoterodigest.project.lock.lock import LOCK_FILE, merge_locks


@command("ancestor one other", hidden=True)
def merge_lock(
    ancestor: Path = argument("ancestor", help=""),
    one: Path = argument("one", help=""),
    other: Path = argument("other", help=""),
) -> None:
    """Merge two lock files that come from one ANCESTOR into the file ONE.

    Git calls it if two branches changed zoterodigest.lock. Set it up with:

    \b
      echo 'zoterodigest.lock -diff merge=zoterodigest' >> .gitattributes
      git config merge.zoterodigest.driver 'zoterodigest merge-lock %O %A %B'
    """
    before = one.read_bytes()
    merged = merge_locks(before, other.read_bytes(), ancestor.read_bytes(), Path(LOCK_FILE))
    replace_file(one, merged, before)
