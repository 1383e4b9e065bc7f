"""Asking for papers by what a person typed: an arXiv id, a DOI, an address, or BibTeX."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zoterodigest.bibtex.keys import safe_key
from zoterodigest.bibtex.reading import BibRecord, read_records
from zoterodigest.bibtex.tiles.scanner import scan
from zoterodigest.core.values.identity import (
    Identifier,
    arxiv_version,
    doi_as_written,
    identifier_of,
)
from zoterodigest.core.values.record import EMPTY, Fields, Value, is_empty, text_in
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.lookup import crossref, semantic_scholar
from zoterodigest.lookup.arxiv import Outcomes, Progress
from zoterodigest.lookup.index import Question
from zoterodigest.lookup.sources import Sources
from zoterodigest.lookup.work import Failed, IndexedWork, KnownPaper, NoSuchPaper, Source, Withdrawn
from zoterodigest.sync.new_papers.papers import (
    Paper,
    bib_details,
    bib_fields,
    candidate_fields,
    completed,
    looked_fields,
)


@dataclass(frozen=True, slots=True)
class ById:
    """A paper by its identifier; `version` is that of arXiv that was named, if one was."""

    name: str
    identifier: Identifier
    version: str = ""


@dataclass(frozen=True, slots=True)
class ByBib:
    """A paper by its entry in BibTeX."""

    name: str
    record: BibRecord


@dataclass(frozen=True, slots=True)
class NotAdded:
    """What was asked for by `name` becomes no entry, and why."""

    name: str
    reason: str


Asked = ById | ByBib
_OFFLINE = "nothing is looked up in this run (offline); its BibTeX would do"


def read_asked(text: str) -> ById | NotAdded:
    """Return the paper that a person means by `text`, which is no BibTeX."""
    text = text.strip()
    for form in (text, f"arXiv:{text}"):
        found = identifier_of(form)
        if found is not None:
            return ById(text, found, arxiv_version(form) or "")
    return NotAdded(text, "this is no arXiv id, DOI, web address or BibTeX")


def read_bibtex(text: str, name: str, venues: VenueTable) -> tuple[ByBib | NotAdded, ...]:
    """Return the papers in BibTeX that `name` gave; what cannot be read is told of by its line."""
    bibliography = scan(text.encode("utf-8", "replace"))
    records = read_records(bibliography, venues)
    found = [_by_bib(record, name) for record in records]
    broken = [
        NotAdded(f"{name}:{bibliography.place(tile.span.start).line}", "this is no whole entry")
        for tile in bibliography.broken
    ]
    nothing = [NotAdded(name, "there is no entry in this BibTeX")]
    return (*found, *broken) if found or broken else tuple(nothing)


def _by_bib(record: BibRecord, name: str) -> ByBib | NotAdded:
    own = record.key or f"{name}:{record.line}"
    if is_empty(record.fields.get("title", EMPTY)):
        return NotAdded(own, "its BibTeX has no title")
    return ByBib(own, record)


def _unwatched(_done: int, _total: int) -> None:
    pass


def find_papers(
    asked: Sequence[Asked],
    sources: Sources | None,
    venues: VenueTable,
    progress: Progress = _unwatched,
) -> list[Paper | NotAdded]:
    """Return each paper that is asked for, in order, as complete as `sources` know it.

    Without sources nothing is looked up. Papers of arXiv are asked for together.
    """
    return list(_PaperSearch(asked, sources, venues, progress).papers())


class _PaperSearch:
    """One run's questions, those to arXiv in as few requests as there can be."""

    def __init__(
        self,
        asked: Sequence[Asked],
        sources: Sources | None,
        venues: VenueTable,
        progress: Progress,
    ) -> None:
        self._asked = asked
        self._sources = sources
        self._venues = venues
        self._progress = progress
        self._outcomes: Outcomes = {}

    def papers(self) -> Iterator[Paper | NotAdded]:
        candidates = {one: self._candidate(one) for one in self._asked if isinstance(one, ById)}
        bib = (
            text_in(bib_fields(one.record), "arxiv")
            for one in self._asked
            if isinstance(one, ByBib)
        )
        own = (one.identifier.value for one in candidates if one.identifier.scheme == "arxiv")
        known = (one.arxiv for one in candidates.values() if isinstance(one, IndexedWork))
        self._look_up([id_ for id_ in (*own, *known, *bib) if id_])
        for one in self._asked:
            match one:
                case ByBib():
                    yield self._by_bib(one)
                case ById(identifier=Identifier("arxiv")):
                    yield self._by_arxiv(one)
                case ById():
                    yield self._by_index(one, candidates[one])

    def _look_up(self, ids: Sequence[str]) -> None:
        if self._sources is not None and self._sources.arxiv is not None and ids:
            found = self._sources.arxiv.look_up(dict.fromkeys(ids), progress=self._progress)
            self._outcomes = found

    def _by_arxiv(self, asked: ById) -> Paper | NotAdded:
        if self._sources is None:
            return NotAdded(asked.name, _OFFLINE)
        if self._sources.arxiv is None:
            return NotAdded(asked.name, "[lookup] in zoterodigest.toml leaves arXiv out")
        match self._outcomes[asked.identifier.value]:
            case KnownPaper(looked) | Withdrawn(looked) as outcome:
                fields = looked_fields(looked, self._venues)
                if not looked.title:
                    return NotAdded(asked.name, "arXiv does not tell its title")
                remark = (_withdrawn(looked.comment),) if isinstance(outcome, Withdrawn) else ()
                return Paper(asked.name, fields, asked.version or f"v{looked.version}", remark)
            case NoSuchPaper():
                return NotAdded(asked.name, "arXiv has no such paper")
            case Failed(reason):
                return NotAdded(asked.name, reason)

    def _by_index(self, asked: ById, found: IndexedWork | NotAdded | None) -> Paper | NotAdded:
        if not isinstance(found, IndexedWork):
            return found or NotAdded(asked.name, "no source has been asked for it")
        fields = candidate_fields(found, self._venues)
        named = asked.identifier
        if named.scheme == "doi":
            fields["doi"] = doi_as_written(named.value, asked.name)
        elif not fields.keys() & {"arxiv", "doi"}:
            fields["url"] = _page(asked)
        return Paper(asked.name, *self._with_arxiv(fields))

    def _by_bib(self, asked: ByBib) -> Paper:
        record = asked.record
        known = self._with_arxiv(bib_fields(record))
        citekey = record.key if record.key == safe_key(record.key) else ""
        return Paper(asked.name, *known, citekey=citekey, details=bib_details(record))

    def _with_arxiv(self, fields: Fields) -> tuple[dict[str, Value], str, tuple[str, ...]]:
        """Return fields with what arXiv adds, the version there, and remarks."""
        id_ = text_in(fields, "arxiv")
        match self._outcomes.get(id_) if id_ else None:
            case KnownPaper(looked) | Withdrawn(looked) as outcome:
                remark = (_withdrawn(looked.comment),) if isinstance(outcome, Withdrawn) else ()
                return (
                    completed(fields, looked_fields(looked, self._venues)),
                    f"v{looked.version}",
                    remark,
                )
            case Failed(reason):
                return dict(fields), "", (f"not looked up at arXiv: {reason}",)
            case _:
                return dict(fields), "", ()

    def _candidate(self, asked: ById) -> IndexedWork | NotAdded | None:
        """Return what an index knows of a work that is not named by its arXiv id."""
        identifier = asked.identifier
        if identifier.scheme == "arxiv":
            return None
        if self._sources is None:
            return NotAdded(asked.name, _OFFLINE)
        reasons: list[str] = []
        for source, question in _questions(asked):
            index = self._sources.indexes.get(source)
            answer = () if index is None else index.ask(question)
            if isinstance(answer, Failed):
                reasons.append(answer.reason)
            elif fitting := [it for it in answer if it.title and _is_asked(it, identifier)]:
                return fitting[0]
        return NotAdded(asked.name, "; ".join(reasons) or "no source knows it; its BibTeX would do")


def _questions(asked: ById) -> Iterator[tuple[Source, Question]]:
    """Yield whom to ask for a work that is not named by its arXiv id, and what."""
    identifier = asked.identifier
    if identifier.scheme == "doi":
        yield Source.CROSSREF, crossref.by_doi(identifier.value)
    is_known = identifier.scheme in ("doi", "acl")
    named = identifier if is_known else Identifier("url", _page(asked))
    yield Source.SEMANTIC_SCHOLAR, semantic_scholar.by_identifier(named)


def _page(asked: ById) -> str:
    """Return the address that was typed, with its scheme."""
    if asked.identifier.scheme == "url":
        return asked.identifier.value
    return asked.name if "://" in asked.name else f"https://{asked.name}"


def _is_asked(candidate: IndexedWork, identifier: Identifier) -> bool:
    """Tell whether an index speaks of the work asked for, not of another."""
    is_doi = identifier.scheme == "doi" and bool(candidate.doi)
    return not is_doi or candidate.doi.lower() == identifier.value


def _withdrawn(comment: str) -> str:
    return f"it was withdrawn from arXiv: {comment}" if comment else "it was withdrawn from arXiv"
