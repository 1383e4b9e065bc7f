"""Titles: capitals that a style must not lower are protected, word by word."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import chain, repeat

from zoterodigest.bibtex.tex.latex import (
    Dialect,
    cleaned_tex,
    decode,
    encode,
    encode_words,
    escaped_tex,
)
from zoterodigest.bibtex.tex.markup import has_markup, pieces_of
from zoterodigest.core.values.identity import canonical_title
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex


def encode_title(
    title: str, dialect: Dialect, proper: frozenset[str] = frozenset(), language: str = ""
) -> str:
    """Return a title as the value of a field.

    Protected are words with a capital behind their first letter or beside a digit (`{BERT}`,
    `{3D}`), single capitals, words in `proper` (lower case), and in a title written as a sentence
    every capitalised word within it. A title in another `language` than English is protected as a
    whole.
    """
    title = cleaned_tex(title)
    if language and not language.lower().startswith("en"):
        return f"{{{encode(title, dialect)}}}"
    if title.isupper() and title.count(" ") > 2:  # all shouted: no capital means anything
        return encode(title, dialect)
    table = _words_of(dialect, proper)
    words = [table[word] for word in title.split(" ")]
    is_sentence = sum([word.vote for word in words]) - words[0].vote > 0
    if not has_markup(title) or not has_markup(_WITHIN_WORD.sub("", title)):
        return _joined(words, is_sentence, is_opening=True)
    # Before the text is cut into pieces: an accent's braces would end the word.
    title = _ACCENTED_CAPITAL.sub(r"{\g<0>}", title)
    first = next(pieces_of(title), None)
    begins_plain = first is not None and not first.is_tex and not first.depth
    # Only the first of all parts opens the title, and only if it is a plain one.
    openings = chain((begins_plain,), repeat(False))

    def encode_part(text: str) -> str:
        words = [table[word] for word in text.split(" ")]
        return _joined(words, is_sentence, is_opening=next(openings))

    return encode_words(title, dialect, encode_part)


@lru_cache(maxsize=16384)
def folded_title(title: str) -> str:
    """Return one text for all spellings of a title, TeX and math included: `$α$`, `\\alpha`, α."""
    if "$" in title or "\\" in title:
        title = decode(encode_title(title, Dialect.BIBTEX))
    return canonical_title(title)


_ACCENTED_CAPITAL = lazy_regex(
    r"(?<=[\s(/–-])\{\\[`'^\"~=.Hcbdkruv]\s?(?:[A-Z]|\{[A-Z]\})\}"
    r"(?:[^\s{}$\\]|\{[^\s{}$]{1,9}\})*"
)
r"""A word that begins with `{\'E}`: a style lowers such a letter, the braces say it must not."""


@dataclass(frozen=True, slots=True)
class _Word:
    """A word encoded for a title in title case, and for one in sentence case.

    `vote` says which of both the title seems to be: 1 for a lower word, -1 for a capitalised one.
    """

    tex: str
    within_sentence: str
    vote: int
    ends_clause: bool


class _Words(dict[str, _Word]):
    """Words encoded for one dialect, filled as they are met."""

    def __init__(self, dialect: Dialect, proper: frozenset[str]) -> None:
        super().__init__()
        self._dialect = dialect
        self._proper = proper

    def __missing__(self, text: str) -> _Word:
        if len(self) >= _MOST_WORDS:
            self.clear()
        self[text] = word = _word(text, self._dialect, self._proper)
        return word


_MOST_WORDS = 65_536
_WITHIN_WORD = lazy_regex(r"\$[^\s$]{1,80}\$|\{[^\s{}$\\<]{1,80}\}")
"""Math and braces that stand within a word: such a title is encoded word by word."""


_words_of = lru_cache(maxsize=16)(_Words)


def _word(text: str, dialect: Dialect, proper: frozenset[str]) -> _Word:
    # Nearly all words: these have no capital behind a first letter, and no sign of TeX.
    if _PLAIN_WORD.fullmatch(text) and proper.isdisjoint(text.lower().split("-")):
        is_capitalised = text[0].isupper()
        vote = (-1 if is_capitalised else 1) if len(text) > 3 and text.isalpha() else 0
        return _Word(text, f"{{{text}}}" if is_capitalised else text, vote, ends_clause=False)
    letters = text.strip("“”‘’'`\"()[],.;:?!–—-*")
    is_long = len(letters) > 3 and letters.isalpha()
    vote = 0
    if is_long and letters[1:].islower():
        vote = 1 if letters[0].islower() else -1
    return _Word(
        _encoded(text, dialect, lambda part: _is_fixed(part) or part.lower() in proper),
        _encoded(text, dialect, lambda part: _is_fixed(part) or part[0].isupper()),
        vote,
        text.endswith((":", "?", "!", ".", "—", "–", "-", "|", "/", "“")),
    )


def _joined(words: Iterable[_Word], is_sentence: bool, *, is_opening: bool) -> str:
    """Return a part of a title; `is_opening` says that it is the first."""
    if not is_sentence:
        return " ".join([word.tex for word in words])
    texts = []
    for word in words:
        texts.append(word.tex if is_opening else word.within_sentence)
        is_opening = word.ends_clause
    return " ".join(texts)


_PLAIN_WORD = lazy_regex(r"[A-Z][a-z]+|[a-z0-9]+(?:-[a-z0-9]+)*")
_PART = lazy_regex(r"[^\W_]+(?:(?:\.|['’](?![a-z]{1,2}\b))[^\W_]+)*")
_JOINT = lazy_regex(r"[-‐‑–/&+]")


def _encoded(text: str, dialect: Dialect, is_protected: Callable[[str], bool]) -> str:
    """Return a word with braces around the protected ones of its parts; joined ones share them."""
    if has_markup(text):
        return encode_words(text, dialect, lambda part: _protected(part, dialect, is_protected))
    return _protected(text, dialect, is_protected)


def _protected(text: str, dialect: Dialect, is_protected: Callable[[str], bool]) -> str:
    spans: list[tuple[int, int]] = []
    for found in _PART.finditer(text):
        start, end = found.span()
        is_joined = bool(spans) and spans[-1][1] == start - 1 and _JOINT.match(text, start - 1)
        is_after_letter = is_joined and start - spans[-1][0] == 2 and found[0][0].isupper()
        if is_protected(found[0]) or is_after_letter or _is_single(text, start, end):
            spans[-1:] = [(spans[-1][0], end)] if is_joined else [*spans[-1:], (start, end)]
    pieces, at = [], 0
    for start, end in spans:
        pieces.append(escaped_tex(text[at:start], dialect))
        pieces.append(f"{{{escaped_tex(text[start:end], dialect)}}}")
        at = end
    return "".join((*pieces, escaped_tex(text[at:], dialect)))


def _is_single(text: str, start: int, end: int) -> bool:
    """Whether a part is a capital that is a name by itself: C++, U-Net, X-ray, but no article."""
    if end - start != 1 or not text[start].isupper():
        return False
    is_bare = text.strip("“”‘’'`\"()[],.;:?!") == text[start]
    return not (is_bare and text[start] == "A")


def _is_fixed(part: str) -> bool:
    """Whether the capitals of a part are its own: BERT, iPhone, GPT4, 3D, McDonald."""
    rest = part[1:]
    has_inner = rest != rest.lower()
    has_digit = part[0].isupper() and any(char.isdigit() for char in rest)
    return has_inner or has_digit or part == "I"
