"""Base texts by fingerprint, in `.zoterodigest/values/`: known on this machine, to be shown.

The lock file holds fingerprints only. What they stand for is kept here; it can be lost: then what
both ends once held is not known, and nothing else is different.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from zoterodigest.core.links.bases import PartKey, Texts
from zoterodigest.core.links.link import hex_of_fingerprint
from zoterodigest.damaged import is_damage

_LOG = logging.getLogger(__name__)
_FILE = "texts.sqlite"

MOST_BYTES = 256 * 1024 * 1024
"""Above this size the store begins anew: a list from which entries come and go adds texts for ever,
and nothing tells which of them another checkout still needs.
"""

_TABLE = """CREATE TABLE IF NOT EXISTS texts (
    field TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (field, fingerprint)
) WITHOUT ROWID"""
_ASKED = "SELECT text FROM texts WHERE field = ? AND fingerprint = ?"
_BEGINS = "SELECT text FROM texts WHERE field = ? AND fingerprint BETWEEN ? AND ? || 'g'"


def keep_texts(folder: Path, texts: Texts, *, most_bytes: int = MOST_BYTES) -> None:
    """Keep `texts` in `folder`, which is made if need be; keeping none writes nothing.

    Nothing wrong there stops a run: a damaged store begins anew, and one that cannot be
    written stays as it is.
    """
    if not texts:
        return
    with _best_effort(folder):
        folder.mkdir(exist_ok=True)
        if (folder / _FILE).exists() and (folder / _FILE).stat().st_size > most_bytes:
            _LOG.info("%s is full and begins anew", folder / _FILE)
            (folder / _FILE).unlink()
        try:
            _keep(folder / _FILE, texts)
        # Messages of SQLite quote the file, which may hold no text.
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            if not is_damage(error):
                raise
            _LOG.info("%s is damaged and begins anew", folder / _FILE)
            (folder / _FILE).unlink()
            _keep(folder / _FILE, texts)


@contextmanager
def _best_effort(folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        _LOG.info("%s keeps no texts of this run: %s", folder, error)


def known_texts(folder: Path, wanted: Iterable[PartKey]) -> Texts:
    """Return those of the `wanted` texts that are known; reading leaves no trace."""
    with suppress(OSError, sqlite3.Error, UnicodeError):
        return dict(_known(folder / _FILE, wanted))
    return {}


def _keep(path: Path, texts: Texts) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        # It may be lost: nothing waits for the disk.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(_TABLE)
        # A text of a digest may hold half of a sign, which SQLite can't store.
        rows = (
            (field, print_, text.encode("utf-8", "replace").decode("utf-8"))
            for (field, print_), text in texts.items()
        )
        connection.executemany("INSERT OR REPLACE INTO texts VALUES (?, ?, ?)", rows)


def _known(path: Path, wanted: Iterable[PartKey]) -> Iterator[tuple[PartKey, str]]:
    # Read-only: a plain connect would make an empty file where there is none.
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        for field, print_ in dict.fromkeys(wanted):
            found = connection.execute(_ASKED, (field, print_)).fetchone()
            # An earlier version kept it by more of its hash, in hexadecimal digits.
            digits = hex_of_fingerprint(print_)
            found = found or connection.execute(_BEGINS, (field, digits, digits)).fetchone()
            if found is not None and isinstance(found[0], str):
                yield (field, print_), found[0]
