"""One paper in two digests: one item, two notes, and edits that reach it from either."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sync.digests import notes, quoted
from tests.sync.world import World, actions
from zoterodigest.core.plan.plan import Plan
from zoterodigest.core.plan.reports import Conflict, DivergedField, HeldBack
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options

TITLE = "Restoring Images with Shifted Windows"


def entry(title: str = TITLE, **given: str) -> str:
    bullet = given.pop("bullet", "Windows shift.")
    return quoted(title, "2401.00001", bullets=(bullet,), **given)


@pytest.fixture
def twins(world: World) -> World:
    """One paper in two pushed digests."""
    world.markdown("A.md", notes(entry()))
    world.markdown("B.md", notes(entry(bullet="Seen by somebody else.")))
    world.first_push()
    return world


def told(plan: Plan, kind: type[HeldBack | DivergedField | Conflict]) -> list[str]:
    return [report.name for report in plan.reports if isinstance(report, kind)]


def test_they_share_one_item_and_have_a_note_each(twins: World) -> None:
    assert len(twins.items()) == 1
    assert twins.shelved(TITLE) == {"A", "B"}
    first, second = sorted(twins.notes().values(), key=lambda note: "else" in note["note"])
    assert "Windows shift." in first["note"]
    assert "Summary · A" in first["note"]
    assert "Seen by somebody else." in second["note"]
    assert "Summary · B" in second["note"]
    assert twins.plan().is_settled


def test_an_edit_in_one_reaches_the_item_and_waits_for_the_other(twins: World) -> None:
    twins.edit("A.md", (TITLE, f"{TITLE}, Again"))

    outcome = twins.push()

    assert f"{TITLE}, Again" in twins.keys_by_title()
    assert told(outcome.prepared.plan, HeldBack) == ["title"]
    assert told(twins.plan(), HeldBack) == ["title"]
    assert twins.push().written == 0


def test_the_same_edit_in_both_is_one_change(twins: World) -> None:
    twins.edit("A.md", (TITLE, f"{TITLE}, Again"))
    twins.edit("B.md", (TITLE, f"{TITLE}, Again"))

    outcome = twins.push()

    assert actions(outcome.prepared.plan) == {"ChangeItem": 1}
    assert f"{TITLE}, Again" in twins.keys_by_title()
    assert twins.plan().is_settled


def test_different_edits_in_both_do_not_overwrite_each_other_silently(twins: World) -> None:
    twins.edit("A.md", (TITLE, f"{TITLE}, Again"))
    twins.edit("B.md", (TITLE, f"{TITLE}, Anew"))

    outcome = twins.push()

    assert f"{TITLE}, Again" in twins.keys_by_title()
    assert told(outcome.prepared.plan, Conflict) == ["title"]
    assert twins.push().written == 0
    assert told(twins.plan(), Conflict) == ["title"]


def test_of_differing_entries_the_first_names_a_new_item(world: World) -> None:
    world.markdown("A.md", notes(entry("Shifted Windows for Images")))
    world.markdown("B.md", notes(entry(venue="CVPR 2024")))

    outcome = world.push()

    assert world.keys_by_title().keys() == {"Shifted Windows for Images"}
    assert "title" in told(outcome.prepared.plan, DivergedField)
    world.edit("B.md", (TITLE, f"{TITLE}, Again"))
    assert world.push().written == 0
    assert world.keys_by_title().keys() == {"Shifted Windows for Images"}


def test_a_push_of_one_digest_leaves_the_links_of_the_other(twins: World) -> None:
    lock = twins.lock_path.read_bytes()
    twins.digests = ["A.md"]

    assert twins.push().written == 0
    assert twins.lock_path.read_bytes() == lock

    twins.edit("A.md", ("Windows shift.", "Windows move."))
    twins.push()
    twins.digests = ["A.md", "B.md"]
    assert twins.plan().is_settled


def test_a_task_of_one_does_not_take_away_that_of_the_other(world: World) -> None:
    world.markdown("A.md", notes(entry(task="deblurring")))
    world.markdown("B.md", notes(entry(task="denoising")))
    world.first_push()
    assert {"task:deblurring", "task:denoising"} == world.tags(TITLE)

    world.edit("A.md", ("Task: deblurring", "Task: dehazing"))
    world.push()

    assert {"task:dehazing", "task:denoising"} == world.tags(TITLE)
    assert world.push().written == 0


def test_removing_one_digest_keeps_the_item_for_the_other(twins: World) -> None:
    twins.digests = ["A.md"]

    twins.remove()

    assert twins.shelved(TITLE) == {"B"}
    assert "Seen by somebody else." in twins.note(TITLE)
    twins.digests = ["B.md"]
    assert twins.plan().is_settled


def test_a_task_edited_beside_a_copy_that_still_has_it_leaves_nothing_to_do(tmp_path: Path) -> None:
    world = World(tmp_path)
    before = quoted("Seeing Further with Larger Lenses", "2102.00001", task="optics")
    world.markdown("notes.md", f"# Notes\n\n## North\n\n{before}\n## South\n")
    world.first_push(Options(intent.SYNC))
    after = quoted("Seeing Further with Larger Lenses", "2102.00001", task="lenses")
    merged = f"# Notes\n\n## North\n\n{after}\n## South\n\n{before}"
    (tmp_path / "notes.md").write_text(merged, encoding="utf-8")

    world.push(Options(intent.SYNC))

    assert (tmp_path / "notes.md").read_text(encoding="utf-8") == merged
    assert world.plan(Options(intent.SYNC)).is_settled


@pytest.mark.parametrize("first", ["A.md", "B.md"])
@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("task", ("deblurring", "image restoration", "denoising")),
        ("venue", ("CVPR 2024", "ICCV 2024", "ECCV 2024")),
    ],
)
def test_an_edit_of_what_another_entry_and_the_item_came_to_alike_reaches_both_at_once(
    world: World, field: str, values: tuple[str, str, str], first: str
) -> None:
    entries = [notes(entry(**{field: value})) for value in values]
    world.digests = sorted(("A.md", "B.md"), key=lambda name: name != first)
    both = tuple(world.digests)
    for name in both:
        world.markdown(name, entries[0])
    world.push()
    world.digests = ["B.md"]
    world.markdown("B.md", entries[1])
    world.push(Options(intent.SYNC))

    world.digests = list(both)
    world.markdown("A.md", entries[1])
    world.markdown("B.md", entries[2])
    world.push(Options(intent.SYNC))

    assert [(world.root / name).read_text() for name in both] == [entries[2]] * 2
    plan = world.plan(Options(intent.SYNC))
    assert (plan.is_settled, plan.reports) == (True, ())
