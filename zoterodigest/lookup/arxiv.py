"""Papers of arXiv by their ids: a hundred a request, three seconds apart, and none asked twice.

Every id has an outcome of its own. What came before a fault is kept, so that a run that is broken
off goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from pydantic import TypeAdapter

from zoterodigest.core.values.identity import identifier_of
from zoterodigest.foreign import BadJson, read_json_as
from zoterodigest.lookup.cache import Ages, Cache, Kept
from zoterodigest.lookup.feed import EMPTY, Feed, fault_of, read_feed
from zoterodigest.lookup.service import Manners, NoReply, Place, Reply, Service
from zoterodigest.lookup.work import Failed, Looked, Missing, Outcome, Source, outcome_of

Progress = Callable[[int, int], None]
"""Told how many ids are done, and of how many."""

ARXIV = Place(Source.ARXIV.value, "https://export.arxiv.org/api", pause=3.0)
"""The API; its terms allow one request every three seconds (info.arxiv.org/help/api/tou.html)."""

BATCH = 100


def _unwatched(_done: int, _total: int) -> None:
    pass


class Arxiv:
    """arXiv at `place`, with what `cache` knows of it, and for how long that is believed."""

    def __init__(
        self, cache: Cache, manners: Manners, *, place: Place = ARXIV, ages: Ages | None = None
    ) -> None:
        self.service = Service(place, manners)
        self._cache = cache
        self._now = manners.now
        self._ages = ages or Ages()

    def look_up(self, ids: Iterable[str], *, progress: Progress = _unwatched) -> Outcomes:
        """Return the outcome of each of `ids` (`2103.00020`, with or without a version).

        Only what is not in the cache, or has been there for too long, is asked for; `progress` is
        told of that.
        """
        wanted = {id_: _canonical(id_) for id_ in ids}
        now = self._now()
        answers: dict[str, _Answer] = {}
        earlier: dict[str, _Answer] = {}
        for key, (kept, answer) in self._kept(wanted.values()).items():
            (answers if self._ages.is_fresh(kept, now) else earlier)[key] = answer
        asked = [key for key in dict.fromkeys(wanted.values()) if key and key not in answers]
        for start in range(0, len(asked), BATCH):
            batch = asked[start : start + BATCH]
            answers |= self._batch(batch)
            progress(start + len(batch), len(asked))
        return {
            id_: _outcome(answers.get(key, _NO_ID), earlier.get(key)) for id_, key in wanted.items()
        }

    def recall(self, ids: Iterable[str]) -> Outcomes:
        """Return the outcome of each of `ids` as the cache has it, however old, without asking."""
        wanted = {id_: _canonical(id_) for id_ in ids}
        kept = self._kept(wanted.values())
        return {
            id_: _outcome(kept[key][1] if key in kept else _NOT_ASKED if key else _NO_ID)
            for id_, key in wanted.items()
        }

    def _kept(self, keys: Iterable[str]) -> dict[str, tuple[Kept, _Answer]]:
        """Return what the cache has of `keys` and can be read."""
        found = self._cache.recall(Source.ARXIV, filter(None, keys))
        read = {key: (kept, _recalled(kept)) for key, kept in found.items()}
        return {key: (kept, answer) for key, (kept, answer) in read.items() if answer is not None}

    def _batch(self, ids: Sequence[str]) -> dict[str, _Answer]:
        """Return the answer to each of `ids`; what came in a faulty feed is not asked for again."""
        answers: dict[str, _Answer] = {}
        left, fault, faults = list(ids), "", 0
        while left and faults < _TRIES:
            reply = self.service.ask("/query", _query(left))
            if isinstance(reply, NoReply):
                fault = reply.reason
                break
            new, fault = _read_page(reply, left)
            self._keep(new)
            answers |= new
            left = [key for key in left if key not in new]
            faults += bool(fault)
        is_believed = fault == EMPTY and len(left) <= _FEW
        return answers | dict.fromkeys(left, Missing() if is_believed else Failed(fault))

    def _keep(self, answers: Mapping[str, _Answer]) -> None:
        texts = {
            key: _PAPER.dump_json(answer).decode() if isinstance(answer, Looked) else None
            for key, answer in answers.items()
        }
        self._cache.keep(Source.ARXIV, texts, self._now())


Outcomes = dict[str, Outcome]
_Answer = Looked | Missing | Failed

_PAPER = TypeAdapter(Looked)
_NO_ID = Failed("this is no arXiv id")
_NOT_ASKED = Failed("arXiv has not been asked yet")
_TRIES = 3
_FEW = 5
"""So many ids at once may well all be missing; of more an empty page is a fault of the API."""


def _canonical(id_: str) -> str:
    """Return the bare id, "" for what is none."""
    identifier = identifier_of(f"arXiv:{id_.strip()}")
    return identifier.value if identifier and identifier.scheme == "arxiv" else ""


def _recalled(kept: Kept) -> Looked | Missing | None:
    if kept.answer is None:
        return Missing()
    try:
        return read_json_as(_PAPER, kept.answer)
    except BadJson:
        return None


def _outcome(answer: _Answer, earlier: _Answer | None = None) -> Outcome:
    before = earlier if isinstance(earlier, Looked) else None
    match answer:
        case Looked():
            return outcome_of(answer, before.version if before else 0)
        case Failed(reason):
            return Failed(reason, before)
        case Missing():
            return answer


def _query(ids: Sequence[str]) -> dict[str, str]:
    # Without `max_results` the API answers with ten.
    return {"id_list": ",".join(ids), "start": "0", "max_results": str(len(ids))}


def _read_page(reply: Reply, asked: Sequence[str]) -> tuple[dict[str, _Answer], str]:
    """Return what an answer says of the ids asked for, and why the rest should be asked again."""
    feed = read_feed(reply.body)
    answers: dict[str, _Answer] = {paper.id: paper for paper in feed.papers if paper.id in asked}
    if refused := [key for key in asked if any(_names(text, key) for text in feed.complaints)]:
        return answers | dict.fromkeys(refused, Missing()), ""
    if fault := _fault(reply, feed, asked):
        return answers, fault
    return dict.fromkeys(asked, Missing()) | answers, ""


def _names(complaint: str, id_: str) -> bool:
    """Tell whether the API complains of this id: "incorrect id format for 1234.5678"."""
    return any(_canonical(word.strip(".,;:'\"")) == id_ for word in complaint.split())


def _fault(reply: Reply, feed: Feed, asked: Sequence[str]) -> str:
    """Return why papers that `feed` does not have may exist all the same; "" if they do not."""
    if fault := fault_of(reply.status, feed):
        return fault
    if feed.is_empty:
        return EMPTY
    if any(paper.id not in asked for paper in feed.papers):
        return "arXiv answers with another paper than asked for"
    return ""
