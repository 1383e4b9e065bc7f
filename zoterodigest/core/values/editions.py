"""Editions as people number them: 40th, Thirteenth, forty-third, and the years they were in."""

from __future__ import annotations

import re

from zoterodigest.core.values.venue import Venue

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


def is_ordinal(text: str) -> bool:
    """Tell whether `text` is the number of an edition and nothing else."""
    return _EDITION.fullmatch(text.strip()) is not None


def edition_in(text: str) -> int:
    """Return the first edition that `text` numbers ("40th", "Thirteenth"); 0 if it numbers none."""
    found = _EDITION.search(text)
    if found is None:
        return 0
    ordinal = found[0].lower()
    if ordinal[0].isdigit():
        return int(ordinal[:-2])
    return sum(_NUMBERS[word] for word in re.split("[ -]", ordinal))


def year_of_edition(text: str, venue: Venue) -> str:
    """Return the year of the edition that `text` numbers ("40th", "Thirteenth"), "" if unknown."""
    number = edition_in(text)
    if not number or venue.annual is None:
        return ""
    year, edition = venue.annual
    return str(year + number - edition) if number >= edition else ""
