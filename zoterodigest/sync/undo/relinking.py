"""Relinking: what an undo makes of the rows and shelves of a run.

A row that is turned back as a whole is as it was before the run; the link of one that the run made
ends. Where something of it stays, only the fields that are turned back get their base again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, fields, replace
from typing import TypeVar

from zoterodigest.core.links.link import CollectionRow, Exported, LinkState, LockRow, Origin
from zoterodigest.core.plan.history import LockRows, Run
from zoterodigest.sync.apply.unwritten import collection_row_place, entry_place, put_back

T = TypeVar("T")
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

    def keeps(self, row: LockRow) -> bool:
        """Whether something of a link stays as it is."""
        is_in_digest = row.digest in self.declined and row.item not in self.trashed
        return row.item in self.declined or is_in_digest


def links_back(present: LockRows, run: Run, fate: Fate, is_changed: IsChanged) -> LockRows:
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
    collection_rows = _shelves_back(present.collection_rows, run, fate.declined)
    return LockRows(ordered, collection_rows, _exported_back(present.exported, run, fate.declined))


@dataclass(frozen=True, slots=True)
class _Back:
    """A row before and after the run; `is_kept` tells that something of it is not turned back."""

    before: LockRow | None
    after: LockRow | None
    is_kept: bool

    def row(self, present: LockRow, is_changed: IsChanged) -> LockRow:
        """Return what becomes of the row as it is at `present`."""
        before, after = self.before, self.after
        if before is None and not self.is_kept:
            return replace(present, state=LinkState.UNLINKED)
        if before is not None and after is not None and not self.is_kept:
            # Not the row as a whole: an undo that went as far as it could has turned parts of it.
            present = _turned_back(present, after, before)
        # What the entry agreed on with another item it never did with the one that it stays with.
        known = LockRow(present.id, present.digest, present.item)
        known = before if before is not None and before.item == present.item else known

        def back(now: Mapping[str, T], then: Mapping[str, T]) -> dict[str, T]:
            stays = {name: one for name, one in now.items() if not is_changed(present.id, name)}
            return stays | {name: one for name, one in then.items() if is_changed(present.id, name)}

        bases, credits = back(present.bases, known.bases), back(present.credits, known.credits)
        return replace(
            present, bases=bases, credits=credits, diverged=present.diverged - bases.keys()
        )


def _turned_back(present: LockRow, after: LockRow, before: LockRow) -> LockRow:
    """Return `present` with what the run left, and is still so, as it was before the run."""
    found = {
        one.name: _if_left(*(getattr(row, one.name) for row in (present, after, before)))
        for one in fields(LockRow)
    }
    origin = _less(present.origin, after.origin, before.origin)
    if present.origin == after.origin:
        origin = before.origin
    diverged = (present.diverged - (after.diverged - before.diverged)) | (
        before.diverged - after.diverged
    )
    bases = _members_if_left(present.bases, after.bases, before.bases)
    credits = _members_if_left(present.credits, after.credits, before.credits)
    mixed = {"origin": origin, "diverged": diverged, "bases": bases, "credits": credits}
    return replace(present, **{**found, **mixed})


def _if_left(present: T, after: T, before: T) -> T:
    return before if present == after else present


def _members_if_left(
    present: Mapping[str, T], after: Mapping[str, T], before: Mapping[str, T]
) -> dict[str, T]:
    found = {
        name: _if_left(present.get(name), after.get(name), before.get(name))
        for name in sorted({*present, *before})
    }
    return {name: one for name, one in found.items() if one is not None}


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


def _shelves_back(
    present: tuple[CollectionRow, ...], run: Run, declined: Set[str]
) -> tuple[CollectionRow, ...]:
    """Return the shelves as they were, but for those whose collection stays as it is."""
    sides = run.before.collection_rows, run.after.collection_rows
    stay = {
        collection_row_place(collection_row)
        for collection_row in run.after.collection_rows
        if collection_row.collection in declined
    }
    return put_back(present, sides, collection_row_place, stay)


def _exported_back(
    present: tuple[Exported, ...], run: Run, declined: Set[str]
) -> tuple[Exported, ...]:
    """Return the entries of .bib files that are ours, as they were in files that are turned back.

    An entry that has changed since stays as it is known.
    """
    sides = run.before.exported, run.after.exported
    known = (one for side in sides for one in side)
    stay = {entry_place(one) for one in known if one.bibliography in declined}
    return put_back(present, sides, entry_place, stay)
