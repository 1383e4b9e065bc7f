"""The outline of a library: what a list shows of each item, which can be read without the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from zoterodigest.core.values.record import Collection
from zoterodigest.frozen import dataclass
from zoterodigest.library.item_json import creator_of, names_of_tags

TITLES = ("title", "caseName", "nameOfAct", "subject")
"""What types of items call their title."""


class ItemOutline(NamedTuple):
    """What a list shows of an item, note or attachment.

    `creator` is the last name of the first of so many `creators`, or all there is of their name.
    `stored_tags` are as the library has them, or None where nobody asked for tags.
    `note` is the HTML of a note that hangs on no item.
    """

    key: str
    parent: str
    collections: tuple[str, ...]
    item_type: str
    title: str
    date: str
    creator: str
    creators: int
    stored_tags: Any
    is_trashed: bool
    note: str = ""

    @property
    def tags(self) -> tuple[str, ...]:
        """The names of its tags, in order."""
        return names_of_tags(self.stored_tags)


@dataclass(frozen=True, slots=True)
class Outline:
    """The items of a library, with notes, attachments and trashed ones, and its collections.

    Items come in any order.
    """

    items: tuple[ItemOutline, ...]
    collections: tuple[Collection, ...]


def item_outline(key: str, data: Mapping[str, Any], *, with_tags: bool) -> ItemOutline:
    """Return the outline of an item by its JSON."""
    parent, collections = (
        outlined_text(data.get("parentItem") or ""),
        _stored(data.get("collections")),
    )
    creators, item_type = _stored(data.get("creators")), outlined_text(data.get("itemType"))
    first = creator_of(creators[0] if creators else None)
    return ItemOutline(
        key,
        parent,
        tuple(map(str, collections)),
        item_type,
        next(filter(None, map(outlined_text, map(data.get, TITLES))), ""),
        outlined_text(data.get("date")),
        first.last or first.name or first.first,
        len(creators),
        data.get("tags") if with_tags else None,
        bool(data.get("deleted")),
        outlined_text(data.get("note")) if item_type == "note" and not parent else "",
    )


def outlined_text(stored: object) -> str:
    """Return a text or number of an item's JSON; "" for anything else."""
    if isinstance(stored, str):
        return stored
    return str(stored) if isinstance(stored, int) else ""


def _stored(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()
