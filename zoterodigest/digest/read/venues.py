"""Venues: whether a text can be the name of a venue, as lists of papers write it."""

from __future__ import annotations

import re

from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.read.people import OF_VENUE
from zoterodigest.regex import lazy_regex

_FEWEST_WORDS = 3
_MOST_WORDS = 12
_CAPITAL = lazy_regex("[A-Z]")
_CAPITALS = lazy_regex(r"[A-Z].*[A-Z]")
_NO_VENUE = lazy_regex(
    r"[\[\]{}<>!?\"“”《》`|\\=+#@\0]|https?|\b(?:amazon|berkeley|by|cent(?:er|re)|chapter|college|department|deepmind"
    r"|facebook|google|group|institute?|lab(?:s|oratory)?|lecture|meta|microsoft|mit|nvidia|openai"
    r"|part(?! [A-F]\b)|school|stanford|tsinghua|university|version)\b",
    re.I,
)
_RESEARCH = lazy_regex(r"\bresearch\b", re.I)
"""A word of journals, of titles and of the names of firms, which a volume or a date tells apart."""
_SMALL = lazy_regex(r"an?|and|at|der?|des|di|et|for|from|in|its|la|of|on|the|to|und|van|von")
"""Words in the name of a venue that begin with a small letter."""
_OF_VENUE_IN_SHORT = lazy_regex(r"\b(?:Conf|Front|Int|J|Lett|Mag|Proc|Rev|Symp|Trans)\. ")
"""What begins or goes on with the name of a venue in short: "Int. Conf. Image Processing"."""

_ABBREVIATED = lazy_regex(
    r"(?:acad|access|al|am|anal|ann|appl|artif|assoc|bioinform|biol|biomed|bull|chem|circ"
    r"|clin|cogn|comm(?:un)?|comp|comput|conf|discov|distrib|dr|eds?|electron|eng|eur"
    r"|front|fundam|gen|ind|inf|instrum|intell|interdiscip|intl?|jr?|knowl|lang|learn"
    r"|lett|mach|mag|math|med|natl?|netw|neuro(?:robot|sci)|no|pattern|phil|phys|pp|proc"
    r"|process|psychol|res|rev|robot|sci|sel|signal|soc|softw|sr|st|stat|surv|symp|syst"
    r"|technol|theor|trans|transp|vis|vol|vs)",
    re.I,
)
"""Words of the names of journals that end in a period."""

_PROCEEDINGS = ("Proceedings of ", "In Proceedings of ", "Proc. of ", "In Proc. of ")
_IN_SLOT = lazy_regex(
    r"accepted|access|appear|arxiv|as|award|be|best|by|candidate|conference|demo|early|findings"
    r"|highlight|journal|long|main|notable|oral|outstanding|papers?|poster|preprint|presentation"
    r"|presented|proceedings|published|review|short|spotlight|submitted|top|track|under|vol|volume"
    r"|was|workshops?|\W*|\d+(?:st|nd|rd|th)|e\d{3,8}",
    re.I,
)
"""Words in the slot of a venue that may begin with a small letter."""


def is_venue(
    name: str,
    venues: VenueTable,
    *,
    is_sure: bool = False,
    is_dated: bool = False,
    is_named: bool = False,
    is_marked: bool = False,
) -> bool:
    """Whether a name is that of a venue: a known one, or one that can be nothing else.

    It `is_named` where authors stand before it and no other venue, `is_sure` before a volume.
    """
    if not _CAPITAL.search(name) and not is_sure:
        return name.lower().startswith("arxiv")
    if venues.find(name) is not None:
        return True
    words = name.split()
    is_short = 0 < len(words) <= _MOST_WORDS and all(map(_is_capital, words))
    if not is_short and not _is_of_proceedings(name, words):
        return False
    if _NO_VENUE.search(name) or name.count("(") != name.count(")"):
        return False
    if not is_sure and (holds_sentence(name) or _may_be_firm(name, is_cited=is_named and is_dated)):
        return False
    if OF_VENUE.search(name) or (is_named and _OF_VENUE_IN_SHORT.search(name)):
        is_publisher = is_named and len(words) > 1 and words[-1] == "Press"
        return is_sure or is_dated or is_publisher or len(words) >= _FEWEST_WORDS
    if "," in name or (" and " in name and not (is_named and is_dated)):
        return False
    is_short_form = any(map(_CAPITALS.search, re.split("[ -]", name)))
    return is_sure or (is_dated and (is_short_form or is_named)) or (is_named and is_marked)


def is_abbreviated(text: str, start: int, period: int) -> bool:
    """Whether the period ends an abbreviation or an initial, and no sentence."""
    if text[period : period + 1] != ".":
        return False
    word = re.split(r"[\s.(-]", text[max(start, period - 20) : period])[-1]
    if word.lower() == "al":
        return False
    return len(word) < 2 or (word[0].isupper() and _ABBREVIATED.fullmatch(word) is not None)


def holds_sentence(name: str) -> bool:
    """Whether a period in a name ends a sentence, and no abbreviation."""
    periods = (found.start() for found in re.finditer(r"\. ", name))
    return not all(is_abbreviated(name, 0, at) for at in periods)


def _may_be_firm(name: str, *, is_cited: bool) -> bool:
    """Whether a name with "Research" in it may be that of a firm, or a title.

    It is not if another word tells that it is a journal's, or if it is cited behind authors.
    """
    if is_cited or not _RESEARCH.search(name):
        return False
    rest = _RESEARCH.sub("", name)
    return not OF_VENUE.search(rest)


def is_name_like(text: str) -> bool:
    """Whether a text has no more words than a venue, and none that is small in a sentence only.

    To look sentences up among the venues took half the time of reading pages without a paper.
    """
    words = text.split()
    is_short = len(words) <= _FEWEST_WORDS
    is_long = len(words) > 2 * _MOST_WORDS
    return (
        is_short
        or (not is_long and all(map(_is_of_name, words)))
        or _is_of_proceedings(text, words)
    )


def _is_of_proceedings(text: str, words: list[str]) -> bool:
    """Whether a text begins as the names of proceedings do, in which any word may be small."""
    return len(words) <= 2 * _MOST_WORDS and text.startswith(_PROCEEDINGS)


def _is_of_name(word: str) -> bool:
    return _is_capital(word) or _IN_SLOT.fullmatch(word.strip("()[],.:;*_")) is not None


def _is_capital(word: str) -> bool:
    bare = word.strip("()[]'’\".,:&+-/")
    return (
        not bare
        or not bare[0].islower()
        or _SMALL.fullmatch(bare) is not None
        or bool(re.search("[A-Z]", bare))
    )
