"""What `push`, `pull`, `sync`, `plan` and `enrich` do: plan, look up, show, ask, write."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from zoterodigest.cli.base.options import FAILED, FINE, Invocation
from zoterodigest.cli.base.project_context import ProjectContext, opened_context
from zoterodigest.cli.base.projects import require_idle_to_write
from zoterodigest.cli.base.screen import counted, emit, hanging, tell, visible, wrapped
from zoterodigest.cli.base.stamps import Recorder
from zoterodigest.cli.base.talk import (
    busy,
    emit_unless_json,
    progress,
    require_consent,
    tell_failures,
)
from zoterodigest.cli.commands.looked_up import looked_data, looked_text, with_lookups
from zoterodigest.cli.show.closing import (
    closing_text,
    done_text,
    exit_code,
    planned_amounts,
    planned_text,
    recent_text,
)
from zoterodigest.cli.show.encoder import emit_json
from zoterodigest.cli.show.plan_data import plan_data
from zoterodigest.cli.show.plan_text import (
    concern_of,
    files_text,
    left_text,
    news_text,
    plan_text,
    refusals_text,
)
from zoterodigest.cli.show.report_names import report_names
from zoterodigest.core.values.record import Entry
from zoterodigest.project.running import AlreadyRunning, wait_until_idle
from zoterodigest.sync.gathering.intent import FillIn
from zoterodigest.sync.gathering.others import with_all_digests
from zoterodigest.sync.lookups.wanted import LookedUp
from zoterodigest.sync.run.failures import TooMuch
from zoterodigest.sync.run.quiet_run import prepare_run
from zoterodigest.sync.run.run import Options, Prepared

if TYPE_CHECKING:
    from zoterodigest.sync.syncing.sync_run import FinishedRun


def run(asked: Invocation, options: Options) -> int:
    """Show the plan of a run, ask if that is needed, write, and return the exit code.

    With --dry-run only show the plan: the exit code is what the run would have, as far as is known.
    With --wait a run that finds another one at work begins anew when that one has ended.
    """
    while True:
        try:
            return _run(asked, options)
        except AlreadyRunning as error:
            if not asked.waits:
                raise
            tell([f"Waiting: {visible(str(error))}"])
            with busy("Waiting"):
                wait_until_idle(error.state_folder)


def _run(asked: Invocation, options: Options) -> int:
    with opened_context(asked) as place:
        require_idle_to_write(asked, place.workspace.project)
        recorder = Recorder(place, writes=not asked.is_dry_run)
        prepared, looked = planned_with_lookups(place, asked, options)
        emit_unless_json(asked, _shown(prepared, looked, place, asked))
        if asked.is_dry_run:
            _show_rest(prepared, looked, place, asked)
        # The plan is shown first, so that a person sees what the guard stopped.
        _obey_guard(prepared, asked)
        code = (
            _code(prepared, looked)
            if asked.is_dry_run
            else _written(prepared, looked, place, asked)
        )
        recorder.keep(prepared, code)
    return code


def _shown(
    prepared: Prepared, looked: LookedUp, place: ProjectContext, asked: Invocation
) -> Iterator[str]:
    """Yield the plan, and what it changes word by word if that is asked for."""
    yield from plan_text(prepared, place)
    yield from looked_text(looked)
    if asked.with_diff:
        # A run without it need not compare words.
        from zoterodigest.cli.show.diff_text import diff_text

        yield from diff_text(prepared)


def _written(prepared: Prepared, looked: LookedUp, place: ProjectContext, asked: Invocation) -> int:
    """Ask if that is needed, write, show what came of it, and return the exit code."""
    # A plan, which writes nothing, does not import what writes (90 ms).
    from zoterodigest.sync.syncing.sync_run import carry_out

    # The plan may fill more than a screen: its sum stands where the person is asked, or a script
    # refused.
    amounts = [*wrapped(f"Planned: {planned_amounts(prepared)}.")]
    question = "\n".join([*amounts, f"Write this into {_target(prepared, place)}?"])
    if prepared.needs_consent and not asked.is_agreed and not sys.stdin.isatty():
        emit_unless_json(asked, ["", *amounts])
    require_consent(question, asked, is_needed=prepared.needs_consent, concern=concern_of(prepared))
    # Known only before the run: afterwards the lock file has rows.
    is_first = not (prepared.gathered.lock.rows or prepared.gathered.quiet.links)
    with progress("Writing", "written") as report:
        finished = carry_out(prepared, report)
    code = FAILED if finished.failures else _code(finished.last, looked)
    if asked.as_json:
        emit_json(plan_data(prepared, place, finished) | {"lookup": looked_data(looked)})
    elif asked.is_brief or asked.is_quiet:
        emit([brief_text(finished)] if asked.is_brief or code != FINE else [])
    elif prepared.is_settled:
        emit(["", *wrapped(closing_text(prepared, is_done=True))])
    else:
        emit(_done_lines(finished, place, is_first=is_first))
        emit(news_text(finished.last, prepared))
    tell_failures(finished.failures)
    return code


def _show_rest(
    prepared: Prepared, looked: LookedUp, place: ProjectContext, asked: Invocation
) -> None:
    """Show what a plan alone has: what cannot be written, and what a run would write."""
    if asked.as_json:
        emit_json(plan_data(prepared, place) | {"lookup": looked_data(looked)})
        return
    settled = prepared.is_settled
    if asked.is_brief or asked.is_quiet:
        planned = f"Planned: {planned_amounts(prepared)}."
        # What the guard says is a line by itself.
        is_shown = not prepared.stop and (asked.is_brief or _code(prepared, looked) != FINE)
        emit([closing_text(prepared) if settled else planned] if is_shown else [])
        return
    emit(refusals_text(prepared))
    emit(["", *(wrapped(closing_text(prepared)) if settled else planned_text(prepared))])


def planned_with_lookups(
    place: ProjectContext, asked: Invocation, options: Options
) -> tuple[Prepared, LookedUp]:
    """Plan, look up what the plan creates, and plan with what was found."""
    named = {digest.key for digest in place.workspace.digests}
    selection, workspace = options.selection, place.workspace
    if isinstance(options.intent, FillIn):
        # What an item takes depends on all its entries, also on those that were not named.
        workspace, options = with_all_digests(workspace), replace(options, selection=None)

    def takes(entry: Entry) -> bool:
        return entry.digest in named and (selection is None or selection(entry))

    with busy("Reading digests and library"):
        prepared = prepare_run(workspace, options)
    return with_lookups(prepared, takes, may_ask=not asked.is_offline)


def _code(prepared: Prepared, looked: LookedUp) -> int:
    """Return the exit code of a run; for `enrich` only the answers of arXiv count."""
    if not isinstance(prepared.options.intent, FillIn):
        return exit_code(prepared)
    return FAILED if looked.failed and looked.may_ask else FINE


def _obey_guard(prepared: Prepared, asked: Invocation) -> None:
    """Raise `TooMuch` if the guard stops the plan, after showing examples."""
    stop = prepared.stop
    if stop is None:
        return
    if not asked.is_brief:
        subjects = report_names(prepared)
        tell(["", "The first of them:"])
        tell(f"    {subjects.place(row_id)}  {subjects.title(row_id)}" for row_id in stop.examples)
        tell(f"    {visible(entry)}" for entry in stop.pruned)
    raise TooMuch(stop)


def _target(prepared: Prepared, place: ProjectContext) -> str:
    """Return what a run of this direction writes."""
    intent = prepared.options.intent
    if not intent.may_pull:
        return place.library_name
    files = files_text(prepared)
    return f"{place.library_name} and {files}" if intent.may_push else files


def brief_text(finished: FinishedRun) -> str:
    """Return in one line what a run wrote, and what it leaves to the person."""
    if finished.prepared.is_settled:
        return closing_text(finished.prepared, is_done=True)
    recent = recent_text(finished.last)
    parts = done_text(finished), left_sentence(finished), f"{recent}." if recent else ""
    return " ".join(filter(None, parts))


def left_sentence(finished: FinishedRun) -> str:
    """Return what a run leaves to the person; "" for nothing."""
    left = left_text(finished.last)
    return f"Left to you: {left} (`zoterodigest status`)." if left else ""


def _done_lines(finished: FinishedRun, place: ProjectContext, *, is_first: bool) -> Iterator[str]:
    yield ""
    yield from wrapped(done_text(finished))
    if finished.planned_again:
        changed = counted(finished.planned_again, "item or note", "items and notes")
        yield f"{changed} changed in the library meanwhile; the run planned them again."
    if left := left_sentence(finished):
        yield left
    if is_first and finished.written:
        listing = f"`{place.listing}` lists what arrived, `show KEY` one item of it."
        yield from hanging("Next: ", listing)
        again = finished.prepared.options.intent.name
        edit = f"Edit a digest and {again} again: only what you changed is written."
        yield from hanging("      ", edit)
        if place.is_named_once:
            yield from hanging("      ", f"{visible(place.naming)}: later runs need no --library.")
