"""`status` and `sync` of everything that can happen at both ends, as a person sees them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest, a_digest, changed_object, edited_item, in_library
from tests.sync.test_structure import MASK, NOTES, RESNET, SYNC, diffusion, rename
from tests.sync.world import World
from zoterodigest.library.connect import connect
from zoterodigest.library.port import LibraryItem
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.quiet_run import prepare_quietly
from zoterodigest.sync.run.run import Options

RULES = """\
[[digest]]
path = "notes.md"
when_dropped = "trash"
when_trashed = "remove"
"""

STATUS = """\
library    .zoterodigest/library.sqlite (a trial library, not your Zotero)
links      3; 3 entries in 1 digest

Into the library (`zoterodigest push`)
  notes.md
    changed notes            1  Deep Residual Learning for Image Recog…: summary

Into the digests (`zoterodigest pull`)
  notes.md
    new entries              1  Denoising Diffusion Probabilistic Mode… → Vision
    moved entries            1  Mask R-CNN → Language
    removed entries          1  Attention Is All You Need
    renamed headings         1  Vision → Seeing

Changes are pending (`zoterodigest sync`).
"""

KEPT = """\
Removed from the file (1)
  Somebody removed these entries, so their links end. Their items stay, unless
  `when_dropped` in zoterodigest.toml says otherwise.
    notes.md  Mask R-CNN ({key})

Kept in the library (1)
  Their entries were removed. These items stay, because you changed or use them.
    Mask R-CNN
      it has tags of your own
"""

LEFT = """\
  Both sides keep their value; everything else is done. Edit the entry yourself,
  or give the item a value that the entry can show.
"""


@pytest.fixture
def notes(tmp_path: Path) -> World:
    """A digest of two headings that was just synced."""
    world = World(tmp_path)
    world.configure(RULES)
    world.markdown("notes.md", NOTES)
    world.push(SYNC)
    return world


def test_all_that_happened_in_the_library_comes_into_the_digest_as_status_says(
    zoterodigest: Zoterodigest, notes: World
) -> None:
    notes.change(notes.key("Mask R-CNN"), collections=[notes.collections()["notes/Language"]])
    rename(notes, "Vision", "Seeing")
    notes.put(diffusion(notes, "notes/Seeing"))
    notes.change(notes.key("Attention Is All You Need"), deleted=1)
    notes.edit("notes.md", ("Layers learn what to add", "Layers learn what they add"))

    status, synced, again = zoterodigest("status"), zoterodigest("sync"), zoterodigest("sync")

    assert (status.code, status.out) == (0, STATUS)
    assert synced.code == 0
    done = "Done: 1 note written, 1 digest changed.\n"
    assert synced.out.endswith(done)
    assert again.out.endswith("\nAlready up to date.\n")


def test_an_item_that_is_used_is_kept_and_told_where_its_entry_was_dropped(
    zoterodigest: Zoterodigest, notes: World
) -> None:
    key = notes.key("Mask R-CNN")
    notes.change(key, tags=[*notes.item("Mask R-CNN")["tags"], {"tag": "mine"}])
    notes.edit("notes.md", (f"{MASK}\n", ""))

    planned = zoterodigest("plan")

    assert KEPT.format(key=key) in planned.out


def test_an_item_nobody_used_goes_into_the_trash_with_its_dropped_entry(
    zoterodigest: Zoterodigest, notes: World
) -> None:
    notes.edit("notes.md", (f"{RESNET}\n", ""))

    planned = zoterodigest("plan")

    assert "    trashed items            1  Deep Residual Learning for Image" in planned.out


def test_what_cannot_be_written_is_told_before_and_after_and_exits_1(
    zoterodigest: Zoterodigest, notes: World
) -> None:
    code = "[arxiv](https://arxiv.org/abs/1703.06870)"
    notes.edit("notes.md", (code, f"{code}, [code](https://github.com/mask)"))
    notes.push(SYNC)
    (link,) = (key for key, one in notes.children("Mask R-CNN").items() if "url" in one)
    notes.change(link, url="javascript:alert(1)")

    planned, synced = zoterodigest("plan"), zoterodigest("sync")

    assert (planned.code, synced.code) == (1, 1)
    reason = "links: “code” leads to no web address in the library"
    told = f"{LEFT}    notes.md:11  Mask R-CNN\n      {reason}\n"
    assert f"Cannot be written (1)\n{told}" in planned.out
    assert synced.err == f"error: notes.md:11: Mask R-CNN: {reason}\n"
    # No run writes it: it is neither listed nor counted as a change.
    status = zoterodigest("status")
    assert "changed entries" not in planned.out + status.out
    assert status.out.endswith("\n\nNothing to write; 1 entry needs your attention.\n")


def test_a_deleted_note_is_reported_in_one_line_and_is_no_error(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    world = World(tmp_path)
    world.markdown("notes.md", NOTES)
    world.push(SYNC)
    world.change(world.note_key("Mask R-CNN"), deleted=1)

    ran = zoterodigest("sync", "notes.md", "--yes")

    told = "Deleted in the library and not made again: 1 note (`zoterodigest status`)."
    assert (ran.code, ran.out.count(told)) == (0, 1)
    assert "Notes deleted in the library (1)" in zoterodigest("status", "notes.md").out
    assert zoterodigest("status", "notes.md", "--check").code == 0


def test_a_note_that_a_merge_took_along_is_named_with_the_item_that_has_it(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    digest = tmp_path / "papers.md"
    titles = ("Attention Is All You Need", "Deep Residual Learning")
    papers = a_digest((titles[0], "1706.03762"), (titles[1], "1512.03385"))
    digest.write_text(papers, encoding="utf-8")
    zoterodigest("push", "papers.md")
    with connect("embedded:.zoterodigest/library.sqlite", base=tmp_path) as library:
        objects = library.read().items
    keys = {one.data.get("title"): one.key for one in objects}
    here, there = (keys[title] for title in titles)
    (note,) = (one.key for one in objects if one.data.get("parentItem") == here)
    changed_object(tmp_path, note, parentItem=there)  # as a merge that was taken back leaves it
    digest.write_text(papers.replace("What it does.", "What it does well.", 1), encoding="utf-8")

    told = zoterodigest("status")
    changed_object(tmp_path, note, parentItem=here)
    synced = zoterodigest("sync")

    assert f"its note is at {there}  {titles[1]}\n" in told.out
    assert "move it back in Zotero, and it is synced again." in told.out
    assert synced.out.endswith("Done: 1 note written.\n")


@pytest.mark.parametrize("kind", ["settled", "telling", "exporting"])
def test_a_sync_of_edits_says_the_same_over_a_part_and_over_everything(
    zoterodigest: Zoterodigest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    (tmp_path / "part").mkdir()
    monkeypatch.chdir(tmp_path / "part")
    papers = [(f"Paper {number}", f"2401.{number:05d}") for number in range(1, 9)]
    Path("papers.md").write_text(a_digest(*papers))
    assert zoterodigest("sync", "papers.md", "--yes", "--offline").code == 0
    if kind == "exporting":
        configured = '[[digest]]\npath = "papers.md"\n[[bibliography]]\npath = "refs.bib"\n'
        Path("zoterodigest.toml").write_text(configured)
    if kind == "telling":
        edited_item(Path.cwd(), "Paper 7", title="Paper Seven")
        edited_item(Path.cwd(), "Paper 8", deleted=1)
        text = Path("papers.md").read_text().replace("Paper 7", "Paper VII")
        Path("papers.md").write_text(f"{text}\nSee https://arxiv.org/abs/2401.00077 as well.\n")
    for _ in range(2):
        code = zoterodigest("sync", "papers.md", "--yes", "--offline").code
        assert code == (3 if kind == "telling" else 0)
    text = Path("papers.md").read_text()
    if kind == "exporting":  # a title has the .bib written, over everything
        mine = LibraryItem("MINE2222", 0, {"itemType": "book", "title": "Mine"})
        in_library(Path.cwd(), mine)
        Path("papers.md").write_text(text.replace("What it does.", "What it does well.", 1))
    else:
        edited_item(Path.cwd(), "Paper 1", title="Paper One")
        Path("papers.md").write_text(text.replace("Paper 5", "Paper Five"))
    shutil.copytree(".", tmp_path / "all")
    shutil.rmtree(tmp_path / "all" / ".zoterodigest" / "cache")
    ends = tmp_path / "part", tmp_path / "all"
    here = World(Path.cwd(), ["papers.md"]).workspace()
    assert prepare_quietly(here, Options(intent.SYNC)) is not None

    options = ("--dry-run", "--dry-run --json", "--stats", "", "--json", "--json")
    for line in ("status --all", *(f"sync {one}" for one in options), "status"):
        command, *arguments = line.split()
        said = []
        for end in ends:
            monkeypatch.chdir(end)
            ran = zoterodigest(command, "papers.md", *arguments)
            said.append((ran.code, ran.out.replace(str(end), ""), ran.err))
            shutil.rmtree(tmp_path / "all" / ".zoterodigest" / "cache", ignore_errors=True)
        assert said[0] == said[1]
        assert len({(end / "papers.md").read_text() for end in ends}) == 1
    edited = "What it does well." if kind == "exporting" else "Paper One"
    assert edited in Path("papers.md").read_text()
