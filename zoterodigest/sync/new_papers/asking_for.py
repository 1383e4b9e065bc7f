"""Asking for papers by what a person typed: an arXiv id, a DOI, an address, or BibTeX."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from zoterodigest.bibtex.keys import safe_key
from zoterodigest.bibtex.reading import BibRecord, read_records
from zoterodigest.bibtex.tiles.scanner import scan
from zoterodigest.core.values.identity import (
    Identifier,
    arxiv_version,
    doi_as_written,
    typed_identifier,
)
from zoterodigest.core.values.record import EMPTY, Fields, Value, is_empty, text_in
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.frozen import dataclass
from zoterodigest.lookup import crossref, semantic_scholar
from zoterodigest.lookup.arxiv import LookupAnswers, Progress
from zoterodigest.lookup.index import Question
from zoterodigest.lookup.sources import Sources
from zoterodigest.lookup.work import Failed, IndexedWork, KnownPaper, Looked, NoSuchPaper, Source
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
_BIBTEX = "`add` also takes its BibTeX"
_OFFLINE = f"nothing is looked up in this run (offline); {_BIBTEX}"


def read_asked(text: str) -> ById | NotAdded:
    """Return the paper that a person means by `text`, which is no BibTeX."""
    text = text.strip()
    if found := typed_identifier(text):
        return ById(text, found, arxiv_version(text) or arxiv_version(f"arXiv:{text}") or "")
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


def find_papers(
    asked: Sequence[Asked],
    sources: Sources | None,
    venues: VenueTable,
    progress: Progress,
) -> list[Paper | NotAdded]:
    """Return each paper that is asked for, in order, as complete as `sources` know it.

    Without sources nothing is looked up. Papers of arXiv are asked for together.
    """
    # Other sources first: what they say of a work's arXiv id is asked for with the rest.
    by_index = {one: _by_index(one, sources) for one in asked if isinstance(one, ById)}
    ids: list[str] = []
    for one in asked:
        if isinstance(one, ByBib):
            ids.append(text_in(bib_fields(one.record), "arxiv"))
        elif one.identifier.scheme == "arxiv":
            ids.append(one.identifier.value)
        elif isinstance(known := by_index[one], IndexedWork):
            ids.append(known.arxiv)
    wanted, arxiv = dict.fromkeys(filter(None, ids)), sources.arxiv if sources else None
    answers = arxiv.look_up(wanted, progress=progress) if arxiv and wanted else {}
    search = _PaperSearch(sources, venues, answers)
    return [
        search.by_bib(one) if isinstance(one, ByBib) else search.by_id(one, by_index[one])
        for one in asked
    ]


@dataclass(frozen=True, slots=True)
class _PaperSearch:
    """What arXiv says of the papers of one run, asked for in as few requests as there can be."""

    sources: Sources | None
    venues: VenueTable
    answers: LookupAnswers

    def by_id(self, asked: ById, found: IndexedWork | NotAdded) -> Paper | NotAdded:
        if asked.identifier.scheme == "arxiv":
            return self._by_arxiv(asked)
        if not isinstance(found, IndexedWork):
            return found
        fields = candidate_fields(found, self.venues)
        if asked.identifier.scheme == "doi":
            fields["doi"] = doi_as_written(asked.identifier.value, asked.name)
        elif not fields.keys() & {"arxiv", "doi"}:
            fields["url"] = _page(asked)
        return Paper(asked.name, *self._with_arxiv(fields))

    def by_bib(self, asked: ByBib) -> Paper:
        record = asked.record
        known = self._with_arxiv(bib_fields(record))
        citekey = record.key if record.key == safe_key(record.key) else ""
        return Paper(asked.name, *known, citekey=citekey, details=bib_details(record))

    def _by_arxiv(self, asked: ById) -> Paper | NotAdded:
        if self.sources is None:
            return NotAdded(asked.name, _OFFLINE)
        if self.sources.arxiv is None:
            return NotAdded(asked.name, "[lookup] in zoterodigest.toml leaves arXiv out")
        match self.answers[asked.identifier.value]:
            case KnownPaper(looked):
                if not looked.title:
                    return NotAdded(asked.name, "arXiv does not tell its title")
                fields = looked_fields(looked, self.venues)
                version = asked.version or f"v{looked.version}"
                return Paper(asked.name, fields, version, _remarks(looked))
            case NoSuchPaper():
                return NotAdded(asked.name, "arXiv has no such paper")
            case Failed(reason):
                return NotAdded(asked.name, f"{reason}; {_BIBTEX}")

    def _with_arxiv(self, fields: Fields) -> tuple[dict[str, Value], str, tuple[str, ...]]:
        """Return fields with what arXiv adds, the version there, and remarks."""
        match self.answers.get(text_in(fields, "arxiv")):
            case KnownPaper(looked):
                more = completed(fields, looked_fields(looked, self.venues))
                return more, f"v{looked.version}", _remarks(looked)
            case Failed(reason):
                return dict(fields), "", (f"not looked up at arXiv: {reason}",)
            case _:
                return dict(fields), "", ()


def _by_index(asked: ById, sources: Sources | None) -> IndexedWork | NotAdded:
    if sources is None:
        return NotAdded(asked.name, _OFFLINE)
    match find_by_index(asked, sources):
        case IndexedWork() as found:
            return found
        case Failed(reason):
            return NotAdded(asked.name, f"{reason}; {_BIBTEX}")
        case None:
            return NotAdded(asked.name, f"no source knows it; {_BIBTEX}")


def find_by_index(asked: ById, sources: Sources) -> IndexedWork | Failed | None:
    """Return what an index knows of a work that is not named by its arXiv id; None for nothing."""
    reasons: list[str] = []
    for source, question in _questions(asked):
        index = sources.indexes.get(source)
        answer = () if index is None else index.ask(question)
        if isinstance(answer, Failed):
            reasons.append(answer.reason)
        elif fitting := [it for it in answer if it.title and _is_asked(it, asked.identifier)]:
            return fitting[0]
    return Failed("; ".join(reasons)) if reasons else None


def _questions(asked: ById) -> Iterator[tuple[Source, Question]]:
    """Yield whom to ask for a work, and what: none of them for one of arXiv, which tells more."""
    identifier = asked.identifier
    if identifier.scheme == "arxiv":
        return
    if identifier.scheme == "doi":
        # The registry of the DOI goes first: other indexes copy from it.
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


def _remarks(looked: Looked) -> tuple[str, ...]:
    if not looked.is_withdrawn:
        return ()
    return (": ".join(filter(None, ("it was withdrawn from arXiv", looked.comment))),)
