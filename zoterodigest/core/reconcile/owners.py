"""Owners: of several files about one item, one has its record, and the others are notes only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from zoterodigest.core.links.link import LockRow
from zoterodigest.core.plan.plan import Link
from zoterodigest.core.plan.run_options import LibraryState, RunOptions
from zoterodigest.core.reconcile.linking import Linking
from zoterodigest.core.values.record import CITEKEY, Entry, is_of_entry, text_in
from zoterodigest.core.works.named_items import NamedItems


def with_owners(linking: Linking, library: LibraryState, run_options: RunOptions) -> Linking:
    """Return `linking` with the links of files that do not own the record of their item.

    The file that names its item owns it, by its key before an attachment's before the citation key,
    whichever files the run names. Of several the one that had the record keeps it, also while it is
    not there; else it is the first one by its path. Vaults
    have a hub, a page of metadata and one of highlights for an item: what these say of the record
    would differ for ever. Each one's own text is synced all the same. A file that states the
    citation key of another item has no base for it: it may be about that item, a person decides.
    """
    linking = replace(linking, links=tuple(_without_keys_of_others(linking.links, library)))
    files = run_options.files | run_options.beside.keys()
    by_item = defaultdict[str, list[int]](list)
    for place, link in enumerate(linking.links):
        if link.row.digest in files:
            by_item[link.row.item].append(place)
    # Files that take no part in this run may own the record all the same.
    others = defaultdict[str, list[LockRow]](list)
    for row in linking.kept:
        if row.digest in files and row.is_linked:
            others[row.item].append(row)
    shared = {key: at for key, at in by_item.items() if len(at) > 1 or key in others}
    if not shared:
        return linking
    links = list(linking.links)
    entries = {row.id: entry for row, entry in linking.standing}
    ranks = _Ranks(library)
    for key, places in shared.items():
        held = ((it, entries.get(it.id) or run_options.beside.get(it.digest)) for it in others[key])
        here = ((links[place].row, links[place].entry) for place in places)
        *_, owner = min(ranks.claim(row, entry, key) for row, entry in (*held, *here))
        for place in places:
            if links[place].row.digest != owner:
                links[place] = replace(links[place], is_note_only=True)
    return replace(linking, links=tuple(links))


def _without_keys_of_others(links: Iterable[Link], library: LibraryState) -> Iterator[Link]:
    named: dict[str, set[str]] = defaultdict(set)
    for item in library.items:
        if not item.is_trashed and (key := text_in(item.fields, CITEKEY)):
            named[key].add(item.key)
    for link in links:
        stated = text_in(link.entry.fields, CITEKEY)
        bearers = named.get(stated, {link.row.item})
        if link.row.item not in bearers and CITEKEY in link.row.bases:
            link = replace(link, row=link.row.without_bases({CITEKEY}))
        yield link


_FIRST = 0
_CITED = 2
_UNREAD = 3
"""The rank of a file that was not read: it may name the item."""
_UNNAMED = 4


class _Ranks:
    """How surely files name items: the lower, the surer."""

    def __init__(self, library: LibraryState) -> None:
        self._named = NamedItems(library.items, library.group, library.parents)
        self._items = {item.key: item for item in library.items}

    def claim(self, row: LockRow, entry: Entry | None, key: str) -> tuple[int, bool, str]:
        """Return how a file stands among those about the item `key`; the least has the record."""
        # What is only a note knows of no field but its text, and shows no annotations.
        is_new = all(map(is_of_entry, (*row.bases, *row.diverged))) and not row.annotations
        if entry is None:
            return (_UNREAD if is_new else _FIRST), is_new, row.digest
        return self._of(entry, key), is_new, row.digest

    def _of(self, entry: Entry, key: str) -> int:
        item = self._items.get(key)
        if item is None:  # about to be created: only a citation key tells
            return _CITED if entry.key else _UNNAMED
        if self._named.states_key_of(entry, item):
            return _FIRST
        if self._named.states_attachment_of(entry, item):
            return 1
        return _CITED if self._named.states_citekey_of(entry, item) else _UNNAMED
