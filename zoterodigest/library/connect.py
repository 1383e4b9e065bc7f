"""From a library's address, as people write it, to the library."""

from __future__ import annotations

import logging
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from zoterodigest.library.access import Access, utc_now
from zoterodigest.library.address import (
    EMBEDDED,
    DesktopAddress,
    EmbeddedAddress,
    WebAddress,
    parse_address,
    without_secrets,
)
from zoterodigest.library.port import Library

if TYPE_CHECKING:
    from zoterodigest.library.embedded.embedded import EmbeddedLibrary

_LOG = logging.getLogger(__name__)


def connect(address: str, *, base: Path, access: Access | None = None) -> Library:
    """Return the library at `address`; a relative path in it starts at the folder `base`.

    Nothing is opened, created or sent yet. `access` is what libraries over the network need of this
    machine; without it they have no key and no cache. Raises `BadAddress`.
    """
    _LOG.debug("The library is %s", without_secrets(address))
    # Each kind of library is imported where it is meant: what speaks HTTP takes 40 ms.
    match parse_address(address):
        case EmbeddedAddress(path):
            return embedded(base / path)
        case WebAddress() as meant:
            from zoterodigest.library.web.library import WebLibrary

            return WebLibrary(meant, access or Access())
        case DesktopAddress() as meant:
            from zoterodigest.library.desktop.library import DesktopLibrary

            return DesktopLibrary(meant, access or Access())
        case never:
            assert_never(never)


def embedded(path: Path) -> EmbeddedLibrary:
    """Return the embedded library in the file at `path`, which the first write creates."""
    from zoterodigest.library.embedded.database import DatabaseFile
    from zoterodigest.library.embedded.embedded import EmbeddedLibrary

    identity = f"{EMBEDDED}{secrets.token_hex(8)}"
    return EmbeddedLibrary(DatabaseFile(path, new_identity=identity), clock=utc_now)
