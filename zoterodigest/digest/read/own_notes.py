"""Own notes: the regions of an entry that show notes the person wrote in Zotero.

A region is cut out of its entry before anything else is read, so what it says is never taken for
the digest's own words. A torn one spoils the rest of its entry and no more.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from zoterodigest.core.values.blocks import split_blocks
from zoterodigest.core.values.record import EMPTY, NOTE, Blocks, Value
from zoterodigest.digest.read.found import EntryRange
from zoterodigest.digest.read.layers import LayerCut, LayeredText, prefixed
from zoterodigest.digest.read.lines import Lines
from zoterodigest.digest.read.markers import MarkedRegion, Torn, find_regions
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


@dataclass(frozen=True, slots=True)
class Parted:
    """An entry's body without its notes, the regions of these, and the markers that are torn.

    `lines` are the numbers that the lines of `rest` have in the body; `room` is where one more
    region can stand, if anywhere.
    """

    rest: LayeredText
    lines: Sequence[int]
    regions: tuple[NoteRegion, ...] = ()
    torn: tuple[Torn, ...] = ()
    room: LayeredText | None = None


def part_notes(found: EntryRange) -> Parted:
    """Part the body of an entry from the notes it shows."""
    text, (start, end) = found.text, found.body
    body = text.slice(start, end)
    ranges = list(body.lines())
    regions, torn = find_regions(body.data[low:high] for low, high in ranges)
    cuts = tuple(_cuts(regions, torn, len(ranges)))
    gone = {line for first, last in cuts for line in range(first, last + 1)}
    return Parted(
        body.peeled([_cut(ranges, cut) for cut in cuts], partial(prefixed, b"")) if cuts else body,
        [line for line in range(len(ranges)) if line not in gone],
        tuple(_region(text, start, ranges, region) for region in regions),
        torn,
        None if torn else _room(text, end),
    )


def claim_notes(claims: Claims, parted: Parted) -> None:
    """Claim the notes of an entry whose `rest` has been claimed; name what is torn."""
    claims.unread = [
        replace(one, line=parted.lines[one.line] if one.line < len(parted.lines) else one.line)
        for one in claims.unread
    ]
    claims.regions, claims.room = parted.regions, parted.room
    for one in parted.torn:
        spoil(claims, one, one.line)


def spoil(claims: Claims, torn: Torn, line: int) -> None:
    """Name what is torn, by its line in the body: which words are the note's own is not known."""
    half = "end" if torn.is_beginning else "beginning"
    claims.unread.append(UnreadLine(line, f"the {half} of the note {torn.key} is missing"))
    claims.unreadable |= {NOTE + torn.key, *_BLOCK_SLOTS}


def spoil_owners(lines: Lines, read: Sequence[tuple[EntryRange, Claims]]) -> None:
    """Spoil the entries below which an end without its beginning stands: it may be their note's."""
    ends = [torn for torn in lines.torn if not torn.is_beginning]
    headings = [heading.line for heading in lines.headings()] if ends else []
    ordered = sorted(read, key=lambda one: one[0].first) if ends else []
    firsts = [found.first for found, _ in ordered]
    for torn in ends:
        at = bisect_left(firsts, torn.line) - 1
        if at < 0 or ordered[at][0].last >= torn.line:
            continue
        found, claims = ordered[at]
        if bisect_left(headings, torn.line) == bisect_left(headings, found.last):
            spoil(claims, torn, torn.line - found.first - found.head_lines)


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


def _cuts(
    regions: Iterable[MarkedRegion], torn: Iterable[Torn], lines: int
) -> Iterable[tuple[int, int]]:
    """Yield the lines to be taken out, both in: a torn beginning takes all that follows."""
    cuts = [(region.first, region.last) for region in regions]
    cuts += [(one.line, lines - 1 if one.is_beginning else one.line) for one in torn]
    # The cut of a torn beginning reaches over what follows: of two that overlap, the first counts.
    after = 0
    for first, last in sorted(cuts):
        if first >= after:
            yield first, last
            after = last + 1


def _cut(ranges: Sequence[tuple[int, int]], lines: tuple[int, int]) -> LayerCut:
    """Take out whole lines, with the line break before them or, at the top, the one behind."""
    first, last = lines
    if first:
        return LayerCut(ranges[first - 1][1], ranges[last][1])
    return LayerCut(0, ranges[last + 1][0] if last + 1 < len(ranges) else ranges[last][1])


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
