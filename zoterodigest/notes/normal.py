"""Blocks and runs in the one form that both a note and Markdown can hold.

Both ends of a link are compared in this form. It leaves out what only one of them can hold: bullet
characters, numbers, fence languages, alignment, colours, images, where wikilinks lead in Zotero. It
also folds what neither a person nor the editor calls a difference: blanks, the order of marks, a
blank at the edge of a mark.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from zoterodigest.core.values.key_table import PRIVATE_HEADING, folded_heading
from zoterodigest.notes.inline import COMBINING_STROKE, join_runs, with_marks
from zoterodigest.notes.model import (
    CODE,
    DEEPEST_ITEM,
    DEEPEST_QUOTE,
    STRONG,
    Annotated,
    Block,
    Break,
    Code,
    Content,
    Formula,
    Marks,
    Math,
    Node,
    NoteHeading,
    NoteParagraph,
    NoteText,
    Quote,
    Run,
    Table,
    TextMark,
    ThematicBreak,
    flatten,
    nest,
    table_of,
)
from zoterodigest.notes.wikilinks import without_item_links
from zoterodigest.regex import lazy_regex

PlainRun = NoteText | Break | Math
PlainRuns = tuple[PlainRun, ...]

_BLANKS = lazy_regex(r"(\s+)")
_SINGLE_BLANKS = lazy_regex(r"\S++(?: \S++)*+")
_FOLDING = " \t\r\n\f\u00a0"
_FORBIDDEN = lazy_regex(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_INVISIBLE = lazy_regex(r"[\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
_UNSAFE_SCHEME = lazy_regex(r"(?:javascript|vbscript|data):", re.IGNORECASE)
_KEPT_MARKS = frozenset({"strong", "em", "u", "strike", "sub", "sup", "link", "code"})

HIGHEST_HEADING = 4
"""The highest level a heading inside a summary or section may have: above are the note's own."""

_NO_BLOCK = Block(ThematicBreak(), depth=-1)


def is_private(runs: Iterable[Run]) -> bool:
    """Tell whether a heading makes the text below it private."""
    shown = "".join(run.text for run in plain_runs(runs) if isinstance(run, NoteText))
    return folded_heading(shown) == folded_heading(PRIVATE_HEADING)


def normal_blocks(blocks: Iterable[Block], quotes: int = 0) -> tuple[Block, ...]:
    """Return `blocks`, inside so many `quotes`, in normal form, without those that hold nothing."""
    return tuple(block for block in aligned_blocks(tuple(blocks), quotes) if block is not None)


def aligned_blocks(blocks: Sequence[Block], quotes: int = 0) -> tuple[Block | None, ...]:
    """Return the normal form of each of `blocks`, None for one that holds nothing.

    An item without text of its own takes that of a paragraph inside it. Without such a paragraph it
    is kept only if it holds other blocks.
    """
    normal: list[Block | None] = [None] * len(blocks)
    below, below_at = _NO_BLOCK, len(blocks)
    # From the last to the first: an empty item needs to know what stands below it.
    for at in range(len(blocks) - 1, -1, -1):
        block = blocks[at]
        if block.depth > DEEPEST_ITEM:
            block = replace(block, depth=DEEPEST_ITEM)
        content = _normal(block.content, quotes)
        if content is None and block.marker and below.depth > block.depth:
            if isinstance(below.content, NoteParagraph) and not below.marker:
                below = replace(below, depth=block.depth, marker=block.marker)
                normal[below_at] = below
                continue
            content = NoteParagraph()
        if content:
            below, below_at = Block(content, block.depth, block.marker), at
            normal[at] = below
    return tuple(normal)


def _normal(content: Content, quotes: int) -> Content | None:
    match content:
        case NoteParagraph():
            runs = plain_runs(content.runs)
            return NoteParagraph(runs) if runs else None
        case NoteHeading():
            return _heading(content)
        case Code():
            text = code_text(content)
            return Code((NoteText(text),)) if text else None
        case Formula():
            tex = "\n".join(line.strip() for line in normal_text(content.tex).split("\n")).strip()
            # Dollars inside would end the formula, so it becomes code.
            return (Code((NoteText(tex),)) if "$$" in tex else Formula(tex)) if tex else None
        case ThematicBreak():
            return content
        case Quote():
            if quotes >= DEEPEST_QUOTE:
                return _normal(NoteParagraph(tuple(_cell_runs(content.nodes))), quotes)
            nodes = nest(normal_blocks(flatten(content.nodes), quotes + 1))
            return Quote(nodes) if nodes else None
        case Table():
            return _table(content)


def code_text(code: Code) -> str:
    """Return the lines of `code`, without blank ones at either end; each U+00A0 is a blank."""
    pieces = (run.text for run in code.runs if isinstance(run, NoteText))
    text = normal_text("".join(pieces)).replace("\u00a0", " ")
    lines = [line if line.strip() else "" for line in text.split("\n")]
    solid = [number for number, line in enumerate(lines) if line]
    return "\n".join(lines[solid[0] : solid[-1] + 1]).lstrip(COMBINING_STROKE) if solid else ""


def _heading(heading: NoteHeading) -> NoteHeading | NoteParagraph | None:
    runs = plain_runs(heading.runs, allows_math=False)
    if not runs:
        return None
    # A heading "Private" in a digest would hide all that follows it in the note.
    if is_private(runs):
        return NoteParagraph((NoteText("Private", (STRONG,)),))
    return NoteHeading(max(heading.level, HIGHEST_HEADING), runs)


def _table(table: Table) -> Table | None:
    """Return a table with one header row and as many cells in each row."""
    rows = [[plain_runs(_cell_runs(cell.nodes)) for cell in row] for row in table.rows]
    if not any(chain.from_iterable(rows)):
        return None
    width = max(map(len, rows))
    return table_of([*row, *[()] * (width - len(row))] for row in rows)


def _cell_runs(nodes: Iterable[Node]) -> Iterator[Run]:
    """Yield all that a cell holds as one paragraph, its blocks parted by line breaks."""
    for block in flatten(nodes):
        yield Break()
        match block.content:
            case NoteParagraph() | NoteHeading():
                yield from block.content.runs
            case Code():
                yield NoteText(code_text(block.content), (CODE,))
            case Formula():
                yield Math(block.content.tex)
            case Quote():
                yield from _cell_runs(block.content.nodes)
            case Table(rows):
                for cell in chain.from_iterable(rows):
                    yield from _cell_runs(cell.nodes)
            case ThematicBreak():
                pass


def plain_runs(runs: Iterable[Run], *, allows_math: bool = True) -> PlainRuns:
    """Return what Markdown can hold of `runs`, in normal form; images and citations are left out.

    Without `allows_math` formulas become text between dollars (headings hold no formula).
    """
    # Nearly all runs are one plain text: the rest of this function is slow.
    given = tuple(runs)
    if len(given) == 1 and isinstance(given[0], NoteText) and is_plain(given[0]):
        return (given[0],)
    # Joined before cleaning: composition (NFC) may make one character of two texts' edges.
    joined = join_plain(_holdable(without_item_links(given), allows_math))
    cleaned = (
        NoteText(normal_text(run.text), run.marks) if isinstance(run, NoteText) else run
        for run in joined
    )
    return join_plain(_share_marks(_trim(_pieces(join_plain(cleaned)))))


def is_plain(run: NoteText) -> bool:
    """Tell whether a text without marks is in normal form already, as nearly all are."""
    text = run.text
    is_clean = not run.marks and not _FORBIDDEN.search(text) and COMBINING_STROKE not in text
    is_folded = _SINGLE_BLANKS.fullmatch(text) is not None
    return is_clean and is_folded and unicodedata.is_normalized("NFC", text)


def join_plain(runs: Iterable[Run]) -> PlainRuns:
    """Join neighbouring texts that carry the same marks."""
    return tuple(run for run in join_runs(runs) if isinstance(run, NoteText | Break | Math))


def normal_text(text: str) -> str:
    """Return `text` in NFC, without surrogates and control characters other than tab and LF."""
    return unicodedata.normalize("NFC", _FORBIDDEN.sub("", text.replace("\r\n", "\n")))


def is_safe(url: str) -> bool:
    """Tell whether a link may lead to `url`: its scheme must not run or hold code."""
    return not _UNSAFE_SCHEME.match(_INVISIBLE.sub("", url))


def _holdable(runs: Iterable[Run], allows_math: bool) -> Iterator[PlainRun]:
    for run in runs:
        match run:
            case NoteText() | Break():
                yield replace(run, marks=_holdable_marks(run.marks)) if run.marks else run
            case Math(tex, marks):
                tex = _one_line(" ".join(tex.split()))
                kept = tuple(mark for mark in _holdable_marks(marks) if mark != CODE)
                if tex:
                    yield Math(tex, kept) if allows_math else NoteText(f"${tex}$", kept)
            case Annotated():
                yield from _holdable(run.runs, allows_math)
            case _:
                pass


def _holdable_marks(marks: Marks) -> Marks:
    """Keep what Markdown knows; code excludes every other mark but a link, which wins over it."""
    known = (mark for mark in marks if mark.name in _KEPT_MARKS)
    kept = [TextMark(mark.name, _one_line(mark.value), _one_line(mark.title)) for mark in known]
    kept = [replace(mark, value="") if mark.name == "u" else mark for mark in kept]
    kept = [mark for mark in kept if mark.name != "link" or is_safe(mark.value)]
    if CODE in kept:
        links = tuple(mark for mark in kept if mark.name == "link")
        return links or (CODE,)
    return with_marks((), *kept)


def _one_line(text: str) -> str:
    return " ".join(normal_text(text).split())


def _pieces(runs: Iterable[PlainRun]) -> Iterator[PlainRun]:
    """Yield words and blanks apart, and of blanks that follow each other only the first.

    Words between which only single blanks stand are one piece.
    """
    after_blank = False
    for run in runs:
        if not isinstance(run, NoteText):
            after_blank = False
            yield run
            continue
        for number, piece in enumerate(_parted(run.text)):
            is_blank = number % 2 == 1
            text = _folded(piece) if is_blank else piece.lstrip(COMBINING_STROKE)
            if text and not (is_blank and after_blank):
                after_blank = is_blank
                yield NoteText(text, run.marks)


def _parted(text: str) -> Sequence[str]:
    """Return what stands between blanks, and at each odd place the blanks."""
    words = text.strip()
    # Nearly all texts are so: word by word, a note takes three times as long.
    if COMBINING_STROKE not in words and _SINGLE_BLANKS.fullmatch(words):
        first = text.index(words)
        return "", text[:first], words, text[first + len(words) :], ""
    return _BLANKS.split(text)


def _folded(blanks: str) -> str:
    """Return the replacement of a run of blanks: itself if it is one U+00A0 or only wide blanks."""
    is_kept = blanks == "\u00a0" or not any(blank in _FOLDING for blank in blanks)
    return blanks if is_kept else " "


def _trim(pieces: Iterable[PlainRun]) -> list[PlainRun]:
    """Drop blanks at line breaks, and blanks and line breaks at both ends."""
    kept: list[PlainRun] = []
    for piece in pieces:
        if _is_neutral(piece) and not kept:
            continue
        if isinstance(piece, Break):
            while kept and _is_blank(kept[-1]):
                kept.pop()
        elif _is_blank(piece) and isinstance(kept[-1], Break):
            continue
        kept.append(piece)
    while kept and _is_neutral(kept[-1]):
        kept.pop()
    return kept


def _is_blank(piece: PlainRun) -> bool:
    return isinstance(piece, NoteText) and piece.text.isspace()


def _share_marks(pieces: Sequence[PlainRun]) -> Iterator[PlainRun]:
    """Leave blanks and line breaks only the marks that the words on both sides have as well."""
    following: list[Marks] = []
    marks: Marks = ()
    for piece in reversed(pieces):
        marks = marks if _is_neutral(piece) else piece.marks
        following.append(marks)
    before: Marks = ()
    for piece, after in zip(pieces, reversed(following), strict=True):
        if not _is_neutral(piece):
            before = piece.marks
            yield piece
            continue
        shared = (mark for mark in piece.marks if mark in before and mark in after)
        is_break = isinstance(piece, Break)
        yield replace(piece, marks=tuple(m for m in shared if not (is_break and m == CODE)))


def _is_neutral(piece: PlainRun) -> bool:
    return isinstance(piece, Break) or _is_blank(piece)
