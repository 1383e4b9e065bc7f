"""`status` looks only at what has changed, and says what it says when it reads everything."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran, Zoterodigest, a_digest, edited_item, in_library
from tests.made_once import made_once
from zoterodigest.library.connect import connect
from zoterodigest.library.port import LibraryItem

PAPERS = [(f"Paper {number} of Many", f"2401.{number:05d}") for number in range(1, 13)]
IMAGE = '<p>Drawn: <img alt="a plot" data-attachment-key="ABCD2345"></p>'
Change = Callable[[Zoterodigest, Path], object]


@pytest.fixture
def project(zoterodigest: Zoterodigest, tmp_path: Path) -> Path:
    """A project of two digests in sync."""

    def make() -> None:
        (tmp_path / "a.md").write_text(a_digest(*PAPERS[:6]))
        (tmp_path / "b.md").write_text(a_digest(*PAPERS[6:]))
        assert zoterodigest("push", "a.md", "b.md", "--yes", "--offline").code == 0
        settle(zoterodigest)

    made_once(tmp_path, make)
    return tmp_path


def test_what_no_run_has_linked_yet_gets_no_id_to_resolve_it_by(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "a.md").write_text(a_digest(("Attention Is All You Need", "1706.03762")))
    (tmp_path / "b.md").write_text(a_digest(("Attention Is All We Need", "1706.03762")))

    before = zoterodigest("status", "a.md", "b.md").out
    zoterodigest("push", "a.md", "b.md", "--yes", "--offline")
    after = zoterodigest("status").out

    assert "    b.md:1  Attention Is All We Need\n" in before
    assert "Entries get the IDs for `resolve` with the first `zoterodigest sync`." in before
    assert "zoterodigest resolve " not in before
    assert "      zoterodigest resolve " in after
    assert "Entries get" not in after


def settle(zoterodigest: Zoterodigest) -> None:
    for _ in range(3):
        zoterodigest("sync", "--yes", "--offline", "-v")


def reads_everything(ran: Ran) -> bool:
    return "Read the library: " in ran.err


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def add_to_note(folder: Path, html: str) -> None:
    with connect("embedded:.zoterodigest/library.sqlite", base=folder) as library:
        notes = (one for one in library.read().items if one.data["itemType"] == "note")
        note = min(notes, key=lambda one: one.key)
    data = {"note": str(note.data["note"]) + html}
    in_library(folder, LibraryItem(note.key, note.version, data))


def nothing(_: Zoterodigest, folder: Path) -> None:
    """Leave all as it is."""


def entry_edited(_: Zoterodigest, folder: Path) -> None:
    edit(folder / "a.md", "Paper 2 of Many", "Paper Two of Many")


def item_edited(_: Zoterodigest, folder: Path) -> None:
    edited_item(folder, "Paper 8 of Many", title="Paper Eight of Many")


def both_edited(zoterodigest: Zoterodigest, folder: Path) -> None:
    entry_edited(zoterodigest, folder)
    item_edited(zoterodigest, folder)


def foreign_item(_: Zoterodigest, folder: Path) -> None:
    in_library(folder, LibraryItem("MINE2222", 0, {"itemType": "book", "title": "Of My Own"}))


def words_between(_: Zoterodigest, folder: Path) -> None:
    edit(folder / "b.md", "> **Paper 7", "Some words of my own.\n\n> **Paper 7")


def image_in_note(_: Zoterodigest, folder: Path) -> None:
    add_to_note(folder, IMAGE)


def image_gone_over(zoterodigest: Zoterodigest, folder: Path) -> None:
    add_to_note(folder, IMAGE)
    settle(zoterodigest)


def image_beside_edit(zoterodigest: Zoterodigest, folder: Path) -> None:
    image_gone_over(zoterodigest, folder)
    both_edited(zoterodigest, folder)


def image_after_a_run_that_wrote(zoterodigest: Zoterodigest, folder: Path) -> None:
    image_beside_edit(zoterodigest, folder)
    assert zoterodigest("sync", "--yes", "--offline").code == 0


def image_taken_out(zoterodigest: Zoterodigest, folder: Path) -> None:
    image_gone_over(zoterodigest, folder)
    with connect("embedded:.zoterodigest/library.sqlite", base=folder) as library:
        (note,) = (one for one in library.read().items if "<img" in str(one.data.get("note")))
    data = {"note": str(note.data["note"]).partition("<p>Drawn")[0]}
    in_library(folder, LibraryItem(note.key, note.version, data))


def lost_entry(_: Zoterodigest, folder: Path) -> None:
    (folder / "a.md").write_text(a_digest(*PAPERS[1:6]))


def conflict(zoterodigest: Zoterodigest, folder: Path) -> None:
    edit(folder / "a.md", "Paper 2 of Many", "Paper Two of Many")
    edited_item(folder, "Paper 2 of Many", title="The Second Paper of Many")


def conflict_gone_over(zoterodigest: Zoterodigest, folder: Path) -> None:
    conflict(zoterodigest, folder)
    settle(zoterodigest)


def link_that_ended(zoterodigest: Zoterodigest, folder: Path) -> None:
    lost_entry(zoterodigest, folder)
    settle(zoterodigest)
    assert "11 (and 1 that ended); 11 entries in 2 digests" in zoterodigest("status").out


def conflict_acknowledged(zoterodigest: Zoterodigest, folder: Path) -> None:
    conflict_gone_over(zoterodigest, folder)
    assert zoterodigest("resolve", "--all", "--acknowledge").code == 0


def conflict_beside_edits(zoterodigest: Zoterodigest, folder: Path) -> None:
    conflict_gone_over(zoterodigest, folder)
    edit(folder / "a.md", "Paper 3 of Many", "Paper Three of Many")
    item_edited(zoterodigest, folder)


@pytest.mark.parametrize(
    "change",
    [
        nothing,
        entry_edited,
        item_edited,
        both_edited,
        foreign_item,
        words_between,
        image_in_note,
        image_gone_over,
        image_beside_edit,
        image_after_a_run_that_wrote,
        image_taken_out,
        conflict,
        conflict_gone_over,
        conflict_acknowledged,
        conflict_beside_edits,
        link_that_ended,
    ],
)
def test_status_over_what_has_changed_is_the_status_over_everything(
    zoterodigest: Zoterodigest, project: Path, change: Change
) -> None:
    change(zoterodigest, project)

    for arguments in ([], ["--all"], ["--check"], ["--json"]):
        part = zoterodigest("status", *arguments, "-v")
        whole = of_everything(zoterodigest, project, *arguments)

        assert (part.code, part.out) == (whole.code, whole.out)
        assert not reads_everything(part)
        assert reads_everything(whole)


def of_everything(zoterodigest: Zoterodigest, project: Path, *arguments: str) -> Ran:
    """Run `status` without what earlier runs left for speed."""
    cache = project / ".zoterodigest" / "cache"
    cache.rename(project / "kept")
    try:
        return zoterodigest("status", *arguments, "-v")
    finally:
        shutil.rmtree(cache, ignore_errors=True)
        (project / "kept").rename(cache)


def new_entry(_: Zoterodigest, folder: Path) -> None:
    with (folder / "a.md").open("a") as file:
        file.write("\n" + a_digest(("A New Paper of Many", "2402.00001")))


def trashed_item(_: Zoterodigest, folder: Path) -> None:
    edited_item(folder, "Paper 2 of Many", deleted=1)


def lost_digest(_: Zoterodigest, folder: Path) -> None:
    (folder / "b.md").unlink()


@pytest.mark.parametrize("change", [new_entry, lost_entry, trashed_item, lost_digest])
def test_status_of_what_is_new_or_gone_reads_everything(
    zoterodigest: Zoterodigest, project: Path, change: Change
) -> None:
    change(zoterodigest, project)

    part = zoterodigest("status", "-v")

    whole = of_everything(zoterodigest, project)
    assert (part.code, part.out) == (whole.code, whole.out)
    assert reads_everything(part)


def test_status_of_a_digest_by_itself_counts_its_entries_alone(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    assert "links      12; 12 entries in 2 digests\n" in zoterodigest("status").out
    assert "links      12; 6 entries in 1 digest\n" in zoterodigest("status", "a.md").out


def test_a_file_without_papers_needs_attention_only_if_it_is_named(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "papers.md").write_text(a_digest(("A Paper on Many Things", "2401.00001")))
    (tmp_path / "guide.md").write_text("# How to help\n\n- Fork it: https://github.com/a/b\n")
    (tmp_path / "empty.md").write_text("")
    (tmp_path / "links.md").write_text("- <https://arxiv.org/abs/2401.00002>\n")

    def status(*patterns: str) -> str:
        tables = (f'[[digest]]\npath = "{pattern}"\n' for pattern in patterns)
        (tmp_path / "zoterodigest.toml").write_text("".join(tables))
        return zoterodigest("status").out

    assert "guide.md" not in status("*.md")
    assert "empty.md" not in status("*.md")
    assert "guide.md: no entries recognised" in status("*.md", "guide.md") + status("guide.md")
    assert "guide.md: no entries recognised" in zoterodigest("status", "guide.md").out


def test_what_needs_the_person_comes_first_with_the_command_that_settles_it(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    conflict_beside_edits(zoterodigest, project)

    lines = zoterodigest("status").out.splitlines()

    assert lines[0] == "needs you  1 conflict"
    order = ["Conflicts (1)", "Into the library (`zoterodigest push`)"]
    assert sorted(order, key=lines.index) == order
    assert lines[-1] == "Changes are pending (`zoterodigest sync`); 1 entry needs your attention."
    (command,) = (line.split() for line in lines if line.startswith("      zoterodigest resolve"))
    assert zoterodigest(*command[1:], "--keep", "markdown", "--yes").code == 0
    assert "needs you" not in zoterodigest("status").out


def test_a_digest_that_is_gone_needs_attention(zoterodigest: Zoterodigest, project: Path) -> None:
    lost_digest(zoterodigest, project)

    last = of_everything(zoterodigest, project).out.splitlines()[-1]

    assert last == "Nothing to write; 1 missing file needs your attention."
