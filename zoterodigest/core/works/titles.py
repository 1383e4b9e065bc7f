"""Titles compared: the same, one cut short, nearly the same, alike, or different.

Titles come as plain text: TeX is resolved where it is read. A short title is what people call a
work beside its title, or the beginning of one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from difflib import SequenceMatcher
from enum import Enum, auto

from zoterodigest.core.values.identity import canonical_title
from zoterodigest.core.values.names import folded_name
from zoterodigest.core.works.thresholds import (
    ALIKE_SHARE,
    LONGEST_TITLE,
    LONGEST_WORD,
    MOST_SUBTITLES,
    MOST_WORDS,
    POSSIBLE_LETTERS,
    POSSIBLE_SHARE,
    POSSIBLE_WORDS,
    SPELLED_LETTERS,
    SPELLED_SLIPS,
    SPELLED_START,
    SPELLED_TITLE,
    SPELLED_WORDS,
    TELLING_LETTERS,
    TELLING_WORDS,
)
from zoterodigest.regex import lazy_regex


class Titles(Enum):
    """How two titles compare."""

    SAME = auto()
    """Their letters and digits are equal, up to the spelling of words in a long title."""
    CUT = auto()
    """One lacks the other's subtitle or end, and what it has tells a work."""
    SHORT_CUT = auto()
    """One lacks the other's subtitle, and what it has may be any work's."""
    NEAR = auto()
    """One word is spelled differently in a title of four words, or left out."""
    ALIKE = auto()
    """Half of the words of the shorter one are in the other."""
    OTHER = auto()


def compare_titles(one: str, other: str) -> Titles:
    """Return how two titles compare, in either order; case, accents and punctuation don't count."""
    first, second = title_words(one), title_words(other)
    if not first or not second:
        return Titles.OTHER
    respelled = _respelled(first, second)
    if "".join(first) == "".join(second) or (
        0 < respelled <= SPELLED_WORDS and len(first) >= SPELLED_TITLE
    ):
        return Titles.SAME
    for longer, shorter in ((one, other), (other, one)):
        if _is_head(longer, shorter):
            return Titles.CUT if is_telling_head(shorter) else Titles.SHORT_CUT
    if respelled == 1 or _lacks_a_word(*sorted((first, second), key=len)):
        return Titles.NEAR
    shared = len(set(first) & set(second))
    is_alike = shared >= ALIKE_SHARE * min(len(first), len(second))
    return Titles.ALIKE if is_alike else Titles.OTHER


def is_telling(title: str) -> bool:
    """Tell whether a title alone tells a work; without blanks (Chinese) an ideograph is a word."""
    text = canonical_title(title)
    return max(len(text.split()), _ideographs(text)) >= TELLING_WORDS


def is_telling_head(title: str) -> bool:
    """Tell whether a title, perhaps cut, tells a work together with all of its authors.

    So parts of compounds count as words, and many letters count as much as four words.
    """
    words = title_words(title)
    letters = len("".join(words))
    return len(words) >= TELLING_WORDS or letters >= TELLING_LETTERS or is_telling(title)


def near_keys(title: str) -> Iterator[str]:
    """Yield texts of which two titles share one if they are near; a short title has none.

    There is one for each word, so that a library is searched in linear time.
    """
    words = title_words(title)
    if not TELLING_WORDS <= len(words) <= MOST_WORDS:
        return
    yield "".join(words)
    for left_out in range(len(words)):
        yield "".join(words[:left_out] + words[left_out + 1 :])
    for head, _ in _heads(title):
        if len(head) >= TELLING_WORDS:
            yield "".join(head)


def are_near(one: str, other: str) -> bool:
    """Tell whether two titles may be one: the same, cut, or one word apart. None may be short."""
    is_short = min(len(title_words(one)), len(title_words(other))) < TELLING_WORDS
    return not is_short and compare_titles(one, other) in _NEAR


def may_be_one(title: str, other: str) -> bool:
    """Tell whether two titles may be of one paper, of which an identifier says that it is one.

    Titles change, and some are only what people call a paper.
    """
    words, others = (
        {word for word in re.findall(r"[a-z0-9]+", text) if len(word) >= POSSIBLE_LETTERS}
        for text in (folded_name(canonical_title(title)), folded_name(canonical_title(other)))
    )
    fewer = min(len(words), len(others))
    return fewer < POSSIBLE_WORDS or len(words & others) >= POSSIBLE_SHARE * fewer


def title_words(title: str) -> list[str]:
    """Return the words of a title as plain letters and digits."""
    text = folded_name(canonical_title(title[:LONGEST_TITLE]))
    return _WORD.findall(text if text.isascii() else "".join(map(_spelled, text)))


_NEAR = (Titles.SAME, Titles.CUT, Titles.NEAR)
_WORD = lazy_regex(r"[^\W_]+")
_SUBTITLE = lazy_regex(r"[:?!.] |: ?| [-\u2012-\u2015|] |[\u2014\uff1a]| (?=\()")
_CUT_OFF = lazy_regex(r"(?:\.\.\.|\u2026)\s{0,3}$")
# What names another text of the same authors: a part, an erratum, a new version.
_OTHER_TEXT = lazy_regex(
    r"\b(?:parts?|vol(?:ume)?|chapter|errat(?:um|a)|corrigend(?:um|a)|corrections?|retraction"
    r"|retracted|repl(?:y|ies)|responses?|rejoinder|comments?|discussion|supplement\w*|appendix"
    r"|extended|abstracts?|posters?|demo\w*|tutorial|revisited|continued|addendum|version"
    r"|[ivx]{1,4}|\d{1,3})\b",
    re.IGNORECASE,
)
_DIGIT = lazy_regex(r"\d")


def _is_head(longer: str, shorter: str) -> bool:
    """Tell whether `shorter` is `longer` without its subtitle, or cut short.

    What follows must not say that it is another text.
    """
    letters = "".join(title_words(shorter))
    # Cut inside a word, so letters are compared and not words.
    if _CUT_OFF.search(shorter) and len(letters) >= TELLING_LETTERS:
        return "".join(title_words(longer)).startswith(letters)
    for head, rest in _heads(longer):
        if "".join(head) == letters:
            return not _OTHER_TEXT.search(rest)
    return False


def _heads(title: str) -> Iterator[tuple[list[str], str]]:
    """Yield the words of a title without its subtitle, and that, wherever one may begin."""
    for mark in list(_SUBTITLE.finditer(title[:LONGEST_TITLE]))[:MOST_SUBTITLES]:
        yield title_words(title[: mark.start()]), title[mark.end() :]


def _respelled(one: list[str], other: list[str]) -> int:
    """Return how many words are in another spelling; 0 if titles differ in anything else."""
    if len(one) != len(other) or len(one) < TELLING_WORDS:
        return 0
    pairs = [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
    return len(pairs) if len(pairs) <= SPELLED_WORDS and all(map(_is_one_word, pairs)) else 0


def _is_one_word(pair: tuple[str, str]) -> bool:
    """Tell whether two words are one in two spellings ("generalisation"), or with an -s."""
    one, other = pair
    if min(map(len, pair)) < SPELLED_LETTERS or one[:SPELLED_START] != other[:SPELLED_START]:
        return False
    if not (one + other).isalpha():
        return False
    matcher = SequenceMatcher(None, one[:LONGEST_WORD], other[:LONGEST_WORD], autojunk=False)
    same = sum(block.size for block in matcher.get_matching_blocks())
    return max(map(len, pair)) - same <= SPELLED_SLIPS


def _lacks_a_word(shorter: list[str], longer: list[str]) -> bool:
    """Tell whether one word is left out that has no digit (a model's number) and names no text."""
    if len(longer) != len(shorter) + 1 or len(shorter) < TELLING_WORDS:
        return False
    pairs = enumerate(zip(shorter, longer, strict=False))
    at = next((at for at, (one, other) in pairs if one != other), len(shorter))
    word = longer[at]
    is_other = _DIGIT.search(word) or _OTHER_TEXT.fullmatch(word)
    return shorter[at:] == longer[at + 1 :] and not is_other


def _ideographs(text: str) -> int:
    return sum("\u3040" <= sign <= "\u9fff" or "\uac00" <= sign <= "\ud7a3" for sign in text)


def _spelled(sign: str) -> str:
    """Return a Greek letter by its name, and the sign of times as the x that people type."""
    if sign.isascii():
        return sign
    if sign == "×":
        return "x"
    name = unicodedata.name(sign, "")
    return name.rpartition(" ")[2].lower() if name.startswith("GREEK SMALL LETTER") else sign


_MOST_WORDS = 3
_SIGNS = " .:;,?!'\"-"


def begins_title(short_title: str, title: str) -> bool:
    """Tell whether a short title is no more than the first words of a title.

    Zotero gives what it saves from the web such a short title by itself: all up to the first colon
    or question mark. Nobody chose it.
    """
    words = canonical_title(short_title).rstrip(_SIGNS) if short_title else ""
    if not words:  # nearly always (export: 8 %)
        return False
    whole = canonical_title(title)
    behind = whole[len(words) : len(words) + 1]
    # "Swin" is another name than the beginning of "Swin-Unet: …".
    return whole.startswith(words) and not (behind.isalnum() or behind == "-")


def is_name(short_title: str, title: str) -> bool:
    """Tell whether a list would put a short title before its title: it may repeat little of it."""
    return len(short_title.split()) <= _MOST_WORDS or not begins_title(short_title, title)
