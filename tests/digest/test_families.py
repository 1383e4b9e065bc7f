"""The general families: what is taken from tables and lists that no format was written for."""

from __future__ import annotations

import pytest

from tests.digest.corpus import read
from zoterodigest.core.values.record import EMPTY, Blocks, Members, Names
from zoterodigest.digest.read.document import DigestEntry

ATTENTION = "https://arxiv.org/abs/1706.03762"


def one(source: str) -> DigestEntry:
    """Read a digest that holds one entry."""
    (entry,) = read(source.encode()).entries
    return entry


@pytest.mark.parametrize(
    "item",
    [
        f"- [Attention Is All You Need]({ATTENTION})",
        f"* [**Attention Is All You Need**]({ATTENTION})",
        f"+ **[Attention Is All You Need]({ATTENTION})** NeurIPS 2017",
        f"1. **Attention Is All You Need** [[paper]({ATTENTION})]",
        f"- **Attention Is All You Need**, NeurIPS 2017. [Paper]({ATTENTION})",
        f"- [ ] [Attention Is All You Need]({ATTENTION})",
        f"- 📄 [Attention Is All You Need]({ATTENTION})",
        f"- &#9989; [Attention Is All You Need]({ATTENTION})",
        f'- <img src="11-pages.svg" alt="11 pages"> [Attention Is All You Need]({ATTENTION})',
        f"- ![](badge.svg) **Attention Is All You Need** [[paper]({ATTENTION})]",
        f"- [2017.06] [Attention Is All You Need]({ATTENTION})",
        f"  * `2017-06-12` [Attention Is All You Need]({ATTENTION}) (NeurIPS 2017)",
        "- **Attention Is All You Need**\n  - [PDF](https://arxiv.org/pdf/1706.03762v7.pdf)",
        "- **Attention Is All You Need**\n  *Ashish Vaswani, Noam Shazeer*\n"
        "  [[paper]](https://huggingface.co/papers/1706.03762)",
    ],
)
def test_a_list_item_that_begins_with_a_link_or_a_bold_title_is_an_entry(item: str) -> None:
    entry = one(f"# Papers\n\n{item}\n")

    assert entry.title == "Attention Is All You Need"
    assert entry.reading.fields["arxiv"] == "1706.03762"


@pytest.mark.parametrize(
    "line",
    [
        "- [English](README.md)",
        "- [Contents](#contents)",
        "- [Survey](#survey)\n  - [Methods](#methods)",
        "- **News**: the list has moved",
        "- [Awesome lists](https://github.com/sindresorhus/awesome)",
        "- just text",
        "* **Note:** see below",
    ],
)
def test_a_list_item_that_is_no_paper_is_passed_over(line: str) -> None:
    document = read(f"# Papers\n\n{line}\n".encode())

    assert document.entries == ()
    assert {skipped.reason for skipped in document.skipped} >= {"no entry"}


@pytest.mark.parametrize(
    ("tail", "venue", "year"),
    [
        (", CVPR 2024. [[code]](https://github.com/a/b)", "CVPR", "2024"),
        (" (NeurIPS 2023)", "NeurIPS", "2023"),
        (" `ICLR 2021`", "ICLR", "2021"),
        (" | ECCV 2020 | [code](https://github.com/a/b)", "ECCV", "2020"),
        (" *ICML'19*", "ICML", "2019"),
    ],
)
def test_a_venue_is_taken_where_the_pattern_is_clear(tail: str, venue: str, year: str) -> None:
    fields = one(f"- [Attention Is All You Need]({ATTENTION}){tail}\n").reading.fields

    assert (fields.get("venue"), fields.get("year")) == (venue, year)


@pytest.mark.parametrize(
    "tail",
    [
        ". A good read from 2017 with 12 tricks.",
        " by Google in Summer 2017",
        ", runs on A100 2023",
        " - The Model 2020 is Large",
        " (Section 2018)",
    ],
)
def test_a_gap_is_better_than_a_venue_guessed(tail: str) -> None:
    fields = one(f"- [Attention Is All You Need]({ATTENTION}){tail}\n").reading.fields

    assert fields.get("venue", EMPTY) == EMPTY


def test_authors_of_a_list_item_are_taken_from_italics_that_look_like_names() -> None:
    entry = one(f"- [Title]({ATTENTION}). *Ashish Vaswani, Noam Shazeer, et al.*\n")

    assert entry.reading.fields["authors"] == Names(("Ashish Vaswani", "Noam Shazeer"), True)


@pytest.mark.parametrize("remark", ["Strength: attention alone.", "It is fast: no recurrence."])
def test_authors_are_read_though_a_remark_below_them_has_a_colon(remark: str) -> None:
    """The item of such a paper was made without authors."""
    head = f"- **Attention Is All You Need** - Ashish Vaswani, Noam Shazeer. [[Paper]({ATTENTION})]"

    fields = one(f"{head}\n  - {remark}\n").reading.fields

    assert fields["authors"] == Names(("Ashish Vaswani", "Noam Shazeer"))
    assert fields["summary"] == Blocks((f"- {remark}",))


@pytest.mark.parametrize("tail", [". *a very nice idea*", " *new*", ". *code is out, see below.*"])
def test_italics_that_are_no_names_are_no_authors(tail: str) -> None:
    entry = one(f"- [Title]({ATTENTION}){tail}\n")

    assert entry.reading.fields.get("authors", EMPTY) == EMPTY


def test_a_table_is_read_by_its_header_whatever_the_order_and_names_of_columns() -> None:
    entry = one(
        "| No. | Keywords | Conference | Repo | Paper Title |\n|---|:-:|---|---|---|\n"
        f"| 1 | nlp, mt | NeurIPS'17 | - | [**Attention Is All You Need**]({ATTENTION}) |\n"
    )

    fields = entry.reading.fields
    assert entry.title == "Attention Is All You Need"
    assert (fields["venue"], fields["year"]) == ("NeurIPS", "2017")
    assert fields["task"] == Members(("nlp", "mt"))


def test_a_star_badge_before_a_title_is_not_the_title() -> None:
    entry = one(
        "| Title | Venue |\n|---|---|\n"
        f"| ![Star](https://img.shields.io/x.svg) <br> [**Attention Is All You Need**]({ATTENTION})"
        " <br> | arXiv |\n"
    )

    assert entry.title == "Attention Is All You Need"


@pytest.mark.parametrize(
    ("cells", "summary"),
    [
        (f"**A Title of Five Words** :star: | It works. | [pdf]({ATTENTION}) |", "It works."),
        (f"[Title]({ATTENTION}) | <img src='a.png'> | [pdf]({ATTENTION})|[//]: #05/29", None),
        (f"[Title]({ATTENTION}) | It works. | [pdf]({ATTENTION}) | <!-- new -->", "It works."),
    ],
)
def test_marks_pictures_and_comments_in_a_row_are_no_text(cells: str, summary: str | None) -> None:
    entry = one(f"| Title | Introduction | Links |\n|---|---|---|\n|{cells}\n")

    found = entry.reading.fields.get("summary")
    assert found == (Blocks((summary,)) if summary else None)
    assert [it.label for it in entry.reading.links] == ["pdf"]


def test_badges_before_a_bold_title_are_its_links() -> None:
    badge = f"[![arXiv](https://img.shields.io/x.svg)]({ATTENTION})"
    entry = one(f"- {badge} {badge}**Attention Is All You Need**<br>*Ashish Vaswani et al.*\n")

    assert entry.title == "Attention Is All You Need"
    assert entry.reading.fields["authors"] == Names(("Ashish Vaswani",), truncated=True)
    assert (entry.reading.title_url, entry.reading.links[0].label) == ("", "arXiv")


def test_a_table_without_a_title_column_holds_no_entries() -> None:
    assert read(b"| Model | Score |\n|---|---|\n| BERT | 80 |\n").entries == ()


def test_a_list_and_a_table_in_one_file_are_both_read() -> None:
    source = (
        f"- [Attention Is All You Need]({ATTENTION})\n\n"
        "| Paper | Year |\n|---|---|\n| [BERT](https://arxiv.org/abs/1810.04805) | 2018 |\n"
    )

    assert [entry.format.name for entry in read(source.encode()).entries] == ["papers", "table"]


@pytest.mark.parametrize("behind", ["数鸟", "数鸟、观察、记录", " 观鸟方法, 鸟类"])
def test_words_in_a_script_without_capitals_beside_a_title_are_no_authors(behind: str) -> None:
    entry = one(f"# Papers\n\n- [Attention Is All You Need]({ATTENTION}){behind}\n")

    assert entry.title == "Attention Is All You Need"
    assert "authors" not in entry.reading.fields
