"""Foreseeing: the library as it will be when every write succeeds as it is sent."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from zoterodigest.library.contents import Contents, core_item, is_top_level
from zoterodigest.library.port import LibraryItem
from zoterodigest.library.zotero import ZoteroMapping
from zoterodigest.sync.writes import Writes


def contents_after(contents: Contents, writes: Writes, zotero: ZoteroMapping) -> Contents:
    """Return `contents` with `writes` made; only items that they touch are read anew."""
    if not len(writes):
        return contents
    objects, touched = dict(contents.by_key), set()
    for write in (*writes.items, *writes.children):
        present = objects.get(write.item.key)
        data = {**(present.data if present else {}), **write.item.data}
        parsed_date = present.parsed_date if present else ""
        written = LibraryItem(write.item.key, write.item.version, data, parsed_date)
        objects[write.item.key] = written
        touched.add(str(data.get("parentItem") or write.item.key))
    children: dict[str, list[LibraryItem]] = defaultdict(list)
    for one in objects.values():
        if parent := one.data.get("parentItem"):
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
