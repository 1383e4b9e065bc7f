"""Asking a bibliographic index for works, through the cache, with one outcome per question.

Each index says in its own module how a question is put and how its answers are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from pydantic import TypeAdapter

from zoterodigest.foreign import BadJson, read_json
from zoterodigest.frozen import dataclass
from zoterodigest.lookup.cache import Answers, Cache
from zoterodigest.lookup.service import Manners, NoReply, Service, ServiceAddress
from zoterodigest.lookup.texts import Json
from zoterodigest.lookup.work import Failed, IndexedWork, Source

Candidates = tuple[IndexedWork, ...]
"""What an index has, the best first; nothing if it has nothing."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question to an index: the name its answer is kept under, the request, the answer's reader.

    `works` takes any JSON, and yields what it understands of it.
    """

    key: str
    path: str
    works: Callable[[Json], Iterable[IndexedWork]]
    params: Mapping[str, str]

    def read(self, answer: Json) -> Candidates:
        """Return what an answer, any JSON, has to offer."""
        return titled(self.works(answer))


class Index:
    """The index that is `source`, at `place`, with what `cache` knows of it."""

    def __init__(
        self,
        source: Source,
        place: ServiceAddress,
        *,
        cache: Cache,
        manners: Manners,
    ) -> None:
        self.source = source
        self.service = Service(place, manners)
        self._answers = Answers(cache, source, _CANDIDATES, now=manners.now)

    def ask(self, question: Question) -> Candidates | Failed:
        """Return what the index has, from the cache if it was asked not long ago."""
        known = self.recall([question.key])
        if question.key in known:
            return known[question.key]
        answer = self.answer(question.path, question.params)
        if isinstance(answer, Failed):
            return answer
        found = question.read(answer)
        self.keep({question.key: found})
        return found

    def answer(
        self, path: str, params: Mapping[str, str], body: Mapping[str, object] | None = None
    ) -> Json | Failed:
        """Return the JSON that comes back for a request, None for what the index does not know."""
        reply, name = self.service.ask(path, params, body), self.service.place.name
        if isinstance(reply, NoReply):
            return Failed(reply.reason)
        # Crossref and Semantic Scholar say so of a work that they do not have.
        if reply.status == 404:
            return None
        if reply.status != 200:
            return Failed(f"{name} answers with HTTP {reply.status}")
        try:
            read: Json = read_json(reply.body)
        except BadJson:
            return Failed(f"{name} does not answer in JSON")
        return read

    def recall(self, keys: Sequence[str], *, however_old: bool = False) -> dict[str, Candidates]:
        """Return the answers kept under `keys` that need not be asked for again, or all."""
        kept = self._answers.recall(keys).items()
        return {key: found or () for key, (found, is_fresh) in kept if is_fresh or however_old}

    def keep(self, answers: Mapping[str, Candidates]) -> None:
        """Keep answers that just came."""
        # That there is nothing is believed for less long: an index may list the work next week.
        self._answers.keep({key: found or None for key, found in answers.items()})


_CANDIDATES = TypeAdapter(Candidates)


def titled(works: Iterable[IndexedWork]) -> Candidates:
    """Return those of `works` that have a title: without one nothing shows which work it is."""
    return tuple(work for work in works if work.title)
