"""The items and tags of a library that a query asks for, in its order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from zoterodigest.frozen import dataclass
from zoterodigest.library.port import Collection as ZoteroCollection
from zoterodigest.library.port import LibraryItem
from zoterodigest.library.rules.schema import item_types
from zoterodigest.library.server.index import LibraryIndex, is_trashed, key_above
from zoterodigest.library.server.queries import Query, TagQuery, folded
from zoterodigest.library.server.summaries import (
    creator_summary,
    item_date,
    parsed_date,
    sort_date,
)

Scope = Sequence[int] | None
"""Which items a listing is about, by their positions in order; None is all of a library."""


def select_items(
    index: LibraryIndex, query: Query, scope: Scope = None, *, only_top: bool = False
) -> list[LibraryItem]:
    """Return the items within `scope` that `query` asks for, in its order.

    With `only_top`, a child that matches stands for the item it belongs to.
    """
    found = _matching(index, query, _named(index, query, scope))
    # Version and tags after the step to the top: those of the item itself count (measured).
    if only_top:
        found = _tops(index, query, found)
    if query.since:
        found = [at for at in found if index.items[at].version > query.since]
    if query.tags:
        tags = index.column(_folded_tags)
        found = [at for at in found if all(one.holds_folded(tags[at]) for one in query.tags)]
    return [index.items[at] for at in _sorted(index, query, found)]


def prepare_search(index: LibraryIndex, query: Query) -> None:
    """Work out what a search as `query` asks of each item of a library that was read just now."""
    index.fill((is_trashed, key_above, _kind, _main_texts, _year, _value(query.sort)))
    select_items(index, query)


def select_collections(within: Iterable[ZoteroCollection], query: Query) -> list[ZoteroCollection]:
    """Return the collections that `query` asks for, by name or the last written first."""
    keys, since = query.keys, query.since
    found = [one for one in within if one.version > since and (keys is None or one.key in keys)]
    found = [one for one in found if all(word in folded(one.name) for word in query.words)]
    if query.sort == "collectionKeyList":
        return sorted(found, key=lambda one: _place(one.key, keys or ()))
    by_name = query.sort == "title"
    places = {one.key: (folded(one.name) if by_name else "", one.version) for one in found}
    return sorted(found, key=lambda one: places[one.key], reverse=query.is_descending)


Tag = tuple[str, int]
"""A tag by its text and type."""


@dataclass(frozen=True, slots=True)
class TagCounts:
    """For each tag how many items have it, and the lowest version of these."""

    counts: Mapping[Tag, int]
    since: Mapping[Tag, int]


def count_tags(index: LibraryIndex, *, with_trashed: bool) -> TagCounts:
    """Return the tags of a library."""
    counts: Counter[Tag] = Counter()
    since: dict[Tag, int] = {}
    gone = index.column(is_trashed)
    for at, tags in enumerate(index.column(_tags)):
        if tags and (with_trashed or not gone[at]):
            version = index.items[at].version
            for tag in set(tags):
                counts[tag] += 1
                since[tag] = min(version, since.get(tag, version))
    return TagCounts(counts, since)


def select_tags(
    known: TagCounts, carried: Iterable[LibraryItem] | None, query: TagQuery
) -> list[tuple[str, int, int]]:
    """Return the tags that are asked for as text, type and how many items have it, by text.

    They are those of `carried`, None for all that are `known`.
    """
    asked = known.counts if carried is None else {tag for item in carried for tag in _tags(item)}
    new = (tag for tag in sorted(asked) if known.since[tag] > query.items.since)
    found = [(*tag, known.counts[tag]) for tag in new if _is_named(*tag, query)]
    if query.items.sort == "numItems":
        found.sort(key=lambda one: one[2], reverse=query.items.is_descending)
    if query.items.sort == "title":
        found.sort(key=lambda one: folded(one[0]), reverse=query.items.is_descending)
    return found


def _tags(item: LibraryItem) -> tuple[Tag, ...]:
    return tuple((tag["tag"], int(tag.get("type", 0))) for tag in item.data.get("tags", ()))


def _folded_tags(item: LibraryItem) -> tuple[str, ...]:
    return tuple(folded(tag["tag"]) for tag in item.data.get("tags", ()))


def _is_named(text: str, kind: int, query: TagQuery) -> bool:
    name = folded(text)
    if query.names and name not in query.names:
        return False
    if not all(condition.holds([str(kind)]) for condition in query.types):
        return False
    return name.startswith(query.words) if query.is_from_start else query.words in name


def _named(index: LibraryIndex, query: Query, scope: Scope) -> Sequence[int]:
    """Return the positions in `scope` of the items with the keys that a query names."""
    if query.keys is not None:
        named = {at for key in query.keys if (at := index.positions.get(key)) is not None}
        scope = sorted(named if scope is None else named.intersection(scope))
    if scope is None:
        return range(len(index.items)) if query.with_trashed else index.live
    gone = index.column(is_trashed)
    return [at for at in scope if query.with_trashed or not gone[at]]


def _matching(index: LibraryIndex, query: Query, found: Sequence[int]) -> Sequence[int]:
    """Return which of `found` are as asked, but for version and tags (of a child its parent's)."""
    kinds = index.column(_kind)
    # As on zotero.org: a negated condition leaves out annotations.
    if any(one.is_negated for one in (*query.tags, *query.item_types)):
        found = [at for at in found if kinds[at] != "annotation"]
    if query.item_types:
        wanted = {name for name in item_types() if all(o.holds([name]) for o in query.item_types)}
        found = [at for at in found if kinds[at] in wanted]
    if query.words:
        texts = index.column(_all_texts if query.is_everywhere else _main_texts)
        years = index.result("years", lambda: frozenset(index.column(_year)))
        for word in query.words:
            if _BETWEEN in word:
                return []
            if word in years:
                year = index.column(_year)
                found = [at for at in found if word in texts[at] or word == year[at]]
            else:
                found = [at for at in found if word in texts[at]]
    return found


def _tops(index: LibraryIndex, query: Query, found: Sequence[int]) -> list[int]:
    if not query.matches_children:
        parents = index.column(key_above)
        return [at for at in found if not parents[at]]
    gone = index.column(is_trashed)
    tops = dict.fromkeys(index.tops[at] for at in found)
    return [at for at in tops if query.with_trashed or not gone[at]]


def _kind(item: LibraryItem) -> str:
    return str(item.data["itemType"])


def _year(item: LibraryItem) -> str:
    return parsed_date(item_date(item.data))[:4]


def _main_texts(item: LibraryItem) -> str:
    return folded(_BETWEEN.join(_named_texts(item.data)))


def _all_texts(item: LibraryItem) -> str:
    texts = [*_named_texts(item.data)]
    texts += (value for value in item.data.values() if isinstance(value, str))
    texts += (tag["tag"] for tag in item.data.get("tags", ()))
    return folded(_BETWEEN.join(texts))


_BETWEEN = "\0"
"""Parts the texts of an item, so that nothing is found across two: no text holds it."""


_NAMES = ("firstName", "lastName", "name")


def _named_texts(data: Mapping[str, Any]) -> Iterator[str]:
    yield _title(data)
    for creator in data.get("creators", ()):
        yield " ".join(filter(None, map(creator.get, _NAMES)))


def _title(data: Mapping[str, Any]) -> str:
    name = item_types()[data["itemType"]].field_for("title") or "note"
    return str(data.get(name, ""))


_EMPTY_FIRST = frozenset({"title", "date"})
"""By these, nothing comes before everything; by others, after it (descending: the reverse)."""


def _sorted(index: LibraryIndex, query: Query, found: Sequence[int]) -> Sequence[int]:
    """Return positions in the order asked for."""
    if query.sort == "itemKeyList":
        keys = query.keys or ()
        return sorted(found, key=lambda at: _place(index.items[at].key, keys))
    ranks = index.result(("ranks", query.sort), lambda: _ranks(index, query.sort))
    return sorted(found, key=ranks.__getitem__, reverse=query.is_descending)


def _ranks(index: LibraryIndex, sort: str) -> list[int]:
    """Return for each item its place in an order; ties go by version, then by who came first."""
    added = index.details.added
    places = [
        (not value and sort not in _EMPTY_FIRST, value, item.version, added.get(item.key, 0), at)
        for at, (value, item) in enumerate(
            zip(index.column(_value(sort)), index.items, strict=True)
        )
    ]
    ranks = [0] * len(places)
    for rank, place in enumerate(sorted(places)):
        ranks[place[-1]] = rank
    return ranks


def _place(key: str, keys: Collection[str]) -> int:
    return list(keys).index(key) if key in keys else len(keys)


@cache
def _value(sort: str) -> Callable[[LibraryItem], str]:
    """Return the function that tells by what an item is sorted: the same one each time."""
    match sort:
        case "title":
            return lambda item: folded(_title(item.data).lstrip("[({-\"'“‘ "))
        case "creator":
            return lambda item: folded(creator_summary(item.data))
        case "date":
            return lambda item: sort_date(item_date(item.data))
        case "addedBy":
            return lambda item: str(item.data.get("dateAdded", ""))
        case "serverDateModified":
            return lambda item: ""  # what was written later has the higher version
        case _:
            return lambda item: _field(item, sort)


def _field(item: LibraryItem, name: str) -> str:
    kind = item_types()[item.data["itemType"]]
    return folded(str(item.data.get(kind.field_for(name) or name, "")))
