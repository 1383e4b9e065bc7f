"""Alignment: what stands in many sequences at the same place of their order.

Sequences are taken one after the other and laid beside what those before have in common, by the
best sum of likenesses (Needleman and Wunsch). What only one has stays a column with one member.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
Column = dict[int, int]
"""For each sequence (its number) that has a member in the column, the member's place in it."""

_COMPARED = 5
"""With so many members of a column, the last ones, one more is compared."""
_MANY = 16
"""After so many sequences, columns with a single member are dropped: they take most of the time."""


def aligned(
    sequences: Sequence[Sequence[T]], likeness: Callable[[Sequence[T], float, T], float]
) -> list[Column]:
    """Return the columns of the sequences, in order.

    `likeness` tells how much some members of a column, which holds such a share of the sequences,
    are like one more; zero or less keeps them apart.
    """
    columns: list[Column] = []
    for number, sequence in enumerate(sequences):
        if number % _MANY == _MANY - 1:
            columns = [one for one in columns if len(one) > 1 or number - 1 in one]
        scores = [
            [likeness(members, share, one) for one in sequence]
            for members, share in (_members(sequences, one, number) for one in columns)
        ]
        pairs = _pairs(scores, len(columns), len(sequence))
        columns = _with(columns, number, pairs, len(sequence))
    return columns


def _members(
    sequences: Sequence[Sequence[T]], column: Column, number: int
) -> tuple[list[T], float]:
    last = list(column.items())[-_COMPARED:]
    return [sequences[at][place] for at, place in last], len(column) / max(number, 1)


def _pairs(scores: Sequence[Sequence[float]], rows: int, columns: int) -> list[tuple[int, int]]:
    """Return the pairs of the way through the table that has the highest sum."""
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for row in reversed(range(rows)):
        for column in reversed(range(columns)):
            score = scores[row][column]
            paired = score + best[row + 1][column + 1] if score > 0 else -1.0
            best[row][column] = max(paired, best[row + 1][column], best[row][column + 1])
    pairs: list[tuple[int, int]] = []
    row = column = 0
    while row < rows and column < columns:
        score = scores[row][column]
        if score > 0 and best[row][column] == score + best[row + 1][column + 1]:
            pairs.append((row, column))
            row, column = row + 1, column + 1
        elif best[row][column] == best[row + 1][column]:
            row += 1
        else:
            column += 1
    return pairs


def _with(
    columns: Sequence[Column], number: int, pairs: Sequence[tuple[int, int]], length: int
) -> list[Column]:
    """Return the columns with one more sequence; a member without a pair becomes a column."""
    merged: list[Column] = []
    column = place = 0
    for paired, member in [*pairs, (len(columns), length)]:
        merged += columns[column:paired]
        merged += [{number: at} for at in range(place, member)]
        if paired < len(columns):
            merged.append({**columns[paired], number: member})
        column, place = paired + 1, member + 1
    return merged
