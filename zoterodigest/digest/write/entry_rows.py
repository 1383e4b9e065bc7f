"""Rows: an entry taken apart into values, the marks around each, and what parts two of them.

A *unit* is a value, or a link that holds two (`[title](url)`). A *row* is a line that holds units,
or the lines that one value covers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from zoterodigest.core.values.span import Span
from zoterodigest.digest.format.format import folded_label
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.read.found import is_heading
from zoterodigest.digest.read.references import find_links
from zoterodigest.digest.read.slots import Slot, decoded
from zoterodigest.digest.read.tables import fold_of
from zoterodigest.digest.write.links import with_brackets
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

LISTED = ("links", "code")

_LINKED = "]("
_PAIRS = (
    ("**", "**"), ("__", "__"), ("*", "*"), ("_", "_"), ("`", "`"), ('"', '"'), ("“", "”"),
    ("‘", "’"), ("[[", "]]"), ("(", ")"), ("（", "）"), ("[", "]"), ("【", "】"), ("<u>", "</u>"),
    ("„", "“"), ("„", "”"), ("« ", " »"), ("«", "»"), ("»", "«"), ("《", "》"), ("「", "」"),
    ("<b>", "</b>"), ("<strong>", "</strong>"), ("<i>", "</i>"), ("<em>", "</em>"),
    ("<ins>", "</ins>"),
)  # fmt: skip
_END_SIGNS = ".,;:，。"
_LABEL_BEFORE = lazy_regex(r"\[[^\[\]]{1,20}\]\($")
_FOLD = lazy_regex(r"[ \t]*<details[^<>]*>[ \t]*", re.I)
_FOLD_NAME = lazy_regex(r"[ \t]*<summary[^<>]*>(.*)</summary>[ \t]*", re.I)
_MARKS = lazy_regex(r"</?(?:b|i|strong|em)>|[*_]", re.I)
_FOLD_END = lazy_regex(r"[ \t]*</details>[ \t]*", re.I)


@dataclass(frozen=True, slots=True)
class Unit:
    """A value as it stands in an entry; `inner` is what stands around the slots of a link.

    `key` is the label of the line that a list of links stands on: `Paper` in `Paper: https://…`.
    """

    role: str
    slots: tuple[Slot, ...]
    span: Span
    inner: tuple[str, ...] = ("", "")
    marks: tuple[str, str] = ("", "")
    key: str = ""


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A line with its units, the text around them (one piece more), and the lines that lead to it.

    Those are blank, headings of what follows, or what folds it; `trail` are those that end a fold.
    """

    units: tuple[Unit, ...]
    gaps: tuple[str, ...]
    lead: tuple[str, ...]
    trail: tuple[str, ...] = ()

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles of its units."""
        return tuple(unit.role for unit in self.units)


@dataclass(frozen=True, slots=True)
class EntryRows:
    """All rows of an entry, and what closes it below them."""

    entry: DigestEntry
    rows: tuple[EntryRow, ...]
    tail: tuple[str, ...]

    @property
    def units(self) -> Iterator[Unit]:
        """The units in order."""
        for row in self.rows:
            yield from row.units


def rows_of(document: Document, entry: DigestEntry, slots: Sequence[Slot]) -> EntryRows | None:
    """Take an entry apart; None if one of its `slots` stands in another, or none is a title."""
    units = list(_units(document.source, slots))
    if any(one.span.end > other.span.start for one, other in pairwise(units)):
        return None
    if not any(unit.role.startswith("title") for unit in units):
        return None
    lines = document.lines
    rows: list[EntryRow] = []
    after = entry.first
    while units:
        first, last = (lines.line_at(at) for at in _ends(units[0]))
        taken = [units[0]]
        # A value that begins where another of several lines ends has no line of its own.
        while len(taken) < len(units) and lines.line_at(units[len(taken)].span.start) <= last:
            taken.append(units[len(taken)])
            last = lines.line_at(taken[-1].span.end)
        start, stop = lines.starts[first], lines.ends[last]
        row = _row(document.source, start, stop, taken, _lead(document, after, first))
        units, after = units[len(taken) :], last + 1
        if units and any(map(_FOLD.match, row.lead)):
            row = replace(row, trail=_trail(document, after, lines.line_at(units[0].span.start)))
            after += len(row.trail)
        rows.append(row)
    rows = list(_joined(document.source, rows))
    closing = [decoded(lines[at]) for at in range(after, entry.last + 1)]
    while closing and not _FOLD_END.fullmatch(closing[-1]):
        closing.pop()
    is_parted = len(closing) > 1 and not closing[-2].strip()
    return EntryRows(entry, tuple(rows), tuple(closing[-2:] if is_parted else closing[-1:]))


def _ends(unit: Unit) -> tuple[int, int]:
    return unit.span.start, unit.span.end


def _lead(document: Document, after: int, first: int) -> tuple[str, ...]:
    lead: list[str] = []
    for at in range(after, first):
        data = document.lines[at]
        is_blank = is_heading(data.lstrip()) or not data.strip(b" \t>")
        is_leading = is_blank or _FOLD.fullmatch(decoded(data)) or _names_fold(decoded(data))
        lead = [*lead, decoded(data)] if is_leading else []
    return tuple(lead)


def _names_fold(line: str) -> bool:
    """Whether a line says what is folded below it: `<summary><b>Abstract</b></summary>`."""
    found = _FOLD_NAME.fullmatch(line)
    return found is not None and bool(fold_of(_MARKS.sub("", found[1])))


def _trail(document: Document, after: int, stop: int) -> tuple[str, ...]:
    """Return the lines up to the end of a fold; none if it doesn't end before `stop`."""
    lines = [decoded(document.lines[at]) for at in range(after, stop)]
    end = next((at for at, it in enumerate(lines) if it.strip()), len(lines))
    is_end = end < len(lines) and _FOLD_END.fullmatch(lines[end])
    return tuple(lines[: end + 1]) if is_end else ()


def _units(source: bytes, slots: Sequence[Slot]) -> Iterator[Unit]:
    left = list(slots)
    while left:
        slot = left.pop(0)
        span = slot.span
        if slot.name in LISTED:
            yield _links_unit(source, slot)
            continue
        if left and left[0].name == "url" and (linked := _linked(source, slot, left[0])):
            left.pop(0)
            yield linked
        elif slot.name == "url" and (labelled := _labelled(source, slot)):
            yield labelled
        else:
            yield Unit(slot.name, (slot,), span)


def _linked(source: bytes, slot: Slot, url: Slot) -> Unit | None:
    """Return a value and the page that it links to as one unit; None if it is no link."""
    whole = Span(slot.span.start - 1, url.span.end + 1)
    between = decoded(source[slot.span.end : url.span.start])
    # A period may close the title within the link: `[A Title.](https://…)`.
    is_link = between.removeprefix(".") == _LINKED and source[whole.start : whole.start + 1] == b"["
    inner = ("[", between, ")")
    return Unit(f"{slot.name}+url", (slot, url), whole, inner) if is_link else None


def _labelled(source: bytes, url: Slot) -> Unit | None:
    """Return the page of a paper as a link with the label that it has: `[Arxiv](https://…)`."""
    line = source[source.rfind(b"\n", 0, url.span.start) + 1 : url.span.start]
    found = _LABEL_BEFORE.search(decoded(line))
    if found is None or source[url.span.end : url.span.end + 1] != b")":
        return None
    start = url.span.start - len(found[0].encode())
    return Unit("url", (url,), Span(start, url.span.end + 1), (found[0], ")"))


def _links_unit(source: bytes, slot: Slot) -> Unit:
    key = slot.section or ""
    found = find_links(slot.text.data)
    span = slot.span
    # The outer brackets of a list may stand outside of its slot: `[`, `a](…)] [[b](…)`, `]`.
    line = source.rfind(b"\n", 0, span.start) + 1
    stop = source.find(b"\n", span.end)
    room = line, len(source) if stop < 0 else stop
    start, end = span.start, span.end
    if found and found[0].whole[0] == 0 and found[-1].whole[1] == len(slot.text.data):
        start, end = with_brackets(source, (start, end), room)
    elif found:
        while room[0] < start and source[start - 1 : start] in (b"[", b"("):
            if source[end : end + 1] not in (b"]", b")"):
                break
            start, end = start - 1, end + 1
    while source[start - 1 : start] == b"<" and source[end : end + 1] == b">":
        start, end = start - 1, end + 1
    role = f"{slot.name}:{folded_label(key)}" if key else "links"
    return Unit(role, (slot,), Span(start, end), key=key)


def _row(
    source: bytes, start: int, stop: int, units: Sequence[Unit], lead: tuple[str, ...]
) -> EntryRow:
    edges = [start, *(edge for unit in units for edge in _ends(unit)), stop]
    ranges = zip(edges[::2], edges[1::2], strict=True)
    gaps = [decoded(source[left:right]) for left, right in ranges]
    marked: list[Unit] = []
    for at, unit in enumerate(units):
        opening, closing = "", ""
        while unit.role != "links" and (pair := _pair(gaps[at], gaps[at + 1])):
            gaps[at] = gaps[at].removesuffix(pair[0])
            gaps[at + 1] = gaps[at + 1].removeprefix(pair[1])
            opening, closing = pair[0] + opening, closing + pair[1]
        marked.append(replace(unit, marks=(opening, closing)))
    return EntryRow(tuple(marked), tuple(gaps), lead)


def _pair(before: str, after: str) -> tuple[str, str] | None:
    """Return the innermost marks around a value, a sign within the closing ones with them."""
    for opening, closing in _PAIRS:
        if before.endswith(opening):
            for sign in ("", *_END_SIGNS):
                if after.startswith(sign + closing):
                    return opening, sign + closing
    return None


def _joined(source: bytes, rows: Sequence[EntryRow]) -> Iterator[EntryRow]:
    """Yield the rows, those that hold one list of links each, without a label, as one list."""
    left = list(rows)
    while left:
        row = left.pop(0)
        while left and row.roles == left[0].roles == ("links",) and not left[0].lead:
            unit, other = row.units[0], left[0].units[0]
            span = Span(unit.span.start, other.span.end)
            joined = replace(unit, slots=(*unit.slots, *other.slots), span=span)
            row = replace(row, units=(joined,), gaps=(row.gaps[0], left.pop(0).gaps[1]))
        yield row
