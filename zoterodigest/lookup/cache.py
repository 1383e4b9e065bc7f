"""Answers of sources, kept between runs in one file of the user's cache folder.

The file may be deleted at any time; then the sources are asked again. Several processes may use it
at once.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, closing, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import TypeAdapter

from zoterodigest.damaged import is_damage
from zoterodigest.foreign import BadJson, read_json_as
from zoterodigest.frozen import dataclass
from zoterodigest.library.access import Clock
from zoterodigest.lookup.work import Source

_LOG = logging.getLogger(__name__)

Result = TypeVar("Result")
Value = TypeVar("Value")


def cache_file(folder: Path) -> Path:
    """Return the file in the cache folder `folder`; one that holds answers in this very form."""
    return folder / "lookups-1.sqlite"


def is_damaged(path: Path) -> bool:
    """Tell whether the file at `path` is there and no cache can be read in it; writes nothing."""
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as opened:
            (report,) = opened.execute("PRAGMA quick_check").fetchone()
            return str(report) != "ok"
    except (sqlite3.Error, UnicodeDecodeError) as error:
        return is_damage(error)


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """A stored answer: its text (None for "there is no such thing"), and when it came."""

    answer: str | None
    asked: datetime


@dataclass(frozen=True, slots=True)
class Ages:
    """For how long answers are taken as they are; that there is nothing, for less long."""

    found: timedelta = timedelta(days=30)
    missing: timedelta = timedelta(days=2)

    def is_fresh(self, kept: CachedAnswer, now: datetime) -> bool:
        """Tell whether `kept` need not be asked for again; an answer of the future is not fresh."""
        age = now - kept.asked
        return timedelta(0) <= age < (self.missing if kept.answer is None else self.found)


USUAL_AGES = Ages()


class Cache(AbstractContextManager["Cache"]):
    """The answers kept in the file at `path`; without a path, for the life of this object.

    `ages` say for how long they are believed.

    A damaged file is replaced by a new one. If a file can't be used, nothing is kept. `tell` gets
    a message in both cases, once.
    """

    def __init__(
        self,
        path: Path | None,
        *,
        ages: Ages = USUAL_AGES,
        tell: Callable[[str], object] = _LOG.info,
    ) -> None:
        self.ages = ages
        self._path = path
        self._tell = tell
        self._connection: sqlite3.Connection | None = None
        self._is_new = False
        self._is_lost = False

    def recall(self, source: Source, keys: Iterable[str]) -> dict[str, CachedAnswer]:
        """Return what is kept of `source` under `keys`, however old."""
        wanted = tuple(dict.fromkeys(keys))
        found: dict[str, CachedAnswer] = {}
        for start in range(0, len(wanted), _MOST):
            some = wanted[start : start + _MOST]
            found |= self._tried(partial(_recalled, source=source, keys=some)) or {}
        return found

    def keep(self, source: Source, answers: Mapping[str, str | None], asked: datetime) -> None:
        """Keep `answers` of `source`, which came at `asked`, in place of earlier ones."""
        rows = [
            (source.name, _storable(key), asked.timestamp(), answer and _storable(answer))
            for key, answer in answers.items()
        ]
        if rows:
            self._tried(partial(_keep, rows=rows))

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _tried(self, act: Callable[[sqlite3.Connection], Result]) -> Result | None:
        """Return what `act` does with the file; None if that cannot be done."""
        if self._is_lost:
            return None
        try:
            return act(self._opened())
        except (sqlite3.Error, UnicodeDecodeError, OSError) as error:
            # Another process writes: this answer is not kept or recalled, the next may be.
            is_busy = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
            if is_busy or not self._begin_anew(error):
                return None
        return self._tried(act)

    def _begin_anew(self, error: Exception) -> bool:
        """Delete a damaged file and report it; return False if the file can't be used at all."""
        self.close()
        if self._path is not None and is_damage(error) and not self._is_new:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
                self._is_new = True
                self._tell(f"the cache of lookups at {self._path} was damaged and is begun anew")
                return True
        self._is_lost = True
        reason = getattr(error, "strerror", None) or str(error)
        self._tell(f"the cache of lookups at {self._path} cannot be used: {reason}")
        return False

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            if self._path is not None:
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._connection = sqlite3.connect(self._path or ":memory:", timeout=_PATIENCE)
            # The cache may be lost, so no run waits for the disk.
            self._connection.execute("PRAGMA synchronous = OFF")
            self._connection.execute(_TABLE)
        return self._connection


class Answers(Generic[Value]):
    """The answers of one source in a cache, as values of the type of `shape`.

    None is kept for "there is no such thing".
    """

    def __init__(
        self,
        cache: Cache,
        source: Source,
        shape: TypeAdapter[Value],
        *,
        now: Clock,
    ) -> None:
        self._cache = cache
        self._source = source
        self._shape = shape
        self._now = now

    def recall(self, keys: Iterable[str]) -> dict[str, tuple[Value | None, bool]]:
        """Return what is kept under `keys`, and of each answer whether it is fresh."""
        now = self._now()
        wanted = tuple(keys)
        found: dict[str, tuple[Value | None, bool]] = {}
        for key, kept in self._cache.recall(self._source, wanted).items():
            with suppress(BadJson):  # a version with another form of the value may have kept it
                value = None if kept.answer is None else read_json_as(self._shape, kept.answer)
                found[key] = value, self._cache.ages.is_fresh(kept, now)
        if wanted:
            told = len(found), len(wanted), self._source.value
            _LOG.info("The cache has %d of %d answers of %s", *told)
        return found

    def keep(self, answers: Mapping[str, Value | None]) -> None:
        """Keep answers that just came."""
        texts = {
            key: None if answer is None else self._shape.dump_json(answer).decode()
            for key, answer in answers.items()
        }
        self._cache.keep(self._source, texts, self._now())


_PATIENCE = 10.0
_MOST = 500  # keys in one statement: SQLite before 3.32 takes no more than 999

_TABLE = """CREATE TABLE IF NOT EXISTS answers (
    source TEXT NOT NULL,
    key TEXT NOT NULL,
    asked REAL NOT NULL,
    answer TEXT,
    PRIMARY KEY (source, key)
) WITHOUT ROWID"""

_Row = tuple[str, str, float, str | None]


def _recalled(
    opened: sqlite3.Connection, source: Source, keys: Sequence[str]
) -> dict[str, CachedAnswer]:
    marks = ",".join("?" * len(keys))
    statement = f"SELECT key, asked, answer FROM answers WHERE source = ? AND key IN ({marks})"
    found = opened.execute(statement, (source.name, *map(_storable, keys)))
    return {
        key: CachedAnswer(answer, _moment(asked))
        for key, asked, answer in found
        if isinstance(answer, str | None)
    }


def _keep(opened: sqlite3.Connection, rows: Sequence[_Row]) -> None:
    with opened:
        opened.executemany("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)", rows)


def _moment(asked: object) -> datetime:
    """Return a stored time; anything else counts as long ago."""
    with suppress(ValueError, OverflowError, OSError):
        if isinstance(asked, float):
            return datetime.fromtimestamp(asked, UTC)
    return datetime.fromtimestamp(0, UTC)


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
