"""The part of a run sequence that Markdown can hold, in one normal form.

Both ends of a link are compared in this form: it folds what neither a person nor the editor would
call a difference (blanks, the order of marks, where a blank stands at the edge of a mark).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from zoterodigest.notes.inline import COMBINING_STROKE, join_runs, with_marks
from zoterodigest.notes.model import CODE, Annotated, Break, Mark, Marks, Math, Run, Text

PlainRun = Text | Break | Math
PlainRuns = tuple[PlainRun, ...]

_BLANKS = re.compile(r"(\s+)")
_SINGLE_BLANKS = re.compile(r"\S++(?: \S++)*+")
_FOLDING = " \t\r\n\f\u00a0"
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_INVISIBLE = re.compile(r"[\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
_UNSAFE_SCHEME = re.compile(r"(?:javascript|vbscript|data):", re.IGNORECASE)
_KEPT_MARKS = frozenset({"strong", "em", "u", "strike", "sub", "sup", "link", "code"})


def plain_runs(runs: Iterable[Run], *, allows_math: bool = True) -> PlainRuns:
    """Return what Markdown can hold of `runs`, in normal form; images and citations are left out.

    Without `allows_math` formulas become text between dollars (headings hold no formula).
    """
    given = tuple(runs)
    if len(given) == 1 and isinstance(given[0], Text) and _is_plain(given[0]):
        return (given[0],)
    cleaned = join_plain(_clean(run) for run in join_plain(_holdable(given, allows_math)))
    return join_plain(_share_marks(_trim(_pieces(cleaned))))


def _is_plain(run: Text) -> bool:
    """Tell whether a text without marks is in normal form already, as nearly all are."""
    text = run.text
    is_clean = not run.marks and not _FORBIDDEN.search(text) and COMBINING_STROKE not in text
    is_folded = _SINGLE_BLANKS.fullmatch(text) is not None
    return is_clean and is_folded and unicodedata.is_normalized("NFC", text)


def join_plain(runs: Iterable[PlainRun]) -> PlainRuns:
    """Join neighbouring texts that carry the same marks."""
    return tuple(run for run in join_runs(runs) if isinstance(run, Text | Break | Math))


def clean_text(text: str) -> str:
    """Return `text` in NFC, without surrogates and control characters other than tab and LF."""
    return unicodedata.normalize("NFC", _FORBIDDEN.sub("", text.replace("\r\n", "\n")))


def is_safe(url: str) -> bool:
    """Tell whether a link may lead to `url`: its scheme is none that runs or holds code."""
    return not _UNSAFE_SCHEME.match(_INVISIBLE.sub("", url))


def _holdable(runs: Iterable[Run], allows_math: bool) -> Iterator[PlainRun]:
    for run in runs:
        match run:
            case Text() | Break():
                yield replace(run, marks=_holdable_marks(run.marks))
            case Math(tex, marks):
                tex = " ".join(tex.split())
                kept = tuple(mark for mark in _holdable_marks(marks) if mark != CODE)
                if tex:
                    yield Math(tex, kept) if allows_math else Text(f"${tex}$", kept)
            case Annotated():
                yield from _holdable(run.runs, allows_math)
            case _:
                pass


def _holdable_marks(marks: Marks) -> Marks:
    """Keep what Markdown knows; code excludes every other mark but a link, which wins over it."""
    kept = [replace(mark, value="") if mark.name == "u" else mark for mark in marks]
    kept = [_clean_link(mark) for mark in kept if mark.name in _KEPT_MARKS]
    kept = [mark for mark in kept if mark.name != "link" or is_safe(mark.value)]
    if CODE in kept:
        links = tuple(mark for mark in kept if mark.name == "link")
        return links or (CODE,)
    return with_marks((), *kept)


def _clean_link(mark: Mark) -> Mark:
    return Mark(mark.name, _one_line(mark.value), _one_line(mark.title))


def _one_line(text: str) -> str:
    return " ".join(clean_text(text).split())


def _clean(run: PlainRun) -> PlainRun:
    match run:
        case Text():
            return replace(run, text=clean_text(run.text))
        case Math():
            return replace(run, tex=" ".join(clean_text(run.tex).split()))
        case Break():
            return run


def _pieces(runs: Iterable[PlainRun]) -> Iterator[PlainRun]:
    """Yield words and blanks apart, and of blanks that follow each other only the first."""
    after_blank = False
    for run in runs:
        if not isinstance(run, Text):
            after_blank = False
            yield run
            continue
        for number, piece in enumerate(_BLANKS.split(run.text)):
            is_blank = number % 2 == 1
            text = _folded(piece) if is_blank else piece.lstrip(COMBINING_STROKE)
            if text and not (is_blank and after_blank):
                after_blank = is_blank
                yield replace(run, text=text)


def _folded(blanks: str) -> str:
    """Return what stands for a run of blanks: itself if it is one U+00A0 or of wide blanks only."""
    is_kept = blanks == "\u00a0" or not any(blank in _FOLDING for blank in blanks)
    return blanks if is_kept else " "


def _trim(pieces: Iterable[PlainRun]) -> list[PlainRun]:
    """Drop blanks at line breaks, and blanks and line breaks at both ends."""
    kept: list[PlainRun] = []
    for piece in pieces:
        if _is_neutral(piece) and not kept:
            continue
        if isinstance(piece, Break):
            _drop_blanks(kept)
        elif _is_blank(piece) and isinstance(kept[-1], Break):
            continue
        kept.append(piece)
    while kept and _is_neutral(kept[-1]):
        kept.pop()
    return kept


def _drop_blanks(pieces: list[PlainRun]) -> None:
    while pieces and _is_blank(pieces[-1]):
        pieces.pop()


def _is_blank(piece: PlainRun) -> bool:
    return isinstance(piece, Text) and piece.text.isspace()


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
