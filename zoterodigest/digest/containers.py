"""Containers: where entries begin and end in the lines of a digest.

An entry is a quoted run, a run of lines, a paragraph, a list item, a heading with what follows or a
`<details>` element whose head matches one of the format's `begin` patterns. It ends at the latest
where the next one begins, so that one lost end tag spoils one entry at most.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from zoterodigest.core.span import Span
from zoterodigest.digest.format import Compiled, Format
from zoterodigest.digest.layers import Text, peel_indent, peel_quote, text_of
from zoterodigest.digest.lines import Lines
from zoterodigest.digest.pattern import Match, Pattern


@dataclass(frozen=True, slots=True)
class Found:
    """One entry as found: its 0-based lines (both in), its peeled text, and the parts of that.

    `head` is the logical range that `begin` matched in, as `match`; `body` what follows it.
    `broken` says why the container's end is in doubt, if it is.
    """

    first: int
    last: int
    text: Text
    head: tuple[int, int]
    body: tuple[int, int]
    match: Match
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """A line where an entry begins; `end` is the line its head ends on, `data` the head's text."""

    line: int
    end: int
    data: bytes
    match: Match


_ITEM = re.compile(rb"^([ \t]*)(?:[-*+\xe2]|\d{1,9}[.)])")
_MARKER = re.compile(rb"^[ \t]*(?:[-*+]|\xe2\x80\xa2|\d{1,9}[.)])[ \t]+")
_QUOTED = re.compile(rb"^ {0,3}>[ \t]?")
_RULE = re.compile(rb"^ {0,3}(?:-[ \t]*){3,}$|^ {0,3}(?:\*[ \t]*){3,}$|^ {0,3}(?:_[ \t]*){3,}$")
_HEADING = re.compile(rb"^ {0,3}#{1,6}(?:[ \t]|$)")
_DETAILS = re.compile(rb"<(/?)details\b[^>\n]*>", re.I)
_SUMMARY_END = b"</summary>"
_HEAD_LINES = 4


def find_entries(lines: Lines, form: Format) -> Iterator[Found]:
    """Yield the entries of `form` in `lines`, in order of their containers, then of lines."""
    for name in form.entry.containers:
        if name in _FINDERS:
            yield from _FINDERS[name](lines, form.compiled)


def is_boundary(lines: Lines, line: int) -> bool:
    """Whether no entry made of plain lines reaches over `line`: a heading, rule or hidden line."""
    if lines.is_hidden(line):
        return True
    data = lines[line]
    return bool(_HEADING.match(data) or _RULE.match(data))


def first_match(patterns: tuple[Pattern, ...], data: bytes) -> Match | None:
    """Return the match of the first pattern that matches `data`."""
    for pattern in patterns:
        if match := pattern.search(data):
            return match
    return None


def _span(lines: Lines, first: int, last: int) -> Span:
    return Span(lines.starts[first], lines.ends[last])


def _trimmed(lines: Lines, first: int, last: int, blank: Callable[[bytes], bool]) -> int:
    while last > first and blank(lines[last]):
        last -= 1
    return last


def _is_blank(data: bytes) -> bool:
    return not data.strip()


def _quotes(lines: Lines, rules: Compiled) -> Iterator[Found]:
    run: list[int] = []
    for line in range(len(lines) + 1):
        if line < len(lines) and _QUOTED.match(lines[line]) and not lines.is_hidden(line):
            run.append(line)
        elif run:
            yield from _in_quote(lines, rules, run)
            run = []


def _in_quote(lines: Lines, rules: Compiled, run: list[int]) -> Iterator[Found]:
    heads: list[Head] = []
    for line in run:
        data = _QUOTED.sub(b"", lines[line], count=1)
        if match := first_match(rules.begin, data):
            heads.append(Head(line, line, data, match))
    for head, stop in _until_next(heads, run[-1] + 1):
        last = _trimmed(lines, head.line, stop - 1, lambda data: not data.strip(b" \t>"))
        yield _found(head, last, peel_quote(text_of(lines.source, _span(lines, head.line, last))))


def _found(head: Head, last: int, text: Text) -> Found:
    end = next(end for _, end in text.lines())
    return Found(
        head.line, last, text, (0, end), (min(end + 1, len(text.data)), len(text.data)), head.match
    )


def _until_next(heads: list[Head], stop: int) -> Iterator[tuple[Head, int]]:
    """Pair each head with the line before which its entry must end."""
    for index, head in enumerate(heads):
        yield head, heads[index + 1].line if index + 1 < len(heads) else stop


def _plain(lines: Lines, rules: Compiled, *, blanks: int) -> Iterator[Found]:
    """Find entries of unwrapped lines that end at `blanks` blank lines in a row."""
    heads = [
        Head(line, line, lines[line], match)
        for line in range(len(lines))
        if not lines.is_hidden(line) and (match := first_match(rules.begin, lines[line]))
    ]
    for head, stop in _until_next(heads, len(lines)):
        last = _plain_end(lines, head.line, stop, blanks)
        yield _found(head, last, text_of(lines.source, _span(lines, head.line, last)))


def _plain_end(lines: Lines, first: int, stop: int, blanks: int) -> int:
    last, empty = first, 0
    for line in range(first + 1, stop):
        if is_boundary(lines, line) or _QUOTED.match(lines[line]):
            break
        empty = empty + 1 if lines.is_blank(line) else 0
        if empty == blanks:
            break
        last = last if empty else line
    return last


def _items(lines: Lines, rules: Compiled) -> Iterator[Found]:
    line = 0
    while line < len(lines):
        data = lines[line]
        marker = None if lines.is_hidden(line) or not _ITEM.match(data) else _MARKER.match(data)
        match = first_match(rules.begin, data[marker.end() :]) if marker else None
        if marker is None or match is None:
            line += 1
            continue
        last = _item_end(lines, line, len(data) - len(data.lstrip(b" \t")))
        yield _item(lines, Head(line, line, data[marker.end() :], match), last, marker.end())
        line = last + 1


def _item(lines: Lines, head: Head, last: int, offset: int) -> Found:
    span = Span(lines.starts[head.line] + offset, lines.ends[last])
    below = (lines[line] for line in range(head.line + 1, last + 1))
    widths = [len(data) - len(data.lstrip(b" \t")) for data in below if data.strip()]
    width = min([offset, *(width for width in widths if width)])
    return _found(head, last, peel_indent(text_of(lines.source, span), width, first=False))


def _item_end(lines: Lines, first: int, indent: int) -> int:
    """Return the item's last line: deeper lines, and lines that go on without a blank between."""
    last, line, open_details = first, first + 1, 0
    while line < len(lines):
        data = lines[line]
        depth = len(data) - len(data.lstrip(b" \t"))
        if is_boundary(lines, line) and not open_details:
            break
        if data.strip() and depth <= indent and not open_details:
            goes_on = line == last + 1 and not _starts_block(data)
            if not goes_on:
                break
        if data.strip():
            last = line
            open_details = max(open_details + _depth_change(data), 0)
        line += 1
    return last if not open_details else _closed_before(lines, first, indent)


def _closed_before(lines: Lines, first: int, indent: int) -> int:
    """Return the last line of an item whose `<details>` never closes: up to the next item."""
    for line in range(first + 1, len(lines)):
        data = lines[line]
        depth = len(data) - len(data.lstrip(b" \t"))
        if is_boundary(lines, line) or (_MARKER.match(data) and depth <= indent):
            return _trimmed(lines, first, line - 1, _is_blank)
    return _trimmed(lines, first, len(lines) - 1, _is_blank)


def _starts_block(data: bytes) -> bool:
    return bool(_MARKER.match(data) or _QUOTED.match(data) or data.lstrip()[:1] == b"|")


def _depth_change(data: bytes) -> int:
    if b"details" not in data.lower():
        return 0
    return sum(-1 if match[1] else 1 for match in _DETAILS.finditer(data))


def _headings(lines: Lines, rules: Compiled) -> Iterator[Found]:
    headings = list(lines.headings())
    for index, heading in enumerate(headings):
        data = lines[heading.line].lstrip(b" #\t")
        if match := first_match(rules.begin, data):
            below = headings[index + 1 :]
            stop = next((at.line for at in below if at.level <= heading.level), len(lines))
            last = _trimmed(lines, heading.line, stop - 1, _is_blank)
            offset = len(lines[heading.line]) - len(data)
            span = Span(lines.starts[heading.line] + offset, lines.ends[last])
            head = Head(heading.line, heading.line, data, match)
            yield _found(head, last, text_of(lines.source, span))


def _details(lines: Lines, rules: Compiled) -> Iterator[Found]:
    heads = list(_details_heads(lines, rules))
    for head, stop in _until_next(heads, len(lines)):
        last, broken = _details_end(lines, head.line, stop)
        yield _details_found(lines, head, last, broken)


def _details_heads(lines: Lines, rules: Compiled) -> Iterator[Head]:
    for line in range(len(lines)):
        if b"<details" not in lines[line].lower() or lines.is_hidden(line):
            continue
        end = min(line + _HEAD_LINES, len(lines))
        for below in range(line, end):
            if _SUMMARY_END in lines[below].lower():
                data = b"\n".join(lines[at] for at in range(line, below + 1))
                if data.lower().count(b"<details") == 1 and (
                    match := first_match(rules.begin, data)
                ):
                    yield Head(line, below, data, match)
                break


def _details_end(lines: Lines, first: int, stop: int) -> tuple[int, str]:
    """Return the last line of the element and, if its end tags do not add up, the reason."""
    depth, closed, strays = 0, None, 0
    for line in range(first, stop):
        if closed is not None and is_boundary(lines, line):
            break
        change = _depth_change(lines[line])
        depth += change
        if closed is None and depth <= 0 and (change or line == first):
            closed = line
        elif closed is not None and change:
            closed, strays = line, strays + 1
    if closed is None:
        last = next((at for at in range(first + 1, stop) if _HEADING.match(lines[at])), stop) - 1
        return _details_tail(lines, first, last), "a </details> is missing"
    return closed, "there is one </details> too many" if strays else ""


def _details_tail(lines: Lines, first: int, last: int) -> int:
    return _trimmed(lines, first, last, lambda data: _is_blank(data) or bool(_RULE.match(data)))


def _details_found(lines: Lines, head: Head, last: int, broken: str) -> Found:
    text = text_of(lines.source, _span(lines, head.line, last))
    start = text.data.lower().find(_SUMMARY_END) + len(_SUMMARY_END)
    closing = [match.start() for match in _DETAILS.finditer(text.data) if match[1]]
    end = closing[-1] if closing and not broken else len(text.data)
    body = (min(start, end), end)
    return Found(head.line, last, text, (0, start), body, head.match, broken)


_FINDERS: Mapping[str, Callable[[Lines, Compiled], Iterator[Found]]] = {
    "quote": _quotes,
    "lines": lambda lines, rules: _plain(lines, rules, blanks=2),
    "paragraph": lambda lines, rules: _plain(lines, rules, blanks=1),
    "item": _items,
    "heading": _headings,
    "details": _details,
}
