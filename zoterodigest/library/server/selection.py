"""The items and tags of a snapshot that a query asks for, in its order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from zoterodigest.library.port import Collection as Shelf
from zoterodigest.library.port import LibraryItem, Snapshot
from zoterodigest.library.schema import item_types
from zoterodigest.library.server.queries import Query
from zoterodigest.library.server.shapes import creator_summary

Scope = Callable[[LibraryItem], bool]
"""Which items a listing is about, before it is asked for anything."""


def everything(_: LibraryItem) -> bool:
    """All of a library."""
    return True


def trashed(item: LibraryItem) -> bool:
    """What lies in the trash."""
    return item.is_trashed


def below(key: str) -> Scope:
    """The children of the item `key`."""
    return lambda item: item.data.get("parentItem") == key


def in_collection(snapshot: Snapshot, key: str) -> Scope:
    """What lies in the collection `key`, with the children of these items."""
    tops = top_items(snapshot.items)
    members = {
        one.key for one in snapshot.items if key in tops[one.key].data.get("collections", ())
    }
    return lambda item: item.key in members


def top_items(items: Iterable[LibraryItem]) -> Mapping[str, LibraryItem]:
    """Return for each key the item at the top above it, which may be the item itself."""
    by_key = {item.key: item for item in items}
    return {key: _top(item, by_key) for key, item in by_key.items()}


def select(
    snapshot: Snapshot, query: Query, scope: Scope = everything, *, only_top: bool = False
) -> list[LibraryItem]:
    """Return the items within `scope` that `query` asks for, in its order.

    With `only_top`, a child that matches stands for the item it belongs to.
    """
    found = [item for item in snapshot.items if scope(item) and _matches(item, query)]
    if only_top:
        found = list(_tops(snapshot, query, found))
    return _sorted([item for item in found if item.version > query.since], query)


def select_collections(shelves: Iterable[Shelf], query: Query) -> list[Shelf]:
    """Return the collections that `query` asks for, by name or in the order of their keys."""
    found = [
        shelf
        for shelf in shelves
        if shelf.version > query.since
        and (query.keys is None or shelf.key in query.keys)
        and all(word in shelf.name.casefold() for word in query.words)
    ]
    if query.sort != "title":
        return found
    return sorted(found, key=lambda one: one.name.casefold(), reverse=query.is_descending)


def count_tags(items: Iterable[LibraryItem], query: Query) -> list[tuple[str, int, int]]:
    """Return the tags of `items` as text, type and how many items have it, sorted by text."""
    counts: Counter[tuple[str, int]] = Counter()
    for item in items:
        counts.update((tag["tag"], int(tag.get("type", 0))) for tag in item.data.get("tags", ()))
    found = [
        (text, kind, count)
        for (text, kind), count in sorted(counts.items())
        if all(word in text.casefold() for word in query.words)
    ]
    if query.sort == "numItems":
        found.sort(key=lambda one: one[2], reverse=query.is_descending)
    return found


def _top(item: LibraryItem, by_key: Mapping[str, LibraryItem]) -> LibraryItem:
    while (parent := by_key.get(str(item.data.get("parentItem", "")))) is not None:
        item = parent
    return item


def _tops(snapshot: Snapshot, query: Query, found: Sequence[LibraryItem]) -> Iterator[LibraryItem]:
    if not query.matches_children:
        yield from (item for item in found if "parentItem" not in item.data)
        return
    tops = top_items(snapshot.items)
    for top in {tops[item.key].key: tops[item.key] for item in found}.values():
        if query.with_trashed or not top.is_trashed:
            yield top


def _matches(item: LibraryItem, query: Query) -> bool:
    if item.is_trashed and not query.with_trashed:
        return False
    if query.keys is not None and item.key not in query.keys:
        return False
    tags = [tag["tag"] for tag in item.data.get("tags", ())]
    return (
        all(condition.holds([item.data["itemType"]]) for condition in query.item_types)
        and all(condition.holds(tags) for condition in query.tags)
        and _has_words(item, query)
    )


def _has_words(item: LibraryItem, query: Query) -> bool:
    if not query.words:
        return True
    texts = [text.casefold() for text in _texts(item.data, query.is_everywhere)]
    year = str(item.data.get("date", ""))[:4]
    return all(word == year or any(word in text for text in texts) for word in query.words)


def _texts(data: Mapping[str, Any], is_everywhere: bool) -> Iterator[str]:
    yield _title(data)
    for creator in data.get("creators", ()):
        parts = (creator.get(part, "") for part in ("firstName", "lastName", "name"))
        yield " ".join(part for part in parts if part)
    if is_everywhere:
        yield from (value for value in data.values() if isinstance(value, str))
        yield from (tag["tag"] for tag in data.get("tags", ()))


def _title(data: Mapping[str, Any]) -> str:
    name = item_types()[data["itemType"]].field_for("title") or "note"
    return str(data.get(name, ""))


def _sorted(items: list[LibraryItem], query: Query) -> list[LibraryItem]:
    """Return items in the order asked for; those without a value come last, ties go by key."""
    if query.sort == "itemKeyList":
        return sorted(items, key=lambda item: _place(item.key, query.keys or ()))
    values = [(_value(item, query.sort), item) for item in items]
    filled = [pair for pair in values if pair[0]]
    filled.sort(key=lambda pair: pair[0], reverse=query.is_descending)
    return [item for _, item in filled] + [item for value, item in values if not value]


def _place(key: str, keys: Collection[str]) -> int:
    return list(keys).index(key) if key in keys else len(keys)


def _value(item: LibraryItem, sort: str) -> str:
    match sort:
        case "title":
            return _title(item.data).casefold()
        case "creator":
            return creator_summary(item.data).casefold()
        case _:
            kind = item_types()[item.data["itemType"]]
            return str(item.data.get(kind.field_for(sort) or sort, "")).casefold()
