"""A time limit for an answer as a whole.

The timeouts of HTTP clients hold for one read from the socket: a server that sends a byte now and
then keeps a request open for ever, in its headers as well as in its body.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

Value = TypeVar("Value")


class TooSlow(Exception):
    """An answer was not complete in time; the request may go on in the background."""


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
