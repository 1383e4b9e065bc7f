"""Titling: an entry without a title gets one, if a person asks for that."""

from __future__ import annotations

import re

from zoterodigest.core.values.span import Edit, Span
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.regex import lazy_regex

_WRAPPINGS = (b"<", b">"), (b"[", b")")
_LABEL = lazy_regex(r"^arxiv ?: ?", re.I)


def titling_edit(document: Document, entry: DigestEntry, title: str) -> Edit:
    """Return the edit that makes a linked title of what an entry without one is known by.

    An address stays as it is, and so do the version of a paper on arXiv and a remark behind it.
    """
    spans = [slot.span for slot in entry.slots if slot.name != "summary"]
    start, end = min(span.start for span in spans), max(span.end for span in spans)
    source = document.source
    for opening, closing in _WRAPPINGS:
        if source[start - 1 : start] == opening and source[end : end + 1] == closing:
            start, end = start - 1, end + 1
    return Edit(Span(start, end), f"[{title}]({_address(entry)})".encode("utf-8", "replace"))


def _address(entry: DigestEntry) -> str:
    texts = {slot.name: slot.words for slot in entry.slots}
    if url := texts.get("url"):
        return url
    if arxiv := texts.get("arxiv"):
        return f"https://arxiv.org/abs/{_LABEL.sub('', arxiv)}"
    return f"https://doi.org/{entry.reading.fields.get('doi', '')}"
