"""Foreseeing: the library as it will be when every write succeeds as it is sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from operator import itemgetter

from zoterodigest.library.port import Collection, LibraryItem
from zoterodigest.library.records.contents import Contents, core_item, is_top_level, with_chains
from zoterodigest.library.records.zotero import ZoteroMapping


def contents_after(
    contents: Contents,
    sent: Iterable[LibraryItem],
    zotero: ZoteroMapping,
    collections: Iterable[Collection] = (),
) -> Contents:
    """Return `contents` with `sent` and `collections` written; only what they touch is read anew.

    A child touches the item that it belongs to, and the one that it belonged to before.
    """
    objects, touched = dict(contents.by_key), set[str]()
    for item in sent:
        before = objects.get(item.key)
        after = _with_sorted_tags(item)
        if before is not None:
            data = {**before.data, **after.data}
            after = LibraryItem(item.key, item.version, data, before.parsed_date)
        objects[item.key] = after
        touched |= {one.json.parent or one.key for one in (before or after, after)}
    if not touched and not collections:
        return contents
    children: dict[str, list[LibraryItem]] = defaultdict(list)
    # By key, as a library lists children: what is foreseen must compare equal to what is read.
    for key in sorted(objects):
        if parent := objects[key].json.parent:
            children[parent].append(objects[key])
    known = {item.key: item for item in contents.items}
    for key in touched:
        if key in objects and is_top_level(objects[key]):
            known[key] = core_item(objects[key], children.get(key, ()), zotero, contents.our_notes)
    collection_rows = {one.key: one for one in (*contents.collections, *collections)}
    return replace(
        contents,
        items=tuple(with_chains([known[key] for key in sorted(known)], objects)),
        collections=tuple(collection_rows[key] for key in sorted(collection_rows)),
        by_key=objects,
        children=children,
    )


def _with_sorted_tags(item: LibraryItem) -> LibraryItem:
    """Return `item` with its tags in the order in which a library lists them."""
    tags = item.json.stored("tags")
    if len(tags) < 2:
        return item
    return replace(item, data={**item.data, "tags": sorted(tags, key=itemgetter("tag"))})
