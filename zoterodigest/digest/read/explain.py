"""Explanations: how a line of a digest is read, or how far each format came with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import IntEnum

from zoterodigest.core.values.span import Span
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.format.format import DigestFormat
from zoterodigest.digest.read.body import claims_of
from zoterodigest.digest.read.cells import cells_of
from zoterodigest.digest.read.claimed import entries_of, has_needed
from zoterodigest.digest.read.containers import find_entries, head_text
from zoterodigest.digest.read.detect import (
    credible,
    passes,
    read_document,
    reason_skipped,
)
from zoterodigest.digest.read.document import DigestEntry, Problem
from zoterodigest.digest.read.found import head_match, possible_begins
from zoterodigest.digest.read.lines import Lines, shorn
from zoterodigest.digest.read.slots import decoded
from zoterodigest.digest.read.tables import find_headers
from zoterodigest.frozen import dataclass


class FormatStep(IntEnum):
    """What stopped a format at a line; one that comes later came nearer to an entry."""

    CONTAINER = 0
    BEGIN = 1
    COLUMNS = 2
    NO_TITLES = 3
    NEEDS = 4
    TITLE = 5
    EVIDENCE = 6
    OVERLAP = 7


@dataclass(frozen=True, slots=True)
class Attempt:
    """A format that did not read a line: where it stopped, and why, as a clause."""

    format: str
    step: FormatStep
    reason: str


@dataclass(frozen=True, slots=True)
class ExplainedSlot:
    """What was read as what: the slot, its section or label, its text, and its bytes."""

    slot: str
    section: str | None
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a line is read: by `format` with these `slots`, or why by none.

    `first` and `last` are the 1-based lines of the entry that holds it. Without an entry, `skipped`
    is the reason, and `attempts` say where each format stopped, the one that came nearest first;
    they are empty if the line is hidden from all formats.
    """

    lines: Lines
    format: str = ""
    first: int = 0
    last: int = 0
    slots: tuple[ExplainedSlot, ...] = ()
    problems: tuple[Problem, ...] = ()
    skipped: str = ""
    attempts: tuple[Attempt, ...] = ()

    def place(self, offset: int) -> tuple[int, int]:
        """Return the 1-based line and column, in characters, of a byte of the digest."""
        return self.lines.place(offset)


def explain(
    source: bytes, formats: Sequence[DigestFormat], venues: VenueTable, line: int
) -> Explanation:
    """Return how the 0-based `line` is read by `formats`, tried as reading tries them."""
    if formats and formats[0].data:
        return _of_data(source, formats, venues, line)
    lines = Lines(source)
    attempts: list[Attempt] = []
    # A fence, a comment and a note hide nothing from the entry that they stand in.
    is_tried = lines.is_open(line) and not lines.is_blank(line)
    for form in passes(lines, formats):
        found = entries_of(lines, form, venues)
        kept = list(credible(found, lines))
        for entry in kept:
            if entry.first <= line <= entry.last:
                return _of_entry(lines, entry)
        if is_tried and not lines.joins_lines:
            attempts.append(_attempt(lines, form, found, venues, line))
        # As in reading: what a format has taken is hidden from those after it.
        for entry in kept:
            lines.take(entry.first, entry.last)
    reason = "a blank line" if lines.is_blank(line) else reason_skipped(lines, line)
    # Of two that came as far, the later is the more general: it asks for less.
    nearest = sorted(reversed(attempts), key=lambda one: -one.step)
    return Explanation(lines, skipped=reason, attempts=tuple(nearest))


def _of_data(
    source: bytes, formats: Sequence[DigestFormat], venues: VenueTable, line: int
) -> Explanation:
    document = read_document("", source, formats, venues)
    for entry in document.entries:
        if entry.first <= line <= entry.last:
            return _of_entry(document.lines, entry)
    reasons = (it.reason for it in document.skipped if it.start_line <= line + 1 <= it.end_line)
    return Explanation(document.lines, skipped=next(reasons, "a blank line"))


def _of_entry(lines: Lines, entry: DigestEntry) -> Explanation:
    slots = (ExplainedSlot(it.name, it.section, it.words, it.span) for it in entry.slots)
    in_order = sorted(slots, key=lambda one: (one.span.start, -one.span.end))
    first, last = entry.first + 1, entry.last + 1
    problems = tuple(dict.fromkeys(entry.problems))
    return Explanation(lines, entry.format.name, first, last, tuple(in_order), problems)


def _attempt(
    lines: Lines, form: DigestFormat, found: list[DigestEntry], venues: VenueTable, line: int
) -> Attempt:
    """Return where a format stopped that has not read the line; `found` are its entries."""
    here = next((entry for entry in found if entry.first <= line <= entry.last), None)
    if here is None:
        if form.columns is not None:
            return Attempt(form.name, *_stopped_at_row(lines, form, line))
        return Attempt(form.name, *_stopped_at_head(lines, form, venues, line))
    others = (entry for entry in found if entry is not here)
    if any(one.first <= here.first <= one.last for one in others):
        return Attempt(form.name, FormatStep.OVERLAP, "another entry of this format begins above")
    if form.is_untitled:
        reason = "most items of its list are something else"
        return Attempt(form.name, FormatStep.EVIDENCE, reason)
    missing = "no identifier, no page of a paper, no known venue, no names of authors"
    return Attempt(form.name, FormatStep.EVIDENCE, f"nothing shows that it is a paper: {missing}")


def _stopped_at_row(lines: Lines, form: DigestFormat, line: int) -> tuple[FormatStep, str]:
    delimiter = _delimiter_above(lines, line)
    if delimiter is None:
        return FormatStep.CONTAINER, "it is no row of a table with a header"
    names = [decoded(cell).strip() for cell in _cells(lines, delimiter - 1)]
    columns = ", ".join(names)
    if all(header.line != delimiter - 1 for header in find_headers(lines, form)):
        needs = " and ".join(form.columns.needs if form.columns else ())
        return FormatStep.COLUMNS, f"its table has no column that it knows as {needs}: {columns}"
    return FormatStep.TITLE, f"no title is found in the row; the columns are {columns}"


def _delimiter_above(lines: Lines, line: int) -> int | None:
    for above in range(line, -1, -1):
        if above in lines.delimiters and above > 0:
            return above
        if b"|" not in lines[above]:
            return None
    return None


def _cells(lines: Lines, line: int) -> Iterator[bytes]:
    return (lines[line][start:end] for start, end in cells_of(lines[line]))


def _stopped_at_head(
    lines: Lines, form: DigestFormat, venues: VenueTable, line: int
) -> tuple[FormatStep, str]:
    containers = form.containers
    texts = ((container, head_text(lines, line, container)) for container in containers)
    container, data = next(((one, text) for one, text in texts if text is not None), ("", None))
    if data is None:
        kinds = " or ".join(containers)
        return FormatStep.CONTAINER, f"its entries begin as {kinds}, and this line does not"
    if form.keys and all(found.first != line for found in find_entries(lines, form)):
        return FormatStep.CONTAINER, "its entries have fields below them, and this line has none"
    inner = form.by_container[container]
    begins = possible_begins(inner, shorn(data))
    matches = (inner.begin[at].search(shorn(data)) for at in begins)
    match = next((it for it in matches if it is not None), None)
    if match is None:
        # Any line may begin a paragraph: to be one says nothing. A list that is read without titles
        # is like no other, so its format is never near.
        is_any = container in ("lines", "paragraph") or form.is_untitled
        step = FormatStep.CONTAINER if is_any else FormatStep.BEGIN
        return step, f"its entries begin otherwise; it reads {form.about}"
    title = decoded(data[slice(*match.groups.get("title", (0, 0)))]).strip()
    if head_match(form.by_container[container], data) is None:
        return FormatStep.NO_TITLES, f"its `no_titles` takes “{title}” for no title"
    return _stopped_in_entry(lines, form, venues, line)


def _stopped_in_entry(
    lines: Lines, form: DigestFormat, venues: VenueTable, line: int
) -> tuple[FormatStep, str]:
    found = next((it for it in find_entries(lines, form) if it.first <= line <= it.last), None)
    if found is None or found.first != line:
        return FormatStep.OVERLAP, "the line is part of an entry of this format that begins above"
    claims = claims_of(found, form, venues)
    if form.templates:
        return FormatStep.TITLE, "the lines below or the values are not as its templates have them"
    if not has_needed(form, claims.slots, claims.unreadable):
        needs = ", ".join(form.entry.needs)
        return FormatStep.NEEDS, f"it has none of what an entry needs: {needs}"
    if form.is_untitled:
        return FormatStep.TITLE, "it has no identifier of a paper"
    return FormatStep.TITLE, "it has no title"
