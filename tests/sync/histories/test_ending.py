"""A sync that is only planned at the end of a history leaves what one leaves that is run."""

from __future__ import annotations

import shutil

import pytest

from tests.sync.histories.caches import held_by
from tests.sync.histories.ending import put_as_planned
from tests.sync.histories.play import fast_and_alike, history_of, play
from tests.sync.histories.row_ids import ROW_IDS
from tests.sync.histories.stage import Clone, copy_of
from tests.sync.trouble import silent
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options, Prepared, prepare
from zoterodigest.sync.syncing.sync_run import carry_out

SYNC = Options(intent.SYNC)
SEEDS, DEEP_SEEDS = range(4), range(4, 600)


def copied(clone: Clone, name: str) -> Clone:
    copy = Clone(clone.root.with_name(f"{clone.root.name}-{name}"), copy_of(clone.library))
    shutil.rmtree(copy.root, ignore_errors=True)
    shutil.copytree(clone.root, copy.root)
    return copy


class Compared:
    """Counts the moments at which a sync had something to write, and compares both ways of it."""

    number = 0

    def look(self, clone: Clone) -> None:
        if not self._planned(clone):
            return
        self.number += 1
        put, synced = copied(clone, "put"), copied(clone, "synced")
        with ROW_IDS.unspent():
            put_as_planned(prepare(put.workspace, SYNC))
        with ROW_IDS.unspent():
            carry_out(prepare(synced.workspace, SYNC), silent)

        assert held_by(put) == held_by(synced)
        memories = (one.workspace.memory_path.read_bytes() for one in (put, synced))
        assert next(memories) == next(memories)
        with ROW_IDS.unspent():
            assert self._next(put) == self._next(synced)

    def _planned(self, clone: Clone) -> bool:
        with ROW_IDS.unspent():
            prepared = prepare(clone.workspace, SYNC)
        return not (prepared.is_settled or prepared.gathered.recovers)

    def _next(self, clone: Clone) -> tuple[object, ...]:
        prepared: Prepared = prepare(clone.workspace, SYNC)
        return prepared.plan.actions, prepared.plan.reports, prepared.plan.rows


def require_same(seeds: range) -> int:
    compared = Compared()
    with fast_and_alike() as room:
        for seed in seeds:
            assert play(history_of(seed), room, compared.look) is None, seed
    return compared.number


def test_a_sync_put_as_it_is_planned_leaves_what_one_leaves_that_is_run() -> None:
    assert require_same(SEEDS) > len(SEEDS)


@pytest.mark.deep
def test_many_syncs_put_as_they_are_planned_leave_what_they_leave_when_they_are_run() -> None:
    assert require_same(DEEP_SEEDS) > len(DEEP_SEEDS)
