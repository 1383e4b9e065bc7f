"""Answers to what is read from a library: items, collections, tags, deletions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import urlencode

from zoterodigest.bibtex.facts.rules import Style, bib_rules
from zoterodigest.foreign import read_json
from zoterodigest.frozen import dataclass
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.library.port import Collection, LibraryItem, Snapshot
from zoterodigest.library.records.works import Reference, bib_text, csl_text, read_work
from zoterodigest.library.server.index import LibraryIndex, is_trashed
from zoterodigest.library.server.messages import (
    Headers,
    Rejected,
    Request,
    Response,
    json_answer,
    text_answer,
)
from zoterodigest.library.server.queries import (
    Query,
    ResponseFormat,
    TagQuery,
    read_query,
    read_tag_query,
)
from zoterodigest.library.server.selection import (
    Scope,
    count_tags,
    prepare_search,
    select_collections,
    select_items,
    select_tags,
)
from zoterodigest.library.server.shapes import Showing
from zoterodigest.library.server.site import Served

T = TypeVar("T")
Path = tuple[str, ...]
Items = Sequence[LibraryItem]

_EMPTY: Mapping[str, Any] = {"searches": [], "settings": {}, "fulltext": {}}
"""What Zotero keeps and the port does not know."""


def read_ahead(served: Served) -> None:
    """Read an embedded library and index it for searches, so that the first one is a quick one.

    Of 100,000 items that takes some seconds, and a search some milliseconds. What goes wrong is
    left to the requests, which report it.
    """
    if isinstance(served.library, EmbeddedLibrary):
        search = read_query(Request("GET", "", (), {"q": ["a"]}, {}))
        with served.lock, suppress(Exception):
            prepare_search(served.index(), search)


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """One request that reads the library `served`, which the client knows at `address`."""

    request: Request
    address: str
    served: Served

    def answer(self, path: Path) -> Response:
        """Return the answer to a read of `path` within the library; raises `Rejected`."""
        # zotero.org answers 304 for lists only, never for a single object.
        if not _is_single(path) and self._is_unmodified():
            return Response(304, self._at(self.served.library.version()))
        match path:
            case ("deleted",):
                return self._deleted()
            case ("searches" | "settings" | "fulltext" as name,):
                return json_answer(_EMPTY[name], self._at(self.served.library.version()))
            case ("publications", "items"):
                return json_answer([], {**self._at(0), "Total-Results": "0"})
            case _:
                return self._contents(path, self.served.index())

    def _contents(self, path: Path, index: LibraryIndex) -> Response:
        shown = Showing(self.address, self.served, index)
        match path:
            case ("items", *_, "tags") | ("collections", _, *_, "tags") | ("tags", *_):
                return self._tags(path, shown)
            case ("items", key) if key not in ("top", "trash"):
                return self._item(shown, key)
            case ("items", *rest) | ("collections", _, "items", *rest) if rest in ([], ["top"]):
                return self._items(shown, path, only_top=bool(rest))
            case ("items", "trash") | ("items", _, "children"):
                return self._items(shown, path)
            case ("collections", key) if key != "top":
                found = _required_collection(index, key)
                return json_answer(shown.collections([found])[0], self._at(found.version))
            case ("collections", *_):
                return self._collections(path, shown)
            case _:
                raise Rejected(404, "Not found")

    def _is_unmodified(self) -> bool:
        since = self.request.version_header("If-Modified-Since-Version")
        return since is not None and self.served.library.version() <= since

    def _item(self, shown: Showing, key: str) -> Response:
        item = _required_item(shown.index, key, "Item does not exist")
        query = read_query(self.request)
        headers = self._at(item.version)
        if query.format in _EXPORTS:
            return _exported(query.format, [item], shown, headers)
        return json_answer(_with_formats(shown, [item], query)[0], headers)

    def _items(self, shown: Showing, path: Path, *, only_top: bool = False) -> Response:
        query, index = read_query(self.request), shown.index
        if path == ("items", "trash"):
            query = replace(query, with_trashed=True)
        scope = _scope_of(index, path)
        asked = path, replace(query, start=0, limit=None, format=ResponseFormat.JSON)
        found = index.result(asked, lambda: select_items(index, query, scope, only_top=only_top))
        page, headers = self._page(found, query, index.snapshot)
        if query.format in _EXPORTS:
            return _exported(query.format, page, shown, headers)
        return _listed(page, query, headers, lambda some: _with_formats(shown, some, query))

    def _collections(self, path: Path, shown: Showing) -> Response:
        query = read_query(self.request, keys_named="collectionKey")
        snapshot = shown.index.snapshot
        if query.format in _EXPORTS:
            raise Rejected(400, f"Invalid 'format' value {query.format.value!r}")
        match path:
            case (_,):
                within = snapshot.collections
            case (_, "top"):
                within = tuple(one for one in snapshot.collections if one.parent is None)
            case (_, key, "collections"):
                _required_collection(shown.index, key)
                within = tuple(one for one in snapshot.collections if one.parent == key)
            case _:
                raise Rejected(404, "Not found")
        page, headers = self._page(select_collections(within, query), query, snapshot)
        return _listed(page, query, headers, shown.collections)

    def _tags(self, path: Path, shown: Showing) -> Response:
        query, index = read_tag_query(self.request), shown.index
        if "trash" in path:
            query = replace(query, items=replace(query.items, with_trashed=True))
        named = path[1] if path[0] == "tags" and len(path) == 2 else None
        if path[0] == "tags" and len(path) > 2:
            raise Rejected(404, "Not found")
        trashed = query.items.with_trashed
        known = index.result(("tags", trashed), lambda: count_tags(index, with_trashed=trashed))
        carried = self._carrying(index, path, query)
        found = [one for one in select_tags(known, carried, query) if named in (None, one[0])]
        if named is not None and not found:
            raise Rejected(404, "Not found")
        page, headers = self._page(found, query.items, index.snapshot)
        return json_answer([shown.tag(*tag) for tag in page], headers)

    def _carrying(self, index: LibraryIndex, path: Path, query: TagQuery) -> Items | None:
        """Return the items whose tags are asked for; None for all that count."""
        scope = None if path[0] == "tags" else _scope_of(index, path[:-1])
        is_of_top = "top" in path
        if query.items.matches_children or query.items.tags or is_of_top:
            wanted = replace(query.items, since=0, sort="dateModified")
            return select_items(index, wanted, scope, only_top=is_of_top)
        if scope is None:
            return None
        found = [index.items[at] for at in scope]
        return [one for one in found if query.items.with_trashed or not one.is_trashed]

    def _deleted(self) -> Response:
        library = self.served.library
        if "since" not in self.request.query:
            raise Rejected(400, "'since' parameter must be provided")
        query = read_query(self.request)
        if not isinstance(library, EmbeddedLibrary):
            raise Rejected(404, "this library keeps no log of deletions")
        # The version first: what is erased between the two reads is then listed again next time.
        headers = self._at(self.served.library.version())
        erased = library.deleted(query.since)
        keys = {"items": list(erased.items), "collections": list(erased.collections)}
        answer = {**keys, "searches": [], "tags": [], "settings": []}
        return json_answer(answer, headers)

    def _page(
        self, found: Sequence[T], query: Query, snapshot: Snapshot
    ) -> tuple[Sequence[T], dict[str, str]]:
        """Return the page that is asked for and the headers that lead to the others."""
        limit = query.limit or max(len(found), 1)
        page = found[query.start : query.start + limit]
        starts = {"first": 0, "prev": max(query.start - limit, 0)} if query.start else {}
        last = max(len(found) - 1, 0) // limit * limit
        if query.start != last:
            starts["last"] = last
        if query.start + limit < len(found):
            starts["next"] = query.start + limit
        links = [f'<{self._url(start)}>; rel="{name}"' for name, start in sorted(starts.items())]
        link = {"Link": ", ".join(links)} if len(found) > limit else {}
        # A restored library can come to an old version again, and then differ from what it was.
        tag = {"ETag": f'"{snapshot.token}"'} if snapshot.token else {}
        at = {**self._at(snapshot.version), **tag}
        return page, {**at, "Total-Results": str(len(found)), **link}

    def _url(self, start: int) -> str:
        given = self.request.query.items()
        # Without the key: a client shows and logs such addresses.
        kept = {name: values for name, values in given if name not in ("start", "key")}
        at = {"start": [str(start)]} if start else {}
        query = urlencode({**kept, **at}, doseq=True, errors="replace")
        return f"{self.address}{self.request.path}?{query}"

    def _at(self, version: int) -> dict[str, str]:
        return {"Last-Modified-Version": str(version)}


def _is_single(path: Path) -> bool:
    return len(path) == 2 and path[0] in ("items", "collections") and path[1] not in _LISTS


_LISTS = frozenset({"top", "trash", "tags"})


def _scope_of(index: LibraryIndex, path: Path) -> Scope:
    """Return the items that a path within a library names; raises `Rejected` if it names none."""
    match path:
        case ("items",) | ("items", "top"):
            return None
        case ("items", "trash"):
            return [at for at, is_gone in enumerate(index.column(is_trashed)) if is_gone]
        case ("items", key, "children"):
            json = _required_item(index, key, "Item not found").json
            # As on zotero.org: read in its code, where a PDF alone lists its annotations so.
            if json.is_attachment and json.text("contentType") != "application/pdf":
                raise Rejected(400, "/children cannot be called on non-PDF attachments")
            return index.below.get(key, ())
        case ("items", key):
            _required_item(index, key, "Item not found")
            return [index.positions[key]]
        case ("collections", key, *rest) if rest in ([], ["items"], ["items", "top"]):
            _required_collection(index, key)
            return index.within.get(key, ())
        case _:
            raise Rejected(404, "Not found")


def _required_item(index: LibraryIndex, key: str, otherwise: str) -> LibraryItem:
    if key not in index.positions:
        raise Rejected(404, otherwise)
    return index.items[index.positions[key]]


def _required_collection(index: LibraryIndex, key: str) -> Collection:
    for one in index.snapshot.collections:
        if one.key == key:
            return one
    raise Rejected(404, "Collection not found")


Stored = TypeVar("Stored", LibraryItem, Collection)


def _listed(
    page: Sequence[Stored],
    query: Query,
    headers: Mapping[str, str],
    show: Callable[[Sequence[Stored]], list[dict[str, Any]]],
) -> Response:
    match query.format:
        case ResponseFormat.VERSIONS:
            return json_answer({one.key: one.version for one in page}, headers)
        case ResponseFormat.KEYS:
            return text_answer("".join(f"{one.key}\n" for one in page), headers)
        case _:
            return json_answer(show(page), headers)


def _cited(items: Items, index: LibraryIndex) -> list[Reference]:
    """Return the works among `items` as references; their keys are unique in the whole library."""
    keys = index.citation_keys
    data = {one.key: {**one.data, "key": one.key} for one in items if one.key in keys}
    return [Reference(read_work(each, bib_rules()), keys[key]) for key, each in data.items()]


_EXPORTS = (ResponseFormat.BIBTEX, ResponseFormat.CSLJSON)


def _exported(form: ResponseFormat, items: Items, shown: Showing, headers: Headers) -> Response:
    cited = _cited(items, shown.index)
    if form is ResponseFormat.BIBTEX:
        text, kind = bib_text(cited, Style(), bib_rules()), "application/x-bibtex"
    else:
        csl = csl_text(cited, Style(abstract=True), bib_rules())
        text, kind = f'{{"items": {csl}}}', "application/vnd.citationstyles.csl+json"
    return text_answer(text, {**headers, "Content-Type": kind})


def _with_formats(shown: Showing, items: Items, query: Query) -> list[dict[str, Any]]:
    """Return items as JSON, each with the other formats that are to be included."""
    objects = [shown.item(item) for item in items]
    if query.include == {"data"}:
        return objects
    cited = {one.work.key: one for one in _cited(items, shown.index)}
    for shape in objects:
        if "data" not in query.include:
            del shape["data"]
        one = [cited[shape["key"]]] if shape["key"] in cited else []
        if "bibtex" in query.include:
            shape["bibtex"] = bib_text(one, Style(), bib_rules())
        if "csljson" in query.include:
            shape["csljson"] = next(iter(read_json(csl_text(one, Style(), bib_rules()))), {})
    return objects
