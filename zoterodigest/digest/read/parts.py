"""Parts: what stands beside a title, in whatever order and marks people write it.

Authors, a venue, a year or date, an award, links, volume and pages, a remark behind a colon. All of
it must be understood, then each part is a slot: a part taken for another would be a wrong value.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from zoterodigest.core.values import venue_slot
from zoterodigest.core.values.identity import is_paper_url
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.read.layers import LayeredText
from zoterodigest.digest.read.parts_of_text import LINK, PartSpan, parts_of_text
from zoterodigest.digest.read.people import is_whole_name
from zoterodigest.digest.read.references import LinkSpan, find_links
from zoterodigest.digest.read.slots import Slot, decoded, one_line
from zoterodigest.digest.read.venues import is_venue
from zoterodigest.regex import lazy_regex

_LONGEST = 3_000
"""A line of more characters is text, and no list of parts."""

_EMOJI = "[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\U0001f000-\U0001faff]+"
_NOISE = lazy_regex(
    r"<!--.*?-->|<sup>[^<>]*</sup>|</?[A-Za-z][^<>]*>|!\[[^\[\]]*\]\([^()\s]*\)"
    rf"|{_EMOJI}|(?<!\w):[a-z][a-z0-9_+-]*:|&(?:nbsp|emsp|ensp);|\\[*_]|(?<=[\])])\\\[|\\(?=\W|$)|[\u200b\ufeff]",
    re.I,
)
"""What shows nothing: comments, tags, pictures, emoji."""

_EDITORS = lazy_regex(r",[^()\[\]:;\d\0]{3,300}\(Eds?\.?\)")
"""Who edited the proceedings that a paper stands in."""

_COMMENT = lazy_regex(r"<!--.*?-->")
_OF_NOISE = lazy_regex(r"[<:\\&!]")
_AROUND_LINKS = (("**[", "]**"), ("[", "]"), ("(", ")"), ("**", "**"), ("`", "`"), ("*", "*"))
_BETWEEN_LINKS = lazy_regex(r"[\s,;|｜/·•&+()\[\]*_`~-]*(?:(?:and|or)[\s\[(*]*)?")
_LAST_LINKS = lazy_regex(r"(?<=[.!?)\]])\s*[(\[]*(?:\[[^\[\]]*\]\([^()\s]*\)[\s,;|)\]/(\[·•]*)+$")
_LAST_BRACKETS = lazy_regex(r"[\s*_]*\((?P<inner>[^()\0]{2,120})\)[\s*_.]*$")
_LEADS_REMARK = (":", "：", "-", "–", "—", "|")
_SINGLE = frozenset({"authors", "venue", "date", "arxiv", "doi", "summary"})
_MOST_LABEL_WORDS = 3
_OF_LABEL = lazy_regex(
    r"(?:19|20)\d\d|\b(?:article|blog|code|data(?:set)?|demo|github|implementation|link|official|page|paper|pdf"
    r"|poster|preprint|project|pytorch|slides?|supp\w*|tensorflow|video|website)\b",
    re.I,
)
_FEWEST_WORDS = 3

_Parts = list[PartSpan]


def parts_beside(
    text: LayeredText, known: Collection[str], venues: VenueTable
) -> list[Slot] | None:
    """Return the slots that stand beside a title, in order; None if something is not understood.

    `known` are the slots that the entry has already: no authors, venue or date come a second time.
    """
    words = decoded(text.data)
    if not words.strip():  # as behind most titles with their authors below: 4 % of reading them
        return []
    found = part_spans(words, known, venues)
    if found is None:
        return None
    return [Slot(part.slot, text.slice(*_in_bytes(words, part))) for part in found]


def part_spans(words: str, known: Collection[str], venues: VenueTable) -> list[PartSpan] | None:
    """Return the parts that `parts_beside` finds, as ranges of characters."""
    if len(words) > _LONGEST:
        return None
    return _PartsReader(words, words.encode(), known, venues).read()


def holds_title(data: bytes) -> bool:
    """Whether a link has so many words for a label that they could be the title of a paper."""
    labels = (decoded(data[slice(*link.label)]) for link in find_links(data))
    return any(len(it.split()) > _MOST_LABEL_WORDS and not _OF_LABEL.search(it) for it in labels)


def _in_bytes(words: str, part: PartSpan) -> tuple[int, int]:
    if words.isascii():
        return part.start, part.end
    start = len(words[: part.start].encode())
    return start, start + len(words[part.start : part.end].encode())


class _PartsReader:
    """Reads one line of parts."""

    def __init__(self, words: str, data: bytes, known: Collection[str], venues: VenueTable) -> None:
        self._words = words
        self._known = set(known)
        self._venues = venues
        self._links = _links_in(words, data)
        self._text = _hidden(words, self._links)
        if not self._text.isascii() or _OF_NOISE.search(self._text):
            self._text = _NOISE.sub(lambda found: " " * len(found[0]), self._text)
        if "(Ed" in self._text:
            self._text = _EDITORS.sub(lambda found: " " * len(found[0]), self._text)
        self._parts: _Parts = []

    def read(self) -> _Parts | None:
        """Return the parts, None if something is not understood."""
        cursor = 0
        runs = iter(self._link_runs())
        for start, end in [*runs, (len(self._text), len(self._text))]:
            unread = self._read_between(cursor, start)
            if unread is not None:
                return self._with_remark(unread)
            if start < end:
                self._put([PartSpan(self._slot_of_links(start, end), start, end)])
            cursor = end
        self._add_venue_of_label()
        self._parts += (PartSpan("ignored", *it.span()) for it in _COMMENT.finditer(self._words))
        return None if self._is_doubled() else self._parts

    def _read_between(self, start: int, end: int) -> int | None:
        """Read what stands between two runs of links; return where the first unread text begins."""
        if start >= end:
            return None
        before = max(start - 1, 0)
        found = parts_of_text(self._text[before:end], start - before, self._known, self._venues)
        self._put([PartSpan(it.slot, it.start + before, it.end + before) for it in found.parts])
        return None if found.unread is None else found.unread + before

    def _put(self, parts: _Parts) -> None:
        self._parts += parts
        self._known |= {part.slot for part in parts}

    def _is_doubled(self) -> bool:
        slots = [part.slot for part in self._parts if part.slot in _SINGLE]
        return len(slots) != len(set(slots))

    # Links and the remark

    def _link_runs(self) -> Iterator[tuple[int, int]]:
        """Yield the ranges of links that nothing but signs part."""
        runs: list[list[tuple[int, int]]] = []
        for link in self._links:
            between = self._text[runs[-1][-1][1] : link.whole[0]] if runs else ""
            if runs and _BETWEEN_LINKS.fullmatch(between):
                runs[-1].append(link.whole)
            else:
                runs.append([link.whole])
        for run in runs:
            yield self._with_brackets(run[0], run[-1])

    def _slot_of_links(self, start: int, end: int) -> str:
        """Return "authors" for links that are called by names, as pages of people are."""
        labels = [self._words[slice(*it.label)] for it in self._links if start <= it.whole[0] < end]
        are_people = len(labels) > 1 and all(map(is_whole_name, labels))
        return "authors" if are_people and "authors" not in self._known else "links"

    def _with_brackets(self, first: tuple[int, int], last: tuple[int, int]) -> tuple[int, int]:
        start, end = first[0], last[1]
        for opening, closing in _AROUND_LINKS:
            before = self._words[max(0, start - len(opening)) : start]
            around_first = before == opening and self._words.startswith(closing, first[1])
            if around_first and self._words.startswith(closing, end):
                return start - len(opening), end + len(closing)
        return start, end

    def _add_venue_of_label(self) -> None:
        """Add the venue that a link to the paper has for its label, if there is no other one.

        The label of any other link is a part of that link, and no edit of a venue may change it.
        """
        if not self._known.isdisjoint(("venue", "date", "year")):
            return
        for number, link in enumerate(self._links):
            start, end = self._trimmed_label(*link.label)
            label = self._words[start:end]
            reading = venue_slot.parse_venue(one_line(label)) if label else None
            if reading is None or not reading.venue:
                continue
            is_dated = bool(reading.year or reading.date)
            is_server = self._venues.is_server(reading.venue)
            is_named = "authors" in self._known
            is_one = is_venue(reading.venue, self._venues, is_dated=is_dated, is_named=is_named)
            url = self._words[slice(*link.url)]
            if number == 0 and is_one and (is_dated or not is_server) and is_paper_url(url):
                self._put([PartSpan("venue", start, end)])
            return

    def _trimmed_label(self, start: int, end: int) -> tuple[int, int]:
        label = self._words[start:end]
        start += len(label) - len(label.lstrip("[]*_` "))
        return start, max(start, end - (len(label) - len(label.rstrip("[]*_` "))))

    def _with_remark(self, start: int) -> _Parts | None:
        """Return the parts with all from `start` on as the remark, None if it is no remark."""
        if found := _LAST_BRACKETS.match(self._text, max(0, start - 3)):
            last = [PartSpan("summary", *found.span("inner"))]
            return None if "summary" in self._known or not self._parts else [*self._parts, *last]
        before = self._text[:start].rstrip(' \t*_`"“(')
        end = len(self._words.rstrip())
        found = _LAST_LINKS.search(self._words, start, end)
        links = self._links_behind(found.start()) if found else []
        stop = len(self._words[: found.start()].rstrip()) if found and links else end
        text = self._words[start:stop]
        words = text.split()
        is_led = before[-1:] in _LEADS_REMARK
        is_sentence = len(words) > _FEWEST_WORDS and sum(
            it[:1].islower() for it in words
        ) * 2 > len(words)
        if len(words) < 2 or not (is_led or (before[-1:] in (".", ")") and is_sentence)):
            return None
        kept = [part for part in self._parts if part.end <= start]
        self._parts = [*kept, PartSpan("summary", start, stop), *links]
        return None if self._is_doubled() or "summary" in self._known else self._parts

    def _links_behind(self, start: int) -> _Parts:
        behind = [run for run in self._link_runs() if run[0] >= start]
        return [PartSpan("links", *run) for run in behind[:1]]


def _links_in(words: str, data: bytes) -> list[LinkSpan]:
    """Return the links, their offsets in characters."""
    spans = find_links(data)
    if not spans or words.isascii():
        return spans

    def at(offset: int) -> int:
        return len(data[:offset].decode("utf-8", "replace"))

    return [
        LinkSpan(
            (at(it.whole[0]), at(it.whole[1])),
            (at(it.label[0]), at(it.label[1])),
            (at(it.url[0]), at(it.url[1])),
        )
        for it in spans
    ]


def _hidden(words: str, links: list[LinkSpan]) -> str:
    shown = ""
    cursor = 0
    for link in links:
        start, end = link.whole
        shown += words[cursor:start] + LINK * (end - start)
        cursor = end
    return shown + words[cursor:]
