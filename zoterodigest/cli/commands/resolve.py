"""The commands `conflicts` and `resolve`: list open fields, decide them, write the decisions."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from zoterodigest.cli.base.completion import items_like
from zoterodigest.cli.base.options import (
    CONFLICTING,
    FAILED,
    FINE,
    Invocation,
    argument,
    command,
    flag,
    option,
)
from zoterodigest.cli.base.project_context import open_context
from zoterodigest.cli.base.projects import require_idle_to_write
from zoterodigest.cli.base.screen import counted, emit, excerpts, width, wrapped
from zoterodigest.cli.base.talk import (
    busy,
    emit_unless_json,
    progress,
    require_consent,
    tell_failures,
)
from zoterodigest.cli.commands.acknowledging import acknowledge_or_forget
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
from zoterodigest.cli.show.encoder import emit_json, emit_result
from zoterodigest.cli.show.report_names import (
    HOLDERS,
    entry_title,
    field_name,
    place_of,
    value_text,
)
from zoterodigest.core.plan.run_options import End
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.items.finding import holds_words, items_meant
from zoterodigest.sync.run.conflicts import (
    BOTH_WAYS,
    NotOpen,
    OpenField,
    OpenReason,
    in_field,
    open_fields,
    with_id,
)
from zoterodigest.sync.run.failures import FailedRecord
from zoterodigest.sync.run.run import Prepared, prepare
from zoterodigest.sync.syncing.resolve import Decision, Resolving, prepare_resolve
from zoterodigest.sync.syncing.sync_run import FinishedRun, carry_out


@command(
    "files with_diverged with_words address as_json",
    epilog="Next: `zoterodigest resolve` decides them, `zoterodigest review` in the browser.",
)
def conflicts(
    asked: Invocation,
    with_diverged: bool = flag("--diverged --apart -a", "Also list diverged fields."),
    with_words: bool = flag("--diff", "Show the words in which the values differ."),
) -> int:
    """List fields that were edited on both sides.

    Each has an ID, the value that both sides last agreed on, and the two values now. conflicts
    counts the fields that have diverged: their two values never agreed. The exit code is 3 if
    there are conflicts.

    \b
    Examples:
      zoterodigest conflicts
      zoterodigest conflicts papers.md --diverged
      zoterodigest conflicts --diff
    """
    workspace = open_context(asked).workspace
    with workspace.library:
        prepared, fields = _opened(workspace)
    text = conflicts_text(prepared, fields, with_diverged=with_diverged, with_words=with_words)
    emit_result(asked, text, conflicts_data(prepared, fields))
    return CONFLICTING if has_conflicts(prepared, fields) else FINE


@dataclass(frozen=True, slots=True)
class _ResolveWish:
    """Which open fields to decide, and how; with neither `keep` nor `is_edit` a person is asked.

    Without an `id` all conflicts are meant, and with `with_diverged` the diverged fields too.
    """

    id: str = argument("ID", "", autocompletion=items_like)
    field: str = option("--field NAME", "Only this field.")
    keep: End | None = option("--keep", "The side to keep.", None)
    is_edit: bool = flag("--edit", "Write the value for both sides in $VISUAL or $EDITOR.")
    is_all: bool = flag("--all", "Every conflict, with --keep.")
    with_diverged: bool = flag("--diverged --apart -a", "Also decide diverged fields.")

    @property
    def asks(self) -> bool:
        return self.keep is None and not self.is_edit


@command(
    "id keep is_edit field is_all with_diverged is_acknowledged is_forgotten is_dry_run is_agreed"
    " address as_json",
    epilog="Next: `zoterodigest status` shows what is left.",
)
def resolve(
    wish: _ResolveWish,
    asked: Invocation,
    is_acknowledged: bool = flag(
        "--acknowledge", "Accept a report of `status` until its values change."
    ),
    is_forgotten: bool = flag("--forget", "Report in `status` again what you acknowledged."),
) -> int:
    """Decide fields that were edited on both sides.

    At a terminal, resolve shows one conflict after the other and asks. With ID it decides only that
    one: both sides get the value of the digest (--keep markdown), of the bibliography (--keep bib)
    or of the library (--keep zotero), or what you write (--edit). In a text of several blocks only
    those that collide are decided so; edits of the others are kept. `zoterodigest conflicts` lists
    the IDs. Instead of an ID, give FILE:LINE, FILE, or the item: its key, citation key, arXiv id,
    DOI or words of its title. With --all, `--keep markdown` decides the conflicts of digests,
    `--keep bib` those of bibliographies, and `--keep zotero` both.

    \b
    Examples:
      zoterodigest resolve
      zoterodigest resolve k3fq --keep zotero
      zoterodigest resolve "attention is all" --keep markdown
      zoterodigest resolve k3fq --field title --edit
      zoterodigest resolve --all --keep markdown --field summary
      zoterodigest resolve k3fq --acknowledge

    --acknowledge changes neither side. From then on `status` only counts the report with this ID,
    until one of its values changes. With --all it acknowledges every report. The lock file stores
    this, so it holds for everybody with this repository. --forget reverts it.

    To use a merge tool, name it in zoterodigest.toml below [sync]: merge_tool = ["vimdiff"].
    """
    if is_acknowledged or is_forgotten:
        _require_one_wish(wish, is_forgotten=is_forgotten, is_acknowledged=is_acknowledged)
        return acknowledge_or_forget(asked, wish.id, wish.field, is_forgotten=is_forgotten)
    _require_clear(wish, may_ask=sys.stdin.isatty() and not asked.as_json)
    workspace = open_context(asked).workspace
    require_idle_to_write(asked, workspace.project)
    with workspace.library:
        prepared, fields = _opened(workspace)
        meant = _meant(prepared, fields, wish)
        decisions = _decided(meant, wish, workspace.project.configuration.sync.merge_tool)
        if not decisions and not asked.as_json:
            emit([_nothing(prepared, fields, meant)])
        resolving = prepare_resolve(workspace, decisions)
        emit_unless_json(asked, _shown(resolving))
        finished = FinishedRun(resolving.prepared)
        decided = [one.field for one in resolving.decisions]
        after = tuple(one for one in fields if one not in decided)
        if resolving.decisions and not asked.is_dry_run:
            question = f"Write {counted(len(resolving.decisions), 'decision')}?"
            require_consent(question, asked, is_needed=resolving.prepared.needs_consent)
            with progress("Writing", "written") as report:
                finished = carry_out(resolving.prepared, report)
            # Read again: what is still open is judged by what was written, not by the plan.
            prepared, after = _opened(workspace)
    failures = _tell(resolving, finished, after, asked)
    if failures:
        return FAILED
    return CONFLICTING if has_conflicts(prepared, after) else FINE


class NotDecided(ZoterodigestError):
    """The options don't say clearly what to decide or how, and no person can be asked."""

    exit_code = 2


def _opened(workspace: Workspace) -> tuple[Prepared, tuple[OpenField, ...]]:
    """Plan both ways; return that plan and the fields that are open in it."""
    with busy("Reading digests and library"):
        prepared = prepare(workspace, BOTH_WAYS)
        return prepared, open_fields(prepared)


def _nothing(prepared: Prepared, fields: Sequence[OpenField], meant: Sequence[OpenField]) -> str:
    """Say why nothing is done."""
    if meant:
        return "Nothing was decided, and nothing written."
    if fields or has_conflicts(prepared, fields):
        return (
            "No such field is open. `zoterodigest conflicts` lists the open ones. Give the ID of a"
            " field that waits. If something moved or got two new names, make both sides alike."
        )
    return "Nothing is open."


def _require_one_wish(wish: _ResolveWish, *, is_acknowledged: bool, is_forgotten: bool) -> None:
    if wish.keep or wish.is_edit or (is_acknowledged and is_forgotten):
        raise NotDecided("give only one of --acknowledge, --forget, --keep and --edit")
    # Exactly one of the two: an ID that is forgotten must not mean every report.
    if bool(wish.id) == wish.is_all:
        what = "an ID and --all can't go together" if wish.id else "no ID was given"
        raise NotDecided(what, "Give an ID that `zoterodigest status` lists, or --all.")


_KEEPS = "--keep markdown, --keep bib or --keep zotero"


def _require_clear(wish: _ResolveWish, *, may_ask: bool) -> None:
    if wish.keep is not None and wish.is_edit:
        raise NotDecided("--keep and --edit are two ways to decide", "Give one of them.")
    if wish.id and wish.is_all:
        raise NotDecided("an ID and --all can't go together", "Give one of them.")
    if wish.is_all and wish.keep is None:
        raise NotDecided("--all needs the side to keep", f"Add {_KEEPS}.")
    if not wish.asks and not wish.id and not wish.is_all:
        raise NotDecided(
            "nothing says what to resolve", "Give an ID of `zoterodigest conflicts`, or --all."
        )
    if wish.asks and not may_ask:
        raise NotDecided(
            "`resolve` asks only at a terminal, and not with --json",
            f"Give an ID of `zoterodigest conflicts` (or --all) and {_KEEPS}.",
        )


def _meant(
    prepared: Prepared, fields: Sequence[OpenField], wish: _ResolveWish
) -> Sequence[OpenField]:
    """Return the open fields that are meant; an ID names one field unless a person is asked."""
    if wish.id:
        found = _called(prepared, fields, wish)
        found = in_field(found, wish.field) if wish.field else found
        if len(found) > 1 and not wish.asks:
            names = ", ".join(field_name(one.name) for one in found)
            raise NotOpen(f"{wish.id} is open in {names}", "Say which with --field NAME.")
        if not _is_between(found[0], wish.keep):
            end = found[0].end
            raise NotOpen(
                f"{wish.id} is between {_KINDS[end]} and the library",
                f"Give --keep {end.value} or --keep {End.ZOTERO.value}.",
            )
        return found
    kinds = {OpenReason.CONFLICT} | ({OpenReason.DIVERGED} if wish.with_diverged else set())
    found = tuple(one for one in fields if one.kind in kinds and _is_between(one, wish.keep))
    return in_field(found, wish.field) if wish.field and found else found


def _called(
    prepared: Prepared, fields: Sequence[OpenField], wish: _ResolveWish
) -> tuple[OpenField, ...]:
    """Return the open fields that `wish.id` names, those of one link unless a person is asked."""
    try:
        return with_id(fields, wish.id)
    except NotOpen:
        # The ID comes first: no word of a title may hide what `conflicts` lists.
        if not (found := _named(prepared, fields, wish.id)):
            raise
    if len(ids := sorted({one.id for one in found})) > 1 and not wish.asks:
        raise NotOpen(f"{wish.id} may be any of {', '.join(ids)}", "Give one of these IDs.")
    return found


def _named(prepared: Prepared, fields: Sequence[OpenField], name: str) -> tuple[OpenField, ...]:
    """Return the open fields of the digest, place, item or entry that a person calls `name`."""
    keys = {link.row.id: link.row.item for link in prepared.plan.links}
    items = prepared.gathered.contents.by_key
    # Only among the open ones: a word that many titles share may well fit one of them.
    held = [items[key] for one in fields if (key := keys[one.row_id]) in items]
    meant = {item.key for item in items_meant(held, name)}
    places = [{one.entry.digest, place_of(one.entry)} for one in fields]
    return tuple(
        one
        for one, place in zip(fields, places, strict=True)
        if name in place
        or keys[one.row_id] in meant
        # In a conflict of titles the list of conflicts shows that of the entry.
        or holds_words(entry_title(one.entry), name)
    )


def _is_between(field: OpenField, keep: End | None) -> bool:
    """Return whether the link of `field` has the end `keep`; every link has None."""
    return keep in (None, field.end, End.ZOTERO)


_KINDS = {End.MARKDOWN: "a digest", End.BIB: "a bibliography"}


def _decided(
    fields: Sequence[OpenField], wish: _ResolveWish, tool: Sequence[str]
) -> list[Decision]:
    if wish.asks:
        return ask(fields, tool)
    if wish.is_edit:
        return [Decision(one, edited(one, entry_title(one.entry))) for one in fields]
    assert wish.keep is not None
    return [Decision(one, wish.keep) for one in fields]


def _shown(resolving: Resolving) -> Iterator[str]:
    """Yield which value both sides get, link by link."""
    if resolving.decisions:
        yield ""
    for _, of_one in groupby(resolving.decisions, key=lambda one: one.field.row_id):
        group = list(of_one)
        yield head_of(group[0].field)
        for decision in group:
            chosen = decision.choice
            holder = f"{HOLDERS[chosen]}'s " if isinstance(chosen, End) else ""
            start = f"  {field_name(decision.field.name)}: both sides get {holder}“"
            yield f"{start}{_result(decision, width() - len(start) - 1)}”"


def _result(decision: Decision, room: int) -> str:
    """Return what both sides get, cut so that it shows in what it differs from the other value."""
    field = decision.field
    chosen = decision.choice
    if isinstance(chosen, End):
        chosen = field.kept(chosen)
    values = chosen, field.at_entry, field.at_item
    return excerpts([value_text(one) or "(empty)" for one in values], room)[0]


def _tell(
    resolving: Resolving, finished: FinishedRun, after: Sequence[OpenField], asked: Invocation
) -> list[FailedRecord]:
    """Report what was done and what is left; return what failed."""
    failures = [*_left(resolving), *finished.failures]
    if asked.as_json:
        emit_json(_data(resolving, failures, after))
    elif resolving.decisions and asked.is_dry_run:
        emit(["", *wrapped(planned_line(planned_amounts(resolving.prepared)))])
    elif resolving.decisions:
        emit(["", done_text(finished)])
        if left := sum(one.kind is OpenReason.CONFLICT for one in after):
            emit([f"{counted(left, 'conflict is', 'conflicts are')} still open."])
    tell_failures(failures)
    return failures


def _left(resolving: Resolving) -> Iterator[FailedRecord]:
    for decision, reason in resolving.left:
        field = decision.field
        reason = f"{field_name(field.name)}: {reason}"
        yield FailedRecord(place_of(field.entry), entry_title(field.entry), reason)


def _data(
    resolving: Resolving, failures: Sequence[FailedRecord], after: Sequence[OpenField]
) -> dict[str, Any]:
    return {
        "resolved": [{**field_data(it.field), "chosen": it.choice} for it in resolving.decisions],
        "failures": failures,
        "conflicts": [field_data(one) for one in after if one.kind is OpenReason.CONFLICT],
    }
