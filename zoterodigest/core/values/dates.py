"""Dates as people write them, read as ISO 8601 and written back in the manner that stands there."""

from __future__ import annotations

import calendar
import re
from functools import lru_cache
from itertools import islice

from zoterodigest.frozen import frozen
from zoterodigest.regex import lazy_regex

# Not `calendar.month_name`: that follows the locale of the machine.
_MONTH_NAMES = (
    "january february march april may june july august september october november december"
)
_MONTHS = tuple(_MONTH_NAMES.split())
_MONTH = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?P<dot>\.?)"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_FORMS = tuple(
    lazy_regex(rf"(?<![\w.]){form}(?![\w]|[./-]\d)", re.IGNORECASE)
    for form in (
        rf"{_YEAR}(?P<sep>[-/.])(?P<month>\d{{1,2}})(?:(?P=sep)(?P<day>\d{{1,2}}))?"
        r"(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)?",
        rf"{_YEAR} ?年 ?(?P<month>\d{{1,2}}) ?月(?: ?(?P<day>\d{{1,2}}) ?[日号])?",
        rf"{_DAY}[ -]{_MONTH}(?P<comma>,?)[ -]{_YEAR}",
        rf"{_MONTH} {_DAY}(?P<comma>,?) {_YEAR}",
        rf"{_MONTH}(?P<comma>,?)[ -]{_YEAR}",
        rf"{_YEAR}(?P<month>\d\d)(?P<day>\d\d)",
        _YEAR,
    )
)
_SPACED = lazy_regex(
    rf"{_YEAR}(?P<sep>\. )(?P<month>\d{{1,2}})(?:(?P=sep)(?P<day>\d{{1,2}}))?(?P<end>\.?)"
)
"""A form that is a date only where nothing else stands: `2016. 9`, `2016. 9. 12.`"""
_ANY_YEAR = lazy_regex(r"(?:19|20)\d\d")
_ANY_MONTH = lazy_regex("jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec", re.IGNORECASE)
_LONE_YEAR = lazy_regex(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_ISO = lazy_regex(r"(?P<year>(?:19|20)\d\d)(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?")


@frozen()
class DateSpan:
    """A date found in a text: half-open character offsets and its ISO form."""

    start: int
    end: int
    iso: str


# Many papers are of one day, and its cell is asked for more than once: 4 % of reading a table.
@lru_cache(maxsize=5_000)
def parse_date(text: str) -> str | None:
    """Return the ISO form of a text that is a date and nothing else, cut where parts are missing.

    Orders that mean different days in different countries (`03/04/2021`) are no date.
    """
    stripped = text.strip()
    # No date is longer, and hostile text then costs nothing.
    if len(stripped) > 40:
        return None
    # Most dates have ISO form. Then no other form needs to be tried.
    whole = _ISO.fullmatch(stripped)
    if whole and _iso_of(whole) == stripped:
        return stripped
    found = _find_whole(stripped)
    return found[1] if found else None


def is_iso(text: str) -> bool:
    """Tell whether `text` is a date in ISO 8601, possibly cut; any other text is only a text."""
    return _ISO.fullmatch(text) is not None


def year_in(text: str) -> str:
    """Return the first year in `text`; empty if there is none."""
    found = _LONE_YEAR.search(text)
    return found[0] if found else ""


def find_date(text: str) -> DateSpan | None:
    """Return the first date in `text`, the most precise reading of it; None if there is none."""
    found = _find(text)
    return DateSpan(*found[0].span(), found[1]) if found else None


def write_date(text: str, iso: str) -> str:
    """Return `iso` in the manner of `text`, the date that stands there now.

    `text` itself comes back if it already says `iso`; a text that is no date gives way to the ISO
    form. An empty `iso` gives an empty text.
    """
    if parse_date(text) == iso:
        return text
    stripped = text.strip()
    found = _find_whole(stripped) if len(stripped) <= 40 else None
    wanted = _ISO.fullmatch(iso)
    if wanted is None or found is None:
        return iso
    written = _write(found[0], wanted)
    return text.replace(stripped, written) if parse_date(written) == iso else iso


def _find_whole(text: str) -> tuple[re.Match[str], str] | None:
    if (spaced := _SPACED.fullmatch(text)) and (iso := _iso_of(spaced)):
        return spaced, iso
    found = _find(text)
    return found if found and found[0].group() == text else None


def _find(text: str) -> tuple[re.Match[str], str] | None:
    # Every form has a year: where there is none, seven patterns need not be tried.
    if not _ANY_YEAR.search(text):
        return None
    # Most venues show no more than a year: to see that spares six forms, 2 % of reading digests.
    is_year = sum(map(str.isdigit, text)) == 4 and not _ANY_MONTH.search(text)
    firsts: list[tuple[re.Match[str], str]] = []
    for form in _FORMS[-1:] if is_year else _FORMS:
        dates = ((found, iso) for found in form.finditer(text) if (iso := _iso_of(found)))
        firsts += islice(dates, 1)
    # Of two forms that begin at one place the longer one says more.
    return min(firsts, key=lambda one: (one[0].start(), -len(one[1])), default=None)


def _iso_of(found: re.Match[str]) -> str | None:
    parts = found.groupdict()
    year = parts["year"]
    name = parts.get("name")
    month = _month_number(name) if name else parts.get("month")
    if not month:
        return year
    day = parts.get("day")
    if not 1 <= int(month) <= 12:
        return None
    if not day:
        return f"{year}-{int(month):02}"
    if not 1 <= int(day) <= calendar.monthrange(int(year), int(month))[1]:
        return None
    return f"{year}-{int(month):02}-{int(day):02}"


def _month_number(name: str) -> str:
    start = name[:3].lower()
    return str(next(n for n, month in enumerate(_MONTHS, 1) if month.startswith(start)))


def _write(found: re.Match[str], wanted: re.Match[str]) -> str:
    """Fill the form of `found` with the parts of `wanted`, from the year upwards."""
    year, month, day = wanted["year"], wanted["month"], wanted["day"]
    form = found.groupdict()
    if month is None:
        return str(year)
    if form.get("name"):
        return _write_named(found, year, int(month), int(day) if day else None)
    if "年" in found.group():
        return f"{year}年{int(month)}月" + (f"{int(day)}日" if day else "")
    mark = form.get("sep") or ("" if form.get("month") else "-")
    # Only a month of one digit shows that the writer pads nothing; October shows neither.
    padded = not mark or len(form.get("month") or "") != 1
    numbers = [month, day] if day else [month]
    parts = [year, *(part if padded else str(int(part)) for part in numbers)]
    return mark.join(parts) + (form.get("end") or "")


def _write_named(found: re.Match[str], year: str, month: int, day: int | None) -> str:
    name, dot = found["name"], found["dot"]
    is_short = len(name) <= 4 and name.lower() not in ("june", "july")
    new = _MONTHS[month - 1][:3] if is_short else _MONTHS[month - 1]
    new = new.upper() if name.isupper() else new.title() if name[:1].isupper() else new
    new += dot if is_short else ""
    comma = found["comma"]
    shown = found.groupdict().get("day") or ""
    if day is None:
        # A comma behind a day goes with it; "Aug., 2024" has one of its own.
        return f"{new}{'' if shown else comma} {year}"
    number = f"{day:02}" if shown.startswith("0") else str(day)
    if shown and found.start("day") < found.start("name"):
        between = found.string[found.start("year") - 1]
        return f"{number}{between}{new}{comma}{between}{year}"
    return f"{new} {number}{comma} {year}" if shown else f"{number} {new} {year}"
