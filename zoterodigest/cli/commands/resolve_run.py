"""`conflicts` and `resolve`: what is open is listed, decided, carried out and told."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from zoterodigest.cli.base.invocation import Invocation
from zoterodigest.cli.base.places import open_place
from zoterodigest.cli.base.screen import (
    counted,
    emit,
    width,
    wrapped,
)
from zoterodigest.cli.base.talk import busy, progress, require_consent
from zoterodigest.cli.base.telling import tell_failures
from zoterodigest.cli.commands.asking import ask
from zoterodigest.cli.commands.editing import edited
from zoterodigest.cli.show.closing import done_text, planned_amounts, planned_line
from zoterodigest.cli.show.conflict_list import (
    conflicts_data,
    conflicts_text,
    field_data,
    has_conflicts,
    head_of,
)
from zoterodigest.cli.show.encoder import emit_json
from zoterodigest.cli.show.excerpts import excerpts
from zoterodigest.cli.show.subjects import entry_title, field_name, place_of, value_text
from zoterodigest.core.plan.terms import End
from zoterodigest.core.values.record import Value
from zoterodigest.errors import ZoterodigestError
from zoterodigest.project.running import require_idle
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.run.conflicts import (
    BOTH_WAYS,
    Kind,
    NotOpen,
    OpenField,
    in_field,
    open_fields,
    with_id,
)
from zoterodigest.sync.run.failures import Failure
from zoterodigest.sync.run.run import Prepared, prepare
from zoterodigest.sync.syncing.carry import Outcome, carry_out
from zoterodigest.sync.syncing.resolve import Decision, Resolving, prepare_resolve

FINE, FAILED, CONFLICTING = 0, 1, 3


class NotDecided(ZoterodigestError):
    """It was not said what is to hold, and there is nobody at a terminal to be asked."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class ResolveOptions:
    """What of the open fields is to be resolved, and how; `keep` None and no edit: ask.

    Without an `id` all conflicts are meant, and with `with_apart` the fields that are apart.
    """

    id: str = ""
    field: str = ""
    keep: End | None = None
    is_edit: bool = False
    is_all: bool = False
    with_apart: bool = False

    @property
    def asks(self) -> bool:
        """Whether a person is to be asked."""
        return self.keep is None and not self.is_edit


def show_conflicts(asked: Invocation, *, with_apart: bool) -> int:
    """List what is open; return 3 if anything changed at both ends."""
    place = open_place(asked)
    with place.workspace.library:
        opened = _opened(place.workspace)
    if asked.as_json:
        emit_json(conflicts_data(opened.prepared, opened.fields))
    else:
        emit(conflicts_text(opened.prepared, opened.fields, with_apart=with_apart))
    return _exit_code(opened)


def resolve(wish: ResolveOptions, asked: Invocation) -> int:
    """Decide what is open as the person wishes, carry it out and tell what came of it.

    Raises `NotDecided` or `NotOpen` if it is not clear what is meant.
    """
    _require_clear(wish, may_ask=sys.stdin.isatty() and not asked.as_json)
    workspace = open_place(asked).workspace
    if not asked.is_dry_run:
        require_idle(workspace.project.state_folder)
    with workspace.library:
        opened = _opened(workspace)
        meant = _meant(opened.fields, wish)
        decisions = _decided(meant, wish, workspace)
        if not decisions and not asked.as_json:
            emit([_nothing(opened, meant)])
        resolving = prepare_resolve(workspace, decisions)
        if not asked.as_json:
            emit(_shown(resolving))
        outcome, after = Outcome(resolving.prepared), _without(opened, resolving)
        if resolving.decisions and not asked.is_dry_run:
            outcome = _carried_out(resolving, asked)
            after = _opened(workspace)
    return _told(resolving, outcome, after, asked)


@dataclass(frozen=True, slots=True)
class _Opened:
    """What is open, and the run that shows it."""

    prepared: Prepared
    fields: tuple[OpenField, ...]


def _opened(workspace: Workspace) -> _Opened:
    with busy("Reading digests and library"):
        prepared = prepare(workspace, BOTH_WAYS)
        return _Opened(prepared, open_fields(prepared))


def _nothing(opened: _Opened, meant: Sequence[OpenField]) -> str:
    """Say why nothing is done."""
    if meant:
        return "Nothing was decided, and nothing written."
    if opened.fields or has_conflicts(opened.prepared, opened.fields):
        return (
            "No such field is open; `zoterodigest conflicts` lists what is. What waits is decided"
            " by its ID; what was moved or renamed at both ends, by doing the same at one."
        )
    return "Nothing is open."


def _without(opened: _Opened, resolving: Resolving) -> _Opened:
    """Return what will be open when all that was decided is done."""
    decided = [one.field for one in resolving.decisions]
    return replace(opened, fields=tuple(one for one in opened.fields if one not in decided))


def _exit_code(opened: _Opened) -> int:
    return CONFLICTING if has_conflicts(opened.prepared, opened.fields) else FINE


_KEEPS = "--keep markdown, --keep bib or --keep zotero"


def _require_clear(wish: ResolveOptions, *, may_ask: bool) -> None:
    if wish.keep is not None and wish.is_edit:
        raise NotDecided("--keep and --edit are two ways to decide", "Give one of them.")
    if wish.id and wish.is_all:
        raise NotDecided("an ID and --all are two things to resolve", "Give one of them.")
    if wish.is_all and wish.keep is None:
        raise NotDecided("--all needs the end that holds", f"Add {_KEEPS}.")
    if not wish.asks and not wish.id and not wish.is_all:
        raise NotDecided(
            "nothing says what to resolve",
            "Give an ID of `zoterodigest conflicts`, or --all.",
        )
    if wish.asks and not may_ask:
        raise NotDecided(
            "`resolve` asks only at a terminal, and not with --json",
            f"Give an ID of `zoterodigest conflicts` (or --all) and {_KEEPS}.",
        )


def _meant(fields: Sequence[OpenField], wish: ResolveOptions) -> Sequence[OpenField]:
    """Return the open fields that are meant; an ID names one field unless a person is asked."""
    if wish.id:
        found = with_id(fields, wish.id)
        found = in_field(found, wish.field) if wish.field else found
        if len(found) > 1 and not wish.asks:
            names = ", ".join(field_name(one.name) for one in found)
            raise NotOpen(f"{wish.id} is open in {names}", "Say which with --field NAME.")
        _require_end(found[0], wish)
        return found
    kinds = {Kind.CONFLICT, Kind.APART} if wish.with_apart else {Kind.CONFLICT}
    found = tuple(one for one in fields if one.kind in kinds and _is_between(one, wish.keep))
    return in_field(found, wish.field) if wish.field and found else found


def _is_between(field: OpenField, keep: End | None) -> bool:
    """Tell whether the end that is to hold, if one is named, is an end of the field's link."""
    return keep in (None, field.end, End.ZOTERO)


def _require_end(field: OpenField, wish: ResolveOptions) -> None:
    """Raise `NotOpen` if the link that is meant has no such end as is to hold."""
    if not _is_between(field, wish.keep):
        raise NotOpen(
            f"{wish.id} is between {_KINDS[field.end]} and the library",
            f"Give --keep {field.end.value} or --keep {End.ZOTERO.value}.",
        )


_KINDS = {End.MARKDOWN: "a digest", End.BIB: "a bibliography"}


def _decided(
    fields: Sequence[OpenField], wish: ResolveOptions, workspace: Workspace
) -> list[Decision]:
    if wish.asks:
        return ask(fields, workspace.project.configuration.sync.merge_tool)
    if wish.is_edit:
        return [Decision(one, edited(one, entry_title(one.entry))) for one in fields]
    assert wish.keep is not None
    return [Decision(one, wish.keep) for one in fields]


def _carried_out(resolving: Resolving, asked: Invocation) -> Outcome:
    require_consent(
        f"Write {counted(len(resolving.decisions), 'decision')}?",
        is_agreed=asked.is_agreed or not resolving.prepared.needs_consent,
        may_ask=not asked.as_json,
    )
    with progress("Writing", "written") as report:
        return carry_out(resolving.prepared, report)


# --- what is told --------------------------------------------------------------------------------


def _shown(resolving: Resolving) -> Iterator[str]:
    """Yield what goes where, link by link."""
    if resolving.decisions:
        yield ""
    for _, of_one in groupby(resolving.decisions, key=lambda one: one.field.row_id):
        group = list(of_one)
        yield head_of(group[0].field)
        for decision in group:
            start = f"  {field_name(decision.field.name)}: both ends get {_holder(decision)}“"
            yield f"{start}{_result(decision, width() - len(start) - 1)}”"


_HOLDERS = {
    End.MARKDOWN: "the digest's ",
    End.BIB: "the bibliography's ",
    End.ZOTERO: "the library's ",
}


def _holder(decision: Decision) -> str:
    return _HOLDERS[decision.choice] if isinstance(decision.choice, End) else ""


def _result(decision: Decision, room: int) -> str:
    """Return what both ends get, cut so that it shows in what it differs from the other value."""
    field = decision.field
    match decision.choice:
        case End.ZOTERO:
            chosen = field.at_item
        case End.MARKDOWN | End.BIB:
            chosen = field.at_entry
        case value:
            chosen = value
    return excerpts([_text(one) for one in (chosen, field.at_entry, field.at_item)], room)[0]


def _text(value: Value) -> str:
    return value_text(value) or "(empty)"


def _told(resolving: Resolving, outcome: Outcome, after: _Opened, asked: Invocation) -> int:
    """Tell what was done and what is left; return the exit code."""
    failures = [*_left(resolving), *outcome.failures]
    if asked.as_json:
        emit_json(_data(resolving, failures, after))
    elif resolving.decisions and asked.is_dry_run:
        emit(["", *wrapped(planned_line(planned_amounts(resolving.prepared)))])
    elif resolving.decisions:
        emit(["", *_done(outcome, after)])
    tell_failures(failures)
    return FAILED if failures else _exit_code(after)


def _left(resolving: Resolving) -> Iterator[Failure]:
    for decision, reason in resolving.left:
        field = decision.field
        reason = f"{field_name(field.name)}: {reason}"
        yield Failure(place_of(field.entry), entry_title(field.entry), reason)


def _done(outcome: Outcome, after: _Opened) -> Iterator[str]:
    yield done_text(outcome)
    if left := sum(one.kind is Kind.CONFLICT for one in after.fields):
        yield f"{counted(left, 'conflict is', 'conflicts are')} still open."


def _data(resolving: Resolving, failures: Sequence[Failure], after: _Opened) -> dict[str, Any]:
    return {
        "resolved": [
            {**field_data(one.field), "chosen": one.choice} for one in resolving.decisions
        ],
        "failures": failures,
        "conflicts": [field_data(one) for one in after.fields if one.kind is Kind.CONFLICT],
    }
