"""Dates as zotero.org reads them for `meta.parsedDate`, for sorting and for searching a year."""

from __future__ import annotations

import re

from zoterodigest.core.values.dates import parse_date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERS = re.compile(
    r"(?P<first>\d{1,4})(?P<mark>[-/.])(?P<second>\d{1,4})"
    r"(?:(?P=mark)(?P<third>\d{1,4}))?",
    re.ASCII,
)
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)", re.ASCII)
_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)})[a-z]*", re.IGNORECASE)
_DAY = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?\b", re.ASCII | re.IGNORECASE)


def parsed_date(text: str) -> str:
    """Return what zotero.org reads in the date `text`, as `2013-11-25`, `2013-11` or `2013`.

    It finds a year in nearly any text, and takes 12/03/2025 for December (as in America). "" if
    there is no year.
    """
    return parse_date(text) or _by_numbers(text.strip()) or _by_words(text.strip())


def sort_date(text: str) -> str:
    """Return `text` as zotero.org sorts dates: by the date in it, then by the words."""
    if not text:
        return ""
    parts = [*(parsed_date(text) or "0000").split("-"), "00", "00"]
    return "-".join(parts[:3]) + f" {text}"


def _by_numbers(text: str) -> str:
    found = _NUMBERS.fullmatch(text)
    if found is None:
        return ""
    parts = [found["first"], found["second"], found["third"]]
    if len(parts[0]) == 4:
        year, month, day = parts
    elif parts[2] is not None and len(parts[2]) == 4:
        month, day, year = parts
    elif parts[2] is None and len(parts[0]) <= 2 and len(parts[1]) == 4:
        month, year, day = parts
    else:
        return ""
    if day is not None and int(month) > 12:
        month, day = day, month
    return _joined(int(year), int(month), int(day or 0))


def _by_words(text: str) -> str:
    year = _YEAR.search(text)
    if year is None:
        return ""
    rest = f"{text[: year.start()]} {text[year.end() :]}"
    month = _MONTH.search(rest)
    if month is None:
        return year.group()
    day = _DAY.search(rest[: month.start()] + " " + rest[month.end() :])
    number = _MONTHS.index(month[1].lower()) + 1
    return _joined(int(year.group()), number, int(day[1]) if day else 0)


def _joined(year: int, month: int, day: int) -> str:
    if not 1 <= month <= 12:
        return f"{year:04}"
    return f"{year:04}-{month:02}-{day:02}" if 1 <= day <= 31 else f"{year:04}-{month:02}"
