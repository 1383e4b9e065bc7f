"""Owners: of several files about one item, one has its record, and the others are notes only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from zoterodigest.core.links.link import LinkState
from zoterodigest.core.plan.plan import Link
from zoterodigest.core.plan.run_options import LibraryState, RunOptions
from zoterodigest.core.reconcile.linking import Linking
from zoterodigest.core.values.record import CITEKEY, text_in
from zoterodigest.core.works.named_items import NamedItems


def with_owners(linking: Linking, library: LibraryState, run_options: RunOptions) -> Linking:
    """Return `linking` with the links of files that do not own the record of their item.

    The file that names its item owns it, by its key before an attachment's before the citation key,
    else the first one. Vaults
    have a hub, a page of metadata and one of highlights for an item: what these say of the record
    would differ for ever. Each one's own text is synced all the same. A file that states the
    citation key of another item has no base for it: it may be about that item, a person decides.
    """
    linking = replace(linking, links=tuple(_without_keys_of_others(linking.links, library)))
    files, by_item = run_options.files, defaultdict[str, list[int]](list)
    for place, link in enumerate(linking.links):
        if link.row.digest in files:
            by_item[link.row.item].append(place)
    # Of a file that takes no part in this run nobody knows whether it names the item.
    standing = {
        row.item for row in linking.kept if row.digest in files and row.state is LinkState.LINKED
    }
    shared = {key: at for key, at in by_item.items() if len(at) > 1 or key in standing}
    if not shared:
        return linking
    links = list(linking.links)
    named = NamedItems(library.items, library.group, library.parents)
    for key, places in shared.items():
        owner = min(places, key=lambda place: (_rank(links[place], named), place))
        is_known = _rank(links[owner], named) < _UNNAMED
        for place in places:
            if place != owner or (key in standing and not is_known):
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
            bases = {name: base for name, base in link.row.bases.items() if name != CITEKEY}
            link = replace(link, row=replace(link.row, bases=bases))
        yield link


_CITED = 2
_UNNAMED = 3


def _rank(link: Link, named: NamedItems) -> int:
    if link.item is None:  # about to be created: only a citation key tells
        return _CITED if link.entry.key else _UNNAMED
    if named.states_key_of(link.entry, link.item):
        return 0
    if named.states_attachment_of(link.entry, link.item):
        return 1
    return _CITED if named.states_citekey_of(link.entry, link.item) else _UNNAMED
