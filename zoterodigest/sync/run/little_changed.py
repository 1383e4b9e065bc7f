"""What a run that looked at a part of a project may do: edits, and notes that came or moved.

Whatever else makes, links, moves, takes out or reports anything is planned over everything.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

from zoterodigest.core.links.link import LockRow
from zoterodigest.core.plan.plan import (
    Action,
    ChangeEntry,
    ChangeItem,
    ChangeNote,
    CreateItem,
    CreateNote,
    ShowAnnotations,
)
from zoterodigest.sync.run.run import Prepared


def changes_little(prepared: Prepared) -> bool:
    """Tell whether a run changes values of links that were there, at most, and links notes that
    came into vaults or moved there.

    What such a note may be about is loud (`sync/gathering/coming.py`), so it gets the item that it
    would get in a run over everything. Entries of lists bear on each other by their order, too.
    """
    plan, writes = prepared.plan, prepared.writes
    before = {row.id: row for row in plan.rows_before}
    after = {row.id: row for row in plan.rows}
    came = {row_id: row for row_id, row in after.items() if row_id not in before}
    moved = {
        row_id: row
        for row_id, row in after.items()
        if row_id in before and row.place != before[row_id].place
    }
    files = {one.key for one in prepared.workspace.digests if one.rules.is_vault}
    placed = {row.digest for row in (*came.values(), *moved.values())}
    rows_then, rows_now = set(plan.collection_rows_before), set(plan.collection_rows)
    return not (
        prepared.stop
        or prepared.refused
        or prepared.kept
        or writes.collections
        or writes.unwritable
        or not placed <= files
        or not _stay(before, after, moved.keys())
        or not all(row.is_linked for row in came.values())
        or not all(before[row_id].digest in prepared.gathered.gone for row_id in moved)
        or not rows_then <= rows_now
        or not {row.digest for row in rows_now - rows_then} <= placed
        or not all(_is_little(one, came.keys(), moved.keys()) for one in plan.actions)
        or any("deleted" in one.item.data for one in writes.all)
        or any(one.item.version == 0 and not came.keys() >= {*one.row_ids} for one in writes.all)
    )


def _stay(before: Mapping[str, LockRow], after: Mapping[str, LockRow], moved: Set[str]) -> bool:
    """Tell whether rows stay that were there, and link, beside values, what they linked."""
    return (
        before.keys() <= after.keys()
        and all(
            _without_values(row) == _without_values(after[row_id])
            for row_id, row in before.items()
            if row_id not in moved
        )
        and all(before[one].item == after[one].item for one in moved)
    )


def _is_little(action: Action, came: Set[str], moved: Set[str]) -> bool:
    match action:
        case CreateItem():
            return came >= {*action.row_ids}
        case CreateNote():
            return action.row_id in came
        case ChangeItem():
            return not (action.placed or action.unplaced) or came | moved >= {*action.row_ids}
        case ChangeNote():
            return not action.is_restored
        case _:
            return isinstance(action, ChangeEntry | ShowAnnotations)


def _without_values(row: LockRow) -> tuple[object, ...]:
    """Return what a row says beside values: what it links, where, and what was made for it."""
    origin = row.origin
    made = origin.item, origin.note, origin.collections, origin.attachments
    return row.id, row.place, row.item, row.note, row.state, row.key, *made
