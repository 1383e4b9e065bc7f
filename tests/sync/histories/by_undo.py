"""What is taken back: undo of any run, of an undo too, and what an undo may not do.

What the run brought may go, what it took out may come back, each at its own place; what stays has
to be told. Where nothing was done since, all is as it was before the run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from tests.sync.histories.by_markdown import Pick
from tests.sync.histories.by_markdown import edit as edit_markdown
from tests.sync.histories.by_tool import (
    Trouble,
    come_to_trouble,
    judge_bytes,
    judge_numbers,
    leaving_other_clones_alone,
    sights_of,
    sync,
    wishing_for_what_is_forgotten,
)
from tests.sync.histories.by_zotero import edit as edit_zotero
from tests.sync.histories.effects import Killed
from tests.sync.histories.model import Violation
from tests.sync.histories.recorded import (
    Tokens,
    digests_of,
    held_in,
    history_of,
    live_in,
    recorded,
    shown_in,
    state_of,
)
from tests.sync.histories.stage import LOCK, Clone, Done, Stage, State
from tests.sync.trouble import silent
from zoterodigest.core.plan.history import RunSummary, run_to_redo, run_to_undo
from zoterodigest.library.port import Library
from zoterodigest.project.running import last_killed
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.items.setting import COMMAND as SET
from zoterodigest.sync.undo.remove_and_unlink import apply_removal, prepare_remove
from zoterodigest.sync.undo.undo import UndoResult, prepare_undo
from zoterodigest.sync.undo.undo import apply_undo as undo_run

_MOST_EFFECTS = 30
_NONE: frozenset[str] = frozenset()
_REDO = 3


def undo(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Undo the newest run, or any, or take an undo back."""
    number = _way(pick)(clone)
    if number:
        _undo(stage, clone, number)


def be_killed(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Kill an undo before one of its side effects; every second time give the command again."""
    number = _way(pick)(clone)
    if not number:
        return
    trouble = Trouble(intent.SYNC, pick[1] % _MOST_EFFECTS + 1, Killed("killed"))
    stage.tell(f"undo {number}, at effect {trouble.place}: {trouble.error!r}")
    done: list[UndoResult] = []

    def carry_out_over(library: Library) -> None:
        done.append(_carry_out(clone, number, library))

    carry = partial(come_to_trouble, stage, clone, trouble, carry_out_over)
    with wishing_for_what_is_forgotten(stage, clone):
        _watched(stage, clone, number, lambda: (carry(), next(iter(done), None))[1])
    if pick[2] % 2:
        again = number if _names_a_run(pick) else _way(pick)(clone)
        if not done and again != number:
            raise Violation(f"an undo of run {number} was killed; the same command means {again}")
        _undo(stage, clone, number)


def sync_first(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Have a sync carry edits of both ends, edit one of them again now and then, undo the sync.

    Every third time it is done again; each of the two may be killed.
    """
    edit_zotero(stage, clone, pick)
    edit_markdown(stage, clone, (pick[1], pick[0], pick[2]))
    sync(stage, clone, pick)
    newest = pick[0] - pick[0] % 4
    if pick[0] % 4 == 1:
        edit_zotero(stage, clone, pick)
    elif pick[0] % 4 == 2:
        edit_markdown(stage, clone, (pick[1], pick[0], pick[2]))
    (be_killed if pick[1] % 2 else undo)(stage, clone, (newest, pick[2], pick[1] // 2))
    if pick[2] % 3 == 0:
        (be_killed if pick[0] % 8 < 6 else undo)(stage, clone, (newest + _REDO, pick[0], pick[1]))


def remove(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Take back all that the tool made, edit something now and then, and undo that: it may be
    killed.
    """
    leaving = prepare_remove(clone.workspace)
    stage.tell("remove")
    with leaving_other_clones_alone(stage, clone):
        done = recorded(stage, clone, lambda: apply_removal(leaving, silent))
    _judge_removal(stage, done)
    if done.after.files == done.before.files:
        return
    (lambda *_: None, edit_markdown, edit_zotero)[pick[0] % 3](stage, clone, pick)
    (be_killed if pick[1] % 2 else undo)(stage, clone, (0, pick[2], pick[1] // 2))


def _judge_removal(stage: Stage, done: Done) -> None:
    """Fail if a digest is written, or what people wrote goes with no entry that was taken out."""
    if digests_of(done.before) != digests_of(done.after):
        raise Violation("a removal wrote a digest")
    before, after = (_NONE.union(*shown_in(state).values()) for state in (done.before, done.after))
    dropped = _NONE.union(*stage.dropped.values())
    # What was dropped took the place of what came before it, as if it still stood there.
    lost = stage.memory.lost(before, after | dropped)
    if lost := [one for one in lost if not stage.is_looked_up(one)]:
        raise Violation(f"a removal loses {' '.join(sorted(lost))}")


# --- which run is meant


def _way(pick: Pick) -> Callable[[Clone], int | None]:
    return (_newest, _newest, partial(_any, pick=pick[1]), _redo)[pick[0] % 4]


def _names_a_run(pick: Pick) -> bool:
    return pick[0] % 4 == 2


def _newest(clone: Clone) -> int | None:
    """Return what `undo` means; none where a command was killed before the log had it."""
    killed = last_killed(clone.workspace.project.state_folder)
    if killed is not None and not killed.number and killed.command != "undo":
        return None
    return run_to_undo(history_of(clone).runs)


def _redo(clone: Clone) -> int | None:
    return run_to_redo(history_of(clone).runs)


def _any(clone: Clone, pick: int) -> int | None:
    runs = history_of(clone).runs
    return runs[pick % len(runs)].number if runs else None


# --- undoing


def _undo(stage: Stage, clone: Clone, number: int) -> None:
    stage.tell(f"undo {number}")
    expected = _expected(stage, clone, number)
    undone = _watched(stage, clone, number, lambda: _carry_out(clone, number, clone.library))
    if expected is not None:
        _require_restored(clone, number, expected, undone)


def _carry_out(clone: Clone, number: int, library: Library) -> UndoResult:
    workspace = replace(clone.workspace, library=library)
    run = history_of(clone).run(number)
    return undo_run(prepare_undo(workspace, run), silent)


def _watched(
    stage: Stage, clone: Clone, number: int, carry: Callable[[], UndoResult | None]
) -> UndoResult | None:
    """Undo a run, and fail if something is done that may not; None if the undo was killed."""
    runs = {run.number: run for run in history_of(clone).runs}
    may_go, may_come = _changed(stage, clone, runs, number)
    stage.may_mingle = True  # links may end
    sights, outcomes = sights_of(stage, clone), list[UndoResult | None]()
    with leaving_other_clones_alone(stage, clone):
        done = recorded(stage, clone, lambda: outcomes.append(carry()))
    (undone,) = outcomes

    _judge(done, may_go, may_come)
    _judge_order(stage, clone, number, done)
    for end, sight in sights_of(stage, clone).items():
        stage.memory.returned(end, sights[end].set, sight.set)
        judge_numbers(stage, end, sights[end], sight)
    for name in stage.digests:
        texts = (state.files.get(name, b"").decode() for state in (done.before, done.after))
        judge_bytes(name, *texts, is_rearranged=True)
    if undone is not None and runs[number].is_finished:
        _require_told(stage.runs[clone.root, number], done, undone)
    _remember(stage, clone, stage.runs[clone.root, number], done, is_killed=undone is None)
    _decide(stage, runs, number, done)
    return undone


def _changed(
    stage: Stage, clone: Clone, runs: Mapping[int, RunSummary], number: int
) -> tuple[Tokens, Tokens]:
    """Return what a run brought to each place and what it took out: of a killed one, what it may
    have meant to.
    """
    run = runs[number]
    done = stage.runs[clone.root, number]
    before, after = shown_in(done.before), shown_in(done.after)
    if run.is_finished:
        took, changed = _less(before, after), _less(held_in(done.before), held_in(done.after))
        # Of what it took out of the trash, what it changed there goes back too, wherever it is.
        return _less(after, before), {
            place: took.get(place, _NONE) | changed.get(place, _NONE) for place in changed
        }
    if run.undoes in runs:
        return _changed(stage, clone, runs, run.undoes)[::-1]
    known = _NONE.union(*before.values(), stage.looked_up)
    return {place: known - before.get(place, _NONE) for place in before.keys() | after}, before


def _less(one: Tokens, other: Tokens) -> Tokens:
    return {place: tokens - other.get(place, _NONE) for place, tokens in one.items()}


def _judge(done: Done, may_go: Tokens, may_come: Tokens) -> None:
    """Fail if something goes, or comes back, where the run has not done the reverse.

    What comes out of the trash comes as it is there: another copy may have edited it meanwhile.
    """
    before, after = shown_in(done.before), shown_in(done.after)
    held = held_in(done.before)
    for place in sorted(before.keys() | after.keys()):
        then, now = before.get(place, _NONE), after.get(place, _NONE)
        if lost := then - now - may_go.get(place, _NONE):
            raise Violation(f"an undo takes {' '.join(sorted(lost))} out of {place}")
        if added := now - then - may_come.get(place, _NONE) - held.get(place, _NONE):
            raise Violation(f"an undo brings {' '.join(sorted(added))} into {place}")


def _judge_order(stage: Stage, clone: Clone, number: int, done: Done) -> None:
    """Fail if something comes back beside what was written over it.

    What stood beside it before the run may, and what was written over that meanwhile.
    """
    beside = shown_in(stage.runs[clone.root, number].before)
    before, after = shown_in(done.before), shown_in(done.after)
    over = stage.memory.over
    for place, now in sorted(after.items()):
        stood = beside.get(place, _NONE)
        for token in sorted(now - before.get(place, _NONE)):
            heirs = {one for one in now if token in over.get(one, _NONE)}
            known = {one for one in stood if token in over.get(one, _NONE)}
            heirs = {one for one in heirs if known.isdisjoint({one, *over[one]})}
            if heirs:
                raise Violation(f"{place} has {token} back beside {' '.join(sorted(heirs))}")


def _require_told(run: Done, done: Done, undone: UndoResult) -> None:
    """Fail if something that a run wrote stays, or does not come back, and nothing says so."""
    held = [held_in(state) for state in (run.before, run.after, done.after)]
    shown = [shown_in(state) for state in (run.before, run.after, done.after)]
    told = {one.key for one in undone.declined}
    parents = _parents(run.before) | _parents(run.after)
    for place in sorted({place for side in held for place in side}):
        then, now, left = (side.get(place, _NONE) for side in shown)
        stays = (now - then) & left
        then, now, left = (side.get(place, _NONE) for side in held)
        lacks = then - now - left
        if (stays or lacks) and told.isdisjoint({place, parents.get(place, place)}):
            what = f"{sorted(stays)} stay, {sorted(lacks)} do not come back"
            raise Violation(f"an undo tells nothing of {place}: {what}")


def _remember(stage: Stage, clone: Clone, run: Done, done: Done, *, is_killed: bool) -> None:
    """What is taken back follows wherever else it was carried to, but not where it came from.

    There it is pending again, even if a person does away with it elsewhere meanwhile.
    """
    before, after = _by_end(stage, clone, done.before), _by_end(stage, clone, done.after)
    origins, carried = (_by_end(stage, clone, state) for state in (run.before, run.after))
    is_let_go = done.before.files.get(LOCK) != done.after.files.get(LOCK)
    for end, tokens in before.items():
        # What was written over it stays, and may go later, as by a git revert: its bases are back.
        # So does what a killed undo left there once its bases were back: git may take that out.
        stays = _NONE if is_killed and is_let_go else tokens
        stage.memory.pending |= carried[end] - origins[end] - stays
        for token in tokens ^ after[end]:
            kept = stage.taken_back if token in tokens else stage.brought_back
            ends = {one for one in origins if (token in origins[one]) == (token in tokens)}
            kept[token] = kept.get(token, set()) | ends
        stage.memory.wished |= tokens - after[end]


def _by_end(stage: Stage, clone: Clone, state: State) -> dict[str, frozenset[str]]:
    """Return what stands at each end that a run is watched at."""
    shown = shown_in(state)
    files = {f"{clone.root.name}/{name}": shown.get(name, _NONE) for name in stage.sources}
    objects = (tokens for place, tokens in shown.items() if place not in stage.sources)
    return files | {f"zotero {id(clone.library)}": _NONE.union(*objects)}


def _decide(stage: Stage, runs: Mapping[int, RunSummary], number: int, done: Done) -> None:
    """What was set by the tool and is taken back was decided by a person, as in Zotero itself."""
    while runs[number].undoes in runs:
        number = runs[number].undoes
    if runs[number].command == SET:
        before, after = shown_in(done.before), shown_in(done.after)
        for place in before.keys() & after.keys():
            stage.memory.decide(before[place], after[place])


def _parents(state: State) -> dict[str, str]:
    return {one.key: str(one.data.get("parentItem", "")) for one in state.library.items}


# --- all as it was


def _expected(stage: Stage, clone: Clone, number: int) -> State | None:
    """Return what an undo is to restore: None if something was done since the run."""
    state, done = state_of(clone), stage.runs[clone.root, number]
    for run in reversed(history_of(clone).runs):
        killed = stage.runs.get((clone.root, run.number))
        is_going_on = run.undoes == number and not run.is_finished and run.number > number
        if killed is None or not is_going_on or not _are_same(killed.after, state):
            break
        state = killed.before
    return done.before if _are_same(done.after, state) else None


def _are_same(one: State, other: State) -> bool:
    return (one.files, one.library.version) == (other.files, other.library.version)


def _require_restored(
    clone: Clone, number: int, expected: State, undone: UndoResult | None
) -> None:
    state = state_of(clone)
    if undone is None or undone.declined:
        declined = undone and undone.declined
        raise Violation(f"an undo of run {number} declines, and nothing was done: {declined}")
    if digests_of(state) != digests_of(expected):
        raise Violation(f"an undo of run {number} does not restore the digests")
    now, then = live_in(state), live_in(expected)
    different = sorted(key for key in now.keys() | then.keys() if now.get(key) != then.get(key))
    if different:
        sides = [(now.get(key), then.get(key)) for key in different]
        raise Violation(f"an undo of run {number} does not restore {different}: {sides}")
