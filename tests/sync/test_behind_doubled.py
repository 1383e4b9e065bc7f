"""A paper that a merge by git wrote twice, in a clone that last saw the library before an edit."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.sync.world import World, reports
from zoterodigest.core.plan.reports import DivergedField
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options

SYNC = Options(intent.SYNC)
ENTRY = """\
> **Mask R-CNN**
> *ICCV 2017*, [arxiv](https://arxiv.org/abs/1703.06870), [code](https://github.com/a/one)
> Task: boxes
>
> - A mask for each box.
"""
EDITS = {
    "a web link": ("/one)", "/two)"),
    "a tag": ("boxes", "masks"),
    "a venue": ("ICCV", "CVPR"),
    "a bullet": ("A mask", "One mask"),
}


@pytest.fixture
def clones(tmp_path: Path) -> tuple[World, World]:
    """Two clones of one digest, in sync with one library."""
    here, there = World(tmp_path / "here", ["notes.md"]), World(tmp_path / "there", ["notes.md"])
    library = here.root / ".zoterodigest" / "library.sqlite"
    here.root.mkdir()
    there.root.mkdir()
    there.configure(f'library = "embedded:{library}"\n[[digest]]\npath = "notes.md"\n')
    for world in (here, there):
        world.markdown("notes.md", ENTRY)
    here.push(SYNC)
    shutil.copy(here.lock_path, there.lock_path)
    there.push(SYNC)
    return here, there


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("is_old_first", [True, False])
def test_what_git_left_of_an_edited_entry_beside_it_stays_in_a_clone_that_saw_neither_sync(
    clones: tuple[World, World], edit: str, is_old_first: bool
) -> None:
    here, there = clones
    here.edit("notes.md", EDITS[edit])
    here.push(SYNC)
    edited = (here.root / "notes.md").read_text(encoding="utf-8")
    both = [ENTRY, edited] if is_old_first else [edited, ENTRY]
    for world in clones:
        world.markdown("notes.md", "\n".join(both))
    shutil.copy(here.lock_path, there.lock_path)
    here.push(SYNC)
    held = here.everything()

    for _ in range(2):
        there.push(SYNC)

    assert there.plan(SYNC).is_settled
    assert (there.root / "notes.md").read_text(encoding="utf-8") == "\n".join(both)
    assert here.everything() == held


@pytest.mark.parametrize("is_old_first", [True, False])
def test_a_value_that_a_person_cleared_and_a_doubled_entry_fills_in_is_told_as_diverged(
    clones: tuple[World, World], is_old_first: bool
) -> None:
    here, there = clones
    here.edit("notes.md", EDITS["a venue"])
    here.push(SYNC)
    edited = (here.root / "notes.md").read_text(encoding="utf-8")
    here.change(here.key("Mask R-CNN"), proceedingsTitle="")
    both = "\n".join([ENTRY, edited] if is_old_first else [edited, ENTRY])
    there.markdown("notes.md", both)
    shutil.copy(here.lock_path, there.lock_path)

    there.push(SYNC)

    planned = there.plan(SYNC)
    assert planned.is_settled
    (diverged,) = reports(planned, DivergedField)
    assert isinstance(diverged, DivergedField)
    assert diverged.name == "venue"
    assert (there.root / "notes.md").read_text(encoding="utf-8") == both
