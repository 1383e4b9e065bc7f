"""The site on a port of this computer: sockets, threads, and limits on what a client may send.

The server is the standard library's: it serves a few clients on loopback, where speed and
encryption are no matter, and all that is answered is the function `api.answer`.
"""

from __future__ import annotations

import secrets
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Lock, Thread
from typing import Any

from zoterodigest.library.port import KEY_ALPHABET, Library
from zoterodigest.library.server.api import answer_request
from zoterodigest.library.server.messages import (
    Rejected,
    Request,
    Response,
    read_request,
    text_answer,
)
from zoterodigest.library.server.reading import read_ahead
from zoterodigest.library.server.site import site

LOOPBACK = "127.0.0.1"
MAX_BODY = 64 * 1024 * 1024
"""Bytes of a request's body at most: 50 notes of 500,000 characters fit."""

MAX_CONNECTIONS = 64
"""Connections at once at most, each of which has a thread.

Who was not admitted yet makes room for who comes, so slow connections of strangers keep nobody out.
"""

_LITTLE = 1024 * 1024
_TURNED_AWAY = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Length: 22\r\n\r\nToo many connections.\n"
)

Answer = Callable[[Request], Response]


class Listener(ThreadingHTTPServer):
    """Listens on loopback and gives every connection a thread; `port` 0 takes a free one.

    `report` gets every error that is a bug of this server. The client only learns that there is
    one. `connection` may speak in other manners. A request that `admit` rejects is answered
    without its body being read.
    """

    daemon_threads = True
    request_queue_size = 256

    def __init__(
        self,
        port: int,
        answer_request: Answer,
        report: Callable[[Exception], None],
        *,
        admit: Callable[[Request], object] = lambda request: None,
        connection: type[Connection] | None = None,
    ) -> None:
        self.answer = answer_request
        self.admit = admit
        self.report = report
        # In the order in which they came, and whether a request of theirs was admitted.
        self._open: dict[socket.socket, bool] = {}
        self._lock = Lock()
        super().__init__((LOOPBACK, port), connection or Connection)

    def server_bind(self) -> None:
        """Take the port; the name of this computer is not asked for, as http.server would."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = LOOPBACK, self.server_address[1]

    @property
    def url(self) -> str:
        """The base address of the API."""
        return f"http://{LOOPBACK}:{self.server_address[1]}"

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Tell whether a connection gets a thread; the server asks one too many to come again."""
        with self._lock:
            if len(self._open) >= MAX_CONNECTIONS:
                self._end_a_stranger()
            if len(self._open) < MAX_CONNECTIONS:
                self._open[request] = False
                return True
        with suppress(OSError):
            request.settimeout(0.1)
            request.recv(64 * 1024)  # of an answer before it has sent all a client may not know
            request.sendall(_TURNED_AWAY)
        return False

    def shutdown_request(self, request: Any) -> None:
        """End a connection: its place is free again."""
        with self._lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def admitted(self, request: socket.socket) -> None:
        """Keep the place of a connection: a request of it was admitted."""
        with self._lock:
            if request in self._open:
                self._open[request] = True

    def _end_a_stranger(self) -> None:
        """End the oldest connection of which no request was admitted."""
        stranger = next((one for one, is_known in self._open.items() if not is_known), None)
        if stranger is not None:
            del self._open[stranger]
            with suppress(OSError):
                stranger.shutdown(socket.SHUT_RDWR)

    def tell(self, request: Any, client_address: Any) -> None:
        """Report what ended a connection, unless the client went away."""
        error = sys.exc_info()[1]
        if isinstance(error, Exception) and not isinstance(error, OSError):
            self.report(error)

    handle_error = tell

    def server_close(self) -> None:
        """Stop listening, and end the connections that wait for another request."""
        super().server_close()
        with self._lock:
            for one in self._open:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)


class Connection(BaseHTTPRequestHandler):
    """Reads requests of one connection and writes the answers; logs nothing, ever."""

    protocol_version = "HTTP/1.1"
    server_version = "zoterodigest"
    sys_version = ""
    # Seconds: a silent client must not keep its thread for ever.
    timeout = 60
    wbufsize = 64 * 1024
    # With Nagle's algorithm, the last part of an answer waits until the client confirms the others.
    disable_nagle_algorithm = True
    server: Listener

    def do_GET(self) -> None:
        """Answer a request of any method."""
        self.respond()

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_GET

    def respond(self) -> None:
        """Answer the request that has come; its body is read only if the client is admitted."""
        try:
            request = read_request(self.command, self.path, dict(self.headers.items()))
            self._admit(request)
            found = self.server.answer(replace(request, body=self.read_body()))
        except Rejected as rejected:
            self.close_connection = True
            found = text_answer(rejected.sentence, rejected.headers, status=rejected.status)
        except OSError:  # the client has gone away
            raise
        except Exception as error:  # a bug: its text may hold a key, so the client never sees it
            self.server.report(error)
            found = text_answer("Internal error", status=500)
        self.send(found)

    def read_body(self) -> bytes:
        """Return the body of the request; raises `Rejected` if it is not whole or too much."""
        length = self._length()
        body = self.rfile.read(length)
        if len(body) < length:
            raise Rejected(400, "the body ends early")
        return body

    def send(self, response: Response) -> None:
        """Write an answer."""
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        if response.status not in (204, 304):
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what is no HTTP; nothing of it is repeated."""
        self.close_connection = True
        self.request_version = self.protocol_version
        self.send(text_answer("Bad request", status=code))

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: an address may hold a key."""

    def _admit(self, request: Request) -> None:
        """Raise `Rejected` if the request is; a client that has sent little can then read why."""
        try:
            self.server.admit(request)
        except Rejected:
            if self._length() <= _LITTLE:
                self.read_body()
            raise
        self.server.admitted(self.connection)

    def _length(self) -> int:
        lengths = self.headers.get_all("Content-Length", [])
        is_needed = self.command in ("POST", "PUT", "PATCH")
        if "Transfer-Encoding" in self.headers or (is_needed and not lengths):
            raise Rejected(411, "Content-Length is needed")
        text = ",".join(lengths) or "0"
        if not (text.isascii() and text.isdigit() and len(text) < 16):
            raise Rejected(400, "Content-Length must be a number")
        if int(text) > MAX_BODY:
            raise Rejected(413, "the request is too large")
        return int(text)


def new_key() -> str:
    """Return a random key for an object."""
    return "".join(secrets.choice(KEY_ALPHABET) for _ in range(8))


def listener(
    libraries: Mapping[str, Library],
    keys: Mapping[str, str],
    port: int = 0,
    *,
    report: Callable[[Exception], None] = lambda error: None,
) -> Listener:
    """Return a listener that serves `libraries`, each opened by the key that stands at its path.

    It has its port already, and has read embedded libraries; `serve_forever` answers. Both mappings
    go by path, `users/123` or `groups/456`; a group without a key of its own is open to every user.
    The libraries stay open.
    """
    offered = site(libraries, keys, new_key)
    found = Listener(port, lambda sent: answer_request(sent, offered), report, admit=offered.admit)
    for one in offered.libraries.values():
        read_ahead(one)
    return found


@contextmanager
def answering(server: Listener) -> Iterator[str]:
    """Answer requests in a thread until the block ends; give the base address."""
    # A short interval: the end of the block waits for it.
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.002}, daemon=True)
    thread.start()
    try:
        yield server.url
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
