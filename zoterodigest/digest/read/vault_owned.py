"""Which ranges of a note's body are the person's, by the marks of tools and by chosen sections.

Where a tool keeps what stands in blocks of its own, it rewrites all else.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import accumulate

from zoterodigest.core.values.key_table import PRIVATE_HEADING
from zoterodigest.core.values.span import Span
from zoterodigest.digest.format.format import NoteRule
from zoterodigest.digest.read.layers import Layer, LayeredText, SourcePieces, in_crlf
from zoterodigest.digest.read.vault_lines import BodyLine, body_lines, section_spans
from zoterodigest.digest.read.vault_marks import BodyMark, MarkKind, body_marks, veiled_spans
from zoterodigest.digest.read.vault_metadata import Property, body_properties, is_within
from zoterodigest.frozen import frozen
from zoterodigest.regex import lazy_regex

_OPENS = {MarkKind.BEGIN: MarkKind.END, MarkKind.ZOTFLOW_BEGIN: MarkKind.ZOTFLOW_END}
_PERSIST = "persist"
_LOCKED = lazy_regex(rb"^zotflow-locked[ \t]*:[ \t]*[\"']?true\b", re.M)
"""What ZotFlow says above a note that it writes again as a whole."""

_MACHINE = frozenset({"annotations", "annotation", "highlights", "metadata"})
"""Names of blocks that a tool fills: new text has a better place."""


@frozen()
class BodyScan:
    """What was found in a body: where it starts, its marks and lines, what is private, and
    properties elsewhere.
    """

    start: int
    marks: tuple[BodyMark, ...]
    lines: tuple[BodyLine, ...]
    private: tuple[Span, ...]
    properties: tuple[Property, ...]


@frozen()
class OwnedRanges:
    """The ranges that no other tool owns, where text can come in blocks of one, and the headings
    above such blocks.
    """

    spans: Sequence[Span]
    rooms: Sequence[int] = ()
    headings: Sequence[Span] = ()


def scan_body(source: bytes, start: int, rule: NoteRule) -> BodyScan:
    """Find what stands in the body that begins at `start`, whoever wrote it."""
    marks = body_marks(source, start)
    lines = body_lines(source, start, marks)
    veils = veiled_spans(source, start, marks)
    private = [
        *section_spans(
            lines,
            (PRIVATE_HEADING, *rule.private),
            len(source),
            begins=_may_be_private,
            ends=lambda line: not is_within(veils, line.start),
        )
    ]
    private += (Span(it.start, it.end) for it in marks if it.kind is MarkKind.PRIVATE)
    # A value with a private remark does not count: the line is the person's own.
    told = body_properties(lines, len(source), [*_fences_of_metadata(source, marks)])
    open_lines = {span.start: span for span in spans_without((_line(it) for it in told), private)}
    properties = tuple(it for it in told if open_lines.get(it.line.start) == _line(it))
    return BodyScan(start, marks, lines, tuple(private), properties)


def _may_be_private(line: BodyLine) -> bool:
    return bool(line.level or line.is_item or line.quoted_level or line.callout)


def _fences_of_metadata(source: bytes, marks: Sequence[BodyMark]) -> Iterator[Span]:
    """Yield fences that show text in a box, if nothing in them is private."""
    for mark in marks:
        is_shown = mark.kind is MarkKind.FENCE and mark.name == "ad-info"
        if is_shown and b"%%" not in source[mark.start : mark.end]:
            yield Span(mark.start, mark.end)


def _line(one: Property) -> Span:
    return Span(one.line.start, one.line.end)


def owned_ranges(source: bytes, scan: BodyScan, rule: NoteRule) -> OwnedRanges:
    """Return what is the person's by the marks of tools and by the sections that are chosen."""
    found = _owned_by_marks(source, scan)
    if not rule.sections:
        return found
    chosen = section_spans(scan.lines, rule.sections, len(source))
    below = [Span(line_end(source, it.start), it.end) for it in chosen]
    rooms = found.rooms or [it.start for it in below]
    return OwnedRanges([*_common(found.spans, below)], rooms, found.headings)


def _owned_by_marks(source: bytes, scan: BodyScan) -> OwnedRanges:
    """Return the ranges that a tool leaves; one that keeps blocks rewrites all else."""
    marks, whole = scan.marks, Span(scan.start, len(source))
    foreign = [*_regions(source, marks, MarkKind.FOREIGN_BEGIN, MarkKind.FOREIGN_END)]
    blocks = [*_blocks(marks)]
    names = [mark.name for mark in marks if mark.kind is MarkKind.ZOTFLOW_BEGIN]
    is_locked = _LOCKED.search(source, 0, scan.start) or any(map(_is_persist, names))
    if names and is_locked:
        blocks = [(name, span) for name, span in blocks if _is_persist(name)]
    else:
        # Annotations that were copied from another note.
        foreign += _regions(source, marks, MarkKind.ZOTFLOW_BEGIN, MarkKind.ZOTFLOW_END)
        blocks = [(name, span) for name, span in blocks if name not in names]
        if not blocks and not any(mark.kind is MarkKind.IMPORT for mark in marks):
            return OwnedRanges([*spans_without([whole], foreign)])
    wanted = sorted(blocks, key=lambda one: (one[0] in _MACHINE, one[1]))
    above = [*_headings_above(source, scan)]
    filled = [it for it, block in above if source[block.start : block.end].strip()]
    spans = sorted((*(span for _, span in blocks), *filled))
    headings = [heading for heading, _ in above]
    rooms = [span.start for _, span in wanted]
    return OwnedRanges([*spans_without(spans, foreign)], rooms, headings)


def _is_persist(name: str) -> bool:
    return name.startswith(_PERSIST)


def _headings_above(source: bytes, scan: BodyScan) -> Iterator[tuple[Span, Span]]:
    """Yield the headings right above blocks of a tool, each with its block.

    The tool writes them again, but they say what the text is that the person writes there.
    """
    starts = [line.start for line in scan.lines]
    begins = {mark.end: mark.start for mark in scan.marks}
    for name, block in _blocks(scan.marks):
        if name in _MACHINE:
            continue
        mark = begins[block.start]
        at = bisect_left(starts, mark) - 1
        while at >= 0 and not source[starts[at] : min(scan.lines[at].end, mark)].strip():
            at -= 1
        if at >= 0 and scan.lines[at].level and not scan.lines[at].hidden:
            yield Span(starts[at], min(scan.lines[at].end, mark)), block


def _blocks(marks: Sequence[BodyMark]) -> Iterator[tuple[str, Span]]:
    """Yield the blocks that a tool keeps, each with its name, without one that is not closed."""
    ends: dict[tuple[MarkKind, str], list[BodyMark]] = {}
    for mark in reversed(marks):
        if mark.kind in _OPENS.values():
            ends.setdefault((mark.kind, mark.name), []).append(mark)
    cursor = 0
    for mark in marks:
        if mark.kind not in _OPENS or mark.start < cursor:
            continue
        left = ends.get((_OPENS[mark.kind], mark.name), [])
        while left and left[-1].start < mark.end:
            left.pop()
        if left:
            yield mark.name, Span(mark.end, left[-1].start)
            cursor = left[-1].end


def _regions(
    source: bytes, marks: Sequence[BodyMark], begin: MarkKind, end: MarkKind
) -> Iterator[Span]:
    """Yield regions that another tool owns; one that is not closed goes to the end.

    The sign of a quote or an item before its first mark is its own, too.
    """
    opened = -1
    for mark in marks:
        if mark.kind is begin and opened < 0:
            line = source.rfind(b"\n", 0, mark.start) + 1
            is_alone = not source[line : mark.start].strip(b" \t>-*+")
            opened = line if is_alone else mark.start
        elif mark.kind is end and opened >= 0:
            yield Span(opened, mark.end)
            opened = -1
    if opened >= 0:
        yield Span(opened, len(source))


def room_for_text(source: bytes, own: Sequence[Span], rooms: Sequence[int]) -> LayeredText | None:
    """Return the place for text in a note that has none: a block of a tool, or the end.

    What is private at the end stays the last.
    """
    if rooms:
        is_behind_mark = source[rooms[0] - 1 : rooms[0]] in (b"%", b">", b"\n")
        return _point(source, rooms[0], b"\n" if is_behind_mark else b"\n\n")
    if not own:
        return None
    last = own[-1]
    at = last.start + len(source[last.start : last.end].rstrip(b" \t\r\n"))
    before = source[:at].replace(b"\r", b"")
    breaks = len(before) - len(before.rstrip(b"\n"))
    return _point(source, at, b"\n" * max(2 - breaks, 0) if before else b"")


def _point(source: bytes, at: int, lead: bytes) -> LayeredText:
    behind = source[at:].replace(b"\r", b"")
    breaks = len(behind) - len(behind.lstrip(b"\n"))
    # A mark of a tool ends its block on the next line; text begins a paragraph.
    is_mark = breaks and behind.lstrip().startswith((b"%%", b"<!--"))
    trail = b"\n" * max((1 if is_mark or not behind.strip() else 2) - breaks, 0)
    layers: tuple[Layer, ...] = (partial(_framed, lead, trail),)
    layers += (in_crlf,) if b"\r\n" in source else ()
    return LayeredText(b"", SourcePieces(lambda: ((), at)), layers)


def _framed(lead: bytes, trail: bytes, new: bytes) -> bytes:
    return lead + new + trail


def spans_without(spans: Iterable[Span], cuts: Iterable[Span]) -> Iterator[Span]:
    """Yield `spans` (sorted, apart) without `cuts`; an empty span stays."""
    ordered = sorted(cuts)
    # A cut may hold others: only the farthest end of those before counts.
    reach = [*accumulate((cut.end for cut in ordered), max)]
    for span in spans:
        cursor = span.start
        at = bisect_right(reach, cursor)
        while at < len(ordered) and ordered[at].start < span.end:
            cut = ordered[at]
            if cut.start > cursor:
                yield Span(cursor, cut.start)
            cursor = max(cursor, cut.end)
            at += 1
        if cursor < span.end or cursor == span.start:
            yield Span(cursor, span.end)


def _common(ones: Iterable[Span], others: Sequence[Span]) -> Iterator[Span]:
    for one in ones:
        for other in others:
            low, high = max(one.start, other.start), min(one.end, other.end)
            if low < high:
                yield Span(low, high)


def line_end(source: bytes, at: int) -> int:
    """Return where the line ends that holds `at`, behind its line break."""
    end = source.find(b"\n", at)
    return len(source) if end < 0 else end + 1
