"""Markdown text cut into blocks: the pieces by which summaries and sections merge.

A block is a paragraph, one list item (a nested item is a block of its own), a heading, a fence, a
display formula, a table, a quote, a raw HTML block or a rule. Text is cut by lines, in one pass.
This module does not read what a block says, except for formulas and for the escapes of formatters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import Enum, auto

from zoterodigest.frozen import frozen
from zoterodigest.regex import lazy_regex


class BlockShape(Enum):
    """What kind of block a line begins."""

    PARAGRAPH = auto()
    ITEM = auto()
    HEADING = auto()
    FENCE = auto()
    FORMULA = auto()
    TABLE = auto()
    QUOTE = auto()
    HTML = auto()
    RULE = auto()


# Before Python 3.12 to ask an enumeration for a member takes 0.15 µs, and each line asks for some:
# 3 % of reading digests.
_PARAGRAPH, _ITEM, _QUOTE = BlockShape.PARAGRAPH, BlockShape.ITEM, BlockShape.QUOTE


@frozen()
class BlockRange:
    """One block of a text: its half-open character range and what begins there.

    `depth` counts the list items around it: 0 for a top-level item, 1 for an item or a paragraph
    inside it. A block inside an item keeps its indentation, which is then within its range.
    """

    start: int
    end: int
    shape: BlockShape
    depth: int


INDENTATION_OF_CHILDREN = 2
"""Columns by which a line must stand deeper than a list marker to belong to that item."""

INLINE_FORMULA = lazy_regex(
    r"\$\$(?=\s*[^\s$])((?:\\.|[^\\$]|\$(?!\$))++)\$\$"
    r"|(?<![\d$])\$(?![\s$])((?:\\.|[^\\$])++)(?<!\s)\$(?![\d$])",
    re.DOTALL,
)
"""An inline formula, by its TeX: group 1 between double dollars, group 2 between single ones."""

_MARKER = lazy_regex(r"(?:[-+*]|(\d{1,9})[.)])(?=[ \t]|$)")
_HEADING = lazy_regex(r"#{1,6}(?=[ \t]|$)")
_FENCE = lazy_regex(r"`{3,}(?=[^`]*$)|~{3,}")
_RULE = lazy_regex(r"(?:-[ \t]*){3,}$|(?:_[ \t]*){3,}$|(?:\*[ \t]*){3,}$")
_UNDERLINE = lazy_regex(r"(?:=+|-+)$")
HTML_BLOCK_NAMES = (
    "address|article|aside|blockquote|body|center|col|colgroup|dd|details|dialog|dir|div"
    "|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html"
    "|iframe|legend|li|link|main|menu|nav|ol|optgroup|option|p|pre|script|section|style|summary"
    "|table|tbody|td|textarea|tfoot|th|thead|title|tr|ul"
)
"""The names of tags that begin a block of HTML (CommonMark 4.6), as a pattern."""

_HTML = lazy_regex(rf"<!--|</?(?:{HTML_BLOCK_NAMES})(?=[\s/>]|$)", re.IGNORECASE)
_HTML_ENDS = {"<!--": "-->", "<pre": "</pre", "<script": "</script", "<style": "</style"}


def split_blocks(markdown: str) -> tuple[str, ...]:
    """Return the blocks of `markdown` in order, right-stripped; blank text has none.

    Cutting again what `join_blocks` laid out gives the same blocks.
    """
    # One line is one block, whatever it begins. Three of four texts of an entry are one line: with
    # the looks below that are spared, 5 % of reading long entries.
    if "\n" not in markdown:
        text = markdown.lstrip(" \t").rstrip()
        return (text,) if text else ()
    return tuple(markdown[cut.start : cut.end] for cut in cut_blocks(markdown))


def block_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Return the half-open character range of each block of `text`, without outer blanks."""
    return tuple((cut.start, cut.end) for cut in cut_blocks(text))


def join_blocks(blocks: Iterable[str]) -> str:
    """Lay `blocks` out as fresh text: items of one list on lines of their own, a blank line else.

    A blank block is left out.
    """
    pieces: list[str] = []
    above: str | None = None
    for block in filter(str.strip, blocks):
        marker = _list_marker(block)
        if pieces:
            pieces.append("\n" if _may_follow(marker, above) else "\n\n")
        pieces.append(block)
        above = marker
    return "".join(pieces)


def cut_blocks(text: str) -> tuple[BlockRange, ...]:
    """Cut `text` into blocks and tell the shape and depth of each."""
    lines = _lines(text)
    cuts: list[BlockRange] = []
    items: list[int] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        if not line.text:
            number += 1
            continue
        while items and line.indent < items[-1] + INDENTATION_OF_CHILDREN:
            items.pop()
        shape, after = _extent(lines, number, items[-1] if items else -1)
        start = line.start if items else line.content_start
        cuts.append(BlockRange(start, _end(lines, number, after), shape, len(items)))
        if shape is _ITEM:
            items.append(line.indent)
        number = after
    return tuple(cuts)


@frozen()
class _BlockLine:
    """One line without its newline: where it stands, its indentation in columns, its stripped text.

    `closes_at` is the number of the next line from here on that ends in `$$`, or None.
    """

    start: int
    content_start: int
    indent: int
    text: str
    closes_at: int | None = None


def _lines(text: str) -> list[_BlockLine]:
    lines = list(_plain_lines(text))
    if "$$" not in text:
        return lines
    closes_at = None
    for number in range(len(lines) - 1, -1, -1):
        if lines[number].text.endswith("$$"):
            closes_at = number
        if closes_at is not None:
            lines[number] = replace(lines[number], closes_at=closes_at)
    return lines


def _plain_lines(text: str) -> Iterator[_BlockLine]:
    start = 0
    for raw in text.split("\n"):
        content = raw.lstrip(" \t")
        width = len(raw) - len(content)
        indent = len(raw[:width].expandtabs(4)) if width else 0
        yield _BlockLine(start, start + width, indent, content.rstrip())
        start += len(raw) + 1


def _end(lines: list[_BlockLine], number: int, after: int) -> int:
    last = after - 1
    while last > number and not lines[last].text:
        last -= 1
    return lines[last].content_start + len(lines[last].text)


def _extent(lines: list[_BlockLine], number: int, item: int) -> tuple[BlockShape, int]:
    """Return the shape of the block that begins on line `number` and the line after its last.

    `item` is the indentation of the item that it stands in, -1 without one.
    """
    shape = _opening(lines, number)
    if shape is _PARAGRAPH or shape is _ITEM:
        return shape, _after_text(lines, number, shape, item)
    match shape:
        case BlockShape.FENCE:
            return shape, _after_fence(lines, number)
        case BlockShape.FORMULA:
            return shape, _after_formula(lines, number)
        case BlockShape.HTML:
            return shape, _after_html(lines, number)
        case BlockShape.HEADING | BlockShape.RULE:
            return shape, number + 1
        case _:
            return shape, _after_text(lines, number, shape, item)


def _opening(lines: list[_BlockLine], number: int) -> BlockShape:
    text = lines[number].text
    first = text[0]
    # Before the marker: `* * *` is a rule, not three list items (CommonMark).
    if first in "-*_" and _RULE.match(text):
        return BlockShape.RULE
    if (first in "-+*" or first.isdigit()) and _MARKER.match(text):
        return _ITEM
    if first == "#" and _HEADING.match(text):
        return BlockShape.HEADING
    if first in "`~" and _FENCE.match(text):
        return BlockShape.FENCE
    if first == ">":
        return _QUOTE
    if first == "<" and _HTML.match(text):
        return BlockShape.HTML
    if text.startswith("$$") and _after_formula(lines, number) > number:
        return BlockShape.FORMULA
    if "|" in text and number + 1 < len(lines) and _is_delimiter(lines[number + 1].text):
        return BlockShape.TABLE
    return _PARAGRAPH


def _after_fence(lines: list[_BlockLine], number: int) -> int:
    opening = _FENCE.match(lines[number].text)
    fence = opening.group() if opening else ""
    rest = ((after, lines[after].text) for after in range(number + 1, len(lines)))
    closed = (after for after, text in rest if text.startswith(fence) and not text.strip(fence[0]))
    return next(closed, len(lines) - 1) + 1


def _after_formula(lines: list[_BlockLine], number: int) -> int:
    """Return the line after a formula that begins here, or `number` when none does."""
    inside = lines[number].text[2:]
    if "$$" in inside:
        # A formula that goes on behind its end is text with a formula in it.
        is_whole = inside.endswith("$$") and inside.count("$$") == 1 and inside != "$$"
        return number + 1 if is_whole else number
    closes_at = lines[number + 1].closes_at if number + 1 < len(lines) else None
    return number if closes_at is None else closes_at + 1


def _after_html(lines: list[_BlockLine], number: int) -> int:
    """Return the line after raw HTML: at its end mark where it has one, else at a blank line."""
    text = lines[number].text.lower()
    for begin, end in _HTML_ENDS.items():
        if text.startswith(begin) and _HTML.match(text):
            rest = range(number, len(lines))
            closed = (after for after in rest if end in lines[after].text.lower())
            return next(closed, len(lines) - 1) + 1
    after = number + 1
    while after < len(lines) and lines[after].text:
        after += 1
    return after


def _after_text(lines: list[_BlockLine], number: int, shape: BlockShape, item: int) -> int:
    inside = lines[number].indent if shape is _ITEM else item
    is_numbered = shape is _ITEM and lines[number].text[0].isdigit()
    after = number + 1
    if shape is BlockShape.TABLE:
        after += 1
    while after < len(lines) and lines[after].text:
        # A line of dashes below a paragraph is its underline, not a rule (CommonMark).
        if shape is _PARAGRAPH and _UNDERLINE.match(lines[after].text):
            return after + 1
        # A number that stands outside of the item of a paragraph begins the next one (CommonMark).
        is_out = inside > -1 and lines[after].indent < inside + INDENTATION_OF_CHILDREN
        if _interrupts(lines, after, shape, is_numbered or is_out):
            break
        after += 1
    return after


def _interrupts(lines: list[_BlockLine], number: int, shape: BlockShape, may_count: bool) -> bool:
    """Tell whether line `number` begins a block although no blank line stands before it.

    A number other than 1 at the start of a line is text, unless it `may_count`: an item stands
    above. A lone marker is text below a paragraph (CommonMark).
    """
    opening = _opening(lines, number)
    if opening is _QUOTE and shape is _QUOTE:
        return False
    marker = _MARKER.match(lines[number].text)
    if opening is not _ITEM or not marker:
        return opening is not _PARAGRAPH
    is_lone = marker.end() == len(lines[number].text) and shape is not _ITEM
    return may_count or (marker.group(1) in (None, "1") and not is_lone)


def _list_marker(block: str) -> str | None:
    """Return the number an item begins with, "" for a bullet, None for any other block."""
    text = block.lstrip(" \t").split("\n", 1)[0].rstrip()
    marker = _MARKER.match(text)
    return None if _RULE.match(text) or not marker else marker.group(1) or ""


def _may_follow(marker: str | None, above: str | None) -> bool:
    """Tell whether a block is an item that can stand on the line below another and still be one."""
    return above is not None and (marker in ("", "1") or (marker is not None and above != ""))


def _is_delimiter(text: str) -> bool:
    """Tell whether `text` is the row of dashes below a table's header."""
    if "|" not in text or "-" not in text or text.strip("|:- \t"):
        return False
    cells = text.strip("|").split("|")
    return all(re.fullmatch(r":?-+:?", cell.strip()) for cell in cells)


_COMMAND = lazy_regex(r"(?<!\\)(?:\\\\)*\\[A-Za-z]")
_DOUBLED = lazy_regex(r"(?<!\\)\\\\[A-Za-z]")
_ESCAPED = lazy_regex(r"\\([!-/:-@\[-`{-~])")
_UNDERSCORED = lazy_regex(r"(?<![\w_])_([^\s_](?:[^_]*[^\s_])?)_(?![\w_])")
_ESCAPED_MARK = lazy_regex(r"\\([_*\[\]<>#~`])")


def unescaped(text: str) -> str:
    r"""Return `text` without the backslashes of a formatter: `f\_\\theta` says `f_\theta`.

    A text that holds a TeX command behind one backslash is as its author wrote it, and stays.
    """
    if "\\" not in text or _COMMAND.search(text):
        return text
    pattern = _ESCAPED if _DOUBLED.search(text) else _ESCAPED_MARK
    return pattern.sub(r"\1", text)


def without_spelling(text: str) -> str:
    """Return `text` without what a formatter chooses, for comparing: `_so_` says `*so*`."""
    return _UNDERSCORED.sub(r"*\1*", _ESCAPED.sub(r"\1", text))
