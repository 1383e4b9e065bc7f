"""Claims: single places of a text that name a venue for a work, and what they add up to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from zoterodigest.core.values.venue import VenueKind, VenueTable, year_of_edition
from zoterodigest.lookup.citation import NOWHERE, VolumeAndPages, cited, four_digits
from zoterodigest.lookup.venue_names import Named, VenueNames
from zoterodigest.lookup.venue_tail import WORKSHOP, track_named


class Status(Enum):
    """How far a work has come, as its authors say; `UNKNOWN` also after a rejection."""

    UNKNOWN = ""
    SUBMITTED = "submitted"
    UNDER_REVIEW = "under review"
    ACCEPTED = "accepted"
    TO_APPEAR = "to appear"
    PUBLISHED = "published"


class Where(Enum):
    """The field of arXiv's metadata that was read."""

    COMMENT = "comment"
    JOURNAL_REF = "journal_ref"


@dataclass(frozen=True, slots=True)
class Passage:
    """The words that a reading was read from: half-open character offsets of the field `where`."""

    where: Where
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class StatedVenue:
    """Where and when a work appeared, as its authors say; what they do not say is empty.

    `venue` is a venue's id in the table, or its name if the table does not have it. It is empty
    unless the work was accepted there. A workshop, Findings, a demo or an industry track is a venue
    of its own, never its conference; `track` names it in a word. `year` has four digits. `award`
    uses the words of `core.venue.AWARDS`, several as in "Oral, Best Paper". `passage` is the text
    that was read, None if there was none.
    """

    venue: str = ""
    year: str = ""
    award: str = ""
    track: str = ""
    status: Status = Status.UNKNOWN
    volume: str = ""
    number: str = ""
    pages: str = ""
    passage: Passage | None = None


@dataclass(frozen=True, slots=True)
class VenueClaim:
    """One place, `start` to `end`, that names a venue for the work."""

    start: int
    end: int
    venue: str
    status: Status
    year: str = ""
    awards: tuple[str, ...] = ()
    track: str = ""
    citation: VolumeAndPages = NOWHERE
    is_journal: bool = False
    is_alone: bool = False


def venue_claim(
    named: Named, text: str, span: tuple[int, int], status: Status, *, names: VenueNames
) -> VenueClaim:
    """Return what the `span` of `text` that contains `named` claims."""
    submitted = names.submitted
    start, end = span
    tail = named.tail
    before, raw = text[start : named.start], text[named.start : named.end]
    track = tail.track or track_named(before) or track_named(named.name)
    venue, label = _venue(named, track, names.venues)
    citation = _citation(named, text[named.end : end], submitted)
    year = tail.year or _year_in(raw, submitted) or _year_in(before, submitted) or citation.year
    if not year and named.venue:
        year = year_of_edition(before + raw, named.venue) or _year_of_twin(named, text[:end], names)
    last = max(tail.end, named.end)
    return VenueClaim(
        start,
        end if citation.pages or citation.volume else last,
        venue,
        status,
        year,
        tail.awards,
        label or tail.section,
        citation,
        named.is_journal,
    )


def weighed(claims: Sequence[VenueClaim], text: str, where: Where) -> StatedVenue | None:
    """Return the reading that `claims` agree on; None if they name different venues.

    A journal counts before a conference, a main venue before its workshop, and a venue in a
    sentence before a name that stands alone.
    """
    # In this order: each rule decides only what those before it left open.
    for part in (
        [claim for claim in claims if not claim.track or claim.is_journal],
        [claim for claim in claims if claim.is_journal],
        [claim for claim in claims if not claim.is_alone],
    ):
        if part and len({claim.venue for claim in claims}) > 1:
            claims = part
    if len({claim.venue for claim in claims}) != 1:
        return None
    first = claims[0]
    years = {claim.year for claim in claims if claim.year}
    awards = dict.fromkeys(award for claim in claims for award in claim.awards)
    # The claim that says most of where the pages are; several claims may speak of one venue.
    citation = max((claim.citation for claim in claims), key=lambda c: (bool(c.volume), c.pages))
    return StatedVenue(
        first.venue,
        years.pop() if len(years) == 1 else "",
        ", ".join(awards),
        first.track,
        first.status,
        citation.volume,
        citation.number,
        citation.pages,
        Passage(where, first.start, first.end, text[first.start : first.end]),
    )


_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|['’]\d\d(?!\d)")
_PROCEEDINGS_VOLUME = re.compile(r"\bPMLR\b|\bJMLR (?:W&?CP|Workshop)|\bpp?\. ?\d|\bpages \d|\bvol")


def _venue(named: Named, track: str, venues: VenueTable) -> tuple[str, str]:
    """Return the venue, and its track if it is not a conference's or journal itself."""
    kind = named.venue.kind if named.venue else None
    if not track and kind is VenueKind.WORKSHOP:
        return named.name, WORKSHOP
    if not track and named.venue and kind is VenueKind.TRACK:
        return named.name, track_named(f"{named.name} {named.venue.official}")
    # A name that says the track itself is that of the track.
    is_part = kind in (VenueKind.WORKSHOP, VenueKind.TRACK) or track_named(named.name) == track
    if not track or named.is_journal or is_part:
        return named.name, "" if named.is_journal else track
    found = venues.find(f"{named.name} {track}") if named.venue else None
    return found.id if found else f"{named.name} {track}", track


def _citation(named: Named, tail: str, submitted: str) -> VolumeAndPages:
    """Return volume and pages: behind a journal in any form, else only behind their names."""
    if named.is_journal:
        return cited(tail, submitted)
    found = _PROCEEDINGS_VOLUME.search(tail)
    return cited(tail[found.start() :], submitted) if found else NOWHERE


def _year_of_twin(named: Named, text: str, names: VenueNames) -> str:
    """Return the year behind another name of the same venue ("IROS: International ..., 2025")."""
    others = (other for other in names.known_in(text, named.end) if other.venue == named.venue)
    return next((other.tail.year for other in others if other.tail.year), "")


def _year_in(text: str, submitted: str) -> str:
    found = _YEAR.search(text)
    return four_digits(found[0].lstrip("'’"), submitted) if found else ""
