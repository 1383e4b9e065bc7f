"""New entries: written in the manner of their neighbours, and read back as asked, or refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.digest.corpus import EXAMPLES, RELATIVES, document, formats, read, read_alone
from tests.digest.test_laws import LINES, values
from tests.golden_files import GoldenFiles
from zoterodigest.core.values.record import (
    EMPTY,
    Blocks,
    Fields,
    Hyperlink,
    Members,
    Names,
    Value,
    WebLinks,
    is_empty,
)
from zoterodigest.digest.format.format import DigestFormat
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.write.edit import put_digest
from zoterodigest.digest.write.kept_orders import month_of_arxiv
from zoterodigest.digest.write.rearrange import rearrange, unshown_names
from zoterodigest.digest.write.shown import safe_url, shows
from zoterodigest.digest.write.steps import NewEntry, RemovedEntry

NAMES = ("title", "authors", "venue", "year", "date", "award", "task", "arxiv", "doi", "url")
LONG = ("links", "comment", "abstract", "summary", "section:Key points")
TAKING = [
    path
    for path in (*EXAMPLES, RELATIVES)
    if any(entry.format.new for entry in document(path).entries)
]
PAPER: Fields = {
    "title": "A New Paper",
    "authors": Names(("Ada Lovelace", "Kurt Gödel")),
    "venue": "CVPR",
    "year": "2024",
    "arxiv": "2401.00001",
    "task": Members(("restoration",)),
    "links": WebLinks((Hyperlink("code", "https://github.com/a/b"),)),
    "abstract": "We study things.",
    "summary": Blocks(("One line.",)),
}


def inserted(
    source: bytes, fields: Fields, *path: str, form: DigestFormat | None = None
) -> tuple[str, DigestEntry]:
    """The lines of a new entry with those that part it from others, and the entry."""
    outcome = rearrange(read(source), [NewEntry("new", path, fields, form)], read)
    assert outcome.refusals == ()
    at = outcome.origins.index("new")
    return outcome.source.decode(), read(outcome.source).entries[at]


def form_called(name: str) -> DigestFormat:
    """One of the formats."""
    return next(form for form in formats() if form.name == name)


@st.composite
def records(draw: st.DrawFn) -> dict[str, Value]:
    """Fields of a new entry, ordinary and hostile ones."""
    names = draw(st.sets(st.sampled_from((*NAMES[1:], *LONG))))
    fields = {name: draw(values(name)) for name in sorted(names)}
    return {"title": draw(LINES | st.just("An Ordinary Title")), **fields}


def is_meant(name: str, read_value: Value, asked: Fields) -> bool:
    """Whether a field of a new entry says what was asked for, as far as its place can show it."""
    if is_empty(read_value):
        return True
    wanted = asked.get(name, EMPTY)
    match read_value, wanted:
        case WebLinks(present), _:
            every = wanted.hyperlinks if isinstance(wanted, WebLinks) else ()
            others = [link for link in present if link.url != safe_url(str(asked.get("url", "")))]
            # A label is written as the neighbors write it: `Code` for `code`.
            return all(any(shows(folded(a), folded(b)) for b in every) for a in others)
        case Names(people, truncated=True), Names(others):
            return shows(Names(people), Names(others[: len(people)]))
    if name in ("url", "year"):
        return shows(read_value, wanted) or name not in asked
    if name == "date":
        # A list of arXiv months has that of the paper where an item knows the year of its venue.
        told = (str(wanted), month_of_arxiv(asked))
        return shows(read_value, wanted) or any(it.startswith(str(read_value)) for it in told)
    return shows(read_value, wanted)


def folded(link: Hyperlink) -> WebLinks:
    """One link, its label in small letters."""
    return WebLinks((Hyperlink(link.label.casefold(), link.url),))


@given(path=st.sampled_from(TAKING), data=st.data(), fields=records())
def test_a_new_entry_shows_what_was_asked_and_touches_no_other(
    path: Path, data: st.DataObject, fields: dict[str, Value]
) -> None:
    whole = document(path)
    heading = data.draw(st.sampled_from([it.heading_keys for it in whole.core_entries()]))

    outcome = rearrange(whole, [NewEntry("new", heading, fields)], read)

    after = read(outcome.source, whole.name)
    if outcome.refusals:
        assert outcome.source == whole.source
        return
    at = outcome.origins.index("new")
    others = [entry.reading for index, entry in enumerate(after.entries) if index != at]
    assert others == [entry.reading for entry in whole.entries]
    shown = after.entries[at].reading.fields
    assert shows(shown["title"], fields["title"])
    assert [name for name, value in shown.items() if not is_meant(name, value, fields)] == []


@pytest.mark.parametrize("path", TAKING, ids=lambda path: path.name)
@given(
    title=st.sampled_from(["A New Paper: Part & Whole", "C*-algebras | a <b>bold</b> [view](x)"])
)
def test_most_papers_can_be_written_under_every_heading(path: Path, title: str) -> None:
    whole = document(path)
    headings = {entry.heading_keys: None for entry in whole.core_entries()}
    changes = [
        NewEntry(f"new {n}", heading, {**PAPER, "title": title})
        for n, heading in enumerate(headings)
    ]

    outcome = rearrange(whole, changes, read)

    assert outcome.refusals == ()
    assert len(outcome.origins) == len(whole.entries) + len(headings)


EMPTY_DIGEST = b"# Papers\n\n## A\n\n## B\n"
FIRST_ENTRIES = Path(__file__).parent / "golden" / "first-entries.txt"
# An entry without a title is one only among others.
WITH_TEMPLATE = [
    form.name for form in formats() if form.new and form.columns is None and not form.is_untitled
]


@pytest.mark.parametrize("name", WITH_TEMPLATE)
def test_the_first_entry_of_a_digest_is_written_by_its_formats_template(
    name: str, golden: GoldenFiles
) -> None:
    after, entry = inserted(EMPTY_DIGEST, PAPER, "A", form=form_called(name))

    head, foot = "# Papers\n\n## A\n\n", "\n\n## B\n"
    written = after.removeprefix(head).removesuffix(foot)
    assert after == f"{head}{written}{foot}"
    golden.check_page(FIRST_ENTRIES, name, written)
    # What the list writes is read by the format of all lists that are understood whole.
    assert entry.format.name == {"list": "papers"}.get(name, name)
    assert entry.title == "A New Paper"


def test_an_entry_of_a_format_that_does_not_say_how_it_is_written_is_refused() -> None:
    form = form_called("list").model_copy(update={"new": None, "name": "mine"})
    change = NewEntry("new", ("A",), PAPER, form)

    outcome = rearrange(read(EMPTY_DIGEST), [change], read)

    assert outcome.source == EMPTY_DIGEST
    assert outcome.refusals == ((change, "the format mine does not say how an entry is written"),)


DAILY_TABLE = """\
| **Title** | **Date** | **Abstract** | **Comment** | **CodeRepository** |
| --- | --- | --- | --- | --- |
| **[One](http://arxiv.org/abs/2401.00009v2)** | 2024-01-02 | <details><summary>Show</summary><p>\
It is old.</p></details> | 12 pages | None |
| **[Two](http://arxiv.org/abs/2401.00008v1)** | 2024-01-01 | <details><summary>Show</summary><p>\
It is older.</p></details> | <details><summary>Accep...</summary><p>Accepted at a conference | x\
</p></details> | [Code Link](https://github.com/c/d) |
"""


def in_daily_table(comment: str, **more: Value) -> str:
    """The row of a paper with this comment that comes into `DAILY_TABLE`."""
    fields = {**PAPER, "date": "2024-01-03", "comment": comment, **more}
    change = NewEntry("new", (), fields, version="v3")
    outcome = rearrange(read(DAILY_TABLE.encode()), [change], read)
    assert outcome.refusals == ()
    return outcome.source.decode().splitlines()[2]


def test_a_row_of_a_daily_table_links_to_the_version_as_its_neighbours_do() -> None:
    row = in_daily_table("7 pages", links=EMPTY)

    assert row == (
        "| **[A New Paper](http://arxiv.org/abs/2401.00001v3)** | 2024-01-03 | <details><summary>"
        "Show</summary><p>We study things.</p></details> | 7 pages | None |"
    )


def test_a_long_comment_is_folded_and_code_linked_as_in_the_neighbours() -> None:
    links = WebLinks((Hyperlink("Code Link", "https://github.com/a/b"),))

    row = in_daily_table("Accepted at CVPR | in 2024", links=links)

    assert row.endswith(
        " | <details><summary>Accep...</summary><p>Accepted at CVPR \\| in 2024</p></details>"
        " | [Code Link](https://github.com/a/b) |"
    )


@pytest.mark.parametrize("rows", ["", DAILY_TABLE.splitlines(keepends=True)[3]])
def test_a_long_comment_is_folded_where_no_row_shows_one_unfolded(rows: str) -> None:
    head = "".join(DAILY_TABLE.splitlines(keepends=True)[:2])
    fields = {**PAPER, "date": "2024-01-03", "comment": "Accepted at a conference, 12 pages"}
    form = form_called("arxiv-daily-table")

    after, _ = inserted((head + rows).encode(), fields, form=form)

    assert "<summary>Accep...</summary><p>Accepted at a conference, 12 pages</p>" in after


def test_links_that_are_parted_by_a_word_keep_it_and_unequal_cells_are_not_padded() -> None:
    source = (
        "| Title | Authors | Summary |\n|---|---|---|\n"
        + "".join(
            f"| Paper {n} (Read more on [arXiv](https://arxiv.org/abs/2401.0000{n}) or"
            f" [HuggingFace](https://huggingface.co/papers/2401.0000{n}))| A B, C D | {text}  |\n"
            for n, text in ((3, "Short."), (4, "Somewhat longer."))
        )
    ).encode()
    links = WebLinks((Hyperlink("HuggingFace", "https://huggingface.co/papers/2401.00001"),))

    after, _ = inserted(source, {**PAPER, "links": links})

    assert after.removeprefix(source.decode()) == (
        "| A New Paper (Read more on [arXiv](https://arxiv.org/abs/2401.00001) or"
        " [HuggingFace](https://huggingface.co/papers/2401.00001))| Ada Lovelace, Kurt Gödel"
        " | One line.  |\n"
    )


def test_chips_are_those_of_the_paper_parted_as_the_neighbours_part_theirs() -> None:
    source = b"+ **[One](https://arxiv.org/abs/2401.00009)** `arXiv:2401.00009` `cs.CV` `cs.AI`\n"
    fields = {**PAPER, "categories": Members(("math.OC", "cs.LG"))}

    after, entry = inserted(source, fields)

    assert after.splitlines()[2] == (
        "+ **[A New Paper](https://arxiv.org/abs/2401.00001)** `arXiv:2401.00001` `math.OC` `cs.LG`"
    )
    assert entry.reading.fields["categories"] == Members(("math.OC", "cs.LG"))


@pytest.mark.parametrize(
    "rows", ["", "| [One](https://arxiv.org/abs/2001.00001) | CVPR 2020 | |\n"]
)
def test_awards_stand_in_their_column_alone_parted_as_everywhere(rows: str) -> None:
    source = f"| Title | Venue | Award |\n|---|---|---|\n{rows}".encode()
    fields = {**PAPER, "links": EMPTY, "award": Members(("Best Paper", "Oral"))}

    after, entry = inserted(source, fields, form=form_called("table"))

    row = "| [A New Paper](https://arxiv.org/abs/2401.00001) | CVPR 2024 | Best Paper, Oral |"
    assert after.splitlines()[-1] == row
    assert entry.reading.fields["award"] == Members(("Best Paper", "Oral"))


def test_a_row_is_written_under_a_header_without_rows_and_no_other_heading() -> None:
    source = b"## A\n\n| Title | Year | Tags |\n|---|---|---|\n\n## B\n"
    fields = {**PAPER, "title": "Pipes | in a table"}

    after, _ = inserted(source, fields, "A", form=form_called("table"))
    elsewhere = rearrange(
        read(source), [NewEntry("new", ("B",), fields, form_called("table"))], read
    )

    row = (
        r"| [Pipes \| in a table](https://arxiv.org/abs/2401.00001) [code](https://github.com/a/b)"
        " | 2024 | restoration |"
    )
    assert after == f"## A\n\n| Title | Year | Tags |\n|---|---|---|\n{row}\n\n## B\n"
    assert elsewhere.refusals[0][1] == "no table of papers stands under that heading"


def test_a_list_of_authors_is_cut_where_the_neighbours_cut_theirs() -> None:
    many = Names(tuple(f"Ada Lovelace{n}" for n in "abcdefgh"))
    source = (
        b"**One Paper**\nA B, C D, E F, et al.\n[[paper]](https://arxiv.org/abs/2001.00001)\n\n"
        b"**Two Papers**\nA B, C D\n[[paper]](https://arxiv.org/abs/2001.00002)\n"
    )

    _, entry = inserted(source, {**PAPER, "authors": many})

    assert entry.reading.fields["authors"] == Names(many.people[:3], truncated=True)


def test_the_manner_of_the_neighbours_is_kept_also_in_another_language() -> None:
    source = (
        "<details open>\r\n<summary><b> 第一篇论文的标题</b></summary>\r\n\r\n"
        "*   **作者：** 王小明、李四、张三\r\n*   **链接：** [[论文]](https://arxiv.org/abs/2001.00001)"
        " | [[代码]](https://github.com/x/y)\r\n</details>\r\n"
    ).encode()
    fields = {
        **PAPER,
        "authors": Names(("王小明", "李四", "赵六")),
        "links": WebLinks((Hyperlink("代码", "https://github.com/a/b"),)),
    }
    shown = {name: fields[name] for name in ("title", "authors", "arxiv", "links")}

    after, _ = inserted(source, shown)

    assert after.removeprefix(source.decode().removesuffix("\r\n")) == (
        "\r\n\r\n---\r\n\r\n\r\n"
        "<details open>\r\n<summary><b> A New Paper</b></summary>\r\n\r\n"
        "*   **作者：** 王小明、李四、赵六\r\n* **arXiv ID:** 2401.00001\r\n"
        "*   **链接：** [[论文]](https://arxiv.org/abs/2401.00001)"
        " | [[代码]](https://github.com/a/b)\r\n</details>\r\n"
    )


def test_words_of_a_neighbour_that_stand_in_no_slot_are_not_copied() -> None:
    source = (
        b"- [One paper with a title](https://arxiv.org/abs/2001.00001), CVPR 2020."
        b" A must-read! [[code]](https://github.com/x/y)\n  - my remark\n"
    )

    after, _ = inserted(source, {**PAPER, "summary": EMPTY})

    assert after.removeprefix(source.decode()) == (
        "- [A New Paper](https://arxiv.org/abs/2401.00001), CVPR 2024."
        " [[code]](https://github.com/a/b)\n"
    )


@pytest.mark.parametrize(
    "texts", [("One.", "Two."), ("- a", "b", "- c"), ("- a", "  - b"), ("One.", "```\ncode\n```")]
)
def test_blocks_stay_apart_whatever_the_neighbours_have(texts: tuple[str, ...]) -> None:
    source = b"> **One Paper**  \n> [arxiv](https://arxiv.org/abs/2001.00001)  \n> - x  \n> - y  \n"

    _, entry = inserted(source, {**PAPER, "summary": Blocks(texts)})

    assert entry.reading.fields["summary"] == Blocks(texts)


@pytest.mark.parametrize(
    ("summary", "left_out"),
    [
        (("- One.", "- Two."), ("summary",)),
        (("A line\nand another.",), ("summary",)),
        (("One.",), ()),
    ],
)
def test_a_summary_that_one_line_cannot_hold_is_named_as_left_out(
    summary: tuple[str, ...], left_out: tuple[str, ...]
) -> None:
    fields = {**PAPER, "summary": Blocks(summary)}
    source = b"> **[1] One Paper** \xe2\x80\x94 A B; CVPR, 2020. [PDF](https://a.org/1)\n"

    for form, name in [(source, "numbered-quotes"), (b"", "details-notes")]:
        reader = read if not form else read_alone(name)
        new = NewEntry("new", (), fields, None if form else form_called(name))
        outcome = rearrange(reader(form), [new], reader)
        at = len(outcome.document.entries) - 1

        assert unshown_names(outcome.document, at, fields) == left_out


def test_no_line_of_a_new_entry_is_left_outside_of_it() -> None:
    whole = document(next(path for path in EXAMPLES if path.stem == "quoted-notes"))
    fields = {**PAPER, "summary": Blocks(("** > **T**",))}

    outcome = rearrange(whole, [NewEntry("new", (), fields)], read)

    at = outcome.origins.index("new")
    back = rearrange(read(outcome.source), [RemovedEntry(at)], read)
    assert back.source == whole.source


def test_names_that_a_list_cannot_hold_are_left_out_alone() -> None:
    """Two teams in one name would be read as two names."""
    whole = document(next(path for path in EXAMPLES if path.stem.startswith("daily-bullets")))
    authors = Names(("The CMS and TOTEM Collaborations",))

    _, entry = inserted(whole.source, {**PAPER, "authors": authors})

    assert "authors" not in entry.reading.fields
    assert entry.reading.fields["abstract"] == "We study things."


@pytest.mark.parametrize("months", [("2401", "2302", "2201"), ("2201", "2302", "2401")])
def test_entries_of_one_day_stand_in_the_order_in_which_they_came(months: tuple[str, ...]) -> None:
    fields: Fields = {"date": "2025-01-02", "arxiv": "2501.00001"}
    new = [NewEntry(tag, (), {**fields, "title": f"A New Paper {tag}"}) for tag in "abc"]

    outcome = rearrange(dated(*months), new, read)

    assert "".join(it for it in outcome.origins if isinstance(it, str)) == "abc"


TITLES = {
    "[": "> **[{}] A Title {}** — A B; CVPR, 2020. [PDF](https://arxiv.org/abs/2001.0000{})\n",
    "1": "{}. [A title of a paper {}](https://arxiv.org/abs/2001.0000{})\n",
    "(": "{}) [A title of a paper {}](https://arxiv.org/abs/2001.0000{})\n",
}


@pytest.mark.parametrize(
    ("kind", "parts", "number"),
    [
        ("[", [(1, 2)], "[3] "),
        ("[", [(3, 2)], "[4] "),
        ("[", [(1, 2), (3, 4)], "[5] "),
        ("[", [(1, 2), (1, 2)], "[3] "),
        ("1", [(1, 2)], "3. "),
        ("1", [(1, 2), (3, 4)], "5. "),
        ("1", [(1, 2), (1, 2)], "3. "),
        ("1", [(7, 6, 5)], "8. "),
        ("1", [(1, 1)], "1. "),
        ("(", [(4, 5)], "6) "),
    ],
)
def test_a_new_entry_goes_on_with_the_numbers_of_those_around(
    kind: str, parts: list[tuple[int, ...]], number: str
) -> None:
    reader = read_alone("numbered-quotes") if kind == "[" else read
    gap = "\n" if kind == "[" else ""
    lists = [
        gap.join(TITLES[kind].format(one, f"{part}{at}", at) for at, one in enumerate(numbers))
        for part, numbers in enumerate(parts)
    ]
    source = "\n".join(f"## Part {part}\n\n{text}" for part, text in enumerate(lists))

    outcome = rearrange(reader(source.encode()), [NewEntry("new", ("Part 0",), PAPER)], reader)

    assert outcome.refusals == ()
    entry = outcome.document.entries[outcome.origins.index("new")]
    line = outcome.source[entry.span.start : entry.span.end].decode().split("\n")[0]
    assert line.lstrip("> *").startswith(number)
    assert ("A B" not in line, entry.title) == (True, "A New Paper")


ONE_LINK = "> **[{}] A Title {}** — A B; CVPR, 2020. [PDF](https://arxiv.org/abs/2001.0000{})\n"


@pytest.mark.parametrize(
    ("others", "gap"),
    [
        (ONE_LINK.format(1, 1, 1), " "),
        (ONE_LINK.format(1, 1, "1) | [demo](https://a.org/1"), " | "),
    ],
    ids=["of the format", "of a neighbor farther off"],
)
def test_links_are_parted_as_elsewhere_if_the_nearest_entry_has_only_one(
    others: str, gap: str
) -> None:
    reader = read_alone("numbered-quotes")
    source = f"{others}\n{ONE_LINK.format(2, 2, 2)}"
    new, links = "[arxiv](https://arxiv.org/abs/2401.00001)", "[code](https://github.com/a/b)"
    present = reader(source.encode())

    added = rearrange(present, [NewEntry("new", (), PAPER)], reader)
    edited = put_digest(present, {1: {"links": PAPER["links"]}}, reader)

    assert f"{new}{gap}{links}\n" in added.source.decode().replace("[PDF]", "[arxiv]")
    assert f"00002){gap}{links}\n" in edited.source.decode()


def test_an_item_of_a_numbered_list_gets_the_next_number() -> None:
    source = b"1. [One paper with a title](https://arxiv.org/abs/2001.00001)"

    after, _ = inserted(source, PAPER)

    assert after.split("\n")[1].startswith("2. [A New Paper](https://arxiv.org/abs/2401.00001)")


COUNTED = {
    "items": "{}. [A title of a paper {}](https://arxiv.org/abs/2001.0000{})\n",
    "headings": "### {}. A title of a paper {}\n\nLink: https://arxiv.org/abs/2001.0000{}\n\n",
    "folded": "<details>\n<summary>{}. A title of a paper {}</summary>\n\n"
    "[paper](https://arxiv.org/abs/2001.0000{})\n\n</details>\n\n",
}


@pytest.mark.parametrize("entry", COUNTED.values(), ids=COUNTED)
def test_entries_that_come_together_count_on(entry: str) -> None:
    source = "# Papers\n\n" + "".join(entry.format(at, "abc"[at], at) for at in (1, 2))
    new = [
        NewEntry(word, (), {"title": f"One Paper on {word}", "arxiv": f"2401.0000{at}"})
        for at, word in enumerate(("Cats", "Dogs", "Birds"))
    ]

    outcome = rearrange(read(source.encode()), new, read)

    assert outcome.refusals == ()
    numbers = re.findall(r"(?m)^\W*(?:<summary>)?(\d)\. ", outcome.source.decode())
    assert numbers == ["1", "2", "3", "4", "5"]


def dated(*months: str) -> Document:
    """A quoted digest with one paper of each month, its arXiv id says which."""
    entries = (
        f"> **Paper number {n} of all**\n> [arxiv](https://arxiv.org/abs/{month}.0000{n})\n"
        for n, month in enumerate(months)
    )
    return read("\n\n\n".join(entries).encode())


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        (("2401", "2302", "2201"), [0, "2305", 1, 2]),
        (("2201", "2302", "2401"), [0, 1, "2305", 2]),
        (("2401", "2201", "2302"), [0, 1, 2, "2305"]),
        (("2201", "2302"), [0, 1, "2305"]),
        (("2401",), [0, "2305"]),
    ],
    ids=["newest first", "oldest first", "in no order", "the newest", "the only"],
)
def test_an_entry_goes_where_its_date_belongs(
    months: tuple[str, ...], expected: list[int | str]
) -> None:
    new = NewEntry("2305", (), {"title": "A New Paper", "arxiv": "2305.00001"})

    outcome = rearrange(dated(*months), [new], read)

    assert list(outcome.origins) == expected


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        (("2401", "2302", "2201"), [0, "2305", 1, 2]),
        (("2201", "2302", "2401"), [0, 1, "2305", 2]),
        (("2401", "2201", "2302"), [0, 1, 2, "2305"]),
    ],
    ids=["newest first", "oldest first", "in no order"],
)
def test_an_entry_for_no_heading_in_particular_goes_among_all_by_date(
    months: tuple[str, ...], expected: list[int | str]
) -> None:
    parts = dated(*months).source.decode().split("\n\n\n")
    whole = read("\n\n".join(f"## Part {n}\n\n{part}" for n, part in enumerate(parts)).encode())
    new = NewEntry("2305", None, {"title": "A New Paper", "arxiv": "2305.00001"})

    outcome = rearrange(whole, [new], read)

    assert outcome.refusals == ()
    assert list(outcome.origins) == expected


@pytest.mark.parametrize("path", TAKING, ids=lambda path: path.stem)
def test_an_entry_for_no_heading_in_particular_stands_beside_another(path: Path) -> None:
    outcome = rearrange(document(path), [NewEntry("new", None, PAPER)], read)

    assert outcome.refusals == ()
    at = outcome.origins.index("new")
    entries = read(outcome.source).entries
    around = (*entries[max(at - 1, 0) : at], *entries[at + 1 : at + 2])
    assert entries[at].heading_keys in [entry.heading_keys for entry in around]


def test_several_new_entries_at_one_place_stand_in_the_order_of_the_list() -> None:
    news = [
        NewEntry(month, (), {"title": f"New Paper {month}", "arxiv": f"{month}.00009"})
        for month in ("2304", "2306", "2305")
    ]

    falling = rearrange(dated("2401", "2302", "2201"), news, read)
    rising = rearrange(dated("2201", "2302", "2401"), news, read)

    assert falling.origins == (0, "2306", "2305", "2304", 1, 2)
    assert rising.origins == (0, 1, "2304", "2305", "2306", 2)


CITED = "# Papers\n\n- Bender et al. (2021). *On the Dangers of Parrots*. FAccT. [{}]({})\n"
DOI = "10.1038/s41586-021-03819-2"


@pytest.mark.parametrize(
    ("label", "with_doi", "with_arxiv"),
    [
        ("doi:10.1145/Abc.1234", f"doi:{DOI}", "arxiv"),
        ("ABC.1234", "paper", "arxiv"),
        ("article", "article", "article"),
    ],
)
def test_the_label_of_a_link_names_no_paper_of_a_neighbour(
    label: str, with_doi: str, with_arxiv: str
) -> None:
    source = CITED.format(label, "https://doi.org/10.1145/abc.1234").encode()
    people = Names(("John Jumper", "Richard Evans"))
    fields: Fields = {"title": "Highly Accurate Protein Structures", "authors": people}
    fields = {**fields, "venue": "Nature", "year": "2021"}

    of_doi, _ = inserted(source, {**fields, "doi": DOI})
    of_arxiv, _ = inserted(source, {**fields, "arxiv": "2401.00001"})

    assert of_doi.endswith(f" [{with_doi}](https://doi.org/{DOI})\n")
    assert of_arxiv.endswith(f" [{with_arxiv}](https://arxiv.org/abs/2401.00001)\n")


BADGED = (
    "# Papers\n\n- [CVPR 2020] **On the Dangers of Parrots**"
    " [![arXiv](https://img.shields.io/badge/arXiv-2001.00001-b31b1b.svg)]"
    "(https://arxiv.org/abs/2001.00001)"
    " [![{0}](https://img.shields.io/badge/{1})](https://github.com/a/b)\n"
)
PLAIN, OF_PAPER = "paper", "![paper](https://img.shields.io/badge/paper-9cf)"


@pytest.mark.parametrize(
    ("badge", "written"),
    [
        ("Code-GitHub-181717", PLAIN),
        ("Code-181717?logo=github", PLAIN),
        ("Code-9cf", OF_PAPER),
    ],
)
def test_a_paper_has_no_badge_that_shows_code(badge: str, written: str) -> None:
    source = BADGED.format("Code", badge).encode()
    fields: Fields = {"title": "Highly Accurate Protein Structures", "doi": DOI}

    after, _ = inserted(source, {**fields, "venue": "Nature", "year": "2021"})

    new = after.splitlines()[-1]
    assert new.partition("[" + written)[2].startswith(f"](https://doi.org/{DOI})"), new


def test_a_sign_within_quotation_marks_is_not_doubled_where_authors_are_missing() -> None:
    line = "{}. “A Title of a Paper {},” Ada Lovelace, CVPR 2019. [pdf](https://arxiv.org/abs/2001.0000{})\n"
    source = "# Papers\n\n" + "".join(line.format(at, "abc"[at], at) for at in (1, 2))
    fields: Fields = {"title": "A New Paper", "venue": "CVPR", "year": "2024"}

    after, _ = inserted(source.encode(), {**fields, "arxiv": "2401.00001"})

    assert "3. “A New Paper,” CVPR 2024. [" in after


def test_a_bracket_stays_whose_first_value_is_missing() -> None:
    line = (
        "## [{} Normalization](https://arxiv.org/abs/2001.0000{}) ({} 20{})\n\nIt normalizes.\n\n"
    )
    papers = [("Batch", 1, "Bee et al.", 15), ("Layer", 2, "Cee et al.", 16)]
    source = "# Papers\n\n" + "".join(line.format(*it) for it in papers)
    fields: Fields = {"title": "Group Normalization", "year": "2018", "arxiv": "2401.00001"}

    after, _ = inserted(source.encode(), fields)

    assert "## [Group Normalization](https://arxiv.org/abs/2401.00001) (2018)\n" in after


def test_of_two_manners_in_a_section_the_one_that_most_of_the_list_have_is_taken() -> None:
    most = "- [{} of Transformers](https://arxiv.org/abs/2001.0000{}) (Bee et al., 2020)\n"
    odd = "- [{} of Transformers](https://arxiv.org/abs/2001.0000{}) (Bee, Cee, Dee; CVPR 2020)\n"
    source = f"# Papers\n\n## A\n\n{most.format('Art', 1)}{most.format('Joy', 2)}\n## B\n\n"
    source += odd.format("Science", 3) + most.format("Craft", 4)
    before = read(source.encode())
    fields: Fields = {"title": "A New Paper", "authors": Names(("Ada Lovelace",), truncated=True)}

    after, _ = inserted(before.source, {**fields, "year": "2024", "arxiv": "2401.00001"}, "B")

    assert len({it.format.name for it in before.entries}) == 2
    new = "- [A New Paper](https://arxiv.org/abs/2401.00001) (Lovelace et al., 2024)"
    assert new in after.splitlines()


OF_FEW: Fields = {"title": "A New Paper", "authors": PAPER["authors"], "arxiv": "2401.00001"}


def test_a_number_in_bold_brackets_goes_on() -> None:
    line = '**[{0}]** Ann Bee, Cee Dee. "**A Title of {1}**." CVPR, 2019. [[pdf]](https://arxiv.org/abs/2001.0000{0})\n\n'
    source = "# Papers\n\n" + line.format(1, "Parrots") + line.format(2, "Birds")

    after, _ = inserted(source.encode(), {**OF_FEW, "venue": "CVPR", "year": "2024"})

    assert '**[3]** Ada Lovelace, Kurt Gödel. "**A New Paper**." CVPR, 2024. [[pdf]](' in after


def test_a_picture_of_a_neighbour_stays_its_own() -> None:
    line = "{0}. **A Title of {1}.** CVPR 2019. ![](https://a.org/{0}.png)\n\n"
    line += "   *Ann Bee, Cee Dee.* [[pdf](https://arxiv.org/abs/2001.0000{0})], 2019.1\n\n"
    source = "# Papers\n\n" + line.format(1, "Parrots") + line.format(2, "Birds")

    after, _ = inserted(source.encode(), {**OF_FEW, "venue": "CVPR", "year": "2024"})

    assert "3. **A New Paper.** CVPR 2024.\n\n   *Ada Lovelace, Kurt Gödel.* [[pdf](" in after


def test_a_line_break_before_a_neighbours_picture_stays_its_own() -> None:
    badge = "- [![arXiv](https://a.org/2001.0000{0}.svg)](https://arxiv.org/abs/2001.0000{0})"
    rest = "**A Title of {1}**<br>*Ann Bee, Cee Dee*<br>![CoRL 2021](https://a.org/a.png)\n"
    line = f"{badge} {rest}"
    source = "# Papers\n\n" + line.format(1, "Parrots") + line.format(2, "Birds")

    after, _ = inserted(source.encode(), OF_FEW)

    assert after.endswith("**A New Paper**<br>*Ada Lovelace, Kurt Gödel*\n")


@pytest.mark.parametrize(("boxes", "new"), [("xx ", "[ ] "), ("x  ", "[ ] "), ("x--", "")])
def test_a_new_entry_of_a_reading_list_has_an_empty_checkbox(boxes: str, new: str) -> None:
    lines = (
        f"- {'' if box == '-' else f'[{box}] '}[CVPR 2019] A Title of {word}"
        f" [[paper](https://arxiv.org/abs/2001.0000{at})]\n"
        for at, (box, word) in enumerate(zip(boxes, ("Parrots", "Birds", "Cats"), strict=True))
    )
    fields: Fields = {"title": "A New Paper of Dogs", "venue": "ICML", "year": "2024"}

    after, _ = inserted(f"# Papers\n\n{''.join(lines)}".encode(), {**fields, "arxiv": "2401.00001"})

    assert f"- {new}[ICML 2024] A New Paper of Dogs [[paper](" in after


def test_a_venue_comes_behind_authors_where_no_neighbour_has_both() -> None:
    line = "* [A Title of {}](https://arxiv.org/abs/2001.0000{}){}\n\n"
    papers = [("Parrots", 1, " by Ann Bee and Cee Dee (2001)"), ("Birds", 2, ", ICML 2004")]
    source = "# Papers\n\n" + "".join(
        line.format(*it) for it in [*papers, ("Cats", 3, papers[0][2])]
    )

    after, _ = inserted(source.encode(), {**OF_FEW, "venue": "ICML", "year": "2024"})

    assert (
        "(https://arxiv.org/abs/2401.00001) by Ada Lovelace and Kurt Gödel, ICML (2024)\n" in after
    )
