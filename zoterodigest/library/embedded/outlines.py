"""The outline of the embedded library: SQLite takes the few fields of it from the JSON of items."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any

from zoterodigest.foreign import BadJson, read_json
from zoterodigest.library.embedded import tables
from zoterodigest.library.embedded.tables import Connection
from zoterodigest.library.outline import (
    ItemOutline,
    Outline,
    item_outline,
    outlined_text,
)

# With several paths SQLite gives a JSON array, in which each value stands as it is stored. Without
# tags, and with the names of the first creator alone, it takes two thirds of the time. What few
# items have is not asked for: a first name alone, the titles of cases, statutes and emails. That
# takes 9 % off the time of `ls`.
_FIELDS = ("itemType", "date", "deleted", "creators[0].lastName", "creators[0].name", "title")


def _query(fields: Sequence[str]) -> str:
    # As they are stored. In the order of their keys, which are random, SQLite would fetch each from
    # another page: 13 % of the time of `ls`.
    paths = ", ".join(f"'$.{name}'" for name in fields)
    return (
        f"SELECT key, parent, json_extract(data, {paths}), json_array_length(data, '$.creators')"
        " FROM items"
    )


class _Unread(Exception):
    """An item is not as a write of ours leaves it."""


def read_outline(connection: Connection, *, with_tags: bool) -> Outline | None:
    """Return the outline of a library.

    None if only reading all of it can tell what is wrong, or if this SQLite knows no JSON.
    """
    try:
        items = tuple(_outlines(connection, with_tags))
    except (sqlite3.OperationalError, BadJson, _Unread):
        return None
    return Outline(items, tuple(tables.all_collections(connection)))


_PART = 1_000
"""Rows that are read at once. All of them at once take a tenth more time and 70 MiB for 100,000."""


def _outlines(connection: Connection, with_tags: bool) -> Iterator[ItemOutline]:
    placed = tables.memberships(connection)
    rows = connection.execute(_query(("tags", *_FIELDS) if with_tags else _FIELDS))
    while part := rows.fetchmany(_PART):
        for outline in _outlines_of(part, placed, with_tags):
            # A note has no title. One that hangs on no item is shown by its text.
            is_titled = outline.parent if outline.item_type == "note" else outline.title
            is_whole = is_titled and (outline.creator or not outline.creators)
            yield outline if is_whole else _in_full(connection, outline.key, with_tags)


def _outlines_of(
    rows: Sequence[Sequence[Any]], placed: Mapping[str, Sequence[str]], with_tags: bool
) -> Iterator[ItemOutline]:
    """Return the outlines of rows of `_query`, as far as its fields tell."""
    keys, parents, texts, creators = zip(*rows, strict=True)
    # Decoded as one text: each by itself takes twice as long.
    columns = list(zip(*read_json(f"[{','.join(texts)}]"), strict=True))
    tags = columns.pop(0) if with_tags else repeat(None)
    types, dates, trashed, lasts, names, titles = columns
    if not all(isinstance(one, str) for one in types):
        raise _Unread
    return map(
        ItemOutline,
        keys,
        [parent or "" for parent in parents],
        [tuple(sorted(placed[key])) if key in placed else () for key in keys],
        types,
        _texts(titles),
        _texts(dates),
        list(map(_creator, lasts, names)),
        [number or 0 for number in creators],
        tags,
        map(bool, trashed),
    )


def _texts(stored: Iterable[object]) -> list[str]:
    return [one if isinstance(one, str) else outlined_text(one) for one in stored]


def _creator(last: object, name: object) -> str:
    # Nearly all have a last name.
    if last and isinstance(last, str):
        return last
    return name if isinstance(name, str) else ""


def _in_full(connection: Connection, key: str, with_tags: bool) -> ItemOutline:
    """Return the outline of an item by all that is stored of it."""
    item = tables.find_item(connection, key)
    assert item is not None
    return item_outline(key, item.data, with_tags=with_tags)
