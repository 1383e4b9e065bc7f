"""Which state of an embedded library a file holds, told by one SELECT.

Who only wants to know whether anything was written imports nothing else of the library.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from zoterodigest.library.embedded.migrations import APPLICATION_ID, MIGRATIONS


class LibraryHead(NamedTuple):
    """The identity and version of a library, and the token that each write of it renews.

    Two heads are equal only if nothing was written between them. The version alone does not tell:
    a library that was restored from a copy, then edited, may have the version of before.
    """

    identity: str
    version: int
    token: str


def read_library_head(path: Path) -> LibraryHead | None:
    """Return the head of the library in the file at `path`, without a trace.

    None if it takes more to read it: there is no file, a writer is at work or was killed, or the
    tables are those of another version of zoterodigest.
    """
    address = f"{path.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=0)) as connection:
            row = connection.execute(_QUERY, (APPLICATION_ID, len(MIGRATIONS))).fetchone()
    except sqlite3.Error:
        return None
    return LibraryHead(*row) if row else None


_QUERY = """
SELECT identity, library.version, token
FROM library, writes, pragma_application_id, pragma_user_version
WHERE application_id = ? AND user_version = ? ORDER BY number DESC LIMIT 1
"""
