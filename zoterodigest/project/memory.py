"""The memory of one instance of a library: what links and collections last showed here (V).

It lies in the state folder, one file for each instance, and can be lost: then the lock file alone
decides. It holds the bytes of the lock file it was written with, and where it differs from that.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from pydantic import Field, TypeAdapter

from zoterodigest.core.links.link import LockFile, LockRow, hex_fingerprint
from zoterodigest.core.plan.seen import Lagged, Seen
from zoterodigest.foreign import BadJson, JsonObject, as_shape, read_json, refuse_newer
from zoterodigest.frozen import dataclass
from zoterodigest.project.files import (
    CannotWrite,
    read_if_present,
    replace_file,
    writing_failed,
)
from zoterodigest.project.lock.lock import BadLockFile, lock_hash, read_lock
from zoterodigest.project.lock.rows import LinksText, render_rows

_LOG = logging.getLogger(__name__)

_VERSION = 2
_VERSIONS = frozenset({1, _VERSION})
"""What this program reads: they differ in the version of the lock file's rows that they hold."""
_NEXT = ".next"
MEMORIES = "seen-*"
"""What the names of memories are like."""


def memory_path(state_folder: Path, instance: str) -> Path:
    """Return where the memory of `instance` lies, the name of a library on this machine."""
    return state_folder / MEMORIES.replace("*", hex_fingerprint(instance))


def read_memory(path: Path, lock: LockFile, lock_data: bytes | None) -> Seen | None:
    """Return what is remembered; None if nothing is, or if it cannot be read.

    Raises `NewerFormat`: what a newer version remembers must not be written over.

    `lock_data` are the bytes of the lock file and `lock` what they say. A memory that was about to
    be kept when its run was killed counts if the lock file is the one it goes with.
    """
    # The prepared memory first: after a kill between lock file and memory it alone is current.
    for candidate in (_next(path), path):
        data = read_if_present(candidate)
        seen = None if data is None else _read(candidate, data, lock, lock_data)
        if seen is None:
            continue
        if candidate == path or _lock_of(data or b"") == (lock_data or b""):
            return seen
        _LOG.debug("%s goes with another lock file: it does not count", candidate)
    return None


def prepare_memory(path: Path, seen: Seen, lock: LockFile, lock_data: bytes | None) -> None:
    """Write down what is to be remembered once the lock file holds `lock` as `lock_data`.

    `seen` and `lock` may hold the same part of the links, if all others are as in the lock file.
    """
    replace_file(_next(path), _render(seen, lock, lock_data or b""), read_if_present(_next(path)))


def settle_memory(path: Path, lock_data: bytes | None) -> None:
    """Keep what a killed run had prepared, if the lock file holds what it goes with.

    Call it before the lock file is written and before anything is prepared: both would lose it.
    Raises `CannotWrite`.
    """
    prepared = read_if_present(_next(path))
    if prepared is not None and _lock_of(prepared) == (lock_data or b""):
        _LOG.info("A killed run had prepared %s and written its lock file: it is kept", path)
        keep_memory(path)


def keep_memory(path: Path) -> None:
    """Remember from now on what was prepared. Raises `CannotWrite`; the next run then does it."""
    try:
        _next(path).replace(path)
    except OSError as error:
        raise CannotWrite(path, *writing_failed(error)) from error
    _LOG.debug("Kept what was prepared as %s", path)


@dataclass(frozen=True, slots=True)
class MemoryHead:
    """What a memory says without its links: the items in collections, and the library's version.

    `otherwise` is a print of all in which its links differ from those of the lock file: in `past`
    and `lagged`, in rows that are `missing`, and in `other` ones by their ids.
    """

    otherwise: str
    collections: Mapping[str, frozenset[str]]
    version: int
    past: Mapping[str, Mapping[str, tuple[str, ...]]]
    lagged: Mapping[str, Mapping[str, Lagged]]
    missing: frozenset[str]
    other: Mapping[str, LockRow]

    @property
    def differing(self) -> frozenset[str]:
        """The ids of the rows that are not as in the lock file."""
        return self.missing | self.other.keys()

    def seen(self, rows: Mapping[str, LockRow]) -> Seen:
        """Return what is remembered, of links these `rows`."""
        return Seen(rows, self.collections, self.past, self.lagged, self.version)


def read_memory_head(path: Path, lock_data: bytes) -> MemoryHead | None:
    """Return the head of the memory that goes with the lock file `lock_data`.

    None if there is none, or if `read_memory` would have to judge what there is.
    """
    data = read_if_present(path)
    if data is None or _lock_of(data) != lock_data or _next(path).exists():
        return None
    try:
        known = as_shape(_HEAD, value := read_json(data.partition(b"\n")[0]))
    except BadJson:
        return None
    if known.version not in _VERSIONS or known.lock != lock_hash(lock_data):
        return None
    # An earlier version says nothing of some: it remembers nothing of the kind.
    otherwise = {name: value.get(name, {}) for name in _OTHERWISE}
    other = {row.id: row for row in known.other.rows}
    return MemoryHead(
        otherwise=_print(otherwise),
        collections=known.collections,
        version=known.library,
        past=known.past,
        lagged=known.known_lags,
        missing=known.missing,
        other=other,
    )


def memory_head(seen: Seen, lock: LockFile) -> MemoryHead:
    """Return the head of the memory when `seen` is kept with this lock file.

    Both may hold the same part of the links, if all others are as in the lock file.
    """
    otherwise = _otherwise(seen, lock)
    known = {row.id: row for row in lock.rows}
    other = {row_id: row for row_id, row in seen.rows.items() if known.get(row_id) != row}
    return MemoryHead(
        otherwise=_print(otherwise),
        collections=seen.collections,
        version=seen.version,
        past=seen.past,
        lagged=seen.lagged,
        missing=frozenset(known.keys() - seen.rows.keys()),
        other=other,
    )


def remember_version(path: Path, lock_data: bytes, version: int) -> None:
    """Remember that the library is at `version`, and all else as before. Raises `CannotWrite`."""
    data = read_if_present(path)
    if data is not None and _lock_of(data) == lock_data:
        head = {**read_json(data.partition(b"\n")[0]), "library": version}
        replace_file(path, _encoded(head, lock_data), data)


def _next(path: Path) -> Path:
    return path.with_name(path.name + _NEXT)


def _lock_of(data: bytes) -> bytes:
    return data.partition(b"\n")[2]


def _render(seen: Seen, lock: LockFile, lock_data: bytes) -> bytes:
    header = {
        "version": _VERSION,
        "lock": lock_hash(lock_data),
        "collections": {key: sorted(keys) for key, keys in sorted(seen.collections.items())},
        "library": seen.version,
        **_otherwise(seen, lock),
    }
    return _encoded(header, lock_data)


def _encoded(header: Mapping[str, object], lock_data: bytes) -> bytes:
    return json.dumps(header).encode("ascii") + b"\n" + lock_data


def _otherwise(seen: Seen, lock: LockFile) -> dict[str, object]:
    """Return what a memory says of links where it differs from the lock file's rows."""
    # Handed in: to read the rows of 10,000 links out of the bytes again took 1.7 s and 130 MB.
    known = {row.id: row for row in lock.rows}
    other = [row for row in seen.rows.values() if known.get(row.id) != row]
    marks = {row_id: dict(sorted(marks.items())) for row_id, marks in sorted(seen.past.items())}
    return {
        "missing": sorted(known.keys() - seen.rows.keys()),
        "other": render_rows(LockFile(rows=tuple(other))),
        "past": marks,
        "lagged": {
            row_id: {name: asdict(lag) for name, lag in sorted(lags.items())}
            for row_id, lags in sorted(seen.lagged.items())
        },
    }


_OTHERWISE = ("missing", "other", "past", "lagged")


def _print(otherwise: Mapping[str, object]) -> str:
    return hex_fingerprint(json.dumps(otherwise))


def _rows_of(lock_data: bytes) -> tuple[LockRow, ...]:
    return read_lock(lock_data).rows if lock_data else ()


class _MemoryHead(JsonObject):
    """The first line of a memory."""

    version: int
    lock: str
    collections: dict[str, frozenset[str]]
    library: int = 0
    missing: frozenset[str]
    other: LinksText
    past: dict[str, dict[str, tuple[str, ...]]]
    lagged: dict[str, dict[str, Lagged]] = Field(default_factory=dict)

    @property
    def known_lags(self) -> Mapping[str, Mapping[str, Lagged]]:
        """Where the library lagged; none in version 1, whose fingerprints no row has any more."""
        return self.lagged if self.version == _VERSION else {}


_HEAD = TypeAdapter(_MemoryHead)


def _read(path: Path, data: bytes, lock: LockFile, lock_data: bytes | None) -> Seen | None:
    header, _, bytes_then = data.partition(b"\n")
    try:
        value = read_json(header)
        refuse_newer(path, value, "version", _VERSION)
        known = as_shape(_HEAD, value)
        rows = lock.rows if bytes_then == lock_data else _rows_of(bytes_then)
    except (BadJson, BadLockFile):
        _LOG.info("%s cannot be read: the lock file alone decides", path)
        return None
    # A torn memory has other lock bytes behind its head than the hash in it says.
    if known.version not in _VERSIONS or known.lock != lock_hash(bytes_then):
        _LOG.info("%s is torn or of an older version: the lock file alone decides", path)
        return None
    by_id = {row.id: row for row in rows if row.id not in known.missing}
    return Seen(
        {**by_id, **{row.id: row for row in known.other.rows}},
        known.collections,
        known.past,
        known.known_lags,
        known.library,
    )
