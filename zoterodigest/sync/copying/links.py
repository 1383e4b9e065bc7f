"""Links after a copy: the same lock file, by the keys of the library that was copied into.

A base stays as it is where the copy shows what the copied item showed. Where a work was there
already and says something else, nothing was agreed on: its base goes, so that the next run tells of
the difference and carries it nowhere (law 5).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from zoterodigest.core.links.link import Base, LockFile, LockRow, Origin
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
from zoterodigest.frozen import dataclass
from zoterodigest.library.records.contents import Contents
from zoterodigest.sync.gathering.stored_keys import as_stored


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which a link's item differs from the one it was copied from."""

    row_id: str
    title: str
    name: str


@dataclass(frozen=True)
class Copies:
    """What a copy came to, and what it makes of links.

    `keys` are the keys in the target by those in the source; what is in `own` was made by the tool
    there too, the rest was there before. `target_before` is what the target held then.
    """

    keys: Mapping[str, str]
    own: frozenset[str]
    source: Contents
    target_before: Contents
    target: Contents
    folding: Folding

    def moved_lock(self, lock: LockFile, identity: str) -> LockFile:
        """Return `lock` as the one of the library called `identity`, into which was copied."""
        collection_rows = (
            replace(as_stored(one, self.keys), is_ours=one.is_ours and self._is_own(one.collection))
            for one in lock.collection_rows
        )
        return replace(
            lock,
            identity=identity,
            rows=tuple(map(self._row, lock.rows)),
            collection_rows=tuple(collection_rows),
            exported=as_stored(lock.exported, self.keys),
        )

    def moved_seen(self, seen: Seen | None, lock: LockFile) -> Seen:
        """Return what the source was seen to show, as seen in the target.

        So what waited there waits here. Without it the links count as seen that have an item.
        """
        known, keys = seen, self.keys
        if known is None:
            known = Seen({row.id: row for row in lock.rows if row.item in keys})
        collections = {
            keys.get(collection, collection): frozenset(keys.get(key, key) for key in items)
            for collection, items in known.collections.items()
        }
        # The target never showed these annotations, so it can't have lost them either.
        rows = {
            row_id: replace(self._row(row), annotations={}) for row_id, row in known.rows.items()
        }
        return Seen(rows, collections, known.past, known.lagged)

    def lost_bases(self, lock: LockFile) -> Iterator[Difference]:
        """Yield the fields of links whose bases go, as the target holds something else."""
        for row in lock.rows:
            item = self._here.get(row.item)
            title = text_in(item.fields, "title") if item else ""
            for name in sorted(row.bases.keys() - self._bases(row).keys()):
                yield Difference(row.id, title, name)

    @cached_property
    def _here(self) -> Mapping[str, Item]:
        return {item.key: item for item in self.source.items}

    @cached_property
    def _there(self) -> Mapping[str, Item]:
        return {item.key: item for item in self.target.items}

    @cached_property
    def _there_before(self) -> Mapping[str, Item]:
        return {item.key: item for item in self.target_before.items}

    def _row(self, row: LockRow) -> LockRow:
        """Return the row there; a field that the work has differently there has diverged.

        So has one that it lacks: the next run must not fill in what the copy had no place for.
        """
        moved, bases = as_stored(row, self.keys), self._bases(row)
        parted = {name for name in row.bases.keys() - bases.keys() if not is_set(name)}
        origin = self._origin(row, moved)
        diverged = row.diverged | parted
        return replace(moved, bases=bases, diverged=diverged, origin=origin)

    def _bases(self, row: LockRow) -> dict[str, Base]:
        there = self._there.get(self.keys.get(row.item, ""))
        here = self._here.get(row.item)
        if there is None or here is None:
            return dict(row.bases)
        return {
            name: base for name, base in row.bases.items() if self._agree(row.id, name, here, there)
        }

    def _agree(self, row_id: str, name: str, here: Item, there: Item) -> bool:
        if name.startswith(NOTE):
            return True
        (value, raw), (value_there, raw_there) = (_shown(row_id, name, it) for it in (here, there))
        one, other = (
            value_parts(canonical(name, each, self.folding)) for each in (value, value_there)
        )
        if is_set(name):  # in no order, or in that of keys, which may be others there
            one, other = tuple(sorted(one)), tuple(sorted(other))
        return one == other or (raw == raw_there and raw != "")

    def _is_own(self, key: str) -> bool:
        return key in self.own or key not in self.keys

    def _origin(self, row: LockRow, moved: LockRow) -> Origin:
        """Return what is ours in the target: all that was in the source, where all was made anew;
        of an item that was there before, what it gained.
        """
        origin = row.origin
        attachments = {self.keys.get(key, key) for key in origin.attachments if self._is_own(key)}
        note = origin.note and (row.note is None or self._is_own(row.note))
        made = replace(moved.origin, note=note, attachments=frozenset(attachments))
        if self._is_own(row.item):
            return made
        before, after = self._there_before.get(moved.item), self._there.get(moved.item)
        if before is None or after is None:
            return replace(made, item=False)
        gained = _tags(self.target, moved.item) - _tags(self.target_before, moved.item)
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
    note = item.live_note(row_id)
    if note is None:
        return EMPTY, ""
    return note.fields.get(name, EMPTY), note.raws.get(name, "")
