"""The newest papers that a search of arXiv finds, page by page back to a day."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from zoterodigest.lookup.feed import EMPTY, Feed, fault_of, read_feed
from zoterodigest.lookup.service import NoReply, Reply, Service
from zoterodigest.lookup.work import Looked


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
    start = 0
    while start < most:
        page, fault = _page(service, query, start)
        papers |= {paper.id: paper for paper in page.papers if paper.first >= since}
        if fault:
            return Newest(_by_day(papers.values()), fault)
        start += _PAGE
        if start >= page.total or any(paper.first < since for paper in page.papers):
            return Newest(_by_day(papers.values()))
    return Newest(_by_day(papers.values()), f"arXiv has more than {most:,} such papers")


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


_CATEGORY = re.compile(r"[a-z]{1,10}(?:-[a-z]{1,10}){0,2}(?:\.(?:[A-Za-z-]{1,12}|\*))?")
_PAGE = 100
_TRIES = 3


def _page(service: Service, query: str, start: int) -> tuple[Feed, str]:
    """Return one page of what is found, and why it is not all of it; "" if it is."""
    params = {
        "search_query": query,
        "sortBy": "submittedDate",
        "sortOrder": "descending",
        "start": str(start),
        "max_results": str(_PAGE),
    }
    fullest, fault = Feed(()), ""
    for _ in range(_TRIES):
        reply = service.ask("/query", params)
        if isinstance(reply, NoReply):
            return fullest, reply.reason
        feed = read_feed(reply.body)
        fault = _fault(reply, feed, start)
        if not fault:
            return feed, ""
        fullest = max(fullest, feed, key=lambda one: len(one.papers))
    return fullest, fault


def _fault(reply: Reply, feed: Feed, start: int) -> str:
    """Return what is wrong with a page; "" if nothing is."""
    is_too_empty = feed.is_empty and (start > 0 or feed.total > 0)
    return fault_of(reply.status, feed) or (EMPTY if is_too_empty else "")


def _by_day(papers: Iterable[Looked]) -> tuple[Looked, ...]:
    return tuple(sorted(papers, key=lambda paper: (paper.first, paper.id), reverse=True))


def _plain(text: str) -> str:
    """Return the words of a text without what is a command to the search."""
    words = "".join(sign if sign.isalnum() or sign == "-" else " " for sign in text).split()
    return " ".join(words) if any(map(str.isalnum, "".join(words))) else ""
