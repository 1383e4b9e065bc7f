"""Lists of identifiers and addresses: entries without titles, where nothing else is listed."""

from __future__ import annotations

import pytest

from tests.digest.corpus import read
from zoterodigest.core.values.record import Blocks
from zoterodigest.digest.write.edit import put_digest
from zoterodigest.digest.write.rearrange import rearrange
from zoterodigest.digest.write.steps import NewEntry

PAPER = "- https://arxiv.org/abs/2105.05233\n"
LINE = PAPER.removeprefix("- ")


def read_of(text: str) -> list[str]:
    """The identifiers of the entries without a title."""
    found = [it for it in read(text.encode()).entries if not it.title]
    return [str(*entry.reading.identifiers) for entry in found]


@pytest.mark.parametrize(
    ("item", "identifier"),
    [
        ("2006.11239", "arxiv:2006.11239"),
        ("arXiv:2006.11239v2 [cs.LG]", "arxiv:2006.11239"),
        ("hep-th/9711200", "arxiv:hep-th/9711200"),
        ("[ ] 2006.11239", "arxiv:2006.11239"),
        ("2006.11239 (read twice)", "arxiv:2006.11239"),
        ("[arxiv.org/abs/2006.11239](https://arxiv.org/abs/2006.11239)", "arxiv:2006.11239"),
        ("10.1038/nature14539", "doi:10.1038/nature14539"),
        ("doi: 10.1038/nature14539", "doi:10.1038/nature14539"),
        ("<https://openreview.net/forum?id=AbC>", "openreview:AbC"),
    ],
)
def test_an_item_that_is_an_identifier_is_an_entry(item: str, identifier: str) -> None:
    assert read_of(f"{PAPER}* {item}\n") == ["arxiv:2105.05233", identifier]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(PAPER, id="one item alone"),
        pytest.param("https://arxiv.org/abs/2105.05233\n\n2006.11239\n", id="paragraphs"),
        pytest.param(f"# A\n\n{LINE}\n## B\n\n{LINE}\n## C\n\n{LINE}", id="lines alone"),
        pytest.param(f"First\n{LINE}\nSecond\n{LINE}\nThird\n{LINE}", id="lines below titles"),
        pytest.param(f"{PAPER}{PAPER}- https://x.org/a\n- https://x.org/b\n", id="half of a list"),
        pytest.param(f"- Diffusion\n  {PAPER}  {PAPER}", id="below another item"),
        pytest.param("- 1012.2345\n- 1011.1234\n- 1010.4321\n", id="numbers with four decimals"),
        pytest.param("- 2101.1\n- 2099.12345\n- 1013.1234\n", id="numbers that are no arXiv ids"),
        pytest.param("- 2006.11239 is on diffusion\n- 2105.05233 is, too\n", id="sentences"),
        pytest.param("- https://x.org/a.pdf\n- https://x.org/b.pdf\n", id="unknown pages"),
        pytest.param(f"```\n{PAPER}{PAPER}{PAPER}```\n", id="code"),
    ],
)
def test_other_lists_have_no_entries_without_titles(text: str) -> None:
    assert read_of(text) == []


DAYS = f"""\
# Inbox

What I have got.

## Monday

{LINE}arxiv.org/abs/2006.11239 - the loud one

one more: https://x.org/a

## Tuesday

arXiv:2005.14165v4 [cs.CL] 22 Jul 2020

<https://openreview.net/forum?id=AbC>
"""


def test_lines_of_text_that_name_a_paper_each_are_a_list() -> None:
    found = read(DAYS.encode()).entries

    assert read_of(DAYS) == [
        "arxiv:2105.05233",
        "arxiv:2006.11239",
        "arxiv:2005.14165",
        "openreview:AbC",
    ]
    assert [it.heading_keys[-1] for it in found] == ["Monday", "Monday", "Tuesday", "Tuesday"]
    assert found[2].reading.fields["date"] == "2020-07-22"


def test_a_new_entry_among_lines_of_text_is_such_a_line() -> None:
    fields = {"title": "A Title of a Paper", "arxiv": "2401.10001"}

    after = rearrange(read(DAYS.encode()), [NewEntry("new", ("Tuesday",), fields)], read)

    assert after.refusals == ()
    assert after.source.decode() == f"{DAYS}\n<https://arxiv.org/abs/2401.10001>\n"


def test_links_below_an_entry_are_part_of_it() -> None:
    entry = (
        f"- [A Title of a Paper](https://arxiv.org/abs/2006.11239), CVPR 2024\n  {PAPER}  {PAPER}"
    )

    assert read_of(entry) == []
    assert len(read(entry.encode()).entries) == 1


def test_lines_below_an_identifier_are_left_alone() -> None:
    first, _ = read(f"{PAPER}  - my note\n{PAPER}".encode()).entries

    assert (first.first, first.last) == (0, 1)
    assert [(it.line, it.reason) for it in first.problems] == [
        (2, "no rule of the format reads this line")
    ]


def test_lists_of_one_item_each_count_together() -> None:
    days = "".join(f"## 2024-01-0{day}\n\n{PAPER}\n" for day in (1, 2, 3))

    assert len(read_of(days)) == 3
    assert read_of(f"{days}## Links\n\n" + "- https://x.org/a\n" * 3) == []
    assert len(read_of(f"## A\n\n{PAPER}{PAPER}\n## B\n\n{PAPER}")) == 3


@pytest.mark.parametrize(
    ("item", "address"),
    [
        ("arXiv:2006.11239v2", "https://arxiv.org/abs/2006.11239v2"),
        ("[2006.11239](https://arxiv.org/abs/2006.11239)", "https://arxiv.org/abs/2006.11239"),
        ("[arxiv.org/abs/2105.05233](https://arxiv.org/abs/2105.05233)", PAPER[2:-1]),
        ("<https://arxiv.org/pdf/2006.11239v1>", "https://arxiv.org/pdf/2006.11239v1"),
        ("doi:10.1000/182", "https://doi.org/10.1000/182"),
    ],
)
def test_an_entry_that_gets_a_title_links_it_and_the_others_stay_entries(
    item: str, address: str
) -> None:
    before = read(f"{PAPER}- [ ] {item}\n".encode())

    after = put_digest(before, {1: {"title": "All [of] *It*"}}, read)

    assert after.refusals == ()
    assert after.source.decode() == f"{PAPER}- [ ] [All [of] *It*]({address})\n"
    assert [it.title for it in read(after.source).entries] == ["", "All [of] *It*"]


def test_a_remark_behind_a_dash_is_the_summary_and_stays_behind_a_title() -> None:
    before = read(f"{PAPER}1. 2006.11239 – the loud one\n".encode())

    summary = before.entries[1].reading.fields["summary"]
    assert isinstance(summary, Blocks)
    assert summary.texts == ("the loud one",)
    after = put_digest(before, {1: {"title": "All of It"}}, read)
    assert after.refusals == ()
    assert after.source.decode() == (
        f"{PAPER}1. [All of It](https://arxiv.org/abs/2006.11239) – the loud one\n"
    )


def test_a_new_entry_names_its_paper_as_those_around_it_do() -> None:
    before = read(b"- [ ] arXiv:2105.05233\n- [ ] arXiv:2006.11239\n")
    fields = {"title": "A Title of a Paper", "arxiv": "2401.10001", "venue": "CVPR"}

    after = rearrange(before, [NewEntry("new", (), fields)], read)

    assert after.refusals == ()
    assert after.source == before.source + b"- [ ] arXiv:2401.10001\n"
