"""Claims: single places of a text that name a venue for a work, and what they add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from zoterodigest.core.values.venue import VenueKind, VenueTable, year_of_edition
from zoterodigest.frozen import dataclass
from zoterodigest.lookup.citation import NOWHERE, VolumeAndPages, cited, four_digits
from zoterodigest.lookup.venue_names import Named, VenueNames
from zoterodigest.lookup.venue_tail import track_named
from zoterodigest.regex import lazy_regex


@dataclass(frozen=True, slots=True)
class StatedVenue:
    """Where and when a work appeared, as its authors say; what they do not say is empty.

    `venue` is a venue's id in the table, or its name if the table does not have it. It is empty
    unless the work was accepted there. A workshop, Findings, a demo or an industry track is a venue
    of its own, never its conference: then it `is_part`. `year` has four digits. `awards` are words
    of `core.venue.AWARDS`. The claim stands from `start` to `end` in a field of arXiv's metadata.
    `said` are the field's name and the words that were read, for people.
    """

    venue: str = ""
    year: str = ""
    awards: tuple[str, ...] = ()
    volume: str = ""
    pages: str = ""
    said: str = ""
    start: int = 0
    end: int = 0
    is_part: bool = False
    is_journal: bool = False
    is_alone: bool = False


def venue_claim(
    named: Named, text: str, span: tuple[int, int], *, names: VenueNames
) -> StatedVenue:
    """Return what the `span` of `text` that contains `named` claims."""
    submitted = names.submitted
    start, end = span
    tail = named.tail
    before, raw = text[start : named.start], text[named.start : named.end]
    track = tail.track or track_named(before) or track_named(named.name)
    venue, is_part = _venue(named, track, names.venues)
    citation = _citation(named, text[named.end : end], submitted)
    year = tail.year or _year_in(raw, submitted) or _year_in(before, submitted) or citation.year
    if not year and named.venue:
        year = year_of_edition(before + raw, named.venue) or _year_of_twin(named, text[:end], names)
    return StatedVenue(
        venue,
        year,
        tail.awards,
        citation.volume,
        citation.pages,
        start=start,
        end=end if citation.pages or citation.volume else max(tail.end, named.end),
        is_part=is_part or tail.in_section,
        is_journal=named.is_journal,
    )


def weighed(claims: Sequence[StatedVenue], field: str, text: str) -> StatedVenue:
    """Return what `claims` agree on, with the words of `text`; nothing if their venues differ.

    A journal counts before a conference, a main venue before its workshop, and a venue in a
    sentence before a name that stands alone. `field` is the name of the field that holds `text`.
    """
    # In this order: each rule decides only what those before it left open.
    for part in (
        [claim for claim in claims if not claim.is_part or claim.is_journal],
        [claim for claim in claims if claim.is_journal],
        [claim for claim in claims if not claim.is_alone],
    ):
        if part and len({claim.venue for claim in claims}) > 1:
            claims = part
    if len({claim.venue for claim in claims}) != 1:
        return StatedVenue()
    first = claims[0]
    years = {claim.year for claim in claims if claim.year}
    awards = dict.fromkeys(award for claim in claims for award in claim.awards)
    # The claim that says most of where the pages are; several claims may speak of one venue.
    fullest = max(claims, key=lambda claim: (bool(claim.volume), claim.pages))
    return replace(
        first,
        year=years.pop() if len(years) == 1 else "",
        awards=tuple(awards),
        pages=fullest.pages,
        said=f'{field} "{text[first.start : first.end].strip()}"',
    )


_YEAR = lazy_regex(r"(?<!\d)(?:19|20)\d\d(?!\d)|['’]\d\d(?!\d)")
_PROCEEDINGS_VOLUME = lazy_regex(r"\bPMLR\b|\bJMLR (?:W&?CP|Workshop)|\bpp?\. ?\d|\bpages \d|\bvol")


def _venue(named: Named, track: str, venues: VenueTable) -> tuple[str, bool]:
    """Return the venue, and whether it is a part of a conference."""
    is_part = named.venue is not None and named.venue.kind in (VenueKind.WORKSHOP, VenueKind.TRACK)
    # A name that says the track itself is that of the track.
    if not track or is_part or named.is_journal or track_named(named.name) == track:
        return named.name, is_part or (bool(track) and not named.is_journal)
    found = venues.find(f"{named.name} {track}") if named.venue else None
    return found.id if found else f"{named.name} {track}", True


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
