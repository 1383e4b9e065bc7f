"""When a request is sent again, after how long, and how long an answer may take and be.

The timeouts of HTTP clients hold for one read from the socket. A server that sends a byte now and
then keeps a request open for ever, in its headers as well as in its body.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

from zoterodigest.frozen import dataclass
from zoterodigest.library.port import BadLibrary

if TYPE_CHECKING:
    import httpx2

ATTEMPTS = 6
"""How often a request is sent at most, when the server answers: with 31 seconds of pauses.

zotero.org takes 100 requests at once and then 10 a second (so its public code says): a burst is
forgotten long before.
"""

ATTEMPTS_WITHOUT_ANSWER = 4
"""Fewer: each may first take the whole time limit of a request."""

LONGEST_WAIT = 600.0
"""Seconds that a run waits when it is asked to; longer, and it stops and says so."""

LONGEST = 256_000_000
"""Bytes of an answer at most: far more than a hundred objects or all versions of a library need."""

_LONGEST_VERSION = 15
"""Digits of a version; a longer one no server takes back, and it would stay in our cache."""

_PASSING = frozenset({409, 429, 500, 502, 503, 504})
"""Statuses that another try may mend: a locked library, too many requests, a server's fault."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the server. `body` is its JSON, or its text if it is not JSON.

    `headers` have lower-case names.
    """

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def is_fine(self) -> bool:
        """Whether the request as a whole was accepted; elements of a write may have failed."""
        return 200 <= self.status < 300

    @property
    def tag(self) -> str:
        """The entity tag of the answer; "" if it has none."""
        return self.headers.get("etag", "")

    @property
    def version(self) -> int | None:
        """The version the answer tells: the library's, but for single objects."""
        text = self.headers.get("last-modified-version", "")
        is_number = text.isascii() and text.isdecimal() and len(text) <= _LONGEST_VERSION
        return int(text) if is_number else None


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer came, or not whole: nobody knows whether the server has acted. `error` is why.

    After a final one the server is not asked again: it is too slow, and another try would take as
    long, or nothing listens there.
    """

    error: BadLibrary
    is_final: bool = False


Result = Answer | Lost
Value = TypeVar("Value")


def may_try_again(attempt: int, result: Result) -> bool:
    """Tell whether to send again what came to `result` at attempt number `attempt` (from 1)."""
    if isinstance(result, Lost):
        return attempt < ATTEMPTS_WITHOUT_ANSWER and not result.is_final
    return attempt < ATTEMPTS and result.status in _PASSING


def pause_after(attempt: int, result: Result, now: datetime) -> float:
    """Return how many seconds to wait after attempt number `attempt` (from 1) came to `result`.

    As long as the server says, else ever longer: 1, 2, 4, 8, 16 seconds.
    """
    asked = seconds_asked(result.headers, now) if isinstance(result, Answer) else None
    return float(2 ** (attempt - 1)) if asked is None else asked


def seconds_asked(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return how long the server asks not to be asked again; None if it does not.

    `Retry-After` is a number of seconds or a date, `Backoff` a number
    (https://www.zotero.org/support/dev/web_api/v3/basics); of two the longer one holds.
    """
    values = (headers.get("retry-after", ""), headers.get("backoff", ""))
    asked = [seconds for value in values if (seconds := _seconds(value, now)) is not None]
    return max(asked, default=None)


def _seconds(value: str, now: datetime) -> float | None:
    text = value.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (aware - now).total_seconds())
    except (ValueError, OverflowError, TypeError):
        return None


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
