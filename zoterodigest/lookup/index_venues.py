"""Venues as bibliographic indexes name them: "Pattern Recognit.", "2024 IEEE/CVF ... (CVPR)"."""

from __future__ import annotations

import re

from zoterodigest.core.values.names import folded_name
from zoterodigest.core.values.venue import Venue, VenueKind, VenueTable
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex


@dataclass(frozen=True, slots=True)
class IndexVenue:
    """A venue's id in the table, or its name if the table lacks it, and the year in that name."""

    name: str
    year: str = ""
    venue: Venue | None = None


def index_venue(text: str, venues: VenueTable) -> IndexVenue:
    """Return the venue that an index calls `text`; if the table does not have it, by that name.

    A part of a conference (Findings, a companion volume) is never read as the conference.
    """
    # Of two years neither is taken: one may be that of the printing.
    years = set(_YEAR.findall(text[:_LONGEST]))
    year = years.pop() if len(years) == 1 else ""
    found = venues.find(text)
    # "Workshop on X" is found as workshops in general; each theme is a venue of its own.
    if found is None or venues.canonical(text) != found.id:
        found = _unabbreviated(text, venues)
    return IndexVenue(found.id if found else text, year, found)


def are_one(one: IndexVenue, other: IndexVenue) -> bool:
    """Tell whether two names are of one venue, also if one is short for the other."""
    if one.venue or other.venue:
        return one.venue == other.venue
    first, second = _words(one.name), _words(other.name)
    return first == second or _is_short_for(first, second) or _is_short_for(second, first)


def is_host(host: IndexVenue, part: IndexVenue) -> bool:
    """Tell whether `part` is a track, workshop or Findings of the conference `host`."""
    if (
        host.venue is None
        or host.venue.kind is not VenueKind.CONFERENCE
        or host.venue == part.venue
    ):
        return False
    name = part.venue.id if part.venue else part.name
    return _PART.search(name) is not None and _begins_a_word(host.venue.id, name)


def is_workshop(venue: IndexVenue) -> bool:
    """Tell whether a venue is a workshop, by the table or by its name ("GRAPHS@ICLR")."""
    if venue.venue is not None:
        return venue.venue.kind is VenueKind.WORKSHOP
    return "@" in venue.name or "workshop" in venue.name.lower()


def has_separate_papers(venue: Venue, venues: VenueTable) -> bool:
    """Tell whether indexes confuse papers of a part of a conference with its main track."""
    return any(
        _MAIN_ALIKE.search(other.id) and _begins_a_word(venue.id, other.id)
        for other in venues.venues
        if other != venue
    )


_LONGEST = 300
_YEAR = lazy_regex(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_PART = lazy_regex(r"workshop|\w{2,12}W\b|findings|track|D&B|demo|blogposts|companion", re.I)
_MAIN_ALIKE = lazy_regex(r"Findings|D&B")
_WORD = lazy_regex(r"[^\W_]+")
# Abbreviated names leave these out ("Trans. Graph." for "Transactions on Graphics").
_SMALL = frozenset({"a", "and", "for", "in", "of", "on", "the", "with"})


def _begins_a_word(name: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}", text) is not None


def _unabbreviated(text: str, venues: VenueTable) -> Venue | None:
    """Return the one venue whose official name `text` abbreviates, if there is just one."""
    # Without a full stop nothing is abbreviated: "Pattern" is not "Pattern Recognition".
    if "." not in text or len(text) > _LONGEST:
        return None
    short = _words(text)
    found = [venue for venue in venues.venues if _is_short_for(short, _words(venue.official))]
    return found[0] if len(found) == 1 else None


def _words(name: str) -> tuple[str, ...]:
    return tuple(word for word in _WORD.findall(folded_name(name[:_LONGEST])) if word not in _SMALL)


def _is_short_for(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Tell whether each word begins the word at its place, or a single one is among the words."""
    if len(short) == 1 and len(short[0]) > 2 and len(long) > 1:
        return short[0] in long
    pairs = zip(short, long, strict=False)
    return len(short) == len(long) > 1 and all(full.startswith(part) for part, full in pairs)
