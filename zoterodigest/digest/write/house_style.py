"""House style: how the entries around write lines, slots and names, to write another like them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain, groupby

from zoterodigest import mapping
from zoterodigest.core.values.identity import Identifier, identifier_of
from zoterodigest.core.values.record import EMPTY, Fields, Hyperlink, Value, WebLinks, text_in
from zoterodigest.digest.format.format import DigestFormat, folded_label
from zoterodigest.digest.format.template import Line
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.read.layers import indent_of
from zoterodigest.digest.read.lines import Lines
from zoterodigest.digest.read.references import find_links, is_own_page, stated_links
from zoterodigest.digest.read.slots import Slot, decoded
from zoterodigest.digest.read.tables import fold_of
from zoterodigest.digest.write.link_lists import LinkList
from zoterodigest.digest.write.votes import usual
from zoterodigest.regex import lazy_regex

# A limit, so that a new entry costs no more in a list of thousands than in a short one.
_MOST_NEIGHBOURS = 24
FEW = 3
"""So many entries of a section tell what is shown there; fewer may lack something by chance."""

_TAG = lazy_regex(r"</?[A-Za-z][^<>\0]*>")
_SLOT = "\0"
_FOLD_LABEL = lazy_regex(r"<summary\b[^<>\0]*>([^<>\0]*)</summary>", re.I)
_LOOKS = r"(?:\s+(?:target|class|rel|style)\s*=\s*\"[^\"\0]*\")*"
# Other attributes, such as `title`, may say something about that one paper.
_LINKED = lazy_regex(rf"<a{_LOOKS}\s+href\s*=\s*([\"'])\0\1{_LOOKS}\s*>", re.I)
"""The beginning of a link whose address is a slot."""

# `1.`, `1)` or `[1]`, the last also behind a bullet or an opening mark; `[2024]` is a year. Of what
# is folded the number stands in the <summary>.
ORDINAL = lazy_regex(
    r"^((?:[ \t]*<details\b[^<>]*>\s*)?(?:[ \t]*<summary\b[^<>]*>\s*(?:<(?:b|strong)>)?)?[ \t>]*"
    r"(?=\d+[.)])"
    r"|[ \t>*_+•-]*\[(?!(?:19|20)\d\d\])(?=\d+\]))(\d{1,9})[.)\]](?=[*_]{0,3}[ \t])"
)
_LEADING = lazy_regex(r"^[ \t>]*$|^[ \t>]*(?:<(?:details|summary|p|b)\b[^<>]*>[ \t]*)+$", re.I)
_GLUE_SIGNS = frozenset("|<>=+~^`$")
_PASSED_OVER = ("ignored", "name", "tail")


def filled_slots(entry: DigestEntry) -> list[Slot]:
    """Return the slots of an entry that hold text, in order; of a `tail` the links are a slot."""
    found: list[Slot] = []
    if entry.format.reads_parts:
        return sorted(venues_apart(entry.slots), key=lambda slot: slot.span)
    for slot in entry.slots:
        data = slot.text.data
        if slot.name == "tail" and (links := find_links(data)):
            text = slot.text.slice(links[0].whole[0], links[-1].whole[1])
            found.append(Slot("links", text, slot.section))
        elif slot.name not in _PASSED_OVER and data:
            indent = indent_of(data)
            found.append(replace(slot, text=slot.text.slice(indent, len(data))))
    return sorted(found, key=lambda slot: slot.span)


def venues_apart(slots: Sequence[Slot]) -> Iterator[Slot]:
    """Yield the slots that hold text, a link whose label is a venue apart from the links behind it.

    "[CVPR 2024](…) · [Code](…)" is a venue, the page of the paper, and a link.
    """
    venues = [slot.span for slot in slots if slot.name == "venue" and slot.text.data]
    for slot in slots:
        if not slot.text.data:
            continue
        is_labelled = any(slot.span.start <= it.start and it.end <= slot.span.end for it in venues)
        if slot.name != "links" or not is_labelled:
            yield slot
            continue
        first, *others = find_links(slot.text.data)
        yield Slot("url", slot.text.slice(*first.url))
        if others:
            yield Slot("links", slot.text.slice(others[0].whole[0], len(slot.text.data)))


class HouseStyle:
    """The entries of one format that are models for another one, the nearest first.

    `inside` are the numbers of those that stand in its section.
    """

    def __init__(
        self, lines: Lines, entries: tuple[DigestEntry, ...], inside: frozenset[int]
    ) -> None:
        self.lines = lines
        self.entries = entries
        self.inside = inside
        self._lists: dict[str, list[LinkList]] = {}

    def among(self, entries: Sequence[DigestEntry]) -> HouseStyle:
        """Return the style of those that are among `entries`; if none is, of all."""
        known = {entry.span for entry in entries}
        chosen = [at for at, entry in enumerate(self.entries) if entry.span in known]
        if not chosen:
            return self
        inside = frozenset(at for at, was in enumerate(chosen) if was in self.inside)
        return HouseStyle(self.lines, tuple(self.entries[at] for at in chosen), inside)

    @cached_property
    def models(self) -> tuple[tuple[DigestEntry, list[Slot]], ...]:
        """Every model with its slots that hold text.

        Words that nothing reads and most have, such as `In` before a venue, are signs around slots.
        """
        found = [(entry, filled_slots(entry)) for entry in self.entries]
        words = Counter(it.words for _, slots in found for it in slots if it.name == "ignored")
        signs = {it for it, count in words.items() if 2 * count > len(found) > 1}
        return tuple(
            (entry, [it for it in slots if it.name != "ignored" or it.words not in signs])
            for entry, slots in found
        )

    @cached_property
    def around(self) -> Sequence[Fields]:
        """What the entries of the section say, or all of them if those are too few to tell."""
        every = [it.reading.fields for it in self.entries]
        inside = [it for at, it in enumerate(every) if at in self.inside]
        return inside if len(inside) >= FEW else every

    def samples(self, name: str) -> Iterator[tuple[DigestEntry, Slot]]:
        """Yield the slots called `name`, the nearest first."""
        for entry, slots in self.models:
            yield from ((entry, slot) for slot in slots if slot.name == name)

    def link_lists(self, name: str) -> list[LinkList]:
        """Return the lists of links in the slots called `name`, the nearest first."""
        if name not in self._lists:
            samples = self.samples(name)
            found = [LinkList(it.words, entry) for entry, it in samples if it.text.data]
            self._lists[name] = [it for it in found if it.links]
        return self._lists[name]

    def texts(self, name: str) -> list[str]:
        """Return the texts in the slots called `name`, the nearest first."""
        return [slot.words for _, slot in self.samples(name)]

    @cached_property
    def lines_by_entry(self) -> tuple[tuple[Line, ...], ...]:
        """Of every model the lines whose text beside the slots is manner and no content."""
        return tuple(tuple(_own_lines(self.lines, *model)) for model in self.models)

    @property
    def own_lines(self) -> Iterator[Line]:
        """The lines of every model, the nearest first."""
        return chain.from_iterable(self.lines_by_entry)


def version_around(manner: HouseStyle) -> str:
    """Return the version of a paper of arXiv to link to if none is known; "" for none.

    That is the first one, which each paper has, if most neighbors link to theirs.
    """
    found: list[bool] = []
    for entry in manner.entries:
        if arxiv := text_in(entry.reading.fields, "arxiv").encode():
            text = manner.lines.source[entry.span.start : entry.span.end]
            _, first, rest = text.partition(arxiv + b"v1")
            found.append(bool(first) and not rest[:1].isdigit())
    return "v1" if 2 * sum(found) > len(found) else ""


def house_style(
    document: Document,
    form: DigestFormat,
    rank: int,
    *,
    region: Sequence[int] = (),
    left_out: int = -1,
) -> HouseStyle:
    """Return the style of `form` around the entry at `rank`, of those in `region` first."""
    inside = frozenset(region)
    alike = [
        (at not in inside, abs(at - rank), at)
        for at, it in enumerate(document.entries)
        if it.format.name == form.name and at != left_out
        if not (it.broken or it.unreadable)
    ]
    # An entry with problems may be damaged: it is no model for a new one, unless most have lines
    # that no rule reads.
    clear = [it for it in alike if not document.entries[it[2]].problems]
    nearest = sorted(clear if 2 * len(clear) >= len(alike) else alike)[:_MOST_NEIGHBOURS]
    of_region = frozenset(at for at, (is_outside, *_) in enumerate(nearest) if not is_outside)
    return HouseStyle(
        document.lines, tuple(document.entries[at] for _, _, at in nearest), of_region
    )


def style_around(document: Document, index: int) -> HouseStyle:
    """Return the style of the entries around one, which is itself no model."""
    entry = document.entries[index]
    every = enumerate(document.entries)
    region = [at for at, it in every if it.heading_keys == entry.heading_keys]
    return house_style(document, entry.format, index, region=region, left_out=index)


def _own_lines(lines: Lines, entry: DigestEntry, slots: Sequence[Slot]) -> Iterator[Line]:
    after = entry.first
    for number, run in groupby(slots, key=lambda slot: lines.line_at(slot.span.start)):
        group = list(run)
        # A line that a slot of several lines reaches into shows only the end of that text.
        if number >= after and not any(slot.section is not None for slot in group):
            stop = lines.ends[lines.line_at(group[-1].span.end)]
            lead = _lead(lines, after, number)
            line = own_line(lines.source, lines.starts[number], stop, group, lead)
            if line is not None and is_manner(line, entry.format):
                yield line
        after = lines.line_at(group[-1].span.end) + 1


def own_line(
    source: bytes, start: int, stop: int, slots: Sequence[Slot], lead: tuple[str, ...] = ()
) -> Line | None:
    """Return the line (or cell) `[start, stop)` as a template; None if two of its slots overlap."""
    edges = [start, *(edge for slot in slots for edge in (slot.span.start, slot.span.end)), stop]
    if edges != sorted(edges):
        return None
    ranges = zip(edges[::2], edges[1::2], strict=True)
    glue = tuple(decoded(source[before:after]) for before, after in ranges)
    names, texts = zip(*((slot.name, slot.words) for slot in slots), strict=True)
    return Line(glue, names, lead, texts)


def _lead(lines: Lines, after: int, number: int) -> tuple[str, ...]:
    """Return the lines above `number` that hold blanks, or tags that open something."""
    first = number
    while first > after and _LEADING.match(decoded(lines[first - 1])):
        first -= 1
    return tuple(decoded(lines[at]) for at in range(first, number))


def is_manner(line: Line, form: DigestFormat) -> bool:
    """Whether what stands around the slots of a line is signs, tags or a label, and no words."""
    # Words around a slot are about that one paper: a new entry must not repeat them.
    glue = _SLOT.join((ORDINAL.sub("", line.glue[0]), *line.glue[1:]))
    glue = _FOLD_LABEL.sub(lambda found: "" if _is_fold(found[1], form) else found[0], glue)
    head, *others = _TAG.sub("", _LINKED.sub(_SLOT, glue)).split(_SLOT)
    is_known = mapping.key_table().slot(head) == line.slots[0]
    is_label = is_known or folded_label(head) in form.slots_by_label
    return (is_label or _is_signs(head)) and all(map(_is_signs, others))


def _is_fold(label: str, form: DigestFormat) -> bool:
    """Whether a `<summary>` says what is folded: `Abstract`, `TL;DR`."""
    return bool(fold_of(label)) or folded_label(label) in form.slots_by_summary


def _is_signs(text: str) -> bool:
    return all(char in _GLUE_SIGNS or unicodedata.category(char)[0] in "PZC" for char in text)


CODE = "code"
"""What a link to code is called where no neighbor has one."""

_CODE_HOST = lazy_regex(r"https?://(?:www\.)?(?:github\.com|gitlab\.com)/", re.IGNORECASE)
_MOST = 0.5


def is_code(url: str) -> bool:
    """Tell whether a URL leads to code."""
    return _CODE_HOST.match(url) is not None


def in_house_style(document: Document, fields: Fields) -> dict[str, Value]:
    """Return the fields of a new entry in the words of the entries that stand in `document`.

    A link to code has the label that theirs have most often, and is left out where none has one.
    Where most link to one more page of the same paper
    (`https://huggingface.co/papers/…`), so does the new.
    """
    adapted = dict(fields)
    known = chain.from_iterable(stated_links(it.reading.fields) for it in document.entries)
    label = usual(it.label for it in known if is_code(it.url) and it.label)
    label = label or ("" if document.entries else CODE)
    present = stated_links(fields)
    named = [Hyperlink(label, it.url) if is_code(it.url) else it for it in present]
    every = (*_more_pages(document, fields), *(it for it in named if it.label))
    adapted["links"] = WebLinks(every) if every else EMPTY
    return adapted


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
    for link in stated_links(fields):
        before, id_, after = link.url.partition(arxiv)
        is_same = identifier_of(link.url) == Identifier("arxiv", arxiv)
        if id_ and is_same and not is_own_page(link.url, fields):
            yield link.label, (before, after)
