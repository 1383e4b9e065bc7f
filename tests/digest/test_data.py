"""Digests in JSON and YAML: lists of papers are read, and nothing else is one."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
import yaml

from tests.digest.corpus import read, read_anew, venues
from tests.digest.manners.score import score
from zoterodigest.core.values.record import text_in
from zoterodigest.digest.format.format import available_formats
from zoterodigest.digest.read.data import data_tree
from zoterodigest.digest.read.data_tree import BadData, DataNode, DataScalar
from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.read.explain import explain
from zoterodigest.digest.read.report import entry_json
from zoterodigest.digest.read.yaml_tree import yaml_tree
from zoterodigest.digest.write.rearrange import rearrange
from zoterodigest.digest.write.steps import (
    IN_DATA,
    Change,
    MovedEntry,
    NewEntry,
    RemovedEntry,
    RenamedHeading,
)

HERE = Path(__file__).parent / "data_files"
READING_LIST = HERE / "reading-list.yaml"
NO_PAPERS = sorted((HERE / "no_papers").iterdir())
PAPER = {"title": "Deep Leakage from Gradients", "arxiv": "1906.08935", "venue": "NeurIPS"}


@pytest.mark.parametrize(
    "doi", ["10.48550/arXiv.1906.08935", "https://doi.org/10.48550/arxiv.1906.08935"]
)
def test_a_doi_that_arxiv_gives_is_the_arxiv_id_in_it(doi: str) -> None:
    document = read(
        f"- title: {PAPER['title']}\n  doi: {doi}\n  venue: NeurIPS\n".encode(), "papers.yml"
    )
    [entry] = document.core_entries()
    assert text_in(entry.fields, "arxiv") == PAPER["arxiv"]
    assert "doi" not in entry.fields


def titles(text: str, name: str = "papers.yml") -> list[str]:
    return [entry.title for entry in read(text.encode(), name).entries]


def the_only(text: str, name: str = "papers.yml") -> dict[str, object]:
    (entry,) = read(text.encode(), name).entries
    return entry_json(entry)


def test_all_of_a_list_in_yaml_is_read_whatever_the_quotes_and_keys_are() -> None:
    truth = json.loads(READING_LIST.with_suffix(".truth.json").read_text("utf-8"))

    found = score(READING_LIST, truth)

    assert (found.both, found.read) == (5, 5)
    assert (found.wrong, found.missing) == ([], [])


@pytest.mark.parametrize("path", NO_PAPERS, ids=lambda path: path.name)
def test_a_file_that_holds_no_papers_has_no_entries(path: Path) -> None:
    assert read(path.read_bytes(), path.name).entries == ()


PEOPLE = [{"family": "Zhu", "given": "Ligeng"}, {"family": "Han", "given": "Song"}]
NAMED = [{"family-names": one["family"], "given-names": one["given"]} for one in PEOPLE]
TITLED = {"title": "Deep Leakage from Gradients"}


@pytest.mark.parametrize(
    "data",
    [
        # CSL JSON, as Zotero and Pandoc write it.
        [
            TITLED
            | {"id": "zhu", "type": "paper-conference", "author": PEOPLE, "publisher": "Curran"}
            | {"issued": {"date-parts": [[2019, 12]]}, "container-title": "NeurIPS"}
        ],
        # The references of a CITATION.cff.
        {
            "title": "A tool",
            "references": [
                TITLED
                | {"type": "conference-paper", "authors": NAMED, "date-published": "2019-12"}
                | {"conference": {"name": "NeurIPS"}}
            ],
        },
        # A mapping from keys to papers.
        {
            "zhu": TITLED
            | {"authors": [["Ligeng", "Zhu"], ["Song", "Han"]]}
            | {"booktitle": "NeurIPS", "date": "2019-12"},
            "none": {"title": "A draft"},
        },
    ],
)
def test_an_export_of_a_bibliography_reads_as_what_it_says(data: object) -> None:
    found = the_only(json.dumps(data), "papers.json")

    assert found["title"] == "Deep Leakage from Gradients"
    assert found["authors"] == ["Ligeng Zhu", "Song Han"]
    assert (found["venue"], found["date"]) == ("NeurIPS", "2019-12")


def test_lists_stand_under_the_names_by_which_they_differ() -> None:
    text = json.dumps(
        {
            "lists": [
                {"section": "Attacks", "papers": [PAPER, PAPER | {"title": "Another attack here"}]},
                {"section": "Defenses", "papers": [PAPER]},
                {"section": "Attacks", "papers": [PAPER]},
            ]
        },
        indent=1,
    )

    found = read(text.encode(), "papers.json").entries

    assert [it.headings for it in found] == [("Attacks",)] * 2 + [("Defenses",), ("Attacks",)]
    assert found[-1].heading_keys == ("Attacks#2",)


def test_a_list_alone_has_no_heading() -> None:
    (entry,) = read(json.dumps({"papers": [PAPER]}).encode(), "papers.json").entries

    assert entry.headings == ()


@pytest.mark.parametrize(
    ("field", "value", "name", "read_as"),
    [
        ("authors", ["Doe, Jane", "Roe, Rick"], "authors", ["Doe, Jane", "Roe, Rick"]),
        ("authors", "Jane Doe and Rick Roe", "authors", ["Jane Doe", "Rick Roe"]),
        ("author", [{"name": "Jane Doe"}], "authors", ["Jane Doe"]),
        ("year", "2019", "year", 2019),
        ("year", 2019, "year", 2019),
        ("Year", "2019-12-08", "date", "2019-12-08"),
        ("pdfUrl", "https://a.org/x.pdf", "urls", [["pdfUrl", "https://a.org/x.pdf"]]),
        ("github_url", "https://github.com/a/b", "code_url", "https://github.com/a/b"),
        ("links", [{"name": "demo", "href": "https://a.org"}], "urls", [["demo", "https://a.org"]]),
        ("links", {"Demo": "https://a.org", "pdf": "x.pdf"}, "urls", [["Demo", "https://a.org"]]),
        ("code", "yes", "code_url", None),
        ("code", None, "code_url", None),
        ("tags", ["a", "b, c"], "task", "a; b, c"),
        ("id", "2001.00001v1", "arxiv_id", "1906.08935"),
        ("categories", "cs.LG cs.CR", "categories", ["cs.LG", "cs.CR"]),
        ("publisher", "Curran", "venue", "NeurIPS"),
        ("authors", ["Jane Doe (MIT)", "Rick Roe"], "authors", ["Jane Doe", "Rick Roe"]),
    ],
)
def test_a_value_is_read_in_each_form_that_people_give_it(
    field: str, value: object, name: str, read_as: object
) -> None:
    assert the_only(json.dumps([PAPER | {field: value}]), "papers.json")[name] == read_as


@pytest.mark.parametrize(
    "authors",
    [
        ["Jane Doe [1]", "Rick Roe"],
        [{"me": True}, {"name": "Jane Doe"}],
        "<b>Jane</b> Doe, R Roe",
    ],
)
def test_authors_that_are_not_plain_names_are_left_unread(authors: object) -> None:
    (entry,) = read(json.dumps([PAPER | {"authors": authors}]).encode(), "papers.json").entries

    assert "authors" in entry.unreadable
    assert "authors" not in entry.reading.fields
    assert [it.reason for it in entry.problems] == ["its authors are not written as names"]


def test_a_key_that_stands_twice_is_not_read() -> None:
    text = '[\n{"title": "On Deep Leakage", "arxiv": "1906.08935",\n"venue": "A", "venue": "B"}]'

    (entry,) = read(text.encode(), "papers.json").entries

    assert "venue" in entry.unreadable
    assert [it.line for it in entry.problems] == [3, 3]


@pytest.mark.parametrize(
    ("doubled", "field"),
    [
        ('"tags": ["a, b", "c"], "tags": ["d"]', "task"),
        ('"year": "2019-02-03", "year": "2020"', "date"),
        ('"arxiv": "1906.08936", "arxiv": "1906.08937"', "arxiv"),
        ('"id": "1906.08936", "id": "1906.08937"', "arxiv"),
        ('"pdf": "https://a.org/1.pdf", "pdf": "https://a.org/2.pdf"', "links"),
    ],
)
def test_nothing_is_read_of_a_key_that_stands_twice_whatever_it_means(
    doubled: str, field: str
) -> None:
    text = f'[{{"title": "On Deep Leakage", "doi": "10.1145/3600006", {doubled}}}]'

    (entry,) = read(text.encode(), "papers.json").entries

    assert field in entry.unreadable
    assert field not in {slot.name for slot in entry.slots}
    assert {it.is_slip for it in entry.problems} == {True}


def test_papers_on_one_line_are_not_told_apart_but_brackets_may_share_one() -> None:
    one = json.dumps(PAPER)
    many = json.dumps(PAPER, indent=1)

    minified = read(f"[{one}, {one}]".encode(), "papers.json").entries
    joined = read(f"[{many}, {many}]".encode(), "papers.json").entries

    assert ["give each paper lines of its own" in it.broken for it in minified] == [True, True]
    assert [(it.first, it.last, it.broken) for it in joined] == [(0, 4, ""), (5, 8, "")]


def test_comments_and_document_marks_are_no_headings_and_no_front_matter() -> None:
    text = "---\n# Papers\n- title: On Deep Leakage\n  arxiv: 1906.08935\n  # Not read\n...\n"

    (entry,) = read(text.encode(), "papers.yml").entries

    assert (entry.first, entry.last, entry.headings) == (2, 3, ())


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_any_text_is_read_with_the_bytes_it_stands_on(start: str, end: str) -> None:
    text = '- title: "Ünïcode\\u2014 it\'s"\n  authors: [é, "b"]\n  note: >\n    one\n\n    two\n'
    data = (start + text.replace("\n", end) + "# end").encode()

    root = data_tree(data, "yaml")

    assert root == yaml_tree(data.removeprefix(b"\xef\xbb\xbf"), 3 * bool(start), yaml.SafeLoader)
    assert [data[it.start : it.end].decode() for it in scalars(root)][1] == '"Ünïcode\\u2014 it\'s"'


def scalars(node: DataNode) -> list[DataScalar]:
    if isinstance(node, DataScalar):
        return [node]
    inner = getattr(node, "items", None) or [
        it for pair in getattr(node, "pairs", ()) for it in pair
    ]
    return [it for one in inner for it in scalars(one)]


@pytest.mark.parametrize(
    ("data", "kind", "place", "reason"),
    [
        (b'{"a": [1,\n 2,,]}', "json", (2, 4), "it is not JSON .Expecting value"),
        (b'[{"title": "a}]', "json", (1, 12), "Unterminated string starting at"),
        ("- é: 'x'\n- a: b: c".encode(), "yaml", (2, 7), "it is not YAML .mapping values"),
        (b"a:\n\t- b", "yaml", (2, 1), "found character that cannot start any token"),
        ("- é\n- \x07".encode(), "yaml", (2, 3), "it holds the character '\\x07'"),
        (b"- \xff", "yaml", (1, 3), "the bytes here are no valid UTF-8"),
        (b"[" * 150, "yaml", (1, 101), "nested more than 100 deep"),
        (b"[" * 150 + b"]" * 150, "json", (1, 101), "nested more than 100 deep"),
        (b"[" * 200_000, "json", (1, 1), "nested too deep"),
    ],
)
def test_what_is_no_data_is_told_with_line_and_column(
    data: bytes, kind: str, place: tuple[int, int], reason: str
) -> None:
    with pytest.raises(BadData, match=reason.replace("\\", r"\\")) as caught:
        data_tree(data, "json" if kind == "json" else "yaml")

    assert (caught.value.line, caught.value.column) == place
    assert read(data, f"papers.{kind}").entries == ()


def test_aliases_are_not_expanded_and_tags_make_nothing() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"b{at}: &b{at} [{', '.join([f'*b{at - 1}' if at else '*a'] * 9)}]\n" for at in range(40)
    )
    tagged = "- title: !!python/object/apply:os.system ['true']\n  arxiv: 1906.08935\n"

    assert titles(bomb) == []
    assert titles(tagged) == []
    assert titles("x: &t On Deep Leakage\npapers:\n- {title: *t, arxiv: 1906.08935}") == [
        "On Deep Leakage"
    ]
    assert titles("- &a {title: On Deep Leakage, arxiv: 1906.08935, self: *a}") == [
        "On Deep Leakage"
    ]


def test_too_many_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoterodigest.digest.read.data_tree.MOST_VALUES", 10)

    with pytest.raises(BadData, match="more than 10 values") as caught:
        yaml_tree(b"- a\n" * 12, 0)

    assert (caught.value.line, caught.value.column) == (11, 4)


def test_a_format_of_ones_own_names_further_keys(tmp_path: Path) -> None:
    own = 'name = "mine"\nabout = "my keys"\ndata = "json"\n[labels]\ntitle = ["Werk"]\n'
    (tmp_path / "mine.format.toml").write_text(own, "utf-8")
    source = b'[{"werk": "Deep Leakage from Gradients", "arxiv": "1906.08935"}]'

    formats = available_formats([tmp_path], data="json")
    found = read_document("papers.json", source, formats, venues()).entries

    assert [(it.title, it.format.name) for it in found] == [("Deep Leakage from Gradients", "mine")]
    assert all(form.data is None for form in available_formats([tmp_path]))


def test_a_line_is_explained_by_the_paper_that_holds_it() -> None:
    source = b"- title: Deep Leakage from Gradients\n  arxiv: 1906.08935\n# end\n"
    formats = available_formats([], data="yaml")

    found = explain(source, formats, venues(), 1)
    other = explain(source, formats, venues(), 2)

    assert [(it.slot, it.text) for it in found.slots][1] == ("arxiv", "1906.08935")
    assert other.skipped == "nothing shows that it is a paper in a list"


@pytest.mark.parametrize(
    "change",
    [
        NewEntry("new", None, {"title": "New"}),
        RemovedEntry(0),
        MovedEntry(0, ("A",)),
        RenamedHeading(("A",), "B"),
    ],
    ids=lambda change: type(change).__name__,
)
def test_entries_are_added_moved_and_removed_by_hand_alone(change: Change) -> None:
    before = read(READING_LIST.read_bytes(), READING_LIST.name)

    outcome = rearrange(before, [change], partial(read, name=READING_LIST.name))

    assert outcome.source == before.source
    assert [reason for _, reason in outcome.refusals] == [IN_DATA]


@pytest.mark.parametrize("key", ["arxiv_id", "arxivId", "paper_id", "id", "paper_arxiv_id"])
def test_an_identifier_is_known_by_any_of_its_keys(key: str) -> None:
    found = the_only(json.dumps([TITLED | {key: "1906.08935v2"}]), "papers.json")

    assert (found["arxiv_id"], found["title"]) == ("1906.08935", TITLED["title"])


def test_ids_and_values_are_those_of_one_paper_alone() -> None:
    related = {"references": [PAPER | {"title": "Another paper", "arxiv": "1512.03385"}]}
    text = json.dumps([PAPER | related | {"id": "0001.0002", "note": "see arXiv 2001.00001"}])

    (entry,) = read_anew(text.encode(), "papers.json").entries

    assert {it.value for it in entry.reading.identifiers} == {"1906.08935"}
    assert text_in(entry.reading.fields, "arxiv") == "1906.08935"
