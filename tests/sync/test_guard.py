"""Law 5: a push that changes or clears one field in suspiciously many entries stops."""

from __future__ import annotations

import pytest

from tests.made_once import made_once
from tests.sync.digests import notes, quoted
from tests.sync.world import World
from zoterodigest.sync.run.failures import TooMuch
from zoterodigest.sync.run.run import Options
from zoterodigest.sync.syncing.sync_run import carry_out


def a_digest(venue: str, task: str, *, edited: int, papers: int = 40) -> str:
    return notes(
        *(
            quoted(
                f"Restoring Picture {number} with a Model of its Own",
                f"2401.{10000 + number}",
                venue=venue if number < edited else "CVPR 2023",
                task=task if number < edited else "image restoration",
                bullets=(f"Picture {number} becomes sharp.",),
            )
            for number in range(papers)
        )
    )


@pytest.fixture
def pushed(world: World) -> World:
    """A pushed digest of 40 papers."""

    def make() -> None:
        world.markdown("Notes.md", a_digest("CVPR 2023", "image restoration", edited=0))
        world.push()

    made_once(world.root, make)
    world.digests[:] = ["Notes.md"]
    return world


def test_a_first_push_is_not_stopped_however_large_it_is(pushed: World) -> None:
    assert len(pushed.items()) == 40


def test_an_edit_of_one_field_in_25_entries_passes(pushed: World) -> None:
    pushed.markdown("Notes.md", a_digest("ICCV 2023", "image restoration", edited=25))

    assert pushed.prepare().stop is None


def test_an_edit_of_one_field_in_26_entries_stops_with_examples(pushed: World) -> None:
    pushed.markdown("Notes.md", a_digest("ICCV 2023", "image restoration", edited=26))

    stop = pushed.prepare().stop

    assert stop is not None
    assert (stop.name, stop.end, stop.count, stop.limit) == ("venue", "markdown", 26, 25)
    assert len(set(stop.examples)) == 5
    assert {row.id for row in pushed.plan().rows} >= set(stop.examples)


def test_a_plan_that_is_stopped_is_not_carried_out_by_whoever_asks(pushed: World) -> None:
    pushed.markdown("Notes.md", a_digest("ICCV 2023", "image restoration", edited=26))
    before = pushed.traces(), pushed.everything()

    with pytest.raises(TooMuch) as stopped:
        carry_out(pushed.prepare(), lambda done, total: None)

    assert "venue would change in 26 entries" in str(stopped.value)
    assert (pushed.traces(), pushed.everything()) == before


def test_the_person_may_allow_more_changes(pushed: World) -> None:
    pushed.markdown("Notes.md", a_digest("ICCV 2023", "image restoration", edited=26))

    prepared = pushed.prepare(Options(max_changes=26))

    assert prepared.stop is None
    assert carry_out(prepared, lambda done, total: None).failures == ()
    tags = [pushed.tags(title) for title in pushed.keys_by_title()]
    assert sum("venue:ICCV" in tag for tag in tags) == 26
    assert pushed.plan().is_settled


@pytest.mark.parametrize(("cleared", "stops"), [(10, False), (11, True)])
def test_clearing_a_field_in_more_than_ten_entries_stops(
    pushed: World, cleared: int, stops: bool
) -> None:
    pushed.markdown("Notes.md", a_digest("CVPR 2023", "", edited=cleared))

    assert (pushed.prepare().stop is not None) == stops
    assert pushed.prepare(Options(allow_removals=True)).stop is None


def test_entries_that_leave_their_digest_do_not_count(pushed: World) -> None:
    pushed.markdown("Notes.md", a_digest("CVPR 2023", "image restoration", edited=0, papers=1))
    before = pushed.everything()

    pushed.push()

    assert pushed.everything() == before
