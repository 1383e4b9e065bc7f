"""Titles that are nearly one: a word spelt differently, one word more, a subtitle left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from zoterodigest.core.identity import canonical_title
from zoterodigest.core.names import fold

_LEAST_WORDS = 4
_MOST_WORDS = 40
_LONGEST = 1_000
_MOST_SUBTITLES = 4
_WORD = re.compile(r"[^\W_]+")
_SUBTITLE = re.compile(r"[:?!.] |: ?| - |(?= \()")
_OTHER_TEXT = re.compile(
    r"(?:part|vol|volume|chapter|erratum|errata|corrigendum|correction|retraction|reply|response"
    r"|rejoinder|comment|discussion|supplement|supplementary|appendix|extended|poster|demo|tutorial"
    r"|revisited|continued|addendum|[ivx]{1,4}|\w*\d\w*)"
)


def near_keys(title: str) -> Iterator[str]:
    """Yield texts of which two nearly equal titles share one; a short title has none.

    There is one for each word, so that a library is searched in linear time.
    """
    words = _words(title)
    if not _LEAST_WORDS <= len(words) <= _MOST_WORDS:
        return
    yield "".join(words)
    for left_out in range(len(words)):
        yield "".join(words[:left_out] + words[left_out + 1 :])
    for head in _heads(title):
        yield "".join(head)


def are_near(one: str, other: str) -> bool:
    """Tell whether two titles may be one title.

    They differ in the spelling of one word, in one word, or one lacks the other's subtitle. A
    number, and what names another text of the same authors (a part, an erratum), never is left out.
    """
    shorter, longer = sorted((one, other), key=lambda title: len(_words(title)))
    first, second = _words(shorter), _words(longer)
    if len(first) < _LEAST_WORDS:
        return False
    if len(first) == len(second):
        differing = [pair for pair in zip(first, second, strict=True) if pair[0] != pair[1]]
        return len(differing) <= 1 and all(_is_one_word(*pair) for pair in differing)
    if first in _heads(longer):
        return not any(map(_OTHER_TEXT.fullmatch, second[len(first) :]))
    return len(second) == len(first) + 1 and _lacks_a_word(first, second)


def _lacks_a_word(shorter: list[str], longer: list[str]) -> bool:
    pairs = enumerate(zip(shorter, longer, strict=False))
    at = next((at for at, (one, other) in pairs if one != other), len(shorter))
    return shorter[at:] == longer[at + 1 :] and not _OTHER_TEXT.fullmatch(longer[at])


def _is_one_word(one: str, other: str) -> bool:
    """Tell whether two words are one in two spellings, or with a slip of one letter."""
    if _OTHER_TEXT.fullmatch(one) or _OTHER_TEXT.fullmatch(other) or min(len(one), len(other)) < 4:
        return False
    matcher = SequenceMatcher(None, one[:60], other[:60], autojunk=False)
    same = sum(block.size for block in matcher.get_matching_blocks())
    return max(len(one), len(other)) - same <= 1


def _heads(title: str) -> list[list[str]]:
    """Return the words of a title without its subtitle, for each place where one may begin."""
    marks = list(_SUBTITLE.finditer(title[:_LONGEST]))[:_MOST_SUBTITLES]
    heads = [_words(title[: mark.start()]) for mark in marks]
    return [head for head in heads if len(head) >= _LEAST_WORDS]


def _words(title: str) -> list[str]:
    return _WORD.findall(fold(canonical_title(title[:_LONGEST])))
