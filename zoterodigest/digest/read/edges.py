"""Edges: where a value begins and ends within what a general format found for it.

People number their titles, put them in quotation marks, close them with a period, and write the
venue behind the last author. Those signs are theirs: they are not read, and edits leave them.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator

from zoterodigest.core.values.names import end_of_names
from zoterodigest.core.values.venue_slot import AWARDS
from zoterodigest.digest.read.layers import LayeredText
from zoterodigest.digest.read.slots import Slot, trimmed
from zoterodigest.regex import lazy_regex

# The ranges of emoji, the ones not yet assigned included.
EMOJI = "[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\U0001f000-\U0001faff]+"
"""Arrows, signs and emoji."""

_IMAGE = r"!\[[^\[\]]*\]\([^()]*\)"
_BEFORE = lazy_regex(
    rf"(?:{_IMAGE}|\[{_IMAGE}\]\([^()]*\)|{EMOJI}|:[a-z0-9_+-]+:|</?[a-z]{{1,10}}>|<br ?/>"
    r"|\(?\d{1,4}[.)](?=\s)|\[\d{1,4}\](?!\()|\[[ xX]\](?=\s)|[-–—|](?=\s))\s*"
)
_BEHIND = lazy_regex(rf"\s*(?:{EMOJI}|:[a-z0-9_+-]+:|</?[a-z]{{1,10}}>|<br ?/>|[,;|])$")
_PERIOD = lazy_regex(r"(?:^|[\s(-])([^\s.(-]+[^\s.])\.$")
_ABBREVIATIONS = frozenset({"al", "co", "corp", "etc", "inc", "jr", "ltd", "no", "sr", "st", "vs"})
_PAIRS = {
    "**": "**", "__": "__", "*": "*", "_": "_", "`": "`",
    '"': '"', "“": "”", "„": "“", "«": "»", "「": "」", "《": "》",
}  # fmt: skip
_CLOSING_QUOTES = frozenset({'"', "”"})
_QUOTES = '"“”'
_PLAIN_ENDS = frozenset(sign.encode() for sign in string.ascii_letters + string.digits + ")?!")


def within_edges(slots: Iterable[Slot]) -> list[Slot]:
    """Return the slots, each without what belongs to the list and not to its value.

    A venue behind the authors becomes a slot of its own.
    """
    found: list[Slot] = []
    for slot in slots:
        data = slot.text.data
        # Nothing is to be done to most titles.
        if slot.name == "title" and not (data[:1].isalpha() and data[-1:] in _PLAIN_ENDS):
            found.append(Slot("title", trimmed(slot.text, *_title_within(data))))
        elif slot.name == "authors" and b"*" in data and (marked := _MARKED_BEHIND.search(data)):
            found.append(Slot("authors", trimmed(slot.text, 0, marked.start())))
            found.append(Slot("venue", slot.text.slice(*marked.span("venue"))))
        elif slot.name == "authors" and (b"." in data or b"et" in data):
            found += _authors_and_venue(slot)
        elif slot.name == "venue" and data.startswith(b"[["):
            found.append(Slot("venue", _without_brackets(slot.text)))
        elif slot.name == "venue" and data[-1:] == b">":
            found += _venue_and_award(slot)
        else:
            found.append(slot)
    return found


def _title_within(data: bytes) -> tuple[int, int]:
    """Return the bytes of the title itself."""
    text = data.decode("utf-8", "replace")
    start, end = 0, len(text)
    while (inner := _one_less(text, start, end)) != (start, end) and text[slice(*inner)].strip():
        start, end = inner
    before = len(text[:start].encode())
    return before, before + len(text[start:end].encode())


def _one_less(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the range without the outermost sign that is not the title's."""
    title = text[start:end]
    if found := _BEFORE.match(title):
        return start + found.end(), end
    if found := _BEHIND.search(title):
        return start, start + found.start()
    for opening, closing in _PAIRS.items():
        inner = title[len(opening) : len(title) - len(closing)]
        is_around = len(title) > 2 and title.startswith(opening) and title.endswith(closing)
        if is_around and opening[0] not in inner and closing[0] not in inner:
            return start + len(opening), end - len(closing)
    # One quotation mark without its other half: people forget it.
    if title[-1:] in _CLOSING_QUOTES and not any(sign in title[:-1] for sign in _QUOTES):
        return start, end - 1
    found = _PERIOD.search(title)
    if found and found[1].lower() not in _ABBREVIATIONS:
        return start, end - 1
    return start, end


def _authors_and_venue(slot: Slot) -> Iterator[Slot]:
    text = slot.words
    end = end_of_names(text)
    if end == len(text):
        yield slot
        return
    stop = len(text[:end].encode())
    yield Slot("authors", trimmed(slot.text, 0, stop))
    rest = trimmed(slot.text, stop, len(slot.text.data))
    lead = len(rest.data) - len(rest.data.lstrip(b" .,;:()"))
    if venue := rest.data[lead:].rstrip(b" .,;"):
        yield Slot("venue", rest.slice(lead, lead + len(venue)))


_MARKED_BEHIND = lazy_regex(rb"[\s.,]+\*{1,2}(?P<venue>[A-Z][^*\n]*(?:19|20)\d\d)\*{0,2}$")
"""A venue in marks behind the last author: "Ada Lovelace *CVPR 2020*"."""

_TAGS = rb"<(?:b|big|em|font|i|small|span|strong|sub|sup|u)\b[^<>]*>"
_END_TAGS = rb"</(?:b|big|em|font|i|small|span|strong|sub|sup|u)>"
_MARKED_VENUE = lazy_regex(rb"(?:%s\s*)+([^<>]+?)(?:\s*%s)+" % (_TAGS, _END_TAGS), re.I)
_MARKED_AWARD = lazy_regex(
    rb"([^<>]*[^\s<>,(-])[\s,(-]+(?:%s\s*)+([^<>]+?)(?:\s*%s)+" % (_TAGS, _END_TAGS), re.I
)


def _venue_and_award(slot: Slot) -> Iterator[Slot]:
    """Yield a venue without the tags around it; an award in tags behind it is a slot of its own."""
    data = slot.text.data
    if found := _MARKED_VENUE.fullmatch(data):
        yield Slot("venue", slot.text.slice(*found.span(1)))
        return
    found = _MARKED_AWARD.fullmatch(data)
    if found is None or found[2].decode("utf-8", "replace").title() not in AWARDS:
        yield slot
        return
    yield Slot("venue", slot.text.slice(*found.span(1)))
    yield Slot("award", slot.text.slice(*found.span(2)))


def _without_brackets(text: LayeredText) -> LayeredText:
    return text.slice(2, len(text.data) - 2) if text.data.endswith(b"]]") else text
