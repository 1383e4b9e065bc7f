"""What git left unmerged in a .bib: two versions, of which neither is anybody's entry yet."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from zoterodigest.bibtex.tiles.tiles import BrokenTile, CommentTile, Tile
from zoterodigest.core.values.span import Span
from zoterodigest.digest.read.markers import find_conflicts

REASON = "git's conflict marks stand here"


def with_conflicts_broken(source: bytes, tiles: Sequence[Tile]) -> Sequence[Tile]:
    """Return the `tiles` of `source` with each of git's conflicts as a broken region.

    It takes in the blocks that the marks cut or hold; half a pair of marks is a line by itself.
    """
    conflicts = tuple(_conflicts(source))
    if not conflicts:
        return tiles
    starts = [conflict.start for conflict in conflicts]
    blocks = [tile.span for tile in tiles if not isinstance(tile, CommentTile)]
    cut = [span for span in blocks if _touches(span, conflicts, starts)]
    regions = _Regions(_joined(sorted([*conflicts, *cut], key=lambda span: span.start)))
    broken = [
        BrokenTile(one, starts[bisect_left(starts, one.start)], REASON) for one in regions.spans
    ]
    whole = set(cut)
    comments = [tile.span for tile in tiles if isinstance(tile, CommentTile)]
    kept = [tile for tile in tiles if not isinstance(tile, CommentTile) and tile.span not in whole]
    rest = (CommentTile(part) for span in comments for part in regions.outside(span))
    return sorted([*kept, *broken, *rest], key=lambda tile: tile.span.start)


def _conflicts(source: bytes) -> Iterator[Span]:
    lines = source.splitlines(keepends=True) if b"<<<<<<<" in source or b">>>>>>>" in source else []
    ends = list(accumulate(map(len, lines)))
    for conflict in find_conflicts(source, lines):
        yield Span(ends[conflict.first] - len(lines[conflict.first]), ends[conflict.last])


def _touches(span: Span, conflicts: Sequence[Span], starts: Sequence[int]) -> bool:
    before = bisect_left(starts, span.end) - 1
    return before >= 0 and conflicts[before].end > span.start


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield sorted spans, those that overlap as one."""
    last: Span | None = None
    for span in spans:
        if last is not None and span.start < last.end:
            last = Span(last.start, max(last.end, span.end))
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last


class _Regions:
    """Spans in order that do not overlap."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self.spans = tuple(spans)
        self._starts = [span.start for span in self.spans]
        self._ends = [span.end for span in self.spans]

    def outside(self, span: Span) -> Iterator[Span]:
        """Yield the parts of `span` that stand in none of them."""
        cursor = span.start
        first, last = bisect_right(self._ends, cursor), bisect_left(self._starts, span.end)
        for region in self.spans[first:last]:
            if cursor < region.start:
                yield Span(cursor, region.start)
            cursor = region.end
        if cursor < span.end:
            yield Span(cursor, span.end)
