"""Where a work was published, as its authors say in arXiv's comment and journal reference.

Precision first: a wrong venue is worse than none. A venue counts where the text says by its form
that this very work was accepted or appeared there: behind "accepted to", "to appear in" and the
like, or alone with its year. What was submitted, is under review, belongs to another work, or is
said of two conferences at once gives no venue.

Years are only what the text says: written out, shortened, or by the number of the edition. The
date of submission completes two digits and rules out numbers that cannot be years. It never
stands in for a year that is missing: comments are edited for years, so that "accepted at ICML" of
a paper from March may mean any later ICML.
"""

from __future__ import annotations

from dataclasses import replace

from zoterodigest.core.values.venue import VenueTable
from zoterodigest.lookup.comment import read_comment
from zoterodigest.lookup.journal_ref import read_journal_ref
from zoterodigest.lookup.reading import Reading, Status
from zoterodigest.lookup.venue_names import VenueNames

__all__ = ["published_in"]


def published_in(comment: str, journal_ref: str, *, submitted: str, venues: VenueTable) -> Reading:
    """Return where a work was published, read from arXiv's `comment` and `journal_ref`.

    `submitted` is the date of the first version (ISO, or empty). The journal reference decides
    where both name a venue; the comment adds what it lacks about the same venue, such as an award.
    Any text is read in linear time.
    """
    names = VenueNames(venues, submitted)
    reference, remark = read_journal_ref(journal_ref, names), read_comment(comment, names)
    if not reference.venue:
        return replace(remark, status=reference.status) if _says_more(reference, remark) else remark
    if remark.venue != reference.venue or remark.year not in ("", reference.year or remark.year):
        return reference
    return replace(
        reference,
        year=reference.year or remark.year,
        award=reference.award or remark.award,
        volume=reference.volume or remark.volume,
        number=reference.number or remark.number,
        pages=reference.pages or remark.pages,
    )


def _says_more(reference: Reading, remark: Reading) -> bool:
    return remark.status is Status.UNKNOWN and reference.status is not Status.UNKNOWN
