"""Frames: the marks, separators and lines around a value, which go and come with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import accumulate, chain

from zoterodigest.core.links.hunks import differing_ranges
from zoterodigest.core.values.span import Edit, Span
from zoterodigest.digest.format.format import NewRule
from zoterodigest.digest.format.template import Line, fill, frames, parse_line
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.read.layers import LayeredText, in_cell, in_crlf
from zoterodigest.digest.read.slots import Slot, decoded
from zoterodigest.digest.write.house_style import HouseStyle, filled_slots, house_style
from zoterodigest.digest.write.links import LISTED, LinkManner, with_brackets
from zoterodigest.regex import lazy_regex

_SEPARATORS = b" \t,;|"
_LEAD = lazy_regex(rb"[ \t>]*(?:(?:[-*+]|\xe2\x80\xa2|\d{1,9}[.)])[ \t]+)?")
_LINE = lazy_regex(r"[^\n]*\n|[^\n]+")
_BLANK = lazy_regex(r"[ \t>]*")
_LABEL = lazy_regex(rb"(?::|\xef\xbc\x9a)[ \t*_]*$")


def neighbors(document: Document, index: int) -> HouseStyle:
    """Return the other entries of an entry's format, the nearest first, as models for it."""
    return house_style(document, document.entries[index].format, index, left_out=index)


def without_frame(slot: Slot, source: bytes) -> Edit:
    """Return the edit that takes out a slot's text with the marks and the separator around it.

    A label stays, with the blanks behind it, so that the slot can be filled again.
    """
    span = slot.span
    start, stop = _bounds(slot, span, source)
    begin, end = with_brackets(source, (span.start, span.end), (start, stop))
    before, after = source[start:begin], source[end:stop]
    if slot.text.layers[:1] == (in_cell,) or _LABEL.search(before):
        return Edit(Span(begin, end), b"")
    if _LEAD.fullmatch(before):
        end = stop - len(after.lstrip(_SEPARATORS)) if after.strip() else end
    else:
        begin = start + len(before.rstrip(_SEPARATORS))
    return Edit(Span(begin, end), b"")


def _bounds(slot: Slot, span: Span, source: bytes) -> tuple[int, int]:
    """Return the range around `span` in which its frame can stand: its line, or its cell."""
    start = source.rfind(b"\n", 0, span.start) + 1
    stop = source.find(b"\n", span.end)
    stop = len(source) if stop < 0 else stop - source.endswith(b"\r", span.end, stop)
    if in_cell in slot.text.layers:
        start = source.rfind(b"|", start, span.start) + 1 or start
        bar = source.find(b"|", span.end, stop)
        stop = stop if bar < 0 else bar
    return start, stop


def insertion_of(
    document: Document, index: int, name: str, text: str, *, on_line: int = -1
) -> Edit | None:
    """Return the edit that writes `text` in a slot `name` that an entry lacks; None if none can.

    The frame is that of the nearest entries, else of the format's template. A slot that stands
    empty `on_line` lacks its frame alone, which the other slots of that line show, or nothing does.
    """
    entry = document.entries[index]
    if entry.format.columns is not None or document.lines.is_data:
        return None
    present = {
        slot.name: slot
        for slot in reversed(filled_slots(entry))
        if on_line in (-1, document.lines.line_at(slot.span.start))
    }
    for line, above in _models(document, index, name):
        edit = _within_line(document.source, line, present, name, text)
        if edit is None and on_line == -1 and not set(line.slots) & present.keys():
            ends = [present[slot].span.end for slot in above if slot in present]
            edit = _as_line(document, line, max(ends), fill(line, {name: text})) if ends else None
        if edit is not None:
            return edit
    return None


def _models(document: Document, index: int, name: str) -> Iterator[tuple[Line, tuple[str, ...]]]:
    """Yield lines that show how a slot is written, each with the slots of the lines above it."""
    for own in neighbors(document, index).lines_by_entry:
        above: list[str] = []
        for one in own:
            if name in one.slots:
                yield one, tuple(above)
            above += one.slots
    rule = document.entries[index].format.new
    above, lead = list[str](), tuple[str, ...]()
    for texts in rule.alternatives if rule else ():
        lines = [parse_line(text, lead) for text in texts]
        yield from ((line, tuple(above)) for line in lines if name in line.slots)
        above += chain.from_iterable(line.slots for line in lines)
        lead = (*lead, *texts) if _BLANK.fullmatch("".join(texts)) else ()


def _within_line(
    source: bytes, line: Line, present: Mapping[str, Slot], name: str, text: str
) -> Edit | None:
    """Return the edit that puts `text` beside the next slot of its line that the entry has."""
    closes, separators, opens = frames(line)
    at = line.slots.index(name)
    framed = opens[at] + text + closes[at]
    slots = ((opens[it].encode(), present.get(line.slots[it])) for it in range(at + 1, len(opens)))
    shown = ((mark, slot.span.start) for mark, slot in slots if slot is not None)
    behind = [end - len(mark) for mark, end in shown if source.endswith(mark, 0, end)]
    # The nearest slot before it first: what stands behind may belong to the slot after it.
    for other in reversed(range(at)):
        slot = present.get(line.slots[other])
        if slot is not None and source.startswith(closes[other].encode(), slot.span.end):
            point = slot.span.end + len(closes[other].encode())
            # A sign that stood before a slot that is not there belongs to that one.
            is_next = other == at - 1 or name not in LISTED
            gap = separators[at].encode() if is_next else b" "
            if gap.strip() and source.startswith(gap.rstrip(), point):
                # The sign stands there still; the blanks behind it may have gone with a value.
                there = gap if source.startswith(gap, point) else gap.rstrip()
                point, gap = point + len(there), gap[len(there) :]
                framed += separators[at + 1] if point in behind else ""
            return Edit(Span(point, point), gap + framed.encode())
    for point in behind[:1]:
        return Edit(Span(point, point), (framed + separators[at + 1]).encode())
    return None


def _as_line(document: Document, line: Line, end: int, filled: str) -> Edit:
    """Return the edit that puts a line below the one at `end`, which is above it elsewhere too."""
    lines = document.lines
    number = lines.line_at(end)
    lead = list(line.lead)
    while (
        lead and number + 1 < len(lines) and lines[number + 1].strip() == lead[0].strip().encode()
    ):
        # A leading line that stands there already is not written a second time.
        number, lead = number + 1, lead[1:]
    new = [*lead, *filled.split("\n")]
    eol = "\r\n" if document.source.startswith(b"\r\n", lines.ends[number]) else "\n"
    point = lines.ends[number]
    return Edit(Span(point, point), "".join(eol + one for one in new).encode("utf-8", "replace"))


def sample(manner: HouseStyle, slot: str) -> str:
    """Return what the nearest entry has in a slot, for writing another value like it."""
    return next(iter(manner.texts(slot)), "")


def link_manner(manner: HouseStyle, rule: NewRule | None) -> LinkManner:
    """Return how the nearest entries write links, else how the format's `rule` does."""
    slots = chain.from_iterable(entry.slots for entry in manner.entries)
    samples = tuple(slot.text.data for slot in slots if slot.name in LISTED)
    return LinkManner(samples, (rule.link, rule.link_gap)) if rule else LinkManner(samples)


_LINE_LEAD = lazy_regex(rb"[ \t>]*(?:[-*+][ \t]+)?[*_]*")
_TRAIL = lazy_regex(rb"[*_]*[ \t\r]*")
_PREFIX = lazy_regex(rb"[ \t>]*")
_WHOLE_LINES = ("abstract", "section", "summary")
_LINE_END = lazy_regex(rb"\r?\n|$")


def slot_edits(slot: Slot, new: str, source: bytes) -> list[Edit]:
    """Return the edit of `source` that makes a slot's text `new`, none if it says so already."""
    edits = rewritten(slot.text, new, source)
    if not edits:
        return []
    if not slot.text.data:
        return [_filled(slot, source, edits[0])]
    if not new.strip():
        is_line = b"\n" not in slot.text.data
        return [
            _emptied(source, slot.span) or (without_frame(slot, source) if is_line else edits[0])
        ]
    return edits


def rewritten(text: LayeredText, new: str, source: bytes) -> list[Edit]:
    """Return the smallest edit of `source` that makes a text `new`, none if it says so already.

    Where lines end in both ways, there is one for each run of lines that differ: new line endings
    are all of one kind.
    """
    edit = text.rewrite(new.encode("utf-8", "replace"))
    if edit is None:
        return []
    # With the line break behind it, which ends the last of the new lines.
    replaced = source[edit.span.start : edit.span.end + 2].replace(b"\r\n", b"")
    if in_crlf not in text.layers or b"\n" not in replaced:
        return [edit]
    old, now = _LINE.findall(decoded(text.data)), _LINE.findall(new)
    starts = [*accumulate((len(line.encode()) for line in old), initial=0)]
    edits: list[Edit] = []
    for start, stop, first, last in differing_ranges(old, now):
        lines = "".join(now[first:last]).encode("utf-8", "replace")
        low, high = starts[start], starts[stop]
        if low < high:
            one = text.slice(low, high).rewrite(lines)
        else:
            one = text.slice(0, low).edit(low, low, lines)
        edits += [one] if one else []
    return edits


def _emptied(source: bytes, span: Span) -> Edit | None:
    """Return the edit that takes out the whole lines of `span`; None if more stands on them."""
    start = source.rfind(b"\n", 0, span.start) + 1
    end = source.find(b"\n", span.end)
    stop = len(source) if end < 0 else end
    if not _LINE_LEAD.fullmatch(source, start, span.start):
        return None
    if not _TRAIL.fullmatch(source, span.end, stop):
        return None
    return Edit(Span(start, end + 1) if end >= 0 else Span(max(start - 1, 0), stop), b"")


def _filled(slot: Slot, source: bytes, edit: Edit) -> Edit:
    """Return `edit`, which fills an empty slot, where a line begins so that it stands on its own.

    It goes behind the prefix of a blank line, else on a new line like the one before.
    """
    at = edit.span.start
    start = source.rfind(b"\n", 0, at) + 1
    if slot.section is not None and start < at and _LINE_END.match(source, at):
        # The title of a section ends the line: the text begins on the next.
        return Edit(edit.span, _line_break(slot) + _indented(slot, source, start, edit.new))
    is_indented = 0 < start < at and not source[start:at].strip(b" \t>")
    if slot.name in _WHOLE_LINES and is_indented and not _LINE_END.match(source, at):
        # What closes the section has the line to itself.
        above = source.rfind(b"\n", 0, start - 1) + 1
        line = _indented(slot, source, above, edit.new) + _line_break(slot)
        return Edit(Span(start, start), line)
    before = source.rfind(b"\n", 0, max(at - 1, 0)) + 1
    if source[at - 1 : at] != b"\n" or before == at:
        return edit
    prefix = _PREFIX.match(source, at)
    end = prefix.end() if prefix else at
    if _LINE_END.match(source, end):
        return Edit(Span(end, end), edit.new)
    return Edit(edit.span, _indented(slot, source, before, edit.new) + _line_break(slot))


def _line_break(slot: Slot) -> bytes:
    return b"\r\n" if in_crlf in slot.text.layers else b"\n"


def _indented(slot: Slot, source: bytes, line: int, new: bytes) -> bytes:
    """Return the lines of `new`, wrapped by the slot's layers, as deep as the line at `line`."""
    found = _PREFIX.match(source, line)
    indent = found[0] if found else b""
    eol = _line_break(slot)
    prefix = slot.text.edit(0, 0, b"\nx").new.removeprefix(eol)[:-1]
    if not indent.startswith(prefix):
        return indent + new
    further = re.compile(re.escape(eol + prefix) + rb"(?![\r\n])")
    return indent + further.sub(lambda _: eol + indent, new)
