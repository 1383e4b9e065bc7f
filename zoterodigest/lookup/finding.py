"""Finding where works were published: each source is asked only for what is still unknown.

First come the sources that answer for many works at once, then those that are asked work by work.
If a source does not answer, the others are asked all the same. What came is in the cache, so a run
that is broken off goes on where it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from zoterodigest.core.values.identity import Identifier, identifier_in
from zoterodigest.core.values.names import PersonName, is_user_name, split_name
from zoterodigest.frozen import dataclass
from zoterodigest.library.records.zotero import ZoteroMapping
from zoterodigest.lookup import crossref, dblp, semantic_scholar
from zoterodigest.lookup.agreement import WantedWork
from zoterodigest.lookup.arxiv import Progress
from zoterodigest.lookup.index import Candidates, Index, Question
from zoterodigest.lookup.publication import Publication, Published, publication
from zoterodigest.lookup.sources import Sources
from zoterodigest.lookup.statements import StatedWork
from zoterodigest.lookup.work import Failed, KnownPaper, Looked, NoSuchPaper, Source

Watch = Callable[[str], AbstractContextManager[Progress]]
"""Shows what is under way while a block lasts, and how far it has got."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How sources are asked: not at all if `is_offline`, then the cache alone answers."""

    is_offline: bool = False
    watch: Watch = lambda _: nullcontext(lambda done, total: None)


@dataclass(frozen=True, slots=True)
class Fault:
    """A source that did not answer for a number of works, and why."""

    source: Source
    reason: str
    works: int


@dataclass(frozen=True, slots=True)
class Findings:
    """Where works were published, in their order, as far as those that answered know."""

    publications: tuple[Publication, ...]
    faults: tuple[Fault, ...] = ()


def find_publications(
    works: Sequence[StatedWork],
    sources: Sources,
    zotero: ZoteroMapping,
    asking: Asking,
) -> Findings:
    """Return where `works` were published."""
    search = _VenueSearch(works, sources, zotero, asking)
    # The order saves requests: hundreds of works in one, and what they settle is not asked again.
    # DBLP comes before Crossref, as it has the conferences that register no DOIs.
    search.ask_arxiv()
    search.ask_scholar_for_all()
    search.ask_for_each(Source.DBLP, _dblp_question)
    search.ask_for_each(Source.CROSSREF, _crossref_question)
    search.ask_for_each(Source.SEMANTIC_SCHOLAR, _scholar_question)
    return search.findings()


@dataclass(slots=True)
class _Sought:
    """A work with what was heard of it so far, and what that adds up to."""

    work: StatedWork
    found: Publication

    @property
    def is_settled(self) -> bool:
        found = self.found
        return self.work.is_complete or (isinstance(found, Published) and found.is_confirmed)

    @property
    def title(self) -> str:
        """The title by which indexes know the work best."""
        paper = self.work.paper
        return (paper.title if paper else "") or self.work.known.title

    @property
    def first_author(self) -> str:
        """The last name of the first author; "" if it is not known as such."""
        paper, known = self.work.paper, self.work.known.authors.people
        people = paper.authors if paper and paper.authors else known
        if not people or is_user_name(people[0]):
            return ""
        name = split_name(people[0])
        return name.last if isinstance(name, PersonName) else ""

    @property
    def doi(self) -> str:
        """The DOI by the digest or library, else by arXiv, else by an index; else ""."""
        paper, found = self.work.paper, self.found
        by_arxiv = paper.doi if paper else ""
        by_index = found.doi if isinstance(found, Published) else ""
        return self.work.known.doi or by_arxiv or by_index


class _VenueSearch:
    """Works while sources are asked about them."""

    def __init__(
        self, works: Sequence[StatedWork], sources: Sources, zotero: ZoteroMapping, asking: Asking
    ) -> None:
        self._sources = sources
        self._zotero = zotero
        self._asking = asking
        self._sought = [_Sought(work, publication(work, zotero)) for work in works]
        self._faults: Counter[tuple[Source, str]] = Counter()

    def ask_arxiv(self) -> None:
        """Ask arXiv for the papers that have an id there."""
        arxiv = self._sources.arxiv
        listed = [(one, one.work.known.arxiv) for one in self._open() if one.work.known.arxiv]
        if arxiv is None or not listed:
            return
        ids = [id_ for _, id_ in listed]
        with self._asking.watch(f"Asking {Source.ARXIV.value}") as progress:
            is_offline = self._asking.is_offline
            outcomes = arxiv.recall(ids) if is_offline else arxiv.look_up(ids, progress=progress)
        for one, id_ in listed:
            looked: Looked | None = None
            match outcomes[id_]:
                case Failed(reason, looked):
                    self._note_fault(Source.ARXIV, reason)
                case KnownPaper(looked):
                    pass  # also one that was withdrawn: its comment may say where it appeared
                case NoSuchPaper():
                    pass
            if looked is not None:
                self._hear(one, replace(one.work, looked=looked))

    def ask_scholar_for_all(self) -> None:
        """Ask Semantic Scholar for the works with an identifier, in few requests."""
        index = self._sources.indexes.get(Source.SEMANTIC_SCHOLAR)
        named = [(one, _identifier(one.work.known)) for one in self._open()]
        identified = [(one, identifier) for one, identifier in named if identifier is not None]
        if index is None or not identified:
            return
        with self._asking.watch(f"Asking {index.source.value}"):
            ids = () if self._asking.is_offline else tuple(it for _, it in identified)
            answers = semantic_scholar.ask_all(index, ids)
        for one, identifier in identified:
            if identifier in answers:
                self._hear_index(one, index, answers[identifier])
            else:  # offline: the cache answers, however old
                self._ask(one, index, semantic_scholar.by_identifier(identifier))

    def ask_for_each(self, source: Source, question: Callable[[_Sought], Question | None]) -> None:
        """Ask an index about one work after the other."""
        index = self._sources.indexes.get(source)
        works = self._open()
        if index is None or not works:
            return
        with self._asking.watch(f"Asking {source.value}") as progress:
            for done, one in enumerate(works, start=1):
                if (asked := question(one)) is not None:
                    self._ask(one, index, asked)
                progress(done, len(works))

    def findings(self) -> Findings:
        """Return what it all adds up to."""
        faults = [Fault(source, why, number) for (source, why), number in self._faults.items()]
        return Findings(tuple(sought.found for sought in self._sought), tuple(faults))

    def _open(self) -> list[_Sought]:
        """Return the works that are not settled yet."""
        return [one for one in self._sought if not one.is_settled]

    def _ask(self, one: _Sought, index: Index, question: Question) -> None:
        if self._asking.is_offline:
            kept = index.recall([question.key], however_old=True)
            self._hear_index(one, index, kept.get(question.key, ()))
        else:
            self._hear_index(one, index, index.ask(question))

    def _hear_index(self, one: _Sought, index: Index, answer: Candidates | Failed) -> None:
        if isinstance(answer, Failed):
            self._note_fault(index.source, answer.reason)
        else:
            # Two indexes, or two questions to one, may tell the same.
            candidates = tuple(dict.fromkeys((*one.work.candidates, *answer)))
            self._hear(one, replace(one.work, candidates=candidates))

    def _hear(self, one: _Sought, work: StatedWork) -> None:
        one.work, one.found = work, publication(work, self._zotero)

    def _note_fault(self, source: Source, reason: str) -> None:
        if not self._asking.is_offline:
            self._faults[source, reason] += 1


def _identifier(known: WantedWork) -> Identifier | None:
    if known.arxiv:
        return Identifier("arxiv", known.arxiv)
    return identifier_in("doi", known.doi) if known.doi else None


def _dblp_question(sought: _Sought) -> Question | None:
    # Its search wants every word, so that a name in another spelling would find nothing.
    author = sought.first_author
    plain = author if author.isascii() else ""
    return dblp.dblp_by_title(sought.title, plain) if sought.title else None


def _crossref_question(sought: _Sought) -> Question | None:
    if sought.doi:
        return crossref.by_doi(sought.doi)
    return crossref.crossref_by_title(sought.title, sought.first_author) if sought.title else None


def _scholar_question(sought: _Sought) -> Question | None:
    if sought.work.known.arxiv or sought.work.known.doi or not sought.title:
        return None
    return semantic_scholar.semantic_scholar_by_title(sought.title)
