"""Which items and tags a query asks for, by a look at all of them each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from zoterodigest.library.port import LibraryItem, Snapshot
from zoterodigest.library.rules.schema import item_types
from zoterodigest.library.server.queries import Query, TagQuery, folded
from zoterodigest.library.server.summaries import (
    creator_summary,
    item_date,
    parsed_date,
    sort_date,
)

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
    members = {it.key for it in snapshot.items if key in tops[it.key].data.get("collections", ())}
    return lambda item: item.key in members


def top_items(items: Iterable[LibraryItem]) -> Mapping[str, LibraryItem]:
    """Return for each key the item at the top above it, which may be the item itself."""
    by_key = {item.key: item for item in items}
    return {key: _top(item, by_key) for key, item in by_key.items()}


def select_items(
    snapshot: Snapshot,
    query: Query,
    scope: Scope = everything,
    *,
    only_top: bool = False,
    added: Mapping[str, int] | None = None,
) -> list[LibraryItem]:
    """Return the items within `scope` that `query` asks for, in its order.

    With `only_top`, a child that matches stands for the item it belongs to. `added` rises in the
    order in which items were added, which parts those that are otherwise alike.
    """
    found = [item for item in snapshot.items if scope(item) and _is_meant(item, query)]
    # Version and tags after the step to the top: those of the item itself count (measured).
    if only_top:
        found = list(_tops(snapshot, query, found))
    kept = [item for item in found if item.version > query.since and _is_tagged(item, query)]
    return _sorted(kept, query, added or {})


def select_tags(
    items: Iterable[LibraryItem], carried: Iterable[LibraryItem], query: TagQuery
) -> list[tuple[str, int, int]]:
    """Return the tags that are asked for as text, type and how many items have it, by text.

    They are those of `carried`; `items` are all that count, and tell since when there is a tag.
    """
    counts: Counter[tuple[str, int]] = Counter()
    since: dict[tuple[str, int], int] = {}
    for item in items:
        for tag in set(_tags_of(item)):
            counts[tag] += 1
            since[tag] = min(item.version, since.get(tag, item.version))
    asked = {tag for item in carried for tag in _tags_of(item)}
    new = (tag for tag in sorted(asked) if since[tag] > query.items.since)
    found = [(*tag, counts[tag]) for tag in new if _is_named(*tag, query)]
    if query.items.sort == "numItems":
        found.sort(key=lambda one: one[2], reverse=query.items.is_descending)
    if query.items.sort == "title":
        found.sort(key=lambda one: folded(one[0]), reverse=query.items.is_descending)
    return found


def _tags_of(item: LibraryItem) -> Iterator[tuple[str, int]]:
    for tag in item.data.get("tags", ()):
        yield tag["tag"], int(tag.get("type", 0))


def _is_named(text: str, kind: int, query: TagQuery) -> bool:
    name = folded(text)
    if query.names and name not in query.names:
        return False
    if not all(condition.holds([str(kind)]) for condition in query.types):
        return False
    return name.startswith(query.words) if query.is_from_start else query.words in name


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


def _is_meant(item: LibraryItem, query: Query) -> bool:
    """Tell whether an item is as asked, but for its version and tags (of a child, its parent's)."""
    if item.is_trashed and not query.with_trashed:
        return False
    if query.keys is not None and item.key not in query.keys:
        return False
    kind = item.data["itemType"]
    # As on zotero.org: a negated condition leaves out annotations.
    is_negated = any(one.is_negated for one in (*query.tags, *query.item_types))
    if kind == "annotation" and is_negated:
        return False
    return all(one.holds([kind]) for one in query.item_types) and _has_words(item, query)


def _is_tagged(item: LibraryItem, query: Query) -> bool:
    tags = [tag["tag"] for tag in item.data.get("tags", ())]
    return all(condition.holds(tags) for condition in query.tags)


def _has_words(item: LibraryItem, query: Query) -> bool:
    if not query.words:
        return True
    texts = [folded(text) for text in _texts(item.data, query.is_everywhere)]
    year = parsed_date(item_date(item.data))[:4]
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


_EMPTY_FIRST = frozenset({"title", "date"})
"""By these, nothing comes before everything; by others, after it (descending: the reverse)."""


def _sorted(items: list[LibraryItem], query: Query, added: Mapping[str, int]) -> list[LibraryItem]:
    """Return items in the order asked for; ties go by version, then by who was added first."""
    if query.sort == "itemKeyList":
        return sorted(items, key=lambda item: _place(item.key, query.keys or ()))

    def place(item: LibraryItem) -> tuple[bool, str, int, int, str]:
        value = _value(item, query.sort)
        is_empty = not value and query.sort not in _EMPTY_FIRST
        return is_empty, value, item.version, added.get(item.key, 0), item.key

    return sorted(items, key=place, reverse=query.is_descending)


def _place(key: str, keys: Collection[str]) -> int:
    return list(keys).index(key) if key in keys else len(keys)


def _value(item: LibraryItem, sort: str) -> str:
    match sort:
        case "title":
            return folded(_title(item.data).lstrip("[({-\"'“‘ "))
        case "creator":
            return folded(creator_summary(item.data))
        case "date":
            return sort_date(item_date(item.data))
        case "addedBy":
            return str(item.data.get("dateAdded", ""))
        case "serverDateModified":
            return ""  # what was written later has the higher version
        case _:
            kind = item_types()[item.data["itemType"]]
            return folded(str(item.data.get(kind.field_for(sort) or sort, "")))
