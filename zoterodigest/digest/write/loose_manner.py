"""The manner of loose entries: between two values stands what a neighbor has between the same two.

A loose template takes any signs and marks, so only the entries show which ones a list has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from zoterodigest.core.values.span import Span
from zoterodigest.digest.format.entry_template import SlotPlace, TemplateLine
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.read.slots import decoded
from zoterodigest.digest.write.template_groups import rendered

_HOLE = "\0"
_MARKS_AT_END = re.compile(r"[\"“‘*_`]*$")
_ONLY_MARKS = re.compile(r"(?:[\"“‘*_`\[(]|<u>|<b>)*")
"""What of a line's beginning may be taken over: an emoji or a checkbox is the neighbor's own."""


def like_loose_neighbors(
    row: int,
    line: TemplateLine,
    texts: Mapping[str, str],
    present: Sequence[bool],
    neighbors: tuple[Document, Sequence[DigestEntry]],
) -> str:
    """Return a template's line with `texts`, the nearest of the `neighbors` first."""
    names = [part.slot for part in line.flat(present) if isinstance(part, SlotPlace)]
    own = rendered(line, dict.fromkeys(names, _HOLE), present).split(_HOLE)
    shown = ""
    for at, (left, right) in enumerate(pairwise(["", *names, ""])):
        document, entries = neighbors
        between = [_between(document, entry, row, left, right) for entry in entries]
        marked = [_marks_before_title(document, entry, row) for entry in entries]
        # The marks before a title belong to those behind it, whatever stands before them.
        beside = marked if (left, right) == ("", "title") else []
        shown += next((it for it in (*between, *beside) if it is not None), own[at])
        shown += texts[right] if right else ""
    return shown.rstrip()


def _marks_before_title(document: Document, entry: DigestEntry, row: int) -> str | None:
    for (_, before), (name, title) in pairwise(_places(entry, row)):
        if name == "title":
            found = _MARKS_AT_END.search(decoded(document.source[before.end : title.start]))
            return found[0] if found else ""
    return None


def _between(document: Document, entry: DigestEntry, row: int, left: str, right: str) -> str | None:
    """Return what stands between two slots of an entry's line; None if they are no neighbors."""
    for (one, before), (other, behind) in pairwise(_places(entry, row)):
        if (one, other) == (left, right) and before.end <= behind.start:
            text = decoded(document.source[before.end : behind.start])
            return text if left or _ONLY_MARKS.fullmatch(text) else None
    return None


def _places(entry: DigestEntry, row: int) -> Iterator[tuple[str, Span]]:
    """Yield the slots of a line in order, its beginning and its end as slots without a name."""
    placed = entry.shape.lines[row] if entry.shape else None
    if placed is None:
        return
    whole = placed.text.source_span(0, len(placed.text.data))
    yield "", Span(whole.start, whole.start)
    spans = sorted((slot.span, slot.name) for slot in entry.slots)
    for span, name in spans:
        if whole.start <= span.start and span.end <= whole.end:
            yield name, span
    yield "", Span(whole.end, whole.end)
