"""Requests to a service over HTTP, by its rules: who asks, how often, and when to try again.

Only this module translates the errors of requests. It does not raise if a service does not answer:
what was asked stays unknown, and the reason is returned.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import field
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from zoterodigest import __version__
from zoterodigest.frozen import dataclass
from zoterodigest.library.access import Clock, Wait, sleep, utc_now
from zoterodigest.library.http.patience import TooSlow, seconds_asked, within
from zoterodigest.regex import lazy_regex

if TYPE_CHECKING:
    import requests

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Manners:
    """How services are asked from this machine.

    `mailto` is the address that services may write to if we trouble them, as Crossref asks for.
    `timeout` are the seconds that may pass without a byte, `longest_answer` those for all of it.
    """

    mailto: str = ""
    wait: Wait = sleep
    now: Clock = utc_now
    timeout: float = 30.0
    longest_answer: float = 120.0

    @property
    def user_agent(self) -> str:
        """Who asks, as a header says it."""
        contact = f"; mailto:{self.mailto}" if _ADDRESS.fullmatch(self.mailto) else ""
        return f"zoterodigest/{__version__} (https://github.com/zoterodigest/zoterodigest{contact})"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a service answered: any status but those that another try may mend."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class NoReply:
    """Nothing came back that can be used; `reason` is a sentence for people."""

    reason: str


@dataclass(frozen=True, slots=True)
class ServiceAddress:
    """Where a service is: its name for people, its address, the seconds between two requests.

    `headers` may hold a key, so they are shown nowhere and follow no redirection.
    """

    name: str
    url: str
    pause: float
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class Service(AbstractContextManager["Service"]):
    """A service at `place`; `sent` counts requests.

    One that cannot be reached, wants to be left alone for long, or fails twice in a row is not
    asked again by this object: every further question gets the reason at once.
    """

    def __init__(self, place: ServiceAddress, manners: Manners) -> None:
        self.place = place
        self.sent = 0
        self._manners = manners
        self._free_at = manners.now()
        self._failures = 0
        self._given_up = ""
        self._session: requests.Session | None = None

    def ask(
        self, path: str, params: Mapping[str, str], json: Mapping[str, object] | None = None
    ) -> Reply | NoReply:
        """Return the answer to a GET of `path` below the address, or to a POST of `json`."""
        if self._given_up:
            return NoReply(self._given_up)
        # urllib3's Retry would sleep by itself, without a word and a limit (ADR 18).
        attempt, result = 1, self._sent(path, params, json)
        while (
            isinstance(result, _FailedTry) and attempt < _ATTEMPTS and self._rests(result, attempt)
        ):
            attempt, result = attempt + 1, self._sent(path, params, json)
        if isinstance(result, Reply):
            self._failures = 0
            return result
        self._failures += 1
        if self._failures >= _FAILURES:
            self._given_up = result.reason
        return NoReply(self._given_up or result.reason)

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; another question opens a new one."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _wait(self, seconds: float, reason: str) -> None:
        _LOG.debug("Wait %g s: %s", seconds, reason)
        self._manners.wait(seconds, reason)

    def _rests(self, refused: _FailedTry, attempt: int) -> bool:
        """Wait until it may be tried again; False if that is of no use, or too long for us."""
        seconds = self.place.pause * 2**attempt if refused.seconds is None else refused.seconds
        if refused.is_final:
            self._given_up = refused.reason
        elif seconds > _LONGEST_WAIT:
            minutes = max(1, round(seconds / 60))
            self._given_up = f"{self.place.name} asks to wait for {minutes} minutes"
        else:
            self._wait(seconds, refused.reason)
        return not self._given_up

    def _sent(
        self, path: str, params: Mapping[str, str], json: Mapping[str, object] | None
    ) -> Reply | _FailedTry:
        import requests
        from urllib3.exceptions import HTTPError

        name = self.place.name
        pause = (self._free_at - self._manners.now()).total_seconds()
        if pause > 0:
            self._wait(pause, f"{name} is asked once in {self.place.pause:g} s")
        self.sent += 1
        try:
            return within(self._manners.longest_answer, lambda: self._received(path, params, json))
        # Timeouts of requests count from byte to byte: a server that drips would hold us for ever.
        except TooSlow:
            self.close()  # the request may still read from this connection
            return _FailedTry(f"{name} is too slow: its answer did not come whole", is_final=True)
        except requests.Timeout:
            return _FailedTry(f"{name} did not answer in time")
        except requests.exceptions.ChunkedEncodingError:
            return _FailedTry(f"{name} broke off its answer")
        except requests.ConnectionError as error:
            return _FailedTry(f"{name} cannot be reached", is_final=_is_unreachable(error))
        except (OSError, ValueError, HTTPError) as error:  # also of urllib3, for odd addresses
            return _FailedTry(f"the conversation with {name} failed ({type(error).__name__})")
        finally:
            self._free_at = self._manners.now() + timedelta(seconds=self.place.pause)

    def _received(
        self, path: str, params: Mapping[str, str], json: Mapping[str, object] | None
    ) -> Reply | _FailedTry:
        # Neither headers nor parameters: they may hold a key, or titles of a person's papers.
        host = urlsplit(self.place.url).hostname
        _LOG.info("Ask %s at %s for %s", self.place.name, host, path)
        address = self.place.url.rstrip("/") + path
        with self._opened().request(
            "GET" if json is None else "POST",
            address,
            params=dict(params),
            json=json,
            timeout=self._manners.timeout,
            stream=True,
            # requests would send a key of ours to wherever the service redirects.
            allow_redirects=not self.place.headers,
        ) as response:
            body = _body(response)
            if body is None:
                return _FailedTry(f"{self.place.name} answers without end", is_final=True)
            _LOG.debug("%s: HTTP %d, %d bytes", self.place.name, response.status_code, len(body))
            asked = {name.lower(): value for name, value in response.headers.items()}
            seconds = seconds_asked(asked, self._manners.now())
            if response.status_code in _PASSING:
                reason = f"{self.place.name} is not ready (HTTP {response.status_code})"
                return _FailedTry(reason, seconds)
            if _THROTTLED.match(body):  # arXiv says so with status 200
                return _FailedTry(f"{self.place.name} asks for fewer requests", seconds)
            return Reply(response.status_code, body)

    def _opened(self) -> requests.Session:
        import requests

        if self._session is None:
            self._session = requests.Session()
            # A proxy of the environment must not come between us and a service on this machine.
            self._session.trust_env = self.place.url.startswith("https://")
            self._session.headers.update(self.place.headers)
            self._session.headers["User-Agent"] = self._manners.user_agent
        return self._session


@dataclass(frozen=True, slots=True)
class _FailedTry:
    """A failed try. Another may help, after `seconds` if given, unless it is final."""

    reason: str
    seconds: float | None = None
    is_final: bool = False


_ADDRESS = lazy_regex(r"[^\s<>()@;,\"]{1,64}@[^\s<>()@;,\"]{1,190}", re.ASCII)
_ATTEMPTS = 4
_FAILURES = 2
_LONGEST_WAIT = 120.0
_LONGEST_BODY = 30_000_000
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_THROTTLED = lazy_regex(rb"\s{0,20}rate exceeded", re.IGNORECASE)


def _body(response: requests.Response) -> bytes | None:
    """Return all that comes; None if it is more than any real answer."""
    received = bytearray()
    for piece in response.iter_content(65_536):
        received += piece
        if len(received) > _LONGEST_BODY:
            return None
    return bytes(received)


def _is_unreachable(error: Exception) -> bool:
    """Tell whether nothing listens at the address: another try soon would not help."""
    from urllib3.exceptions import MaxRetryError, NewConnectionError

    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
