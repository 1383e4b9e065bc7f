"""A .bib as a side of a sync: its entries as the core sees them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from zoterodigest.bibtex.edit.operations import TYPE, CannotBeWritten
from zoterodigest.bibtex.export.bib_style import BibStyle
from zoterodigest.bibtex.export.entry import BibEntry
from zoterodigest.bibtex.reading import (
    ARXIV,
    BibRecord,
    Macros,
    StandingEntry,
    bib_fields_of,
    standing_entries,
)
from zoterodigest.bibtex.tex.titles import folded_title
from zoterodigest.bibtex.tiles.scanner import scan
from zoterodigest.bibtex.tiles.tiles import Bibliography, EntryTile
from zoterodigest.core.links.link import fingerprint
from zoterodigest.core.links.view import Folding, canonical
from zoterodigest.core.values.file_keys import BibKey
from zoterodigest.core.values.record import Entry, EntryLines
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.frozen import dataclass

FIELDS = ("title", "authors", "venue", "year", "pages", "doi")
"""The fields of a bib entry whose edits travel."""


@dataclass(frozen=True, slots=True)
class BibDocument:
    """A .bib as read: the entries that take part in a sync, in the order of the file.

    An entry without a citation key takes no part, nor does the second of two with one key: no
    document can cite it. Nothing but `FIELDS` travels.
    """

    name: str
    bibliography: Bibliography
    standing: tuple[StandingEntry, ...]
    entries: tuple[BibRecord, ...]

    @property
    def source(self) -> bytes:
        """The bytes as read."""
        return self.bibliography.source

    def core_entries(self, written: Mapping[str, Prints] = {}) -> tuple[Entry, ...]:
        """Return the entries as the core sees them.

        `written` holds, by citation key, the prints of what an export wrote into an entry of ours.
        """
        return tuple(
            self._core_entry(one.tile, record, _untouched(written.get(record.key, {}), one))
            for one, record in zip(self.standing, self.entries, strict=True)
        )

    def unread_texts(self) -> Iterator[str]:
        """Yield the text of every region that cannot be read, to find what still stands there."""
        for tile in self.bibliography.broken:
            yield self.source[tile.span.start : tile.span.end].decode("utf-8", "replace")

    def _core_entry(self, tile: EntryTile, record: BibRecord, ours: frozenset[str]) -> Entry:
        end = self.bibliography.place(max(tile.span.start, tile.span.end - 1)).line
        fields = {name: value for name, value in record.fields.items() if name in FIELDS}
        raws = {name: raw for name, raw in record.raws.items() if name in FIELDS}
        # A venue that is added later is then an edit, and goes to the library.
        if _is_on_arxiv_only(record):
            fields["venue"], raws["venue"] = ARXIV, ""
            ours |= {"venue"}
        return Entry(
            digest=BibKey(self.name),
            fields=fields,
            raws=raws,
            identifiers=record.identifiers,
            place=EntryLines(record.line, end),
            unreadable=record.untold & frozenset(FIELDS),
            places=frozenset(FIELDS),
            ours=ours & fields.keys(),
            key=record.key,
        )


_NO_PLACE = frozenset({"misc", "online", "unpublished", "article"})
"""The types of entries that may have appeared nowhere but on arXiv."""


def _is_on_arxiv_only(record: BibRecord) -> bool:
    """Tell whether an entry has an arXiv id and no venue: it will be an edit if it gets one."""
    is_told = "venue" in record.fields or "venue" in record.untold
    return "arxiv" in record.fields and not is_told and record.type in _NO_PLACE


def _untouched(written: Prints, entry: StandingEntry) -> frozenset[str]:
    """Return the fields that hold what was written there."""
    if not written:
        return frozenset()
    now = prints_of(entry)
    differing = {name for name in {*now, *written} if now.get(name) != written.get(name)}
    return frozenset(name for name in FIELDS if differing.isdisjoint(bib_fields_of(name)))


def read_bib(name: str, source: bytes, venues: VenueTable) -> BibDocument:
    """Read the .bib `source`, known as `name` to the lock file; nothing in it is refused."""
    bibliography = scan(source)
    by_key: dict[str, StandingEntry] = {}
    for entry in standing_entries(bibliography):
        if entry.key:
            by_key.setdefault(entry.key, entry)
    standing = tuple(by_key.values())
    records = tuple(entry.record(venues) for entry in standing)
    return BibDocument(name, bibliography, standing, records)


Prints = Mapping[str, str]
"""Fingerprints of what we wrote into an entry last, by field; `TYPE` names that of its type."""

NO_VENUES = VenueTable.of(())
"""A table for reading entries whose venues do not matter."""

_PLAIN = BibStyle()


@dataclass(frozen=True, slots=True)
class Asked:
    """A wanted entry, read back from its own text."""

    entry: BibEntry
    standing: StandingEntry

    @property
    def prints(self) -> Prints:
        """The prints of what is wanted."""
        return prints_of(self.standing)

    def record(self) -> BibRecord:
        """Return what the entry tells of its work."""
        return self.standing.record(NO_VENUES)


def asked_of(wanted: BibEntry, macros: Macros, standing: StandingEntry | None = None) -> Asked:
    """Read a wanted entry; raise `CannotBeWritten` if it would not come out as it is.

    If the entry `standing` in the file is it to the letter, that one is what is read.
    """
    text = _PLAIN.entry(wanted).encode("utf-8", "surrogateescape")
    # To read unchanged entries again took two fifths of an export that changes nothing.
    if standing is None or standing.source != text:
        # Read back before it gets near the file: unmatched braces would take in the entries behind.
        alone = scan(text)
        if len(alone.entries) != 1:
            raise CannotBeWritten(_NO_MATCH)
        standing = StandingEntry(alone, alone.entries[0], macros)
    if _parts(standing.bibliography, standing.tile) != (wanted.key, wanted.fields):
        raise CannotBeWritten(_NO_MATCH)
    return Asked(wanted, standing)


_NO_MATCH = "a .bib cannot hold its values: braces do not match"


def same_bib_value(name: str, wanted: BibRecord, standing: BibRecord) -> bool:
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
        return same_bib_value(name, wanted, standing)
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


def prints_of(entry: StandingEntry) -> Prints:
    """Return the fingerprints of an entry's type and of the values of its fields."""
    prints = {name: fingerprint(text) for name, text in entry.texts.items()}
    return {TYPE: fingerprint(entry.type), **prints}


def standing_prints(source: bytes) -> dict[str, Prints]:
    """Return the prints of all entries of a .bib, by citation key: of two with one the first."""
    return {entry.key: prints_of(entry) for entry in reversed(standing_entries(scan(source)))}
