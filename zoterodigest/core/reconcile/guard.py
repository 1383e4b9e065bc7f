"""Law 5: a run stops before it writes if its plan removes or overwrites too many values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence, Set

from zoterodigest.core.collections.relocation import PLACE
from zoterodigest.core.plan.plan import (
    ChangeEntry,
    ChangeItem,
    ChangeNote,
    MoveEntry,
    Plan,
    RemoveEntry,
    TrashItem,
)
from zoterodigest.core.plan.reports import DroppedEntry
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.record import is_empty
from zoterodigest.frozen import dataclass

# Up to the first number a run may go in any project; in a large one the share counts (law 5).
_FEW_REMOVALS, _REMOVED_SHARE = 10, 0.05
_FEW_CHANGES, _CHANGED_SHARE = 25, 0.10
_EXAMPLES = 5
# A digest of fewer may well lose all of them on purpose; one that was emptied by accident has more.
_WHOLE = 3


@dataclass(frozen=True, slots=True)
class GuardStop:
    """Why a plan is not carried out: `name` is the field, or "" where values are removed.

    `end` is the end the changes come from, `examples` up to five row ids, `pruned` some of the
    entries that an export would take out: five in all. `emptied` is a digest or bibliography of
    which all linked entries go.
    """

    name: str
    end: str
    count: int
    limit: int
    examples: tuple[str, ...]
    pruned: tuple[str, ...] = ()
    emptied: str = ""


def guard(
    plan: Plan,
    linked: int,
    *,
    pruned: Sequence[str] = (),
    max_changes: int | None = None,
    allow_removals: bool = False,
    is_unattended: bool = False,
) -> GuardStop | None:
    """Return why `plan` goes too far for `linked` linked entries, or None.

    Creations, fill-ins and kept entries do not count. `pruned` are the entries that an export takes
    out of .bib files. `max_changes` takes the place of the limit for changes of one field from one
    end. A run that `is_unattended` removes nothing.
    """
    # Sorted, so that the examples of a stop are the same in each run of one plan (law 7).
    edits = sorted(_edits(plan))
    gone, removed = _gone(plan), sorted(removed_rows(plan))
    most = 0 if is_unattended else max(_FEW_REMOVALS, int(linked * _REMOVED_SHARE))
    count = len(removed) + len(pruned)
    if count > most and not allow_removals:
        examples = tuple(removed[:_EXAMPLES])
        return GuardStop("", "", count, most, examples, tuple(pruned[: _EXAMPLES - len(examples)]))
    if (emptied := _emptied(plan, gone)) is not None and not allow_removals:
        return emptied
    limit = max(_FEW_CHANGES, int(linked * _CHANGED_SHARE)) if max_changes is None else max_changes
    by_field: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row_id, name, end, _ in edits:
        by_field[name, end].add(row_id)
    for (name, end), row_ids in sorted(by_field.items()):
        if len(row_ids) > limit:
            examples = tuple(sorted(row_ids)[:_EXAMPLES])
            return GuardStop(name, end, len(row_ids), limit, examples)
    return None


def removed_rows(plan: Plan) -> set[str]:
    """Return the rows that lose a value, their entry, or their item to the trash or archive."""
    return {row_id for row_id, _, _, is_removal in _edits(plan) if is_removal} | _gone(plan)


def _emptied(plan: Plan, gone: Set[str]) -> GuardStop | None:
    """Return the stop for the first digest that loses all of its linked entries, if one does."""
    linked: dict[SourceKey, list[str]] = defaultdict(list)
    for row in plan.rows_before:
        if row.is_linked:
            linked[row.digest].append(row.id)
    lost = _dropped(plan) | gone
    for digest, row_ids in sorted(linked.items()):
        if len(row_ids) >= _WHOLE and lost.issuperset(row_ids) and not gone.isdisjoint(row_ids):
            examples = tuple(sorted(row_ids)[:_EXAMPLES])
            return GuardStop("", "", len(row_ids), _WHOLE - 1, examples, emptied=digest)
    return None


def _gone(plan: Plan) -> set[str]:
    """Return the rows whose item goes into the trash or the archive, or whose entry goes."""
    dropped, gone = _dropped(plan), set[str]()
    for action in plan.actions:
        match action:
            case TrashItem(row_id=row_id) | RemoveEntry(row_id=row_id):
                gone.add(row_id)
            case ChangeItem(row_ids=row_ids):
                gone |= dropped.intersection(row_ids)
            case _:
                pass
    return gone


def _dropped(plan: Plan) -> set[str]:
    return {one.row.id for one in plan.reports if isinstance(one, DroppedEntry)}


def _edits(plan: Plan) -> Iterator[tuple[str, str, str, bool]]:
    """Yield row id, field, the end it comes from and whether it clears, for every edit.

    A move is an edit of the place: of an entry, or of an item that goes out of a collection.
    """
    dropped = _dropped(plan)
    for action in plan.actions:
        match action:
            case ChangeItem(after=after, fills=fills, row_ids=(row_id, *_), unplaced=unplaced):
                end = "markdown"
                if unplaced and row_id not in dropped:
                    yield row_id, PLACE, end, False
            case ChangeNote(after=after, fills=fills, row_id=row_id):
                end = "markdown"
            case ChangeEntry(before=before, after=after, row_id=row_id):
                end = "zotero"
                fills = frozenset(name for name, value in before.items() if is_empty(value))
            case MoveEntry(row_id=row_id):
                yield row_id, PLACE, "zotero", False
                continue
            case _:
                continue
        for name in after.keys() - fills:
            yield row_id, name, end, is_empty(after[name])
