"""Added: items that a person put in a digest's collections and that are to become entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from zoterodigest.core.identity import match_title
from zoterodigest.core.keys import is_our_item, note_key
from zoterodigest.core.link import Row, Shelf, State
from zoterodigest.core.plan import CreateEntry
from zoterodigest.core.record import CITEKEY, Entry, Item, Kind, Value, is_empty, kind_of
from zoterodigest.core.reports import AddedItem
from zoterodigest.core.shelves import Path
from zoterodigest.core.terms import Holdings, Known, Rules, Terms


def added_items(
    entries: Sequence[Entry],
    rows: Iterable[Row],
    run: tuple[Known, Holdings, Terms],
    new_ids: Iterator[str],
) -> Iterator[CreateEntry | AddedItem]:
    """Yield the new entries, and what was added without becoming one, digest by digest.

    Added is an item that is in a collection of a digest and was not when this instance last saw
    that; without a memory none is. `rows` are as the run leaves them.
    """
    known, library, terms = run
    if known.seen is None:
        return
    adding = _Adding(entries, rows, known, terms)
    for item in library.items:
        if item.is_trashed:
            continue
        for digest, path in adding.places(item, known.seen.collections).items():
            reason = adding.reason(item, digest)
            title = _title(item)
            if reason:
                yield AddedItem(digest, item.key, title, reason)
            else:
                yield CreateEntry(digest, next(new_ids), item, path, _shown(item))


class _Adding:
    """The digests of a run and what stands in them, while added items are looked for."""

    def __init__(
        self, entries: Sequence[Entry], rows: Iterable[Row], known: Known, terms: Terms
    ) -> None:
        shelves, noteless = known.shelves, {row.id for row in known.rows if row.note is None}
        self._terms = terms
        self._shelves: dict[str, list[Shelf]] = defaultdict(list)
        self._owners: dict[str, set[str]] = defaultdict(set)
        for shelf in sorted(shelves, key=lambda shelf: (-len(shelf.path), shelf.path)):
            self._owners[shelf.collection].add(shelf.digest)
            if shelf.digest in terms.rules:
                self._shelves[shelf.collection].append(shelf)
        rows = tuple(rows)
        self._rows = {row.id for row in rows} - noteless
        self._items = {row.item for row in rows}
        self._linked = {(row.digest, row.item) for row in rows if row.state is State.LINKED}
        self._ended = {(row.digest, row.item) for row in rows} - self._linked
        self._known: dict[str, set[object]] = defaultdict(set)
        for entry in entries:
            title = entry.fields.get("title")
            titles = {match_title(title)} if isinstance(title, str) else set[str]()
            self._known[entry.digest] |= {*entry.identifiers, *titles}

    def places(self, item: Item, seen: Mapping[str, frozenset[str]]) -> dict[str, Path]:
        """Return the digests to whose collections `item` was added, and under which heading."""
        found: dict[str, Path] = {}
        for key in sorted(item.collections & seen.keys()):
            for shelf in self._shelves[key]:
                is_linked = (shelf.digest, item.key) in self._linked
                if item.key in seen[key] or is_linked:
                    continue
                path = found.get(shelf.digest, ())
                found[shelf.digest] = max(path, shelf.path, key=len)
        return found

    def reason(self, item: Item, digest: str) -> str:
        """Return why `item` becomes no entry of `digest`; "" if it does."""
        rules = self._terms.rules.get(digest, Rules())
        if rules.no_new:
            return rules.no_new
        if self._is_shared(item, digest):
            return "several digests share the collection; write it into the one you mean"
        if (digest, item.key) in self._ended:
            return "its entry was deleted or unlinked; write it into the digest to link it again"
        if not _title(item):
            return "it has no title"
        if {*item.identifiers, match_title(_title(item))} & self._known[digest]:
            return "an entry of this work stands there already, not linked with this item"
        if self._is_from_elsewhere(item):
            return "another checkout wrote it; its entry comes with that one's commits"
        if not rules.directions.brings_entries:
            return "`zoterodigest pull` writes it into the digest"
        return ""

    def _is_from_elsewhere(self, item: Item) -> bool:
        """Tell whether the tool itself put the item here, for a link that this lock file lacks."""
        notes = item.notes.items()
        if any(note.key == note_key(row_id) for row_id, note in notes if row_id not in self._rows):
            return True
        return item.key not in self._items and is_our_item(item.key, item.identifiers, _title(item))

    def _is_shared(self, item: Item, digest: str) -> bool:
        keys = [key for key in item.collections if digest in self._owners.get(key, ())]
        return any(len(self._owners[key]) > 1 for key in keys)


def _title(item: Item) -> str:
    title = item.fields.get("title")
    return title if isinstance(title, str) else ""


def _shown(item: Item) -> dict[str, Value]:
    return {
        name: value
        for name, value in item.fields.items()
        if kind_of(name) is not Kind.BLOCKS and name != CITEKEY and not is_empty(value)
    }
