"""The text behind a venue's name: a year, a track, awards, and whether the name ends there."""

from __future__ import annotations

import re
from functools import cache

from zoterodigest.core.values.venue_slot import AWARDS
from zoterodigest.frozen import dataclass
from zoterodigest.lookup.citation import four_digits
from zoterodigest.lookup.rules import lookup_tables
from zoterodigest.regex import lazy_regex

# Not in the table: it decides how the text behind it is read.
WORKSHOP = "Workshop"
"""The track of what appeared at a workshop; the others are in `lookup.toml`."""


@dataclass(frozen=True, slots=True)
class Tail:
    """What the words behind a name say; `end` is where they end.

    `in_section` tells of a track whose papers appear among the others ("Applications Track").
    """

    end: int
    year: str = ""
    awards: tuple[str, ...] = ()
    track: str = ""
    in_section: bool = False
    is_accepted: bool = False


def tail_at(text: str, start: int, submitted: str) -> Tail | None:
    """Read what stands behind a name that ends at `start`; None if the name goes on there.

    A name goes on in another word with a capital ("ICML AI4Science"), and says something else
    before a word like "style", "challenge" or "submission".
    """
    short = _SHORT_YEAR.match(text, start)
    end = short.end() if short else start
    year = four_digits(short["year"], submitted) if short else ""
    in_section = is_accepted = False
    awards: list[str] = []
    track = ""
    for _ in range(_MOST_PARTS):
        found = _part().match(text, end)
        if found is None:
            break
        end = found.end()
        year = year or _year_in(found, submitted)
        if found["award"]:
            awards.append(award_named(found["award"]))
        if found["track"]:
            track = track or track_named(found["track"])
        in_section |= found["section"] is not None
        is_accepted |= found["accepted"] is not None
        # What follows is the name of the workshop, not words about the paper.
        if track == WORKSHOP:
            after = _PLACE_AND_YEAR.match(text, end)
            year = year or (four_digits(after["year"], submitted) if after else "")
            return Tail(end, year, tuple(awards), track)
    # Behind a year a sentence may go on ("ICML 2024 in Vienna"); behind a bare name it may be part
    # of a longer name ("ICML in Practice").
    goes_on = _WORDS_BEHIND_YEAR if end > start else _WORDS_BEHIND_NAME
    if not _ENDS.match(text, end) and not goes_on.match(text, end):
        return None
    year = year or _year_behind_place(text, end, submitted)
    return Tail(end, year, tuple(awards), track, in_section, is_accepted)


def award_named(text: str) -> str:
    """Return the award that `text` names as `core.venue.AWARDS` has it."""
    words = re.sub(r"[\s-]+", " ", text).strip().lower()
    words = re.sub(r"^(oral|spotlight|highlight|poster)\b.*", r"\1", words)
    words = re.sub(
        r"best paper award (finalist|candidate|runner up|honorable mention)",
        r"best paper \1",
        words,
    )
    return _AWARD_NAMES.get(words, text)


def awards_in(text: str) -> tuple[str, ...]:
    """Return the awards that `text` names, in order."""
    return tuple(award_named(found[0]) for found in _AWARD.finditer(text))


def track_named(text: str) -> str:
    """Return the first track that `text` speaks of, or ""; a workshop only if nothing else."""
    found = (track for track, pattern in lookup_tables().tracks.items() if pattern.search(text))
    return next(found, WORKSHOP if _WORKSHOP.search(text) else "")


_MOST_PARTS = 12
_AWARD_NAMES = {award.replace("-", " ").lower(): award for award in AWARDS}
_WORKSHOP = lazy_regex(r"\bworkshops?\b", re.IGNORECASE)
AWARD = (
    r"(?:oral|spotlight|highlight|poster)(?: (?:presentation|paper|talk)s?)?\b"
    r"|(?:best|outstanding)(?: student)? paper(?: award)?"
    r"(?:[ -](?:finalist|candidate|runner[ -]?up|honou?rable mention))?\b|honou?rable mention\b"
    r"|award candidate\b|test[ -]of[ -]time(?: award)?\b|(?:notable )?top[ -]?(?:5|25) ?%"
)
_AWARD = lazy_regex(rf"\b{AWARD}", re.IGNORECASE)
_SHORT_YEAR = lazy_regex(r"(?: ?['’](?=\d\d(?!\d))|-?(?=\d\d(?![\w:]|\.\d| ?\(\d)))(?P<year>\d\d)")
_YEAR = lazy_regex(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_ENDS = lazy_regex(
    r"\s{0,3}(?:$|[.,;:|)(\]\[+&\"”\n]|[–—-]\s|[A-Z]?\d|/(?=[A-Z]{3,9}[ -]?\d))"
    r"(?!\s{0,3}(?:under (?:\w{1,20} )?review|in review|submi|reject))"
)
_SENTENCE_GOES_ON = (
    r"with|as|which|this|we|codes?|project|website|web ?page|github|including"
    r"|will|is|was|has"
)
_WORDS_BEHIND_NAME = lazy_regex(rf"\s{{1,3}}(?:{_SENTENCE_GOES_ON})\b", re.IGNORECASE)
_WORDS_BEHIND_YEAR = lazy_regex(
    rf"\s{{1,3}}(?:{_SENTENCE_GOES_ON}|in|at|on|by|the|our|and|held|from|for)\b", re.IGNORECASE
)
_PLACE_AND_YEAR = lazy_regex(
    r"(?:[\s,.()]{1,3}(?:[A-Z][\w'’]{0,20}|\d{1,2}(?:st|nd|rd|th)?(?:[-–]\d{1,2})?|of|de|and)){0,9}?"
    r"[\s,(]{1,3}(?P<year>(?:19|20)\d\d)(?!\d|[-–:]\d)"
)


@cache
def _part() -> re.Pattern[str]:
    """Return the pattern of one thing said behind a name: an award, a track, a year."""
    tracks = "|".join(pattern.pattern for pattern in lookup_tables().tracks.values())
    return re.compile(
        rf"(?:[\s,:()\[\]–—|+-]{{0,5}}|\.\s?(?=(?:19|20)\d\d\b))(?:(?:as|for|an?|the|in|with)\s){{0,2}}(?:"
        rf"(?P<award>{AWARD})"
        rf"|(?P<track>{tracks}|(?:\w[\w&'’/@-]{{0,30}}[ ]){{0,7}}?workshops?\b)"
        r"|(?:\d{1,2}/)?(?P<year>(?:19|20)\d\d)(?!\d|[-–:]\d)"
        r"|(?:main|conference|conf\b\.?|proceedings|proc\b\.?|(?:research|main|conference|regular"
        r"|(?:short|long|full)(?: papers?)?|technical) track|long(?! beach)|short|full|regular"
        r"|papers?|article|talk|track|presentation|final|version|volume|v\.?1|journal|edition"
        r"|technical program)\b"
        r"|(?P<accepted>accepted\b|camera[- ]ready\b)"
        r"|(?P<section>(?-i:(?:[A-Z][\w&-]{1,20} ){1,3}Track\b))"
        r"|(?<=\()(?-i:[A-Z])[\w&'’+/. -]{0,60}?(?P<inside>['’]?\d\d|(?:19|20)\d\d)?\))",
        re.IGNORECASE,
    )


def _year_in(part: re.Match[str], submitted: str) -> str:
    digits = part["year"] or (part["inside"] or "").lstrip("'’")
    if not digits and (within := _YEAR.search(part[0])):
        digits = within[0]
    return four_digits(digits, submitted) if digits else ""


def _year_behind_place(text: str, end: int, submitted: str) -> str:
    """Return the year behind a place and date ("..., Vienna, Austria, July 2024"), "" if none."""
    found = _PLACE_AND_YEAR.match(text, end)
    return four_digits(found["year"], submitted) if found else ""
