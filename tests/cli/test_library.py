"""`ls` and `show`: what is in a library, for people and as the API's data."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Zoterodigest, a_digest
from zoterodigest.library.connect import connect
from zoterodigest.library.port import Collection, LibraryItem, Unchanged, Written

NOTE = (
    '<div data-schema-version="9"><h2 id="zd-abcdefghij">Summary · daily</h2>\n'
    "<ul><li>a point<ul><li>a nested one</li></ul></li></ul>"
    "<p>then</p><ol><li>one<ol><li>inner</li></ol></li><li>two</li></ol>"
    "<script>alert(1)</script><p>\x1b[31mred \u202e text</p></div>"
)


def _item(key: str, **data: Any) -> LibraryItem:
    return LibraryItem(key, 0, {"itemType": "journalArticle", **data})


ITEMS = (
    _item(
        "AAAA2222",
        title="Attention Is All You Need",
        date="2017",
        creators=[
            {"creatorType": "author", "firstName": "Ashish", "lastName": "Vaswani"},
            {"creatorType": "author", "name": "Google Brain"},
        ],
        tags=[{"tag": "task:translation"}, {"tag": "mine"}],
        collections=["CCCC3333"],
        abstractNote="The dominant models.\nTwo lines.",
    ),
    _item(
        "BBBB2222",
        title="Born without a collection",
        tags=[{"tag": "mine"}],
        extra="Citation Key: born2020",
    ),
    _item("DDDD2222", title="Dropped", deleted=1),
    _item("EEEE2222", itemType="note", note="<p>a note of its own</p>"),
)
CHILDREN = (
    _item("NNNN2222", itemType="note", parentItem="AAAA2222", note=NOTE),
    _item("FFFF2222", itemType="attachment", linkMode="linked_url", parentItem="AAAA2222",
          title="code", url="https://example.org/code"),
    _item("GGGG2222", itemType="note", parentItem="AAAA2222", note="<p>gone</p>", deleted=1),
)  # fmt: skip
COLLECTIONS = (
    Collection("CCCC2222", 0, "Daily"),
    Collection("CCCC3333", 0, "2025-01", "CCCC2222"),
    Collection("CCCC4444", 0, "Empty"),
)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A library file with two live items, a note of its own, children, collections, trash."""
    path = tmp_path / "library.sqlite"
    with connect("embedded:library.sqlite", base=tmp_path) as library:
        outcomes = [
            *library.write_collections(COLLECTIONS[:1]),
            *library.write_collections(COLLECTIONS[1:]),
            *library.write(ITEMS),
            *library.write(CHILDREN),
        ]
    assert all(isinstance(outcome, Written | Unchanged) for outcome in outcomes), outcomes
    return path


ADDRESS = ("--library", "embedded:library.sqlite")

LISTED = """\
Daily / 2025-01 (1)
  key       title                      creators            date  has
  AAAA2222  Attention Is All You Need  Vaswani and 1 more  2017  1n 1a

in no collection (2)
  key       title                      creators  date  has
  EEEE2222  a note of its own
  BBBB2222  Born without a collection

3 items, 1 note (n), 1 attachment (a), 3 collections, 1 in the trash
"""


@pytest.mark.usefixtures("library")
def test_ls_shows_what_is_in_each_collection(zoterodigest: Zoterodigest) -> None:
    ran = zoterodigest("ls", *ADDRESS)

    assert (ran.code, ran.out, ran.err) == (0, LISTED, "")


def test_ls_lists_items_of_one_title_by_their_keys(
    zoterodigest: Zoterodigest, library: Path
) -> None:
    with connect(f"embedded:{library.name}", base=library.parent) as opened:
        opened.write([_item(key, title="Twin") for key in ("TTTT4444", "TTTT2222", "TTTT3333")])

    ran = zoterodigest("ls", *ADDRESS)

    assert re.findall(r"TTTT\d+", ran.out) == ["TTTT2222", "TTTT3333", "TTTT4444"]


@pytest.mark.usefixtures("library")
def test_ls_json_is_an_array_of_the_live_top_level_items(zoterodigest: Zoterodigest) -> None:
    ran = zoterodigest("ls", *ADDRESS, "--json")

    items = json.loads(ran.out)
    assert [item["key"] for item in items] == ["AAAA2222", "BBBB2222", "EEEE2222"]
    assert items[0]["version"] > 0
    assert items[0]["title"] == "Attention Is All You Need"
    assert items[0]["creators"][1]["name"] == "Google Brain"


@pytest.mark.usefixtures("library")
def test_ls_json_gives_live_children_after_their_item(zoterodigest: Zoterodigest) -> None:
    ran = zoterodigest("ls", *ADDRESS, "--json", "--children")

    keys = [item["key"] for item in json.loads(ran.out)]
    assert keys == ["AAAA2222", "FFFF2222", "NNNN2222", "BBBB2222", "EEEE2222"]


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("selection", "keys"),
    [
        (["--tag", "mine"], ["AAAA2222", "BBBB2222"]),
        (["--tag", "mine", "--tag", "task:translation"], ["AAAA2222"]),
        (["--collection", "Daily"], ["AAAA2222"]),
        (["--collection", "Daily/2025-01"], ["AAAA2222"]),
        (["--collection", "CCCC3333", "--tag", "other"], []),
        (["--collection", "Empty"], []),
    ],
)
def test_ls_selects_by_collection_and_tag(
    zoterodigest: Zoterodigest, selection: list[str], keys: list[str]
) -> None:
    ran = zoterodigest("ls", *ADDRESS, "--json", *selection)

    assert [item["key"] for item in json.loads(ran.out)] == keys


MORE = (
    _item("HHHH2222", title="zebras at rest", date="2021-03", DOI="10.1000/zebra",
          publicationTitle="Nature", creators=[{"creatorType": "author", "name": "Ada Lovelace"}]),
    _item("IIII2222", title="Apples", itemType="conferencePaper", date="March 2019",
          proceedingsTitle="International Conference on Learning Representations"),
    _item("JJJJ2222", title="Mangoes", itemType="conferencePaper", date="2023",
          proceedingsTitle="CVPR"),
)  # fmt: skip


@pytest.fixture
def more(library: Path) -> Path:
    """The library with three more items, added one after the other."""
    with connect("embedded:library.sqlite", base=library.parent) as opened:
        for day, item in enumerate(MORE, 1):
            added = {"dateAdded": f"2025-01-0{day}T00:00:00Z"}
            opened.write([LibraryItem(item.key, 0, {**item.data, **added})])
    return library


@pytest.mark.usefixtures("more")
@pytest.mark.parametrize(
    ("arguments", "keys"),
    [
        (["need atten"], ["AAAA2222"]),
        (["attention", "VASWANI"], ["AAAA2222"]),
        (["love"], ["HHHH2222"]),
        (["10.1000/zebra"], ["HHHH2222"]),
        (["nowhere"], []),
        (["--year", "2019"], ["IIII2222"]),
        (["--year", "2017-2021"], ["AAAA2222", "HHHH2222", "IIII2222"]),
        (["--year", "2021-"], ["HHHH2222", "JJJJ2222"]),
        (["--year", "-2017"], ["AAAA2222"]),
        (["--year", "2017-", "--sort", "title"], ["IIII2222", "AAAA2222", "JJJJ2222", "HHHH2222"]),
        (["--year", "2017-", "--sort", "year"], ["JJJJ2222", "HHHH2222", "IIII2222", "AAAA2222"]),
        (["--sort", "added", "--year", "2019-"], ["JJJJ2222", "IIII2222", "HHHH2222"]),
        (["--sort", "venue", "--limit", "3"], ["JJJJ2222", "IIII2222", "HHHH2222"]),
        (["--limit", "2"], ["EEEE2222", "IIII2222"]),
        (["--tag", "mine", "--sort", "title"], ["AAAA2222", "BBBB2222"]),
    ],
)
def test_ls_filters_and_sorts_for_people_and_as_json(
    zoterodigest: Zoterodigest, arguments: list[str], keys: list[str]
) -> None:
    listed, data = (zoterodigest("ls", *arguments, *ADDRESS, *more) for more in ((), ("--json",)))

    shown = re.findall(r"^  ([A-Z]{4}2222) ", listed.out, re.MULTILINE)
    has_order = "--sort" in arguments or "--limit" in arguments
    assert (shown if has_order else sorted({*shown})) == keys
    assert [one["key"] for one in json.loads(data.out)] == keys


@pytest.mark.usefixtures("more")
def test_one_list_shows_what_it_is_sorted_by_and_how_many_there_are(
    zoterodigest: Zoterodigest,
) -> None:
    added = zoterodigest("ls", "--sort", "added", "--year", "2019-", "--limit", "1", *ADDRESS)
    venue = zoterodigest("ls", "--sort", "venue", "--year", "2019-2022", *ADDRESS)

    assert added.out == (
        "  key       title    creators  date  added\n"
        "  JJJJ2222  Mangoes            2023  2025-01-03\n\n1 of 3 items\n"
    )
    assert venue.out == (
        "  key       title           creators      date        venue\n"
        "  IIII2222  Apples                        March 2019  ICLR\n"
        "  HHHH2222  zebras at rest  Ada Lovelace  2021-03     Nature\n\n2 items\n"
    )


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    "arguments",
    [["--sort", "size"], ["--year", "soon"], ["--year", "2023-2021"], ["--limit", "0"]],
)
def test_an_order_or_a_year_that_there_is_not_is_wrong_usage(
    zoterodigest: Zoterodigest, arguments: list[str]
) -> None:
    assert zoterodigest("ls", *arguments, *ADDRESS).code == 2


@pytest.mark.usefixtures("library")
def test_an_unknown_collection_is_told_with_those_there_are(zoterodigest: Zoterodigest) -> None:
    ran = zoterodigest("ls", *ADDRESS, "--collection", "Nonsense")

    assert ran.code == 10
    assert ran.err == (
        "error: the library has no collection Nonsense\n"
        "hint: Collections: Daily, Daily/2025-01, Empty.\n"
    )


@pytest.mark.usefixtures("library")
def test_show_tells_all_of_an_item(zoterodigest: Zoterodigest) -> None:
    ran = zoterodigest("show", "AAAA2222", *ADDRESS)

    assert ran.code == 0
    assert ran.out.startswith("Attention Is All You Need\nAAAA2222, journalArticle, version ")
    for line in (
        "  author              Ashish Vaswani\n",
        "  author              Google Brain\n",
        "  date                2017\n",
        "  abstractNote        The dominant models.\n                      Two lines.\n",
        "  tag                 task:translation\n",
        "  collection          Daily / 2025-01\n",
        "  attachment          code: https://example.org/code\n",
        "  note NNNN2222\n    Summary · daily\n",
        "    - a point\n        - a nested one\n",
        "    1. one\n        1. inner\n    2. two\n",
    ):
        assert line in ran.out


@pytest.mark.usefixtures("library")
def test_nothing_hostile_in_a_note_reaches_the_terminal(zoterodigest: Zoterodigest) -> None:
    ran = zoterodigest("show", "AAAA2222", *ADDRESS)

    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out
    assert "<script" not in ran.out
    assert "red" in ran.out


@pytest.mark.usefixtures("library")
def test_show_tells_that_an_item_lies_in_the_trash(zoterodigest: Zoterodigest) -> None:
    ran = zoterodigest("show", "DDDD2222", *ADDRESS)

    assert "in the trash" in ran.out


@pytest.mark.usefixtures("library")
def test_show_json_gives_the_item_with_its_children(zoterodigest: Zoterodigest) -> None:
    ran = zoterodigest("show", "AAAA2222", *ADDRESS, "--json")

    assert [one["key"] for one in json.loads(ran.out)] == ["AAAA2222", "FFFF2222", "NNNN2222"]


@pytest.mark.usefixtures("library")
def test_show_finds_an_item_by_its_citation_key(zoterodigest: Zoterodigest) -> None:
    by_citation_key = zoterodigest("show", "born2020", *ADDRESS)

    assert by_citation_key == zoterodigest("show", "BBBB2222", *ADDRESS)


def test_a_key_of_this_project_is_no_key_of_another_library(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "papers.md").write_text(a_digest(("Attention", "1706.03762")), encoding="utf-8")
    assert zoterodigest("push", "papers.md", "--offline").code == 0
    with connect("embedded:other.sqlite", base=tmp_path) as other:
        other.write([_item("BARE2222", title="Bare")])

    # It has no author, so an export would make the key of its title and its year.
    here = zoterodigest("ls", "attention2025", "--json")
    there = zoterodigest("ls", "attention2025", "--library", "embedded:other.sqlite")
    shown = zoterodigest("show", "attention2025", "--library", "embedded:other.sqlite")

    assert [one["title"] for one in json.loads(here.out)] == ["Attention"]
    assert (there.code, there.out) == (0, "0 items\n")
    assert "the library has no item attention2025" in shown.err


@pytest.mark.usefixtures("library")
def test_an_unknown_key_is_told(zoterodigest: Zoterodigest) -> None:
    ran = zoterodigest("show", "ZZZZ9999", *ADDRESS)

    assert ran.code == 10
    assert ran.err.startswith("error: the library has no item ZZZZ9999\nhint: ")


def test_a_library_that_does_not_exist_is_told_and_not_created(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    ran = zoterodigest("ls")

    assert ran.code == 14
    assert "there is no library at .zoterodigest/library.sqlite yet" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_an_address_that_is_none_is_wrong_usage(zoterodigest: Zoterodigest) -> None:
    ran = zoterodigest("ls", "--library", "nowhere")

    assert ran.code == 2
    assert ran.err.startswith("error: 'nowhere' names no library")


def test_a_corrupt_library_is_told_and_exits_14(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    (tmp_path / "library.sqlite").write_bytes(b"no database at all" * 100)

    ran = zoterodigest("ls", *ADDRESS)

    assert ran.code == 14
    assert ran.err.startswith("error: ")
    assert "Traceback" not in ran.err


@pytest.mark.usefixtures("library")
def test_the_library_of_the_configuration_above_is_the_one(
    zoterodigest: Zoterodigest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "zoterodigest.toml").write_text('library = "embedded:library.sqlite"\n')
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")

    ran = zoterodigest("ls", "--json")

    assert len(json.loads(ran.out)) == 3


@pytest.mark.usefixtures("library")
def test_the_environment_may_name_the_library(
    zoterodigest: Zoterodigest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOTERODIGEST_LIBRARY", "embedded:library.sqlite")

    ran = zoterodigest("ls", "--json")

    assert len(json.loads(ran.out)) == 3


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("command", [["ls"], ["show", "\x1b[31m\u202e"]])
def test_a_key_that_somebody_tampered_with_reaches_no_terminal_as_it_is(
    zoterodigest: Zoterodigest, tmp_path: Path, command: list[str]
) -> None:
    with closing(sqlite3.connect(tmp_path / "library.sqlite")) as database:
        database.execute("UPDATE items SET key = ? WHERE key = 'BBBB2222'", ("\x1b[31m\u202e",))
        database.commit()

    ran = zoterodigest(*command, *ADDRESS)

    assert "\\x1b" in ran.out
    assert ran.out.replace("\n", "").isprintable()
