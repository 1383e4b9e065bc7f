"""Venue slots read and written: "CVPR 2025 Highlight", "arxiv (24 Feb 2021)", "NeurIPS'23".

A slot is read into four parts; writing starts from the text that stands there and changes only the
parts that changed.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, lru_cache

from zoterodigest.core.values.dates import DateSpan, find_date, write_date
from zoterodigest.frozen import frozen
from zoterodigest.regex import lazy_regex

_AWARD_NAMES = (
    "Award Candidate|Best Paper|Best Paper Award|Best Paper Candidate|"
    "Best Paper Finalist|Best Paper Honorable Mention|Best Paper Runner-Up|"
    "Best Student Paper|Best Student Paper Award|Highlight|Honorable Mention|"
    "Notable Top 25%|Notable Top 5%|Oral|Oral Presentation|Outstanding Paper|"
    "Outstanding Paper Award|Poster|Spotlight|Spotlight Presentation|Test of Time|"
    "Test of Time Award|Top 25%|Top 5%|最佳论文|最佳论文奖|最佳学生论文"
)
AWARDS = tuple(_AWARD_NAMES.split("|"))
"""The awards a slot may end in; blanks may also be hyphens."""

LONGEST_SLOT = 500
"""A text of more characters is no venue slot: it is taken as a venue's name, as it stands."""


@frozen()
class VenueReading:
    """What a venue slot says; a part it does not say is empty.

    `venue` is as written without the other parts, `year` four digits, `date` ISO (its year is
    `year` unless the slot names another), `award` as written (several as in "Oral, Best Paper").
    """

    venue: str = ""
    year: str = ""
    award: str = ""
    date: str = ""


# A reading asks for each slot twice or more, and digests name the same venues again and again: not
# to read them anew is 10 % of reading a list.
@lru_cache(maxsize=5_000)
def parse_venue(text: str) -> VenueReading:
    """Read a venue slot; any text is read, at worst as nothing but a venue."""
    return _anatomy(text).reading


def venue_slot_text(text: str, reading: VenueReading) -> str:
    """Return `text` so changed that it says `reading`; what already says so is not touched.

    A reading no slot can show (a venue that ends in an award, say) comes out as near as can be:
    read the result again before you trust it.
    """
    now = _anatomy(text)
    if now.reading == reading:
        return text
    if now.pieces and not len(text) > LONGEST_SLOT:
        edited = _edited(text, now, reading)
        if parse_venue(edited) == reading:
            return edited
    if now.date and now.reading == VenueReading(year=now.reading.year, date=now.reading.date):
        start, end = now.date.start, now.date.end
        dated = text[:start] + write_date(text[start:end], reading.date) + text[end:]
        if parse_venue(dated) == reading:
            return dated
    with_venue = f"{reading.venue} {text.strip()}".strip()
    if not now.pieces and parse_venue(with_venue) == reading:
        return with_venue
    return _laid_out(reading)


@frozen()
class _VenuePart:
    """A part's own characters, and the ones that go when it goes (brackets, separators)."""

    start: int
    end: int
    outer_start: int
    outer_end: int


@frozen()
class _VenueAnatomy:
    reading: VenueReading
    pieces: tuple[tuple[int, int], ...] = ()
    year: _VenuePart | None = None
    award: _VenuePart | None = None
    date: _VenuePart | None = None


_MASK = "\0"
_OPENING, _CLOSING = frozenset("([（"), frozenset(")]）")
_SEPARATORS = r"[\s,;:'’–—|·/-]{0,8}"
_OUTER = lazy_regex(
    rf"{_SEPARATORS}(?:as an? {{1,3}})?[(\[（]\s{{0,3}}(?:as an? )?"
    rf"{_MASK}[{_MASK}\s,;:/&'’-]*[)\]）]"
    rf"|{_SEPARATORS}(?:\bas an? {{1,3}})?{_MASK}+"
)
_FULL_YEAR = lazy_regex(r"(?<!\d)(?<!\d\.)(?:19|20)\d\d(?!\d|\.\d)")
_SHORT_YEAR = lazy_regex(
    r"(?<=[A-Za-z]) ?['’] ?(\d\d)(?!\d)|^[\W_]{0,4}(?!covid)[a-z]{3,12}-?(\d\d)(?!\w)"
    r"|^[a-z]{3,12} (\d\d)(?=['’](?!\w))"
    # Of words behind a number only a short form is a venue: "12-May" is a day, "10-shot" a setting.
    r"|^[\W_]{0,4}(\d\d)-(?!(?:covid|jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)(?!\w))"
    r"(?=(?-i:[A-Z]{2}|[A-Z][a-z]{1,4}[A-Z])[a-z]{1,10}(?!\w))",
    re.IGNORECASE,
)
_BETWEEN = " \t,;:|·-"
_TRIM = " \t\r\n\u00a0,;:–—|·-*_`\"'’" + _MASK


def _anatomy(text: str) -> _VenueAnatomy:
    if len(text) > LONGEST_SLOT or _MASK in text:
        return _VenueAnatomy(VenueReading(venue=" ".join(text.split())))
    date = find_date(text)
    if date and len(date.iso) == 4:
        # A year says less than a date in brackets behind it: "CVPR 2020 (preprint 2019-11)".
        date = _in_brackets(text, date.end) or date
    date_span = (date.start, date.end) if date and len(date.iso) > 4 else None
    # Date, then year, then award: each is hidden from the next, so that no digits count twice.
    masked = _masked(text, _said_of_date(text, date_span))
    year_span = _year_span(masked)
    masked = _masked(masked, year_span)
    award_span = _award_span(masked)
    masked = _masked(masked, award_span)
    outers = [found.span() for found in _OUTER.finditer(masked)]
    pieces = _pieces(masked, outers)
    iso = date.iso if date and date_span else ""
    return _VenueAnatomy(
        VenueReading(
            venue=" ".join(" ".join(text[start:end].split()) for start, end in pieces),
            year=_four_digits(text[slice(*year_span)]) if year_span else iso[:4],
            award=" ".join(text[slice(*award_span)].split()) if award_span else "",
            date=iso,
        ),
        pieces,
        _part(year_span, outers),
        _part(award_span, outers),
        _part(date_span, outers),
    )


def _in_brackets(text: str, after: int) -> DateSpan | None:
    """Return the date of a month or a day in the brackets behind an offset, if there is one."""
    found = find_date(text[after:])
    if found is None or len(found.iso) == 4:
        return None
    start, end = after + found.start, after + found.end
    is_enclosed = text[end : end + 1] in _CLOSING and (
        text[start - 1] in _OPENING or _OF_DATE.search(text[:start])
    )
    return DateSpan(start, end, found.iso) if is_enclosed else None


_OF_DATE = lazy_regex(
    r"[(\[（]((?:preprint|submitted|posted|released|online) (?:on |in )?)\Z", re.I
)


def _said_of_date(text: str, date: tuple[int, int] | None) -> tuple[int, int] | None:
    """Return where a date stands, with what its brackets call it: `(preprint 2020-11)`."""
    found = _OF_DATE.search(text[: date[0]]) if date else None
    return (found.start(1), date[1]) if date and found else date


def _masked(text: str, span: tuple[int, int] | None) -> str:
    start, end = span or (0, 0)
    return text[:start] + _MASK * (end - start) + text[end:]


def _year_span(text: str) -> tuple[int, int] | None:
    # Where the date is hidden, most slots show no other digit.
    if not any(map(str.isdigit, text)):
        return None
    if found := _FULL_YEAR.search(text):
        return found.span()
    found = _SHORT_YEAR.search(text)
    return found.span(found.lastindex or 0) if found else None


def _four_digits(digits: str) -> str:
    return digits if len(digits) == 4 else ("20" if digits < "80" else "19") + digits


def _award_span(text: str) -> tuple[int, int] | None:
    """Return the run of awards that ends `text`, but for brackets, separators and other parts."""
    runs = [found.span() for found in _award_pattern().finditer(text)]
    if not runs or not _is_filler(text[runs[-1][1] :]):
        return None
    start, end = runs.pop()
    # Several awards in a row are one part: "Oral, Best Paper".
    while runs and _is_filler(between := text[runs[-1][1] : start]) and _MASK not in between:
        start, _ = runs.pop()
    return None if _is_filler(text[:start]) else (start, end)


@cache
def _award_pattern() -> re.Pattern[str]:
    longest_first = sorted(AWARDS, key=lambda award: (-len(award), award))
    texts = (r"[ -]".join(map(re.escape, re.split("[ -]", award))) for award in longest_first)
    return re.compile(rf"(?<!\w)(?:{'|'.join(texts)})(?!\w)", re.IGNORECASE)


def _is_filler(text: str) -> bool:
    return not text.strip(_TRIM + "/&+.!()[]（）")


def _pieces(masked: str, outers: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return the spans of what is left for the venue, without separators and brackets around it."""
    edges = [0, *(edge for outer in outers for edge in outer), len(masked)]
    pieces = (_trimmed(masked, edges[i], edges[i + 1]) for i in range(0, len(edges), 2))
    filled = tuple(piece for piece in pieces if piece[0] < piece[1])
    if len(filled) == 1 and _ENCLOSED.fullmatch(masked, *filled[0]):
        return (_trimmed(masked, filled[0][0] + 1, filled[0][1] - 1),)
    return filled


_ENCLOSED = lazy_regex(r"\([^()]*\)|\[[^\[\]]*\]|（[^（）]*）")


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end:
        inside = text[start:end]
        if inside[0] in _TRIM or (inside[0] in _OPENING and not _CLOSING & set(inside)):
            start += 1
        elif inside[-1] in _TRIM or (inside[-1] in _CLOSING and not _OPENING & set(inside)):
            end -= 1
        else:
            break
    return start, end


def _part(span: tuple[int, int] | None, outers: list[tuple[int, int]]) -> _VenuePart | None:
    if span is None:
        return None
    outer = next(outer for outer in outers if outer[0] <= span[0] < outer[1])
    return _VenuePart(*span, *outer)


_Change = tuple[int, int, str]


def _edited(text: str, now: _VenueAnatomy, asked: VenueReading) -> str:
    is_year_dated = asked.date != "" and asked.date[:4] == asked.year
    if is_year_dated and not now.date and _stands_alone(text, now.year):
        now = replace(now, date=now.year, year=None)
    changes = [
        *_venue_changes(text, now, asked),
        *_date_changes(text, now, asked),
        *_year_changes(now, asked),
        *_award_changes(text, now, asked),
    ]
    # From the end, so that the offsets of the changes before it stay right.
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _stands_alone(text: str, year: _VenuePart | None) -> bool:
    """Whether a date may stand in place of the year: four digits that no letter touches."""
    return year is not None and text[year.start - 1 : year.start] in ("", " ", "(", "[")


def _venue_changes(text: str, now: _VenueAnatomy, asked: VenueReading) -> list[_Change]:
    if asked.venue == now.reading.venue:
        return []
    (start, end), *rest = now.pieces
    tail = "".join(f" {text[slice(*piece)]}" for piece in rest)
    if rest and asked.venue.endswith(tail):
        return [(start, end, asked.venue.removesuffix(tail))]
    if not asked.venue:
        end += len(text[end:]) - len(text[end:].lstrip(_BETWEEN))
    return [(start, end, asked.venue), *(_removal(text, *piece) for piece in rest)]


def _removal(text: str, start: int, end: int) -> _Change:
    while text[start - 1] == " ":
        start -= 1
    return start, end, ""


def _date_changes(text: str, now: _VenueAnatomy, asked: VenueReading) -> list[_Change]:
    if asked.date == now.reading.date:
        return []
    if now.date is None:
        end = max(now.pieces[0][1], now.year.outer_end if now.year else 0)
        return [(end, end, f" ({asked.date})")]
    if not asked.date:
        return _replaced(now.date, asked.year if now.year is None else "")
    return _replaced(now.date, write_date(text[now.date.start : now.date.end], asked.date))


def _year_changes(now: _VenueAnatomy, asked: VenueReading) -> list[_Change]:
    if now.year:
        is_short = now.year.end - now.year.start == 2
        is_same = asked.year == now.reading.year
        return [] if is_same else _replaced(now.year, asked.year[-2:] if is_short else asked.year)
    is_shown_by_date = (asked.date[:4] == asked.year) or now.date is not None
    end = now.pieces[0][1]
    return [] if is_shown_by_date or not asked.year else [(end, end, f" {asked.year}")]


def _award_changes(text: str, now: _VenueAnatomy, asked: VenueReading) -> list[_Change]:
    if asked.award == now.reading.award:
        return []
    if now.award is None:
        end = len(text.rstrip(" \t\r\n*_`"))
        return [(end, end, f" {asked.award}")]
    return _replaced(now.award, asked.award)


def _replaced(part: _VenuePart, new: str) -> list[_Change]:
    """Put `new` in place of a part; without it the brackets and separators go, too."""
    return [(part.start, part.end, new) if new else (part.outer_start, part.outer_end, "")]


def _laid_out(reading: VenueReading) -> str:
    is_year_shown = reading.date[:4] == reading.year
    year = "" if is_year_shown else reading.year
    date = f"({reading.date})" if reading.date else ""
    return " ".join(part for part in (reading.venue, year, date, reading.award) if part)
