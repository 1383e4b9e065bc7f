"""What is kept for speed may be anything when a command runs, and changes nothing but time.

It is there or gone, damaged, of another version, or wrong: in order as a file, with values that are
not so. A wrong one may hide a change. It never writes one, and once it is deleted, the change is
found as if it had not been there.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.sync.histories.effects import EFFECTS
from tests.sync.histories.model import Violation
from tests.sync.histories.recorded import recorded
from tests.sync.histories.row_ids import ROW_IDS
from tests.sync.histories.stage import STATE, Clone, Stage, copy_of
from tests.sync.trouble import silent
from zoterodigest.core.plan.plan import Action, ChangeItem
from zoterodigest.core.plan.seen import Seen
from zoterodigest.core.reconcile import quiet as core_quiet
from zoterodigest.core.reconcile.link_keys import Keys
from zoterodigest.project.kept import as_kept, keep, kept_value
from zoterodigest.project.memory import read_memory
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.leaving_marks import leave_marks
from zoterodigest.sync.run.run import Options, Prepared, prepare
from zoterodigest.sync.syncing.entries_now import as_read
from zoterodigest.sync.syncing.remembering import seen_by
from zoterodigest.sync.syncing.sync_run import FinishedRun, carry_out

Cache = tuple[str, int]
"""What is with the cache of a clone when a step begins; the number chooses what exactly."""

AS_IT_IS = ("as it is", 0)
_EVERY = 4
"""One history in so many has caches: to leave the marks of a settled run takes a while."""
_SYNC = Options(intent.SYNC)


def caches_of(seed: int, steps: int) -> list[Cache]:
    """Return what is with the cache at each step of a seed, and at its end.

    The chance is one of its own: what else happens in the history is the same without caches.
    """
    chance = random.Random(f"caches of {seed}")
    if chance.randrange(_EVERY):
        return [AS_IT_IS] * (steps + 1)
    modes = chance.choices(list(_MODES), [weight for weight, _ in _MODES.values()], k=steps + 1)
    return [(mode, chance.randrange(10_000)) for mode in modes]


@contextmanager
def cached(stage: Stage, clone: Clone, cache: Cache) -> Iterator[None]:
    """Have the cache of a clone be like this while a step begins; a wrong one goes with it."""
    mode, pick = cache
    _, change = _MODES[mode]
    change(clone, pick)
    stage.has_wrong_cache = mode == _WRONG
    if cache != AS_IT_IS:
        stage.tell(f"  its cache: {mode}, {pick}")
    try:
        yield
    finally:
        if stage.has_wrong_cache:
            _lose(clone)
        stage.has_wrong_cache = False


# --- what may be with a cache


def _leave_as_it_is(_clone: Clone, _pick: int) -> None:
    """Leave what earlier runs left."""


def _warm(clone: Clone, _pick: int) -> None:
    """Leave what a sync leaves that finds nothing to do, if there is nothing to do."""
    with ROW_IDS.unspent():
        prepared = prepare(clone.workspace, _SYNC)
    # A sync that remembers something new leaves no marks of what was remembered before.
    if prepared.is_settled and not prepared.gathered.recovers:
        leave_marks(prepared, _seen_after(prepared))


def _lose(clone: Clone, pick: int = 0) -> None:
    if pick % 2:
        for path in _marks(clone):
            path.unlink()
    else:
        shutil.rmtree(clone.root / STATE / "cache", ignore_errors=True)


def _damage(clone: Clone, pick: int) -> None:
    """Flip a bit, or many, of what a settled run left; or cut it off."""
    _warm(clone, pick)
    chance = random.Random(pick)
    for path in _marks(clone):
        flip_bits(path, chance)


def flip_bits(path: Path, chance: random.Random) -> None:
    """Flip a bit of a file, or many, or cut it off."""
    data = bytearray(path.read_bytes())
    if not data:
        return
    for _ in range(chance.choice((1, 1, 10, 100))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    length = chance.choice((0, 100, len(data) // 2, *5 * (len(data),)))
    path.write_bytes(data[:length])


def _put_another_version(clone: Clone, pick: int) -> None:
    """Have what another version left, for which all that stands now is in sync."""
    _mislead(clone)
    state_folder = clone.root / STATE
    for path in _marks(clone):
        if "engine" in (head := kept_value(state_folder, path.name)):
            keep(state_folder, {path.name: as_kept({**head, "engine": "another"})})


def _put_wrong_values(clone: Clone, pick: int) -> None:
    """Have all that stands now be in sync for the cache, or nothing bear on anything else."""
    if pick % 3:
        _mislead(clone)
    else:
        with pytest.MonkeyPatch.context() as patch:
            for name in ("keys_of_item", "keys_of_link"):
                patch.setattr(core_quiet, name, lambda *_: Keys())
            _warm(clone, pick)


def _mislead(clone: Clone) -> None:
    """Leave the marks that a sync would leave if nothing were to be done or told."""
    _lose(clone)
    with ROW_IDS.unspent():
        prepared = prepare(clone.workspace, _SYNC)
    plan, seen = prepared.plan, prepared.gathered.seen
    settled = replace(
        plan,
        actions=(),
        reports=(),
        rows=plan.rows_before,
        collection_rows=plan.collection_rows_before,
    )
    if seen is not None:
        leave_marks(replace(prepared, plan=settled), seen)


def _marks(clone: Clone) -> list[Path]:
    return sorted((clone.root / STATE / "cache").glob("marks-*"))


_WRONG = "wrong"
_MODES: dict[str, tuple[int, Callable[[Clone, int], None]]] = {
    "as it is": (3, _leave_as_it_is),
    "warm": (4, _warm),
    "gone": (1, _lose),
    "damaged": (2, _damage),
    "of another version": (1, _put_another_version),
    _WRONG: (2, _put_wrong_values),
}
"""What may be with the cache of a clone, and how often."""


# --- what a run may do by a cache


def does_the_same(quiet: Prepared, prepared: Prepared) -> bool:
    """Tell whether a run that went by its cache does and tells what one does that read all."""
    return _deeds(quiet) == _deeds(prepared)


def _deeds(prepared: Prepared) -> tuple[object, ...]:
    plan = prepared.plan
    return plan.actions, plan.reports, prepared.writes, prepared.is_settled, prepared.totals


def carried_out_quietly(stage: Stage, quiet: Prepared, prepared: Prepared) -> FinishedRun:
    """Carry out a run that went by its cache; fail if it remembers anything else than `prepared`
    does, the same run, which read everything. A wrong cache may hide what is to be remembered.
    """
    outcome = carry_out(quiet, silent)
    if prepared.is_settled:
        _require_same_memory(prepared, may_stay=stage.has_wrong_cache)
    return replace(outcome, prepared=prepared)


def _require_same_memory(prepared: Prepared, *, may_stay: bool) -> None:
    gathered, workspace, expected = prepared.gathered, prepared.workspace, _seen_after(prepared)
    present = read_memory(workspace.memory_path, gathered.lock, gathered.lock_data)
    if EFFECTS.has_raised and present == gathered.seen:
        return  # A full disk: a settled run goes on without its memory, and remembers later.
    stays = may_stay and present == replace(gathered.seen or Seen(), version=expected.version)
    if gathered.lock.rows and present != expected and not stays:
        raise Violation(f"a run by its cache remembers {present}, and not {expected}")


def carried_out_misled(
    stage: Stage, clone: Clone, quiet: Prepared, prepared: Prepared, first_id: int
) -> FinishedRun:
    """Carry out a run that a wrong cache misled, then, without the cache, the one that reads all.

    Fail if the first one does anything that `prepared` does not, which read everything.
    """
    actions = prepared.plan.actions
    if wrong := [one for one in quiet.plan.actions if not any(_is_part(one, it) for it in actions)]:
        raise Violation(f"a wrong cache has something written: {wrong}")
    done = recorded(stage, clone, lambda: carry_out(quiet, silent))
    if not quiet.plan.actions and done.before != done.after:
        raise Violation("a run with nothing to do wrote something")
    _lose(clone)
    ROW_IDS.next = first_id
    outcomes = list[FinishedRun]()

    def read_all() -> None:
        again = prepare(prepared.workspace, prepared.options)
        outcomes.append(carry_out(again, silent))

    recorded(stage, clone, read_all)
    return outcomes[0]


def _is_part(action: Action, whole: Action) -> bool:
    """Tell whether an action does what `whole` does, or some of it.

    A wrong cache may hide another link of the item, which brings edits of its own.
    """
    if not (isinstance(action, ChangeItem) and isinstance(whole, ChangeItem)):
        return action == whole
    is_of_same = action.key == whole.key and {*action.row_ids} <= {*whole.row_ids}
    return is_of_same and all(whole.after.get(name) == it for name, it in action.after.items())


def _seen_after(prepared: Prepared) -> Seen:
    """Return what a run remembers that finds nothing to do."""
    gathered = prepared.gathered
    return seen_by(prepared, as_read(prepared), gathered.lock, gathered.contents)


@contextmanager
def as_without_cache(clone: Clone, prepared: Prepared, first_id: int) -> Iterator[None]:
    """Fail if in the end anything is otherwise than after `prepared`, which read everything."""
    twin = Clone(clone.root.with_name(f"{clone.root.name}-twin"), copy_of(clone.library))
    shutil.copytree(clone.root, twin.root)
    yield
    after = ROW_IDS.next
    ROW_IDS.next = first_id
    carry_out(prepare(twin.workspace, prepared.options), silent)
    if held_by(clone) != held_by(twin):
        raise Violation("a wrong cache, deleted since, changes what stands in the end")
    ROW_IDS.next = after
    shutil.rmtree(twin.root)


def held_by(clone: Clone) -> tuple[object, ...]:
    """Return what files and library hold, but for numbers of versions."""
    snapshot = clone.library.read()
    collections = [replace(one, version=0) for one in snapshot.collections]
    return clone.files(), [(one.key, one.data) for one in snapshot.items], collections
