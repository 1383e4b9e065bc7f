"""The Zotero Web API v3 as a function: a request goes in, the answer comes out.

Answers follow https://www.zotero.org/support/dev/web_api/v3/basics. If it says nothing, they follow
what zotero.org was measured to do. No sockets, no clock; the libraries are the only state.
"""

from __future__ import annotations

from collections.abc import Mapping

from zoterodigest.library.port import BadLibrary, LibraryReadOnly
from zoterodigest.library.server.erasing import Deleting
from zoterodigest.library.server.kinds import KINDS, Author
from zoterodigest.library.server.messages import (
    Rejected,
    Request,
    Response,
    json_answer,
    text_answer,
)
from zoterodigest.library.server.reading import ReadRequest
from zoterodigest.library.server.shapes import template_answer
from zoterodigest.library.server.site import Served, ServedSite, user_of
from zoterodigest.library.server.writing import WriteRequest

_READS = frozenset({"GET", "HEAD"})
_HEADERS = {"Zotero-API-Version": "3", "Zotero-Schema-Version": "41", "Cache-Control": "no-store"}


def answer_request(request: Request, site: ServedSite) -> Response:
    """Return the answer to `request`; an error of a library is an answer too."""
    try:
        found = _answer(request, site)
    except Rejected as rejected:
        found = text_answer(rejected.sentence, rejected.headers, status=rejected.status)
    except LibraryReadOnly:
        found = text_answer("Write access denied", status=403)
    except BadLibrary:  # its sentence may name a path of this computer
        found = text_answer("The library cannot be used at the moment", status=503)
    return Response(found.status, {**_HEADERS, **found.headers}, found.body)


def _answer(request: Request, site: ServedSite) -> Response:
    address, opened = site.admit(request)
    version = request.headers.get("zotero-api-version") or request.parameter("v", "3")
    if version != "3":
        raise Rejected(400, f"Invalid API version {version[:10]!r}: version 3 is served")
    match request.segments:
        case ("users" | "groups" as kind, number, *_) if not number.isdecimal():
            raise Rejected(400, f"Invalid {kind.removesuffix('s')} ID")
        case ("users" | "groups" as kind, number, *rest) if rest and rest != ["groups"]:
            served = site.served(f"{kind}/{number}", opened)
            with served.lock:
                if request.method in _READS:
                    return ReadRequest(request, address, served).answer(tuple(rest))
                return _written(request, site, served, address, opened)
        case _ if request.method not in _READS:
            raise Rejected(405, "Method not allowed")
        case ("keys", _):
            return json_answer(_key(request, site, opened))
        case ("users", number, "groups") if f"users/{number}" in opened:
            groups = sorted(path for path in opened if path.startswith("groups/"))
            return json_answer([_group(site.libraries[path], address) for path in groups])
        case ("groups", number):
            return json_answer(_group(site.served(f"groups/{number}", opened), address))
        case ("items", "new") | (_,):
            return template_answer(request)
        case ():
            return text_answer("Nothing to see here.")
        case _:
            raise Rejected(404, "Not found")


def _written(
    request: Request, site: ServedSite, served: Served, address: str, opened: frozenset[str]
) -> Response:
    if served.library.is_read_only:
        raise Rejected(403, "Write access denied")
    agent = request.headers.get("user-agent", "")
    in_group = served.kind == "group"
    user = user_of(opened) if in_group else None  # nobody else writes a user's items
    is_zotero = "Zotero" in agent or "Firefox" in agent  # zotero.org tells its clients so
    author = Author(user, in_group, is_zotero)
    path = request.segments[2:]
    match request.method, path:
        case "DELETE", _:
            return Deleting(request, served).answer(path)
        case "POST", ("items" | "collections" as kind,):
            return WriteRequest(site, request, address, served, author, KINDS[kind]).batch()
        case "PUT" | "PATCH", ("items" | "collections" as kind, key):
            return WriteRequest(site, request, address, served, author, KINDS[kind]).single(key)
        case _:
            raise Rejected(405, "Method not allowed")


def _key(request: Request, site: ServedSite, opened: frozenset[str]) -> Mapping[str, object]:
    """Return what the key of `request` may do; no other key can be asked for."""
    asked = request.segments[1]
    own = sorted(path for path in opened if asked in ("current", site.keys.get(path)))
    if not own:
        raise Rejected(404, "Key not found")
    user = user_of(own) or 0
    access: dict[str, dict[str, object]] = {}
    for path in own:
        served = site.libraries.get(path)
        if served is None:
            continue
        rights = {"library": True, "write": not served.library.is_read_only}
        if served.kind == "group":
            access.setdefault("groups", {})[str(served.id)] = rights
        elif served.id == user:
            access["user"] = {**rights, "files": False, "notes": True}
    key = next(site.keys[path] for path in own if path in site.keys)
    return {"key": key, "userID": user, "username": f"user {user}", "access": access}


def _group(served: Served, address: str) -> Mapping[str, object]:
    href = f"{address}/{served.path}"
    data = {"id": served.id, "version": 1, "name": f"group {served.id}", "type": "Private"}
    links = {"self": {"href": href, "type": "application/json"}}
    return {"id": served.id, "version": 1, "links": links, "meta": {}, "data": data}
