"""A digest's lines: where they start and end, which are fenced or commented out, its headings."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

_FENCE = re.compile(rb" {0,3}(`{3,}|~{3,})([^\n]*)")
_HEADING = re.compile(rb" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_BOM = b"\xef\xbb\xbf"


class Veil(Enum):
    """Why a line cannot belong to an entry."""

    NONE = auto()
    FENCE = auto()
    COMMENT = auto()
    TAKEN = auto()


@dataclass(frozen=True, slots=True)
class Heading:
    """An ATX heading: its 0-based line, its level, its text without marks and blanks."""

    line: int
    level: int
    text: str


class Lines:
    """The lines of a digest, split on LF; `\\r` before it belongs to the line's end.

    Line numbers are 0-based here; a final LF does not open another line. In `source` each byte
    that is no valid UTF-8 is shown as `?`, so that patterns see text; `fault` finds such bytes.
    """

    def __init__(self, source: bytes) -> None:
        self._raw = source
        self.source = source if _is_utf8(source) else _shown(source)
        self.starts, self.ends = _split(self.source)
        self.veils = _veils(self)

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, line: int) -> bytes:
        """Return the line without its line ending (and without the byte order mark)."""
        return self.source[self.starts[line] : self.ends[line]]

    def fault(self, line: int) -> int | None:
        """Return the 0-based offset in the line of the first byte that is no valid UTF-8."""
        if self.source is self._raw:
            return None
        try:
            self._raw[self.starts[line] : self.ends[line]].decode("utf-8")
        except UnicodeDecodeError as error:
            return error.start
        return None

    def is_blank(self, line: int) -> bool:
        """Whether the line holds nothing but blanks."""
        return not self[line].strip()

    def is_hidden(self, line: int) -> bool:
        """Whether the line stands in a code fence, a comment or an entry found before."""
        return self.veils[line] is not Veil.NONE

    def take(self, first: int, last: int) -> None:
        """Hide the lines `[first, last]`: an entry holds them."""
        self.veils[first : last + 1] = [Veil.TAKEN] * (last + 1 - first)

    def line_at(self, offset: int) -> int:
        """Return the line that holds the byte at `offset`."""
        return max(bisect_right(self.starts, offset) - 1, 0)

    def headings(self) -> Iterator[Heading]:
        """Yield the ATX headings outside fences and comments, in order."""
        for line in range(len(self)):
            if self.source[self.starts[line] : self.starts[line] + 4].lstrip()[:1] != b"#":
                continue
            found = None if self.is_hidden(line) else _HEADING.match(self[line])
            if found:
                text = (found[2] or b"").decode("utf-8", "replace").strip()
                yield Heading(line, len(found[1]), text)


def _is_utf8(source: bytes) -> bool:
    try:
        source.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _shown(source: bytes) -> bytes:
    return source.decode("utf-8", "surrogateescape").encode("utf-8", "replace")


def _split(source: bytes) -> tuple[list[int], list[int]]:
    starts: list[int] = []
    ends: list[int] = []
    cursor = len(_BOM) if source.startswith(_BOM) else 0
    while cursor < len(source):
        newline = source.find(b"\n", cursor)
        stop = len(source) if newline < 0 else newline
        starts.append(cursor)
        ends.append(stop - 1 if newline > cursor and source[stop - 1] == 0x0D else stop)
        cursor = stop + 1
    return starts, ends


def _veils(lines: Lines) -> list[Veil]:
    """Mark fenced and commented lines; a fence or comment that is never closed hides nothing."""
    veils = [Veil.NONE] * len(lines)
    line = 0
    while line < len(lines):
        end = _veil_end(lines, line)
        if end is not None:
            last, veil = end
            veils[line : last + 1] = [veil] * (last + 1 - line)
            line = last
        line += 1
    return veils


def _veil_end(lines: Lines, line: int) -> tuple[int, Veil] | None:
    text = lines[line]
    head = text.lstrip(b" ")[:4]
    if head[:3] in (b"```", b"~~~") and (fence := _FENCE.match(text)):
        last = _fence_end(lines, line, fence[1])
        return None if last is None else (last, Veil.FENCE)
    if head == b"<!--":
        last = _comment_end(lines, line)
        return None if last is None else (last, Veil.COMMENT)
    return None


def _fence_end(lines: Lines, line: int, mark: bytes) -> int | None:
    offset = lines.ends[line]
    closing = re.compile(rb"^ {0,3}" + re.escape(mark[:1]) + rb"{%d,}[ \t]*\r?$" % len(mark), re.M)
    found = closing.search(lines.source, offset)
    return None if found is None else lines.line_at(found.start())


def _comment_end(lines: Lines, line: int) -> int | None:
    """Return the comment's last line, unless something stands behind its end there."""
    offset = lines.source.find(b"-->", lines.starts[line])
    if offset < 0:
        return None
    last = lines.line_at(offset)
    return last if not lines.source[offset + 3 : lines.ends[last]].strip() else None
