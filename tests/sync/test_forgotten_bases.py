"""What an export wrote into a .bib, if a merge or a backup took its base away.

The item may be older than the .bib, so no export may overwrite what the .bib holds.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.sync.test_behind import sync_zotero
from tests.sync.test_behind_links import ENTRY, decide, exported, two_clones
from tests.sync.test_structure import SYNC
from tests.sync.test_undo import undone
from tests.sync.world import World, reports
from zoterodigest.core.plan.reports import DivergedField
from zoterodigest.core.plan.run_options import End
from zoterodigest.project.lock.lock import merge_locks

Edit = tuple[str, str]
EDITS: dict[str, Edit] = {
    "title": ("  title = {Mask {R-CNN}}", "  title = {Mask {R-CNN} here}"),
    "year": ("  year = {2017}", "  year = {2018}"),
    "venue": ("on Computer Vision", "on Robots and Vision"),
}
BRANCHES = pytest.mark.parametrize("has_ancestor", [True, False], ids=["diff3", "two sides"])
DIGESTS = pytest.mark.parametrize(
    "digests", [["other.md"], ["notes.md", "other.md"]], ids=["one digest", "all digests"]
)


@pytest.fixture
def clones(tmp_path: Path) -> tuple[World, World]:
    """Two clones of two digests and a .bib, of which one digest is empty."""
    return two_clones(tmp_path, ENTRY, "other.md", "Papers of the day\n")


def undo_beside_an_edit(world: World) -> None:
    """Undo the first sync, which declines the item: its links stay, without bases."""
    children = world.children("Mask R-CNN").items()
    (code,) = (key for key, one in children if one.get("title") == "code")
    world.change(code, url="https://github.com/a/two")
    assert undone(world).declined
    assert not (world.root / "refs.bib").exists()


def sync_and_merge(
    clones: tuple[World, World], edit: Edit, digests: list[str], *, has_ancestor: bool
) -> World:
    """Sync an edit of the .bib in one clone; return the other one, which undid its first sync and
    then merged that branch.
    """
    here, there = clones
    ancestor = there.lock_path.read_bytes() if has_ancestor else b""
    here.edit("refs.bib", edit)
    here.digests = digests
    here.push(SYNC)
    undo_beside_an_edit(there)
    for name in ("refs.bib", *digests):
        shutil.copy(here.root / name, there.root / name)
    one, other = (world.lock_path.read_bytes() for world in (there, here))
    there.lock_path.write_bytes(merge_locks(one, other, ancestor, there.lock_path))
    return there


def require_kept(world: World, name: str) -> None:
    """Sync twice; fail unless the edit of the field stays in the .bib and is reported."""
    for _ in range(2):
        world.push(SYNC)
        assert EDITS[name][1] in (world.root / "refs.bib").read_text("utf-8")
        assert world.prepare(SYNC).is_settled
        assert name in diverged(world)


def diverged(world: World) -> set[str]:
    """Return the fields of the .bib that are reported as diverged."""
    plan = world.plan(SYNC)
    rows = {link.row.id for link in plan.links if link.row.digest.is_bib}
    found = (one for one in reports(plan, DivergedField) if isinstance(one, DivergedField))
    return {one.name for one in found if one.row_id in rows}


@BRANCHES
@DIGESTS
@pytest.mark.parametrize("name", EDITS)
def test_an_edit_in_a_bib_stays_if_its_base_is_forgotten_in_a_merge_and_the_library_lags(
    clones: tuple[World, World], name: str, digests: list[str], *, has_ancestor: bool
) -> None:
    there = sync_and_merge(clones, EDITS[name], digests, has_ancestor=has_ancestor)

    require_kept(there, name)
    sync_zotero(clones[0], there)
    there.push(SYNC)
    assert EDITS[name][1] in (there.root / "refs.bib").read_text("utf-8")
    assert there.prepare(SYNC).is_settled
    assert diverged(there) == set()


@pytest.mark.parametrize("end", [End.BIB, End.ZOTERO])
def test_a_person_decides_about_an_edit_in_a_bib_whose_base_is_forgotten_in_a_merge(
    clones: tuple[World, World], end: End
) -> None:
    there = sync_and_merge(clones, EDITS["title"], ["other.md"], has_ancestor=True)
    there.push(SYNC)

    decide(there, end, "refs.bib")
    there.push(SYNC)

    held = "here" if end is End.BIB else ""
    assert exported(there) == held
    assert there.key(f"Mask R-CNN {held}".rstrip())
    assert there.prepare(SYNC).is_settled
    assert diverged(there) == set()


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_in_a_bib_stays_if_the_library_is_restored_from_a_backup(
    clones: tuple[World, World], name: str
) -> None:
    here, _ = clones
    library = here.root / ".zoterodigest" / "library.sqlite"
    backup = library.read_bytes()
    here.edit("refs.bib", EDITS[name])
    here.push(SYNC)

    library.write_bytes(backup)

    require_kept(here, name)
