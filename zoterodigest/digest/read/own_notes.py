"""Own notes: the regions of an entry that show notes and annotations out of Zotero.

A region is cut out of its entry before anything else is read, so what it says is never taken for
the digest's own words. A torn one spoils the rest of its entry and no more.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from itertools import starmap

from zoterodigest.core.values.blocks import split_blocks
from zoterodigest.core.values.record import EMPTY, NOTE, Blocks, Value
from zoterodigest.digest.read.found import EntryRange
from zoterodigest.digest.read.layers import LayerCut, LayeredText, prefixed
from zoterodigest.digest.read.lines import Lines
from zoterodigest.digest.read.markers import MarkedRegion, Torn, find_regions, has_marker
from zoterodigest.digest.read.slots import (
    BLANKS,
    Claims,
    EntryReading,
    NoteRegion,
    UnreadLine,
    block_text,
    decoded,
)

_BLOCK_SLOTS = frozenset({"summary", "section"})


def without_notes(
    claims: Claims, found: EntryRange
) -> tuple[LayeredText, Sequence[int], tuple[Torn, ...]]:
    """Claim the notes that an entry shows; return its body without them.

    With it come the numbers that its lines have in the whole body, and the markers that are torn.
    """
    text, (start, end) = found.text, found.body
    body = text.slice(start, end)
    if not has_marker(body.data):
        claims.room = _room(text, end)
        return body, range(body.data.count(b"\n") + 1), ()
    ranges = list(body.lines())
    regions, torn = find_regions(body.data[low:high] for low, high in ranges)
    found_notes = (one for one in regions if not one.is_of_annotations)
    claims.regions = tuple(_region(text, start, ranges, one) for one in found_notes)
    marked = next((one for one in regions if one.is_of_annotations), None)
    claims.annotations = _region(text, start, ranges, marked) if marked else None
    claims.room = None if torn else _room(text, end)
    cuts = [(region.first, region.last) for region in regions]
    # Which words behind a torn beginning are the note's own is not known, so it takes all of them.
    cuts += [(one.line, len(ranges) - 1 if one.is_beginning else one.line) for one in torn]
    gone = {line for first, last in cuts for line in range(first, last + 1)}
    kept = [line for line in range(len(ranges)) if line not in gone]
    return (_without_lines(body, ranges, sorted(gone)) if gone else body), kept, torn


def _without_lines(
    body: LayeredText, ranges: Sequence[tuple[int, int]], gone: Sequence[int]
) -> LayeredText:
    """Take out lines, each with the line break before it or, at the top, the one behind it."""
    top = sum(at == line for at, line in enumerate(gone))
    ends = [(ranges[line][0], min(ranges[line][1] + 1, len(body.data))) for line in gone[:top]]
    ends += [(ranges[line - 1][1], ranges[line][1]) for line in gone[top:]]
    starts = (0, *(end for _, end in ends))
    stops = (*(start for start, _ in ends), len(body.data))
    data = b"".join(body.data[start:stop] for start, stop in zip(starts, stops, strict=True))
    return body.peeled(data, lambda: starmap(LayerCut, ends), partial(prefixed, b""))


def spoil(claims: Claims, torn: Torn, line: int) -> None:
    """Name what is torn, by its line in the body: which words are the note's own is not known."""
    half = "end" if torn.is_beginning else "beginning"
    what = "annotations of" if torn.is_of_annotations else "note"
    claims.unread.append(UnreadLine(line, f"the {half} of the {what} {torn.key} is missing"))
    claims.unreadable |= {NOTE + torn.key, *_BLOCK_SLOTS}


def spoil_owners(lines: Lines, read: Sequence[Claims]) -> None:
    """Spoil the entries below which an end without its beginning stands: it may be their note's."""
    ends = [torn for torn in lines.torn if not torn.is_beginning]
    headings = [heading.line for heading in lines.headings()] if ends else []
    ordered = sorted(read, key=lambda one: one.first) if ends else []
    firsts = [claims.first for claims in ordered]
    for torn in ends:
        at = bisect_left(firsts, torn.line) - 1
        if at < 0 or ordered[at].last >= torn.line:
            continue
        claims = ordered[at]
        if bisect_left(headings, torn.line) == bisect_left(headings, claims.last):
            spoil(claims, torn, torn.line - claims.first - claims.head_lines)


def with_notes(reading: EntryReading, regions: Iterable[NoteRegion]) -> EntryReading:
    """Return `reading` with a field for each note; of two regions for one note the first counts."""
    fields: dict[str, Value] = {}
    raws: dict[str, str] = {}
    for region in regions:
        text = decoded(region.text.data)
        texts = split_blocks(text)
        fields.setdefault(NOTE + region.key, Blocks(texts) if texts else EMPTY)
        raws.setdefault(NOTE + region.key, text)
    if not fields:
        return reading
    return replace(reading, fields={**reading.fields, **fields}, raws={**reading.raws, **raws})


def _region(
    text: LayeredText, start: int, ranges: Sequence[tuple[int, int]], region: MarkedRegion
) -> NoteRegion:
    first, last = ranges[region.first], ranges[region.last]
    inside = block_text(text, start + first[1] + 1, start + last[0] - 1)
    return NoteRegion(region.key, inside, text.slice(max(start + first[0] - 1, 0), start + last[1]))


def _room(text: LayeredText, end: int) -> LayeredText | None:
    """Return the point behind the last line of a body that ends at `end`; None if it has none."""
    filled = len(text.data[:end].rstrip(BLANKS))
    line_end = text.data.find(b"\n", filled, end)
    if line_end < 0 and end < len(text.data):
        return None
    point = line_end if line_end >= 0 else end
    return text.slice(point, point)
