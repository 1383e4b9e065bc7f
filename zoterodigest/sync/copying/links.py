"""Links after a copy: the same lock file, by the keys of the library that was copied into.

A base stays as it is where the copy shows what the copied item showed. Where a work was there
already and says something else, nothing was agreed on: its base goes, so that the next run tells of
the difference and carries it nowhere (law 5).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from zoterodigest.core.links.link import Base, CollectionRow, LockRow, Origin
from zoterodigest.core.links.merge import is_set
from zoterodigest.core.links.view import Folding, canonical
from zoterodigest.core.plan.seen import Seen
from zoterodigest.core.values.record import (
    EMPTY,
    NOTE,
    FieldKind,
    Item,
    Value,
    is_empty,
    kind_of,
    text_in,
    value_parts,
)
from zoterodigest.library.records.contents import Contents
from zoterodigest.project.lock.lock import LockFile
from zoterodigest.sync.gathering.stored_keys import as_stored


@dataclass(frozen=True, slots=True)
class Copies:
    """What a copy came to.

    `keys` are the keys in the target by those in the source; what is in `own` was made by the tool
    there too, the rest was there before. `target_before` is what the target held then.
    """

    keys: Mapping[str, str]
    own: frozenset[str]
    source: Contents
    target_before: Contents
    target: Contents
    folding: Folding


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which a link's item differs from the one it was copied from."""

    row_id: str
    title: str
    name: str


def moved_lock(lock: LockFile, identity: str, copies: Copies) -> LockFile:
    """Return `lock` as the one of the library called `identity`, into which was copied."""
    mover = _Mover(copies)
    return replace(
        lock,
        identity=identity,
        rows=tuple(mover.row(row) for row in lock.rows),
        collection_rows=tuple(mover.collection_row(one) for one in lock.collection_rows),
        exported=as_stored(lock.exported, copies.keys),
    )


def moved_seen(seen: Seen | None, lock: LockFile, copies: Copies) -> Seen:
    """Return what the source was seen to show, as seen in the target.

    So what waited there waits here. Without it the links count as seen that have an item.
    """
    mover = _Mover(copies)
    known = seen or Seen({row.id: row for row in lock.rows if row.item in copies.keys})
    rows = {row_id: mover.row(row) for row_id, row in known.rows.items()}
    keys = copies.keys
    collections = {
        keys.get(collection, collection): frozenset(keys.get(key, key) for key in items)
        for collection, items in known.collections.items()
    }
    return Seen(rows, collections, known.past)


def lost_bases(lock: LockFile, copies: Copies) -> Iterator[Difference]:
    """Yield the fields of links whose bases go, as the target holds something else."""
    mover = _Mover(copies)
    for row in lock.rows:
        item = mover.source.get(row.item)
        title = text_in(item.fields, "title") if item else ""
        for name in sorted(row.bases.keys() - mover.bases(row).keys()):
            yield Difference(row.id, title, name)


class _Mover:
    def __init__(self, copies: Copies) -> None:
        self._copies = copies
        self.source = {item.key: item for item in copies.source.items}
        self._before = {item.key: item for item in copies.target_before.items}
        self._after = {item.key: item for item in copies.target.items}

    def row(self, row: LockRow) -> LockRow:
        """Return the row there; a field that the work has differently there has diverged.

        So has one that it lacks: the next run must not fill in what the copy had no place for.
        """
        moved, bases = as_stored(row, self._copies.keys), self.bases(row)
        parted = {name for name in row.bases.keys() - bases.keys() if not is_set(name)}
        origin = self._origin(row, moved)
        return replace(moved, bases=bases, diverged=row.diverged | parted, origin=origin)

    def collection_row(self, one: CollectionRow) -> CollectionRow:
        is_ours = one.is_ours and self._is_own(one.collection)
        return replace(as_stored(one, self._copies.keys), is_ours=is_ours)

    def bases(self, row: LockRow) -> dict[str, Base]:
        there = self._after.get(self._copies.keys.get(row.item, ""))
        here = self.source.get(row.item)
        if there is None or here is None:
            return dict(row.bases)
        return {
            name: base for name, base in row.bases.items() if self._agree(row.id, name, here, there)
        }

    def _agree(self, row_id: str, name: str, here: Item, there: Item) -> bool:
        if name.startswith(NOTE):
            return True
        (value, raw), (value_there, raw_there) = (
            _shown(row_id, name, item) for item in (here, there)
        )
        one, other = (
            value_parts(canonical(name, each, self._copies.folding))
            for each in (value, value_there)
        )
        if is_set(name):  # in no order, or in that of keys, which may be others there
            one, other = tuple(sorted(one)), tuple(sorted(other))
        return one == other or (raw == raw_there and raw != "")

    def _is_own(self, key: str) -> bool:
        return key in self._copies.own or key not in self._copies.keys

    def _origin(self, row: LockRow, moved: LockRow) -> Origin:
        """Return what is ours in the target: all that was in the source, where all was made anew;
        of an item that was there before, what it gained.
        """
        origin, keys = row.origin, self._copies.keys
        attachments = {keys.get(key, key) for key in origin.attachments if self._is_own(key)}
        note = origin.note and (row.note is None or self._is_own(row.note))
        made = replace(moved.origin, note=note, attachments=frozenset(attachments))
        if self._is_own(row.item):
            return made
        before, after = self._before.get(moved.item), self._after.get(moved.item)
        if before is None or after is None:
            return replace(made, item=False)
        gained = _tags(self._copies.target, moved.item) - _tags(
            self._copies.target_before, moved.item
        )
        return replace(
            made,
            item=False,
            tags=origin.tags & gained,
            fields=frozenset(_filled(row, before, after)),
            collections=made.collections & (after.collections - before.collections),
        )


def _filled(row: LockRow, before: Item, after: Item) -> Iterator[str]:
    for name in row.bases:
        is_record = kind_of(name) is not FieldKind.BLOCKS
        was, now = (item.fields.get(name, EMPTY) for item in (before, after))
        if is_record and name != "links" and is_empty(was) and not is_empty(now):
            yield name


def _tags(contents: Contents, key: str) -> frozenset[str]:
    return frozenset(contents.by_key[key].json.tags)


def _shown(row_id: str, name: str, item: Item) -> tuple[Value, str]:
    """Return the value and the raw text of a field at the item's end of a link."""
    if kind_of(name) is not FieldKind.BLOCKS:
        return item.fields.get(name, EMPTY), item.raws.get(name, "")
    note = item.notes.get(row_id)
    if note is None or note.is_trashed:
        return EMPTY, ""
    return note.fields.get(name, EMPTY), note.raws.get(name, "")
