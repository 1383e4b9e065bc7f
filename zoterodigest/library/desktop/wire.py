"""The wire to the running Zotero: its requests, its instance, and the person's permission to write.

The local API drops what looks like a browser, refuses chunked bodies and wants its own id with
every write. Each answer tells that id, so a Zotero that was exchanged is noticed at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from zoterodigest.library.access import Access
from zoterodigest.library.address import DesktopAddress
from zoterodigest.library.desktop.permission import Permission
from zoterodigest.library.desktop.trouble import (
    AnotherZotero,
    denied,
    failed,
    garbled,
    not_running,
)
from zoterodigest.library.web.body import Endless, received
from zoterodigest.library.web.limit import TooSlow, within
from zoterodigest.library.web.patience import (
    LONGEST_WAIT,
    Answer,
    Lost,
    Result,
    may_try_again,
    pause_after,
)
from zoterodigest.library.web.trouble import plain, too_long, too_slow, translated

if TYPE_CHECKING:
    import httpx2

_NAME = "Zotero"
_READ_SECONDS = 120.0
_WRITE_SECONDS = 600.0
_DIALOG_SECONDS = 600.0
"""Zotero redraws its window while it writes, and a person takes time to answer a dialog."""

_STARTING = (2.0, 4.0, 8.0, 16.0, 30.0)
"""Seconds that a run waits for Zotero to start, one after the other."""

_QUIET_SECONDS = 5.0
"""So long nobody has saved a note before it is written over. Zotero's editor saves a second after
the last key, and a write from outside drops what was typed since: somebody who has just paused goes
on typing. Whoever types on without a pause is not seen.
"""

_ASKED = 3
"""How often a person is asked for one write at most."""


def utc_now() -> datetime:
    """Return the time it is."""
    return datetime.now(UTC)


class Wire:
    """The connection to the Zotero at `address`; nothing is sent before something is asked for."""

    def __init__(
        self,
        address: DesktopAddress,
        access: Access,
        *,
        now: Callable[[], datetime] = utc_now,
        waits_for_start: bool = True,
    ) -> None:
        self.address = address
        self._pauses = _STARTING if waits_for_start else ()
        self._access = access
        self._now = now
        self._permission = Permission(access)
        self._client: httpx2.Client | None = None
        self._instance = ""
        self._greeting: Answer | None = None

    @property
    def instance(self) -> str:
        """The id of the Zotero that runs there, which its versions and keys to write belong to."""
        return self._instance or _id_in(self.greeting)

    @property
    def greeting(self) -> Answer:
        """The first answer: one item of the library, if it then held any, and the Zotero's id."""
        if self._greeting is None:
            one: Mapping[str, str | int] = {"limit": 1, "includeTrashed": 1}
            self._greeting = self._patiently(lambda: self._read("items", one))
            self._instance = _id_in(self._greeting)
            if not self._instance:
                raise garbled()
        return self._greeting

    def read(self, path: str, **params: str | int) -> Answer:
        """Return the answer to a read of `path` in the library; tries again whatever may pass."""
        assert self.instance
        return self._patiently(lambda: self._read(path, params))

    def find(self, path: str) -> Answer | None:
        """Return the answer to a read of the one object at `path`, None if there is none."""
        assert self.instance
        result = self._tried(lambda: self._read(path, {}))
        is_missing = isinstance(result, Answer) and result.status == 404
        return None if is_missing else self.require_fine(result)

    def write(self, path: str, objects: Sequence[Mapping[str, Any]], token: str) -> Result:
        """Send `objects` to `path` once under a write `token`; ask the person if need be.

        Raises `LibraryReadOnly` if the person says no.
        """
        content = json.dumps(objects).encode("ascii")
        for _ in range(_ASKED):
            key = self._permission.key(self.instance) or self.ask()
            headers = {"Zotero-API-Key": key, "Zotero-Write-Token": token}
            path_there = f"{self.address.path}/{path}"
            result = self._sent("POST", path_there, {}, headers, content, _WRITE_SECONDS)
            is_refused = isinstance(result, Answer) and result.status == 401
            self._permission.used(is_refused=is_refused)
            if not is_refused:
                return result
        raise denied()

    def accepts(self, key: str) -> bool:
        """Tell whether Zotero still lets writes with this key in, by one that holds nothing."""
        headers = {"Zotero-API-Key": key}
        assert self.instance
        path = f"{self.address.path}/items"
        result = self._sent("POST", path, {}, headers, b"[]", _READ_SECONDS)
        if isinstance(result, Lost):
            raise result.error
        return result.status not in (401, 403)

    def ask(self) -> str:
        """Have Zotero ask the person whether we may write; return the key it then gives."""
        instance = self.instance  # which waits for Zotero to start: only then there is a dialog
        self._access.before_asking()
        self._access.wait(
            0.0, "answer the dialog in Zotero: it asks whether zoterodigest may write"
        )
        content = json.dumps({"appName": "zoterodigest"}).encode("ascii")

        def asked() -> Result:
            result = self._sent("POST", "/local/authorize", {}, {}, content, _DIALOG_SECONDS)
            if isinstance(result, Answer) and result.status == 403:
                raise denied()
            return result

        answer = self._patiently(asked)
        self._access.wait(0.0, "")
        return self._permission.given(instance, answer.body)

    def pause(self, attempt: int, result: Result) -> None:
        """Wait after attempt number `attempt` came to `result`, as long as Zotero says."""
        seconds = pause_after(attempt, result, self._now())
        if seconds > LONGEST_WAIT:
            raise too_long(_NAME, seconds)
        reason = result.error if isinstance(result, Lost) else f"Zotero is busy ({result.status})"
        self._access.wait(seconds, str(reason))
        self._access.tally.note("again")

    def await_quiet(self, edited: datetime) -> bool:
        """Wait if something was edited a few seconds ago; tell whether that was so."""
        left = (edited - self._now()).total_seconds() + _QUIET_SECONDS
        if not 0 < left <= _QUIET_SECONDS:  # one of the future is another clock's
            return False
        self._access.wait(left, "a note was edited in Zotero just now")
        return True

    def rest(self) -> None:
        """Let Zotero do for a second what it is at."""
        self._access.wait(1.0, "Zotero may still be at work")

    def require_fine(self, result: Result) -> Answer:
        """Return the answer if it is fine, else raise what is wrong."""
        if isinstance(result, Lost):
            raise result.error
        if not result.is_fine:
            raise failed(result.status, self.message(result))
        return result

    def message(self, answer: Answer) -> str:
        """Return what Zotero says, as a line of plain text."""
        return plain(answer.body) if isinstance(answer.body, str) else ""

    def close(self) -> None:
        """Close the connection; another request opens a new one."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _patiently(self, send: Callable[[], Result]) -> Answer:
        """Send what may be sent again, until its answer is fine; raise if it never is."""
        return self.require_fine(self._tried(send))

    def _tried(self, send: Callable[[], Result]) -> Result:
        """Send what may be sent again, until another try can mend nothing."""
        attempt, result = 1, send()
        while may_try_again(attempt, result):
            self.pause(attempt, result)
            attempt, result = attempt + 1, send()
        return result

    def _read(self, path: str, params: Mapping[str, str | int]) -> Result:
        return self._sent("GET", f"{self.address.path}/{path}", params, {}, None, _READ_SECONDS)

    def _sent(
        self,
        method: str,
        path: str,
        params: Mapping[str, str | int],
        headers: Mapping[str, str],
        content: bytes | None,
        seconds: float,
    ) -> Result:
        """Send one request, waiting for Zotero to start if nothing listens there."""
        import httpx2

        self._access.tally.note("read" if content is None else "write")
        known = {"Zotero-Server-ID": self._instance} if self._instance else {}
        json_type = {"Content-Type": "application/json"} if content is not None else {}
        for pause in (*self._pauses, None):
            try:
                response, text = within(
                    self._access.longest_answer,
                    lambda: received(
                        self._opened(),
                        method,
                        f"{self.address.url}{path}",
                        params=dict(params),
                        content=content,
                        headers={**known, **json_type, **headers},
                        timeout=httpx2.Timeout(seconds, connect=15.0),
                    ),
                )
                return self._noted(response, text)
            except httpx2.ConnectError as error:
                if pause is None:
                    raise not_running(self.address.url) from error
                self._access.wait(pause, "no Zotero is running on this computer, start it")
            except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
                return Lost(translated(error, _NAME))
            except Endless:
                return Lost(garbled())
            except TooSlow:
                self.close()
                return Lost(too_slow(_NAME, self._access.longest_answer), is_slow=True)
        raise AssertionError("unreachable: the last pause is None")

    def _opened(self) -> httpx2.Client:
        import httpx2

        if self._client is None:
            headers = {"User-Agent": "zoterodigest", "Zotero-API-Version": "3"}
            self._client = httpx2.Client(
                headers=headers, verify=False, trust_env=False, follow_redirects=False
            )
        return self._client

    def _noted(self, response: httpx2.Response, text: str) -> Result:
        """Return an answer, its JSON read; raise if it comes from another Zotero."""
        headers = {name.lower(): value for name, value in response.headers.items()}
        answer = Answer(response.status_code, headers, text)
        if self._instance and _id_in(answer) not in ("", self._instance):
            raise AnotherZotero
        if not answer.is_fine or not (self._instance or _id_in(answer)):
            return answer
        try:
            return Answer(answer.status, headers, json.loads(answer.body))
        except (ValueError, RecursionError):
            return Lost(garbled())


def _id_in(result: Result) -> str:
    return result.headers.get("zotero-server-id", "") if isinstance(result, Answer) else ""
