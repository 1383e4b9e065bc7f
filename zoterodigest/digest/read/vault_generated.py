"""Generated parts of a note's body: what repeats the item, or shows what a program finds.

They stay in the file. What a person writes beside them is told apart by lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from zoterodigest import mapping
from zoterodigest.core.values.identity import match_title
from zoterodigest.core.values.key_table import folded_key
from zoterodigest.core.values.span import Span
from zoterodigest.digest.read.layers import source_text
from zoterodigest.digest.read.slots import Slot
from zoterodigest.digest.read.vault_identity import identity_kind, is_of_zotero
from zoterodigest.digest.read.vault_lines import BodyLine, section_spans
from zoterodigest.digest.read.vault_marks import BodyMark, MarkKind

_SECTIONS = (
    "Abstract",
    "Metadata",
    "Bibliography",
    "Citation",
    "Cite",
    "Attachments",
    "PDF",
    "Files",
)
"""Headings of sections that say what the item says."""

_SHOWN = (
    "Annotations",
    "Extracted Annotations",
    "Highlights",
    "PDF Annotations",
    "In-text annotations",
)
"""Headings of what was marked in a file: what a person adds there stays the person's."""

_FENCES = frozenset(
    {"bibtex", "bib", "biblatex", "dataview", "dataviewjs", "button", "ad-info", "query", "tasks"}
)
_CALLOUTS = frozenset({"abstract", "cite", "citation", "bibliography", "metadata"})
_HEAD = re.compile(rb"[ \t]*>[ \t]*\[!([\w -]+?)(?:\|[^\]]*)?\][+-]?[ \t]*(.*)", re.S)
_ANNOTATED = re.compile(
    rb"zotero://open(?:-pdf|-epub)?/[^\s)>\]]*[?&]annotation=[A-Z0-9]{8}"
    rb"|^[ \t>]*\^[A-Z0-9]{8}a[A-Z0-9]{8}p\d+[ \t]*$|\[!zotflow-",
    re.M,
)
_LINE = re.compile(
    rb"[ \t]*(?:[-*+][ \t]+)?(?:!\[\[[^\]\n]+\.pdf(?:#[^\]\n]*)?(?:\|[^\]\n]*)?\]\]"
    rb"|!\[[^\]\n]*\]\([^()\s]+\.pdf(?:#[^()\s]*)?\)|`=[^`\n]+`|\{\{zotero-imported-file[^\n]*\}\}"
    rb"|#{1,6}[ \t]+Imported(?: on)?:?[ \t]+[^\n]*)[ \t]*",
    re.I,
)
_QUERY = re.compile(rb"`=[^`\n]+`")
_KEYED = re.compile(
    rb"[ \t>]*(?:[-*+][ \t]+)?(?:\*\*|__)?([^\s\d_:*>#`|\[\]-][^:*\n]{0,40}?)[ \t]*"
    rb"(?:\*\*|__)?::?(?:\*\*|__)?(?:[ \t]+(.*)|)"
)
_MACHINE = re.compile(
    rb"[ \t]*(?:id|collapsed|background-color|hl-page|hl-color|hl-type|hl-stamp|ls-type):: [^\n]*"
)
_REFERENCE = re.compile(
    r"(?:[-*>] )?(?:\*\*(?:Bibliography|Citation|Reference|Cite)\*\*:? )?"
    r"[^\W\d_a-z][\w'’ -]{1,30}, (?:[^\W\d_a-z][\w.-]{0,20}[ ,.]{0,3}){1,4}"
    r"(?=[^\n]{0,1000}\b(?:19|20)\d\d\b)"
    r"(?=[^\n]{0,2000}(?:doi\.org/|https?://|\bpp?\. ?\d|_[^_\n]+_|\*[^*\n]+\*|\bIn: ))"
)


def generated_spans(
    source: bytes,
    lines: Sequence[BodyLine],
    marks: Sequence[BodyMark],
    copy: Slot | None,
) -> tuple[Span, ...]:
    """Return the ranges of generated parts; they may overlap.

    `copy` is the heading that repeats the title. Nothing else may follow from a value that is
    written: with another title the same lines must be the person's own.
    """
    spans = [*section_spans(lines, _SECTIONS, len(source))]
    spans += (Span(mark.start, mark.end) for mark in marks if _is_generated(source, mark))
    spans += (_whole(line) for line in lines if _is_line(line))
    if copy is not None:
        spans += (_whole(it) for it in lines if it.start <= copy.span.start <= it.end)
    spans += _runs(lines)
    spans += _metadata(lines)
    return tuple(spans)


def _is_generated(source: bytes, mark: BodyMark) -> bool:
    if mark.kind is not MarkKind.FENCE:
        return False
    language = (mark.name.strip("{}. ").split() or [""])[0]
    inside = source[mark.start : mark.end].split(b"\n", 1)[-1].lstrip()
    return language in _FENCES or bool(re.match(rb"@[A-Za-z]+\{[^,\s]*,", inside))


def _is_line(line: BodyLine) -> bool:
    if line.hidden:
        return False
    is_shown = line.level > 0 and folded_key(line.name) in map(folded_key, _SHOWN)
    return is_shown or bool(_LINE.fullmatch(line.data) or _MACHINE.fullmatch(line.data))


def _runs(lines: Sequence[BodyLine]) -> Iterator[Span]:
    """Yield callouts, paragraphs and items that are generated as a whole."""
    for run in _blocks(lines):
        text = b"\n".join(line.data for line in run)
        head = _HEAD.fullmatch(run[0].data)
        kind = head[1].decode("utf-8", "replace").strip().lower() if head else ""
        is_callout = kind in _CALLOUTS or (kind in ("info", "example") and _is_of_item(run, head))
        if is_callout or _ANNOTATED.search(text) or _is_reference(run, text):
            yield Span(run[0].start, run[-1].end)
        elif _QUERY.search(text):
            yield from (_whole(line) for line in run if _QUERY.search(line.data))


def _is_of_item(run: Sequence[BodyLine], head: re.Match[bytes] | None) -> bool:
    """Whether a callout holds what the item says: it is called so, or has keys of one."""
    if head is not None and folded_key(head[2].decode("utf-8", "replace")) == "metadata":
        return True
    return any(
        _key_of(line.data) or is_of_zotero(line.data.decode("utf-8", "replace")) for line in run
    )


def _is_reference(run: Sequence[BodyLine], text: bytes) -> bool:
    """Whether a line is the entry of a bibliography: people, a year, and where it appeared."""
    return (
        len(run) == 1
        and not run[0].level
        and bool(_REFERENCE.match(text.decode("utf-8", "replace")))
    )


def _blocks(lines: Sequence[BodyLine]) -> Iterator[list[BodyLine]]:
    """Yield runs of lines that are one quote, one item or one paragraph."""
    run: list[BodyLine] = []
    for line in lines:
        is_quote = line.data.lstrip(b" \t")[:1] == b">"
        was_quote = bool(run) and run[0].data.lstrip(b" \t")[:1] == b">"
        begins = line.is_item or line.level or (is_quote and not was_quote)
        ends = was_quote and not is_quote
        if run and (line.hidden or not line.data.strip() or begins or ends):
            yield run
            run = []
        if line.data.strip() and not line.hidden:
            run.append(line)
    if run:
        yield run


def title_heading(source: bytes, lines: Sequence[BodyLine], title: str) -> Slot | None:
    """Return the heading that begins a note and repeats its title, perhaps as a link."""
    first = next((line for line in lines if line.data.strip()), None)
    if first is None or not first.level or not title:
        return None
    if match_title(first.name) != match_title(title):
        return None
    at = source.find(first.name.encode(), first.start, first.end)
    found = Span(at, at + len(first.name.encode())) if at >= 0 else None
    return None if found is None else Slot("title_copy", source_text(source, found))


def _key_of(data: bytes) -> str:
    """Return the key with which a line begins, if it is one of papers; else ""."""
    found = _KEYED.fullmatch(data)
    if found is None:
        return ""
    key = found[1].decode("utf-8", "replace").strip()
    slot = mapping.key_table().slot(key)
    is_known = slot not in (None, "summary") or identity_kind(key)
    return key if is_known else ""


def _metadata(lines: Sequence[BodyLine]) -> Iterator[Span]:
    """Yield lines of keys and values above the first heading but that of the title."""
    headings = [line for line in lines if line.level and not line.hidden]
    first = next((line for line in lines if line.data.strip()), None)
    stop = next((line.start for line in headings if line is not first), None)
    top = [line for line in lines if stop is None or line.start < stop]
    for keyed, run in groupby(top, key=lambda line: not line.hidden and bool(_key_of(line.data))):
        if keyed:
            yield from map(_whole, run)


def _whole(line: BodyLine) -> Span:
    return Span(line.start, line.end)
