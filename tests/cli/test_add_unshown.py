"""`add`: what a digest cannot show of a paper goes into the library with its item."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Zoterodigest
from tests.sync.test_undo import refuse
from tests.sync.world import World
from zoterodigest.library.connect import connect
from zoterodigest.library.port import LibraryItem

LIST = """\
# Papers

- [One paper with a title](https://arxiv.org/abs/2001.00001), CVPR 2020.
- [Another paper with a title](https://arxiv.org/abs/2002.00002), ICLR 2021.
"""
TITLE = "Masked Autoencoders Are Scalable Vision Learners"
BIB = r"""@inproceedings{he2022masked,
  title = {Masked Autoencoders Are Scalable Vision Learners},
  author = {He, Kaiming and Chen, Xinlei and Xie, Saining and Li, Yanghao and Doll{\'a}r, Piotr
            and Girshick, Ross},
  booktitle = {CVPR}, year = 2022, month = jun, pages = {16000--16009}, volume = 3,
  editor = {Doe, Jane}, isbn = {978-1-2345-6789-7}, note = {Best one}, file = {mae.pdf}
}
"""
PENDING = Path(".zoterodigest") / "added.json"


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """A project with a list of papers, and a .bib with one more beside it."""
    (tmp_path / "papers.md").write_text(LIST, encoding="utf-8")
    (tmp_path / "refs.bib").write_text(BIB, encoding="utf-8")
    configure(tmp_path)
    return tmp_path


def configure(folder: Path, rules: str = "") -> None:
    text = f'[[digest]]\npath = "papers.md"\n{rules}'
    (folder / "zoterodigest.toml").write_text(text, encoding="utf-8")


def item(folder: Path) -> dict[str, Any]:
    with connect("embedded:.zoterodigest/library.sqlite", base=folder) as library:
        items = (one for one in library.read().items if not one.is_trashed)
        (found,) = (one for one in items if one.data.get("title") == TITLE)
    return dict(found.data)


def titles(folder: Path) -> list[str]:
    """Return the titles of what is in the library and not in its trash."""
    with connect("embedded:.zoterodigest/library.sqlite", base=folder) as library:
        items = (one for one in library.read().items if not one.is_trashed)
        return sorted(str(one.data["title"]) for one in items if "title" in one.data)


def test_what_a_list_cannot_show_is_in_the_library_after_the_next_sync(
    zoterodigest: Zoterodigest, folder: Path
) -> None:
    ran = zoterodigest("add", "refs.bib", "--offline")
    assert ran.code == 0, ran.err
    assert zoterodigest("sync", "--yes").code == 0

    data = item(folder)
    authors = [one["lastName"] for one in data["creators"] if one["creatorType"] == "author"]
    assert " ".join(ran.out.split()).count(
        "papers.md cannot show all that is known. With the next sync, the library gets the rest:"
        " authors, pages, citation key, volume, editor, isbn, note and date."
    )
    assert authors == ["He", "Chen", "Xie", "Li", "Dollár", "Girshick"]
    assert {"creatorType": "editor", "firstName": "Jane", "lastName": "Doe"} in data["creators"]
    assert (data["itemType"], data["citationKey"]) == ("conferencePaper", "he2022masked")
    assert (data["pages"], data["volume"], data["date"]) == ("16000-16009", "3", "2022-06")
    assert (data["ISBN"], data["extra"]) == ("978-1-2345-6789-7", "tex.note: Best one")
    assert not (folder / PENDING).exists()


def test_a_second_sync_has_nothing_to_do_and_the_digest_does_not_change(
    zoterodigest: Zoterodigest, folder: Path
) -> None:
    zoterodigest("add", "refs.bib", "--offline")
    zoterodigest("sync", "--yes")
    before = (folder / "papers.md").read_bytes(), (folder / "zoterodigest.lock").read_bytes()

    ran = zoterodigest("sync")

    assert "Already up to date." in ran.out
    assert before == (
        (folder / "papers.md").read_bytes(),
        (folder / "zoterodigest.lock").read_bytes(),
    )


def test_a_citation_key_that_another_item_has_is_not_given_twice(
    zoterodigest: Zoterodigest, folder: Path
) -> None:
    other = {"itemType": "book", "title": "Another Work", "citationKey": "He2022Masked"}
    World(folder).put(LibraryItem("THER2222", 0, other))

    zoterodigest("add", "refs.bib", "--offline")
    zoterodigest("sync", "--yes")

    data = item(folder)
    assert "citationKey" not in data
    assert data["pages"] == "16000-16009"


def test_an_item_that_is_there_takes_only_what_it_lacks(
    zoterodigest: Zoterodigest, folder: Path
) -> None:
    author = {"creatorType": "author", "firstName": "Kaiming", "lastName": "He"}
    own = {"itemType": "conferencePaper", "title": TITLE, "pages": "7", "creators": [author]}
    World(folder).put(LibraryItem("WNPAPER2", 0, own))

    zoterodigest("add", "refs.bib", "--offline")
    zoterodigest("sync", "--yes")

    data = item(folder)
    assert (data["pages"], data["creators"][0]) == ("7", author)
    assert (data["citationKey"], data["volume"]) == ("he2022masked", "3")


def test_facts_of_an_entry_that_was_taken_out_before_the_sync_are_forgotten(
    zoterodigest: Zoterodigest, folder: Path
) -> None:
    zoterodigest("add", "refs.bib", "--offline")
    assert (folder / PENDING).exists()
    (folder / "papers.md").write_text(LIST, encoding="utf-8")

    zoterodigest("sync", "--yes")

    assert not (folder / PENDING).exists()


def test_a_pull_leaves_the_facts_for_the_next_push(
    zoterodigest: Zoterodigest, folder: Path
) -> None:
    zoterodigest("sync", "--yes")
    zoterodigest("add", "refs.bib", "--offline")

    zoterodigest("pull", "--yes")
    assert (folder / PENDING).exists()
    zoterodigest("push", "--yes")

    assert item(folder)["citationKey"] == "he2022masked"
    assert not (folder / PENDING).exists()


def test_what_would_be_dropped_is_said_and_asked(zoterodigest: Zoterodigest, folder: Path) -> None:
    configure(folder, "push = false\n")

    asked = zoterodigest("add", "refs.bib", "--offline")
    untouched = (folder / "papers.md").read_text(encoding="utf-8")
    agreed = zoterodigest("add", "refs.bib", "--offline", "--yes")

    assert asked.code == 7
    assert "so this is dropped: authors, pages, citation key" in " ".join(asked.out.split())
    assert untouched == LIST
    assert agreed.code == 0
    assert TITLE in (folder / "papers.md").read_text(encoding="utf-8")


def test_json_tells_what_the_digest_cannot_show(zoterodigest: Zoterodigest, folder: Path) -> None:
    ran = zoterodigest("add", "refs.bib", "--offline", "--dry-run", "--json")

    (added,) = json.loads(ran.out)["added"]
    assert added["unshown"] == ["authors", "citekey", "pages"]
    assert added["details"] == ["date", "editor", "isbn", "note", "volume"]
    assert not (folder / PENDING).exists()


def test_an_entry_linked_again_after_an_undo_gives_its_new_item_the_facts(
    zoterodigest: Zoterodigest, folder: Path
) -> None:
    zoterodigest("add", "refs.bib", "--offline")
    kept = (folder / PENDING).read_bytes()
    zoterodigest("sync", "--yes")

    assert zoterodigest("undo", "--yes").code == 0
    zoterodigest("sync", "--yes")
    assert (folder / PENDING).read_bytes() == kept
    assert zoterodigest("push", "papers.md", "--relink", "--yes").code == 0

    # The item in the trash keeps its citation key: it may come back.
    data = item(folder)
    assert (len(data["creators"]), data["pages"], data["volume"]) == (7, "16000-16009", "3")
    assert not (folder / PENDING).exists()


def test_undo_and_redo_of_add_take_its_facts_along(
    zoterodigest: Zoterodigest, folder: Path
) -> None:
    zoterodigest("sync", "--yes")
    zoterodigest("add", "refs.bib", "--offline")
    kept = (folder / PENDING).read_bytes()

    zoterodigest("undo", "--yes")
    assert not (folder / PENDING).exists()
    zoterodigest("redo", "--yes")

    assert (folder / PENDING).read_bytes() == kept


def test_remove_trashes_an_item_whose_facts_are_as_add_brought_them(
    zoterodigest: Zoterodigest, folder: Path
) -> None:
    zoterodigest("add", "refs.bib", "--offline")
    zoterodigest("sync", "--yes")

    ran = zoterodigest("remove", "papers.md", "--yes")

    assert ran.code == 0
    assert "it was changed in the library" not in ran.out
    assert titles(folder) == []


def test_remove_keeps_an_item_one_of_whose_facts_was_changed_since(
    zoterodigest: Zoterodigest, folder: Path
) -> None:
    zoterodigest("add", "refs.bib", "--offline")
    zoterodigest("sync", "--yes")
    with connect("embedded:.zoterodigest/library.sqlite", base=folder) as library:
        (found,) = (one for one in library.read().items if one.data.get("title") == TITLE)
        library.write([LibraryItem(found.key, found.version, {"volume": "4"})])

    ran = zoterodigest("remove", "papers.md", "--yes")

    assert "it was changed in the library" in ran.out
    assert titles(folder) == [TITLE]


def test_facts_of_a_paper_are_kept_once_however_often_it_is_added(
    zoterodigest: Zoterodigest, folder: Path
) -> None:
    zoterodigest("add", "refs.bib", "--offline")
    kept = (folder / PENDING).read_bytes()
    (folder / "papers.md").write_text(LIST, encoding="utf-8")

    zoterodigest("add", "refs.bib", "--offline")

    assert (folder / PENDING).read_bytes() == kept


def test_nothing_is_kept_of_a_paper_whose_digest_cannot_be_written(
    zoterodigest: Zoterodigest, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = folder / "papers.md"

    def is_refused(source: object, target: object) -> None:
        if Path(str(target)) == digest:
            raise PermissionError(1, "not permitted")
        rename(source, target)  # type: ignore[arg-type]  # as os.replace takes them

    rename = os.replace
    monkeypatch.setattr(os, "replace", is_refused)
    ran = zoterodigest("add", "refs.bib", "--offline")

    assert ran.code == 15
    assert not (folder / PENDING).exists()


def test_an_entry_that_undo_leaves_keeps_its_facts(
    zoterodigest: Zoterodigest, folder: Path
) -> None:
    zoterodigest("sync", "--yes")
    more = (
        "@inproceedings{b, title = {A Second Paper to Be Added}, author = {Bee, Ann},"
        " pages = {1--2}, booktitle = {CVPR}, year = 2020, eprint = {2001.09999}}\n"
    )
    (folder / "refs.bib").write_text(f"{BIB}\n{more}", encoding="utf-8")
    zoterodigest("add", "refs.bib", "--offline")
    kept = (folder / PENDING).read_bytes()
    path = folder / "papers.md"
    text = path.read_text("utf-8")
    assert "A Second Paper" in text
    path.write_text(text.replace("Masked Autoencoders Are", "My Masked Autoencoders Are"), "utf-8")

    assert zoterodigest("undo", "--yes").code == 1

    assert "My Masked Autoencoders" in path.read_text("utf-8")
    assert "A Second Paper" not in path.read_text("utf-8")
    assert (folder / PENDING).read_bytes() == kept


def test_facts_stay_known_if_the_digest_of_an_undone_addition_cannot_be_written(
    zoterodigest: Zoterodigest, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zoterodigest("add", "refs.bib", "--offline")
    with monkeypatch.context() as patched:
        refuse(patched, "papers.md")
        refused = zoterodigest("undo", "--yes")

    assert "papers.md cannot be written" in refused.err
    zoterodigest("sync", "--yes")
    assert item(folder)["pages"] == "16000-16009"
