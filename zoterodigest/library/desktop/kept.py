"""What must be known of a library of the desktop between runs, as that library does not tell it.

It lies in a folder of this machine, one file for each Zotero and library. A creation that is on its
way is written down before: only so can the next run know what a killed one has created.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Final, Literal

from pydantic import TypeAdapter

from zoterodigest.foreign import WHEN_USED, BadJson, as_shape, read_json, refuse_newer
from zoterodigest.library.desktop.objects import SentObjects
from zoterodigest.library.key_file import replace_private
from zoterodigest.library.port import BadLibrary

_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class KeptState:
    """What is kept of one library; the fields are those of its file.

    `identity` is the library's, `name` the one that we gave it before that was known. `stored` has
    the keys in the library of what was created under other keys. `sent` is what a killed run had
    sent.
    """

    __pydantic_config__ = WHEN_USED

    identity: str = ""
    name: str = ""
    stored: Mapping[str, str] = field(default_factory=dict)
    sent: SentObjects | None = None
    format: Literal[1] = _FORMAT


_FILE = TypeAdapter(KeptState)


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
        return as_shape(_FILE, value)
    except (OSError, BadJson):
        return KeptState()


def keep_state(path: Path, kept: KeptState) -> None:
    """Keep it at `path`, on the disk when this returns, readable by its owner alone."""
    content = json.dumps(asdict(kept), sort_keys=True).encode("ascii")
    try:
        replace_private(path, content)
    except OSError as error:
        raise BadLibrary(
            f"what must be known of the running Zotero cannot be kept in {path.parent}",
            "Make room there, or let this user write into it, then run the command again.",
        ) from error
