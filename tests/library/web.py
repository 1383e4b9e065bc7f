"""A web library over HTTP: our client, our server on loopback, the embedded library behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from zoterodigest.library.access import Access
from zoterodigest.library.address import WebAddress
from zoterodigest.library.embedded.database import DatabaseInMemory
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.library.server.api import answer_request
from zoterodigest.library.server.listening import Listener, answering, new_key
from zoterodigest.library.server.messages import Request, Response
from zoterodigest.library.server.site import site
from zoterodigest.library.web.library import WebLibrary

KEY = "P9NiFoyLeZu2bZNvvuQPDWsd"
START = datetime(2026, 8, 1, tzinfo=UTC)

Serve = Callable[[Request], Response]
Between = Callable[[Request, Serve], Response]
"""What stands between client and server: answers a request, perhaps by having it served."""


def straight(request: Request, serve: Serve) -> Response:
    """Let every request through."""
    return serve(request)


@dataclass
class Clock:
    """A clock that moves only while somebody waits; `waits` are the seconds and reasons."""

    now: datetime = START
    waits: list[tuple[float, str]] = field(default_factory=list)

    def wait(self, seconds: float, why: str) -> None:
        self.waits.append((seconds, why))
        self.now += timedelta(seconds=seconds)


@dataclass
class Server:
    """A server with one library, and what stands between it and its clients."""

    behind: EmbeddedLibrary
    between: Between = straight
    requests: list[Request] = field(default_factory=list)
    url: str = ""
    clock: Clock = field(default_factory=Clock)

    def client(self, cache: Path | None = None, key: str = KEY) -> WebLibrary:
        """Return a client that knows nothing yet but what lies in `cache`."""
        access = Access(lambda _: key, cache, self.clock.wait)
        return WebLibrary(WebAddress(self.url, "user", 1), access, now=lambda: self.clock.now)

    def counted(self) -> tuple[int, int]:
        """Return how many reads and writes came since this was asked last."""
        writes = sum(request.method == "POST" for request in self.requests)
        reads = len(self.requests) - writes
        self.requests.clear()
        return reads, writes


@contextmanager
def a_server(name: str = "users/1") -> Iterator[Server]:
    """Give a server with an empty library, in memory; a bug of the server fails the test."""
    bugs: list[Exception] = []
    with EmbeddedLibrary(DatabaseInMemory("embedded:5a1f"), clock=lambda: START) as behind:
        server = Server(behind)
        offered = site({name: behind}, {name: KEY}, new_key)

        def answered(request: Request) -> Response:
            server.requests.append(request)
            return server.between(request, lambda asked: answer_request(asked, offered))

        with answering(Listener(0, answered, bugs.append)) as url:
            server.url = url
            yield server
    if bugs:
        raise AssertionError("the server failed") from bugs[0]


@contextmanager
def over_http() -> Iterator[WebLibrary]:
    """Give an empty library, behind a server."""
    with a_server() as server, server.client() as library:
        yield library
