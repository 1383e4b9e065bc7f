"""The lines of a note's body: its headings, and what stands under them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from html import unescape

from zoterodigest.core.values.key_table import folded_heading
from zoterodigest.core.values.span import Span
from zoterodigest.digest.read.layers import indent_of
from zoterodigest.digest.read.vault_marks import MOST_INDENT, BodyMark, MarkKind
from zoterodigest.frozen import frozen
from zoterodigest.regex import lazy_regex

_QUOTE = rb"[ \t]*(?P<item>(?:(?:[-*+]|\d{1,9}[.)])[ \t]+){0,9})>[ \t>]*"
_HEADING = lazy_regex(rb"[ \t]*(?:[-*+][ \t]+)?(#{1,6})[ \t]+(.*)", re.S)
_QUOTED = lazy_regex(_QUOTE + rb"(#{1,6})[ \t]+(.*)", re.S)
_CALLOUT = lazy_regex(_QUOTE + rb"\[!([^\]\n|]+)[^\]\n]*\][+-]?(.*)", re.S)
_HTML = lazy_regex(rb"[ \t]*<h([1-6])\b[^<>]*>(.*)</h[1-6]>[ \t]*", re.S | re.I)
_BULLET = lazy_regex(rb"([ \t]*)[-*+][ \t]+(.*)", re.S)
_UNDERLINE = lazy_regex(rb" {0,3}(=+|-+)[ \t]*")
_SIGN = lazy_regex(rb"%%[^%\n]*%%|<!--.*?-->")
_NUMBER = lazy_regex(r"\d{1,3}(?:\.\d{1,3}){0,4}[.)][ \t]+(?=[^\W\d])")
_CLOSING = lazy_regex(r"(?<![\\#])#+\Z")
_BEHIND = lazy_regex(r"(?:[ \t]+[#^][\w/-]+)+[ \t]*\Z")
"""Tags, or the id of a block, behind the words of a heading."""

_ATTRIBUTES = lazy_regex(r"\{[^{}]*\}\Z")
"""What Quarto and Pandoc take as attributes of a heading: `{#id .class}`."""

_TAG = lazy_regex(r"</?[A-Za-z][^<>]*>")
_LINK = lazy_regex(r"!?\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]|!?\[([^\[\]]*)\]\([^()\s]*\)")


@frozen()
class BodyLine:
    """A line without its line ending; `level` is that of a heading, else 0, `name` what it says.

    `margin` are the blanks before it. A line in a fence or a comment is `hidden`. In a quote a
    heading is not the note's, and only has a `quoted_level`. A callout has its title as its name,
    and its type in `callout`; an item may begin with either.
    """

    start: int
    end: int
    data: bytes
    hidden: bool = False
    level: int = 0
    name: str = ""
    margin: int = 0
    is_item: bool = False
    quoted_level: int = 0
    callout: str = ""

    @property
    def is_quote(self) -> bool:
        """Whether it is a line of a quote."""
        return self.data.lstrip(b" \t")[:1] == b">"


def body_lines(source: bytes, start: int, marks: Sequence[BodyMark]) -> tuple[BodyLine, ...]:
    """Return the lines of the body that begins at `start`."""
    veils = [mark for mark in marks if mark.kind in (MarkKind.FENCE, MarkKind.PRIVATE)]
    starts = [mark.start for mark in veils]
    lines: list[BodyLine] = []
    cursor = start
    while cursor < len(source):
        newline = source.find(b"\n", cursor)
        stop = len(source) if newline < 0 else newline
        end = stop - source.endswith(b"\r", cursor, stop)
        at = bisect_right(starts, cursor) - 1
        lines.append(_line(source[cursor:end], cursor, hidden=at >= 0 and veils[at].end > cursor))
        cursor = stop + 1
    return tuple(_with_underlined(lines))


def _line(data: bytes, start: int, *, hidden: bool) -> BodyLine:
    end = start + len(data)
    if hidden:
        return BodyLine(start, end, data, hidden=True)
    margin = indent_of(data)
    if found := _HEADING.fullmatch(data):
        is_item = data.lstrip(b" \t")[:1] != b"#"
        name = _name(found[2])
        return BodyLine(start, end, data, False, len(found[1]), name, margin, is_item)
    is_item = data[margin : margin + 1] in (b"-", b"*", b"+")
    if found := _QUOTED.fullmatch(data):
        level, name = len(found[2]), _name(found[3])
        return BodyLine(start, end, data, False, 0, name, margin, is_item, level)
    if found := _CALLOUT.fullmatch(data):
        kind, name = _name(found[2]), _name(found[3])
        return BodyLine(start, end, data, False, 0, name or kind, margin, is_item, callout=kind)
    if found := _BULLET.fullmatch(data):
        return BodyLine(start, end, data, False, 0, _name(found[2]), margin, True)
    if found := _HTML.fullmatch(data):
        return BodyLine(start, end, data, False, int(found[1]), _name(found[2]), margin)
    return BodyLine(start, end, data, margin=margin)


def _with_underlined(lines: Sequence[BodyLine]) -> Iterator[BodyLine]:
    for at, line in enumerate(lines):
        below = lines[at + 1] if at + 1 < len(lines) else None
        is_text = line.data.strip() and not (line.hidden or line.level or line.is_item)
        found = _UNDERLINE.fullmatch(below.data) if is_text and below and not below.hidden else None
        if found is None:
            yield line
            continue
        level = 1 if found[1][:1] == b"=" else 2
        yield BodyLine(line.start, line.end, line.data, False, level, _name(line.data), line.margin)


def _name(data: bytes) -> str:
    text = _ATTRIBUTES.sub("", _SIGN.sub(b"", data).decode("utf-8", "replace").strip())
    text = _CLOSING.sub("", text.strip())
    text = _BEHIND.sub("", _NUMBER.sub("", text))
    return _LINK.sub(lambda found: found[1] or found[2] or "", text).strip(" \t*_=:")


def section_spans(
    lines: Sequence[BodyLine],
    names: Collection[str],
    last: int,
    *,
    begins: Callable[[BodyLine], bool] = lambda line: bool(
        line.level or line.is_item or line.quoted_level
    ),
    ends: Callable[[BodyLine], bool] = lambda line: True,
) -> tuple[Span, ...]:
    """Return the ranges of sections of these names, with the lines that name them.

    A section ends before the next heading of its level or above. In an outline it is an item with
    all that stands deeper, in a callout the rest of the quote. `begins` tells which lines may name
    one, `ends` which may end one.
    """
    wanted = {folded_heading(name) for name in names}
    found: list[Span] = []
    for at, line in enumerate(lines):
        is_named = begins(line) and not wanted.isdisjoint(
            folded_heading(unescape(_TAG.sub("", name)))
            for name in (line.name, line.callout or line.name)
        )
        if is_named and (not found or line.start >= found[-1].end):
            found.append(Span(line.start, _end(lines, at, last, ends)))
    return tuple(found)


def _end(lines: Sequence[BodyLine], at: int, last: int, ends: Callable[[BodyLine], bool]) -> int:
    own, is_below_blank = lines[at], False
    # No slice: many sections would each copy all lines below.
    for line in map(lines.__getitem__, range(at + 1, len(lines))):
        if own.quoted_level or own.callout:
            # A paragraph goes on without the sign of its quote (CommonMark 5.1).
            begins = line.level or line.is_item or line.hidden or not line.data.strip()
            if (not line.is_quote and begins) or 0 < line.quoted_level <= own.quoted_level:
                return line.start
            continue
        if not line.hidden and line.data.strip() and ends(line):
            # What follows an item without a blank line goes on in it.
            begins = line.level or line.is_item or is_below_blank
            if own.is_item and begins and line.margin <= own.margin:
                return line.start
            is_heading = line.level and not line.is_item and _is_code(line) <= _is_code(own)
            if not own.is_item and is_heading and line.level <= own.level:
                return line.start
        is_below_blank = not line.data.strip()
    return last


def _is_code(line: BodyLine) -> bool:
    """Tell whether a line is indented so far that it is code, or of the item above it."""
    return line.margin > 0 and len(line.data[: line.margin].expandtabs(4)) > MOST_INDENT
