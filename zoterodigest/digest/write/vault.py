"""Edits of the body of a note: each part of the person's own text is written by itself."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from zoterodigest.core.links.hunks import differing_ranges
from zoterodigest.core.values.blocks import split_blocks
from zoterodigest.core.values.record import Blocks, Value
from zoterodigest.core.values.span import Edit, Span
from zoterodigest.digest.read.layers import LayeredText, indent_of
from zoterodigest.digest.read.slots import Slot, decoded
from zoterodigest.digest.read.vault_body import (
    as_heading,
    end_of_kept_lines,
    in_pieces,
    is_to_stay,
)
from zoterodigest.digest.write.blocks import blocks_text, compared
from zoterodigest.digest.write.frames import rewritten
from zoterodigest.digest.write.html import Spelling, inert_blocks, plain
from zoterodigest.digest.write.paired import paired
from zoterodigest.frozen import frozen
from zoterodigest.regex import lazy_regex

_HEADING = lazy_regex(r"(#{1,4})[ \t]")
_WORD = lazy_regex(r"\s+|[^\s]+")


def body_edits(source: bytes, slot: Slot, value: Value, spell: Spelling) -> list[Edit]:
    """Return the edits that make the parts of a body say `value`; raises `UnwritableValue`.

    A block that stays is written in the part in which it stands. New blocks come to the part of
    those that they replace or follow.
    """
    texts = value.texts if isinstance(value, Blocks) else ()
    present = [split_blocks(decoded(part.data)) for part in slot.parts]
    edits: list[Edit] = []
    # Any other spelling writes them as they are: some parts end at a higher heading.
    spell = _at_level(present) if spell is plain else spell
    dealt = _dealt(slot.parts, texts)
    for number, (part, old, new) in enumerate(zip(slot.parts, present, dealt, strict=True)):
        # With all text below it, a heading leaves the note and stays in the file: it is a tool's.
        is_left = as_heading in part.layers and not any(dealt[number : number + 2])
        if tuple(old) != tuple(new) and not is_left:
            edits += _part_edits(source, part, new, spell)
    return edits


def _at_level(present: Sequence[Sequence[str]]) -> Spelling:
    """Return what writes a new heading at the level that most headings of a body have.

    A note in a library has those of levels 1 to 4 at one level, the fourth in Markdown.
    """
    texts = (text for part in present for text in part)
    levels = Counter(len(found[1]) for text in texts if (found := _HEADING.match(text)))
    level = min(levels, key=lambda one: (-levels[one], one), default=2)

    def spelled(text: str) -> str:
        return "#" * level + text[4:] if text.startswith("#### ") and 4 not in levels else text

    return spelled


def _dealt(parts: Sequence[LayeredText], texts: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the new blocks of each part; a heading above a tool's block takes in no other."""
    present = [split_blocks(decoded(part.data)) for part in parts]
    flat = [text for part in present for text in part]
    homes = [number for number, part in enumerate(present) for _ in part]
    dealt: list[list[str]] = [[] for _ in present]
    cursor = 0
    for start, stop, first, last in differing_ranges(compared(flat), compared(texts)):
        for at in range(cursor, start):
            dealt[homes[at]].append(flat[at])
        pairs = paired(flat[start:stop], texts[first:last])
        at = start - 1
        for number, text in enumerate(texts[first:last]):
            # A block replaces one, or it follows the one before it.
            is_more = number not in pairs
            at = at if is_more else start + pairs[number]
            home = homes[max(at, 0)] if homes else 0
            dealt[home + (is_more and as_heading in parts[home].layers)].append(text)
        cursor = stop
    for at in range(cursor, len(flat)):
        dealt[homes[at]].append(flat[at])
    return [tuple(part) for part in dealt]


def _part_edits(
    source: bytes, part: LayeredText, new: Sequence[str], spell: Spelling
) -> list[Edit]:
    old = decoded(part.data)
    written = _as_deep(blocks_text(old, Blocks(tuple(new)), spell), old)
    text = inert_blocks(written, old, is_markdown=True)
    text = _apart(source, part, text) if old else text
    if in_pieces in part.layers:
        edits = [*_edits_in_pieces(source, part, text)]
    else:
        edits = rewritten(part, text, source)
    return [new for edit in edits for new in _around_kept_lines(source, edit)]


def _around_kept_lines(source: bytes, edit: Edit) -> Iterator[Edit]:
    """Yield an edit at the end of a line around the lines that Logseq keeps below it.

    They belong to this item, as an `id::` says which one it names: they go with it, and new items
    come below them.
    """
    start, end = edit.span.start, edit.span.end
    behind = end_of_kept_lines(source, end)
    line, breaks, _ = edit.new.partition(b"\n")
    has_item = b"\n" in source[start:end]
    if behind > end and has_item and not edit.new:
        yield Edit(Span(start, behind), b"")
    elif behind > end and breaks and not has_item:
        line = line.removesuffix(b"\r")
        yield Edit(edit.span, line)
        yield Edit(Span(behind, behind), edit.new[len(line) :])
    else:
        yield edit


def _as_deep(new: str, old: str) -> str:
    """Return the new text of a part with the margin of its first line: it may be inside an item."""
    margin = old[: len(old) - len(old.lstrip(" \t"))]
    return new if not new or new.startswith(margin) else margin + new


@frozen()
class _Gap:
    """What stands within a part, at a place of its text, and is none of it; `span` in the file."""

    at: int
    span: Span
    data: bytes

    @property
    def goes(self) -> bool:
        """Whether it goes with its item, as what Logseq keeps within one does."""
        return not is_to_stay(self.data)


def _gaps(source: bytes, part: LayeredText) -> Iterator[_Gap]:
    for one, other in pairwise(part.pieces):
        end = one.source + one.width
        if end != other.source:
            yield _Gap(other.at, Span(end, other.source), source[end : other.source])


def _edits_in_pieces(source: bytes, part: LayeredText, text: str) -> Iterator[Edit]:
    """Yield the edits that make a part say `text` between whose pieces something stands.

    What stands there stays, but for what Logseq keeps within an item that goes. If a line goes, it
    stays behind the line above, or on a line of its own: else it would join two blocks.
    """
    old, new = decoded(part.data).split("\n"), text.split("\n")
    starts = [0, *accumulate(len(line.encode()) + 1 for line in old)]
    gaps = [*_gaps(source, part)]
    line = place = 0
    for first, stop, upto in _lines_that_go(old, new, starts, gaps):
        if line < first:
            words = "\n".join(new[place:upto])
            yield from _edits_of_words(part, Span(starts[line], starts[first] - 1), words, gaps)
            place = upto
        line = stop
        # Blank lines around them stay.
        while not old[first].strip():
            first += 1
        while not old[stop - 1].strip():
            stop -= 1
        is_behind = first > 0 and bool(old[first - 1].strip())
        low, high = starts[first] - is_behind, starts[stop] - 1
        yield from _without_words(part, Span(low, high), gaps, is_behind=is_behind)
    if line < len(old):
        words = "\n".join(new[place:])
        yield from _edits_of_words(part, Span(starts[line], starts[-1] - 1), words, gaps)


def _lines_that_go(
    old: Sequence[str], new: Sequence[str], starts: Sequence[int], gaps: Sequence[_Gap]
) -> Iterator[tuple[int, int, int]]:
    """Yield ranges of lines that go while something in them stays, and where `new` goes on.

    If other rows of a table stay, it goes into one of them.
    """
    # Blanks beside a comment are those of its line.
    old, new = ([" ".join(line.split()) for line in lines] for lines in (old, new))
    held = {bisect_right(starts, gap.at) - 1 for gap in gaps if not gap.goes}
    for start, stop, first, last in differing_ranges(old, new):
        pairs = paired(old[start:stop], new[first:last]) if first < last else {}
        stay = {start + at: first + number for number, at in pairs.items()}
        line = start
        while line < stop:
            end = next((at for at in range(line, stop) if at in stay), stop)
            around = (*old[max(line - 1, 0) : line], *old[end : end + 1])
            if not held.isdisjoint(range(line, end)) and not any(map(_is_row, around)):
                yield line, end, min((to for at, to in stay.items() if at >= end), default=last)
            line = end + 1


def _is_row(line: str) -> bool:
    return line.lstrip("> ").startswith("|")


def _without_words(
    part: LayeredText, span: Span, gaps: Sequence[_Gap], *, is_behind: bool
) -> Iterator[Edit]:
    """Yield the edits that leave of a range only what stays in it, parted by blanks."""
    cursor, is_first = span.start, not is_behind
    for gap in gaps:
        if gap.goes or not span.start + is_behind <= gap.at <= span.end:
            continue
        if cursor < gap.at:
            yield _edit_before_gap(part, Span(cursor, gap.at), b"")
        start, data = gap.span.start, gap.data
        blanks = indent_of(data)
        if is_first or not blanks:
            yield Edit(Span(start, start + blanks), b"" if is_first else b" ")
        # Below it, Logseq keeps lines of the item that goes.
        comment = data.splitlines()[0]
        if len(comment) < len(data):
            yield Edit(Span(start + len(comment), gap.span.end), b"")
        cursor, is_first = gap.at, False
    if cursor < span.end:
        yield part.edit(cursor, span.end, b"")


def _edits_of_words(
    part: LayeredText, span: Span, text: str, gaps: Sequence[_Gap]
) -> Iterator[Edit]:
    """Yield an edit for each run of words that differ in a range, around what stands there."""
    old, new = _WORD.findall(decoded(part.data[span.start : span.end])), _WORD.findall(text)
    ends = [*accumulate((len(word.encode()) for word in old), initial=span.start)]
    stay = {gap.at for gap in gaps if not gap.goes}
    for start, stop, first, last in differing_ranges(old, new):
        low, high = ends[start], ends[stop]
        words = "".join(new[first:last]).encode("utf-8", "replace")
        if not words and not "".join(old[start:stop]).strip(" \t") and low in stay:
            continue  # the blank behind a comment, which now begins the text
        if low == high and any(gap.at == low and gap.goes for gap in gaps):
            yield part.slice(0, low).edit(low, low, words)
            continue
        within = [it.at for it in gaps if low < it.at < high and not (it.goes and not words)]
        for begin, end in pairwise([low, *within, high]):
            yield _edit_before_gap(part, Span(begin, end), words)
            words = b""


def _edit_before_gap(part: LayeredText, span: Span, new: bytes) -> Edit:
    # Cut first: an edit that ends with a line break takes in what the next line begins with.
    return part.slice(span.start, span.end).edit(0, span.end - span.start, new)


def _apart(source: bytes, part: LayeredText, new: str) -> str:
    """Return the new text of a part with line breaks to what else stands on its lines.

    They are needed if the block goes that shares a line with it.
    """
    span, old = part.source_span(0, len(part.data)), split_blocks(decoded(part.data))
    texts = split_blocks(new)
    before = source[source.rfind(b"\n", 0, span.start) + 1 : span.start].strip()
    behind = source[span.end :].split(b"\n", 1)[0].strip()
    if before and (not texts or texts[0] != old[0]) and len(texts) < len(old):
        new = "\n" + new
    if behind and (not texts or texts[-1] != old[-1]) and len(texts) < len(old) and new.strip():
        new += "\n"
    return new
