"""Folded entries: a `<details>` element for each, its head everything up to `</summary>`."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate

from zoterodigest.digest.format.format import DigestFormat
from zoterodigest.digest.read.found import (
    EntryRange,
    Head,
    head_match,
    is_blank,
    is_boundary,
    is_heading,
    is_rule,
    last_filled,
    span_of,
    until_next,
)
from zoterodigest.digest.read.layers import source_text
from zoterodigest.digest.read.lines import DETAILS, Lines

_SUMMARY_END = b"</summary>"
_HEAD_LINES = 4


def find_folded(lines: Lines, form: DigestFormat) -> Iterator[EntryRange]:
    """Yield the `<details>` whose head matches.

    One may stand inside others that hold a whole section; those are known by their end missing.
    """
    outer = after = 0
    for head, stop in until_next(list(_heads(lines, form)), len(lines)):
        outer = max(outer + sum(_changes(lines, after, head.line).values()), 0)
        free = lines.free_until(head.line, stop)
        last, broken = _end(lines, head.line, free, outer)
        # One that never closes may hold a whole section: its end tag comes behind other entries.
        outer += broken == _UNCLOSED
        if broken == _UNCLOSED and free < stop:
            if form.entry.is_general:  # it holds a section of the list
                continue
            broken = _SHARED
        after = last + 1
        yield _found(lines, head, last, broken)


def _changes(lines: Lines, first: int, stop: int) -> dict[int, int]:
    """Return how much deeper the lines `[first, stop)` with tags lead, none of them in a note."""
    changes = lines.depth_changes
    within = changes[bisect_left(changes, (first,)) : bisect_left(changes, (stop,))]
    return {line: change for line, change in within if not lines.is_in_note(line)}


def _heads(lines: Lines, form: DigestFormat) -> Iterator[Head]:
    for line in filter(lines.is_open, lines.folds):
        data = folded_head(lines, line)
        if data is not None and (match := head_match(form, data)):
            yield Head(line, data, match)


def folded_head(lines: Lines, line: int) -> bytes | None:
    """Return the lines from a `<details>` to its `</summary>`; None if that is far or not there."""
    for below in range(line, min(line + _HEAD_LINES, len(lines))):
        if _SUMMARY_END in lines[below].lower():
            data = b"\n".join(lines[at] for at in range(line, below + 1))
            return data if data.lower().count(b"<details") == 1 else None
    return None


_UNCLOSED = "a </details> is missing"
_STRAY = "there is one </details> too many"
_SHARED = "an entry of another format stands in its <details>"


def _end(lines: Lines, first: int, stop: int, outer: int) -> tuple[int, str]:
    """Return the last line of the element and, if its end tags do not add up, the reason.

    End tags behind it are those of the `outer` elements around it, if no more than those.
    """
    depth = 0
    changes = {first: 0} | _changes(lines, first, stop)
    for line, change in changes.items():
        depth += change
        if depth <= 0 and (change or line == first):
            return _with_strays(lines, line, stop, outer)
    headings = (at for at in range(first + 1, stop) if is_heading(lines[at]))
    heading = next((at for at in headings if not lines.is_in_note(at)), stop)
    return last_filled(lines, first, heading - 1, lambda it: is_blank(it) or is_rule(it)), _UNCLOSED


def _with_strays(lines: Lines, closed: int, stop: int, outer: int) -> tuple[int, str]:
    """Return the line `closed`, or the last end tag behind it that must be the element's own."""
    end = next((at for at in range(closed + 1, stop) if is_boundary(lines, at)), stop)
    changes = _changes(lines, closed + 1, end)
    # Elements that begin and end behind it are no part of it: a page has folds that are no entries.
    deepest = min(accumulate(changes.values()), default=0)
    is_outer = -deepest <= outer and sum(changes.values()) <= 0
    return (closed, "") if is_outer else (max(at for at in changes if changes[at]), _STRAY)


def _found(lines: Lines, head: Head, last: int, broken: str) -> EntryRange:
    text = source_text(lines.source, span_of(lines, head.line, last))
    start = head.data.lower().find(_SUMMARY_END) + len(_SUMMARY_END)
    # One that is not broken ends on its last line.
    last_line = text.data.rfind(b"\n") + 1
    closing = [match.start() for match in DETAILS.finditer(text.data, last_line) if match[1]]
    end = closing[-1] if closing and not broken else len(text.data)
    body = (min(start, end), end)
    return EntryRange(head.line, last, text, (0, start), body, head.match, broken)
