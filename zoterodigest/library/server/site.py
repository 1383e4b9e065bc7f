"""What a server offers: libraries by their path, who may use them, and the write tokens seen."""

from __future__ import annotations

import hmac
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from threading import RLock
from urllib.parse import urlsplit

from zoterodigest.frozen import dataclass
from zoterodigest.library.embedded.embedded import Details, EmbeddedLibrary
from zoterodigest.library.port import Library, Snapshot
from zoterodigest.library.server.index import LibraryIndex
from zoterodigest.library.server.messages import Rejected, Request
from zoterodigest.regex import lazy_regex

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_TOKEN = lazy_regex(r"[\x21-\x7e]{5,32}")
# zotero.org forgets a token after 12 hours; here their number is limited.
_TOKENS_KEPT = 10_000


class WriteTokens:
    """The tokens of writes that were done: a repeated request is not done again."""

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[str, str], None] = OrderedDict()

    def check(self, path: str, request: Request) -> str | None:
        """Return the token of a write to `path`; raises `Rejected` if it was used before."""
        token = request.headers.get("zotero-write-token")
        if token is None:
            return None
        if not _TOKEN.fullmatch(token):
            raise Rejected(400, "a write token has 5 to 32 characters")
        if (path, token) in self._seen:
            raise Rejected(412, "Write token already used")
        return token

    def remember(self, path: str, token: str | None) -> None:
        """Remember that the write with `token` was done; of very many the oldest are forgotten."""
        if token is not None:
            self._seen[path, token] = None
        if len(self._seen) > _TOKENS_KEPT:
            self._seen.popitem(last=False)


def user_at(path: str) -> str:
    """Return the number of the user whose library is offered at `path`; "" if it is a group's."""
    kind, _, number = path.partition("/")
    return number if kind == "users" else ""


class Served:
    """A library at its `path`, `users/123` or `groups/456`; `lock` lets in one request at once."""

    def __init__(self, path: str, library: Library, lock: RLock) -> None:
        self.path = path
        self.library = library
        self.lock = lock
        self._index = LibraryIndex(Snapshot(-1, (), ()), Details())

    @property
    def kind(self) -> str:
        """`user` or `group`."""
        return self.path.partition("/")[0].removesuffix("s")

    @property
    def id(self) -> int:
        """The number of the user or group."""
        return int(self.path.partition("/")[2])

    def index(self) -> LibraryIndex:
        """Return all that is in the library; only what was written since the last time is read."""
        before = self._index
        is_local = isinstance(self.library, EmbeddedLibrary)
        # One on the network is asked for its version alone, which costs least.
        if is_local or self.library.version() != before.snapshot.version:
            snapshot = self.library.read(before.snapshot)
            if snapshot is not before.snapshot:
                self._index = LibraryIndex(snapshot, self.details(), before)
        return self._index

    def details(self) -> Details:
        """Return what the library knows beside; one that knows nothing has empty details."""
        library = self.library
        return library.details() if isinstance(library, EmbeddedLibrary) else Details()


@dataclass(frozen=True, slots=True)
class ServedSite:
    """All that a server answers from.

    `keys` holds by path the API key that opens the library; `new_key` makes keys for objects that
    come without one. zotero.org raises a library's version for what changes nothing too: it
    `counts_unchanged`.
    """

    libraries: Mapping[str, Served]
    keys: Mapping[str, str] = field(repr=False)
    new_key: Callable[[], str]
    tokens: WriteTokens = field(default_factory=WriteTokens)
    counts_unchanged: bool = True

    def admit(self, request: Request) -> tuple[str, frozenset[str]]:
        """Return the address the client knows us by and the paths that its key opens.

        Raises `Rejected` for who is not from here, or has no key.
        """
        return local_address(request), self.paths_of(request)

    def paths_of(self, request: Request) -> frozenset[str]:
        """Return the paths that the key of `request` opens; raises `Rejected` if it has none.

        A group without a key of its own is open to every user.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        bearer = token.strip() if scheme.lower() == "bearer" else ""
        given = request.headers.get("zotero-api-key") or bearer or request.parameter("key")
        # All keys are compared: to stop at the first match would show by time which one fits.
        # Each in constant time: how long it takes must not tell how much of a key is right.
        sent = given.encode("utf-8", "surrogatepass")
        opened = {
            path for path, key in self.keys.items() if hmac.compare_digest(key.encode(), sent)
        }
        if not given or not opened:
            raise Rejected(403, "Invalid key" if given else "an API key is needed")
        groups = {path for path in self.libraries if path.startswith("groups/")}
        if any(path.startswith("users/") for path in opened):
            opened |= groups - self.keys.keys()
        return frozenset(opened)

    def served(self, path: str, opened: frozenset[str]) -> Served:
        """Return the library at `path`; raises `Rejected` unless it is among `opened`."""
        found = self.libraries.get(path)
        if found is None or path not in opened:
            raise Rejected(403, "Forbidden")
        return found


def site(
    libraries: Mapping[str, Library], keys: Mapping[str, str], new_key: Callable[[], str]
) -> ServedSite:
    """Return a site of these libraries; one that stands at two paths has one lock.

    Raises `ValueError`, a bug in the caller, for a malformed path or a user without a key.
    """
    for path in libraries:
        if not re.fullmatch(r"(users|groups)/[0-9]{1,15}", path):
            raise ValueError(f"{path!r} is no path of a library")
        if path.startswith("users/") and not keys.get(path):
            raise ValueError(f"{path} has no key")
    # A library at two paths has one lock: two writes at once could pass each other's checks.
    locks = {id(library): RLock() for library in libraries.values()}
    served = {path: Served(path, one, locks[id(one)]) for path, one in libraries.items()}
    return ServedSite(served, dict(keys), new_key)


def user_of(paths: Iterable[str]) -> int | None:
    """Return the number of the user whose library is among `paths`."""
    users = sorted(path for path in paths if path.startswith("users/"))
    return int(users[0].removeprefix("users/")) if users else None


def local_address(request: Request) -> str:
    """Return the address the client knows us by; raises `Rejected` if it may be a web page.

    A page in a browser can reach loopback: by an Origin of its own, or by a name that it has
    pointed here (DNS rebinding).
    """
    host = request.headers.get("host", "")
    if not re.fullmatch(r"[A-Za-z0-9.\-\[\]:]{1,100}", host) or _name(host) not in _LOOPBACK:
        raise Rejected(403, "this server answers to its loopback address only")
    address = f"http://{host}"
    if request.headers.get("origin", address) != address:
        raise Rejected(403, "this server does not answer to web pages")
    return address


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
