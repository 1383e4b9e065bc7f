"""A web library over HTTP: our client, our server on loopback, the embedded library behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from zoterodigest.library.access import Access
from zoterodigest.library.address import WebAddress
from zoterodigest.library.database import DatabaseInMemory
from zoterodigest.library.embedded import EmbeddedLibrary
from zoterodigest.library.server import serving
from zoterodigest.library.web.library import WebLibrary

KEY = "P9NiFoyLeZu2bZNvvuQPDWsd"


@contextmanager
def over_http() -> Iterator[WebLibrary]:
    """Give an empty library; behind it stands an embedded one, in memory."""
    database = DatabaseInMemory("embedded:5a1f")
    with (
        EmbeddedLibrary(database, clock=lambda: datetime(2026, 8, 1, tzinfo=UTC)) as behind,
        serving({"users/1": behind}, {"users/1": KEY}) as url,
        WebLibrary(web_address(url), Access(key_of=lambda _: KEY)) as library,
    ):
        yield library


def web_address(url: str) -> WebAddress:
    """Return the address of the first user's library at a server."""
    return WebAddress(url, "user", 1)
