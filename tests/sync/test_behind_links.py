"""Several entries of one item, where the library lags behind the lock file at one of them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.builders import an_attachment
from tests.made_once import made_once
from tests.sync.clones import sync_zotero
from tests.sync.test_behind import SYNC
from tests.sync.test_undo import undone
from tests.sync.world import World, reports
from zoterodigest.core.links.link import Base, LockRow
from zoterodigest.core.plan.reports import Conflict, DivergedField, Waiting
from zoterodigest.core.plan.run_options import Choices, End
from zoterodigest.project.lock.lock import read_lock, render_lock
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options

ENTRY = """\
> **Mask R-CNN**
> *ICCV 2017*, [arxiv](https://arxiv.org/abs/1703.06870), [code](https://github.com/a/one)
> Task: detection
>
> - A mask for each box.
"""
TABLE = """\
| Title | Date |
|-------|------|
| [Mask R-CNN](https://arxiv.org/abs/1703.06870) | 2017 |
"""
CUT = """\
| Title | Authors | Date |
|-------|---------|------|
| [Mask R-CNN](https://arxiv.org/abs/1703.06870) | A. He, et al. | 2017 |
"""
DIGESTS = ("notes.md", "more.md", "table.md")
EXPORTED = "title = {Mask {R-CNN}}"
BIB = '[[bibliography]]\npath = "refs.bib"\npush = true\npull = true\n'
TOML = "".join(f'[[digest]]\npath = "{name}"\n\n' for name in DIGESTS)

Edit = tuple[str, str]
TITLE, CODE = "**Mask R-CNN", "/one)"
EDITS: dict[str, tuple[Edit, Edit]] = {
    "a title": ((TITLE, f"{TITLE}, revised"), (TITLE, f"{TITLE}, again")),
    "one title": ((TITLE, f"{TITLE}, revised"), (TITLE, f"{TITLE}, revised")),
    "a venue": (("ICCV", "CVPR"), ("ICCV", "ECCV")),
    "a year": (("2017*", "2018*"), ("2017*", "2019*")),
    "a tag": (("detection", "detection; masks"), ("detection", "detection; boxes")),
    "another tag": (("detection", "masks"), ("detection", "detection; boxes")),
    "a web link": ((CODE, "/two)"), (CODE, "/three)")),
    "another web link": ((CODE, f"{CODE}, [page](https://a.org)"), (CODE, f"{CODE}, [x](https://b.org)")),
}  # fmt: skip
MERGED = {"one title", "a tag", "another tag", "another web link"}
"""What both entries hold in the end without a conflict."""


@pytest.fixture
def clones(tmp_path: Path) -> tuple[World, World]:
    """Two clones of two digests and a .bib, each with a copy of one library, both in sync."""
    return two_clones(tmp_path, ENTRY)


def two_clones(
    root: Path, entry: str, other: str = "more.md", text: str = ""
) -> tuple[World, World]:
    here, there = (World(root / name, ["notes.md", other]) for name in ("here", "there"))

    def make() -> None:
        here.root.mkdir()
        here.configure(TOML + BIB)
        here.markdown("notes.md", entry)
        here.markdown(other, text or entry)
        here.push(SYNC)
        shutil.copytree(here.root, there.root)
        assert there.prepare(SYNC).is_settled

    made_once(root, make, entry, other, text)
    return here, there


def sync_one_digest(here: World, there: World, edit: Edit) -> None:
    """Edit the first digest and sync that one alone; bring it and the lock file to the other."""
    here.edit("notes.md", edit)
    here.digests = ["notes.md"]
    here.push(SYNC)
    for name in ("notes.md", "zoterodigest.lock"):
        shutil.copy(here.root / name, there.root / name)


def row_of(world: World, name: str) -> str:
    (row_id,) = (link.row.id for link in world.plan(SYNC).links if link.row.digest == name)
    return row_id


def waiting(world: World) -> set[str]:
    """Return the rows at which something waits."""
    plan = world.plan(SYNC)
    return {one.row_id for one in reports(plan, Waiting) if isinstance(one, Waiting)}


@pytest.mark.parametrize("edits", EDITS)
def test_an_edit_waits_if_the_field_waits_at_another_entry_of_the_item(
    clones: tuple[World, World], edits: str
) -> None:
    here, there = clones
    sync_one_digest(here, there, EDITS[edits][0])
    there.edit("more.md", EDITS[edits][1])
    before = there.everything()

    there.push(SYNC)

    assert there.everything() == before
    assert there.prepare(SYNC).is_settled
    assert waiting(there) >= {row_of(there, "notes.md"), row_of(there, "more.md")}
    sync_zotero(here, there)
    there.push(SYNC)
    assert there.prepare(SYNC).is_settled
    assert waiting(there) == set()
    assert bool(reports(there.plan(SYNC), Conflict)) == (edits not in MERGED)
    for name, (_, new) in zip(("notes.md", "more.md"), EDITS[edits], strict=True):
        assert new.rpartition("; ")[2] in (there.root / name).read_text("utf-8")


def test_an_edit_in_a_bib_waits_if_the_field_waits_at_a_digest(tmp_path: Path) -> None:
    here, there = two_clones(tmp_path, ENTRY)
    here.configure(TOML)
    sync_one_digest(here, there, EDITS["a title"][0])
    there.edit("refs.bib", ("  title = {Mask {R-CNN}", "  title = {Mask {R-CNN}, again"))
    before = there.everything()

    there.push(SYNC)

    assert there.everything() == before
    assert there.prepare(SYNC).is_settled
    sync_zotero(here, there)
    for _ in range(2):
        there.push(SYNC)
        assert "  title = {Mask {R-CNN}, again}" in (there.root / "refs.bib").read_text("utf-8")
    assert there.prepare(SYNC).is_settled
    assert len(reports(there.plan(SYNC), Conflict)) == 1


def test_an_edit_of_a_date_waits_if_the_year_waits_at_another_entry(tmp_path: Path) -> None:
    here, there = two_clones(tmp_path, ENTRY, "table.md", TABLE)
    sync_one_digest(here, there, EDITS["a year"][0])
    there.edit("table.md", ("| 2017 |", "| 2017-03-20 |"))
    before = there.everything()

    there.push(SYNC)

    assert there.everything() == before
    assert there.prepare(SYNC).is_settled
    assert row_of(there, "table.md") in waiting(there)


def test_a_value_that_an_entry_would_fill_in_waits_if_another_is_still_to_arrive(
    tmp_path: Path,
) -> None:
    here, there = two_clones(tmp_path, ENTRY.replace("> Task: detection\n", ""))
    sync_one_digest(here, there, (CODE, f"{CODE}\n> Task: masks"))
    there.edit("more.md", (CODE, f"{CODE}\n> Task: boxes"))

    there.push(SYNC)

    assert not there.tags("Mask R-CNN") & {"task:masks", "task:boxes"}
    assert there.prepare(SYNC).is_settled
    sync_zotero(here, there)
    there.push(SYNC)
    assert there.tags("Mask R-CNN") >= {"task:masks", "task:boxes"}
    assert there.prepare(SYNC).is_settled


def test_tags_wait_at_two_entries_of_which_one_saw_less_of_the_item(
    clones: tuple[World, World],
) -> None:
    here, there = clones
    tags = [{"tag": tag} for tag in ("task:detection", "task:boxes")]
    there.change(there.key("Mask R-CNN"), tags=tags)
    there.digests = ["notes.md"]
    there.push(SYNC)
    there.digests = ["notes.md", "more.md"]
    here.edit("notes.md", EDITS["a tag"][0])
    here.push(SYNC)
    for name in ("notes.md", "more.md", "zoterodigest.lock"):
        shutil.copy(here.root / name, there.root / name)
    there.edit("notes.md", ("masks", "masks; boxes"))  # as git merges it

    there.push(SYNC)

    assert there.tags("Mask R-CNN") == {"task:detection", "task:boxes"}
    assert there.prepare(SYNC).is_settled
    assert waiting(there) >= {row_of(there, "notes.md"), row_of(there, "more.md")}
    there.change(there.key("Mask R-CNN"), tags=[*tags, {"tag": "task:masks"}])
    there.push(SYNC)
    for name in ("notes.md", "more.md"):
        assert "boxes" in (there.root / name).read_text("utf-8")
        assert "masks" in (there.root / name).read_text("utf-8")
    assert there.prepare(SYNC).is_settled


def test_an_edit_of_another_field_does_not_wait(clones: tuple[World, World]) -> None:
    here, there = clones
    sync_one_digest(here, there, EDITS["a title"][0])
    there.edit("more.md", EDITS["a venue"][1])

    there.push(SYNC)

    assert "ECCV" in (there.root / "notes.md").read_text("utf-8")
    assert there.prepare(SYNC).is_settled


@pytest.mark.parametrize("name", ["notes.md", "more.md"])
@pytest.mark.parametrize("end", [End.MARKDOWN, End.ZOTERO])
def test_a_person_decides_for_one_entry_what_waits_at_two(
    clones: tuple[World, World], name: str, end: End
) -> None:
    here, there = clones
    sync_one_digest(here, there, EDITS["a title"][0])
    there.edit("more.md", EDITS["a title"][1])
    text = (there.root / name).read_text("utf-8")
    choices = Choices({(row_of(there, name), "title"): end})

    there.push(Options(intent.Decide(choices), selection=lambda entry: True))

    (held,) = there.keys_by_title()
    assert (held == "Mask R-CNN") == (end is End.ZOTERO)
    assert (f"**{held}**" in text) == (end is End.MARKDOWN)
    assert f"**{held}**" in (there.root / name).read_text("utf-8")
    there.push(SYNC)
    assert there.prepare(SYNC).is_settled


def test_web_links_in_conflict_keep_the_base_of_the_other_machine(
    clones: tuple[World, World],
) -> None:
    here, there = clones
    here.edit("notes.md", EDITS["a web link"][0])
    here.push(SYNC)
    for name in ("notes.md", "more.md", "refs.bib", "zoterodigest.lock"):
        shutil.copy(here.root / name, there.root / name)
    children = there.children("Mask R-CNN").items()
    (code,) = (key for key, one in children if one.get("title") == "code")
    there.change(code, url="https://github.com/a/three")
    before = bases_of_links(there)
    there.edit("notes.md", ("A mask for each box.", "A mask for every box."))

    there.push(SYNC)
    assert bases_of_links(there) == before
    undone(there)

    for _ in range(2):
        there.push(SYNC)
        assert "/two)" in (there.root / "notes.md").read_text("utf-8")
        assert there.links("Mask R-CNN")["code"].endswith("/three")
        assert len(reports(there.plan(SYNC), Conflict)) == 2


def bases_of_links(world: World) -> list[Base]:
    """Return what the lock file holds of web links, entry by entry."""
    links = world.plan(SYNC).links
    return [one.row.bases["links"] for one in links if "links" in one.row.bases]


# --- what an export wrote elsewhere, beside a conflict


@pytest.fixture
def disputed(clones: tuple[World, World]) -> tuple[World, World]:
    """Two clones: one exported an edit of the title, the library of the other has another edit."""
    here, there = clones
    here.edit("notes.md", (TITLE, f"{TITLE} here"))
    here.push(SYNC)
    for name in ("notes.md", "more.md", "refs.bib", "zoterodigest.lock"):
        shutil.copy(here.root / name, there.root / name)
    there.change(there.key("Mask R-CNN"), title="Mask R-CNN there")
    return here, there


def decide(world: World, end: End, *names: str) -> None:
    choices = Choices({(row_of(world, name), "title"): end for name in names})
    world.push(Options(intent.Decide(choices), selection=lambda entry: True))


def exported(world: World) -> str:
    """Return the end of the title in the .bib."""
    text = (world.root / "refs.bib").read_text("utf-8")
    (line,) = (line for line in text.splitlines() if line.startswith("  title ="))
    return line.partition("R-CNN} ")[2].rstrip(",}")


@pytest.mark.parametrize("run", [SYNC, Options(intent.PULL)], ids=["sync", "pull"])
def test_an_export_of_another_machine_stays_as_long_as_its_title_is_in_conflict(
    disputed: tuple[World, World], run: Options
) -> None:
    _, there = disputed

    for _ in range(2):
        there.push(run)
        assert exported(there) == "here"
        assert there.prepare(run).is_settled
        assert len(reports(there.plan(run), Conflict)) == 2


@pytest.mark.parametrize("end", [End.MARKDOWN, End.ZOTERO])
def test_the_export_of_another_machine_follows_once_the_conflict_is_decided(
    disputed: tuple[World, World], end: End
) -> None:
    _, there = disputed
    there.push(SYNC)

    decide(there, end, "notes.md", "more.md")
    there.push(SYNC)

    held = "here" if end is End.MARKDOWN else "there"
    assert exported(there) == held
    assert there.key(f"Mask R-CNN {held}")
    assert there.prepare(SYNC).is_settled
    assert waiting(there) == set()


def test_the_export_of_another_machine_waits_for_the_last_of_two_decisions(
    disputed: tuple[World, World],
) -> None:
    _, there = disputed
    decide(there, End.ZOTERO, "notes.md")

    there.push(SYNC)

    assert exported(there) == "here"
    assert there.prepare(SYNC).is_settled
    decide(there, End.ZOTERO, "more.md")
    there.push(SYNC)
    assert exported(there) == "there"
    assert there.prepare(SYNC).is_settled


def test_the_export_of_another_machine_follows_zotero_once_the_digests_agree_with_it(
    disputed: tuple[World, World],
) -> None:
    _, there = disputed
    there.push(SYNC)
    for name in ("notes.md", "more.md"):
        there.edit(name, (f"{TITLE} here", f"{TITLE} there"))

    there.push(SYNC)

    assert exported(there) == "there"
    assert there.prepare(SYNC).is_settled


def test_the_export_of_another_machine_is_in_sync_once_zotero_brings_its_title(
    disputed: tuple[World, World],
) -> None:
    here, there = disputed
    there.push(SYNC)

    sync_zotero(here, there)
    there.push(SYNC)

    assert exported(there) == "here"
    assert there.prepare(SYNC).is_settled
    assert waiting(there) == set()
    assert not reports(there.plan(SYNC), Conflict)


def test_an_export_that_was_killed_elsewhere_waits_beside_its_digest(
    clones: tuple[World, World],
) -> None:
    """The kill left the .bib exported, and in the lock file what was agreed on before it."""
    here, there = clones
    before = {row.id: row for row in read_lock(here.lock_path.read_bytes()).rows}
    here.edit("notes.md", (TITLE, f"{TITLE} here"))
    here.push(SYNC)
    after = read_lock(here.lock_path.read_bytes())
    rows = (before[row.id] if row.digest.is_bib else row for row in after.rows)
    there.lock_path.write_bytes(render_lock(replace(after, rows=tuple(rows))))
    for name in ("notes.md", "more.md", "refs.bib"):
        shutil.copy(here.root / name, there.root / name)

    there.push(SYNC)

    assert exported(there) == "here"
    assert there.prepare(SYNC).is_settled
    assert row_of(there, "refs.bib") in waiting(there)
    sync_zotero(here, there)
    there.push(SYNC)
    assert exported(there) == "here"
    assert there.prepare(SYNC).is_settled
    assert waiting(there) == set()


def _without(row: LockRow, name: str) -> LockRow:
    return replace(row, bases={one: base for one, base in row.bases.items() if one != name})


def test_an_export_of_another_machine_stays_beside_an_entry_that_has_diverged(
    tmp_path: Path,
) -> None:
    """Both edited the entry and moved its base: of two bases in a merged lock file none counts."""
    here = World(tmp_path / "here")
    here.root.mkdir()
    here.configure('[[digest]]\npath = "notes.md"\n\n' + BIB)
    here.markdown("notes.md", ENTRY)
    here.first_push(SYNC)
    shutil.copytree(here.root, tmp_path / "there")
    there = World(tmp_path / "there", ["notes.md"])
    there.edit("notes.md", (TITLE, f"{TITLE} there"))
    there.configure('[[digest]]\npath = "notes.md"\n')
    there.push(SYNC)
    there.configure((here.root / "zoterodigest.toml").read_text("utf-8"))
    here.edit("notes.md", (TITLE, f"{TITLE} here"))
    here.push(SYNC)
    for name in ("notes.md", "refs.bib"):
        shutil.copy(here.root / name, there.root / name)
    lock = read_lock(here.lock_path.read_bytes())
    rows = (_without(row, "title") if row.links_digest else row for row in lock.rows)
    there.lock_path.write_bytes(render_lock(replace(lock, rows=tuple(rows))))

    for _ in range(2):
        there.push(SYNC)
        assert exported(there) == "here"
        assert there.prepare(SYNC).is_settled
        assert len(reports(there.plan(SYNC), DivergedField)) == 1
    decide(there, End.ZOTERO, "notes.md")
    there.push(SYNC)
    assert exported(there) == "there"
    assert there.prepare(SYNC).is_settled


# --- what an earlier export wrote, while this one leaves the entry as it is


def take_back_an_edit(world: World) -> None:
    """Sync an edit of the title in the .bib, and take it back there."""
    world.edit("refs.bib", (EXPORTED, "title = {Mask {R-CNN} there}"))
    world.push(SYNC)
    world.edit("refs.bib", ("title = {Mask {R-CNN} there}", EXPORTED))


def bring_back_an_export(world: World) -> None:
    """Leave the title as a merge by git may: as exported before it was edited, as the lock file
    says there, while its link has the edit.
    """
    exported = read_lock(world.lock_path.read_bytes()).exported
    take_back_an_edit(world)
    lock = read_lock(world.lock_path.read_bytes())
    world.lock_path.write_bytes(render_lock(replace(lock, exported=exported)))


@pytest.fixture
def pending(clones: tuple[World, World]) -> World:
    """A clone to which the year in the .bib is still to arrive."""
    here, there = clones
    here.edit("notes.md", ("2017*", "2018*"))
    here.push(SYNC)
    for name in ("notes.md", "more.md", "refs.bib", "zoterodigest.lock"):
        shutil.copy(here.root / name, there.root / name)
    return there


def test_an_earlier_export_waits_until_no_field_of_its_item_waits(pending: World) -> None:
    there = pending
    bring_back_an_export(there)

    there.push(SYNC)

    assert exported(there) == ""
    assert there.prepare(SYNC).is_settled
    waits = [one for one in reports(there.plan(SYNC), Waiting) if isinstance(one, Waiting)]
    assert [one.names for one in waits if one.row_id == row_of(there, "refs.bib")] == [
        ("title", "year")
    ]
    there.change(there.key("Mask R-CNN there"), date="2018")
    there.push(SYNC)
    assert exported(there) == "there"
    assert there.prepare(SYNC).is_settled
    assert waiting(there) == set()


def test_an_edit_is_taken_back_while_another_field_of_its_item_waits(pending: World) -> None:
    take_back_an_edit(pending)

    pending.push(SYNC)

    assert exported(pending) == ""
    waits = [one for one in reports(pending.plan(SYNC), Waiting) if isinstance(one, Waiting)]
    assert {one.names for one in waits} == {("year",)}
    pending.change(pending.key("Mask R-CNN"), date="2018")
    pending.push(SYNC)
    assert exported(pending) == ""
    assert pending.key("Mask R-CNN")
    assert pending.prepare(SYNC).is_settled


@pytest.fixture
def diverged(clones: tuple[World, World]) -> World:
    """A clone in which the year in the .bib has diverged."""
    here, _ = clones
    lock = read_lock(here.lock_path.read_bytes())
    rows = (_without(row, "year") if row.digest.is_bib else row for row in lock.rows)
    here.lock_path.write_bytes(render_lock(replace(lock, rows=tuple(rows))))
    here.edit("refs.bib", ("year = {2017}", "year = {2018}"))
    return here


def test_an_edit_is_taken_back_beside_a_field_that_diverged(diverged: World) -> None:
    take_back_an_edit(diverged)

    diverged.push(SYNC)

    assert exported(diverged) == ""
    assert diverged.key("Mask R-CNN")
    assert diverged.prepare(SYNC).is_settled
    found = reports(diverged.plan(SYNC), DivergedField)
    assert [one.name for one in found if isinstance(one, DivergedField)] == ["year"]


def test_an_earlier_export_is_reported_if_another_field_of_its_entry_diverged(
    diverged: World,
) -> None:
    bring_back_an_export(diverged)

    for _ in range(2):
        diverged.push(SYNC)
        assert exported(diverged) == ""
        assert diverged.key("Mask R-CNN there")
        assert diverged.prepare(SYNC).is_settled
        found = reports(diverged.plan(SYNC), DivergedField)
        assert [one.name for one in found if isinstance(one, DivergedField)] == ["title", "year"]


@pytest.mark.parametrize("end", [End.BIB, End.ZOTERO])
def test_a_person_decides_about_an_earlier_export_beside_a_field_that_diverged(
    diverged: World, end: End
) -> None:
    bring_back_an_export(diverged)
    decide(diverged, end, "refs.bib")
    diverged.push(SYNC)

    held = "" if end is End.BIB else "there"
    assert exported(diverged) == held
    assert diverged.key(f"Mask R-CNN {held}".rstrip())
    assert diverged.prepare(SYNC).is_settled
    found = reports(diverged.plan(SYNC), DivergedField)
    assert [one.name for one in found if isinstance(one, DivergedField)] == ["year"]


# --- what an export of another machine wrote, while no digest shows it


@pytest.fixture
def exported_alone(tmp_path: Path) -> World:
    """A clone whose library has another edit than the .bib: elsewhere another digest was synced."""
    here, there = two_clones(tmp_path, ENTRY, "table.md", "Papers of the day\n")
    here.change(here.key("Mask R-CNN"), title="Mask R-CNN here")
    here.digests = ["table.md"]
    here.push(SYNC)
    for name in ("refs.bib", "zoterodigest.lock"):
        shutil.copy(here.root / name, there.root / name)
    there.change(there.key("Mask R-CNN"), title="Mask R-CNN there")
    return there


@pytest.mark.parametrize("run", [SYNC, Options(intent.PULL)], ids=["sync", "pull"])
def test_an_export_of_another_machine_stays_if_this_library_has_another_edit(
    exported_alone: World, run: Options
) -> None:
    there = exported_alone

    for _ in range(2):
        there.push(run)
        assert exported(there) == "here"
        assert "**Mask R-CNN there**" in (there.root / "notes.md").read_text("utf-8")
        assert there.prepare(run).is_settled
        assert waiting(there) == {row_of(there, "refs.bib")}


def test_an_export_of_another_machine_stays_beside_edits_in_zotero_one_after_the_other(
    exported_alone: World,
) -> None:
    there = exported_alone
    there.push(SYNC)
    there.change(there.key("Mask R-CNN there"), title="Mask R-CNN again")

    there.push(SYNC)

    assert exported(there) == "here"
    assert "**Mask R-CNN again**" in (there.root / "notes.md").read_text("utf-8")
    assert there.prepare(SYNC).is_settled
    assert waiting(there) == {row_of(there, "refs.bib")}


def test_an_export_that_no_digest_shows_is_in_sync_once_zotero_brings_its_title(
    exported_alone: World,
) -> None:
    there = exported_alone
    there.push(SYNC)

    there.change(there.key("Mask R-CNN there"), title="Mask R-CNN here")
    there.push(SYNC)

    assert exported(there) == "here"
    assert "**Mask R-CNN here**" in (there.root / "notes.md").read_text("utf-8")
    assert there.prepare(SYNC).is_settled
    assert waiting(there) == set()


@pytest.mark.parametrize("chosen", ["here", "there"])
def test_two_clones_agree_about_an_export_once_zotero_has_decided(
    exported_alone: World, chosen: str
) -> None:
    there = exported_alone
    here = World(there.root.parent / "here", there.digests)
    there.push(SYNC)
    files = ("notes.md", "refs.bib", "zoterodigest.lock")

    for world in (here, there):
        (key,) = world.items()
        world.change(key, title=f"Mask R-CNN {chosen}")
    for world, other in ((there, here), (here, there), (there, here)):
        for name in files:
            shutil.copy(world.root / name, other.root / name)
        other.push(SYNC)

    for world in (here, there):
        assert exported(world) == chosen
        assert f"**Mask R-CNN {chosen}**" in (world.root / "notes.md").read_text("utf-8")
        assert world.prepare(SYNC).is_settled
        assert waiting(world) == set()


@pytest.mark.parametrize("end", [End.BIB, End.ZOTERO])
@pytest.mark.parametrize("is_synced", [False, True])
def test_a_person_decides_about_an_export_that_no_digest_shows(
    exported_alone: World, end: End, *, is_synced: bool
) -> None:
    there = exported_alone
    if is_synced:
        there.push(SYNC)

    decide(there, end, "refs.bib")
    there.push(SYNC)

    held = "here" if end is End.BIB else "there"
    assert exported(there) == held
    assert f"**Mask R-CNN {held}**" in (there.root / "notes.md").read_text("utf-8")
    assert there.key(f"Mask R-CNN {held}")
    assert there.prepare(SYNC).is_settled
    assert waiting(there) == set()


@pytest.mark.parametrize(
    ("entry", "years"),
    [(ENTRY, ("2018", "2019")), (TABLE, ("2018", "2019")), (TABLE, ("2018-01-02", "2019-01-02"))],
)
def test_the_year_of_an_export_stays_if_this_library_has_another_edit(
    tmp_path: Path, entry: str, years: tuple[str, str]
) -> None:
    here, there = two_clones(tmp_path, entry, "other.md", "Papers of the day\n")
    for world, year in zip((here, there), years, strict=True):
        world.change(world.key("Mask R-CNN"), date=year)
    here.digests = ["other.md"]
    here.push(SYNC)
    for name in ("refs.bib", "zoterodigest.lock"):
        shutil.copy(here.root / name, there.root / name)

    for _ in range(2):
        there.push(SYNC)
        assert "year = {2018}" in (there.root / "refs.bib").read_text("utf-8")
        assert "2019" in (there.root / "notes.md").read_text("utf-8")
        assert there.prepare(SYNC).is_settled
        assert waiting(there) == {row_of(there, "refs.bib")}


PREPRINT = """\
> **Mask R-CNN**
> *arXiv 2017*, [arxiv](https://arxiv.org/abs/1703.06870)
"""


@pytest.mark.parametrize("is_edited", [False, True])
@pytest.mark.parametrize("entry", [TABLE, PREPRINT])
def test_a_year_that_an_export_takes_from_an_arxiv_number_waits_for_no_cleared_date(
    tmp_path: Path, entry: str, *, is_edited: bool
) -> None:
    here, there = two_clones(tmp_path, entry, "other.md", "Papers of the day\n")
    here.change(here.key("Mask R-CNN"), date="")
    here.digests = ["other.md"]
    here.push(SYNC)
    for name in ("refs.bib", "zoterodigest.lock"):
        shutil.copy(here.root / name, there.root / name)
    sync_zotero(here, there)
    if is_edited:
        there.edit("refs.bib", ("  title = {Mask {R-CNN}}", "  title = {Mask {R-CNN}, revised}"))
    assert waiting(there) == set()

    there.push(SYNC)

    assert "year = {2017}" in (there.root / "refs.bib").read_text("utf-8")
    assert "*arXiv 2017*" not in (there.root / "notes.md").read_text("utf-8")
    assert there.prepare(SYNC).is_settled
    assert waiting(there) == set()


def with_authors(world: World, *names: str) -> None:
    people = [{"creatorType": "author", "firstName": "A.", "lastName": name} for name in names]
    world.change(world.key("Mask R-CNN"), creators=people)


def test_authors_of_an_export_stay_if_this_library_has_others_behind_et_al(
    tmp_path: Path,
) -> None:
    here, there = two_clones(tmp_path, CUT, "other.md", "Papers of the day\n")
    with_authors(here, "He", "Girshick")
    here.push(SYNC)
    sync_zotero(here, there)
    for name in ("refs.bib", "zoterodigest.lock"):
        shutil.copy(here.root / name, there.root / name)
    there.push(SYNC)
    with_authors(here, "He", "Gkioxari")
    here.digests = ["other.md"]
    here.push(SYNC)
    for name in ("refs.bib", "zoterodigest.lock"):
        shutil.copy(here.root / name, there.root / name)
    with_authors(there, "He", "Doll")

    for _ in range(2):
        there.push(SYNC)
        assert "Gkioxari" in (there.root / "refs.bib").read_text("utf-8")
        assert there.prepare(SYNC).is_settled
        assert waiting(there) == {row_of(there, "refs.bib")}
    sync_zotero(here, there)
    there.push(SYNC)
    assert "Gkioxari" in (there.root / "refs.bib").read_text("utf-8")
    assert there.prepare(SYNC).is_settled
    assert waiting(there) == set()


@pytest.mark.parametrize(
    ("kept", "entry"),
    [(["more.md"], ENTRY), ([], TABLE), (["notes.md"], TABLE), (["notes.md", "more.md"], TABLE)],
    ids=["entry", "nothing", "table", "both tables"],
)
def test_an_export_of_which_git_kept_an_older_text_follows_zotero_in_one_run(
    tmp_path: Path, kept: list[str], entry: str
) -> None:
    here, there = two_clones(tmp_path, TABLE, "more.md", entry)
    here.change(here.key("Mask R-CNN"), date="2018")
    here.push(SYNC)
    ours, theirs = (read_lock(world.lock_path.read_bytes()) for world in (there, here))
    rows = {row.id: row for row in theirs.rows}
    rows |= {row.id: row for row in ours.rows if row.digest in kept}
    merged = replace(ours, rows=tuple(rows[one] for one in sorted(rows)))
    there.lock_path.write_bytes(render_lock(merged))
    for name in {"notes.md", "more.md"} - {*kept}:
        shutil.copy(here.root / name, there.root / name)
    sync_zotero(here, there)

    there.push(SYNC)

    assert "year = {2018}" in (there.root / "refs.bib").read_text("utf-8")
    assert there.prepare(SYNC).is_settled
    assert waiting(there) == set()


def test_an_edit_in_a_bib_of_another_machine_stays_if_no_digest_has_its_paper(
    tmp_path: Path,
) -> None:
    here, there = two_clones(tmp_path, ENTRY, "other.md", "Papers of the day\n")
    for world in (here, there):
        world.configure(TOML + BIB + 'items = "library"\n')
        world.markdown("notes.md", "Nothing yet.\n")
        world.push(SYNC)
    here.edit("refs.bib", (EXPORTED, "title = {Mask {R-CNN} here}"))
    here.push(SYNC)
    for name in ("refs.bib", "zoterodigest.lock"):
        shutil.copy(here.root / name, there.root / name)
    there.change(there.key("Mask R-CNN"), title="Mask R-CNN there")

    for _ in range(2):
        there.push(SYNC)
        assert exported(there) == "here"
        assert there.key("Mask R-CNN there")
        assert there.prepare(SYNC).is_settled
        assert waiting(there) == {row_of(there, "refs.bib")}


# --- what an entry fills in whose base a merge by git took away, beside a conflict


@pytest.fixture
def forgotten(clones: tuple[World, World]) -> tuple[World, World]:
    """Two clones whose libraries got other web links; git brings the entries of the first one, and
    has taken the base of one of them away, as both clones moved it.
    """
    here, there = clones
    for world, url, names in ((here, "two", DIGESTS[:2]), (there, "three", DIGESTS[:1])):
        world.configure(TOML)
        change_code(world, url)
        world.digests = [*names]
        world.push(SYNC)
    there.digests = [*DIGESTS[:2]]
    bring_without_base(here, there)
    return here, there


def change_code(world: World, url: str) -> None:
    children = world.children("Mask R-CNN").items()
    (code,) = (key for key, one in children if one.get("title") == "code")
    world.change(code, url=f"https://github.com/a/{url}")


def bring_without_base(here: World, there: World) -> None:
    for name in DIGESTS[:2]:
        shutil.copy(here.root / name, there.root / name)
    lock = read_lock(here.lock_path.read_bytes())
    rows = (_without(row, "links") if row.digest == "notes.md" else row for row in lock.rows)
    there.lock_path.write_bytes(render_lock(replace(lock, rows=tuple(rows))))


PAGE = "[page](https://a.org)"
FILLED_IN = {
    "what both show": "/two)",
    "one more": f"/two), {PAGE}",
    "what git kept": f"/three), {PAGE}",
}


@pytest.mark.parametrize("shown", FILLED_IN.values(), ids=FILLED_IN)
def test_what_an_entry_without_a_base_would_fill_in_waits_beside_a_conflict(
    forgotten: tuple[World, World], shown: str
) -> None:
    here, there = forgotten
    there.edit("notes.md", ("/two)", shown))
    before = there.everything()
    texts = texts_of(there)

    for _ in range(2):
        there.push(SYNC)
        assert there.prepare(SYNC).is_settled
        assert (there.everything(), texts_of(there)) == (before, texts)
        assert conflicts(there) == {row_of(there, "more.md")}
        assert waiting(there) == {row_of(there, "notes.md")}
    sync_zotero(here, there)
    there.push(SYNC)
    assert there.prepare(SYNC).is_settled
    assert not conflicts(there) | waiting(there)
    assert there.links("Mask R-CNN")["code"].endswith(shown.partition(")")[0])


def texts_of(world: World) -> list[str]:
    return [(world.root / name).read_text("utf-8") for name in DIGESTS[:2]]


def conflicts(world: World) -> set[str]:
    """Return the rows of which a field is in conflict."""
    found = reports(world.plan(SYNC), Conflict)
    return {one.row_id for one in found if isinstance(one, Conflict)}


@pytest.mark.parametrize("shown", FILLED_IN.values(), ids=FILLED_IN)
@pytest.mark.parametrize("end", [End.MARKDOWN, End.ZOTERO])
def test_an_entry_without_a_base_fills_in_once_the_conflict_beside_it_is_decided(
    forgotten: tuple[World, World], shown: str, end: End
) -> None:
    _, there = forgotten
    there.edit("notes.md", ("/two)", shown))
    there.push(SYNC)
    choices = Choices({(row_of(there, "more.md"), "links"): end})

    there.push(Options(intent.Decide(choices), selection=lambda entry: True))
    there.push(SYNC)

    assert there.prepare(SYNC).is_settled
    assert not conflicts(there) | waiting(there)
    assert ("/three)" in texts_of(there)[1]) == (end is End.ZOTERO)


def test_web_links_stay_in_conflict_beside_a_fill_if_a_third_entry_was_edited_as_well(
    tmp_path: Path,
) -> None:
    here, there = two_clones(tmp_path, ENTRY)
    there.configure(TOML)
    there.markdown("table.md", ENTRY)
    there.digests = ["table.md", *DIGESTS[:2]]
    there.push(SYNC)
    for name in ("table.md", "zoterodigest.lock", "zoterodigest.toml"):
        shutil.copy(there.root / name, here.root / name)
    sync_zotero(there, here)
    change_code(here, "two")
    here.push(SYNC)
    bring_without_base(here, there)
    there.edit("notes.md", ("/two)", f"/one), {PAGE}"))
    there.edit("table.md", (CODE, "/four)"))
    added = an_attachment(there.key("Mask R-CNN"), title="x", url="https://b.org")
    there.library.write([added])

    for _ in range(2):
        there.push(SYNC)
        assert there.prepare(SYNC).is_settled
        assert "/two)" in texts_of(there)[1]
        assert there.links("Mask R-CNN")["code"].endswith("/four")
        assert "page" in there.links("Mask R-CNN")
        assert conflicts(there) == {row_of(there, "more.md")}
