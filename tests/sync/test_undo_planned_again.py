"""A sync that planned again, as somebody edited while it wrote, is one run to undo."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest

from tests.sync.commands import Command, Ran, words
from tests.sync.digests import notes, quoted
from tests.sync.disturbing import kills
from tests.sync.recovery import copy_of, few_and_adopted
from tests.sync.test_killed_undo import EACH_ONE
from tests.sync.test_undo import digest, history, live, lock, undone
from tests.sync.trouble import silent, troubled
from tests.sync.world import World
from zoterodigest.core.plan.history import run_to_undo
from zoterodigest.library.port import BadLibrary
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.sync_run import FinishedRun, carry_out

SWIN = "Restoring Images with Shifted Windows"
GAN = "Adversarial Losses for Sharper Pictures"
SYNC = Options(intent.SYNC)


@pytest.fixture
def edited(tmp_path: Path) -> World:
    """Two papers in sync, and then edits at both ends of one, and in the entry of the other."""
    (tmp_path / "edited").mkdir()
    world = World(tmp_path / "edited")
    world.markdown("Notes.md", notes(quoted(SWIN, "2401.00001"), quoted(GAN, "2401.00002")))
    world.first_push()
    world.edit("Notes.md", (f"**{SWIN}**  \n> *arXiv 2024*", f"**{SWIN}**  \n> *CVPR 2025*"))
    world.edit("Notes.md", (f"**{GAN}**  \n> *arXiv 2024*", f"**{GAN}**  \n> *ICML 2024*"))
    world.change_note(SWIN, lambda html: html.replace("It is fast.", "It is very fast."))
    return world


def edit_gan(world: World) -> None:
    """Have somebody edit what a sync is about to write: another field, which goes to the digest."""
    world.change(world.key(GAN), title="Adversarial Losses for Sharp Pictures")


def disturbed(world: World, *edits: Callable[[World], None]) -> FinishedRun:
    """Sync while somebody edits: before the first write into the library, before the second, …"""

    def edit(number: int) -> None:
        if number <= len(edits):
            edits[number - 1](world)

    outcome = carry_out(prepare(troubled(world, before=edit), SYNC), silent)
    assert outcome.planned_again == 1
    return outcome


def test_a_sync_that_planned_again_is_one_run_in_the_log(edited: World) -> None:
    outcome = disturbed(edited, edit_gan)

    (_, run) = history(edited).runs
    assert (run.number, run.command, run.is_finished) == (2, "sync", True)
    assert outcome.counts == run.counts
    assert (run.counts["items"], run.counts["digests"]) == (2, 1)
    assert edited.plan(SYNC).is_settled


def test_one_undo_takes_back_all_of_a_sync_that_planned_again(edited: World) -> None:
    markdown, links = digest(edited), lock(edited)
    library = live(copied_and_edited(edited))
    disturbed(edited, edit_gan)

    done = undone(edited)

    assert done.declined == ()
    assert digest(edited) == markdown
    assert live(edited) == library
    assert lock(edited) == links
    assert run_to_undo(history(edited).runs) == 1


def copied_and_edited(world: World) -> World:
    """Return a copy in which the edit was made that disturbs the sync."""
    copied = copy_of(world, world.root.with_name("copied"))
    edit_gan(copied)
    return copied


def test_a_redo_does_all_of_it_again(edited: World) -> None:
    disturbed(edited, edit_gan)
    left = digest(edited), live(edited), lock(edited)
    undone(edited)

    done = undone(edited, 3)

    assert done.declined == ()
    assert (digest(edited), live(edited), lock(edited)) == left
    assert edited.plan(SYNC).is_settled


def test_what_somebody_edited_between_its_two_plans_stays(edited: World) -> None:
    def edit_both(world: World) -> None:
        edit_gan(world)
        world.change_note(SWIN, lambda html: html.replace("It is", "It surely is"))

    disturbed(edited, edit_both)

    undone(edited)

    assert "It surely is very fast." in edited.note(SWIN)
    assert edited.item("Adversarial Losses for Sharp Pictures")


def test_a_line_that_both_plans_wrote_goes_back_to_what_stood_there_first(edited: World) -> None:
    edited.change(edited.key(GAN), extra="Read twice")
    edited.change_note(GAN, lambda html: html.replace("It is fast.", "It is slow."))
    markdown = digest(edited)

    def edit_again(world: World) -> None:
        world.change_note(GAN, lambda html: html.replace("It is slow.", "It is very slow."))
        edit_gan(world)

    disturbed(edited, edit_again)
    assert b"It is very slow." in digest(edited)

    done = undone(edited)

    assert done.declined == ()
    assert digest(edited) == markdown
    assert "It is very slow." in edited.note("Adversarial Losses for Sharp Pictures")


def bases(world: World) -> list[object]:
    """Return what the lock file says that the ends of each link agree on."""
    return [(row.id, row.item, row.note, row.state, row.bases) for row in lock(world).rows]


class _Disturbed(Command):
    """A sync while which somebody edits."""

    def run(self, world: World) -> Ran:
        disturbed(world, edit_gan)
        return Ran(0, "", "")


DISTURBED = _Disturbed(few_and_adopted, words("sync"))


@pytest.mark.parametrize("step", [pytest.param(8, id="some"), EACH_ONE])
def test_killed_anywhere_it_is_taken_back_by_one_undo(
    edited: World, step: int, tmp_path: Path
) -> None:
    before = digest(edited), bases(edited)

    for killed in islice(kills(DISTURBED, edited, tmp_path / "kills"), 1, None, step):
        if run_to_undo(history(killed).runs) == 2:
            assert undone(killed).declined == (), f"after the kill at {killed.root.name}"
        assert (digest(killed), bases(killed)) == before, f"after the kill at {killed.root.name}"
        assert run_to_undo(history(killed).runs) == 1


def test_the_library_that_goes_away_in_the_second_plan_leaves_one_run(edited: World) -> None:
    markdown, links = digest(edited), lock(edited)

    def go_away(_world: World) -> None:
        raise BadLibrary("the library went away")

    with pytest.raises(BadLibrary):
        disturbed(edited, edit_gan, go_away)

    (_, run) = history(edited).runs
    assert (run.is_finished, run.stopped) == (False, "the library went away")
    assert undone(edited).declined == ()
    assert (digest(edited), lock(edited)) == (markdown, links)
