"""Cells: the line of a table cut at its pipes, and the delimiter row below its header."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from zoterodigest.regex import lazy_regex

Range = tuple[int, int]

_PIPE = lazy_regex(rb"\\\||\|")
_BARE_PIPE = lazy_regex(rb"\|")
_DASHES = lazy_regex(rb":?-+:?")


def cells_of(data: bytes) -> list[Range]:
    """Return the ranges between unescaped pipes; a leading and a trailing pipe are optional."""
    return cells_between(data, pipes_in(data))


def pipes_in(data: bytes, start: int = 0, end: int | None = None) -> list[int]:
    """Return where the unescaped pipes of the range stand."""
    stop = len(data) if end is None else end
    if b"\\" not in data:
        return [found.start() for found in _BARE_PIPE.finditer(data, start, stop)]
    return [found.start() for found in _PIPE.finditer(data, start, stop) if found[0] == b"|"]


def cells_between(data: bytes, pipes: Sequence[int]) -> list[Range]:
    """Return the ranges that `pipes` part."""
    edges = [-1, *pipes, len(data)]
    cells = [(left + 1, right) for left, right in pairwise(edges)]
    if cells and pipes and not data[: pipes[0]].strip():
        cells = cells[1:]
    if cells and pipes and not data[pipes[-1] + 1 :].strip():
        cells = cells[:-1]
    return cells


def is_delimiter(data: bytes) -> bool:
    """Whether a line is the row of dashes that parts a table's header from its rows."""
    if b"|" not in data or b"-" not in data or data.strip(b"|:- \t"):
        return False
    return all(_DASHES.fullmatch(data[start:end].strip(b" \t")) for start, end in cells_of(data))
