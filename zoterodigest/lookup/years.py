"""Years as people write them behind a venue: 2024, '24, -24, and the number of an edition."""

from __future__ import annotations

import re

from zoterodigest.core.venue import Venue

EARLIEST, LATEST = 60, 8
"""A year counts if it is at most so long before, and after, the submission: a page is no year."""

_UNITS = (
    "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth"
    "|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth"
)
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_TENTHS = _TENS.replace("y", "ieth")
_NUMBERS = {word: number for number, word in enumerate(_UNITS.split("|"), start=1)}
for _words in (_TENS, _TENTHS):
    _NUMBERS |= {word: 10 * number for number, word in enumerate(_words.split("|"), start=2)}

ORDINAL = rf"(?:\d{{1,3}}(?:st|nd|rd|th)|(?:(?:{_TENS})[ -])?(?:{_UNITS})|{_TENTHS})"
"""The number of an edition, without regard to case: 40th, Thirteenth, forty-third."""

_EDITION = re.compile(rf"\b{ORDINAL}\b", re.IGNORECASE)


def four_digits(text: str, submitted: str) -> str:
    """Return the year that `text` (two or four digits) means, "" if it cannot be one.

    Two digits are completed to the year nearest to the submission (`submitted` begins with its
    year; without one, to 1980-2079).
    """
    near = int(submitted[:4]) if submitted[:4].isdecimal() else 2030
    year = int(text)
    if len(text) == 2:
        year += (near - year + 50) // 100 * 100
    if not submitted[:4].isdecimal():
        return str(year) if 1900 < year < 2080 else ""
    return str(year) if near - EARLIEST <= year <= near + LATEST else ""


def year_of_edition(text: str, venue: Venue) -> str:
    """Return the year of the edition that `text` numbers ("40th", "Thirteenth"), "" if unknown."""
    found = _EDITION.search(text)
    if found is None or venue.annual is None:
        return ""
    year, edition = venue.annual
    number = _number(found[0])
    return str(year + number - edition) if number >= edition else ""


def _number(ordinal: str) -> int:
    if ordinal[0].isdigit():
        return int(ordinal[:-2])
    return sum(_NUMBERS[word] for word in re.split("[ -]", ordinal.lower()))
