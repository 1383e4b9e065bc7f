"""The schema of the embedded library's database, and the way from each version to the next."""

from __future__ import annotations

import sqlite3
from functools import cache
from threading import Lock

APPLICATION_ID = 0x7A644C69
"""Stands in the head of the file and tells our libraries from other applications' databases."""

HAS_RELATED = "instr(data, '\"dc:relation\"') > 0"
"""Which rows of items name related items; SQLite finds the index by this very text."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE library (identity TEXT NOT NULL, version INTEGER NOT NULL)",
        """CREATE TABLE items (
            key TEXT PRIMARY KEY,
            version INTEGER NOT NULL,
            parent TEXT REFERENCES items (key) ON DELETE CASCADE,
            data TEXT NOT NULL
        )""",
        "CREATE INDEX items_by_parent ON items (parent)",
        """CREATE TABLE collections (
            key TEXT PRIMARY KEY,
            version INTEGER NOT NULL,
            parent TEXT REFERENCES collections (key) ON DELETE CASCADE,
            name TEXT NOT NULL,
            trashed INTEGER NOT NULL
        )""",
        "CREATE INDEX collections_by_parent ON collections (parent)",
        """CREATE TABLE memberships (
            item TEXT NOT NULL REFERENCES items (key) ON DELETE CASCADE,
            collection TEXT NOT NULL REFERENCES collections (key) ON DELETE CASCADE,
            PRIMARY KEY (item, collection)
        ) WITHOUT ROWID""",
        "CREATE INDEX memberships_by_collection ON memberships (collection)",
        """CREATE TABLE deletions (
            kind TEXT NOT NULL,
            key TEXT NOT NULL,
            version INTEGER NOT NULL,
            PRIMARY KEY (kind, key)
        ) WITHOUT ROWID""",
    ),
    (
        # Who created and last changed an item, as a server of a group knows them by their number.
        "ALTER TABLE items ADD COLUMN created_by INTEGER",
        "ALTER TABLE items ADD COLUMN modified_by INTEGER",
        "ALTER TABLE deletions ADD COLUMN created_by INTEGER",
        "ALTER TABLE collections ADD COLUMN relations TEXT NOT NULL DEFAULT '{}'",
        # The few items that name related ones: a new item is looked for in them alone.
        f"CREATE INDEX items_with_related ON items (key) WHERE {HAS_RELATED}",
    ),
    (
        # The last writes, each with the version it left and a random token. A version alone does
        # not tell a library from a restored copy of it that was edited up to the same version.
        """CREATE TABLE writes (
            number INTEGER PRIMARY KEY,
            version INTEGER NOT NULL,
            token TEXT NOT NULL
        )""",
        "CREATE INDEX items_by_version ON items (version)",
    ),
)
"""What leads from each schema version to the next; a database is at version `len(MIGRATIONS)`."""


def in_memory(new_identity: str) -> sqlite3.Connection:
    """Return a database of our tables that lives in memory; its threads must take turns."""
    connection = _of_one_thread_at_a_time()
    with _turn:  # a copy takes an eighth of the time that the statements take
        _blank().backup(connection)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("UPDATE library SET identity = ?", (new_identity,))
    return connection


_turn = Lock()


@cache
def _blank() -> sqlite3.Connection:
    """Return the database that all others in memory are copies of."""
    connection = _of_one_thread_at_a_time()
    migrate(connection, 0, "")
    return connection


def _of_one_thread_at_a_time() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)


def migrate(connection: sqlite3.Connection, version: int, new_identity: str) -> None:
    """Bring a database from schema `version` (0: no tables) to the newest, in its transaction."""
    for statement in (line for step in MIGRATIONS[version:] for line in step):
        connection.execute(statement)
    if version == 0:
        connection.execute("INSERT INTO library VALUES (?, 0)", (new_identity,))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    if version < len(MIGRATIONS):
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def schema_version(connection: sqlite3.Connection) -> int | None:
    """Return the schema version of a database: 0 if it is blank, None if it is not a library."""
    application = _pragma(connection, "application_id")
    version = _pragma(connection, "user_version")
    if application == APPLICATION_ID:
        return version
    is_blank = application == version == _pragma(connection, "schema_version") == 0
    return 0 if is_blank else None


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
