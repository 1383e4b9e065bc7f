"""The body of a note: which text in it is the person's own, part by part.

All else stays in the file as it is and is sent nowhere: what a tool generated, regions that other
tools own, and what is private. Only parts are read and written; no edit goes from one into another.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import accumulate

from zoterodigest.core.values.span import Span
from zoterodigest.digest.format.format import NoteRule
from zoterodigest.digest.read.data_texts import joined_text
from zoterodigest.digest.read.layers import (
    Layer,
    LayeredText,
    SourcePieces,
    in_crlf,
    source_text,
)
from zoterodigest.digest.read.slots import Slot
from zoterodigest.digest.read.vault_generated import generated_spans, title_heading
from zoterodigest.digest.read.vault_lines import body_lines, section_spans
from zoterodigest.digest.read.vault_marks import BodyMark, MarkKind, body_marks
from zoterodigest.frozen import frozen

_OPENS = {MarkKind.BEGIN: MarkKind.END, MarkKind.ZOTFLOW_BEGIN: MarkKind.ZOTFLOW_END}
_PERSIST = "persist"
_MACHINE = frozenset({"annotations", "annotation", "highlights", "metadata"})
"""Names of blocks that a tool fills: new text has a better place."""

_RULES = re.compile(rb"(?:[ \t]*(?:-{3,}|\*{3,}|_{3,})[ \t]*(?:\n|\Z)|[ \t]*\n)*")
_BLANK_LINES = re.compile(rb"(?:[ \t\r]*\n)*")


@frozen()
class NoteBody:
    """The person's own text in a note, and all that stands between and around it.

    `slot` is None if no text of the person's can stand in the note. `copy` is a heading that
    repeats the title.
    """

    slot: Slot | None
    kept: bytes
    copy: Slot | None = None


def read_body(source: bytes, start: int, title: str, rule: NoteRule) -> NoteBody:
    """Return what is the person's own in the body that begins at `start`.

    `title` is that of the paper, which the note may repeat.
    """
    marks = body_marks(source, start)
    lines = body_lines(source, start, marks)
    own, rooms = _owned(source, start, marks)
    if rule.sections:
        chosen = section_spans(lines, rule.sections, len(source))
        own = [*_common(own, [Span(_line_end(source, it.start), it.end) for it in chosen])]
        rooms = rooms or [_line_end(source, it.start) for it in chosen]
    hidden = [*section_spans(lines, rule.private, len(source))]
    hidden += (Span(mark.start, mark.end) for mark in marks if mark.kind is not MarkKind.FENCE)
    left = [*_without(own, hidden)]
    copy = title_heading(source, lines, title)
    left = [*_without(left, generated_spans(source, lines, marks, copy))]
    parts = [part for span in left if (part := _trimmed(source, span)) is not None]
    copied = [] if copy is None else [copy.span]
    # Not parted: a block of a tool that begins and ends in one line gets lines between.
    kept = b"".join(_between(source, start, sorted((*parts, *copied))))
    if parts:
        texts = tuple(source_text(source, part) for part in parts)
        return NoteBody(Slot("summary", joined_text(texts, b"\n\n"), parts=texts), kept, copy)
    free = [*_without(own, hidden)] or [Span(it.start, it.start) for it in own[:1]]
    room = _room(source, free, rooms)
    return NoteBody(None if room is None else Slot("summary", room, parts=(room,)), kept, copy)


def _owned(source: bytes, start: int, marks: Sequence[BodyMark]) -> tuple[list[Span], list[int]]:
    """Return the ranges that no other tool owns, and where text can come in blocks of one.

    A tool that keeps what stands in blocks rewrites all else.
    """
    whole = Span(start, len(source))
    foreign = [*_regions(marks, MarkKind.FOREIGN_BEGIN, MarkKind.FOREIGN_END, len(source))]
    has_zotflow = any(mark.kind is MarkKind.ZOTFLOW_BEGIN for mark in marks)
    blocks = [*_blocks(marks)]
    if has_zotflow:
        blocks = [(name, span) for name, span in blocks if name.startswith(_PERSIST)]
    elif not blocks and not any(mark.kind is MarkKind.IMPORT for mark in marks):
        return [*_without([whole], foreign)], []
    wanted = sorted(blocks, key=lambda one: (one[0] in _MACHINE, one[1]))
    rooms = [span.start for _, span in wanted]
    return [*_without(sorted(span for _, span in blocks), foreign)], rooms


def _blocks(marks: Sequence[BodyMark]) -> Iterator[tuple[str, Span]]:
    """Yield the blocks that a tool keeps, each with its name; one that is not closed is none."""
    cursor = 0
    for number, mark in enumerate(marks):
        if mark.kind not in _OPENS or mark.start < cursor:
            continue
        end = next(
            (it for it in marks[number:] if it.kind is _OPENS[mark.kind] and it.name == mark.name),
            None,
        )
        if end is not None:
            yield mark.name, Span(mark.end, end.start)
            cursor = end.end


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


def _trimmed(source: bytes, span: Span) -> Span | None:
    """Return a range without outer blanks; None if it holds nothing, or rules alone."""
    data = source[span.start : span.end]
    if not data.strip() or _RULES.fullmatch(data.replace(b"\r\n", b"\n")):
        return None
    lead = _BLANK_LINES.match(data)
    start = span.start + (lead.end() if lead else 0)
    is_line = start == 0 or source[start - 1 : start] == b"\n"
    if not is_line:  # the indentation of a line is part of it
        start += len(source[start : span.end]) - len(source[start : span.end].lstrip(b" \t"))
    return Span(start, span.start + len(data.rstrip(b" \t\r\n")))


def _between(source: bytes, start: int, parts: Sequence[Span]) -> Iterator[bytes]:
    """Yield each line that stands around the parts, without outer blanks."""
    cursor = start
    for part in (*parts, Span(len(source), len(source))):
        yield from filter(None, map(bytes.strip, source[cursor : part.start].split(b"\n")))
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


def _line_end(source: bytes, at: int) -> int:
    end = source.find(b"\n", at)
    return len(source) if end < 0 else end + 1
