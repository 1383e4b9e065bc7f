"""A wanted entry read back from its own text, and the fingerprints that remember an entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from zoterodigest.bibtex.edit.operations import CannotBeWritten
from zoterodigest.bibtex.edit.rewriting import TYPE
from zoterodigest.bibtex.export.entry import BibEntry
from zoterodigest.bibtex.export.manner import Manner
from zoterodigest.bibtex.read.reading import (
    BibRecord,
    Macros,
    read_record,
    standing_fields,
    text_of,
)
from zoterodigest.bibtex.tex.titles import folded_title
from zoterodigest.bibtex.tiles.scanner import scan
from zoterodigest.bibtex.tiles.tiles import Bibliography, EntryTile
from zoterodigest.core.links.link import fingerprint
from zoterodigest.core.links.view import Folding, canonical
from zoterodigest.core.values.venue import VenueTable

Prints = Mapping[str, str]
"""Fingerprints of what we wrote into an entry last, by field; `TYPE` names that of its type."""

NO_VENUES = VenueTable.of(())
"""A table for reading entries whose venues do not matter."""

_PLAIN = Manner()


@dataclass(frozen=True, slots=True)
class Asked:
    """A wanted entry, read back from its own text: as TeX, and fingerprinted."""

    entry: BibEntry
    alone: Bibliography
    prints: dict[str, str]
    macros: Macros

    def record(self) -> BibRecord:
        """Return what the entry tells of its work."""
        return read_record(self.alone, self.alone.entries[0], self.macros, NO_VENUES)

    def title(self) -> str:
        """Return the title as TeX."""
        title = standing_fields(self.alone, self.alone.entries[0]).get("title")
        return text_of(self.alone, title, self.macros) if title else ""


def asked_of(wanted: BibEntry, macros: Macros) -> Asked:
    """Read a wanted entry; raise `CannotBeWritten` if it would not come out as it is."""
    alone = scan(_PLAIN.entry(wanted).encode("utf-8", "surrogateescape"))
    if [_parts(alone, entry) for entry in alone.entries] != [(wanted.key, wanted.fields)]:
        raise CannotBeWritten("its values are none that a .bib can hold: braces do not match")
    return Asked(wanted, alone, prints_of(alone, alone.entries[0], macros), macros)


def says_the_same(name: str, wanted: BibRecord, standing: BibRecord) -> bool:
    """Tell whether the field `name` of a wanted entry says what the standing entry says.

    TeX does not count. A year may stand in a `date` then, and a part of a title in a `subtitle`.
    """
    field = _TELLS.get(name, "")
    if field in wanted.fields and field in standing.fields:
        return wanted.fields[field] == standing.fields[field]
    return name in wanted.others and wanted.others[name] == standing.others.get(name)


def says_alike(name: str, wanted: BibRecord, standing: BibRecord) -> bool:
    """Tell whether both entries say the same but for case, quotes and dashes."""
    field = _TELLS.get(name, "")
    if field not in wanted.fields or field not in standing.fields:
        return says_the_same(name, wanted, standing)
    values = (canonical(field, one.fields[field], _FOLDING) for one in (wanted, standing))
    return next(values) == next(values)


_FOLDING = Folding(title=folded_title)
_TELLS = {
    **{"title": "title", "subtitle": "title", "author": "authors", "year": "year"},
    **{"date": "date", "month": "date", "day": "date", "pages": "pages", "doi": "doi"},
    **{"url": "url", "booktitle": "venue", "journal": "venue", "journaltitle": "venue"},
}


def _parts(alone: Bibliography, entry: EntryTile) -> tuple[str, tuple[tuple[str, str], ...]]:
    fields = ((alone.text(each.name), alone.text(each.pieces[0].inner)) for each in entry.fields)
    return alone.key(entry), tuple(fields)


def prints_of(bibliography: Bibliography, entry: EntryTile, macros: Macros) -> dict[str, str]:
    """Return the fingerprints of an entry's type and of the values of its fields."""
    prints = {
        name: fingerprint(text_of(bibliography, each, macros))
        for name, each in standing_fields(bibliography, entry).items()
    }
    return {TYPE: fingerprint(bibliography.text(entry.type).lower()), **prints}
