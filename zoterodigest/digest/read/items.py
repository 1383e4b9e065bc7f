"""List items as entries: a marker with a head, and the lines that belong to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from zoterodigest.core.values.span import Span
from zoterodigest.digest.format.format import Format
from zoterodigest.digest.read.folded import depth_change
from zoterodigest.digest.read.found import (
    Found,
    Head,
    found_entry,
    head_match,
    is_blank,
    is_boundary,
    last_filled,
)
from zoterodigest.digest.read.layers import peel_indent, text_of
from zoterodigest.digest.read.lines import Lines

_MARKER = re.compile(rb"^[ \t]*(?:[-*+]|\xe2\x80\xa2|\d{1,9}[.)])[ \t]+")
_LINK = re.compile(rb"\]\(|://")


def find_items(lines: Lines, form: Format) -> Iterator[Found]:
    """Yield the items whose head matches; one within another is part of it.

    But an item whose head leads nowhere is a topic: entries within it stand for themselves.
    """
    heads = {head.line: head for head in _heads(lines, form)}
    after = 0
    for head in heads.values():
        if head.line >= after:
            last = _item_end(lines, head, heads)
            yield _item(lines, head, last)
            after = last + 1


def _heads(lines: Lines, form: Format) -> Iterator[Head]:
    for line in range(len(lines)):
        is_open = not lines.is_hidden(line) and not lines.is_in_note(line)
        marker = _MARKER.match(lines[line]) if is_open else None
        if marker is not None:
            data = lines[line][marker.end() :]
            if match := head_match(form, data):
                yield Head(line, line, data, match)


def _item(lines: Lines, head: Head, last: int) -> Found:
    offset = len(lines[head.line]) - len(head.data)
    below = (lines[line] for line in range(head.line + 1, last + 1))
    widths = [_indent(data) for data in below if data.strip()]
    width = min([offset, *(width for width in widths if width)])
    text = text_of(lines.source, Span(lines.starts[head.line] + offset, lines.ends[last]))
    return found_entry(head, last, peel_indent(text, width, first=False))


def _item_end(lines: Lines, head: Head, heads: Mapping[int, Head]) -> int:
    """Return the item's last line: deeper lines, and lines that go on without a blank between.

    Within a `<details>` every line belongs to the item, up to the next head.
    """
    indent = _indent(lines[head.line])
    is_topic = not _LINK.search(head.data)
    last, open_details = head.line, depth_change(head.data)
    for line in range(head.line + 1, len(lines)):
        data = lines[line]
        if lines.goes_on(line):
            last = line
            continue
        if line in heads and (is_topic or open_details > 0):
            break
        if open_details <= 0 and _is_beyond(lines, line, indent, last):
            break
        if data.strip():
            last = line
            open_details = max(open_details, 0) + depth_change(data)
    return last if open_details <= 0 else _unclosed_end(lines, head.line, last, indent)


def _is_beyond(lines: Lines, line: int, indent: int, last: int) -> bool:
    data = lines[line]
    if is_boundary(lines, line):
        return True
    is_deeper = not data.strip() or _indent(data) > indent
    return not is_deeper and (line > last + 1 or _starts_block(data))


def _unclosed_end(lines: Lines, first: int, last: int, indent: int) -> int:
    """Return the last line of an item whose `<details>` never closes: up to the next item."""
    for line in range(first + 1, last + 1):
        data = lines[line]
        if lines.is_in_note(line):
            continue
        if is_boundary(lines, line) or (_MARKER.match(data) and _indent(data) <= indent):
            return last_filled(lines, first, line - 1, is_blank)
    return last_filled(lines, first, last, is_blank)


def _indent(data: bytes) -> int:
    return len(data) - len(data.lstrip(b" \t"))


def _starts_block(data: bytes) -> bool:
    return bool(_MARKER.match(data)) or data.lstrip()[:1] in (b"|", b">")
