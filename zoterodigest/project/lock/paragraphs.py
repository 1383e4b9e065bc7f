"""Paragraphs of the lock file: a first line that names a thing, then a line for each of its keys.

Versions 1 and 2 share this form, and git may leave rows of both in one file. If git has doubled
lines of a paragraph, its reader gets the variants and folds them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TypeVar

from zoterodigest.core.values.identity import Identifier
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

ID = lazy_regex(r"[A-Za-z0-9_-]+")
"""What the id of a row and the key of an object of the library look like."""

COLLECTION = "collection "
BIB = "bib "
ACKNOWLEDGED = "acknowledged "

# An id has no blank in it, and every line of a key has one: no key can pass for a row. Behind
# `collection` version 1 has the key of a collection, in quotes; no word of version 2 begins so.
_HEAD = lazy_regex(rf'^(?:{ID.pattern}|(?:shelf |collection (?!")|{BIB}|{ACKNOWLEDGED}).*)$', re.M)

T = TypeVar("T")

GivenValue = tuple[str, str, T]
"""What a line gives: a key, the name that it is given for (empty for most keys), and a value."""

ByName = Mapping[tuple[str, str], T]
"""The values of a paragraph by key and name."""


class BadLine(ValueError):
    """Line `number` is no line of a lock file, for `reason`; `hint` may say what to do."""

    def __init__(self, number: int, reason: str, hint: str = "") -> None:
        super().__init__(f"line {number}: {reason}")
        self.number = number
        self.reason = reason
        self.hint = hint


@dataclass(frozen=True, slots=True)
class LockParagraph:
    """One thing as it stands: its first line, its other lines, and where it begins in `text`.

    `lines` keep their places: a line that is not to be read is empty.
    """

    text: str
    start: int
    head: str
    lines: Sequence[str]

    @property
    def number(self) -> int:
        """The number of its first line. Asked for a message only: it counts all lines before."""
        return self.text.count("\n", 0, self.start) + 1

    def given(self, read: Callable[[Sequence[str]], list[GivenValue[T]]]) -> list[GivenValue[T]]:
        """Return what its lines give as `read` reads them; blank lines do not count.

        Raises `BadLine` for a line for which `read` raises a `ValueError`.
        """
        try:
            return read([line for line in self.lines if line])
        except ValueError:
            # Only now each line by itself: all together, version 1 takes a third of the time.
            return [
                one
                for place, line in enumerate(self.lines)
                if line
                for one in self._of_line(read, place)
            ]

    def _of_line(
        self, read: Callable[[Sequence[str]], list[GivenValue[T]]], place: int
    ) -> list[GivenValue[T]]:
        try:
            return read([self.lines[place]])
        except ValueError as error:
            raise BadLine(self.number + place + 1, str(error)) from error


def paragraphs_of(text: str) -> Iterator[LockParagraph]:
    """Yield the paragraphs of `text`; raise `BadLine` if anything stands before the first one."""
    starts = [found.start() for found in _HEAD.finditer(text)]
    before = text[: starts[0] if starts else None]
    for number, line in enumerate(before.split("\n"), start=1):
        if line:
            raise BadLine(number, f"{line[:40]!r} has no place here")
    for start, end in pairwise([*starts, len(text)]):
        head, *lines = text[start:end].split("\n")
        yield LockParagraph(text, start, head, lines)


def variants(given: Sequence[GivenValue[T]]) -> Sequence[ByName[T]]:
    """Return values by key and name; where one is given twice, once with each of its values.

    A person who ends a merge conflict by keeping both sides leaves such doubled lines.
    """
    once = {(key, name): value for key, name, value in given}
    if len(once) == len(given):
        return (once,)
    each: dict[tuple[str, str], list[T]] = {}
    for key, name, value in given:
        each.setdefault((key, name), []).append(value)
    turns = range(max(map(len, each.values())))
    return [{one: some[min(turn, len(some) - 1)] for one, some in each.items()} for turn in turns]


def row_id(text: str) -> str:
    """Return `text` if it can be the id of a row."""
    if not ID.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is no id")
    return text


def object_key(key: str) -> str:
    """Return `key` if it can be that of an object of the library, or is empty."""
    if key and not ID.fullmatch(key):
        raise ValueError(f"{key[:40]!r} is no key")
    return key


def written_identifier(text: str) -> Identifier:
    """Return the identifier that is written so, as in `arxiv:2006.11239`."""
    scheme, colon, value = text.partition(":")
    if not colon:
        raise ValueError(f"{text!r} is no identifier")
    return Identifier(scheme, value)


def path_of(text: str, name: str) -> str:
    """Return `text` if it can be the path of a file."""
    if "\0" in text:
        raise ValueError(f"its {name} is no path")
    return text
