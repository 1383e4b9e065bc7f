"""What the Web API reads in an item by itself: its main creators in a few words, and its date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from zoterodigest.core.values.dates import parse_date
from zoterodigest.library.rules.schema import item_types
from zoterodigest.regex import lazy_regex


def creator_summary(data: Mapping[str, Any]) -> str:
    """Return the main creators in a few words: one, both, or the first and "et al."."""
    names = list(_names(data))
    if len(names) > 2:
        return f"{names[0]} et al."
    return " and ".join(names)


def _names(data: Mapping[str, Any]) -> Iterable[str]:
    creators = data.get("creators", ())
    main = item_types()[data["itemType"]].creators[:1]
    for role in (*main, "editor", "contributor"):
        found = [creator for creator in creators if creator.get("creatorType") == role]
        for creator in found:
            yield str(creator.get("lastName") or creator.get("name") or "")
        if found:
            return


def item_date(data: Mapping[str, Any]) -> str:
    """Return the date of an item as its person wrote it, whatever its type calls the field."""
    name = item_types()[data["itemType"]].field_for("date") or "date"
    return str(data.get(name, ""))


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERS = lazy_regex(
    r"(?P<first>\d{1,4})(?P<mark>[-/.])(?P<second>\d{1,4})"
    r"(?:(?P=mark)(?P<third>\d{1,4}))?",
    re.ASCII,
)
_YEAR = lazy_regex(r"(?<!\d)\d{4}(?!\d)", re.ASCII)
_MONTH = lazy_regex(rf"\b({'|'.join(_MONTHS)})[a-z]*", re.IGNORECASE)
_DAY = lazy_regex(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?\b", re.ASCII | re.IGNORECASE)


# Many items have one date: to read each took a tenth of the indexing of a library.
@lru_cache(maxsize=4096)
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
    # Month first, as zotero.org reads it, unless that is no month: 25/12/2025 is in December.
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
