"""Items that a person added to the collections of a digest: they become entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from zoterodigest.core.collections.collection_rows import Path
from zoterodigest.core.links.link import CollectionRow, LockRow
from zoterodigest.core.plan.plan import CreateEntry
from zoterodigest.core.plan.reports import AddedItem
from zoterodigest.core.plan.run_options import LastSync, LibraryState, RunOptions
from zoterodigest.core.plan.seen import Seen
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.keys import is_our_item, note_key
from zoterodigest.core.values.record import (
    CITEKEY,
    MARKS,
    Entry,
    Item,
    Value,
    is_empty,
    is_of_entry,
    text_in,
)
from zoterodigest.core.values.tags import TAGS
from zoterodigest.core.works.catalogue import Catalogue, successors
from zoterodigest.core.works.titles import is_name
from zoterodigest.core.works.work import contradict, work_of

_SHARED = "several digests share the collection; write it into the one you mean"


def added_items(
    entries: Sequence[Entry],
    rows: Iterable[LockRow],
    run: tuple[LastSync, LibraryState, RunOptions],
    new_ids: Iterator[str],
) -> Iterator[CreateEntry | AddedItem]:
    """Yield the new entries, and a report for each added item that becomes none, digest by digest.

    An item counts as added if it is in a collection of a digest and was not in it when this
    instance last saw the collection. Without a memory no item counts. `rows` are as the run leaves
    them.
    """
    known, library, run_options = run
    if known.seen is None:
        return
    adding = _Adding(entries, rows, known, run_options, library.items)
    for item in library.items:
        if item.is_trashed:
            continue
        shared: list[AddedItem] = []
        places = adding.places(item, known.seen)
        for digest, (path, is_shared) in adding.with_new_file(item, places).items():
            reason = adding.reason(item, digest, is_shared=is_shared)
            # What is pending is known by the collection of a digest that is there.
            there = digest if digest in places else min(places)
            report = AddedItem(there, item.key, text_in(item.fields, "title"), reason)
            if not reason:
                is_note = digest not in places
                fields = _shown(item, with_tags=is_note)
                yield CreateEntry(digest, next(new_ids), item, path, fields)
            elif is_shared:
                shared.append(report)
            else:
                yield report
        if shared:  # once, not for each of thirty days of a month
            yield next((one for one in shared if one.reason == _SHARED), shared[0])


def rows_of_new_files(
    created: Iterable[CreateEntry], collection_rows: Iterable[CollectionRow], terms: RunOptions
) -> Iterator[CollectionRow]:
    """Yield the collection rows of files that are made: as those of the files of their vault."""
    shared = {row.collection: row for row in collection_rows if row.digest in terms.files}
    for one in created:
        file = terms.new_files.get(one.item.key)
        keys = sorted(one.item.collections & shared.keys())
        if file is not None and file.digest == one.digest and keys:
            yield replace(shared[keys[0]], digest=one.digest)


class _Adding:
    """The digests of a run, their collections and their entries, while it looks for added items."""

    def __init__(
        self,
        entries: Sequence[Entry],
        rows: Iterable[LockRow],
        known: LastSync,
        run_options: RunOptions,
        items: Sequence[Item],
    ) -> None:
        noteless = {row.id for row in known.rows if row.note is None}
        self._terms = run_options
        self._filed = {item.key: item.collections for item in items}
        self._of_collection: dict[str, list[CollectionRow]] = defaultdict(list)
        self._owners: dict[str, set[str]] = defaultdict(set)
        for one in sorted(known.collection_rows, key=lambda one: (-len(one.path), one.path)):
            self._owners[one.collection].add(one.digest)
            if one.digest in run_options.rules:
                self._of_collection[one.collection].append(one)
        rows = tuple(rows)
        self._rows = {row.id for row in rows} - noteless
        self._items = {row.item for row in rows}
        linked = {(row.digest, row.item) for row in rows if row.is_linked}
        ended = {(row.digest, row.item) for row in rows}.union(_ended_of_merged(rows, items))
        self._ended = ended - linked
        self._digests: dict[str, set[str]] = defaultdict(set)
        for digest, item in linked:
            self._digests[item].add(digest)
        self._works: dict[str, Catalogue] = defaultdict(Catalogue)
        for index, entry in enumerate(entries):
            self._works[entry.digest].add(str(index), work_of(entry))

    def places(self, item: Item, seen: Seen) -> dict[SourceKey, tuple[Path, bool]]:
        """Return the digests to whose collections `item` was added, with the heading for its entry,
        and whether other digests share all these collections.

        If several digests share a collection and one of them is linked with the item, the item is
        there for that digest: another clone may have put it there. It is not new to the others.
        """
        found: dict[SourceKey, tuple[Path, bool]] = {}
        for key in sorted(item.collections & seen.collections.keys()):
            if seen.held(key, item) or self._owners[key] & self._digests[item.key]:
                continue
            for row in self._of_collection[key]:
                if self._came_by_merge(item, key, row.digest):
                    continue
                # The deepest heading counts: its collection lies in those of the headings above it.
                path, is_shared = found.get(row.digest, ((), True))
                is_shared = is_shared and len(self._owners[key]) > 1
                found[row.digest] = max(path, row.path, key=len), is_shared
        return found

    def with_new_file(
        self, item: Item, places: Mapping[SourceKey, tuple[Path, bool]]
    ) -> Mapping[SourceKey, tuple[Path, bool]]:
        """Return `places` with the file that the item gets for those of its vault.

        A vault is one digest: its files share a collection, and none of them gets the item.
        """
        file, own = self._terms.new_files.get(item.key), places.keys() & self._terms.files
        if file is None or not own:
            return places
        others = {digest: place for digest, place in places.items() if digest not in own}
        return {**others, file.digest: ((), bool(others))}

    def _came_by_merge(self, item: Item, collection: str, digest: SourceKey) -> bool:
        """Tell whether an item of an entry of `digest` was there and was merged into `item`.

        Another clone may have moved that entry, and filed its item, since this one last looked.
        """
        return any(
            collection in self._filed.get(key, ())
            and (digest in self._digests[key] or (digest, key) in self._ended)
            for key in item.replaces
        )

    def reason(self, item: Item, digest: str, *, is_shared: bool) -> str:
        """Return why `item` becomes no entry of `digest`; "" if it does."""
        rules, file = self._terms.rules_for(digest), self._terms.new_files.get(item.key)
        # All files of vaults: whose note ended, or which work has one, holds for each of them.
        is_file = file is not None and digest == file.digest
        beside = self._terms.files if is_file else {digest}
        # The digest's own rule first: it holds whatever the item is.
        if rules.no_new:
            return rules.no_new
        if is_shared:
            return _SHARED
        if any((one, item.key) in self._ended for one in beside):
            return "its entry was deleted or unlinked; write it into the digest to link it again"
        if not text_in(item.fields, "title"):
            return "it has no title"
        if any(self._works[one].holds(work_of(item)) for one in beside & self._works.keys()):
            return "the digest already has an entry of this work, which isn't linked with this item"
        if self._is_from_elsewhere(item):
            return "another checkout wrote it; its entry comes with that one's commits"
        if not rules.directions.brings_entries:
            return "`zoterodigest pull` writes it into the digest"
        return file.reason if file and is_file else ""

    def _is_from_elsewhere(self, item: Item) -> bool:
        """Tell whether the tool itself put the item here, for a link that this lock file lacks."""
        notes = item.notes.items()
        if any(note.key == note_key(row_id) for row_id, note in notes if row_id not in self._rows):
            return True
        title = text_in(item.fields, "title")
        return item.key not in self._items and is_our_item(item.key, item.identifiers, title)


def _ended_of_merged(
    rows: Iterable[LockRow], items: Sequence[Item]
) -> Iterator[tuple[SourceKey, str]]:
    """Yield the digest of each link that ended, and the item that its item was merged into.

    An item of another work does not belong to the deleted entry.
    """
    identifiers, followed = {item.key: item.identifiers for item in items}, successors(items)
    for row in rows:
        key = followed.get(row.item, "")
        if key and not row.is_linked and not contradict(row.identifiers, identifiers[key]):
            yield row.digest, key


def _shown(item: Item, *, with_tags: bool) -> dict[str, Value]:
    short_title, title = (text_in(item.fields, name) for name in ("short_title", "title"))
    # A list shows the key of an item where its entries have theirs, a note by its own template.
    hidden = {MARKS, *(() if is_name(short_title, title) else ("short_title",))}
    hidden |= {CITEKEY} if with_tags else {TAGS}
    return {
        name: value
        for name, value in item.fields.items()
        if not is_of_entry(name) and name not in hidden and not is_empty(value)
    }
