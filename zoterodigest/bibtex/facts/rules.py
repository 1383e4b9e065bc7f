"""How an item becomes an entry: the rules of `bibtex.toml`, the venues, and the style asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from zoterodigest import mapping
from zoterodigest.bibtex.tex.latex import Dialect
from zoterodigest.core.values.venue import VenueTable


@dataclass(frozen=True, slots=True)
class Layout:
    """An entry type: its fields in order, and for each need the facts that would meet it.

    A source is the name of a field and the facts it may be taken from, the first that is there.
    """

    entry_type: str
    sources: tuple[tuple[str, tuple[str, ...]], ...]
    needs: tuple[tuple[str, ...], ...]


class _StrictBibRules(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Formats(_StrictBibRules):
    """What an item type is called in each format."""

    bibtex: str
    biblatex: str
    csl: str


class Volumes(_StrictBibRules):
    """The volumes of annual proceedings, from the year `since` on; 0 for a year without."""

    since: int
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class BibRules:
    """All that decides what an entry looks like; compared by identity, so that it can be cached by.

    `facts` gives for a field of an item the fact it states and its rank among those that state it;
    `extra` for a line of its Extra, by the name before the colon in lower case, the fact it states;
    `roles` for a creator type the field it belongs to; `own_tags` the prefixes of the tags that are
    keywords without them, and of those that are none.
    """

    facts: Mapping[str, tuple[str, int]]
    extra: Mapping[str, str]
    types: Mapping[str, Formats]
    layouts: Mapping[tuple[Dialect, str], Layout]
    otherwise: Mapping[Dialect, str]
    roles: Mapping[str, str]
    pages: tuple[tuple[re.Pattern[str], str], ...]
    volumes: Mapping[str, Volumes]
    proper: frozenset[str]
    languages: Mapping[str, str]
    key_formula: str
    skipped: frozenset[str]
    venues: VenueTable
    task_prefix: str
    award_prefix: str
    category_prefix: str
    venue_prefix: str

    def formats(self, item_type: str) -> Formats:
        """Return what items of this type are in each format."""
        return self.types.get(item_type) or self.types["document"]

    def volume(self, venue: str, year: str) -> str:
        """Return the volume of a venue's proceedings in `year`; "" if unknown or without one."""
        known = self.volumes.get(venue)
        at = int(year) - known.since if known and year.isdecimal() else -1
        return str(known.numbers[at] or "") if known and 0 <= at < len(known.numbers) else ""

    def layout(self, dialect: Dialect, entry_type: str) -> Layout:
        """Return the layout of an entry type; of the general one for a type without."""
        found = self.layouts.get((dialect, entry_type))
        return found or self.layouts[dialect, self.otherwise[dialect]]


@cache
def bib_rules() -> BibRules:
    """Return the built-in rules."""
    return load_bib_rules(mapping.folder())


def load_bib_rules(folder: Path) -> BibRules:
    """Return the rules of the tables in `folder`; raises `BadMapping`."""
    tables = mapping.load(folder / "bibtex.toml", _Tables)
    tags = mapping.load(folder / "zotero.toml", _ZoteroTables).tags
    dialects = {Dialect.BIBTEX: tables.bibtex, Dialect.BIBLATEX: tables.biblatex}
    return BibRules(
        facts={
            name: (fact, rank)
            for fact, names in tables.facts.items()
            for rank, name in enumerate(names)
        },
        extra=tables.extra,
        types=tables.types,
        layouts={
            (dialect, entry_type): _layout(entry_type, each, table)
            for dialect, table in dialects.items()
            for entry_type, each in table.entries.items()
        },
        otherwise={dialect: table.otherwise for dialect, table in dialects.items()},
        roles={role: name for name, roles in tables.creators.items() for role in roles},
        pages=tuple((re.compile(page.pattern, re.I), page.venue) for page in tables.pages),
        volumes=tables.volumes,
        proper=frozenset(tables.titles.proper.split()),
        languages=tables.languages,
        key_formula=tables.keys.formula,
        skipped=frozenset(tables.keys.skipped.split()),
        venues=mapping.load_venues(folder / "venues.toml"),
        task_prefix=tags.task,
        award_prefix=tags.award,
        category_prefix=tags.categories,
        venue_prefix=tags.venue,
    )


class _EntryRules(_StrictBibRules):
    fields: str
    needs: str = ""
    lacks: str = ""


class _DialectRules(_StrictBibRules):
    head: str
    tail: str
    otherwise: str
    entries: dict[str, _EntryRules]


class _Page(_StrictBibRules):
    pattern: str
    venue: str


class _TitleRules(_StrictBibRules):
    proper: str


class _KeyRules(_StrictBibRules):
    formula: str
    skipped: str


class _Tables(_StrictBibRules):
    facts: dict[str, tuple[str, ...]]
    extra: dict[str, str]
    types: dict[str, Formats]
    bibtex: _DialectRules
    biblatex: _DialectRules
    pages: tuple[_Page, ...]
    volumes: dict[str, Volumes]
    creators: dict[str, tuple[str, ...]]
    titles: _TitleRules
    keys: _KeyRules
    languages: dict[str, str]


class _Prefixes(BaseModel):
    task: str
    award: str
    categories: str
    venue: str


class _ZoteroTables(BaseModel):
    tags: _Prefixes


def _layout(entry_type: str, entry: _EntryRules, dialect: _DialectRules) -> Layout:
    lacks = entry.lacks.split()
    names = (*dialect.head.split(), *entry.fields.split(), *dialect.tail.split())
    sources = dict(_source(name) for name in names if name not in lacks)
    needs = (
        tuple(fact for name in need.split("|") for fact in sources[name])
        for need in entry.needs.split()
    )
    return Layout(entry_type, tuple(sources.items()), tuple(needs))


def _source(text: str) -> tuple[str, tuple[str, ...]]:
    name, _, facts = text.partition("=")
    return name, tuple((facts or name).split("|"))


@dataclass(frozen=True, slots=True)
class Style:
    """What a bibliography is written in, and which optional fields its entries have."""

    dialect: Dialect = Dialect.BIBTEX
    short_venues: bool = False
    abstract: bool = False
    note: bool = False
    awards: bool = False
