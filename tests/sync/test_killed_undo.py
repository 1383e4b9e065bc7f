"""A sync after an undo or a redo that was killed: no edit is lost that was made before it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest

from tests.sync.commands import NINE, Command, given, in_conflict, words
from tests.sync.disturbing import kills
from tests.sync.recovery import copy_of, few_and_adopted, state_of
from tests.sync.test_structure import MASK, NOTES, RESNET, SYNC, rename
from tests.sync.test_undo import history, undone
from tests.sync.trouble import silent, troubled
from tests.sync.world import World, reports
from zoterodigest.core.plan.history import killed_undos
from zoterodigest.core.plan.reports import Conflict
from zoterodigest.library.port import BadLibrary
from zoterodigest.sync.undo.undo import apply_undo, prepare_undo

ATTENTION = "Attention Is All You Need"
BIB = '[[digest]]\npath = "{}"\n\n[[bibliography]]\npath = "refs.bib"\npush = true\nprune = true\n'
LAST = NOTES[NOTES.index("> **Attention") :]


def in_two_digests(root: Path) -> World:
    """Three papers under two headings, two of them in a second digest too."""
    root.mkdir()
    world = World(root)
    world.markdown("notes.md", NOTES)
    world.markdown("twins.md", f"# Twins\n\n## Seen\n\n{RESNET}\n{MASK}")
    world.push(SYNC)
    return world


def in_a_bib(root: Path) -> World:
    """Three papers in a digest, and in a .bib that may be edited."""
    root.mkdir()
    world = World(root)
    world.configure(BIB.format("notes.md"))
    world.markdown("notes.md", NOTES)
    (root / "refs.bib").write_text("", encoding="utf-8")
    world.push(SYNC)
    world.push(SYNC)
    return world


# --- what people do ------------------------------------------------------------------------------


def edit_an_entry(world: World) -> None:
    world.edit("notes.md", ("*NeurIPS 2017*", "*ICML 2018*"), ("No recurrence.", "No loops."))
    world.edit("notes.md", ("Task: translation", "Task: speech"))


def edit_an_item(world: World) -> None:
    world.change_note(ATTENTION, lambda html: html.replace("No recurrence.", "No loops."))
    world.change(world.key(ATTENTION), title="Attention Is Plenty")


def edit_both_ends(world: World) -> None:
    world.edit("notes.md", ("- No recurrence.", "- No recurrence.\n> - No convolution."))
    world.change_note(ATTENTION, lambda html: html.replace("No recurrence.", "No loops."))
    world.edit("notes.md", ("Task: translation", "Task: translation, speech"))
    tags = world.item(ATTENTION)["tags"]
    world.change(world.key(ATTENTION), tags=[*tags, {"tag": "task:parsing"}])


def edit_one_of_two_entries(world: World) -> None:
    world.edit("twins.md", ("*CVPR 2016*", "*ICML 2018*"), ("**Mask R-CNN**", "**Masks**"))


def clear_fields(world: World) -> None:
    world.edit("notes.md", ("*NeurIPS 2017*, ", ""))
    world.change(world.key("Mask R-CNN"), date="", proceedingsTitle="", conferenceName="")


def move_an_entry(world: World) -> None:
    world.edit("notes.md", (f"{MASK}\n", ""), (LAST, f"{MASK}\n{LAST}"))


def move_an_item(world: World) -> None:
    world.change(world.key(ATTENTION), collections=[world.collections()["notes/Vision"]])


def rename_a_heading(world: World) -> None:
    world.edit("notes.md", ("## Vision", "## Seeing"))


def rename_a_collection(world: World) -> None:
    rename(world, "Vision", "Seeing & more")


def edit_a_bib_entry(world: World) -> None:
    world.edit("refs.bib", (ATTENTION, "Attention Is Plenty"))


def merge_two_works(world: World) -> None:
    """Merge the items of two works, of which the one that stays has an edited entry."""
    world.edit("notes.md", ("Task: translation", "Task: speech"))
    world.merge(world.key(ATTENTION), world.key("Mask R-CNN"))


def edit_much(world: World) -> None:
    edit_both_ends(world)
    edit_a_bib_entry(world)
    world.edit("notes.md", ("*ICCV 2017*", "*ICML 2018*"))
    world.change(world.key("Mask R-CNN"), title="Masks")
    rename_a_heading(world)


Make = Callable[[Path], World]
Change = Callable[[World], None]
IN_DIGESTS = (
    edit_an_entry,
    edit_an_item,
    edit_both_ends,
    edit_one_of_two_entries,
    clear_fields,
    move_an_entry,
    move_an_item,
    rename_a_heading,
    rename_a_collection,
)
IN_A_BIB = (edit_an_entry, edit_an_item, edit_a_bib_entry)


SCENES = [
    pytest.param(in_a_bib, edit_much, 4, id="much"),
    pytest.param(in_two_digests, merge_two_works, 1, id="merged"),
    *(
        pytest.param(
            make, change, 1, id=f"{change.__name__} {make.__name__}", marks=pytest.mark.deep
        )
        for make, changes in ((in_two_digests, IN_DIGESTS), (in_a_bib, IN_A_BIB))
        for change in changes
    ),
]
"""What was done where, and the distance between kills: a few kills after much, each after one."""


EACH = pytest.param((1, 1), id="each", marks=pytest.mark.deep)
EACH_ONE = pytest.param(1, id="each", marks=pytest.mark.deep)
UNDO, REDO = (Command(in_a_bib, words(name, "--yes")) for name in ("undo", "redo"))


def left_of(world: World) -> list[str]:
    """Return everything in files, library and lock file, but for what the lock file calls ours.

    After a kill, it may claim less.
    """
    lines = "\n".join(state_of(world)).split("\n")
    ours = ("attachments ", "collections ", "fields ", "tags ")
    return [line.removesuffix(" created") for line in lines if not line.startswith(ours)]


@pytest.mark.parametrize("command", [UNDO, REDO], ids=["undo", "redo"])
@pytest.mark.parametrize(("make", "change", "step"), SCENES)
def test_a_sync_after_a_kill_ends_as_if_nothing_had_been_taken_back(
    make: Make, change: Change, step: int, command: Command, tmp_path: Path
) -> None:
    world = make(tmp_path / "template")
    change(world)
    world.push(SYNC)
    undisturbed = copy_of(world, tmp_path / "undisturbed")
    undone(undisturbed)
    if command is REDO:
        undone(world)
    undisturbed.push(SYNC)
    expected = left_of(undisturbed)

    for killed in islice(kills(command, world, tmp_path / "kills"), 1, None, step):
        killed.push(SYNC)
        assert left_of(killed) == expected, f"after the kill at {killed.root.name}"


@pytest.mark.parametrize("steps", [pytest.param((18, 13), id="some"), EACH])
def test_a_sync_after_a_killed_redo_of_a_killed_undo_ends_the_same(
    steps: tuple[int, int], tmp_path: Path
) -> None:
    world = in_a_bib(tmp_path / "template")
    edit_much(world)
    world.push(SYNC)
    undisturbed = copy_of(world, tmp_path / "undisturbed")
    undone(undisturbed)
    undisturbed.push(SYNC)
    expected = left_of(undisturbed)
    number = history(world).runs[-1].number + 1
    undo_of_undo = Command(in_a_bib, words("undo", str(number), "--yes"))

    for once in islice(kills(UNDO, world, tmp_path / "once"), 1, None, steps[0]):
        if history(once).runs[-1].number == number:
            again = kills(undo_of_undo, once, tmp_path / f"again-{once.root.name}")
            for twice in islice(again, 0, None, steps[1]):
                twice.push(SYNC)
                assert left_of(twice) == expected, f"{once.root.name}, then {twice.root.name}"


def test_an_undo_of_an_undo_that_was_killed_between_library_and_digest_loses_no_edit(
    tmp_path: Path,
) -> None:
    world = in_two_digests(tmp_path / "world")
    world.edit("notes.md", ("No recurrence.", "No loops."))
    world.change(world.key("Mask R-CNN"), title="Masks")
    world.push(SYNC)
    workspace = troubled(world, after=lose_the_library)
    with pytest.raises(BadLibrary):
        apply_undo(prepare_undo(workspace, history(world).run(2)), silent)
    workspace = troubled(world, before=lose_the_library)
    with pytest.raises(BadLibrary):
        apply_undo(prepare_undo(workspace, history(world).run(3)), silent)

    world.push(SYNC)

    assert "No loops." in (world.root / "notes.md").read_text(encoding="utf-8")
    assert "No loops." in world.note(ATTENTION)
    assert "Masks" in world.keys_by_title()


@pytest.mark.parametrize("step", [pytest.param(3, id="some"), EACH_ONE])
def test_an_undo_of_a_redo_after_a_sync_gives_back_what_the_redo_found(
    step: int, tmp_path: Path
) -> None:
    world = in_two_digests(tmp_path / "template")
    world.change_note(ATTENTION, lambda html: html.replace("No recurrence.", "No loops."))
    world.edit("twins.md", ("Task: segmentation", "Task: vision"))
    world.push(SYNC)
    number = history(world).runs[-1].number

    for killed in islice(kills(UNDO, world, tmp_path / "kills"), 1, None, step):
        undone(killed, number)
        undone(killed, history(killed).runs[-1].number)
        redone = history(killed).runs[-1].number
        killed.push(SYNC)
        undone(killed, redone)
        killed.push(SYNC)
        assert "No loops." in killed.note(ATTENTION), f"after the kill at {killed.root.name}"


def test_a_killed_undo_of_which_something_stays_is_finished_by_the_next(tmp_path: Path) -> None:
    """Also where all but that was turned back before the kill."""
    world = in_two_digests(tmp_path / "world")
    world.edit("notes.md", ("No recurrence.", "No loops."))
    world.change(world.key("Mask R-CNN"), title="Masks")
    world.push(SYNC)
    number = history(world).runs[-1].number
    world.change_note(ATTENTION, lambda html: html.replace("No loops.", "No loops at all."))
    ends = set[tuple[str, ...]]()

    for killed in kills(UNDO, world, tmp_path / "kills"):
        assert undone(killed, number).declined
        assert number not in killed_undos(history(killed).runs), killed.root.name
        ends.add(tuple(left_of(killed)))

    assert len(ends) == 1


def lose_the_library(_number: int) -> None:
    raise BadLibrary("the library went away")


# --- decisions -----------------------------------------------------------------------------------


def decided(root: Path, keep: str) -> World:
    """A title and a summary that were edited at both ends, for which a person chose one end."""
    world = in_conflict(root)
    assert given(world, "resolve", "--all", "--keep", keep, "--yes").code == 0
    return world


@pytest.mark.parametrize("step", [pytest.param(4, id="some"), EACH_ONE])
@pytest.mark.parametrize("keep", ["markdown", "zotero"])
def test_a_killed_undo_of_a_decision_is_completed_by_the_next_undo(
    keep: str, step: int, tmp_path: Path
) -> None:
    world = decided(tmp_path / "template", keep)
    undisturbed = copy_of(world, tmp_path / "undisturbed")
    undone(undisturbed)
    expected = left_of(undisturbed)

    for killed in islice(kills(UNDO, world, tmp_path / "kills"), 1, None, step):
        undone(killed)
        assert left_of(killed) == expected, f"after the kill at {killed.root.name}"
        assert len(reports(killed.plan(SYNC), Conflict)) == 2


@pytest.mark.parametrize("command", [UNDO, REDO], ids=["undo", "redo"])
@pytest.mark.parametrize("step", [pytest.param(4, id="some"), EACH_ONE])
@pytest.mark.parametrize("keep", ["markdown", "zotero"])
def test_a_sync_after_a_killed_undo_of_a_decision_decides_nothing_anew(
    keep: str, step: int, command: Command, tmp_path: Path
) -> None:
    world = decided(tmp_path / "template", keep)
    ends = [values_of(world)]
    undisturbed = copy_of(world, tmp_path / "undisturbed")
    undone(undisturbed)
    ends.append(values_of(undisturbed))
    assert all(chosen != open_ for chosen, open_ in zip(*ends, strict=True))
    if command is REDO:
        undone(world)

    for killed in islice(kills(command, world, tmp_path / "kills"), 1, None, step):
        killed.push_with_failures(SYNC)
        each = zip(values_of(killed), *ends, strict=True)
        assert all(now in (chosen, open_) for now, chosen, open_ in each), killed.root.name


def values_of(world: World) -> list[object]:
    """Return what both ends hold of the fields that were open: each its own value, or the same."""
    text = "".join((world.root / name).read_text(encoding="utf-8") for name in world.digests)
    note = world.note(NINE)
    titles = ("A Study of Some Things", "A Study of Three Things")
    words = ("is looked at twice.", "is looked at never.")
    return [
        [(one in text, one in world.keys_by_title()) for one in titles],
        [(one in text, one in note) for one in words],
    ]


# --- ways out ------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [UNDO, REDO], ids=["undo", "redo"])
@pytest.mark.parametrize("step", [pytest.param(5, id="some"), EACH_ONE])
@pytest.mark.parametrize("leave", [World.remove, World.unlink], ids=["remove", "unlink"])
def test_a_sync_after_a_kill_changes_no_digest(
    leave: Callable[[World], object], step: int, command: Command, tmp_path: Path
) -> None:
    world = few_and_adopted(tmp_path / "template")
    digests = [(world.root / name).read_bytes() for name in world.digests]
    leave(world)
    if command is REDO:
        undone(world)

    for killed in islice(kills(command, world, tmp_path / "kills"), 1, None, step):
        killed.push_with_failures(SYNC)
        assert [(killed.root / name).read_bytes() for name in killed.digests] == digests


def test_a_work_that_is_cited_again_comes_back_after_a_killed_undo_of_its_removal(
    tmp_path: Path,
) -> None:
    """Before an undo writes a .bib, the lock file names no entry that the .bib lacks."""
    rules = '[[digest]]\npath = "notes.md"\n\n[[bibliography]]\npath = "refs.bib"\n'
    world = World(tmp_path / "world")
    world.root.mkdir()
    world.configure(f'{rules}cited = ["main.tex"]\nprune = true\n')
    world.markdown("notes.md", f"# Notes\n\n{RESNET}\n{MASK}")
    both = "\\cite{DeepResidualLearning2016, MaskRCNN2017}"
    (world.root / "main.tex").write_text(both)
    world.push(SYNC)
    assert (world.root / "refs.bib").read_text().count("@") == 2
    (world.root / "main.tex").write_text("\\cite{MaskRCNN2017}")
    world.push(SYNC)
    assert (world.root / "refs.bib").read_text().count("@") == 1

    for killed in kills(UNDO, world, tmp_path / "kills"):
        (killed.root / "main.tex").write_text(both)
        killed.push(SYNC)
        bib = (killed.root / "refs.bib").read_text()
        assert bib.count("@") == 2, f"after the kill at {killed.root.name}"
