"""Addresses of libraries, as people write them.

`embedded:PATH`, `user:ID` and `group:ID` (zotero.org), `desktop` and `desktop:group:ID` (the
running Zotero, at another port with `?url=http://127.0.0.1:PORT/api`), and `https://HOST/users/ID`
or `/groups/ID` for any other server with Zotero's Web API, plain http only on this machine.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from ipaddress import ip_address
from typing import ClassVar
from urllib.parse import SplitResult, urlsplit

from zoterodigest.core.values.annotation import USER_LIBRARY
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

EMBEDDED = "embedded:"
ZOTERO_ORG = "https://api.zotero.org"
NAMED_HERE = "desktop:"
"""Begins the name that zoterodigest gives the library of a Zotero without an account."""

DESKTOP_URL = "http://127.0.0.1:23119/api"

_ID = r"([1-9][0-9]{0,15})"
_HOSTED = lazy_regex(rf"(user|group):{_ID}")
_DESKTOP = lazy_regex(rf"desktop(?::group:{_ID})?(?:\?url=(.+))?", re.S)
_IDENTITY = lazy_regex(rf"(user|group):{_ID}@(.+)", re.S)
# People paste addresses with passwords and keys in them, and messages show addresses.
_SECRET = lazy_regex(r"(?<=://)[^/@]*(?=@)|(?<=key=)[^&]*", re.I)
_LIBRARY_PATH = lazy_regex(rf"((?:/[\w.~-]+)*)/(user|group)s/{_ID}/?")


class BadAddress(ZoterodigestError):
    """A library's address cannot be understood, for `reason`; `address` is how it was written."""

    exit_code = 2

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(
            f"{without_secrets(address)!r} names no library: {reason}",
            "Write embedded:PATH, user:ID or group:ID for zotero.org, desktop for the Zotero on"
            " this computer, or https://HOST/users/ID for another server.",
        )
        self.address = address
        self.reason = reason


def without_secrets(address: str) -> str:
    """Return `address` without the parts in which people put passwords and keys."""
    return _SECRET.sub("…", address)


@dataclass(frozen=True, slots=True)
class EmbeddedAddress:
    """The embedded library in the file at `disk_path`, which may be relative."""

    disk_path: str
    needs_network: ClassVar = False
    about: ClassVar = "a trial library, not your Zotero"

    @property
    def text(self) -> str:
        """The address as people write it."""
        return f"{EMBEDDED}{self.disk_path}"


@dataclass(frozen=True, slots=True)
class WebAddress:
    """A library behind the Web API at `url`: `kind` is `user` or `group`, `number` its id there."""

    url: str
    kind: str
    number: int
    disk_path: ClassVar = None
    needs_network: ClassVar = True

    @property
    def identity(self) -> str:
        """The library's lasting identity: `user:123`, elsewhere than at zotero.org with `@HOST`."""
        name = f"{self.kind}:{self.number}"
        return name if self.url == ZOTERO_ORG else f"{name}@{self.server}"

    @property
    def server(self) -> str:
        """The server's name, with its port and folder if it has any."""
        return self.url.partition("://")[2]

    @property
    def path(self) -> str:
        """Where the library stands below `url`."""
        return f"/{self.kind}s/{self.number}"


@dataclass(frozen=True, slots=True)
class DesktopAddress:
    """A library of the running Zotero at `url`: a group's, or the person's own."""

    url: str
    group: int | None
    disk_path: ClassVar = None
    needs_network: ClassVar = False

    @property
    def identity(self) -> str:
        """How the library is called on this machine; what it is, its Zotero tells."""
        name = "desktop" if self.group is None else f"desktop:group:{self.group}"
        return name if self.url == DESKTOP_URL else f"{name}?url={self.url}"

    @property
    def kind(self) -> str:
        """Whether it is a `user`'s library or a `group`'s."""
        return "user" if self.group is None else "group"

    @property
    def number(self) -> int:
        """Its id; the person's own goes by 0."""
        return self.group or 0

    @property
    def path(self) -> str:
        """Where the library stands below `url`."""
        return f"/{self.kind}s/{self.number}"


ApiAddress = WebAddress | DesktopAddress
Address = EmbeddedAddress | ApiAddress
"""Where a library is. Each kind answers what the rest of the program asks about it.

`disk_path` is the path at which the first write makes the library; None if Zotero or a server
keeps it. `needs_network` tells whether reading it takes requests to a server. A kind that has a
path is also one that people may meet without choosing it: `about` explains it to them.
"""


def group_in_links(library: ApiAddress) -> str:
    """Return the ID of the group whose library it is, "" for a person's own, as for links."""
    return str(library.number) if library.kind == "group" else ""


def select_link(group: str, key: str) -> str:
    """Return the link that shows an item in the Zotero on this computer.

    `group` is the ID of the group whose library has it, "" for the person's own library.
    """
    return f"zotero://select/{library_in_links(group)}/items/{key}"


def library_in_links(group: str) -> str:
    """Return how links name the library of the group with this ID, or the person's own for ""."""
    return f"groups/{group}" if group else USER_LIBRARY


def parse_address(text: str) -> Address:
    """Return what the address `text` says; raise `BadAddress` if it says nothing."""
    if text.startswith(EMBEDDED):
        return _embedded(text)
    if hosted := _HOSTED.fullmatch(text):
        return WebAddress(ZOTERO_ORG, hosted[1], int(hosted[2]))
    if desktop := _DESKTOP.fullmatch(text):
        return _desktop(text, desktop)
    if text.startswith(("http://", "https://")):
        return _web(text)
    if text.startswith(("user:", "group:", "desktop:group:")):
        raise BadAddress(text, "an id is a number, as zotero.org/settings/keys shows it")
    raise BadAddress(text, "no address of a library begins like this")


def with_disk_path(text: str, path: str) -> str:
    """Return the address `text` with another path on the disk; one that has none stays as it is."""
    address = parse_address(text)
    return text if isinstance(address, ApiAddress) else replace(address, disk_path=path).text


def address_of(identity: str) -> str:
    """Return the address of the library with this identity; "" if the identity does not tell.

    That of an embedded library does not say where its file lies.
    """
    if _HOSTED.fullmatch(identity):
        return identity
    if identity.startswith(NAMED_HERE):
        return "desktop"
    if elsewhere := _IDENTITY.fullmatch(identity):
        kind, number, server = elsewhere.groups()
        for scheme in ("http", "https"):
            text = f"{scheme}://{server}/{kind}s/{number}"
            with suppress(BadAddress):
                if _web(text).identity == identity:
                    return text
    return ""


def is_meant_as_address(text: str) -> bool:
    """Tell whether somebody may have meant `text` as an address, and not an API key."""
    return ":" in text or text.startswith("desktop")


def group_id_of(identity: str) -> str:
    """Return the ID of the group whose library has this identity; "" if it is no group's."""
    if not is_group(identity):
        return ""
    return identity.removeprefix("group:").partition("@")[0]


def is_built_in(identity: str) -> bool:
    """Tell whether an identity is that of a library of zoterodigest's own, on a disk."""
    # Such an identity begins as an address of its kind does.
    with suppress(BadAddress):
        return parse_address(identity).disk_path is not None
    return False


def is_named_here(identity: str) -> bool:
    """Tell whether zoterodigest gave the identity, because its Zotero has no account."""
    return identity.startswith(NAMED_HERE)


def is_personal(identity: str) -> bool:
    """Tell whether an identity is a person's account, at zotero.org or at another server."""
    return identity.startswith("user:")


def is_group(identity: str) -> bool:
    """Tell whether an identity is a group's."""
    return identity.startswith("group:")


def in_desktop(identity: str) -> str:
    """Return the address of the library with this identity in the Zotero on this computer."""
    return f"desktop:{identity}" if is_group(identity) else "desktop"


def ways_to(identity: str) -> str:
    """Return how a person can name the library with this identity; a Zotero here may hold it."""
    if is_built_in(identity):
        return with_disk_path(identity, "PATH")
    address = address_of(identity) or "ADDRESS"
    if address != identity:
        return address
    return f"{address} (or {in_desktop(address)}, for the Zotero on this computer)"


def _embedded(text: str) -> EmbeddedAddress:
    path = text.removeprefix(EMBEDDED)
    if not path.strip() or "\0" in path:
        raise BadAddress(text, "the path of its file is missing")
    if path.startswith("~"):
        raise BadAddress(text, "~ is not expanded here, write the path in full")
    return EmbeddedAddress(path)


def _desktop(text: str, found: re.Match[str]) -> DesktopAddress:
    group = int(found[1]) if found[1] else None
    url = found[2] or DESKTOP_URL
    parts = _split(text, url)
    if parts.scheme != "http" or not _is_loopback(parts) or parts.path.rstrip("/") != "/api":
        raise BadAddress(text, "the running Zotero is at http://127.0.0.1:PORT/api")
    return DesktopAddress(_root(parts, "/api"), group)


def _web(text: str) -> WebAddress:
    parts = _split(text, text)
    if parts.scheme == "http" and not _is_loopback(parts):
        raise BadAddress(
            text, "the API key would be sent unencrypted, so plain http works on this computer only"
        )
    library = _LIBRARY_PATH.fullmatch(parts.path)
    if library is None:
        raise BadAddress(text, "it does not end in /users/ID or /groups/ID")
    return WebAddress(_root(parts, library[1]), library[2], int(library[3]))


def _split(text: str, url: str) -> SplitResult:
    """Return the parts of `url`, which names a host and no person, query or fragment."""
    try:
        parts = urlsplit(url)
        is_named = bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise BadAddress(text, "its host or port cannot be read") from error
    if not is_named or re.search(r"[\x00-\x20\x7f\\@?#%]", url):
        raise BadAddress(text, "it needs a host, and nothing but a port and a path beside it")
    return parts


def _root(parts: SplitResult, path: str) -> str:
    # In lower case: it is a part of the identity, and one server must not have two.
    return f"{parts.scheme}://{parts.netloc.lower()}{path}"


def _is_loopback(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
