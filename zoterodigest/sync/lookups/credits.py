"""Credits: which values of an item came from a source, as the lock file tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from zoterodigest.core.links.link import LockRow, field_source
from zoterodigest.library.item_json import Data
from zoterodigest.library.port import Library
from zoterodigest.library.records.reading import read_item
from zoterodigest.library.records.zotero import ZoteroMapping
from zoterodigest.project.lock.lock import BadLockFile, lock_at
from zoterodigest.sync.gathering.known_lock import known_as


def rows_in(lock_path: Path, library: Library) -> tuple[LockRow, ...]:
    """Return the links of the lock file at `lock_path`; none if it links with another library, or
    cannot be read.
    """
    try:
        lock = lock_at(lock_path)
    except BadLockFile:
        return ()
    return lock.rows if lock and lock.identity in known_as(library) else ()


def sources_of(
    key: str, data: Data, rows: Iterable[LockRow], zotero: ZoteroMapping
) -> Mapping[str, str]:
    """Return the source of each field of an item whose value still is the one found there."""
    _, raws = read_item(data, zotero)
    linked = [row for row in rows if row.item == key]
    sources = {
        name: field_source(key, raws, name, linked)
        for name in sorted({name for row in linked for name in row.credits})
    }
    return {name: source for name, source in sources.items() if source}
