"""Reading a whole library with as few requests as its changes need.

One request tells whether anything changed, and returns the first page of it. If something did, the
versions of all objects are listed. Objects that are not known at their version are then read. An
object that is no longer listed was deleted. So the server's log of deletions isn't needed, and the
library may even go back to an older version (restored from a backup). See docs/adr/0010.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import count

from zoterodigest.library.http.objects import COLLECTIONS, ITEMS, ObjectKind, Thing
from zoterodigest.library.http.patience import Answer
from zoterodigest.library.http.reading import (
    KnownObjects,
    Listing,
    objects_of,
    read_both,
    read_by_key,
    version_of,
    versions_since,
)
from zoterodigest.library.port import LibraryItem
from zoterodigest.library.rules.values import is_key
from zoterodigest.library.web.dialect import WebSession, require_whole_sight

_LOG = logging.getLogger(__name__)

PAGE = 100
"""Objects in an answer at most (https://www.zotero.org/support/dev/web_api/v3/basics)."""


def read_changed(session: WebSession, known: KnownObjects) -> KnownObjects:
    """Return all that the library holds now; what is `known` at its version is not read again."""
    listed = known.listing
    if listed is None:
        # First: with a key that hides notes, the tool would believe them deleted.
        require_whole_sight(session)
        listing = _listing(session)
    else:
        answer, changed = _changes(session, known, listed.version)
        known = replace(known, items=known.items | changed)
        is_same = version_of(session, answer) == listed.version
        listing = replace(listed, tag=answer.tag) if is_same else _listing(session)
        if listed.items.keys() - listing.items.keys():  # or are they hidden?
            require_whole_sight(session)
    left = _left(session, known, listing)
    present = known.items  # hardly ever has anything left a collection
    if left:
        present = {key: _without(item, left) for key, item in present.items()}
    items = _completed(session, ITEMS, listing.items, present)
    collections = _completed(session, COLLECTIONS, listing.collections, known.collections)
    complete = Listing(listing.version, _versions(items), _versions(collections), listing.tag)
    return KnownObjects(complete, items, collections)


def read_by_keys(
    session: WebSession, kind: ObjectKind[Thing], keys: Collection[str]
) -> dict[str, Thing]:
    """Return the objects with these keys, by key, trashed ones too, without the missing."""
    return read_by_key(session, kind, keys, includeTrashed=1, limit=PAGE)


def _changes(
    session: WebSession, known: KnownObjects, since: int
) -> tuple[Answer, dict[str, LibraryItem]]:
    """Return an answer of the library, and of the items that changed after `since` the first page.

    If we wrote some ourselves, they are known, and the others are read by their keys.
    """
    if any(item.version > since for item in known.items.values()):
        return versions_since(session, since), {}
    answer = session.get("items", since=since, includeTrashed=1, limit=PAGE)
    return answer, {item.key: item for item in objects_of(session, ITEMS, answer)}


def _listing(session: WebSession) -> Listing:
    version, items, collections = read_both(session, format="versions")
    tag = items.tag if items.version == version else ""
    return Listing(version, _listed(session, items), _listed(session, collections), tag)


def _listed(session: WebSession, answer: Answer) -> dict[str, int]:
    """Return keys and versions; an empty object may be written `[]`."""
    listed = answer.body or {}
    if not isinstance(listed, dict):
        raise session.dialect.garbled()
    if not all(is_key(key) and isinstance(at, int) for key, at in listed.items()):
        raise session.dialect.garbled()
    return listed


def _left(session: WebSession, known: KnownObjects, listing: Listing) -> dict[str, Collection[str]]:
    """Return the collections that items may have left, each with the keys of those it still has.

    Measured: when a collection goes, its items leave it without a new version. One that has another
    version may be gone as well, and made again under its key.
    """
    left: dict[str, Collection[str]] = {}
    for key, one in known.collections.items():
        if key not in listing.collections:
            left[key] = ()
        elif listing.collections[key] != one.version:
            answer = session.find(f"collections/{key}/items", format="versions", includeTrashed=1)
            left[key] = () if answer is None else _listed(session, answer)
    return left


def _without(item: LibraryItem, left: Mapping[str, Collection[str]]) -> LibraryItem:
    """Return `item` without the collections that it has left."""
    named = item.data.get("collections", ())
    kept = [key for key in named if key not in left or item.key in left[key]]
    has_all = len(kept) == len(named)
    return item if has_all else replace(item, data={**item.data, "collections": kept})


def _versions(objects: Mapping[str, Thing]) -> dict[str, int]:
    return {key: one.version for key, one in objects.items()}


def _completed(
    session: WebSession,
    kind: ObjectKind[Thing],
    listed: Mapping[str, int],
    known: Mapping[str, Thing],
) -> dict[str, Thing]:
    """Return the listed objects: those known at their version, the others as they are read now."""
    present = {key: one for key, one in known.items() if listed.get(key) == one.version}
    missing = listed.keys() - present.keys()
    _LOG.debug("%d %s, %d to read", len(listed), kind.path, len(missing))
    if len(missing) > PAGE:
        since = max(0, min(listed[key] for key in missing) - 1)
        paged = {one.key: one for one in _by_page(session, kind, since)}
        present |= {key: one for key, one in paged.items() if key in missing}
        # Pages shift if somebody writes meanwhile. Objects that they missed are read by key.
        missing = listed.keys() - present.keys()
    present |= read_by_keys(session, kind, missing)
    return dict(sorted(present.items()))


def _by_page(session: WebSession, kind: ObjectKind[Thing], since: int) -> Iterator[Thing]:
    """Yield what changed after `since`, page by page."""
    order = {"sort": "dateAdded", "direction": "asc"}  # the one order that an edit does not change
    params = {"since": since, "includeTrashed": 1, "limit": PAGE}
    for start in count(0, PAGE):
        objects = objects_of(session, kind, session.get(kind.path, start=start, **params, **order))
        yield from objects
        if len(objects) < PAGE:
            return
