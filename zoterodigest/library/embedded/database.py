"""The SQLite database of the embedded library: opened without a trace, written as a whole.

Every error of SQLite and of the file system becomes a `BadLibrary` here, and nowhere else.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import RLock

from zoterodigest.damaged import DAMAGE, code_of
from zoterodigest.library.embedded.migrations import MIGRATIONS, in_memory, migrate, schema_version
from zoterodigest.library.embedded.tables import record_write
from zoterodigest.library.port import BadLibrary, LibraryReadOnly

Stamp = tuple[int, ...]
"""What tells the state of a database from others without opening it."""


class DatabaseInMemory:
    """A database that lives as long as this object; threads take turns."""

    is_read_only = False

    def __init__(self, new_identity: str) -> None:
        self._connection = in_memory(new_identity)
        self._lock = RLock()

    def stamp(self) -> Stamp:
        """Return the same each time: nothing puts another database in its place."""
        return ()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Open the database."""
        with self._lock:
            yield self._connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Open one transaction."""
        with self._lock:
            self._connection.execute("BEGIN")
            before = self._connection.total_changes
            try:
                yield self._connection
                if self._connection.total_changes > before:
                    record_write(self._connection)
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Forget everything, once no thread is at work on it."""
        # SQLite crashes the process if a connection is closed under another thread's statement.
        with self._lock:
            self._connection.close()


class DatabaseFile:
    """A database in the one file at `path`, which the first write creates.

    Until then it reads as an empty library. Between the calls nothing is open and no other file
    lies beside it; reading leaves no trace, and works in a read-only folder. A call waits up to
    `patience` seconds for other writers.
    """

    def __init__(self, path: Path, *, new_identity: str, patience: float = 10.0) -> None:
        self.path = path
        self._new_identity = new_identity
        self._patience = patience

    @property
    def is_read_only(self) -> bool:
        """Whether the file, or the folder where SQLite needs its journal, refuses writes."""
        with self._translating():
            needed = [self.path] if self._exists() else []
            needed += [next(above for above in self._real_path().parents if above.exists())]
            return not all(os.access(path, os.W_OK) for path in needed)

    def stamp(self) -> Stamp:
        """Return what changes with each write, and if another file is put here."""
        with self._translating():
            try:
                found = self.path.stat()
            except (FileNotFoundError, NotADirectoryError):
                return ()
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Open the file for reading only, in one transaction."""
        with self._translating():
            self._undo_killed_write()
            new = None if self._exists() else in_memory(self._new_identity)
            with closing(new or self._connect("ro")) as connection:
                connection.execute("BEGIN")
                version = self._schema_version(connection)
                if version == len(MIGRATIONS):
                    yield connection
                    return
                # A copy gets our tables: who only reads leaves an older or blank file as it is.
                with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
                    connection.backup(copy)
                    migrate(copy, version, self._new_identity)
                    yield copy

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Open one transaction on the file; a block that changes nothing leaves it as it was."""
        if self.is_read_only:
            raise self._read_only()
        with self._translating():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._connect("rwc")) as connection:
                # SQLite has this off in every new connection, and ignores it in a transaction.
                connection.execute("PRAGMA foreign_keys = ON")
                connection.execute("PRAGMA synchronous = FULL")
                # At once, not at the first change: nobody may write after our first look.
                connection.execute("BEGIN IMMEDIATE")
                migrate(connection, self._schema_version(connection), self._new_identity)
                # Without a change there is no commit: the file and its date stay as they are.
                before = connection.total_changes
                yield connection
                if connection.total_changes > before:
                    record_write(connection)
                    connection.execute("COMMIT")

    def close(self) -> None:
        """Do nothing: nothing is open."""

    def _real_path(self) -> Path:
        """Return the path of the file itself: SQLite puts its journal beside that."""
        # The folders of a path may be symlinks. To resolve them too took 70 of an opening's 210 µs.
        return self.path.resolve() if self.path.is_symlink() else self.path

    def _has_journal(self) -> bool:
        return os.path.exists(f"{self._real_path()}-journal")  # noqa: PTH110  (as above)

    def _exists(self) -> bool:
        """Tell whether there is something in the file; an empty one is as good as none."""
        try:
            found = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        if not stat.S_ISREG(found.st_mode):
            raise BadLibrary(
                f"{self.path} is not a file, so it is no library",
                "Name the file of the library, as in embedded:library.sqlite.",
            )
        return found.st_size > 0

    def _undo_killed_write(self) -> None:
        """Let SQLite roll back what a killed run left half written, which only a writer can."""
        if not self._exists() or not self._has_journal():
            return
        try:
            with closing(self._connect("ro")) as connection:
                schema_version(connection)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_READONLY_ROLLBACK:
                raise
            with closing(self._connect("rw")) as connection:
                connection.execute("BEGIN IMMEDIATE")

    def _connect(self, mode: str) -> sqlite3.Connection:
        # By itself SQLite takes any short file for a new database. With a journal beside it the
        # file may be anything: SQLite puts it back first.
        if self._exists() and not self._has_journal():
            with self.path.open("rb") as file:
                if file.read(len(_HEAD)) != _HEAD:
                    raise BadLibrary(f"{self.path} {_NO_DATABASE[0]}", _NO_DATABASE[1])
        address = f"{self.path.absolute().as_uri()}?mode={mode}"
        return sqlite3.connect(address, uri=True, timeout=self._patience, isolation_level=None)

    def _schema_version(self, connection: sqlite3.Connection) -> int:
        version = schema_version(connection)
        if version is None:
            raise BadLibrary(
                f"{self.path} is the database of another application",
                "Name another file; this one was left alone.",
            )
        if version > len(MIGRATIONS):
            raise BadLibrary(
                f"{self.path} was written by a newer zoterodigest",
                "Install the newest zoterodigest.",
            )
        return version

    @contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            translated = self._translated(error)
            if translated is None:
                raise
            raise translated from error
        except UnicodeDecodeError as error:  # in a name of SQLite's own, within its message
            raise BadLibrary(f"{self.path} {_DAMAGED[0]}", _DAMAGED[1]) from error
        except OSError as error:
            raise BadLibrary(f"{self.path} cannot be used: {error.strerror}") from error

    def _translated(self, error: sqlite3.Error) -> BadLibrary | None:
        if isinstance(error, sqlite3.ProgrammingError):
            return None
        code = code_of(error)
        if code == sqlite3.SQLITE_READONLY:
            return self._read_only()
        if code not in _SENTENCES:
            return None
        sentence, hint = _SENTENCES[code]
        return BadLibrary(f"{self.path} {sentence}", hint)

    def _read_only(self) -> LibraryReadOnly:
        return LibraryReadOnly(
            f"{self.path} cannot be written: the file or its folder is read-only",
            "Make both writable, or name another library with --library embedded:PATH.",
        )


Database = DatabaseInMemory | DatabaseFile
"""Where an embedded library lives.

`reading` opens it as it is at one moment. `writing` opens one transaction: it is kept as a whole if
the block ends well, otherwise not at all.
"""

_HEAD = b"SQLite format 3\0"
_NO_DATABASE = (
    "is not a library: it is no SQLite database, or its head is damaged",
    "Name another file, or put back a copy of it; it was left alone.",
)
_DAMAGED = ("is damaged", "Put back a copy of it, or move it away: the next push makes a new one.")
_SENTENCES = {
    **dict.fromkeys(DAMAGE, _DAMAGED),
    sqlite3.SQLITE_NOTADB: _NO_DATABASE,
    sqlite3.SQLITE_BUSY: (
        "is being written by another program",
        "Wait until it has ended, then run the command again.",
    ),
    sqlite3.SQLITE_FULL: (
        "cannot be written: the disk is full",
        "Make room, then run the command again; the library is as it was.",
    ),
    sqlite3.SQLITE_IOERR: (
        "cannot be used: the disk reports an error",
        "Check the disk, then run the command again.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "cannot be opened",
        "Check that the path is right and that you may read the file and its folder.",
    ),
}
