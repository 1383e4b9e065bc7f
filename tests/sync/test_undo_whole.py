"""Undo of whole projects: of moves and names, of forty changes at once, and when it is killed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from tests.sync.killing import DIGESTS, killed, sync
from tests.sync.killing import undo as undo_last
from tests.sync.recovery import (
    a_line,
    a_list,
    a_note_of,
    copy_of,
    edited_at_both_ends,
    state_of,
)
from tests.sync.test_structure import MASK, NOTES, SYNC, diffusion, rename, text
from tests.sync.test_undo import digest, history, live, lock, undone
from tests.sync.trouble import silent, troubled
from tests.sync.world import World
from zoterodigest.core.links.link import LinkState
from zoterodigest.core.plan.history import run_to_undo
from zoterodigest.library.port import BadLibrary
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options
from zoterodigest.sync.undo.undo import apply_undo, prepare_undo

ALL = Options(intent.SYNC, max_changes=1000, allow_removals=True)


@pytest.fixture
def noted(tmp_path: Path) -> World:
    """Three papers under two headings, in sync."""
    world = World(tmp_path)
    world.markdown("notes.md", NOTES)
    world.first_push(SYNC)
    return world


# --- structure -----------------------------------------------------------------------------------


def move_in_library(world: World) -> None:
    world.change(world.key("Mask R-CNN"), collections=[world.collections()["notes/Language"]])


def rename_collection(world: World) -> None:
    rename(world, "Vision", "Seeing & more")


def rename_heading(world: World) -> None:
    world.edit("notes.md", ("## Vision", "## Seeing"))


def add_heading(world: World) -> None:
    world.edit("notes.md", (f"{MASK}\n", ""), ("## Language", f"## Masks\n\n{MASK}\n## Language"))


@pytest.mark.parametrize(
    "change", [move_in_library, rename_collection, rename_heading, add_heading]
)
def test_undo_of_moves_and_names_restores_both_sides(
    noted: World, change: Callable[[World], None]
) -> None:
    change(noted)
    markdown, library, collection_rows, links = (
        text(noted),
        live(noted),
        noted.collections(),
        lock(noted),
    )
    noted.push(SYNC)
    assert (text(noted), live(noted), noted.collections()) != (
        markdown,
        library,
        collection_rows,
    )

    done = undone(noted)

    assert done.declined == ()
    assert (text(noted), live(noted), noted.collections()) == (
        markdown,
        library,
        collection_rows,
    )
    assert lock(noted) == links
    assert not noted.plan(SYNC).is_settled
    noted.push(SYNC)
    assert noted.plan(SYNC).is_settled


@pytest.mark.parametrize("is_trashed", [False, True])
def test_a_collection_that_a_person_renamed_is_theirs_unless_it_went_into_the_trash(
    noted: World, is_trashed: bool
) -> None:
    add_heading(noted)
    noted.push(SYNC)
    key = noted.collections()["notes/Masks"]
    (one,) = (one for one in noted.library.read().collections if one.key == key)
    mine = replace(one, name="Mine", is_trashed=is_trashed)
    noted.library.write_collections([mine])

    done = undone(noted)

    theirs = "this collection was renamed since: it is yours now"
    assert [one.reason for one in done.declined] == ([] if is_trashed else [theirs])


def test_an_item_does_not_go_back_to_a_collection_that_was_erased(noted: World) -> None:
    add_heading(noted)
    vision = noted.collections()["notes/Vision"]
    noted.push(SYNC)
    assert noted.library.erase_collections([vision])

    done = undone(noted)

    gone = "a collection it was in is no longer there"
    assert ("Mask R-CNN", gone) in {(one.title, one.reason) for one in done.declined}
    assert noted.item("Mask R-CNN")["collections"] == []


def test_an_item_that_a_person_moved_since_does_not_go_back_to_its_old_collection_too(
    noted: World,
) -> None:
    add_heading(noted)
    noted.push(SYNC)
    move_in_library(noted)

    done = undone(noted)

    assert noted.shelved("Mask R-CNN") == {"notes/Language"}
    assert [one.reason for one in done.declined] == ["its collections have changed since"]


def test_undo_of_an_inserted_entry_takes_it_out_and_does_not_bring_it_again(noted: World) -> None:
    noted.put(diffusion(noted, "notes/Vision"))
    noted.push(SYNC)
    assert text(noted) != NOTES

    done = undone(noted)
    noted.push(SYNC)

    assert done.declined == ()
    assert text(noted) == NOTES
    assert "NEWNEW22" in noted.items()


def test_undo_of_a_removed_entry_puts_it_back(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.configure('[[digest]]\npath = "notes.md"\nwhen_trashed = "remove"\n')
    world.markdown("notes.md", NOTES)
    world.first_push(SYNC)
    world.change(world.key("Mask R-CNN"), deleted=1)
    world.push(SYNC)
    assert MASK not in text(world)

    done = undone(world)

    assert done.declined == ()
    assert text(world) == NOTES


# --- many changes --------------------------------------------------------------------------------


def test_undo_of_forty_changes_gives_everything_back(tmp_path: Path) -> None:
    world = edited_at_both_ends(tmp_path / "world")
    before = [digest(world, name) for name in world.digests]
    library, collection_rows, links = live(world), world.collections(), lock(world)
    world.push(ALL)
    after = state_of(world)

    done = undone(world)

    assert done.declined == ()
    assert [digest(world, name) for name in world.digests] == before
    items = world.items()
    assert items == {key: data for key, data in library.items() if key in items}
    assert items.keys() == {key for key, data in library.items() if "parentItem" not in data}
    assert world.collections() == collection_rows
    known = {row.id for row in links.rows}
    rows = lock(world).rows
    assert tuple(row for row in rows if row.id in known) == links.rows
    assert {row.state for row in rows if row.id not in known} == {LinkState.UNLINKED}
    newest = history(world).runs[-1].number
    undone(world, newest)
    assert state_of(world) == after


# --- kills ---------------------------------------------------------------------------------------


def edited_a_little(root: Path) -> World:
    """The two digests of `killing`, pushed, then edited at both ends."""
    root.mkdir()
    world = World(root)
    world.markdown("notes.md", NOTES)
    world.markdown("list.md", a_list({"Vision": [a_line("A Study of Two Things", "2402.00009")]}))
    world.first_push(SYNC)
    world.edit("notes.md", ("A mask for each box.", "A mask for every box."))
    world.edit("notes.md", ("## Language", f"{a_note_of(1)}\n## Words"))
    world.change(world.key("Attention Is All You Need"), title="Attention Is Plenty")
    return world


@pytest.mark.parametrize(
    ("make", "step"),
    [
        pytest.param(edited_a_little, 8, id="a little"),
        pytest.param(edited_at_both_ends, 1, id="much", marks=pytest.mark.deep),
    ],
)
def test_what_a_killed_run_wrote_can_be_undone(
    make: Callable[[Path], World], step: int, tmp_path: Path
) -> None:
    template = make(tmp_path / "template")
    before = [digest(template, name) for name in template.digests]
    titles = {data["title"] for data in template.items().values()}

    kills = killed(sync, template, tmp_path / "kills", first=9, step=step)

    assert kills
    for world in kills:
        run = history(world).runs[-1]
        if run.command == "sync" and run.number > 1:
            assert undone(world, run.number).declined == ()
        assert [digest(world, name) for name in world.digests] == before
        assert {data["title"] for data in world.items().values()} == titles


STEPS = [pytest.param(9, id="some"), pytest.param(1, id="all", marks=pytest.mark.deep)]


def edited_and_synced(root: Path) -> World:
    """The two digests of `killing`, edited at both ends, and synced: run 2, which is to be undone.

    One of the papers is in the trash by it, another one is new, and a .bib has gained and lost.
    """
    world = edited_a_little(root)
    rules = (f'[[digest]]\npath = "{name}"\nwhen_dropped = "trash"\n' for name in DIGESTS)
    bib = '[[bibliography]]\npath = "refs.bib"\nprune = true\n'
    world.configure("\n".join((*rules, bib)))
    world.push(SYNC)
    mask = MASK.replace("each box", "every box")
    world.edit("notes.md", (mask, ""), ("A Study of Model 1 for", "A Long Study of Model 1 for"))
    world.change(world.key("A Study of Two Things"), title="A Study of Three Things")
    world.put(diffusion(world, "notes/Vision"))
    world.push(SYNC)
    return world


def newest_to_undo(world: World) -> int | None:
    return run_to_undo(history(world).runs)


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, list[str]]:
    """A project whose last run is to be undone, and what comes of that without a kill."""
    world = edited_and_synced(tmp_path_factory.mktemp("run") / "template")
    undisturbed = copy_of(world, world.root.with_name("undisturbed"))
    undo_last(undisturbed)
    return world, state_of(undisturbed)


@pytest.mark.parametrize("step", STEPS)
def test_an_undo_killed_at_any_side_effect_is_completed_by_the_same_command(
    step: int, tmp_path: Path, synced: tuple[World, list[str]]
) -> None:
    template, expected = synced
    last = newest_to_undo(template)
    assert last is not None

    kills = killed(undo_last, template, tmp_path / "kills", step=step)

    assert kills
    for world in kills:
        assert newest_to_undo(world) == last
        assert not list(world.root.glob("*.tmp"))  # beside a digest git would take it along
        undo_last(world)
        assert not list(world.root.rglob("*.tmp"))
        assert state_of(world) == expected, f"after the kill at {world.root.name}"
        assert newest_to_undo(world) == last - 1


@pytest.mark.parametrize(
    ("first", "steps"),
    [
        pytest.param(16, (1000, 17), id="some"),
        pytest.param(1, (1, 1), id="all", marks=pytest.mark.deep),
    ],
)
def test_an_undo_killed_twice_is_completed_by_the_same_command(
    first: int, steps: tuple[int, int], tmp_path: Path, synced: tuple[World, list[str]]
) -> None:
    template, expected = synced
    for once in killed(undo_last, template, tmp_path / "kills", first=first, step=steps[0]):
        folder = tmp_path / f"again-{once.root.name}"
        for twice in killed(undo_last, once, folder, first=first, step=steps[1]):
            undo_last(twice)
            assert state_of(twice) == expected, f"{once.root.name}, then {twice.root.name}"


@pytest.mark.parametrize(
    "step", [pytest.param(21, id="some"), pytest.param(1, id="all", marks=pytest.mark.deep)]
)
def test_a_sync_after_a_killed_undo_doubles_and_loses_nothing(
    step: int, tmp_path: Path, synced: tuple[World, list[str]]
) -> None:
    template, _ = synced
    titles = [title for title in template.keys_by_title() if title != "Mask R-CNN"]

    for world in killed(undo_last, template, tmp_path / "kills", first=3, step=step):
        world.push_with_failures(ALL)
        notes = text(world) + (world.root / "list.md").read_text(encoding="utf-8")
        for title in titles:
            assert notes.count(title) <= 1, f"{title}, after the kill at {world.root.name}"
        assert world.plan(ALL).is_settled


@pytest.mark.parametrize("place", range(1, 4))
def test_an_undo_that_loses_its_library_is_completed_by_the_next(
    place: int, tmp_path: Path
) -> None:
    world = noted_and_synced(tmp_path)
    undisturbed = copy_of(world, tmp_path / "undisturbed")
    undone(undisturbed)

    known = history(world)
    run = known.run(known.runs[-1].number)

    def fail(number: int) -> None:
        if number == place:
            raise BadLibrary("the library went away")

    with suppress(BadLibrary):
        apply_undo(prepare_undo(troubled(world, after=fail), run), silent)
    undone(world, run.number)

    assert state_of(world) == state_of(undisturbed)


def noted_and_synced(tmp_path: Path) -> World:
    """A project with two digests' worth of edits at both ends, synced."""
    root = tmp_path / "world"
    root.mkdir()
    world = World(root)
    world.markdown("notes.md", NOTES)
    world.first_push(SYNC)
    world.edit("notes.md", ("A mask for each box.", "A mask for every box."))
    world.edit("notes.md", ("## Language", "## Words"))
    world.change(world.key("Attention Is All You Need"), title="Attention Is Plenty")
    world.push(SYNC)
    return world


def test_a_sync_after_a_killed_undo_loses_no_edit(tmp_path: Path) -> None:
    world = noted_and_synced(tmp_path)
    after = text(world)

    def fail(number: int) -> None:
        if number == 2:
            raise BadLibrary("the library went away")

    with pytest.raises(BadLibrary):
        apply_undo(prepare_undo(troubled(world, after=fail), history(world).run(2)), silent)
    world.push_with_failures(SYNC)

    assert "A mask for every box." in text(world)
    assert "Attention Is Plenty" in text(world)
    assert text(world) == after
    assert world.plan(SYNC).is_settled
