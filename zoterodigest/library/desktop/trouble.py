"""What goes wrong with a running Zotero as a whole, said so that a person can act on it."""

from __future__ import annotations

from zoterodigest.library.http.trouble import KeyRefused, NotReached, ServerFailed
from zoterodigest.library.port import BadLibrary, LibraryReadOnly


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
        "Start Zotero, then run the command again.",
    )


def denied() -> LibraryReadOnly:
    """Return the error of a person who said no, or of a library that only others may write."""
    return LibraryReadOnly(
        "Zotero does not let zoterodigest write into this library",
        "Run the command again and choose Allow or Always Allow in Zotero's dialog; a group's"
        " library must be one that you may edit.",
    )


def not_let_in() -> KeyRefused:
    """Return the error of a Zotero that lets no other program in."""
    return KeyRefused(
        "Zotero does not let other programs in",
        "In Zotero's settings, under Advanced, allow other applications on this computer to"
        " communicate with Zotero.",
    )


def failed(status: int, message: str) -> BadLibrary:
    """Return what the HTTP `status` of a whole request means."""
    if status in (401, 403):
        return not_let_in()
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
