"""A session with a server that speaks Zotero's API: one request after another, with patience.

Requests are never sent in parallel, as zotero.org asks. What differs between servers is their
dialect. pyzotero gives the headers that Zotero wants. docs/adr/0018 says why pyzotero doesn't send
the requests.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from zoterodigest import __version__
from zoterodigest.foreign import BadJson, read_json
from zoterodigest.library.access import Access, Clock, utc_now
from zoterodigest.library.address import ApiAddress
from zoterodigest.library.http.patience import (
    LONGEST_WAIT,
    Answer,
    Endless,
    Lost,
    Result,
    TooSlow,
    may_try_again,
    pause_after,
    received,
    seconds_asked,
    within,
)
from zoterodigest.library.http.trouble import plain_message, too_long, too_slow, translated
from zoterodigest.library.port import BadLibrary

if TYPE_CHECKING:
    import httpx2

_LOG = logging.getLogger(__name__)
_CONNECT_SECONDS = 15.0

Params = Mapping[str, str | int]
Headers = Mapping[str, str]


class ApiDialect(Protocol):
    """What differs between servers that speak Zotero's API; a dialect inherits from this class."""

    server: str
    """The server's name in messages."""

    is_local: bool
    """Whether this is the local API of a Zotero on this computer."""

    read_seconds: float
    write_seconds: float
    """The longest silence within an answer."""

    @property
    def starting(self) -> Sequence[float]:
        """The pauses, in seconds, between tries while nothing listens at the address.

        By default none: a server that can't be reached is tried again like one that fails.
        """
        return ()

    @property
    def key(self) -> str:
        """The key that opens the library, which no message shows; "" if there is none.

        pyzotero puts it into the headers of every request to a server on the web.
        """

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of every request in addition to those of pyzotero."""
        return {}

    def greet(self, session: Session[Any]) -> None:
        """Ask the server for its ID before any other request, if the dialect needs it."""
        return

    def write(self, session: Session[Any], path: str, content: bytes, token: str) -> Result:
        """Send one write; `token` is the same when the same objects are sent again."""

    def check(self, answer: Answer) -> None:
        """Raise `BadLibrary` if the answer comes from another server than the one meant."""
        return

    def unreachable(self, error: Exception) -> Lost:
        """Return the result of a request to an address where nothing listens."""

    def reason(self, status: int) -> str:
        """Return why a request with this status is sent again later."""

    def refusal(self, status: int, message: str, *, is_write: bool) -> BadLibrary:
        """Return what the status of a whole request means."""

    def garbled(self) -> BadLibrary:
        """Return the error of an answer that no such server gives."""


D = TypeVar("D", bound=ApiDialect)


class Session(Generic[D]):
    """Requests to the library at `address`, and their answers; `now` tells the time.

    Nothing is sent before something is asked for. A path is below the library; one that begins with
    `/` is below the API.
    """

    def __init__(
        self, address: ApiAddress, dialect: D, access: Access, *, now: Clock = utc_now
    ) -> None:
        self.address = address
        self.dialect = dialect
        self.access = access
        self.now = now
        self._client: httpx2.Client | None = None
        self._zotero: Any = None

    def get(self, path: str, **params: str | int) -> Answer:
        """Return the answer to a read of `path`.

        Tries again whatever may pass. Raises a `BadLibrary` for every answer that is not fine.
        """
        return self.require_fine(self._read(path, params), is_write=False)

    def find(self, path: str, **params: str | int) -> Answer | None:
        """Return the answer to a read of what is at `path`, None if nothing is there."""
        result = self._read(path, params)
        is_missing = isinstance(result, Answer) and result.status == 404
        return None if is_missing else self.require_fine(result, is_write=False)

    def post(self, path: str, objects: Sequence[Mapping[str, Any]], token: str) -> Result:
        """Send `objects` to `path` once, and return what came of it, whatever that is."""
        return self.dialect.write(self, path, json.dumps(objects).encode("ascii"), token)

    def tried(self, send: Callable[[], Result]) -> Result:
        """Send what may be sent again, until another try can mend nothing."""
        attempt, result = 1, send()
        while may_try_again(attempt, result):
            self.pause(attempt, result)
            attempt, result = attempt + 1, send()
        return result

    def pause(self, attempt: int, result: Result) -> None:
        """Wait after attempt number `attempt` came to `result`; raise if that is too long."""
        match result:
            case Lost(error):
                why = str(error)
            case Answer(status):
                why = self.dialect.reason(status)
        seconds = pause_after(attempt, result, self.now())
        _LOG.info("Trying again after %g s (attempt %d): %s", seconds, attempt + 1, why)
        self._wait(seconds, why)
        self.access.tally["again"] += 1

    def require_fine(self, result: Result, *, is_write: bool) -> Answer:
        """Return the answer if it is fine, else raise what is wrong."""
        if isinstance(result, Lost):
            raise result.error
        if not result.is_fine:
            raise self.dialect.refusal(result.status, self.message(result), is_write=is_write)
        return result

    def message(self, answer: Answer) -> str:
        """Return what the server says, as a line of plain text without our key."""
        return plain_message(answer.body, self.dialect.key) if isinstance(answer.body, str) else ""

    def close(self) -> None:
        """Close the connection; another request opens a new one."""
        if self._client is not None:
            self._client.close()
            self._client = self._zotero = None

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        headers: Headers | None = None,
        content: bytes | None = None,
        seconds: float = 0.0,
    ) -> Result:
        """Send one request, and wait for the server to start if nothing listens there.

        `seconds` is the longest silence within the answer, by default that of a read.
        """
        import httpx2

        self._wait(self._pause_left(), "the server asks for a pause")
        self.access.tally["read" if content is None else "write"] += 1
        timeout = httpx2.Timeout(seconds or self.dialect.read_seconds, connect=_CONNECT_SECONDS)
        sent = {"params": params or {}, "content": content, "timeout": timeout}
        for pause in (*self.dialect.starting, None):
            try:
                return self._sent(method, path, self._headers(content, headers or {}), sent)
            except httpx2.ConnectError as error:
                if pause is None:
                    return self.dialect.unreachable(error)
                _LOG.info("Nothing listens at %s; trying again after %g s", path, pause)
                self.access.wait(pause, "Zotero does not run any more, start it")
        raise AssertionError("unreachable: the last pause is None")

    def _read(self, path: str, params: Params) -> Result:
        self.dialect.greet(self)
        return self.tried(lambda: self.send("GET", path, params=params))

    def _sent(self, method: str, path: str, headers: Headers, request: Mapping[str, Any]) -> Result:
        """Send a request once; raises `httpx2.ConnectError` if nothing listens there."""
        import httpx2

        below = path if path.startswith("/") else f"{self.address.path}/{path}"
        client, url = self._opened(), f"{self._zotero.endpoint}{below}"
        sent = {**request, "headers": headers}
        longest = self.access.longest_answer
        start, outcome = time.monotonic(), "no answer"
        try:
            response, text = within(longest, lambda: received(client, method, url, **sent))
            outcome = str(response.status_code)
        except httpx2.ConnectError:
            raise
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
            return Lost(translated(error, self.dialect.server))
        except Endless:
            return Lost(self.dialect.garbled())
        except TooSlow:
            # The request may still read from this connection: another one must be opened.
            self.close()
            return Lost(too_slow(self.dialect.server, longest), is_final=True)
        finally:
            # Never the query, the headers or a body: they hold keys of objects, ours, and notes.
            _LOG.debug("%s %s: %s, %.3f s", method, below, outcome, time.monotonic() - start)
        return self._answer(response, text)

    def _pause_left(self) -> float:
        """Return for how many seconds the server is still to be left alone."""
        asked_at, seconds = self.access.pauses.get(self.address.url, (self.now(), 0.0))
        # A clock that was set back makes no pause longer.
        return min(seconds, seconds - (self.now() - asked_at).total_seconds())

    def _answer(self, response: httpx2.Response, text: str) -> Result:
        headers = {name.lower(): value for name, value in response.headers.items()}
        answer = Answer(response.status_code, headers, text)
        # Before anything is believed: an exchanged Zotero has other versions and keys.
        self.dialect.check(answer)
        # Also with a 200.
        asked = seconds_asked(headers, self.now()) or 0.0
        self.access.pauses[self.address.url] = self.now(), asked
        if not answer.is_fine:
            return answer
        try:
            return Answer(answer.status, headers, read_json(text))
        except BadJson:
            return Lost(self.dialect.garbled())

    def _headers(self, content: bytes | None, more: Mapping[str, str]) -> dict[str, str]:
        self._opened()
        zotero = self._zotero.default_headers()
        agent = {"User-Agent": f"zoterodigest/{__version__} {zotero['User-Agent']}"}
        kind = {} if content is None else {"Content-Type": "application/json"}
        return {**zotero, **agent, **kind, **self.dialect.headers, **more}

    def _opened(self) -> httpx2.Client:
        import httpx2
        from pyzotero.zotero import Zotero

        if self._client is None:
            address = self.address
            # Plain http stays on this computer: no certificates, and no proxy of the environment.
            is_remote = address.url.startswith("https://")
            client = httpx2.Client(verify=is_remote, trust_env=is_remote, follow_redirects=False)
            is_local = self.dialect.is_local
            key = None if is_local else self.dialect.key or None
            # It closes the client when it is no longer referred to: both live equally long.
            self._zotero = Zotero(address.number, address.kind, key, local=is_local, client=client)
            self._client = client
            self._zotero.endpoint = address.url
        return self._client

    def _wait(self, seconds: float, why: str) -> None:
        if seconds > LONGEST_WAIT:
            raise too_long(self.dialect.server, seconds)
        if seconds > 0:
            self.access.wait(seconds, why)
