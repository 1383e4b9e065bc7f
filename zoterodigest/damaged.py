"""Whether a SQLite file is damaged, by the error that its use raised: one rule for all files."""

from __future__ import annotations

import sqlite3

DAMAGE = (
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_ERROR,  # a table or column is missing
    sqlite3.SQLITE_CONSTRAINT,  # no write of ours breaks a constraint of our own tables
)


def code_of(error: sqlite3.Error) -> int:
    """Return SQLite's code of an error; text that is no UTF-8 has none: the file is corrupt."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF


def is_damage(error: Exception) -> bool:
    """Tell whether the bytes of the file are to blame: they are no database, or not this one.

    A file that is locked, cannot be opened or written, or lies on a full disk is as good as before.
    """
    if isinstance(error, UnicodeDecodeError):  # a message of SQLite that quotes the file
        return True
    return isinstance(error, sqlite3.Error) and code_of(error) in DAMAGE
