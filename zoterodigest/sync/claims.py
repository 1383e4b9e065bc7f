"""Claims: the rows and shelves of the lock file, made from what stands at both ends (law 3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace

from zoterodigest.core.link import Row, Shelf
from zoterodigest.core.plan import Link
from zoterodigest.core.record import Entry, Item
from zoterodigest.core.settle import settle
from zoterodigest.core.view import Folding
from zoterodigest.library.contents import Contents, read_contents
from zoterodigest.library.port import LibraryItem, Snapshot
from zoterodigest.sync.run import Prepared
from zoterodigest.sync.writes import Write


@dataclass(frozen=True, slots=True)
class Done:
    """What a run has written, and the keys of what it could not write."""

    written: Sequence[Write]
    failed: Set[str] = frozenset()


def expected_rows(prepared: Prepared) -> tuple[Row, ...]:
    """Return the rows as they will be if every write succeeds as it is sent."""
    writes = (*prepared.writes.items, *prepared.writes.children)
    return rows_over(prepared, prepared.gathered.entries, _as_if_written(prepared), Done(writes))


def _as_if_written(prepared: Prepared) -> Contents:
    """Return the library's contents as they will be if every write succeeds as it is sent."""
    objects = dict(prepared.gathered.contents.by_key)
    for write in (*prepared.writes.items, *prepared.writes.children):
        present = objects.get(write.item.key)
        data = {**(present.data if present else {}), **write.item.data}
        objects[write.item.key] = LibraryItem(write.item.key, write.item.version, data)
    items = tuple(objects[key] for key in sorted(objects))
    return read_contents(Snapshot(0, items, ()), prepared.workspace.zotero)


def rows_over(
    prepared: Prepared, entries: Sequence[Entry], contents: Contents, done: Done
) -> tuple[Row, ...]:
    """Return all rows of the lock file over these entries and contents of the library.

    What was added to an item is noted in the origin of the write's first row. A row whose new
    collection could not be written stays where it was, so that the next run tries again.
    """
    added: dict[str, list[Write]] = {}
    for write in done.written:
        for row_id in write.row_ids[:1]:
            added.setdefault(row_id, []).append(write)
    items = {item.key: item for item in contents.items}
    links = prepared.plan.links
    shelves = (shelf for shelf in prepared.plan.shelves if shelf.collection in done.failed)
    unshelved = {(shelf.digest, shelf.path) for shelf in shelves}
    linked = {link.row.id for link in links}
    rows = [row for row in prepared.plan.rows if row.id not in linked]
    for planned in links:
        link = replace(planned, entry=entries[planned.index])
        row = _settled(link, items.get(link.row.item), prepared.workspace.zotero.folding())
        if row is not None:
            rows.append(_placed(_noted(row, added.get(row.id, ())), link, unshelved))
    return tuple(sorted(rows, key=lambda row: row.id))


def _settled(link: Link, item: Item | None, folding: Folding) -> Row | None:
    """Return the row of a link over its item as it is; a link whose item failed is not new."""
    return link.before if item is None else settle(link, item, folding)


def _placed(row: Row, link: Link, unshelved: Set[tuple[str, tuple[str, ...]]]) -> Row:
    """Return `row` where it was if a collection on the way to its place could not be written."""
    keys, digest = link.entry.heading_keys, link.entry.digest
    is_shelved = all((digest, keys[:depth]) not in unshelved for depth in range(len(keys) + 1))
    if is_shelved or link.before is None:
        return row
    return replace(row, digest=link.before.digest, headings=link.before.headings)


def _noted(row: Row, added: Iterable[Write]) -> Row:
    """Return `row` with what was added to its item in its origin: tags, keys of attachments."""
    origin = row.origin
    for write in added:
        attachments = origin.attachments | ({write.attachment} - {""})
        origin = replace(origin, tags=origin.tags | write.tags, attachments=attachments)
    return row if origin == row.origin else replace(row, origin=origin)


def shelves_after(prepared: Prepared, failed: Set[str]) -> Iterator[Shelf]:
    """Yield the shelves as planned; those whose collections failed stay as they were known."""
    planned = [shelf for shelf in prepared.plan.shelves if shelf.collection not in failed]
    paths = {(shelf.digest, shelf.path) for shelf in planned}
    yield from planned
    for shelf in prepared.gathered.lock.shelves:
        if shelf.collection in failed and (shelf.digest, shelf.path) not in paths:
            yield shelf
