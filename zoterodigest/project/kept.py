"""What runs keep for later ones in `.zoterodigest/cache`: one file under each name, or none.

All of it can be deleted at any time. Whatever is wrong with a file, and wherever it can't be, a run
goes on without it and says nothing. A wrong one can hide a change: nothing may be written on the
ground of one alone.

What may never be in one, because nobody expects it there: API keys and other secrets, the texts of
a person's own notes, notes that no digest shows. Who keeps something of items or notes keeps hashes
and identifiers of them, never their texts.

What runs leave of files of vaults is kept here, too: what they wrote, and what they held. Nobody
else has to finish writing what a run wrote, and a file that was held once among others stays held
without them. If it is lost, files are held for a moment, and one that was replaced among others is
judged by itself.

A stamp is asked for before anything else is imported, so this module imports next to nothing.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any

from zoterodigest.project.files import create_reading_folder, reading_folder

_LOG = logging.getLogger(__name__)

MOST_FILES = 10_000
"""So many files of one kind stay; those that were kept longest ago go first."""

MOST_BYTES = 128 * 1024 * 1024
"""So much all files of one kind may have."""


def hashed(data: bytes) -> str:
    """Return the hash of bytes."""
    return blake2b(data, digest_size=16).hexdigest()


def kept(state_folder: Path, name: str) -> bytes | None:
    """Return what was kept last under a name; None if nothing was, or if it is damaged."""
    with suppress(OSError):
        with (reading_folder(state_folder) / name).open("rb") as file:
            sum_, data = file.readline(), file.read()
        if sum_ == _sum(name, data):
            return data
    return None


def keep(
    state_folder: Path,
    records: Mapping[str, bytes],
    *,
    most_files: int = MOST_FILES,
    most_bytes: int = MOST_BYTES,
) -> None:
    """Keep bytes under each name, if there is a state folder and it can be written.

    A name begins with its kind and a dash. Of each kind the newest stay, up to these numbers.
    """
    # One that fills the folder would drive out all others.
    small = {name: data for name, data in records.items() if len(data) <= most_bytes // 2}
    if not small or not state_folder.is_dir():
        return
    try:
        home = create_reading_folder(state_folder)
        for name, data in small.items():
            _put(home, name, data)
        for kind in {name.partition("-")[0] for name in small}:
            _prune(home, kind, most_files, most_bytes)
    except OSError as error:
        _LOG.info("%s is not used: %s", state_folder, error)


def kept_value(state_folder: Path, name: str) -> Any:
    """Return the value that was kept last under a name, of `as_kept`; None if there is none."""
    data = kept(state_folder, name)
    return None if data is None else value_of(data)


def value_of(data: bytes) -> Any:
    """Return the value of bytes as of `as_kept`; None if they are others."""
    # Stamps are no JSON.
    from zoterodigest.foreign import BadJson, read_json

    with suppress(BadJson, UnicodeDecodeError):
        # Names of files may hold halves of characters.
        return read_json(data.decode("utf-8", "surrogatepass"))
    return None


def as_kept(value: object) -> bytes:
    """Return the bytes in which a value is kept: JSON, with lists in place of tuples."""
    import json

    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def _sum(name: str, data: bytes) -> bytes:
    known = blake2b(f"{name}\0".encode(), digest_size=16)
    known.update(data)
    return b"%b\n" % known.hexdigest().encode()


def _put(home: Path, name: str, data: bytes) -> None:
    # It may be lost, so nothing waits for the disk. One that was cut short is known by its sum.
    new = home / f"{name}-{secrets.token_hex(4)}.tmp"
    try:
        # Not joined: a copy of what is kept of 10,000 entries takes 3 ms.
        with new.open("wb") as file:
            file.writelines((_sum(name, data), data))
        new.replace(home / name)
    finally:
        new.unlink(missing_ok=True)


def _prune(home: Path, kind: str, most_files: int, most_bytes: int) -> None:
    """Delete the files of a kind that were kept longest ago, above what may stay."""
    found = sorted(
        ((path.stat().st_mtime_ns, path.stat().st_size, path) for path in home.glob(f"{kind}-*")),
        reverse=True,
    )
    size = 0
    for number, (_, length, path) in enumerate(found):
        size += length
        if number >= most_files or size > most_bytes:
            path.unlink(missing_ok=True)


_WRITTEN, _HELD = "written", "held"


def keep_written(state_folder: Path, contents: Iterable[bytes]) -> None:
    """Keep what a run has written, in place of what an earlier one did; nothing, if it can't be."""
    if hashes := sorted(map(hashed, contents)):
        keep(state_folder, {_WRITTEN: "\n".join(hashes).encode()})


def written_last(state_folder: Path) -> frozenset[str]:
    """Return the hashes (as of `hashed`) of what the newest run wrote; none if they are lost."""
    return _kept(state_folder, _WRITTEN)


def keep_held(state_folder: Path, row_ids: Iterable[str]) -> None:
    """Keep the ids of the rows whose files are held, in place of the earlier ones."""
    held = frozenset(row_ids)
    if held != held_before(state_folder):
        keep(state_folder, {_HELD: "\n".join(sorted(held)).encode()})


def held_before(state_folder: Path) -> frozenset[str]:
    """Return the ids of the rows whose files the runs until now held; none if they are lost."""
    return _kept(state_folder, _HELD)


def _kept(state_folder: Path, name: str) -> frozenset[str]:
    return frozenset((kept(state_folder, name) or b"").decode("ascii", "replace").split())
