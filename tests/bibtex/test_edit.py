"""Edits of standing entries: what was put is read back, and nothing else moves."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.bibtex.bibs import PIECES, hostile_bibs
from tests.bibtex.items import BIBLATEX, BIBTEX
from zoterodigest.bibtex.edit.edit import TEX_FIELDS, EditedBib, put_bib
from zoterodigest.bibtex.edit.operations import DeclinedBibEdit
from zoterodigest.bibtex.facts.rules import Style, bib_rules
from zoterodigest.bibtex.reading import BibRecord, read_records
from zoterodigest.bibtex.tex.titles import folded_title
from zoterodigest.bibtex.tiles.scanner import scan
from zoterodigest.core.links.view import Folding, canonical
from zoterodigest.core.values.record import EMPTY, Fields, Names, Value

RULES = bib_rules()
FOLDING = Folding(RULES.venues.canonical, folded_title)
SOURCE = """\
% mine
@string{cvpr = "Conf. on Vision"}
@inproceedings{a,
  title     = "Old {T}itle", author = {Lovelace, Ada and Garc{\\'i}a Marquez, Gabriel},
  booktitle = cvpr # { 2024},
  year      = 2024 % in print
}
@online{b, date = {2023-05-17}, doi = {10.1000/x} }
@article{c}
@article{d, title = {Main}, subtitle = {A {TALE}}, journal = {TPAMI}, year = {2021} }
@article{e, year = {2020}, date = {2020-02} }
@inproceedings{f, title = {Child}, crossref = {g} }
@misc{h, title = {T}, year = {2019}, date = {2020-02/2021} }
@article{i, eprint = {2101.00001}, journal = {A journal, arXiv:2101.00001} }
@manual{m, title = {T} }
"""


def _edited(source: str, key: str, fields: Fields, style: Style = BIBTEX) -> EditedBib:
    return put_bib(scan(source.encode()), {key: fields}, style, RULES)


def _records(source: bytes) -> dict[str, BibRecord]:
    """Return the entries by their keys, of two with one key the first."""
    return {one.key: one for one in reversed(read_records(scan(source), RULES.venues))}


def _form(name: str, value: Value) -> Value:
    return canonical(name, value, FOLDING)


@pytest.mark.parametrize(
    ("key", "fields", "old", "new"),
    [
        ("a", {"title": "New Title for BERT"}, '"Old {T}itle"', '"New Title for {BERT}"'),
        ("a", {"title": 'A "quoted" one'}, '"Old {T}itle"', "\"A ``quoted'' one\""),
        ("a", {"venue": "Other"}, "cvpr # { 2024}", '"Other"'),
        ("a", {"year": "2025"}, "= 2024", "= 2025"),
        ("a", {"pages": "1-9, 12"}, "= 2024", '= 2024,\n  pages     = "1--9, 12"'),
        ("b", {"year": "2024"}, "2023-05-17", "2024-05-17"),
        ("b", {"doi": EMPTY}, ", doi = {10.1000/x}", ""),
        ("b", {"doi": "10.1/a_b"}, "10.1000/x", "10.1/a_b"),
        ("c", {"venue": "J", "year": "2020"}, "{c}", "{c, journal = {J}, year = {2020}}"),
        ("d", {"title": "Mine: A TALE"}, "{Main}", "{Mine}"),
        ("d", {"title": "Main: Of Two"}, "A {TALE}", "Of Two"),
        ("d", {"title": "Whole"}, "{Main}, subtitle = {A {TALE}}", "{Whole}"),
        ("d", {"title": EMPTY}, ", title = {Main}, subtitle = {A {TALE}}", ""),
        ("d", {"venue": "IJCV"}, "{TPAMI}", "{IJCV}"),
        ("e", {"year": "2022"}, "{2020}, date = {2020-02}", "{2022}, date = {2022-02}"),
    ],
)  # fmt: skip
def test_a_field_is_written_where_the_entry_has_it(
    key: str, fields: Fields, old: str, new: str
) -> None:
    assert SOURCE.count(old) == 1

    edited = _edited(SOURCE, key, fields)

    assert edited.refusals == ()
    assert edited.source.decode() == SOURCE.replace(old, new)


def test_a_venue_gets_its_official_name_of_the_year() -> None:
    edited = _edited(SOURCE, "a", {"venue": "ICML", "year": "2021"}).source.decode()

    official = "Proceedings of the 38th International Conference on Machine Learning"
    assert f'booktitle = "{official}",\n  year      = 2021' in edited


def test_an_entry_in_the_manner_of_biblatex_gets_its_fields() -> None:
    edited = _edited("@article{c}\n", "c", {"venue": "Möbius", "year": "2020"}, BIBLATEX)

    assert edited.source == "@article{c,\n  journaltitle = {Möbius},\n  date = {2020}}\n".encode()


def test_people_who_stay_keep_their_tex() -> None:
    names = Names(("Ada King", "Gabriel García Marquez", "Ann van Dyke Jr.", "OpenAI"), True)

    edited = _edited(SOURCE, "a", {"authors": names}).source.decode()

    expected = "King, Ada and Garc{\\'i}a Marquez, Gabriel and van Dyke, Jr., Ann and {OpenAI}"
    assert f"author = {{{expected} and others}}" in edited


@pytest.mark.parametrize(
    ("key", "fields", "reason"),
    [
        ("a", {"year": "soon"}, "it would not read back as written"),
        ("a", {"doi": "{}"}, "it would not read back as written"),
        ("m", {"venue": "J"}, "an entry of type manual has no place for it"),
        ("f", {"venue": "J"}, "it may come from the entry that this one refers to"),
        ("f", {"year": "2020"}, "it may come from the entry that this one refers to"),
        ("h", {"year": "2020"}, "more than one year stands there"),
        ("i", {"authors": Names(("others", "B C"))}, "it would not read back as written"),
        ("z", {"title": "A"}, "no entry has this key"),
    ],
)
def test_what_would_be_half_a_truth_is_refused(key: str, fields: Fields, reason: str) -> None:
    edited = _edited(SOURCE, key, fields)

    assert edited.source.decode() == SOURCE
    assert edited.refusals == (DeclinedBibEdit(key, next(iter(fields)), reason),)


def test_a_field_that_a_comment_stands_before_stays() -> None:
    source = "@misc{k, year = 2020 % mine\n, doi = {10.1/x}}\n"

    edited = _edited(source, "k", {"doi": EMPTY})

    assert edited.source.decode() == source
    reason = "a comment stands before the field doi"
    assert edited.refusals == (DeclinedBibEdit("k", "doi", reason),)


@pytest.mark.parametrize(
    ("source", "fields", "reason"),
    [
        (
            "@article{i, eprint = {2101.00001}, journal = {arXiv:2102.00002} }\n",
            {"venue": "IJCV"},
            "it would change what identifies the work",
        ),
        (
            "@misc{i, year = {2019}, date = {2020-02} }\n",
            {"year": "2021"},
            "more than one year stands there",
        ),
    ],
)
def test_what_would_lose_an_identifier_or_a_year_is_refused(
    source: str, fields: Fields, reason: str
) -> None:
    edited = _edited(source, "i", fields)

    assert edited.source.decode() == source
    assert [one.reason for one in edited.refusals] == [reason]


def test_of_two_venues_the_one_that_is_read_is_written() -> None:
    source = "@inproceedings{i, booktitle = {CVPR}, journal = {Mine} }\n"

    edited = _edited(source, "i", {"venue": "ICCV"}).source.decode()

    assert edited == source.replace("{CVPR}", "{ICCV}")


def test_an_arxiv_id_that_only_a_journal_tells_is_not_lost() -> None:
    source = "@article{i, journal = {arXiv preprint arXiv:2101.00001} }\n"

    edited = _edited(source, "i", {"venue": "IJCV"})

    record = _records(edited.source)["i"]
    assert (record.fields["venue"], record.fields["arxiv"]) == ("IJCV", "2101.00001")


@pytest.mark.parametrize(
    ("venue", "entry_type", "home"),
    [("CVPR", "inproceedings", "booktitle"), ("TPAMI", "article", "journal")],
)
def test_an_entry_without_a_place_for_a_venue_becomes_one_with(
    venue: str, entry_type: str, home: str
) -> None:
    source = "@misc{k, title = {A title}, eprint = {2101.00001}, year = 2021}\n"

    edited = _edited(source, "k", {"venue": venue})

    record = _records(edited.source)["k"]
    assert (record.type, record.fields["venue"]) == (entry_type, venue)
    assert home in edited.source.decode()


def test_what_is_no_utf_8_is_not_written_over() -> None:
    source = b"@article{k, title = {Caf\xe9}, year = 2020}\n"

    edited = put_bib(scan(source), {"k": {"title": "Tea", "year": "2021"}}, BIBTEX, RULES)

    assert edited.source == source.replace(b"2020", b"2021")
    assert [(one.field, one.reason) for one in edited.refusals] == [
        ("title", "what stands there is no text")
    ]


def test_one_refusal_does_not_stop_the_others() -> None:
    changes: Mapping[str, Fields] = {"a": {"year": "soon", "title": "New"}, "b": {"doi": "10.2/y"}}

    edited = put_bib(scan(SOURCE.encode()), changes, BIBTEX, RULES)

    expected = SOURCE.replace("Old {T}itle", "New").replace("10.1000/x", "10.2/y")
    assert edited.source.decode() == expected
    assert [(one.key, one.field) for one in edited.refusals] == [("a", "year")]


WORDS = st.sampled_from(
    [
        *("{", "}", '"', "\\", "%", "@misc{x,", "#", "\n", " ", "word", "é", "1", "{x}", "$", "~"),
        *("&", "\\alpha", "<i>", "</i>", ": ", "and", ",", "-", "–", "van", "Jr.", "BERT", "中文"),
    ]
)
TEXTS = st.lists(WORDS, max_size=6).map("".join)
VALUES: Mapping[str, st.SearchStrategy[Value]] = {
    "title": TEXTS,
    "authors": st.builds(Names, st.lists(TEXTS, max_size=3).map(tuple), st.booleans()),
    "venue": TEXTS | st.sampled_from(["CVPR", "ICML", "CVPR Workshop on X", "TPAMI", "arXiv"]),
    "year": st.sampled_from(["2024", "1999", "20{", "", "x"]),
    "pages": TEXTS | st.sampled_from(["1-10", "1, 3-5", "e12"]),
    "doi": TEXTS | st.sampled_from(["10.1000/x_y", "10.1/A"]),
}
FIELDS = st.fixed_dictionaries(
    {}, optional={name: values | st.just(EMPTY) for name, values in VALUES.items()}
)
STANDING = st.sampled_from([SOURCE, SOURCE.replace("\n", "\r\n")]).map(str.encode)
KEYS = st.sampled_from([*"abcdefhi", "smith2020", "par", "quoted"])


@given(STANDING | hostile_bibs, st.dictionaries(KEYS, FIELDS, max_size=3), st.booleans())
@example(b"".join(PIECES), {"smith2020": {"title": "x", "doi": "10.1/y"}}, False)
def test_what_is_put_is_read_back_and_every_other_byte_stays(
    source: bytes, changes: dict[str, Fields], is_biblatex: bool
) -> None:
    style = BIBLATEX if is_biblatex else BIBTEX
    before, records = scan(source), _records(source)

    edited = put_bib(before, changes, style, RULES)

    after, refused = scan(edited.source), {(one.key, one.field) for one in edited.refusals}
    assert [type(tile) for tile in after.tiles] == [type(tile) for tile in before.tiles]
    for old, new in zip(before.tiles, after.tiles, strict=True):
        if before.text(old.span) != after.text(new.span):
            assert new in after.entries
    for key, record in _records(edited.source).items():
        asked = {n: v for n, v in changes.get(key, {}).items() if (key, n) not in refused}
        expected = {**records[key].fields, **asked}
        following = {"date"} if "year" in asked else set()
        for name in (expected.keys() | record.fields.keys()) - following:
            value = record.fields.get(name, EMPTY)
            assert _form(name, value) == _form(name, expected.get(name, EMPTY))
    assert put_bib(
        after, {k: v for k, v in changes.items() if not refused}, style, RULES
    ) == EditedBib(edited.source)


@given(STANDING | hostile_bibs)
def test_putting_what_was_read_changes_no_byte(source: bytes) -> None:
    changes = {
        key: {name: value for name, value in record.fields.items() if name in TEX_FIELDS}
        for key, record in _records(source).items()
    }

    assert put_bib(scan(source), changes, BIBTEX, RULES) == EditedBib(source)


@pytest.mark.parametrize("size", [4_000, pytest.param(100_000, marks=pytest.mark.deep)])
@pytest.mark.parametrize("sign", ["{", "}", "\\", "%", "@misc{x,\n", '"', "$", "<i>", "é", "a b "])
def test_a_value_without_end_does_no_harm(sign: str, size: int) -> None:
    value = sign * (size // len(sign))

    edited = _edited(SOURCE, "a", {name: value for name in TEX_FIELDS if name != "authors"})

    assert len(scan(edited.source).entries) == len(scan(SOURCE.encode()).entries)
    assert edited.source.endswith(SOURCE.partition("% in print")[2].encode())
