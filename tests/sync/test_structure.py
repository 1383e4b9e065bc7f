"""What a person moves, renames, adds and takes away in the library comes into the digest."""

from __future__ import annotations

import difflib
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.made_once import made_once
from tests.sync.world import World, actions, reports
from zoterodigest.core.plan.plan import CreateEntry, Plan
from zoterodigest.core.plan.reports import (
    AddedItem,
    DroppedEntry,
    Followed,
    HeldBack,
    HeldBackName,
    KeptForEdit,
    MissingItem,
    NameConflict,
    NotFollowed,
    PlaceConflict,
    Relocated,
    SameWork,
)
from zoterodigest.library.port import Collection, LibraryItem
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.gathering.intent import Sync
from zoterodigest.sync.run.run import Options, prepare

SYNC = Options(intent.SYNC)
PULL = Options(intent.PULL)

RESNET = """\
> **Deep Residual Learning for Image Recognition**
> *CVPR 2016*, [arxiv](https://arxiv.org/abs/1512.03385)
> Task: image classification
>
> - Layers learn what to add.
"""
MASK = """\
> **Mask R-CNN**
> *ICCV 2017*, [arxiv](https://arxiv.org/abs/1703.06870)
> Task: segmentation
>
> - A mask for each box.
"""
ATTENTION = """\
> **Attention Is All You Need**
> *NeurIPS 2017*, [arxiv](https://arxiv.org/abs/1706.03762)
> Task: translation
>
> - No recurrence.
"""
NOTES = f"# Notes\n\n## Vision\n\n{RESNET}\n{MASK}\n## Language\n\n{ATTENTION}"


@pytest.fixture
def notes(tmp_path: Path) -> World:
    world = World(tmp_path)

    def make() -> None:
        world.markdown("notes.md", NOTES)
        world.push(SYNC)

    made_once(tmp_path, make)
    return World(tmp_path, ["notes.md"])


def text(world: World) -> str:
    return (world.root / "notes.md").read_text(encoding="utf-8")


def diff(world: World, before: str = NOTES) -> list[str]:
    lines = difflib.ndiff(before.splitlines(), text(world).splitlines())
    return [line for line in lines if line[0] in "+-"]


def rename(world: World, name: str, new: str) -> None:
    (one,) = (one for one in world.library.read().collections if one.name == name)
    world.library.write_collections([Collection(one.key, one.version, new, one.parent)])


def diffusion(world: World, collection: str, key: str = "NEWNEW22") -> LibraryItem:
    data = {
        "itemType": "preprint",
        "title": "Denoising Diffusion Probabilistic Models",
        "creators": [{"creatorType": "author", "firstName": "Jonathan", "lastName": "Ho"}],
        "date": "2020",
        "extra": "arXiv: 2006.11239",
        "url": "https://arxiv.org/abs/2006.11239",
        "collections": [world.collections()[collection]],
    }
    return LibraryItem(key, 0, data)


def settled(world: World) -> bool:
    return world.plan(SYNC).is_settled


# --- moves ---------------------------------------------------------------------------------------


def test_an_item_put_in_another_headings_collection_moves_its_entry(notes: World) -> None:
    notes.change(notes.key("Mask R-CNN"), collections=[notes.collections()["notes/Language"]])

    notes.push(PULL)

    expected = f"# Notes\n\n## Vision\n\n{RESNET}\n## Language\n\n{ATTENTION}\n{MASK}"
    assert text(notes) == expected
    assert settled(notes)


def test_a_moved_entry_moves_on_from_either_end(notes: World) -> None:
    collection_rows = notes.collections()
    notes.change(notes.key("Mask R-CNN"), collections=[collection_rows["notes/Language"]])
    notes.push(SYNC)

    notes.edit("notes.md", (f"\n{MASK}", ""), (f"{RESNET}\n", f"{RESNET}\n{MASK}\n"))
    notes.push(SYNC)

    assert notes.shelved("Mask R-CNN") == {"notes/Vision"}
    assert settled(notes)


def test_an_item_only_added_to_another_collection_is_reported(notes: World) -> None:
    collection_rows = notes.collections()
    both = [collection_rows["notes/Vision"], collection_rows["notes/Language"]]
    notes.change(notes.key("Mask R-CNN"), collections=both)

    plan = notes.plan(SYNC)

    assert actions(plan) == {}
    (report,) = reports(plan, Relocated)
    assert isinstance(report, Relocated)
    assert not report.is_out


def test_an_item_taken_out_of_its_collection_is_reported_and_not_put_back(notes: World) -> None:
    notes.change(notes.key("Mask R-CNN"), collections=[])

    plan = notes.plan(SYNC)

    assert actions(plan) == {}
    (report,) = reports(plan, Relocated)
    assert isinstance(report, Relocated)
    assert report.is_out


def test_an_entry_moved_at_both_ends_to_one_place_is_no_conflict(notes: World) -> None:
    notes.change(notes.key("Mask R-CNN"), collections=[notes.collections()["notes/Language"]])
    notes.edit("notes.md", (f"{MASK}\n", ""), (ATTENTION, f"{ATTENTION}\n{MASK}"))
    before = text(notes)

    notes.push(SYNC)

    assert text(notes) == before
    assert notes.shelved("Mask R-CNN") == {"notes/Language"}
    assert settled(notes)


def test_an_entry_moved_at_both_ends_to_two_places_is_a_conflict(notes: World) -> None:
    other = ATTENTION.replace("Attention Is All You Need", "Another Paper on Sound").replace(
        "1706.03762", "1801.00001"
    )
    notes.edit("notes.md", (ATTENTION, f"{ATTENTION}\n## Sound\n\n{other}"))
    notes.push(SYNC)
    notes.change(notes.key("Mask R-CNN"), collections=[notes.collections()["notes/Language"]])
    notes.edit("notes.md", (f"{MASK}\n", ""), (other, f"{other}\n{MASK}"))
    before = text(notes)

    for _ in range(2):
        notes.push(SYNC)
        assert text(notes) == before
        assert notes.shelved("Mask R-CNN") == {"notes/Language"}
        assert len(reports(notes.plan(SYNC), PlaceConflict)) == 1


def test_a_push_leaves_a_move_in_the_library_for_a_pull(notes: World) -> None:
    notes.change(notes.key("Mask R-CNN"), collections=[notes.collections()["notes/Language"]])
    notes.edit("notes.md", ("No recurrence.", "No recurrence at all."))

    outcome = notes.push()

    assert len(reports(outcome.prepared.plan, HeldBack)) == 1
    assert "MoveEntry" in actions(notes.plan(PULL))


# --- names ---------------------------------------------------------------------------------------


def test_a_renamed_collection_renames_its_heading(notes: World) -> None:
    rename(notes, "Vision", "Seeing & more")

    notes.push(PULL)

    assert diff(notes) == ["- ## Vision", "+ ## Seeing & more"]
    assert settled(notes)


@pytest.mark.parametrize("arrives", ["moved", "added"])
def test_a_heading_without_entries_gets_its_new_name_with_the_entry_that_comes(
    notes: World, arrives: str
) -> None:
    notes.edit("notes.md", (f"\n{ATTENTION}", ""))
    key = notes.key("Mask R-CNN")
    if arrives == "moved":
        notes.change(key, collections=[notes.collections()["notes/Language"]])
    else:
        notes.library.write([diffusion(notes, "notes/Language")])
    rename(notes, "Language", "Words")

    notes.push(SYNC)

    assert "## Words" in text(notes)
    assert "## Language" not in text(notes)
    assert settled(notes)


@pytest.mark.parametrize("name", ["World  models", "World\u00a0models", "World\nmodels", "a\tb "])
def test_blanks_in_a_collections_name_are_one_in_its_heading(notes: World, name: str) -> None:
    rename(notes, "Vision", name)

    notes.push(SYNC)

    assert diff(notes) == ["- ## Vision", f"+ ## {' '.join(name.split())}"]
    assert settled(notes)


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "a <!-- b", "[a](https://b.c)"])
def test_a_collections_name_never_becomes_live_in_a_heading(notes: World, name: str) -> None:
    rename(notes, "Vision", name)

    notes.push(SYNC)

    assert text(notes) == NOTES
    (report,) = reports(notes.plan(SYNC), NotFollowed)
    assert isinstance(report, NotFollowed)
    assert (report.what, report.wanted) == ("Vision", (name,))
    assert settled(notes)


def test_a_heading_that_cannot_have_its_new_name_gets_another_later(notes: World) -> None:
    rename(notes, "Vision", "Language")
    notes.push(SYNC)
    assert len(reports(notes.plan(SYNC), NotFollowed)) == 1
    assert settled(notes)

    (key,) = notes.item("Mask R-CNN")["collections"]
    (one,) = (one for one in notes.library.read().collections if one.key == key)
    notes.library.write_collections([Collection(one.key, one.version, "Seeing", one.parent)])
    notes.push(SYNC)

    assert diff(notes) == ["- ## Vision", "+ ## Seeing"]
    assert settled(notes)


def test_an_entry_that_cannot_go_where_its_item_went_is_reported_and_stays(notes: World) -> None:
    collection_rows = notes.collections()
    notes.edit("notes.md", (f"\n## Language\n\n{ATTENTION}", ""))
    notes.push(SYNC)
    before = text(notes)
    notes.change(notes.key("Mask R-CNN"), collections=[collection_rows["notes/Language"]])

    notes.push(SYNC)

    assert text(notes) == before
    (report,) = reports(notes.plan(SYNC), NotFollowed)
    assert isinstance(report, NotFollowed)
    assert (report.what, report.wanted) == ("Mask R-CNN", ("Language",))
    assert settled(notes)
    notes.edit("notes.md", (MASK, f"{MASK}\n## Language\n"))
    notes.push(SYNC)
    assert text(notes) == f"# Notes\n\n## Vision\n\n{RESNET}\n## Language\n\n{MASK}"
    assert settled(notes)


def test_an_entry_that_cannot_move_stays_settled_when_its_item_is_spelt_otherwise(
    notes: World,
) -> None:
    collection_rows = notes.collections()
    notes.edit("notes.md", (f"\n## Language\n\n{ATTENTION}", ""))
    notes.push(SYNC)
    before = text(notes)
    key = notes.key("Mask R-CNN")

    notes.change(key, collections=[collection_rows["notes/Language"]], title="mask r-cnn")
    notes.push(SYNC)

    assert text(notes) == before
    assert settled(notes)


def test_a_run_of_one_entry_leaves_the_names_of_headings_for_a_whole_one(notes: World) -> None:
    rename(notes, "Vision", "Seeing")
    one = Options(intent.SYNC, selection=lambda entry: entry.fields["title"] == "Mask R-CNN")

    notes.push(one)

    assert text(notes) == NOTES
    notes.push(SYNC)
    assert diff(notes) == ["- ## Vision", "+ ## Seeing"]
    assert settled(notes)


def test_a_renamed_heading_renames_its_collection_which_keeps_its_key(notes: World) -> None:
    key = notes.collections()["notes/Vision"]
    notes.edit("notes.md", ("## Vision", "## Seeing"))

    notes.push(SYNC)

    assert notes.collections()["notes/Seeing"] == key
    assert settled(notes)


def test_a_heading_renamed_while_nothing_was_pushed_keeps_its_collection(notes: World) -> None:
    key = notes.collections()["notes/Language"]
    notes.configure('[[digest]]\npath = "notes.md"\npush = false\n')
    notes.edit("notes.md", ("## Language", "## Words"))
    notes.push(SYNC)
    assert notes.collections()["notes/Language"] == key

    notes.configure('[[digest]]\npath = "notes.md"\n')
    notes.push(SYNC)

    assert notes.collections()["notes/Words"] == key
    assert set(notes.collections()) == {"notes", "notes/Vision", "notes/Words"}
    assert settled(notes)


def test_two_new_names_are_a_conflict_until_they_are_one(notes: World) -> None:
    rename(notes, "Vision", "Eyes")
    notes.edit("notes.md", ("## Vision", "## Seeing"))

    for _ in range(2):
        notes.push(SYNC)
        assert "## Seeing" in text(notes)
        assert "notes/Eyes" in notes.collections()
        assert len(reports(notes.plan(SYNC), NameConflict)) == 1

    notes.edit("notes.md", ("## Seeing", "## Eyes"))
    notes.push(SYNC)

    assert reports(notes.plan(SYNC), NameConflict) == []
    assert settled(notes)


def test_a_push_leaves_a_renamed_collection_for_a_pull(notes: World) -> None:
    rename(notes, "Vision", "Eyes")

    plan = notes.plan()

    assert actions(plan) == {}
    assert len(reports(plan, HeldBackName)) == 1


def test_a_pull_writes_nothing_into_the_library(notes: World) -> None:
    notes.edit(
        "notes.md",
        ("## Language", "## Words"),
        (f"{MASK}\n", ""),
        (ATTENTION, f"{ATTENTION}\n## New\n\n{MASK}"),
    )
    before = notes.library.version()

    notes.push(PULL)
    assert notes.library.version() == before

    notes.push(SYNC)
    assert set(notes.collections()) == {"notes", "notes/Vision", "notes/Words", "notes/New"}
    assert notes.shelved("Mask R-CNN") == {"notes/New"}


# --- new and gone --------------------------------------------------------------------------------


def test_an_item_added_to_a_collection_becomes_an_entry_under_its_heading(notes: World) -> None:
    notes.put(diffusion(notes, "notes/Vision"))

    notes.push(PULL)

    assert [line for line in diff(notes) if line[0] == "-"] == []
    added = text(notes).split(f"{MASK}\n")[1].split("\n## Language")[0]
    assert added.startswith("> **Denoising Diffusion Probabilistic Models**\n> ")
    assert "[arxiv](https://arxiv.org/abs/2006.11239)" in added
    assert "2020" in added
    assert settled(notes)


def test_an_item_added_while_its_heading_is_renamed_becomes_an_entry_in_one_sync(
    notes: World,
) -> None:
    notes.put(diffusion(notes, "notes/Vision"))
    notes.edit("notes.md", ("## Vision", "## Seeing"))

    notes.push(SYNC)

    seeing = text(notes).split("## Seeing")[1].split("## Language")[0]
    assert "> **Denoising Diffusion Probabilistic Models**\n> " in seeing
    assert settled(notes)


def test_an_entry_that_was_inserted_is_linked_in_both_directions(notes: World) -> None:
    notes.put(diffusion(notes, "notes/Vision"))
    notes.push(PULL)

    notes.edit("notes.md", ("Denoising Diffusion Probabilistic Models", "Denoising Diffusion"))
    notes.push(SYNC)

    assert notes.everything()["NEWNEW22"]["title"] == "Denoising Diffusion"
    assert len(notes.items()) == 4


@pytest.mark.parametrize("title", ["\\", "A Title Alone"])
def test_an_added_item_that_cannot_be_written_is_reported_until_it_can(
    notes: World, title: str
) -> None:
    alone = {
        "itemType": "document",
        "title": title,
        "collections": [notes.collections()["notes/Vision"]],
    }
    notes.put(LibraryItem("NEWNEW22", 0, alone))

    notes.push(SYNC)

    assert text(notes) == NOTES
    (report,) = reports(notes.plan(SYNC), AddedItem)
    assert isinstance(report, AddedItem)
    assert report.key == "NEWNEW22"
    assert "add it to the digest by hand" in report.reason
    assert settled(notes)
    data = diffusion(notes, "notes/Vision").data
    notes.change("NEWNEW22", **{name: data[name] for name in ("title", "extra", "url")})
    notes.push(SYNC)
    assert "**Denoising Diffusion Probabilistic Models**" in text(notes)
    assert settled(notes)


def test_an_added_item_with_the_title_of_an_entry_and_another_arxiv_id_becomes_an_entry(
    notes: World,
) -> None:
    other = diffusion(notes, "notes/Vision")
    notes.put(replace(other, data={**other.data, "title": "Mask R-CNN"}))

    plan = notes.plan(SYNC)

    assert (actions(plan), reports(plan, AddedItem)) == ({"CreateEntry": 1}, [])


def test_without_a_memory_nothing_counts_as_added(notes: World) -> None:
    notes.put(diffusion(notes, "notes/Vision"))
    notes.lose_memory()

    notes.push(SYNC)

    assert text(notes) == NOTES
    notes.put(diffusion(notes, "notes/Language", "NEWNEW33"))
    assert "CreateEntry" in actions(notes.plan(SYNC))


def test_where_digests_share_a_collection_an_added_item_is_only_reported(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.configure('[[digest]]\npath = "*.md"\ncollection = "Reading"\nheadings = false\n')
    world.markdown("a.md", f"# A\n\n{RESNET}")
    world.markdown("b.md", f"# B\n\n{MASK}")
    world.first_push(SYNC)
    world.put(diffusion(world, "Reading"))

    plan = world.plan(SYNC)

    assert actions(plan) == {}
    (added,) = (one for one in plan.reports if isinstance(one, AddedItem))
    assert added.reason.startswith("several digests share the collection")


def test_of_digests_that_share_a_collection_one_that_may_get_the_item_is_named(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    shared = 'collection = "Reading"\nheadings = false\n'
    closed = f'[[digest]]\npath = "a.md"\npull = false\n{shared}'
    world.configure(f'{closed}[[digest]]\npath = "b.md"\n{shared}')
    world.markdown("a.md", f"# A\n\n{RESNET}")
    world.markdown("b.md", f"# B\n\n{MASK}")
    world.first_push(SYNC)
    world.put(diffusion(world, "Reading"))

    (added,) = (one for one in world.plan(SYNC).reports if isinstance(one, AddedItem))

    assert added.digest == "b.md"


DAILY = """\
[[digest]]
path = "daily/*.md"
pull = false
collection = "Daily/{year}-{month}"
"""


def clone_of(world: World, root: Path) -> World:
    """A second clone, with the same library."""
    shutil.copytree(world.root, root)
    return World(root, list(world.digests))


def plan_in(clone: World, world: World) -> Plan:
    """Return the plan of a sync in a clone of `world`."""
    return prepare(replace(clone.workspace(), library=world.library), SYNC).plan


@pytest.fixture
def days(tmp_path: Path) -> tuple[World, World]:
    """Two clones of files that share a month's collection; the first has pushed one more day."""
    world = World(tmp_path / "first")
    world.markdown("daily/2024-05-14.md", f"# 14\n\n{RESNET}")
    world.markdown("daily/2024-05-15.md", f"# 15\n\n{MASK}")
    world.configure(DAILY)
    world.first_push(SYNC)
    clone = clone_of(world, tmp_path / "second")
    text = world.markdown("daily/2024-05-16.md", f"# 16\n\n{ATTENTION}").read_text()
    world.push(SYNC)
    clone.markdown("daily/2024-05-16.md", text)
    clone.lock_path.write_bytes(world.lock_path.read_bytes())
    return world, clone


def test_a_paper_linked_from_another_day_is_no_news_to_days_that_share_its_collection(
    days: tuple[World, World],
) -> None:
    world, clone = days

    plan = plan_in(clone, world)

    assert plan.reports == ()
    assert plan.is_settled


def test_a_paper_put_into_a_collection_that_days_share_is_reported(
    days: tuple[World, World],
) -> None:
    world, clone = days
    world.put(diffusion(world, "Daily/2024-05"))

    plan = plan_in(clone, world)

    (added,) = [one for one in plan.reports if isinstance(one, AddedItem)]
    assert added.key == "NEWNEW22"


def test_a_paper_linked_from_another_file_is_offered_where_the_collection_is_of_one_file(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    rules = 'collection = "Reading"\nheadings = true\n'
    world.configure(f'[[digest]]\npath = "*.md"\n{rules}')
    world.markdown("a.md", f"# A\n\n{RESNET}\n{MASK}")
    world.markdown("b.md", f"# B\n\n## Words\n\n{ATTENTION}")
    world.first_push(SYNC)
    title = "Deep Residual Learning for Image Recognition"
    collection_row = world.collections()["Reading/Words"]
    world.change(world.key(title), collections=[*world.item(title)["collections"], collection_row])

    plan = world.plan(SYNC)

    (added,) = [one for one in plan.actions if isinstance(one, CreateEntry)]
    assert (added.digest, added.path) == ("b.md", ("Words",))


def test_where_headings_are_no_collections_an_added_item_goes_among_the_entries(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    world.configure('[[digest]]\npath = "notes.md"\nheadings = false\n')
    world.markdown("notes.md", NOTES)
    world.first_push(SYNC)
    world.put(diffusion(world, "notes"))

    world.push(SYNC)

    added = text(world).split(ATTENTION)[1]
    assert added.startswith("\n> **Denoising Diffusion Probabilistic Models**\n")
    assert settled(world)


def test_an_item_added_while_only_pushes_run_is_not_forgotten(notes: World) -> None:
    notes.put(diffusion(notes, "notes/Vision"))
    notes.edit("notes.md", ("No recurrence.", "No recurrence at all."))
    notes.push()

    notes.push(PULL)

    assert "Denoising Diffusion" in text(notes)


def test_a_dropped_entry_keeps_its_item_and_does_not_come_back(notes: World) -> None:
    notes.edit("notes.md", (f"{MASK}\n", ""))
    before = text(notes)

    outcome = notes.push(SYNC)
    notes.push(SYNC)

    assert len(reports(outcome.prepared.plan, DroppedEntry)) == 1
    assert text(notes) == before
    assert notes.shelved("Mask R-CNN") == {"notes/Vision"}
    assert settled(notes)


def test_an_archived_item_moves_to_the_digests_archive(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.configure('[[digest]]\npath = "notes.md"\nwhen_dropped = "archive"\n')
    world.markdown("notes.md", NOTES)
    world.first_push(SYNC)
    world.edit("notes.md", (f"{MASK}\n", ""))

    world.push(SYNC)

    assert world.shelved("Mask R-CNN") == {"notes/Archive"}
    assert settled(world)
    world.edit("notes.md", (RESNET, f"{RESNET}\n{MASK}"))
    world.push(SYNC)
    assert world.shelved("Mask R-CNN") == {"notes/Vision"}
    assert settled(world)


def test_the_archive_does_not_take_over_the_collection_of_a_heading_that_went(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    world.configure('[[digest]]\npath = "notes.md"\nwhen_dropped = "archive"\n')
    world.markdown("notes.md", NOTES)
    world.first_push(SYNC)
    language = world.collections()["notes/Language"]

    world.edit("notes.md", (f"\n## Language\n\n{ATTENTION}", ""))
    world.push(SYNC)

    assert world.collections()["notes/Language"] == language
    assert world.shelved("Attention Is All You Need") == {"notes/Archive"}


@pytest.mark.parametrize("is_used", [False, True])
def test_a_dropped_entrys_item_goes_into_the_trash_only_if_nobody_used_it(
    tmp_path: Path, is_used: bool
) -> None:
    world = World(tmp_path)
    world.configure('[[digest]]\npath = "notes.md"\nwhen_dropped = "trash"\n')
    world.markdown("notes.md", NOTES)
    world.first_push(SYNC)
    key = world.key("Mask R-CNN")
    if is_used:
        world.change(key, tags=[*world.item("Mask R-CNN")["tags"], {"tag": "mine"}])
    world.edit("notes.md", (f"{MASK}\n", ""))

    outcome = world.push(SYNC)

    assert bool(world.everything()[key].get("deleted")) is not is_used
    assert [one.reason for one in outcome.prepared.kept] == (
        ["it has tags of your own"] if is_used else []
    )
    assert settled(world)


@pytest.mark.parametrize("rule", ["archive", "trash"])
@pytest.mark.parametrize("first", ["pull", "push = false"])
def test_a_dropped_entrys_item_waits_for_a_run_that_may_write_the_library(
    tmp_path: Path, first: str, rule: str
) -> None:
    world = World(tmp_path)
    configuration = f'[[digest]]\npath = "notes.md"\nwhen_dropped = "{rule}"\n'
    world.configure(configuration)
    world.markdown("notes.md", NOTES)
    world.first_push(SYNC)
    key = world.key("Mask R-CNN")
    world.edit("notes.md", (f"{MASK}\n", ""))
    world.configure(configuration if first == "pull" else f"{configuration}push = false\n")
    world.push(PULL if first == "pull" else SYNC)
    assert not world.everything()[key].get("deleted")

    world.configure(configuration)
    world.push(SYNC)

    is_trashed = bool(world.everything()[key].get("deleted"))
    assert is_trashed is (rule == "trash")
    assert is_trashed or world.shelved("Mask R-CNN") == {"notes/Archive"}
    assert settled(world)


@pytest.mark.parametrize("first", ["push", "pull = false", "--only"])
def test_a_trashed_items_entry_waits_for_a_run_that_may_write_the_digest(
    tmp_path: Path, first: str
) -> None:
    world = World(tmp_path)
    configuration = '[[digest]]\npath = "notes.md"\nwhen_trashed = "remove"\n'
    world.configure(configuration)
    world.markdown("notes.md", NOTES)
    world.first_push(SYNC)
    world.change(world.key("Mask R-CNN"), deleted=1)
    world.configure(f"{configuration}pull = false\n" if first == "pull = false" else configuration)
    runs = {"push": Options(), "--only": Options(intent.SYNC, lambda entry: True)}
    world.push(runs.get(first, SYNC))
    assert text(world) == NOTES

    world.configure(configuration)
    world.push(SYNC)

    assert text(world) == NOTES.replace(f"{MASK}\n", "")
    assert settled(world)


@pytest.mark.parametrize("rule", ["keep", "remove"])
def test_an_entry_written_again_stays_while_its_item_lies_in_the_trash(
    tmp_path: Path, rule: str
) -> None:
    world = World(tmp_path)
    rules = f'when_dropped = "trash"\nwhen_trashed = "{rule}"\n'
    world.configure(f'[[digest]]\npath = "notes.md"\n{rules}')
    world.markdown("notes.md", NOTES)
    world.first_push(SYNC)
    world.edit("notes.md", (f"{MASK}\n", ""))
    world.push(SYNC)
    world.markdown("notes.md", NOTES)

    outcome = world.push(SYNC)

    assert text(world) == NOTES
    assert len(reports(outcome.prepared.plan, MissingItem)) == 1
    assert settled(world)
    assert text(world) == NOTES


def test_relink_makes_the_item_of_an_entry_written_again_in_one_run(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.configure('[[digest]]\npath = "notes.md"\nwhen_dropped = "trash"\n')
    world.markdown("notes.md", NOTES)
    world.first_push(SYNC)
    world.edit("notes.md", (f"{MASK}\n", ""))
    world.push(SYNC)
    world.markdown("notes.md", NOTES)

    world.push(Options(Sync(may_pull=False, relink=True)))

    assert world.shelved("Mask R-CNN") == {"notes/Vision"}
    assert settled(world)


@pytest.mark.parametrize("is_edited", [False, True])
def test_a_trashed_items_entry_goes_by_the_rule_unless_it_was_edited(
    tmp_path: Path, is_edited: bool
) -> None:
    world = World(tmp_path)
    world.configure('[[digest]]\npath = "notes.md"\nwhen_trashed = "remove"\n')
    world.markdown("notes.md", NOTES)
    world.first_push(SYNC)
    if is_edited:
        world.edit("notes.md", ("A mask for each box.", "A mask for every box."))
    before = text(world)
    world.change(world.key("Mask R-CNN"), deleted=1)

    outcome = world.push(SYNC)

    assert text(world) == (before if is_edited else NOTES.replace(f"{MASK}\n", ""))
    assert len(reports(outcome.prepared.plan, KeptForEdit)) == is_edited
    assert settled(world)


@pytest.mark.parametrize("is_named", [False, True])
def test_entries_stay_whose_items_a_restored_library_lacks(tmp_path: Path, is_named: bool) -> None:
    world = World(tmp_path)
    digest = '[[digest]]\npath = "{}"\nwhen_trashed = "remove"\n'
    world.configure(digest.format("notes.md") + digest.format("more.md"))
    world.markdown("notes.md", f"# Notes\n\n{RESNET}")
    world.markdown("more.md", f"# More\n\n{MASK}")
    world.first_push(SYNC)
    library = tmp_path / ".zoterodigest" / "library.sqlite"
    backup = library.read_bytes()
    world.markdown("more.md", more := f"# More\n\n{MASK}\n{ATTENTION}")
    world.push(SYNC)
    library.write_bytes(backup)
    if is_named:
        world.digests = ["notes.md"]
        world.push(SYNC)
        world.digests = ["notes.md", "more.md"]

    outcome = world.push(SYNC)

    assert len(reports(outcome.prepared.plan, MissingItem)) == 1
    assert settled(world)
    assert (tmp_path / "more.md").read_text("utf-8") == more


@pytest.mark.parametrize("part", ["nothing", "named", "selection"])
def test_no_edit_is_undone_by_a_library_that_was_restored(tmp_path: Path, part: str) -> None:
    """A run over a part forgot that the library was restored, and the next one undid the edit."""
    world = World(tmp_path)
    world.markdown("notes.md", f"# Notes\n\n{RESNET}")
    world.markdown("more.md", f"# More\n\n{MASK}")
    world.first_push(SYNC)
    library = tmp_path / ".zoterodigest" / "library.sqlite"
    backup = library.read_bytes()
    world.edit("more.md", ("ICCV 2017", "CVPR 2018"))
    world.push(SYNC)
    library.write_bytes(backup)
    match part:
        case "named":
            world.digests = ["notes.md"]
            world.push(SYNC)
            world.digests = ["notes.md", "more.md"]
        case "selection":
            world.push(Options(intent.SYNC, lambda entry: entry.digest == "notes.md"))

    world.push(SYNC)

    assert "CVPR 2018" in (tmp_path / "more.md").read_text("utf-8")
    assert settled(world)
    assert "CVPR 2018" in (tmp_path / "more.md").read_text("utf-8")


def test_an_entry_follows_its_moved_item_out_of_a_heading_that_was_renamed(notes: World) -> None:
    notes.change(notes.key("Mask R-CNN"), collections=[notes.collections()["notes/Language"]])
    notes.edit("notes.md", ("## Vision", "## Seeing"))

    plan = notes.push(SYNC).prepared.plan

    assert reports(plan, PlaceConflict) == []
    assert text(notes).index("## Language") < text(notes).index("**Mask R-CNN**")
    assert notes.shelved("Mask R-CNN") == {"notes/Language"}
    assert set(notes.collections()) == {"notes", "notes/Seeing", "notes/Language"}
    assert settled(notes)


def test_items_merged_in_zotero_are_followed(notes: World) -> None:
    old = notes.key("Mask R-CNN")
    note = notes.note_key("Mask R-CNN")
    kept = LibraryItem(
        "MERGED22", 0,
        {**notes.item("Mask R-CNN"), "relations": {
            "dc:replaces": [f"http://zotero.org/users/1/items/{old}"]}},
    )  # fmt: skip
    notes.put(kept)
    notes.change(note, parentItem="MERGED22")
    notes.change(old, deleted=1)

    outcome = notes.push(SYNC)

    assert len(reports(outcome.prepared.plan, Followed)) == 1
    assert text(notes) == NOTES
    notes.edit(
        "notes.md", ("A mask for each box.", "A mask for every box."), ("Mask R-CNN", "Mask")
    )
    notes.push(SYNC)
    assert notes.everything()["MERGED22"]["title"] == "Mask"
    assert "every box" in notes.note("Mask")
    assert len(notes.items()) == 3


def test_two_entries_that_turn_out_to_be_one_paper_are_proposed_for_merging(notes: World) -> None:
    notes.edit("notes.md", ("1703.06870", "1512.03385"))

    outcome = notes.push(SYNC)

    assert len(notes.items()) == 3
    assert settled(notes)
    found = reports(notes.plan(SYNC), SameWork)
    assert len(found) == 1
    assert outcome.failures == ()


def test_with_a_list_of_fields_only_these_travel_and_no_entries_or_collections(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    world.markdown("notes.md", NOTES)
    world.first_push(SYNC)
    world.configure('[[digest]]\npath = "notes.md"\npush = ["summary"]\npull = ["title"]\n')
    world.put(diffusion(world, "notes/Vision"))
    world.change(world.key("Mask R-CNN"), collections=[world.collections()["notes/Language"]])
    rename(world, "Language", "Words")
    world.edit("notes.md", ("## Vision", "## Seeing"))
    before = text(world)

    plan = world.push(SYNC).prepared.plan

    assert actions(plan) == {}
    assert text(world) == before
    assert set(world.collections()) == {"notes", "notes/Vision", "notes/Words"}
    assert len(reports(plan, AddedItem)) == 1
    assert len(reports(plan, HeldBackName)) == 1
    world.change(world.key("Mask R-CNN"), title="Masks")
    world.push(SYNC)
    assert "**Masks**" in text(world)


EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
WITHOUT_NEW = "the format bold-titles has no [new] section, so zoterodigest can't add entries"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("daily-bullets-2025-01-15.md", "added only when asked for"),
        ("bold-titles.md", WITHOUT_NEW),
    ],
)
def test_a_format_that_takes_no_new_entries_is_given_as_the_reason(
    world: World, name: str, reason: str
) -> None:
    world.markdown(name, (EXAMPLES / name).read_text("utf-8"))
    own = (EXAMPLES / "bold-titles.format.toml").read_text("utf-8")
    (world.root / "bold-titles.format.toml").write_text(own.partition("[new]")[0], "utf-8")
    world.push(SYNC)
    collection_row = world.collections()[name.removesuffix(".md")]
    added = {"itemType": "document", "title": "An Added One", "collections": [collection_row]}

    world.put(LibraryItem("NEWNEW22", 0, added))

    (report,) = reports(world.plan(SYNC), AddedItem)
    assert isinstance(report, AddedItem)
    assert reason in report.reason


def test_a_new_entry_holds_what_the_same_run_brings_to_its_item(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.markdown("notes.md", NOTES)
    other = MASK.replace("Mask R-CNN", "A Panoptic View of Things").replace(
        "1703.06870", "1801.00868"
    )
    world.markdown("more.md", f"# More\n\n## South\n\n{other}")
    world.first_push(SYNC)
    key, collection_rows = world.key("Mask R-CNN"), world.collections()
    world.change(key, collections=[collection_rows["notes/Vision"], collection_rows["more/South"]])
    world.edit("notes.md", ("Mask R-CNN", "Masks of Regions"))

    world.push(SYNC)

    assert "**Masks of Regions**" in (tmp_path / "more.md").read_text(encoding="utf-8")
    assert settled(world)
