"""A quick look at a text never costs an entry: what could show that it is a paper has a clue."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.digest.corpus import EXAMPLES, formats, venues
from zoterodigest.digest.format.format import DigestFormat
from zoterodigest.digest.read.body import claims_of
from zoterodigest.digest.read.claimed import claimed_entry, entries_of, likely_papers
from zoterodigest.digest.read.clues import has_clue
from zoterodigest.digest.read.containers import find_entries
from zoterodigest.digest.read.detect import credible
from zoterodigest.digest.read.evidence import is_evident
from zoterodigest.digest.read.lines import Lines
from zoterodigest.mapping import key_table

MANNERS = Path(__file__).parent / "manners"
FORMS = {form.name: form for form in formats()}
FIELDS, PARTS = FORMS["fields"], FORMS["papers"]
JUDGED = [form for form in FORMS.values() if form.entry.is_general]
KINDS = ["open", "sealed", "no_digests", "examples"]


def pages(kind: str) -> list[Path]:
    return EXAMPLES if kind == "examples" else sorted((MANNERS / kind).rglob("*.md"))


@pytest.mark.parametrize("form", JUDGED, ids=[form.name for form in JUDGED])
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_has_the_same_papers_at_a_quick_look(kind: str, form: DigestFormat) -> None:
    missed = []

    for page in pages(kind):
        looked, whole = Lines(page.read_bytes()), Lines(page.read_bytes())
        found = list(credible(likely_papers(looked, form, venues()), looked))
        others = credible(entries_of(whole, form, venues()), whole)
        if [(it.first, it.reading) for it in found] != [(it.first, it.reading) for it in others]:
            missed.append(page.name)

    assert missed == []


@pytest.mark.parametrize(
    "key", [key for key, slot in key_table().slots.items() if slot == "authors"]
)
def test_each_key_of_authors_is_a_clue(key: str) -> None:
    source = f"## Attention Is All You Need\n\n- {key}: vaswani\n- Venue: NeurIPS 2017\n"
    lines = Lines(source.encode())

    (entry,) = likely_papers(lines, FIELDS, venues())

    assert "authors" in entry.reading.fields


@pytest.mark.parametrize("kind", KINDS)
def test_no_entry_without_a_clue_beside_its_title_shows_that_it_is_a_paper(kind: str) -> None:
    missed = []

    for page in pages(kind):
        lines = Lines(page.read_bytes())
        for found in find_entries(lines, PARTS):
            if not has_clue(found, has_parts=True):
                claims = claims_of(found, PARTS, venues())
                if is_evident(claimed_entry(lines, PARTS, venues(), claims)):
                    missed.append((page.name, found.first + 1))

    assert missed == []


@pytest.mark.parametrize(
    "beside",
    [
        "*Ada Lovelace, Kurt Gödel.* *NeurIPS*",
        "Lovelace et al. NeurIPS.",
        "*Lovelace and others*, NeurIPS",
        "*Lovelace u. a.* NeurIPS",
        "*Álvaro Ørsted; Élodie van der Waals*. NeurIPS",
        "*Jean-Luc\u00a0Picard & Đorđe\u2009Šimić*. NeurIPS",
        "*Γιώργος Σεφέρης, Лев Толстой*. NeurIPS",
        "by 王小明，李小龙. NeurIPS",
        "\n  作者：王小明\n  Venue: NeurIPS",
        "NeurIPS'23",
        "(CVPR 2023)",
        "[Ada Lovelace](https://a.org), [Kurt Gödel](https://b.org). NeurIPS",
    ],
)
def test_what_is_stated_beside_a_title_is_a_clue(beside: str) -> None:
    lines = Lines(f"- **A Title of Some Words** {beside}\n".encode())

    (entry,) = likely_papers(lines, PARTS, venues())

    assert is_evident(entry)


def test_what_is_stated_in_the_brackets_of_a_title_is_a_clue() -> None:
    lines = Lines("- **A Title of Some Words (Ada Lovelace, Kurt Gödel, NeurIPS)**\n".encode())

    (entry,) = likely_papers(lines, PARTS, venues())

    assert is_evident(entry)


def test_a_paper_beside_the_list_shows_by_its_address_and_date() -> None:
    lines = Lines(b"- [On owls and their prey](owls.djvu), 2024\n")

    found = likely_papers(lines, PARTS, venues())

    assert [entry.title for entry in found] == ["On owls and their prey"]


def test_links_with_no_paper_are_not_read_as_entries() -> None:
    lines = Lines(b"- [On owls and their prey](https://example.org): a page\n")

    assert len(entries_of(lines, FORMS["list"], venues())) == 1
    assert likely_papers(lines, FORMS["list"], venues()) == []
