"""Items as references: each a work with its citation key, written in any of the formats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from zoterodigest.bibtex.export.csljson import to_csl, write_csl
from zoterodigest.bibtex.export.entry import BibEntry, to_entry
from zoterodigest.bibtex.export.manner import write_bib
from zoterodigest.bibtex.facts.rules import BibRules
from zoterodigest.bibtex.facts.style import Style
from zoterodigest.bibtex.facts.work import Work
from zoterodigest.bibtex.keys.formula import parse_formula
from zoterodigest.bibtex.keys.keys import CitationKey, KeySource, citation_keys, is_provisional
from zoterodigest.library.item_json import Data, ItemJson
from zoterodigest.library.records.works import read_work


@dataclass(frozen=True, slots=True)
class Reference:
    """One item as it is cited."""

    work: Work
    key: CitationKey

    @property
    def is_lasting(self) -> bool:
        """Whether it is a key that the item lacks and that nothing is going to change."""
        is_missing = self.key.source in (KeySource.FIXED, KeySource.NEW)
        return is_missing and not self.key.stated and not is_provisional(self.work)


def references(
    items: Iterable[Data],
    rules: BibRules,
    *,
    formula: str = "",
    fixed: Mapping[str, str] = {},
    taken: Set[str] = frozenset(),
) -> tuple[Reference, ...]:
    """Return the regular items among `items` (Zotero API `data` objects) as references, in order.

    `fixed` holds the citation keys given earlier, by item key, and no new one is among `taken`;
    without a `formula` the rules' own makes new ones. Raises `BadFormula`.
    """
    works = [read_work(data, rules) for data in items if not ItemJson(data).is_part]
    keys = citation_keys(
        works, parse_formula(formula or rules.key_formula), rules, fixed=fixed, taken=taken
    )
    return tuple(map(Reference, works, keys))


def by_key(references: Sequence[Reference]) -> tuple[Reference, ...]:
    """Return references in the order of their citation keys."""
    return tuple(sorted(references, key=lambda each: (each.key.text.lower(), each.key.text)))


def to_entries(
    references: Iterable[Reference], style: Style, rules: BibRules
) -> tuple[BibEntry, ...]:
    """Return references as bib entries."""
    return tuple(to_entry(each.work, each.key.text, style, rules) for each in references)


def bib_text(references: Iterable[Reference], style: Style, rules: BibRules) -> str:
    """Return references as the text of a .bib."""
    return write_bib(to_entry(each.work, each.key.text, style, rules) for each in references)


def csl_text(references: Iterable[Reference], style: Style, rules: BibRules) -> str:
    """Return references as CSL JSON."""
    return write_csl(to_csl(each.work, each.key.text, style, rules) for each in references)
