"""A removal in another clone, whose lock file is still to come: it clears no digest."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sync.clones import sync_zotero
from tests.sync.digests import daily, notes, quoted, row
from tests.sync.test_undo import GAN, SWIN, SYNC, undone
from tests.sync.world import World, reports
from zoterodigest.core.plan.reports import NotLinked, TakenBack
from zoterodigest.sync.gathering.intent import Sync
from zoterodigest.sync.run.run import Options

CONFIG = """\
[[digest]]
path = "Notes.md"

[[digest]]
path = "Table.md"

[[bibliography]]
path = "refs.bib"
push = true
pull = true
"""
TABLE = """\
## Papers for 2024-12-05

| Title | Authors | Summary |
|-------|---------|---------|
| Swin of Three (Read more on [arXiv](https://arxiv.org/abs/2401.00003) or \
[HuggingFace](https://huggingface.co/papers/2401.00003))| Ada One, Bo Two, et al. | It looks up. |
"""
FILES = ("Notes.md", "Table.md", "refs.bib")


@pytest.fixture
def clones(tmp_path: Path) -> tuple[World, World]:
    """Two clones in sync with one library, which held two of three papers before."""
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    world = World(here)
    world.configure(CONFIG)
    world.markdown("Notes.md", notes(quoted(SWIN, "2401.00001"), quoted(GAN, "2401.00002")))
    world.markdown("Table.md", TABLE)
    world.put_item("WNXTEM22", title=SWIN, archiveID="arXiv:2401.00001")
    world.put_item("WNXTEM23", title="Swin of Three", archiveID="arXiv:2401.00003")
    world.push(SYNC)
    world.push(SYNC)
    shutil.copytree(here, there)
    return world, World(there, list(world.digests))


def files(world: World) -> list[bytes]:
    return [(world.root / name).read_bytes() for name in FILES]


@pytest.mark.parametrize("leave", [World.remove, undone], ids=["remove", "undo"])
def test_what_is_taken_back_in_another_clone_clears_nothing_in_a_digest(
    leave: Callable[[World], object], clones: tuple[World, World]
) -> None:
    here, there = clones
    leave(here)
    sync_zotero(here, there)
    before, library = files(there), there.everything()

    outcome = there.push(SYNC)

    assert files(there) == before
    assert there.everything() == library
    ended = [one.row.item for one in outcome.prepared.plan.reports if isinstance(one, TakenBack)]
    assert sorted(set(ended)) == ["WNXTEM22", "WNXTEM23"]
    told = {one.row.id for one in there.plan(SYNC).reports if isinstance(one, NotLinked)}
    assert len(told) > len(ended) == 4
    assert there.plan(SYNC).is_settled


def test_a_link_is_taken_up_again_when_a_removal_elsewhere_is_undone(
    clones: tuple[World, World],
) -> None:
    here, there = clones
    here.remove()
    sync_zotero(here, there)
    there.push(SYNC)
    undone(here)
    sync_zotero(here, there)

    there.edit("Notes.md", (f"**{SWIN}**  \n> *arXiv 2024*", f"**{SWIN}**  \n> *arXiv 2025*"))
    there.push(SYNC)

    assert there.item(SWIN)["date"].startswith("2025")
    assert reports(there.plan(SYNC), NotLinked) == []
    assert there.plan(SYNC).is_settled


def test_relink_gives_an_item_back_what_was_removed_elsewhere(clones: tuple[World, World]) -> None:
    here, there = clones
    then = there.item(SWIN)
    here.remove()
    sync_zotero(here, there)
    there.push(SYNC)

    there.push(Options(Sync(relink=True)))

    assert there.item(SWIN)["date"] == then["date"]
    assert there.item(SWIN)["tags"] == then["tags"]
    assert reports(there.plan(SYNC), NotLinked) == []


def test_an_undo_of_the_sync_that_met_a_removal_clears_nothing_either(
    clones: tuple[World, World],
) -> None:
    here, there = clones
    here.remove()
    sync_zotero(here, there)
    before = files(there)
    there.push(SYNC)
    undone(there)

    there.push(SYNC)

    assert files(there) == before


def test_what_a_person_clears_in_an_item_outside_of_our_collections_leaves_the_entry(
    clones: tuple[World, World],
) -> None:
    _, there = clones
    there.change(there.key(SWIN), collections=[])
    there.push(SYNC)

    there.change(there.key(SWIN), date="")
    there.push(SYNC)

    text = (there.root / "Notes.md").read_text(encoding="utf-8")
    assert f"**{SWIN}**  \n> *arXiv*, " in text
    assert reports(there.plan(SYNC), NotLinked) == []


def test_a_removal_elsewhere_clears_nothing_in_a_table_whose_entries_have_no_notes(
    tmp_path: Path,
) -> None:
    here = World(tmp_path / "here")
    here.markdown("Daily.md", daily([row(1), row(2)]))
    here.put_item("WNXTEM22", title="A Study of Tokens in Model 1", archiveID="arXiv:2402.10001")
    here.push(SYNC)
    there = World(tmp_path / "there", list(here.digests))
    shutil.copytree(here.root, there.root)
    here.remove()
    sync_zotero(here, there)
    before = (there.root / "Daily.md").read_bytes()

    outcome = there.push(SYNC)

    assert (there.root / "Daily.md").read_bytes() == before
    assert len(reports(outcome.prepared.plan, TakenBack)) == 1


def test_what_a_person_clears_when_they_move_an_item_to_another_heading_leaves_the_entry(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    first, second = quoted(SWIN, "2401.00001"), quoted(GAN, "2401.00002")
    world.markdown("Notes.md", f"# Notes\n\n## A\n\n{first}\n\n## B\n\n{second}")
    world.put_item("WNXTEM22", title=SWIN, archiveID="arXiv:2401.00001")
    world.push(SYNC)
    world.change("WNXTEM22", date="", collections=[world.collections()["Notes/B"]])

    world.push(SYNC)

    text = (tmp_path / "Notes.md").read_text(encoding="utf-8")
    assert f"**{SWIN}**  \n> *arXiv*, " in text.partition("## B")[2]
