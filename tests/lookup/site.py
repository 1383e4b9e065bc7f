"""A site of ours on loopback that answers as arXiv, Crossref, DBLP and Semantic Scholar do.

It counts requests, and at the numbers it is told answers with a fault instead.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.lookup.answers import empty_feed
from zoterodigest.lookup.service import Manners


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came; names of headers are in lower case."""

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back; `promised` is the length that is told, if it is not the body's."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    promised: int | None = None
    is_dropped: bool = False


Fault = Callable[[Answer], Answer]
Responder = Callable[[Request], Answer]


def status(code: int, text: str = "", **headers: str) -> Fault:
    """Answer with an HTTP status; an underscore in the name of a header stands for a dash."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Answer(text.encode(), code, named)


def text(body: str | bytes) -> Fault:
    """Answer with another body."""
    return lambda good: replace(good, body=body if isinstance(body, bytes) else body.encode())


def cut(share: float) -> Fault:
    """Send only a part of the body, as if that were all of it."""
    return lambda good: replace(good, body=good.body[: int(len(good.body) * share)])


def broken_off(good: Answer) -> Answer:
    """Promise the whole body, and close the connection half-way."""
    return replace(good, body=good.body[: len(good.body) // 2], promised=len(good.body))


def dropped(good: Answer) -> Answer:
    """Close the connection without an answer."""
    return replace(good, is_dropped=True)


empty_page = text(empty_feed())


@dataclass
class Site:
    """The site: what it was asked, and how it answers request number n (from 1)."""

    respond: Responder
    url: str = ""
    requests: list[Request] = field(default_factory=list)
    faults: dict[int, Fault] = field(default_factory=dict)
    always: Fault | None = None

    def answer(self, request: Request) -> Answer:
        """Return the answer to a request, and remember it."""
        self.requests.append(request)
        fault = self.faults.get(len(self.requests), self.always)
        good = self.respond(request)
        return good if fault is None else fault(good)


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """Say nothing of clients that have left; our own errors are gathered elsewhere."""


@contextmanager
def serving(respond: Responder) -> Iterator[Site]:
    """Serve on a free port; an error of ours fails the test."""
    site = Site(respond)
    bugs: list[BaseException] = []

    class Listener(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def log_message(self, *_: Any) -> None:
            pass

        def _answer(self) -> None:
            try:
                answer = site.answer(self._request())
            except Exception as error:
                bugs.append(error)
                answer = Answer(b"", 500)
            self.close_connection = answer.is_dropped or answer.promised is not None
            if not answer.is_dropped:
                self._send(answer)

        def _request(self) -> Request:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            params = dict(parse_qsl(parts.query, keep_blank_values=True))
            return Request(self.command, unquote(parts.path), params, headers, body)

        def _send(self, answer: Answer) -> None:
            length = len(answer.body) if answer.promised is None else answer.promised
            self.send_response(answer.status)
            for name, value in {**answer.headers, "Content-Length": str(length)}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(ConnectionError):  # who asked has left
                self.wfile.write(answer.body)

    server = _Server(("127.0.0.1", 0), Listener)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.002,))
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    if bugs:
        raise AssertionError("the site failed") from bugs[0]


class Clock:
    """A clock that only waiting moves, and what was waited for."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 8, 1, tzinfo=UTC)
        self.waits: list[tuple[float, str]] = []

    def now(self) -> datetime:
        """Return the time it is."""
        return self.moment

    def wait(self, seconds: float, why: str) -> None:
        """Let `seconds` pass at once."""
        self.waits.append((round(seconds, 1), why))
        self.moment += timedelta(seconds=seconds)

    @property
    def manners(self) -> Manners:
        """Manners that go by this clock."""
        return Manners(mailto="reader@example.org", wait=self.wait, now=self.now, timeout=5)
