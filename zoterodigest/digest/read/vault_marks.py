"""Marks in the body of a note: comments, fences, and the marks with which tools fence in text.

All are found in one pass, as one may stand in another: what begins first counts.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from enum import Enum, auto

from zoterodigest.core.values.blocks import HTML_BLOCK_NAMES
from zoterodigest.core.values.span import Span
from zoterodigest.digest.read.slots import decoded
from zoterodigest.frozen import frozen
from zoterodigest.regex import lazy_regex


class MarkKind(Enum):
    """What a mark is: a tool's sign that text begins or ends, or a whole piece of its own."""

    PRIVATE = auto()
    COMMENT = auto()
    FENCE = auto()
    BEGIN = auto()
    END = auto()
    IMPORT = auto()
    FOREIGN_BEGIN = auto()
    FOREIGN_END = auto()
    ZOTFLOW_BEGIN = auto()
    ZOTFLOW_END = auto()


@frozen()
class BodyMark:
    """A mark and its bytes; `name` is that of what it begins or ends, or a fence's language."""

    kind: MarkKind
    start: int
    end: int
    name: str = ""


_TOKEN = lazy_regex(
    rb"^(?P<lead>[ \t>]*(?:[-*+][ \t]+)?)(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})(?P<info>[^\n]*)"
    rb"|(?P<comment>%{4,}|%%)|(?P<html><!--)|(?P<code>`+)|(?P<math>\$\$?)",
    re.M,
)
_CODE = lazy_regex(rb"`+")
_INLINE_MATH = lazy_regex(rb"\$(?![\s$])[^$\n]*(?<![\s\\])\$(?!\d)")
_DISPLAYED = lazy_regex(rb"`[^`\n]*`|(?P<sign>\$\$)")
_HTML_BLOCK = lazy_regex(
    rb"^ {0,3}(?:<(?:pre|script|style|textarea)\b.*?(?:</(?:pre|script|style|textarea)>|\Z)"
    rb"|</?(?:%b)(?=[\s/>])[^\n]*(?:\n[ \t]*[^\s][^\n]*)*)" % HTML_BLOCK_NAMES.encode(),
    re.M | re.S | re.I,
)
"""A block of HTML: to the end of text that is shown as it is, or to the next blank line."""

_SIGNS: Sequence[tuple[MarkKind, re.Pattern[bytes]]] = (
    (MarkKind.BEGIN, lazy_regex(rb"%%[ \t]*begin[ \t]+([^%\n]+?)[ \t]*%%")),
    (MarkKind.END, lazy_regex(rb"%%[ \t]*end[ \t]+([^%\n]+?)[ \t]*%%")),
    (MarkKind.IMPORT, lazy_regex(rb"%%[ \t]*(Import Date)[^%\n]*%%")),
    # Older versions of the same tool wrote these, and today's keeps nothing by them.
    (MarkKind.COMMENT, lazy_regex(rb"%%[ \t]*((?:begin|end|export date)\b)[^%\n]*%%", re.I)),
    (MarkKind.FOREIGN_BEGIN, lazy_regex(rb"%%[ \t]*(zt-managed)[ \t]*%%", re.I)),
    (MarkKind.FOREIGN_END, lazy_regex(rb"%%[ \t]*/(zt-managed)[ \t]*%%", re.I)),
    (MarkKind.ZOTFLOW_BEGIN, lazy_regex(rb"<!--\s*ZF_(\w*?)_?BEG\w*\s*-->")),
    (MarkKind.ZOTFLOW_END, lazy_regex(rb"<!--\s*ZF_(\w*?)_?END\w*\s*-->")),
)


def body_marks(source: bytes, start: int) -> tuple[BodyMark, ...]:
    """Return the marks in the body that begins at `start`, in order.

    A comment that nothing ends goes to the end of the file, as in Obsidian, and so does one of
    which it is in doubt where it ends: what begins in math and ends elsewhere, or with more signs
    than two. In a fence that is closed, `%%` is no comment.
    """
    return tuple(_marks(source, start))


def veiled_spans(
    source: bytes, start: int, marks: Sequence[BodyMark]
) -> tuple[Sequence[Span], ...]:
    """Return where a line need be no heading: in blocks and comments of HTML, in displayed math.

    `marks` are those of the body that begins at `start`. Math may begin and end in any line, so
    that a heading between sums of money counts as math, too.
    """
    comments = [Span(it.start, it.end) for it in marks if it.kind is MarkKind.COMMENT]
    gaps = zip(
        (start, *(mark.end for mark in marks)),
        (*(mark.start for mark in marks), len(source)),
        strict=True,
    )
    found = (found for gap in gaps for found in _DISPLAYED.finditer(source, *gap))
    signs = [one.start() for one in found if one["sign"]]
    math = [Span(*pair) for pair in zip(signs[::2], signs[1::2], strict=False)]
    blocks = [Span(it.start(), it.end()) for it in _HTML_BLOCK.finditer(source, start)]
    return [it for it in comments if b"\n" in source[it.start : it.end]], math, blocks


def _marks(source: bytes, cursor: int) -> Iterator[BodyMark]:
    # What closes a longer fence closes a shorter one, too: each length is looked for in vain once.
    unclosed: dict[tuple[bytes, bytes], tuple[int, int]] = {}
    # A line is searched once for all that may close code in it.
    code_ends, line_stop, math_end = dict[int, list[int]](), -1, 0
    while found := _TOKEN.search(source, cursor):
        at, cursor = found.start(), found.end()
        if found["fence"]:
            kind, length = (found["lead"], found["fence"][:1]), len(found["fence"])
            shortest, until = unclosed.get(kind, (length + 1, 0))
            if at < until and length >= shortest:
                continue
            end, is_closed = _fence_end(source, *kind, length, cursor)
            if is_closed:
                yield BodyMark(MarkKind.FENCE, at, end, decoded(found["info"]).strip().lower())
                cursor = end
            else:
                unclosed[kind] = length, end
        elif found["code"]:
            if cursor > line_stop:
                line_stop, code_ends = _code_ends(source, cursor)
            ends = code_ends.get(len(found["code"]), [])
            behind = bisect_right(ends, cursor)
            cursor = ends[behind] if behind < len(ends) else cursor
        elif found["math"]:
            math_end = math_end if at < math_end else _math_end(source, at, found["math"])
        elif mark := _sign(source, at) or _comment(source, at, found["comment"], math_end):
            yield mark
            cursor = mark.end


def _code_ends(source: bytes, start: int) -> tuple[int, dict[int, list[int]]]:
    """Return where a line ends, and in it the runs of code signs from `start` on, by their length.

    Code that goes on in another line could hide a comment that is not part of it.
    """
    ends: dict[int, list[int]] = {}
    newline = source.find(b"\n", start)
    stop = len(source) if newline < 0 else newline
    for run in _CODE.finditer(source, start, stop):
        ends.setdefault(len(run[0]), []).append(run.end())
    return stop, ends


def _math_end(source: bytes, at: int, sign: bytes) -> int:
    """Return where the math ends that begins at `at`, as Pandoc tells it, or `at`."""
    if sign == b"$":
        found = _INLINE_MATH.match(source, at)
        return found.end() if found else at
    end = source.find(sign, at + 2)
    return end + 2 if end >= 0 else at


def _comment(source: bytes, at: int, sign: bytes | None, math_end: int) -> BodyMark | None:
    """Return the comment that begins at `at`: of Obsidian with its `sign`, else of HTML."""
    end = source.find(sign or b"-->", at + len(sign or b"--"))
    if sign:
        is_sure = end >= 0 and not at < math_end < end + len(sign)
        return BodyMark(MarkKind.PRIVATE, at, end + len(sign) if is_sure else len(source))
    return BodyMark(MarkKind.COMMENT, at, end + 3) if end >= 0 else None


def _sign(source: bytes, at: int) -> BodyMark | None:
    for kind, pattern in _SIGNS:
        if found := pattern.match(source, at):
            return BodyMark(kind, at, found.end(), decoded(found[1]).casefold())
    return None


def _fence_end(
    source: bytes, lead: bytes, sign: bytes, length: int, start: int
) -> tuple[int, bool]:
    """Return where a fence ends, behind its last line, and whether that closes it.

    It ends with the quote or the item in which it stands, closed or not: what is taken for code
    too long could hide a private text behind it.
    """
    is_quoted, margin = b">" in lead, _columns(lead)
    is_top = not lead.strip() and margin <= MOST_INDENT
    most = MOST_INDENT if is_top else margin + MOST_INDENT
    close = re.compile(rb"%b{%d,}[ \t\r]*" % (re.escape(sign), length))
    at = source.find(b"\n", start)
    while 0 <= at < len(source) - 1:
        stop = source.find(b"\n", at + 1)
        stop = len(source) if stop < 0 else stop
        line = source[at + 1 : stop]
        text = line.lstrip(b" \t>")
        before = line[: len(line) - len(text)]
        is_out = is_quoted > (b">" in before) or _columns(before) < margin - MOST_INDENT
        if text.strip() and not is_top and (is_out or _columns(before) == 0 < margin):
            return at, False
        if _columns(before) <= most and close.fullmatch(text):
            return stop - source.endswith(b"\r", at, stop), True
        at = stop
    return len(source), False


MOST_INDENT = 3
"""So many blanks may stand before a fence or a heading (CommonMark 4.2, 4.5)."""


def _columns(lead: bytes) -> int:
    """Return how far a line is indented within its quote, markers counted as blanks."""
    return len(lead.rpartition(b">")[2].expandtabs(4))
