"""Whether a work that an index offers is the work that was meant. Pure, and precision first.

A candidate must agree in its title, its first author and most others; a wrong venue is worse than
none. What agrees only in part is for a person to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from zoterodigest.bibtex.tex.accents import characters
from zoterodigest.bibtex.tex.latex import decode
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.record import Names
from zoterodigest.core.works.thresholds import LONGEST_TITLE
from zoterodigest.core.works.titles import Titles, compare_titles, is_telling_head
from zoterodigest.core.works.work import KnownWork, PeopleCompared, contradicting, known_people
from zoterodigest.frozen import dataclass
from zoterodigest.lookup.work import IndexedWork
from zoterodigest.regex import lazy_regex


@dataclass(frozen=True, slots=True)
class WantedWork:
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


def agreement(known: WantedWork, candidate: IndexedWork) -> Agreement:
    """Return how far `candidate` agrees with what is known of the work.

    Titles agree up to case, accents, TeX, markup and spelling. If one title lacks the subtitle or
    end of the other, all authors must agree. User names, and lists without a person, never
    agree.
    """
    meant = _work(known.title, known.authors.people, (known.arxiv, known.doi))
    offered = _work(candidate.title, candidate.authors, (candidate.arxiv, candidate.doi))
    titles, people = compare_titles(meant.title, offered.title), meant.beside(offered)
    contradictions = tuple(_contradictions(meant, offered, candidate))
    # The less of a title agrees, the more of the people must.
    if not contradictions and titles is Titles.SAME and people.agree:
        return Agrees()
    if not contradictions and titles is Titles.CUT and people.agree_fully:
        return Agrees()
    if not _may_be_related(meant, offered, titles, people):
        return Unrelated()
    reason = _TITLE_REASONS.get(titles, "the title differs")
    reasons = () if titles is Titles.SAME else (reason,)
    return Doubtful((*contradictions, *reasons, *people.differences()))


_TITLE_REASONS = {
    Titles.CUT: "only a part of the title agrees",
    Titles.SHORT_CUT: "only a short part of the title agrees",
}


def _work(title: str, authors: tuple[str, ...], names: tuple[str, str]) -> KnownWork:
    identifiers = (
        Identifier(scheme, name.lower())
        for scheme, name in zip(("arxiv", "doi"), names, strict=True)
        if name
    )
    return KnownWork(_plain(title), known_people(authors), frozenset(identifiers))


def _contradictions(meant: KnownWork, offered: KnownWork, candidate: IndexedWork) -> Iterator[str]:
    """Yield the identifiers that show two works; a preprint and its article have two DOIs."""
    schemes = {one.scheme for one in contradicting(meant.identifiers, offered.identifiers)}
    if "arxiv" in schemes:
        yield f"it is arXiv:{candidate.arxiv}"
    if "doi" in schemes:
        yield f"it has the DOI {candidate.doi}"


def _may_be_related(
    meant: KnownWork, offered: KnownWork, titles: Titles, people: PeopleCompared
) -> bool:
    """Tell whether a person should hear of a candidate that does not agree."""
    if meant.identifiers & offered.identifiers:
        return True
    if people.is_unknown or not people.shared:
        return titles in (Titles.SAME, Titles.CUT) and is_telling_head(meant.title)
    return titles is not Titles.OTHER


def _plain(title: str) -> str:
    """Return a title as plain text, without TeX and markup."""
    text = decode(title[:LONGEST_TITLE])  # indexes hold titles in TeX, HTML and plain text
    return _MARKS.sub("", _COMMAND.sub(_sign_of, _STYLE.sub("", text)))


_STYLE = lazy_regex(
    r"\\(?:math[a-z]{1,8}|text[a-z]{0,8}|rm|bf|it|tt|sc|emph|mbox|operatorname|ensuremath|left"
    r"|right|big|Big)(?![A-Za-z])"
)
_COMMAND = lazy_regex(r"\\([A-Za-z]{1,20})")
_MARKS = lazy_regex(r"[$^{}]|</?\w{1,12}[^<>]{0,100}>")


def _sign_of(command: re.Match[str]) -> str:
    """Return the character of a command in math, or its name."""
    return characters().get(f"$\\{command[1]}$", f" {command[1]} ")
