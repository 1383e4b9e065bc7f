"""Entries with fields below: headings, items and lines under which fields stand.

Any heading or item could be a title, so only those are looked at that have something below.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from zoterodigest.core.values import identity
from zoterodigest.core.values.span import Span
from zoterodigest.digest.format.format import DigestFormat
from zoterodigest.digest.read.codecs import are_authors
from zoterodigest.digest.read.found import (
    EntryRange,
    Head,
    found_entry,
    head_match,
    is_boundary,
    is_rule,
    last_filled,
    span_of,
    until_next,
)
from zoterodigest.digest.read.keyed import (
    deeper_fields,
    has_links,
    inline_lines,
    keyed_lines,
    keyed_values,
)
from zoterodigest.digest.read.layers import indent_of, peel_quote, source_text
from zoterodigest.digest.read.lines import Heading, Lines
from zoterodigest.digest.read.references import links_within
from zoterodigest.digest.read.slots import decoded
from zoterodigest.digest.read.tables import is_table_line
from zoterodigest.regex import lazy_regex

_MARKER = lazy_regex(rb"^[ \t]*(?:[-*+]|\xe2\x80\xa2|\d{1,9}[.)])[ \t]+")
_QUOTED = lazy_regex(rb"^ {0,3}>[ \t]?")
_ANCHOR = lazy_regex(rb"[ \t]*<a (?:name|id)=[^<>]*>(?:[ \t]*</a>)?[ \t\r]*", re.I)
"""An anchor on a line of its own: it belongs to the heading below."""

# With nothing before it but a literal, it is found 50 times as fast.
_PARAGRAPH = lazy_regex(
    rb"\n\r?\n(?P<title>[A-Z\d\x80-\xff][^\n\[\]<>|*`#]{9,})\n"
    rb"(?P<people>[^\n\[\]<>|#:]{5,})\n(?=[^\n]*\]\()"
)
"""A title in plain text with a line below it, and one with links below that."""

_FEWEST_WORDS = 3
_MOST_FIELDS = 30
"""So many lines above a field its title is looked for at most."""


def headed(lines: Lines, form: DigestFormat) -> Iterator[EntryRange]:
    """Yield the headings below which fields stand, each with the headings of its parts."""
    headings = list(lines.headings())
    heads = {
        at: head
        for at, heading in enumerate(headings)
        if (head := _heading_head(lines, form, headings, at))
    }
    tops = [at for at in heads if headings[at].level == 1]
    for at, head in heads.items():
        # A page about one paper has its title on top: that is a note, and no list.
        if tops == [at]:
            continue
        level = headings[at].level
        below = (
            it for it in range(at + 1, len(headings)) if headings[it].level <= level or it in heads
        )
        stop = next((headings[it].line for it in below), len(lines))
        stop = lines.free_until(head.line, stop)
        stop = next((it for it in range(head.line + 1, stop) if is_rule(lines[it])), stop)
        last = last_filled(lines, head.line, stop - 1, _is_blank)
        start = lines.ends[head.line] - len(head.data)
        yield found_entry(head, last, source_text(lines.source, Span(start, lines.ends[last])))


def _is_blank(data: bytes) -> bool:
    return not data.strip() or _ANCHOR.fullmatch(data) is not None


def _next_line(lines: Lines, headings: Sequence[Heading], at: int) -> int:
    return headings[at + 1].line if at + 1 < len(headings) else len(lines)


def _heading_head(
    lines: Lines, form: DigestFormat, headings: Sequence[Heading], number: int
) -> Head | None:
    heading, stop = headings[number], _next_line(lines, headings, number)
    if "](#" in heading.source:  # it leads back to the contents: no title does
        return None
    has_parts = any(below.level > heading.level for below in headings[number + 1 : number + 2])
    keyed = keyed_lines(lines)
    at = bisect_left(keyed, heading.line)
    has_key = at < len(keyed) and keyed[at] < stop
    first = next((it for it in range(heading.line + 1, stop) if lines[it].strip()), stop)
    if first == stop and not has_parts and _leads_to_paper(heading):
        has_fields = True
    else:
        has_fields = has_key or _begins_fields(lines, first, stop, has_link="](" in heading.source)
    if not has_fields:
        return None
    data = lines[heading.line].lstrip(b" #\t")
    match = head_match(form, data)
    return Head(heading.line, data, match) if match else None


def _leads_to_paper(heading: Heading) -> bool:
    """Whether a heading is a link to a paper: it says enough with nothing below it."""
    if not heading.source.startswith("["):
        return False
    links = links_within(heading.source.encode())
    return bool(links) and identity.is_paper_url(links[0].url)


def _begins_fields(lines: Lines, first: int, stop: int, *, has_link: bool) -> bool:
    """Whether fields without keys may stand in the lines below a heading, and not a list."""
    if first == stop or lines[first].lstrip()[:1] in (b"|", b"<"):
        return False
    if _MARKER.match(lines[first]):
        return has_links(lines, first, first + 1)
    return has_link or has_links(lines, first, stop)


def parent_items(lines: Lines, form: DigestFormat) -> Iterator[Head]:
    """Yield the heads of items with fields in the lines right below, deeper, or in their own."""
    inline = (line for line in inline_lines(lines) if _MARKER.match(lines[line]))
    parents = {line for line in (*_parents(lines), *inline) if not _is_field(lines, line)}
    for line in sorted(parents):
        found = _MARKER.match(lines[line])
        data = lines[line][found.end() :] if found else b""
        if match := head_match(form, data):
            yield Head(line, data, match)


def _parents(lines: Lines) -> Iterator[int]:
    for line in deeper_fields(lines):
        width = indent_of(lines[line])
        for above in range(line - 1, max(line - _MOST_FIELDS, -1), -1):
            data = lines[above]
            if is_boundary(lines, above):
                break
            if data.strip() and indent_of(data) < width:
                if _MARKER.match(data):
                    yield above
                break


def _is_field(lines: Lines, line: int) -> bool:
    values = keyed_values(lines[line])
    return bool(values) and values[0].slot not in (None, "title")


def _is_titled(line: bytes) -> bool:
    values = keyed_values(line)
    return bool(values) and values[0].slot == "title"


def titled_lines(lines: Lines, form: DigestFormat, *, quoted: bool) -> Iterator[EntryRange]:
    """Yield the lines of text, in a quote or not, that lines with keys follow."""
    titles = _title_lines(lines) if quoted else (*_title_lines(lines), *_above_people(lines))
    heads = {line: head for line in titles if (head := _line_head(lines, form, line))}
    kept = [head for line, head in sorted(heads.items()) if _is_quoted(lines, line) is quoted]
    for head, stop in until_next(kept, len(lines)):
        last = _block_end(lines, head.line, stop)
        text = source_text(lines.source, span_of(lines, head.line, last))
        yield found_entry(head, last, peel_quote(text) if quoted else text)


def _title_lines(lines: Lines) -> Iterator[int]:
    keyed = {*keyed_lines(lines)}
    for line in keyed_lines(lines):
        above = _above_keys(lines, line)
        if above >= 0 and not lines[above].strip(b" \t>"):
            above -= 1
        if _is_titled(lines[line]):
            yield line
        elif above >= 0 and above not in keyed and _is_text(lines, above):
            yield above


def _above_keys(lines: Lines, line: int) -> int:
    """Return the line above one with a known key, and above the keys that touch it."""
    above = line - 1
    while above >= 0 and _MARKER.match(lines[above]) and keyed_values(lines[above]):
        above -= 1
    return above


def _above_people(lines: Lines) -> Iterator[int]:
    """Yield the first lines of paragraphs that names of people follow, then a line with links."""
    if b"](" not in lines.source:  # 8 % of reading text
        return
    gap = b"\n\n"
    for found in _PARAGRAPH.finditer(gap + lines.source):
        line = lines.line_at(found.start("title") - len(gap))
        if lines.is_open(line) and are_authors(decoded(found["people"]).strip()):
            yield line


def _is_text(lines: Lines, line: int) -> bool:
    data = _bare(lines[line])
    is_block = is_boundary(lines, line) or is_table_line(lines, line) or _MARKER.match(data)
    return bool(data.strip()) and not is_block and not data.startswith((b"#", b"<", b"|"))


def _bare(data: bytes) -> bytes:
    return _QUOTED.sub(b"", data, count=1)


def _is_quoted(lines: Lines, line: int) -> bool:
    return bool(_QUOTED.match(lines[line]))


def _line_head(lines: Lines, form: DigestFormat, line: int) -> Head | None:
    data = _bare(lines[line])
    bare = data.strip(b" \t\r")
    if bare.startswith(b"[[") and b"](" in bare:  # a link in brackets
        return None
    is_set_off = bare.startswith((b"**", b"__", b"[", b"<b>")) or _is_titled(data)
    is_phrase = len(bare.split()) >= _FEWEST_WORDS and not bare.endswith((b".", b":", b"!"))
    match = head_match(form, data) if is_set_off or is_phrase else None
    return Head(line, data, match) if match else None


def _block_end(lines: Lines, first: int, stop: int) -> int:
    """Return the last line of a title and what follows: behind a blank line only keys do.

    Above the first of them that is known, other keys may stand.
    """
    last = first
    known = keyed_lines(lines)
    at = bisect_left(known, first + 1)
    led = range(_above_keys(lines, known[at]) + 1, known[at]) if at < len(known) else range(0)
    for line in range(first + 1, stop):
        if lines.goes_on(line):
            last = line
            continue
        data = lines[line]
        if is_boundary(lines, line) or is_table_line(lines, line) or _ANCHOR.fullmatch(data):
            break
        if not data.strip(b" \t>"):
            continue
        is_deeper = data[:1] in (b" ", b"\t")
        at = bisect_left(known, line, at)
        is_keyed = known[at : at + 1] == (line,) or line in led
        if line > last + 1 and not is_keyed and not is_deeper:
            break
        last = line
    return last
