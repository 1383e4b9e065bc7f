"""Generated parts of a note's body: what repeats the item, or shows what a program finds.

They stay in the file. What a person writes beside them is told apart by lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from zoterodigest.core.values.annotation import ADDRESS, BLOCK_ID, OF_FILE
from zoterodigest.core.values.identity import match_title
from zoterodigest.core.values.key_table import folded_key
from zoterodigest.core.values.span import Span
from zoterodigest.digest.read.layers import source_text
from zoterodigest.digest.read.slots import Slot, decoded
from zoterodigest.digest.read.vault_identity import is_of_zotero
from zoterodigest.digest.read.vault_lines import BodyLine, section_spans
from zoterodigest.digest.read.vault_marks import BodyMark, MarkKind
from zoterodigest.digest.read.vault_metadata import SECTIONS, Property, top_of
from zoterodigest.digest.read.vault_owned import BodyScan
from zoterodigest.regex import lazy_regex

_SECTIONS = (*SECTIONS, "Abstract", "Citation", "Cite", "Attachments", "PDF", "Files")
_IMPORTED = lazy_regex(rb"[ \t]*[-*+][ \t]+\[\[Notes\]\][ \t]*")
"""The item below which Logseq puts the notes that lie in Zotero already."""

_SHOWN = frozenset(
    {"annotations", "extracted annotations", "highlights", "pdf annotations", "annotation"}
)
"""Headings of what was marked in a file: what a person adds there stays the person's."""

_FENCES = frozenset(
    {"bibtex", "bib", "biblatex", "dataview", "dataviewjs", "button", "ad-info", "query", "tasks"}
)
_CALLOUTS = frozenset({"abstract", "cite", "citation", "bibliography", "metadata"})
_HEAD = lazy_regex(rb"[ \t]*>[ \t]*\[!([\w -]+?)(?:\|[^\]]*)?\][+-]?[ \t]*(.*)", re.S)
_LINK = ADDRESS.encode()
_ID, _ID_WITH_FILE = BLOCK_ID.encode(), f"{BLOCK_ID}{OF_FILE}".replace("?P<key>", "").encode()
_ANNOTATED = lazy_regex(_LINK + rb"|^[ \t>]*" + _ID_WITH_FILE + rb"[ \t]*$|\[!zotflow-", re.M)
_OF_ANNOTATION = lazy_regex(
    rb"[ \t]*(?:[-*+][ \t]+)?(?:[*_=]{1,3})?"
    rb'(?:>|"|\xe2\x80\x9c|\xc2\xab|<mark|!\[\[|\(?\[[^\]\n]*\]\(' + _LINK + rb")"
)
"""How an annotation begins: as a quotation, a picture or the link; in a sentence none stands so."""
_LINK_LAST = lazy_regex(_LINK + rb"\)*[ \t]*(?:\^[\w-]+[ \t]*)?\Z")
_BLOCK_ID = lazy_regex(rb"[ \t]*" + _ID + rb"[ \t]*")
_LINE = lazy_regex(
    rb"[ \t]*(?:[-*+][ \t]+)?(?:!\[\[[^\]\n]+\.pdf(?:#[^\]\n]*)?(?:\|[^\]\n]*)?\]\]"
    rb"|!\[[^\]\n]*\]\([^()\s]+\.pdf(?:#[^()\s]*)?\)|`=[^`\n]+`|\{\{zotero-imported-file[^\n]*\}\}"
    rb"|#{1,6}[ \t]+Imported(?: on)?:?[ \t]+[^\n]*"
    rb"|(?:\[[^\]\n]*\]\((?:zotero|file)://[^()\s]+\)[ \t,|]*)+"
    rb"|\[\[[^\[\]|\n]+-zotero(?:\|[^\]\n]*)?\]\])[ \t]*",
    re.I,
)
_EXPORTED = lazy_regex(rb"\((?=[^()]*\d{4})[^()\n]*\d:\d\d[^()\n]*\)[ \t]*")
"""When Zotero made a note of annotations, below their heading."""

_QUERY = lazy_regex(rb"`=[^`\n]+`")
_REFERENCE = lazy_regex(
    r"(?:> ?)?(?:\*\*(?:Bibliography|Citation|Reference|Cite)\*\*:? )?"
    r"[^\W\d_a-z][\w'’ -]{1,30}, (?:[^\W\d_a-z][\w.-]{0,20}[ ,.]{0,3}){1,4}"
    r"(?=[^\n]{0,1000}\b(?:19|20)\d\d\b)"
    r"(?=[^\n]{0,2000}(?:doi\.org/|https?://|\bpp?\. ?\d|_[^_\n]+_|\*[^*\n]+\*|\bIn: ))"
)


def generated_spans(
    source: bytes,
    lines: Sequence[BodyLine],
    marks: Sequence[BodyMark],
    properties: Sequence[Property],
) -> tuple[Span, ...]:
    """Return the ranges of generated parts; they may overlap.

    None follows from a value that may be written: with another title the same lines must be the
    person's own.
    """
    spans = [*section_spans(lines, _SECTIONS, len(source), begins=_is_section)]
    spans += section_spans(
        lines, ["Notes"], len(source), begins=lambda line: bool(_IMPORTED.fullmatch(line.data))
    )
    spans += (Span(mark.start, mark.end) for mark in marks if _is_generated(source, mark))
    spans += (_whole(line) for line in lines if _is_line(line))
    spans += (_whole(one.line) for one in properties)
    spans += _export_dates(lines)
    spans += _definitions(source, lines)
    spans += _runs(lines, properties)
    return tuple(spans)


def title_heading(source: bytes, lines: Sequence[BodyLine], title: str) -> Slot | None:
    """Return the heading that begins a note and repeats its title, perhaps as a link."""
    first = next((line for line in lines if line.data.strip()), None)
    if first is None or not first.level or not title:
        return None
    if match_title(first.name) != match_title(title):
        return None
    return _named(source, first, "title_copy")


def title_in_heading(source: bytes, scan: BodyScan) -> Slot | None:
    """Return the title that the heading is with which a note begins; None if it names a section."""
    first = next((line for line in scan.lines if line.data.strip()), None)
    if first is None or first.level != 1 or len(first.name.split()) < 2:
        return None
    is_private = any(it.start <= first.start < it.end for it in scan.private)
    return None if is_private else _named(source, first, "title")


def _named(source: bytes, line: BodyLine, slot: str) -> Slot | None:
    at = source.find(line.name.encode(), line.start, line.end)
    found = Span(at, at + len(line.name.encode())) if at >= 0 else None
    return None if found is None else Slot(slot, source_text(source, found))


def _export_dates(lines: Sequence[BodyLine]) -> Iterator[Span]:
    for above, below in pairwise(line for line in lines if line.data.strip()):
        is_shown = above.level > 0 and folded_key(above.name) in _SHOWN
        if is_shown and not below.hidden and _EXPORTED.fullmatch(below.data):
            yield _whole(below)


def _definitions(source: bytes, lines: Sequence[BodyLine]) -> Iterator[Span]:
    """Yield the definitions of links that Foam keeps at the end of a file."""
    begins = [it.start for it in lines if it.data.startswith(b"[//begin]:")]
    ends = [it.end for it in lines if it.data.startswith(b"[//end]:")]
    if begins and ends and begins[-1] < ends[-1]:
        yield Span(begins[-1], ends[-1])


def _is_section(line: BodyLine) -> bool:
    """Whether a line may name a section: a heading, or an item of Logseq that links its page."""
    is_linked = line.data.rstrip().endswith(b"]]") and line.data.count(b"[[") == 1
    return line.level > 0 or (line.is_item and is_linked)


def _is_generated(source: bytes, mark: BodyMark) -> bool:
    if mark.kind is not MarkKind.FENCE:
        return False
    language = (mark.name.strip("{}. ").split() or [""])[0]
    inside = source[mark.start : mark.end].split(b"\n", 1)[-1].lstrip()
    return language in _FENCES or bool(re.match(rb"@[A-Za-z]+\{[^,\s]*,", inside))


def _is_line(line: BodyLine) -> bool:
    if line.hidden:
        return False
    is_shown = line.level > 0 and folded_key(line.name) in _SHOWN
    return is_shown or bool(_LINE.fullmatch(line.data))


def _runs(lines: Sequence[BodyLine], properties: Sequence[Property]) -> Iterator[Span]:
    """Yield callouts, paragraphs and items that are generated as a whole."""
    keyed = {one.line.start for one in properties}
    top, was_annotation, margin = top_of(lines), False, -1
    for run in blocks_of(lines):
        text = b"\n".join(line.data for line in run)
        # The comment of an annotation in a list is a quote below it.
        is_comment = was_annotation and 0 <= margin < run[0].margin and run[0].is_quote
        is_id = was_annotation and bool(_BLOCK_ID.fullmatch(text))
        was_annotation = is_annotation(text) or is_comment
        margin = run[0].margin if run[0].is_item else margin if is_comment else -1
        is_reference = run[0].start < top and _is_reference(run, text)
        if was_annotation or is_id or is_reference or _is_callout(run, keyed):
            yield Span(run[0].start, run[-1].end)
        elif _QUERY.search(text):
            yield from (_whole(line) for line in run if _QUERY.search(line.data))


def _is_callout(run: Sequence[BodyLine], keyed: set[int]) -> bool:
    head = _HEAD.fullmatch(run[0].data)
    kind = decoded(head[1]).strip().lower() if head else ""
    if kind in _CALLOUTS:
        return True
    # The person has callouts of these kinds, too.
    is_of_item = any(it.start in keyed or is_of_zotero(decoded(it.data)) for it in run)
    return kind in ("info", "example") and is_of_item


def is_annotation(text: bytes) -> bool:
    """Tell whether a block shows an annotation; a link to one within a sentence shows none."""
    if not _ANNOTATED.search(text):
        return False
    return bool(_OF_ANNOTATION.match(text) or _LINK_LAST.search(text))


def _is_reference(run: Sequence[BodyLine], text: bytes) -> bool:
    """Whether a line is the entry of a bibliography: people, a year, and where it appeared."""
    return len(run) == 1 and not run[0].level and bool(_REFERENCE.match(decoded(text)))


def blocks_of(lines: Sequence[BodyLine]) -> Iterator[list[BodyLine]]:
    """Yield runs of lines that are one quote, one item or one paragraph."""
    run: list[BodyLine] = []
    for line in lines:
        was_quote = bool(run) and run[0].is_quote
        begins = line.is_item or line.level or line.is_quote != was_quote
        if run and (line.hidden or not line.data.strip() or begins):
            yield run
            run = []
        if line.data.strip() and not line.hidden:
            run.append(line)
    if run:
        yield run


def _whole(line: BodyLine) -> Span:
    return Span(line.start, line.end)
