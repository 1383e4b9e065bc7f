"""Tables: entries that are rows, read by their header.

A row is cut into cells at its pipes. It is repaired only if there is one way to read it: a row
broken over two lines is joined; a pipe inside math, code or an HTML element is text if the row has
more cells than the header; a row with fewer cells keeps only the cells that fit their column beyond
doubt.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Iterator, Sequence

from zoterodigest.core.values.identity import is_paper_url
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.core.values.venue_slot import parse_venue
from zoterodigest.digest.format.format import DigestFormat, folded_label
from zoterodigest.digest.format.pattern import Pattern
from zoterodigest.digest.read.body import folded_slots
from zoterodigest.digest.read.cells import Range, cells_between, cells_of, pipes_in
from zoterodigest.digest.read.codecs import are_authors, takes
from zoterodigest.digest.read.columns import TEXTS, slot_of_cell, slots_of_columns
from zoterodigest.digest.read.edges import within_edges
from zoterodigest.digest.read.found import span_of
from zoterodigest.digest.read.layers import (
    LayeredText,
    holds_wrapped,
    in_cell,
    peel_cell,
    source_text,
)
from zoterodigest.digest.read.lines import Lines
from zoterodigest.digest.read.references import find_links, hyperlink
from zoterodigest.digest.read.shapes import fits, is_clear, venue_link
from zoterodigest.digest.read.slots import (
    NAMED,
    Claims,
    Slot,
    UnreadLine,
    claim_groups,
    decoded,
    trimmed,
)
from zoterodigest.digest.read.templates import cell_match
from zoterodigest.digest.read.title_edges import within_titles
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_SHELTERS = (
    (b"<", Pattern(r"(?is)<details\b.*?</details>")),
    (b"<", Pattern(r"(?is)<p>.*?</p>")),
    (b"$", Pattern(r"\$[^$\n]+\$")),
    (b"`", Pattern(r"`[^`\n]+`")),
    (b"](", Pattern(r"\[\[?[^\[\]\n]+\]\]?\([^()\s]+\)")),
)
"""What may hold pipes that part no cells, by its signs: HTML elements, math, code and links.

No limits in them: to compile the last three with some took 20 ms.
"""


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of one table: the slot of each ("" if the format has none), and the names.

    `line` is that of the header, `first` that of the first row. A table without a header has the
    line above, and columns without names.
    """

    form: DigestFormat
    line: int
    slots: tuple[str, ...]
    names: tuple[str, ...]
    first: int


_FREE = ("comment", "summary", "section", "tags", "task", "")
# The likeliest home of a stray pipe comes first: the first column that makes the others fit wins.
_ROOMY = (*TEXTS, "section", "comment", "links", "title", "authors", "tags", "task", "ignored", "")


def find_rows(lines: Lines, form: DigestFormat, venues: VenueTable) -> Iterator[Claims]:
    """Yield the rows of every table whose header has the columns that `form` needs."""
    for first, last, header in row_ranges(lines, form):
        yield claims_of_row(lines, first, last, header, venues)


def row_ranges(lines: Lines, form: DigestFormat) -> Iterator[tuple[int, int, Header]]:
    """Yield the first and the last line of these rows, each with its header."""
    if form.columns is None:
        return
    for header in find_headers(lines, form):
        line = header.first
        while line < len(lines) and _begins_row(lines, line, header):
            last = _row_end(lines, line, len(header.slots))
            yield line, last, header
            line = _next_row(lines, last + 1, header)


def _next_row(lines: Lines, line: int, header: Header) -> int:
    """Return where the row behind the one above `line` may stand.

    In general formats that is below one or two blank lines, too, if it has as many cells, and below
    the dashes under a row that stands where a header should.
    """
    if line == header.first + 1 and line in lines.delimiters:
        return line + 1
    if not header.form.entry.is_general or line >= len(lines) or not lines.is_blank(line):
        return line
    below = line + 1 if line + 1 < len(lines) and not lines.is_blank(line + 1) else line + 2
    is_row = below < len(lines) and lines[below].lstrip()[:1] == b"|"
    is_alike = is_row and len(cells_of(lines[below])) == len(header.slots)
    return below if is_alike else line


def find_headers(lines: Lines, form: DigestFormat) -> Iterator[Header]:
    """Yield the headers of the tables that `form` reads, in general formats also where none is."""
    for line in sorted(lines.delimiters):
        if line == 0 or not _is_shown(lines, line) or b"|" not in lines[line - 1]:
            continue
        header = _header(lines, line - 1, form)
        if header is not None and len(cells_of(lines[line])) == len(header.slots):
            yield header
    if form.entry.is_general and b"|" in lines.source:
        yield from _bare_tables(lines, form)


# A literal comes first: with a look behind in its place, reading long entries takes 6 % more.
_ROWS = lazy_regex(rb"\n(?:[ \t]*\|[^\n]*\|[ \t]*\r?(?:\n|\Z)){3,}")
"""Three rows at least: fewer may be anything."""


def _bare_tables(lines: Lines, form: DigestFormat) -> Iterator[Header]:
    """Yield a header for each run of rows without one, parted by nothing from their first row."""
    delimiters = sorted(lines.delimiters)
    for found in _ROWS.finditer(b"\n" + lines.source):
        first, last = lines.line_at(found.start()), lines.line_at(found.end() - 2)
        at = bisect_left(delimiters, first)
        is_headed = at < len(delimiters) and delimiters[at] <= last
        if is_headed or not _is_shown(lines, first) or _follows_row(lines, first):
            continue
        names = _names(lines, first)
        if any(form.slots_by_column.get(folded_label(name)) == "title" for name in names):
            header = _header_of(lines, form, (first, first + 1), names)
        else:
            header = _header_of(lines, form, (first - 1, first), ("",) * len(names))
        if header is not None:
            yield header


def _follows_row(lines: Lines, line: int) -> bool:
    """Whether a row stands above, with nothing but blank lines between: it goes on its table."""
    above = line - 1
    while above > max(line - 4, -1) and lines.is_blank(above):
        above -= 1
    return above >= 0 and lines[above].lstrip()[:1] == b"|"


def is_table_line(lines: Lines, line: int) -> bool:
    """Whether the line is a table's delimiter row, or the header above one."""
    if line not in lines.delimiters and line + 1 not in lines.delimiters:
        return False
    return b"|" in lines[line] and not lines.is_in_note(line)


def _header(lines: Lines, line: int, form: DigestFormat) -> Header | None:
    names = _names(lines, line)
    if form.entry.is_general and any(map(is_paper_url, _addresses(lines[line]))):
        # Markdown wants a header: who has none writes the first row there.
        return _header_of(lines, form, (line - 1, line), ("",) * len(names))
    return _header_of(lines, form, (line, line + 2), names)


def _names(lines: Lines, line: int) -> tuple[str, ...]:
    texts = (decoded(lines[line][start:end]) for start, end in cells_of(lines[line]))
    return tuple(text.strip(" \t*_`") for text in texts)


def _addresses(data: bytes) -> Iterator[str]:
    if b"](" not in data and b"://" not in data:
        return iter(())
    return (hyperlink(data, span).url for span in find_links(data))


def _header_of(
    lines: Lines, form: DigestFormat, at: tuple[int, int], names: tuple[str, ...]
) -> Header | None:
    """Return the header on the first line of `at`, with rows from the second on, if it serves."""
    slots = slots_of_columns(names, lambda: _rows_below(lines, at[1]), form)
    needs = form.columns.needs if form.columns else []
    is_one = all(need in slots for need in needs) and _shows_titles(lines, at[1], slots, form)
    return Header(form, at[0], slots, names, at[1]) if is_one else None


def _shows_titles(lines: Lines, first: int, slots: Sequence[str], form: DigestFormat) -> bool:
    """Whether a title stands in a row as the format wants it; later formats may want another."""
    rules = form.cells.get("title", ())
    if form.entry.is_general or form.templates or "title" not in slots or not rules:
        return True
    at = slots.index("title")
    cells = [row[at] for row in _rows_below(lines, first) if at < len(row) <= len(slots)]
    return not cells or any(fits(cell, "title", rules) for cell in cells)


_MOST_LOOKED_AT = 20


def _rows_below(lines: Lines, first: int) -> list[list[bytes]]:
    """Return the cells of rows, as far down as it takes to know what the columns hold."""
    rows: list[list[bytes]] = []
    for row in range(first, min(len(lines), first + _MOST_LOOKED_AT)):
        if row in lines.delimiters:
            continue
        data = lines[row]
        if not _is_shown(lines, row) or b"|" not in data:
            break
        rows.append([data[start:end].strip() for start, end in cells_of(data)])
    return rows


def _is_shown(lines: Lines, line: int) -> bool:
    """Whether a line is one of the page's, even if an entry holds it by now."""
    return lines.is_open(line) or lines.is_taken(line)


def _begins_row(lines: Lines, line: int, header: Header) -> bool:
    is_row = lines.is_open(line) and b"|" in lines[line]
    return is_row and (line == header.first or not is_table_line(lines, line))


def _row_end(lines: Lines, line: int, width: int) -> int:
    """Return the last line of a row that may be broken over several lines."""
    last, pipes = line, 0
    is_bare = lines[line].lstrip()[:1] != b"|"
    while not lines[last].rstrip().endswith(b"|"):
        pipes += len(pipes_in(lines[last]))
        below = last + 1
        if pipes > width:
            break
        # In a table without pipes around its rows, one that is whole is broken over no lines.
        if is_bare and below < len(lines) and min(pipes, len(pipes_in(lines[below]))) >= width - 1:
            break
        if below >= len(lines) or lines.is_blank(below) or not lines.is_open(below):
            break
        if lines[below].lstrip()[:1] in (b"|", b"#") or is_table_line(lines, below):
            break
        last = below
    return last


_COMMENT = lazy_regex(rb"\[(?://|comment)\]: *#.*|<!--.*-->")
"""What shows nothing behind the last cell of a row."""


def claims_of_row(
    lines: Lines, first: int, last: int, header: Header, venues: VenueTable
) -> Claims:
    """Return what is claimed of one row."""
    claims = Claims(first, last)
    text = source_text(lines.source, span_of(lines, first, last))
    cells = cells_of(text.data)
    width = len(header.slots)
    if len(cells) == width + 1 and _COMMENT.fullmatch(text.data[slice(*cells[-1])].strip()):
        cells.pop()
    if len(cells) <= width:
        _claim_cells(claims, text, cells, header, venues)
    elif joined := sheltered_cells(text.data, width) or _absorbed(text, cells, header):
        _claim_cells(claims, text, joined, header, venues)
    else:
        # Of a row whose cells cannot be told apart, the title alone tells which work it is.
        claims.broken = "more cells than the header"
        cell = _cell(text, cells[header.slots.index("title")])
        if _fits(cell, "title", header):
            claim_cell(claims, cell, "title", header, venues)
    if header.form.entry.is_general:
        claims.slots = within_titles(within_edges(claims.slots), venues)
    return claims


def _absorbed(text: LayeredText, cells: Sequence[Range], header: Header) -> list[Range] | None:
    """Let one roomy column take the surplus cells, if all other columns then fit, and one only."""
    surplus = len(cells) - len(header.slots)
    for slot in _ROOMY:
        if slot not in header.slots:
            continue
        at = header.slots.index(slot)
        joined = (cells[at][0], cells[at + surplus][1])
        trial = [*cells[:at], joined, *cells[at + surplus + 1 :]]
        pairs = zip(trial, header.slots, strict=True)
        if all(name == slot or _fits(_cell(text, one), name, header) for one, name in pairs):
            return trial
    return None


def _cell(text: LayeredText, cell: Range) -> LayeredText:
    return peel_cell(trimmed(text, *cell))


def _cells(text: LayeredText, ranges: Sequence[Range]) -> list[LayeredText]:
    if holds_wrapped(text):
        return [_cell(text, one) for one in ranges]
    # Nothing in most rows is escaped. To peel such a row as a whole saves 5 % of reading a table.
    whole = text.peeled(text.data, tuple, in_cell)
    return [trimmed(whole, *one) for one in ranges]


def _fits(cell: LayeredText, slot: str, header: Header) -> bool:
    return fits(cell.data, slot, header.form.cells.get(slot, ()))


def _claim_cells(
    claims: Claims,
    text: LayeredText,
    ranges: Sequence[Range],
    header: Header,
    venues: VenueTable,
) -> None:
    """Claim the cells of a row, of a doubtful one only those that are certain.

    A row is doubtful if cells are missing, or if two do not look as their column should: then they
    have moved.
    """
    slots = header.slots
    cells = _cells(text, ranges)
    rules, pairs = header.form.cells, zip(cells, slots, strict=False)
    fitting = [fits(cell.data, slot, rules.get(slot, ())) for cell, slot in pairs]
    # One misfit may be a slip of the pen; two say that cells have moved under other heads.
    misfits = sum(not fit and slot not in _FREE for fit, slot in zip(fitting, slots, strict=False))
    is_short = len(cells) < len(slots)
    is_doubtful = (
        is_short or misfits > 1 or (misfits == 1 and has_sheltered_pipe(text.data, ranges))
    )
    certain = _certain(cells, fitting, header) if is_doubtful else set(slots)
    for at, slot in enumerate(slots):
        if not slot or slot == "ignored":
            continue
        if at >= len(cells) or slot not in certain:
            claims.unreadable.add(slot)
        else:
            claim_cell(claims, cells[at], slot, header, venues, header.names[at])
    if is_doubtful:
        count = f"{len(cells)} of {len(slots)} cells" if is_short else "cells under wrong heads"
        claims.unread.append(UnreadLine(0, f"the row has {count}"))


def _certain(cells: Sequence[LayeredText], fitting: Sequence[bool], header: Header) -> set[str]:
    """Return the slots of a doubtful row whose cell stands under the right column beyond doubt.

    These are the cells before the first that does not look as its column should, or that is free
    text, which fits any column. A plain title counts only if every cell fits; a linked one counts
    if it is the only cell of its kind.
    """
    pairs = list(zip(cells, header.slots, strict=False))
    linked = [(cell, slot) for cell, slot in pairs if b"](" in cell.data]
    titles = [slot for cell, slot in linked if _fits(cell, "title", header)]
    certain = {"title"} if titles == ["title"] and "title" in header.form.cells else set()
    for at, (cell, slot) in enumerate(pairs):
        if not fitting[at] or slot in _FREE:
            break
        if slot != "title" or all(fitting) or b"](" in cell.data:
            certain.add(slot)
    return certain


def claim_cell(
    claims: Claims,
    cell: LayeredText,
    slot: str,
    header: Header,
    venues: VenueTable,
    column: str = "",
) -> None:
    """Claim a cell: what the first template or pattern finds in it, or the whole as one slot.

    Several `<details>` in one cell are a slot each, by their summaries; the first is the column's.
    """
    if b"<" in cell.data and cell.data.lower().count(b"<details") > 1:
        claims.slots += folded_slots(cell, header.form, slot)
        return
    if header.form.entry.is_general:
        if slot == "title" and b"<details" in cell.data:
            cell = _without_folds(claims, cell, header)
        slot = slot_of_cell(cell.data, slot, header.slots)
        if slot == "venue" and (label := venue_link(cell.data)):
            claims.slots += _linked_venue(cell, label, column, venues)
            return
    for rule in header.form.cells.get(slot, ()):
        match = cell_match(rule, cell.data, (header.form, venues))
        # What has a column of its own is not read out of another one.
        if match and not any(name in header.slots for name in match.groups if name != slot):
            number = len(claims.slots)
            claim_groups(claims, cell, match, header.form, column)
            found = claims.slots[number:]
            claims.slots[number:] = _only_fitting(found, match.groups, header, venues)
            return
    claims.slots.append(Slot(slot, cell, column if slot in NAMED else None))


def _linked_venue(
    cell: LayeredText, label: Range, column: str, venues: VenueTable
) -> Iterator[Slot]:
    """Yield the slots of a cell that is one link: what is called by no venue is nothing else."""
    if takes("venue", decoded(cell.data[slice(*label)]), venues):
        yield Slot("venue", cell.slice(*label))
    yield Slot("links", cell, column)


def _only_fitting(
    slots: Sequence[Slot], groups: Container[str], header: Header, venues: VenueTable
) -> Iterator[Slot]:
    """Yield the slots of a cell, of those found in free text what no column of its own holds."""
    for slot in slots:
        if slot.name == "short_title" and _is_known_venue(slot, venues):
            if "venue" not in header.slots:
                yield Slot("venue", slot.text)
        elif slot.name in groups:
            # Names behind a title are no sentence about it.
            is_summary = slot.name == "summary" and "authors" not in header.slots
            are_names = is_summary and "title" in groups and are_authors(slot.words)
            yield Slot("authors", slot.text) if are_names else slot
        elif slot.name not in header.slots and is_clear(slot.name, slot.words, venues):
            yield slot


def _is_known_venue(slot: Slot, venues: VenueTable) -> bool:
    return venues.find(parse_venue(slot.words).venue) is not None


def _without_folds(claims: Claims, cell: LayeredText, header: Header) -> LayeredText:
    """Return what stands before the `<details>` behind a title, whose texts become slots."""
    start = cell.data.index(b"<details")
    end = cell.data.rfind(b"</details>") + len(b"</details>")
    if end <= start:
        return cell
    for slot in folded_slots(cell.slice(start, end), header.form):
        name = slot.name if slot.section is None else fold_of(slot.section)
        if name and name not in header.slots:
            claims.slots.append(Slot(name, slot.text))
    if cell.data[end:].strip():
        claims.slots.append(Slot("tail", trimmed(cell, end, len(cell.data))))
    return trimmed(cell, 0, start)


def fold_of(summary: str) -> str:
    """Return the slot of what is folded below a title, by its `<summary>`; "" for none."""
    words = folded_label(summary)
    return next((name for name in TEXTS if name in words), "")


def sheltered_cells(data: bytes, width: int) -> list[Range] | None:
    """Take pipes inside elements, math, code or links as text, until there are `width` cells."""
    pipes = pipes_in(data)
    sheltered: set[int] = set()
    # The surest shelter first, and no more of them than it takes to get the cells of the header.
    for sign, pattern in _SHELTERS:
        sheltered |= _pipes_within(data, sign, pattern)
        cells = cells_between(data, [at for at in pipes if at not in sheltered])
        if len(cells) == width:
            return cells
    return None


def has_sheltered_pipe(data: bytes, cells: Sequence[Range]) -> bool:
    """Whether a pipe between two cells stands inside an element, math, code or a link."""
    sheltered = {at for shelter in _SHELTERS for at in _pipes_within(data, *shelter)}
    return any(start - 1 in sheltered for start, _ in cells[1:])


def _pipes_within(data: bytes, sign: bytes, pattern: Pattern) -> set[int]:
    if b"|" not in data or sign not in data:
        return set()
    return {at for found in pattern.finditer(data) for at in pipes_in(data, found.start, found.end)}
