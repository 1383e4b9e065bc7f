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
from typing import Any

from zoterodigest.library.port import BadLibrary
from zoterodigest.library.private_file import replace_private

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Sent:
    """Objects on their way into `path` (items or collections): their JSON by the key asked for.

    `since` is the version that the library had before.
    """

    path: str
    since: int
    bodies: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Kept:
    """The library's identity, the name of ours it went by before that was known, the keys under
    which it stores what was created under others, and what a killed run had sent.
    """

    identity: str = ""
    name: str = ""
    stored_keys: Mapping[str, str] = field(default_factory=dict)
    sent: Sent | None = None


def kept_path(folder: Path, instance: str, library: str) -> Path:
    """Return where it is kept for the library of that path in the Zotero with that id."""
    name = blake2b(f"{instance}\0{library}".encode(), digest_size=12).hexdigest()
    return folder / f"desktop-{name}.json"


def load(path: Path) -> Kept:
    """Return what is kept at `path`; nothing if there is nothing that can be read."""
    try:
        found = json.loads(path.read_bytes())
        if found["format"] != _FORMAT:
            return Kept()
        stored = {str(asked): str(key) for asked, key in found["stored"].items()}
        sent = found["sent"]
        on_its_way = Sent(str(sent[0]), int(sent[1]), dict(sent[2])) if sent else None
        return Kept(str(found["identity"]), str(found["name"]), stored, on_its_way)
    except (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return Kept()


def keep(path: Path, kept: Kept) -> None:
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
