"""`ls`: the items of a library as a list by collection, or as the Zotero API's data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from zoterodigest.cli.base.screen import Column, counted, section, table, visible
from zoterodigest.core.values.blocks import join_blocks
from zoterodigest.frozen import dataclass
from zoterodigest.library.item_json import ItemJson, JsonCreator, creator_of
from zoterodigest.library.port import LibraryItem, Snapshot
from zoterodigest.library.records.contents import (
    NotInLibrary,
    Path,
    collection_paths,
    collections_within,
)

_WORK = Column("key", 8), Column("title"), Column("creators", 20)
_COLUMNS = *_WORK, Column("date", 10), Column("has", 7)
_TITLES = ("title", "caseName", "nameOfAct", "subject")


@dataclass(frozen=True, slots=True)
class ShownItems:
    """The part of a library to show: top-level live items, their children, all collections."""

    items: tuple[LibraryItem, ...]
    children: Mapping[str, Sequence[LibraryItem]]
    paths: Mapping[str, Path]
    in_trash: int = 0


def filter_items(snapshot: Snapshot, collections: Sequence[str], tags: Sequence[str]) -> ShownItems:
    """Return the live items that lie in any of `collections` (or below) and have all of `tags`."""
    paths = collection_paths(snapshot.collections)
    within = collections_within(paths, collections)
    items = tuple(
        item
        for item in snapshot.items
        if _is_top(item)
        and (not collections or within.intersection(item.json.collections))
        and (not tags or set(tags) <= set(item.json.tags))
    )
    in_trash = sum(1 for item in snapshot.items if item.is_trashed and not item.json.parent)
    return ShownItems(items, children_of(snapshot), paths, in_trash)


def _is_top(item: LibraryItem) -> bool:
    return not item.is_trashed and not item.json.parent


def children_of(snapshot: Snapshot) -> Mapping[str, Sequence[LibraryItem]]:
    """Return the live notes and attachments by the key of the item they hang on."""
    children: dict[str, list[LibraryItem]] = defaultdict(list)
    for item in snapshot.items:
        parent = item.json.parent
        if parent and not item.is_trashed:
            children[parent].append(item)
    return children


def items_by_key(snapshot: Snapshot, keys: Sequence[str]) -> list[LibraryItem]:
    """Return the items with these keys, trashed ones too, or live ones with these citation keys.

    Raises `NotInLibrary` for any other key.
    """
    found: list[LibraryItem] = []
    for key in keys:
        # A key that a person gives is shown even if its item is in the trash.
        named = [item for item in snapshot.items if item.key == key]
        if not named:
            live = filter(_is_top, snapshot.items)
            named = [item for item in live if item.json.stated_citekey == key]
        if not named:
            raise NotInLibrary(
                f"the library has no item {key}",
                "`zoterodigest ls` lists the keys there are, `citekeys list` the citation keys.",
            )
        found += named
    return found


def family(snapshot: Snapshot, item: LibraryItem) -> tuple[LibraryItem, ...]:
    """Return an item and its live children."""
    return (item, *children_of(snapshot).get(item.key, ()))


def api_data(item: LibraryItem, sources: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return an item as the Zotero API's `data` object, with the `sources` of values, if any."""
    found = {"sources": dict(sources)} if sources else {}
    return {"key": item.key, "version": item.version, **item.data, **found}


def library_data(shown: ShownItems, *, with_children: bool) -> list[dict[str, Any]]:
    """Return the items as API data, each followed by its children if they are asked for."""
    children = shown.children if with_children else {}
    return [api_data(one) for it in shown.items for one in (it, *children.get(it.key, ()))]


def library_text(shown: ShownItems) -> Iterator[str]:
    """Yield a table for each collection that holds any of the items, then the counts."""
    for path, items in _by_collection(shown):
        heading = visible(" / ".join(path)) if path else "in no collection"
        yield from section(heading, len(items))
        yield from table(_COLUMNS, [_row(shown, title, item) for title, item in items])
        yield ""
    yield from _counts(shown)


def _by_collection(shown: ShownItems) -> Iterator[tuple[Path, list[tuple[str, LibraryItem]]]]:
    """Yield the collections, each with the titles and items in it."""
    groups: dict[Path, list[tuple[str, LibraryItem]]] = defaultdict(list)
    titled = ((shown_title(item), item) for item in shown.items)
    for one in sorted(titled, key=lambda one: (one[0].casefold(), one[1].key)):
        # An item can name a collection that is in the trash or gone.
        keys = [key for key in one[1].json.collections if key in shown.paths]
        for path in {shown.paths[key] for key in keys} or {()}:
            groups[path].append(one)
    yield from sorted(groups.items(), key=lambda group: (not group[0], group[0]))


def _row(shown: ShownItems, title: str, item: LibraryItem) -> tuple[str, ...]:
    creators, date = visible(_creators(item.json)), visible(item.json.text("date"))
    has = _has(shown.children.get(item.key, ()))
    return visible(item.key), visible(title) or "(no title)", creators, date, has


def shown_title(item: LibraryItem) -> str:
    """Return an item's title, or a note's first line; "" if there is none."""
    if item.json.is_note:
        return note_text(item).partition("\n")[0].lstrip("# ")
    return next(filter(None, map(item.json.text, _TITLES)), "")


def note_text(note: LibraryItem) -> str:
    """Return a note as Markdown, by which no HTML of it reaches the terminal."""
    from zoterodigest.notes.canonical import html_to_blocks

    return join_blocks(html_to_blocks(note.json.note))


def creator_name(creator: JsonCreator) -> str:
    """Return a creator's name in reading order."""
    return " ".join(filter(None, (creator.name, creator.first, creator.last)))


def _creators(item: ItemJson) -> str:
    creators = item.stored("creators")
    if not creators:
        return ""
    shown = creator_of(creators[0])
    first = shown.last or creator_name(shown)
    return first if len(creators) == 1 else f"{first} and {len(creators) - 1} more"


def _has(children: Sequence[LibraryItem]) -> str:
    if not children:
        return ""
    notes = sum(child.json.is_note for child in children)
    counts = {"n": notes, "a": len(children) - notes}
    return " ".join(f"{number}{sign}" for sign, number in counts.items() if number)


def _counts(shown: ShownItems) -> Iterator[str]:
    children = [child for item in shown.items for child in shown.children.get(item.key, ())]
    notes = sum(child.json.is_note for child in children)
    parts = [
        counted(len(shown.items), "item"),
        f"{counted(notes, 'note')} (n)",
        f"{counted(len(children) - notes, 'attachment')} (a)",
        counted(len(shown.paths), "collection"),
    ]
    if shown.in_trash:
        parts.append(f"{shown.in_trash:,} in the trash")
    yield ", ".join(parts)
