"""Regular expressions that take linear time, whatever the pattern and the input (RE2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

# RE2, as people write patterns of their own: `re` can need exponential time, RE2 never does.
import re2

from zoterodigest.core.values.frozen import frozen

_UNANCHORED = re2._Anchor.UNANCHORED
_NO_SPAN = (-1, -1)


class BadPattern(ValueError):
    """A pattern is no valid RE2 expression."""


@frozen()
class Match:
    """Where a pattern and its named groups matched: half-open byte offsets in the data searched.

    A group that took no part is not in `groups`.
    """

    start: int
    end: int
    groups: Mapping[str, tuple[int, int]]


class Pattern:
    """A compiled expression over UTF-8 bytes; `.` and classes match whole characters.

    Syntax: https://github.com/google/re2/wiki/Syntax (no look-around, no back-references).
    """

    __slots__ = ("_names", "_spans", "text")

    def __init__(self, text: str) -> None:
        """Compile `text`; raises `BadPattern` with RE2's own reason."""
        options = re2.Options()
        # RE2 writes its reason to standard error otherwise; `BadPattern` carries it.
        options.log_errors = False
        try:
            compiled = re2.compile(text, options)
        except re2.error as error:
            reason = error.args[0] if error.args else error
            raise BadPattern(
                reason.decode() if isinstance(reason, bytes) else str(reason)
            ) from error
        self.text = text
        self._names = tuple(compiled.groupindex.items())
        # What `compiled.search` and `finditer` call. Without their own values for each match, which
        # we turn into ours, a match takes half the time: 10 % of reading a list.
        self._spans = compiled._regexp.Match

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the groups."""
        return tuple(name for name, _ in self._names)

    def search(self, data: bytes) -> Match | None:
        """Return the leftmost match in `data`, or None."""
        return self._search(data, 0)

    def finditer(self, data: bytes) -> Iterator[Match]:
        """Yield the matches that do not overlap, left to right."""
        start = 0
        while start <= len(data) and (found := self._search(data, start)):
            yield found
            # An empty match would be found again and again.
            start = found.end + (found.end == start)

    def _search(self, data: bytes, start: int) -> Match | None:
        spans = self._spans(_UNANCHORED, data, start, len(data))
        if spans[0] == _NO_SPAN:
            return None
        groups = {name: spans[index] for name, index in self._names if spans[index] != _NO_SPAN}
        start, end = spans[0]
        return Match(start, end, groups)


class AnyOf:
    """Several patterns, of which it matters only that one matches."""

    __slots__ = ("_patterns",)

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        """Join `patterns` into one, as that is searched as fast as each of them alone."""
        self._patterns = tuple(patterns)
        if len(patterns) > 1:
            # All in one may be too large for RE2.
            with suppress(BadPattern):
                self._patterns = (Pattern("|".join(f"(?:{one.text})" for one in patterns)),)

    def matches(self, data: bytes) -> bool:
        """Whether one of the patterns matches somewhere in `data`."""
        return any(pattern.search(data) for pattern in self._patterns)
