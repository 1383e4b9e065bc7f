"""Customs: how the entries of a digest call things, so that a new one calls them the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from zoterodigest.core.values.identity import Identifier, identifier_of
from zoterodigest.core.values.record import EMPTY, Fields, Hyperlink, Links, Value
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.read.references import is_own_page

CODE = "code"
"""What a link to code is called where no neighbour has one."""

_CODE_HOST = re.compile(r"https?://(?:www\.)?(?:github\.com|gitlab\.com)/", re.IGNORECASE)
_MOST = 0.5


def is_code(url: str) -> bool:
    """Tell whether a URL leads to code."""
    return _CODE_HOST.match(url) is not None


def in_customs(document: Document, fields: Fields) -> dict[str, Value]:
    """Return the fields of a new entry in the words of the entries that stand in `document`.

    A link to code has the label that theirs have most often, and is left out where none has one; a
    venue has their spelling. Where most link to one more page of the same paper
    (`https://huggingface.co/papers/…`), so does the new.
    """
    adapted = dict(fields)
    links = fields.get("links")
    present = links.hyperlinks if isinstance(links, Links) else ()
    label = _usual(it.label for it in _links_of(document) if is_code(it.url) and it.label)
    label = label or ("" if document.entries else CODE)
    named = [Hyperlink(label, it.url) if is_code(it.url) else it for it in present]
    every = (*_more_pages(document, fields), *(it for it in named if it.label))
    adapted["links"] = Links(every) if every else EMPTY
    if isinstance(venue := fields.get("venue"), str) and venue:
        adapted["venue"] = _usual(_spellings(document, venue)) or venue
    return adapted


def _links_of(document: Document) -> Iterator[Hyperlink]:
    for entry in document.entries:
        links = entry.reading.fields.get("links")
        yield from links.hyperlinks if isinstance(links, Links) else ()


def _spellings(document: Document, venue: str) -> Iterator[str]:
    for entry in document.entries:
        other = entry.reading.fields.get("venue")
        if isinstance(other, str) and other.casefold() == venue.casefold():
            yield other


def _more_pages(document: Document, fields: Fields) -> Iterator[Hyperlink]:
    """Yield the links to pages of the paper itself that most entries have beside arXiv's."""
    new = fields.get("arxiv")
    known = [entry for entry in document.entries if entry.reading.fields.get("arxiv")]
    if not isinstance(new, str) or not new or not known:
        return
    pages = Counter(page for entry in known for page in dict.fromkeys(_own_pages(entry)))
    for (label, around), count in pages.items():
        if count > _MOST * len(known):
            yield Hyperlink(label, new.join(around))


def _own_pages(entry: DigestEntry) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the label of each further page of an entry's paper, and its URL around the id."""
    fields: Mapping[str, Value] = entry.reading.fields
    arxiv, links = fields.get("arxiv"), fields.get("links")
    if not isinstance(arxiv, str) or not isinstance(links, Links):
        return
    for link in links.hyperlinks:
        before, id_, after = link.url.partition(arxiv)
        is_same = identifier_of(link.url) == Identifier("arxiv", arxiv)
        if id_ and is_same and not is_own_page(link.url, fields):
            yield link.label, (before, after)


def _usual(texts: Iterable[str]) -> str:
    """Return the text that comes most often, of several the first; "" for none."""
    counts = Counter(texts)
    return max(counts, key=lambda text: counts[text], default="")
