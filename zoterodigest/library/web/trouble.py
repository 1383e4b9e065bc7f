"""What goes wrong with a server of the Web API as a whole, said so that a person can act on it."""

from __future__ import annotations

from zoterodigest.library.address import address_of
from zoterodigest.library.http.trouble import KeyRefused, ServerBusy, ServerFailed
from zoterodigest.library.port import BadLibrary, LibraryReadOnly


def refusal(status: int, identity: str, message: str, *, is_write: bool) -> BadLibrary:
    """Return what the HTTP `status` of a whole request means for the library `identity`."""
    match status:
        case 401 | 403 if is_write:
            return LibraryReadOnly(
                f"the API key may not write into {identity}",
                f"Give it write access{_where_keys_are(identity)}; {_rights_shown(identity)}",
            )
        case 401 | 403:
            return KeyRefused(
                f"{identity} cannot be read with this API key",
                f"{key_taken(identity)}; {_rights_shown(identity)}",
            )
        case 404:
            return BadLibrary(f"there is no library {identity}", "Check its id and its kind.")
        case 409:
            return ServerBusy(f"{identity} is locked, as somebody writes into it", _LATER)
        case 429 | 503:
            return ServerBusy(f"the server of {identity} is busy (HTTP {status})", _LATER)
        case _ if 300 <= status < 400:
            return ServerFailed(f"{identity} answered with a redirection, HTTP {status}", _WHERE)
        case _:
            said = f": {message}" if message else ""
            return ServerFailed(f"{identity} answered with HTTP {status}{said}", _LATER)


def no_key(identity: str) -> KeyRefused:
    """Return the error of a library that cannot be read without an API key."""
    return KeyRefused(
        f"there is no API key for {identity} on this machine", f"{key_taken(identity)}."
    )


def key_taken(identity: str) -> str:
    """Return by which command a key for the library is taken; "" stands for all of zotero.org."""
    return f"`{_auth('', identity)}` takes a key and keeps it"


def no_zotero_server(identity: str) -> ServerFailed:
    """Return the error of an answer that is not what Zotero's API answers."""
    return ServerFailed(f"the server of {identity} does not answer as a Zotero server does", _WHERE)


def _rights_shown(identity: str) -> str:
    return f"`{_auth(' status', identity)}` shows its rights."


def _auth(action: str, identity: str) -> str:
    """Return the command; a key serves all of zotero.org, elsewhere each library has its own."""
    library = f" {address_of(identity)}" if "@" in identity else ""
    return f"zoterodigest auth{action}{library}"


def _where_keys_are(identity: str) -> str:
    return "" if "@" in identity else " at zotero.org/settings/keys"


_LATER = "What was written is recorded; run the command again later."
_WHERE = "Check its address: `library` in zoterodigest.toml, or --library."
