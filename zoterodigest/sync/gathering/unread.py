"""Unread: what still stands in text that was not understood (law 6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from zoterodigest.core.values import identity
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.works.pairing import UnreadText
from zoterodigest.digest.read.document import Document
from zoterodigest.regex import lazy_regex

if TYPE_CHECKING:
    from zoterodigest.bibtex.edit.document import BibDocument

# Bounded: behind each bracket that is never closed the search would run to the end of the text.
_LABEL = lazy_regex(r"\[([^\[\]]{4,400})\]|\*\*([^*]{4,400})\*\*|<b>([^<]{4,400})</b>")
_MARKS = lazy_regex(r"[*_`>#|\[\]]|<[^<>]*>")


def unread_in(documents: Iterable[Document | BibDocument]) -> UnreadText:
    """Return the identifiers and titles that still stand in text that was not understood."""
    identifiers: set[Identifier] = set()
    titles: set[str] = set()
    for document in documents:
        for text in _unread_texts(document):
            identifiers |= {Identifier("arxiv", one) for one in identity.arxiv_in_text(text)}
            identifiers |= {Identifier("doi", one) for one in identity.doi_in_text(text)}
            titles.update(map(identity.match_title, _possible_titles(text)))
    return UnreadText(frozenset(identifiers), frozenset(titles - {""}))


def _unread_texts(document: Document | BibDocument) -> Iterator[str]:
    yield from document.unread_texts()
    for entry in document.entries if isinstance(document, Document) else ():
        # What a broken entry says was not understood either: no item is trashed for its sake.
        if entry.broken:
            span = entry.span
            yield document.source[span.start : span.end].decode("utf-8", "replace")


def _possible_titles(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        yield _MARKS.sub(" ", line).strip(" -+0123456789.\t")
        for found in _LABEL.finditer(line):
            yield next(group for group in found.groups() if group)
