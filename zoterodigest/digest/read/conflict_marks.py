"""Conflict marks: the lines that git leaves where two versions of a file did not merge."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_OPENING = re.compile(rb"[> \t]*<{7}[ \t]+[^\s<]")
_CLOSING = re.compile(rb"[ \t]*(?:>[ \t]+)*>{7}[ \t]+[^\s>]")
_BLANKS = b"> \t\r"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two versions with their marks, 0-based lines `first` to `last`; of half a pair its one line.

    An entry that ends on the line `above`, with nothing but blank lines between, may be cut by it.
    """

    above: int
    first: int
    last: int


def find_conflicts(source: bytes, lines: Iterable[bytes]) -> tuple[Conflict, ...]:
    """Return the conflicts among the `lines` of `source`, in order."""
    if b"<<<<<<<" not in source and b">>>>>>>" not in source:
        return ()
    return tuple(_conflicts(lines))


def conflict_in(conflicts: Sequence[Conflict], first: int, last: int) -> Conflict | None:
    """Return the first conflict that the lines `[first, last]` have part in, or are cut by."""
    at = bisect_left(conflicts, first, key=lambda conflict: conflict.last)
    is_in = at < len(conflicts) and conflicts[at].above <= last
    return conflicts[at] if is_in else None


def _conflicts(lines: Iterable[bytes]) -> Iterator[Conflict]:
    opened: Conflict | None = None
    above = -1
    for number, line in enumerate(lines):
        here = Conflict(above, number, number)
        if _OPENING.match(line):
            if opened is not None:
                yield opened
            opened = here
        elif _CLOSING.match(line):
            yield here if opened is None else Conflict(opened.above, opened.first, number)
            opened = None
        if line.strip(_BLANKS):
            above = number
    if opened is not None:
        yield opened
