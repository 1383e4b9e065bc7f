"""The date of an item as a bibliography states it: ISO, or the two ends of a period."""

from __future__ import annotations

import re
from functools import lru_cache

from zoterodigest.bibtex.facts.rules import bib_rules
from zoterodigest.core.values.dates import find_date, parse_date
from zoterodigest.regex import lazy_regex


@lru_cache(maxsize=16384)
def read_dates(text: str) -> tuple[str, str]:
    """Return the first and the last day of the date in `text`, in ISO, cut where parts are missing.

    The last day is "" if the date is no period. A text without a date that can be understood still
    gives its first year; orders that differ between countries (03/04/2021) give no more than that.
    """
    if plain := _PLAIN.fullmatch(text):  # most dates: nothing of what follows is needed
        return plain["date"], ""
    text = _WORD.sub(_in_english, " ".join(text.split()))
    # Periods first: a period also looks like its last day.
    for read in (_period, _date):
        if found := read(text):
            return found
    year = _YEAR.search(text)
    return (year[0] if year else ""), ""


_PLAIN = lazy_regex(
    r"(?P<date>(?:19|20)\d\d(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|1\d|2[0-8]))?)?)"
    r"(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d{1,9})?Z?)?"
)
_YEAR = lazy_regex(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_TO = r"\s?(?:-{1,3}|[‐-―]|/|to|and)\s?"
_ISO = r"(?:1[5-9]|20)\d\d(?:-\d\d){0,2}"
_PERIODS = tuple(
    lazy_regex(form, re.IGNORECASE)
    for form in (
        rf"(?P<iso>{_ISO})(?:\s?/\s?|\s[-‐-―]\s|\sto\s)(?P<iso_end>{_ISO}|\d\d(?:-\d\d)?)",
        # June 18-22, 2023; June 30 - July 4, 2023; December 30, 2023 - January 2, 2024
        rf"(?P<month>{_MONTH})\s(?P<day>{_DAY})(?:,?\s(?P<first_year>\d{{4}}))?{_TO}"
        rf"(?:(?P<end_month>{_MONTH})\s)?(?P<end_day>{_DAY})(?:,\s?|\s)(?P<year>\d{{4}})",
        # 18-22 June 2023; 30 June - 4 July 2023
        rf"(?P<day>{_DAY})(?:\s(?P<month>{_MONTH})(?:,?\s(?P<first_year>\d{{4}}))?)?{_TO}"
        rf"(?P<end_day>{_DAY})\s(?P<end_month>{_MONTH})(?:,\s?|\s)(?P<year>\d{{4}})",
        # May/June 2023; December 2023 - January 2024
        rf"(?P<month>{_MONTH})(?:,?\s(?P<first_year>\d{{4}}))?{_TO}"
        rf"(?P<end_month>{_MONTH})(?:,\s?|\s)(?P<year>\d{{4}})",
    )
)


def _period(text: str) -> tuple[str, str] | None:
    for form in _PERIODS:
        if found := form.search(text):
            parts = found.groupdict()
            start, end = _ends_of_iso(parts) if parts.get("iso") else _ends(parts)
            if len(start) == 4 and len(text) > len(found[0]):  # 2022/10 of 2022/10/06
                continue
            if end and start > end:  # the year is that of the end: Dec 30 - Jan 2, 2024
                return None
            is_period = start and len(start) == len(end) and len(start) > 4
            return (start, end if is_period and start < end else "") if start else None
    return None


def _ends_of_iso(parts: dict[str, str | None]) -> tuple[str, str]:
    start, end = parts["iso"] or "", parts["iso_end"] or ""
    if len(end) == 4 and len(start) > 4:  # 2023-06-18/2024 says no more than its years
        return _valid(start), ""
    end = start[: len(start) - len(end)] + end if len(end) < 6 and len(start) > 4 else end
    return _valid(start), _valid(end)


def _ends(parts: dict[str, str | None]) -> tuple[str, str]:
    year, month = parts["year"], parts.get("month") or parts.get("end_month")
    end_month = parts.get("end_month") or month
    first, last = parts.get("day"), parts.get("end_day")
    start = f"{first or ''} {month} {parts.get('first_year') or year}"
    return _valid(start.strip()), _valid(f"{last or ''} {end_month} {year}".strip())


def _date(text: str) -> tuple[str, str] | None:
    """Return the one date in a text, if it says more than its first year."""
    text = _NO_DAY.sub("", text)
    for form in _FORMS:
        if found := form.fullmatch(text):
            parts = found.groupdict()
            date = "-".join(parts[name].zfill(2) for name in ("y", "m", "d") if parts.get(name))
            if iso := _valid(date):
                return iso, ""
    if iso := _valid(text):
        return iso, ""
    year, named = _YEAR.search(text), find_date(text)
    if year and named and len(named.iso) > 4 and named.iso[:4] == year[0]:
        return named.iso, ""
    if year and (written := _YEAR_FIRST.search(text)):
        turned = f"{written['d'] or ''} {written['m']} {written['y']}"
        if iso := _valid(turned.strip()):
            return iso, ""
    return None


_WORD = lazy_regex(
    r"(?:(?<=\d)\.\s|\b(?:de|del|do)\s)?(?P<word>[^\W\d_]{3,10})(?:\s(?:de|del)\b)?", re.I
)


def _in_english(found: re.Match[str]) -> str:
    """Return the English name of a month, without the marks and words that belong to it."""
    english, _ = bib_rules().months.get(found["word"].lower(), ("", 0))
    if not english:
        return found[0]
    return f" {english}" if found[0].startswith(".") else english


_NO_DAY = lazy_regex(r"(?<=\d{4})(?:-00){1,2}(?!\d)|(?<=\d{4}-\d\d)-00(?!\d)")
_Y = r"(?P<y>(?:1[5-9]|20)\d\d)"
_OVER_12 = r"(?:1[3-9]|2\d|3[01])"
_FORMS = tuple(
    lazy_regex(form)
    for form in (
        rf"(?P<m>\d{{1,2}})\s?[/.-]\s?{_Y}",
        rf"(?P<d>\d{{1,2}})\.\s?(?P<m>\d{{1,2}})\.\s?{_Y}",
        rf"(?P<d>{_OVER_12})[/-](?P<m>\d{{1,2}})[/-]{_Y}",
        rf"(?P<m>\d{{1,2}})[/-](?P<d>{_OVER_12})[/-]{_Y}",
        rf"(?P<m>\d{{1,2}})(?P<sign>[/-])(?P<d>(?P=m))(?P=sign){_Y}",
    )
)
_YEAR_FIRST = lazy_regex(
    rf"(?P<y>(?:1[5-9]|20)\d\d),?\s(?P<m>{_MONTH})(?!\w)(?:\s(?P<d>{_DAY}))?(?!\w)", re.IGNORECASE
)


def _valid(text: str) -> str:
    """Return the ISO form of a date; "" for any other text. Years before 1900 are dates as well."""
    old = _OLD_YEAR.search(text)
    iso = parse_date(text.replace(old[0], "2000") if old else text) or ""
    return iso.replace("2000", old[0], 1) if old else iso


_OLD_YEAR = lazy_regex(r"(?<!\d)1[5-8]\d\d(?!\d)")
