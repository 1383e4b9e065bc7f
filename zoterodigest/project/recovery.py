"""After a kill: what of the journal's intentions came true, decided by what the library holds.

Pure. The result never claims more than happened (law 3): what cannot be told is not claimed, and
the next run plans it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import field, replace

from zoterodigest.core.collections.collection_rows import UNPLACED, Homes, at_home, home_of, homes
from zoterodigest.core.links.link import (
    Base,
    CollectionRow,
    CollectionRowKey,
    Exported,
    LinkState,
    LockFile,
    LockRow,
    Origin,
    fingerprint,
)
from zoterodigest.core.links.shown import Shown, shown_bases
from zoterodigest.core.plan.seen import Seen
from zoterodigest.frozen import dataclass
from zoterodigest.project.log.journal import Done, Exporting, FilesToWrite, Intended, RecordedRun


@dataclass(frozen=True, slots=True)
class LibraryFacts:
    """What the library holds under one key.

    `raws` are the raw fingerprints of the fields that live in an item or note, taken as those of a
    `Base.at_item` are; an attachment or a collection has none. `whole` is that of all text of a
    note, headings too, as the entry of a file shows it.
    """

    raws: Mapping[str, str] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    collections: frozenset[str] = frozenset()
    whole: str = ""


Facts = Mapping[str, LibraryFacts]
"""The live (not trashed) items, notes, attachments and collections of a library, by key."""


BibFacts = Mapping[str, Mapping[str, Mapping[str, str]]]
"""What stands in .bib files: by file and citation key the prints of an entry's fields."""

NO_BIBS: BibFacts = {}

EntryFacts = Mapping[str, Shown]
"""What the entries of rows show, by the ids of the rows."""

NO_ENTRIES: EntryFacts = {}


def bibs_in(recorded: RecordedRun) -> frozenset[str]:
    """Return every .bib that `fold_journal` needs the facts of."""
    return frozenset(one.bibliography for one in recorded.events if isinstance(one, Exporting))


def rows_of_files(recorded: RecordedRun) -> dict[str, LockRow]:
    """Return the rows whose entries `fold_journal` needs the facts of, by id."""
    events = (one for one in recorded.events if isinstance(one, FilesToWrite))
    return {row.id: row for event in events for row in event.links.rows}


def fold_journal(
    lock: LockFile,
    lock_hash: str,
    recorded: RecordedRun,
    facts: Facts,
    bibs: BibFacts = NO_BIBS,
    *,
    entries: EntryFacts = NO_ENTRIES,
    seen: Seen | None = None,
) -> LockFile:
    """Return `lock` with what the run of `recorded` achieved before it was killed.

    A row that was done holds as intended. For any other row the facts decide, part by part:
    item, note, each base, each piece of its origin. A base that the run was about to record holds
    as far as the entry shows it, and by what was last `seen` of a library that lagged. If
    `lock_hash` is not that of the lock file the run began with (another branch is checked out),
    only created keys are taken over, so that nothing is created twice; their fields have no base.
    An entry that stands in its .bib just as it was to be written is ours under any lock file.
    """
    collection_rows = {row.place: row for row in lock.collection_rows}
    collection_rows |= _created_rows(recorded, facts, lock.collection_rows)
    places = _CollectionsMade(homes(lock.collection_rows), homes(collection_rows.values()))
    rows = {row.id: places.kept(row) for row in lock.rows}
    is_same = recorded.lock_hash == lock_hash
    decided = _achieved if is_same else _created
    rows |= decided(rows, recorded, facts, places.now)
    over = _merged_over(lock, rows, seen) if seen else {}
    if is_same:
        rows |= _with_shown_bases(rows, recorded, entries, over)
        rows |= _of_new_entries(rows, recorded, entries, facts)
    exported, made = _exported(lock, recorded, bibs, rows if is_same else None)
    # An entry that got another key stays: its item is still exported into that file.
    kept = {(one.bibliography, one.item) for one in exported}
    gone = {(one.bibliography, one.item, fingerprint(one.key)) for one in lock.exported}
    gone = {each for each in gone if each[:2] not in kept}
    left = tuple(rows[key] for key in sorted(rows) if not _went_with(rows[key], gone))
    places_now = tuple(collection_rows[key] for key in sorted(collection_rows))
    return replace(lock, rows=left, collection_rows=places_now, exported=exported, made=made)


def _went_with(row: LockRow, gone: Set[tuple[str, str, str]]) -> bool:
    """Tell whether a row is of an entry that an export took out of its .bib, and of nothing else.

    It may be exported again: no person removed it.
    """
    return (row.digest, row.item, row.key) in gone and row.origin == Origin()


def _exported(
    lock: LockFile, recorded: RecordedRun, bibs: BibFacts, rows: Mapping[str, LockRow] | None
) -> tuple[tuple[Exported, ...], frozenset[str]]:
    """Return the entries of .bib files that are ours, and which files we made.

    One that the killed run took out is ours no more if it has gone; under another lock file it may
    never have been there. One to which a person gave another key stays known under its old one
    until it has been written: the next run follows it. `rows` hold what the run achieved; without
    them the lock file is another one.
    """
    entries = {one.place: one for one in lock.exported}
    made = set(lock.made)
    for event in recorded.events:
        if not isinstance(event, Exporting):
            continue
        standing = bibs.get(event.bibliography, {})
        ours = event.links.exported
        written = [one for one in ours if standing.get(one.key) == one.prints]
        kept = {one.key for one in ours} | standing.keys()
        renamed = {one.item for one in ours} - {one.item for one in written}
        if rows is not None:
            entries = {
                key: one
                for key, one in entries.items()
                if one.bibliography != event.bibliography or one.key in kept or one.item in renamed
            }
        entries |= {one.place: one for one in written}
        made |= event.links.made if written else frozenset()
    exported = tuple(entries[key] for key in sorted(entries))
    if rows is not None:
        exported = _without_edited(exported, lock, rows, recorded)
    return exported, frozenset(made)


def _without_edited(
    exported: Sequence[Exported],
    before: LockFile,
    rows: Mapping[str, LockRow],
    recorded: RecordedRun,
) -> tuple[Exported, ...]:
    """Return `exported` without the prints that the run was about to drop, as fields were edited.

    Only in entries whose rows have other bases now: the library has got the edit.
    """
    left = {one.place: one for run in recorded.intended for one in run.exported}
    then = {row.id: row.bases for row in before.rows} if left else {}
    moved = {(rows[id_].digest, rows[id_].key) for id_ in then if rows[id_].bases != then[id_]}
    found: list[Exported] = []
    for one in exported:
        known = left.get(one.place)
        if known is not None and (one.bibliography, fingerprint(one.key)) in moved:
            prints = {name: each for name, each in one.prints.items() if name in known.prints}
            one = replace(one, prints=prints)
        found.append(one)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _CollectionsMade:
    """The collections of headings before a run, and with those that it made before the kill."""

    before: Homes
    now: Homes

    def kept(self, row: LockRow) -> LockRow:
        """Return `row` at the heading in whose collection its item was put before the run.

        Where it was, the next run would take its item for placed in a collection that was made.
        """
        if not row.is_linked:
            return row
        return at_home(row, home_of(row.place, self.before), self.now)


def _achieved(
    rows: Mapping[str, LockRow], recorded: RecordedRun, facts: Facts, homes: Homes
) -> dict[str, LockRow]:
    held: dict[str, LockRow] = {}
    pending: dict[str, LockRow] = {}
    for event in recorded.events:
        match event:
            case Intended():
                pending |= {row.id: row for row in event.links.rows}
            case Done():
                # Only what was intended before counts: a later intention for the same row is new.
                held |= {key: pending.pop(key) for key in event.ids if key in pending}
    for key, row in pending.items():
        decided = decide(held.get(key, rows.get(key)), row, facts, homes)
        held |= {} if decided is None else {key: decided}
    return held


def _merged_over(
    lock: LockFile, achieved: Mapping[str, LockRow], seen: Seen
) -> dict[str, dict[str, Base]]:
    """Return the bases, by row, that the run merged members over, if not those of the lock file.

    A base that the run is known to have moved goes before what was seen earlier.
    """
    return {
        row.id: {
            name: base
            for name, base in seen.members_of(row).items()
            if achieved[row.id].bases.get(name) == row.bases[name]
        }
        for row in lock.rows
    }


def _with_shown_bases(
    rows: Mapping[str, LockRow],
    recorded: RecordedRun,
    entries: EntryFacts,
    over: Mapping[str, Mapping[str, Base]],
) -> dict[str, LockRow]:
    """Return the rows whose entries show what the run was about to record of both ends.

    The library had been read when the journal named these rows. So what an entry shows now was at
    both ends, whether the run wrote its file or the person had. Of all else nothing is claimed: the
    file may not have been written, it may have been edited since, or git brought an older one.
    `over` holds, by row, bases that the run merged over in place of those of the lock file.
    """
    shown: dict[str, LockRow] = {}
    for row_id, row in rows_of_files(recorded).items():
        known = rows.get(row_id)
        if known is None or row_id not in entries or _ends_of(known) != _ends_of(row):
            continue
        bases = shown_bases(known.bases, row.bases, entries[row_id], over.get(row_id, {}))
        if bases != known.bases:
            # Headings stay: they go with the collections, of which this proves nothing.
            shown[row_id] = replace(
                known,
                bases=bases,
                diverged=(known.diverged | row.diverged) - bases.keys(),
                identifiers=row.identifiers,
                title=row.title,
                texts=row.texts,
                key=row.key,
            )
    return shown


def _of_new_entries(
    rows: Mapping[str, LockRow], recorded: RecordedRun, entries: EntryFacts, facts: Facts
) -> dict[str, LockRow]:
    """Return the rows of entries that the run made of items, if these show all that it wrote.

    The text with which a file begins is no text of a person's: only its row says so.
    """
    return {
        row.id: row
        for row in rows_of_files(recorded).values()
        if row.id in entries and row.id not in rows and row.item in facts
        if row.origin == Origin(collections=row.origin.collections & facts[row.item].collections)
        if shown_bases({}, row.bases, entries[row.id]) == row.bases
    }


def _ends_of(row: LockRow) -> tuple[str, str, str | None, LinkState]:
    return row.digest, row.item, row.note, row.state


def decide(old: LockRow | None, new: LockRow, facts: Facts, homes: Homes) -> LockRow | None:
    """Return the row that holds if it is not known how much of `new` was written.

    A new link with an adopted item of which nothing was written is dropped: the next run makes it
    again. A link that followed a merged item keeps only the bases that its new item shows: what was
    agreed on with the former item would clear the entry where the new one is empty.
    """
    # An item that is not in the library was not created: the old link holds, if there was one.
    if new.item not in facts:
        return old if new.is_linked else new
    nothing = Origin(item=new.origin.item)
    # In no collection yet: at its headings, the next run would take its item for placed.
    unplaced = LockRow(new.id, new.digest, new.item, headings=UNPLACED, origin=nothing)
    was = old or replace(unplaced, state=new.state)
    note = new.note if new.note in facts else was.note
    raws = {**facts[new.item].raws, **_raws(facts, note, new)}
    written = {name: base for name, base in new.bases.items() if _stands(base, raws.get(name))}
    credited = {name: one for name, one in new.credits.items() if one.raw == raws.get(name)}
    parted = {name for name in new.diverged if name in was.bases}
    parted |= was.bases.keys() if was.item != new.item else set()
    kept = {
        name: base
        for name, base in was.bases.items()
        if name not in parted or _stands(base, raws.get(name))
    }
    # What the library shows as written goes before what was agreed on earlier.
    bases = {**kept, **written}
    origin = _origin(was, new, facts, written.keys() | credited.keys())
    if old is None and origin == Origin():
        return None
    place = new if _is_placed(was, new, facts[new.item], homes) else was
    return replace(
        new,
        digest=place.digest,
        headings=place.headings,
        note=note,
        bases=bases,
        diverged=(was.diverged | new.diverged) - bases.keys(),
        origin=origin,
        state=was.state,
        credits={**was.credits, **credited},
    )


def _is_placed(old: LockRow, new: LockRow, item: LibraryFacts, homes: Homes) -> bool:
    """Tell whether the item has come into the collections of its new place and left the former.

    Both origins may have the collection of the new place, and a person may have taken it out there.
    """
    home = home_of(new.place, homes)
    if home not in (None, home_of(old.place, homes), *item.collections):
        return False
    came = new.origin.collections - old.origin.collections
    left = old.origin.collections - new.origin.collections
    return came <= item.collections and not left & item.collections


def _raws(facts: Facts, note: str | None, new: LockRow) -> Mapping[str, str]:
    if note is None or note not in facts:
        return {}
    found, summary = facts[note], new.bases.get("summary")
    is_whole = summary is not None and _stands(summary, found.whole)
    return {**found.raws, "summary": found.whole} if is_whole else found.raws


def _stands(base: Base, raw: str | None) -> bool:
    return base.at_item.raw == raw


def _origin(was: LockRow, new: LockRow, facts: Facts, written: Set[str]) -> Origin:
    """Return what of both rows' origins is to be found in the library."""
    old, intended, item = was.origin, new.origin, facts[new.item]
    return Origin(
        item=old.item if was.item == new.item else intended.item,
        note=intended.note if new.note in facts and new.note != was.note else old.note,
        tags=_held(old.tags, intended.tags, item.tags),
        fields=old.fields | (intended.fields & written),
        attachments=_held(old.attachments, intended.attachments, facts.keys()),
        collections=_held(old.collections, intended.collections, item.collections),
    )


def _held(old: frozenset[str], intended: frozenset[str], present: Set[str]) -> frozenset[str]:
    """Return which pieces are ours: what was to come if it is there, what was to go if it still is.

    What was ours and is to stay so remains ours, there or not: that is not this run's to judge.
    """
    return (intended & (old | present)) | (old & present)


def _created(
    rows: Mapping[str, LockRow], recorded: RecordedRun, facts: Facts, homes: Homes
) -> dict[str, LockRow]:
    """Return rows for the items and notes that were created and that `rows` do not know."""
    found: dict[str, LockRow] = {}
    last_intended = {row.id: row for links in recorded.intended for row in links.rows}
    for row in last_intended.values():
        decided = decide(None, row, facts, homes) if row.item in facts else None
        known = rows.get(row.id)
        if decided is None or not (decided.origin.item or decided.origin.note):
            continue
        if known is None:
            found[row.id] = replace(decided, bases={}, diverged=frozenset(), state=LinkState.LINKED)
        elif known.item == row.item and known.note is None and decided.origin.note:
            origin = replace(known.origin, note=True)
            found[row.id] = replace(known, note=decided.note, origin=origin)
    return found


def _created_rows(
    recorded: RecordedRun, facts: Facts, known: Sequence[CollectionRow]
) -> dict[CollectionRowKey, CollectionRow]:
    """Return the intended rows whose collections were made; those known stay as they were.

    Whether a known one has its new name already, the next run sees by its name.
    """
    places = {row.place for row in known}
    collections = {row.collection for row in known}
    return {
        row.place: row
        for links in recorded.intended
        for row in links.collection_rows
        if row.collection in facts.keys() - collections and row.place not in places
    }
