"""Codecs: whether a text can be the value of a slot, for templates, which would read any text."""

from __future__ import annotations

from zoterodigest.core.values import dates, names, venue_slot
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.read.people import (
    OF_VENUE,
    are_last_names,
    is_ideographic_name,
    is_without_case,
)
from zoterodigest.digest.read.references import find_links
from zoterodigest.digest.read.shapes import NO_NAME, NOTHING
from zoterodigest.digest.read.slots import one_line
from zoterodigest.digest.read.venues import holds_sentence
from zoterodigest.regex import lazy_regex

_LONGEST_VENUE = 120
_MOST_NAME_WORDS = 6
_MARKUP = lazy_regex(r"https?://|\]\(|[<>|{}*`]|_\s|\s_")
_NO_ADDRESS = frozenset({b"nan", b"#", b"todo", b"tbd", b"tba"})
PUBLISHERS = ("IEEE ", "ACM ")
"""What begins the name of a venue, whatever follows."""

_INITIAL = lazy_regex(r"(?:^|(?<=[\s.-]))[^\W\d_]{1,2}\.|\b(?:Jr|Sr|St)\.")
_ET_AL = lazy_regex(r"\bet\.? al\b")
_FOOTNOTE = lazy_regex(r"(?<=\w)[*†‡§¶∗⁎✉⋆¹²³⁴⁵⁶⁷⁸⁹⁰\d]{1,3}$")
_OF_SENTENCE = lazy_regex(r" (?:an?|and|as|by|for|from|in|is|of|on|the|to|with) ")
_NO_SIGNS = lazy_regex(r"[\[\](){}<>:;!?\"“”*_`|/\\=+#@]|\d|https?")


def takes(slot: str, text: str, venues: VenueTable) -> bool:
    """Whether `text` can be the value of a slot; one without a codec takes any text."""
    match slot:
        case "date":
            return dates.parse_date(text.strip("()[] `*_")) is not None
        case "url":
            bare = text.strip("<>").lower().encode()
            return bare not in NOTHING and bare not in _NO_ADDRESS
        case "venue":
            return _is_venue(text, venues)
        case "authors":
            return are_authors(text)
        case "links":
            return bool(find_links(text.encode()))
        case "title":
            # A link in a title is one of the entry's links that no slot has taken.
            return "](" not in text and not _QUOTED_BEHIND.search(text)
        case _:
            return True


def _is_venue(text: str, venues: VenueTable) -> bool:
    """Whether the table knows it, or it is a capitalized name with a year, or a year alone."""
    if len(text) > _LONGEST_VENUE or _MARKUP.search(text) or _CUT.search(text):
        return False
    reading = venue_slot.parse_venue(one_line(text))
    name = reading.venue
    if _ET_AL.search(name):
        return False
    if name and (venues.find(name) is not None or name.startswith(PUBLISHERS)):
        return True
    if _ends_in_venue(name, venues):
        return False
    if (_YEAR_FIRST.match(text) and _HYPHENS.search(name)) or _BARE_YEAR.fullmatch(text):
        return False
    return bool(reading.year) and (not name or name[0].isupper()) and not holds_sentence(name)


def _ends_in_venue(name: str, venues: VenueTable) -> bool:
    """Whether it is a title with its venue: "Learning to See, ICCV"."""
    title, comma, venue = name.rpartition(", ")
    is_short = len(title.split()) < _FEWEST_TITLE_WORDS
    return bool(comma) and not is_short and not OF_VENUE.search(title) and bool(venues.find(venue))


_FEWEST_TITLE_WORDS = 3
"""Of fewer words is also the name of a publisher: "Springer Verlag, ICANN 2002"."""

_YEAR_FIRST = lazy_regex(r"\d\d-[A-Z]")
_BARE_YEAR = lazy_regex(r"[A-Za-z]+\d\d")
"""Without a sign before a year in short, only a known venue is one: `KDD19`, but not `Wav20`."""
_CUT = lazy_regex(r"\b(?:Conf|Int|J|Proc|Symp|Trans)$")
"""The name of a venue does not end so: "In 2021 IEEE Int. Conf. on Owls" has more."""
_HYPHENS = lazy_regex(r"[-–—]")
"""Of `16-ATC-On Caches` the venue ends before the title."""


def are_authors(text: str) -> bool:
    """Whether a text is a list of names, all of them written as names are."""
    found = names.parse_names(one_line(text))
    # "Wang et al.", "Zbontar & LeCun": a last name alone may be any word, unless it stands so.
    is_pair = len(found.people) == 2 and " ".join(found.people).count(" ") == 1
    is_cited = found.truncated and len(found.people) == 1
    is_short = is_cited or (is_pair and _AND.search(text) is not None)
    fewest = 1 if is_short else 2
    if bool(found.people) and all(_is_person(one, fewest) for one in found.people):
        return True
    return are_last_names(text)


_QUOTED_BEHIND = lazy_regex(r"""^[^\s"“”]{2,25}[:：][ ]?["“][^\s"“”]+[ ][^"“”]+["”]""")
"""A short name before a title in quotation marks: neither, nor both, are the title."""

_AND = lazy_regex(r" (?:and|und|&) ")


def _is_person(text: str, fewest: int) -> bool:
    name = _FOOTNOTE.sub("", text)
    words = name.replace("-", " ").replace(".", ". ").split()
    capitals = sum(word[:1].isalpha() and not word[0].islower() for word in words)
    is_sentence = "." in _INITIAL.sub("", name) or " 等 " in name
    is_name = not (_NO_SIGNS.search(name) or NO_NAME.search(name) or is_sentence)
    if is_without_case(name):
        return is_name and is_ideographic_name(name)
    # "in Dialog", "A New Model and the Dataset": what follows a quotation or a question mark.
    first = name.split(" ", 1)[0]
    is_led = first[:1].islower() and not names.is_particle(first) and "'" not in first
    is_name = is_name and not (is_led or _OF_SENTENCE.search(name))
    return is_name and capitals >= fewest and len(words) <= _MOST_NAME_WORDS
