"""What a heading is called: the words that a person reads, and where they stand.

A link counts by its text. Badges, tags, anchors, comments, marks and ways back to the top do not
count, unless there is nothing else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import field
from functools import lru_cache
from string import punctuation

from zoterodigest.frozen import dataclass, frozen
from zoterodigest.regex import lazy_regex

Range = tuple[int, int]


@frozen()
class NamePiece:
    """A part of a name: where it begins in the name, and the characters on which it stands."""

    at: int
    start: int
    end: int


@frozen()
class HeadingName:
    """A name and its pieces: between two of them stands something that a person does not read."""

    text: str
    pieces: tuple[NamePiece, ...]


_SIGN = lazy_regex(r"[\[<*_`~!{]")
_TARGET = (
    r"\((?:<[^<>]*>|[^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*)(?:[ \t]+(?:\"[^\"]*\"|'[^']*')?)?\)"
)
# What an alternative holds ends at the next sign of its kind: all together take linear time.
_MARKUP = lazy_regex(
    r"(?P<escape>\\[!-/:-@\[-`{-~])"
    r"|(?<!`)(?P<ticks>`+)(?P<code>[^`]+)(?P=ticks)(?!`)"
    r"|<!--[^<>]*-->|\{#[\w-]+\}\Z"
    r"|<a\b(?P<anchor>[^<>]*)>(?P<anchored>[^<>]*)</a>"
    r"|<img\b(?P<img>[^<>]*)>"
    rf"|!\[(?P<alt>[^\[\]]*)\](?:{_TARGET}|\[[^\[\]]*\])"
    rf"|\[(?P<label>(?:[^\[\]\\]|\\.|\[[^\[\]]*\])*)\](?P<target>{_TARGET})"
    # Only of a badge: other brackets behind brackets are more often a year and a venue.
    rf"|\[!\[(?P<badge>[^\[\]]*)\](?:{_TARGET}|\[[^\[\]]*\])\]\[[^\[\]]*\]"
    r"|</?[a-z][\w-]*(?:[ \t][^<>]*)?/?>",
    re.I,
)
_BREAK = lazy_regex(r"<br\b", re.I)
_WITHIN_PAGE = lazy_regex(r"\bhref *= *[\"']?#", re.I)
_ALT = lazy_regex(r"\balt *= *[\"']([^\"']*)", re.I)
_WORD = lazy_regex(r":[a-z0-9_+-]+:|([^\W_]+)", re.I)
"""A word, or the name of an emoji, which does not count as one."""
_WAY_BACK = lazy_regex(
    r"(?:(?:go|jump|scroll|return|back|up) ?)*(?:to )?(?:the )?"
    r"(?:top|toc|table of contents?|contents?|index|menu)?|permalink|anchor"
    r"|(?:返回|回到)?(?:目录|顶部|目錄|頂部|首页|目次)|返回|トップ(?:へ戻る|に戻る)?"
)
_PAIRS = ("()", "[]", "（）")
_PARTING = " \t\u00a0|·•-–—"
"""What parts a name and a way back."""
_MARKS = lazy_regex(r"\*+|_+|~~")


# A heading is asked for its name whenever the outline of its digest is made.
@lru_cache(maxsize=4096)
def name_of_heading(text: str) -> HeadingName:
    """Return what a heading is called that has this text, its closing signs left off."""
    if not _SIGN.search(text):
        return _name(text, [(0, len(text))])
    markup = _markup_of(text)
    # What does not count beside words is the name where there are none.
    counting = _outside((*markup.unread, *markup.ways), len(text))
    name = _name(text, counting, _PARTING if markup.ways else None)
    if not name.text:
        name = _name(text, _outside(markup.unread, len(text)))
    return name if name.text else _name(text, markup.alts)


def shown_in_heading(text: str) -> str:
    """Return what a page shows of a heading's text, images left out."""
    return "".join(text[slice(*it)] for it in _outside(_markup_of(text).unread, len(text)))


def _markup_of(text: str) -> _Markup:
    markup = _Markup(text)
    markup.look_at(0, len(text))
    markup.pair_marks()
    return markup


@dataclass(slots=True)
class _Markup:
    """The markup of a heading: what nobody reads, ways back to the top, the texts of images.

    `literal` is where no mark begins or ends.
    """

    text: str
    unread: list[Range] = field(default_factory=list)
    ways: list[Range] = field(default_factory=list)
    alts: list[Range] = field(default_factory=list)
    literal: list[Range] = field(default_factory=list)

    def look_at(self, start: int, end: int) -> None:
        """Note the markup between two places, and that within the texts of links."""
        for found in _MARKUP.finditer(self.text, start, end):
            if found["escape"]:
                self.literal.append(found.span())
            elif found["code"]:
                self.literal.append(found.span())
                self._unwrap(found.span(), found.span("code"))
            elif found["label"] is not None:
                self._link(found.span(), found.span("label"), found["target"].startswith("(#"))
            elif found["anchored"] is not None:
                is_within_page = _WITHIN_PAGE.search(found["anchor"]) is not None
                self._link(found.span(), found.span("anchored"), is_within_page)
            else:
                self.unread.append(found.span())
                self._image(found)

    def _link(self, whole: Range, label: Range, is_within_page: bool) -> None:
        words = " ".join(filter(None, _WORD.findall(self.text[slice(*label)])))
        if is_within_page and _WAY_BACK.fullmatch(words.lower()):
            self.ways.append(self._with_brackets(*whole))
        # Its text counts then if there is nothing else.
        self._unwrap(whole, label)
        self.look_at(*label)

    def _with_brackets(self, start: int, end: int) -> Range:
        while start and self.text[start - 1] + self.text[end : end + 1] in _PAIRS:
            start, end = start - 1, end + 1
        return start, end

    def _unwrap(self, whole: Range, inner: Range) -> None:
        self.unread += (whole[0], inner[0]), (inner[1], whole[1])

    def _image(self, found: re.Match[str]) -> None:
        alt = _ALT.search(self.text, *found.span("img")) if found["img"] else None
        spans = (alt.span(1) if alt else (0, 0), found.span("alt"), found.span("badge"))
        self.alts += [(start, end) for start, end in spans if self.text[start:end].strip()]

    def pair_marks(self) -> None:
        """Note marks of emphasis that open and close, by the rules of CommonMark."""
        opened: list[re.Match[str]] = []
        waiting = Counter[str]()
        hidden = (*self.unread, *self.ways, *self.literal)
        for start, end in _outside(hidden, len(self.text)):
            for run in _MARKS.finditer(self.text, start, end):
                opens, closes = _flanks(self.text, run)
                if closes and waiting[run[0]]:
                    # Once closed, what was opened in between is no mark: each is taken off once.
                    while (opener := opened.pop())[0] != run[0]:
                        waiting[opener[0]] -= 1
                    waiting[run[0]] -= 1
                    self.unread += opener.span(), run.span()
                elif opens:
                    opened.append(run)
                    waiting[run[0]] += 1


def _flanks(text: str, run: re.Match[str]) -> tuple[bool, bool]:
    """Tell whether a run of marks can open emphasis, and whether it can close it."""
    before = text[run.start() - 1] if run.start() else " "
    after = text[run.end()] if run.end() < len(text) else " "
    is_edge = before.isspace() or before in punctuation, after.isspace() or after in punctuation
    opens = not after.isspace() and (after not in punctuation or is_edge[0])
    closes = not before.isspace() and (before not in punctuation or is_edge[1])
    # Within a word `_` is a letter.
    is_mark = run[0][0] != "_"
    return opens and (is_mark or is_edge[0]), closes and (is_mark or is_edge[1])


def _outside(ranges: Iterable[Range], length: int) -> list[Range]:
    """Return what lies between ranges, which may hold each other."""
    between: list[Range] = []
    cursor = 0
    for start, end in (*sorted(ranges), (length, length)):
        if start > cursor:
            between.append((cursor, start))
        cursor = max(cursor, end)
    return between


def _name(text: str, ranges: Sequence[Range], ends: str | None = None) -> HeadingName:
    """Return the name that stands on `ranges`, without the signs `ends` (blanks) around it."""
    filled = [at for at, (start, end) in enumerate(ranges) if text[start:end].strip(ends)]
    shown = ranges[filled[0] : filled[-1] + 1] if filled else ()
    name, pieces = "", list[NamePiece]()
    for at, (start, end) in enumerate(shown):
        piece = text[start:end]
        if at == 0:
            start += len(piece) - len(piece.lstrip(ends))
        if at == len(shown) - 1:
            end -= len(piece) - len(piece.rstrip(ends))
        if name[-1:].isspace():
            start = max(start, end - len(text[start:end].lstrip()))
        elif pieces and _BREAK.search(text, pieces[-1].end, start) and not text[start].isspace():
            name += " "
        if start < end:
            pieces.append(NamePiece(len(name), start, end))
            name += text[start:end]
    return HeadingName(name, tuple(pieces))
