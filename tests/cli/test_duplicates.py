"""`duplicates` lists works that stand twice, why, and what to do; what it says to do helps."""

from __future__ import annotations

import json
from pathlib import Path

from tests.builders import an_item
from tests.cli.conftest import Zoterodigest, a_digest, edited_item, in_library
from zoterodigest.library.connect import connect

NEED = ("Attention Is All You Need", "1706.03762")
DENOISING = ("Denoising Diffusion Probabilistic Models", "2006.11239")
OTHERS = ("Something Else Entirely Different", "2101.00001")


def written(folder: Path, name: str, *papers: tuple[str, str]) -> None:
    (folder / name).write_text(a_digest(*papers), encoding="utf-8")


def test_files_alone_are_compared_without_project_or_library(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    written(tmp_path, "a.md", NEED, OTHERS)
    written(tmp_path, "b.md", NEED)

    ran = zoterodigest("duplicates", "a.md", "b.md")

    assert ran.code == 1
    assert ran.out == (
        "One work, several entries (1)\n"
        "  In the library they become one item: `zoterodigest push a.md b.md`. Or take\n"
        "  out all but one of them.\n"
        "\n"
        "  Attention Is All You Need\n"
        "    entry  a.md:1\n"
        "    entry  b.md:1\n"
        "    why    the same arxiv:1706.03762\n"
        "\n"
        "0 items and 3 entries: 1 work stands twice\n"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.md", "b.md"]


def test_what_is_pushed_is_held_once_and_only_counted(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    written(tmp_path, "a.md", NEED, OTHERS)
    written(tmp_path, "b.md", NEED)
    zoterodigest("push", "a.md", "b.md", "--yes")

    ran = zoterodigest("duplicates")

    assert (ran.code, ran.out) == (
        0,
        "2 items and 3 entries: no work twice\n"
        "1 item stands in several entries, which is as it should be\n",
    )


def pushed_twice(zoterodigest: Zoterodigest, folder: Path) -> None:
    """Leave one work as two items: the second entry got its identifier after the push."""
    written(folder, "a.md", NEED)
    written(folder, "b.md", ("The Transformer, a Network of Attention", "2101.00002"), OTHERS)
    zoterodigest("push", "a.md", "b.md", "--yes")
    written(folder, "b.md", ("The Transformer, a Network of Attention", NEED[1]), OTHERS)


def test_what_is_told_to_do_in_the_built_in_library_makes_one_item(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    pushed_twice(zoterodigest, tmp_path)

    ran = zoterodigest("duplicates")

    assert ran.code == 1
    command = "`zoterodigest remove b.md`, then `zoterodigest push b.md --relink`"
    assert command in " ".join(ran.out.split())
    for line in command.replace("`", "").split(", then "):
        assert zoterodigest(*line.split()[1:], "--yes").code == 0
    ran = zoterodigest("duplicates")
    assert (ran.code, ran.out) == (
        0,
        "2 items and 3 entries: no work twice\n"
        "1 item stands in several entries, which is as it should be\n",
    )


def test_items_merged_in_zotero_are_one_again(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    pushed_twice(zoterodigest, tmp_path)
    data = json.loads(zoterodigest("duplicates", "--json").out)
    first, second = (copy["item"] for copy in data["duplicates"][0]["copies"])

    replaces = f"http://zotero.org/users/local/0/items/{second}"
    edited_item(tmp_path, NEED[0], relations={"dc:replaces": [replaces]})
    edited_item(tmp_path, "The Transformer, a Network of Attention", deleted=1)

    ran = zoterodigest("duplicates", "--json")
    data = json.loads(ran.out)
    assert (ran.code, data["duplicates"]) == (0, [])
    assert [copy["item"] for copy in data["twins"]] == [first]


def test_the_library_alone_is_looked_at(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    for key, doi in (("AAAA2222", "10.1000/a"), ("BBBB2222", "10.1000/A")):
        in_library(tmp_path, an_item(key, DOI=doi, title=NEED[0]))
    people = [{"creatorType": "author", "firstName": "Jonathan", "lastName": "Ho"}]
    for key, title in (("CCCC2222", DENOISING[0]), ("DDDD2222", "Denoising Difusion" + TAIL)):
        in_library(tmp_path, an_item(key, title=title, creators=people))

    ran = zoterodigest("duplicates")

    assert ran.code == 1
    assert ran.out == (
        "One work, several items (1)\n"
        "  The built-in library cannot merge items, as Zotero does. What `push` made\n"
        "  twice is made once by the commands below; an item of another client's is taken\n"
        "  out there.\n"
        "\n"
        "  Attention Is All You Need\n"
        "    item   AAAA2222  in no digest\n"
        "    item   BBBB2222  in no digest\n"
        "    why    the same doi:10.1000/a\n"
        "\n"
        "May be one work (1)\n"
        "  Look at them. Items that are one work are merged in Zotero (Merge Items);\n"
        "  entries find each other once both have the same identifier. Of those that are\n"
        "  two works nothing is to be done.\n"
        "\n"
        "  Denoising Diffusion Probabilistic Models\n"
        "  Denoising Difusion Probabilistic Models\n"
        "    item   CCCC2222  in no digest\n"
        "    item   DDDD2222  in no digest\n"
        "    why    titles nearly agree, and so do the authors\n"
        "\n"
        "4 items and 0 entries: 1 work stands twice, 1 more may\n"
    )


TAIL = " Probabilistic Models"


def test_what_only_may_be_one_work_is_no_failure(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    for key, doi in (("AAAA2222", "10.1000/a"), ("BBBB2222", "10.1000/b")):
        in_library(tmp_path, an_item(key, DOI=doi, title=NEED[0], extra=f"arXiv: {NEED[1]}"))

    ran = zoterodigest("duplicates")

    assert ran.code == 0
    assert "the same arxiv:1706.03762; but doi:10.1000/a and doi:10.1000/b" in ran.out


def test_entries_of_a_bib_are_compared_as_well(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    written(tmp_path, "a.md", NEED)
    entry = "@misc{%s, title = {Attention Is All You Need}, eprint = {1706.03762},\n"
    entry += "  archiveprefix = {arXiv}}\n"
    (tmp_path / "refs.bib").write_text(entry % "one" + entry % "two", encoding="utf-8")

    ran = zoterodigest("duplicates", "refs.bib", "a.md", "--json")

    (one,) = json.loads(ran.out)["duplicates"]
    places = [(at["digest"], at["line"]) for copy in one["copies"] for at in copy["entries"]]
    assert places == [("a.md", 1), ("refs.bib", 1), ("refs.bib", 3)]
    assert json.loads(zoterodigest("duplicates", "refs.bib", "--json").out)["checked"] == {
        "items": 0,
        "entries": 2,
    }


def test_with_nothing_to_look_at_it_says_so(zoterodigest: Zoterodigest) -> None:
    ran = zoterodigest("duplicates")

    assert ran.code == 14
    assert "there is no library" in ran.err


def test_hostile_titles_reach_the_screen_harmless(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    for key in ("AAAA2222", "BBBB2222"):
        in_library(tmp_path, an_item(key, DOI="10.1000/a", title="Red \x1b[31m alert"))

    ran = zoterodigest("duplicates")

    assert "\x1b[31m" not in ran.out
    with connect("embedded:.zoterodigest/library.sqlite", base=tmp_path) as library:
        assert len(library.read().items) == 2
