"""Evidence: what shows that an entry is a paper, for formats that take any list."""

from __future__ import annotations

import re
from collections.abc import Sequence

from zoterodigest.core.values import identity
from zoterodigest.core.values.names import parse_names
from zoterodigest.core.values.record import EMPTY, Hyperlink, Names, is_empty
from zoterodigest.digest.format.format import folded_label
from zoterodigest.digest.read.document import DigestEntry
from zoterodigest.digest.read.later import LaterEntry
from zoterodigest.digest.read.lines import Lines
from zoterodigest.digest.read.pages import is_local, is_page
from zoterodigest.digest.read.people import is_person
from zoterodigest.digest.read.references import CODE_LABELS, PAPER_LABELS
from zoterodigest.digest.read.slots import EntryReading
from zoterodigest.regex import lazy_regex

EVIDENT, TARGET = "evident", "target"
"""How a `LaterEntry` is judged that is evident, or has a target."""

_FEWEST_WORDS = 3
_FEWEST_WORDS_OF_CODE = 5
_OF_MODELS = frozenset({"config", "configs", "cfg", "log", "logs", "配置", "配置文件", "日志"})
"""What links of a trained model are called, and none of a paper."""

_BESIDE_PAPERS = frozenset({"blog", "blog post", "demo", "slides", "talk", "tweet", "video"})
"""What links are called that come with papers, and also with other things."""

_LOCAL_PAPER = lazy_regex(r"[^:?#]+\.(?:pdf|ps|djvu)(?:\.gz)?", re.I)
"""The address of a paper that lies beside the list."""

_NUMBER = lazy_regex(rb"\d{4}\.\d{4}")
"""An arXiv id of before 2015 without its version may be any number with four decimals."""

_PUBLISHER = lazy_regex(
    r"\b(?:press|springer|wiley|elsevier|o.reilly|packt|manning|verlag|hanser|addison|pearson)\b",
    re.I,
)
"""Who publishes books: a book is a paper only if more than that is stated."""


def must_show(entry: DigestEntry, lines: Lines) -> bool:
    """Whether an entry is one only if it shows that it is a paper, or most around it do."""
    match entry.format.entry.evidence:
        case "unquoted":
            links = entry.reading.links
            is_contents = bool(links) and all(link.url[:1] == "#" for link in links)
            return is_contents or lines[entry.first].lstrip()[:1] != b">"
        case needs_any:
            return needs_any


def is_evident(entry: DigestEntry) -> bool:
    """Whether an entry shows that it is a paper: an identifier, a page, a venue, authors.

    Where a listed title leads to another page than a paper's, only a link called as papers are
    counts, and a title of some words or with a date or venue: it may be a tool that comes with a
    paper.
    """
    if isinstance(entry, LaterEntry):
        return EVIDENT in entry.judged
    reading = entry.reading
    if entry.format.is_untitled:
        return any(_NUMBER.fullmatch(slot.text.data) is None for slot in entry.slots)
    links = _own_links(reading)
    if _is_no_paper(entry, links):
        return False
    if entry.format.keys:
        return _is_evident_by_fields(entry, links)
    if entry.format.reads_parts:
        is_name = " " not in entry.title and is_empty(reading.fields.get("authors", EMPTY))
        return _is_stated(reading, links) and not (is_name and not reading.title_url)
    if reading.title_url and not identity.is_paper_url(reading.title_url):
        if is_local(reading.title_url):
            return False
        if entry.format.columns is None:
            is_phrase = len(entry.title.split()) >= _FEWEST_WORDS or not entry.title.isascii()
            times = (reading.fields.get(name, EMPTY) for name in ("date", "venue"))
            is_published = not all(map(is_empty, times))
            papers = [it.url for it in links if folded_label(it.label) in PAPER_LABELS]
            return (is_phrase or is_published) and any(map(identity.is_paper_url, papers))
    if any(found.scheme != "url" for found in reading.identifiers):
        return True
    if any(map(identity.is_paper_url, (reading.title_url, *(link.url for link in links)))):
        return True
    fields = (reading.fields.get(name, EMPTY) for name in ("venue", "authors", "abstract"))
    return not all(map(is_empty, fields))


def _is_no_paper(entry: DigestEntry, links: Sequence[Hyperlink]) -> bool:
    """Whether a title is a label, a link is called as a model's, or the venue is people."""
    are_of_model = not _OF_MODELS.isdisjoint([it.label.lower() for it in links])
    return _is_label(entry.title) or are_of_model or _is_by_people(entry)


def _is_by_people(entry: DigestEntry) -> bool:
    """Whether the venue below a title outside of a quote is people: there most lists have them."""
    venue = entry.reading.fields.get("venue", EMPTY)
    if entry.format.entry.evidence != "unquoted" or not isinstance(venue, str):
        return False
    people = parse_names(venue).people
    return 2 * sum(map(is_person, people)) > len(people)


def _is_evident_by_fields(entry: DigestEntry, links: Sequence[Hyperlink]) -> bool:
    """Whether fields below a title show that it is a paper's: its authors, its venue, its page.

    A title of few words may be a tool's or a method's that comes with a paper.
    """
    fields = entry.reading.fields
    has_authors, has_venue = (not is_empty(fields.get(it, EMPTY)) for it in ("authors", "venue"))
    title = set(folded_label(entry.title).split())
    papers = [link for link in links if identity.is_paper_url(link.url)]
    # A link that is called by another title leads to a work that is not this one.
    if any(len(it.label.split()) > _FEWEST_WORDS and not title & _words(it) for it in papers):
        return False
    if has_authors and has_venue:
        return True
    urls = [entry.reading.title_url, *(link.url for link in links)]
    is_identified = any(found.scheme != "url" for found in entry.reading.identifiers)
    if not is_identified and not any(map(identity.is_paper_url, urls)):
        return False
    is_phrase = len(entry.title.split()) >= _FEWEST_WORDS or not entry.title.isascii()
    return has_authors or has_venue or is_phrase


def _words(link: Hyperlink) -> set[str]:
    return set(folded_label(link.label).split())


def _is_stated(reading: EntryReading, links: Sequence[Hyperlink]) -> bool:
    """Whether it is stated who wrote it and where or when it appeared, or a page of a paper is."""
    if any(found.scheme != "url" for found in reading.identifiers):
        return True
    if any(map(identity.is_paper_url, [reading.title_url, *(link.url for link in links)])):
        return True
    people, venue, *times = (
        reading.fields.get(name, EMPTY) for name in ("authors", "venue", "year", "date")
    )
    is_dated = not all(map(is_empty, times))
    if isinstance(venue, str) and venue and not _PUBLISHER.search(venue):
        return is_dated or not is_empty(people)
    if _LOCAL_PAPER.fullmatch(reading.title_url):
        return is_dated or not is_empty(people)
    is_several = isinstance(people, Names) and (people.truncated or len(people.people) > 1)
    return is_several and is_dated


def _is_label(title: str) -> bool:
    """Whether a title is one plain word in small letters, as a link to a paper is called."""
    return title.isalpha() and title.islower()


def has_target(entry: DigestEntry) -> bool:
    """Whether an entry without evidence may be a paper at all: it leads to some page outside."""
    if isinstance(entry, LaterEntry):
        return TARGET in entry.judged
    url = entry.reading.title_url
    if url:
        return is_page(url)
    links = _own_links(entry.reading)
    if entry.format.entry.loose and not _is_more_than_code(entry.title, links):
        return False
    labels = [folded_label(link.label) for link in links]
    return not _BESIDE_PAPERS.issuperset(labels) or entry.format.columns is not None


def has_people(entry: DigestEntry) -> bool:
    """Whether an entry in a list of papers has a title of some words and several authors.

    It may lead nowhere: its link may come later. Text could be a link that is not understood.
    """
    if not entry.format.reads_parts:
        return False
    fields = entry.reading.fields
    if not is_empty(fields.get("summary", EMPTY)):
        return False
    people = fields.get("authors", EMPTY)
    is_several = isinstance(people, Names) and len(people.people) > 1
    return is_several and len(entry.title.split()) >= _FEWEST_WORDS


def _is_more_than_code(title: str, links: Sequence[Hyperlink]) -> bool:
    """Whether a title without marks of its own may be a paper's: no tool with its code or site."""
    is_short = len(title.split()) < _FEWEST_WORDS_OF_CODE
    labels = {folded_label(link.label) for link in links}
    is_named = any(labels - {""}) or any(is_page(link.url) for link in links)
    return is_named and not (is_short and labels <= CODE_LABELS)


def _own_links(reading: EntryReading) -> tuple[Hyperlink, ...]:
    """Return the links of an entry itself, without those to works that a sentence names."""
    if not reading.cited:
        return reading.links
    return tuple(link for link in reading.links if link not in reading.cited)
