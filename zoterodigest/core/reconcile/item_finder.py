"""Which item an entry without a link gets: one that is its work, a new one, or none for now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from zoterodigest.core.links.link import LockRow
from zoterodigest.core.plan.reports import (
    AmbiguousEntry,
    EntryReport,
    NotPushed,
    StaleItemKey,
    TrashedEntry,
    UntitledEntry,
)
from zoterodigest.core.plan.run_options import LibraryState, RunOptions
from zoterodigest.core.values.keys import item_key
from zoterodigest.core.values.record import Entry, text_in
from zoterodigest.core.works.catalogue import (
    Adopt,
    Ambiguous,
    Match,
    OnlyTrashed,
    Unknown,
    library_catalogue,
)
from zoterodigest.core.works.named_items import NamedItems
from zoterodigest.core.works.work import KnownWork, work_of


class ItemFinder:
    """Finds items for entries, one after the other: what one gets, a later one of the same work
    finds.
    """

    def __init__(
        self, rows: Sequence[LockRow], library: LibraryState, run_options: RunOptions
    ) -> None:
        self._terms = run_options
        self._taken = {*(item.key for item in library.items), *library.taken}
        linked = frozenset(row.item for row in rows if row.is_linked)
        self._catalogue = library_catalogue(library.items, linked)
        self._named = NamedItems(library.items, library.group, library.parents, run_options.files)

    def link(self, key: str, entry: Entry) -> None:
        """Note that the item `key` is linked with an entry from now on."""
        self._catalogue.add(key, work_of(entry), is_linked=True)

    def item_of(
        self, entry: Entry, row: LockRow | None, *, may_create: bool
    ) -> str | EntryReport | None:
        """Return the key of the item for `entry`, a new one if need be, or why it gets none.

        `row` is that of a link which is revived. None: it gets none, and that is no news.
        """
        work, push = self._work(entry), self._terms.rules_for(entry.digest).directions.push
        match self._match(entry, work, row):
            case Adopt(key):
                pass
            case Ambiguous(keys):
                return AmbiguousEntry(entry, keys)
            case OnlyTrashed() | Unknown() if not may_create:
                return None
            case OnlyTrashed(key):
                return TrashedEntry(entry, key)
            # Somebody took the note from an item: one that is not here is no reason for a double.
            case Unknown() if row is None and (stale := self._named.stale_key(entry)):
                return StaleItemKey(entry, stale)
            case Unknown() if not push.allows("title"):
                return NotPushed(entry)
            case Unknown() if not work.title:
                return UntitledEntry(entry, self._free_key(entry))
            case Unknown():
                key = self._free_key(entry)
                self._taken.add(key)
        self._catalogue.add(key, work, is_linked=True)
        return key

    def _match(self, entry: Entry, work: KnownWork, row: LockRow | None) -> Match:
        """Return the item that a note names by a key, else the one that is the entry's work."""
        match = self._named_or_same(entry, work)
        # `--relink` may replace our own item in the trash, but never one that a person made.
        if isinstance(match, OnlyTrashed) and row and row.item == match.key and row.origin.item:
            return Unknown()
        return match

    def _named_or_same(self, entry: Entry, work: KnownWork) -> Match:
        named = self._named.find(entry, work)
        if isinstance(named, Adopt | Ambiguous):
            return named
        match = self._catalogue.find(work)
        return named if named and isinstance(match, Unknown) else match

    def _work(self, entry: Entry) -> KnownWork:
        """Return what tells the work of an entry: without a title, also what was found of it.

        An item may have that title and none of the entry's identifiers.
        """
        work = work_of(entry)
        if work.title:
            return work
        pending = (one.found for one in self._terms.pending if one.is_about(entry))
        found = self._terms.found.get(self._free_key(entry)) or next(pending, None)
        return work if found is None else work_of(replace(entry, fields=found.fields))

    def _free_key(self, entry: Entry) -> str:
        return item_key(self._taken, entry.identifiers, text_in(entry.fields, "title"))
