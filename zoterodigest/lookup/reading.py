"""What a comment or journal reference of arXiv says about where a work appeared."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Status(Enum):
    """How far a work has come, as its authors say; `UNKNOWN` also after a rejection."""

    UNKNOWN = ""
    SUBMITTED = "submitted"
    UNDER_REVIEW = "under review"
    ACCEPTED = "accepted"
    TO_APPEAR = "to appear"
    PUBLISHED = "published"


class Where(Enum):
    """The field of arXiv's metadata that was read."""

    COMMENT = "comment"
    JOURNAL_REF = "journal_ref"


@dataclass(frozen=True, slots=True)
class Passage:
    """The words that a reading was read from: half-open character offsets of the field `where`."""

    where: Where
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """Where in a journal or volume of proceedings; a part that is not given is empty."""

    volume: str = ""
    number: str = ""
    pages: str = ""
    year: str = ""


NOWHERE = Citation()


@dataclass(frozen=True, slots=True)
class Reading:
    """Where and when a work appeared, as its authors say; what they do not say is empty.

    `venue` is a venue's id in the table, or its name as it stands when the table has none; it is
    empty unless the work was accepted there. A workshop, Findings, a demo or an industry track is
    a venue of its own, never its conference; `track` says so in a word. `year` has four digits,
    `award` is in the words of `core.venue.AWARDS`, several as in "Oral, Best Paper". `passage` is
    why, None when nothing was read.
    """

    venue: str = ""
    year: str = ""
    award: str = ""
    track: str = ""
    status: Status = Status.UNKNOWN
    volume: str = ""
    number: str = ""
    pages: str = ""
    passage: Passage | None = None
