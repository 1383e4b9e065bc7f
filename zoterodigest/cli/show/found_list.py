"""`ls WORD`, `ls --sort`, `ls --limit`: the items that are wished for, in one list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from zoterodigest.cli.base.screen import counted, visible
from zoterodigest.cli.base.tables import Column, table_by_column
from zoterodigest.cli.show.library_list import (
    COLUMNS,
    ChosenItems,
    ListWish,
    SortKey,
    children_of,
    choice_of,
    item_cells,
    outlined_name,
    shown_title,
)
from zoterodigest.core.values.dates import year_in
from zoterodigest.library.outline import item_outline
from zoterodigest.library.port import LibraryItem, Snapshot
from zoterodigest.library.records.contents import collection_paths
from zoterodigest.library.records.reading import read_venue
from zoterodigest.mapping import venue_table
from zoterodigest.sync.items.finding import items_filtered


def chosen_items(
    snapshot: Snapshot, wish: ListWish, read_keys: Callable[[], Mapping[str, str]] = dict
) -> list[LibraryItem]:
    """Return the live items that are wished for, in their order, all of them.

    `read_keys` gives items by the citation keys of the project, for a word that fits nothing else.
    """
    choice = choice_of(collection_paths(snapshot.collections), wish)
    fitting = items_filtered(snapshot.items, wish.words, read_keys)
    found = [one for one in fitting if choice.takes(one.json)]
    order = wish.order or (SortKey.TITLE if wish.is_one_list else None)
    if order is None:
        return found
    found.sort(key=lambda one: shown_title(one).casefold())
    match order:
        case SortKey.YEAR:
            found.sort(key=lambda one: year_in(one.json.date), reverse=True)
        case SortKey.ADDED:
            found.sort(key=_added, reverse=True)
        case SortKey.VENUE:
            of = {one.key: _venue(one) for one in found}
            found.sort(key=lambda one: (not of[one.key], of[one.key].casefold()))
    return found


def _venue(item: LibraryItem) -> str:
    return read_venue(item.data, venue_table())


def _added(item: LibraryItem) -> str:
    return item.json.text("dateAdded")


def one_list_text(
    snapshot: Snapshot, wish: ListWish, found: Sequence[LibraryItem]
) -> Iterator[str]:
    """Yield one table of the items that were found, up to the limit, then how many there are."""
    items = found[: wish.limit]
    children = children_of(snapshot)
    notes = {key: sum(one.json.is_note for one in below) for key, below in children.items()}
    others = {key: len(below) - notes[key] for key, below in children.items()}
    outlines = [item_outline(one.key, one.data, with_tags=False) for one in items]
    listed = ChosenItems(outlines, {}, Counter(notes), Counter(others))
    cells = item_cells(listed, map(outlined_name, outlines))
    columns = COLUMNS
    if wish.order is SortKey.ADDED:
        columns = *COLUMNS[:-1], Column("added", 10)
        cells[-1] = [_added(one)[:10] for one in items]
    elif wish.order is SortKey.VENUE:
        columns = *COLUMNS[:-1], Column("venue", 16)
        cells[-1] = [visible(_venue(one)) for one in items]
    if items:
        yield from table_by_column(columns, cells)
        yield ""
    more = f"{len(items):,} of " if len(items) < len(found) else ""
    yield f"{more}{counted(len(found), 'item')}"
