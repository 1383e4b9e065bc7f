"""Whole bibliographies: golden files of the examples, read by others, the same each time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bibtexparser
import pytest
from pybtex.database import parse_string

from tests.bibtex.items import a_paper, a_person, an_item
from tests.golden_files import GoldenFiles
from zoterodigest.bibtex.facts.rules import Style, bib_rules
from zoterodigest.bibtex.tex.latex import Dialect, decode
from zoterodigest.digest.format.format import available_formats
from zoterodigest.digest.read.detect import read_document
from zoterodigest.library.records.items import new_item
from zoterodigest.library.records.works import (
    bib_text,
    by_key,
    csl_text,
    references,
    to_entries,
)
from zoterodigest.library.records.zotero import ZoteroMapping
from zoterodigest.mapping import venue_table

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).parent / "golden"
SHARED = ROOT.parent / "shared" / "digests"
EXAMPLES = ("awesome-tables", "generation-daily", "quoted-notes", "world-models.zh")
HARD = [
    an_item(title="R&D 50% of a_b #1 {x} $L_0$ ~ ^ é ß", publicationTitle="Nature", pages="1–9"),
    a_paper(title="The {BERT} “Way”", proceedingsTitle="CVPR 2024 Oral", url="https://e.f/a_b%20c"),
    an_item(
        "book", publisher="Wiley & Sons", creators=[a_person("O'Neil", "Ö."), a_person("AT&T")]
    ),
    an_item(
        "preprint",
        archiveID="arXiv:2103.00020",
        creators=[a_person("van Berg", "A."), a_person("others")],
    ),
]


def items_of(path: Path) -> Iterator[dict[str, Any]]:
    """Yield an item for each entry of a digest."""
    zotero = ZoteroMapping()
    document = read_document(path.name, path.read_bytes(), available_formats([]), venue_table())
    for entry in document.core_entries():
        yield new_item(entry.fields, zotero)


def golden_path(name: str, dialect: Dialect) -> Path:
    return GOLDEN / f"{name}.{dialect.value}.bib"


def golden_text(name: str, dialect: Dialect) -> str:
    """Return an example's bibliography."""
    items = list(items_of(ROOT / "examples" / f"{name}.md"))
    return bib_of(items, Style(dialect, awards=True))


def bib_of(items: list[dict[str, Any]], style: Style) -> str:
    """Return the .bib of items."""
    return bib_text(references(items, bib_rules()), style, bib_rules())


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("dialect", list(Dialect))
def test_the_examples_have_these_bibliographies(
    name: str, dialect: Dialect, golden: GoldenFiles
) -> None:
    golden.check(golden_path(name, dialect), golden_text(name, dialect))


def test_a_bibliography_written_twice_is_the_same() -> None:
    items = list(items_of(ROOT / "examples" / "awesome-tables.md"))

    for dialect in Dialect:
        assert bib_of(items, Style(dialect)) == bib_of(items, Style(dialect))


@pytest.mark.parametrize("dialect", list(Dialect))
def test_bibtexparser_reads_every_value_as_it_was_written(dialect: Dialect) -> None:
    found = references(HARD, bib_rules())
    entries = to_entries(found, Style(dialect), bib_rules())

    parser = bibtexparser.bparser.BibTexParser(common_strings=True, ignore_nonstandard_types=False)
    read = bibtexparser.loads(bib_text(found, Style(dialect), bib_rules()), parser).entries

    for entry, other in zip(entries, read, strict=True):
        assert (other.pop("ID"), other.pop("ENTRYTYPE")) == (entry.key, entry.entry_type)
        assert other == {name: value for name, value in entry.fields if name != "month"}


@pytest.mark.parametrize("dialect", list(Dialect))
def test_pybtex_reads_the_names_and_texts_that_were_written(dialect: Dialect) -> None:
    read = parse_string(bib_of(HARD, Style(dialect)), "bibtex").entries.values()

    titles = [decode(entry.fields["title"]) for entry in read]
    people = [[str(person) for person in entry.persons["author"]] for entry in read]

    assert titles == ["R&D 50% of a_b #1 x $L_0$ ~ ^ é ß", "The BERT “Way”", "A Title", "A Title"]
    assert [decode(name) for name in people[2]] == ["O'Neil, Ö.", "AT&T"]
    assert people[3] == ["van Berg, A.", "others"]


def test_references_are_sorted_by_key_if_it_is_asked_for() -> None:
    found = by_key(references([an_item(title="Zoo"), an_item(title="Ant")], bib_rules()))

    assert [each.key.text for each in found] == ["byronAnt2024", "byronZoo2024"]


def test_notes_and_attachments_are_no_references() -> None:
    items = [{"itemType": "note", "note": "x"}, {"itemType": "attachment"}, an_item()]

    assert len(references(items, bib_rules())) == 1


def test_csl_json_says_what_the_item_says() -> None:
    item = a_paper(
        title="A \\'e <i>B</i>",
        proceedingsTitle="CVPR",
        date="2024-06-17",
        creators=[a_person("King", "Martin, Jr."), a_person("OpenAI"), a_person("others")],
        DOI="10.1/x",
        tags=[{"tag": "task:t"}],
    )

    found = references([item], bib_rules())

    assert csl_text(found, Style(), bib_rules()) == (
        '[\n{"id": "king2024", "type": "paper-conference", "title": "A é <i>B</i>", "author": '
        '[{"family": "King", "given": "Martin", "suffix": "Jr."}, {"literal": "OpenAI"}], '
        '"container-title": "Proceedings of the IEEE/CVF Conference on Computer Vision and Pattern '
        'Recognition", "publisher": "IEEE", "DOI": "10.1/x", "issued": {"date-parts": [[2024, 6, '
        '17]]}, "keyword": "t"}\n]\n'
    )


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared digests are not here")
class TestSharedDigests:
    def test_awards_and_workshops_have_the_right_books(self) -> None:
        items = {item["title"]: item for item in items_of(SHARED / "ai-paper-digest.md")}
        found = references(list(items.values()), bib_rules())
        entries = to_entries(found, Style(awards=True), bib_rules())
        by_title = {
            each.work.fact("title"): (entry.entry_type, dict(entry.fields))
            for each, entry in zip(found, entries, strict=True)
        }

        edsr = by_title["Enhanced Deep Residual Networks for Single Image Super-Resolution"]
        transfusion = next(value for name, value in by_title.items() if "Transfusion" in name)
        dreambooth = next(value for name, value in by_title.items() if "DreamBooth" in name)
        mulut = next(value for name, value in by_title.items() if "MuLUT" in name)
        srlut = next(value for name, value in by_title.items() if name.startswith("Practical Sin"))

        assert edsr[1]["booktitle"].startswith("Proceedings of the IEEE Conference on Computer")
        assert edsr[1]["booktitle"].endswith("Recognition Workshops")
        assert (transfusion[0], transfusion[1]["note"]) == ("misc", "arXiv:2408.11039")
        assert "Award" not in dreambooth[1]["booktitle"]
        assert dreambooth[1]["note"] == "Award Candidate"
        assert mulut[1]["booktitle"] == "Computer Vision -- ECCV 2022"
        assert mulut[1]["url"].startswith("https://www.ecva.net/")
        assert srlut[1]["booktitle"].endswith("Computer Vision and Pattern Recognition")
        assert {kind for kind, _ in by_title.values()} == {"inproceedings", "misc"}

    def test_all_digests_give_keys_that_never_clash(self) -> None:
        paths = [path for path in sorted(SHARED.glob("*.md")) if not path.stem.isupper()]
        items = [item for path in paths for item in items_of(path)]

        keys = [each.key.text.lower() for each in references(items, bib_rules())]

        assert len(keys) == len(set(keys)) > 600
