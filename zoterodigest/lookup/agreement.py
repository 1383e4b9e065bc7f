"""Whether a work that an index offers is the work that was meant. Pure, and precision first.

A candidate must agree in its title, its first author and most others; a wrong venue is worse than
none. What agrees only in part is for a person to judge.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum, auto

from zoterodigest.bibtex.accents import characters
from zoterodigest.bibtex.latex import decode
from zoterodigest.core.identity import canonical_title
from zoterodigest.core.names import fold, is_user_name, same_person
from zoterodigest.core.record import Names
from zoterodigest.lookup.work import Candidate


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the work that is meant; identifiers in canonical form, or empty."""

    title: str
    authors: Names
    arxiv: str = ""
    doi: str = ""


@dataclass(frozen=True, slots=True)
class Agrees:
    """The candidate is the work."""


@dataclass(frozen=True, slots=True)
class Doubtful:
    """The candidate may be the work; `reasons` say for a person what does not agree."""

    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unrelated:
    """The candidate is another work."""


Agreement = Agrees | Doubtful | Unrelated


def agreement(known: Known, candidate: Candidate) -> Agreement:
    """Return how far `candidate` agrees with what is known of the work.

    Titles agree up to case, accents, TeX, markup and spelling, and if one lacks the other's
    subtitle or end. User names, and lists without a person, agree with nobody.
    """
    titles = _compare(known.title, candidate.title)
    people = _People.of(known.authors, candidate.authors)
    contradictions = tuple(_contradictions(known, candidate))
    if not contradictions and titles is _Titles.SAME and people.agree:
        return Agrees()
    if not contradictions and titles is _Titles.CUT and people.agree_fully:
        return Agrees()
    if not _may_be_related(known, candidate, titles, people):
        return Unrelated()
    return Doubtful((*contradictions, *_TITLE_REASONS.get(titles, ()), *people.reasons()))


class _Titles(Enum):
    SAME = auto()
    CUT = auto()
    SHORT_CUT = auto()
    ALIKE = auto()
    OTHER = auto()


_TITLE_REASONS = {
    _Titles.CUT: ("only a part of the title agrees",),
    _Titles.SHORT_CUT: ("only a short part of the title agrees",),
    _Titles.ALIKE: ("the title differs",),
    _Titles.OTHER: ("the title differs",),
}


@dataclass(frozen=True, slots=True)
class _People:
    """How two lists of authors agree; `is_unknown` if one says nothing of persons."""

    is_unknown: bool
    is_same_first: bool
    shared: int
    compared: int

    @staticmethod
    def of(known: Names, others: tuple[str, ...]) -> _People:
        mine, theirs = known.people[:_MOST_KNOWN], others[:_MOST_OTHERS]
        if not mine or not theirs or is_user_name(mine[0]) or is_user_name(theirs[0]):
            return _People(True, False, 0, 0)
        shared = sum(any(same_person(one, other) for other in theirs) for one in mine)
        is_same_first = same_person(mine[0], theirs[0])
        return _People(False, is_same_first, shared, min(len(mine), len(theirs)))

    @property
    def agree(self) -> bool:
        return self.is_same_first and self.shared >= _SHARED * self.compared

    @property
    def agree_fully(self) -> bool:
        return self.is_same_first and self.shared >= self.compared

    def reasons(self) -> Iterator[str]:
        if self.is_unknown:
            yield "the authors cannot be compared"
            return
        if not self.is_same_first:
            yield "the first author differs"
        if self.shared < _SHARED * self.compared:
            yield f"only {self.shared} of {self.compared} authors agree"


_MOST_KNOWN = 50
_MOST_OTHERS = 100
_SHARED = 0.6
_TELLING_WORDS = 4
_TELLING_LETTERS = 24


def _contradictions(known: Known, candidate: Candidate) -> Iterator[str]:
    """Yield the identifiers that show two works; a preprint and its article have two DOIs."""
    if known.arxiv and candidate.arxiv and known.arxiv != candidate.arxiv:
        yield f"it is arXiv:{candidate.arxiv}"
    if known.doi and candidate.doi and known.doi.lower() != candidate.doi.lower():
        yield f"it has the DOI {candidate.doi}"


def _may_be_related(known: Known, candidate: Candidate, titles: _Titles, people: _People) -> bool:
    """Tell whether a person should hear of a candidate that does not agree."""
    if known.arxiv and known.arxiv == candidate.arxiv:
        return True
    if known.doi and known.doi.lower() == candidate.doi.lower():
        return True
    if people.is_unknown or not people.shared:
        return titles in (_Titles.SAME, _Titles.CUT) and _is_telling(_words(known.title))
    return titles is not _Titles.OTHER


def _compare(one: str, other: str) -> _Titles:
    first, second = _words(one), _words(other)
    if not first or not second:
        return _Titles.OTHER
    if "".join(first) == "".join(second) or _differ_in_spelling(first, second):
        return _Titles.SAME
    if head := _shared_head(one, other) or _shared_head(other, one):
        return _Titles.CUT if _is_telling(head) else _Titles.SHORT_CUT
    shared = len(set(first) & set(second))
    return _Titles.ALIKE if 2 * shared >= min(len(first), len(second)) else _Titles.OTHER


def _is_telling(words: list[str]) -> bool:
    return len(words) >= _TELLING_WORDS or len("".join(words)) >= _TELLING_LETTERS


def _shared_head(longer: str, shorter: str) -> list[str]:
    """Return the words of `shorter` if it is `longer` without its subtitle, or cut short.

    What follows must not say that it is another text: an erratum, a second part, a new version.
    """
    words, letters = _words(shorter), "".join(_words(shorter))
    if _CUT_OFF.search(shorter) and len(letters) >= _TELLING_LETTERS:
        return words if "".join(_words(longer)).startswith(letters) else []
    for mark in list(_SUBTITLE.finditer(longer[:_LONGEST_TITLE]))[:_MOST_SUBTITLES]:
        rest = longer[mark.end() :]
        if "".join(_words(longer[: mark.start()])) == letters:
            return [] if _OTHER_TEXT.search(rest) else words
    return []


_LONGEST_TITLE = 1_000
_MOST_SUBTITLES = 8
_SUBTITLE = re.compile(r"[:?!.] |: ?| [-\u2012-\u2015|] |[\u2014\uff1a]| (?=\()")
_CUT_OFF = re.compile(r"(?:\.\.\.|\u2026)\s{0,3}$")
_OTHER_TEXT = re.compile(
    r"\b(?:parts?|vol(?:ume)?|chapter|errat(?:um|a)|corrigend(?:um|a)|corrections?|retraction"
    r"|retracted|repl(?:y|ies)|responses?|rejoinder|comments?|discussion|supplement\w*|appendix"
    r"|extended|abstracts?|posters?|demo\w*|tutorial|revisited|continued|addendum|version"
    r"|[iv]{1,4}|\d{1,3})\b",
    re.IGNORECASE,
)


def _differ_in_spelling(one: list[str], other: list[str]) -> bool:
    """Tell whether two long titles are one but for the spelling of at most two words."""
    if len(one) != len(other) or len(one) < _TELLING_WORDS + 1:
        return False
    pairs = [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
    return len(pairs) <= 2 and all(_is_same_word(*pair) for pair in pairs)


def _is_same_word(one: str, other: str) -> bool:
    """Tell whether two words are one in two spellings ("generalisation"), or with an -s."""
    if min(len(one), len(other)) < 5 or one[:3] != other[:3] or not (one + other).isalpha():
        return False
    matcher = SequenceMatcher(None, one[:60], other[:60], autojunk=False)
    same = sum(block.size for block in matcher.get_matching_blocks())
    return max(len(one), len(other)) - same <= 1


def _words(title: str) -> list[str]:
    """Return the words of a title as plain letters and digits, whatever it was written in."""
    text = decode(title[:_LONGEST_TITLE])
    text = _COMMAND.sub(_sign_of, _STYLE.sub("", text))
    text = fold(canonical_title(_MARKS.sub("", text)))
    return _WORD.findall("".join(map(_spelled, text)))


_STYLE = re.compile(
    r"\\(?:math[a-z]{1,8}|text[a-z]{0,8}|rm|bf|it|tt|sc|emph|mbox|operatorname|ensuremath|left"
    r"|right|big|Big)(?![A-Za-z])"
)
_COMMAND = re.compile(r"\\([A-Za-z]{1,20})")
_MARKS = re.compile(r"[$^{}]|</?\w{1,12}[^<>]{0,100}>")
_WORD = re.compile(r"[^\W_]+")


def _sign_of(command: re.Match[str]) -> str:
    """Return the character of a command in math, or its name."""
    return characters().get(f"$\\{command[1]}$", f" {command[1]} ")


def _spelled(sign: str) -> str:
    """Return a Greek letter by its name, and the sign of times as the x that people type."""
    if sign.isascii():
        return sign
    if sign == "×":
        return "x"
    name = unicodedata.name(sign, "")
    return name.rpartition(" ")[2].lower() if name.startswith("GREEK SMALL LETTER") else sign
