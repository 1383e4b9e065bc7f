"""Edits of digests in JSON and YAML: the bytes of a value, in its own quotes."""

from __future__ import annotations

import json
from functools import partial

import pytest

from tests.digest.corpus import read, read_anew
from tests.digest.test_data import PAPER, READING_LIST, scalars
from zoterodigest.core.values.record import (
    EMPTY,
    Blocks,
    Fields,
    Hyperlink,
    Members,
    Names,
    WebLinks,
)
from zoterodigest.digest.read.data import data_tree
from zoterodigest.digest.write.edit import Edited, put_digest
from zoterodigest.digest.write.shown import shows

WRITTEN_AS = {
    "double": 'title: "{}"',
    "single": "title: '{}'",
    "plain": "title: {}",
    "flow": "{{title: {}, arxiv: 1906.08935}}",
    "folded": "title: >-\n    {}",
    "literal": "title: |\n    {}\n",
}
TITLES = (
    "Deep: A Review",
    'It\'s "quoted" # here',
    "- {a}, [b] & *c*",
    "back\\slash \\u00e9 \\n",
    "😀 ünïcode — “x”",
    "null",
    "@at `code` %x !y",
    "Ends in a colon:",
)


def put(source: bytes, changes: dict[int, Fields], name: str = "papers.yml") -> Edited:
    return put_digest(read(source, name), changes, partial(read_anew, name=name))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("manner", WRITTEN_AS)
def test_a_title_is_written_in_any_quotes_and_all_other_values_stay(manner: str, end: str) -> None:
    lines = WRITTEN_AS[manner].format("Deep Leakage from Gradients")
    text = f"x: [a, 'b']\npapers:\n- {lines}\n  arxiv: 1906.08935\n  own: 1 # kept\n- none: here\n"
    if manner == "flow":
        text = text.replace("\n  arxiv: 1906.08935\n  own: 1 # kept", "")
    source = text.replace("\n", end).encode()

    for title in TITLES:
        edited = put(source, {0: {"title": title}})

        assert edited.refusals == (), title
        (entry,) = read(edited.source, "papers.yml").entries
        assert shows(entry.reading.fields["title"], title)
        before, after = (scalars(data_tree(it, "yaml")) for it in (source, edited.source))
        kept = [(one.value, other.value) for one, other in zip(before, after, strict=True)]
        assert [one for one, other in kept if one != other] == [entry_title(source)]


def entry_title(source: bytes) -> str | None:
    return next(it.value for it in scalars(data_tree(source, "yaml")) if "Leak" in str(it.value))


@pytest.mark.parametrize("title", TITLES)
def test_a_title_is_written_in_json_as_json_has_it(title: str) -> None:
    for is_ascii in (True, False):
        paper = PAPER | {"title": "Über “Deep” Leakage"}
        source = json.dumps([paper], indent=1, ensure_ascii=is_ascii).encode()

        edited = put(source, {0: {"title": title}}, "papers.json")

        expected = json.dumps([paper | {"title": title}], indent=1, ensure_ascii=is_ascii)
        assert edited.source.decode() == expected


@pytest.mark.parametrize(
    ("old", "fields", "new"),
    [
        ('"authors": ["A Bee", "C Dee"]', {"authors": Names(("A Bee",))}, '"authors": ["A Bee"]'),
        (
            '"authors": [\n  "A Bee",\n  "C Dee"\n ]',
            {"authors": Names(("A Bee", "E Fee", "C Dee"))},
            '"authors": [\n  "A Bee",\n  "E Fee",\n  "C Dee"\n ]',
        ),
        (
            '"authors": ["A Bee"]',
            {"authors": Names(("A Bee", "C Dee"))},
            '"authors": ["A Bee", "C Dee"]',
        ),
        ('"tags": ["a"]', {"task": Members(("a", "b"))}, '"tags": ["a", "b"]'),
        ('"year": 2019', {"year": "2020"}, '"year": 2020'),
        ('"year": "2019"', {"year": "2020"}, '"year": "2020"'),
        ('"conference": "ICML"', {"venue": EMPTY}, '"conference": ""'),
        (
            '"code": ""',
            {"links": WebLinks((Hyperlink("code", "https://a.org"),))},
            '"code": "https://a.org"',
        ),
        ('"tldr": "One."', {"summary": Blocks(("One.", "Two."))}, '"tldr": "One.\\n\\nTwo."'),
    ],
)
def test_a_value_of_json_is_edited_and_nothing_else(old: str, fields: Fields, new: str) -> None:
    frame = (
        '[\n {"title": "Deep Leakage from Gradients", "arxiv": "1906.08935",\n %s, "id": 1}\n]\n'
    )

    edited = put((frame % old).encode(), {0: fields}, "papers.json")

    assert edited.refusals == ()
    assert edited.source.decode() == frame % new


@pytest.mark.parametrize(
    ("old", "fields", "new"),
    [
        (
            "authors:\n  - A Bee",
            {"authors": Names(("A Bee", "C Dee"))},
            "authors:\n  - A Bee\n  - C Dee",
        ),
        (
            "authors: ['A Bee']",
            {"authors": Names(("A Bee", "C Dee"))},
            "authors: ['A Bee', 'C Dee']",
        ),
        ("venue: ICML 2019", {"venue": "ICLR"}, "venue: ICLR 2019"),
        ("venue: ICML # or not", {"venue": EMPTY}, "venue:  # or not"),
        (
            "note: |\n   One.\n\n   Two.",
            {"summary": Blocks(("One.", "2."))},
            "note: |\n   One.\n\n   2.",
        ),
    ],
)
def test_a_value_of_yaml_is_edited_and_nothing_else(old: str, fields: Fields, new: str) -> None:
    frame = "- title: Deep Leakage from Gradients\n  arxiv: 1906.08935\n  {}\n  id: 1\n"

    edited = put(frame.format(old).encode(), {0: fields})

    assert edited.refusals == ()
    assert edited.source.decode() == frame.format(new)


@pytest.mark.parametrize("key", ["short_title", "shortTitle", "title-short", "acronym"])
def test_a_nickname_is_read_and_written_behind_its_key(key: str) -> None:
    paper = PAPER | {key: "DLG"}
    source = json.dumps([paper], indent=1).encode()

    edited = put(source, {0: {"short_title": "iDLG"}}, "papers.json")

    (entry,) = read(source, "papers.json").entries
    assert entry.reading.fields["short_title"] == "DLG"
    assert edited.source.decode() == json.dumps([paper | {key: "iDLG"}], indent=1)


TWO_PARAGRAPHS = Blocks(("New: one #1", "It's two"))


@pytest.mark.parametrize(
    ("old", "summary", "new"),
    [
        ("plain words", Blocks(("New first: para",)), '"New first: para"'),
        ("plain words", Blocks(("New #1 and # para",)), '"New #1 and # para"'),
        ("plain words", TWO_PARAGRAPHS, '"New: one #1\\n\\nIt\'s two"'),
        ("plain\n\n   words", TWO_PARAGRAPHS, '"New:\\none #1\\n\\nIt\'s two"'),
        ("'single words'", TWO_PARAGRAPHS, '"New: one #1\\n\\nIt\'s two"'),
        ("''", TWO_PARAGRAPHS, '"New: one #1\\n\\nIt\'s two"'),
        ("'one'", Blocks(("It's",)), "'It''s'"),
        (
            ">\n    One.",
            TWO_PARAGRAPHS,
            ">\n    New: one #1\n\n\n    It's two",
        ),
        (
            "|\n    # Heading?\n    line: two",
            TWO_PARAGRAPHS,
            "|\n    New: one #1\n\n    It's two",
        ),
    ],
)
def test_a_summary_gets_the_quotes_that_it_needs(old: str, summary: Blocks, new: str) -> None:
    frame = "- title: Deep Leakage from Gradients\n  arxiv: 1906.08935\n  note: {}\n  id: 1\n"

    for end in ("\n", "\r\n"):
        source, expected = (frame.format(it).replace("\n", end).encode() for it in (old, new))
        edited = put(source, {0: {"summary": summary}})

        assert (edited.source, edited.refusals) == (expected, ())


def test_an_abstract_gets_the_quotes_that_it_needs() -> None:
    frame = "- title: Deep Leakage from Gradients\n  arxiv: 1906.08935\n  abstract: {}\n"

    edited = put(frame.format("plain words").encode(), {0: {"abstract": "We: one.\nTwo."}})

    assert edited.source.decode() == frame.format('"We: one.\\nTwo."')


@pytest.mark.parametrize("title", ["yes", "on", "2048", "0x1F", "2020-01-01", "=", "1.5"])
def test_what_others_would_read_as_no_text_gets_quotes(title: str) -> None:
    source = "- title: {}\n  authors: [Ann Bee, Cee Dee]\n  arxiv: 1906.08935\n  year: {}\n"

    edited = put(source.format("A Title", 2019).encode(), {0: {"title": title, "year": "2020"}})

    assert edited.source.decode() == source.format(f'"{title}"', 2020)


@pytest.mark.parametrize(
    ("old", "fields", "new"),
    [
        ("tags: [x, y]", {"task": Members(("x: y", "z"))}, 'tags: ["x: y", "z"]'),
        ("tags:\n  - x\n  - y", {"task": Members(("x", "2024"))}, 'tags:\n  - "x"\n  - "2024"'),
        ("tags: ['x', 'y']", {"task": Members(("x: y", "2024"))}, "tags: ['x: y', '2024']"),
        ("tags: [x, 2024]", {"task": Members(("y", "2024"))}, "tags: [2024, y]"),
        (
            "authors: [Ann Bee, Cee Dee]",
            {"authors": Names(("Ann Bee, Jr.", "Eff #Gee"))},
            'authors: ["Ann Bee, Jr.", "Eff #Gee"]',
        ),
    ],
)
def test_a_list_gets_the_quotes_that_one_of_its_values_needs(
    old: str, fields: Fields, new: str
) -> None:
    frame = "- title: Deep Leakage from Gradients\n  arxiv: 1906.08935\n  {}\n  id: 1\n"

    edited = put(frame.format(old).encode(), {0: fields})

    assert edited.refusals == ()
    assert edited.source.decode() == frame.format(new)


@pytest.mark.parametrize(
    ("old", "people", "new"),
    [
        ("- name: Ann Bee\n    - name: Cee Dee", ("Ann Bee", "Cee Dee", "Eff Gee"),
         "- name: Ann Bee\n    - name: Cee Dee\n    - name: Eff Gee"),
        ("- name: Ann Bee", ("Eff Gee", "Ann Bee"), "- name: Eff Gee\n    - name: Ann Bee"),
        ("- name: 'Ann Bee'\n    - name: 'Cee Dee'", ("Cee Dee",), "- name: 'Cee Dee'"),
        ("- name: Ann Bee\n    - name: Cee Dee", ("Ann Bee", "Eff #Gee"),
         '- name: "Ann Bee"\n    - name: "Eff #Gee"'),
    ],
)  # fmt: skip
def test_people_with_a_name_each_are_written_as_quarto_has_them(
    old: str, people: tuple[str, ...], new: str
) -> None:
    frame = (
        "- title: Deep Leakage from Gradients\n  arxiv: 1906.08935\n  author:\n    {}\n  id: 1\n"
    )

    edited = put(frame.format(old).encode(), {0: {"authors": Names(people)}})

    assert edited.refusals == ()
    assert edited.source.decode() == frame.format(new)


@pytest.mark.parametrize("item", ["- Ann Bee", "- name: Ann Bee"])
def test_a_second_person_comes_on_a_line_that_ends_as_others_do(item: str) -> None:
    source = (
        f"- title: Deep Leakage\r\n  arxiv: 1906.08935\r\n  authors:\r\n    {item}\r\n".encode()
    )

    edited = put(source, {0: {"authors": Names(("Ann Bee", "Cee Dee"))}})

    assert edited.source == source + f"    {item}\r\n".replace("Ann Bee", "Cee Dee").encode()


@pytest.mark.parametrize(
    "author",
    [
        "\n    - name: Ann Bee\n      orcid: 1\n    - name: Cee Dee",
        "\n    - name: Ann Bee\n    - literal: Cee Dee",
        " [{name: Ann Bee}, {name: Cee Dee}]",
        "\n    - {name: Ann Bee}\n    - {name: Cee Dee}",
    ],
)
def test_people_of_whom_more_is_said_are_only_read(author: str) -> None:
    source = (
        f"- title: Deep Leakage from Gradients\n  arxiv: 1906.08935\n  author:{author}\n".encode()
    )
    (entry,) = read(source, "papers.yml").entries

    edited = put(source, {0: {"authors": Names(("Ann Bee",))}})

    assert entry.reading.fields["authors"] == Names(("Ann Bee", "Cee Dee"))
    assert (edited.source, len(edited.refusals)) == (source, 1)


def test_what_stands_elsewhere_too_is_not_written() -> None:
    first = "- title: One\n  authors: &a [Ann Bee, Cee Dee]\n  arxiv: 1906.08935\n"
    second = "- title: Two\n  authors: *a\n  arxiv: 1906.08936\n"
    source = (first + second).encode()

    edited = put(source, {0: {"authors": Names(("Eff Gee",))}})

    assert edited.source == source
    assert "zoterodigest reads the form" in edited.refusals[0].reason
    assert read(source, "papers.yml").entries[1].unreadable == {"authors"}


@pytest.mark.parametrize(
    ("at", "fields", "reason"),
    [
        (0, {"doi": "10.1145/3600006"}, "an identifier can be corrected, not added"),
        (0, {"award": Members(("Oral",)), "comment": "8 pages"}, "no place"),
        (3, {"links": WebLinks((Hyperlink("demo", "https://a.org"),))}, "one web link"),
        (3, {"authors": Names(("Jane Doe",))}, "zoterodigest reads the form"),
        (3, {"abstract": EMPTY, "title": EMPTY}, "the entry cannot be without it"),
    ],
)
def test_what_has_no_place_is_refused_with_the_reason(at: int, fields: Fields, reason: str) -> None:
    edited = put(READING_LIST.read_bytes(), {at: fields}, READING_LIST.name)

    assert reason in edited.refusals[0].reason


def test_what_was_read_is_what_is_written() -> None:
    before = read(READING_LIST.read_bytes(), READING_LIST.name)

    edited = put(before.source, {at: it.reading.fields for at, it in enumerate(before.entries)})

    assert (edited.source, edited.refusals) == (before.source, ())
