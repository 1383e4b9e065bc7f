"""A note that a person deletes in the library: an edit of its entry brings it back, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.made_once import made_once
from tests.sync.digests import folded, notes, quoted
from tests.sync.world import World, actions, reports
from zoterodigest.core.plan.plan import ChangeNote
from zoterodigest.core.plan.reports import MissingNote, RestoredNote
from zoterodigest.project.log.history import history_folder, read_history
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options
from zoterodigest.sync.undo.undo import apply_undo, prepare_undo

SYNC, PULL = Options(intent.SYNC), Options(intent.PULL)
RELINK = Options(intent.Sync(may_pull=False, relink=True))
TITLE = "Restoring Images with Shifted Windows"
DIGEST = notes(quoted(TITLE, "2401.00001"))


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A digest of one reading note, in sync."""
    world = World(tmp_path)

    def make() -> None:
        world.markdown("notes.md", DIGEST)
        world.push(SYNC)

    made_once(tmp_path, make)
    return World(tmp_path, ["notes.md"])


def lose_note(world: World, how: str) -> str:
    """Have a person delete the note, or all it says; return its key."""
    key = world.note_key(TITLE)
    if how == "trashed":
        world.change(key, deleted=1)
    elif how == "erased":
        world.erase(key)
    else:
        world.change(key, note="")
    return key


@pytest.fixture(params=["trashed", "erased", "emptied"])
def how(request: pytest.FixtureRequest) -> str:
    """How a person did away with the note."""
    return str(request.param)


def ours(world: World) -> list[str]:
    """Return the texts of the live notes with a heading of ours."""
    found = [str(one["note"]) for one in world.children(TITLE).values() if "note" in one]
    return [one for one in found if "zd-" in one]


def test_an_edit_after_the_note_was_deleted_brings_it_back_and_is_reported(
    world: World, how: str
) -> None:
    lose_note(world, how)
    world.push(SYNC)
    world.edit("notes.md", ("It is fast.", "It is very fast."))

    plan = world.push(SYNC).prepared.plan

    (note,) = ours(world)
    assert "It restores images." in note
    assert "It is very fast." in note
    assert len(reports(plan, RestoredNote)) == 1
    assert world.plan(SYNC).is_settled
    assert reports(world.plan(SYNC), MissingNote) == []


def test_an_edit_before_the_sync_that_finds_the_note_deleted_wins_too(
    world: World, how: str
) -> None:
    lose_note(world, how)
    world.edit("notes.md", ("It is fast.", "It is very fast."))

    world.push(SYNC)

    (note,) = ours(world)
    assert "It is very fast." in note
    assert world.plan(SYNC).is_settled


def test_a_note_that_came_back_goes_on_both_ways(world: World, how: str) -> None:
    lose_note(world, how)
    world.edit("notes.md", ("It is fast.", "It is very fast."))
    world.push(SYNC)
    (key,) = (key for key, one in world.children(TITLE).items() if "zd-" in str(one.get("note")))
    world.change(key, note=str(world.notes()[key]["note"]).replace("restores", "repairs"))

    world.push(SYNC)

    assert "It repairs images." in (world.root / "notes.md").read_text(encoding="utf-8")
    assert world.plan(SYNC).is_settled


def test_without_an_edit_a_deleted_note_stays_deleted_and_is_reported(
    world: World, how: str
) -> None:
    lose_note(world, how)

    outcome = world.push(SYNC)

    assert ours(world) == []
    assert len(reports(outcome.prepared.plan, MissingNote)) == 1
    assert world.plan(SYNC).is_settled
    assert (world.root / "notes.md").read_text(encoding="utf-8") == DIGEST


def test_push_relink_brings_a_deleted_note_back(world: World, how: str) -> None:
    lose_note(world, how)
    world.push(SYNC)

    world.push(RELINK)

    (note,) = ours(world)
    assert "It is fast." in note
    assert world.plan(SYNC).is_settled
    assert world.plan(RELINK).is_settled


def test_a_note_comes_out_of_the_trash_with_what_the_person_wrote_into_it(world: World) -> None:
    key = world.note_key(TITLE)
    html = world.note(TITLE)
    world.change(key, note=f"{html}<h2>Private</h2><p>Mine.</p>", deleted=1)
    world.edit("notes.md", ("It is fast.", "It is very fast."))

    plan = world.push(SYNC).prepared.plan

    assert world.note_key(TITLE) == key
    assert "<p>Mine.</p>" in world.note(TITLE)
    assert [one.is_restored for one in plan.actions if isinstance(one, ChangeNote)] == [True]


def test_clearing_the_summary_brings_no_deleted_note_back(world: World, how: str) -> None:
    lose_note(world, how)
    world.edit("notes.md", ("> - It restores images.\n> - It is fast.\n", ""))

    world.push(SYNC)

    assert ours(world) == []
    assert world.plan(SYNC).is_settled


def test_an_edit_of_another_field_brings_no_deleted_note_back(world: World, how: str) -> None:
    lose_note(world, how)
    world.edit("notes.md", ("Task: image restoration", "Task: deblurring"))

    world.push(SYNC)

    assert ours(world) == []


def test_a_run_that_may_not_push_the_summary_leaves_a_deleted_note(world: World, how: str) -> None:
    lose_note(world, how)
    world.edit("notes.md", ("It is fast.", "It is very fast."))

    world.push(PULL)

    assert ours(world) == []
    assert len(reports(world.plan(PULL), MissingNote)) == 1
    assert actions(world.plan(PULL)) == {}
    assert ours(world) == []
    world.push(SYNC)
    assert len(ours(world)) == 1


def test_a_new_section_brings_a_deleted_note_back(tmp_path: Path) -> None:
    world = World(tmp_path)
    title = "Masked Autoencoders Are Scalable Learners"
    text = folded(title, "2111.06377", sections=[("Method", ["It masks."])])
    world.markdown("survey.md", text)
    world.first_push(SYNC)
    world.change(world.note_key(title), deleted=1)
    world.push(SYNC)
    more = folded(
        title, "2111.06377", sections=[("Method", ["It masks."]), ("Results", ["Good ones."])]
    )
    world.markdown("survey.md", more)

    world.push(SYNC)

    assert "Good ones." in world.note(title)
    assert world.plan(SYNC).is_settled


def test_undo_puts_a_note_that_came_back_into_the_trash_again(world: World) -> None:
    key = lose_note(world, "trashed")
    html = world.everything()[key]["note"]
    world.edit("notes.md", ("It is fast.", "It is very fast."))
    world.push(SYNC)
    history = read_history(history_folder(world.root / ".zoterodigest"))
    last = history.run(max(one.number for one in history.runs))

    undone = apply_undo(prepare_undo(world.workspace(), last), lambda done, total: None)

    assert undone.declined == ()
    assert ours(world) == []
    assert world.everything()[key]["note"] == html


def test_a_note_that_a_merge_left_behind_is_made_anew_at_the_item_that_stays(world: World) -> None:
    ours_key, note = world.key(TITLE), world.note_key(TITLE)
    world.put_item("KEEPKEEP", title=TITLE)
    world.merge("KEEPKEEP", ours_key)
    world.change(note, parentItem=ours_key)

    world.push(SYNC)

    (text,) = ours(world)
    assert "It is fast." in text
    assert world.plan(SYNC).is_settled


@pytest.mark.parametrize("asked", [SYNC, RELINK])
def test_a_note_in_the_trash_of_another_item_is_made_anew_at_the_item_of_its_entry(
    world: World, asked: Options
) -> None:
    """It went along with a merge; its item is back since."""
    ours_key, note = world.key(TITLE), world.note_key(TITLE)
    world.put_item("KEEPKEEP", title="Another Title")
    world.merge("KEEPKEEP", ours_key)
    world.change(ours_key, deleted=0)
    world.change(note, deleted=1)
    world.edit("notes.md", ("It is fast.", "It is very fast."))

    world.push(asked)

    (text,) = ours(world)
    assert "It is very fast." in text
    assert world.everything()[note].get("deleted")
    assert world.plan(SYNC).is_settled
    assert world.plan(RELINK).is_settled


def test_a_note_that_is_missing_where_nobody_saw_it_is_awaited_and_not_made_twice(
    world: World,
) -> None:
    lose_note(world, "erased")
    world.lose_memory()
    world.edit("notes.md", ("It is fast.", "It is very fast."))

    world.push(SYNC)
    world.push(SYNC)

    assert ours(world) == []
    assert len(reports(world.plan(SYNC), MissingNote)) == 1
