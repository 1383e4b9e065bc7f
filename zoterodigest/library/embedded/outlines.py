"""The outline of the embedded library: SQLite takes the few fields of it from the JSON of items."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from zoterodigest.foreign import BadJson, read_json
from zoterodigest.library.embedded import tables
from zoterodigest.library.embedded.tables import Connection
from zoterodigest.library.item_json import creator_of
from zoterodigest.library.outline import (
    TITLES,
    ItemOutline,
    Outline,
    item_outline,
    outlined_text,
    outlined_title,
)

# With several paths SQLite gives a JSON array, in which each value stands as it is stored. Without
# tags, and with the names of the first creator alone, it takes two thirds of the time.
_NAME = tuple(f"creators[0].{part}" for part in ("lastName", "name", "firstName"))
_FIELDS = ("itemType", "date", "deleted", *_NAME, *TITLES)


def _query(fields: Sequence[str]) -> str:
    paths = ", ".join(f"'$.{name}'" for name in fields)
    return (
        f"SELECT key, parent, json_extract(data, {paths}), json_array_length(data, '$.creators')"
        " FROM items ORDER BY key"
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


def _outlines(connection: Connection, with_tags: bool) -> Iterator[ItemOutline]:
    placed = tables.memberships(connection)
    rows = connection.execute(_query(("tags", *_FIELDS) if with_tags else _FIELDS)).fetchall()
    # Decoded as one text: each by itself takes twice as long.
    fields = read_json(f"[{','.join([text for _, _, text, _ in rows])}]")
    for (key, parent, _, creators), stored in zip(rows, fields, strict=True):
        tags = stored.pop(0) if with_tags else None
        item_type, date, deleted, last, name, first, title, *titles = stored
        if not isinstance(item_type, str):
            raise _Unread
        if item_type == "note" and parent is None:
            yield _lone_note(connection, key, with_tags)
            continue
        # Nearly all texts are such; to call for each of them takes a third more time.
        yield ItemOutline(
            key,
            parent or "",
            tuple(sorted(placed[key])) if key in placed else (),
            item_type,
            title if title and isinstance(title, str) else outlined_title((title, *titles)),
            date if isinstance(date, str) else outlined_text(date),
            last if last and isinstance(last, str) else _full_name(name, first),
            creators or 0,
            tags,
            bool(deleted),
        )


def _full_name(name: object, first: object) -> str:
    return creator_of({"name": name, "firstName": first}).full_name


def _lone_note(connection: Connection, key: str, with_tags: bool) -> ItemOutline:
    """Return the outline of a note that hangs on no item: it is shown by its text."""
    note = tables.find_item(connection, key)
    assert note is not None
    return item_outline(key, note.data, with_tags=with_tags)
