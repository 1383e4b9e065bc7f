"""The dialect of the Web API: zotero.org's, and that of servers like it, and its errors.

zoterodigest chooses the keys of new objects, and every write states the version it expects. So a
write may be sent again: a repeat can be refused, but it never makes a second object.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Any

from zoterodigest.frozen import dataclass
from zoterodigest.library.access import Access, Clock, utc_now
from zoterodigest.library.address import WebAddress, address_of
from zoterodigest.library.http.patience import Lost, Result
from zoterodigest.library.http.session import ApiDialect, Session
from zoterodigest.library.http.trouble import KeyRefused, ServerBusy, ServerFailed, translated
from zoterodigest.library.port import BadLibrary, LibraryReadOnly
from zoterodigest.regex import lazy_regex

# It goes into a header: a line break in it would begin another one.
_KEY = lazy_regex(r"[\x21-\x7e]{1,200}")


def is_api_key(text: str) -> bool:
    """Tell whether `text` can be an API key: one word that a header can hold."""
    return _KEY.fullmatch(text) is not None


class WebDialect(ApiDialect):
    """How the server of `address` is spoken to."""

    is_local = False
    read_seconds = 60.0
    write_seconds = 180.0

    def __init__(self, address: WebAddress, access: Access) -> None:
        self.address = address
        self.server = address.server
        self.is_sighted = False
        """Whether it was seen that the key shows all of the library."""
        self._access = access
        self._key: str | None = None

    @property
    def key(self) -> str:
        """The API key, "" if there is none; asked for when it is first needed."""
        if self._key is None:
            key = self._access.key_of(self.address)
            self._key = key if is_api_key(key) else ""
        return self._key

    def write(self, session: Session[Any], path: str, content: bytes, token: str) -> Result:
        """Send one write, without `token`: our keys make a repeated creation harmless."""
        # Zotero's server forgets a token if the last object of its batch failed.
        return session.send("POST", path, content=content, seconds=self.write_seconds)

    def unreachable(self, error: Exception) -> Lost:
        """Return that no answer came."""
        return Lost(translated(error, self.server))

    def reason(self, status: int) -> str:
        """Return why a request with this status is sent again later."""
        known = {409: "the library is locked", 429: "the server asks for fewer requests"}
        return known.get(status, f"the server is not ready (HTTP {status})")

    def refusal(self, status: int, message: str, *, is_write: bool) -> BadLibrary:
        """Return what the status of a whole request means."""
        if status in (401, 403) and not self.key:
            return no_key(self.address.identity)
        return refusal(status, self.address.identity, message, is_write=is_write)

    def garbled(self) -> ServerFailed:
        """Return the error of an answer that is not what Zotero's API answers."""
        said = f"the server of {self.address.identity} does not answer as a Zotero server does"
        return ServerFailed(said, _WHERE)


WebSession = Session[WebDialect]


def web_session(address: WebAddress, access: Access, *, now: Clock = utc_now) -> WebSession:
    """Return a session with the server of the library at `address`."""
    return Session(address, WebDialect(address, access), access, now=now)


def refusal(status: int, identity: str, message: str, *, is_write: bool) -> BadLibrary:
    """Return what the HTTP `status` of a whole request means for the library `identity`."""
    where = "" if "@" in identity else " at zotero.org/settings/keys"
    match status:
        case 401 | 403 if is_write:
            return LibraryReadOnly(
                f"the API key may not write into {identity}",
                f"Give it write access{where}; {_rights_shown(identity)}",
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


def _rights_shown(identity: str) -> str:
    return f"`{_auth(' status', identity)}` shows its rights."


def _auth(action: str, identity: str) -> str:
    """Return the command; a key serves all of zotero.org, elsewhere each library has its own."""
    library = f" {address_of(identity)}" if "@" in identity else ""
    return f"zoterodigest auth{action}{library}"


_LATER = "What was written is recorded; run the command again later."
_WHERE = "Check its address: `library` in zoterodigest.toml, or --library."


@dataclass(frozen=True, slots=True)
class Rights:
    """Whose key it is and what it opens: `access` is as the API tells it."""

    user: int
    name: str
    access: Mapping[str, Any]

    def may_read(self, address: WebAddress) -> bool:
        """Whether the key opens the library at `address`."""
        return bool(self._of(address).get("library"))

    def may_write(self, address: WebAddress) -> bool:
        """Whether it may write there."""
        return bool(self._of(address).get("write"))

    def sees_notes(self, address: WebAddress) -> bool:
        """Whether it shows the library's notes; a key for a group always does."""
        return address.kind == "group" or bool(self._of(address).get("notes"))

    @property
    def groups(self) -> tuple[int, ...]:
        """The groups that are named one by one."""
        named = _table(self.access, "groups")
        return tuple(sorted(int(key) for key in named if key.isascii() and key.isdecimal()))

    @property
    def opens_all_groups(self) -> bool:
        """Whether every group of the person's is open to it."""
        return bool(_table(_table(self.access, "groups"), "all").get("library"))

    @property
    def may_write_all_groups(self) -> bool:
        """Whether it may write into every group that the person may write into."""
        return bool(_table(_table(self.access, "groups"), "all").get("write"))

    def _of(self, address: WebAddress) -> Mapping[str, Any]:
        if address.kind == "user":
            return _table(self.access, "user") if address.number == self.user else {}
        groups = _table(self.access, "groups")
        return _table(groups, str(address.number)) or _table(groups, "all")


def rights_of(address: WebAddress, access: Access) -> Rights:
    """Ask the server of `address` what the key of `access` opens; raises as `read_rights` does."""
    with closing(web_session(address, access)) as session:
        return read_rights(session)


def require_whole_sight(session: WebSession) -> None:
    """Raise `KeyRefused` unless all of the library is shown: hidden notes would look deleted."""
    dialect = session.dialect
    address = dialect.address
    if dialect.is_sighted:
        return
    if not dialect.key:
        if address.kind == "user":
            raise no_key(address.identity)
        return
    rights = read_rights(session)
    if not rights.may_read(address):
        raise refusal(403, address.identity, "", is_write=False)
    if not rights.sees_notes(address):
        raise KeyRefused(
            f"the API key does not show the notes of {address.identity}",
            "Allow access to notes at zotero.org/settings/keys, then run the command again.",
        )
    dialect.is_sighted = True


def read_rights(session: WebSession) -> Rights:
    """Ask the server for the rights of the key; raises `KeyRefused` if it knows no such key."""
    # Not `/keys/KEY`, which pyzotero asks for: the key would stand in addresses that are logged.
    match session.get("/keys/current").body:
        case {"userID": int(user), "access": dict(access), **more}:
            return Rights(user, str(more.get("username", "")), access)
        case _:
            raise session.dialect.garbled()


def _table(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = values.get(name)
    return found if isinstance(found, Mapping) else {}
