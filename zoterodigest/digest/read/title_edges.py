"""Titles that hold a venue or a date: people write it before or behind the title, with no marks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set

from zoterodigest.core.values import dates
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.core.values.venue_slot import parse_venue
from zoterodigest.digest.read.slots import Slot, decoded
from zoterodigest.regex import lazy_regex

_YEAR = r"(?:19|20)\d\d"
_DAY = rf"{_YEAR}[-./](?:0[1-9]|1[0-2])(?:[-./][0-3]\d)?"
_QUOTE = "(?:'|’)"
_DASH = "(?:[-|]|–|—)"
_ACRONYM = r"(?:[A-Z][A-Za-z&-]{1,14}|ar[xX]iv)"
_AWARD = "(?:[ ](?i:oral|spotlight|highlight))"
_NAME = rf"{_ACRONYM}(?: [A-Z][A-Za-z]{{1,14}})?"
_LED = lazy_regex(
    (
        rf"(?:[(\[](?P<date>{_DAY})[)\]]|(?P<venue>{_ACRONYM}{_QUOTE}\d\d{_AWARD}?))"
        r"[ ]+(?=[^\W_])"
    ).encode()
)
"""A month in brackets, or a venue with a short year: "(2019-04) Title", "ACL'23 Title"."""

_ENDED = lazy_regex(
    rf"[ \t]*(?:[.,]?[ ]+[(\[]?(?P<date>{_DAY})[)\]]?|\.[ ]+(?P<year>{_YEAR})"
    rf"|[ ]{_DASH}[ ](?P<barred>{_NAME}[ ](?:{_DASH}[ ])?{_YEAR})"
    rf"|[(\[](?P<bracketed>{_NAME}[ ,]{{1,2}}{_YEAR})[)\]]"
    rf"|,?[ ](?P<short>{_ACRONYM}[ ]?{_QUOTE}[ ]?(?:20)?\d\d))\.?$".encode()
)
"""What ends a title: "Title. 2024-01", "Title - CVPR - 2024", "Title (CVPR 2024)"."""

_DIGITS = lazy_regex(rb"\d\d[)\]]?\.?$|^[(\[]\d{4}|^[A-Z][A-Za-z]{1,12}(?:'|\xe2\x80\x99)\d\d ")


def within_titles(slots: list[Slot], venues: VenueTable) -> list[Slot]:
    """Return the slots, each title without the venue or the date that it begins or ends with.

    Of an entry that has the like elsewhere, the title stays as it is.
    """
    # Nothing is to be done to most titles.
    if not any(it.name == "title" and _DIGITS.search(it.text.data) for it in slots):
        return slots
    known = {slot.name for slot in slots}
    found: list[Slot] = []
    for slot in slots:
        found += _apart(slot, known, venues) if slot.name == "title" else [slot]
    return found


def _apart(title: Slot, known: Set[str], venues: VenueTable) -> Iterator[Slot]:
    data = title.text.data
    led = _LED.match(data)
    ended = _ENDED.search(data, led.end() if led else 0)
    start, stop = 0, len(data)
    before = _part(title, led, known, venues)
    if led and before:
        start = led.end()
        yield before
        known = {*known, before.name}
    behind = _part(title, ended, known, venues)
    if ended and behind and ended.start() > start:
        stop = ended.start()
    yield Slot("title", title.text.slice(start, stop))
    if stop < len(data) and behind:
        yield behind


def _part(
    title: Slot, found: re.Match[bytes] | None, known: Set[str], venues: VenueTable
) -> Slot | None:
    """Return what was found beside the words of a title, if it is what it seems."""
    if found is None or found.lastgroup is None:
        return None
    text = title.text.slice(*found.span(found.lastgroup))
    words = decoded(text.data)
    if found.lastgroup in ("date", "year"):
        is_new = known.isdisjoint({"date", "year"})
        return Slot(found.lastgroup, text) if is_new and dates.parse_date(words) else None
    is_venue = "venue" not in known and venues.find(parse_venue(words).venue) is not None
    return Slot("venue", text) if is_venue else None
