"""Why bibtexparser does not read what `add` is given (docs/adr/0021): what it loses without a word.

If one fails after an update of bibtexparser, read the decision again.
"""

from __future__ import annotations

import logging

import bibtexparser
import pytest

from zoterodigest.bibtex.reading import read_records
from zoterodigest.bibtex.tiles.scanner import scan
from zoterodigest.mapping import venue_table


@pytest.fixture(autouse=True)
def silent(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


def _titles_by_bibtexparser(source: str) -> list[str]:
    parser = bibtexparser.bparser.BibTexParser(common_strings=True, ignore_nonstandard_types=False)
    return [entry["title"] for entry in bibtexparser.loads(source, parser).entries]


def _titles(source: str) -> list[object]:
    records = read_records(scan(source.encode("utf-8")), venue_table())
    return [record.fields["title"] for record in records]


@pytest.mark.parametrize(
    "source",
    [
        "@article{, title={A}}",
        "@misc{k, title={A}, % a comment\n year=2020}",
        "@misc{k, title={A}, note = “typed”}",
        "@misc{k, title={A}, year = 2020a}",
        "@misc{k,\u00a0year=2020, title={A}}",
    ],
)
def test_it_drops_an_entry_that_we_read(source: str) -> None:
    assert _titles_by_bibtexparser(source) == []
    assert _titles(source) == ["A"]


def test_a_macro_that_nobody_defines_costs_every_entry() -> None:
    source = "@misc{j, title={B}}\n@misc{k, journal=pami, title={A}}"

    with pytest.raises(bibtexparser.bibdatabase.UndefinedString):
        _titles_by_bibtexparser(source)
    assert _titles(source) == ["B", "A"]


def test_an_entry_without_key_and_comma_gets_a_field_for_its_key() -> None:
    (entry,) = bibtexparser.loads("@article{title={A}, year={2020}}").entries

    assert entry["ID"] == "title={A}"
