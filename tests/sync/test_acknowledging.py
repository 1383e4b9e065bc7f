"""A report that a person acknowledges is no news until what it says changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sync.test_structure import ATTENTION, MASK, NOTES, RESNET, diffusion
from tests.sync.world import World
from zoterodigest.core.plan.reports import (
    AddedItem,
    AmbiguousEntry,
    Conflict,
    DivergedField,
    MissingNote,
    NotLinked,
    Report,
    SameWork,
    UntitledEntry,
)
from zoterodigest.library.port import LibraryItem
from zoterodigest.project.lock.lock import read_lock
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.conflicts import NotOpen
from zoterodigest.sync.run.run import Options
from zoterodigest.sync.syncing.acknowledging import (
    acknowledge,
    acknowledged_reports,
    chosen_reports,
    forget,
    standing_reports,
    unacknowledged,
)

SYNC = Options(intent.SYNC)
TITLE = "Deep Residual Learning for Image Recognition"


def adopted(root: Path, venue: str = "ICLR") -> World:
    """A world whose entry is linked with an item of another venue, which was there before."""
    world = World(root)
    world.markdown("notes.md", f"# Notes\n\n{RESNET}")
    data = {"itemType": "conferencePaper", "title": TITLE, "proceedingsTitle": venue}
    data |= {"extra": "arXiv: 1512.03385", "date": "2016"}
    world.put(LibraryItem("RRRRRRRR", 0, data))
    world.push(SYNC)
    return world


def gone_item(root: Path) -> World:
    world = World(root)
    world.markdown("notes.md", NOTES)
    world.first_push(SYNC)
    world.change(world.key(TITLE), deleted=1)
    world.push(SYNC)
    return world


def gone_note(root: Path) -> World:
    world = World(root)
    world.markdown("notes.md", NOTES)
    world.first_push(SYNC)
    world.change(world.note_key(TITLE), deleted=1)
    world.push(SYNC)
    return world


def ambiguous(root: Path) -> World:
    world = World(root)
    for key in ("RRRRRRRR", "SSSSSSSS"):
        world.put(LibraryItem(key, 0, {"itemType": "preprint", "title": TITLE}))
    world.markdown("notes.md", f"# Notes\n\n{MASK}\n> **{TITLE}**\n> *CVPR 2016*\n> Task: a\n")
    world.push(SYNC)
    return world


def added(root: Path) -> World:
    world = World(root)
    world.configure('[[digest]]\npath = "*.md"\ncollection = "Reading"\nheadings = false\n')
    world.markdown("a.md", f"# A\n\n{RESNET}")
    world.markdown("b.md", f"# B\n\n{MASK}")
    world.first_push(SYNC)
    world.put(diffusion(world, "Reading"))
    return world


def untitled(root: Path) -> World:
    world = World(root)
    world.markdown("notes.md", f"# Notes\n\n{MASK}\n- 2401.00001\n- 2401.00002\n")
    world.first_push(SYNC)
    return world


REPORTED: dict[type[Report], Callable[[Path], World]] = {
    DivergedField: adopted,
    NotLinked: gone_item,
    MissingNote: gone_note,
    AmbiguousEntry: ambiguous,
    AddedItem: added,
    UntitledEntry: untitled,
}


def acknowledge_all(world: World) -> None:
    prepared = world.prepare(SYNC)
    acknowledge(prepared, standing_reports(prepared))


def news(world: World) -> list[Report]:
    return unacknowledged(world.prepare(SYNC))


@pytest.mark.parametrize("kind", REPORTED, ids=lambda kind: kind.__name__)
def test_an_acknowledged_report_is_no_news_in_any_run(tmp_path: Path, kind: type[Report]) -> None:
    world = REPORTED[kind](tmp_path)
    assert kind in set(map(type, news(world)))

    acknowledge_all(world)

    assert news(world) == []
    prepared = world.prepare(SYNC)
    assert kind in set(map(type, acknowledged_reports(prepared)))
    assert prepared.is_settled
    world.push(SYNC)
    assert news(world) == []


def test_an_acknowledged_report_stays_so_when_other_things_are_written(tmp_path: Path) -> None:
    world = adopted(tmp_path)
    acknowledge_all(world)
    before = read_lock(world.lock_path.read_bytes()).acknowledged

    world.markdown("notes.md", f"# Notes\n\n{RESNET}\n{ATTENTION}")
    world.push(SYNC)

    assert read_lock(world.lock_path.read_bytes()).acknowledged == before
    assert news(world) == []


@pytest.mark.parametrize("end", ["markdown", "zotero"])
def test_a_value_that_changes_at_either_end_is_news_again(tmp_path: Path, end: str) -> None:
    world = adopted(tmp_path)
    acknowledge_all(world)

    if end == "markdown":
        world.edit("notes.md", ("*CVPR 2016*", "*ICML 2016*"))
    else:
        world.change("RRRRRRRR", proceedingsTitle="ICML")

    assert "venue" in {one.name for one in news(world) if isinstance(one, DivergedField)}


def test_another_spelling_of_a_value_is_no_news(tmp_path: Path) -> None:
    world = adopted(tmp_path, "International Conference on Learning Representations")
    acknowledge_all(world)

    world.change("RRRRRRRR", proceedingsTitle="ICLR")

    assert news(world) == []


def test_an_edit_of_an_entry_whose_note_was_deleted_is_news_again(tmp_path: Path) -> None:
    world = gone_note(tmp_path)
    acknowledge_all(world)

    world.edit("notes.md", ("Layers learn what to add.", "Layers learn residuals."))

    assert news(world)


def test_a_forgotten_acknowledgement_is_news_again(tmp_path: Path) -> None:
    world = adopted(tmp_path)
    first = news(world)
    before = world.lock_path.read_bytes()
    acknowledge_all(world)

    prepared = world.prepare(SYNC)
    forget(prepared, standing_reports(prepared))

    assert news(world) == first
    assert world.lock_path.read_bytes() == before


def test_one_field_of_an_entry_can_be_acknowledged_by_itself(tmp_path: Path) -> None:
    world = adopted(tmp_path)
    world.change("RRRRRRRR", title="Another Title of It")
    prepared = world.prepare(SYNC)
    reports = standing_reports(prepared)

    (chosen,) = chosen_reports(reports, reports[0].id, "venue")
    acknowledge(prepared, [chosen])

    left = [one.name for one in news(world) if isinstance(one, DivergedField)]
    assert "venue" not in left


def test_an_id_that_names_nothing_is_refused(tmp_path: Path) -> None:
    prepared = adopted(tmp_path).prepare(SYNC)

    with pytest.raises(NotOpen):
        chosen_reports(standing_reports(prepared), "nothing")


def test_a_conflict_cannot_be_acknowledged(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.markdown("notes.md", NOTES)
    world.first_push(SYNC)
    world.change(world.key(TITLE), title="Residual Nets")
    world.edit("notes.md", (TITLE, "Deep Residual Nets"))

    acknowledge_all(world)

    assert Conflict in set(map(type, news(world)))


def test_what_is_acknowledged_and_no_longer_reported_leaves_the_lock_file(tmp_path: Path) -> None:
    world = added(tmp_path)
    acknowledge_all(world)
    world.change("NEWNEW22", deleted=1)

    acknowledge_all(world)

    assert read_lock(world.lock_path.read_bytes()).acknowledged == ()


def test_two_items_of_one_work_can_be_lived_with(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.markdown("notes.md", f"# Notes\n\n{RESNET}\n{MASK}")
    world.first_push(SYNC)
    world.edit("notes.md", ("1703.06870", "1512.03385"))
    world.push(SYNC)
    assert SameWork in set(map(type, news(world)))

    acknowledge_all(world)

    assert SameWork not in set(map(type, news(world)))
