"""Layers: Markdown's wrappings, peeled to logical text and put back around new text.

A `Text` is logical bytes that know where each came from. A layer peels one wrapping (a quote
prefix, an indentation, a table cell's escapes) and remembers how to wrap new text again. Slots are
ranges of a `Text` and know nothing of wrapping.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice

from zoterodigest.core.values.span import Edit, Span
from zoterodigest.frozen import frozen
from zoterodigest.regex import lazy_regex

Layer = Callable[[bytes], bytes]
"""Returns new logical text as it must stand inside its wrapping."""

_BEFORE_TEXT = lazy_regex(rb"\n(?!\n)")


def prefixed(prefix: bytes, new: bytes) -> bytes:
    """Put a quote prefix or an indentation after each line break; blanks not on a blank line."""
    # Without its sign on a blank line a quote would end there; an indentation there would only be
    # trailing blanks.
    if prefix.strip():
        return new.replace(b"\n", b"\n" + prefix)
    return _BEFORE_TEXT.sub(lambda _: b"\n" + prefix, new)


def in_cell(new: bytes) -> bytes:
    """Write text into a table cell: pipes escaped, line breaks as `<br>`."""
    # A bare pipe ends the cell, a line break the table.
    return new.replace(b"|", b"\\|").replace(b"\n", b"<br>")


def in_crlf(new: bytes) -> bytes:
    """Write each line break as CRLF."""
    return new.replace(b"\n", b"\r\n")


@frozen()
class SourcePiece:
    """`length` logical bytes from `at` come from the `width` source bytes from `source`.

    Where the two are equal the bytes are the same, one for one.
    """

    at: int
    length: int
    source: int
    width: int


@frozen()
class LayerCut:
    """A logical range that a layer takes away, or shows as `shown`."""

    start: int
    end: int
    shown: bytes = b""


class SourcePieces:
    """Where the bytes of a text come from: pieces of source, or one point if it holds nothing.

    They are found when somebody asks. Most texts are only read, and to find them for each line of
    each wrapping took a tenth of reading a digest.
    """

    __slots__ = ("_find", "_found")

    def __init__(self, find: Callable[[], tuple[tuple[SourcePiece, ...], int]]) -> None:
        self._find = find
        self._found: tuple[tuple[SourcePiece, ...], int] | None = None

    @property
    def found(self) -> tuple[tuple[SourcePiece, ...], int]:
        """The pieces and the point."""
        if self._found is None:
            self._found = self._find()
        return self._found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SourcePieces) and self.found == other.found

    def __hash__(self) -> int:
        return hash(self.found)

    def __repr__(self) -> str:
        return f"SourcePieces{self.found}"


@frozen()
class LayeredText:
    """Logical bytes, the pieces of source they come from, and the layers around them.

    The pieces are those of the whole that the text is cut from, in which it begins at `offset`. A
    text that holds nothing has no pieces; it stands at its `anchor` in the source.
    """

    data: bytes
    origin: SourcePieces
    layers: tuple[Layer, ...] = ()
    offset: int = 0

    @property
    def pieces(self) -> tuple[SourcePiece, ...]:
        """The pieces of source."""
        return self.origin.found[0]

    @property
    def anchor(self) -> int:
        """Where a text stands that holds nothing."""
        return self.origin.found[1]

    def lines(self) -> Iterator[tuple[int, int]]:
        """Yield the half-open range of each line, without its line break."""
        start = 0
        for line in self.data.split(b"\n"):
            yield start, start + len(line)
            start += len(line) + 1

    @property
    def first_line_end(self) -> int:
        """Where the first line ends, without its line break."""
        end = self.data.find(b"\n")
        return len(self.data) if end < 0 else end

    def slice(self, start: int, end: int) -> LayeredText:
        """Return the logical range `[start, end)` as a text of its own, in the same layers."""
        data = self.data[start:end]
        if not data:
            return LayeredText(data, SourcePieces(lambda: ((), self._point(start))), self.layers)
        return LayeredText(data, self.origin, self.layers, self.offset + start)

    def peeled(
        self, data: bytes, cuts: Callable[[], Iterable[LayerCut]], layer: Layer
    ) -> LayeredText:
        """Return the text without `cuts` (sorted, apart), wrapped in one more `layer`.

        Without them it is `data`.
        """
        layers = (layer, *self.layers)
        if data == self.data:
            return LayeredText(data, self.origin, layers, self.offset)
        return LayeredText(
            data, SourcePieces(lambda: (self._left_by(cuts()), self._point(0))), layers
        )

    def _left_by(self, cuts: Iterable[LayerCut]) -> tuple[SourcePiece, ...]:
        pieces: list[SourcePiece] = []
        length = cursor = 0
        for cut in (*cuts, LayerCut(len(self.data), len(self.data))):
            kept = clipped(self.pieces, self.offset + cursor, self.offset + cut.start)
            pieces += (SourcePiece(length + it.at, it.length, it.source, it.width) for it in kept)
            length += cut.start - cursor
            if cut.shown:
                span = self.source_span(cut.start, cut.end)
                pieces.append(SourcePiece(length, len(cut.shown), span.start, len(span)))
                length += len(cut.shown)
            cursor = cut.end
        return tuple(pieces)

    def source_span(self, start: int, end: int) -> Span:
        """Return the source bytes that hold the logical range; an empty range is a point.

        A range that ends behind a line break takes the next line's prefix with it, so that lines
        can be taken out whole.
        """
        if start == end:
            point = self._point(start)
            return Span(point, point)
        last = end - 1
        if self.data[last] == 0x0A and end < len(self.data):
            return Span(self._source(start), self._source(end))
        return Span(self._source(start), self._source_end(last))

    def edit(self, start: int, end: int, new: bytes) -> Edit:
        """Return the edit of the source that puts `new` in place of the range, wrapped."""
        # The innermost wrapping first: a quote in CRLF needs its prefixes, then its CRs.
        for layer in self.layers:
            new = layer(new)
        return Edit(self.source_span(start, end), new)

    def rewrite(self, new: bytes) -> Edit | None:
        """Return the smallest edit that makes this text `new`; None if it is already."""
        if new == self.data:
            return None
        start, tail = _common_ends(self.data, new)
        return self.edit(start, len(self.data) - tail, new[start : len(new) - tail])

    def _piece(self, at: int) -> tuple[SourcePiece, int]:
        """Return the piece that holds the byte at `at`, and how far in."""
        at += self.offset
        piece = self.pieces[bisect_right(self.pieces, at, key=lambda piece: piece.at) - 1]
        return piece, at - piece.at

    def _source(self, at: int) -> int:
        piece, within = self._piece(at)
        return piece.source + (within if piece.length == piece.width else 0)

    def _source_end(self, at: int) -> int:
        piece, within = self._piece(at)
        return piece.source + (within + 1 if piece.length == piece.width else piece.width)

    def _point(self, at: int) -> int:
        if not self.pieces:
            return self.anchor
        return self._source(at) if at < len(self.data) else self._source_end(len(self.data) - 1)


def source_text(source: bytes, span: Span) -> LayeredText:
    """Return the source range as text; CRLF line endings are peeled to LF."""
    data = source[span.start : span.end]
    whole = LayeredText(data, SourcePieces(lambda: (_whole(span.start, len(data)), span.start)))
    # One line holds no line break, but new ones in it must end as the line itself does.
    if b"\r\n" not in source[span.start : span.end + 2]:
        return whole
    return whole.peeled(data.replace(b"\r\n", b"\n"), lambda: _cuts(_CRLF, data, b"\n"), in_crlf)


def _whole(start: int, length: int) -> tuple[SourcePiece, ...]:
    return (SourcePiece(0, length, start, length),) if length else ()


def _cuts(pattern: re.Pattern[bytes], data: bytes, shown: bytes) -> Iterator[LayerCut]:
    return (LayerCut(*found.span(), shown) for found in pattern.finditer(data))


_CRLF = lazy_regex(rb"\r\n")
_QUOTE = lazy_regex(rb"\n {0,3}>[ \t]?")


def peel_quote(text: LayeredText) -> LayeredText:
    """Take the quote prefix off every line that has one; new lines get the first line's."""
    return _without_prefixes(text, _QUOTE, partial(_in_quote, text.data))


def _in_quote(quoted: bytes, new: bytes) -> bytes:
    """Write text into a quote as the first lines of it are."""
    found = islice(_QUOTE.finditer(b"\n" + quoted), 2)
    return prefixed(max((match[0][1:] for match in found), key=len, default=b"> "), new)


def indent_of(line: bytes) -> int:
    """Return how many blanks stand before the text of a line."""
    return len(line) - len(line.lstrip(b" \t"))


def peel_indent(text: LayeredText, width: int, *, first: bool = True) -> LayeredText:
    """Take up to `width` leading blanks off every line (not off the first, unless `first`)."""
    # Most items of long lists are one line, of which nothing is taken off.
    if not width or (not first and b"\n" not in text.data):
        return text.peeled(text.data, tuple, partial(prefixed, b" " * width))
    pattern = re.compile(rb"\n(?:\t| {1,%d})" % width)
    start = 0 if first else min(text.first_line_end + 1, len(text.data))
    found = pattern.search(b"\n" + text.data[start:])
    prefix = found[0][1:] if found else b" " * width
    return _without_prefixes(text, pattern, partial(prefixed, prefix), start)


def _without_prefixes(
    text: LayeredText, pattern: re.Pattern[bytes], layer: Layer, start: int = 0
) -> LayeredText:
    """Take off what `pattern` finds behind line breaks, which a `layer` puts there."""
    # A pattern with `^` is tried at each byte: to go from line break to line break is faster.
    data = text.data[:start] + pattern.sub(b"\n", b"\n" + text.data[start:])[1:]

    def cuts() -> Iterator[LayerCut]:
        spans = (found.span() for found in pattern.finditer(b"\n" + text.data[start:]))
        return (LayerCut(start + low, start + high - 1) for low, high in spans)

    return text.peeled(data, cuts, layer)


_WRAP = lazy_regex(rb"[ \t]*\n[ \t]*")


def peel_wraps(text: LayeredText, count: int) -> LayeredText:
    """Show the first `count` line breaks as blanks; new text has none."""
    if not count:
        return text

    def cuts() -> Iterator[LayerCut]:
        found = islice(_WRAP.finditer(text.data), count)
        return (LayerCut(*one.span(), b" ") for one in found)

    return text.peeled(_WRAP.sub(b" ", text.data, count), cuts, partial(prefixed, b""))


_CELL = lazy_regex(rb"\\\||<br[ \t]*/?>|\n")


def holds_wrapped(text: LayeredText) -> bool:
    """Whether `peel_cell` shows anything in `text` as something else."""
    return _CELL.search(text.data) is not None


def peel_cell(text: LayeredText) -> LayeredText:
    r"""Show `\|` as `|` and `<br>` as a line break; a row's own line breaks as blanks."""
    data = _CELL.sub(lambda found: _SHOWN.get(found[0], b"\n"), text.data)
    return text.peeled(data, lambda: map(_cell_cut, _CELL.finditer(text.data)), in_cell)


_SHOWN = {b"\\|": b"|", b"\n": b" "}


def _cell_cut(found: re.Match[bytes]) -> LayerCut:
    return LayerCut(*found.span(), _SHOWN.get(found[0], b"\n"))


_IN_ELEMENT = lazy_regex(rb"[ \t]*<br[ \t]*/?>[ \t]*(?:\n[ \t]*)?|[ \t]*\n[ \t]*", re.I)


def peel_element(text: LayeredText) -> LayeredText:
    """Show `<br>` in an element of HTML as a line break, its own line breaks as blanks."""
    data = _IN_ELEMENT.sub(_shown_in_element, text.data)
    return text.peeled(data, lambda: map(_element_cut, _IN_ELEMENT.finditer(text.data)), in_element)


def in_element(new: bytes) -> bytes:
    """Write text into an element of HTML: line breaks as `<br>`."""
    return new.replace(b"\n", b"<br>")


def _shown_in_element(found: re.Match[bytes]) -> bytes:
    return b"\n" if b"<" in found[0] else b" "


def _element_cut(found: re.Match[bytes]) -> LayerCut:
    return LayerCut(*found.span(), _shown_in_element(found))


def clipped(pieces: Sequence[SourcePiece], start: int, end: int) -> Iterator[SourcePiece]:
    """Yield the `pieces` of the logical range `[start, end)`, cut at its ends."""
    first = max(bisect_right(pieces, start, key=lambda piece: piece.at) - 1, 0)
    for at in range(first, len(pieces)):
        piece = pieces[at]
        if piece.at >= end:
            return
        low, high = max(start, piece.at), min(end, piece.at + piece.length)
        if low >= high:
            continue
        if piece.length == piece.width:
            yield SourcePiece(low - start, high - low, piece.source + low - piece.at, high - low)
        else:
            yield SourcePiece(low - start, high - low, piece.source, piece.width)


def _common_ends(old: bytes, new: bytes) -> tuple[int, int]:
    """Return how many bytes both begin with, and how many both end with, not overlapping."""
    limit = min(len(old), len(new))
    start = next((at for at in range(limit) if old[at] != new[at]), limit)
    tail = next((at for at in range(limit) if old[-1 - at] != new[-1 - at]), limit)
    return start, min(tail, limit - start)
