"""The dialect of the running Zotero's local API, which is not the Web API.

It drops what looks like a browser, refuses chunked bodies and wants its own id with every write.
Each answer tells that id, so a Zotero that was exchanged is noticed at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zoterodigest.library.access import Access, Clock, utc_now
from zoterodigest.library.address import DesktopAddress
from zoterodigest.library.desktop.permission import (
    AnotherZotero,
    Permission,
    denied,
    failed,
    no_zotero,
    not_running,
)
from zoterodigest.library.http.patience import Answer, Lost, Result
from zoterodigest.library.http.session import ApiDialect, Session
from zoterodigest.library.http.trouble import ServerFailed
from zoterodigest.library.port import BadLibrary

_RESTARTING = (2.0, 4.0, 8.0, 16.0, 30.0)
"""Seconds that a run waits for a Zotero that has answered and was ended, one after the other."""


NEWEST = {"limit": 1, "includeTrashed": 1}
"""Asks for the item that was edited last: lists are in this order by default."""


class DesktopDialect(ApiDialect):
    """How the Zotero at `address` is spoken to."""

    server = "Zotero"
    is_local = True
    # Zotero redraws its window while it writes: 50 items took up to 5 s on a quiet machine, a
    # first push of 1,480 objects in 33 writes up to 12 minutes on a busy one.
    read_seconds = 120.0
    write_seconds = 600.0

    def __init__(self, address: DesktopAddress, access: Access) -> None:
        self.instance = ""
        """The id of the Zotero that runs there, which its versions and keys to write belong to."""
        self.greeting: Answer | None = None
        """The first answer: the item edited last, if the library then held any."""
        self.permission = Permission(access)
        self._address = address

    @property
    def starting(self) -> Sequence[float]:
        """The pauses while nothing listens at the address: at the first request none.

        A Zotero that does not run won't start by itself. One that has answered may be restarting.
        """
        return _RESTARTING if self.instance else ()

    @property
    def key(self) -> str:
        """The key of the last write; no message shows it."""
        return self.permission.last_used

    @property
    def headers(self) -> Mapping[str, str]:
        """The id of the Zotero that is meant: another one refuses the request (412)."""
        return {"Zotero-Server-ID": self.instance} if self.instance else {}

    def greet(self, session: Session[Any]) -> None:
        """Learn which Zotero runs there: only then it can be written to or asked for permission."""
        if self.greeting is None:
            result = session.tried(lambda: session.send("GET", "items", params=NEWEST))
            self.greeting = session.require_fine(result, is_write=False)

    def write(self, session: Session[Any], path: str, content: bytes, token: str) -> Result:
        """Send one write under the person's permission."""
        self.greet(session)
        return self.permission.write(session, path, content, token)

    def check(self, answer: Answer) -> None:
        """Raise if another Zotero answers, or something else than Zotero."""
        found = answer.headers.get("zotero-server-id", "")
        if self.instance and found not in ("", self.instance):
            raise AnotherZotero
        if answer.is_fine and not self.instance:
            if not found:
                raise no_zotero()
            self.instance = found

    def unreachable(self, error: Exception) -> Lost:
        """Return that no Zotero runs."""
        return Lost(not_running(self._address.url), is_final=True)

    def reason(self, status: int) -> str:
        """Return why a request with this status is sent again later."""
        return f"Zotero is busy ({status})"

    def refusal(self, status: int, message: str, *, is_write: bool) -> BadLibrary:
        """Return what the status of a whole request means."""
        return denied() if is_write and status == 403 else failed(status, message)

    def garbled(self) -> ServerFailed:
        """Return the error of an answer that no Zotero gives."""
        return no_zotero()


DesktopSession = Session[DesktopDialect]


def desktop_session(
    address: DesktopAddress, access: Access, *, now: Clock = utc_now
) -> DesktopSession:
    """Return a session with the Zotero at `address`."""
    return Session(address, DesktopDialect(address, access), access, now=now)


def instance_of(session: DesktopSession) -> str:
    """Return the id of the Zotero that runs there; asks for it if it is not known yet."""
    session.dialect.greet(session)
    return session.dialect.instance
