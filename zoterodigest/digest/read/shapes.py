"""Shapes: whether a text looks like what a slot should hold.

Rows that must be repaired ask it of their cells, general formats of what they find in free text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from zoterodigest.core.values import dates, names, venue_slot
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.format.line_pattern import LinePattern
from zoterodigest.digest.format.pattern import Pattern
from zoterodigest.digest.read.slots import Slot, one_line
from zoterodigest.regex import lazy_regex

NOTHING = frozenset(
    {
        b"",
        b"-",
        b"--",
        b"---",
        b"none",
        b"n/a",
        b"na",
        b"nan",
        b"null",
        b"/",
        b"&ndash;",
        b"&mdash;",
        b"&nbsp;",
    }
    | {"–".encode(), "—".encode()}
)
"""What stands in a cell that says there is nothing, in lower case."""

_LONGEST_NUMBER = 12
_MARKED = ("date", "year", "code", "links", "url")
_DATE = lazy_regex(
    rb"(?:\d{4}(?:[-./]\d{1,2}){0,2}|\d{1,2} [A-Za-z]{3,9}\.? \d{4}|[A-Za-z]{3,9}\.? \d{4}|\d{8}"
    rb"|\d{1,2}/\d{4})$"
)
_NO_VENUE = lazy_regex(rb"^\d{4}[-./]\d|^\d{1,6}$|https?://|<details|\]\(|\||\d{4}.*\d{4}")
_LINKS = lazy_regex(rb"^(?:<(?:div|p|center|span)\b[^<>]*>\s*)*(?:!?\[|<a\b|https?://)", re.I)
_SENTENCE = lazy_regex(rb"[.!?][ \t]+[A-Z]|https?://|<|\|")
_MARKUP = lazy_regex(rb"https?://|<details|\]\(|\|")


def fits(data: bytes, slot: str, patterns: Sequence[Pattern | LinePattern]) -> bool:
    """Tell whether `data` may stand in a cell of `slot`, whose own `patterns` decide if any."""
    text = data.strip(b" \t\r\n*_`" if slot in _MARKED else None)
    # Two elements in one cell are two cells whose pipe was lost.
    if text.count(b"</details>") > 1:
        return False
    if patterns:
        return any(pattern.matches(text) for pattern in patterns)
    match slot:
        case "date" | "year":
            return text.lower() in NOTHING or is_date(text)
        case "code" | "links" | "url":
            return says_nothing(text) or bool(_LINKS.match(text))
        case "authors":
            return _looks_like_names(text)
        case "ignored":
            return len(text) <= _LONGEST_NUMBER
        case "title":
            return bool(text) and len(text) < 600
        case "venue":
            label = venue_link(text)
            text = text[slice(*label)] if label else text
            return len(text) < 120 and not _NO_VENUE.search(text)
        case "comment" | "award":
            return len(text) < 300 and not _MARKUP.search(text)
        case _:
            return True


def says_nothing(cell: bytes) -> bool:
    """Whether a cell is empty, or holds a word or a sign for that: `-`, `N/A`, `⚠️`."""
    text = cell.lower().strip(b"[] ")
    return text in NOTHING or not any(map(str.isalnum, text.decode("utf-8", "replace")))


def is_said_empty(text: str) -> bool:
    """Whether a text only says that there is none: `N/A`, `---`; a sign as ✅ says something."""
    return text.encode().lower() in NOTHING or not text.strip("-–— ")


def venue_link(cell: bytes) -> tuple[int, int] | None:
    """Return where the label stands in a cell of a venue that is one link, None in any other."""
    found = _ONE_LINK.fullmatch(cell) if b"](" in cell else None
    return found.span(1) if found else None


_ONE_LINK = lazy_regex(rb"[*_ ]*\[[\[*_` ]*([^\[\]]*[^\[\]*_` ])[\]*_` ]*\]\([^()\s]*\)[*_\] ]*")


def is_date(text: bytes) -> bool:
    """Whether a text is a date as people write it in a cell."""
    return bool(_DATE.match(text)) or dates.parse_date(text.decode("utf-8", "replace")) is not None


def _looks_like_names(text: bytes) -> bool:
    longest = max(map(len, re.split(rb"[,;&]|\xe3\x80\x81|\xef\xbc\x8c", text)))
    return longest <= 60 and not _SENTENCE.search(text) and not re.search(rb"\b\d{4}\b", text)


_MOST_NAME_WORDS = 6
_MOST_PARTICLES = 3
MOST_WORDS_ALONE = 4
"""A name that stands alone and has more words may be a title in capitals."""
NO_NAME = lazy_regex(
    r"\b(?:academy|acm|adobe|amazon|apple|award|best|berkeley|cent(?:er|re)|challenge|college|conference"
    r"|deepmind|department|facebook|google|honorable|ieee|institute?|international|journal|laboratory"
    r"|labs?|letters|mention|meta|microsoft|mit|nature|nvidia|openai|oral|outstanding|paper|poster"
    r"|proceedings|report|research|review|school|sciences?|spotlight|survey|symposium|transactions"
    r"|tsinghua|university|workshop)\b",
    re.I,
)
"""Words of what stands in italics beside a title and is no person."""


def is_clear(slot: str, text: str, venues: VenueTable) -> bool:
    """Tell whether what a general format found in free text for a slot is what it seems.

    A venue must be a known one, authors must all be written as names are: two capitalised words.
    """
    match slot:
        case "venue":
            return venues.find(venue_slot.parse_venue(one_line(text)).venue) is not None
        case "authors":
            return are_names(text)
        case _:
            return True


def are_names(text: str) -> bool:
    """Tell whether a text is a list of names that are all written as names are."""
    found = names.parse_names(one_line(text))
    if found.truncated and len(found.people) == 1 and _SURNAME.fullmatch(found.people[0]):
        return True  # "Vaswani et al.": what follows tells that the word is a name
    if len(found.people) == 1 and len(found.people[0].split()) > MOST_WORDS_ALONE:
        return False
    return bool(found.people) and all(map(_is_written_as_name, found.people))


_SURNAME = lazy_regex(r"[^\W\d_a-z][^\W\d_]*(?:[-'’][^\W\d_]+)*")


_WORD = rb"(?:[A-Z]|\xc3[\x80-\x9e])[^\s,;:()\[\]]*"
_WORDS = rb"%b(?:[ ]%b){0,3}" % (_WORD, _WORD)
_NAMES = lazy_regex(rb"[*_ ]*%b(?:(?:,|,? and|,? &)[ ]+%b){3,}[.,*_\s]*" % (_WORDS, _WORDS))


def may_be_names(data: bytes) -> bool:
    """Whether a text may be names in a row of four or more, however they are written."""
    return _NAMES.fullmatch(data) is not None


_CHIPS = lazy_regex(
    # Up to four words each: no command.
    rb"[ \t]*(?:[-*+][ \t]+)?"
    rb"(?:[,;|/ \t*_]*`(?!(?:pip|git|conda|npm|python3?|docker|cd|bash|sh|sudo)\b)"
    rb"[^\W_](?:[^`\n\s]*[ ]){0,3}[^`\n\s]*`)+[*_,; \t]*"
)


def chips(line: bytes) -> tuple[int, int] | None:
    """Return where the tags stand in a line that holds nothing but tags in code font."""
    if b"`" not in line or not _CHIPS.fullmatch(line):
        return None
    return line.index(b"`"), line.rindex(b"`") + 1


_PICTURES = lazy_regex(rb"(?:!\[[^\[\]]*\]\([^()]*\)|<img\b[^<>]*>|[\s,;|]|<br ?/?>)*")


def is_pictures(data: bytes) -> bool:
    """Whether a text shows pictures and no words."""
    return _PICTURES.fullmatch(data) is not None


def is_no_venue(slot: Slot, venues: VenueTable) -> bool:
    """Tell whether a slot of a venue holds a list of people or the hour of a meeting."""
    # Most venues have no sign that parts people, or the hour from the minute.
    if slot.name != "venue" or not _PARTING.search(slot.text.data):
        return False
    text = one_line(slot.words)
    if _HOUR.search(text):
        return True
    people = names.parse_names(_FOOTNOTE.sub("", text)).people
    is_list = len(people) > 1 and all(map(_is_written_as_name, people))
    return is_list and venues.find(venue_slot.parse_venue(text).venue) is None


_PARTING = lazy_regex(rb"[,;:&]|\band\b|\xe3\x80\x81|\xef\xbc")
_FOOTNOTE = lazy_regex(r"<sup>[^<]*</sup>")
_HOUR = lazy_regex(r"(?<![\d.:])[012]?\d:[0-5]\d(?![\d:])")


def _is_written_as_name(text: str) -> bool:
    words = [word for word in text.replace("-", " ").split() if word[:1].isalpha()]
    capitals = [word for word in words if not word[0].islower()]
    is_short = len(words) <= _MOST_NAME_WORDS and not any(char.isdigit() for char in text)
    return (
        is_short
        and len(capitals) >= 2
        and len(words) - len(capitals) <= _MOST_PARTICLES
        and not NO_NAME.search(text)
    )
