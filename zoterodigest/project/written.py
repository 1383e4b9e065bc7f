"""What runs leave for the next one of files of vaults: what they wrote, and what they held.

Nobody else has to finish writing what a run wrote, and a file that was held once among others stays
held without them. It is lost if `kept` is: then files are held for a moment, and one that was
replaced among others is judged by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from zoterodigest.project.kept import hashed, keep, kept

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
