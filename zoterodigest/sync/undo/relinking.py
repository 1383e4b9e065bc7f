"""Relinking: what an undo makes of the rows of a run.

A row that is turned back as a whole is as it was before the run; the link of one that the run made
ends. Where something of it stays, only the fields that are turned back get their base again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Set
from dataclasses import field, fields, replace
from typing import Any, TypeVar

from zoterodigest.bibtex.edit.document import FIELDS, Prints
from zoterodigest.bibtex.reading import bib_fields_of
from zoterodigest.core.links.link import (
    CollectionRow,
    Exported,
    LinkState,
    LockFile,
    LockRow,
    Origin,
)
from zoterodigest.core.plan.history import Run
from zoterodigest.frozen import dataclass
from zoterodigest.sync.apply.unwritten import put_back

T = TypeVar("T")
IsChanged = Callable[[str, str], bool]
"""Tells by the id of a row and a field whether an undo changes it at either end."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What becomes of a run's objects, by key: `declined` stay as they are, all or in part; of
    those that `failed` nothing is turned back; `trashed` go into the trash.

    A digest is declined by its own key. `standing` are the prints of all entries of declined .bib
    files, by file and citation key, once all else is turned back.
    """

    declined: Set[str] = frozenset()
    failed: Set[str] = frozenset()
    trashed: Set[str] = frozenset()
    standing: Mapping[str, Mapping[str, Prints]] = field(default_factory=dict)

    def keeps(self, row: LockRow) -> bool:
        """Whether something of a link stays as it is."""
        is_in_digest = row.digest in self.declined and row.item not in self.trashed
        return row.item in self.declined or is_in_digest


def links_back(present: LockFile, run: Run, fate: Undone, is_changed: IsChanged) -> LockFile:
    """Return the rows of the lock file once `run` is turned back."""
    before = {row.id: row for row in run.before.rows}
    after = {row.id: row for row in run.after.rows}
    rows = {row.id: row for row in present.rows}
    for row_id in sorted({*before, *after}):
        row = rows.get(row_id)
        if row is None and row_id not in after:
            rows[row_id] = before[row_id]
        elif row is not None and row.item not in fate.failed:
            rows[row_id] = _row_back(row, (before.get(row_id), after.get(row_id)), fate, is_changed)
    ordered = tuple(rows[row_id] for row_id in sorted(rows))
    collection_rows = _collection_rows_back(present.collection_rows, run, fate.declined)
    ids: dict[tuple[str, str], list[str]] = defaultdict(list)
    for linked in ordered:
        ids[linked.digest, linked.item].append(linked.id)

    def is_turned_back(entry: Exported, name: str) -> bool:
        return any(is_changed(one, name) for one in ids[entry.bibliography, entry.item])

    exported = _exported_back(present.exported, run, fate, is_turned_back)
    return LockFile(present.identity, ordered, collection_rows, exported)


def _row_back(
    row: LockRow, sides: tuple[LockRow | None, LockRow | None], fate: Undone, is_changed: IsChanged
) -> LockRow:
    """Return what becomes of `row`; `sides` are what it was before and after the run."""
    before, after = sides
    if not fate.keeps(row):
        if before is None:
            return replace(row, state=LinkState.UNLINKED)
        # Not the row as a whole: an undo that went as far as it could has turned parts of it.
        row = row if after is None else _turned_back(row, after, before)
    # What the entry agreed on with another item it never did with the one that it stays with.
    known = before if before and before.item == row.item else LockRow(row.id, row.digest, row.item)

    def back(now: Mapping[str, T], then: Mapping[str, T]) -> dict[str, T]:
        stays = {name: one for name, one in now.items() if not is_changed(row.id, name)}
        return stays | {name: one for name, one in then.items() if is_changed(row.id, name)}

    bases, credits = back(row.bases, known.bases), back(row.credits, known.credits)
    return replace(row, bases=bases, credits=credits, diverged=row.diverged - bases.keys())


def _turned_back(present: LockRow, after: LockRow, before: LockRow) -> LockRow:
    """Return `present` with what the run left, and is still so, as it was before the run."""
    found: dict[str, Any] = {}
    for name in (one.name for one in fields(LockRow)):
        now, left, then = (getattr(row, name) for row in (present, after, before))
        if isinstance(now, Mapping):
            found[name] = put_back(now, left, then)
        else:
            found[name] = then if now == left else now
    if present.origin != after.origin:
        found["origin"] = _less(present.origin, after.origin, before.origin)
    gone, came = before.diverged - after.diverged, after.diverged - before.diverged
    return replace(present, **{**found, "diverged": (present.diverged - came) | gone})


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


def _collection_rows_back(
    present: tuple[CollectionRow, ...], run: Run, declined: Set[str]
) -> tuple[CollectionRow, ...]:
    """Return the collection rows as they were, but for those whose collection stays as it is."""
    stay = {one.place for one in run.after.collection_rows if one.collection in declined}
    after, before = (
        {one.place: one for one in side.collection_rows if one.place not in stay}
        for side in (run.after, run.before)
    )
    return tuple(put_back({one.place: one for one in present}, after, before).values())


def _exported_back(
    present: tuple[Exported, ...],
    run: Run,
    fate: Undone,
    is_changed: Callable[[Exported, str], bool],
) -> tuple[Exported, ...]:
    """Return the entries of .bib files that are ours, as they were, as far as they are turned back.

    Each field of an entry is judged by itself.
    """
    after, before = ({one.place: one for one in side.exported} for side in (run.after, run.before))

    def stays(entry: Exported) -> bool:
        if entry.bibliography not in fate.declined:
            return False
        there = fate.standing.get(entry.bibliography)
        return there is None or (entry.key in there) == (entry.place in after)

    def back(entry: Exported) -> Exported:
        then, left = before.get(entry.place), after.get(entry.place)
        if then is None or left is None or not then.item == left.item == entry.item:
            return entry
        prints = put_back(entry.prints, left.prints, then.prints)
        if stays(entry):
            names = _fields_back(entry, then, fate, is_changed)
            kept = {name: one for name, one in entry.prints.items() if name not in names}
            prints = kept | {name: one for name, one in prints.items() if name in names}
        return replace(entry, prints=prints)

    moved = (
        {place: one for place, one in side.items() if not stays(one)} for side in (after, before)
    )
    return tuple(map(back, put_back({one.place: one for one in present}, *moved).values()))


def _fields_back(
    entry: Exported, then: Exported, fate: Undone, is_changed: Callable[[Exported, str], bool]
) -> Set[str]:
    """Return the fields of an entry that are turned back in a .bib of which something stays.

    Those are the fields that stand there as before the run, and those whose items are turned back:
    what a person wrote there would pass for ours, and the item's older value go over it.
    """
    # A field of a record may stand in several fields of a .bib, as a venue in journal or booktitle.
    homes = {it for name in FIELDS if is_changed(entry, name) for it in bib_fields_of(name)}
    now = fate.standing.get(entry.bibliography, {}).get(entry.key)
    if now is None:
        return homes
    names = entry.prints.keys() | then.prints.keys()
    return homes | {name for name in names if now.get(name) == then.prints.get(name)}
