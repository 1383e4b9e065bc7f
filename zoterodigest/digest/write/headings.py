"""Headings: a new name in the place of the old one, and new headings that look like another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from zoterodigest.core.values.span import Edit, Span
from zoterodigest.digest.read.heading_names import NamePiece
from zoterodigest.digest.read.lines import Heading, Lines
from zoterodigest.digest.write.shown import UnwritableValue
from zoterodigest.regex import lazy_regex

_ANCHOR = lazy_regex(rb"<a\b[^<>]*></a>[ \t]*|[ \t]*\{#[\w-]+\}", re.I)
_END = lazy_regex(rb"(?:[ \t]*<!--.*-->)?(?:[ \t]+#+)?[ \t]*\Z", re.S)
"""What is no part of a heading's text: a comment, signs that close it."""
_MARKS = lazy_regex(rb"[*_`~]*")


def name_edit(lines: Lines, heading: Heading, text: str) -> tuple[Edit, str]:
    """Return the edit by which a heading is called `text`, and how the heading is written then.

    Nothing but the name changes. Raises `UnwritableValue` if that stands in several pieces and more
    than one of them would change.
    """
    for piece, words in _changes(heading, text):
        before, behind = heading.source[: piece.start], heading.source[piece.end :]
        start = heading.start + len(before.encode())
        end = heading.start + len(heading.source[: piece.end].encode())
        closing = _closing(heading, words, lines.source[end : lines.ends[heading.line]])
        new = words.encode("utf-8", "replace") + closing
        return Edit(Span(start, end), new), before + words + behind
    raise UnwritableValue("a link or other markup stands in its name: rename it in the digest")


def _changes(heading: Heading, text: str) -> Iterator[tuple[NamePiece, str]]:
    """Yield the pieces of a heading's name, each with the words that make `text` of the whole."""
    name = heading.name
    for piece in name.pieces:
        before, behind = name.text[: piece.at], name.text[piece.at + piece.end - piece.start :]
        words = text[len(before) : len(text) - len(behind)]
        if words and text == before + words + behind:
            yield piece, words


def heading_like(lines: Lines, headings: Sequence[Heading], number: int, text: str) -> bytes:
    """Return the line of a heading that says `text` and looks like one of `headings`.

    A link or a badge comes along only if another heading has the same.
    """
    like = headings[number]
    if not like.has_signs:
        raise UnwritableValue("the heading is not written with #")
    frames = [_frame(lines, one) for one in headings]
    before, behind = frames[number]
    end = _END.search(behind)
    is_marked = _MARKS.fullmatch(before + behind[: end.start() if end else None])
    if frames.count(frames[number]) == 1 and not is_marked:
        before, behind = b"", end[0] if end else b""
    signs = lines.source[lines.starts[like.line] : like.start]
    words = text.encode("utf-8", "replace") + _closing(like, text, behind)
    return signs + before + words + behind


def _frame(lines: Lines, heading: Heading) -> tuple[bytes, bytes]:
    """Return what stands before a heading's name and behind it, but for anchors of its own."""
    pieces = heading.name.pieces
    start = heading.start + len(heading.source[: pieces[0].start].encode())
    end = heading.start + len(heading.source[: pieces[-1].end].encode())
    edges = (heading.start, start), (end, lines.ends[heading.line])
    before, behind = (_ANCHOR.sub(b"", lines.source[slice(*edge)]) for edge in edges)
    return before, behind


def _closing(heading: Heading, text: str, behind: bytes) -> bytes:
    """Return what closes a heading with this text, if what is behind it does not."""
    # Without a closing sign, Markdown takes a `#` at the end of the text for one.
    is_open = (
        not heading.is_html and text.endswith("#") and b"#" not in behind and _END.fullmatch(behind)
    )
    return b" " + b"#" * heading.level if is_open else b""
