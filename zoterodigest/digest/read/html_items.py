"""Items of lists in HTML: each `<li>` that begins a line is one head, as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

from zoterodigest.core.values.span import Span
from zoterodigest.digest.format.format import DigestFormat
from zoterodigest.digest.read.found import EntryRange, head_match
from zoterodigest.digest.read.layers import source_text
from zoterodigest.digest.read.lines import Lines
from zoterodigest.regex import lazy_regex

_ITEM = lazy_regex(rb"(?:(?<=\n)|\A)[ \t]*(?:<[uo]l\b[^<>\n]*>[ \t]*)?<li\b[^<>\n]*>", re.I)
_TAG = lazy_regex(rb"<li\b", re.I)
_EDGE = lazy_regex(rb"<(/?)(?:li|ul|ol)\b[^<>]*>", re.I)
_LONGEST = 4000
"""What is longer is no item of a list of papers, and its end may be far away."""


def html_item_head(lines: Lines, line: int) -> bytes | None:
    """Return what stands in the `<li>` that begins on a line; None if there is none."""
    found = _ITEM.match(lines.source, lines.starts[line])
    edge = _EDGE.search(lines.source, found.end(), found.end() + _LONGEST) if found else None
    return lines.source[found.end() : edge.start()] if found and edge else None


def find_html_items(lines: Lines, form: DigestFormat) -> Iterator[EntryRange]:
    """Yield the items whose content matches; of one that holds a list, what stands above that."""
    # Not to look for one at the beginning of each line is 8 % of reading prose.
    if not _TAG.search(lines.source):
        return
    after = 0
    for item in _ITEM.finditer(lines.source):
        first = lines.line_at(item.start())
        edge = _EDGE.search(lines.source, item.end(), item.end() + _LONGEST)
        if first < after or edge is None or not lines.is_open(first):
            continue
        last = lines.line_at(edge.start())
        is_closed = edge[0][:4].lower() == b"</li"
        if not is_closed and not lines.source[lines.starts[last] : edge.start()].strip():
            last = max(last - 1, first)
        if lines.free_until(first, last + 1) <= last:
            continue
        end = edge.end() if is_closed else min(edge.start(), lines.ends[last])
        text = source_text(lines.source, Span(item.end(), end))
        size = len(text.data) - (edge.end() - edge.start() if is_closed else 0)
        if match := head_match(form, text.data[:size]):
            # The end tag is in the text: behind an item without one more might be written.
            yield EntryRange(first, last, text, (0, size), (size, size), match)
            after = last + 1
