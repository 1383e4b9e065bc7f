"""Keys of links and items: what matching, pairing and following compare, by their own functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from zoterodigest.core.links.link import LockRow, fingerprint
from zoterodigest.core.plan.plan import Link
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.record import CITEKEY, Entry, Item, text_in
from zoterodigest.core.works.pairing import heading_prints, title_print, traits_of

Keys = frozenset[str]
"""What links and items meet by: item keys, row ids, identifiers, titles and long texts."""

_ITEM, _ROW = "item ", "row "


def keys_of_link(row: LockRow, entry: Entry | None) -> Keys:
    """Return the keys by which a row, and the entry that it pairs with, meet others."""
    keys = {key_of_item(row.item), _row(row.id), *_traits(row.identifiers, row.title)}
    keys |= {f"text {text}" for text in row.texts}
    keys |= {f"key {row.key}"} if row.key else set()
    return frozenset(keys) | (keys_of_entry(entry) if entry else frozenset())


def keys_of_entry(entry: Entry) -> Keys:
    """Return the keys by which an entry meets rows, other entries and items."""
    traits = traits_of(entry)
    texts = (f"text {text}" for text in traits.texts)
    named = [f"key {traits.key}"] if traits.key else []
    # In a group's library a note states `groups/ID/KEY`.
    named += [key_of_item(entry.item_key.rpartition("/")[2])] if entry.item_key else []
    return frozenset((*_traits(traits.identifiers, traits.title), *texts, *named))


def keys_near(items: Iterable[str], row_ids: Iterable[str]) -> Keys:
    """Return the keys by which all that is about these items and rows is met."""
    return frozenset((*map(key_of_item, items), *map(_row, row_ids)))


def keys_of_item(item: Item) -> Keys:
    """Return the keys by which an item meets rows, entries, and items that were merged into it."""
    known = _traits(item.identifiers, title_print(text_in(item.fields, "title")))
    merged = map(key_of_item, (item.key, *item.replaces))
    # A note that states its key may be about this item.
    citekey = text_in(item.fields, CITEKEY)
    named = (f"key {fingerprint(citekey)}",) if citekey else ()
    return frozenset((*known, *merged, *map(_row, item.notes), *named))


def keys_of_moves(links: Iterable[Link]) -> Keys:
    """Return the keys that wake the whole digests between or within which entries have moved.

    The collections of a digest follow its headings by how many entries moved from where to where.
    """
    return frozenset(
        key_of_digest(digest)
        for link in links
        if link.before and link.before.place != (link.entry.digest, heading_prints(link.entry))
        for digest in (link.before.digest, link.entry.digest)
    )


def _traits(identifiers: Iterable[object], title: str) -> Iterator[str]:
    yield from (f"id {one}" for one in identifiers)
    if title:
        yield f"title {title}"


def key_of_item(key: str) -> str:
    """Return the key by which an item itself is met."""
    return f"{_ITEM}{key}"


def _row(row_id: str) -> str:
    return f"{_ROW}{row_id}"


def named_items(keys: Iterable[str]) -> set[str]:
    """Return the items that some of these keys name."""
    return {one.removeprefix(_ITEM) for one in keys if one.startswith(_ITEM)}


def named_rows(keys: Iterable[str]) -> set[str]:
    """Return the ids of the rows that some of these keys name."""
    return {one.removeprefix(_ROW) for one in keys if one.startswith(_ROW)}


def key_of_digest(digest: SourceKey) -> str:
    """Return the key that wakes a digest as a whole."""
    return f"digest {digest}"
