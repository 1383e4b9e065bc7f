"""Entries of a .bib read as records: macros expanded, LaTeX decoded, names split."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from zoterodigest.bibtex.tex.latex import decode
from zoterodigest.bibtex.tex.markup import on_one_line
from zoterodigest.bibtex.tex.names import read_names
from zoterodigest.bibtex.tiles.tiles import (
    BibField,
    Bibliography,
    Delimiter,
    EntryTile,
    MacroTile,
    ValuePiece,
)
from zoterodigest.core.links.view import canonical_pages
from zoterodigest.core.values.dates import parse_date
from zoterodigest.core.values.identity import (
    Identifier,
    arxiv_in_text,
    doi_as_written,
    identifier_of,
)
from zoterodigest.core.values.record import EMPTY, Fields, Value, is_empty
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

Macros = Mapping[str, str]
"""What the macros of a .bib stand for, by their names in lower case."""

TexFields = Mapping[str, str]
"""The fields of one entry as TeX, by their names in lower case."""


@dataclass(frozen=True, slots=True)
class BibRecord:
    """What an entry of a .bib tells of its work.

    `fields` are those of core records that stand in the entry, EMPTY where one stands and holds
    nothing; `raws` the text of their values as it stands. `others` are its other fields as plain
    text, by their names in lower case. Names in `unreadable` are in none of them: their bytes are
    no UTF-8. What they would tell is not in `fields` either: those names are in `untold`.
    """

    key: str
    type: str
    line: int
    fields: Fields
    raws: Mapping[str, str]
    others: Mapping[str, str]
    identifiers: frozenset[Identifier]
    unreadable: frozenset[str] = frozenset()
    untold: frozenset[str] = frozenset()


# Nothing is cached: the garbage collector would walk it all (5,000 entries: 8 % of their reading).
@dataclass(frozen=True, slots=True)
class StandingEntry:
    """An entry as it stands in a .bib, whose macros are `macros`."""

    bibliography: Bibliography
    tile: EntryTile
    macros: Macros

    @property
    def source(self) -> bytes:
        """Its bytes."""
        return self.bibliography.source[self.tile.span.start : self.tile.span.end]

    @property
    def key(self) -> str:
        """Its citation key, perhaps empty."""
        return self.bibliography.key(self.tile)

    @property
    def type(self) -> str:
        """Its type in lower case."""
        return self.bibliography.text(self.tile.type).lower()

    @property
    def fields(self) -> Mapping[str, BibField]:
        """Its fields by their names in lower case; of two with one name the first."""
        name = self.bibliography.name
        fields = {name(each): each for each in self.tile.fields}
        if len(fields) < len(self.tile.fields):
            # Of two with one name the last was taken; the order is that of the first.
            fields.update({name(each): each for each in reversed(self.tile.fields)})
        return fields

    @property
    def texts(self) -> TexFields:
        """The values of its fields as TeX: blanks and line ends are one blank."""
        return self._as_tex(self.fields)

    def _as_tex(self, fields: Mapping[str, BibField]) -> TexFields:
        bibliography, macros = self.bibliography, self.macros
        return {name: _text_of(bibliography, each, macros) for name, each in fields.items()}

    def record(self, venues: VenueTable) -> BibRecord:
        """Return what the entry tells of its work."""
        standing = self.fields
        readable = texts = self._as_tex(standing)
        unreadable = frozenset([name for name, tex in texts.items() if not _is_text(tex)])
        untold: frozenset[str] = frozenset()
        if unreadable:
            readable = {name: tex for name, tex in texts.items() if name not in unreadable}
            homes = ((name, homes) for name, (homes, _) in _READERS.items())
            untold = frozenset([name for name, its in homes if unreadable.intersection(its)])
        identifiers = tuple(_identifiers(readable))
        fields = _told(readable, untold, venues)
        if arxiv := next((one.value for one in identifiers if one.scheme == "arxiv"), None):
            fields["arxiv"] = arxiv
        value = self.bibliography.value
        return BibRecord(
            key=self.key,
            type=self.type,
            line=self.bibliography.line(self.tile.span.start),
            fields=fields,
            raws={
                name: "\n".join(
                    [value(standing[it]) for it in bib_fields_of(name) if it in readable]
                )
                for name in fields
            },
            others={
                name: _verbatim(tex) if name in _VERBATIM else decode(tex)
                for name, tex in readable.items()
                if name not in _TAKEN
            },
            identifiers=frozenset(identifiers),
            unreadable=unreadable,
            untold=untold,
        )


def _is_text(tex: str) -> bool:
    """Tell whether all bytes of a value are UTF-8: others are lone surrogates here."""
    return tex.isascii() or _NO_TEXT.search(tex) is None


def _told(texts: TexFields, untold: frozenset[str], venues: VenueTable) -> dict[str, Value]:
    """Return the fields of a record that an entry tells, but for those in `untold`."""
    told: dict[str, Value] = {}
    for name, (homes, read) in _READERS.items():
        if not texts.keys().isdisjoint(homes) and name not in untold:
            value = read(texts, venues)
            if value is not None:
                told[name] = EMPTY if is_empty(value) else value
    return told


def standing_entries(bibliography: Bibliography) -> tuple[StandingEntry, ...]:
    """Return all entries of a .bib, in its order."""
    macros = macros_of(bibliography)
    return tuple(StandingEntry(bibliography, tile, macros) for tile in bibliography.entries)


def read_records(bibliography: Bibliography, venues: VenueTable) -> tuple[BibRecord, ...]:
    """Read all entries of a .bib, in its order."""
    return tuple(entry.record(venues) for entry in standing_entries(bibliography))


def bib_fields_of(name: str) -> Sequence[str]:
    """Return the fields of an entry, in lower case, that tell the field `name` of a record."""
    return _ARXIV_HOMES if name == "arxiv" else _READERS[name][0]


def macros_of(bibliography: Bibliography) -> Macros:
    """Return the macros a .bib defines, and those for the months that every style has."""
    # In the order of the file: a macro may use those defined before it.
    macros = dict(_MONTHS)
    for tile in bibliography.tiles:
        if isinstance(tile, MacroTile):
            for each in tile.fields:
                name = bibliography.text(each.name).lower()
                macros[name] = _text_of(bibliography, each, macros)
    return macros


def _text_of(bibliography: Bibliography, standing: BibField, macros: Macros) -> str:
    """Return a value as TeX: pieces joined, macros expanded, blanks and line ends one blank.

    A macro without a definition stands for its own name.
    """
    if standing.delimiter is None:
        text = "".join([_piece_text(bibliography, piece, macros) for piece in standing.several])
    else:
        text = bibliography.value(standing)
        is_bare = standing.delimiter is Delimiter.BARE
        text = macros.get(text.lower(), text) if is_bare else text[1:-1]
    return on_one_line(text)


def _piece_text(bibliography: Bibliography, piece: ValuePiece, macros: Macros) -> str:
    text = bibliography.text(piece.inner)
    return macros.get(text.lower(), text) if piece.delimiter is Delimiter.BARE else text


_MONTHS = {
    name[:3].lower(): name
    for name in (
        *("January", "February", "March", "April", "May", "June", "July", "August"),
        *("September", "October", "November", "December"),
    )
}
ARXIV = "arXiv"
"""The venue of what appeared nowhere else, as the library calls it."""

_NO_TEXT = lazy_regex("[\udc80-\udcff]")
# biblatex reads these fields verbatim; in them % and _ are no TeX.
_VERBATIM = frozenset({"url", "doi", "eprint", "file", "pdf", "ee", "urls"})
_PREPRINT = lazy_regex(r"arxiv\b|corr\b", re.IGNORECASE)
_ESCAPED = lazy_regex(r"\{?\\([&%$#_~{}])(?:\{\})?\}?|\{?\\textasciitilde(?:\{\})?\s?\}?")
_URL = lazy_regex(r"\\url\s?\{(.{0,3000})\}")
_YEAR = lazy_regex(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")


def _verbatim(text: str) -> str:
    """Return an address or identifier without the TeX that people put round it."""
    if found := _URL.fullmatch(text):
        text = found[1]
    return _ESCAPED.sub(lambda found: found[1] or "~", text) if "\\" in text else text


def _title(texts: TexFields, _: VenueTable) -> Value:
    title = decode(texts.get("title", ""))
    subtitle = decode(texts.get("subtitle", ""))
    return f"{title}: {subtitle}" if title and subtitle else title or subtitle


def _venue(texts: TexFields, venues: VenueTable) -> Value | None:
    name = decode(next(texts[home] for home in VENUES if home in texts))
    if not name or _PREPRINT.match(name):
        return ARXIV if name else ""
    return venues.named(name)


def _year(texts: TexFields, _: VenueTable) -> Value | None:
    text = texts.get("year") or texts.get("date", "")
    found = _YEAR.search(text)
    return found[0] if found else (None if text else "")


def _date(texts: TexFields, _: VenueTable) -> Value | None:
    if date := texts.get("date"):
        return parse_date(date.partition("/")[0])
    return _date_of(texts.get("year", ""), texts.get("month", ""), texts.get("day", ""))


@lru_cache(maxsize=4096)
def _date_of(year: str, month: str, day: str) -> str | None:
    words = [word for word in re.split(r"[\s.,~]+", decode(month)) if word]
    if not words:
        return None
    number = _MONTH_NUMBERS.get(words[0][:3].lower(), words[0].zfill(2))
    day = day or next((word for word in words[1:] if word.isdecimal()), "")
    parts = (year, number, day.zfill(2) if day else "")
    return parse_date("-".join(part for part in parts if part))


_MONTH_NUMBERS = {name: f"{number:02}" for number, name in enumerate(_MONTHS, 1)}


def _doi(texts: TexFields, _: VenueTable) -> Value | None:
    text = _verbatim(texts["doi"])
    identifier = identifier_of(text)
    if identifier is None or identifier.scheme != "doi":
        return None if identifier and identifier.scheme == "arxiv" else text
    return doi_as_written(identifier.value, text)


def _url(texts: TexFields, _: VenueTable) -> Value | None:
    text = _verbatim(texts["url"])
    identifier = identifier_of(text)
    return None if identifier and identifier.scheme == "arxiv" else text


def _identifiers(texts: TexFields) -> Iterator[Identifier]:
    """Yield the identifiers in an entry, the surest first."""
    # An `eprint` may be of HAL or PubMed; without a name of the archive it is arXiv's.
    eprint = _verbatim(texts.get("eprint", ""))
    archive = texts.get("archiveprefix") or texts.get("eprinttype") or "arxiv"
    candidates = [f"arXiv:{eprint}"] if eprint and archive.lower() == "arxiv" else []
    candidates += [_verbatim(texts[name]) for name in ("doi", "url", "ee") if name in texts]
    for name in ("journal", "journaltitle", "booktitle", "note", "howpublished"):
        if "arxiv" in (text := texts.get(name, "")).lower():
            candidates += [f"arXiv:{number}" for number in arxiv_in_text(text)]
    yield from (found for text in candidates if (found := identifier_of(text)))


VENUES = ("booktitle", "journaltitle", "journal", "maintitle")
"""The fields that name a venue; of several the first is read."""

_READERS: Mapping[str, tuple[Sequence[str], Callable[[TexFields, VenueTable], Value | None]]] = {
    "title": (("title", "subtitle"), _title),
    "authors": (("author",), lambda texts, _: read_names(texts["author"])),
    "venue": (VENUES, _venue),
    "year": (("year", "date"), _year),
    "date": (("date", "year", "month", "day"), _date),
    "pages": (("pages",), lambda texts, _: canonical_pages(decode(texts["pages"]))),
    "doi": (("doi",), _doi),
    "url": (("url",), _url),
}
_ARXIV_HOMES = ("eprint", "doi", "url", "ee", "journal", "booktitle", "note", "howpublished")
_TAKEN = frozenset(home for homes, _ in _READERS.values() for home in homes)
