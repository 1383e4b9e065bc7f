"""What must be known of a library of the desktop between runs, as that library does not tell it.

It lies in a folder of this machine, one file for each Zotero and library. A creation that is on its
way is written down before: only so can the next run know what a killed one has created.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from zoterodigest.foreign import BadJson, Shape, as_shape, read_json, refuse_newer
from zoterodigest.library.key_file import replace_private
from zoterodigest.library.port import BadLibrary

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class SentObjects:
    """Objects on their way into `path` (items or collections): their JSON by the key asked for.

    `since` is the version that the library had before.
    """

    path: str
    since: int
    bodies: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class KeptState:
    """The library's identity, the name of ours it went by before that was known, the keys under
    which it stores what was created under others, and what a killed run had sent.
    """

    identity: str = ""
    name: str = ""
    stored_keys: Mapping[str, str] = field(default_factory=dict)
    sent: SentObjects | None = None


class _File(Shape):
    format: Literal[1]
    identity: str
    name: str
    stored: dict[str, str]
    sent: tuple[str, int, dict[str, dict[str, Any]]] | None


_FILE = TypeAdapter(_File)


def kept_path(folder: Path, instance: str, library: str) -> Path:
    """Return where it is kept for the library of that path in the Zotero with that id."""
    name = blake2b(f"{instance}\0{library}".encode(), digest_size=12).hexdigest()
    return folder / f"desktop-{name}.json"


def load_state(path: Path) -> KeptState:
    """Return what is kept at `path`; nothing if there is nothing that can be read.

    Raises `NewerFormat`: what a newer version keeps must not be written over.
    """
    try:
        value = read_json(path.read_bytes())
        refuse_newer(path, value, "format", _FORMAT)
        found = as_shape(_FILE, value)
    except (OSError, BadJson):
        return KeptState()
    return KeptState(
        found.identity, found.name, found.stored, SentObjects(*found.sent) if found.sent else None
    )


def keep_state(path: Path, kept: KeptState) -> None:
    """Keep it at `path`, on the disk when this returns, readable by its owner alone."""
    sent = [kept.sent.path, kept.sent.since, dict(kept.sent.bodies)] if kept.sent else None
    content = {
        "format": _FORMAT,
        "identity": kept.identity,
        "name": kept.name,
        "stored": dict(sorted(kept.stored_keys.items())),
        "sent": sent,
    }
    try:
        replace_private(path, json.dumps(content).encode("ascii"))
    except OSError as error:
        raise BadLibrary(
            f"what must be known of the running Zotero cannot be kept in {path.parent}",
            "Make room there, or let this user write into it, then run the command again.",
        ) from error
