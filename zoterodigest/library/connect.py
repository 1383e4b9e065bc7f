"""From a library's address, as people write it, to the library."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path

from zoterodigest.errors import ZoterodigestError
from zoterodigest.library.database import DatabaseFile
from zoterodigest.library.embedded import EmbeddedLibrary
from zoterodigest.library.port import Library

EMBEDDED = "embedded:"


class BadAddress(ZoterodigestError):
    """A library's address cannot be understood; `address` is how it was written."""

    exit_code = 2

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(
            f"{address!r} names no library: {reason}",
            "Write embedded:PATH, for example embedded:library.sqlite.",
        )
        self.address = address


def connect(address: str, *, base: Path) -> Library:
    """Return the library at `address`; a relative path in it starts at the folder `base`.

    Nothing is opened or created yet. Raises `BadAddress`.
    """
    if not address.startswith(EMBEDDED):
        raise BadAddress(address, "only the embedded library is supported so far")
    path = address.removeprefix(EMBEDDED)
    if not path.strip() or "\0" in path:
        raise BadAddress(address, "the path of its file is missing")
    if path.startswith("~"):
        raise BadAddress(address, "~ is not expanded here, write the path in full")
    return embedded(base / path)


def embedded(path: Path) -> EmbeddedLibrary:
    """Return the embedded library in the file at `path`, which the first write creates."""
    identity = f"{EMBEDDED}{secrets.token_hex(8)}"
    return EmbeddedLibrary(DatabaseFile(path, new_identity=identity), clock=_now)


def _now() -> datetime:
    return datetime.now(UTC)
