"""What `--diff` shows: every change of a plan, field by field and word by word."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, groupby
from typing import assert_never

from rich.cells import cell_len

from zoterodigest.cli.base.screen import cut, separated, styled, visible, width
from zoterodigest.cli.show.differences import edit_shown
from zoterodigest.cli.show.plan_lines import HEADINGS
from zoterodigest.cli.show.report_names import (
    ReportNames,
    entry_title,
    field_name,
    fields_title,
    path_text,
    place_of,
    report_names,
)
from zoterodigest.core.plan.plan import (
    ChangeEntry,
    ChangeItem,
    ChangeNote,
    CollectionAction,
    CreateCollection,
    CreateEntry,
    CreateItem,
    CreateNote,
    FileAction,
    ItemAction,
    MoveEntry,
    Plan,
    RemoveEntry,
    RenameCollection,
    RenameHeading,
    ShowAnnotations,
    TrashItem,
    TrashNote,
)
from zoterodigest.core.plan.run_options import End, entry_end
from zoterodigest.core.values.record import EMPTY, Fields, Members
from zoterodigest.frozen import dataclass
from zoterodigest.sync.run.run import Prepared

_WIDEST_LABEL = 16
_WORD_BY_WORD = "word by word"


@dataclass(frozen=True, slots=True)
class _ShownChange:
    """What one action does: the end it changes, a sentence on its subject, values by their names.

    A value that `before` lacks is new; one that `after` lacks is removed.
    """

    end: End
    what: str
    before: Fields
    after: Fields


def diff_text(prepared: Prepared) -> Iterator[str]:
    """Yield every change of a plan, at the library first, then in digests and bibliographies."""
    changes = actions_diff(prepared.plan, report_names(prepared))
    yield from separated(chain([""], changes, [""], _exports(prepared)))


def actions_diff(plan: Plan, names: ReportNames) -> Iterator[str]:
    """Yield what each action of `plan` changes."""
    ends = [*HEADINGS]
    changes = [
        _file_change(one, names) if isinstance(one, FileAction) else _library_change(one, names)
        for one in plan.actions
    ]
    in_order = sorted(changes, key=lambda one: ends.index(one.end))
    for end, of_end in groupby(in_order, key=lambda one: one.end):
        yield ""
        yield styled(f"{HEADINGS[end]}, {_WORD_BY_WORD}", "bold")
        for change in of_end:
            yield ""
            yield styled(cut(f"  {change.what}", width()), "yellow")
            yield from _values(change)


def _values(change: _ShownChange) -> Iterator[str]:
    labels = {name: field_name(name) for name in (*change.before, *change.after)}
    changed = [name for name in labels if change.before.get(name) != change.after.get(name)]
    longest = max((cell_len(labels[name]) for name in changed), default=0)
    column = min(longest, _WIDEST_LABEL) + 6
    for name in changed:
        label = labels[name]
        if cell_len(label) > _WIDEST_LABEL:
            yield styled(cut(f"    {label}", width()), "dim")
            label = ""
        before, after = change.before.get(name, EMPTY), change.after.get(name, EMPTY)
        yield from edit_shown(f"  {label}", before, after, column)


def _library_change(action: CollectionAction | ItemAction, names: ReportNames) -> _ShownChange:
    match action:
        case CreateCollection():
            what = "new collection"
            return _ShownChange(End.ZOTERO, what, {}, {"name": visible(action.name)})
        case RenameCollection():
            names_of = {"name": visible(action.before)}, {"name": visible(action.after)}
            return _ShownChange(End.ZOTERO, "renamed collection", *names_of)
        case CreateItem():
            what = f"new item  {fields_title(action.fields)}"
            return _ShownChange(End.ZOTERO, what, {}, {**action.fields, **action.details})
        case ChangeItem():
            what = f"item  {names.item(action.key)}"
            return _ShownChange(End.ZOTERO, what, *_item_values(action, names))
        case TrashItem():
            return _ShownChange(End.ZOTERO, f"trashed item  {names.item(action.key)}", {}, {})
        case CreateNote():
            return _ShownChange(
                End.ZOTERO, f"new note  {names.entry(action.row_id)}", {}, action.fields
            )
        case ChangeNote():
            verb = "restored note" if action.is_restored else "note"
            what = f"{verb}  {names.item(action.item)}"
            return _ShownChange(End.ZOTERO, what, _known(action.before, action.after), action.after)
        case TrashNote():
            return _ShownChange(End.ZOTERO, f"duplicate note  {names.item(action.item)}", {}, {})
        case _:
            # mypy refuses an action that has no case above.
            assert_never(action)


def _file_change(action: FileAction, names: ReportNames) -> _ShownChange:
    match action:
        case ChangeEntry(entry):
            before = _known(action.before, action.after)
            return _ShownChange(entry_end(entry.digest), _entry(action), before, action.after)
        case ShowAnnotations(entry, _, added, refreshed, removed):
            counts = {"new": added, "changed": refreshed, "removed": removed}
            said = ", ".join(f"{len(keys):,} {which}" for which, keys in counts.items() if keys)
            # What comes last is cut where there is no room.
            what = f"annotations, {said}  {_entry(action)}"
            return _ShownChange(entry_end(entry.digest), what, {}, {})
        case CreateEntry():
            is_note = names.vault(action.digest)
            where = "new note" if is_note else f"new entry, {path_text(action.path)}"
            what = f"{visible(action.digest)}  {where}"
            return _ShownChange(entry_end(action.digest), what, {}, action.fields)
        case RemoveEntry(entry):
            return _ShownChange(entry_end(entry.digest), f"removed entry  {_entry(action)}", {}, {})
        case MoveEntry(entry, _, path):
            places = {"under": path_text(entry.headings)}, {"under": path_text(path)}
            return _ShownChange(entry_end(entry.digest), _entry(action), *places)
        case RenameHeading():
            headings = {"heading": visible(action.before)}, {"heading": visible(action.after)}
            return _ShownChange(entry_end(action.digest), visible(action.digest), *headings)
        case _:
            assert_never(action)


def _entry(action: ChangeEntry | ShowAnnotations | RemoveEntry | MoveEntry) -> str:
    return f"{place_of(action.entry)}  {entry_title(action.entry)}"


def _known(before: Fields, after: Fields) -> Fields:
    """Return of the values before those that change: others stay as they are."""
    return {name: before[name] for name in after if name in before}


def _item_values(action: ChangeItem, names: ReportNames) -> tuple[Fields, Fields]:
    """Return the values that change in an item, and the collections it leaves and comes into."""
    before, after = dict(_known(action.before, action.after)), dict(action.after)
    if action.unplaced:
        before["collections"] = Members(tuple(map(names.collection, action.unplaced)))
    if action.placed:
        after["collections"] = Members(tuple(map(names.collection, action.placed)))
    return before, after


def _exports(prepared: Prepared) -> Iterator[str]:
    if prepared.bibs:
        # Only a project with a .bib pays for what reads and writes one.
        from zoterodigest.cli.show.bib_text import exports_diff

        yield from exports_diff(prepared.bibs, f"Exports, {_WORD_BY_WORD}")
