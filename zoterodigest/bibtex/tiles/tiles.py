"""What a .bib is made of, byte for byte: tiles that stand side by side and make up the file."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from zoterodigest.core.values.span import Span
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex


class Delimiter(Enum):
    """How one piece of a value is set off: `{…}`, `"…"`, or not at all (a number or a macro)."""

    BRACES = "{}"
    QUOTES = '""'
    BARE = ""


@dataclass(frozen=True, slots=True)
class ValuePiece:
    """One piece of a value; `span` holds its delimiters. Pieces are joined by `#`."""

    span: Span
    delimiter: Delimiter

    @property
    def inner(self) -> Span:
        """Where its text stands, without the delimiters."""
        if self.delimiter is Delimiter.BARE:
            return self.span
        return Span(self.span.start + 1, self.span.end - 1)


# One tuple of offsets, not four objects: a large .bib has very many fields (scanning: 264 -> 144 ms
# for 5,000 entries).
class BibField(NamedTuple):
    """A field of an entry, or a macro's definition: `name = piece # piece`.

    `delimiter` is that of a value in one piece; one in several is None, and `several` holds them.
    """

    name_start: int
    name_end: int
    value_start: int
    value_end: int
    delimiter: Delimiter | None
    several: tuple[ValuePiece, ...] = ()

    @property
    def name(self) -> Span:
        """Where its name stands."""
        return Span(self.name_start, self.name_end)

    @property
    def value(self) -> Span:
        """From the first delimiter of the value to its last."""
        return Span(self.value_start, self.value_end)

    @property
    def pieces(self) -> tuple[ValuePiece, ...]:
        """The pieces of its value, which are joined by `#`."""
        return self.several or (ValuePiece(self.value, self.delimiter or Delimiter.BRACES),)


@dataclass(frozen=True, slots=True)
class EntryTile:
    """`@type{key, name = value, …}`, from its `@` to the brace (or parenthesis) that closes it."""

    span: Span
    type: Span
    key: Span
    fields: tuple[BibField, ...]


@dataclass(frozen=True, slots=True)
class MacroTile:
    """`@string{name = value}`."""

    span: Span
    fields: tuple[BibField, ...]


@dataclass(frozen=True, slots=True)
class PreambleTile:
    """`@preamble{value}`."""

    span: Span
    pieces: tuple[ValuePiece, ...]


@dataclass(frozen=True, slots=True)
class CommentTile:
    """What stands between entries: text, blank lines, `% …`, `@comment{…}`."""

    span: Span


@dataclass(frozen=True, slots=True)
class BrokenTile:
    """A block that begins like an entry and cannot be read; it ends where the next may begin.

    `at` is the byte where reading failed, `reason` a phrase that says why.
    """

    span: Span
    at: int
    reason: str


Tile = EntryTile | MacroTile | PreambleTile | CommentTile | BrokenTile


@dataclass(frozen=True, slots=True, order=True)
class BibPlace:
    """A 1-based line and column (in characters) of a .bib."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class BibProblem:
    """Something in a .bib that a program will not read as it was meant."""

    place: BibPlace
    reason: str


COMMENT_INSIDE = "a comment inside an entry: biber reads over it, BibTeX skips what follows in it"


# Without slots: its cached properties need a `__dict__`.
@dataclass(frozen=True)
class Bibliography:
    """A .bib as it stands: `tiles` side by side are `source`."""

    source: bytes
    tiles: tuple[Tile, ...]

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(found.end() for found in _LINE_END.finditer(self.source))]

    @cached_property
    def entries(self) -> tuple[EntryTile, ...]:
        """The entries that can be read, in the order of the file."""
        return tuple(tile for tile in self.tiles if isinstance(tile, EntryTile))

    @cached_property
    def broken(self) -> tuple[BrokenTile, ...]:
        """The regions that cannot be read."""
        return tuple(tile for tile in self.tiles if isinstance(tile, BrokenTile))

    def text(self, span: Span) -> str:
        """Return the text under `span`, as UTF-8; other bytes become lone surrogates (PEP 383)."""
        return self.source[span.start : span.end].decode("utf-8", "surrogateescape")

    def name(self, field: BibField) -> str:
        """Return a field's name in lower case."""
        name = self.source[field.name_start : field.name_end]
        return name.decode("utf-8", "surrogateescape").lower()

    def value(self, field: BibField) -> str:
        """Return a field's value as it stands, with its delimiters."""
        value = self.source[field.value_start : field.value_end]
        return value.decode("utf-8", "surrogateescape")

    def key(self, entry: EntryTile) -> str:
        """Return an entry's citation key as it stands, perhaps empty."""
        return self.text(entry.key)

    def line(self, at: int) -> int:
        """Return the line of the byte `at`, the first being 1."""
        return bisect_right(self._line_starts, at)

    def place(self, at: int) -> BibPlace:
        """Return the line and column of the byte `at`."""
        line = self.line(at)
        start = self._line_starts[line - 1]
        column = len(self.source[start:at].decode("utf-8", "replace").removeprefix("\ufeff"))
        return BibPlace(line, column + 1)

    def doubled(self) -> Iterator[tuple[EntryTile, ...]]:
        """Yield the entries that share a key, ignoring case as BibTeX does: it reads only one."""
        by_key: dict[str, list[EntryTile]] = defaultdict(list)
        for entry in self.entries:
            if key := self.key(entry):
                by_key[key.casefold()].append(entry)
        yield from (tuple(same) for same in by_key.values() if len(same) > 1)

    def comments_inside(self) -> Iterator[BibPlace]:
        """Yield where the first comment inside each entry, macro or preamble stands, if any does.

        biber reads over it; BibTeX reads no further there.
        """
        for tile in self.tiles:
            if not isinstance(tile, CommentTile | BrokenTile):
                cursor, end = tile.span.start, tile.span.end
                # Most blocks have no such sign: their texts are not walked through.
                has_sign = self.source.find(b"%", cursor, end) >= 0
                for span in (*_texts(tile), Span(end, end)) if has_sign else ():
                    if (at := self.source.find(b"%", cursor, span.start)) >= 0:
                        yield self.place(at)
                        break
                    cursor = span.end

    def behind_comments(self) -> Iterator[tuple[str, BibPlace]]:
        """Yield the key and place of each entry behind a `%` or in an `@comment`.

        They are comments for biber. BibTeX knows no comment outside entries: it reads them.
        """
        for span in (tile.span for tile in self.tiles if isinstance(tile, CommentTile)):
            for found in _ENTRY_IN_COMMENT.finditer(self.source, span.start, span.end):
                if found["type"].lower() not in _NO_ENTRY_TYPES:
                    yield self.text(Span(*found.span("key"))), self.place(found.start())

    def problems(self) -> Sequence[BibProblem]:
        """Return what is wrong with the file, by line.

        These are broken regions, keys missing or doubled, and comments at which BibTeX stops.
        """
        found = [(self.place(tile.at), tile.reason) for tile in self.broken]
        found += [(place, COMMENT_INSIDE) for place in self.comments_inside()]
        unnamed = (one for one in self.entries if not len(one.key))
        found += [(self.place(one.span.start), "no citation key") for one in unnamed]
        for first, *others in self.doubled():
            line = self.place(first.span.start).line
            for one in others:
                reason = f"the citation key {self.key(one)} stands in line {line} too"
                found.append((self.place(one.key.start), reason))
        return [BibProblem(place, reason) for place, reason in sorted(found)]


def _texts(tile: EntryTile | MacroTile | PreambleTile) -> Iterator[Span]:
    """Yield what is written in a block, in order; between stand blanks, marks and comments."""
    match tile:
        case EntryTile():
            yield from (tile.type, tile.key)
            yield from _field_texts(tile.fields)
        case MacroTile():
            yield from _field_texts(tile.fields)
        case PreambleTile():
            yield from (piece.span for piece in tile.pieces)


def _field_texts(fields: Iterable[BibField]) -> Iterator[Span]:
    for field in fields:
        yield field.name
        yield from (piece.span for piece in field.pieces)


_LINE_END = lazy_regex(rb"\r\n?|\n")
# An address (`me@example.org`) begins no entry, so no sign of a word may stand before the `@`.
_ENTRY_IN_COMMENT = lazy_regex(
    rb"(?<![\w.+-])@\s*+(?P<type>[A-Za-z][^\s\"#%'(),={}@]*+)\s*+[{(]\s*+(?P<key>[^\s,{}=%@]++)\s*+[,})]"
)
_NO_ENTRY_TYPES = (b"comment", b"string", b"preamble")
