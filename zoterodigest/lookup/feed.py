"""Feeds of the arXiv API, read entry by entry: a faulty entry does not affect the others.

ADR 21 says why the client of the `arxiv` package does not do this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree import ElementTree

from zoterodigest.core.values.identity import arxiv_version, identifier_of
from zoterodigest.frozen import dataclass
from zoterodigest.lookup.texts import doi, line, people
from zoterodigest.lookup.work import Looked
from zoterodigest.regex import lazy_regex

EMPTY = "arXiv answers with an empty page"
"""The fault of an answer without entries, if there should be some."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed holds: papers, the API's complaints, and the numbers of its other entries.

    For an id that does not exist the API answers with a `blank` entry or with none. `total` is the
    number of papers that the API has. A feed is not whole if it breaks off or is no feed; `papers`
    are those that were complete before the break.
    """

    papers: tuple[Looked, ...]
    complaints: tuple[str, ...] = ()
    blank: int = 0
    unreadable: int = 0
    total: int = 0
    is_whole: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether it has no entry at all, as the API answers now and then for no reason."""
        return not (self.papers or self.complaints or self.blank or self.unreadable)


def read_feed(content: bytes) -> Feed:
    """Return what the feed `content` holds. Any bytes are read; none raise."""
    entries: list[ElementTree.Element] = []
    total, last = 0, ""
    try:
        for element in _elements(content):
            last = element.tag
            if last == f"{_ATOM}entry":
                entries.append(element)
            elif last == _TOTAL:
                total = _number(element.text)
    except ElementTree.ParseError:
        last = ""  # what came before the break is whole and counts
    named = [entry for entry in entries if _text(entry, _ID)]
    complaints = [entry for entry in named if _ERRORS.match(_text(entry, _ID))]
    about = [entry for entry in named if entry not in complaints]
    papers = tuple(paper for entry in about if (paper := _paper(entry)) is not None)
    return Feed(
        papers=papers,
        complaints=tuple(_text(entry, f"{_ATOM}summary")[:300] for entry in complaints),
        blank=len(entries) - len(named),
        unreadable=len(about) - len(papers),
        total=total,
        is_whole=last == f"{_ATOM}feed",
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


_ATOM = "{http://www.w3.org/2005/Atom}"
_ID = f"{_ATOM}id"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_TOTAL = "{http://a9.com/-/spec/opensearch/1.1/}totalResults"
_ERRORS = lazy_regex(r"https?://(?:export\.)?arxiv\.org/api/errors\b", re.IGNORECASE)


def _elements(content: bytes) -> Iterator[ElementTree.Element]:
    """Yield the elements of a feed as they end, the feed itself last; raise where it breaks off."""
    # No feed has a document type. Attacks on XML readers do: entities that grow without end.
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


def _text(entry: ElementTree.Element, path: str) -> str:
    return line(entry.findtext(path))


def _day(entry: ElementTree.Element, name: str) -> str:
    """Return the day, in UTC, of a time in an entry; raise if there is none."""
    moment = datetime.fromisoformat(_text(entry, f"{_ATOM}{name}"))
    in_utc = moment.astimezone(UTC) if moment.tzinfo else moment
    return in_utc.date().isoformat()


def _paper(entry: ElementTree.Element) -> Looked | None:
    """Return the paper of an entry; None for one without an arXiv id, authors or dates."""
    address = _text(entry, _ID)
    identifier = identifier_of(address)
    authors = people(_text(author, f"{_ATOM}name") for author in entry.iterfind(f"{_ATOM}author"))
    if identifier is None or identifier.scheme != "arxiv" or not authors:
        return None
    try:
        first, updated = _day(entry, "published"), _day(entry, "updated")
    except (ValueError, OverflowError):
        return None
    primary = entry.find(f"{_ARXIV}primary_category")
    categories = (line(each.get("term")) for each in entry.iterfind(f"{_ATOM}category"))
    return Looked(
        id=identifier.value,
        version=int((arxiv_version(address) or "v0")[1:]),
        title=_text(entry, f"{_ATOM}title"),
        authors=authors,
        abstract=_text(entry, f"{_ATOM}summary"),
        first=first,
        updated=updated,
        primary="" if primary is None else line(primary.get("term")),
        categories=tuple(dict.fromkeys(filter(None, categories))),
        doi=doi(entry.findtext(f"{_ARXIV}doi")),
        journal_ref=_text(entry, f"{_ARXIV}journal_ref"),
        comment=_text(entry, f"{_ARXIV}comment"),
    )
