"""A quick look at a text never costs an entry: what could show that it is a paper has a clue."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.digest.corpus import EXAMPLES, formats, venues
from zoterodigest.digest.read.claimed import entries_of, likely_papers
from zoterodigest.digest.read.detect import credible
from zoterodigest.digest.read.lines import Lines
from zoterodigest.mapping import key_table

MANNERS = Path(__file__).parent / "manners"
FIELDS = next(form for form in formats() if form.name == "fields")


@pytest.mark.parametrize("kind", ["open", "sealed", "no_digests", "examples"])
def test_a_page_of_headings_has_the_same_papers_at_a_quick_look(kind: str) -> None:
    pages = EXAMPLES if kind == "examples" else sorted((MANNERS / kind).rglob("*.md"))
    missed = []

    for page in pages:
        looked, whole = Lines(page.read_bytes()), Lines(page.read_bytes())
        found = list(credible(likely_papers(looked, FIELDS, venues()), looked))
        others = credible(entries_of(whole, FIELDS, venues()), whole)
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
