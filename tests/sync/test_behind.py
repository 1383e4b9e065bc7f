"""A lock file that travels: what a library that lags behind it, or is ahead of it, may not undo."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.sync.clones import cloned, pull_git, sync_zotero
from tests.sync.world import World, actions, reports
from zoterodigest.core.plan.reports import AwaitedItem, Conflict, Waiting
from zoterodigest.core.plan.run_options import Choices, End
from zoterodigest.library.port import LibraryItem
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options

SYNC = Options(intent.SYNC)
DIGEST = """\
> **Mask R-CNN**
> *ICCV 2017*, [arxiv](https://arxiv.org/abs/1703.06870)
>
> - A mask for each box.
> - Two heads.

> **Attention Is All You Need**
> *NeurIPS 2017*, [arxiv](https://arxiv.org/abs/1706.03762)
>
> - No recurrence.
"""
FILES = ("notes.md", "zoterodigest.lock")


@pytest.fixture
def here(tmp_path: Path) -> World:
    """A clone whose digest is in its own copy of the library."""
    (tmp_path / "here").mkdir()
    world = World(tmp_path / "here")
    world.markdown("notes.md", DIGEST)
    world.first_push(SYNC)
    return world


@pytest.fixture
def there(here: World) -> World:
    """A second clone with a copy of the same library, which has seen it as it is."""
    world = cloned(here)
    world.push(SYNC)
    return world


def text(world: World) -> str:
    return (world.root / "notes.md").read_text(encoding="utf-8")


def test_a_second_clone_has_nothing_to_do(here: World, there: World) -> None:
    here.edit("notes.md", ("Two heads.", "Three heads."))
    here.change(here.key("Mask R-CNN"), title="Mask R-CNN, revised")
    here.push(SYNC)

    pull_git(here, there)
    sync_zotero(here, there)

    assert there.plan(SYNC).is_settled


def test_a_library_that_lags_waits_and_undoes_nothing(here: World, there: World) -> None:
    here.edit("notes.md", ("Two heads.", "Three heads."), ("*ICCV 2017*", "*CVPR 2018*"))
    here.push(SYNC)
    pull_git(here, there)
    before = text(there)

    plan = there.push(SYNC).prepared.plan

    assert actions(plan) == {}
    (report,) = reports(plan, Waiting)
    assert isinstance(report, Waiting)
    assert not report.is_past
    assert set(report.names) == {"summary", "venue", "year"}
    assert text(there) == before
    sync_zotero(here, there)
    assert actions(there.push(SYNC).prepared.plan) == {}
    assert reports(there.plan(SYNC), Waiting) == []


@pytest.mark.parametrize("rules", ["push = true\npull = true\n", "prune = true\n"])
def test_an_export_of_a_library_that_lags_undoes_nothing(tmp_path: Path, rules: str) -> None:
    (tmp_path / "here").mkdir()
    here = World(tmp_path / "here")
    here.configure('[[digest]]\npath = "notes.md"\n\n[[bibliography]]\npath = "refs.bib"\n' + rules)
    here.markdown("notes.md", DIGEST)
    here.first_push(SYNC)
    there = World(tmp_path / "there", ["notes.md"])
    shutil.copytree(here.root, there.root)
    here.edit("notes.md", ("**Mask R-CNN**", "**Mask R-CNN, Revised**"))
    here.push(SYNC)

    for name in (*FILES, "refs.bib"):
        shutil.copy(here.root / name, there.root / name)
    for _ in range(2):
        there.push(SYNC)
        assert (there.root / "refs.bib").read_bytes() == (here.root / "refs.bib").read_bytes()
    sync_zotero(here, there)
    there.push(SYNC)

    assert there.plan(SYNC).is_settled
    assert there.traces().keys() == here.traces().keys()
    assert all(there.traces()[name][0] == here.traces()[name][0] for name in here.traces())


def test_an_edit_in_a_library_that_lags_meets_the_other_machines_edit(
    here: World, there: World
) -> None:
    here.edit("notes.md", ("A mask for each box.", "A mask for every box."))
    here.push(SYNC)
    pull_git(here, there)
    there.change_note("Mask R-CNN", lambda html: html.replace("Two heads", "Three heads"))

    there.push(SYNC)

    assert "every box" in text(there)
    assert "Three heads" in text(there)
    assert "every box" in there.note("Mask R-CNN")
    assert "Three heads" in there.note("Mask R-CNN")
    assert there.plan(SYNC).is_settled


def test_two_edits_of_one_field_on_two_machines_are_a_conflict(here: World, there: World) -> None:
    here.edit("notes.md", ("Mask R-CNN", "Mask R-CNN here"))
    here.push(SYNC)
    pull_git(here, there)
    there.change(there.key("Mask R-CNN"), title="Mask R-CNN there")
    before = text(there)

    for _ in range(2):
        plan = there.push(SYNC).prepared.plan
        assert [one.name for one in reports(plan, Conflict) if isinstance(one, Conflict)] == [
            "title"
        ]
        assert text(there) == before
        assert there.key("Mask R-CNN there")


def test_an_older_commit_undoes_nothing_in_the_library(here: World, tmp_path: Path) -> None:
    for name in FILES:
        shutil.copy(here.root / name, tmp_path / name)
    here.edit("notes.md", ("Two heads.", "Three heads."))
    here.push(SYNC)
    for name in FILES:
        shutil.copy(tmp_path / name, here.root / name)

    plan = here.push(SYNC).prepared.plan

    assert actions(plan) == {}
    assert [one.is_past for one in reports(plan, Waiting) if isinstance(one, Waiting)] == [True]
    assert "Three heads" in here.note("Mask R-CNN")
    assert text(here) == DIGEST


def test_a_person_decides_what_waits(here: World, there: World) -> None:
    here.edit("notes.md", ("Mask R-CNN", "Mask R-CNN here"))
    here.push(SYNC)
    pull_git(here, there)
    (waiting,) = (one for one in there.plan(SYNC).reports if isinstance(one, Waiting))
    choices = Choices({(waiting.row_id, "title"): End.MARKDOWN})

    there.push(Options(intent.Decide(choices), selection=lambda entry: True))

    assert there.key("Mask R-CNN here")
    assert there.plan(SYNC).is_settled


def test_an_item_that_has_not_arrived_is_awaited_and_not_made_twice(
    here: World, there: World
) -> None:
    third = DIGEST.split("\n\n")[1].replace("Attention Is All You Need", "A Third Paper of Note")
    new = "\n" + third.replace("1706.03762", "1901.00001")
    here.markdown("notes.md", DIGEST + new)
    here.push(SYNC)
    pull_git(here, there)
    lock = there.lock_path.read_bytes()

    plan = there.push(SYNC).prepared.plan

    assert actions(plan) == {}
    assert len(reports(plan, AwaitedItem)) == 1
    assert there.lock_path.read_bytes() == lock
    sync_zotero(here, there)
    assert there.plan(SYNC).is_settled


def test_an_item_that_was_erased_here_is_gone_and_not_awaited(here: World) -> None:
    key = here.key("Mask R-CNN")
    here.library.erase([key])

    plan = here.push(SYNC).prepared.plan

    assert reports(plan, AwaitedItem) == []
    assert here.plan(SYNC).is_settled


def test_a_lost_memory_leaves_the_lock_file_alone_to_decide(here: World) -> None:
    here.change(here.key("Mask R-CNN"), title="Mask R-CNN, revised")
    for path in (here.root / ".zoterodigest").glob("seen-*"):
        path.write_bytes(b"\x00 damaged")

    here.push(SYNC)

    assert "Mask R-CNN, revised" in text(here)
    assert here.plan(SYNC).is_settled


def test_an_item_added_elsewhere_does_not_become_an_entry_twice(here: World, there: World) -> None:
    data = {"itemType": "preprint", "title": "Denoising Diffusion Probabilistic Models",
            "url": "https://arxiv.org/abs/2006.11239", "extra": "arXiv: 2006.11239",
            "collections": [here.collections()["notes"]]}  # fmt: skip
    here.put(LibraryItem("NEWNEW22", 0, data))
    here.push(SYNC)
    pull_git(here, there)
    sync_zotero(here, there)

    assert there.plan(SYNC).is_settled
    assert text(there).count("Denoising") == 1


def test_a_note_that_another_machine_made_for_the_same_entry_is_not_made_twice(
    here: World, there: World
) -> None:
    new = DIGEST.split("\n\n")[1].replace("Attention Is All You Need", "A Third Paper of Note")
    new = new.replace("1706.03762", "1901.00001")
    here.put(
        LibraryItem("THRD2222", 0, {
            "itemType": "preprint", "title": "A Third Paper of Note",
            "url": "https://arxiv.org/abs/1901.00001", "extra": "arXiv: 1901.00001"}),
    )  # fmt: skip
    sync_zotero(here, there)
    for world in (here, there):
        world.markdown("notes.md", f"{DIGEST}\n{new}")
    there.push(Options(intent.PULL))
    here.push(SYNC)
    sync_zotero(here, there)

    there.push(SYNC)

    assert len(there.notes()) == 3
    assert there.plan(SYNC).is_settled


def test_an_entry_that_was_moved_and_given_another_title_keeps_its_own_note(
    here: World, there: World
) -> None:
    table = (
        "| Title | Date |\n|---|---|\n| [Mask R-CNN](https://arxiv.org/abs/1703.06870) | 2017 |\n"
    )
    there.markdown("table.md", table)
    here.markdown("table.md", table)
    here.edit("notes.md", ("Mask R-CNN", "Mask R-CNN, renamed"))

    here.push(SYNC)

    assert len(here.notes()) == 2
    assert here.plan(SYNC).is_settled


def a_clone_beside(here: World) -> World:
    """A clone that has nothing of its own: its library is the one of the other clone."""
    root = here.root.parent / "beside"
    root.mkdir()
    clone = World(root, ["notes.md"])
    library = here.root / ".zoterodigest" / "library.sqlite"
    clone.configure(f'library = "embedded:{library}"\n[[digest]]\npath = "notes.md"\n')
    pull_git(here, clone)
    return clone


def test_a_clone_remembers_from_its_first_sync_on_also_where_that_had_nothing_to_do(
    here: World, tmp_path: Path
) -> None:
    for name in FILES:
        shutil.copy(here.root / name, tmp_path / name)
    here.edit("notes.md", ("Two heads.", "Three heads."))
    here.push(SYNC)
    clone = a_clone_beside(here)
    clone.push(SYNC)
    for name in FILES:
        shutil.copy(tmp_path / name, clone.root / name)

    plan = clone.plan(SYNC)

    assert actions(plan) == {}
    assert len(reports(plan, Waiting)) == 1


def test_what_is_added_after_a_clones_first_settled_sync_becomes_an_entry(here: World) -> None:
    clone = a_clone_beside(here)
    clone.push(SYNC)
    data = {"itemType": "preprint", "title": "Denoising Diffusion Probabilistic Models",
            "url": "https://arxiv.org/abs/2006.11239", "extra": "arXiv: 2006.11239",
            "collections": [here.collections()["notes"]]}  # fmt: skip
    here.put(LibraryItem("NEWNEW22", 0, data))

    clone.push(SYNC)

    assert text(clone).count("Denoising") == 1


def test_an_older_lock_file_beside_a_newer_digest_brings_nothing_back(
    here: World, tmp_path: Path
) -> None:
    older = tmp_path / "older.lock"
    shutil.copy(here.lock_path, older)
    here.edit("notes.md", ("> - Two heads.", "> - Two heads.\n> - And a neck."))
    here.push(SYNC)
    shutil.copy(older, here.lock_path)
    here.change_note(
        "Mask R-CNN", lambda html: re.sub(r"<li>\s*(<p>)?And a neck.(</p>)?\s*</li>\s*", "", html)
    )

    plan = here.push(SYNC).prepared.plan

    assert actions(plan) == {}
    assert len(reports(plan, Waiting)) == 1
    assert "neck" not in here.note("Mask R-CNN")


# --- what another entry of the same item changes meanwhile

LISTED = """\
## Papers for 2024-12-05

| Title | Authors | Summary |
|-------|---------|---------|
| Restoring Images (Read more on [arXiv](https://arxiv.org/abs/2401.10001) or \
[HuggingFace](https://huggingface.co/papers/2401.10001))| Ada Long, Bo Short, et al. | It works. |
"""


@pytest.fixture
def third_author(tmp_path: Path) -> tuple[World, World]:
    """Two clones: in the first an item gained an author, who is in the .bib that git brought.

    The digest shows two of the authors, so that the .bib alone tells of a third.
    """
    (tmp_path / "here").mkdir()
    here = World(tmp_path / "here")
    rules = "push = true\npull = true\n"
    here.configure('[[digest]]\npath = "list.md"\n\n[[bibliography]]\npath = "refs.bib"\n' + rules)
    here.markdown("list.md", LISTED)
    here.first_push(SYNC)
    there = World(tmp_path / "there", ["list.md"])
    shutil.copytree(here.root, there.root)
    key = here.key("Restoring Images")
    here.change(key, creators=authors(("Ada", "Long"), ("Bo", "Short"), ("Cy", "Tall")))
    here.push(SYNC)
    for name in ("list.md", "zoterodigest.lock", "refs.bib"):
        shutil.copy(here.root / name, there.root / name)
    return here, there


def test_an_edit_of_a_digest_waits_where_a_bib_knows_more_than_an_item_that_lags(
    third_author: tuple[World, World],
) -> None:
    here, there = third_author
    there.edit("list.md", ("Bo Short", "Bo Small"))

    there.push(SYNC)

    assert there.item("Restoring Images")["creators"] == authors(("Ada", "Long"), ("Bo", "Short"))
    assert there.prepare(SYNC).is_settled
    assert len(reports(there.plan(SYNC), Waiting)) == 2
    sync_zotero(here, there)
    there.push(SYNC)
    held = authors(("Ada", "Long"), ("Bo", "Small"), ("Cy", "Tall"))
    assert there.item("Restoring Images")["creators"] == held
    assert "Long, Ada and Small, Bo and Tall, Cy" in (there.root / "refs.bib").read_text("utf-8")
    assert there.prepare(SYNC).is_settled


def test_an_export_of_another_machine_stays_where_a_choice_changes_an_item_that_lags(
    third_author: tuple[World, World],
) -> None:
    here, there = third_author
    key = here.key("Restoring Images")
    there.edit("list.md", ("Bo Short", "Bo Small"))
    (row_id,) = (one.row.id for one in there.plan(SYNC).links if one.row.digest == "list.md")
    choices = Choices({(row_id, "authors"): End.MARKDOWN})

    there.push(Options(intent.Decide(choices), selection=lambda entry: True))
    there.push(SYNC)

    assert there.items()[key]["creators"] == authors(("Ada", "Long"), ("Bo", "Small"))
    assert (there.root / "refs.bib").read_bytes() == (here.root / "refs.bib").read_bytes()
    assert actions(there.plan(SYNC)) == {}
    assert len(reports(there.plan(SYNC), Waiting)) == 1
    there.change(key, creators=authors(("Ada", "Long"), ("Bo", "Small"), ("Cy", "Tall")))
    there.push(SYNC)
    assert "Long, Ada and Small, Bo and Tall, Cy" in (there.root / "refs.bib").read_text("utf-8")
    assert there.plan(SYNC).is_settled


def authors(*names: tuple[str, str]) -> list[dict[str, str]]:
    """Return the creators of an item."""
    kind = "author"
    return [{"creatorType": kind, "firstName": one, "lastName": last} for one, last in names]
