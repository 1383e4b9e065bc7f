"""Regular expressions that take linear time, whatever the pattern and the input (RE2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import accumulate, groupby
from typing import Any

# RE2, as people write patterns of their own: `re` can need exponential time, RE2 never does.
import re2

from zoterodigest.frozen import frozen
from zoterodigest.regex import lazy_regex

_UNANCHORED = re2._Anchor.UNANCHORED
_NO_SPAN = (-1, -1)
_Spans = Callable[[Any, bytes, int, int], Sequence[tuple[int, int]]]


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

    __slots__ = ("_ends", "_names", "_spans", "text")

    # Most patterns of most formats are never searched for. To compile all took half of the time in
    # which formats are loaded, and two thirds of that in which a file without entries was read.
    def __init__(self, text: str) -> None:
        """Keep `text`, and compile it when it is first searched for."""
        self.text = text
        self._names: tuple[tuple[str, int], ...] = ()
        self._spans: _Spans | None = None
        self._ends: _Spans | None = None

    def require_valid(self) -> None:
        """Compile it; raises `BadPattern` with RE2's own reason."""
        try:
            self._compile()
        except re2.error as error:
            reason = error.args[0] if error.args else error
            raise BadPattern(
                reason.decode() if isinstance(reason, bytes) else str(reason)
            ) from error

    def _compile(self) -> _Spans:
        compiled = _compiled(self.text)
        self._names = tuple(compiled.groupindex.items())
        # What `compiled.search` and `finditer` call. Without their own values for each match, which
        # we turn into ours, a match takes half the time: 10 % of reading a list.
        spans: _Spans = compiled._regexp.Match
        self._spans = spans
        return spans

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the groups."""
        found = (it["name"] for it in _TOKEN.finditer(self.text))
        return tuple(name for name in found if name)

    def matches(self, data: bytes) -> bool:
        """Whether there is a match in `data`."""
        if self._ends is None:
            text = without_groups(self.text)
            is_plain = text == self.text
            self._ends = (
                self._spans or self._compile()
                if is_plain
                else _compiled(text, never_capture=True)._regexp.Match
            )
        return bool(self._ends(_UNANCHORED, data, 0, len(data))[0] != _NO_SPAN)

    # To see first whether there is one, for which RE2 needs no groups, compiles a second pattern:
    # 4 % of reading a table, 3 % of reading pages of all kinds.
    def search(self, data: bytes, start: int = 0) -> Match | None:
        """Return the leftmost match in `data` from `start` on, or None."""
        spans = (self._spans or self._compile())(_UNANCHORED, data, start, len(data))
        if spans[0] == _NO_SPAN:
            return None
        groups = {name: spans[index] for name, index in self._names if spans[index] != _NO_SPAN}
        return Match(*spans[0], groups)

    def finditer(self, data: bytes) -> Iterator[Match]:
        """Yield the matches that do not overlap, left to right."""
        start = 0
        while start <= len(data) and (found := self.search(data, start)):
            yield found
            # An empty match would be found again and again.
            start = found.end + (found.end == start)


def _compiled(text: str, *, never_capture: bool = False, never_nl: bool = False) -> Any:
    options = _options()
    options.never_capture = never_capture
    options.never_nl = never_nl
    return re2.compile(text, options)


def _options() -> Any:
    options = re2.Options()
    # RE2 writes its reason to standard error otherwise; `BadPattern` carries it.
    options.log_errors = False
    return options


_TOKEN = lazy_regex(
    r"\\Q.*?(?:\\E|\Z)|\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|(?P<group>\(\?P?<(?P<name>\w+)>)",
    re.S,
)
"""The beginning of a named group; quotes, escapes and classes match first, as they hold none."""


def without_groups(text: str) -> str:
    """Return an expression that matches the same, its named groups without their names."""
    # To RE2's own option for this, named groups are groups all the same.
    return _TOKEN.sub(lambda found: "(?:" if found["group"] else found[0], text)


class AnyOf:
    """Several patterns, of which it matters only that one matches."""

    __slots__ = ("_patterns",)

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        """Join `patterns` into one, as that is searched as fast as each of them alone."""
        self._patterns = tuple(patterns)
        if len(patterns) > 1:
            # All in one may be too large for RE2.
            with suppress(BadPattern):
                joined = Pattern(_joined(patterns))
                joined.require_valid()
                self._patterns = (joined,)

    def matches(self, data: bytes) -> bool:
        """Whether one of the patterns matches somewhere in `data`."""
        return any(pattern.matches(data) for pattern in self._patterns)


class WhichOf:
    """Several patterns that are searched for at once, where it matters which of them match."""

    # Most formats find no line of most digests: to join their patterns only then is 2 % of reading
    # five digests.
    def __init__(self, texts: Sequence[str]) -> None:
        """Keep the expressions `texts`, and join them into one when that is first searched for."""
        # The last one matches anywhere: where it does not, RE2 has had too little memory.
        self._texts = (*texts, "")
        self._all = range(len(texts))

    @cached_property
    def _match(self) -> Callable[[bytes], Sequence[int] | None]:
        joined = re2.Set.SearchSet(_options())
        try:
            for text in self._texts:
                joined.Add(text)
            joined.Compile()
        except re2.error:
            # All in one may be too large for RE2.
            each = [Pattern(text) for text in self._texts]
            return lambda data: [at for at, one in enumerate(each) if one.matches(data)]
        match: Callable[[bytes], Sequence[int] | None] = joined.Match
        return match

    def find(self, data: bytes) -> Sequence[int]:
        """Return the numbers of the patterns that match somewhere in `data`."""
        found = sorted(self._match(data) or ())
        return found[:-1] if found and found[-1] == len(self._all) else self._all


class LineFinder:
    """Finds the lines of a text in which one of several patterns may match, and which ones may.

    Some are joined into one expression that finds the lines, and a `WhichOf` tells them apart. To
    search for each of 18 alone took 4 times as long for text and for lists, twice as long for pages
    of all kinds. All of 18 long ones in one took 6 times as long for such pages.
    """

    __slots__ = ("_all", "_joined")

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        """Take each line for a text of its own."""
        self._all = range(len(patterns))
        self._joined: list[_JoinedLines] = []
        if not any(_ENDS_OF_TEXT.search(pattern.text) for pattern in patterns):
            wide = [_TOKEN.sub(_widened, one.text) for one in patterns]
            numbered = zip(accumulate(map(len, wide)), self._all, strict=True)
            for _, run in groupby(numbered, lambda it: it[0] // _MOST_SIGNS):
                self._joined += _joined_lines(wide, [number for _, number in run])

    def find(self, data: bytes) -> Iterator[tuple[int, Sequence[int]]]:
        """Yield the numbers of all lines in which a pattern matches, and maybe of others, in order.

        Each is beside the numbers of the patterns that may match there.
        """
        if not self._joined:
            yield from ((line, self._all) for line in range(data.count(b"\n") + 1))
            return
        found: dict[int, list[int]] = {}
        for joined in self._joined:
            for line, numbers in joined.find(data):
                found.setdefault(line, []).extend(numbers)
        yield from sorted(found.items())

    def finds(self, data: bytes) -> bool:
        """Whether there is a line in which a pattern may match."""
        if not self._joined:
            return True
        return any(joined.finds(data) for joined in self._joined)


_MOST_SIGNS = 3_000
"""What is joined has about so many signs: of more, RE2 may make more states than it keeps."""


@frozen()
class _JoinedLines:
    """A few patterns (their numbers), searched for at once in all lines of a text."""

    numbers: Sequence[int]
    spans: _Spans
    which: WhichOf | None

    def finds(self, data: bytes) -> bool:
        return bool(self.spans(_UNANCHORED, data, 0, len(data))[0] != _NO_SPAN)

    def find(self, data: bytes) -> Iterator[tuple[int, Sequence[int]]]:
        """Yield each line that one of the patterns matches in, and which of them do."""
        number = start = 0
        while (at := self.spans(_UNANCHORED, data, start, len(data))[0][0]) >= 0:
            number += data.count(b"\n", start, at)
            end = data.find(b"\n", at)
            if self.which is None:
                yield number, self.numbers
            else:
                line = data[data.rfind(b"\n", 0, at) + 1 : end if end >= 0 else len(data)]
                yield number, [self.numbers[one] for one in self.which.find(line)]
            start = end + 1
            if not start:
                return
            number += 1


def _joined_lines(wide: Sequence[str], numbers: Sequence[int]) -> Iterator[_JoinedLines]:
    texts = [wide[number] for number in numbers]
    joined = "|".join(f"(?:{text})" for text in texts)
    try:
        spans = _compiled(f"(?m:{joined})", never_capture=True, never_nl=True)._regexp.Match
        which = WhichOf(texts) if len(texts) > 1 else None
    except re2.error:
        if len(numbers) == 1:
            raise
        # All in one may be too large for RE2.
        for number in numbers:
            yield from _joined_lines(wide, [number])
        return
    yield _JoinedLines(numbers, spans, which)


def _widened(token: re.Match[str]) -> str:
    """Return a class of an expression with any sign outside ASCII for those of a script or kind.

    More lines are found so, none is missed. RE2 makes hundreds of ranges of each kind: 15 % of
    reading 300 KB of text. Named groups lose their names.
    """
    if token["group"]:
        return "(?:"
    if token[0][0] != "[" or token[0][1:2] == "^":
        return token[0]
    return _KIND.sub(r"A-Z\\x{80}-\\x{10ffff}", token[0])


_KIND = lazy_regex(r"\\p\{(?:Lu|Lo|So)\}")
_ENDS_OF_TEXT = lazy_regex(r"\\[Az]|\(\?[A-Za-z]*-")
"""What in a pattern means an end of the whole text, or may change what `^` and `$` mean."""


def _joined(patterns: Sequence[Pattern]) -> str:
    """Return one expression that matches where one of `patterns` does."""
    return "|".join(f"(?:{without_groups(one.text)})" for one in patterns)
