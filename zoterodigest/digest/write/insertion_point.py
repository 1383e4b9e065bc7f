"""Gaps: what stands between entries, where a new one goes, and what goes with one that leaves.

An entry that comes brings the gap its neighbors have; one that leaves takes one gap with it. So
taking out what was put in gives the bytes back.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from zoterodigest.core.values.record import Fields
from zoterodigest.core.values.span import Edit, Span
from zoterodigest.digest.format.format import DigestFormat
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.read.found import is_rule
from zoterodigest.digest.read.lines import Lines
from zoterodigest.digest.read.tables import find_headers, is_table_line
from zoterodigest.digest.write.kept_orders import KeptOrder, costs_of_places, place_among
from zoterodigest.digest.write.numbering import FreeNumbers, place_of_number
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_BLANK = lazy_regex(rb"[ \t>]*")
_FOLD_END = lazy_regex(rb"[ \t]*</details>[ \t]*", re.I)
_JUMP = lazy_regex(
    rb"(?:<(?:p|div)\b[^<>]*>)?[ \t(*]*(?:\[([^\[\]]*)\]\(#[^()\s]*\)|<a\b[^<>]*>([^<>]*)</a>)"
    rb"[ \t)*]*(?:</(?:p|div)>)?[ \t]*",
    re.I,
)
"""A link within the page, alone on its line."""
_UP = lazy_regex(rb"\btop\b|\xe2\x86\x91|\xe2\xac\x86", re.I)


@dataclass(frozen=True, slots=True)
class HeadingRegion:
    """The lines under one heading up to the next, and the entries that stand there.

    `head` is the heading's line (-1: the beginning), `stop` the line of the next heading, `entries`
    are indices of the document's entries.
    """

    head: int
    stop: int
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an entry goes: the edit's offset, its rank among the entries, lines to put around.

    `is_above` says that the lines of `gap` come below the entry, which stands above another.
    `order` says how entries that come to one spot are sorted by `key`: 1 rising, -1 falling.
    `beside` is the entry that the gap parts it from, None where it is to be the first.
    `number` is one that the list lacks at this place; 0: the entry gets the next one.
    """

    offset: int
    rank: int
    gap: tuple[bytes, ...]
    is_above: bool = False
    after: tuple[bytes, ...] = ()
    order: int = 0
    key: str = ""
    beside: int | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class WaysOfLists:
    """Tells of some entries of a document which orders they keep and how they are numbered.

    `free_numbers` are those that they lack, by the place of each.
    """

    orders: Callable[[tuple[int, ...]], Sequence[KeptOrder]]
    way_of_numbers: Callable[[tuple[int, ...]], int]
    free_numbers: Callable[[tuple[int, ...]], FreeNumbers]


def gap_after(document: Document, index: int) -> tuple[bytes, ...] | None:
    """Return the lines between an entry and the next; None if more than blanks and rules."""
    entries, lines = document.entries, document.lines
    if index + 1 >= len(entries):
        return None
    between = [lines[at] for at in range(entries[index].last + 1, entries[index + 1].first)]
    is_gap = all(_BLANK.fullmatch(data) or is_rule(data) for data in between)
    return tuple(between) if is_gap else None


def usual_gap(document: Document, region: HeadingRegion, form: DigestFormat) -> tuple[bytes, ...]:
    """Return the gap that most entries of `form` have under a heading, else anywhere."""
    pairs = enumerate(pairwise(document.entries))
    alike = [
        index
        for index, (one, below) in pairs
        if one.format.name == below.format.name == form.name
        if one.heading_keys == below.heading_keys
    ]
    inside = frozenset(region.entries)
    for indices in ([index for index in alike if index in inside], alike):
        found = (gap_after(document, index) for index in indices)
        gaps = Counter(gap for gap in found if gap is not None)
        if gaps:
            return max(gaps, key=gaps.__getitem__)
    return tuple(line.encode() for line in form.between)


def end_spot(document: Document, region: HeadingRegion, form: DigestFormat) -> Spot | None:
    """Return the spot behind the last entry of a region; None where a row has no table.

    Nor has an `<li>` a place where others stand in lists elsewhere.
    """
    if region.entries:
        last = region.entries[-1]
        usual = usual_gap(document, region, form)
        offset = document.lines.ends[document.entries[last].last]
        return Spot(offset, last + 1, usual, beside=last)
    rank = sum(entry.first < region.stop for entry in document.entries)
    if form.columns is not None:
        heads = (it.line for it in find_headers(document.lines, form) if it.first == it.line + 2)
        found = next((line for line in heads if region.head < line < region.stop), None)
        return None if found is None else Spot(document.lines.ends[found + 1], rank, ())
    # The lists of items in HTML stand elsewhere, and a `<li>` outside of a list does not count.
    if form.containers == ("li",) and document.entries:
        return None
    return _first_spot(document.lines, region, rank)


def _first_spot(lines: Lines, region: HeadingRegion, rank: int) -> Spot:
    """Return the spot behind what stands under a heading without entries."""
    last = region.stop - 1
    while last > region.head and (lines.is_blank(last) or _ends_section(lines, last)):
        last -= 1
    if last < 0:
        return Spot(lines.starts[0] if len(lines) else 0, rank, (), is_above=True)
    # What follows without a blank line would become part of the new entry.
    is_tight = last + 1 < len(lines) and not lines.is_blank(last + 1)
    return Spot(lines.ends[last], rank, (b"",), after=(b"",) if is_tight else ())


def _ends_section(lines: Lines, line: int) -> bool:
    """Whether a line ends a section: a rule, the end of a `<details>`, a link to the page's top."""
    data = lines[line]
    if not lines.is_open(line):
        return False
    jump = _JUMP.fullmatch(data)
    is_up = jump is not None and bool(_UP.search(jump[1] or jump[2] or b""))
    # Dashes below a line of text make it a heading.
    is_rule_alone = is_rule(data) and line > 0 and lines.is_blank(line - 1)
    return is_up or is_rule_alone or bool(_FOLD_END.fullmatch(data))


def above_spot(document: Document, region: HeadingRegion, index: int, form: DigestFormat) -> Spot:
    """Return the spot above the entry at `index`; below a row that stands in a header's place."""
    first = document.entries[index].first
    # Above the line of dashes there is room for one row.
    if is_table_line(document.lines, first):
        return Spot(document.lines.ends[first + 1], index + 1, (), beside=index)
    gap = gap_after(document, index - 1) if index - 1 in region.entries else None
    usual = usual_gap(document, region, form) if gap is None else gap
    start = document.lines.starts[document.entries[index].first]
    return Spot(start, index, usual, is_above=True, beside=index)


def spot_for(
    document: Document,
    region: HeadingRegion,
    form: DigestFormat,
    fields: Fields,
    ways: WaysOfLists,
) -> Spot | None:
    """Return where an entry of `form` goes under a heading; None if there is no place for it."""
    place = form.new.place if form.new else "end"
    alike = [at for at in region.entries if document.entries[at].format.name == form.name]
    if not alike:
        return end_spot(document, region, form)
    if place == "top":
        return above_spot(document, region, alike[0], form)
    within = HeadingRegion(region.head, region.stop, tuple(alike))
    end = end_spot(document, within, form)
    if place != "date" or end is None:
        return end
    # The next number of a list goes behind its last one, whatever the dates; above a falling list.
    counted = region.entries if form.columns is None else tuple(alike)
    if way := ways.way_of_numbers(counted):
        at, number = _place_of_number(tuple(alike), way, fields, ways)
        spot = end if at == len(alike) else above_spot(document, region, alike[at], form)
        return replace(spot, number=number, order=min(way, 0))
    found = place_among(ways.orders(tuple(alike)), len(alike), fields)
    is_last = found.above == len(alike)
    spot = end if is_last else above_spot(document, region, alike[found.above], form)
    return replace(spot, order=found.order, key=found.key)


def _place_of_number(
    alike: tuple[int, ...], way: int, fields: Fields, ways: WaysOfLists
) -> tuple[int, int]:
    """Return the place of the number that a new entry gets, and that number; 0 for the next."""
    end = 0 if way < 0 else len(alike)
    free = ways.free_numbers(alike)
    if not free.by_place:
        return end, 0
    at = place_of_number(free, costs_of_places(ways.orders(alike), fields), end)
    return (end, 0) if at is None else (at, free.by_place[at])


def insertion(lines: Lines, spot: Spot, body: bytes) -> Edit:
    """Return the edit that puts the lines of an entry at a spot, with its gap."""
    eol = line_break(lines, spot.offset)
    gap = [line + eol for line in spot.gap]
    if spot.is_above:
        return Edit(Span(spot.offset, spot.offset), b"".join((body, eol, *gap)))
    after = [eol + line for line in spot.after]
    return Edit(Span(spot.offset, spot.offset), b"".join((eol, *gap, body, *after)))


def line_break(lines: Lines, offset: int) -> bytes:
    """Return how lines end around `offset`."""
    line = lines.line_at(offset)
    for at in (line, line - 1):
        if 0 <= at < len(lines):
            found = lines.source[lines.ends[at] : lines.ends[at] + 2]
            if found[:1] in (b"\r", b"\n"):
                return b"\r\n" if found == b"\r\n" else b"\n"
    return b"\n"


def entry_removal(document: Document, region: HeadingRegion, index: int) -> Edit:
    """Return the edit that takes an entry out together with one gap."""
    lines, entries = document.lines, document.entries
    entry = entries[index]
    # The gap below first: an entry that is put above another brings that one (`insertion`).
    if index + 1 in region.entries and gap_after(document, index) is not None:
        span = Span(lines.starts[entry.first], lines.starts[entries[index + 1].first])
    elif index - 1 in region.entries and gap_after(document, index - 1) is not None:
        span = Span(lines.ends[entries[index - 1].last], lines.ends[entry.last])
    else:
        span = _alone(lines, entry)
    return Edit(span, b"")


def _alone(lines: Lines, entry: DigestEntry) -> Span:
    """Return the bytes of an entry without neighbors, and the blank lines above it."""
    first = entry.first
    while first and lines.is_blank(first - 1):
        first -= 1
    if first:
        return Span(lines.ends[first - 1], lines.ends[entry.last])
    last = entry.last
    stop = lines.starts[last + 1] if last + 1 < len(lines) else len(lines.source)
    return Span(lines.starts[entry.first], stop)
