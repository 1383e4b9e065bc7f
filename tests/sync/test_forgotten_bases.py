"""What an export wrote into a .bib, if the lock file lost its base or has an older one.

The item may be older than the .bib, so no export may overwrite what the .bib holds.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.sync.clones import sync_zotero
from tests.sync.test_behind_links import (
    ENTRY,
    decide,
    exported,
    row_of,
    two_clones,
    waiting,
)
from tests.sync.test_structure import SYNC
from tests.sync.test_undo import undone
from tests.sync.world import World, reports
from zoterodigest.core.plan.reports import DivergedField
from zoterodigest.core.plan.run_options import End
from zoterodigest.project.lock.lock import merge_locks, read_lock, render_lock
from zoterodigest.sync.exports.export_run import carry_out_exports, prepare_exports

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


def require_decidable(world: World, end: End) -> None:
    """Decide about the title for an end; fail unless both ends then hold its title."""
    decide(world, end, "refs.bib")
    world.push(SYNC)
    held = "here" if end is End.BIB else ""
    assert exported(world) == held
    assert world.key(f"Mask R-CNN {held}".rstrip())
    assert world.prepare(SYNC).is_settled


@pytest.mark.parametrize("end", [End.BIB, End.ZOTERO])
def test_a_person_decides_about_an_edit_in_a_bib_whose_base_is_forgotten_in_a_merge(
    clones: tuple[World, World], end: End
) -> None:
    there = sync_and_merge(clones, EDITS["title"], ["other.md"], has_ancestor=True)
    there.push(SYNC)

    require_decidable(there, end)

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


# --- an older base


def with_older_bases(clones: tuple[World, World], name: str) -> World:
    """Sync an edit of the .bib in one clone; return the other one with that .bib, and a lock file
    that knows the export and has the bases from before it.
    """
    here, there = clones
    here.edit("refs.bib", EDITS[name])
    here.digests = ["other.md"]
    here.push(SYNC)
    shutil.copy(here.root / "refs.bib", there.root / "refs.bib")
    exports = read_lock(here.lock_path.read_bytes()).exported
    older = read_lock(there.lock_path.read_bytes())
    there.lock_path.write_bytes(render_lock(replace(older, exported=exports)))
    return there


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_in_a_bib_waits_for_the_library_if_its_link_has_an_older_base(
    clones: tuple[World, World], name: str
) -> None:
    there = with_older_bases(clones, name)

    for _ in range(2):
        there.push(SYNC)
        assert EDITS[name][1] in (there.root / "refs.bib").read_text("utf-8")
        assert there.prepare(SYNC).is_settled
        assert waiting(there) == {row_of(there, "refs.bib")}
    sync_zotero(clones[0], there)
    there.push(SYNC)
    assert EDITS[name][1] in (there.root / "refs.bib").read_text("utf-8")
    assert there.prepare(SYNC).is_settled
    assert waiting(there) == set()


@pytest.mark.parametrize("end", [End.BIB, End.ZOTERO])
def test_a_person_decides_about_an_edit_in_a_bib_whose_link_has_an_older_base(
    clones: tuple[World, World], end: End
) -> None:
    there = with_older_bases(clones, "title")
    there.push(SYNC)

    require_decidable(there, end)

    assert waiting(there) == set()


def test_a_bib_follows_an_item_that_was_edited_before_and_after_an_export(
    clones: tuple[World, World],
) -> None:
    here, _ = clones
    here.change(here.key("Mask R-CNN"), title="Mask R-CNN here")
    assert carry_out_exports(prepare_exports(here.workspace())) == ()
    assert exported(here) == "here"
    here.change(here.key("Mask R-CNN here"), title="Mask R-CNN again")

    here.push(SYNC)

    assert exported(here) == "again"
    assert here.prepare(SYNC).is_settled
    assert waiting(here) == set()
