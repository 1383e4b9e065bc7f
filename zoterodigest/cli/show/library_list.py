"""`ls`: the items of a library as a list by collection, or as the Zotero API's data."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

from zoterodigest.cli.base.screen import counted, section, visible
from zoterodigest.cli.base.tables import Column, table_by_column
from zoterodigest.core.values.blocks import join_blocks
from zoterodigest.core.values.dates import year_in
from zoterodigest.frozen import dataclass
from zoterodigest.library.item_json import ItemJson
from zoterodigest.library.outline import TITLES, ItemOutline, Outline
from zoterodigest.library.port import LibraryItem, Snapshot
from zoterodigest.library.records.contents import (
    CollectionPath,
    collection_paths,
    collections_within,
)
from zoterodigest.regex import lazy_regex

_WORK = Column("key", 8), Column("title"), Column("creators", 20, may_go=True)
_NOWHERE: set[CollectionPath] = {()}
COLUMNS = *_WORK, Column("date", 10), Column("has", 7)
"""Those of a list; the last one gives way to what a person sorts by."""


class SortKey(Enum):
    """By what `ls` sorts."""

    TITLE = "title"
    YEAR = "year"
    ADDED = "added"
    VENUE = "venue"


@dataclass(frozen=True, slots=True)
class ListWish:
    """Which items are listed: in one of these collections, with all these tags, of these years,
    that all the words fit; "" and empty for any. `order` and `limit` are None if nobody asked.
    """

    collections: Sequence[str] = ()
    tags: Sequence[str] = ()
    years: tuple[str, str] = ("", "")
    words: Sequence[str] = ()
    order: SortKey | None = None
    limit: int | None = None

    @property
    def is_one_list(self) -> bool:
        """Whether the items are listed together, not collection by collection."""
        return bool(self.words or self.order or self.limit)


@dataclass(frozen=True, slots=True)
class ItemChoice:
    """What `ListWish` says of an item by itself; `within` are keys (None: anywhere)."""

    within: frozenset[str] | None
    tags: frozenset[str]
    years: tuple[str, str]

    def takes(self, item: ItemJson | ItemOutline) -> bool:
        """Return whether an item is listed, as far as it itself tells."""
        if self.within is not None and not self.within.intersection(item.collections):
            return False
        first, last = self.years
        year = year_in(item.date) if first or last else ""
        if (first or last) and not (year and first <= year <= (last or "9999")):
            return False
        return not self.tags or self.tags <= {*item.tags}


def choice_of(paths: Mapping[str, CollectionPath], wish: ListWish) -> ItemChoice:
    """Return what a wish says of each item; `paths` are those of all collections, by key."""
    within = collections_within(paths, wish.collections) if wish.collections else None
    return ItemChoice(within, frozenset(wish.tags), wish.years)


def children_of(snapshot: Snapshot) -> Mapping[str, Sequence[LibraryItem]]:
    """Return the live notes and attachments by the key of the item they hang on."""
    children: dict[str, list[LibraryItem]] = defaultdict(list)
    for item in snapshot.items:
        parent = item.json.parent
        if parent and not item.is_trashed:
            children[parent].append(item)
    return children


def family(snapshot: Snapshot, item: LibraryItem) -> tuple[LibraryItem, ...]:
    """Return an item and its live children."""
    return (item, *children_of(snapshot).get(item.key, ()))


def api_data(item: LibraryItem, sources: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return an item as the Zotero API's `data` object, with the `sources` of values, if any."""
    found = {"sources": dict(sources)} if sources else {}
    return {"key": item.key, "version": item.version, **item.data, **found}


def library_data(
    snapshot: Snapshot, items: Sequence[LibraryItem], *, with_children: bool
) -> list[dict[str, Any]]:
    """Return the items as API data, each followed by its children if they are asked for."""
    children = children_of(snapshot) if with_children else {}
    return [api_data(one) for it in items for one in (it, *children.get(it.key, ()))]


@dataclass(frozen=True, slots=True)
class ChosenItems:
    """What `ls` lists: items, the paths of collections by key, notes and other children by item."""

    items: Sequence[ItemOutline]
    paths: Mapping[str, CollectionPath]
    notes: Mapping[str, int]
    attachments: Mapping[str, int]


def library_text(outline: Outline, wish: ListWish) -> Iterator[str]:
    """Yield a table for each collection that holds any of the chosen items, then the counts."""
    paths = collection_paths(outline.collections)
    choice = choice_of(paths, wish)
    tops = [item for item in outline.items if not item.parent]
    items = [item for item in tops if not item.is_trashed and choice.takes(item)]
    below = [item for item in outline.items if item.parent and not item.is_trashed]
    notes = Counter(item.parent for item in below if item.item_type == "note")
    attachments = Counter(item.parent for item in below if item.item_type != "note")
    listed = ChosenItems(items, paths, notes, attachments)
    titles = list(map(outlined_name, items))
    cells = item_cells(listed, titles)
    for path, places in _by_collection(listed):
        heading = visible(" / ".join(path)) if path else "in no collection"
        yield from section(heading, len(places))
        here = [[column[at] for at in places] for column in cells]
        folded = [f"{titles[at].casefold()}\0{items[at].key}" for at in places]
        yield from _in_order(table_by_column(COLUMNS, here), folded)
        yield ""
    yield _counts(listed, sum(item.is_trashed for item in tops))


def _by_collection(listed: ChosenItems) -> Iterator[tuple[CollectionPath, list[int]]]:
    """Yield the collections, each with the places of its items in the list of all."""
    groups: dict[CollectionPath, list[int]] = defaultdict(list)
    for at, item in enumerate(listed.items):
        # An item can name a collection that is in the trash or gone.
        keys = [key for key in item.collections if key in listed.paths]
        for path in {listed.paths[key] for key in keys} if keys else _NOWHERE:
            groups[path].append(at)
    yield from sorted(groups.items(), key=lambda group: (not group[0], group[0]))


def _in_order(lines: Sequence[str], sorted_by: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a table, its rows in the order of the texts that they are sorted by."""
    # Only the lines are brought into order: to go through items that lie about in memory takes
    # twice as long.
    yield lines[0]
    for at in sorted(range(len(sorted_by)), key=sorted_by.__getitem__):
        yield lines[at + 1]


def item_cells(listed: ChosenItems, titles: Iterable[str]) -> list[list[str]]:
    """Return the cells of a table with `COLUMNS`, column by column."""
    items, notes, attachments = listed.items, listed.notes, listed.attachments
    return [
        [visible(item.key) for item in items],
        [visible(title) or "(no title)" for title in titles],
        [visible(_creators(item)) for item in items],
        [visible(item.date) for item in items],
        _what_hangs(items, notes, attachments),
    ]


def _what_hangs(
    items: Sequence[ItemOutline], notes: Mapping[str, int], attachments: Mapping[str, int]
) -> list[str]:
    if not (notes or attachments):
        return [""] * len(items)
    return [_has(notes.get(item.key, 0), attachments.get(item.key, 0)) for item in items]


def outlined_name(item: ItemOutline) -> str:
    """Return an item's title, or a note's first line."""
    return _first_line(item.note) if item.note else item.title


def shown_title(item: LibraryItem) -> str:
    """Return an item's title, or a note's first line; "" if there is none."""
    if item.json.is_note:
        return _first_line(item.json.note)
    return next(filter(None, map(item.json.text, TITLES)), "")


def _first_line(note: str) -> str:
    return _markdown(note).partition("\n")[0].lstrip("# ")


def note_text(note: LibraryItem) -> str:
    """Return a note as Markdown, by which no HTML of it reaches the terminal."""
    return _markdown(note.json.note)


def _markdown(html: str) -> str:
    from zoterodigest.notes.canonical import html_to_blocks

    return join_blocks(_counted_up(html_to_blocks(html)))


_NUMBERED = lazy_regex(r"( *)(\d+)\. ")


def _counted_up(blocks: Iterable[str]) -> Iterator[str]:
    """Yield blocks with the items of numbered lists counted, as Zotero shows them.

    In the form in which notes are compared, each item has the number 1.
    """
    numbers: dict[int, int] = {}
    for block in blocks:
        margin = len(block) - len(block.lstrip(" "))
        # What stands deeper is inside of an item; anything else at its margin ends a list.
        numbers = {at: number for at, number in numbers.items() if at <= margin}
        if (found := _NUMBERED.match(block)) is None:
            numbers.pop(margin, None)
            yield block
            continue
        numbers[margin] = numbers[margin] + 1 if margin in numbers else int(found[2])
        yield f"{found[1]}{numbers[margin]}. {block[found.end() :]}"


def _creators(item: ItemOutline) -> str:
    more = item.creators - 1
    return f"{item.creator} and {more} more" if more > 0 else item.creator


def _has(notes: int, attachments: int) -> str:
    if not (notes or attachments):
        return ""
    counts = {"n": notes, "a": attachments}
    return " ".join(f"{number}{sign}" for sign, number in counts.items() if number)


def _counts(listed: ChosenItems, in_trash: int) -> str:
    parts = [
        counted(len(listed.items), "item"),
        f"{counted(_number(listed.items, listed.notes), 'note')} (n)",
        f"{counted(_number(listed.items, listed.attachments), 'attachment')} (a)",
        counted(len(listed.paths), "collection"),
    ]
    if in_trash:
        parts.append(f"{in_trash:,} in the trash")
    return ", ".join(parts)


def _number(items: Iterable[ItemOutline], by_item: Mapping[str, int]) -> int:
    # Most libraries have fewer of them than items.
    keys = {item.key for item in items} if by_item else set()
    return sum(number for key, number in by_item.items() if key in keys)
