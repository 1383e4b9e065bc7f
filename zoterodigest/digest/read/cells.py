"""Cells: where a table row is cut, also where pipes stand in its text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from zoterodigest.digest.format.pattern import Pattern

Range = tuple[int, int]

_PIPE = re.compile(rb"\\\||\|")
_SHELTERS = (
    Pattern(r"(?is)<details\b.*?</details>"),
    Pattern(r"(?is)<p>.*?</p>"),
    Pattern(r"\$[^$\n]{1,1000}\$"),
    Pattern(r"`[^`\n]{1,500}`"),
    Pattern(r"\[\[?[^\[\]\n]{1,500}\]\]?\([^()\s]{1,1000}\)"),
)
"""What may hold pipes that part no cells: HTML elements, math, code and links."""


def cells_of(data: bytes) -> list[Range]:
    """Return the ranges between unescaped pipes; a leading and a trailing pipe are optional."""
    return _between(data, _pipes(data))


def count_pipes(data: bytes) -> int:
    """Return how many pipes of a line part cells."""
    return len(_pipes(data))


def sheltered_cells(data: bytes, width: int) -> list[Range] | None:
    """Take pipes inside elements, math, code or links as text, until there are `width` cells."""
    pipes = _pipes(data)
    sheltered: set[int] = set()
    for pattern in _SHELTERS:
        sheltered |= _pipes_within(data, pattern)
        cells = _between(data, [at for at in pipes if at not in sheltered])
        if len(cells) == width:
            return cells
    return None


def has_sheltered_pipe(data: bytes, cells: Sequence[Range]) -> bool:
    """Whether a pipe between two cells stands inside an element, math, code or a link."""
    sheltered = {at for pattern in _SHELTERS for at in _pipes_within(data, pattern)}
    return any(start - 1 in sheltered for start, _ in cells[1:])


def _pipes(data: bytes, start: int = 0, end: int | None = None) -> list[int]:
    stop = len(data) if end is None else end
    return [found.start() for found in _PIPE.finditer(data, start, stop) if found[0] == b"|"]


def _pipes_within(data: bytes, pattern: Pattern) -> set[int]:
    if b"|" not in data:
        return set()
    return {at for found in pattern.finditer(data) for at in _pipes(data, found.start, found.end)}


def _between(data: bytes, pipes: Sequence[int]) -> list[Range]:
    edges = [-1, *pipes, len(data)]
    cells = [(left + 1, right) for left, right in pairwise(edges)]
    if cells and pipes and not data[: pipes[0]].strip():
        cells = cells[1:]
    if cells and pipes and not data[pipes[-1] + 1 :].strip():
        cells = cells[:-1]
    return cells
