"""Loose templates: lists of one line for each paper, parted and marked as their writers like."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

from tests.digest.corpus import formats, read
from zoterodigest.core.values.record import Names
from zoterodigest.digest.format.format import DigestFormat

ID = "https://arxiv.org/abs/1706.03762"


def first(line: str) -> tuple[str, tuple[str, ...], str, str]:
    """The title, the authors, the venue and the year of an item that stands alone."""
    entry = read(f"## Papers\n\n{line}\n".encode()).entries[0]
    fields = entry.reading.fields
    authors = fields.get("authors")
    people = authors.people if isinstance(authors, Names) else ()
    assert entry.reading.identifiers
    return entry.title, people, str(fields.get("venue", "")), str(fields.get("year", ""))


@pytest.mark.parametrize(
    "line",
    [
        f"- Some Long Title? Ada Lovelace, Kurt Gödel. CVPR 2023 [[pdf]({ID})]",
        f"1. [CVPR 2023] **Some Long Title?** *Ada Lovelace, Kurt Gödel*. [(Paper)]({ID})",
        f'* **Nick**: "Some Long Title?" Ada Lovelace & Kurt Gödel, *CVPR, 2023*. [[Pdf]({ID})]',
        f"+ :fire: `Nick` “*Some Long Title?*”, Ada Lovelace, Kurt Gödel, CVPR 2023. [pdf]({ID}).",
        f"- ‘Some Long Title?’ Ada Lovelace & Kurt Gödel (CVPR'23) | [paper]({ID}) | [code](x.zip)",
        f"- 《Some Long Title?》，Ada Lovelace、Kurt Gödel，CVPR 2023（最佳论文）。[[论文]({ID})]",
        f"- « Some Long Title? », Ada Lovelace und Kurt Gödel, CVPR 2023. [pdf]({ID})",
        f"- ⭐[CVPR 2023]Some Long Title? Ada Lovelace, Kurt Gödel. [pdf]({ID})",
        f'- **?**: "Some Long Title?", Ada Lovelace, Kurt Gödel, CVPR, 2023. [pdf]({ID})',
        f"- [CVPR'23] **[Nick]** Some Long Title? *Ada Lovelace, Kurt Gödel* [paper]({ID})",
        f"- Some Long Title?, Ada Lovelace, Kurt Gödel, CVPR 2023 ([pdf]({ID}), [code](x.zip))",
        f"- Some Long Title?. Ada Lovelace, Kurt Gödel. In *CVPR 2023*. [[pdf]({ID})]",
    ],
)
def test_values_are_found_whatever_parts_and_marks_them(line: str) -> None:
    assert first(line) == ("Some Long Title?", ("Ada Lovelace", "Kurt Gödel"), "CVPR", "2023")


@pytest.mark.parametrize(
    "links",
    [
        f". [[PUB]({ID})] [[CODE](https://github.com/a/b)]",
        f" — [{ID}]({ID}) [notes](https://example.org/n)",
        f" - [{ID}]({ID})",
        f" – [arXiv]({ID})",
    ],
)
def test_a_link_may_be_called_by_its_address_and_follow_a_dash(links: str) -> None:
    assert first(f"- Some Long Title{links}") == ("Some Long Title", (), "", "")


def test_a_date_and_a_venue_may_follow_a_quoted_title() -> None:
    line = f'- "Some Long Title?" [2022-10] [CVPR 2023] [[paper]({ID})]'

    assert first(line) == ("Some Long Title?", (), "CVPR", "2023")


@pytest.mark.parametrize("behind", ["", f" - [[PyTorch]](<{ID}v1>)"])
def test_an_address_may_stand_in_angle_brackets(behind: str) -> None:
    line = f"- Some Long Title [[CVPR 2023]](<{ID}>){behind}"

    assert first(line) == ("Some Long Title", (), "CVPR", "2023")


@pytest.mark.parametrize(
    ("authors", "people"),
    [
        ("Ada Lovelace 等 CVPR 2023", ("Ada Lovelace",)),
        ("Lovelace u. a., *CVPR 2023*.", ("Lovelace",)),
        ("Lovelace, Gödel et al., CVPR 2023", ("Lovelace", "Gödel")),
        ("Gödel und Lovelace, CVPR 2023", ("Gödel", "Lovelace")),
    ],
)
def test_a_cut_list_of_authors_ends_before_the_venue(authors: str, people: tuple[str, ...]) -> None:
    line = f"- „Some Long Title“, {authors} [[pdf]({ID})]"

    assert first(line) == ("Some Long Title", people, "CVPR", "2023")


@pytest.mark.parametrize(
    ("rest", "people", "year"),
    [
        ("Lovelace et al., 2020.", ("Lovelace",), "2020"),
        ("Ada Lovelace and Kurt Gödel, 2020", ("Ada Lovelace", "Kurt Gödel"), "2020"),
        ("Ada Lovelace, Robot Letters, 2020", (), ""),
    ],
)
def test_a_year_stands_for_the_venue_behind_a_list_of_people_that_ends(
    rest: str, people: tuple[str, ...], year: str
) -> None:
    _, found, _, dated = first(f'- "Some Long Title", {rest} [[pdf]({ID})]')

    assert (found, dated) == (people, year)


def test_what_became_of_a_paper_elsewhere_is_no_part_of_its_venue() -> None:
    line = f'- "A Title", arXiv, 2019 (rejected by ICLR 2020) (*Google*). [[pdf]({ID})]'

    entry = read(f"## Papers\n\n{line}\n".encode()).entries[0]

    assert entry.reading.fields["venue"] == "arXiv"
    assert entry.reading.fields["comment"] == "rejected by ICLR 2020"


@pytest.mark.parametrize(
    "line",
    ["- 《Birds of the Sea》，Ada Lovelace，Kite Press", "- « Birds », Ada Lovelace, Rome 2020"],
)
def test_books_and_talks_in_their_marks_are_no_papers(line: str) -> None:
    assert read(f"## Notes\n\n{line}\n{line}\n".encode()).entries == ()


@pytest.mark.parametrize(
    "line",
    [
        f"- see section 4 of the [paper]({ID})",
        f"- Graph convolution after [Kipf and Welling]({ID}), and attention",
        f"- Our paper is accepted! [[paper]({ID})]",
        f"- **Architecture:** wav2vec 2.0 base, [1706.03762]({ID})",
        "- PyTorch Geometric [[code](https://github.com/pyg-team/pytorch_geometric)]",
    ],
)
def test_sentences_news_and_tools_are_no_papers(line: str) -> None:
    assert read(f"## Notes\n\n{line}\n".encode()).entries == ()


@pytest.mark.parametrize(
    "line",
    [
        f"- Ada Lovelace, Gödel Kurt. Counting Birds. Nature, 1992. [[pdf]({ID})]",
        f"- Ada Lovelace and Kurt Gödel. Patient Birds and Quiet Trees. ACL 2004. [[pdf]({ID})]",
        f"- Ada Lovelace. Finding Words in Noise. ACL 2004. [[pdf]({ID})]",
        f"- Lovelace et al. [[pdf]({ID})]",
    ],
)
def test_authors_that_stand_first_are_no_title(line: str) -> None:
    assert [entry.title for entry in read(f"## Papers\n\n{line}\n".encode()).entries] == []


def test_a_title_that_could_be_a_name_is_one_before_a_list_of_names() -> None:
    line = f"- Patient Birds. Ada Lovelace, Kurt Gödel. ACL 2004. [[pdf]({ID})]"

    assert first(line) == ("Patient Birds", ("Ada Lovelace", "Kurt Gödel"), "ACL", "2004")


@pytest.mark.parametrize(
    ("authors", "people"),
    [
        ("L. Quine et al.", ("L. Quine",)),
        ("K. Gödel and A. Lovelace", ("K. Gödel", "A. Lovelace")),
    ],
)
def test_a_year_in_parentheses_parts_a_title_from_its_authors(
    authors: str, people: tuple[str, ...]
) -> None:
    line = f"- Counting the birds by hand (2015), {authors} [[pdf]]({ID})"

    assert first(line) == ("Counting the birds by hand", people, "", "2015")


@pytest.mark.parametrize(
    ("authors", "people"),
    [
        ("Müller, Evans, Schied and Keller", ("Müller", "Evans", "Schied", "Keller")),
        ("Fridovich-Keil, Yu et al.", ("Fridovich-Keil", "Yu")),
        ("Martin-Brualla et al.", ("Martin-Brualla",)),
    ],
)
def test_last_names_behind_a_title_are_its_authors(authors: str, people: tuple[str, ...]) -> None:
    line = f"- Counting Birds: A Field of Many Wings, {authors}, CVPR 2021 ([pdf]({ID}))"

    title = "Counting Birds: A Field of Many Wings"
    assert first(line) == (title, people, "CVPR", "2021")


def test_the_words_of_a_title_are_no_last_names() -> None:
    line = f"- Wings: Feather, Bone and Muscle, CVPR 2021 ([pdf]({ID}))"

    assert first(line) == ("Wings: Feather, Bone and Muscle", (), "CVPR", "2021")


def test_a_title_goes_over_no_year_in_parentheses() -> None:
    line = f"- Counting the birds by hand (Book, 2015), of L. Quine. [[pdf]]({ID})"

    assert read(f"## Papers\n\n{line}\n".encode()).entries == ()


@pytest.mark.parametrize("behind", ["", ", [site](https://a.github.io) / [code](x.zip)"])
@pytest.mark.parametrize("venue", ["CVPR 2023", "CVPR 2023 Oral", "arXiv 2023.02"])
def test_a_link_may_be_called_by_its_venue_before_the_title(venue: str, behind: str) -> None:
    title, _, name, year = first(f"- [{venue}]({ID}), BIRD: Counting by Hand{behind}")

    assert (title, name, year) == ("BIRD: Counting by Hand", venue.split()[0], "2023")


@pytest.mark.parametrize("label", ["[CVPR2023]", "[CVPR 2023 Oral]", "CVPR 2023"])
def test_a_link_behind_the_title_may_be_called_by_its_venue(label: str) -> None:
    line = f"- BIRD: Counting by Hand [{label}]({ID}) [[Caffe(official)]](x.zip)"

    assert first(line) == ("BIRD: Counting by Hand", (), "CVPR", "2023")


@pytest.mark.parametrize(
    "line",
    [
        f"- [CVPR 2023]({ID}) Counting Birds by Hand, Ada Lovelace, Kurt Gödel",
        f"- [arXiv 2023.02]({ID}) is where they say so",
        "- [CVPR 2023](https://cvpr.org), Vancouver and its Birds",
        "- Vancouver and its Birds [CVPR 2023](https://cvpr.org/vancouver)",
        f"- CVPR 2023 Birds and Benchmarks: [Jun 5 2023]({ID})",
    ],
)
def test_a_link_called_by_a_venue_is_no_title(line: str) -> None:
    assert read(f"## Papers\n\n{line}\n".encode()).entries == ()


@pytest.mark.parametrize(
    ("below", "summary"),
    [
        ("\n  - Noise helps: fewer birds 有效", "- Noise helps: fewer birds 有效"),
        ("\n  It works well.\n  With bees, too.", "It works well.\nWith bees, too."),
        ("\n  - Ada Lovelace, Kurt Gödel, A Title of It, arXiv:1706.03762.", None),
        ("\n  - Counting Birds by Eye [[paper](https://arxiv.org/abs/1706.03763)]", None),
    ],
)
def test_a_remark_may_stand_below_a_plain_title_but_no_citation(
    below: str, summary: str | None
) -> None:
    entry, *_ = read(f"## Birds\n\n- Counting Birds by Ear [[pdf]({ID})]{below}\n".encode()).entries

    found = [slot.words for slot in entry.slots if slot.name == "summary"]
    assert found == ([summary] if summary else [])
    assert bool(entry.problems) is (summary is None)


@pytest.mark.parametrize(
    ("below", "read_as"),
    [
        ("Lovelace, Ada, et al.", {"authors": "Lovelace, Ada, et al."}),
        (
            "Lovelace, A., Gödel, K., and Noether, E.",
            {"authors": "Lovelace, A., Gödel, K., and Noether, E."},
        ),
        (
            "Ada Lovelace, Kurt Gödel, Journal of Bees, 2020",
            {"authors": "Ada Lovelace, Kurt Gödel", "venue": "Journal of Bees, 2020"},
        ),
        ("CVPR 2020", {"venue": "CVPR 2020"}),
    ],
)
def test_authors_and_a_venue_may_stand_below_a_plain_title(
    below: str, read_as: dict[str, str]
) -> None:
    source = f"## Birds\n\n- Counting Birds by Ear [[pdf]({ID})]\n  - {below}\n"

    entry, *_ = read(source.encode()).entries

    found = [(it.name, it.words) for it in entry.slots if it.span.start > source.index("\n  - ")]
    assert (found, entry.problems) == ([*read_as.items()], ())


LISTS = sorted((Path(__file__).parent / "manners" / "open").glob("*.md"))
LEADS = ("", "🔥 ", ":fire: ", "[x] ", "**?**: ", "<u>?</u>: ", "[CVPR 2023] ", "CVPR 2023. ")
NICKNAMES = ("", "**[Nick]** ", "`Nick` ", "<u>Nick</u>: ", "[CVPR 2023](https://a.org/b.pdf), ")
BEHIND = ("", "<i>CVPR</i> ", "ICML'20. ", "（CVPR 2023） ", "<b>Oral</b> ", "(**Oral**) ")
ODD = [
    f"{lead}{nickname}{title}. {behind}{links}"
    for lead, nickname, behind in product(LEADS, NICKNAMES, BEHIND)
    for title in ("Some Long Title", '"Some Long Title"', "《深度学习》", "‘Some Long Title’")
    for links in (f"[[pdf]({ID})]", '<A href="x">pdf</A> - a summary')
]


@pytest.mark.parametrize("form", [it for it in formats() if it.entry.loose], ids=lambda it: it.name)
def test_each_line_that_a_template_reads_has_the_few_signs_looked_for_first(
    form: DigestFormat,
) -> None:
    listed = [line for path in LISTS for line in path.read_bytes().split(b"\n")]
    bare = [re.sub(rb"^[ \t]*(?:[-*+]|\d+[.)])[ \t]+", b"", line).strip() for line in listed]
    texts = [*filter(None, bare), *map(str.encode, ODD)]
    missed = []

    for text, (number, pattern) in product(texts, enumerate(form.patterns)):
        if pattern.begin.matches(text) and number not in form.sketches.find(text):
            missed.append((number, text))
        for line in pattern.lines:
            fitting = set(line.fitting(text))
            missed += [
                (number, text)
                for present in (line.line.choices() if line.matches(text) else ())
                if line.under(present) not in fitting and line.under(present).shortest(text)
            ]

    assert missed == []


def test_a_link_called_by_its_venue_may_follow_a_short_name_and_a_title() -> None:
    line = f"- **Ear**: Counting Birds by Ear [[CVPR 2020]]({ID}) [[Code]](https://github.com/a/b)"

    assert first(line) == ("Counting Birds by Ear", (), "CVPR", "2020")
    (entry,) = read(f"## Birds\n\n{line}\n".encode()).entries
    assert entry.reading.fields["short_title"] == "Ear"
