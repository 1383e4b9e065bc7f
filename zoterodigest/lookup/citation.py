"""Volume, pages and year behind the name of a journal or of proceedings.

"120, 145301 (2018)", "B425 (1998) 300-308" without its B, "21(140):1-67, 2020", "vol. 14, pp. 1-9".
"""

from __future__ import annotations

import re

from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex


@dataclass(frozen=True, slots=True)
class VolumeAndPages:
    """Where in a journal or volume of proceedings; a part that is not given is empty."""

    volume: str = ""
    pages: str = ""
    year: str = ""


NOWHERE = VolumeAndPages()

EARLIEST, LATEST = 60, 8
"""A year counts if it is at most so long before, and after, the submission: a page is no year."""

_LONGEST = 160
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_NUMBER = r"[A-Z]{0,2}\d{1,8}[A-Z]?"
_RANGE = rf"{_NUMBER}(?:\s?[-–—]{{1,2}}\s?{_NUMBER})?"
_NOISE = lazy_regex(
    r"\bISSN:? ?[\dX-]{8,9}|\bdoi\b.*|\b\d{1,4} ?(?:pages?|pp|figures?|figs?|tables?)\b", re.I
)
_VOLUME = lazy_regex(r"\bvol(?:ume|\.)?:? ?(\d{1,5})|\bPMLR,? (?:vol(?:ume|\.) ?)?(\d{1,4})", re.I)
_ISSUE = lazy_regex(r"\b(?:no|number|issue|iss|nr)\b\.? ?(\d{1,5})", re.IGNORECASE)
_PAGES = lazy_regex(
    rf"\b(?:pp?\.?|pages?|article(?: (?:no\.?|number))?|art\.|id\.?)[ ~]?({_RANGE})", re.IGNORECASE
)
_BRACKETED_YEAR = lazy_regex(
    rf"\((?:\d{{1,2}}/|(?:\d{{1,2}} )?{_MONTH} (?:\d{{1,2}}, )?)?((?:19|20)\d\d)\)", re.I
)
_YEAR = lazy_regex(r"(?<![\w:–-])((?:19|20)\d\d)(?![\w–-]|\s?\(\d)")
_VOLUME_AND_ISSUE = lazy_regex(r"(?<![\w-])(\d{1,5}) ?\((\d{1,4}(?:-\d{1,3})?)\)")
_DASHES = lazy_regex(r"\s?[-–—]{1,2}\s?")
_WORD = lazy_regex(rf"(?<![^\W\d_])(?!{_MONTH}(?![a-z]))[^\W\d_]{{3,}}", re.IGNORECASE)
_LOOSE = lazy_regex(rf"(?<![\w.-]){_RANGE}(?![\w-])")


def cited(tail: str, submitted: str) -> VolumeAndPages:
    """Return what `tail`, the text behind a name, says up to the first word of another kind."""
    text = _NOISE.sub("", tail[:_LONGEST].lstrip(" .,:"))
    # The order is from the surest form to the loosest: what one takes, the next does not see.
    pages, text = _taken(_PAGES, text)
    volume, text = _taken(_VOLUME, text)
    text = _ISSUE.sub(" , ", text, count=1)
    text = _WORD.split(text, maxsplit=1)[0]
    year, text = _year_taken(text, submitted)
    if not volume and (both := _VOLUME_AND_ISSUE.search(text)):
        volume = both[1]
        text = _without(text, both)
    loose = _LOOSE.findall(text)
    if loose and not volume and not _DASHES.search(loose[0]):
        volume = loose.pop(0)
    if loose and not pages:
        pages = loose.pop(0)
    return VolumeAndPages(volume, _DASHES.sub("-", pages), year)


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


def _taken(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    """Return the first group that `pattern` finds, and the text without what it found."""
    found = pattern.search(text)
    if found is None:
        return "", text
    return next(group for group in found.groups() if group), _without(text, found)


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} , {text[found.end() :]}"


def _year_taken(text: str, submitted: str) -> tuple[str, str]:
    for pattern in (_BRACKETED_YEAR, _YEAR):
        for found in reversed(list(pattern.finditer(text))):
            if year := four_digits(found[1], submitted):
                return year, _without(text, found)
    return "", text
