"""Items as Zotero's translators save them, of seventy kinds: their entries were judged by eye.

`pytest --update-golden` writes the golden files anew.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.golden_files import GoldenFiles
from zoterodigest.bibtex.facts.rules import Style, bib_rules
from zoterodigest.bibtex.tex.latex import Dialect
from zoterodigest.library.records.works import bib_text, references

GOLDEN = Path(__file__).parent / "golden"


def golden_path(dialect: Dialect) -> Path:
    return GOLDEN / f"hard-items.{dialect.value}.bib"


def golden_text(dialect: Dialect) -> str:
    """Return the bibliography of the hard items."""
    items = json.loads((GOLDEN / "hard-items.json").read_text(encoding="utf-8"))
    return bib_text(references(items, bib_rules()), Style(dialect), bib_rules())


@pytest.mark.parametrize("dialect", list(Dialect))
def test_hard_items_have_these_entries(dialect: Dialect, golden: GoldenFiles) -> None:
    golden.check(golden_path(dialect), golden_text(dialect))
