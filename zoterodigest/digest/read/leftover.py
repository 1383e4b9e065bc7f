"""Leftovers: the words of entries that stand in no field, and are no words of their format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from zoterodigest.core.values.span import Span
from zoterodigest.digest.format.format import folded_label
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.read.references import LINK_SLOTS, find_links
from zoterodigest.digest.read.shapes import NOTHING
from zoterodigest.digest.read.slots import Slot, decoded
from zoterodigest.regex import lazy_regex

_MARKUP = lazy_regex(r"<[^<>]*>|\\.")
_PARTS = lazy_regex(r"[\n|]")
_WORD = lazy_regex(r"[^\W\d_]{3}")
_SIGNS = " *_`\"“”'.,:;+-–—"
_MOST_OWN = 0.5
"""Words that more of a format's entries have than this share are the list's, not the entry's."""
_FEWEST = 4


def leftovers(document: Document) -> tuple[tuple[str, ...], ...]:
    """Return, for each entry, the pieces of it in which words stand that no field shows."""
    found = [tuple(_pieces(document, entry)) for entry in document.entries]
    names = [entry.format.name for entry in document.entries]
    sizes = Counter(names)
    counts = Counter(
        (name, piece) for name, pieces in zip(names, found, strict=True) for piece in {*pieces}
    )
    return tuple(
        tuple(
            piece
            for piece in pieces
            if sizes[name] < _FEWEST or counts[name, piece] <= _MOST_OWN * sizes[name]
        )
        for name, pieces in zip(names, found, strict=True)
    )


def _pieces(document: Document, entry: DigestEntry) -> Iterator[str]:
    """Yield what stands between the values of an entry, cell by cell and line by line."""
    known = _known_words(entry)
    cursor = entry.span.start
    spans = [span for slot in entry.slots for span in _shown(slot)]
    if entry.annotations is not None:
        region = entry.annotations.whole
        spans.append(region.source_span(0, len(region.data)))
    spans.sort()
    for span in (*spans, Span(entry.span.end, entry.span.end)):
        between = decoded(document.source[cursor : span.start])
        for part in _PARTS.split(_MARKUP.sub("\n", between)):
            piece = " ".join(part.split()).lstrip(_SIGNS + ")]}").rstrip(_SIGNS + "([{")
            if _WORD.search(piece) and folded_label(piece) not in known:
                yield piece
        cursor = max(cursor, span.end)


def _shown(slot: Slot) -> Iterator[Span]:
    """Yield the bytes of a slot that a field shows: of one for links only those."""
    if slot.name == "url" or slot.name not in (*LINK_SLOTS, "ignored"):
        yield slot.span
        return
    if slot.name != "ignored":
        for found in find_links(slot.text.data):
            yield slot.text.source_span(*found.whole)


def _known_words(entry: DigestEntry) -> frozenset[str]:
    """Return the words that name a value, folded: labels, and names of sections and columns."""
    form = entry.format
    named: Sequence[str] = [slot.section for slot in entry.slots if slot.section]
    nothing = (decoded(word) for word in NOTHING)
    labels = (*form.slots_by_label, *form.slots_by_summary, *form.slots_by_section)
    return frozenset((*labels, *nothing)).union(map(folded_label, named))
