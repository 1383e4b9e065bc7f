"""Tables in HTML: a row is an entry, a cell that spans several rows belongs to each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from zoterodigest.core.values.span import Span
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.format.format import DigestFormat, folded_label
from zoterodigest.digest.read.columns import slots_of_columns
from zoterodigest.digest.read.edges import within_edges
from zoterodigest.digest.read.layers import LayeredText, peel_element, source_text
from zoterodigest.digest.read.lines import Lines
from zoterodigest.digest.read.slots import Claims, decoded, trimmed
from zoterodigest.digest.read.tables import Header, claim_cell
from zoterodigest.digest.read.title_edges import within_titles
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_TAG = lazy_regex(rb"<(/?)(table|tr|t[hd])\b([^<>]*)>", re.I)
_ANY_TAG = lazy_regex(r"<[^<>]*>")
_SPANNED = lazy_regex(rb"\b(row|col)span\s*=\s*[\"']?(\d{1,3})", re.I)
_MOST_COLUMNS = 40
_MOST_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class _Cell:
    """What stands in a cell, and over how many rows and columns it reaches."""

    span: Span
    is_head: bool
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True, slots=True)
class _TableRow:
    """A row: its bytes with its tags, and the cell of each column, also one that began above."""

    span: Span
    cells: tuple[_Cell, ...]


@dataclass(frozen=True, slots=True)
class HtmlRow:
    """A row that may be an entry: its 0-based lines, its header, the bytes of each column."""

    first: int
    last: int
    header: Header
    cells: tuple[Span, ...]


def find_html_rows(lines: Lines, form: DigestFormat) -> Iterator[HtmlRow]:
    """Yield the rows of the tables whose columns are those that a general format needs.

    A row that begins or ends in a line with another is left out, and one whose only cell spans all
    columns: it is the heading of those below.
    """
    source = lines.source
    if form.columns is None or not form.entry.is_general or b"</t" not in source:
        return
    for table in _tables(source):
        header, rows = _header(lines, form, table)
        after = 0
        for row in rows if header is not None else ():
            first, last = lines.line_at(row.span.start), lines.line_at(row.span.end - 1)
            is_free = lines.is_open(first) and lines.free_until(first, last + 1) > last
            is_alone = not source[lines.starts[first] : row.span.start].strip()
            if header and first >= after and is_free and is_alone and not _is_heading(row):
                yield HtmlRow(first, last, header, tuple(cell.span for cell in row.cells))
            after = last + 1


def _is_heading(row: _TableRow) -> bool:
    return len(row.cells) > 1 and len({cell.span for cell in row.cells}) == 1


def claims_of_html_row(lines: Lines, row: HtmlRow, venues: VenueTable) -> Claims:
    """Return what is claimed of one row."""
    claims = Claims(row.first, row.last)
    header = row.header
    for at, (slot, span) in enumerate(zip(header.slots, row.cells, strict=False)):
        if slot and slot != "ignored":
            claim_cell(claims, _text(lines, span), slot, header, venues, header.names[at])
    claims.unreadable |= set(header.slots[len(row.cells) :]) - {"", "ignored"}
    claims.slots = within_titles(within_edges(claims.slots), venues)
    return claims


def _text(lines: Lines, span: Span) -> LayeredText:
    text = source_text(lines.source, span)
    return peel_element(trimmed(text, 0, len(text.data)))


def _tables(source: bytes) -> Iterator[list[_TableRow]]:
    """Yield the rows of each table; of one in another, the rows are those of a table of its own."""
    rows: list[_TableRow] = []
    cells: list[_Cell] = []
    hanging: list[tuple[_Cell, int]] = []
    row_at = cell_at = -1
    tag: re.Match[bytes] | None = None
    for found in _TAG.finditer(source):
        name, is_end = found[2].lower(), bool(found[1])
        if cell_at >= 0 and tag is not None:
            cells.append(_cell(tag, cell_at, found.start()))
            cell_at = -1
        if row_at >= 0 and name != b"td" and name != b"th":
            end = found.end() if is_end and name == b"tr" else found.start()
            row, hanging = _row(Span(row_at, end), cells, hanging)
            rows.append(row)
            row_at, cells = -1, []
        if name == b"table":
            if rows:
                yield rows
            rows, hanging = [], []
        elif name == b"tr":
            row_at = -1 if is_end else found.start()
        elif not is_end and row_at >= 0:
            cell_at, tag = found.end(), found
    if rows:
        yield rows


def _cell(tag: re.Match[bytes], start: int, end: int) -> _Cell:
    spanned = {kind.lower(): int(count) for kind, count in _SPANNED.findall(tag[3])}
    columns = min(spanned.get(b"col", 1), _MOST_COLUMNS)
    return _Cell(Span(start, end), tag[2].lower() == b"th", spanned.get(b"row", 1), columns)


def _row(
    span: Span, own: Sequence[_Cell], hanging: Sequence[tuple[_Cell, int]]
) -> tuple[_TableRow, list[tuple[_Cell, int]]]:
    """Return a row with the cells that hang into it from above, and those that hang on below.

    A hanging cell comes with its column; it reaches into as many rows as it has left.
    """
    above = {column: cell for cell, column in hanging}
    left = [*own]
    cells: list[_Cell] = []
    below: list[tuple[_Cell, int]] = []
    while (left or len(cells) in above) and len(cells) < _MOST_COLUMNS:
        cell = above.get(len(cells)) or left.pop(0)
        if cell.rows > 1:
            rest = _Cell(cell.span, cell.is_head, cell.rows - 1)
            below += ((rest, len(cells) + at) for at in range(cell.columns))
        cells += [cell] * cell.columns
    return _TableRow(span, tuple(cells)), below


def _header(
    lines: Lines, form: DigestFormat, table: Sequence[_TableRow]
) -> tuple[Header | None, Sequence[_TableRow]]:
    """Return the header of a table, None if it does not list papers, and the rows below."""
    texts = [_words(lines, cell) for cell in table[0].cells]
    is_named = any(form.slots_by_column.get(folded_label(text)) == "title" for text in texts)
    is_head = is_named or all(cell.is_head for cell in table[0].cells)
    names = tuple(texts) if is_head else ("",) * len(texts)
    rows = table[1:] if is_head else table

    def rows_below() -> list[list[bytes]]:
        below = (row for row in rows[:_MOST_LOOKED_AT] if not _is_heading(row))
        shown = ([cell.span for cell in row.cells] for row in below)
        return [[lines.source[it.start : it.end].strip() for it in row] for row in shown]

    slots = slots_of_columns(names, rows_below, form)
    needs = form.columns.needs if form.columns else []
    if not rows or not all(need in slots for need in needs):
        return None, ()
    line = lines.line_at(table[0].span.start)
    return Header(form, line, slots, names, lines.line_at(rows[0].span.start)), rows


def _words(lines: Lines, cell: _Cell) -> str:
    text = decoded(lines.source[cell.span.start : cell.span.end])
    return " ".join(_ANY_TAG.sub(" ", text).split()).strip(" *_`")
