"""A work as an entry of a .bib: its type, and its fields with values right for the dialect."""

from __future__ import annotations

from collections.abc import Mapping

from zoterodigest.bibtex.export.values import (
    Values,
    encoded_values,
    is_master_thesis,
    publication_of,
)
from zoterodigest.bibtex.facts.rules import BibRules, Layout, Style
from zoterodigest.bibtex.facts.work import ItemFacts
from zoterodigest.bibtex.tex.latex import Dialect, encode
from zoterodigest.frozen import dataclass


@dataclass(frozen=True, slots=True)
class BibEntry:
    """One bib entry: fields in order, each value as it stands between the braces.

    `unsettable` are the characters in it that pdflatex has not.
    """

    entry_type: str
    key: str
    fields: tuple[tuple[str, str], ...]
    unsettable: str = ""


def to_entry(work: ItemFacts, key: str, style: Style, rules: BibRules) -> BibEntry:
    """Return `work` as an entry with the citation key `key`.

    An entry that lacks what its type needs is of the general type instead; one without authors is
    not. An arXiv paper without authors is @misc in BibTeX, with a `key` to sort by.
    """
    values = encoded_values(work, style, rules)
    layout = _layout(work, values, style.dialect, rules)
    if layout.entry_type == rules.dialect(style.dialect).otherwise:
        values = values | _general_values(work, values, style)
    fields = _fields(layout, values)
    return BibEntry(layout.entry_type, key, fields, _unsettable(fields, style.dialect))


def _fields(layout: Layout, values: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    fields, get = [], values.get
    for name, facts in layout.sources:
        value = get(facts[0])
        if not value and len(facts) > 1:
            value = next(filter(None, map(get, facts)), "")
        if value:
            fields.append((name, value))
    return tuple(fields)


def _layout(
    work: ItemFacts, values: Mapping[str, str], dialect: Dialect, rules: BibRules
) -> Layout:
    formats, table = rules.formats(work.item_type), rules.dialect(dialect)
    entry_type = formats.bibtex if dialect is Dialect.BIBTEX else formats.biblatex
    has_author, has_editor = bool(values.get("author")), bool(values.get("editor"))
    if dialect is Dialect.BIBTEX:
        if work.item_type == "preprint" and not has_author:
            entry_type = table.otherwise
        elif entry_type == "phdthesis" and is_master_thesis(work):
            entry_type = "mastersthesis"
    elif entry_type == "book" and has_editor and not has_author:
        entry_type = "collection"
    elif entry_type == "incollection" and not has_editor:
        entry_type = "inbook"
    # Styles warn about an entry without what its type needs, and print gaps.
    layout = table.layout(entry_type)
    for facts in layout.needs:
        if not any(map(values.get, facts)):
            return table.layout(table.otherwise)
    return layout


def _general_values(work: ItemFacts, values: Mapping[str, str], style: Style) -> Values:
    """Return what an entry of the general type says in place of what it has no fields for."""
    if not (work.arxiv and work.item_type == "preprint"):
        publication = values.get("container") or encode(publication_of(work), style.dialect)
        return {"howpublished": publication}
    if style.dialect is Dialect.BIBLATEX:
        return {}
    notes = (f"arXiv:{work.arxiv}", values.get("note", ""))
    return {"note": ". ".join(filter(None, notes))}


def _unsettable(fields: tuple[tuple[str, str], ...], dialect: Dialect) -> str:
    if dialect is Dialect.BIBLATEX:
        return ""
    loose = "".join([value for _, value in fields if not value.isascii()])
    return "".join(dict.fromkeys([char for char in loose if not char.isascii()]))
