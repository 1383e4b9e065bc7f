"""Foreseeing: the library as it will be when every write succeeds as it is sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from zoterodigest.library.contents import Contents, core_item, is_top_level, read_contents
from zoterodigest.library.port import LibraryItem, Snapshot
from zoterodigest.library.zotero import ZoteroMapping
from zoterodigest.sync.writes import Writes


def contents_as_sent(
    contents: Contents, items: Iterable[LibraryItem], zotero: ZoteroMapping
) -> Contents:
    """Return `contents` with `items` as they are sent; everything is read anew."""
    objects = dict(contents.by_key)
    for item in items:
        objects[item.key] = _as_sent(objects.get(item.key), item)
    everything = tuple(objects[key] for key in sorted(objects))
    return read_contents(Snapshot(0, everything, contents.collections), zotero)


def _as_sent(present: LibraryItem | None, item: LibraryItem) -> LibraryItem:
    if present is None:
        return item
    data = {**present.data, **item.data}
    return LibraryItem(item.key, item.version, data, present.parsed_date)


def contents_after(contents: Contents, writes: Writes, zotero: ZoteroMapping) -> Contents:
    """Return `contents` with `writes` made; only items that they touch are read anew."""
    if not len(writes):
        return contents
    objects, touched = dict(contents.by_key), set()
    for write in writes.all:
        written = _as_sent(objects.get(write.item.key), write.item)
        objects[written.key] = written
        touched.add(written.json.parent or written.key)
    children: dict[str, list[LibraryItem]] = defaultdict(list)
    for one in objects.values():
        if parent := one.json.parent:
            children[str(parent)].append(one)
    known = {item.key: item for item in contents.items}
    for key in touched:
        if is_top_level(objects[key]):
            known[key] = core_item(objects[key], children.get(key, ()), zotero)
    collections = {one.key: one for one in contents.collections}
    collections |= {one.key: one for one in writes.shelves}
    return replace(
        contents,
        items=tuple(known[key] for key in sorted(known)),
        collections=tuple(collections[key] for key in sorted(collections)),
        by_key=objects,
        children=children,
    )
