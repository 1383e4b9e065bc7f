"""The memory of one instance of a library: what links and collections last showed here (V).

It lies in the state folder, one file for each instance, and can be lost: then the lock file alone
decides. It holds the bytes of the lock file it was written with, and where it differs from that.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

from pydantic import Field, TypeAdapter

from zoterodigest.core.links.link import NO_LINKS, LockFile, LockRow, hex_fingerprint
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
    """What a memory says without the links that are as in the lock file.

    `seen` has the rows that are otherwise there; those that are `missing` it does not have at all.
    `otherwise` is a print of all in which its links differ: in these, in `past` and in `lagged`.
    """

    otherwise: str
    seen: Seen
    missing: frozenset[str]

    @property
    def differing(self) -> frozenset[str]:
        """The ids of the rows that are not as in the lock file."""
        return self.missing | self.seen.rows.keys()


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
    return MemoryHead(_print(otherwise), known.seen({}), known.missing)


def memory_head(seen: Seen, lock: LockFile) -> MemoryHead:
    """Return the head of the memory when `seen` is kept with this lock file.

    Both may hold the same part of the links, if all others are as in the lock file.
    """
    known = {row.id: row for row in lock.rows}
    other = {row_id: row for row_id, row in seen.rows.items() if known.get(row_id) != row}
    missing = frozenset(known.keys() - seen.rows.keys())
    return MemoryHead(_print(_otherwise(seen, lock)), replace(seen, rows=other), missing)


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

    def seen(self, as_in_lock: Mapping[str, LockRow]) -> Seen:
        """Return what is remembered; of the rows that do not differ, these."""
        rows = {**as_in_lock, **{row.id: row for row in self.other.rows}}
        # None in version 1, whose fingerprints no row has any more.
        lagged = self.lagged if self.version == _VERSION else {}
        return Seen(rows, self.collections, self.past, lagged, self.library)


_HEAD = TypeAdapter(_MemoryHead)


def _read(path: Path, data: bytes, lock: LockFile, lock_data: bytes | None) -> Seen | None:
    header, _, bytes_then = data.partition(b"\n")
    try:
        value = read_json(header)
        refuse_newer(path, value, "version", _VERSION)
        known = as_shape(_HEAD, value)
        if bytes_then != lock_data:
            lock = read_lock(bytes_then) if bytes_then else NO_LINKS
    except (BadJson, BadLockFile):
        _LOG.info("%s cannot be read: the lock file alone decides", path)
        return None
    # A torn memory has other lock bytes behind its head than the hash in it says.
    if known.version not in _VERSIONS or known.lock != lock_hash(bytes_then):
        _LOG.info("%s is torn or of an older version: the lock file alone decides", path)
        return None
    return known.seen({row.id: row for row in lock.rows if row.id not in known.missing})
