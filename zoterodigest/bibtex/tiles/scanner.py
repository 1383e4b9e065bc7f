"""The scanner: cuts the bytes of any .bib into tiles, in linear time, and never fails.

Braces decide where a value ends, as in BibTeX: a backslash before one changes nothing, and `@` at
the start of a line inside a value begins no entry. A block that cannot be read ends where the next
one may begin: at `@type{` (or `@type(`) at the start of a line. What git left unmerged is not read.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from zoterodigest.bibtex.tiles.tiles import (
    BibField,
    Bibliography,
    BrokenTile,
    CommentTile,
    Delimiter,
    EntryTile,
    MacroTile,
    PreambleTile,
    Tile,
    ValuePiece,
)
from zoterodigest.core.values.span import Span
from zoterodigest.digest.read.markers import find_conflicts
from zoterodigest.regex import lazy_regex

# Possessive throughout: what a repetition took it never gives back, so nothing is tried twice.
_BLANK = rb"(?:\s++|%[^\r\n]*+)*+"
_NAME = rb"[^\s\"#%'(),={}@]++"
_BEGIN = rb"@\s*+(?P<type>[A-Za-z][^\s\"#%'(),={}@]*+)\s*+[{(]"
# An entry whose opening brace is lost: only one with a field below is no sentence of a comment.
_UNOPENED = (
    rb"(?:(?<=[\r\n])|\A)[ \t]*+@(?!(?i:comment)\b)(?P<unopened>[A-Za-z]++)[ \t]++"
    + _NAME
    + rb"[ \t]*+,\s*+"
    + _NAME
    + rb"\s*+=\s*+[{\"]"
)
_NEXT = lazy_regex(rb"(?<![^\s})\xbf])%[^\r\n]*+|" + _UNOPENED + rb"|(?<![\w.+-])" + _BEGIN)
_RESUME = lazy_regex(rb"(?:(?<=[\r\n])|\A)[ \t]*+(?=" + _BEGIN.replace(b"?P<type>", b"?:") + rb")")
_GAP = lazy_regex(_BLANK)
_KEYS = {b"}": lazy_regex(rb"[^\s,{}=]*+"), b")": lazy_regex(rb"[^\s,{}=)]*+")}
_FIELD = lazy_regex(rb"(?P<name>" + _NAME + rb")" + _BLANK + rb"=" + _BLANK)
_BARE = lazy_regex(_NAME)
_BRACE = lazy_regex(rb"[{}]")
_GROUP = rb"\{[^{}]*+(?:\{[^{}]*+(?:\{[^{}]*+\}[^{}]*+)*+\}[^{}]*+)*+\}"
_BRACED = lazy_regex(rb"\{[^{}]*+(?:" + _GROUP + rb"[^{}]*+)*+\}")
_QUOTED = lazy_regex(rb'"[^{}"]*+(?:' + _GROUP + rb'[^{}"]*+)*+"')
_PLAIN_FIELD = lazy_regex(
    rb"(" + _NAME + rb")\s*+=\s*+"
    rb"(" + _BRACED.pattern + rb"|" + _QUOTED.pattern + rb"|" + _NAME + rb")\s*+,\s*+(?!%)"
)
_DELIMITERS = {ord("{"): Delimiter.BRACES, ord('"'): Delimiter.QUOTES}
_IN_QUOTES = lazy_regex(rb'[{}"]')
_UNSAID = lazy_regex(rb"\w*")


def scan(source: bytes) -> Bibliography:
    """Cut `source` into tiles; side by side they are `source` again, whatever bytes it holds."""
    blocks = _with_conflicts_broken(source, list(_Scanner(source).blocks()))
    return Bibliography(source, tuple(_with_comments(source, blocks)))


def _with_comments(source: bytes, blocks: Iterable[Tile]) -> Iterator[Tile]:
    """Yield `blocks`, and as comments what stands between them."""
    cursor = 0
    for tile in blocks:
        if tile.span.start > cursor:
            yield CommentTile(Span(cursor, tile.span.start))
        yield tile
        cursor = tile.span.end
    if cursor < len(source):
        yield CommentTile(Span(cursor, len(source)))


class _Broken(Exception):
    """A block cannot be read: where reading failed, and why."""

    def __init__(self, at: int, reason: str) -> None:
        super().__init__(reason)
        self.at = at
        self.reason = reason


class _Scanner:
    """Reads blocks of one source; it remembers where braces close once a block was broken."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._closings: dict[int, int] | None = None

    def blocks(self) -> Iterator[Tile]:
        """Yield the blocks that begin with `@type{`, those of comments too, in order."""
        cursor = 0
        while (found := _NEXT.search(self._source, cursor)) is not None:
            if found["type"] is None and found["unopened"] is None:
                cursor = found.end()
                continue
            try:
                tile = self._block(found)
            except _Broken as broken:
                # From the first broken block on, braces are looked up: else each further one would
                # be searched for to the end of the file, which takes quadratic time.
                if self._closings is None:
                    self._closings = _all_closings(self._source)
                if (found["type"] or b"").lower() == b"comment":
                    cursor = found.end()  # a comment that has no end of its own
                    continue
                tile = self._broken(found.start(), broken)
            yield tile
            cursor = tile.span.end

    def _broken(self, start: int, broken: _Broken) -> BrokenTile:
        resume = _RESUME.search(self._source, start + 1)
        end = resume.end() if resume else len(self._source)
        if broken.at == len(self._source):
            return BrokenTile(Span(start, end), start, "a block that is never closed")
        return BrokenTile(Span(start, end), broken.at, broken.reason)

    def _block(self, found: re.Match[bytes]) -> Tile:
        if found["unopened"] is not None:
            what = f"expected an opening brace after @{found['unopened'].decode()}"
            raise _Broken(found.end("unopened"), what)
        opening, start = found.end() - 1, found.start()
        closer = b"}" if self._source[opening : opening + 1] == b"{" else b")"
        match found["type"].lower():
            case b"comment":
                if closer == b")":
                    raise _Broken(opening, "a comment in parentheses ends nowhere")
                return CommentTile(Span(start, self._closing(opening) + 1))
            case b"string":
                fields, end = self._fields(found.end(), closer)
                if not fields:
                    raise _Broken(found.end(), "a macro without a name and a value")
                return MacroTile(Span(start, end), fields)
            case b"preamble":
                pieces, at = self._value(self._after_blanks(found.end()))
                return PreambleTile(Span(start, self._closed(at, closer)), pieces)
        return self._entry(found, closer)

    def _entry(self, found: re.Match[bytes], closer: bytes) -> EntryTile:
        key = self._match(_KEYS[closer], self._after_blanks(found.end()))
        at = self._after_blanks(key.end())
        if self._source[at : at + 1] == b",":
            fields, end = self._fields(at + 1, closer)
        elif self._source[at : at + 1] == closer:
            fields, end = (), at + 1
        else:
            raise _Broken(at, f"expected a comma after the citation key, found {self._seen(at)}")
        return EntryTile(
            Span(found.start(), end), Span(*found.span("type")), Span(*key.span()), fields
        )

    def _fields(self, at: int, closer: bytes) -> tuple[tuple[BibField, ...], int]:
        """Read `name = value, …` up to and with the block's end."""
        fields: list[BibField] = []
        at = self._after_blanks(at)
        while self._source[at : at + 1] != closer:
            # Not in a file with a broken block: there the pattern could close a brace elsewhere
            # than `_closings` says, and take quadratic time.
            plain = _PLAIN_FIELD.match(self._source, at) if self._closings is None else None
            if plain is not None:  # the usual case in one step
                start, end = plain.span(2)
                delimiter = _DELIMITERS.get(self._source[start], Delimiter.BARE)
                fields.append(BibField(*plain.span(1), start, end, delimiter))
                at = plain.end()
                continue
            named = _FIELD.match(self._source, at)
            if named is None:
                raise _Broken(at, f"expected a field's name and =, found {self._seen(at)}")
            pieces, at = self._value(named.end())
            fields.append(_field(named, pieces))
            if self._source[at : at + 1] != b",":
                return tuple(fields), self._closed(at, closer)
            at = self._after_blanks(at + 1)
        return tuple(fields), at + 1

    def _value(self, at: int) -> tuple[tuple[ValuePiece, ...], int]:
        """Read a value's pieces; the position returned is behind the blanks that follow them."""
        pieces: list[ValuePiece] = []
        while True:
            piece = self._piece(at)
            pieces.append(piece)
            at = self._after_blanks(piece.span.end)
            if self._source[at : at + 1] != b"#":
                return tuple(pieces), at
            at = self._after_blanks(at + 1)

    def _piece(self, at: int) -> ValuePiece:
        match self._source[at : at + 1]:
            case b"{":
                return ValuePiece(Span(at, self._closing(at) + 1), Delimiter.BRACES)
            case b'"':
                return ValuePiece(Span(at, self._end_of_quote(at)), Delimiter.QUOTES)
        bare = _BARE.match(self._source, at)
        if bare is None:
            raise _Broken(at, f"expected a value, found {self._seen(at)}")
        return ValuePiece(Span(*bare.span()), Delimiter.BARE)

    def _closed(self, at: int, closer: bytes) -> int:
        if self._source[at : at + 1] != closer:
            expected = "comma or closing " + ("brace" if closer == b"}" else "parenthesis")
            raise _Broken(at, f"expected a {expected}, found {self._seen(at)}")
        return at + 1

    def _closing(self, opening: int) -> int:
        """Return where the brace at `opening` is closed."""
        if self._closings is not None:
            closing = self._closings.get(opening)
        elif shallow := _BRACED.match(self._source, opening):
            return shallow.end() - 1
        else:
            closing = _closing_of(self._source, opening)
        if closing is None:
            raise _Broken(opening, "a brace that is never closed")
        return closing

    def _end_of_quote(self, opening: int) -> int:
        if self._closings is None and (simple := _QUOTED.match(self._source, opening)):
            return simple.end()
        at = opening + 1
        while (mark := _IN_QUOTES.search(self._source, at)) is not None:
            match mark[0]:
                case b'"':
                    return mark.end()
                case b"}":
                    raise _Broken(mark.start(), "a closing brace too many inside quotation marks")
                case _:
                    at = self._closing(mark.start()) + 1
        raise _Broken(opening, "a quotation mark that is never closed")

    def _after_blanks(self, at: int) -> int:
        return self._match(_GAP, at).end()

    def _match(self, pattern: re.Pattern[bytes], at: int) -> re.Match[bytes]:
        found = pattern.match(self._source, at)
        assert found is not None, "a pattern that can be empty matches everywhere"
        return found

    def _seen(self, at: int) -> str:
        word = self._match(_UNSAID, at)[0] or self._source[at : at + 1]
        return f"'{word[:20].decode('utf-8', 'replace')}'" if word else "the end of the file"


def _field(named: re.Match[bytes], pieces: tuple[ValuePiece, ...]) -> BibField:
    start, end = pieces[0].span.start, pieces[-1].span.end
    if len(pieces) > 1:
        return BibField(*named.span("name"), start, end, None, pieces)
    return BibField(*named.span("name"), start, end, pieces[0].delimiter)


def _closing_of(source: bytes, opening: int) -> int | None:
    depth = 0
    for brace in _BRACE.finditer(source, opening):
        depth += 1 if brace[0] == b"{" else -1
        if depth == 0:
            return brace.start()
    return None


def _all_closings(source: bytes) -> dict[int, int]:
    """Return for every brace that is closed where that is: the same as `_closing_of`, at once."""
    closings: dict[int, int] = {}
    opened: list[int] = []
    for brace in _BRACE.finditer(source):
        if brace[0] == b"{":
            opened.append(brace.start())
        elif opened:
            closings[opened.pop()] = brace.start()
    return closings


REASON = "git's conflict marks stand here"


def _with_conflicts_broken(source: bytes, blocks: Sequence[Tile]) -> Iterable[Tile]:
    """Return the `blocks` of `source` with each of git's conflicts as a broken region.

    It takes in the blocks that the marks cut or hold; half a pair of marks is a line by itself.
    """
    conflicts = tuple(_conflicts(source))
    if not conflicts:
        return blocks
    starts = [conflict.start for conflict in conflicts]
    by_span = {tile.span: tile for tile in blocks if not isinstance(tile, CommentTile)}
    parts: list[Tile] = []
    for span in _joined(sorted([*conflicts, *by_span], key=lambda span: span.start)):
        first = bisect_left(starts, span.start)
        is_broken = first < len(starts) and starts[first] < span.end
        parts.append(BrokenTile(span, starts[first], REASON) if is_broken else by_span[span])
    return parts


def _conflicts(source: bytes) -> Iterator[Span]:
    lines = source.splitlines(keepends=True) if b"<<<<<<<" in source or b">>>>>>>" in source else []
    ends = list(accumulate(map(len, lines)))
    for conflict in find_conflicts(source, lines):
        yield Span(ends[conflict.first] - len(lines[conflict.first]), ends[conflict.last])


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Return sorted spans, those that overlap as one."""
    joined: list[Span] = []
    for span in spans:
        if joined and span.start < joined[-1].end:
            last = joined.pop()
            span = Span(last.start, max(last.end, span.end))
        joined.append(span)
    return joined
