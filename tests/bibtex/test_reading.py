"""Entries of a .bib as records: names, dates, identifiers, macros, LaTeX; other readers agree."""

from __future__ import annotations

import bibtexparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pybtex.database import parse_string

from tests.bibtex.bibs import hostile_bibs
from zoterodigest.bibtex.reading import (
    BibRecord,
    read_records,
    standing_entries,
)
from zoterodigest.bibtex.tex.names import read_names
from zoterodigest.bibtex.tiles.scanner import scan
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.names import PersonName, split_name
from zoterodigest.core.values.record import EMPTY, Names
from zoterodigest.mapping import venue_table

VENUES = venue_table()


def _read(source: str) -> BibRecord:
    (record,) = read_records(scan(source.encode("utf-8")), VENUES)
    return record


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Knuth, Donald E. and Lamport, Leslie", ["Donald E. Knuth", "Leslie Lamport"]),
        ("Donald E. Knuth AND\n  Leslie Lamport", ["Donald E. Knuth", "Leslie Lamport"]),
        ("{OpenAI} and {Barnes and Noble}", ["OpenAI", "{Barnes and Noble}"]),
        ("King, Jr., Martin Luther", ["Martin Luther King Jr."]),
        ("de Marneffe, Marie-Catherine", ["Marie-Catherine de Marneffe"]),
        ("Garcia Molina, H{\\'e}ctor", ["Garcia Molina, Héctor"]),
        ("Hector {Garcia Molina}", ["Garcia Molina, Hector"]),
        ('{\\L}ukasz Kaiser and M{\\"u}ller, J{\\"o}rg', ["Łukasz Kaiser", "Jörg Müller"]),
        ("{And}, Bob and Andy Brand", ["Bob And", "Andy Brand"]),
        ("张, 三 and Plato", ["张三", "Plato"]),
        ("", []),
        (" and ", []),
    ],
)
def test_names_come_out_in_the_order_of_reading(text: str, people: list[str]) -> None:
    assert read_names(text) == Names(tuple(people))


def test_and_others_makes_a_list_truncated() -> None:
    assert read_names("Vaswani, Ashish and others") == Names(("Ashish Vaswani",), truncated=True)
    assert read_names("Vaswani, Ashish and {Others}") == Names(("Ashish Vaswani", "Others"))


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        ("title = {{BERT}: {P}re-training \\& {\\'e}t{\\'e}}", "title", "BERT: Pre-training & été"),
        ("title = {Main}, subtitle = {And More}", "title", "Main: And More"),
        ("title = {$L_0$ of\n   things}", "title", "$L_0$ of things"),
        ("title = {}", "title", EMPTY),
        ("booktitle = {Advances in Neural Information Processing Systems}", "venue", "NeurIPS"),
        ("journal = {Journal of Unknown Things}", "venue", "Journal of Unknown Things"),
        ("journaltitle = {Int. J. of X \\& Y}", "venue", "Int. J. of X & Y"),
        ("year = 2024", "year", "2024"),
        ("year = {to appear, 2024}", "year", "2024"),
        ("date = {2024-05-17}", "year", "2024"),
        ("date = {2024-05-17}", "date", "2024-05-17"),
        ("year = 2024, month = jun", "date", "2024-06"),
        ("year = 2024, month = jun # {~3}", "date", "2024-06-03"),
        ("year = 2024, month = {9}, day = 2", "date", "2024-09-02"),
        ("year = 2024, month = {October}", "date", "2024-10"),
        ("doi = {https://doi.org/10.1109/CVPR.2020\\_1}", "doi", "10.1109/CVPR.2020_1"),
        ("url = {\\url{https://example.org/a_b\\%20c}}", "url", "https://example.org/a_b%20c"),
        ("eprint = {2101.00001v2}, archiveprefix = {arXiv}", "arxiv", "2101.00001"),
        ("eprint = {cs/0112017}, eprinttype = {arxiv}", "arxiv", "cs/0112017"),
        ("journal = {arXiv preprint arXiv:2101.00001}", "arxiv", "2101.00001"),
        ("url = {https://arxiv.org/abs/2101.00001}", "arxiv", "2101.00001"),
        ("doi = {10.48550/arXiv.2101.00001}", "arxiv", "2101.00001"),
        ("note = {CVPR, see arXiv:2101.00001}", "arxiv", "2101.00001"),
    ],
)
def test_a_field_is_read(fields: str, name: str, value: object) -> None:
    assert _read(f"@misc{{k, {fields}}}").fields[name] == value


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ("note = {x}", "title"),
        ("url = {https://arxiv.org/abs/2101.00001}", "url"),
        ("year = {forthcoming}", "year"),
        ("eprint = {12345}, archiveprefix = {HAL}", "arxiv"),
        ("year = 2024", "date"),
        ("month = {Spring}, year = 2024", "date"),
    ],
)
def test_what_does_not_stand_there_is_not_carried(fields: str, name: str) -> None:
    assert name not in _read(f"@misc{{k, {fields}}}").fields


def test_other_fields_and_all_identifiers_are_kept() -> None:
    record = _read(
        "@InProceedings{k, pages = {1--20}, Publisher = {Springer {\\&} Co},"
        " doi = {10.1000/X}, url = {https://arxiv.org/abs/2101.00001}, abstract = {50\\% more}}"
    )

    assert (record.key, record.type, record.line) == ("k", "inproceedings", 1)
    assert record.fields["pages"] == "1-20"
    assert record.others == {"publisher": "Springer & Co", "abstract": "50% more"}
    assert record.identifiers == {
        Identifier("doi", "10.1000/x"),
        Identifier("arxiv", "2101.00001"),
    }


def test_macros_are_expanded_and_an_unknown_one_stands_for_itself() -> None:
    source = '@string{a = "Conf"}\n@string{B = a # { on } # c}\n@misc{k, note = b # "!" # 12}'

    (record,) = read_records(scan(source.encode()), VENUES)

    assert record.others["note"] == "Conf on c!12"


def test_bytes_that_are_no_text_make_their_field_unreadable() -> None:
    (record,) = read_records(scan(b"@misc{k, title = {caf\xe9}, year = 2020}"), VENUES)

    assert record.unreadable == {"title"}
    assert "title" not in record.fields
    assert record.fields["year"] == "2020"


def test_a_field_of_which_a_part_is_no_text_is_not_told() -> None:
    source = (
        b"@misc{k, title = {Tea}, subtitle = {caf\xe9}, author = {\xe9}, eprint = {2101.00001}}"
    )

    (record,) = read_records(scan(source), VENUES)

    assert record.untold == {"title", "authors"}
    assert record.fields == {"arxiv": "2101.00001"}


@given(hostile_bibs)
def test_any_file_is_read(source: bytes) -> None:
    bibliography = scan(source)

    assert len(read_records(bibliography, VENUES)) == len(bibliography.entries)


plain = st.text("abc XYZ09.:;-\n\té日'", min_size=1, max_size=12).filter(str.strip)
braced = st.recursive(plain, lambda inner: st.builds("{{{}}}{}".format, inner, plain), max_leaves=4)
names = st.sampled_from(["title", "note", "publisher", "series", "howpublished", "abstract"])
entries = st.dictionaries(
    st.from_regex(r"[a-z]{1,4}[0-9:_-]{0,3}", fullmatch=True),
    st.dictionaries(names, braced, min_size=1, max_size=4),
    max_size=4,
)


@given(entries)
def test_values_are_those_that_other_readers_find(wanted: dict[str, dict[str, str]]) -> None:
    source = "".join(
        f"@misc{{{key},\n" + "".join(f"  {n} = {{{v}}},\n" for n, v in fields.items()) + "}\n"
        for key, fields in wanted.items()
    )

    found = {one.key: one.texts for one in standing_entries(scan(source.encode("utf-8")))}

    assert found == {
        one["ID"]: {n: _flat(v) for n, v in one.items() if n not in ("ID", "ENTRYTYPE")}
        for one in bibtexparser.loads(source).entries
    }
    assert found == {
        key: {name: _flat(value) for name, value in entry.fields.items()}
        for key, entry in parse_string(source, "bibtex").entries.items()
    }


def _flat(value: str) -> str:
    return " ".join(value.split())


@pytest.mark.parametrize(
    "text",
    [
        "Knuth, Donald E. and Lamport, Leslie",
        'de Marneffe, Marie-Catherine and van den Oord, A{\\"a}ron',
        "King, Jr., Martin Luther",
        "Garcia Molina, Hector and {Ludwig Boltzmann Institute}",
        "Vaswani, Ashish and Shazeer, Noam and others",
    ],
)
def test_names_are_split_as_pybtex_splits_them(text: str) -> None:
    source = f"@misc{{k, author = {{{text}}}}}"
    persons = parse_string(source, "bibtex").entries["k"].persons["author"]

    ours = [split_name(name) for name in read_names(text).people]

    theirs = [person for person in persons if str(person) != "others"]
    assert len(ours) == len(theirs)
    for name, person in zip(ours, theirs, strict=True):
        if isinstance(name, PersonName):
            last = " ".join([*person.prelast_names, *person.last_names])
            first = " ".join([*person.first_names, *person.middle_names])
            lineage = ", ".join(["", *person.lineage_names])
            assert (name.last, name.first) == (_plain(last), _plain(first) + lineage)


def _plain(text: str) -> str:
    return text.replace('{\\"a}', "ä")


def test_a_paper_that_is_on_arxiv_alone_has_arxiv_for_its_venue() -> None:
    record = _read("@article{k, journal = {arXiv preprint arXiv:2101.00001}}")

    assert record.fields["venue"] == "arXiv"
