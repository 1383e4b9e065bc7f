"""Papers of arXiv: by their ids, and the newest that a search finds.

Every id has its own outcome. Each answer is cached when it comes, so an interrupted run continues
where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from pydantic import TypeAdapter

from zoterodigest.frozen import dataclass
from zoterodigest.lookup.cache import Answers, Cache
from zoterodigest.lookup.feed import EMPTY, Feed, fault_of, read_feed
from zoterodigest.lookup.service import Manners, NoReply, Reply, Service, ServiceAddress
from zoterodigest.lookup.texts import arxiv_id
from zoterodigest.lookup.work import Failed, KnownPaper, Looked, LookupAnswer, NoSuchPaper, Source
from zoterodigest.regex import lazy_regex

LookupAnswers = dict[str, LookupAnswer]
Progress = Callable[[int, int], None]
"""Gets how many ids are done, and of how many."""

ARXIV = ServiceAddress(Source.ARXIV.value, "https://export.arxiv.org/api", pause=3.0)
"""The API; its terms allow one request every three seconds (info.arxiv.org/help/api/tou.html)."""

BATCH = 100


class Arxiv:
    """arXiv at `place`, with what `cache` knows of it."""

    def __init__(
        self,
        cache: Cache,
        manners: Manners,
        *,
        place: ServiceAddress = ARXIV,
    ) -> None:
        self.service = Service(place, manners)
        self._answers = Answers(cache, Source.ARXIV, _PAPER, now=manners.now)

    def look_up(
        self, ids: Iterable[str], *, progress: Progress = lambda done, total: None
    ) -> LookupAnswers:
        """Return the outcome of each of `ids` (`2103.00020`, with or without a version).

        arXiv is asked only for what is not in the cache, or has been there for too long; `progress`
        counts these ids.
        """
        wanted = {id_: _canonical(id_) for id_ in ids}
        kept = self._answers.recall(filter(None, wanted.values()))
        answers: _AnswersById = {key: one for key, (one, is_fresh) in kept.items() if is_fresh}
        asked = [key for key in dict.fromkeys(wanted.values()) if key and key not in answers]
        for start in range(0, len(asked), BATCH):
            batch = asked[start : start + BATCH]
            answers |= self._batch(batch)
            progress(start + len(batch), len(asked))
        earlier = {key: one for key, (one, is_fresh) in kept.items() if not is_fresh}
        keys = wanted.items()
        return {id_: _outcome(answers.get(key, _NO_ID), earlier.get(key)) for id_, key in keys}

    def recall(self, ids: Iterable[str]) -> LookupAnswers:
        """Return the outcome of each of `ids` as the cache has it, however old, without asking."""
        wanted = {id_: _canonical(id_) for id_ in ids}
        kept = self._answers.recall(filter(None, wanted.values()))
        answers: _AnswersById = {"": _NO_ID} | {key: one for key, (one, _) in kept.items()}
        return {id_: _outcome(answers.get(key, _NOT_ASKED)) for id_, key in wanted.items()}

    def _batch(self, ids: Sequence[str]) -> _AnswersById:
        """Return the answer to each of `ids`; what came in a faulty feed is not asked for again."""
        answers: _AnswersById = {}
        left, fault, faults = list(ids), "", 0
        while left and faults < _TRIES:
            # Without `max_results` the API answers with ten.
            params = {"id_list": ",".join(left), "start": "0", "max_results": str(len(left))}
            reply = self.service.ask("/query", params)
            if isinstance(reply, NoReply):
                fault = reply.reason
                break
            new, fault = _read_page(reply, left)
            self._answers.keep(new)
            answers |= new
            left = [key for key in left if key not in new]
            faults += bool(fault)
        # An empty page may be a fault of the API. A few ids may well all be missing, so for them it
        # is believed if it comes again and again.
        is_believed = fault == EMPTY and len(left) <= _FEW
        return answers | dict.fromkeys(left, None if is_believed else Failed(fault))


_Answer = Looked | Failed | None
"""What came of asking for an id; None if there is no such paper."""

_AnswersById = dict[str, _Answer]

_PAPER = TypeAdapter(Looked)
_NO_ID = Failed("this is no arXiv id")
_NOT_ASKED = Failed("arXiv has not been asked yet")
_TRIES = 3
_FEW = 5


def _canonical(id_: str) -> str:
    """Return an id without its version, or "" if it is no id of arXiv."""
    return arxiv_id(f"arXiv:{id_.strip()}")


def _outcome(answer: _Answer, earlier: Looked | None = None) -> LookupAnswer:
    match answer:
        case Looked():
            return KnownPaper(answer, earlier.version if earlier else 0)
        case Failed(reason):
            return Failed(reason, earlier)
        case None:
            return NoSuchPaper()


def _read_page(reply: Reply, asked: Sequence[str]) -> tuple[dict[str, Looked | None], str]:
    """Return what an answer says of the ids asked for, and why the rest should be asked again."""
    feed = read_feed(reply.body)
    answers: dict[str, Looked | None] = {p.id: p for p in feed.papers if p.id in asked}
    # One id that the API refuses costs the answers to all others of its request.
    if refused := [key for key in asked if any(_names(text, key) for text in feed.complaints)]:
        return answers | dict.fromkeys(refused), ""
    if fault := _fault(reply, feed, asked):
        return answers, fault
    return dict.fromkeys(asked) | answers, ""


def _names(complaint: str, id_: str) -> bool:
    """Tell whether the API complains of this id: "incorrect id format for 1234.5678"."""
    return any(_canonical(word.strip(".,;:'\"")) == id_ for word in complaint.split())


def _fault(reply: Reply, feed: Feed, asked: Sequence[str]) -> str:
    """Return why arXiv may have papers that `feed` lacks; "" if it has none of them."""
    if fault := fault_of(reply.status, feed):
        return fault
    if feed.is_empty:
        return EMPTY
    if any(paper.id not in asked for paper in feed.papers):
        return "arXiv answers with another paper than asked for"
    return ""


@dataclass(frozen=True, slots=True)
class Newest:
    """Papers, newest first, none twice; `fault` says why some may be missing, "" if none are."""

    papers: tuple[Looked, ...]
    fault: str = ""


def newest(service: Service, query: str, *, since: str, most: int = 2_000) -> Newest:
    """Return the papers that `query` finds whose first day is `since` (ISO 8601) or later.

    `service` is that of `Arxiv`. What came before a fault, also on the same page, is returned with
    it; so is the fact that there are more than `most`.
    """
    papers: dict[str, Looked] = {}
    fault = f"arXiv has more than {most:,} such papers"
    for start in range(0, most, BATCH):
        page, page_fault = _page(service, query, start)
        papers |= {paper.id: paper for paper in page.papers if paper.first >= since}
        is_last = start + BATCH >= page.total or any(paper.first < since for paper in page.papers)
        if page_fault or is_last:
            fault = page_fault
            break
    in_order = sorted(papers.values(), key=lambda paper: (paper.first, paper.id), reverse=True)
    return Newest(tuple(in_order), fault)


def query_of(categories: Iterable[str], phrases: Iterable[str] = ()) -> str:
    """Return the query for papers in any of `categories` that have any of `phrases`, if there are.

    Phrases are looked for in title and abstract. A category that cannot be one (`cs.CV`, `cs.*`) is
    left out, as is a phrase without letters and digits.
    """
    in_category = [f"cat:{each}" for each in categories if _CATEGORY.fullmatch(each)]
    words = [phrase for each in phrases if (phrase := _plain(each))]
    saying = [f'{field}:"{phrase}"' for phrase in words for field in ("ti", "abs")]
    groups = [f"({' OR '.join(group)})" for group in (in_category, saying) if group]
    return " AND ".join(groups)


_CATEGORY = lazy_regex(r"[a-z]{1,10}(?:-[a-z]{1,10}){0,2}(?:\.(?:[A-Za-z-]{1,12}|\*))?")


def _page(service: Service, query: str, start: int) -> tuple[Feed, str]:
    """Return one page of what is found, and why it is not all of it; "" if it is."""
    params = {
        "search_query": query,
        "sortBy": "submittedDate",
        "sortOrder": "descending",
        "start": str(start),
        "max_results": str(BATCH),
    }
    fullest, fault = Feed(()), ""
    for _ in range(_TRIES):
        reply = service.ask("/query", params)
        if isinstance(reply, NoReply):
            return fullest, reply.reason
        feed = read_feed(reply.body)
        is_too_empty = feed.is_empty and (start > 0 or feed.total > 0)
        fault = fault_of(reply.status, feed) or (EMPTY if is_too_empty else "")
        if not fault:
            return feed, ""
        fullest = max(fullest, feed, key=lambda one: len(one.papers))
    return fullest, fault


def _plain(text: str) -> str:
    """Return the words of a text without what is a command to the search."""
    words = "".join(sign if sign.isalnum() or sign == "-" else " " for sign in text).split()
    return " ".join(words) if any(map(str.isalnum, "".join(words))) else ""
