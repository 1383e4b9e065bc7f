"""Relinking: what an undo makes of the rows and shelves of a run, and of what was seen then.

A row that is turned back as a whole is as it was before the run; the link of one that the run made
ends. Where something of it stays, only the fields that are turned back get their base again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from zoterodigest.core.file_keys import SourceKey
from zoterodigest.core.history import Links, Run
from zoterodigest.core.link import Exported, Origin, Row, Shelf, State, fingerprint
from zoterodigest.core.record import Item
from zoterodigest.core.seen import Seen

IsChanged = Callable[[str, str], bool]
"""Tells by the id of a row and a field whether an undo changes it at either end."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a run's objects, by key: `declined` stay as they are, all or in part; of
    those that `failed` nothing is turned back; `trashed` go into the trash.

    A digest is declined by its own key.
    """

    declined: Set[str] = frozenset()
    failed: Set[str] = frozenset()
    trashed: Set[str] = frozenset()

    def keeps(self, row: Row) -> bool:
        """Whether something of a link stays as it is."""
        is_in_digest = row.digest in self.declined and row.item not in self.trashed
        return row.item in self.declined or is_in_digest


def links_back(present: Links, run: Run, fate: Fate, is_changed: IsChanged) -> Links:
    """Return the rows and shelves of the lock file once `run` is turned back."""
    before = {row.id: row for row in run.before.rows}
    after = {row.id: row for row in run.after.rows}
    rows = {row.id: row for row in present.rows}
    for row_id in sorted({*before, *after}):
        row = rows.get(row_id)
        if row is None and row_id not in after:
            rows[row_id] = before[row_id]
        elif row is not None and row.item not in fate.failed:
            back = _Back(before.get(row_id), after.get(row_id), fate.keeps(row))
            rows[row_id] = back.row(row, is_changed)
    ordered = tuple(rows[row_id] for row_id in sorted(rows))
    shelves = _shelves_back(present.shelves, run, fate.declined)
    return Links(ordered, shelves, _exported_back(present.exported, run, fate.declined))


@dataclass(frozen=True, slots=True)
class _Back:
    """A row before and after the run; `is_kept` tells that something of it is not turned back."""

    before: Row | None
    after: Row | None
    is_kept: bool

    def row(self, present: Row, is_changed: IsChanged) -> Row:
        """Return what becomes of the row as it is at `present`."""
        before, after = self.before, self.after
        if not self.is_kept:
            if before is None:
                return replace(present, state=State.UNLINKED)
            if present == after:
                return before
        bases = {
            name: base for name, base in present.bases.items() if not is_changed(present.id, name)
        }
        known = {} if before is None else before.bases
        bases |= {name: base for name, base in known.items() if is_changed(present.id, name)}
        apart = present.apart - bases.keys()
        if before is None or after is None or self.is_kept:
            return replace(present, bases=bases, apart=apart)
        origin = _less(present.origin, after.origin, before.origin)
        state = before.state if present.state is after.state else present.state
        note = before.note if present.note == after.note else present.note
        return replace(present, bases=bases, apart=apart, origin=origin, state=state, note=note)


def _less(present: Origin, after: Origin, before: Origin) -> Origin:
    """Return `present` without what came to it between `before` and `after`."""
    return Origin(
        item=present.item and not (after.item and not before.item),
        note=present.note and not (after.note and not before.note),
        tags=present.tags - (after.tags - before.tags),
        fields=present.fields - (after.fields - before.fields),
        attachments=present.attachments - (after.attachments - before.attachments),
        collections=present.collections - (after.collections - before.collections),
    )


def _shelves_back(present: tuple[Shelf, ...], run: Run, declined: Set[str]) -> tuple[Shelf, ...]:
    """Return the shelves as they were, but for those whose collection stays as it is."""
    before = {(shelf.digest, shelf.path): shelf for shelf in run.before.shelves}
    after = {(shelf.digest, shelf.path): shelf for shelf in run.after.shelves}
    shelves = {(shelf.digest, shelf.path): shelf for shelf in present}
    for place in {*before, *after}:
        now = shelves.get(place)
        if now != after.get(place) or (now is not None and now.collection in declined):
            continue
        if place in before:
            shelves[place] = before[place]
        else:
            del shelves[place]
    return tuple(shelves[place] for place in sorted(shelves))


def _exported_back(
    present: tuple[Exported, ...], run: Run, declined: Set[str]
) -> tuple[Exported, ...]:
    """Return the entries of .bib files that are ours, as they were in files that are turned back.

    An entry that has changed since stays as it is known.
    """
    before = {(one.bibliography, one.key): one for one in run.before.exported}
    after = {(one.bibliography, one.key): one for one in run.after.exported}
    entries = {(one.bibliography, one.key): one for one in present}
    for place in {*before, *after}:
        if entries.get(place) != after.get(place) or place[0] in declined:
            continue
        if place in before:
            entries[place] = before[place]
        else:
            del entries[place]
    return tuple(entries[place] for place in sorted(entries))


def seen_back(seen: Seen, present: Links, back: Links, written: Sequence[Item]) -> Seen:
    """Return what is remembered when the links are as in `back` and items as `written`.

    An item whose move is turned back was last seen where its entry is again.
    """
    before = {row.id: row for row in present.rows}
    rows = {row.id: row for row in back.rows if before.get(row.id) != row}
    collections = {key: set(held) for key, held in seen.collections.items()}
    for item in written:
        held_now = frozenset() if item.is_trashed else item.collections
        _seen_in(collections, item.key, held_now, collections)
    shelves = {
        (shelf.digest, tuple(map(fingerprint, shelf.path))): shelf.collection
        for shelf in (*present.shelves, *back.shelves)
    }
    for row in rows.values():
        place, place_before = _place(row), _place(before.get(row.id, row))
        if place != place_before and {place, place_before} <= shelves.keys():
            _seen_in(collections, row.item, {shelves[place]}, (shelves[place_before],))
    held_by = {key: frozenset(held) for key, held in collections.items()}
    return Seen({**seen.rows, **rows}, held_by, seen.past)


def _place(row: Row) -> tuple[SourceKey, tuple[str, ...]]:
    return row.digest, row.headings


def _seen_in(
    collections: Mapping[str, set[str]], item: str, there: Set[str], gone: Iterable[str]
) -> None:
    """Note that an item was seen in the collections `there`, and in no other of those `gone`."""
    for key in gone:
        if key in collections:
            collections[key].discard(item)
    for key in there:
        if key in collections:
            collections[key].add(item)
