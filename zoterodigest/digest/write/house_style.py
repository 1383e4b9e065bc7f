"""House style: how the entries around write lines, slots and names, to write another like them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, groupby

from zoterodigest.core.values.identity import Identifier, identifier_of
from zoterodigest.core.values.record import EMPTY, Fields, Hyperlink, Value, WebLinks, text_in
from zoterodigest.digest.format.format import DigestFormat, folded_label
from zoterodigest.digest.format.template import Line
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.read.lines import Lines
from zoterodigest.digest.read.references import find_links, hyperlinks_in, is_own_page
from zoterodigest.digest.read.slots import Slot, decoded

# A limit, so that a new entry costs no more in a list of thousands than in a short one.
_MOST_NEIGHBOURS = 24
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_ORDINAL = re.compile(r"^[ \t>]*\d{1,9}[.)](?=[ \t])")
_LEADING = re.compile(r"^[ \t>]*$|^[ \t>]*(?:<(?:details|summary|p|b)\b[^<>]*>[ \t]*)+$", re.I)
_GLUE_SIGNS = frozenset("|<>=+~^`$")
_PASSED_OVER = ("ignored", "name")


@dataclass(frozen=True, slots=True)
class SlotRange:
    """Where one slot of an entry stands in the source: half-open byte offsets, and its text."""

    start: int
    end: int
    slot: str
    text: str
    section: str | None = None


@dataclass(frozen=True, slots=True)
class OwnLine:
    """A line as an entry writes it, and the entry's texts in its slots."""

    line: Line
    texts: tuple[str, ...]


def slot_ranges(entry: DigestEntry) -> list[SlotRange]:
    """Return where the slots of an entry stand, in order; of a `tail` the links are a slot."""
    marks: list[SlotRange] = []
    for slot in entry.slots:
        if slot.name == "tail":
            marks += _links_of(slot)
        elif slot.name not in _PASSED_OVER and slot.text.data:
            data = slot.text.data
            marks.append(_mark(slot, len(data) - len(data.lstrip(b" \t")), len(data)))
    return sorted(marks, key=lambda mark: (mark.start, mark.end))


def _mark(slot: Slot, start: int, end: int, name: str = "") -> SlotRange:
    span = slot.text.source_span(start, end)
    text = decoded(slot.text.data[start:end])
    return SlotRange(span.start, span.end, name or slot.name, text, slot.section)


def _links_of(tail: Slot) -> list[SlotRange]:
    spans = find_links(tail.text.data)
    return [_mark(tail, spans[0].whole[0], spans[-1].whole[1], "links")] if spans else []


class HouseStyle:
    """The entries of one format, the nearest first, as models for a new one."""

    def __init__(self, document: Document, models: Sequence[DigestEntry]) -> None:
        """Take as models those of `models` that are understood as a whole."""
        # An entry with problems may be damaged: it is no model for a new one.
        clean = (it for it in models if not (it.broken or it.unreadable or it.problems))
        self.lines = document.lines
        self.entries = tuple(clean)[:_MOST_NEIGHBOURS]

    @cached_property
    def marks(self) -> tuple[tuple[DigestEntry, tuple[SlotRange, ...]], ...]:
        """The slots of every model."""
        return tuple((entry, tuple(slot_ranges(entry))) for entry in self.entries)

    def samples(self, slot: str) -> Iterator[tuple[DigestEntry, SlotRange]]:
        """Yield what stands in the slot called `slot`, the nearest first."""
        for entry, marks in self.marks:
            yield from ((entry, mark) for mark in marks if mark.slot == slot)

    def texts(self, slot: str) -> list[str]:
        """Return the texts in the slot called `slot`, the nearest first."""
        return [mark.text for _, mark in self.samples(slot)]

    @cached_property
    def lines_by_entry(self) -> tuple[tuple[OwnLine, ...], ...]:
        """Of every model the lines whose text beside the slots is manner and no content."""
        return tuple(tuple(_own_lines(self.lines, *model)) for model in self.marks)

    @property
    def own_lines(self) -> Iterator[OwnLine]:
        """The lines of every model, the nearest first."""
        return chain.from_iterable(self.lines_by_entry)


def _own_lines(lines: Lines, entry: DigestEntry, marks: Sequence[SlotRange]) -> Iterator[OwnLine]:
    after = entry.first
    for number, run in groupby(marks, key=lambda mark: lines.line_at(mark.start)):
        group = list(run)
        if number >= after and not any(mark.section is not None for mark in group):
            lead = _lead(lines, after, number)
            own = own_line(lines.source, lines.starts[number], group, lead)
            if own is not None and is_manner(own.line, entry.format):
                yield own
        after = lines.line_at(group[-1].end) + 1


def own_line(
    source: bytes,
    start: int,
    marks: Sequence[SlotRange],
    lead: tuple[str, ...] = (),
    stop: int = -1,
) -> OwnLine | None:
    """Return the line (or cell) from `start` as a template; None if two of its slots overlap.

    It ends at `stop`, else at the end of the line.
    """
    glue: list[str] = []
    cursor = start
    for mark in marks:
        if mark.start < cursor:
            return None
        glue.append(decoded(source[cursor : mark.start]))
        cursor = mark.end
    if stop < 0:
        stop = source.find(b"\n", cursor)
    rest = source[cursor : stop if stop >= 0 else len(source)]
    glue.append(decoded(rest.removesuffix(b"\r")))
    slots = tuple(mark.slot for mark in marks)
    return OwnLine(Line(tuple(glue), slots, lead), tuple(mark.text for mark in marks))


def _lead(lines: Lines, after: int, number: int) -> tuple[str, ...]:
    """Return the lines above `number` that hold blanks, or tags that open something."""
    first = number
    while first > after and _LEADING.match(decoded(lines[first - 1])):
        first -= 1
    return tuple(decoded(lines[at]) for at in range(first, number))


def is_manner(line: Line, form: DigestFormat) -> bool:
    """Whether what stands around the slots of a line is signs, tags or a label, and no words."""
    head = _ORDINAL.sub("", line.glue[0])
    is_label = folded_label(_TAG.sub("", head)) in form.slots_by_label
    return (is_label or _is_signs(head)) and all(map(_is_signs, line.glue[1:]))


def _is_signs(text: str) -> bool:
    bare = _TAG.sub("", text)
    return all(char in _GLUE_SIGNS or unicodedata.category(char)[0] in "PZC" for char in bare)


CODE = "code"
"""What a link to code is called where no neighbor has one."""

_CODE_HOST = re.compile(r"https?://(?:www\.)?(?:github\.com|gitlab\.com)/", re.IGNORECASE)
_MOST = 0.5


def is_code(url: str) -> bool:
    """Tell whether a URL leads to code."""
    return _CODE_HOST.match(url) is not None


def in_house_style(document: Document, fields: Fields) -> dict[str, Value]:
    """Return the fields of a new entry in the words of the entries that stand in `document`.

    A link to code has the label that theirs have most often, and is left out where none has one; a
    venue has their spelling. Where most link to one more page of the same paper
    (`https://huggingface.co/papers/…`), so does the new.
    """
    adapted = dict(fields)
    known = chain.from_iterable(hyperlinks_in(it.reading.fields) for it in document.entries)
    label = _usual(it.label for it in known if is_code(it.url) and it.label)
    label = label or ("" if document.entries else CODE)
    present = hyperlinks_in(fields)
    named = [Hyperlink(label, it.url) if is_code(it.url) else it for it in present]
    every = (*_more_pages(document, fields), *(it for it in named if it.label))
    adapted["links"] = WebLinks(every) if every else EMPTY
    if isinstance(venue := fields.get("venue"), str) and venue:
        adapted["venue"] = _usual(_spellings(document, venue)) or venue
    return adapted


def _spellings(document: Document, venue: str) -> Iterator[str]:
    known = (text_in(entry.reading.fields, "venue") for entry in document.entries)
    return (other for other in known if other.casefold() == venue.casefold())


def _more_pages(document: Document, fields: Fields) -> Iterator[Hyperlink]:
    """Yield the links to pages of the paper itself that most entries have beside arXiv's."""
    new = text_in(fields, "arxiv")
    known = [entry for entry in document.entries if text_in(entry.reading.fields, "arxiv")]
    pages = Counter(page for entry in known for page in dict.fromkeys(_own_pages(entry)))
    for (label, around), count in pages.items():
        if new and count > _MOST * len(known):
            yield Hyperlink(label, new.join(around))


def _own_pages(entry: DigestEntry) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the label of each further page of an entry's paper, and its URL around the id."""
    fields = entry.reading.fields
    arxiv = text_in(fields, "arxiv")
    for link in hyperlinks_in(fields):
        before, id_, after = link.url.partition(arxiv)
        is_same = identifier_of(link.url) == Identifier("arxiv", arxiv)
        if id_ and is_same and not is_own_page(link.url, fields):
            yield link.label, (before, after)


def _usual(texts: Iterable[str]) -> str:
    """Return the text that comes most often, of several the first; "" for none."""
    return next((text for text, _ in Counter(texts).most_common(1)), "")
