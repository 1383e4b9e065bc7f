"""The links of a run: rows paired with their entries, and new links to items found or created."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from zoterodigest.core.links.link import LinkState, LockRow, Origin
from zoterodigest.core.plan.plan import Link, RemoveEntry
from zoterodigest.core.plan.reports import (
    AwaitedItem,
    DroppedEntry,
    Followed,
    HeldFile,
    KeptForEdit,
    MergedOtherWork,
    MissingFile,
    MissingItem,
    NotLinked,
    Report,
    TakenBack,
    UnreadableEntry,
)
from zoterodigest.core.plan.run_options import (
    LastSync,
    LibraryState,
    RunOptions,
    WhenDropped,
    WhenTrashed,
)
from zoterodigest.core.reconcile.following import (
    AfterMerge,
    Fate,
    MergedInto,
    OtherWork,
    as_adopted,
    fates_of,
    followed,
    with_shown_bases,
)
from zoterodigest.core.reconcile.holding import replaced_in_many, why_held
from zoterodigest.core.reconcile.item_finder import ItemFinder
from zoterodigest.core.reconcile.notes import is_put_off, links_of_items
from zoterodigest.core.reconcile.settle import edited_fields, is_noteless
from zoterodigest.core.reconcile.taken_back import items_taken_back
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.keys import is_our_item, note_key
from zoterodigest.core.values.record import Entry, Item, is_empty, text_in
from zoterodigest.core.works.pairing import (
    Pairing,
    PairingScope,
    assign_notes,
    heading_prints,
    pair,
    shares_block,
)
from zoterodigest.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Linking:
    """The links that take part in a run, in order; rows that stay as they are; what is reported;
    entries that leave their digest.

    `standing` are the rows of those that stay linked though the run does not act on them, with
    their entries; None for one in unread text.
    """

    links: tuple[Link, ...]
    kept: tuple[LockRow, ...]
    reports: tuple[Report, ...]
    removed: tuple[RemoveEntry, ...] = ()
    standing: tuple[tuple[LockRow, Entry | None], ...] = ()


def link_entries(
    entries: Sequence[Entry],
    known: LastSync,
    library: LibraryState,
    run_options: RunOptions,
    *,
    new_ids: Iterator[str],
) -> Linking:
    """Pair `entries` with the rows `known`, and look for the items of entries that are new.

    A link's row has its bases as they were; a new link's has none.
    """
    rows = known.rows
    scope = PairingScope(
        frozenset(run_options.rules) - run_options.gone,
        run_options.gone,
        run_options.missing,
        run_options.files,
        library.group,
        library.parents,
    )
    pairing = pair(entries, rows, scope, run_options.unread)
    run = _LinkingRun(entries, known, library, run_options)
    # The order is a law: new entries take on items, notes and row ids that kept links leave.
    revived = run.keep_links(pairing)
    run.take_notes()
    run.end_links(pairing)
    run.make_links({**dict.fromkeys(pairing.new), **revived}, new_ids)
    taken = run.revived | {link.before.id for link in run.links if link.before}
    taken |= run.replaced(pairing)
    kept = tuple(run.kept.get(row.id, row) for row in rows if row.id not in taken)
    links = sorted(run.links, key=lambda link: link.index)
    standing = tuple(_standing(kept, pairing, entries))
    return Linking(tuple(links), kept, tuple(run.reports), tuple(run.removed), standing)


def _standing(
    kept: Iterable[LockRow], pairing: Pairing, entries: Sequence[Entry]
) -> Iterator[tuple[LockRow, Entry | None]]:
    """Yield the linked rows of `kept` whose entries stand in a digest, with these."""
    entry_of: dict[str, Entry | None] = {row.id: None for row in pairing.unreadable}
    entry_of |= {row.id: entries[index] for index, row in pairing.rows.items()}
    for row in kept:
        if row.id in entry_of and row.is_linked:
            yield row, entry_of[row.id]


class _LinkingRun:
    """The links of one run while they are being found."""

    def __init__(
        self,
        entries: Sequence[Entry],
        known: LastSync,
        library: LibraryState,
        run_options: RunOptions,
    ) -> None:
        rows = known.rows
        self.links: list[Link] = []
        self.kept: dict[str, LockRow] = {}
        self.revived: set[str] = set()
        self.reports: list[Report] = []
        self.removed: list[RemoveEntry] = []
        self._seen = known.seen.rows if known.seen else {}
        self._is_older = known.seen is not None and known.seen.has_gone_back
        self._entries = entries
        self._rows = rows
        self._terms = run_options
        self._items = {item.key: item for item in library.items}
        self._row_ids = {row.id for row in rows}
        self._made = {row.item for row in rows if row.origin.item}
        self._finder = ItemFinder(rows, library, run_options)
        self._left: frozenset[SourceKey] = frozenset()
        self._taken_back = items_taken_back(known, library, run_options.folding)
        self._replaced: frozenset[str] = frozenset()

    def keep_links(self, pairing: Pairing) -> dict[int, LockRow]:
        """Link entries over the rows they already have; return the rows that are to be revived."""
        revived: dict[int, LockRow] = {}
        fates = self._fates(pairing)
        linked = [
            (self._entries[at], row, self._items.get(row.item)) for at, row in pairing.rows.items()
        ]
        self._replaced = replaced_in_many(linked, self._terms)
        for index, row in sorted(pairing.rows.items(), key=lambda pair: pair[0]):
            entry, fate = self._entries[index], fates.get(row.id)
            if isinstance(fate, MergedInto):
                row = self._followed(row, fate)
                # A new entry of the same work, in this run, is to find the item that stays.
                self._finder.link(fate.key, entry)
            item = self._items.get(row.item)
            # It keeps its link as it is: nothing is known of it to act on.
            if report := self._left_alone(entry, row, item):
                self.reports.append(report)
            elif not self._terms.takes(entry):
                continue
            elif entry.digest in self._terms.relink and self._is_spent(row, fate):
                revived[index] = row
            elif not self._is_over(entry, row, item, fate) and item is not None:
                self.links.append(self._link(index, row, item, fate))
        return revived

    def _is_over(self, entry: Entry, row: LockRow, item: Item | None, fate: Fate | None) -> bool:
        """Tell whether a link joins nothing in this run; then it is reported, and how its row stays
        is noted.
        """
        if isinstance(fate, OtherWork):
            self.kept[row.id] = replace(row, state=LinkState.TRASHED)
            self.reports.append(MergedOtherWork(row, fate.key, fate.identifiers))
        elif fate is None and row.item in self._taken_back:
            # Ended like the link of a trashed item: it is taken up if ours comes back.
            self.kept[row.id] = replace(row, state=LinkState.TRASHED)
            is_news = row.is_linked
            self.reports.append(TakenBack(row) if is_news else NotLinked(row))
        elif _is_ended(row, item):
            self.reports.append(NotLinked(row))
        # The lock file of another machine came before the library caught up (ADR 9).
        elif item is None and row.id not in self._seen:
            self.reports.append(AwaitedItem(row))
        elif item is None or item.is_trashed:
            self._lose_item(entry, row, item)
        else:
            return False
        return True

    def _link(self, index: int, row: LockRow, item: Item, fate: Fate | None) -> Link:
        """Return the link of a row, as its item was merged or came out of the trash."""
        entry, folding = self._entries[index], self._terms.folding
        if isinstance(fate, MergedInto) or fate is AfterMerge.JOINED:
            row = as_adopted(row, entry, item, folding)
        elif fate is AfterMerge.RESTORED:
            row = with_shown_bases(row, entry, item, folding)
        now = replace(
            row,
            digest=entry.digest,
            headings=heading_prints(entry),
            state=LinkState.LINKED,
        )
        if row.digest != entry.digest and row.digest not in self._terms.gone:
            # What an entry of another digest lacks was not removed.
            lacks = {name for name, value in entry.fields.items() if is_empty(value)}
            now = now.without_bases(lacks)
        return Link(index, entry, item, row, now)

    def _left_alone(
        self, entry: Entry, row: LockRow | None, item: Item | None
    ) -> UnreadableEntry | HeldFile | None:
        """Return why an entry and its link stay as they are, whatever else holds for them."""
        row_id = row.id if row else None
        if entry.is_unreadable:
            return UnreadableEntry(entry.digest, entry, row_id)
        if not self._terms.takes(entry):
            return None
        why = why_held(entry, row, item, self._terms, self._replaced)
        return HeldFile(entry, why, row_id or "") if why else None

    def _is_spent(self, row: LockRow, fate: Fate | None) -> bool:
        """Tell whether the link has ended and an entry written again can't simply take it up."""
        if isinstance(fate, OtherWork):
            return True
        item = self._items.get(row.item)
        is_live = item is not None and not item.is_trashed
        is_over = _is_ended(row, item) or (fate is None and row.item in self._taken_back)
        return is_over or (row.state is LinkState.DROPPED and not is_live)

    def take_notes(self) -> None:
        """Give links without a note ours that stands in no row and says the same.

        Another machine made it for the same entry before either knew of the other's row; the note's
        heading names the row, so the row takes that name.
        """
        for place, link in enumerate(self.links):
            notes = link.item.notes if link.item else {}
            has_none = link.before is not None and link.before.note is None
            if not has_none or not notes or link.row.id in notes or link.row.digest.is_bib:
                continue
            lost = {
                row_id: note
                for row_id, note in notes.items()
                if row_id not in self._row_ids and shares_block(link.entry, note)
            }
            taken = assign_notes([(0, link.entry)], list(lost.values()), list(lost))
            if taken:
                self._row_ids.add(taken[0])
                self.links[place] = replace(link, row=replace(link.row, id=taken[0]))

    def _fates(self, pairing: Pairing) -> dict[str, Fate]:
        """Return what becomes of the links of this run whose items were merged."""
        taking_part = {
            row.id: self._entries[index]
            for index, row in sorted(pairing.rows.items(), key=lambda pair: pair[0])
            if self._terms.takes(self._entries[index]) and not self._entries[index].is_unreadable
        }
        # A link that ends in this run contradicts no other: the next run would not know of it.
        ending = {row.id for row in pairing.dropped} if self._terms.selection is None else set()
        staying = (row for row in self._rows if row.id not in ending)
        return fates_of(self._items.values(), staying, taking_part)

    def _followed(self, row: LockRow, merged: MergedInto) -> LockRow:
        """Return `row` with the item into which its own was merged in the library."""
        item = self._items[merged.key]
        is_ours = merged.key in self._made
        self.reports.append(Followed(row, merged.key, merged.others))
        return followed(row, item, is_ours=is_ours or _is_ours(item))

    def _lose_item(self, entry: Entry, row: LockRow, item: Item | None) -> None:
        """Keep or remove the entry of a deleted item, as its digest's rules say; an edit wins.

        A run that may not remove the entry leaves the link for a run that may. An entry that had
        been deleted and was written again stays, as its item was deleted before.
        """
        rules = self._terms.rules_for(entry.digest)
        # A library that was restored from a backup lacks items that nobody deleted.
        is_obeyed = row.is_linked and not self._is_older
        is_removed = rules.when_trashed is WhenTrashed.REMOVE and is_obeyed
        edited = edited_fields(entry, item, row, self._terms.folding) if item else ()
        # By default a tombstone: later runs report the entry as not linked, `--relink` revives it.
        self.kept[row.id] = replace(row, state=LinkState.TRASHED)
        if is_removed and edited:
            self.reports.append(KeptForEdit(row, edited))
        elif is_removed and rules.directions.brings_entries and self._terms.is_whole:
            self.kept[row.id] = replace(row, state=LinkState.DROPPED)
            self.removed.append(RemoveEntry(entry, row.id))
        else:
            self.reports.append(MissingItem(row, entry, is_trashed=item is not None))
            if is_removed:
                self.kept[row.id] = row

    def end_links(self, pairing: Pairing) -> None:
        """Make tombstones of the rows whose entry is gone; one that may still stand is kept.

        So is one whose item or doubled note is to follow, in a run that may not write it.
        """
        for row in pairing.unreadable:
            self.reports.append(UnreadableEntry(row.digest, None, row.id))
        self._left = frozenset(row.digest for row in pairing.away)
        for row in pairing.away:
            self.reports.append(MissingFile(row, is_there=row.digest not in self._terms.gone))
        if self._terms.selection is None:
            links = links_of_items(self.links)
            for row in pairing.dropped:
                rules = self._terms.rules_for(row.digest)
                follows = rules.when_dropped is not WhenDropped.KEEP
                waits = (follows and not rules.places) or is_put_off(row, links, self._terms)
                self.kept[row.id] = row if waits else replace(row, state=LinkState.DROPPED)
                self.reports.append(DroppedEntry(row))

    def make_links(self, unlinked: dict[int, LockRow | None], new_ids: Iterator[str]) -> None:
        """Find or make the items of entries that have no link; a row given is revived."""
        found = dict(self._items_found(unlinked))
        # Entries without a row take on a note that no row names; a revived row names its own.
        wanted = {i: key for i, (key, _) in found.items() if unlinked[i] is None}
        noted = self._noted(wanted, new_ids)
        for index, (key, item) in found.items():
            row = unlinked[index]
            keeps_id = row is not None and row.item == key and not _is_note_trashed(row, item)
            row_id = noted.get(index) or (row.id if row and keeps_id else self._unused(new_ids))
            new = self._row(row_id, index, key)
            if row is not None:
                self.revived.add(row.id)
                new = replace(new, origin=row.origin) if row.item == key else new
            self.links.append(Link(index, self._entries[index], item, None, new))

    def _items_found(
        self, unlinked: Mapping[int, LockRow | None]
    ) -> Iterator[tuple[int, tuple[str, Item | None]]]:
        """Yield the entries that get an item, with its key, and the item if there is one already;
        report why the others get none.
        """
        # Those without a title come last: the item of another entry of the work may be theirs.
        titled = {at for at in unlinked if text_in(self._entries[at].fields, "title")}
        for index in sorted(unlinked, key=lambda at: (at not in titled, at)):
            entry = self._entries[index]
            if report := self._left_alone(entry, None, None):
                self.reports.append(report)
            elif self._terms.takes(entry):
                # If a file says nothing of its paper any more, that is reported, and an item of
                # what it says now could be a double.
                is_left = entry.digest in self._left
                may_create = self._terms.rules_for(entry.digest).creates and not is_left
                match self._finder.item_of(entry, unlinked[index], may_create=may_create):
                    case str(key):
                        yield index, (key, self._items.get(key))
                    case None:
                        pass
                    case why:
                        self.reports.append(why)

    def replaced(self, pairing: Pairing) -> set[str]:
        """Return the tombstones in whose place a relinking that was killed has made other rows."""
        paired = {row.id for row in pairing.rows.values()}
        linked = {known for link in self.links if link.before for known in _known_by(link.before)}
        return {
            row.id
            for row in self._rows
            if row.digest in self._terms.relink
            and row.state in (LinkState.UNLINKED, LinkState.TRASHED)
            and row.id not in paired
            and not linked.isdisjoint(_known_by(row))
        }

    def _noted(self, found: dict[int, str], new_ids: Iterator[str]) -> dict[int, str]:
        """Return the row ids of our notes that stand in no row, by the entry that takes them on.

        Another machine may have moved a row to the new entry and made the note of that id. Here the
        row still links the old entry; as that has no summary, it gives the id up.
        """
        by_item: dict[str, list[tuple[int, Entry]]] = defaultdict(list)
        for index, key in found.items():
            if not self._entries[index].digest.is_bib:
                by_item[key].append((index, self._entries[index]))
        without = {
            link.row.id: place
            for place, link in enumerate(self.links)
            if is_noteless(link) and not link.row.digest.is_bib
        }
        noted: dict[int, str] = {}
        for key, entries in by_item.items():
            notes = self._items[key].notes if key in self._items else {}
            lost = [
                row_id
                for row_id, note in sorted(notes.items())
                if row_id not in self._row_ids
                or (row_id in without and any(shares_block(one, note) for _, one in entries))
            ]
            if lost:
                noted |= assign_notes(entries, [notes[row_id] for row_id in lost], lost)
        for row_id in without.keys() & noted.values():
            link = self.links[without[row_id]]
            new = replace(link.row, id=self._unused(new_ids))
            self.links[without[row_id]] = replace(link, row=new)
        self._row_ids.update(noted.values())
        return noted

    def _row(self, row_id: str, index: int, key: str) -> LockRow:
        item = self._items.get(key)
        note = item.notes.get(row_id) if item else None
        return LockRow(
            id=row_id,
            digest=self._entries[index].digest,
            item=key,
            note=note.key if note else None,
            headings=heading_prints(self._entries[index]),
            origin=Origin(
                item=(item is None or _is_ours(item)) and not self._entries[index].digest.is_bib,
                note=note is not None and note.key == note_key(row_id),
            ),
        )

    def _unused(self, new_ids: Iterator[str]) -> str:
        row_id = next(one for one in new_ids if one not in self._row_ids)
        self._row_ids.add(row_id)
        return row_id


def _known_by(row: LockRow) -> Iterator[tuple[SourceKey, str | Identifier]]:
    """Yield what tells the entry of a row within its digest: its title and its identifiers."""
    if row.title:
        yield row.digest, row.title
    yield from ((row.digest, identifier) for identifier in row.identifiers)


def _is_ended(row: LockRow, item: Item | None) -> bool:
    """Tell whether the link is not to be taken up: unlinked, or trashed and not restored since."""
    is_live = item is not None and not item.is_trashed
    return row.state is LinkState.UNLINKED or (row.state is LinkState.TRASHED and not is_live)


def _is_note_trashed(row: LockRow, item: Item | None) -> bool:
    """Tell whether the key and the heading id of a note are spent: it lies in the trash."""
    note = item.notes.get(row.id) if item else None
    return note is not None and note.is_trashed


def _is_ours(item: Item) -> bool:
    return is_our_item(item.key, item.identifiers, text_in(item.fields, "title"))
