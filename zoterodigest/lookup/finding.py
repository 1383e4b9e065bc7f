"""Finding where works were published: each source is asked only for what is still unknown.

First come the sources that answer for many works at once, then those that are asked work by work.
If a source does not answer, the others are asked all the same. What came is in the cache, so a run
that is broken off goes on where it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

from zoterodigest.core.values.identity import Identifier, identifier_in
from zoterodigest.core.values.names import PersonName, is_user_name, split_name
from zoterodigest.library.records.zotero import ZoteroMapping
from zoterodigest.lookup import crossref, dblp, semantic_scholar
from zoterodigest.lookup.agreement import WantedWork
from zoterodigest.lookup.arxiv import Progress
from zoterodigest.lookup.index import Candidates, Index, Question
from zoterodigest.lookup.publication import Publication, Published, publication
from zoterodigest.lookup.sources import Sources
from zoterodigest.lookup.statements import Heard, StatedWork, is_same_paper
from zoterodigest.lookup.work import Failed, KnownPaper, Looked, NoSuchPaper, Source, Withdrawn

Watch = Callable[[str], AbstractContextManager[Progress]]
"""Shows what is under way while a block lasts, and how far it has got."""


def _unwatched(_: str) -> AbstractContextManager[Progress]:
    return nullcontext(lambda done, total: None)


@dataclass(frozen=True, slots=True)
class Asking:
    """How sources are asked: not at all if `is_offline`, then the cache alone answers."""

    is_offline: bool = False
    watch: Watch = _unwatched


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
    asking: Asking | None = None,
) -> Findings:
    """Return where `works` were published."""
    search = _VenueSearch(works, sources, zotero, asking or Asking())
    # The order saves requests: hundreds of works in one, and what they settle is not asked again.
    # DBLP comes before Crossref, as it has the conferences that register no DOIs.
    search.ask_arxiv()
    search.ask_scholar_for_all()
    search.ask_for_each(Source.DBLP, _dblp_question)
    search.ask_for_each(Source.CROSSREF, _crossref_question)
    search.ask_for_each(Source.SEMANTIC_SCHOLAR, _scholar_question)
    return search.findings()


@dataclass(frozen=True, slots=True)
class _Sought:
    """A work, what was heard of it so far, and what that adds up to."""

    work: StatedWork
    heard: Heard
    found: Publication

    @property
    def is_settled(self) -> bool:
        found = self.found
        return self.work.is_complete or (isinstance(found, Published) and found.is_confirmed)

    @property
    def looked(self) -> Looked | None:
        """What arXiv says, if that is of this work."""
        looked = self.heard.looked
        return looked if looked and is_same_paper(self.work.known, looked) else None

    @property
    def title(self) -> str:
        """The title by which indexes know the work best."""
        return (self.looked.title if self.looked else "") or self.work.known.title

    @property
    def first_author(self) -> str:
        """The last name of the first author; "" if it is not known as such."""
        looked, known = self.looked, self.work.known.authors.people
        people = looked.authors if looked and looked.authors else known
        if not people or is_user_name(people[0]):
            return ""
        name = split_name(people[0])
        return name.last if isinstance(name, PersonName) else ""

    @property
    def doi(self) -> str:
        """The DOI by the digest or library, else by arXiv, else by an index; else ""."""
        looked, found = self.looked, self.found
        by_arxiv = looked.doi if looked else ""
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
        self._sought = [self._weighed(work, Heard()) for work in works]
        self._faults: Counter[tuple[Source, str]] = Counter()

    def ask_arxiv(self) -> None:
        """Ask arXiv for the papers that have an id there."""
        arxiv = self._sources.arxiv
        places = [at for at in self._open() if self._sought[at].work.known.arxiv]
        ids = [self._sought[at].work.known.arxiv for at in places]
        if arxiv is None or not ids:
            return
        with self._asking.watch(f"Asking {Source.ARXIV.value}") as progress:
            is_offline = self._asking.is_offline
            outcomes = arxiv.recall(ids) if is_offline else arxiv.look_up(ids, progress=progress)
        for at, id_ in zip(places, ids, strict=True):
            looked: Looked | None = None
            match outcomes[id_]:
                case Failed(reason, looked):
                    self._note_fault(Source.ARXIV, reason)
                case KnownPaper(looked) | Withdrawn(looked):
                    pass  # also one that was withdrawn: its comment may say where it appeared
                case NoSuchPaper():
                    pass
            if looked is not None:
                self._hear(at, replace(self._sought[at].heard, looked=looked))

    def ask_scholar_for_all(self) -> None:
        """Ask Semantic Scholar for the works with an identifier, in few requests."""
        index = self._sources.indexes.get(Source.SEMANTIC_SCHOLAR)
        known = {at: _identifier(self._sought[at].work.known) for at in self._open()}
        identified = {at: one for at, one in known.items() if one is not None}
        if index is None or not identified:
            return
        with self._asking.watch(f"Asking {index.source.value}"):
            ids = () if self._asking.is_offline else tuple(identified.values())
            answers = semantic_scholar.ask_all(index, ids)
        for at, identifier in identified.items():
            if identifier in answers:
                self._hear_index(at, index.source, answers[identifier])
            else:  # offline: the cache answers, however old
                self._ask(at, index, semantic_scholar.by_identifier(identifier))

    def ask_for_each(self, source: Source, question: Callable[[_Sought], Question | None]) -> None:
        """Ask an index about one work after the other."""
        index = self._sources.indexes.get(source)
        places = list(self._open())
        if index is None or not places:
            return
        with self._asking.watch(f"Asking {source.value}") as progress:
            for done, at in enumerate(places, start=1):
                if (asked := question(self._sought[at])) is not None:
                    self._ask(at, index, asked)
                progress(done, len(places))

    def findings(self) -> Findings:
        """Return what it all adds up to."""
        faults = [Fault(source, why, number) for (source, why), number in self._faults.items()]
        return Findings(tuple(sought.found for sought in self._sought), tuple(faults))

    def _open(self) -> Iterator[int]:
        """Yield the positions of the works that are not settled yet."""
        return (at for at, sought in enumerate(self._sought) if not sought.is_settled)

    def _ask(self, at: int, index: Index, question: Question) -> None:
        if self._asking.is_offline:
            kept = index.recall([question.key], however_old=True)
            self._hear_index(at, index.source, kept.get(question.key, ()))
        else:
            self._hear_index(at, index.source, index.ask(question))

    def _hear_index(self, at: int, source: Source, answer: Candidates | Failed) -> None:
        if isinstance(answer, Failed):
            self._note_fault(source, answer.reason)
            return
        heard = self._sought[at].heard
        # Two indexes, or two questions to one, may tell the same.
        candidates = tuple(dict.fromkeys((*heard.candidates, *answer)))
        self._hear(at, replace(heard, candidates=candidates))

    def _hear(self, at: int, heard: Heard) -> None:
        self._sought[at] = self._weighed(self._sought[at].work, heard)

    def _note_fault(self, source: Source, reason: str) -> None:
        if not self._asking.is_offline:
            self._faults[source, reason] += 1

    def _weighed(self, work: StatedWork, heard: Heard) -> _Sought:
        return _Sought(work, heard, publication(work, heard, self._zotero))


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
