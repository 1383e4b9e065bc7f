"""Titles that hold more: a venue or a date before or behind them, or what they mean in Chinese."""

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
_AWARD_ALONE = "(?i:oral|spotlight|(?:best|outstanding) (?:student )?paper(?: award)?)"
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
    rf"|[.,][ ]+(?P<parted>{_NAME}[ ]{_YEAR}(?:[ ][Ww]orkshop)?)"
    rf"|[ ]{_DASH}[ ](?P<barred>{_NAME}[ ](?:{_DASH}[ ])?{_YEAR})"
    rf"|[(\[](?P<bracketed>{_NAME}[ ,]{{1,2}}{_YEAR})[)\]]"
    rf"|[(\[](?P<award>{_AWARD_ALONE})[)\]]"
    rf"|,?[ ](?P<short>{_ACRONYM}[ ]?{_QUOTE}[ ]?(?:20)?\d\d))\.?$".encode()
)
"""What ends a title: "Title. 2024-01", "Title - CVPR - 2024", "Title (CVPR 2024)"."""

_DATED = lazy_regex(
    rf"(?:{_YEAR}(?:[ ][Ww]orkshop)?|[-./]\d\d|{_QUOTE}[ ]?(?:20)?\d\d|[)\]])\.?$".encode()
)
"""What each of them ends with: a title may end with any other word or number."""

_LONGEST_DATE = 20

_CITED = lazy_regex(
    r"^(?P<before>[^\"“”]{4,}?)[,.:]?\s+[\"“](?P<title>[^\"“”]{8,}?)(?P<sign>[,.]?)[\"”](?P<behind>.*)$",
    re.S,
)
"""A whole citation in the place of a title: authors, the title in quotation marks, its venue."""

_MOST_BEHIND = 2
_AT_EDGE = lazy_regex(
    rb"\d\d[)\]]?\.?$|(?:\)|\xef\xbc\x89)$|^[(\[]\d{4}"
    rb"|^[A-Z][A-Za-z]{1,12}(?:'|\xe2\x80\x99)\d\d |\s(?:\"|\xe2\x80\x9c)"
)
_TRANSLATED = lazy_regex(
    r"^(?P<title>[^\u3000-\u9fff\uac00-\ud7a3]*[A-Za-z][^\u3000-\u9fff\uac00-\ud7a3]*?)"
    r"[ ]?[(（][^()（）]*[\u3400-\u9fff\u3040-\u30ff\uac00-\ud7a3]{2}.*[)）]$"
)
"""A title with what it means in Chinese, Japanese or Korean behind it, in brackets."""


def within_titles(slots: list[Slot], venues: VenueTable) -> list[Slot]:
    """Return the slots, each title without the venue or the date that it begins or ends with.

    Of an entry that has the like elsewhere, the title keeps it. A translation is left out.
    """
    # Nothing is to be done to most titles.
    titles = [slot.text.data for slot in slots if slot.name == "title"]
    if not (any(map(_may_hold_more, titles)) and any(map(_AT_EDGE.search, titles))):
        return slots
    known = {slot.name for slot in slots}
    found: list[Slot] = []
    for slot in slots:
        if slot.name == "title":
            found += _cited(slot, known, venues) or _apart(slot, known, venues)
        else:
            found.append(slot)
    return found


# Many titles end with a number. To look closer at all of those took 7 % of reading a table.
def _may_hold_more(title: bytes) -> bool:
    """Whether a title may be a citation, a translated one, or begin or end with a date or venue."""
    is_plain = title.isascii() and b'"' not in title
    return not is_plain or bool(_DATED.search(title[-_LONGEST_DATE:]) or _LED.match(title))


def _cited(title: Slot, known: Set[str], venues: VenueTable) -> list[Slot]:
    """Return the parts of a citation, none if it is no such; what is not understood is no part."""
    words = title.words
    found = _CITED.match(words)
    if found is None or "authors" in known:
        return []
    from zoterodigest.digest.read.parts import parts_beside

    ranges = {
        name: title.text.slice(*(len(words[:at].encode()) for at in found.span(name)))
        for name in ("before", "title", "behind")
    }
    before = parts_beside(ranges["before"], known, venues) or []
    if [part.name for part in before] != ["authors"]:
        return []
    behind = parts_beside(ranges["behind"], {*known, "authors"}, venues)
    # A word in quotation marks within a title.
    if behind is None and not (found["sign"] or found["behind"].startswith((",", "."))):
        return []
    return [*before, Slot("title", ranges["title"]), *(behind or ())]


def _apart(title: Slot, known: Set[str], venues: VenueTable) -> Iterator[Slot]:
    data = title.text.data
    if not data.isascii() and (found := _TRANSLATED.match(title.words)):
        data = found["title"].encode()
        title = Slot("title", title.text.slice(0, len(data)))
    start, stop = 0, len(data)
    led = _LED.match(data)
    if led and (before := _part(title, led, known, venues)):
        yield before
        start, known = led.end(), {*known, before.name}
    behind: list[Slot] = []
    for _ in range(_MOST_BEHIND):
        ended = _ENDED.search(data[:stop], start + 1)
        part = _part(title, ended, known, venues)
        if ended is None or part is None:
            break
        behind.insert(0, part)
        stop, known = ended.start(), {*known, part.name}
    yield Slot("title", title.text.slice(start, stop))
    yield from behind


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
    if found.lastgroup == "award":
        return None if "award" in known else Slot("award", text)
    is_venue = "venue" not in known and venues.find(parse_venue(words).venue) is not None
    return Slot("venue", text) if is_venue else None
