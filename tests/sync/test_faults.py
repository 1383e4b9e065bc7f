"""What goes wrong around a push: each thing is said clearly, nothing is half done or done twice."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest

from tests.processes import ended, processes, run, started
from tests.project.unprivileged import NOBODY
from tests.sync.digests import notes
from tests.sync.killing import push
from tests.sync.recovery import (
    OWN_SHELF,
    Recovery,
    a_line,
    a_list,
    a_note_of,
    copy_of,
    mine,
    new_project,
)
from tests.sync.trouble import silent, troubled
from tests.sync.world import World, reports
from zoterodigest.core.plan.reports import Conflict
from zoterodigest.errors import ZoterodigestError
from zoterodigest.library.port import BadLibrary, LibraryItem, LibraryReadOnly
from zoterodigest.project.files import CannotWrite, SourceChanged
from zoterodigest.project.lock.lock import BadLockFile, read_lock
from zoterodigest.project.running import AlreadyRunning
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.gathering.known_lock import OtherLibrary
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.sync_run import FinishedRun, LibraryChanged, carry_out

SYNC = Options(intent.SYNC)
LENSES = "Seeing Further with Larger Lenses"


def named(number: int) -> str:
    return f"A Study of Model {number} for Images"


@pytest.fixture
def pushed(world: World) -> World:
    """Three papers, pushed."""
    world.markdown("notes.md", notes(*(a_note_of(number) for number in range(3))))
    world.first_push()
    return world


@pytest.fixture
def edited(pushed: World) -> World:
    """Of three papers that were pushed one has changed; a fourth is new."""
    pushed.edit("notes.md", ("Model 1 is looked at.", "Model 1 is looked at twice."))
    text = (pushed.root / "notes.md").read_text(encoding="utf-8")
    pushed.markdown("notes.md", f"{text}\n\n\n{a_note_of(3)}")
    return pushed


def all_of(world: World) -> dict[str, tuple[bytes, int]]:
    """Return every file of a project, with the time of its last change."""
    files = (path for path in world.root.rglob("*") if path.is_file())
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def titles(world: World) -> list[str]:
    return sorted(str(data["title"]) for data in world.items().values())


def carried(world: World) -> FinishedRun:
    return carry_out(world.prepare(), silent)


# A full disk


@pytest.fixture(scope="module")
def recovery(tmp_path_factory: pytest.TempPathFactory) -> Recovery:
    return Recovery(new_project(tmp_path_factory.mktemp("full") / "template"), push)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of its own that is soon full."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a small disk is not permitted")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


PAGE = 4096


def fill(disk: Path, *, but: int) -> Path:
    """Fill a disk with a file, but for so many bytes."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * PAGE):
            pass
    with ballast.open("r+b") as file:
        file.truncate(ballast.stat().st_size - but)
    return ballast


def test_a_disk_that_gets_full_at_any_moment_stops_a_push_cleanly(
    small_disk: Path, recovery: Recovery
) -> None:
    failures: list[ZoterodigestError] = []
    for left in (*range(0, 4 * PAGE, PAGE), *range(9 * PAGE, 41 * PAGE, 8 * PAGE)):
        world = copy_of(recovery.template, small_disk / str(left))
        digests = [(world.root / name).read_bytes() for name in world.digests]
        ballast = fill(small_disk, but=left)
        try:
            carried(world)
        except (BadLibrary, CannotWrite) as error:
            failures.append(error)
        assert [(world.root / name).read_bytes() for name in world.digests] == digests
        ballast.unlink()

        recovery.require(world)

        shutil.rmtree(world.root)
    assert all("the disk is full" in str(error) for error in failures)
    assert {type(error) for error in failures} == {BadLibrary, CannotWrite}
    assert {error.exit_code for error in failures} == {14, 15}


# Read-only places


READ_ONLY = f"""
import os, sys
from pathlib import Path
from tests.sync.trouble import silent
from tests.sync.world import World
from zoterodigest.errors import ZoterodigestError
from zoterodigest.sync.syncing.sync_run import carry_out
world = World(Path(sys.argv[1]), ["notes.md"])
world.plan()
if os.geteuid() == 0:
    os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})
prepared = world.prepare()
print(len(prepared.plan.actions))
try:
    carry_out(prepared, silent)
except ZoterodigestError as error:
    print(error.exit_code, error)
"""


@pytest.fixture
def open_world() -> Iterator[World]:
    """Two papers, one pushed, where every user may read and write; pytest's folders are private."""
    if not all(folder.stat().st_mode & 0o001 for folder in Path(__file__).resolve().parents):
        pytest.skip("another user may not read the checkout")
    with tempfile.TemporaryDirectory() as name:
        yield open_to_all(World(Path(name).resolve()))


def open_to_all(world: World) -> World:
    world.markdown("notes.md", notes(a_note_of(1)))
    world.push()
    world.markdown("notes.md", notes(a_note_of(1), a_note_of(2)))
    for path in (world.root, *world.root.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    return world


def lock_down(*paths: Path) -> None:
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)


def test_a_read_only_library_can_be_planned_for_but_not_pushed_into(open_world: World) -> None:
    library = open_world.root / ".zoterodigest" / "library.sqlite"
    lock_down(library)
    before = library.read_bytes(), open_world.lock_path.read_bytes()

    told = run(READ_ONLY, open_world.root).stdout.splitlines()

    assert told == [
        "2",
        f"15 {library} cannot be written: the file or its folder is read-only",
    ]
    assert (library.read_bytes(), open_world.lock_path.read_bytes()) == before


@pytest.mark.parametrize("first", [1, 2])
def test_a_library_that_refuses_all_writes_leaves_no_run_to_finish(
    edited: World, first: int
) -> None:
    def refuse(number: int) -> None:
        if number >= first:
            raise LibraryReadOnly("this key may only read", "Make another key.")

    workspace = troubled(edited, before=refuse)
    lock = edited.lock_path.read_bytes()

    with pytest.raises(LibraryReadOnly):
        carry_out(prepare(workspace, SYNC), silent)

    was_written = first > 1
    assert edited.lock_path.read_bytes() == lock
    assert workspace.project.journal_path.exists() is was_written
    assert (edited.prepare().gathered.recorded is not None) is was_written
    edited.push()
    assert "Model 1 is looked at twice." in edited.note(named(1))
    assert edited.prepare().is_settled


@pytest.mark.parametrize("is_new", [True, False], ids=["never pushed", "pushed before"])
def test_a_read_only_project_can_be_planned_without_a_trace_but_not_pushed(
    open_world: World, is_new: bool
) -> None:
    if is_new:
        shutil.rmtree(open_world.root / ".zoterodigest")
        open_world.lock_path.unlink()
    lock_down(*open_world.root.rglob("*"), open_world.root)
    before = all_of(open_world)

    told = run(READ_ONLY, open_world.root).stdout.splitlines()

    assert int(told[0]) >= 2
    assert told[1].startswith("15 ")
    assert "cannot be written" in told[1]
    assert all_of(open_world) == before
    for path in (open_world.root, *open_world.root.rglob("*")):
        path.chmod(0o777)


# Changes while the run is on


def test_a_digest_that_changed_since_it_was_read_stops_the_run_before_anything_is_written(
    edited: World,
) -> None:
    prepared = edited.prepare()
    edited.edit("notes.md", ("Model 0 is looked at.", "Model 0 is looked at just now."))
    before, version = edited.traces(), edited.library.version()

    with pytest.raises(SourceChanged, match=r"notes\.md has changed") as caught:
        carry_out(prepared, silent)

    assert caught.value.exit_code == 16
    assert (edited.traces(), edited.library.version()) == (before, version)
    edited.push()
    assert "Model 0 is looked at just now." in edited.note(named(0))


def test_a_lock_file_that_changed_since_it_was_read_stops_the_run(edited: World) -> None:
    prepared = edited.prepare()
    edited.lock_path.write_bytes(edited.lock_path.read_bytes().replace(b"\n", b"\r\n"))
    before, version = edited.traces(), edited.library.version()

    with pytest.raises(SourceChanged, match=r"zoterodigest\.lock has changed"):
        carry_out(prepared, silent)

    assert (edited.traces(), edited.library.version()) == (before, version)


def test_an_item_edited_between_plan_and_push_is_planned_once_more(edited: World) -> None:
    prepared = edited.prepare()
    edited.change_note(named(1), lambda html: html.replace("1 layers", "one layer"))
    edited.change(edited.key(named(2)), extra="Read twice")

    outcome = carry_out(prepared, silent)

    assert outcome.failures == ()
    assert edited.item(named(2))["extra"] == "Read twice"
    note = edited.note(named(1))
    assert "looked at twice" in note
    assert "one layer" in note
    assert titles(edited) == [named(number) for number in range(4)]
    assert edited.plan().is_settled


def test_what_is_planned_once_more_is_counted(edited: World) -> None:
    edited.edit("notes.md", (a_note_of(2), a_note_of(2).replace("image restoration", "seeing")))
    prepared = edited.prepare()
    edited.change(edited.key(named(2)), extra="Read twice")

    outcome = carry_out(prepared, silent)

    assert outcome.planned_again == 1
    assert edited.item(named(2))["extra"] == "Read twice"
    assert edited.tags(named(2)) == {"task:seeing"}


def test_an_item_edited_while_it_is_about_to_be_written_is_planned_once_more(
    edited: World,
) -> None:
    edited.edit("notes.md", (a_note_of(2), a_note_of(2).replace("image restoration", "seeing")))
    key = edited.key(named(2))

    def edit(number: int) -> None:
        if number == 1:
            edited.change(key, extra="Read twice", tags=[{"tag": "task:image restoration"}])

    outcome = carry_out(prepare(troubled(edited, before=edit), Options()), silent)

    assert (outcome.planned_again, outcome.failures) == (1, ())
    assert edited.item(named(2))["extra"] == "Read twice"
    assert edited.tags(named(2)) == {"task:seeing"}
    assert edited.plan().is_settled


def test_an_item_that_is_edited_while_it_is_adopted_comes_into_its_collection(world: World) -> None:
    world.put_shelf(OWN_SHELF, "To read")
    world.put(mine("MYPAPER2", named(0), "2401.10000"))
    world.configure('[[digest]]\npath = "notes.md"\ncollection = "notes"\n')
    world.markdown("notes.md", notes(*map(a_note_of, range(2))))

    def edit(number: int) -> None:
        if number == 2:  # after the collection, before the items
            world.change("MYPAPER2", extra="Read twice")

    outcome = carry_out(prepare(troubled(world, before=edit), Options()), silent)

    assert (outcome.planned_again, outcome.failures) == (1, ())
    assert world.shelved(named(0)) == {"To read", "notes"}
    assert world.item(named(0))["extra"] == "Read twice"
    assert world.plan().is_settled


def test_an_item_that_is_edited_while_its_entry_moves_moves_too(world: World) -> None:
    lenses, robots = a_line(LENSES, "2402.00001"), a_line("Walking Robots", "2402.00002")
    world.configure('[[digest]]\npath = "list.md"\ncollection = "list"\n')
    world.markdown("list.md", a_list({"Vision": [lenses], "Robots": [robots]}))
    world.push()
    moved = a_list({"Vision": [], "Robots": [robots, lenses]})
    world.markdown("list.md", moved)
    key = world.key(LENSES)

    def edit(number: int) -> None:
        if number == 1:
            world.change(key, extra="Read twice")

    outcome = carry_out(prepare(troubled(world, before=edit), SYNC), silent)

    assert (outcome.planned_again, outcome.failures) == (1, ())
    assert world.shelved(LENSES) == {"list/Robots"}
    assert (world.root / "list.md").read_text(encoding="utf-8") == moved
    assert world.plan(SYNC).is_settled


@pytest.mark.parametrize("is_carried_to_the_digest", [True, False])
def test_an_edit_that_overtakes_what_a_run_carries_is_no_conflict(
    edited: World, is_carried_to_the_digest: bool
) -> None:
    key, last = edited.key(named(2)), f"{named(2)}, Again and Again"
    if is_carried_to_the_digest:
        edited.change(key, title=f"{named(2)}, Again")
    else:
        edited.edit("notes.md", (f"**{named(2)}**", f"**{named(2)}, Again**"))

    def edit(number: int) -> None:
        if number == 2:  # the last one: the children
            edited.change(key, title=last)

    carry_out(prepare(troubled(edited, after=edit), SYNC), silent)
    plan = edited.plan(SYNC)
    edited.push(SYNC)

    assert reports(plan, Conflict) == []
    assert f"**{last}**" in (edited.root / "notes.md").read_text(encoding="utf-8")
    assert edited.plan(SYNC).is_settled


def test_an_item_edited_again_and_again_is_reported_and_tried_by_the_next_run(
    edited: World,
) -> None:
    edited.edit("notes.md", (a_note_of(2), a_note_of(2).replace("image restoration", "seeing")))
    key = edited.key(named(2))

    def edit(number: int) -> None:
        edited.change(key, extra=f"Read {number} times")

    outcome = carry_out(prepare(troubled(edited, before=edit), Options()), silent)

    (failure,) = outcome.failures
    assert failure.title == named(2)
    assert "changed in the library" in failure.reason
    assert edited.tags(named(2)) == {"task:image restoration"}
    assert "looked at twice" in edited.note(named(1))
    edited.push()
    assert edited.tags(named(2)) == {"task:seeing"}


@pytest.mark.parametrize("when", ["planned", "about to be written"])
def test_an_item_another_program_creates_in_between_is_adopted_not_doubled(
    edited: World, when: str
) -> None:
    other = copy_of(edited, edited.root / "elsewhere")
    other.push()
    key = other.key(named(3))
    same = replace(mine(key, named(3), "2401.10003"), version=0)
    item = LibraryItem(key, 0, {k: v for k, v in same.data.items() if k != "collections"})

    def create(number: int) -> None:
        if number == 1:
            edited.put(item)

    if when == "planned":
        prepared = edited.prepare()
        create(1)
    else:
        prepared = prepare(troubled(edited, before=create), Options())
    outcome = carry_out(prepared, silent)

    assert (outcome.planned_again, outcome.failures) == (1, ())
    assert titles(edited) == [named(number) for number in range(4)]
    assert "mine" in edited.tags(named(3))
    assert edited.plan().is_settled


def test_an_item_created_in_between_under_a_key_of_its_own_is_adopted_too(edited: World) -> None:
    prepared = edited.prepare()
    data = mine("MYPAPER3", named(3), "2401.10003").data
    edited.put(LibraryItem("MYPAPER3", 0, {k: v for k, v in data.items() if k != "collections"}))

    outcome = carry_out(prepared, silent)

    assert outcome.planned_again == 1
    assert edited.key(named(3)) == "MYPAPER3"
    assert edited.plan().is_settled


def test_a_library_that_turns_out_not_to_be_empty_is_to_be_shown_first(world: World) -> None:
    world.markdown("notes.md", notes(a_note_of(3)))
    prepared = world.prepare()
    data = mine("MYPAPER3", named(3), "2401.10003").data
    world.put(LibraryItem("MYPAPER3", 0, {k: v for k, v in data.items() if k != "collections"}))
    before = world.everything()

    with pytest.raises(LibraryChanged) as caught:
        carry_out(prepared, silent)

    assert caught.value.exit_code == 16
    assert world.everything() == before
    assert not world.lock_path.exists()


@pytest.mark.parametrize("trouble", ["edited", "refused"])
def test_a_collection_that_cannot_be_renamed_stays_known_and_is_renamed_later(
    world: World, trouble: str
) -> None:
    listed = {"Vision": [a_line("Seeing Further with Larger Lenses", "2402.00001")]}
    world.markdown("list.md", a_list(listed))
    world.push()
    world.put_shelf("MYSHELF2", "Mine")
    key = world.collections()["list/Vision"]
    world.markdown("list.md", a_list({"Computer Vision": listed["Vision"]}))

    def touch(_number: int) -> None:
        if "list/Vision" in world.collections():
            (collection_row,) = (one for one in world.library.read().collections if one.key == key)
            world.library.write_collections([replace(collection_row, parent="MYSHELF2")])

    def is_accepted(written: str, _data: Mapping[str, Any]) -> bool:
        return written != key

    is_refused = trouble == "refused"
    workspace = (
        troubled(world, is_accepted=is_accepted) if is_refused else troubled(world, before=touch)
    )
    outcome = carry_out(prepare(workspace, Options()), silent)

    assert len(outcome.failures) == is_refused
    world.push()
    assert key in world.collections().values()
    assert {path.rpartition("/")[2] for path in world.collections()} == {
        "list",
        "Computer Vision",
        "Mine",
    }
    assert world.plan().is_settled


# Two runs at once


def push_at_once(root: Path, ready: Barrier) -> None:
    world = World(root, ["notes.md"])
    try:
        prepared = world.prepare()
        ready.wait(60)
        carry_out(prepared, silent)
    except ZoterodigestError as error:
        sys.exit(error.exit_code)


def test_of_two_runs_at_once_one_is_told_so_and_nothing_is_done_twice(world: World) -> None:
    world.markdown("notes.md", notes(*(a_note_of(number) for number in range(30))))
    ready = processes().Barrier(2)
    runs = [started(push_at_once, world.root, ready) for _ in range(2)]

    codes = sorted(map(ended, runs))

    assert codes[0] == 0
    assert codes[1] in (AlreadyRunning.exit_code, SourceChanged.exit_code)
    assert len(world.items()) == len(world.notes()) == 30
    assert world.plan().is_settled


def test_a_run_that_begins_while_another_writes_writes_nothing(edited: World) -> None:
    refusals: list[int] = []

    def push_too(_number: int) -> None:
        with pytest.raises(AlreadyRunning) as caught:
            carried(edited)
        refusals.append(caught.value.exit_code)

    carry_out(prepare(troubled(edited, before=push_too), Options()), silent)

    assert set(refusals) == {17}
    assert edited.plan().is_settled


def test_of_two_runs_planned_at_once_the_later_finds_everything_changed(edited: World) -> None:
    first, second = edited.prepare(), edited.prepare()
    carry_out(first, silent)
    before, version = edited.traces(), edited.library.version()

    with pytest.raises(SourceChanged):
        carry_out(second, silent)

    assert (edited.traces(), edited.library.version()) == (before, version)


# Files that are not what they should be


def test_a_corrupt_library_is_said_to_be_damaged_and_left_alone(edited: World) -> None:
    library = edited.root / ".zoterodigest" / "library.sqlite"
    library.write_bytes(library.read_bytes()[:4096] + os.urandom(30_000))
    before = all_of(edited)

    with pytest.raises(BadLibrary, match=r"library\.sqlite is damaged") as caught:
        edited.prepare()

    assert caught.value.exit_code == 14
    assert caught.value.hint
    assert all_of(edited) == before


def test_a_corrupt_lock_file_is_named_with_its_line_and_left_alone(edited: World) -> None:
    lines = edited.lock_path.read_bytes().split(b"\n")
    place = next(place for place, line in enumerate(lines) if line.startswith(b"title: "))
    lines[place] = b"title: 0123"
    edited.lock_path.write_bytes(b"\n".join(lines))
    before = all_of(edited)

    with pytest.raises(BadLockFile, match=rf"zoterodigest\.lock:{place + 1}: ") as caught:
        edited.prepare()

    assert caught.value.exit_code == 13
    assert all_of(edited) == before


def test_a_merge_of_git_is_put_in_order_though_nothing_else_is_to_do(pushed: World) -> None:
    text = pushed.lock_path.read_text(encoding="utf-8")
    first, second = (at.start() for at in list(re.finditer(r"^zd-", text, re.M))[:2])
    one, other = text[first:second], text[second:]
    marked = f"{text[:first]}<<<<<<< ours\n{one}=======\n{other}>>>>>>> theirs\n"
    pushed.lock_path.write_text(marked, encoding="utf-8")

    pushed.push()

    assert pushed.lock_path.read_text(encoding="utf-8") == text


def test_a_lock_file_of_another_library_is_no_base(edited: World) -> None:
    linked = edited.library.identity
    shutil.rmtree(edited.root / ".zoterodigest")
    edited.put_shelf("MYSHELF2", "A library of my own")
    before = all_of(edited)

    with pytest.raises(OtherLibrary) as caught:
        edited.prepare()

    assert caught.value.exit_code == 13
    assert linked in str(caught.value)
    assert edited.library.identity in str(caught.value)
    assert "init --fresh" in caught.value.hint
    assert "--library" in caught.value.hint
    with pytest.raises(OtherLibrary):
        edited.remove()
    assert all_of(edited) == before


def test_a_clone_without_its_library_is_told_so(edited: World) -> None:
    linked = edited.library.identity
    shutil.rmtree(edited.root / ".zoterodigest")

    with pytest.raises(OtherLibrary, match="is not here") as caught:
        edited.prepare()

    assert linked in str(caught.value)
    assert "init --fresh" in caught.value.hint
    assert not (edited.root / ".zoterodigest").exists()


def test_a_lock_file_without_links_binds_to_no_library(world: World) -> None:
    world.markdown("notes.md", notes(a_note_of(1)))
    world.lock_path.write_bytes(b'version 1\nlibrary "embedded:0123456789abcdef"\n')

    world.push()

    lock = read_lock(world.lock_path.read_bytes())
    assert (lock.identity, len(lock.rows)) == (world.library.identity, 1)


# One record's failure


def test_an_item_that_is_refused_stops_no_other_and_is_tried_again(world: World) -> None:
    world.markdown("notes.md", notes(*(a_note_of(number) for number in range(5))))

    def is_accepted(_key: str, data: Mapping[str, Any]) -> bool:
        return data.get("title") != named(2)

    outcome = carry_out(prepare(troubled(world, is_accepted=is_accepted), Options()), silent)

    line = (world.root / "notes.md").read_text().split("\n").index(f"> **{named(2)}**  ") + 1
    (failure,) = outcome.failures
    assert (failure.where, failure.title) == (f"notes.md:{line}", named(2))
    assert failure.reason == "too odd"
    assert titles(world) == [named(number) for number in (0, 1, 3, 4)]
    assert len(world.notes()) == 4
    assert len(read_lock(world.lock_path.read_bytes()).rows) == 4
    world.push()
    assert len(world.items()) == len(world.notes()) == 5
    assert world.plan().is_settled


def test_a_note_that_is_refused_is_not_claimed_and_its_item_holds(world: World) -> None:
    world.markdown("notes.md", notes(*(a_note_of(number) for number in range(3))))

    def is_accepted(_key: str, data: Mapping[str, Any]) -> bool:
        return "Model 2 is looked at" not in data.get("note", "")

    outcome = carry_out(prepare(troubled(world, is_accepted=is_accepted), Options()), silent)

    (failure,) = outcome.failures
    assert (failure.title, failure.reason) == (named(2), "too odd")
    assert len(world.items()) == 3
    rows = read_lock(world.lock_path.read_bytes()).rows
    (row,) = (row for row in rows if row.item == world.key(named(2)))
    assert (row.note, row.origin.note, "summary" in row.bases) == (None, False, False)
    world.push()
    assert "Model 2 is looked at" in world.note(named(2))
    assert world.plan().is_settled


def test_an_edit_that_is_refused_travels_with_the_next_run(edited: World) -> None:
    edited.edit("notes.md", (a_note_of(2), a_note_of(2).replace("image restoration", "seeing")))
    key = edited.key(named(2))

    def is_accepted(written: str, _data: Mapping[str, Any]) -> bool:
        return written != key

    outcome = carry_out(prepare(troubled(edited, is_accepted=is_accepted), Options()), silent)

    assert [failure.title for failure in outcome.failures] == [named(2)]
    assert "looked at twice" in edited.note(named(1))
    assert edited.tags(named(2)) == {"task:image restoration"}
    edited.push()
    assert edited.tags(named(2)) == {"task:seeing"}
