"""What the tool does in a clone: runs that end well, fail or are killed, and what it may not do."""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path

from tests.sync.histories import caches
from tests.sync.histories.agreeing import note_agreement, require_no_needless_conflict
from tests.sync.histories.by_markdown import Pick, edit_summary
from tests.sync.histories.effects import EFFECTS, Killed
from tests.sync.histories.model import TOKEN, Violation, plain, tokens_in, work_of
from tests.sync.histories.recorded import held_in, recorded, shown_in
from tests.sync.histories.row_ids import ROW_IDS
from tests.sync.histories.stage import (
    LOCK,
    NOTES,
    Clone,
    Done,
    Sight,
    Stage,
    library_sight,
    put,
    sight_of,
)
from tests.sync.trouble import TroubledLibrary, silent
from zoterodigest.core.plan.plan import CreateEntry, MoveEntry, Plan, RemoveEntry, RenameHeading
from zoterodigest.core.plan.reports import MissingNote
from zoterodigest.errors import ZoterodigestError
from zoterodigest.library.port import BadLibrary, Library, LibraryItem
from zoterodigest.project.files import read_if_present
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.gathering.intent import FillIn, Intent
from zoterodigest.sync.run.quiet_run import prepare_quietly
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.sync_run import FinishedRun, carry_out

_MOST_EFFECTS = 40


def push(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Push."""
    run(stage, clone, intent.PUSH)


def pull(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Pull."""
    run(stage, clone, intent.PULL)


def sync(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Sync."""
    run(stage, clone, intent.SYNC)


def run(stage: Stage, clone: Clone, direction: Intent) -> FinishedRun:
    """Carry out a run that nothing disturbs."""
    stage.tell(f"{direction.name.lower()}")
    outcomes: list[FinishedRun] = []
    watched(stage, clone, direction, lambda: outcomes.append(_carry_out(stage, clone, direction)))
    note_agreement(stage, clone)
    return outcomes[0]


def be_killed(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Kill a run before one of its side effects."""
    _disturb(stage, clone, pick, Killed("killed"))


def fill_the_disk(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Have one write of a run find the disk full."""
    _disturb(stage, clone, pick, OSError(errno.ENOSPC, "No space left on device"))


def lose_the_library(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Have the library go away in the middle of a run."""
    _disturb(stage, clone, pick, BadLibrary("the library went away"))


def _disturb(stage: Stage, clone: Clone, pick: Pick, error: BaseException) -> None:
    trouble = Trouble(
        (intent.PUSH, intent.PULL, intent.SYNC)[pick[0] % 3], pick[1] % _MOST_EFFECTS + 1, error
    )
    disturb(stage, clone, trouble, partial(_carry_out, stage, clone, trouble.direction))


@dataclass(frozen=True)
class Trouble:
    """A run in this direction ends with `error` at the side effect number `place`, from 1."""

    direction: Intent
    place: int
    error: BaseException


def disturb(
    stage: Stage, clone: Clone, trouble: Trouble, carry_out_over: Callable[[Library], object]
) -> None:
    """Carry out a run that comes to its trouble, unless it ends before."""
    stage.tell(f"{trouble.direction.name}, at effect {trouble.place}: {trouble.error!r}")
    carry = partial(come_to_trouble, stage, clone, trouble, carry_out_over)
    with wishing_for_what_is_forgotten(stage, clone):
        watched(stage, clone, trouble.direction, carry)


def come_to_trouble(
    stage: Stage, clone: Clone, trouble: Trouble, carry_out_over: Callable[[Library], object]
) -> None:
    """Do something that comes to its trouble; of what is killed the files stay as they are then."""
    library: Library = clone.library
    if not isinstance(trouble.error, OSError):
        library = TroubledLibrary(library, before=EFFECTS.spend, after=EFFECTS.spend)
    left: dict[Path, bytes] = {}
    with EFFECTS.counted():
        EFFECTS.arm(trouble.place, trouble.error, lambda: left.update(_files_below(clone.root)))
        try:
            carry_out_over(library)
        except (Killed, ZoterodigestError, OSError) as caught:
            if not EFFECTS.has_struck:
                raise
            stage.tell(f"  it ended with {caught!r}")
        finally:
            EFFECTS.disarm()
    if left and isinstance(trouble.error, Killed):
        _put_back(clone.root, left)  # a process that is killed puts nothing in order


def _files_below(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def _put_back(root: Path, files: Mapping[Path, bytes]) -> None:
    now = _files_below(root)
    for path in now.keys() - files.keys():
        path.unlink()
    for path, data in files.items():
        if now.get(path) != data:
            path.write_bytes(data)


@contextmanager
def wishing_for_what_is_forgotten(stage: Stage, clone: Clone) -> Iterator[None]:
    """Values written before the memory was saved are written again by the next run."""
    memory_path = clone.workspace.memory_path
    remembered, before = read_if_present(memory_path), sights_of(stage, clone)
    yield
    if read_if_present(memory_path) == remembered:
        for end, sight in sights_of(stage, clone).items():
            stage.memory.wished |= sight.set - before[end].set


def lose_note(stage: Stage, clone: Clone, pick: Pick) -> None:
    """A person deletes a note of ours and edits the summary it was of: the edit wins.

    Between the two there may be a sync.
    """
    notes = [one for one in clone.library.read().items if _is_note_of_ours(one)]
    if not notes:
        return
    note = notes[pick[0] % len(notes)]
    works = {work_of(token) for token in tokens_in(str(note.data["note"]))}
    put(clone.library, note, deleted=1)
    stage.tell(f"zotero: note {note.key} of {works} into the trash")
    if pick[1] % 2:
        sync(stage, clone, pick)
    before = clone.text(NOTES)
    edit_summary(stage, clone, works, pick)
    if clone.text(NOTES) == before:
        return
    outcome = run(stage, clone, intent.SYNC)
    present = {one.key: one for one in clone.library.read().items}[note.key]
    if outcome.failures or not present.is_trashed:
        return
    for report in outcome.last.plan.reports:
        if isinstance(report, MissingNote) and report.row.note == note.key:
            # An edit of a summary that never agreed with the note goes nowhere until `resolve`.
            if {"summary", "sections"} & report.row.diverged:
                return
            raise Violation(f"the note {note.key} stays deleted although its summary was edited")


def _is_note_of_ours(one: LibraryItem) -> bool:
    return one.data["itemType"] == "note" and not one.is_trashed and bool(one.data.get("note"))


def refuse(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Have the library refuse some of what a run writes."""
    direction = (intent.PUSH, intent.SYNC)[pick[0] % 2]
    stage.tell(f"{direction.name.lower()}, some objects refused")

    def accepts(key: str, _data: object) -> bool:
        return (sum(map(ord, key)) + pick[1]) % 3 > 0

    library = TroubledLibrary(clone.library, is_accepted=accepts)
    watched(stage, clone, direction, lambda: _carry_out(stage, clone, direction, library))


def _carry_out(
    stage: Stage, clone: Clone, direction: Intent, library: Library | None = None
) -> FinishedRun:
    workspace = replace(clone.workspace, library=library or clone.library)
    first_id, options = ROW_IDS.next, Options(direction)
    prepared, quiet = prepare(workspace, options), prepare_quietly(workspace, options)
    # A quiet run names few links: what a history judges by is the plan over all of them.
    stage.plan = prepared.plan
    require_no_needless_conflict(stage, clone, prepared)
    if quiet is not None and caches.does_the_same(quiet, prepared):
        return caches.carried_out_quietly(stage, quiet, prepared)
    if quiet is not None and not stage.has_wrong_cache:
        raise Violation("a run that read a part missed what was to be done or told")
    if prepared.stop is not None:
        raise Violation(f"the guard stops a small run: {prepared.stop}")
    if quiet is None:
        return carry_out(prepared, silent)
    with nullcontext() if library else caches.as_without_cache(clone, prepared, first_id):
        return caches.carried_out_misled(stage, clone, quiet, prepared, first_id)


# --- what a run may not do


def watched(stage: Stage, clone: Clone, direction: Intent, carry: Callable[[], object]) -> None:
    """Do something with the tool, and fail if it does what it may not."""
    texts = {name: clone.text(name) for name in stage.digests}
    sights = sights_of(stage, clone)
    version = clone.library.version()

    with leaving_other_clones_alone(stage, clone):
        done = recorded(stage, clone, carry)

    now = sights_of(stage, clone)
    for end, before in sights.items():
        _judge(stage, end, before, now[end])
        _require_none_back(stage, end, (before, now[end]), done)
        judge_numbers(stage, end, before, now[end])
    for name, text in texts.items():
        judge_bytes(name, text, clone.text(name), is_rearranged=_is_rearranged(stage.plan, name))
    if direction is intent.PULL and clone.library.version() != version:
        raise Violation("a pull wrote into the library")
    is_one_way = direction in (intent.PUSH, FillIn())
    if is_one_way and texts != {name: clone.text(name) for name in texts}:
        raise Violation(f"{direction.name.lower()} wrote a digest")


@contextmanager
def leaving_other_clones_alone(stage: Stage, clone: Clone) -> Iterator[None]:
    """Fail if another clone is written meanwhile."""
    others = [one for one in stage.clones if one is not clone]
    untouched = [one.files() for one in others]
    yield
    if untouched != [one.files() for one in others]:
        raise Violation("another clone was written")


def sights_of(stage: Stage, clone: Clone) -> dict[str, Sight]:
    """Return what stands in each file of a clone, and in its library."""
    ends = {f"{clone.root.name}/{name}": sight_of(clone, name) for name in stage.sources}
    return {**ends, f"zotero {id(clone.library)}": library_sight(clone.library)}


def _judge(stage: Stage, end: str, before: Sight, after: Sight) -> None:
    lost = [
        one
        for one in stage.memory.lost(before.set, after.set)
        if end in stage.taken_back.get(one, {end})
    ]
    if lost:
        raise Violation(f"{end} lost {' '.join(lost)}")


def _require_none_back(stage: Stage, end: str, sights: tuple[Sight, Sight], done: Done) -> None:
    """Fail if a bullet is back at `end` that a person took out.

    A note that comes out of the trash comes with what it holds, if a digest here shows the same:
    that somebody took it out in the other clone, or in the other copy of the library, and brought
    it nowhere yet, nothing here tells.
    """
    returned = [
        one
        for one in stage.memory.returned(end, *(sight.set for sight in sights))
        if end in stage.brought_back.get(one, {end})
    ]
    unknown = _out_of_trash(stage, done) if returned else frozenset[str]()
    if returned := [one for one in returned if one not in unknown]:
        raise Violation(f"{end} has {' '.join(returned)} back, which a person took out")


def _out_of_trash(stage: Stage, done: Done) -> frozenset[str]:
    """Return what stands in an object that came out of the trash, where it stood as well, and
    stood in a digest.
    """
    shown, held, now = shown_in(done.before), held_in(done.before), shown_in(done.after)
    restored = (
        held[place] & tokens for place, tokens in now.items() if place in held.keys() - shown.keys()
    )
    in_digests = (shown.get(name, frozenset()) for name in stage.digests)
    return frozenset().union(*restored) & frozenset().union(*in_digests)


def judge_numbers(stage: Stage, end: str, before: Sight, after: Sight) -> None:
    """Fail if something stands twice that did not.

    What an item got by a merge shows in the entries that are linked to it, besides the entry that
    it was written in, if that is linked no more or to another item. A restored item gets a note and
    links of its own if no lock file tells where those of its entry went. What git put into the
    entry of another work shows at the items of both: the item of an entry that is gone keeps all.
    """
    may_double = stage.merged if stage.may_mingle else set[int]()
    may_double = may_double | stage.restored if end.startswith("zotero") else may_double
    doubled = [
        one
        for one, number in after.tokens.items()
        if number > max(1 + len(stage.strayed.get(plain(one), ())), before.tokens[one])
    ]
    doubled = [one for one in doubled if work_of(one) not in may_double]
    if doubled and not stage.has_twins:
        raise Violation(f"{end} has {' '.join(doubled)} twice")


def _is_rearranged(plan: Plan, name: str) -> bool:
    """Tell whether entries of a digest come, go or move, or a heading gets another name."""
    for action in plan.actions:
        match action:
            case CreateEntry(digest=digest) | RenameHeading(digest=digest) if digest == name:
                return True
            case MoveEntry(entry=entry) | RemoveEntry(entry=entry) if entry.digest == name:
                return True
            case _:
                pass
    return False


_ANNOTATIONS = re.compile(
    r"^(?:> ?)?<!-- zotero-annotations.*?<!-- /zotero-annotations[^\n]*\n", re.MULTILINE | re.DOTALL
)


def judge_bytes(name: str, before: str, after: str, *, is_rearranged: bool) -> None:
    """Fail if a line went or came that holds no value; blank ones may beside a moved entry.

    Annotations come and go.
    """
    old, new = (_ANNOTATIONS.sub("", it).splitlines(keepends=True) for it in (before, after))
    for tag, start, end, first, last in SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if tag == "equal":
            continue
        odd = [line for line in (*old[start:end], *new[first:last]) if not _has_value(line)]
        if is_rearranged:
            odd = [line for line in odd if line.strip("> \n") and not line.startswith("## ")]
        if odd:
            raise Violation(f"{name}: lines that hold no value changed: {odd}")


def _has_value(line: str) -> bool:
    return TOKEN.search(line) is not None or line.startswith("> Task:") or "/arxiv.org/" in line


# --- what is lost beside runs


def lose_lock(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Lose the lock file."""
    (clone.root / LOCK).unlink(missing_ok=True)
    stage.has_lost_base = True
    stage.tell("the lock file is lost")


def lose_state(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Lose what this machine alone knows; not where its library may be behind, unknown to it."""
    if len(stage.libraries) > 1:
        return
    clone.lose_state()
    stage.tell("the state is lost")
