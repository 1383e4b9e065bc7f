"""The outline of a library: what a list shows of each item, which can be read without the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from zoterodigest.core.values.record import Collection
from zoterodigest.frozen import dataclass
from zoterodigest.library.item_json import JsonCreator, creator_of, names_of_tags

TITLES = ("title", "caseName", "nameOfAct", "subject")
"""What types of items call their title."""

OUTLINED = ("itemType", "date", "deleted", "tags", *TITLES)
"""The fields of an item that an outline is made of, beside its creators and its place."""


class ItemOutline(NamedTuple):
    """What a list shows of an item, note or attachment.

    `creator`, the first of so many `creators`, and `stored_tags` are as the library has them.
    `note` is the HTML of a note that hangs on no item.
    """

    key: str
    parent: str
    collections: tuple[str, ...]
    item_type: str
    title: str
    date: str
    creator: Any
    creators: int
    stored_tags: Any
    is_trashed: bool
    note: str = ""

    @property
    def tags(self) -> tuple[str, ...]:
        """The names of its tags, in order."""
        return names_of_tags(self.stored_tags)

    @property
    def first_creator(self) -> JsonCreator:
        """Its first creator."""
        return creator_of(self.creator)


@dataclass(frozen=True, slots=True)
class Outline:
    """The items of a library, with notes, attachments and trashed ones, and its collections.

    Items are sorted by key.
    """

    items: tuple[ItemOutline, ...]
    collections: tuple[Collection, ...]


def item_outline(key: str, data: Mapping[str, Any]) -> ItemOutline:
    """Return the outline of an item by its JSON."""
    parent, collections = _text(data.get("parentItem") or ""), _stored(data.get("collections"))
    creators = _stored(data.get("creators"))
    outline = outline_of(
        (key, parent, tuple(map(str, collections))),
        [data.get(name) for name in OUTLINED],
        (creators[0] if creators else None, len(creators)),
    )
    is_alone = outline.item_type == "note" and not parent
    return outline._replace(note=_text(data.get("note"))) if is_alone else outline


def outline_of(
    place: tuple[str, str, tuple[str, ...]], outlined: Sequence[Any], creators: tuple[Any, int]
) -> ItemOutline:
    """Return the outline of an item.

    It is given by its key, parent and collections, by its fields `OUTLINED`, and by its first
    creator with the number of all.
    """
    item_type, date, deleted, tags, title, *others = outlined
    title = _text(title) or next(filter(None, map(_text, others)), "")
    return ItemOutline(*place, _text(item_type), title, _text(date), *creators, tags, bool(deleted))


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) else ""


def _stored(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()
