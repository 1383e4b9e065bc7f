"""What was read, kept by all that it depends on: `.zoterodigest/cache/readings.sqlite`.

A record is data as JSON has it. Its key is a hash of everything that the value follows from,
except the engine (`project/engine.py`): to another engine the file is empty. It can be deleted at
any time. Whatever is wrong with it, and wherever it can't be, a run goes on without it and says
nothing. A wrong record can hide a change: nothing may be written on the ground of a record alone.

What may never be in a record, because nobody expects it in a cache: API keys and other secrets, the
texts of a person's own notes, notes that no digest shows. Who keeps records of items or notes
keeps hashes and identifiers of them, never their texts.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from zoterodigest.foreign import BadJson, read_json
from zoterodigest.project.engine import engine_key
from zoterodigest.project.files import STATE_FOLDER, create_reading_folder, reading_folder
from zoterodigest.project.layout import Project
from zoterodigest.project.walks import find_project

_LOG = logging.getLogger(__name__)

MOST_BYTES = 128 * 1024 * 1024
"""What all records together may have; the ones that were not used for longest go first."""

_FILE = "readings.sqlite"
_SECONDS = 1.0
"""How long a run waits for another one: longer than that, reading anew is quicker."""

_MANY = 200
"""From here on, all records of a kind are looked through: quicker than to ask for each key."""

_REFRESH = 8
"""In every eighth run that writes, what was used is noted: 10,000 records take 20 ms."""

_PASSING = frozenset(
    {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}
    | {sqlite3.SQLITE_FULL, sqlite3.SQLITE_PERM, sqlite3.SQLITE_INTERRUPT}
)
"""Errors that say nothing about the file."""

_TABLES = (
    "CREATE TABLE engine (key TEXT NOT NULL, runs INTEGER NOT NULL)",
    "CREATE TABLE records (kind TEXT NOT NULL, key TEXT NOT NULL, used INTEGER NOT NULL,"
    " checksum BLOB NOT NULL, payload BLOB NOT NULL, PRIMARY KEY (kind, key))",
)


class ReadingCache:
    """Records by kind and key, for one engine.

    Reading leaves no trace. What is `put` is written once, when the block ends without an error,
    and only where there is a state folder. Two runs may use one file at once.
    """

    def __init__(self, state_folder: Path, engine: str, *, most: int = MOST_BYTES) -> None:
        self._state_folder = state_folder
        self._path = reading_folder(state_folder) / _FILE
        self._engine = engine
        self._most = most
        self._new: dict[tuple[str, str], bytes] = {}
        self._used: defaultdict[str, set[str]] = defaultdict(set)

    @property
    def keeps(self) -> bool:
        """Whether anything that is put is kept."""
        return bool(self._engine)

    def get(self, kind: str, keys: Collection[str]) -> dict[str, Any]:
        """Return the values of those `keys` that are known."""
        wanted = {key for key in keys if (kind, key) not in self._new}
        found = {key: _value(self._new[kind, key]) for key in keys if key not in wanted}
        with self._harmless():
            known = {key: _value(payload) for key, payload in self._stored(kind, wanted)}
            self._used[kind] |= known.keys()
            found |= known
        return found

    def put(self, kind: str, values: Mapping[str, Any]) -> None:
        """Keep values by key: what JSON can hold, with lists in place of tuples."""
        # Where no record can stand, none is made: `inspect` of 10,000 entries 50 ms.
        for key, value in values.items() if self.keeps else ():
            text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            # Names of files may hold halves of characters.
            payload = text.encode("utf-8", "surrogatepass")
            # One that fills the file would drive out all others.
            if len(payload) <= self._most // 2:
                self._new[kind, key] = payload

    def discard(self) -> None:
        """Delete everything, also what this run put: something in it was wrong."""
        self._new.clear()
        self._used.clear()
        _LOG.info("Deleted %s", self._path)
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if kind is None and self._new and self._state_folder.is_dir():
            with self._harmless():
                self._write()
                self._new.clear()

    @contextmanager
    def _harmless(self) -> Iterator[None]:
        try:
            yield
        # Messages of SQLite quote the file, which may hold no text.
        except (sqlite3.Error, UnicodeDecodeError, _Damaged) as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
            # The low byte says what kind of error it is.
            if code & 0xFF in _PASSING:
                _LOG.info("%s is not used: %s", self._path, error)
            else:
                self.discard()
        except OSError as error:
            _LOG.info("%s is not used: %s", self._path, error)

    def _stored(self, kind: str, keys: Collection[str]) -> Iterator[tuple[str, bytes]]:
        if not keys or not self._path.exists():
            return
        # Read-only: a plain connect would make an empty file where there is none.
        uri = f"{self._path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=_SECONDS)) as connection:
            if connection.execute("SELECT key FROM engine").fetchall() != [(self._engine,)]:
                return
            select = "SELECT key, checksum, payload FROM records WHERE kind = ?"
            if len(keys) > _MANY:
                rows = connection.execute(select, (kind,))
            else:
                select += f" AND key IN ({', '.join('?' * len(keys))})"
                rows = connection.execute(select, (kind, *keys))
            for key, checksum, payload in rows:
                if key in keys:
                    if checksum != self._checksum(kind, key, payload):
                        raise _Damaged
                    yield key, payload

    def _write(self) -> None:
        create_reading_folder(self._state_folder)
        with closing(sqlite3.connect(self._path, timeout=_SECONDS)) as connection:
            # It may be lost, so nothing waits for the disk, and no journal is left to be found by
            # the next file of this name. A write that was cut short is noticed by its checksums.
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA journal_mode = MEMORY")
            connection.isolation_level = None
            connection.execute("BEGIN IMMEDIATE")
            run = self._run_number(connection)
            rows = [
                (kind, key, run, self._checksum(kind, key, payload), payload)
                for (kind, key), payload in self._new.items()
            ]
            connection.executemany("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?)", rows)
            if run % _REFRESH == 0:
                used = [(run, kind, key) for kind, keys in self._used.items() for key in keys]
                update = "UPDATE records SET used = ? WHERE kind = ? AND key = ?"
                connection.executemany(update, used)
            self._evict(connection)
            connection.execute("COMMIT")

    def _run_number(self, connection: sqlite3.Connection) -> int:
        """Return the number of this run that writes; make the tables anew for another engine."""
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).fetchall()
        if ("engine",) in tables:
            known = connection.execute("SELECT key, runs FROM engine").fetchall()
            if len(known) == 1 and known[0][0] == self._engine:
                connection.execute("UPDATE engine SET runs = runs + 1")
                return int(known[0][1]) + 1
        # Not by deleting the file: another run may be at work on it.
        for (name,) in tables:
            connection.execute(f'DROP TABLE "{name}"')
        for table in _TABLES:
            connection.execute(table)
        connection.execute("INSERT INTO engine VALUES (?, 1)", (self._engine,))
        return 1

    def _evict(self, connection: sqlite3.Connection) -> None:
        rows = "SELECT rowid, length(payload) FROM records ORDER BY used, rowid"
        (size,) = connection.execute("SELECT sum(length(payload)) FROM records").fetchone()
        gone = []
        for number, length in connection.execute(rows) if size > self._most else ():
            if size <= self._most:
                break
            gone.append((number,))
            size -= length
        connection.executemany("DELETE FROM records WHERE rowid = ?", gone)

    def _checksum(self, kind: str, key: str, payload: object) -> bytes:
        if not isinstance(payload, bytes):
            raise _Damaged
        known = blake2b(f"{self._engine}\0{kind}\0{key}\0".encode(), digest_size=16)
        known.update(payload)
        return known.digest()


def reading_cache(paths: Sequence[Path]) -> ReadingCache:
    """Return the cache of the project in which files lie; without a state folder it holds nothing.

    It is the project of the first file, or the common folder of all.
    """
    config = find_project(paths[0].parent)
    state = (Project.implicit(paths).root if config is None else config.parent) / STATE_FOLDER
    return ReadingCache(state, engine_key() if state.is_dir() else "")


def reading_key(*parts: bytes) -> str:
    """Return the key of a value that follows from these parts alone, in this order."""
    known = blake2b(digest_size=16)
    for part in parts:
        # The lengths keep parts apart that say the same one after the other.
        known.update(b"%d:" % len(part))
        known.update(part)
    return known.hexdigest()


class _Damaged(Exception):
    """A record is not as it was written."""


def _value(payload: bytes) -> Any:
    try:
        return read_json(payload.decode("utf-8", "surrogatepass"))
    except (BadJson, UnicodeDecodeError) as error:
        raise _Damaged from error
