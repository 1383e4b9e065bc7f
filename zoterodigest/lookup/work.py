"""What a lookup brings: the values of the sources, and what can come of asking for them."""

from __future__ import annotations

import re
from enum import Enum

from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex


class Source(Enum):
    """Where a value comes from; the value of a member is its name for people."""

    ARXIV = "arXiv"
    CROSSREF = "Crossref"
    DBLP = "DBLP"
    SEMANTIC_SCHOLAR = "Semantic Scholar"


@dataclass(frozen=True, slots=True)
class Looked:
    """What arXiv says of one paper, as of its newest version; what it does not say is empty.

    `id` is bare (`2103.00020`, `cs/0112017`), dates are ISO 8601: `first` is the day of version 1,
    `updated` that of `version`. The title is empty where arXiv leaves it out, as it does for "0".
    """

    id: str
    version: int
    title: str
    authors: tuple[str, ...]
    abstract: str
    first: str
    updated: str
    primary: str = ""
    categories: tuple[str, ...] = ()
    doi: str = ""
    journal_ref: str = ""
    comment: str = ""
    source: Source = Source.ARXIV

    @property
    def is_withdrawn(self) -> bool:
        """Whether comment or abstract say that the paper was withdrawn from arXiv.

        The API has no other sign of it. A paper withdrawn from a venue is not withdrawn.
        """
        return _says_withdrawn(self.comment) or _says_withdrawn(self.abstract[:_START])

    def is_newer_than(self, version: str) -> bool:
        """Tell whether there is a newer version than `version` (`v2`); never if that is empty."""
        number = version.removeprefix("v")
        return number.isdecimal() and self.version > int(number)


@dataclass(frozen=True, slots=True)
class IndexedWork:
    """What an index says of a work that may be the one asked for; what it does not say is empty.

    `item_type` is Zotero's ("" if the index's type has none); `venue` is as the index names it,
    `year` has four digits, `pages` one hyphen in a range, `arxiv` is a bare id.
    """

    source: Source
    title: str
    authors: tuple[str, ...] = ()
    venue: str = ""
    year: str = ""
    item_type: str = ""
    doi: str = ""
    pages: str = ""
    url: str = ""
    arxiv: str = ""

    @property
    def is_published(self) -> bool:
        """Whether this is a version that appeared somewhere, not a preprint."""
        return bool(self.venue) and self.item_type not in ("preprint", "")


@dataclass(frozen=True, slots=True)
class KnownPaper:
    """The paper is known, perhaps as one that was withdrawn.

    `earlier_version` is the newest one when it was last asked for, or 0.
    """

    looked: Looked
    earlier_version: int = 0

    @property
    def has_new_version(self) -> bool:
        """Whether a version came since the paper was last asked for."""
        return 0 < self.earlier_version < self.looked.version


@dataclass(frozen=True, slots=True)
class NoSuchPaper:
    """The source knows no such paper."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The source was not asked, or did not answer; `earlier` is its answer from long ago."""

    reason: str
    earlier: Looked | None = None


LookupAnswer = KnownPaper | NoSuchPaper | Failed


# An abstract reports a retraction at its beginning; further on, the word is about other things.
_START = 400
_WHAT = (
    r"paper|article|submission|manuscript|preprint|pre-print|work|e-?print|version|draft|note"
    r"|document|report|thesis|letter|arxiv submission"
)
_WITHDRAWN = lazy_regex(
    rf"\b(?:this|the|our) (?:arxiv )?(?:{_WHAT}) (?:has been|have been|is being|is|was)"
    r"(?: now| temporarily| hereby)?(?: being)? (?:withdrawn|retracted)\b"
    r"|^\W{0,3}(?:temporarily )?(?:withdrawn|retracted)\b(?! submission)"
    r"|\b(?:i|we|the authors?) (?:have |has |hereby )?(?:withdrawn?|withdrew|retract(?:ed)?) "
    rf"(?:this|the|our) (?:{_WHAT})\b"
    r"|\bwithdrawn by (?:the )?(?:authors?|arxiv|submitter)",
    re.IGNORECASE,
)
_ELSEWHERE = lazy_regex(
    r"\s{0,3}(?:submission )?(?:from|at|after acceptance)(?! (?:the )?arxiv)\b", re.I
)


def _says_withdrawn(text: str) -> bool:
    text = " ".join(text.split())
    return any(not _ELSEWHERE.match(text, found.end()) for found in _WITHDRAWN.finditer(text))
