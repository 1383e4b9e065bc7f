"""Tables of papers whatever their columns are called, and tables that have no header."""

from __future__ import annotations

import pytest

from tests.digest.corpus import read
from zoterodigest.core.values.record import Fields, Names
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.write.rearrange import rearrange
from zoterodigest.digest.write.steps import NewEntry

A, B = "RoMa: Robust Dense Feature Matching", "Grounding Image Matching in 3D with MASt3R"
AT_A, AT_B = "https://arxiv.org/abs/2305.15404", "https://arxiv.org/abs/2406.09756"


def table(*rows: str) -> Document:
    """Read a table: its header, dashes, its rows."""
    dashes = "|" + "---|" * (rows[0].count("|") - 1)
    return read("\n".join((rows[0], dashes, *rows[1:], "")).encode())


def test_a_row_with_a_cell_too_many_shows_how_a_new_one_is_written() -> None:
    row = "|[{}]({}) <br> Ann Bee, Cee Dee |[Paper]({})|[//]: #06/24"
    rows = row.format(A, AT_A, AT_A), row.format(B, AT_B, AT_B)
    before = table("| Title & Authors | Links |", *rows)
    fields: Fields = {"title": "A New Paper", "arxiv": "2401.00001"}

    new = NewEntry("new", (), {**fields, "authors": Names(("Ada Lovelace", "Kurt Gödel"))})
    outcome = rearrange(before, [new], read)

    address = "https://arxiv.org/abs/2401.00001"
    written = f"|[A New Paper]({address}) <br> Ada Lovelace, Kurt Gödel |[Paper]({address})|"
    assert written in outcome.source.decode().splitlines()


def titles(document: Document) -> list[str]:
    """The titles of its entries."""
    return [entry.title for entry in document.entries]


@pytest.mark.parametrize(
    "rows",
    [
        (
            "| Title | Paper |",
            f"| {A} | [pdf]({AT_A}) |",
            f"| {B} | [arXiv]({AT_B}) [code](https://github.com/a/b) |",
        ),
        ("| Paper | Title |", f"| [pdf]({AT_A}) | {A} |", f"| [pdf]({AT_B}) | {B} |"),
        ("| Name | Paper |", f"| {A} | [link]({AT_A}) |", f"| {B} | [link]({AT_B}) |"),
        (
            "| Model | What we read |",
            f"| RoMa | [{A}]({AT_A}) |",
            f"| MASt3R | [{B}]({AT_B}) |",
        ),
        ("| Contribution of | PDF |", f"| {A} | [x]({AT_A}) |", f"| {B} | [x]({AT_B}) |"),
        ("| Paper title (link) | Year |", f"| [{A}]({AT_A}) | 2023 |", f"| [{B}]({AT_B}) | 2024 |"),
        ("| | |", f"| [{A}]({AT_A}) | 2023 |", f"| [{B}]({AT_B}) | 2024 |"),
        (f"| [{A}]({AT_A}) | 2023 |", f"| [{B}]({AT_B}) | 2024 |"),
    ],
)
def test_the_column_of_titles_is_found_by_its_cells(rows: tuple[str, ...]) -> None:
    document = table(*rows)

    assert titles(document) == [A, B]
    assert [entry.reading.fields["arxiv"] for entry in document.entries] == [
        "2305.15404",
        "2406.09756",
    ]


@pytest.mark.parametrize(
    "rows",
    [
        ("| Method | Paper | mAP |", f"| RoMa | [pdf]({AT_A}) | 30 |", f"| X | [a]({AT_B}) | 31 |"),
        ("| Dataset | Paper |", f"| COCO | [arXiv]({AT_A}) |", f"| Ego4D | [arXiv]({AT_B}) |"),
        (
            "| Name | Problems | Authors | Links |",
            "| GSM8K | 8,500 | Karl Cobbe, Vineet Kosaraju | [HF](https://huggingface.co/a/b) |",
            "| MATH | 12,500 | Dan Hendrycks, Collin Burns | [HF](https://huggingface.co/a/c) |",
        ),
        (
            "| Dataset | Description | Paper |",
            f"| COCO | everyday scenes with common objects in them | [arXiv]({AT_A}) |",
            f"| Ego4D | hours of video that people took of their day | [arXiv]({AT_B}) |",
        ),
        (
            "| Method | Cited as | PDF |",
            f"| RoMa | [Edstedt et al. 2023]({AT_A}) | yes |",
            f"| MASt3R | [Leroy et al. 2024]({AT_B}) | no |",
        ),
    ],
)
def test_a_table_about_something_else_holds_no_papers(rows: tuple[str, ...]) -> None:
    assert titles(table(*rows)) == []


def one(*rows: str) -> DigestEntry:
    """The only entry of a table."""
    (entry,) = table(*rows).entries
    return entry


@pytest.mark.parametrize(
    ("name", "cell", "field", "value"),
    [
        ("Pub. & Date", "Nov, 2023", "date", "2023-11"),
        ("Pub. & Date", "CVPR 2024", "venue", "CVPR"),
        ("Publication", "CVPR 2024", "venue", "CVPR"),
        ("Conference/Journal", "**NeurIPS**", "venue", "NeurIPS"),
        ("Submitted on", "2023-05-24", "date", "2023-05-24"),
        ("All authors", "Johan Edstedt, Qiyu Sun", "authors", Names(("Johan Edstedt", "Qiyu Sun"))),
        ("", "Johan Edstedt, Qiyu Sun", "authors", Names(("Johan Edstedt", "Qiyu Sun"))),
        ("", "2023", "year", "2023"),
    ],
)
def test_a_word_of_its_name_or_its_cells_tell_what_a_column_is(
    name: str, cell: str, field: str, value: object
) -> None:
    entry = one(f"| Title | {name} |", f"| [{A}]({AT_A}) | {cell} |")

    assert entry.reading.fields[field] == value


@pytest.mark.parametrize(
    ("cell", "venue", "label"),
    [
        (f"[CVPR24]({AT_A})", "CVPR", "CVPR24"),
        (f"[[ECCV 2022]]({AT_A})", "ECCV", "ECCV 2022"),
        (f"[arxiv]({AT_A})", "arxiv", "arxiv"),
        (f"**[Oral]({AT_A})**", None, "Oral"),
    ],
)
def test_a_venue_may_be_the_label_of_a_link_to_the_paper(
    cell: str, venue: str | None, label: str
) -> None:
    code = "[code](https://github.com/a/b)"
    entry = one("| Title | Venue | Code |", f"| {A} | {cell} | {code} |")

    assert entry.reading.fields.get("venue") == venue
    assert [link.label for link in entry.reading.links] == [label, "code"]
    assert entry.reading.fields["arxiv"] == "2305.15404"


def test_rows_without_pipes_around_them_are_one_line_each() -> None:
    rows = [
        f"0{at} | {title} | [Paper]({to})/Code  " for at, title, to in ((1, A, AT_A), (2, B, AT_B))
    ]

    document = read("\n".join(["No. | Title | Links", "--|--|--", *rows, rows[0], ""]).encode())

    assert [entry.title for entry in document.entries] == [A, B, A]
    assert [(entry.first, entry.last) for entry in document.entries] == [(2, 2), (3, 3), (4, 4)]


@pytest.mark.parametrize("name", ["Where to look", "Star", "论文主页"])
def test_a_column_of_links_is_read_whatever_its_name(name: str) -> None:
    entry = one(f"| Title | {name} |", f"| {A} | [pdf]({AT_A}), [code](https://github.com/a/b) |")

    assert [link.label for link in entry.reading.links] == ["pdf", "code"]


def test_rows_without_a_header_are_a_table() -> None:
    document = read(f"| [{A}]({AT_A}) | 2023 |\n".encode() * 3)

    assert [entry.reading.fields["year"] for entry in document.entries] == ["2023"] * 3


def test_a_table_goes_on_below_a_blank_line() -> None:
    document = table(
        "| Title | Year |", f"| [{A}]({AT_A}) | 2023 |", "", f"| [{B}]({AT_B}) | 2024 |"
    )

    assert [(it.title, it.reading.fields["year"]) for it in document.entries] == [
        (A, "2023"),
        (B, "2024"),
    ]


@pytest.mark.parametrize(
    ("cell", "title", "field", "value"),
    [
        (f"**[RoMa]({AT_A})**: Robust Dense Features", "Robust Dense Features", "year", None),
        (f"RoMa: [Robust Dense Features]({AT_A})", "Robust Dense Features", "year", None),
        (
            "🔥[**RoMa**] Robust Dense Features(@kth.se)",
            "Robust Dense Features",
            "short_title",
            "RoMa",
        ),
        ("[RoMa-2] Robust Dense Features", "Robust Dense Features", "short_title", "RoMa-2"),
        ("[Ro & Ma 1.0] Robust Features", "Robust Features", "short_title", "Ro & Ma 1.0"),
        ("[CVPR24] Robust Features", "Robust Features", "venue", "CVPR"),
        (f"🔥<b>[{A}]({AT_A})</b>🔥", A, "year", None),
        (f"1. **[{A}]({AT_A})**, CVPR 2024", A, "venue", "CVPR"),
        (
            f"[![Star](https://img.shields.io/s.svg)](https://github.com/a/b)<br>[{A}]({AT_A})<br>"
            " Johan Edstedt, Qiyu Sun ",
            A,
            "authors",
            Names(("Johan Edstedt", "Qiyu Sun")),
        ),
        (
            f"⭐ **{A}** — Johan Edstedt, Qiyu Sun",
            A,
            "authors",
            Names(("Johan Edstedt", "Qiyu Sun")),
        ),
    ],
)
def test_more_than_the_title_stands_in_its_cell(
    cell: str, title: str, field: str, value: object
) -> None:
    entry = one("| Title & Authors | Links |", f"| {cell} | [pdf]({AT_A}) |")

    assert (entry.title, entry.reading.fields.get(field)) == (title, value)
    assert entry.reading.fields["arxiv"] == "2305.15404"


def test_a_new_row_folds_its_abstract_behind_the_title_as_others_do() -> None:
    fold = "<details><summary>Abstract</summary>{}</details>"
    rows = f"| **{A}** {fold.format('Dense.')} | {AT_A} |", f"| **{B}** | {AT_B} |"
    before = table("| Title | Link |", *rows)
    fields: Fields = {"title": "A New Paper", "arxiv": "2401.00001", "abstract": "We see."}

    outcome = rearrange(before, [NewEntry("new", (), fields)], read)

    assert f"| **A New Paper** {fold.format('We see.')} |" in outcome.source.decode()


def test_a_column_of_links_may_say_that_there_is_none() -> None:
    document = table(
        "| Date | Title | Paper | Code |",
        f"| 2024.05 | {A} | [[pdf]]({AT_A}) | ⚠️ |",
        "| 2024.06 | A Library for Birds | ⚠️ | [[lib]](https://github.com/a/b) |",
        f"| 2024.07 | {B} | [[pdf]]({AT_B}) | [[code]](https://github.com/a/c) |",
    )

    titles = [(entry.title, entry.problems) for entry in document.entries]
    assert [it for it in titles if it[0] != "A Library for Birds"] == [(A, ()), (B, ())]


def test_a_table_with_titles_that_no_link_marks_is_left_to_the_format_that_reads_them() -> None:
    document = table(
        "| Date | Title | Authors | PDF | Abstract |",
        f"| **2026-08-20** | **{A}** | Ada Wren et.al. | [2608.20208]({AT_A}) | Owls hear more. |",
        f"| **2026-08-21** | **{B}** | Bo Finch et.al. | [2608.20209]({AT_B}) |",
    )

    assert [(it.title, it.reading.fields["date"]) for it in document.entries] == [
        (A, "2026-08-20"),
        (B, "2026-08-21"),
    ]
