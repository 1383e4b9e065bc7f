"""The desk: what was read and planned for the page, and what a person lets it write.

Each plan is the one that a command makes: `sync`, `resolve`, `sync FILE --accept`, `undo`,
`resolve ID --acknowledge`. It lies here until the person lets it be written, as a command waits for
a yes; what has changed by then is judged where it is written.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from zoterodigest.cli.base.options import Invocation
from zoterodigest.cli.base.project_context import ProjectContext, opened_context
from zoterodigest.cli.base.projects import open_to_undo, require_idle_to_write
from zoterodigest.cli.base.screen import counted
from zoterodigest.cli.base.talk import failure_lines
from zoterodigest.cli.review.cards import (
    ReportGroup,
    changes_in_order,
    report_groups,
    without_colors,
)
from zoterodigest.cli.show.closing import closing_text, done_text
from zoterodigest.cli.show.plan_lines import Thing
from zoterodigest.cli.show.plan_text import left_text
from zoterodigest.cli.show.report_text import section_of
from zoterodigest.cli.show.undo_text import became_text, undo_text
from zoterodigest.cli.show.written_values import read_written, written
from zoterodigest.core.plan.history import run_to_undo
from zoterodigest.core.plan.run_options import End
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.project.log.history import History, history_folder, read_history
from zoterodigest.sync.apply.sending import Progress
from zoterodigest.sync.gathering.intent import SYNC
from zoterodigest.sync.run.conflicts import OpenField, open_fields
from zoterodigest.sync.run.run import Options, Prepared
from zoterodigest.sync.syncing.acknowledging import (
    acknowledge,
    chosen_reports,
    forget,
    standing_reports,
)
from zoterodigest.sync.syncing.resolve import Decision, Resolving, prepare_resolve
from zoterodigest.sync.syncing.sync_run import carry_out
from zoterodigest.sync.undo.undo import UndoResult, apply_undo, prepare_undo
from zoterodigest.sync.undo.undoing import Undoing

_KEPT = 8
"""How many plans and results are kept; an open page of an older one must be read again."""

PlanRun = Callable[[ProjectContext, Options], Prepared]
"""How a run is planned: as `sync` plans it."""

LEAVE, TEXT = "leave", "text"
"""What a form sends for a field that stays open, and for one whose text the person wrote."""


class Outdated(ZoterodigestError):
    """The page was made from a plan that is not kept any more."""

    exit_code = 2

    def __init__(self) -> None:
        super().__init__(
            "this page is older than what was written or read since",
            "Nothing is written from it. Read everything again to see how things stand.",
        )


class NothingChosen(ZoterodigestError):
    """A form says nothing of what is to be done."""

    exit_code = 2


class Overview:
    """What is open and pending: the plan of `sync`, and what a person may decide.

    `file` is the one file that it is about, "" for all. `chosen` is what a person chose so far, on
    all its pages: the choice and the text of a field by its number.
    """

    def __init__(self, place: ProjectContext, prepared: Prepared, file: str = "") -> None:
        self.place = place
        self.prepared = prepared
        self.file = file
        self.fields: tuple[OpenField, ...] = open_fields(prepared)
        self.chosen: dict[int, tuple[str, str]] = {}

    @cached_property
    def changes(self) -> list[Thing]:
        """What the plan does."""
        return changes_in_order(self.prepared)

    @cached_property
    def held(self) -> list[ReportGroup]:
        """The files that a person may accept."""
        return report_groups(self.prepared, held=True)

    @cached_property
    def reports(self) -> list[ReportGroup]:
        """What else there is to tell."""
        return report_groups(self.prepared, held=False)

    @cached_property
    def closing(self) -> str:
        """The last line of `status`, true by itself."""
        return closing_text(self.prepared, is_status=True)


@dataclass(frozen=True, slots=True)
class Decisions:
    """Decisions that wait for a yes: the plan of `resolve`."""

    resolving: Resolving


@dataclass(frozen=True, slots=True)
class Undo:
    """An undo that waits for a yes, and what it says of itself."""

    undoing: Undoing
    history: History
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReviewResult:
    """What came of a plan. `run` is the number of the run that can be undone, 0 for none."""

    sentence: str
    failures: tuple[tuple[str, str, str], ...] = ()
    run: int = 0


Kept: TypeAlias = Overview | Decisions | Undo | ReviewResult


class Desk:
    """The plans of one review. `plan_run` plans as `sync` does, `name` makes names for plans."""

    def __init__(self, asked: Invocation, plan_run: PlanRun, name: Callable[[], str]) -> None:
        self._asked = asked
        self._plan_run = plan_run
        self._name = name
        self._kept: OrderedDict[str, tuple[Kept, ExitStack]] = OrderedDict()
        self._results: dict[str, str] = {}

    def close(self) -> None:
        """Close every library that a plan keeps open."""
        while self._kept:
            self._kept.popitem()[1][1].close()

    def shown(self, name: str) -> Kept:
        """Return a plan or a result by its name; raises `Outdated`."""
        if name not in self._kept:
            raise Outdated
        return self._kept[name][0]

    def result_seen(self) -> None:
        """A person saw the newest result: from now on the form that led to it is an old page."""
        self._results = {}

    # --- plans -----------------------------------------------------------------------------------

    def overview(self) -> str:
        """Read everything and plan; return the name of the plan."""
        return self._planned(self._asked, Options(SYNC))

    def accepted(self, file: str) -> str:
        """Plan `sync FILE --accept`; return the name of the plan."""
        with opened_context(self._asked) as place:
            path = place.workspace.project.root / file
            known = {digest.key for digest in place.workspace.digests}
        # Only what the page offers: a form must not lead out of the project.
        if file not in known:
            raise NothingChosen(f"{file} is no file of this project")
        asked = replace(self._asked, files=(Path(path),))
        return self._planned(asked, Options(SYNC, accepts=True), file)

    def decided(self, name: str, form: Mapping[str, str]) -> str:
        """Plan what is chosen in an overview, also by this form; return the name of the plan."""
        overview = self.chose(name, form)
        decisions = decisions_of(overview.fields, overview.chosen)
        if not decisions:
            raise NothingChosen("nothing is chosen", "Choose a side of a field first.")
        with ExitStack() as stack:
            place = stack.enter_context(opened_context(self._asked))
            resolving = prepare_resolve(place.workspace, decisions)
            return self._keep(Decisions(resolving), stack.pop_all())

    def chose(self, name: str, form: Mapping[str, str]) -> Overview:
        """Keep what a form chooses in the overview `name`, and return the overview."""
        overview = self.shown(name)
        if not isinstance(overview, Overview):
            raise Outdated
        overview.chosen |= choices_of(overview.fields, form)
        return overview

    def undo(self, number: int) -> str:
        """Plan `undo RUN`; return the name of the plan."""
        with opened_context(self._asked) as place:
            project = place.workspace.project
        require_idle_to_write(self._asked, project)  # which run was killed is known only then
        history = read_history(history_folder(project.state_folder))
        run = history.whole_run(number)
        with ExitStack() as stack:
            workspace, _ = open_to_undo(self._asked, project, run)
            stack.enter_context(workspace.library)
            undoing = prepare_undo(workspace, run)
            lines = tuple(without_colors(undo_text(undoing, history, "")))
            return self._keep(Undo(undoing, history, lines), stack.pop_all())

    def _planned(self, asked: Invocation, options: Options, file: str = "") -> str:
        with ExitStack() as stack:
            place = stack.enter_context(opened_context(asked))
            overview = Overview(place, self._plan_run(place, options), file)
            return self._keep(overview, stack.pop_all())

    # --- writing ---------------------------------------------------------------------------------

    def written(self, name: str, progress: Progress) -> str:
        """Write a plan; return the name of the result. Every other plan is then outdated.

        A form that is sent twice writes once, and gets the same result until a person saw it.
        """
        if self._results.get(name) in self._kept:
            return self._results[name]
        match self.shown(name):
            case Overview(prepared=prepared):
                done = self._carried_out(prepared, progress, tells_rest=True)
            case Decisions(resolving):
                done = self._carried_out(resolving.prepared, progress, tells_rest=False)
            case Undo(undoing, history):
                done = self._undone(undoing, history, progress)
            case ReviewResult():
                return name
        self.close()
        self._results = {name: self._keep(done, ExitStack())}
        return self._results[name]

    def acknowledged(self, id: str, field: str, *, is_forgotten: bool) -> str:
        """Acknowledge a report, or report it again, as `resolve ID --acknowledge` does."""
        with opened_context(self._asked) as place:
            require_idle_to_write(self._asked, place.workspace.project)
            prepared = self._plan_run(place, Options(SYNC))
            found = chosen_reports(standing_reports(prepared), id, field) if id else ()
            meant = [one for one in found if one.is_acknowledged is is_forgotten]
            if meant:
                (forget if is_forgotten else acknowledge)(prepared, meant)
        self.close()
        became = "no longer acknowledged" if is_forgotten else "acknowledged"
        kinds = ", ".join(sorted({section_of(one.report).heading for one in meant}))
        what = f": {kinds}" if kinds else ""
        return self._keep(
            ReviewResult(f"{counted(len(meant), 'report')} {became}{what}."), ExitStack()
        )

    def _carried_out(
        self, prepared: Prepared, progress: Progress, *, tells_rest: bool
    ) -> ReviewResult:
        before = self._newest(prepared)
        finished = carry_out(prepared, progress)
        after = self._newest(prepared)
        sentence = closing_text(prepared, is_done=True)
        if not prepared.is_settled:
            # Decisions look at their own entries alone, and know nothing of the others.
            left = left_text(finished.last) if tells_rest else ""
            sentence = done_text(finished) + (f" Left to you: {left}." if left else "")
        failures = tuple(failure_lines(finished.failures))
        return ReviewResult(sentence, failures, after if after != before else 0)

    def _newest(self, prepared: Prepared) -> int:
        folder = history_folder(prepared.workspace.project.state_folder)
        return run_to_undo(read_history(folder).runs) or 0

    def _undone(self, undoing: Undoing, history: History, progress: Progress) -> ReviewResult:
        result: UndoResult = apply_undo(undoing, progress)
        failures = tuple(("", one.title, one.reason) for one in result.declined)
        nothing = not result.sent and result.declined
        text = became_text(result, history)
        return ReviewResult("Nothing was written." if nothing else f"Done: {text}.", failures)

    def _keep(self, kept: Kept, stack: ExitStack) -> str:
        while len(self._kept) >= _KEPT:
            self._kept.popitem(last=False)[1][1].close()
        name = self._name()
        self._kept[name] = kept, stack
        return name


def choices_of(fields: Sequence[OpenField], form: Mapping[str, str]) -> dict[int, tuple[str, str]]:
    """Return what a form chooses for the `fields` that it is about, each with the text in the form.

    `rest` is the end to keep in the fields that the page showed and the person left open. Who
    writes a text means it, also without choosing it.
    """
    chosen = {}
    for number, field in enumerate(fields):
        is_shown = f"shown-{number}" in form
        choice, text = form.get(f"choice-{number}"), form.get(f"text-{number}")
        if choice is None and not is_shown:
            continue
        if choice in (None, LEAVE) and _is_rewritten(field, text):
            choice = TEXT
        elif choice in (None, LEAVE) and is_shown:
            rests = {"entry": field.end.value, End.ZOTERO.value: End.ZOTERO.value}
            choice = rests.get(form.get("rest", ""), LEAVE)
        chosen[number] = choice or LEAVE, text or ""
    return chosen


def decisions_of(
    fields: Sequence[OpenField], chosen: Mapping[int, tuple[str, str]]
) -> list[Decision]:
    """Return the decisions on `fields`. Raises `NotTaken` if one can't hold the text for it."""
    decisions = []
    for number, (choice, text) in sorted(chosen.items()):
        field = fields[number]
        if choice == TEXT:
            decisions.append(Decision(field, read_written(field.name, text)))
        elif choice in (field.end.value, End.ZOTERO.value):
            decisions.append(Decision(field, End(choice)))
    return decisions


def _is_rewritten(field: OpenField, text: str | None) -> bool:
    """Tell whether a person changed the text that the page had put there."""
    return text is not None and text.split() != written(field.at_entry).split()


def exports_shown(prepared: Prepared) -> list[str]:
    """Return what a plan exports into .bib files, line by line."""
    if not prepared.bibs:
        return []
    # Only a project with a .bib pays for what reads and writes one.
    from zoterodigest.cli.show.bib_text import exports_text

    return without_colors(exports_text(prepared.bibs, "Exports"))[1:]  # the page has the heading
