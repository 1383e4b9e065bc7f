"""What goes wrong with a server as a whole, said so that a person can act on it.

Foreign errors are translated here and nowhere else. No sentence holds what a server sent beyond a
short message, and none an API key.
"""

from __future__ import annotations

import html
import re

from zoterodigest.library.port import BadLibrary
from zoterodigest.regex import lazy_regex

_LONGEST_MESSAGE = 200
# A proxy may send a page of any size, so only its beginning is searched.
_LONGEST_HEAD = 10_000
_PAGE = lazy_regex(r"\s*<(?:!doctype|html|head|body)\b", re.IGNORECASE)
_TITLE = lazy_regex(r"<title[^<>]{0,200}>([^<]{1,1000})", re.IGNORECASE)


class NotReached(BadLibrary):
    """The server did not answer, or its answers did not arrive whole."""

    exit_code = 20


class KeyRefused(BadLibrary):
    """The server does not let this API key, or nobody without one, into the library."""

    exit_code = 19


class ServerBusy(BadLibrary):
    """The server asks to come back later, and did so again and again."""

    exit_code = 21


class ServerFailed(BadLibrary):
    """The server answered what no correct request should get."""

    exit_code = 22


def translated(error: Exception, server: str) -> BadLibrary:
    """Return an error of pyzotero or httpx2 as a `BadLibrary`.

    Its own text is not repeated: it may hold an address with a key.
    """
    import httpx2

    name = type(error).__name__
    if isinstance(error, httpx2.TimeoutException):
        return NotReached(f"{server} did not answer in time", _LATER)
    if isinstance(error, httpx2.RequestError):
        return NotReached(f"{server} cannot be reached ({name})", _CONNECTION)
    return ServerFailed(f"the conversation with {server} failed ({name})", _LATER)


def too_slow(server: str, seconds: float) -> NotReached:
    """Return the error of an answer that was not complete after `seconds`."""
    return NotReached(
        f"{server} did not send its whole answer within {seconds:g} seconds, so it was not used",
        _LATER,
    )


def too_long(server: str, seconds: float) -> ServerBusy:
    """Return the error of a server that asks for more patience than a run has."""
    minutes = max(1, round(seconds / 60))
    return ServerBusy(f"{server} asks to wait for {minutes} minutes", "Run the command again then.")


def plain_message(message: str, key: str) -> str:
    """Return a server's message as a line of plain text, without `key` should it be in it.

    Servers escape their messages as HTML (`&quot;`). A proxy or a login page between the server and
    this computer sends a whole page; its title is the message.
    """
    if _PAGE.match(message):
        title = _TITLE.search(message[:_LONGEST_HEAD])
        message = title[1] if title else ""
    text = re.sub(r"[\x00-\x1f\x7f-\x9f\s]+", " ", html.unescape(message)).strip()
    hidden = text.replace(key, "(key)") if key else text
    is_long = len(hidden) > _LONGEST_MESSAGE
    return hidden[: _LONGEST_MESSAGE - 1] + "…" if is_long else hidden


_LATER = "What was written is recorded; run the command again later."
_CONNECTION = "Check the connection and the address, then run the command again."
