"""A new entry says as much as most around it: no authors, abstract or day that they leave out."""

from __future__ import annotations

import pytest

from tests.digest.corpus import new_lines, read
from zoterodigest.core.values.record import Fields, Names
from zoterodigest.digest.write.rearrange import rearrange, unshown_names
from zoterodigest.digest.write.steps import NewEntry

PAPER: Fields = {
    "title": "A New Paper",
    "authors": Names(("Ann Abt", "Bo Bell")),
    "arxiv": "2403.00033",
    "date": "2024-03-15",
    "year": "2024",
    "abstract": "We do.",
}
URL = "https://arxiv.org/abs/240{0}.00001"


@pytest.mark.parametrize(
    ("with_authors", "written"),
    [
        ("", "- **A New Paper** [[paper](https://arxiv.org/abs/2403.00033)]"),
        ("1", "- **A New Paper** [[paper](https://arxiv.org/abs/2403.00033)]"),
        (
            "12",
            "- **A New Paper**, *Ann Abt, Bo Bell.* [[paper](https://arxiv.org/abs/2403.00033)]",
        ),
    ],
    ids=["none has them", "one of four has them", "half of them do"],
)
def test_authors_are_left_out_where_most_leave_them_out(with_authors: str, written: str) -> None:
    line = "- **A title of paper {0}**{1} [[paper](" + URL + ")]\n"
    authors = {at: ", *Cy Cox, Di Do.*" if at in with_authors else "" for at in "1234"}

    new = new_lines("".join(line.format(at, it) for at, it in authors.items()), PAPER)

    assert new == written


def test_a_section_of_three_tells_what_is_left_out_there() -> None:
    line = "- **A title of paper {0}**{1} [[paper](" + URL + ")]\n"
    named = "".join(line.format(at, ", *Cy Cox, Di Do.*") for at in "12345")
    source = f"# Papers\n\n## One\n{named}\n## Two\n"
    source += "".join(line.format(at, "") for at in "678")
    new = NewEntry("new", ("Two",), PAPER)

    outcome = rearrange(read(source.encode()), [new], read)

    at = outcome.origins.index("new")
    span = outcome.document.entries[at].span
    written = outcome.source[span.start : span.end].decode()
    assert written == "- **A New Paper** [[paper](https://arxiv.org/abs/2403.00033)]"
    assert unshown_names(outcome.document, at, PAPER) == ()


def test_an_abstract_that_one_neighbor_has_stays_with_the_neighbor() -> None:
    block = (
        "**A title of paper {0}**\n\n> **Author(s):** Cy Cox; Di Do  \n> **arXiv:** 240{0}.00001"
    )
    blocks = [block.format(at) for at in "1234"]
    blocks[2] += "  \n> **Abstract:** Some words about it."

    new = new_lines("# Papers\n\n" + "\n\n".join(blocks) + "\n", PAPER)

    assert "Abstract" not in new
    assert new.endswith("> **arXiv:** 2403.00033")


@pytest.mark.parametrize(
    ("dates", "date", "written"),
    [
        (("2024/01", "2024/02", "2024/03"), "2024-03-15", "[2024/03]"),
        (("2024/01/07", "2024/02/08", "2024/03/09"), "2024-03-15", "[2024/03/15]"),
        (("2024/01", "2024/02", "2024/03"), "2025", "[2024/03]"),
        (("2023/10", "2023/11", "2023/12"), "2025", "[2025]"),
        (("2024/01", "2024/02", "2024/03"), "2025-06", "[2025/06]"),
    ],
    ids=["months", "days", "months of arXiv ids", "other months", "a month of its own"],
)
def test_a_date_says_as_much_as_others_do(dates: tuple[str, ...], date: str, written: str) -> None:
    line = "- [{1}] **A title of paper {0}** CVPR 2024 [[paper](" + URL + ")]\n"
    lines = (line.format(at, it) for at, it in enumerate(dates, 1))
    fields: Fields = {**PAPER, "date": date, "year": date[:4], "venue": "ICML"}

    new = new_lines("".join(lines), fields)

    assert new.startswith(f"- {written} **A New Paper** ICML {date[:4]} [[paper]")


def test_the_year_of_preprints_goes_where_their_date_stands_alone() -> None:
    line = "- [2024/0{0}] **A title of paper {0}** *Cox et al. {1}* [[paper](" + URL + ")]\n"
    venues = ("arXiv", "ICML 2024", "arXiv", "CVPR 2024", "arXiv")
    lines = (line.format(at, it) for at, it in enumerate(venues, 1))

    new = new_lines("".join(lines), {**PAPER, "venue": "arXiv"})

    assert "*Abt et al. arXiv* [[paper]" in new


def test_a_column_of_authors_is_filled_whatever_other_tables_lack() -> None:
    head = "| Title | Venue | Link |\n|---|---|---|\n"
    row = "| A title of paper {0} | CVPR 202{0} | [pdf](https://arxiv.org/abs/200{0}.00001) |\n"
    wide = "\n| Title | Authors | Link |\n|---|---|---|\n"
    named = "| A title of paper {0} | Cy Cox | [pdf](https://arxiv.org/abs/200{0}.00001) |\n"

    new = new_lines(head + "".join(map(row.format, "123456")) + wide + named.format(7), PAPER)

    assert new == "| A New Paper | Ann Abt, Bo Bell | [pdf](https://arxiv.org/abs/2403.00033) |"
