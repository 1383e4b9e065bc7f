"""What earlier readings made of areas: enough to tell where entries are without their values.

The areas in which entries may stand are found anew in each reading. What becomes of one follows
from its format and its bytes alone, as long as nothing in the digest is torn or in conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from sys import intern

from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.format.format import ContainerName, DigestFormat
from zoterodigest.digest.read.body import claims_of
from zoterodigest.digest.read.claimed import claimed_entry, has_needed, is_entry, is_lost_row
from zoterodigest.digest.read.containers import ItemRange, find_ranges, in_container
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.read.evidence import EVIDENT, TARGET, has_target, is_evident
from zoterodigest.digest.read.found import EntryRange, span_of
from zoterodigest.digest.read.html_tables import claims_of_html_row, find_html_rows
from zoterodigest.digest.read.later import (
    BROKEN,
    SLIPS,
    KnownAreas,
    LaterEntry,
    area_key,
    has_slips,
)
from zoterodigest.digest.read.lines import Lines
from zoterodigest.digest.read.slots import Claims
from zoterodigest.digest.read.tables import claims_of_row, row_ranges
from zoterodigest.frozen import dataclass

_ENTRY, _LOST_ROW = "entry", "lost row"


@dataclass(frozen=True, slots=True)
class _Area:
    """Lines in which an entry may stand, and what gives its claims; a row is not `contained`."""

    first: int
    last: int
    key: str
    claims: Callable[[], Claims]
    is_contained: bool


def known_entries(
    known: KnownAreas, lines: Lines, form: DigestFormat, venues: VenueTable
) -> list[DigestEntry]:
    """Return the entries that `form` finds in `lines`, as `entries_of` does."""
    in_full = known.document.entries if known.document else ()
    read = {it.first: it for it in in_full if it.format is form}
    found = [
        _entry(lines, form, venues, (known, area, read.get(area.first)))
        for area in _areas(lines, form, venues)
    ]
    entries: list[DigestEntry] = [it for it in found if _ENTRY in it.judged]
    if entries:
        entries += [it for it in found if _LOST_ROW in it.judged]
    return sorted(entries, key=lambda entry: entry.first)


def _entry(
    lines: Lines,
    form: DigestFormat,
    venues: VenueTable,
    at: tuple[KnownAreas, _Area, DigestEntry | None],
) -> LaterEntry:
    """Return the entry of an area; `in_full` is it as read in full, if it has been."""
    known, area, in_full = at
    place, now = (form, area.first, area.last), None
    judged = known.judged.get(area.key, known.seen.get(area.key))
    if judged is None and in_full is not None and in_full.last == area.last:
        judged = _judged(in_full)
    if judged is None:
        now = _read(lines, form, venues, area)
        judged = "" if now is None else _judged(now)
    known.seen[area.key] = judged
    if now is not None:
        return LaterEntry(place, area.key, judged, lambda: now).now(now)
    return LaterEntry(place, area.key, judged, partial(_read_again, lines, form, venues, area))


def put_aside(document: Document, read: Callable[[], Document]) -> Document:
    """Return a document of which what its entries say, and where, is forgotten.

    When somebody asks, `read` reads it again, once.
    """
    again = cache(read)

    def entry_at(at: int) -> DigestEntry:
        return again().entries[at]

    def aside(at: int, entry: DigestEntry) -> DigestEntry:
        known = entry if isinstance(entry, LaterEntry) else None
        if entry.broken or (known is not None and not known.is_read):
            return entry
        place = entry.format, entry.first, entry.last
        # No area has such a key: the entry is known to say the same as itself alone.
        key = known.key if known is not None else f"{at} aside"
        later = LaterEntry(place, key, _judged(entry), partial(entry_at, at))
        return later.under(entry.headings, entry.heading_keys)

    entries = (aside(at, entry) for at, entry in enumerate(document.entries))
    return replace(document, entries=tuple(entries))


def _areas(lines: Lines, form: DigestFormat, venues: VenueTable) -> Iterator[_Area]:
    for container, found in find_ranges(lines, form):
        key = _key(lines, form, container, found)
        claims = partial(_claims_of, found, container, form, venues)
        yield _Area(found.first, found.last, key, claims, True)
    if lines.joins_lines:
        return
    for first, last, header in row_ranges(lines, form):
        span = span_of(lines, first, last)
        key = area_key((form.name, header.slots, header.names), lines.source[span.start : span.end])
        claims = partial(claims_of_row, lines, first, last, header, venues)
        yield _Area(first, last, key, claims, False)
    for row in find_html_rows(lines, form):
        # A cell may stand above its row, if it reaches over several.
        texts = [lines.source[span.start : span.end] for span in row.cells]
        span = span_of(lines, row.first, row.last)
        columns = (form.name, row.header.slots, row.header.names, texts)
        key = area_key(columns, lines.source[span.start : span.end])
        claims = partial(claims_of_html_row, lines, row, venues)
        yield _Area(row.first, row.last, key, claims, False)


def _key(
    lines: Lines, form: DigestFormat, container: ContainerName, found: EntryRange | ItemRange
) -> str:
    # An item follows from its lines. To take known ones apart was a third of reading a list again.
    if isinstance(found, ItemRange) and not found.wraps:
        span = span_of(lines, found.first, found.last)
        return area_key((form.name, container), lines.source[span.start : span.end])
    one = in_container(container, found)
    what = (form.name, container, one.head, one.body, one.broken, sorted(one.match.groups.items()))
    return area_key(what, one.text.data)


def _claims_of(
    found: EntryRange | ItemRange, container: ContainerName, form: DigestFormat, venues: VenueTable
) -> Claims:
    return claims_of(in_container(container, found), form, venues)


def _read(lines: Lines, form: DigestFormat, venues: VenueTable, area: _Area) -> DigestEntry | None:
    """Return what stands in an area; None if it lacks what an entry of the format needs."""
    claims = area.claims()
    if area.is_contained and not has_needed(form, claims.slots, claims.unreadable):
        return None
    return claimed_entry(lines, form, venues, claims)


def _read_again(lines: Lines, form: DigestFormat, venues: VenueTable, area: _Area) -> DigestEntry:
    return claimed_entry(lines, form, venues, area.claims())


def _judged(entry: DigestEntry) -> str:
    """Return in words what an entry is, as far as others depend on it."""
    if isinstance(entry, LaterEntry):
        return entry.judged
    words = [_ENTRY] if is_entry(entry) else [_LOST_ROW] if is_lost_row(entry) else []
    words += [BROKEN] if entry.broken else []
    words += [EVIDENT] if is_evident(entry) else []
    words += [TARGET] if has_target(entry) else []
    words += [SLIPS] if has_slips(entry) else []
    return intern(" ".join(words)) if words and words[0] in (_ENTRY, _LOST_ROW) else ""
