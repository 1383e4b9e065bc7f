"""How an item becomes an entry: the rules of `bibtex.toml`, the venues, and the style asked for."""

from __future__ import annotations

import re
from functools import cache, cached_property
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, InstanceOf

from zoterodigest import mapping
from zoterodigest.bibtex.tex.latex import Dialect
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.frozen import dataclass


class _StrictRules(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Layout:
    """An entry type: its fields in order, and for each need the facts that would meet it.

    A source is the name of a field and the facts it may be taken from, the first that is there.
    """

    entry_type: str
    sources: tuple[tuple[str, tuple[str, ...]], ...]
    needs: tuple[tuple[str, ...], ...]


class _EntryRules(_StrictRules):
    fields: str
    needs: str = ""
    lacks: str = ""


class DialectRules(_StrictRules):
    """The entry types of a dialect; `otherwise` is the general one."""

    head: str
    tail: str
    otherwise: str
    entries: dict[str, _EntryRules]

    def layout(self, entry_type: str) -> Layout:
        """Return the layout of an entry type; of the general one for a type without."""
        return self._layouts.get(entry_type) or self._layouts[self.otherwise]

    @cached_property
    def _layouts(self) -> dict[str, Layout]:
        return {name: self._layout(name, entry) for name, entry in self.entries.items()}

    def _layout(self, entry_type: str, entry: _EntryRules) -> Layout:
        names = f"{self.head} {entry.fields} {self.tail}".split()
        sources = dict(map(_source, names))
        for name in entry.lacks.split():
            del sources[name]
        needs = (
            tuple(fact for name in need.split("|") for fact in sources[name])
            for need in entry.needs.split()
        )
        return Layout(entry_type, tuple(sources.items()), tuple(needs))


def _source(text: str) -> tuple[str, tuple[str, ...]]:
    name, _, facts = text.partition("=")
    return name, tuple((facts or name).split("|"))


class Formats(_StrictRules):
    """What an item type is called in each format."""

    bibtex: str
    biblatex: str
    csl: str


class CslNames(_StrictRules):
    """What CSL calls facts, and by the type of a work its number."""

    fields: dict[str, str]
    numbers: dict[str, str]


class Volumes(_StrictRules):
    """The volumes of annual proceedings, from the year `since` on; 0 for a year without."""

    since: int
    numbers: tuple[int, ...]


class _Page(_StrictRules):
    pattern: re.Pattern[str]
    venue: str


def _ranked(table: dict[str, list[str]]) -> dict[str, tuple[str, int]]:
    return {name: (one, rank) for one, names in table.items() for rank, name in enumerate(names)}


Ranked = Annotated[dict[str, tuple[str, int]], BeforeValidator(_ranked)]
"""For each name of a table's lists what it is listed under, and its place in that list."""

Words = Annotated[frozenset[str], BeforeValidator(str.split)]


class BibRules(_StrictRules):
    """All that decides what an entry looks like.

    `facts` gives for a field of an item the fact it states and its rank among those that state it;
    `extra` for a line of its Extra, by the name before the colon in lower case, the fact it states;
    `creators` for a creator type the field it belongs to, `months` for a foreign name of a month
    the English one.
    """

    facts: Ranked
    extra: dict[str, str]
    csl: CslNames
    months: Ranked
    types: dict[str, Formats]
    bibtex: DialectRules
    biblatex: DialectRules
    pages: tuple[_Page, ...]
    volumes: dict[str, Volumes]
    creators: Ranked
    proper: Words
    languages: dict[str, str]
    key_formula: str
    skipped: Words
    venues: InstanceOf[VenueTable]

    # Rules are a part of the keys of caches: compared by identity, which takes no time.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def formats(self, item_type: str) -> Formats:
        """Return what items of this type are in each format."""
        return self.types.get(item_type) or self.types["document"]

    def volume(self, venue: str, year: str) -> str:
        """Return the volume of a venue's proceedings in `year`; "" if unknown or without one."""
        known = self.volumes.get(venue)
        at = int(year) - known.since if known and year.isdecimal() else -1
        return str(known.numbers[at] or "") if known and 0 <= at < len(known.numbers) else ""

    def dialect(self, dialect: Dialect) -> DialectRules:
        """Return the entry types of a dialect."""
        return self.bibtex if dialect is Dialect.BIBTEX else self.biblatex


@cache
def bib_rules() -> BibRules:
    """Return the built-in rules."""
    path = mapping.folder() / "bibtex.toml"
    tables = mapping.shipped_tables(path) | {"venues": mapping.venue_table()}
    return mapping.validate(path, tables, BibRules)


@dataclass(frozen=True, slots=True)
class Style:
    """What a bibliography is written in, and which optional fields its entries have."""

    dialect: Dialect = Dialect.BIBTEX
    short_venues: bool = False
    abstract: bool = False
    note: bool = False
    awards: bool = False
