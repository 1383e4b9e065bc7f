"""What is drawn for the caches of histories is what it says it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sync.histories import by_zotero
from tests.sync.histories.caches import Cache, cached
from tests.sync.histories.opening import open_stage
from tests.sync.histories.play import fast_and_alike
from tests.sync.histories.stage import Stage
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.quiet_run import prepare_quietly, prepare_run
from zoterodigest.sync.run.run import Options, prepare

SYNC = Options(intent.SYNC)


@pytest.fixture
def stage() -> Iterator[Stage]:
    with fast_and_alike() as room:
        yield open_stage(room, has_copies=False, has_bib=False, has_lookups=False)


def test_by_a_warm_cache_a_run_finds_nothing_to_do(stage: Stage) -> None:
    clone = stage.clones[0]
    with cached(stage, clone, ("gone", 0)):
        assert prepare_quietly(clone.workspace, SYNC) is None

    with cached(stage, clone, ("warm", 0)):
        assert prepare_quietly(clone.workspace, SYNC) is not None


@pytest.mark.parametrize(
    "cache",
    [("gone", 0), ("gone", 1), ("of another version", 0)],
    ids=str,
)
def test_by_what_is_no_cache_of_ours_every_run_reads_all(stage: Stage, cache: Cache) -> None:
    clone = stage.clones[0]

    with cached(stage, clone, cache):
        assert prepare_quietly(clone.workspace, SYNC) is None


def test_a_wrong_cache_hides_a_change_as_long_as_the_step_lasts(stage: Stage) -> None:
    clone = stage.clones[0]
    by_zotero.edit(stage, clone, (1, 2, 3))

    with cached(stage, clone, ("wrong", 1)):
        quiet = prepare_quietly(clone.workspace, SYNC)

    assert quiet is not None
    assert quiet.is_settled
    assert not prepare(clone.workspace, SYNC).is_settled
    assert not prepare_run(clone.workspace, SYNC).is_settled
