"""Resolve: a run that brings both ends to what a person decided, and does nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from zoterodigest.core.links.view import Folding, as_shown
from zoterodigest.core.plan.cleared import without_cleared
from zoterodigest.core.plan.plan import Link
from zoterodigest.core.plan.run_options import Choices, End
from zoterodigest.core.values.record import SECTION, Entry, EntryLines, Value
from zoterodigest.frozen import dataclass
from zoterodigest.sync.edits.edits import RefusedField
from zoterodigest.sync.gathering.intent import Decide
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.run.conflicts import OpenField, open_fields, open_values
from zoterodigest.sync.run.run import Options, Prepared, prepare


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided of an open field: the end that holds, or a value for both."""

    field: OpenField
    choice: End | Value


@dataclass(frozen=True, slots=True)
class Resolving:
    """A run that does what was decided and nothing else; nothing has been written.

    `left` are the decisions that cannot be done, each with the reason: those fields stay as they
    are at both ends.
    """

    prepared: Prepared
    decisions: tuple[Decision, ...]
    left: tuple[tuple[Decision, str], ...] = ()


def prepare_resolve(workspace: Workspace, decisions: Sequence[Decision]) -> Resolving:
    """Plan a run that brings both ends to what was decided, and changes nothing else.

    What one end would refuse, or what changed since the person saw it, is left at both.
    """
    going, left = list(decisions), list[tuple[Decision, str]]()
    # Leaving one decision out may change what is planned for others: plan until none is left out.
    while True:
        prepared = prepare(workspace, _options(going))
        reasons = _reasons(prepared, going)
        if not reasons:
            return Resolving(prepared, tuple(going), tuple(left))
        left += [(going[place], reason) for place, reason in sorted(reasons.items())]
        going = [one for place, one in enumerate(going) if place not in reasons]


def _options(decisions: Sequence[Decision]) -> Options:
    """Return how a run is done that takes these decisions only; they were counted by a person."""
    entries = [_unplaced(one.field.entry) for one in decisions]
    return Options(
        Decide(_choices(decisions)),
        selection=lambda entry: _unplaced(entry) in entries,
        # The person decided each of them, so the guard must not stop them.
        max_changes=len(decisions),
        allow_removals=True,
    )


def _unplaced(entry: Entry) -> Entry:
    """Return `entry` as read, wherever it stands: lines above it may have come or gone."""
    return replace(without_cleared(entry), place=EntryLines(1, 1))


def _choices(decisions: Sequence[Decision]) -> Choices:
    keyed = {(one.field.row_id, one.field.name): one for one in decisions}
    return Choices(
        {key: _choice(one) for key, one in keyed.items()},
        seen={key: (one.field.at_entry, one.field.held) for key, one in keyed.items()},
    )


def _choice(decision: Decision) -> End | Value:
    """Return the choice, or the value that goes to both ends.

    Of a text only what collides is decided. Where another entry's edit is on its way to the item,
    the person saw that edit.
    """
    field = decision.field
    if not isinstance(decision.choice, End):
        return decision.choice
    whole = field.at_item if decision.choice is End.ZOTERO else field.at_entry
    if field.kept(decision.choice) != whole:
        return field.kept(decision.choice)
    if decision.choice is not End.ZOTERO or field.at_item == field.held:
        return decision.choice
    return as_shown(field.name, field.at_entry, field.at_item, Folding())


def _reasons(prepared: Prepared, decisions: Sequence[Decision]) -> dict[int, str]:
    """Return why decisions, by their place, cannot be done as they were made."""
    refused = prepared.refused
    unwritable = {
        row_id: one.reason for one in prepared.writes.unwritable for row_id in one.row_ids
    }
    links = {link.row.id: link for link in prepared.plan.links}
    is_open = {(one.row_id, one.name) for one in open_fields(prepared)}
    reasons: dict[int, str] = {}
    for place, decision in enumerate(decisions):
        field = decision.field
        told = next((one.reason for one in refused if _is_of(one, field)), None)
        if told is not None:
            holder = "bibliography" if field.end is End.BIB else "digest"
            reasons[place] = f"the {holder} cannot hold it: {told}"
        elif field.row_id in unwritable:
            reasons[place] = unwritable[field.row_id]
        elif (field.row_id, field.name) in is_open or not _is_seen(links, field):
            reasons[place] = _CHANGED
    return reasons


_CHANGED = "it has changed since it was shown, and was left as it is"


def _is_of(refused: RefusedField, field: OpenField) -> bool:
    """Tell whether the digest refused this field; it has names of its own for its sections."""
    if refused.row_id != field.row_id:
        return False
    names = refused.field, field.name
    return names[0] == names[1] or all(name.startswith(SECTION) for name in names)


def _is_seen(links: Mapping[str, Link], field: OpenField) -> bool:
    """Tell whether both ends still hold what the person decided over."""
    link = links.get(field.row_id)
    return link is not None and open_values(link, field.name) == (field.at_entry, field.held)
