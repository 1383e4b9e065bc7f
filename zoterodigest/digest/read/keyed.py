"""Keys: lines that name the field they hold: `- **Authors**: …`, `venue:: …`, `[year:: 2020]`.

The table of keys tells which slot a key means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from zoterodigest import mapping
from zoterodigest.digest.format.pattern import LineFinder, Pattern
from zoterodigest.digest.read.lines import Lines, shorn
from zoterodigest.digest.read.slots import decoded
from zoterodigest.frozen import frozen
from zoterodigest.regex import lazy_regex

# Arrows, signs and emoji, also by name.
_EMOJI = (
    r"(?:[\x{2190}-\x{21ff}\x{2300}-\x{27bf}\x{2b00}-\x{2bff}\x{fe0f}\x{1f000}-\x{1faff}]"
    r"|:[a-z0-9_+-]+:)"
)
_LEAD = r"[ \t]*(?:>[ \t]*)*(?:(?:[-*+•]|\d{1,3}[.)])[ \t]+)?(?:\[[ xX]\][ \t]+)?"
_OPEN = r"(?:\*\*|__|\*|_|`|<(?:b|strong|i|em)>)"
_CLOSE = r"(?:\*\*|__|\*|_|`|</(?:b|strong|i|em)>)"
_NAME = r"[^\s:：*_|\[\]{}<>`\"!#(),.-][^:：*_|\[\]{}<>`\n]{0,40}?"
_BEFORE = rf"(?:{_EMOJI}[ \t]*)*(?P<mark>{_OPEN})?(?:{_EMOJI}[ \t]*)*(?P<name>{_NAME})[ \t]*"
_COLON = rf"(?P<before>{_CLOSE})?[ \t]*(?P<colon>::|:|：)(?P<behind>{_CLOSE})?"

_KEY = Pattern(rf"^(?P<lead>{_LEAD}){_BEFORE}{_COLON}(?P<value>.*)$")
_NEXT = Pattern(rf"(?P<gap>[ \t]*(?:[|·•;]|<br[ \t]*/?>)[ \t]*){_BEFORE}{_COLON}[ \t]*")
"""Another key in the same line."""

_BREAK = lazy_regex(rb"(?:[ \t\r]|<br[ \t]*/?>|\\(?=[ \t\r]*$))+$", re.I)


@frozen()
class KeyedValue:
    """A key as written, the slot that it means (None if nobody knows), and its value's range.

    `style` tells how the key is written: what stands before it, its marks, its colon.
    """

    name: str
    slot: str | None
    start: int
    end: int
    style: tuple[bool, bool, bool]
    is_quoted: bool = False


def keyed_values(line: bytes) -> list[KeyedValue]:
    """Return the keys that a line begins with and what they hold; none if it has no key."""
    if b":" not in line and "：".encode() not in line:
        return []
    data = shorn(line)
    found = _KEY.search(data)
    if found is None:
        return []
    value, end = found.groups["value"]
    if data[value:].startswith(b"//"):
        return []
    name = decoded(data[slice(*found.groups["name"])]).strip()
    lead = data[slice(*found.groups["lead"])]
    colon = data[slice(*found.groups["colon"])]
    style = (bool(lead.strip(b" \t>")), "mark" in found.groups, colon == b"::")
    table = mapping.key_table()
    is_closed = not {"before", "behind"}.isdisjoint(found.groups)
    if "mark" in found.groups and not is_closed and table.slot(name) is None:
        # All of it is set off: `**Nickname: the rest of a title**`.
        return []
    values = [KeyedValue(name, table.slot(name), value, end, style, b">" in lead)]
    for other in _NEXT.finditer(data[value:]):
        key = decoded(data[value:][slice(*other.groups["name"])]).strip()
        if (slot := table.slot(key)) is None:
            continue
        last = values[-1]
        stop = value + other.groups["gap"][0]
        values[-1] = KeyedValue(last.name, last.slot, last.start, stop, style, last.is_quoted)
        values.append(KeyedValue(key, slot, value + other.end, end, style, last.is_quoted))
    return [_bare(data, one) for one in values]


def _bare(data: bytes, one: KeyedValue) -> KeyedValue:
    """Return a value without what may end any line; an empty one stands a blank behind its key."""
    text = _BREAK.sub(b"", data[one.start : one.end])
    lead = len(text) - len(text.lstrip(b" \t")) if text.strip() else 0
    if not text.strip():
        lead = min(1, len(data[one.start : one.end]))
        text = data[one.start : one.start + lead]
    start = one.start + lead
    return KeyedValue(
        one.name, one.slot, start, max(start, one.start + len(text)), one.style, one.is_quoted
    )


_INLINE = Pattern(
    rf"[\[(](?P<name>{_NAME})::[ \t]*(?P<value>(?:[^\[\]()\n]|\[\[?[^\[\]\n]*\]?\](?:\([^()\n]*\))?"
    r"|\([^()\n]*\))*)[\])]"
)


def inline_values(data: bytes) -> Iterator[tuple[int, KeyedValue]]:
    """Yield the `[key:: value]` in a text, each with where its bracket begins."""
    if b"::" not in data:
        return
    table = mapping.key_table()
    for found in _INLINE.finditer(data):
        name = decoded(data[slice(*found.groups["name"])]).strip()
        start, end = found.groups["value"]
        one = KeyedValue(name, table.slot(name), start, end, (False, False, True))
        yield found.start, _bare(data[: found.end - 1], one)


@cache
def _keyed_finder() -> LineFinder:
    # The first word of a key says enough, and keeps the pattern small: it is made in each run.
    words = "|".join(sorted({key.split()[0] for key in mapping.key_table().slots}))
    before = r"^[^A-Za-z\x{c0}-\x{24f}\x{3040}-\x{9fff}\x{ac00}-\x{d7a3}\n]*"
    return LineFinder([Pattern(rf"(?i){before}(?:{words})[^\n:：\[\]|]{{0,30}}[:：]")])


@cache
def _link_finder(before: str) -> LineFinder:
    # A link with a short label, behind a venue at most, and nothing but signs behind the last.
    words = r"[^\[\]<>\n:]{0,60}"
    link = r"(?:\[{1,2}!?\[?[^\[\]\n]{0,40}\]|<a\b|https?://)"
    return LineFinder([Pattern(rf"^{before}{words}{link}.*[^\s.,;:!?][ \t\r\\|]*$")])


def keyed_lines(lines: Lines) -> tuple[int, ...]:
    """Return the numbers of the lines that begin with a key that is known, in order."""
    if lines.keyed is None:
        found = _found(lines, _keyed_finder())
        lines.keyed = tuple(line for line in found if _is_known(lines[line]))
    return lines.keyed


_AT_INLINE = lazy_regex(rb"[\[(][^\s\[\](){}:\n][^\[\](){}:\n]{0,40}::")


def inline_lines(lines: Lines) -> tuple[int, ...]:
    """Return the numbers of the lines with a `[key:: value]` that is known, in order."""
    if b"::" not in lines.source:
        return ()
    found = {lines.line_at(it.start()) for it in _AT_INLINE.finditer(lines.source)}
    known = (line for line in found if any(it.slot for _, it in inline_values(lines[line])))
    return tuple(sorted(filter(lines.is_open, known)))


def deeper_fields(lines: Lines) -> tuple[int, ...]:
    """Return the numbers of the indented lines that may show a field: with a key, or with links."""
    keyed = (line for line in keyed_lines(lines) if lines[line][:1] in (b" ", b"\t"))
    inline = (line for line in inline_lines(lines) if lines[line][:1] in (b" ", b"\t"))
    return tuple(sorted({*keyed, *inline, *_found(lines, _link_finder("[ \t]+"))}))


def has_links(lines: Lines, first: int, stop: int) -> bool:
    """Whether a line of `[first, stop)` may show links as fields are shown."""
    area = lines.source[lines.starts[first] : lines.ends[stop - 1]] if first < stop else b""
    return _link_finder("").finds(area)


def _found(lines: Lines, finder: LineFinder) -> Iterator[int]:
    """Yield the open lines that `finder` finds."""
    numbers, texts = lines.open
    return (numbers[at] for at, _ in finder.find(texts)) if numbers else iter(())


def _is_known(line: bytes) -> bool:
    values = keyed_values(line)
    return bool(values) and values[0].slot is not None
