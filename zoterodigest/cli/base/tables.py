"""Tables on the screen, cut to its width."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from functools import partial
from itertools import chain, compress, islice

from rich.cells import cell_len

from zoterodigest.cli.base.screen import columns_of, cut, is_narrow, styled, width
from zoterodigest.frozen import dataclass

_PART = 1_000
_NARROWEST_CELL = 6
_READABLE_CELL = 24
"""Columns in which a title can still be told from others."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading and its greatest width; 0 takes what the others leave.

    One that `may_go` is left out if those that take what is left would else be hard to read.
    """

    heading: str
    greatest: int = 0
    is_right: bool = False
    is_whole: bool = False
    may_go: bool = False


def table(columns: Sequence[Column], rows: Iterable[Sequence[str]], indent: int = 2) -> list[str]:
    """Return the lines of a table of safe texts that fits the width, with its headings.

    A cell is cut with an ellipsis, but none of a column that `is_whole`: people copy it. If it is
    longer than its column, the last cell of its row gives way. Wide characters count as two.
    """
    return _fitted_lines(columns, _rows_in_parts(rows), indent)


def table_by_column(
    columns: Sequence[Column], cells: Sequence[Sequence[str]], indent: int = 2
) -> list[str]:
    """Return the lines of a table whose cells are given column by column."""
    # To make rows of columns, and columns of the rows again, takes 3 % of `ls` of 100,000 items.
    return _fitted_lines(columns, _columns_in_parts(cells), indent)


def _rows_in_parts(rows: Iterable[Sequence[str]]) -> Iterator[list[_Cells]]:
    """Yield the columns of the first thousand rows, then those of the next ones."""
    # Column by column: row by row a table of 100,000 rows takes twice as long. In parts that fit
    # into the processor's cache: the whole at once takes a third longer, and a tenth more memory.
    rest = iter(rows)
    while part := list(islice(rest, _PART)):
        yield list(map(_Cells.of, zip(*part, strict=True)))


def _columns_in_parts(cells: Sequence[Sequence[str]]) -> Iterator[list[_Cells]]:
    for start in range(0, len(cells[0]), _PART):
        yield [_Cells.of(column[start : start + _PART]) for column in cells]


def _fitted_lines(
    columns: Sequence[Column], found: Iterable[list[_Cells]], indent: int
) -> list[str]:
    room = width() - indent
    parts = [[_Cells.of([column.heading]) for column in columns], *found]
    needed = [max(cells.widest for cells in column) for column in zip(*parts, strict=True)]
    widths = _widths(columns, needed, room)
    if any(map(_is_hard_to_read, columns, needed, widths)):
        stay = [not column.may_go for column in columns]
        columns, needed = list(compress(columns, stay)), list(compress(needed, stay))
        parts = [list(compress(cells, stay)) for cells in parts]
        widths = _widths(columns, needed, room)
    fitted = (zip(*map(_fitted, columns, cells, widths), strict=True) for cells in parts)
    is_tight = any(column.is_whole and column.greatest for column in columns)
    joined = partial(_within, room=room) if is_tight else "  ".join
    lines = map(joined, chain.from_iterable(fitted))
    margin = " " * indent
    heading = margin + styled(next(lines).rstrip(), "bold")
    return [heading, *[f"{margin}{line.rstrip()}" for line in lines]]


def _within(row: Sequence[str], room: int) -> str:
    """Return the cells of a row on one line; a cell that is too long takes room from the last."""
    line, start = "  ".join(row).rstrip(), "  ".join(row[:-1]).rstrip()
    if columns_of(line) <= room:
        return line
    return start if columns_of(start) + _NARROWEST_CELL > room else cut(line, room)


@dataclass(frozen=True, slots=True)
class _Cells:
    """The texts of a column, and those of them in which a sign may not fill just one column."""

    texts: Sequence[str]
    wide: Set[str]

    @classmethod
    def of(cls, texts: Sequence[str]) -> _Cells:
        # Nearly always this holds of all at once: to ask each text takes twice as long.
        if is_narrow("".join(texts)):
            return cls(texts, set())
        return cls(texts, {one for one in texts if not is_narrow(one)})

    @property
    def widest(self) -> int:
        wide = self.wide
        narrow = (
            [len(one) for one in self.texts if one not in wide] if wide else map(len, self.texts)
        )
        return max(max(narrow, default=0), max(map(cell_len, wide), default=0))


def _widths(columns: Sequence[Column], needed: Sequence[int], room: int) -> list[int]:
    widths = [min(one, column.greatest or one) for column, one in zip(columns, needed, strict=True)]
    left = room - 2 * (len(columns) - 1)
    for at, column in enumerate(columns):
        if not column.greatest and not column.is_whole:
            others = sum(widths) - widths[at]
            widths[at] = min(widths[at], max(left - others, 16))
    # The widest column gives way first, one cell at a time: narrow ones stay readable.
    may_be_cut = [at for at, column in enumerate(columns) if not column.is_whole]
    while sum(widths) > left:  # a terminal of 60 columns
        at = max(may_be_cut, key=lambda one: widths[one])
        if widths[at] <= _NARROWEST_CELL:
            break
        widths[at] -= 1
    return widths


def _is_hard_to_read(column: Column, needed: int, size: int) -> bool:
    """Tell whether a column that takes what others leave is cut to less than a readable width."""
    is_free = not column.greatest and not column.is_whole
    return is_free and size < _READABLE_CELL and size < needed


def _fitted(column: Column, cells: _Cells, size: int) -> list[str]:
    """Return the texts of a column, each cut and padded to `size` columns of the terminal."""
    pad, is_whole = str.rjust if column.is_right else str.ljust, column.is_whole
    wide: dict[str, str] = {}
    for text in cells.wide:
        fitting = text if is_whole else cut(text, size)
        wide[text] = pad(fitting, size - cell_len(fitting) + len(fitting))
    fitted = [
        pad(text if len(text) <= size or is_whole else f"{text[: size - 1].rstrip()}…", size)
        for text in cells.texts
    ]
    if wide:
        return [wide.get(text, one) for text, one in zip(cells.texts, fitted, strict=True)]
    return fitted
