"""The line from a program to a server on this computer, which can be cut as a network is."""

from __future__ import annotations

import select
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum

LOOPBACK = "127.0.0.1"


class Cut(Enum):
    """How a network fails."""

    NOT = "not at all"
    REFUSED = "each connection ends at once"
    SILENT = "nothing comes through, and nobody says so"
    UNANSWERED = "the next write reaches the server, whose answer is lost"


class Line(socketserver.ThreadingTCPServer):
    """Passes on to the server at port `there` what comes in at the port `here`."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, there: int) -> None:
        super().__init__((LOOPBACK, 0), _Connection)
        self.there = there
        self.cut = Cut.NOT

    @property
    def here(self) -> int:
        """The port that programs connect to."""
        return int(self.socket.getsockname()[1])


class _Connection(socketserver.BaseRequestHandler):
    server: Line

    def handle(self) -> None:
        """Pass on both directions until an end closes, or the line is cut."""
        with suppress(OSError), socket.create_connection((LOOPBACK, self.server.there)) as there:
            ends = {self.request: there, there: self.request}
            has_written = False
            while self.server.cut is not Cut.REFUSED:
                ready, _, _ = select.select([*ends], [], [], 0.2)
                if self.server.cut is Cut.SILENT:
                    time.sleep(0.2)
                    continue
                for one in ready:
                    data = one.recv(1 << 16)
                    has_written |= one is self.request and data.startswith((b"POST", b"PATCH"))
                    if has_written and one is there and self.server.cut is Cut.UNANSWERED:
                        self.server.cut = Cut.REFUSED
                        return
                    if not data:
                        return
                    ends[one].sendall(data)


@contextmanager
def a_line(there: int) -> Iterator[Line]:
    """Give a line to a port while the block lasts."""
    with Line(there) as line:
        thread = threading.Thread(target=line.serve_forever, daemon=True)
        thread.start()
        try:
            yield line
        finally:
            line.shutdown()


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as one:
        one.bind((LOOPBACK, 0))
        return int(one.getsockname()[1])
