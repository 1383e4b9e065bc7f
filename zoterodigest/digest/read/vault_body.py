"""The body of a note: which text in it is the person's own, part by part.

All else stays in the file as it is and is sent nowhere: what a tool generated, regions that other
tools own, and what is private. Only parts are read and written; no edit goes from one into another.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import pairwise

from zoterodigest.core.values.span import Span
from zoterodigest.digest.format.format import NoteRule
from zoterodigest.digest.read.data_texts import joined_text
from zoterodigest.digest.read.layers import (
    LayerCut,
    LayeredText,
    clipped,
    source_text,
)
from zoterodigest.digest.read.slots import Slot
from zoterodigest.digest.read.vault_generated import generated_spans, title_heading
from zoterodigest.digest.read.vault_marks import MarkKind
from zoterodigest.digest.read.vault_owned import (
    BodyScan,
    line_end,
    owned_ranges,
    room_for_text,
    spans_without,
)
from zoterodigest.frozen import frozen
from zoterodigest.regex import lazy_regex

_RULE = rb"[ \t]*(?:-{3,}|\*{3,}|_{3,})[ \t]*"
_RULES = lazy_regex(rb"(?:" + _RULE + rb"(?:\n|\Z)|[ \t]*\n)*")
_FIRST_RULE = lazy_regex(_RULE + rb"\r?\n")
_RULE_LINE = lazy_regex(_RULE)
_BLANK_LINES = lazy_regex(rb"(?:[ \t\r]*\n)*")
_INK = lazy_regex(rb"[^ \t\r\n]")
_LOGSEQ = lazy_regex(
    rb"[ \t]*(?:id|collapsed|background-color|heading|hl-page|hl-color|hl-type|hl-stamp|ls-type)::"
    rb"(?:[ \t][^\r\n]*)?|[ \t]*(?::LOGBOOK:|CLOCK: \[[^\r\n]*|:END:"
    rb"|(?:SCHEDULED|DEADLINE): <[^>\r\n]*>)[ \t]*"
)
"""A line that Logseq keeps below the text of an item."""
_LOGSEQ_BELOW = lazy_regex(rb"(?:\r?\n(?:" + _LOGSEQ.pattern + rb")(?=\r?\n|\Z))*")


@frozen()
class NoteBody:
    """The person's own text in a note, and all that stands between and around it.

    `slot` is None if no text of the person's can stand in the note. `copy` is a heading that
    repeats the title.
    """

    slot: Slot | None
    kept: bytes
    copy: Slot | None = None


def read_body(
    source: bytes, scan: BodyScan, fields: Sequence[Slot], title: str, rule: NoteRule
) -> NoteBody:
    """Return what is the person's own in a body.

    `title` is that of the paper, which the note may repeat; `fields` stand in its properties.
    """
    owned, inner = owned_ranges(source, scan, rule), sorted(_inner(source, scan))
    hidden = [*_hidden(scan, inner)]
    copy = title_heading(source, scan.lines, title)
    cuts = [*hidden, *generated_spans(source, scan.lines, scan.marks, scan.properties)]
    cuts += [] if copy is None else [_line_of(source, copy.span)]
    texts = tuple(_parts(source, scan.start, spans_without(owned.spans, cuts), inner))
    headings = {span.start for span in owned.headings}
    texts = tuple(_closed(text, headings) for text in texts)
    runs = [run for text in texts for run in _runs_of(text)]
    runs += (slot.span for slot in (*fields, copy) if slot and slot.span.start >= scan.start)
    # They leave the note with the text below them, and stay.
    runs += owned.headings
    # Not parted: a block of a tool that begins and ends in one line gets lines between.
    kept = b" ".join(_between(source, scan.start, sorted(set(runs))))
    if texts:
        return NoteBody(Slot("summary", joined_text(texts, b"\n\n"), parts=texts), kept, copy)
    first = [Span(it.start, it.start) for it in owned.spans[:1]]
    room = room_for_text(source, [*spans_without(owned.spans, hidden)] or first, owned.rooms)
    return NoteBody(None if room is None else Slot("summary", room, parts=(room,)), kept, copy)


def _hidden(scan: BodyScan, inner: Sequence[Span]) -> Iterator[Span]:
    """Yield what is private, and marks that stand on lines of their own."""
    within = {span.end for span in inner}
    marks = [Span(mark.start, mark.end) for mark in scan.marks if mark.kind is not MarkKind.FENCE]
    # A section may end where a mark within its last line does: it is hidden all the same.
    yield from set(scan.private) - set(marks)
    yield from (mark for mark in marks if mark.end not in within)


def _inner(source: bytes, scan: BodyScan) -> Iterator[Span]:
    """Yield what stands within lines of the person's own: a mark with text beside it.

    The blanks before it go with it. So do the lines that Logseq keeps within an item.
    """
    stop, text = 0, Span(0, 0)
    for mark in scan.marks:
        if mark.kind is MarkKind.FENCE or b"\n" in source[mark.start : mark.end]:
            continue
        if mark.start >= stop:  # thousands may stand in one line, which is looked at once
            line = max(source.rfind(b"\n", 0, mark.start) + 1, scan.start)
            stop = line_end(source, mark.end)
            data = source[line:stop]
            text = Span(stop - len(data.lstrip()), line + len(data.rstrip()))
        is_first, is_last = mark.start <= text.start, text.end <= mark.end
        if is_first and is_last:
            continue
        start = mark.start
        if not is_first and (is_last or source[mark.end : mark.end + 1].isspace()):
            while source[start - 1] in b" \t":
                start -= 1
        yield Span(start, mark.end)
    for above, below in pairwise(scan.lines):
        if not below.hidden and _LOGSEQ.fullmatch(below.data) and above.data.strip():
            yield Span(above.end, below.end)


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
        held = merged_spans(inner[bisect_left(starts, span.start) : bisect_left(starts, span.end)])
        part = _trimmed(source, span, held, first)
        if part is not None:
            yield _part_text(source, part, held)


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


def merged_spans(spans: Iterable[Span]) -> list[Span]:
    """Return the ranges that `spans` cover, in order and apart."""
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


def end_of_kept_lines(source: bytes, at: int) -> int:
    """Return where the lines end that Logseq keeps below a line that ends at `at`; else `at`."""
    found = _LOGSEQ_BELOW.match(source, at)
    return found.end() if found else at


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


def _trimmed(source: bytes, span: Span, inner: Sequence[Span], first: int) -> Span | None:
    """Return a range without outer blanks, marks and rules; None if it holds nothing else.

    A rule beside what a tool wrote is the tool's, too.
    """
    start, end = span.start, span.end
    marks = deque(inner)
    while True:
        head, tail = _text_start(source, start, end), _text_end(source, start, end)
        if head >= tail:
            return None
        while marks and marks[0].end <= head:
            marks.popleft()
        while marks and marks[-1].start >= tail:
            marks.pop()
        if marks and marks[0].start <= head and marks[0].end <= end:
            start = marks[0].end
        elif marks and start <= marks[-1].start and tail <= marks[-1].end:
            end = marks[-1].start
        elif start > first and (rule := _FIRST_RULE.match(source, head, end)):
            start = rule.end()
        elif end < len(source) and (rule_start := _last_rule(source, start, tail)) >= 0:
            end = rule_start
        else:
            break
    data = source[start:end]
    if _RULES.fullmatch(data.replace(b"\r\n", b"\n")):
        return None
    lead = _BLANK_LINES.match(data)
    start += lead.end() if lead else 0
    if start and source[start - 1 : start] != b"\n":  # the indentation of a line is part of it
        start = head
    return Span(start, tail)


def _text_start(source: bytes, start: int, end: int) -> int:
    found = _INK.search(source, start, end)
    return found.start() if found else end


def _text_end(source: bytes, start: int, end: int) -> int:
    # Not by `rstrip`: a copy for each of thousands of marks would take quadratic time.
    while end > start and source[end - 1 : end].isspace():
        end -= 1
    return end


def _last_rule(source: bytes, start: int, end: int) -> int:
    """Return where the line break stands before a rule that is the last line; -1 without one."""
    at = source.rfind(b"\n", start, end)
    is_rule = at >= 0 and _RULE_LINE.fullmatch(source[at + 1 : end].replace(b"\r", b""))
    return at if is_rule else -1


def _between(source: bytes, start: int, parts: Sequence[Span]) -> Iterator[bytes]:
    """Yield each line that stands around the parts, without outer blanks.

    The lines of Logseq go with the item that they stand in.
    """
    cursor = start
    for part in (*parts, Span(len(source), len(source))):
        lines = map(bytes.strip, source[cursor : part.start].split(b"\n"))
        yield from (line for line in lines if line and not _LOGSEQ.fullmatch(line))
        cursor = max(cursor, part.end)


def _line_of(source: bytes, span: Span) -> Span:
    return Span(source.rfind(b"\n", 0, span.start) + 1, line_end(source, span.end))
