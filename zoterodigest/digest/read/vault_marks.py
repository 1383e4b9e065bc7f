"""Marks in the body of a note: comments, fences, and the marks with which tools fence in text.

All are found in one pass, as one may stand in another: what begins first counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum, auto

from zoterodigest.frozen import frozen


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


_TOKEN = re.compile(
    rb"^[ \t>]*(?:[-*+][ \t]+)?(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})(?P<info>[^\n]*)"
    rb"|(?P<comment>%%)|(?P<html><!--)|(?P<code>`+)",
    re.M,
)
_SIGNS: Sequence[tuple[MarkKind, re.Pattern[bytes]]] = (
    (MarkKind.BEGIN, re.compile(rb"%%[ \t]*begin[ \t]+([^%\n]+?)[ \t]*%%")),
    (MarkKind.END, re.compile(rb"%%[ \t]*end[ \t]+([^%\n]+?)[ \t]*%%")),
    (MarkKind.IMPORT, re.compile(rb"%%[ \t]*(Import Date)[^%\n]*%%")),
    # Older versions of the same tool wrote these, and today's keeps nothing by them.
    (MarkKind.COMMENT, re.compile(rb"%%[ \t]*((?:begin|end|export date)\b)[^%\n]*%%", re.I)),
    (MarkKind.FOREIGN_BEGIN, re.compile(rb"%%[ \t]*(zt-managed)[ \t]*%%", re.I)),
    (MarkKind.FOREIGN_END, re.compile(rb"%%[ \t]*/(zt-managed)[ \t]*%%", re.I)),
    (MarkKind.ZOTFLOW_BEGIN, re.compile(rb"<!--\s*ZF_(\w*?)_?BEG\w*\s*-->")),
    (MarkKind.ZOTFLOW_END, re.compile(rb"<!--\s*ZF_(\w*?)_?END\w*\s*-->")),
)


def body_marks(source: bytes, start: int) -> tuple[BodyMark, ...]:
    """Return the marks in the body that begins at `start`, in order.

    A comment that nothing ends goes to the end of the file, as in Obsidian. In a fence that is
    closed, `%%` is no comment.
    """
    return tuple(_marks(source, start))


def _marks(source: bytes, cursor: int) -> Iterator[BodyMark]:
    # What closes a longer fence closes a shorter one, too: each length is looked for in vain once.
    unclosed: dict[bytes, int] = {}
    while found := _TOKEN.search(source, cursor):
        at, cursor = found.start(), found.end()
        if found["fence"]:
            sign, length = found["fence"][:1], len(found["fence"])
            is_open = length >= unclosed.get(sign, length + 1)
            end = None if is_open else _fence_end(source, found["fence"], cursor)
            if end is None:
                unclosed[sign] = min(length, unclosed.get(sign, length))
            else:
                yield BodyMark(MarkKind.FENCE, at, end, _text(found["info"]).strip().lower())
                cursor = end
        elif found["code"]:
            # Code that goes on in another line could hide a comment that is none of its own.
            line = source.find(b"\n", cursor)
            close = re.compile(rb"(?<!`)`{%d}(?!`)" % len(found["code"]))
            ended = close.search(source, cursor, line if line >= 0 else len(source))
            cursor = ended.end() if ended else cursor
        elif mark := _sign(source, at):
            yield mark
            cursor = mark.end
        elif found["comment"]:
            close_at = source.find(b"%%", cursor)
            cursor = close_at + 2 if close_at >= 0 else len(source)
            yield BodyMark(MarkKind.PRIVATE, at, cursor)
        elif (close_at := source.find(b"-->", cursor)) >= 0:
            cursor = close_at + 3
            yield BodyMark(MarkKind.COMMENT, at, cursor)


def _sign(source: bytes, at: int) -> BodyMark | None:
    for kind, pattern in _SIGNS:
        if found := pattern.match(source, at):
            return BodyMark(kind, at, found.end(), _text(found[1]).casefold())
    return None


def _fence_end(source: bytes, fence: bytes, start: int) -> int | None:
    """Return where a fence ends, behind its last line; None if nothing closes it."""
    close = re.compile(rb"^[ \t>]*%b{%d,}[ \t]*\r?$" % (re.escape(fence[:1]), len(fence)), re.M)
    found = close.search(source, start)
    return found.end() if found else None


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
