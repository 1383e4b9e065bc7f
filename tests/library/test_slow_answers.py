"""Servers that send a byte now and then, so that no read from the socket ever times out."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

import pytest

from zoterodigest.library.access import Access
from zoterodigest.library.address import DesktopAddress, WebAddress
from zoterodigest.library.desktop.library import DesktopLibrary
from zoterodigest.library.http.trouble import NotReached
from zoterodigest.library.web.library import WebLibrary
from zoterodigest.lookup.service import Manners, NoReply, Service, ServiceAddress

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
PARTS = [pytest.param(b"", id="in the headers"), pytest.param(HEAD, id="in the body")]
SECONDS = 0.25


@contextmanager
def dripping(head: bytes) -> Iterator[str]:
    """Answer every request with `head` at once, then with a byte each twentieth of a second."""
    is_over = Event()

    def drip(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65_536)
            connection.sendall(head or HEAD[:20])
            while not is_over.wait(0.05):
                connection.sendall(b"a")

    def accept() -> None:
        with suppress(OSError):
            while True:
                threads.append(Thread(target=drip, args=(listener.accept()[0],)))
                threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threads = [Thread(target=accept)]
        threads[0].start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        is_over.set()
        listener.shutdown(socket.SHUT_RDWR)
    for thread in threads:
        thread.join()


@pytest.fixture
def access() -> Access:
    def wait(seconds: float, why: str) -> None:
        pytest.fail(f"a slow server was asked again: {why}")

    return Access(lambda _: "key", wait=wait, longest_answer=SECONDS)


@pytest.mark.parametrize("head", PARTS)
def test_a_server_that_sends_a_byte_now_and_then_ends_a_run_in_time(
    access: Access, head: bytes
) -> None:
    with dripping(head) as url, WebLibrary(WebAddress(url, "user", 1), access) as library:
        with pytest.raises(NotReached, match=r"did not send its whole answer within 0\.25 seconds"):
            library.read()
        with pytest.raises(NotReached):  # over a new connection
            library.read()


@pytest.mark.parametrize("head", PARTS)
def test_a_zotero_that_sends_a_byte_now_and_then_ends_a_run_in_time(
    access: Access, head: bytes
) -> None:
    with dripping(head) as url, DesktopLibrary(DesktopAddress(url, None), access) as library:
        with pytest.raises(NotReached, match="Zotero did not send its whole answer"):
            library.read()
        with pytest.raises(NotReached):
            library.read()


@pytest.mark.parametrize("head", PARTS)
def test_a_source_that_sends_a_byte_now_and_then_is_given_up(head: bytes) -> None:
    manners = Manners(wait=lambda seconds, why: None, longest_answer=SECONDS)
    with dripping(head) as url, Service(ServiceAddress("Things", url, 0.0), manners) as service:
        answer = service.ask("/ask", {})

    assert answer == NoReply("Things is too slow: its answer did not come whole")
