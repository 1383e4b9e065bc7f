"""Texts of annotations as Markdown that shows them and is nothing else.

What a PDF or a comment holds may look like a heading, a tag, a link between notes, a formula, a
comment that hides the rest of the file, or a template. Such signs are written with a backslash, and
what begins a tag of HTML as an entity: programs that look for `</details>` know no backslash.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from zoterodigest.core.values.tags import in_one_word, is_tag_of_notes
from zoterodigest.regex import lazy_regex

_LINE_BREAK = lazy_regex(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNPRINTABLE = lazy_regex(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufeff]")

_MARK_TAG = lazy_regex(r"<(/?)(b|i|sub|sup)>", re.IGNORECASE)
_STARS = {"b": "**", "i": "*"}
_OPENING = {"b": "\x01", "i": "\x02", "sub": "\x03", "sup": "\x04"}
_CLOSING = {"b": "\x05", "i": "\x06", "sub": "\x07", "sup": "\x08"}
"""What stands for the tags while a text is escaped: no cleaned text holds it."""

_SIGNS = (
    # A backslash stands for itself only before a letter, a digit or a blank.
    r"\\(?=[!-/:-@\[-`{-~\x01-\x08]|$)"
    r"|[`*$^]"
    r"|_(?![^\W_])|(?<![^\W_])_"
    r"|&(?=#?\w)"
    r"|(?<![\w/&])#(?=\S)|(?<![\w.+/-])@(?=\w)"
    # `[[note]]`, `((block))`, `{{macro}}`, `%%hidden%%`, `==marked==`, `field:: value`.
    r"|\[(?=\[)|(?<=[\[({])[\[({]|(?<=[{<%])%|(?<==)=|(?<=~)~|(?<=:):"
    r"|\](?=[(\]])"
    # The key of another annotation in a comment is not the key of its block.
    r"|(?<=annotation)="
)
_IN_LINE = lazy_regex(rf"\A(?:[#>|=~\[:]|[-+](?=[\s\-|+:]|$))|{_SIGNS}")
_IN_BRACKETS = lazy_regex(rf"[\[\]]|{_SIGNS}")
_NUMBER = lazy_regex(r"\A\d{1,9}(?=[.)](?:\s|$))")
_OPENS_TAG = lazy_regex(r"<(?=[A-Za-z/!?])")


def text_lines(text: str) -> list[str]:
    """Return the lines of a comment as Markdown: trimmed, no two blank ones in a row."""
    lines: list[str] = []
    marks: TagNames = ()
    for line in _cleaned(text).split("\n"):
        written, marks = _written_line(line, marks)
        if written or (lines and lines[-1]):
            lines.append(written)
    return lines[:-1] if lines and not lines[-1] else lines


def text_line(text: str) -> str:
    """Return a text as one line of Markdown: the line breaks of a PDF are blanks."""
    return _written_line(_cleaned(text), ())[0]


def label(text: str) -> str:
    """Return a plain text that can stand between brackets: a link's text, or a tag's."""
    return _escaped(" ".join(_cleaned(text).split()), _IN_BRACKETS)


def note_tag(text: str) -> str:
    """Return a tag as Obsidian spells it, `#reading`; one that it cannot spell as `[to read]`."""
    is_spelled = is_tag_of_notes(text) and text == in_one_word(text)
    return f"#{text}" if is_spelled else f"[{label(text)}]"


def _cleaned(text: str) -> str:
    return _UNPRINTABLE.sub("", _LINE_BREAK.sub("\n", text))


TagNames = tuple[str, ...]
"""The names of the tags around a sign, the outermost first."""

TaggedSign = tuple[str, TagNames]
"""One character with the tags around it."""


def _written_line(line: str, marks: TagNames) -> tuple[str, TagNames]:
    """Return a line as Markdown, and the tags that are open behind it; `marks` are those before."""
    signs: list[TaggedSign] = []
    at = 0
    for found in _MARK_TAG.finditer(line):
        signs += ((sign, marks) for sign in line[at : found.start()])
        name = found[2].lower()
        others = tuple(one for one in marks if one != name)
        marks = others if found[1] else (*others, name)
        at = found.end()
    signs += ((sign, marks) for sign in line[at:])
    escaped = _escaped(_with_stand_ins(_tidied(signs)), _IN_LINE)
    return _with_marks(_NUMBER.sub(r"\g<0>\\", escaped)), marks


def _tidied(signs: Sequence[TaggedSign]) -> list[TaggedSign]:
    """Return the signs with single blanks between them, which have the marks of both neighbors."""
    tidied: list[TaggedSign] = []
    is_apart = False
    for sign, marks in signs:
        if not sign.isspace():
            if is_apart and tidied:
                tidied.append((" ", tuple(one for one in tidied[-1][1] if one in marks)))
            tidied.append((sign, marks))
        is_apart = sign.isspace()
    return tidied


def _with_stand_ins(signs: Sequence[TaggedSign]) -> str:
    pieces: list[str] = []
    opened: TagNames = ()
    for sign, marks in (*signs, ("", ())):
        kept = sum(
            1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(opened, marks, strict=False))
        )
        pieces += (_CLOSING[name] for name in reversed(opened[kept:]))
        pieces += (_OPENING[name] for name in marks[kept:])
        pieces.append(sign)
        opened = marks
    return "".join(pieces)


def _escaped(text: str, signs: re.Pattern[str]) -> str:
    return _OPENS_TAG.sub("&lt;", signs.sub(r"\\\g<0>", text))


def _with_marks(text: str) -> str:
    """Put the marks in place of what stands for them: stars where Markdown reads them as such."""
    pieces, open_at = list(text), list[int]()
    for at, sign in enumerate(text):
        if sign in _NAMED_OPENING:
            open_at.append(at)
        elif name := _NAMED_CLOSING.get(sign):
            start = open_at.pop()
            star = _STARS.get(name, "") if _may_be_stars(text, start, at) else ""
            pieces[start], pieces[at] = star or f"<{name}>", star or f"</{name}>"
    return "".join(pieces)


_NAMED_OPENING = {sign: name for name, sign in _OPENING.items()}
_NAMED_CLOSING = {sign: name for name, sign in _CLOSING.items()}


def _may_be_stars(text: str, start: int, end: int) -> bool:
    """Tell whether marks at these places have letters within, and no other marks beside them."""
    outside = f"{text[:start][-1:]}{text[end + 1 :][:1]}"
    is_alone = not any(
        sign == "*" or sign in _NAMED_OPENING or sign in _NAMED_CLOSING for sign in outside
    )
    return is_alone and text[start + 1].isalnum() and text[end - 1].isalnum()
