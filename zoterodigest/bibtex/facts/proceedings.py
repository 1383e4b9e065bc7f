"""Where a work appeared: the official name of a venue in its own year, its part and its volume."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, lru_cache

from zoterodigest.bibtex.facts.rules import BibRules
from zoterodigest.core.values.venue import (
    ORDINAL,
    Venue,
    VenueKind,
    edition_in,
    official_name,
    ordinal,
    published_by,
    year_held,
    year_of_edition,
)
from zoterodigest.core.values.venue_slot import parse_venue, venue_slot_text
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex


@dataclass(frozen=True, slots=True)
class Proceedings:
    """Where a work appeared; `year` is the one that the place's name says, else the work's."""

    name: str = ""
    short_name: str = ""
    publisher: str = ""
    series: str = ""
    volume: str = ""
    year: str = ""
    is_preprint: bool = False


@cache
def _nowhere(year: str) -> Proceedings:
    return Proceedings(year=year)


@cache
def on_arxiv(year: str) -> Proceedings:
    """Return arXiv as the place where a work of `year` appeared."""
    return Proceedings("arXiv", "arXiv", year=year, is_preprint=True)


def proceedings_of(container: str, url: str, year: str, rules: BibRules) -> Proceedings:
    """Return where a work of `year` appeared, by the name that stands there or by its page."""
    if not container and (page := _page_venue(url, rules)):
        container, page_year = page
        year = year or page_year
    place = named_proceedings(container, year, rules) if container else _nowhere(year)
    # The page is right where the table of volumes ends or has no such venue.
    if not place.volume and (page_volume := _VOLUME_PAGE.search(url)):
        place = replace(place, volume=page_volume[1])
    return place


@lru_cache(maxsize=16384)
def named_proceedings(text: str, year: str, rules: BibRules) -> Proceedings:
    """Return the proceedings that `text` names, with what it says of them; `year` is the work's.

    A year or an ordinal in the name is that of the edition: publishers date proceedings later.
    """
    head, part, volume = _taken_apart(text, rules)
    reading = parse_venue(head)
    venues = rules.venues
    # The whole official name first: `parse_venue` may take its end for a year or an award.
    venue = venues.by_official(head) or venues.find(reading.venue) or venues.find(head)
    if venue is None or venue.id not in (venues.canonical(head), venues.canonical(reading.venue)):
        return _unknown(text, venue, year or parse_venue(text).year)
    own_year = reading.year or year_of_edition(head, venue)
    held = own_year or year_held(venue, year)
    publisher, series = published_by(venue, held)
    name = head if _says_more(head, rules) else _official(venue, held, head)
    return Proceedings(
        name + part,
        venue.id,
        publisher,
        series,
        volume or rules.volume(venue.id, held),
        year or own_year,
        venue.kind is VenueKind.PREPRINT,
    )


def _official(venue: Venue, year: str, head: str) -> str:
    """Return the official name of an edition; an ordinal that `head` counts by stays."""
    name = official_name(venue, year, edition_in(head))
    counted = _COUNTED.match(head)
    if counted and name.startswith(_BEGINNING) and not edition_in(name):
        return f"{_BEGINNING}{ordinal(edition_in(counted[0]))} {name.removeprefix(_BEGINNING)}"
    return name


_BEGINNING = "Proceedings of the "
_COUNTED = lazy_regex(rf"^(?:in )?proc(?:eedings|\.) of (?:the )?{ORDINAL}\b", re.IGNORECASE)
_BRACKETS = lazy_regex(r" ?\([^()]{1,60}\)")


def _says_more(head: str, rules: BibRules) -> bool:
    """Tell whether a name is found by nothing but what stands in brackets behind a longer one.

    "… and the 9th International Joint Conference on … (EMNLP-IJCNLP)" is more than EMNLP.
    """
    outside = _BRACKETS.sub("", head)
    return outside != head and len(outside.split()) > 6 and rules.venues.find(outside) is None


_VOLUME_PAGE = lazy_regex(r"//proceedings\.mlr\.press/v(\d{1,4})/")
_PART = lazy_regex(
    r"(?:\s?[,:.–-]\s|\s)(?P<part>\((?:volume|vol\.|part)\s[\divxl]{1,8}\b[^()]{0,60}\)"
    r"|part\s[\divxl]{1,8}|(?:volume|vol\.)\s(?P<number>[\divxl]{1,8})(?P<title>\s\([^()]{1,60}\)|:\s[^():,]{1,60})?"
    r"|main\svolume|(?:research|(?:applied )?data science(?: and demo)?) track|V\.\s?\d{1,2})$",
    re.IGNORECASE,
)
_VOLUME = lazy_regex(
    r",?\s(?:vol(?:ume|\.)?\s)?(?P<number>\d{1,3}|(?-i:[IVXLC]{1,7}))(?P<series>\sof\s[^:]{1,80})?(?=\s\([^()]{1,60}\)$|:|$)",
    re.IGNORECASE,
)


def _taken_apart(text: str, rules: BibRules) -> tuple[str, str, str]:
    """Return the name of proceedings without part and volume, the part, and the volume.

    The part comes with the sign before it ("(Volume 2: Short Papers)", ", Part XXI"). A number is
    a volume only behind the whole name of a venue.
    """
    text = _without_place(text, rules)
    found = _PART.search(text)
    if found and not (found["number"] and not found["title"]):
        part = found["part"]
        is_attached = part.startswith("(") or part[1] == "."
        is_named = part.lower().endswith(("main volume", "track"))
        sign = " " if is_attached else ": " if is_named else ", "
        return text[: found.start()], sign + part, ""
    if found := _VOLUME.search(text):
        head = text[: found.start()] + text[found.end() :]
        if rules.venues.by_official(head) is not None:
            return head, "", found["number"]
    return text, "", ""


_SHORT_BEFORE = lazy_regex(r"(?P<short>[A-Z][\w&/ -]{1,19}\s?['’]\d\d):\s(?P<name>.{10,250})")
_BRACKETS_BEFORE_PLACE = lazy_regex(r"(?P<name>.{10,200}\([A-Z][^()]{1,30}\)), .{3,200}")
_WITH_PLACE = lazy_regex(
    r"(?P<name>.{10,200}?), (?P<short>[A-Z][\w&/+-]{1,19}) (?P<year>(?:19|20)\d\d), .{3,200}"
)


def _without_place(text: str, rules: BibRules) -> str:
    """Return a known venue's name without place, days and short name, with its year.

    DBLP puts them behind it ("…, ICML 2020, 13-18 July 2020"), ACM before it ("MM '22: …").
    """
    for form in (_WITH_PLACE, _BRACKETS_BEFORE_PLACE, _SHORT_BEFORE):
        found = form.fullmatch(text)
        if found and rules.venues.find(found["name"]) is not None:
            parts = found.groupdict()
            year = parts.get("year") or parse_venue(parts.get("short") or "").year
            return found["name"] if year in found["name"] else f"{found['name']} {year}"
    return text


def _unknown(text: str, venue: Venue | None, year: str) -> Proceedings:
    """Return a place by the name that stands there, without an award."""
    reading = parse_venue(text)
    name = venue_slot_text(text, replace(reading, award="")) if reading.award else text
    is_preprint = bool(venue and venue.kind is VenueKind.PREPRINT) or bool(_ON_ARXIV.search(text))
    return Proceedings(name, name, year=year, is_preprint=is_preprint)


_ON_ARXIV = lazy_regex(
    r"(?:^|\s)arxiv\s?:\s?(?:\d{4}\.\d{4,5}|[a-z-]{2,10}(?:\.[A-Za-z-]{2,9})?/\d{7})", re.I
)


def _page_venue(url: str, rules: BibRules) -> tuple[str, str] | None:
    for page in rules.pages:
        if found := page.pattern.search(url):
            return page.venue.format(**found.groupdict()), found["year"]
    return None
