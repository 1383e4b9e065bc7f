"""A server with the manners of a running Zotero's local API, which are not those of the Web API.

Our Web API server answers; what the desktop does otherwise is changed on the way in and out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any
from urllib.parse import urlencode

from tests.library.running_values import filled, joined, shown, taken, whole
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.library.port import BATCH_SIZE, Library, LibraryItem, Snapshot
from zoterodigest.library.server import Connection, Listener, answering
from zoterodigest.library.server.api import answer_request
from zoterodigest.library.server.listening import new_key
from zoterodigest.library.server.messages import (
    Rejected,
    Request,
    Response,
    json_answer,
    text_answer,
)
from zoterodigest.library.server.site import ServedSite, site
from zoterodigest.notes.editor import editor_form

ALLOW, ALWAYS, DENY = "Allow", "Always Allow", "Deny"
OWN = "users/1"
_INNER = {OWN: "inner-key"}
_PROMPTS_A_MINUTE = 5
_NO_KEY = "ZZZZZZZZ"
"""No object has it: without any key a list would show everything."""


class ConnectionDropped(ConnectionError):
    """The desktop closes the connection without a word."""


@dataclass(slots=True)
class RunningZotero:
    """A Zotero that runs with these libraries, the person's own and groups by their number.

    `dialog` is what the person clicks each time an application asks; `now` tells the seconds.
    `account` is the person's number at zotero.org, 0 if they have none.
    Only with `takes_keys` objects are created under keys of the client's. An old Zotero has no
    annotations (`lists_annotations`). Notes in `open_notes` are shown in the window, and the editor
    saves its own form over what is written to them.
    """

    library: EmbeddedLibrary
    groups: Mapping[int, EmbeddedLibrary] = field(default_factory=dict)
    server_id: str = "b3c1f6a2"
    dialog: Callable[[], str] = lambda: ALWAYS
    now: Callable[[], float] = lambda: 0.0
    takes_keys: bool = False
    lists_annotations: bool = True
    account: int = 1
    open_notes: set[str] = field(default_factory=set)
    keys: dict[str, bool] = field(default_factory=dict)
    prompts: list[float] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    url: str = ""
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _held: dict[str, Snapshot] = field(default_factory=dict)
    _site: ServedSite = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Start Zotero anew: keys, versions and the server's ID stay, write tokens do not."""
        libraries: dict[str, Library] = {OWN: self.library}
        libraries |= {f"groups/{number}": library for number, library in self.groups.items()}
        # A desktop raises no version for what changes nothing.
        self._site = replace(site(libraries, _INNER, new_key), counts_unchanged=False)

    def answer(self, request: Request) -> Response:
        """Answer a request as the desktop does; raises `ConnectionDropped`."""
        agent = request.headers.get("user-agent", "")
        if agent.startswith("Mozilla/") or "origin" in request.headers:
            raise ConnectionDropped
        self.requests.append(f"{request.method} {request.path}")
        try:
            found = self._answer(request)
        except Rejected as rejected:
            found = text_answer(rejected.sentence, rejected.headers, status=rejected.status)
        if found.status == 401:  # of all answers, these do not tell it
            return found
        return replace(found, headers={**found.headers, "Zotero-Server-ID": self.server_id})

    def _answer(self, request: Request) -> Response:
        if request.headers.get("zotero-server-id", self.server_id) != self.server_id:
            raise Rejected(412, "Zotero-Server-ID does not match this server")
        match request.segments:
            case ("api",) if request.path == "/api/":
                return text_answer("Nothing to see here.")
            case ("api", "local", "authorize") if request.method == "POST":
                return self._authorized(request)
            case ("api", "users" | "groups" as kind, number, *rest) if rest:
                path = OWN if kind == "users" and number in ("0", "1") else f"{kind}/{number}"
                return self._of_library(request, path, tuple(rest))
            case ("api", "items", "new") | ("api", "keys", *_):
                raise Rejected(404, "No endpoint found")
            case ("api", *rest):
                return self._inner(request, "/".join(rest))
            case _:
                raise Rejected(404, "No endpoint found")

    def _authorized(self, request: Request) -> Response:
        self._require_server_id(request)
        data = request.json()
        if not isinstance(data, dict) or not data.get("appName"):
            raise Rejected(400, "appName not provided")
        recent = [at for at in self.prompts if at > self.now() - 60]
        if len(recent) >= _PROMPTS_A_MINUTE:
            raise Rejected(429, "Too many authorization requests", {"Retry-After": "60"})
        self.prompts = [*recent, self.now()]
        choice = self.dialog()
        if choice == DENY:
            raise Rejected(403, "Denied")
        key = f"local-key-{next(self._numbers)}"
        self.keys[key] = choice == ALWAYS
        return json_answer({"key": key, "remember": self.keys[key]})

    def _of_library(self, request: Request, path: str, rest: tuple[str, ...]) -> Response:
        if path not in self._site.libraries or rest[0] == "deleted":
            raise Rejected(404, "No endpoint found")
        if request.method in ("GET", "HEAD"):
            return self._read(request, path, rest)
        self._require_server_id(request)
        self._require_key(request)
        with self._site.libraries[path].lock:
            found = self._written(request, path, rest)
            self._save_open_notes(path)
        return found

    def _require_server_id(self, request: Request) -> None:
        if "zotero-server-id" not in request.headers:
            raise Rejected(428, "Zotero-Server-ID not provided")

    def _require_key(self, request: Request) -> None:
        """Require a key; one for a single write is spent, whatever comes of that write."""
        key = request.headers.get("zotero-api-key", "")
        if not key:
            raise Rejected(401, "API key required")
        if key not in self.keys:
            raise Rejected(401, "Invalid or expired API key")
        if not self.keys[key]:
            del self.keys[key]

    # Reading

    def _read(self, request: Request, path: str, rest: tuple[str, ...]) -> Response:
        """Read without a limit unless one is asked for; fields that hold nothing are left out."""
        rest, request = self._below_file(request, path, rest)
        request = self._with_children(self._without_trash(request, path, rest), path, rest)
        request = self._without_hidden_annotations(request, path, rest)
        start, limit = int(request.parameter("start") or 0), int(request.parameter("limit") or 0)
        first = self._page(request, path, rest, start, limit or 100)
        if "Total-Results" not in first.headers or first.status != 200:
            return shown(first, self.account)
        total = int(first.headers["Total-Results"])
        end = min(total, start + limit) if limit else total
        pages = [
            self._page(request, path, rest, at, end - at).body
            for at in range(start + 100, end, 100)
        ]
        link = {"Link": f'<{self._url(request, end)}>; rel="next"'} if end < total else {}
        headers = {name: value for name, value in first.headers.items() if name != "Link"}
        return shown(Response(200, headers | link, joined([first.body, *pages])), self.account)

    def _url(self, request: Request, start: int) -> str:
        query = urlencode({**request.query, "start": [str(start)]}, doseq=True)
        return f"{self.url.removesuffix('/api')}{request.path}?{query}"

    def _page(
        self, request: Request, path: str, rest: tuple[str, ...], start: int, limit: int
    ) -> Response:
        query = {**request.query, "start": [str(start)], "limit": [str(min(limit, 100))]}
        return self._inner(replace(request, query=query), "/".join((path, *rest)))

    def _below_file(
        self, request: Request, path: str, rest: tuple[str, ...]
    ) -> tuple[tuple[str, ...], Request]:
        """Turn what is asked of an attachment into a list: its annotations, if they are named."""
        library = self._site.libraries[path].library
        if rest[0] != "items" or rest[2:] != ("children",):
            return rest, request
        if not any(item.json.is_attachment for item in library.fetch([rest[1]])):
            return rest, request
        asks = request.parameter("itemType") == "annotation"
        found = [one.key for one in library.read().items if asks and one.json.parent == rest[1]]
        query = {**request.query, "itemKey": [",".join(found) or _NO_KEY]}
        return ("items",), replace(request, query=query)

    def _with_children(self, request: Request, path: str, rest: tuple[str, ...]) -> Request:
        """Let items asked for by key bring what lies below them, but not at the top."""
        if rest != ("items",) or "itemKey" not in request.query:
            return request
        keys = request.parameter("itemKey").split(",")
        items = self._site.libraries[path].library.read().items
        for _ in range(2):  # notes and attachments, then annotations
            keys += [one.key for one in items if one.json.parent in keys and one.key not in keys]
        return replace(request, query={**request.query, "itemKey": [",".join(keys)]})

    def _without_hidden_annotations(
        self, request: Request, path: str, rest: tuple[str, ...]
    ) -> Request:
        """Leave out of lists the annotations whose file or item is trashed, or all of them."""
        if rest[0] != "items" or len(rest) > 2:
            return request
        # Each request asks this, and a library that stands still is not read again.
        held = self._held[path] = self._site.libraries[path].library.read(self._held.get(path))
        above = {
            one.key: one.json.parent for one in held.items if one.json.item_type == "annotation"
        }
        if not self.lists_annotations and rest[-1] in above:
            raise Rejected(404, "Item does not exist")
        trashed = {item.key for item in held.items if item.is_trashed}
        trashed |= {item.key for item in held.items if item.json.parent in trashed}
        hidden = {key for key in above if above[key] in trashed or not self.lists_annotations}
        if not hidden or rest != ("items",):
            return request
        asked = request.parameter("itemKey")
        known = asked.split(",") if asked else [item.key for item in held.items]
        kept = [key for key in known if key not in hidden]
        return replace(request, query={**request.query, "itemKey": [",".join(kept) or _NO_KEY]})

    def _without_trash(self, request: Request, path: str, rest: tuple[str, ...]) -> Request:
        """Hide what a list never shows: trashed collections, and trashed items asked for by key."""
        library, query = self._site.libraries[path].library, request.query
        if rest == ("items",) and "itemKey" in query:
            items = library.fetch(request.parameter("itemKey").split(","))
            live = [item.key for item in items if not item.is_trashed]
            query = {**query, "itemKey": [",".join(live) or _NO_KEY]}
        if rest == ("collections",):
            live = [one.key for one in library.read().collections if not one.is_trashed]
            asked = request.parameter("collectionKey")
            if asked or len(live) < len(library.read().collections):
                live = [key for key in live if key in asked.split(",") or not asked]
                query = {**query, "collectionKey": [",".join(live) or _NO_KEY]}
        return replace(request, query=query)

    def _inner(self, request: Request, path: str) -> Response:
        """Have a request answered by the Web API server."""
        passed = {name: value for name, value in request.headers.items() if name in _PASSED}
        known = {"host": "127.0.0.1", "zotero-api-key": _INNER[OWN]}
        segments = tuple(path.split("/"))
        asked = replace(request, path=f"/{path}", segments=segments, headers={**passed, **known})
        found = answer_request(asked, self._site)
        told = {name: value for name, value in found.headers.items() if name != "ETag"}
        return replace(found, headers=told)

    # Writing

    def _written(self, request: Request, path: str, rest: tuple[str, ...]) -> Response:
        library = self._site.libraries[path].library
        if request.method == "DELETE" or rest[0] != "items":
            return self._collections_or_delete(request, path, rest)
        sent = request.json()
        if request.method == "POST":
            return self._batch(request, library, path, sent)
        stored = library.fetch([rest[1]]) if len(rest) == 2 else []
        if not stored:
            raise Rejected(404, "Item not found")
        item_type = str(sent.get("itemType", stored[0].data["itemType"]))
        change = whole(sent, item_type) if request.method == "PUT" else sent
        body = json.dumps(taken(change, item_type)).encode()
        return self._inner(replace(request, method="PATCH", body=body), "/".join((path, *rest)))

    def _collections_or_delete(
        self, request: Request, path: str, rest: tuple[str, ...]
    ) -> Response:
        if request.method != "POST" or self.takes_keys:
            return self._inner(request, "/".join((path, *rest)))
        known = {one.key for one in self._site.libraries[path].library.read().collections}
        return self._some(request, path, rest[0], request.json(), known)

    def _batch(self, request: Request, library: Library, path: str, sent: Any) -> Response:
        if not isinstance(sent, list):
            raise Rejected(400, "an array is needed")
        stored = {item.key: item for item in library.read().items}
        adapted = []
        for one in sent:
            known = stored.get(one.get("key", ""))
            item_type = one.get("itemType") or (known.data["itemType"] if known else "")
            adapted.append(taken(one, str(item_type)))
        return self._some(request, path, "items", adapted, stored.keys())

    def _some(
        self,
        request: Request,
        path: str,
        kind: str,
        sent: Sequence[Mapping[str, Any]],
        known: Any,
    ) -> Response:
        """Write a batch, of which new objects under the client's own keys fail."""
        if len(sent) > BATCH_SIZE:
            raise Rejected(413, f"Cannot add more than {BATCH_SIZE} objects at a time")
        refused = {
            at
            for at, one in enumerate(sent)
            if one.get("key") and one["key"] not in known and not self.takes_keys
        }
        places = [at for at in range(len(sent)) if at not in refused]
        report: dict[str, dict[str, Any]] = {
            name: {} for name in ("successful", "success", "unchanged", "failed")
        }
        headers = {"Last-Modified-Version": str(self._site.libraries[path].library.version())}
        if places:
            body = json.dumps([sent[at] for at in places]).encode()
            found = self._inner(replace(request, body=body), f"{path}/{kind}")
            if found.status == 412:  # here such a request has had its write token, too
                token = request.headers.get("zotero-write-token")
                self._site.tokens.remember(path, token)
            if found.status != 200:
                return found
            headers = {"Last-Modified-Version": found.headers["Last-Modified-Version"]}
            for name, ones in json.loads(found.body).items():
                report[name] = {str(places[int(at)]): one for at, one in ones.items()}
        for at in refused:
            name = f"{kind.removesuffix('s')} (null/1/{sent[at]['key']})"
            message = f"'primaryData' not loaded for {name}"
            report["failed"][str(at)] = {"code": 400, "message": message}
        for one in report["successful"].values():
            one["data"] = filled(one["data"])
        return json_answer(report, headers)

    def _save_open_notes(self, path: str) -> None:
        """Have the editor save its own form of notes that are shown, if it is another one."""
        library = self._site.libraries[path].library
        for item in library.fetch(sorted(self.open_notes)):
            form = editor_form(str(item.data.get("note", "")))
            if form != item.data.get("note"):
                library.write([LibraryItem(item.key, item.version, {"note": form})])


@contextmanager
def running(zotero: RunningZotero, port: int = 0) -> Iterator[str]:
    """Let `zotero` answer on a port of this computer; give the base address of its API."""
    bugs: list[Exception] = []
    listener = Listener(port, zotero.answer, bugs.append, connection=_LocalConnection)
    with answering(listener) as url:
        zotero.url = f"{url}/api"
        yield zotero.url
    if bugs:
        raise AssertionError("the server failed") from bugs[0]


class _LocalConnection(Connection):
    """One request a connection, and answers whose end is the connection's."""

    protocol_version = "HTTP/1.0"

    def read_body(self) -> bytes:
        if "Transfer-Encoding" in self.headers:
            raise Rejected(400, "Chunked requests are not supported")
        return super().read_body()

    def send(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(response.body if self.command != "HEAD" else b"")
        self.close_connection = True


_PASSED = frozenset(
    {"if-unmodified-since-version", "if-modified-since-version", "zotero-write-token"}
)
