"""`duplicates` lists works that appear twice, why, and what to do; what it says to do helps."""

from __future__ import annotations

import json
from pathlib import Path

from tests.builders import an_item
from tests.cli.conftest import Zoterodigest, a_digest, edited_item, in_library
from zoterodigest.library.connect import connect
from zoterodigest.library.port import LibraryItem

NEED = ("Attention Is All You Need", "1706.03762")
DENOISING = ("Denoising Diffusion Probabilistic Models", "2006.11239")
OTHERS = ("Something Else Entirely Different", "2101.00001")


def live(folder: Path) -> dict[str, LibraryItem]:
    """Return the live items, notes and attachments of the library by key."""
    with connect("embedded:.zoterodigest/library.sqlite", base=folder) as library:
        return {one.key: one for one in library.read().items if not one.is_trashed}


def told_to_do(out: str) -> list[str]:
    """Return the arguments of the command that is proposed."""
    (line,) = (line for line in out.splitlines() if line.startswith("    do     "))
    return line.partition("`")[2].rstrip("`").split()[1:]


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
        "  In the library they become one item: `zoterodigest push a.md b.md`. Or remove\n"
        "  all but one of them.\n"
        "\n"
        "  Attention Is All You Need\n"
        "    entry  a.md:1\n"
        "    entry  b.md:1\n"
        "    why    the same arxiv:1706.03762\n"
        "\n"
        "0 items and 3 entries: 1 work appears twice\n"
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
        "2 items and 3 entries: no duplicates\n"
        "1 item is linked with several entries, which is fine\n",
    )


def pushed_twice(zoterodigest: Zoterodigest, folder: Path) -> None:
    """Leave one work as two items: the second entry got its identifier after the push."""
    written(folder, "a.md", NEED)
    written(folder, "b.md", ("The Transformer, a Network of Attention", "2101.00002"), OTHERS)
    zoterodigest("push", "a.md", "b.md", "--yes")
    written(folder, "b.md", ("The Transformer, a Network of Attention", NEED[1]), OTHERS)


def test_what_is_told_to_do_in_the_trial_library_makes_one_item(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    pushed_twice(zoterodigest, tmp_path)

    ran = zoterodigest("duplicates")

    assert ran.code == 1
    command = told_to_do(ran.out)
    assert command[:2] == ["duplicates", "--merge"]
    before = live(tmp_path)
    assert zoterodigest(*command, "--yes").code == 0
    assert set(before) - set(live(tmp_path)) == {command[3]}
    assert zoterodigest("sync", "--yes").code == 0
    ran = zoterodigest("duplicates")
    assert (ran.code, ran.out) == (
        0,
        "2 items and 3 entries: no duplicates\n"
        "1 item is linked with several entries, which is fine\n",
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
        "  Merge the items by the command below each of them. The next `zoterodigest\n"
        "  sync` links all their entries with the item that stays.\n"
        "\n"
        "  Attention Is All You Need\n"
        "    item   AAAA2222  in no digest\n"
        "    item   BBBB2222  in no digest\n"
        "    why    the same doi:10.1000/a\n"
        "    do     `zoterodigest duplicates --merge AAAA2222 BBBB2222`\n"
        "\n"
        "May be one work (1)\n"
        "  Look at them. If items are one work, merge them: `duplicates --merge KEEP\n"
        "  OTHER`, or Merge Items in Zotero. If entries are one work, give both the same\n"
        "  identifier. If they are two works, there is nothing to do.\n"
        "\n"
        "  Denoising Diffusion Probabilistic Models\n"
        "  Denoising Difusion Probabilistic Models\n"
        "    item   CCCC2222  in no digest\n"
        "    item   DDDD2222  in no digest\n"
        "    why    titles nearly agree, and so do the authors\n"
        "\n"
        "4 items and 0 entries: 1 work appears twice, 1 more may\n"
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


# --- --merge


def doubled_by_hand(zoterodigest: Zoterodigest, folder: Path) -> tuple[str, str]:
    """Put a second item of the digest's paper in the library; return both keys, ours first."""
    written(folder, "a.md", NEED, OTHERS)
    zoterodigest("push", "a.md", "--yes")
    ours = next(key for key, one in live(folder).items() if one.data.get("title") == NEED[0])
    own = an_item("DDDD2222", title=NEED[0], extra=f"arXiv: {NEED[1]}", pages="1-15",
                  tags=[{"tag": "mine"}], itemType="conferencePaper")  # fmt: skip
    in_library(folder, own)
    return ours, "DDDD2222"


def test_a_second_item_of_a_paper_is_merged_and_no_other_item_changes(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    ours, own = doubled_by_hand(zoterodigest, tmp_path)
    before = live(tmp_path)

    command = told_to_do(zoterodigest("duplicates").out)
    ran = zoterodigest(*command, "--yes")

    after = live(tmp_path)
    assert command == ["duplicates", "--merge", ours, own]
    assert ran.code == 0
    assert before.keys() - after.keys() == {own}
    assert {key for key in after if before[key].data != after[key].data} == {ours}
    assert {"tag": "mine"} in after[ours].data["tags"]
    assert after[ours].data["pages"] == "1-15"
    assert str(after[ours].data["relations"]["dc:replaces"]).endswith(f"/items/{own}")
    assert zoterodigest("duplicates").code == 0


def test_notes_and_attachments_move_to_the_item_that_stays(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    ours, own = doubled_by_hand(zoterodigest, tmp_path)
    moving = {key for key, one in live(tmp_path).items() if one.data.get("parentItem") == ours}

    ran = zoterodigest("duplicates", "--merge", own, ours, "--yes")

    after = live(tmp_path)
    assert ran.code == 0
    assert moving
    assert {after[key].data["parentItem"] for key in moving} == {own}
    before = (tmp_path / "a.md").read_bytes()
    assert zoterodigest("sync", "--yes").code == 0
    assert (tmp_path / "a.md").read_bytes() == before
    assert "mine" in str(live(tmp_path)[own].data["tags"])


def test_a_dry_run_of_a_merge_shows_it_and_writes_nothing(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    ours, own = doubled_by_hand(zoterodigest, tmp_path)
    before = live(tmp_path)

    ran = zoterodigest("duplicates", "--merge", own, ours, "--dry-run")

    assert live(tmp_path) == before
    assert ran.code == 0
    assert ran.out == (
        f"keep       {own}  {NEED[0]}\n"
        f"into trash {ours}  {NEED[0]}\n"
        "moves      1 note\n"
        "gains      collections, date, proceedingsTitle, publisher, tags, url\n"
    )


def test_a_merge_asks_before_it_writes(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    ours, own = doubled_by_hand(zoterodigest, tmp_path)
    before = live(tmp_path)

    ran = zoterodigest("duplicates", "--merge", ours, own)

    assert ran.code == 7
    assert live(tmp_path) == before


def test_undo_takes_a_merge_back(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    ours, own = doubled_by_hand(zoterodigest, tmp_path)
    before = {key: dict(one.data) for key, one in live(tmp_path).items()}
    zoterodigest("duplicates", "--merge", own, ours, "--yes")

    listed = zoterodigest("log").out
    ran = zoterodigest("undo", "--yes")

    assert "merge" in listed
    assert ran.code == 0
    after = {key: dict(one.data) for key, one in live(tmp_path).items()}
    for data in (*before.values(), *after.values()):
        data.pop("dateModified", None)
    assert after == before
    assert zoterodigest("status", "--check").code == 0


def test_a_merge_that_is_done_has_nothing_more_to_do(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    ours, own = doubled_by_hand(zoterodigest, tmp_path)
    zoterodigest("duplicates", "--merge", own, ours, "--yes")
    before = live(tmp_path)

    ran = zoterodigest("duplicates", "--merge", own, ours, "--yes")

    assert ran.code == 0
    assert "They are merged already: nothing to do." in ran.out
    assert live(tmp_path) == before


def test_a_merge_of_two_works_says_so_before_it_asks(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    written(tmp_path, "a.md", NEED, OTHERS)
    zoterodigest("push", "a.md", "--yes")
    keep, other = (key for key, one in live(tmp_path).items() if "title" in one.data)

    ran = zoterodigest("duplicates", "--merge", keep, other, "--dry-run")

    assert "careful    their identifiers say that they are two works" in ran.out


def test_what_cannot_be_merged_is_refused(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    ours, own = doubled_by_hand(zoterodigest, tmp_path)
    (note,) = (k for k, one in live(tmp_path).items() if one.data.get("parentItem") == ours)

    for pair, reason in (
        ((ours, ours), "is named twice"),
        ((ours, note), "is not the key of an item in this library"),
        ((ours, "ZZZZ2222"), "is not the key of an item in this library"),
    ):
        ran = zoterodigest("duplicates", "--merge", *pair, "--yes")
        assert (ran.code, reason in ran.err) == (2, True)
    edited_item(tmp_path, OTHERS[0], deleted=1)
    gone = next(k for k, one in everything(tmp_path).items() if one.data.get("title") == OTHERS[0])
    assert "is in the trash" in zoterodigest("duplicates", "--merge", own, gone, "--yes").err


def everything(folder: Path) -> dict[str, LibraryItem]:
    """Return all objects of the library by key, those in the trash too."""
    with connect("embedded:.zoterodigest/library.sqlite", base=folder) as library:
        return {one.key: one for one in library.read().items}


def test_a_link_that_both_items_have_stays_with_the_one_that_goes(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    ours, own = doubled_by_hand(zoterodigest, tmp_path)
    link = {"itemType": "attachment", "linkMode": "linked_url", "title": "code",
            "url": "https://github.com/lab/need"}  # fmt: skip
    in_library(tmp_path, LibraryItem("LLLL2222", 0, {**link, "parentItem": ours}))
    in_library(tmp_path, LibraryItem("MMMM2222", 0, {**link, "parentItem": own}))

    zoterodigest("duplicates", "--merge", ours, own, "--yes")

    after = everything(tmp_path)
    assert after["LLLL2222"].data["parentItem"] == ours
    assert after["MMMM2222"].data["parentItem"] == own


def test_lines_of_extra_of_the_item_that_goes_join_those_of_the_one_that_stays(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    ours, own = doubled_by_hand(zoterodigest, tmp_path)
    (stays, goes) = (live(tmp_path)[key].data["extra"] for key in (ours, own))
    version = live(tmp_path)[own].version
    in_library(tmp_path, LibraryItem(own, version, {"extra": f"{goes}\nRead in May"}))

    zoterodigest("duplicates", "--merge", ours, own, "--yes")

    assert live(tmp_path)[ours].data["extra"] == f"{stays}\nRead in May"


def test_items_related_to_the_one_that_goes_are_related_to_the_one_that_stays(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    ours, own = doubled_by_hand(zoterodigest, tmp_path)
    address = f"http://zotero.org/users/1/items/{own}"
    edited_item(tmp_path, OTHERS[0], relations={"dc:relation": [address]})

    zoterodigest("duplicates", "--merge", ours, own, "--yes")

    (related,) = (o for o in live(tmp_path).values() if o.data.get("title") == OTHERS[0])
    assert related.data["relations"] == {"dc:relation": f"http://zotero.org/users/1/items/{ours}"}


def test_two_works_whose_items_were_merged_are_not_as_they_should_be(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    written(tmp_path, "a.md", NEED, OTHERS)
    zoterodigest("push", "a.md", "--yes")
    keep, other = (key for key, one in live(tmp_path).items() if "title" in one.data)
    before = (tmp_path / "a.md").read_bytes()
    zoterodigest("duplicates", "--merge", keep, other, "--yes")

    listed = zoterodigest("duplicates").out
    ran = zoterodigest("sync", "--yes")

    assert "which is fine" not in listed
    assert "Merged with another work (1)" in ran.out
    assert "arxiv:1706.03762, arxiv:2101.00001" in ran.out
    assert (tmp_path / "a.md").read_bytes() == before
    assert "which is fine" not in zoterodigest("duplicates").out
    assert "Merged with another work (1)" in zoterodigest("status").out


def test_a_merge_tells_in_json_what_it_did(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    ours, own = doubled_by_hand(zoterodigest, tmp_path)
    moving = {key for key, one in live(tmp_path).items() if one.data.get("parentItem") == own}

    told = json.loads(zoterodigest("duplicates", "--merge", ours, own, "--yes", "--json").out)

    assert (told["keep"], told["other"]) == (ours, own)
    assert {*told["moves"]} == moving
    assert "pages" in told["gains"]
    assert (told["are_other_works"], told["failures"]) == (False, {})
    assert told["written"] > 0
    assert own not in live(tmp_path)
