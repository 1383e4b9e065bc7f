"""The permission to write, which a person gives in a dialog of the running Zotero.

The errors of a running Zotero as a whole are here, too: most of them are about permission.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from zoterodigest.library.access import Access
from zoterodigest.library.http.patience import Answer, Lost, Result
from zoterodigest.library.http.session import Session
from zoterodigest.library.http.trouble import KeyRefused, NotReached, ServerFailed
from zoterodigest.library.port import BadLibrary, LibraryReadOnly

_LOG = logging.getLogger(__name__)

_DIALOG = 600.0
"""Seconds: a person takes time to answer a dialog."""

_ASKED = 3
"""How often a person is asked for one write at most."""


class Permission:
    """The key that Zotero gave: to keep ("Always Allow"), or for one write ("Allow")."""

    def __init__(self, access: Access) -> None:
        self.last_used = ""
        """The key of the last write, spent or not: no message may show it."""
        self._access = access
        self._key: str | None = None
        self._is_to_keep = True

    def ask(self, session: Session[Any], instance: str) -> str:
        """Have Zotero ask the person whether we may write; return the key it then gives."""
        _LOG.info("Asking in Zotero for permission to write")
        # Before the dialog: the person reads the advice on keys, then chooses a button.
        self._access.before_asking()
        waited = "answer the dialog in Zotero: it asks whether zoterodigest may write"
        self._access.wait(0.0, waited)
        content = json.dumps({"appName": "zoterodigest"}).encode("ascii")

        def asked() -> Result:
            result = session.send("POST", "/local/authorize", content=content, seconds=_DIALOG)
            if isinstance(result, Answer) and result.status == 403:
                raise denied()
            return result

        # The sixth question within a minute is a 429: it is asked again later.
        answer = session.require_fine(session.tried(asked), is_write=False)
        self._access.wait(0.0, "")
        return self._given(instance, answer.body)

    def write(self, session: Session[Any], path: str, content: bytes, token: str) -> Result:
        """Send one write; ask the person if need be. Raises `LibraryReadOnly` at a no.

        A 401 may come at any write: the key may be spent, or the permission withdrawn.
        """
        instance, seconds = session.dialect.instance, session.dialect.write_seconds
        for _ in range(_ASKED):
            if self._key is None:
                self._key = self._access.local_key_of(instance)
            key = self._key or self.ask(session, instance)
            self.last_used = key
            headers = {"Zotero-API-Key": key, "Zotero-Write-Token": token}
            result = session.send("POST", path, headers=headers, content=content, seconds=seconds)
            is_refused = isinstance(result, Answer) and result.status == 401
            if is_refused or not self._is_to_keep:
                self._key = ""  # a key for one write is spent, whatever came of it
            if not is_refused:
                return result
        raise denied()

    def _given(self, instance: str, answer: Any) -> str:
        """Take the key that Zotero gave, and keep it if it is to keep."""
        match answer:
            case {"key": str(key), **more} if key:
                self._key, self._is_to_keep = key, bool(more.get("remember"))
            case _:
                raise no_zotero()
        if self._is_to_keep:
            self._access.keep_local_key(instance, key)
        return key


def accepts(session: Session[Any], key: str) -> bool:
    """Tell whether Zotero still lets writes with this key in, by one that holds nothing."""
    session.dialect.greet(session)
    result = session.send("POST", "items", headers={"Zotero-API-Key": key}, content=b"[]")
    if isinstance(result, Lost):
        raise result.error
    return result.status not in (401, 403)


class AnotherZotero(BadLibrary):
    """Another Zotero answers than the one that answered before."""

    def __init__(self) -> None:
        super().__init__(
            "another Zotero answers now than the one that this run began with",
            "Nothing more was written. Let only one run, then run the command again.",
        )


def not_running(url: str) -> NotReached:
    """Return the error of a Zotero that cannot be reached at `url`."""
    return NotReached(
        f"no Zotero is running on this computer (at {url})",
        "Start Zotero, then run the command again. If it runs, allow other applications to"
        " communicate with it in its settings, under Advanced. --library names another library.",
    )


def denied() -> LibraryReadOnly:
    """Return the error of a person who said no, or of a library that only others may write."""
    return LibraryReadOnly(
        "Zotero does not let zoterodigest write into this library",
        "Run the command again and choose Allow or Always Allow in Zotero's dialog; a group's"
        " library must be one that you may edit.",
    )


def failed(status: int, message: str) -> BadLibrary:
    """Return what the HTTP `status` of a whole request means."""
    if status in (401, 403):
        return KeyRefused(
            "Zotero does not let other programs in",
            "In Zotero's settings, under Advanced, allow other applications on this computer to"
            " communicate with Zotero.",
        )
    if status == 404:
        return BadLibrary(
            "the running Zotero has no such library",
            "Check the group's number; it must be among the libraries that Zotero shows.",
        )
    said = f": {message}" if message else ""
    return ServerFailed(f"Zotero answered with HTTP {status}{said}", _LATER)


def no_zotero() -> ServerFailed:
    """Return the error of an answer that no Zotero gives."""
    return ServerFailed("what answers there is no Zotero with its local API", _OLD)


_LATER = "What was written is recorded; run the command again."
_OLD = "Check the address, and that this Zotero is one whose local API may write (10 or later)."
