"""Where a work was published in the end: what its digest, arXiv and the indexes say, weighed. Pure.

Precision first: a wrong venue is worse than none. What a source says of another work, what sources
say against each other, and a venue without a year are for a person to judge.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from zoterodigest.frozen import dataclass
from zoterodigest.library.records.items import item_type_for
from zoterodigest.library.records.zotero import ZoteroMapping
from zoterodigest.lookup.index_venues import (
    IndexVenue,
    are_one,
    has_separate_papers,
    is_host,
    is_workshop,
)
from zoterodigest.lookup.statements import TRUST, Doubt, StatedWork, Statement, statements_of
from zoterodigest.lookup.work import Source
from zoterodigest.regex import lazy_regex


@dataclass(frozen=True, slots=True)
class Published:
    """The work appeared at `venue` (an id of the table, or a name) in `year`.

    `why` are the statements that say so, the most trusted first; of the digest's or library's own
    venue nothing but `doi` and `pages` (and a missing year) is news. `against` are the others.
    """

    venue: str
    year: str
    item_type: str
    why: tuple[Statement, ...]
    doi: str = ""
    pages: str = ""
    award: str = ""
    against: tuple[Doubt, ...] = ()

    @property
    def is_own(self) -> bool:
        """Whether the digest or the library named the venue before."""
        return self.why[0].source is None

    @property
    def is_confirmed(self) -> bool:
        """Whether asking further sources is of no use."""
        sources = {statement.source for statement in self.why}
        is_listed = bool(sources & {Source.DBLP, Source.CROSSREF})
        # Only DBLP has the conference before a journal if that registers no DOIs (NeurIPS, ICML).
        may_be_second = self.item_type == "journalArticle" and not self.is_own
        is_told = len(sources) > 1 and bool(self.doi and self.pages)
        return is_listed or (is_told and not may_be_second)


@dataclass(frozen=True, slots=True)
class Reported:
    """The work may have been published; `reason` says why zoterodigest does not decide it.

    If it appeared more than once, `versions` are those among which a person chooses.
    """

    reason: str
    doubts: tuple[Doubt, ...]
    versions: tuple[Published, ...] = ()


@dataclass(frozen=True, slots=True)
class Unpublished:
    """Nobody says that it was published."""


Publication = Published | Reported | Unpublished


def publication(work: StatedWork, zotero: ZoteroMapping) -> Publication:
    """Return where `work` appeared, as far as what was heard of it allows.

    The venue of the digest or the library is never contradicted. Without one, all sources that
    name venues for the work must name one and the same, and somebody trustworthy the year. A
    conference paper and the article that followed it are two versions: a person chooses.
    """
    # Precision first: each step below rather reports than guesses.
    statements, doubts = statements_of(work, zotero)
    if work.own is not None:
        return _with_additions(work.own, statements, doubts, zotero)
    if not statements:
        return Reported("nobody can tell whether it is this work", doubts) if doubts else _NOWHERE
    first = work.looked.first if work.looked else work.first
    meant = _sole_venue(statements)
    if meant is None:
        return _several(statements, doubts, first, zotero)
    agreeing = [each for each in statements if _says(each, meant)]
    found = _joined(agreeing, meant, first, zotero)
    if isinstance(found, str):
        return Reported(found, (*_as_doubts(statements), *doubts))
    others = _as_doubts((each for each in statements if each not in agreeing), "another version")
    return replace(found, against=(*others, *doubts))


OTHER_VENUE, OTHER_YEAR = "another venue", "another year"
"""Why a statement is not used beside the own venue of a work."""

_NOWHERE = Unpublished()
_AT_ODDS = "the sources disagree about the venue"
_SEVERAL = "it appeared at several venues"
_INDEXED = (Source.DBLP, Source.CROSSREF, Source.ARXIV, Source.SEMANTIC_SCHOLAR)
_PAGES = lazy_regex(r"[A-Za-z]{0,3}\d{1,7}(?::\d{1,5})?(?:-[A-Za-z]{0,3}\d{1,7}(?::\d{1,5})?)?")


def _sole_venue(statements: Sequence[Statement]) -> Statement | None:
    """Return the venue that every source names, if it has no rival.

    A workshop that only some sources name is no rival: papers cite the other version.
    """
    sources = {each.source for each in statements}
    for one in statements:
        others = [each for each in statements if not _says(each, one)]
        if _naming(statements, one) == sources and all(
            is_workshop(each.venue) and _naming(statements, each) != sources for each in others
        ):
            return one
    return None


def _naming(statements: Sequence[Statement], venue: Statement) -> set[Source | None]:
    return {each.source for each in statements if _says(each, venue)}


def _several(
    statements: Sequence[Statement],
    doubts: tuple[Doubt, ...],
    first: str,
    zotero: ZoteroMapping,
) -> Reported:
    """Return what is for a person to judge if no venue is named by all statements.

    If one source names several venues, the work appeared at each of them. Otherwise one source is
    wrong.
    """
    named: list[Statement] = []
    for one in statements:
        if not any(_says(one, other) for other in named):
            named.append(one)
    # Two venues by one source are two versions; by two sources, one of them errs.
    naming = Counter(source for venue in named for source in _naming(statements, venue))
    if max(naming.values()) == 1:
        return Reported(_AT_ODDS, (*_as_doubts(statements), *doubts))
    versions = [
        _joined([each for each in statements if _says(each, venue)], venue, first, zotero)
        for venue in named
    ]
    known = tuple(version for version in versions if isinstance(version, Published))
    return Reported(_SEVERAL, (*_as_doubts(statements), *doubts), known)


def _says(one: Statement, other: Statement) -> bool:
    """Tell whether `one` names the venue of `other`; one DOI is one publication.

    Semantic Scholar names the conference if a part of it is meant.
    """
    if are_one(one.venue, other.venue):
        return True
    if one.venue.venue and other.venue.venue:
        return one.source is Source.SEMANTIC_SCHOLAR and is_host(one.venue, other.venue)
    return bool(one.doi) and one.doi.lower() == other.doi.lower()


def _joined(
    agreeing: Sequence[Statement], meant: Statement, first: str, zotero: ZoteroMapping
) -> Published | str:
    """Return what statements about one venue add up to, or why that is not enough."""
    venue = _name(agreeing, meant)
    item_type = item_type_for({"venue": venue.name}, zotero)
    types = {each.item_type for each in agreeing} - {""}
    if not venue.venue and types and item_type not in types:
        return f"{venue.name} is in no table of venues and may be no {_KINDS[item_type]}"
    # Semantic Scholar gives Findings and tracks the name of their conference.
    is_sole = {each.source for each in agreeing} == {Source.SEMANTIC_SCHOLAR}
    if is_sole and venue.venue and has_separate_papers(venue.venue, zotero.venues):
        return f"Semantic Scholar alone does not tell which part of {venue.name} it is"
    years = _years(agreeing, first, is_journal=item_type == "journalArticle")
    if not years:
        return "nobody tells the year for certain"
    # An issue of a journal often appears a year after its articles.
    if int(max(years)) - int(min(years)) > (item_type == "journalArticle"):
        return "the sources disagree about the year"
    return Published(
        venue.name,
        years[0],
        item_type,
        tuple(agreeing),
        *_doi_and_pages(agreeing),
        next((each.award for each in agreeing if each.award), ""),
    )


_KINDS = {"journalArticle": "journal", "conferencePaper": "conference", "preprint": "server"}


def _name(agreeing: Sequence[Statement], meant: Statement) -> IndexVenue:
    """Return the venue by its id in the table; else by its fullest name."""
    if meant.venue.venue:
        return meant.venue
    known = next((each.venue for each in agreeing if each.venue.venue), None)
    return known or max((each.venue for each in agreeing), key=lambda venue: len(venue.name))


def _years(agreeing: Sequence[Statement], first: str, *, is_journal: bool) -> list[str]:
    """Return the years that count, the most trusted first.

    Of a conference it is that of its name, not the one of its printing; of a journal that of the
    issue, not the one of acceptance. Semantic Scholar may give that of the preprint.
    """
    # DBLP and Crossref date volumes, authors the acceptance.
    told = {source: [each for each in agreeing if each.source is source] for source in TRUST}
    indexes = [*told[Source.DBLP], *told[Source.CROSSREF]]
    if is_journal:
        ranks = [indexes, told[Source.ARXIV]]
    else:
        named = [each for each in told[Source.CROSSREF] if each.venue.year]
        ranks = [[*told[Source.ARXIV], *told[Source.DBLP], *named], indexes]
    later = [each for each in told[Source.SEMANTIC_SCHOLAR] if not first or each.year > first[:4]]
    for rank in (*ranks, later):
        if years := [each.year for each in rank if each.year]:
            return years
    return []


def _doi_and_pages(agreeing: Iterable[Statement]) -> tuple[str, str]:
    """Return the DOI and the pages, each from the index that is trusted most with such things."""
    in_order = sorted(agreeing, key=_rank)
    dois = (each.doi for each in in_order if each.doi)
    pages = (each.pages for each in in_order if _PAGES.fullmatch(each.pages))
    return next(dois, ""), next(pages, "")


def _rank(statement: Statement) -> int:
    return _INDEXED.index(statement.source) if statement.source else len(_INDEXED)


def _with_additions(
    own: Statement,
    statements: Sequence[Statement],
    doubts: tuple[Doubt, ...],
    zotero: ZoteroMapping,
) -> Published:
    """Return the own venue with what those add who name it too, with its year."""
    naming = [each for each in statements if _says(each, own)]
    agreeing = [each for each in naming if not own.year or each.year == own.year]
    year = own.year or next((each.year for each in sorted(agreeing, key=_rank) if each.year), "")
    other_year = _as_doubts((each for each in naming if each not in agreeing), OTHER_YEAR)
    others = _as_doubts((each for each in statements if each not in naming), OTHER_VENUE)
    return Published(
        own.venue.name,
        year,
        item_type_for({"venue": own.venue.name}, zotero),
        (own, *agreeing),
        *_doi_and_pages(agreeing),
        against=(*other_year, *others, *doubts),
    )


def _as_doubts(statements: Iterable[Statement], *reasons: str) -> tuple[Doubt, ...]:
    return tuple(Doubt(each, reasons) for each in statements)
