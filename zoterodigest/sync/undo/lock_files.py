"""The lock files of an undo: the one that lets go of links before anything is written, and the one
that the undo ends with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import replace

from zoterodigest.bibtex.edit.document import Prints, standing_prints
from zoterodigest.core.links.bases import recorded
from zoterodigest.core.links.link import LinkState, LockFile, LockRow
from zoterodigest.core.links.merge import ends_of
from zoterodigest.core.plan.history import Run
from zoterodigest.core.plan.plan import Link, bib_entry_id
from zoterodigest.core.plan.seen import Seen
from zoterodigest.core.reconcile.settle import item_end, side_of
from zoterodigest.sync.apply.changes import Results
from zoterodigest.sync.gathering.gather import Gathered
from zoterodigest.sync.run.run import Options, reconciled
from zoterodigest.sync.undo.relinking import IsChanged, Undone, links_back
from zoterodigest.sync.undo.undoing import Undoing


def goes_back(lock: LockFile, run: Run) -> bool:
    """Tell whether a lock file is to go back to the library that it linked with before a copy.

    It may be there: the copy was killed, or its undo, or the links were copied back.
    """
    return run.before.identity not in ("", lock.identity)


def released_lock(undoing: Undoing) -> LockFile | None:
    """Return the lock file that is written before all else; None if it stays until the end.

    Of the bases before and after a run those before are safe while only some ends are written: an
    end that holds what the run brought is edited then, and goes to the other end. With those after,
    an end that is not written yet would look edited, and would go over the edit at the other end.
    """
    present, back = undoing.gathered.lock, undoing.lock
    if undoing.run.address:
        return None if undoing.is_redo else back
    waits = _waits(undoing)
    if undoing.is_redo:
        ended = _ended(present, back, waits)
        return None if ended == present else ended
    rows = {row.id: row for row in present.rows}
    collections = {one.collection for one in present.collection_rows}
    entries = {one.place for one in present.exported}
    return replace(
        back,
        rows=tuple(_released_row(row, rows.get(row.id), waits) for row in back.rows),
        collection_rows=tuple(one for one in back.collection_rows if one.collection in collections),
        exported=tuple(one for one in back.exported if one.place in entries),
    )


def _waits(undoing: Undoing) -> Callable[[LockRow], bool]:
    """Tell whether the item and the entry of a row that is, or was, `TRASHED` stay where they are.

    Such a link ends, or comes back, with the bases of all others: if its item was merged into that
    of another link, what the merge brought there is known by both links together.
    """
    moved = {one.key for one in undoing.sent.items if "deleted" in one.data}
    sides = (undoing.gathered, undoing.gathered_after)
    now, then = (
        {bib_entry_id(one.digest, one.key) for one in side.entries if one.digest.is_bib}
        for side in sides
    )

    def waits(row: LockRow) -> bool:
        is_there = not row.digest.is_bib or (row.digest, row.key) in now & then
        return row.item not in moved and is_there

    return waits


def _ended(present: LockFile, back: LockFile, waits: Callable[[LockRow], bool]) -> LockFile:
    """Return `present` without the links that `back` ends: their items may go into the trash."""
    rows = {row.id: row for row in back.rows}

    def is_ended(row: LockRow) -> bool:
        state = rows[row.id].state
        is_ending = row.is_linked and state is not LinkState.LINKED
        return is_ending and not (state is LinkState.TRASHED and waits(row))

    return replace(
        present, rows=tuple(rows[row.id] if is_ended(row) else row for row in present.rows)
    )


def _released_row(
    back: LockRow, present: LockRow | None, waits: Callable[[LockRow], bool]
) -> LockRow:
    is_linked = present is not None and present.is_linked
    is_trashed = present is not None and present.state is LinkState.TRASHED
    if not back.is_linked or is_linked or (is_trashed and waits(back)):
        return back
    return present or replace(back, state=LinkState.UNLINKED)


def lock_after(undoing: Undoing, results: Results) -> LockFile:
    """Return the lock file as it is when all but what failed is turned back."""
    present = undoing.gathered.lock
    if undoing.run.address:
        return _lock_back(present, undoing, results)
    failed = frozenset(one.key for one in undoing.failed(results))
    declined = frozenset(one.key for one in undoing.declined) | failed
    trashed = frozenset(one.key for one in undoing.sent.items if one.is_trashed)
    done = replace(undoing, sent=undoing.written(results))
    fate = Undone(declined, failed, trashed - failed, _standing(done, declined))
    now, then = _links(done, done.gathered), _links(done, done.gathered_after)
    is_changed = _changes(now, then)
    if undoing.is_redo:
        is_changed = _but_edited(is_changed, done, now, then)
    links = links_back(present, undoing.run, fate, is_changed)
    known = {row.id for row in (*undoing.run.before.rows, *undoing.run.after.rows)}
    rows = tuple(
        row if row.id in known else _with_agreed(row, then.get(row.id), done, is_changed)
        for row in links.rows
    )
    return replace(links, rows=rows, made=present.made, acknowledged=present.acknowledged)


def _with_agreed(
    row: LockRow, link: Link | None, undoing: Undoing, is_changed: IsChanged
) -> LockRow:
    """Return the row of a link that the run left as it was, with bases of what is agreed on now.

    Else the next sync would record them, and to undo this undo would look like an edit: the undo
    brings an end back to the base that this row has now, and the sync to another one.
    """
    if link is None or link.item is None or not row.is_linked:
        return row
    folding = undoing.workspace.zotero.folding()
    ends = side_of(link.entry), item_end(link, link.item, row)
    agreed = recorded(row, *ends, folding).bases
    # A base stays of a field that an end no longer has, as the venue of an item that is a book now.
    names = agreed.keys() & ends[0].fields.keys() & ends[1].fields.keys()
    bases = {
        name: agreed[name]
        for name in sorted(names)
        if is_changed(row.id, name) and ends_of(name, *ends).are_equal(folding)
    }
    return replace(row, bases={**row.bases, **bases})


def _standing(undoing: Undoing, declined: Set[str]) -> dict[str, Mapping[str, Prints]]:
    """Return the prints of what stands in .bib files once all but the `declined` is turned back."""
    files = {file.key: file.after for file in undoing.sent.files}
    bibs = (read for read in undoing.gathered.bibs if read.key in declined)
    return {read.key: standing_prints(files.get(read.key, read.data) or b"") for read in bibs}


def _lock_back(present: LockFile, undoing: Undoing, results: Results) -> LockFile:
    """Return the lock file of the library that it linked with before a copy.

    That library has stayed as it was. In a redo it is the copy, which may not be whole any more.
    """
    run = undoing.run
    if lacks_copied(undoing, results) or not goes_back(present, run):
        return present
    return replace(run.before, made=present.made, acknowledged=present.acknowledged)


def lacks_copied(undoing: Undoing, results: Results) -> bool:
    """Tell whether a copy that is done again is not whole: then nothing goes over to it."""
    is_copy = bool(undoing.run.address) and undoing.is_redo
    return is_copy and bool(undoing.declined or results.failed)


def lagging_fields(undoing: Undoing, seen: Seen) -> list[tuple[str, str]]:
    """Return the fields, by row id, that go back to what they were when the library lagged.

    Their base does not tell: the run brought an end to the one that the lock file had already.
    """
    fields = [
        (row_id, name)
        for row_id in sorted(seen.lagged.keys() & seen.rows.keys())
        for name in sorted(seen.lagged[row_id].keys() & seen.rows[row_id].bases.keys())
        if seen.lag_to(row_id, name, seen.rows[row_id].bases[name])
    ]
    if not fields:
        return []
    sides = undoing.gathered, undoing.gathered_after
    is_changed = _changes(*(_links(undoing, side) for side in sides))
    return [field for field in fields if is_changed(*field)]


def _changes(now: Mapping[str, Link], then: Mapping[str, Link]) -> IsChanged:
    """Return whether a field of a row is another at either end once all is turned back."""

    def is_changed(row_id: str, name: str) -> bool:
        one, other = now.get(row_id), then.get(row_id)
        if one is None or other is None:
            return True
        return _shown(one, name) != _shown(other, name)

    return is_changed


def _but_edited(
    is_changed: IsChanged, undoing: Undoing, now: Mapping[str, Link], then: Mapping[str, Link]
) -> IsChanged:
    """Return `is_changed` without the fields that an entry keeps as somebody edited them since the
    undo, while a redo brings its item another edit.

    The two were never agreed on: over the base of the run, one would replace the other.
    """
    bases = {row.id: row.bases for row in undoing.run.before.rows}
    folding = undoing.workspace.zotero.folding()

    def is_brought(row_id: str, name: str) -> bool:
        one, other = now.get(row_id), then.get(row_id)
        base = bases.get(row_id, {}).get(name)
        if base is None or one is None or other is None or other.item is None:
            return is_changed(row_id, name)
        ends = side_of(other.entry), item_end(other, other.item, other.row)
        is_kept = one.entry.fields.get(name) == other.entry.fields.get(name)
        is_carried = name in ends[0].fields and name in ends[1].fields
        if is_kept and is_carried and ends_of(name, *ends).changed(base, folding)[0]:
            return False
        return is_changed(row_id, name)

    return is_brought


def _links(undoing: Undoing, gathered: Gathered) -> Mapping[str, Link]:
    plan = reconciled(undoing.workspace, Options(), gathered)
    return {link.row.id: link for link in plan.links}


def _shown(link: Link, name: str) -> tuple[str | None, ...]:
    """Return what both ends of a link hold in a field; no link goes to an item in the trash."""
    item = link.item
    note = item.live_note(link.row.id) if item else None
    at_note = note.shown_to(link.entry)[1].get(name) if note else None
    at_item = item.raws.get(name) if item else None
    return link.entry.raws.get(name), at_item, at_note
