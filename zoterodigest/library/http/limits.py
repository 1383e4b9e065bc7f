"""Limits for an answer as a whole: how long it may take, and how long it may be.

The timeouts of HTTP clients hold for one read from the socket: a server that sends a byte now and
then keeps a request open for ever, in its headers as well as in its body.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import httpx2

LONGEST = 256_000_000
"""Bytes; far more than a page of a hundred objects or the versions of a whole library need."""

Value = TypeVar("Value")


class TooSlow(Exception):
    """An answer was not complete in time; the request may go on in the background."""


class Endless(Exception):
    """An answer is longer than any real one; what came of it was dropped."""


def within(seconds: float, call: Callable[[], Value]) -> Value:
    """Return what `call` returns, or raise what it raises; raise `TooSlow` after `seconds`.

    The caller must not use the connection again after `TooSlow`: `call` may still read from it.
    """
    future: Future[Value] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:
            future.set_exception(error)

    # A daemon, so that the process can end while a server still sends.
    Thread(target=run, name="answer", daemon=True).start()
    try:
        return future.result(seconds)
    except TimeoutError:
        if future.done():  # the call's own error, or it ended just now
            return future.result()
        raise TooSlow from None


def received(
    client: httpx2.Client, method: str, url: str, **request: Any
) -> tuple[httpx2.Response, str]:
    """Send a request; return the response, and its body as text (UTF-8, as the API's is).

    `request` is what `httpx2.Client.stream` takes. Raises what that raises, and `Endless` for a
    body of more than `LONGEST` bytes.
    """
    body = bytearray()
    with client.stream(method, url, **request) as response:
        # Counted after unpacking: a small compressed body can hold gigabytes.
        for piece in response.iter_bytes():
            body += piece
            if len(body) > LONGEST:
                raise Endless
    return response, body.decode("utf-8", "replace")
