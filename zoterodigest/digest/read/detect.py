"""Detection: which formats a digest is written in, part by part, and reading it by them.

The formats read in order of rank, a user's own first; each reads the lines that those before it
left. So a file may hold a list and then a table, and the more specific format wins. The general
families come last and only take entries that show evidence of being papers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.format.format import DigestFormat
from zoterodigest.digest.read.claimed import likely_papers
from zoterodigest.digest.read.document import (
    HEADING,
    NO_ENTRY,
    DigestEntry,
    Document,
    Skipped,
    under_headings,
)
from zoterodigest.digest.read.evidence import has_people, has_target, is_evident, must_show
from zoterodigest.digest.read.found import is_boundary
from zoterodigest.digest.read.known import known_entries
from zoterodigest.digest.read.later import KnownAreas
from zoterodigest.digest.read.lines import OPEN, TAKEN, Lines, Veil
from zoterodigest.digest.read.tables import is_table_line

_ENOUGH = 0.5
"""The share of an entry's siblings that must be papers for one without evidence to be one."""


def read_document(
    name: str,
    source: bytes,
    formats: Sequence[DigestFormat],
    venues: VenueTable,
    known: KnownAreas | None = None,
) -> Document:
    """Read `source` by whichever of `formats` understand it, in their order, in parts if need be.

    Never fails: what no format understands is in `skipped`, with the reason. By what is `known` of
    areas an entry is read later, when somebody asks what it says.
    """
    if formats and formats[0].data:
        # Only who has such a file pays for what reads it.
        if formats[0].data == "note":
            from zoterodigest.digest.read.vault_file import read_file_of_vault

            return read_file_of_vault((name, source), formats[0], venues, known)
        from zoterodigest.digest.read.data import read_data

        return read_data(name, source, formats, venues)
    lines = Lines(source)
    if known is not None:
        lines.heads = known.heads
    find = partial(known_entries, known) if known is not None and lines.is_sound else likely_papers
    entries: list[DigestEntry] = []
    for form in passes(lines, formats):
        found = list(credible(find(lines, form, venues), lines))
        if found:
            lines.take_all((entry.first, entry.last) for entry in found)
        entries += found
    entries.sort(key=lambda entry: entry.first)
    placed, title = under_headings(lines, entries)
    return Document(name, source, placed, tuple(_skipped(lines)), lines, title)


def passes(lines: Lines, formats: Sequence[DigestFormat]) -> Iterator[DigestFormat]:
    """Yield the formats in the order in which they read.

    The order is a law: the lines that a format has taken are hidden from those after it. What any
    of them reads on one line counts before what goes over several.
    """
    yield from formats
    if lines.wraps:
        lines.joins_lines = True
        yield from formats


def credible(entries: list[DigestEntry], lines: Lines) -> Iterator[DigestEntry]:
    """Yield the entries that are papers: by evidence, or as most of their neighbors are.

    One that overlaps an earlier one of the same format is left out.
    """
    if entries and entries[0].format.is_untitled:
        # Few digests have such entries.
        from zoterodigest.digest.read.bare_lists import listed_alone

        yield from listed_alone(entries, lines)
        return
    end = -1
    for group in _neighbours(entries, lines):
        evident = [is_evident(entry) for entry in group]
        # At least one must be evident, or any list of links would be a list of papers.
        is_list_of_papers = sum(evident) >= max(1, _ENOUGH * len(group))
        for entry, is_paper in zip(group, evident, strict=True):
            is_wanted = is_paper or not must_show(entry, lines)
            is_wanted = is_wanted or (is_list_of_papers and has_target(entry))
            if entry.first > end and (is_wanted or _is_between_papers(entry, lines)):
                yield entry
                end = entry.last


def _is_between_papers(entry: DigestEntry, lines: Lines) -> bool:
    """Whether an entry with authors stands next to one that another format has read."""
    above = next((at for at in range(entry.first - 1, -1, -1) if not lines.is_blank(at)), -1)
    return above >= 0 and lines.is_taken(above) and has_people(entry)


def _neighbours(entries: list[DigestEntry], lines: Lines) -> Iterator[list[DigestEntry]]:
    """Group entries that no heading, rule, table header or hidden line parts."""
    group: list[DigestEntry] = []
    for entry in entries:
        between = range(group[-1].last + 1, entry.first) if group else range(0)
        is_apart = any(is_boundary(lines, at) or is_table_line(lines, at) for at in between)
        # An entry that is a heading does not belong to the items above it.
        if is_apart or (group and _is_heading(lines, entry) and not _is_heading(lines, group[-1])):
            yield group
            group = []
        group.append(entry)
    yield group


def _is_heading(lines: Lines, entry: DigestEntry) -> bool:
    return is_boundary(lines, entry.first)


def _skipped(lines: Lines) -> Iterator[Skipped]:
    """Yield runs of lines that are no entry's and hold more than blanks, with the reason."""
    first, last, reason = -1, -1, ""
    # To ask each line took a tenth of the time for text without entries.
    apart = {*lines.boundaries, *lines.delimiters, *(line - 1 for line in lines.delimiters)}
    for line, veil in enumerate(lines.veils):
        if veil is TAKEN:
            now = ""
        elif lines.is_blank(line):
            continue
        elif veil is OPEN and line not in apart:
            now = NO_ENTRY
        else:
            now = reason_skipped(lines, line)
        if now != reason:
            if reason:
                yield Skipped(first + 1, last + 1, reason)
            first, reason = line, now
        last = line
    if reason:
        yield Skipped(first + 1, last + 1, reason)


_VEILED = {
    Veil.FENCE: "in a code fence",
    Veil.COMMENT: "in a comment",
    Veil.FRONT_MATTER: "front matter",
    Veil.NOTE: "a note outside an entry",
}


def reason_skipped(lines: Lines, line: int) -> str:
    """Return why no entry holds the line."""
    veil = lines.veils[line]
    if veil is not OPEN and veil in _VEILED:
        return _VEILED[veil]
    if is_boundary(lines, line):
        return HEADING if lines[line].lstrip()[:1] == b"#" else "rule"
    return "table header" if is_table_line(lines, line) else NO_ENTRY
