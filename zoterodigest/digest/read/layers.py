"""Layers: Markdown's wrappings, peeled to logical text and put back around new text.

A `Text` is logical bytes that know where each came from. A layer peels one wrapping (a quote
prefix, an indentation, a table cell's escapes) and remembers how to wrap new text again. Slots are
ranges of a `Text` and know nothing of wrapping.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from zoterodigest.core.values.span import Edit, Span
from zoterodigest.frozen import frozen

Layer = Callable[[bytes], bytes]
"""Returns new logical text as it must stand inside its wrapping."""

_BEFORE_TEXT = re.compile(rb"\n(?!\n)")


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


@frozen()
class LayeredText:
    """Logical bytes, the pieces of source they come from, and the layers around them.

    The pieces are those of the whole that the text is cut from, in which it begins at `offset`. A
    text that holds nothing has no pieces; it stands at `anchor` in the source.
    """

    data: bytes
    pieces: tuple[SourcePiece, ...]
    layers: tuple[Layer, ...] = ()
    anchor: int = 0
    offset: int = 0

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
            return LayeredText(data, (), self.layers, self._point(start))
        return LayeredText(data, self.pieces, self.layers, offset=self.offset + start)

    def peeled(self, cuts: Sequence[LayerCut], layer: Layer) -> LayeredText:
        """Return the text without `cuts` (sorted, apart), wrapped in one more `layer`."""
        layers = (layer, *self.layers)
        if not cuts:
            return LayeredText(self.data, self.pieces, layers, self.anchor, self.offset)
        data: list[bytes] = []
        pieces: list[SourcePiece] = []
        length = cursor = 0
        for cut in (*cuts, LayerCut(len(self.data), len(self.data))):
            kept = _clipped(self.pieces, self.offset + cursor, self.offset + cut.start)
            pieces += (SourcePiece(length + it.at, it.length, it.source, it.width) for it in kept)
            data.append(self.data[cursor : cut.start])
            length += cut.start - cursor
            if cut.shown:
                span = self.source_span(cut.start, cut.end)
                pieces.append(SourcePiece(length, len(cut.shown), span.start, len(span)))
                data.append(cut.shown)
                length += len(cut.shown)
            cursor = cut.end
        return LayeredText(b"".join(data), tuple(pieces), layers, self._point(0))

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
    pieces = (SourcePiece(0, len(data), span.start, len(data)),) if data else ()
    whole = LayeredText(data, pieces, (), span.start)
    # One line holds no line break, but new ones in it must end as the line itself does.
    if b"\r\n" not in source[span.start : span.end + 2]:
        return whole
    cuts = [LayerCut(*found.span(), b"\n") for found in re.finditer(rb"\r\n", data)]
    return whole.peeled(cuts, in_crlf)


_QUOTE = re.compile(rb"^ {0,3}>[ \t]?", re.M)


def peel_quote(text: LayeredText) -> LayeredText:
    """Take the quote prefix off every line that has one; new lines get the first line's."""
    found = list(_QUOTE.finditer(text.data))
    prefix = max((match[0] for match in found[:2]), key=len, default=b"> ")
    cuts = [LayerCut(*match.span()) for match in found]
    return text.peeled(cuts, partial(prefixed, prefix))


def peel_indent(text: LayeredText, width: int, *, first: bool = True) -> LayeredText:
    """Take up to `width` leading blanks off every line (not off the first, unless `first`)."""
    pattern = re.compile(rb"^(?:\t| {1,%d})" % max(width, 1), re.M)
    found = [match for match in pattern.finditer(text.data) if first or match.start() > 0]
    prefix = next((match[0] for match in found), b" " * width)
    cuts = [LayerCut(*match.span()) for match in found] if width else []
    return text.peeled(cuts, partial(prefixed, prefix if width else b""))


_CELL = re.compile(rb"\\\||<br[ \t]*/?>|\n")


def holds_wrapped(text: LayeredText) -> bool:
    """Whether `peel_cell` shows anything in `text` as something else."""
    return _CELL.search(text.data) is not None


def peel_cell(text: LayeredText) -> LayeredText:
    r"""Show `\|` as `|` and `<br>` as a line break; a row's own line breaks as blanks."""
    shown = {b"\\|": b"|", b"\n": b" "}
    found = _CELL.finditer(text.data)
    cuts = [LayerCut(*match.span(), shown.get(match[0], b"\n")) for match in found]
    return text.peeled(cuts, in_cell)


def _clipped(pieces: Sequence[SourcePiece], start: int, end: int) -> Iterator[SourcePiece]:
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
