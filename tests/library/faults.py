"""A proxy that breaks requests on purpose: which one, how, and before or after the server acted."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from threading import RLock
from time import sleep
from typing import assert_never
from urllib.parse import urlsplit

from zoterodigest.library.server import Connection, Listener, answering
from zoterodigest.library.server.messages import Request, Response, read_request


class When(Enum):
    """Whether the server has acted when the fault happens."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Drop:
    """The connection breaks instead of an answer."""

    when: When


@dataclass(frozen=True, slots=True)
class Answer:
    """Something else is answered: an error, a request for patience, or no JSON."""

    when: When
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b"An error occurred"


@dataclass(frozen=True, slots=True)
class HalfABody:
    """The answer breaks off in the middle of its body."""


@dataclass(frozen=True, slots=True)
class Delay:
    """The request or the answer takes so many seconds longer."""

    when: When
    seconds: float


@dataclass(frozen=True, slots=True)
class Twice:
    """The server gets the request twice; the client gets the second answer."""


@dataclass(frozen=True, slots=True)
class Late:
    """The connection breaks, and the server gets the request after the next one."""


Fault = Drop | Answer | HalfABody | Delay | Twice | Late

PATIENCE = (("Retry-After", "0"),)
A_DATE = (("Retry-After", "Thu, 01 Jan 1970 00:00:00 GMT"),)

FAULTS: tuple[Fault, ...] = (
    *(Drop(when) for when in When),
    *(Answer(when, 500) for when in When),
    *(Answer(when, 503) for when in When),
    *(Answer(when, 503, PATIENCE) for when in When),
    *(Answer(when, 412) for when in When),
    *(Answer(when, 429, PATIENCE) for when in When),
    Answer(When.BEFORE, 429, A_DATE),
    *(Answer(when, 200, body=b"<html>a proxy</html>") for when in When),
    HalfABody(),
    *(Delay(when, 0.01) for when in When),
    Twice(),
    Late(),
)
"""One of each kind, for a matrix of faults and requests."""


@dataclass(slots=True)
class Proxy:
    """What stands between a client and the server at `upstream`.

    `faults` holds by the number of a request, counted from 1, what happens to it. `between` is
    called with that number before the request goes on: a person who edits at the same time.
    """

    upstream: str
    faults: Mapping[int, Fault]
    between: Callable[[int], None]
    url: str = ""
    requests: list[str] = field(default_factory=list)
    late: list[Request] = field(default_factory=list)
    lock: RLock = field(default_factory=RLock)

    @property
    def writes(self) -> int:
        """How many requests were writes."""
        return sum(not one.startswith(("GET ", "HEAD ")) for one in self.requests)

    def forward(self, request: Request) -> Response:
        """Send a request on, then those that are late, and return its answer."""
        with self.lock:
            answer = self._send(request)
            while self.late:
                self._send(self.late.pop(0))
            return answer

    def _send(self, request: Request) -> Response:
        address = urlsplit(self.upstream)
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=10)
        headers = {name: value for name, value in request.headers.items() if name != "connection"}
        try:
            connection.request(request.method, request.path, request.body, headers)
            found = connection.getresponse()
            given = dict(found.headers.items())
            given.pop("Content-Length", None)
            return Response(found.status, given, found.read())
        finally:
            connection.close()


@contextmanager
def faulty(
    upstream: str,
    faults: Mapping[int, Fault] | None = None,
    *,
    between: Callable[[int], None] = lambda number: None,
) -> Iterator[Proxy]:
    """Stand before the server at the base address `upstream`; give the proxy with its own `url`."""
    proxy = Proxy(upstream, faults or {}, between)

    class Meddling(_Meddling):
        pass

    Meddling.proxy = proxy
    listener = Listener(0, proxy.forward, _raised, connection=Meddling)
    with answering(listener) as url:
        proxy.url = url
        yield proxy
    while proxy.late:
        proxy.forward(proxy.late.pop(0))


def _raised(error: Exception) -> None:
    raise error


class _Meddling(Connection):
    """Answers as its proxy's faults say."""

    proxy: Proxy

    def respond(self) -> None:
        request = self._request()
        with self.proxy.lock:
            self.proxy.requests.append(f"{self.command} {self.path.partition('?')[0]}")
            number = len(self.proxy.requests)
            self.proxy.between(number)
        match self.proxy.faults.get(number):
            case None:
                self.send(self.proxy.forward(request))
            case Drop(when):
                self._act(request, when)
                self._cut()
            case Answer(when, status, headers, body):
                self._act(request, when)
                self.send(Response(status, dict(headers), body))
            case HalfABody():
                self._send_half(self.proxy.forward(request))
            case Delay(when, seconds):
                self._delay(request, when, seconds)
            case Twice():
                self.proxy.forward(request)
                self.send(self.proxy.forward(request))
            case Late():
                self.proxy.late.append(request)
                self._cut()
            case never:
                assert_never(never)

    def _request(self) -> Request:
        """Return the request as it came, its query still in its path."""
        headers = dict(self.headers.items())
        found = read_request(self.command, self.path, headers, self.read_body())
        return Request(found.method, self.path, (), {}, found.headers, found.body)

    def _act(self, request: Request, when: When) -> None:
        if when is When.AFTER:
            self.proxy.forward(request)

    def _delay(self, request: Request, when: When, seconds: float) -> None:
        if when is When.BEFORE:
            sleep(seconds)
        answer = self.proxy.forward(request)
        if when is When.AFTER:
            sleep(seconds)
        self.send(answer)

    def _send_half(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(max(len(response.body), 2)))
        self.end_headers()
        self.wfile.write(response.body[: len(response.body) // 2])
        self._cut()

    def _cut(self) -> None:
        self.close_connection = True
