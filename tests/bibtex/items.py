"""Items for the tests of the bibliography: what a test is about is given, the rest is sensible."""

from __future__ import annotations

from typing import Any

from zoterodigest.bibtex.export.entry import BibEntry, to_entry
from zoterodigest.bibtex.facts.rules import Style, bib_rules
from zoterodigest.bibtex.keys import CitationKey, citation_keys, parse_formula
from zoterodigest.bibtex.tex.latex import Dialect
from zoterodigest.library.records.works import read_work

BIBTEX, BIBLATEX = Style(Dialect.BIBTEX), Style(Dialect.BIBLATEX)


def an_item(item_type: str = "journalArticle", **data: Any) -> dict[str, Any]:
    """Return the data of an item by Ada Byron, of 2024."""
    author = {"creatorType": "author", "firstName": "Ada", "lastName": "Byron"}
    return {"itemType": item_type, "title": "A Title", "creators": [author], "date": "2024"} | data


def a_paper(**data: Any) -> dict[str, Any]:
    """Return the data of a conference paper."""
    return an_item("conferencePaper", **data)


def a_person(last: str, first: str = "", role: str = "author") -> dict[str, str]:
    """Return a creator in two parts; without a first name one in a single field."""
    if not first:
        return {"creatorType": role, "name": last}
    return {"creatorType": role, "lastName": last, "firstName": first}


def entry_of(data: dict[str, Any], style: Style = BIBTEX) -> BibEntry:
    """Return the entry of an item, its key `key`."""
    rules = bib_rules()
    return to_entry(read_work(data, rules), "key", style, rules)


def fields_of(data: dict[str, Any], style: Style = BIBTEX) -> dict[str, str]:
    """Return the fields of an item's entry."""
    return dict(entry_of(data, style).fields)


def keys_of(
    *items: dict[str, Any], formula: str = "", fixed: dict[str, str] | None = None
) -> list[CitationKey]:
    """Return the citation keys of items."""
    rules = bib_rules()
    works = [read_work(data, rules) for data in items]
    parsed = parse_formula(formula or rules.key_formula)
    return list(citation_keys(works, parsed, rules, fixed=fixed or {}))


def key_of(formula: str = "", **data: Any) -> str:
    """Return the citation key of one item."""
    return keys_of(an_item(**data), formula=formula)[0].text
