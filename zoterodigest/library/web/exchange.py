"""The exchange with a server: requests one after the other, with the patience it asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from zoterodigest.library.access import Access
from zoterodigest.library.address import WebAddress
from zoterodigest.library.web.patience import (
    LONGEST_WAIT,
    Answer,
    Lost,
    Result,
    may_try_again,
    pause_after,
    seconds_asked,
)
from zoterodigest.library.web.trouble import no_key, plain, refusal, too_long
from zoterodigest.library.web.wire import Wire

_KEY = re.compile(r"[\x21-\x7e]{1,200}")


def utc_now() -> datetime:
    """Return the time it is."""
    return datetime.now(UTC)


def is_key(text: str) -> bool:
    """Tell whether `text` can be an API key: one word that a header can hold."""
    return _KEY.fullmatch(text) is not None


class Exchange:
    """Requests to the library at `address`, and their answers; `now` tells the time."""

    def __init__(
        self, address: WebAddress, access: Access, *, now: Callable[[], datetime] = utc_now
    ) -> None:
        self.address = address
        self._access = access
        self._now = now
        self._free_at = now()
        self._key: str | None = None
        self._wire: Wire | None = None
        self.is_sighted = False
        """Whether it was seen that the key shows all of the library."""

    @property
    def identity(self) -> str:
        """The identity of the library."""
        return self.address.identity

    @property
    def key(self) -> str:
        """The API key, "" if there is none; asked for when it is first needed."""
        if self._key is None:
            key = self._access.key_of(self.address)
            self._key = key if is_key(key) else ""
        return self._key

    def get(self, path: str, **params: str | int) -> Answer:
        """Return the answer to a read of `path`, below the library (below the API after a `/`).

        Tries again whatever may pass. Raises a `BadLibrary` for every answer that is not fine.
        """
        attempt, result = 1, self._read(path, params)
        while may_try_again(attempt, result):
            self.pause(attempt, result)
            attempt, result = attempt + 1, self._read(path, params)
        return self.require_fine(result, is_write=False)

    def post(self, path: str, objects: Sequence[Mapping[str, Any]]) -> Result:
        """Send `objects` to `path` once, and return what came of it, whatever that is."""
        self._be_patient()
        self._access.tally.note("write")
        return self._noted(self._opened().write(path, objects))

    def pause(self, attempt: int, result: Result) -> None:
        """Wait after attempt number `attempt` came to `result`; raise if that is too long."""
        self._wait(pause_after(attempt, result, self._now()), _why(result))
        self._access.tally.note("again")

    def require_fine(self, result: Result, *, is_write: bool) -> Answer:
        """Return the answer if it is fine, else raise what is wrong."""
        if isinstance(result, Lost):
            raise result.error
        if result.is_fine:
            return result
        if result.status in (401, 403) and not self.key:
            raise no_key(self.identity)
        raise refusal(result.status, self.identity, self.message(result), is_write=is_write)

    def message(self, answer: Answer) -> str:
        """Return what the server says, as a line of plain text without our key."""
        return plain(answer.body, self.key) if isinstance(answer.body, str) else ""

    def close(self) -> None:
        """Close the connection; another request opens a new one."""
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    def _read(self, path: str, params: Mapping[str, str | int]) -> Result:
        self._be_patient()
        self._access.tally.note("read")
        return self._noted(self._opened().read(path, params))

    def _opened(self) -> Wire:
        if self._wire is None:
            self._wire = Wire(self.address, self.key, self._access.longest_answer)
        return self._wire

    def _noted(self, result: Result) -> Result:
        """Remember for how long the server wants to be left alone, which a 200 may say as well."""
        if isinstance(result, Lost) and result.is_slow:
            self._wire = None  # it has closed itself
        if isinstance(result, Answer) and result.is_fine:
            asked = seconds_asked(result.headers, self._now()) or 0.0
            self._free_at = self._now() + timedelta(seconds=asked)
        return result

    def _be_patient(self) -> None:
        self._wait((self._free_at - self._now()).total_seconds(), "the server asks for a pause")

    def _wait(self, seconds: float, why: str) -> None:
        if seconds > LONGEST_WAIT:
            raise too_long(self.address.server, seconds)
        if seconds > 0:
            self._access.wait(seconds, why)


def _why(result: Result) -> str:
    if isinstance(result, Lost):
        return str(result.error)
    match result.status:
        case 409:
            return "the library is locked"
        case 429:
            return "the server asks for fewer requests"
        case status:
            return f"the server is not ready (HTTP {status})"
