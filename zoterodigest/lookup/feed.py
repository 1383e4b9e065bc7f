"""Feeds of the arXiv API read entry by entry, so that a fault in one costs no other.

The `arxiv` package reads the entries. Its client and its parser of whole feeds are not used: the
client waits without a time-out and on a clock of its own, hides what the server says with an error
and asks for a next page when ids are missing; the parser mends a feed that breaks off, so that half
an abstract looks whole, and one bad date spoils a hundred entries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from zoterodigest.core.values.identity import arxiv_version, identifier_of
from zoterodigest.lookup.texts import doi, line, people
from zoterodigest.lookup.work import Looked

if TYPE_CHECKING:
    from arxiv import Result


EMPTY = "arXiv answers with an empty page"
"""What is told of an answer without entries where there should be some."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed holds: papers, the API's complaints, and the numbers of its other entries.

    The API answers with a `blank` entry for an id that does not exist, or with none. `total` is how
    many papers it says there are in all. A feed that breaks off, or is none, is not whole; what
    stood complete before the break was read.
    """

    papers: tuple[Looked, ...]
    complaints: tuple[str, ...] = ()
    blank: int = 0
    unreadable: int = 0
    total: int = 0
    is_whole: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether it has no entry at all, which the API answers now and then for no reason."""
        return not (self.papers or self.complaints or self.blank or self.unreadable)


def read_feed(content: bytes) -> Feed:
    """Return what the feed `content` holds, whatever it is."""
    entries: list[ElementTree.Element] = []
    total, last = 0, ""
    try:
        for element in _elements(content):
            last = element.tag
            if last == _ENTRY:
                entries.append(element)
            elif last == _TOTAL:
                total = _number(element.text)
    except ElementTree.ParseError:
        last = ""
    papers = [_paper(entry) for entry in entries if _ABOUT.match(_id(entry))]
    read = tuple(paper for paper in papers if paper is not None)
    return Feed(
        papers=read,
        complaints=tuple(_complaint(entry) for entry in entries if _ERRORS.match(_id(entry))),
        blank=sum(not _id(entry) for entry in entries),
        unreadable=len(papers) - len(read),
        total=total,
        is_whole=last == _FEED,
    )


def fault_of(status: int, feed: Feed) -> str:
    """Return why `feed`, which came with this HTTP status, may lack what it should have, or ""."""
    if feed.complaints:
        return f"arXiv complains: {feed.complaints[0]}"
    if status != 200:
        return f"arXiv answers with HTTP {status}"
    if not feed.is_whole:
        return "arXiv's answer breaks off, or is no feed"
    if feed.unreadable:
        return "arXiv's answer has entries that cannot be read"
    return ""


_ATOM = "http://www.w3.org/2005/Atom"
_FEED = f"{{{_ATOM}}}feed"
_ENTRY = f"{{{_ATOM}}}entry"
_ID = f"{{{_ATOM}}}id"
_SUMMARY = f"{{{_ATOM}}}summary"
_TOTAL = "{http://a9.com/-/spec/opensearch/1.1/}totalResults"
_ERRORS = re.compile(r"https?://(?:export\.)?arxiv\.org/api/errors\b", re.IGNORECASE)
_ABOUT = re.compile(rf"(?!{_ERRORS.pattern}).", re.IGNORECASE)


def _elements(content: bytes) -> Iterator[ElementTree.Element]:
    """Yield the elements of a feed as they end, the feed itself last; raises where it breaks off.

    A document type is never part of a feed, but of attacks on its readers.
    """
    if b"<!DOCTYPE" in content:
        return
    parser: ElementTree.XMLPullParser[ElementTree.Element] = ElementTree.XMLPullParser(("end",))
    parser.feed(content)
    for event in parser.read_events():
        if isinstance(event[-1], ElementTree.Element):
            yield event[-1]
    parser.close()


def _number(text: str | None) -> int:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _id(entry: ElementTree.Element) -> str:
    return (entry.findtext(_ID) or "").strip()


def _complaint(entry: ElementTree.Element) -> str:
    return line(entry.findtext(_SUMMARY))[:300]


def _paper(entry: ElementTree.Element) -> Looked | None:
    from arxiv import _feed  # its reader of entries has no public name; tests/lookup watches it

    try:
        alone = b'<feed xmlns="%b">%b</feed>' % (_ATOM.encode(), ElementTree.tostring(entry))
        results = _feed.parse(alone).results
    except (ValueError, OverflowError, RecursionError):  # a date, a depth
        return None
    return _looked(results[0]) if results else None


def _looked(result: Result) -> Looked | None:
    """Return the paper that `result` is; None if it is none of arXiv's, or has no authors."""
    address = line(result.entry_id)
    identifier = identifier_of(address)
    authors = people(line(author.name) for author in result.authors)
    if identifier is None or identifier.scheme != "arxiv" or not authors:
        return None
    return Looked(
        id=identifier.value,
        version=int((arxiv_version(address) or "v0")[1:]),
        title=line(result.title),
        authors=authors,
        abstract=line(result.summary),
        first=result.published.date().isoformat(),
        updated=result.updated.date().isoformat(),
        primary=line(result.primary_category),
        categories=tuple(dict.fromkeys(filter(None, map(line, result.categories)))),
        doi=doi(result.doi),
        journal_ref=line(result.journal_ref),
        comment=line(result.comment),
    )
