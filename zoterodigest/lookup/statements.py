"""What each source says about where a work appeared: digest, arXiv's metadata, indexes."""

from __future__ import annotations

from dataclasses import replace

from zoterodigest.core.values.record import Names
from zoterodigest.core.values.venue import VenueKind
from zoterodigest.frozen import dataclass
from zoterodigest.library.records.zotero import ZoteroMapping
from zoterodigest.lookup.agreement import Agrees, Doubtful, WantedWork, agreement
from zoterodigest.lookup.index_venues import IndexVenue, index_venue
from zoterodigest.lookup.published_in import published_in
from zoterodigest.lookup.venue_claims import StatedVenue
from zoterodigest.lookup.work import IndexedWork, Looked, Source


@dataclass(frozen=True, slots=True)
class Statement:
    """A source's statement that the work appeared at `venue`; a field that it leaves out is empty.

    `source` is None for the digest or the library. `text` is what was read: the words of a comment,
    the venue as an index names it, or the place in the digest or library.
    """

    source: Source | None
    venue: IndexVenue
    text: str
    year: str = ""
    item_type: str = ""
    doi: str = ""
    pages: str = ""
    award: str = ""


@dataclass(frozen=True, slots=True)
class StatedWork:
    """A work, and what was heard of it so far: what arXiv says, and what indexes offer for it.

    `own` is the venue that the digest or the library has. If the work `is_complete`, no source is
    asked. `first` is the date of its first version, ISO or empty. `comment` is the authors' comment
    in the digest or the library; it counts only if arXiv did not answer.
    """

    known: WantedWork
    own: Statement | None = None
    first: str = ""
    comment: str = ""
    is_complete: bool = False
    looked: Looked | None = None
    candidates: tuple[IndexedWork, ...] = ()

    @property
    def paper(self) -> Looked | None:
        """What arXiv says, if that is of this work: titles change, lists of authors are cut.

        If only the id of the work is known, it is.
        """
        looked = self.looked
        if looked is None:
            return None
        offered = IndexedWork(Source.ARXIV, looked.title, looked.authors)
        entitled = replace(self.known, title=self.known.title or looked.title, doi="")
        # One of both may have changed since the digest was written, the title or the authors.
        as_titled = replace(entitled, title=looked.title)
        as_written = replace(entitled, authors=Names(looked.authors))
        found = (agreement(each, offered) for each in (as_titled, as_written))
        return looked if any(isinstance(each, Agrees) for each in found) else None


@dataclass(frozen=True, slots=True)
class Doubt:
    """A statement that is only reported, and why it is not used."""

    statement: Statement
    reasons: tuple[str, ...]


def own_statement(venue: str, year: str, where: str, zotero: ZoteroMapping) -> Statement | None:
    """Return the statement of the digest or library; None for a preprint and for no venue."""
    if not zotero.venues.is_published(venue):
        return None
    return Statement(None, index_venue(venue, zotero.venues), where, year)


TRUST = (Source.ARXIV, Source.DBLP, Source.CROSSREF, Source.SEMANTIC_SCHOLAR)
"""The sources, the most trusted first."""


def statements_of(
    work: StatedWork, zotero: ZoteroMapping
) -> tuple[list[Statement], tuple[Doubt, ...]]:
    """Return the statements about this work, the most trusted first, and those in doubt."""
    known, paper = work.known, work.paper
    statements, doubts = _said_by_authors(work, paper, zotero)
    meant = [known]
    if paper is not None:
        # arXiv's title too: a digest may have another, and indexes go by arXiv's.
        by_arxiv = (known.arxiv or paper.id, known.doi or paper.doi)
        meant.append(WantedWork(paper.title, Names(paper.authors), *by_arxiv))
    for candidate in sorted(work.candidates, key=lambda each: TRUST.index(each.source)):
        if not candidate.is_published or not zotero.venues.is_published(candidate.venue):
            continue
        statement = _said_by_index(candidate, zotero)
        found = [agreement(one, candidate) for one in meant]
        if any(isinstance(each, Agrees) for each in found):
            statements.append(statement)
        elif unsure := [each for each in found if isinstance(each, Doubtful)]:
            doubts.append(Doubt(statement, unsure[-1].reasons))
    return list(dict.fromkeys(statements)), tuple(dict.fromkeys(doubts))


def _said_by_authors(
    work: StatedWork, paper: Looked | None, zotero: ZoteroMapping
) -> tuple[list[Statement], list[Doubt]]:
    """Return what the authors say at arXiv; it is in doubt if that may be another paper."""
    looked = work.looked
    if looked is None:
        return _said_in(work.comment, "", work.first, zotero), []
    said = _said_in(looked.comment, looked.journal_ref, looked.first, zotero)
    if paper is not None:
        return said, []
    return [], [Doubt(one, (f"arXiv:{looked.id} has another title",)) for one in said]


def _said_in(comment: str, journal_ref: str, first: str, zotero: ZoteroMapping) -> list[Statement]:
    """Return what comment and journal reference say together.

    If one names a conference and the other a journal, they are about two versions.
    """
    readings = [published_in(comment, journal_ref, submitted=first, venues=zotero.venues)]
    if comment and journal_ref:
        # The reference names the last version, mostly a journal; the comment the conference before.
        alone = published_in(comment, "", submitted=first, venues=zotero.venues)
        if alone.venue and _is_journal(alone, zotero) != _is_journal(readings[0], zotero):
            readings.append(alone)
    return [
        Statement(
            Source.ARXIV,
            index_venue(reading.venue, zotero.venues),
            reading.said,
            reading.year,
            pages=reading.pages,
            award=", ".join(reading.awards),
        )
        for reading in readings
        if reading.venue
    ]


def _is_journal(reading: StatedVenue, zotero: ZoteroMapping) -> bool:
    venue = zotero.venues.find(reading.venue)
    return venue is not None and venue.kind is VenueKind.JOURNAL


def _said_by_index(candidate: IndexedWork, zotero: ZoteroMapping) -> Statement:
    venue = index_venue(candidate.venue, zotero.venues)
    is_scholar = candidate.source is Source.SEMANTIC_SCHOLAR
    # A name like "2024 IEEE/CVF Conference" has the conference's year, `year` that of its printing.
    return Statement(
        candidate.source,
        venue,
        candidate.venue,
        candidate.year if is_scholar else venue.year or candidate.year,
        candidate.item_type,
        candidate.doi,
        candidate.pages,
    )
