"""What formats claim of the lines of a digest, read as entries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

from zoterodigest.core.values import identity
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.sets import frozenset_of
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.core.values.venue_slot import parse_venue
from zoterodigest.digest.format.format import DigestFormat
from zoterodigest.digest.read.body import claims_of, lacks_needed
from zoterodigest.digest.read.clues import has_clue, may_show
from zoterodigest.digest.read.containers import find_entries
from zoterodigest.digest.read.document import DigestEntry, Problem
from zoterodigest.digest.read.evidence import is_evident
from zoterodigest.digest.read.fields import read_slots
from zoterodigest.digest.read.found import EntryRange, is_title, span_of
from zoterodigest.digest.read.html_tables import claims_of_html_row, find_html_rows
from zoterodigest.digest.read.lines import Lines
from zoterodigest.digest.read.markers import conflict_in
from zoterodigest.digest.read.own_notes import spoil_owners, with_notes
from zoterodigest.digest.read.people import are_two_last_names
from zoterodigest.digest.read.shapes import is_clear, is_no_venue
from zoterodigest.digest.read.slots import Claims, EntryReading, Slot, decoded
from zoterodigest.digest.read.tables import find_rows

_LONGEST_VENUE = 24
"""The most bytes of a venue's name that is taken for no title. Longer ones are journals'."""


def entries_of(lines: Lines, form: DigestFormat, venues: VenueTable) -> list[DigestEntry]:
    """Return the entries that `form` finds in `lines`, whatever else stands there, by line."""
    claimed = list(_claims_in(dict(enumerate(_ranges(lines, form))), form, venues).values())
    # Only what is an entry can own a note, so entries are sifted before markers are looked up.
    spoil_owners(lines, claimed)
    claimed += _rows(lines, form, venues)
    return _entries([claimed_entry(lines, form, venues, one) for one in claimed])


def likely_papers(lines: Lines, form: DigestFormat, venues: VenueTable) -> list[DigestEntry]:
    """Return what `entries_of` does; nothing where no entry would show that it is a paper.

    Without such an entry none of the others counts (`credible`): most need not be read, and no
    page that lists no papers costs much more than to find what may be their titles.
    """
    # Next to an entry read before, authors alone may do (`credible`).
    has_parts = form.reads_parts and form.columns is None and not lines.has_taken
    needs_clue = form.keys or has_parts
    # An entry without a title is judged by its list.
    is_judged_here = needs_clue or not (form.reads_parts or form.is_untitled)
    if not (is_judged_here and form.entry.is_general and lines.is_sound):
        return entries_of(lines, form, venues)
    ranges = dict(enumerate(_ranges(lines, form)))
    likely = ranges
    if needs_clue:
        likely = {at: one for at, one in ranges.items() if has_clue(one, has_parts=has_parts)}
    claimed = _claims_in(likely, form, venues)
    claimed |= enumerate(_rows(lines, form, venues), len(ranges))
    read: dict[int, DigestEntry] = {}
    for at in claimed:
        if may_show(lines, claimed[at]):
            read[at] = claimed_entry(lines, form, venues, claimed[at])
            if is_entry(read[at]) and is_evident(read[at]):
                break
    else:
        return []
    left = {at: one for at, one in ranges.items() if at not in likely}
    claimed |= _claims_in(left, form, venues)
    return _entries(
        [read.get(at) or claimed_entry(lines, form, venues, claimed[at]) for at in sorted(claimed)]
    )


def _ranges(lines: Lines, form: DigestFormat) -> list[EntryRange]:
    return [found for found in find_entries(lines, form) if not lacks_needed(found, form)]


def _claims_in(
    ranges: Mapping[int, EntryRange], form: DigestFormat, venues: VenueTable
) -> dict[int, Claims]:
    """Return what is claimed of the ranges that have what an entry needs, by their numbers."""
    # One step for all of them, then the next: to read each as a whole takes 15 % more time.
    claimed = {at: claims_of(found, form, venues) for at, found in ranges.items()}
    return {at: one for at, one in claimed.items() if has_needed(form, one.slots, one.unreadable)}


def _rows(lines: Lines, form: DigestFormat, venues: VenueTable) -> Iterator[Claims]:
    if not lines.joins_lines:
        yield from find_rows(lines, form, venues)
        yield from (claims_of_html_row(lines, it, venues) for it in find_html_rows(lines, form))


def _entries(read: Sequence[DigestEntry]) -> list[DigestEntry]:
    entries = [entry for entry in read if is_entry(entry)]
    # A row without a title counts only among entries: alone it may be of any table.
    if entries:
        entries += [entry for entry in read if is_lost_row(entry)]
    return sorted(entries, key=lambda entry: entry.first)


def claimed_entry(
    lines: Lines, form: DigestFormat, venues: VenueTable, claims: Claims
) -> DigestEntry:
    """Return the entry of which this is claimed."""
    first, last, broken = claims.first, claims.last, claims.broken
    slots = _without_venue_for_title(claims.slots, venues) if form.entry.evidence else claims.slots
    span = span_of(lines, first, last)
    below = first + 1 + claims.head_lines
    problems = [Problem(below + it.line, it.reason, 0, it.is_slip) for it in claims.unread]
    if claims.doubt is not None:
        broken = broken or _two_ways(lines, *claims.doubt)
    # What a template reads has been judged.
    slots, unfit = _fit(slots, form, venues) if claims.shape is None else (slots, [])
    lost = (lines.line_at(slot.span.start) for slot in unfit)
    problems += [Problem(line + 1, "this is no venue") for line in lost]
    reading = with_notes(read_slots(slots, form.entry.placeholders), claims.regions)
    # The bytes or conflict marks come first: no other reason matters until they are mended.
    if fault := fault_in(lines, first, last):
        broken = fault.reason
        problems.append(fault)
    elif broken or "title" in claims.unreadable:
        broken = broken or "its title cannot be read"
        problems.append(Problem(first + 1, broken))
    if broken:
        reading = _identified(lines.source[span.start : span.end], reading)
    return DigestEntry(
        form, first, last, span, tuple(slots), reading,
        frozenset_of(claims.unreadable), tuple(problems), broken,
        regions=claims.regions, room=claims.room, shape=claims.shape,
        annotations=claims.annotations,
    )  # fmt: skip


def _fit(
    slots: list[Slot], form: DigestFormat, venues: VenueTable
) -> tuple[list[Slot], list[Slot]]:
    """Return the slots that are what they seem, and those that are reported as no venue."""
    is_judged = bool(form.keys) or form.reads_parts
    # What stands behind a key is what the key says, and lines without one were looked at.
    if form.columns is not None or not form.entry.evidence or is_judged:
        return slots, []
    if form.entry.is_general:
        return [slot for slot in slots if _is_clear(slot, venues)], []
    unfit = [slot for slot in slots if is_no_venue(slot, venues)]
    return [slot for slot in slots if slot not in unfit], unfit


def _is_clear(slot: Slot, venues: VenueTable) -> bool:
    is_pair = slot.name == "authors" and are_two_last_names(slot.words)
    return is_pair or is_clear(slot.name, slot.words, venues)


def _without_venue_for_title(slots: list[Slot], venues: VenueTable) -> list[Slot]:
    """Leave out a title that is the name of a venue: it stands over a list, or links to a page."""
    titles = [slot for slot in slots if slot.name == "title"]
    if not any(_is_short_venue(title, venues) for title in titles):
        return slots
    return [slot for slot in slots if slot.name != "title"]


def _is_short_venue(title: Slot, venues: VenueTable) -> bool:
    if len(title.text.data) > _LONGEST_VENUE:
        return False
    reading = parse_venue(title.words)
    is_dated = bool(reading.year) and venues.find(reading.venue) is not None
    return is_dated or venues.find(title.words) is not None


def _two_ways(lines: Lines, slot: str, ends: tuple[int, int]) -> str:
    """Return why an entry is not read whose slot may end at the one offset or at the other."""
    line = lines.line_at(ends[0])
    one, other = (len(decoded(lines.source[lines.starts[line] : end])) for end in ends)
    if one == other:
        return f"line {line + 1} can be read in too many ways"
    return f"it can be read in two ways: the {slot} ends in column {one} or in column {other}"


def fault_in(lines: Lines, first: int, last: int) -> Problem | None:
    """Return what makes the lines unreadable as a whole, whatever stands in them."""
    if lines.is_sound:
        return None
    for line in range(first, last + 1):
        if (column := lines.fault(line)) is not None:
            return Problem(line + 1, "the bytes here are no valid UTF-8", column + 1)
    found = conflict_in(lines.conflicts, first, last)
    return Problem(found.first + 1, "git's conflict marks stand in it") if found else None


def _identified(data: bytes, reading: EntryReading) -> EntryReading:
    """Return `reading` with identifiers; one without any takes the first that stands in `data`."""
    found = identity.arxiv_in_text(data.decode("utf-8", "replace"))[:1]
    named = frozenset(Identifier("arxiv", one) for one in found)
    return replace(reading, identifiers=reading.identifiers or named)


def is_entry(entry: DigestEntry) -> bool:
    """Whether what was found is an entry: it has a title of its own and one of what it needs.

    Where entries have no titles, it has an identifier.
    """
    if not has_needed(entry.format, entry.slots, entry.unreadable):
        return False
    if entry.format.is_untitled:
        return any(not found.is_page for found in entry.reading.identifiers)
    if entry.broken:
        is_own = bool(entry.format.templates) and not entry.format.entry.evidence
        return bool(entry.title or entry.reading.identifiers) or is_own
    return bool(entry.title) and is_title(entry.format, entry.title.encode())


def has_needed(form: DigestFormat, slots: Iterable[Slot], unreadable: Set[str]) -> bool:
    """Whether there is one of what an entry of the format needs, even if it can't be read."""
    needs = form.entry.needs
    if not needs or any(slot.name in needs for slot in slots):
        return True
    return not unreadable.isdisjoint(needs)


def is_lost_row(entry: DigestEntry) -> bool:
    """Whether a row among entries is one whose title, and with it what it needs, is unreadable."""
    if "title" not in entry.unreadable:
        return False
    is_without = not has_needed(entry.format, entry.slots, entry.unreadable)
    return is_without and bool(entry.reading.identifiers)
