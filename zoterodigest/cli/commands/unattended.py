"""One run of a watcher: that of `sync`, which never asks and removes nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import Enum
from pathlib import Path

from zoterodigest.cli.base.network import asking_nobody
from zoterodigest.cli.base.options import FAILED, FINE, Invocation
from zoterodigest.cli.base.project_context import ProjectContext, opened_context
from zoterodigest.cli.base.screen import counted, from_here, visible
from zoterodigest.cli.base.talk import NotConfirmed, failure_lines
from zoterodigest.cli.commands.runs import left_sentence, planned_with_lookups
from zoterodigest.cli.show.closing import closing_text, done_text, exit_code
from zoterodigest.core.reconcile.guard import removed_rows
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.record import Entry
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.library.http.trouble import NotReached, ServerBusy, ServerFailed
from zoterodigest.project.files import SourceChanged
from zoterodigest.project.running import AlreadyRunning, require_idle
from zoterodigest.sync.gathering.intent import Sync
from zoterodigest.sync.run.failures import TooMuch
from zoterodigest.sync.run.run import Options, Prepared
from zoterodigest.sync.syncing.sync_run import FinishedRun, LibraryChanged, carry_out
from zoterodigest.sync.watching.noticing import TOLD_WITHIN
from zoterodigest.sync.watching.watched import file_states, held_by_editors, without_files

PASSING = (
    *(NotReached, ServerBusy, ServerFailed),
    *(AlreadyRunning, SourceChanged, LibraryChanged),
)
"""What ends by itself: the run is repeated, and nobody has to know."""


class Retry(Enum):
    """When a run is to be repeated, if nothing changes before."""

    NO = "no"
    SOON = "soon"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a run: its exit code, and each in a line what it wrote, what it left to the
    person, and how things stand after it, if it wrote nothing.

    `needs` are sentences on what a person has to do. `passing` is why the run has to be repeated,
    if that ends by itself. `held` are the files that it left to an editor. `place` is where it ran;
    None if it could not begin.
    """

    code: int
    wrote: str = ""
    left: str = ""
    stands: str = ""
    needs: tuple[str, ...] = ()
    retry: Retry = Retry.NO
    passing: str = ""
    held: frozenset[str] = frozenset()
    place: ProjectContext | None = None


def run_unattended(asked: Invocation, but: frozenset[str]) -> Ran:
    """Run a sync over all files but these and those that an editor holds."""
    try:
        with asking_nobody(), opened_context(asked) as place:
            return replace(_ran(place, asked, but), place=place)
    except PASSING as error:
        return Ran(error.exit_code, passing=sentence_of(error), retry=Retry.SOON)
    except ZoterodigestError as error:
        return Ran(error.exit_code, needs=(sentence_of(error),), retry=Retry.LATE)


def _ran(place: ProjectContext, asked: Invocation, but: frozenset[str]) -> Ran:
    workspace = place.workspace
    require_idle(workspace.project.state_folder)
    keys: dict[str, SourceKey] = {str(one.path): one.key for one in workspace.digests}
    keys |= {str(one.path): one.key for one in workspace.bibs}
    held = held_by_editors(keys)
    workspace = without_files(workspace, but | held)
    needs = tuple(f"{visible(keys[one])} is open in an editor: {_LATER}" for one in sorted(held))
    if not workspace.digests:
        return Ran(FINE, needs=needs, held=held)
    place = replace(place, workspace=workspace)
    read = [one for one in keys if one not in but | held]
    before, begun = file_states(read), time.time_ns()
    prepared, removals = _planned(place, asked)
    _require_unsaved(before, file_states(read), begun)
    if removals:
        what = counted(removals, "entry would lose values, or go as a whole", _LOSING)
        needs += (f"{what}. To allow it: `zoterodigest sync`.",)
    try:
        finished = _carried_out(prepared)
    except TooMuch as error:
        why = visible(from_here(str(error)))
        text = f"{why}. Nothing was written: run `zoterodigest sync` yourself."
        return Ran(error.exit_code, needs=(*needs, text), held=held)
    except NotConfirmed as error:
        return Ran(error.exit_code, needs=(*needs, sentence_of(error)), held=held)
    ran = _after(finished, needs, held)
    is_held_up = removals and ran.code == FINE
    return replace(ran, code=TooMuch.exit_code) if is_held_up else ran


def _require_unsaved(before: _States, after: _States, begun: int) -> None:
    """Raise `SourceChanged` if somebody saved a file while the run read, or when it had just begun.

    Many editors empty a file before they write it: what was read may be half of it. Nobody may
    have been told yet of what changed just before.
    """
    for file in sorted(before.keys() | after.keys()):
        state = after.get(file)
        is_new = state is not None and begun - TOLD_WITHIN * 1e9 < state[0] <= begun
        if is_new or state != before.get(file):
            raise SourceChanged(Path(file))


_States = Mapping[str, tuple[int, int, int]]
_LATER = "it is synced when you close it there."
_LOSING = "entries would lose values, or go as a whole"


def _planned(place: ProjectContext, asked: Invocation) -> tuple[Prepared, int]:
    """Return the run without the entries that it would remove or clear, and how many these are."""
    options = Options(Sync(), is_unattended=True, max_changes=asked.max_changes)
    prepared, _ = planned_with_lookups(place, asked, options)
    removed = removed_rows(prepared.plan)
    if not removed:
        return prepared, 0
    links = (link for link in prepared.plan.links if link.row.id in removed)
    places = {(link.entry.digest, link.entry.place) for link in links}

    def stays(entry: Entry) -> bool:
        return (entry.digest, entry.place) not in places

    # A run over selected entries drops no links, so what left a digest waits, too.
    return planned_with_lookups(place, asked, replace(options, selection=stays))[0], len(removed)


def _carried_out(prepared: Prepared) -> FinishedRun:
    if prepared.needs_consent and prepared.stop is None:
        changes = counted(len(prepared.plan.actions), "change")
        raise NotConfirmed(f"{changes} wait for your consent", "Run `zoterodigest sync`.")
    return carry_out(prepared, lambda done, total: None)


def _after(finished: FinishedRun, needs: Sequence[str], held: frozenset[str]) -> Ran:
    """Return what came of a run that was carried out."""
    last, is_settled = finished.last, finished.prepared.is_settled
    failures = tuple(": ".join(filter(None, one)) for one in failure_lines(finished.failures))
    code = FAILED if finished.failures else exit_code(last)
    # A file may have changed so late that nobody was told of it.
    is_early = any(read.is_recent for read in last.gathered.digests)
    retry = Retry.SOON if is_early else Retry.NO
    needs = (*needs, *map(visible, failures))
    # Of selected entries it says only what is wrong: others may not be up to date.
    is_said = is_settled and (last.options.selection is None or code != FINE)
    stands = closing_text(finished.prepared, is_done=True) if is_said else ""
    wrote, left = "" if is_settled else done_text(finished), left_sentence(finished)
    return Ran(code, wrote, left, stands, needs, retry, held=held)


def sentence_of(error: ZoterodigestError) -> str:
    """Return on one line what an error says, and what to do about it."""
    return visible(" ".join(filter(None, (f"{from_here(str(error))}.", error.hint))))
