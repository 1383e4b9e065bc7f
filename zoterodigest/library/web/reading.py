"""Reading a whole library with as few requests as its changes need.

One request tells whether anything changed, and brings what did. If so, the versions of all objects
are listed, and what is still not known at its version is read. What is no longer listed is gone: so
nothing depends on the server's log of deletions, nor on versions that only rise (a library restored
from a backup).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from zoterodigest.library import port
from zoterodigest.library.port import LibraryItem
from zoterodigest.library.rules import is_key
from zoterodigest.library.web.cache import Known, Listing
from zoterodigest.library.web.exchange import Exchange
from zoterodigest.library.web.objects import NotAnObject, collection_of, item_of
from zoterodigest.library.web.patience import Answer
from zoterodigest.library.web.rights import require_whole_sight
from zoterodigest.library.web.trouble import garbled

PAGE = 100
"""Objects in an answer at most."""

KEYS = 50
"""Keys in a request at most."""

_TRIES = 3
"""How often both lists are read until they are of one version."""

Object = TypeVar("Object", LibraryItem, port.Collection)


def read_version(exchange: Exchange, since: int) -> int:
    """Return the library's version; few of its objects have changed since the one given."""
    answer = exchange.get("items", format="versions", since=since, includeTrashed=1)
    return _version(exchange, answer)


def read_all(exchange: Exchange, known: Known) -> Known:
    """Return all that the library holds now; what is `known` at its version is not read again."""
    listed = known.listing
    if listed is None:
        require_whole_sight(exchange)
        listing = _listing(exchange)
    else:
        version, changed = _changes(exchange, known, listed.version)
        known = replace(known, items=known.items | changed)
        listing = listed if version == listed.version else _listing(exchange)
        if listed.items.keys() - listing.items.keys():  # or are they hidden?
            require_whole_sight(exchange)
    gone = known.collections.keys() - listing.collections.keys()
    present = {key: _without(item, gone) for key, item in known.items.items()}
    items = _completed(exchange, "items", listing.items, present)
    collections = _completed(exchange, "collections", listing.collections, known.collections)
    complete = Listing(listing.version, _versions(items), _versions(collections))
    return Known(complete, items, collections)


def _changes(exchange: Exchange, known: Known, since: int) -> tuple[int, dict[str, LibraryItem]]:
    """Return the library's version, and of the items that changed after `since` the first page.

    Where we wrote some ourselves, they are known, and the others are read by their keys.
    """
    if any(item.version > since for item in known.items.values()):
        return read_version(exchange, since), {}
    answer = exchange.get("items", since=since, includeTrashed=1, limit=PAGE)
    parsed = (_parsed(exchange, sent, item_of) for sent in _objects(exchange, answer))
    return _version(exchange, answer), {item.key: item for item in parsed}


def read_items(exchange: Exchange, keys: Collection[str]) -> dict[str, LibraryItem]:
    """Return the items with these keys, by key, without the missing."""
    return dict(_by_key(exchange, "items", keys, item_of))


def read_collections(exchange: Exchange, keys: Collection[str]) -> dict[str, port.Collection]:
    """Return the collections with these keys, by key, without the missing."""
    return dict(_by_key(exchange, "collections", keys, collection_of))


def _listing(exchange: Exchange) -> Listing:
    """Return which objects there are, both kinds at one version if the library stands still.

    If it does not, the lower version counts: what came later is then found the next time.
    """
    for _ in range(_TRIES):
        items = exchange.get("items", format="versions", includeTrashed=1)
        collections = exchange.get("collections", format="versions", includeTrashed=1)
        versions = {_version(exchange, answer) for answer in (items, collections)}
        if len(versions) == 1:
            break
    return Listing(min(versions), _listed(exchange, items), _listed(exchange, collections))


def _version(exchange: Exchange, answer: Answer) -> int:
    if answer.version is None:
        raise garbled(exchange.identity)
    return answer.version


def _listed(exchange: Exchange, answer: Answer) -> dict[str, int]:
    """Return keys and versions; an empty object may be written `[]`."""
    listed = answer.body or {}
    if not isinstance(listed, dict):
        raise garbled(exchange.identity)
    if not all(is_key(key) and isinstance(at, int) for key, at in listed.items()):
        raise garbled(exchange.identity)
    return listed


def _without(item: LibraryItem, gone: Collection[str]) -> LibraryItem:
    """Return `item` outside of what is gone: it leaves a collection without a new version."""
    shelves = item.data.get("collections", ())
    if not any(key in gone for key in shelves):
        return item
    return replace(
        item, data={**item.data, "collections": [key for key in shelves if key not in gone]}
    )


def _versions(objects: Mapping[str, Object]) -> dict[str, int]:
    return {key: one.version for key, one in objects.items()}


def _completed(
    exchange: Exchange, path: str, listed: Mapping[str, int], known: Mapping[str, Object]
) -> dict[str, Any]:
    """Return the listed objects: those known at their version, the others as they are read now."""
    parse: Callable[[Any], Any] = item_of if path == "items" else collection_of
    present = {key: one for key, one in known.items() if listed.get(key) == one.version}
    missing = listed.keys() - present.keys()
    if len(missing) > PAGE:
        since = max(0, min(listed[key] for key in missing) - 1)
        paged = dict(_by_page(exchange, path, since, parse))
        present |= {key: one for key, one in paged.items() if key in missing}
        missing = listed.keys() - present.keys()
    present |= dict(_by_key(exchange, path, missing, parse))
    return dict(sorted(present.items()))


def _by_page(
    exchange: Exchange, path: str, since: int, parse: Callable[[Any], Object]
) -> Iterator[tuple[str, Object]]:
    """Yield what changed after `since`, page by page.

    Pages shift when somebody writes meanwhile; what was passed over is then read by its key.
    """
    start = 0
    while True:
        page = exchange.get(
            path,
            since=since,
            includeTrashed=1,
            limit=PAGE,
            start=start,
            sort="dateAdded",
            direction="asc",
        )
        objects = _objects(exchange, page)
        for sent in objects:
            one = _parsed(exchange, sent, parse)
            yield one.key, one
        start += PAGE
        if len(objects) < PAGE:
            return


def _by_key(
    exchange: Exchange, path: str, keys: Collection[str], parse: Callable[[Any], Object]
) -> Iterator[tuple[str, Object]]:
    """Yield the objects with these keys. Without one valid key the API would return everything."""
    parameter = "itemKey" if path == "items" else "collectionKey"
    valid = sorted({key for key in keys if is_key(key)})
    for batch in _batches(valid):
        named = {parameter: ",".join(batch)}
        answer = exchange.get(path, **named, includeTrashed=1, limit=PAGE)
        for sent in _objects(exchange, answer):
            one = _parsed(exchange, sent, parse)
            if one.key in batch:
                yield one.key, one


def _batches(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[start : start + KEYS] for start in range(0, len(keys), KEYS))


def _objects(exchange: Exchange, answer: Answer) -> list[Any]:
    if not isinstance(answer.body, list):
        raise garbled(exchange.identity)
    return answer.body


def _parsed(exchange: Exchange, sent: Any, parse: Callable[[Any], Object]) -> Object:
    """Return the object the server sent; raise if it is none."""
    try:
        return parse(sent)
    except NotAnObject as error:
        raise garbled(exchange.identity) from error
