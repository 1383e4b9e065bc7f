"""Containers: where entries begin and end in the lines of a digest.

An entry is a quoted run, a run of lines, a paragraph, a list item, a heading with what follows or a
`<details>` element whose head matches one of the format's `begin` patterns. It ends at the latest
where the next one begins, so that one lost end tag spoils one entry at most.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby

from zoterodigest.core.values.span import Span
from zoterodigest.digest.format.format import ContainerName, DigestFormat
from zoterodigest.digest.read.closers import OpenTags
from zoterodigest.digest.read.field_entries import headed, parent_items, titled_lines
from zoterodigest.digest.read.folded import find_folded, folded_head
from zoterodigest.digest.read.found import (
    EntryRange,
    Head,
    found_entry,
    head_match,
    heads_in,
    is_blank,
    is_boundary,
    last_filled,
    span_of,
    until_next,
)
from zoterodigest.digest.read.html_items import find_html_items, html_item_head
from zoterodigest.digest.read.layers import (
    indent_of,
    peel_indent,
    peel_quote,
    peel_wraps,
    source_text,
)
from zoterodigest.digest.read.lines import Lines, depth_change
from zoterodigest.digest.read.tables import is_table_line
from zoterodigest.frozen import changed, frozen
from zoterodigest.regex import lazy_regex

_QUOTED = lazy_regex(rb"^ {0,3}>[ \t]?")
_BULLET = lazy_regex(rb"^[ \t]*(?:[-*+]|\xe2\x80\xa2|\xc2\xb7)[ \t]")
_MARKER = lazy_regex(rb"^[ \t]*(?:[-*+]|\xe2\x80\xa2|\d{1,9}[.)])[ \t]+")
_LINK = lazy_regex(rb"\]\(|://")
_BLOCKS = (b"", b">", b"|", b"<", b"#")
"""What begins a block that is no paragraph of text; a blank line does not either."""

_FOLDED = lazy_regex(rb"^ {0,3}<details\b", re.I)
_AT_NAME = lazy_regex(
    rb"\n(?:<?https?://|\[[^!]|\d{4}\.\d{4}|10\.\d{4}|(?:www\.)?ar[xX]iv|(?:doi|DOI)[: ])"
)
"""The beginning of a line of text that may be nothing but an identifier or an address."""


@frozen()
class ItemRange:
    """A list item that is an entry: its lines, not taken apart yet."""

    lines: Lines
    head: Head
    last: int
    wraps: int = 0

    @property
    def first(self) -> int:
        """The line that it begins on."""
        return self.head.line

    def apart(self) -> EntryRange:
        """Return its peeled text and the parts of that: they follow from its lines alone."""
        return _item(self.lines, self.head, self.last, self.wraps)


def find_entries(lines: Lines, form: DigestFormat) -> Iterator[EntryRange]:
    """Yield the entries of `form` in `lines`, in order of their containers, then of lines."""
    for name, found in find_ranges(lines, form):
        yield in_container(name, found)


def in_container(name: str, found: EntryRange | ItemRange) -> EntryRange:
    """Return what was found as the entry of a container."""
    return changed(found.apart() if isinstance(found, ItemRange) else found, container=name)


def find_ranges(
    lines: Lines, form: DigestFormat
) -> Iterator[tuple[ContainerName, EntryRange | ItemRange]]:
    """Yield what `find_entries` does, each beside its container; items are not taken apart."""
    finders = _KEYED_FINDERS if form.keys else _FINDERS
    for name in form.containers:
        # What stands on one line has been looked for.
        if lines.joins_lines and (form.keys or name != "item"):
            continue
        if name in finders:
            for found in finders[name](lines, form.by_container[name]):
                yield name, found


def head_text(lines: Lines, line: int, container: str) -> bytes | None:
    """Return the text in which an entry of such a container begins on the line; None if none can.

    Rows are no containers with a head.
    """
    data = lines[line]
    match container:
        case "quote":
            return _QUOTED.sub(b"", data, count=1) if _QUOTED.match(data) else None
        case "item":
            found = _MARKER.match(data)
            return data[found.end() :] if found else None
        case "heading":
            is_one = any(heading.line == line for heading in lines.headings())
            return data.lstrip(b" #\t") if is_one else None
        case "details":
            return folded_head(lines, line) if _FOLDED.match(data) else None
        case "li":
            return html_item_head(lines, line)
        case "lines" | "paragraph":
            return None if is_boundary(lines, line) else data
        case _:
            return None


def _quotes(lines: Lines, form: DigestFormat) -> Iterator[EntryRange]:
    heads = {head.line: head for head in heads_in(lines, form, lines.quoted)}
    if not heads:
        return
    quoted = (line for line in lines.quoted.numbers if not lines.is_hidden(line))
    for _, run in groupby(enumerate(quoted), key=lambda one: one[1] - one[0]):
        numbers = [line for _, line in run]
        begins = numbers[:1] if form.is_bare else numbers
        found = [heads[line] for line in begins if line in heads]
        yield from _in_quote(lines, found, numbers)


def _in_quote(lines: Lines, found: Sequence[Head], run: Sequence[int]) -> Iterator[EntryRange]:
    heads = _of_entries(found, lambda *_: True)
    for head, stop in until_next(heads, run[-1] + 1):
        last = last_filled(lines, head.line, stop - 1, lambda data: not data.strip(b" \t>"))
        text = peel_quote(source_text(lines.source, span_of(lines, head.line, last)))
        yield found_entry(head, last, text)


def _of_entries(heads: Iterable[Head], reaches: Callable[[Head, Head], bool]) -> list[Head]:
    """Leave out the list items that an entry out of a list `reaches`: its bullets set in bold."""
    kept: list[Head] = []
    for head in heads:
        is_bullet = _BULLET.match(head.data) and kept and not _BULLET.match(kept[-1].data)
        if not (is_bullet and reaches(kept[-1], head)):
            kept.append(head)
    return kept


def _plain(lines: Lines, form: DigestFormat, *, blanks: int) -> Iterator[EntryRange]:
    """Find entries of unwrapped lines that end at `blanks` blank lines in a row.

    Those without a title begin with an identifier or an address.
    """
    # Few files have such lines: without this look, any file costs 2 ms more.
    if form.is_untitled and not _AT_NAME.search(b"\n" + lines.source):
        return

    def reaches(head: Head, below: Head) -> bool:
        return _plain_end(lines, head.line, below.line + 1, blanks) == below.line

    found: Iterable[Head] = heads_in(lines, form, lines.plain)
    topics: list[int] = []
    if form.is_bare:
        found = (head for head in found if _may_begin(lines, head.line, form))
    if form.entry.evidence:
        found = list(found)
        topics = [head.line for head in found if _leads_list(lines, head.line)]
        found = [head for head in found if head.line not in topics]
    if form.reads_parts:
        # Behind a comma a list of authors goes on, also with the title on a line of its own.
        found = (head for head in found if not _is_behind_comma(lines, head.line))
        found = _first_and_alike(lines, _out_of_items(lines, found))
    heads = _of_entries(found, reaches)
    # A topic over a list of links is no part of the entry above it; one over remarks may be.
    ends = [line for line in topics if _leads_links(lines, line)]
    for head, stop in until_next(heads, len(lines)):
        at = bisect_right(ends, head.line)
        last = _plain_end(lines, head.line, min([stop, *ends[at : at + 1]]), blanks)
        below = _quote_below(lines, last, stop) if form.reads_parts and last == head.line else last
        text = source_text(lines.source, span_of(lines, head.line, below))
        yield found_entry(head, below, peel_quote(text) if below > last else text)


def _quote_below(lines: Lines, line: int, stop: int) -> int:
    """Return the last line of the quote right below a title on one line, else `line`."""
    last = line
    while last + 1 < stop and _QUOTED.match(lines[last + 1]) and not is_boundary(lines, last + 1):
        last += 1
    return last


def _out_of_items(lines: Lines, found: Iterable[Head]) -> Iterator[Head]:
    """Yield the heads that are no further line of a list item.

    CommonMark 5.2: the next line of a paragraph may stand less deep than its item.
    """
    after, is_in_item = 0, False
    for head in found:
        for line in range(after, head.line):
            is_in_item = bool(_MARKER.match(lines[line])) or (
                is_in_item and not (lines.is_blank(line) or is_boundary(lines, line))
            )
        after = head.line
        if not is_in_item or _MARKER.match(head.data):
            yield head


def _first_and_alike(lines: Lines, found: Iterable[Head]) -> Iterator[Head]:
    """Yield of each paragraph the first head, and those that begin as it does.

    Any line below a title may look like a title of another kind: a linked venue, a bold award.
    """
    first: Head | None = None
    for head in found:
        is_below = first is not None and not any(
            map(lines.is_blank, range(first.line + 1, head.line))
        )
        if first is None or not is_below:
            first = head
        if head is not first and _holds_people(head.data):
            continue
        if head is first or head.match.groups.keys() == first.match.groups.keys():
            yield head


def _holds_people(data: bytes) -> bool:
    from zoterodigest.digest.read.people import holds_people

    return holds_people(data)


def _leads_list(lines: Lines, line: int) -> bool:
    """Whether the line is a heading of the list below it, from which a blank line parts it."""
    below = line + 1
    while below < len(lines) and lines.is_blank(below):
        below += 1
    return line + 1 < below < len(lines) and bool(_MARKER.match(lines[below]))


def _is_behind_comma(lines: Lines, line: int) -> bool:
    return line > 0 and lines[line - 1].rstrip().endswith(b",")


def _leads_links(lines: Lines, line: int) -> bool:
    """Whether there is a link in the list below a line, a blank line between."""
    below = line + 1
    while lines.is_blank(below):
        below += 1
    for at in range(below, len(lines)):
        if lines.is_blank(at) or _LINK.search(lines[at]):
            return not lines.is_blank(at)
    return False


def _may_begin(lines: Lines, line: int, form: DigestFormat) -> bool:
    """Whether an entry that begins with a value may begin on a line: only below a gap.

    Or on any, if entries are one line each.
    """
    data = lines[line]
    if _MARKER.match(data) or data.lstrip()[:1] in _BLOCKS or is_boundary(lines, line):
        return False
    is_below_gap = line == 0 or lines.is_blank(line - 1) or is_boundary(lines, line - 1)
    return is_below_gap or form.is_a_line


def _plain_end(lines: Lines, first: int, stop: int, blanks: int) -> int:
    last, empty = first, 0
    tags = OpenTags(lines, first)
    for line in range(first + 1, stop):
        if lines.goes_on(line):
            last, empty = line, 0
            continue
        if is_boundary(lines, line) or _QUOTED.match(lines[line]) or tags.are_closed_by(line):
            break
        # A table or `<details>` below a blank line is a list of its own, not the end of this entry.
        if empty and (_FOLDED.match(lines[line]) or is_table_line(lines, line)):
            break
        empty = empty + 1 if lines.is_blank(line) else 0
        if empty == blanks:
            break
        last = last if empty else line
    return last


def _headings(lines: Lines, form: DigestFormat) -> Iterator[EntryRange]:
    headings = list(lines.headings())
    for index, heading in enumerate(headings):
        data = lines[heading.line].lstrip(b" #\t")
        if match := head_match(form, data):
            below = headings[index + 1 :]
            end = next((at for at, it in enumerate(below) if it.level <= heading.level), len(below))
            # `# Papers` above the entries of `### {title}` is the heading of their section.
            if heading.level < form.heading_level and any(
                it.level >= form.heading_level for it in below[:end]
            ):
                continue
            stop = below[end].line if end < len(below) else len(lines)
            stop = lines.free_until(heading.line, stop)
            tags = OpenTags(lines, heading.line)
            stop = next(filter(tags.are_closed_by, range(heading.line + 1, stop)), stop)
            last = last_filled(lines, heading.line, stop - 1, is_blank)
            start = lines.ends[heading.line] - len(data)
            text = source_text(lines.source, Span(start, lines.ends[last]))
            yield found_entry(Head(heading.line, data, match), last, text)


def _items(lines: Lines, form: DigestFormat) -> Iterator[ItemRange]:
    """Yield the items whose head matches; one within another is part of it.

    But an item whose head leads nowhere is a topic: entries within it stand for themselves.
    """
    bare = lines.wrapped if lines.joins_lines else lines.items
    heads = {head.line: head for head in heads_in(lines, form, bare)}
    after = 0
    for head in heads.values():
        if head.line >= after:
            last = _item_end(lines, head, {} if form.has_bullets_below else heads)
            yield ItemRange(lines, head, last, lines.wraps[head.line] if lines.joins_lines else 0)
            after = last + 1


def _item(lines: Lines, head: Head, last: int, wraps: int = 0) -> EntryRange:
    marker = _MARKER.match(lines[head.line])
    offset = marker.end() if marker else len(lines[head.line]) - len(head.data)
    below = (lines[line] for line in range(head.line + 1, last + 1))
    widths = [indent_of(data) for data in below if data.strip()]
    width = min([offset, *(width for width in widths if width)])
    text = source_text(lines.source, Span(lines.starts[head.line] + offset, lines.ends[last]))
    text = peel_indent(text, width, first=False)
    if not wraps:
        return found_entry(head, last, text)
    return changed(found_entry(head, last, peel_wraps(text, wraps)), wraps=wraps)


def _parents(lines: Lines, form: DigestFormat) -> Iterator[EntryRange]:
    heads = {head.line: head for head in parent_items(lines, form)}
    for head in heads.values():
        yield _item(lines, head, _item_end(lines, head, heads, is_topic=False))


def _item_end(
    lines: Lines, head: Head, heads: Mapping[int, Head], *, is_topic: bool | None = None
) -> int:
    """Return the item's last line: deeper lines, and lines that go on without a blank between.

    Within a `<details>` every line belongs to the item, up to the next head. A topic ends where a
    head begins (None: it is one if its own head leads nowhere).
    """
    above = lines[head.line]
    indent = indent_of(above)
    # CommonMark 5.2: what stands one blank deeper than a bullet is no deeper item.
    beside = above[:indent] + b" "
    is_topic = not _LINK.search(head.data) if is_topic is None else is_topic
    last, open_details = head.line, depth_change(head.data)
    tags = None
    for line in range(head.line + 1, len(lines)):
        if lines.goes_on(line):
            last = line
            continue
        data, is_head = lines[line], line in heads
        # A `<details>` must not swallow the entries of an earlier format, left open no others.
        if lines.is_taken(line) or (is_head and (is_topic or open_details > 0)):
            break
        if is_head and (data[: indent_of(data)] == beside or _follows_up(head, heads[line])):
            break
        if open_details <= 0 and _is_beyond(lines, line, indent, last):
            break
        tags = tags or OpenTags(lines, head.line)
        if tags.are_closed_by(line):
            break
        if data.strip():
            last = line
            open_details = max(open_details, 0) + depth_change(data)
    return last if open_details <= 0 else _unclosed_end(lines, head.line, last, indent)


def _follows_up(head: Head, below: Head) -> bool:
    """Whether an item within another is a paper of its own: in both, authors lead the title."""
    return "before" in head.match.groups and "before" in below.match.groups


def _is_beyond(lines: Lines, line: int, indent: int, last: int) -> bool:
    data = lines[line]
    if is_boundary(lines, line):
        return True
    # CommonMark 5.2: the next line of a paragraph may stand less deep than its item.
    if not data.strip() or indent_of(data) > indent:
        return False
    return line > last + 1 or bool(_MARKER.match(data)) or data.lstrip()[:1] in (b"|", b">")


def _unclosed_end(lines: Lines, first: int, last: int, indent: int) -> int:
    """Return the last line of an item whose `<details>` never closes: up to the next item."""
    for line in range(first + 1, last + 1):
        data = lines[line]
        if lines.is_in_note(line):
            continue
        if is_boundary(lines, line) or (_MARKER.match(data) and indent_of(data) <= indent):
            return last_filled(lines, first, line - 1, is_blank)
    return last_filled(lines, first, last, is_blank)


_Finder = Callable[[Lines, DigestFormat], Iterator[EntryRange | ItemRange]]

_FINDERS: Mapping[str, _Finder] = {
    "quote": _quotes,
    "lines": partial(_plain, blanks=2),
    "paragraph": partial(_plain, blanks=1),
    "item": _items,
    "heading": _headings,
    "details": find_folded,
    "li": find_html_items,
}

_KEYED_FINDERS: Mapping[str, _Finder] = {
    "heading": headed,
    "item": _parents,
    "lines": partial(titled_lines, quoted=False),
    "quote": partial(titled_lines, quoted=True),
}
