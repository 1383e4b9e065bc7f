"""`citekeys` lists, checks and sets citation keys; `check-cites` tells where a .bib has others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest, edited_item, in_library
from zoterodigest.library.connect import connect
from zoterodigest.library.port import LibraryItem

CONFIGURATION = """
[[digest]]
path = "survey.md"

[[bibliography]]
path = "refs.bib"
"""
SURVEY = """\
# Survey

<details>
<summary><b>Seeing Further</b></summary>

* **Authors:** Ada Lovelace, Alan Turing
* **arXiv ID:** 2102.00001
* **Published in:** arxiv (24 Feb 2021)
</details>
"""


def an_item(key: str, **data: object) -> LibraryItem:
    author = {"creatorType": "author", "firstName": "Ada", "lastName": "Byron"}
    paper = {"itemType": "book", "title": f"Book {key}", "creators": [author], "date": "1843"}
    return LibraryItem(key, 0, paper | data)


@pytest.fixture
def library(zoterodigest: Zoterodigest, tmp_path: Path) -> Path:
    """A library of one work for each place where a citation key can come from."""
    in_library(tmp_path, an_item("AAAA2222", title="Engines", citationKey="mine"))
    in_library(tmp_path, an_item("BBBB2222", title="Notes", extra="Citation Key: fromExtra"))
    in_library(tmp_path, an_item("CCCC2222", title="Letters"))
    in_library(tmp_path, an_item("DDDD2222", title="Nobody's Diary", creators=[]))
    in_library(tmp_path, an_item("EEEE2222", title="Gone", deleted=1, citationKey="gone"))
    return tmp_path


def key_in(folder: Path, item: str) -> str:
    with connect("embedded:.zoterodigest/library.sqlite", base=folder) as found:
        (one,) = found.fetch([item])
    return str(one.data.get("citationKey", ""))


def test_each_key_is_listed_with_where_it_comes_from(
    zoterodigest: Zoterodigest, library: Path
) -> None:
    ran = zoterodigest("citekeys", "list")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "citation key      from         item      title\n"
        "byronLetters1843  new          CCCC2222  Letters\n"
        "fromExtra         extra        BBBB2222  Notes\n"
        "mine              item         AAAA2222  Engines\n"
        "NobodysDiary1843  provisional  DDDD2222  Nobody's Diary\n"
        "\n"
        "4 citation keys (1 item, 1 extra, 1 new, 1 provisional)\n"
        "1 not written yet: `zoterodigest citekeys set --all` writes it into the library.\n"
    )


def test_the_list_as_json_says_what_is_provisional(
    zoterodigest: Zoterodigest, library: Path
) -> None:
    found = json.loads(zoterodigest("citekeys", "list", "--json").out)["citekeys"]

    assert [(one["citekey"], one["from"], one["is_provisional"]) for one in found] == [
        ("byronLetters1843", "new", False),
        ("fromExtra", "extra", False),
        ("mine", "item", False),
        ("NobodysDiary1843", "new", True),
    ]


def test_keys_that_are_fine_pass_the_check_and_provisional_ones_are_explained(
    zoterodigest: Zoterodigest, library: Path
) -> None:
    ran = zoterodigest("citekeys", "check")

    assert ran.code == 0
    assert "DDDD2222  NobodysDiary1843 (Nobody's Diary) may still change: no author" in ran.out
    assert ran.out.endswith("4 citation keys, 0 wrong\n")


def test_what_is_wrong_with_keys_fails_the_check(zoterodigest: Zoterodigest, library: Path) -> None:
    in_library(library, an_item("FFFF2222", citationKey="MINE"))
    in_library(library, an_item("GGGG2222", citationKey="a b{c}"))
    in_library(library, an_item("HHHH2222", citationKey="one", extra="Citation Key: two"))

    ran = zoterodigest("citekeys", "check")
    data = json.loads(zoterodigest("citekeys", "check", "--json").out)

    assert ran.code == 1
    assert "  AAAA2222  mine (Engines) is also the key of FFFF2222\n" in ran.out
    assert "  GGGG2222  a b{c} (Book GGGG2222) holds signs that no .bib can; an export" in ran.out
    assert "  HHHH2222  one (Book HHHH2222) is not the two of its Extra, which Zotero" in ran.out
    assert [(one["kind"], one["item"]) for one in data["findings"] if one["is_wrong"]] == [
        ("doubled", "FFFF2222"),
        ("doubled", "AAAA2222"),
        ("unsafe", "GGGG2222"),
        ("extra", "HHHH2222"),
    ]


@pytest.mark.parametrize("item", ["CCCC2222", "byronLetters1843"])
def test_a_key_of_ones_own_is_written_into_the_item(
    zoterodigest: Zoterodigest, library: Path, item: str
) -> None:
    ran = zoterodigest("citekeys", "set", item, "letters:43")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("Done: 1 citation key written.\n")
    assert key_in(library, "CCCC2222") == "letters:43"


def test_a_key_that_is_there_already_writes_nothing(
    zoterodigest: Zoterodigest, library: Path
) -> None:
    ran = zoterodigest("citekeys", "set", "mine", "mine")

    assert (ran.code, ran.out) == (0, "There is no citation key to write.\n")
    assert not (library / ".zoterodigest" / "history").exists()


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("Mine", "Mine is the citation key of AAAA2222 (Engines)"),
        ("FROMEXTRA", "FROMEXTRA is the citation key of BBBB2222 (Notes)"),
        ("a{b}", "'a{b}' is no citation key that every .bib can hold"),
        ("müller", "'müller' is no citation key that every .bib can hold"),
        ("a b", "'a b' is no citation key that every .bib can hold"),
    ],
)
def test_a_key_that_is_taken_or_cannot_be_is_refused(
    zoterodigest: Zoterodigest, library: Path, key: str, sentence: str
) -> None:
    ran = zoterodigest("citekeys", "set", "CCCC2222", key)

    assert (ran.code, ran.err.splitlines()[0]) == (2, f"error: {sentence}")
    assert key_in(library, "CCCC2222") == ""


def test_an_item_that_is_not_there_and_half_a_command_are_errors(
    zoterodigest: Zoterodigest, library: Path
) -> None:
    assert zoterodigest("citekeys", "set", "ZZZZ2222", "x").code == 10
    assert zoterodigest("citekeys", "set", "CCCC2222").code == 2
    assert zoterodigest("citekeys", "set").code == 2
    assert zoterodigest("citekeys", "set", "CCCC2222", "x", "--all").code == 2


def test_all_new_keys_are_written_but_the_provisional_ones(
    zoterodigest: Zoterodigest, library: Path
) -> None:
    shown = zoterodigest("citekeys", "set", "--all", "--dry-run")
    asked = zoterodigest("citekeys", "set", "--all")
    before = key_in(library, "CCCC2222")

    ran = zoterodigest("citekeys", "set", "--all", "--yes")

    assert (shown.code, asked.code, before) == (0, 7, "")
    assert ran.code == 0
    assert key_in(library, "CCCC2222") == "byronLetters1843"
    assert (key_in(library, "DDDD2222"), key_in(library, "BBBB2222")) == ("", "")
    assert zoterodigest("citekeys", "set", "--all", "--yes").out == (
        "There is no citation key to write.\n"
    )


def test_what_was_set_can_be_undone(zoterodigest: Zoterodigest, library: Path) -> None:
    zoterodigest("citekeys", "set", "--all", "--yes")

    ran = zoterodigest("undo", "--yes")

    assert (ran.code, ran.err) == (0, "")
    assert key_in(library, "CCCC2222") == ""


def test_a_key_that_was_changed_since_is_not_undone(
    zoterodigest: Zoterodigest, library: Path
) -> None:
    zoterodigest("citekeys", "set", "CCCC2222", "letters")
    edited_item(library, "Letters", citationKey="by hand")

    ran = zoterodigest("undo", "--yes")

    assert ran.code == 1
    assert "citationKey has changed since" in ran.err
    assert key_in(library, "CCCC2222") == "by hand"


def test_keys_set_for_all_are_ours_and_are_taken_back_with_the_items(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "survey.md").write_text(SURVEY)
    zoterodigest("push", "survey.md")
    zoterodigest("citekeys", "set", "--all", "--yes")
    listed = zoterodigest("citekeys", "list").out

    ran = zoterodigest("remove", "survey.md", "--yes")

    assert "lovelaceSeeingFurther2021  item" in listed
    assert ran.code == 0
    assert zoterodigest("citekeys", "list").out == "0 citation keys\n"


@pytest.fixture
def project(zoterodigest: Zoterodigest, tmp_path: Path) -> Path:
    """A pushed project whose .bib has a key of its own for the paper."""
    (tmp_path / "survey.md").write_text(SURVEY)
    (tmp_path / "zoterodigest.toml").write_text('[[digest]]\npath = "survey.md"\n')
    zoterodigest("push")
    (tmp_path / "zoterodigest.toml").write_text(CONFIGURATION)
    zoterodigest("citekeys", "set", "--all", "--yes")
    (tmp_path / "refs.bib").write_text(
        "\n@misc{Lovelace:21, title = {Seeing Further}, eprint = {2102.00001}}\n"
    )
    (tmp_path / "main.tex").write_text("\\cite{Lovelace:21}\n")
    return tmp_path


def test_the_check_of_citations_tells_where_the_bib_has_another_key(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    ran = zoterodigest("check-cites", "main.tex", "refs.bib")
    annotated = zoterodigest("check-cites", "main.tex", "refs.bib", "--report", "github")

    sentence = "Lovelace:21 has the citation key lovelaceSeeingFurther2021 in Zotero"
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"refs.bib:2: note: {sentence}\n1 key is cited, 0 missing, 0 doubled\n"
    assert annotated.out == f"::notice file=refs.bib,line=2::{sentence}\n"


def test_a_clone_without_its_library_checks_citations_all_the_same(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    (project / ".zoterodigest" / "library.sqlite").unlink()

    ran = zoterodigest("check-cites", "main.tex", "refs.bib")

    assert (ran.code, ran.out, ran.err) == (0, "1 key is cited, 0 missing, 0 doubled\n", "")


def test_what_hinders_the_comparison_is_told_and_fails_nothing(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    (project / "zoterodigest.toml").write_text(CONFIGURATION + "[oops]\n")

    ran = zoterodigest("check-cites", "main.tex", "refs.bib")

    assert ran.code == 0
    assert ran.err.startswith("note: the keys were not compared with Zotero's: ")


def test_the_check_of_keys_tells_it_too(zoterodigest: Zoterodigest, project: Path) -> None:
    ran = zoterodigest("citekeys", "check")

    assert ran.code == 0
    assert "lovelaceSeeingFurther2021 (Seeing Further) stands as Lovelace:21" in ran.out


def test_a_key_that_only_the_bib_has_is_listed_and_written(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    edited_item(project, "Seeing Further", citationKey="")

    listed = zoterodigest("citekeys", "list").out
    zoterodigest("citekeys", "set", "--all", "--yes")

    assert "Lovelace:21   file " in listed
    assert "Lovelace:21   item" in zoterodigest("citekeys", "list").out
