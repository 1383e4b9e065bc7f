"""The body of a note: which text in it is the person's own, part by part.

All else stays in the file as it is and is sent nowhere: what a tool generated, regions that other
tools own, and what is private. Only parts are read and written; no edit goes from one into another.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import partial
from itertools import accumulate, pairwise

from zoterodigest.core.values.span import Span
from zoterodigest.digest.format.format import NoteRule
from zoterodigest.digest.read.data_texts import joined_text
from zoterodigest.digest.read.layers import (
    Layer,
    LayerCut,
    LayeredText,
    SourcePieces,
    clipped,
    in_crlf,
    source_text,
)
from zoterodigest.digest.read.slots import Slot
from zoterodigest.digest.read.vault_generated import generated_spans, title_heading
from zoterodigest.digest.read.vault_lines import BodyLine, body_lines, section_spans
from zoterodigest.digest.read.vault_marks import BodyMark, MarkKind, body_marks
from zoterodigest.digest.read.vault_metadata import Property, body_properties
from zoterodigest.frozen import frozen

_OPENS = {MarkKind.BEGIN: MarkKind.END, MarkKind.ZOTFLOW_BEGIN: MarkKind.ZOTFLOW_END}
_PERSIST = "persist"
_MACHINE = frozenset({"annotations", "annotation", "highlights", "metadata"})
"""Names of blocks that a tool fills: new text has a better place."""

_RULE = rb"[ \t]*(?:-{3,}|\*{3,}|_{3,})[ \t]*"
_RULES = re.compile(rb"(?:" + _RULE + rb"(?:\n|\Z)|[ \t]*\n)*")
_FIRST_RULE = re.compile(_RULE + rb"\r?\n")
_LAST_RULE = re.compile(rb"\n" + _RULE + rb"\Z")
_BLANK_LINES = re.compile(rb"(?:[ \t\r]*\n)*")
_LOGSEQ = re.compile(
    rb"[ \t]*(?:id|collapsed|background-color|heading|hl-page|hl-color|hl-type|hl-stamp|ls-type)::"
    rb"(?:[ \t][^\n]*)?"
)
"""A line that Logseq keeps below the text of an item."""


@frozen()
class BodyScan:
    """What was found in a body: where it starts, its marks, its lines, and its properties."""

    start: int
    marks: tuple[BodyMark, ...]
    lines: tuple[BodyLine, ...]
    properties: tuple[Property, ...]


@frozen()
class NoteBody:
    """The person's own text in a note, and all that stands between and around it.

    `slot` is None if no text of the person's can stand in the note. `copy` is a heading that
    repeats the title.
    """

    slot: Slot | None
    kept: bytes
    copy: Slot | None = None


def scan_body(source: bytes, start: int) -> BodyScan:
    """Find what stands in the body that begins at `start`, whoever wrote it."""
    marks = body_marks(source, start)
    lines = body_lines(source, start, marks)
    return BodyScan(start, marks, lines, body_properties(lines, len(source)))


def read_body(
    source: bytes, scan: BodyScan, fields: Sequence[Slot], title: str, rule: NoteRule
) -> NoteBody:
    """Return what is the person's own in a body.

    `title` is that of the paper, which the note may repeat; `fields` stand in its properties.
    """
    owned, inner = _owned(source, scan, rule), sorted(_inner(source, scan))
    hidden = [*_hidden(source, scan, inner, rule)]
    copy = title_heading(source, scan.lines, title)
    cuts = [*hidden, *generated_spans(source, scan.lines, scan.marks, scan.properties)]
    cuts += [] if copy is None else [_line_of(source, copy.span)]
    texts = tuple(_parts(source, scan.start, _without(owned.spans, cuts), inner))
    headings = {span.start for span in owned.headings}
    texts = tuple(_closed(text, headings) for text in texts)
    runs = [run for text in texts for run in _runs_of(text)]
    runs += (slot.span for slot in (*fields, copy) if slot and slot.span.start >= scan.start)
    # Not parted: a block of a tool that begins and ends in one line gets lines between.
    kept = b"".join(_between(source, scan.start, sorted(set(runs))))
    if texts:
        return NoteBody(Slot("summary", joined_text(texts, b"\n\n"), parts=texts), kept, copy)
    first = [Span(it.start, it.start) for it in owned.spans[:1]]
    room = _room(source, [*_without(owned.spans, hidden)] or first, owned.rooms)
    return NoteBody(None if room is None else Slot("summary", room, parts=(room,)), kept, copy)


def _hidden(source: bytes, scan: BodyScan, inner: Sequence[Span], rule: NoteRule) -> Iterator[Span]:
    """Yield what is private, and marks that stand on lines of their own."""
    yield from section_spans(scan.lines, rule.private, len(source))
    within = {span.end for span in inner}
    for mark in scan.marks:
        if mark.kind is not MarkKind.FENCE and mark.end not in within:
            yield Span(mark.start, mark.end)


def _inner(source: bytes, scan: BodyScan) -> Iterator[Span]:
    """Yield what stands within lines of the person's own: a mark with text beside it.

    The blanks before it go with it. So do the lines that Logseq keeps within an item.
    """
    for mark in scan.marks:
        if mark.kind is MarkKind.FENCE or b"\n" in source[mark.start : mark.end]:
            continue
        line = source.rfind(b"\n", 0, mark.start) + 1
        before = source[max(line, scan.start) : mark.start]
        is_last = not source[mark.end : _line_end(source, mark.end)].strip()
        if not before.strip() and is_last:
            continue
        if before.strip() and (is_last or source[mark.end : mark.end + 1].isspace()):
            yield Span(mark.start - (len(before) - len(before.rstrip(b" \t"))), mark.end)
        else:
            yield Span(mark.start, mark.end)
    for above, below in pairwise(scan.lines):
        if not below.hidden and _LOGSEQ.fullmatch(below.data) and above.data.strip():
            yield Span(above.end, below.end)


def _headings_above(source: bytes, scan: BodyScan) -> Iterator[Span]:
    """Yield the headings right above blocks of a tool in which the person wrote something.

    The tool writes them again, but they say what the text is.
    """
    starts = [line.start for line in scan.lines]
    begins = {mark.end: mark.start for mark in scan.marks}
    for name, block in _blocks(scan.marks):
        if name in _MACHINE or not source[block.start : block.end].strip():
            continue
        mark = begins[block.start]
        at = bisect_left(starts, mark) - 1
        while at >= 0 and not source[starts[at] : min(scan.lines[at].end, mark)].strip():
            at -= 1
        if at >= 0 and scan.lines[at].level and not scan.lines[at].hidden:
            yield Span(starts[at], min(scan.lines[at].end, mark))


def as_heading(new: bytes) -> bytes:
    """Mark a heading that stands outside of the block below: no other text can come there."""
    return new


def _closed(text: LayeredText, headings: Set[int]) -> LayeredText:
    is_above = text.source_span(0, len(text.data)).start in headings
    return text.peeled(text.data, tuple, as_heading) if is_above else text


def _parts(
    source: bytes, first: int, spans: Iterable[Span], inner: Sequence[Span]
) -> Iterator[LayeredText]:
    """Yield the text of each range that holds some, without what stands within its lines."""
    starts = [span.start for span in inner]
    for span in spans:
        held = inner[bisect_left(starts, span.start) : bisect_left(starts, span.end)]
        part = _trimmed(source, span, held, first)
        if part is not None:
            yield _part_text(source, part, _merged(held))


def _part_text(source: bytes, span: Span, inner: Sequence[Span]) -> LayeredText:
    text = source_text(source, span)
    held = [Span(max(it.start, span.start), min(it.end, span.end)) for it in inner]
    held = [it for it in held if it.start < it.end]
    if not held:
        return text
    # Bytes of the source become those of the text, in which each line break is one.
    cuts, at, cursor = list[LayerCut](), 0, span.start
    for one in held:
        start = at + one.start - cursor - source.count(b"\r\n", cursor, one.start)
        at = start + len(one) - source.count(b"\r\n", one.start, one.end)
        cuts.append(LayerCut(start, at))
        cursor = one.end
    ends = [0, *(cut.end for cut in cuts)], [*(cut.start for cut in cuts), len(text.data)]
    data = b"".join(text.data[start:end] for start, end in zip(*ends, strict=True))
    return text.peeled(data, lambda: cuts, in_pieces)


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(span.end, merged[-1].end))
        else:
            merged.append(span)
    return merged


def in_pieces(new: bytes) -> bytes:
    """Mark text between whose pieces stands what no edit may reach into."""
    return new


def is_to_stay(between: bytes) -> bool:
    """Tell whether what stands within an item outlasts it, unlike the lines of Logseq."""
    return not all(map(_LOGSEQ.fullmatch, filter(None, between.splitlines())))


def _runs_of(text: LayeredText) -> Iterator[Span]:
    """Yield the bytes of a part, without what stands within its lines."""
    start = end = -1
    for piece in clipped(text.pieces, text.offset, text.offset + len(text.data)):
        if piece.source != end and end >= 0:
            yield Span(start, end)
        start = start if piece.source == end else piece.source
        end = piece.source + piece.width
    if end >= 0:
        yield Span(start, end)


@frozen()
class _Owned:
    """The ranges that no other tool owns, where text can come in blocks of one, and the headings
    above such blocks.
    """

    spans: Sequence[Span]
    rooms: Sequence[int] = ()
    headings: Sequence[Span] = ()


def _owned(source: bytes, scan: BodyScan, rule: NoteRule) -> _Owned:
    """Return what is the person's by the marks of tools and by the sections that are chosen."""
    found = _owned_by_marks(source, scan)
    if not rule.sections:
        return found
    chosen = section_spans(scan.lines, rule.sections, len(source))
    below = [Span(_line_end(source, it.start), it.end) for it in chosen]
    rooms = found.rooms or [it.start for it in below]
    return _Owned([*_common(found.spans, below)], rooms, found.headings)


def _owned_by_marks(source: bytes, scan: BodyScan) -> _Owned:
    """Return the ranges that a tool leaves; one that keeps blocks rewrites all else."""
    marks, whole = scan.marks, Span(scan.start, len(source))
    foreign = [*_regions(marks, MarkKind.FOREIGN_BEGIN, MarkKind.FOREIGN_END, len(source))]
    blocks = [*_blocks(marks)]
    if any(mark.kind is MarkKind.ZOTFLOW_BEGIN for mark in marks):
        blocks = [(name, span) for name, span in blocks if name.startswith(_PERSIST)]
    elif not blocks and not any(mark.kind is MarkKind.IMPORT for mark in marks):
        return _Owned([*_without([whole], foreign)])
    wanted = sorted(blocks, key=lambda one: (one[0] in _MACHINE, one[1]))
    headings = [*_headings_above(source, scan)]
    spans = sorted((*(span for _, span in blocks), *headings))
    return _Owned([*_without(spans, foreign)], [span.start for _, span in wanted], headings)


def _blocks(marks: Sequence[BodyMark]) -> Iterator[tuple[str, Span]]:
    """Yield the blocks that a tool keeps, each with its name; one that is not closed is none."""
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
    marks: Sequence[BodyMark], begin: MarkKind, end: MarkKind, last: int
) -> Iterator[Span]:
    """Yield regions that another tool owns; one that is not closed goes to the end."""
    opened = -1
    for mark in marks:
        if mark.kind is begin and opened < 0:
            opened = mark.start
        elif mark.kind is end and opened >= 0:
            yield Span(opened, mark.end)
            opened = -1
    if opened >= 0:
        yield Span(opened, last)


def _without(spans: Iterable[Span], cuts: Iterable[Span]) -> Iterator[Span]:
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


def _trimmed(source: bytes, span: Span, inner: Sequence[Span], first: int) -> Span | None:
    """Return a range without outer blanks, marks and rules; None if it holds nothing else.

    A rule beside what a tool wrote is the tool's, too.
    """
    start, end = span.start, span.end
    while True:
        data = source[start:end]
        if not data.strip() or _RULES.fullmatch(data.replace(b"\r\n", b"\n")):
            return None
        head, tail = _text_start(source, start, end), start + len(data.rstrip())
        left = next((it for it in inner if it.start <= head < it.end <= end), None)
        right = next((it for it in inner if start <= it.start < tail <= it.end), None)
        if left is not None:
            start = left.end
        elif right is not None:
            end = right.start
        elif start > first and (rule := _FIRST_RULE.match(source, head, end)):
            start = rule.end()
        elif end < len(source) and _LAST_RULE.search(source[start:tail].replace(b"\r", b"")):
            end = source.rfind(b"\n", start, tail)
        else:
            break
    lead = _BLANK_LINES.match(data)
    start += lead.end() if lead else 0
    if start and source[start - 1 : start] != b"\n":  # the indentation of a line is part of it
        start = head
    return Span(start, tail)


def _text_start(source: bytes, start: int, end: int) -> int:
    return end - len(source[start:end].lstrip(b" \t\r\n"))


def _between(source: bytes, start: int, parts: Sequence[Span]) -> Iterator[bytes]:
    """Yield each line that stands around the parts, without outer blanks.

    The lines of Logseq go with the item that they stand in.
    """
    cursor = start
    for part in (*parts, Span(len(source), len(source))):
        lines = map(bytes.strip, source[cursor : part.start].split(b"\n"))
        yield from (line for line in lines if line and not _LOGSEQ.fullmatch(line))
        cursor = part.end


def _room(source: bytes, own: Sequence[Span], rooms: Sequence[int]) -> LayeredText | None:
    """Return the place for text in a note that has none: a block of a tool, or the end.

    What is private at the end stays the last.
    """
    if rooms:
        return _point(source, rooms[0], b"\n" if source[rooms[0] - 1 : rooms[0]] != b"\n" else b"")
    if not own:
        return None
    last = own[-1]
    at = last.start + len(source[last.start : last.end].rstrip(b" \t\r\n"))
    before = source[:at].replace(b"\r", b"")
    breaks = len(before) - len(before.rstrip(b"\n"))
    return _point(source, at, b"\n" * max(2 - breaks, 0) if before else b"")


def _point(source: bytes, at: int, lead: bytes) -> LayeredText:
    after = source[at : at + 2]
    is_last = not source[at:].strip()
    trail = b"" if after[:1] == b"\n" or after == b"\r\n" else b"\n" if is_last else b"\n\n"
    layers: tuple[Layer, ...] = (partial(_framed, lead, trail),)
    layers += (in_crlf,) if b"\r\n" in source else ()
    return LayeredText(b"", SourcePieces(lambda: ((), at)), layers)


def _framed(lead: bytes, trail: bytes, new: bytes) -> bytes:
    return lead + new + trail


def _line_of(source: bytes, span: Span) -> Span:
    return Span(source.rfind(b"\n", 0, span.start) + 1, _line_end(source, span.end))


def _line_end(source: bytes, at: int) -> int:
    end = source.find(b"\n", at)
    return len(source) if end < 0 else end + 1
