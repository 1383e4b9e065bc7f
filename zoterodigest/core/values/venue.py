"""The table of the known venues, and their editions: "40th", "Thirteenth", "forty-third".

A venue is found by any of its names and called by its official one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import Enum
from functools import lru_cache

from zoterodigest.core.values.names import folded_name
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex


class VenueKind(Enum):
    """What a venue is; a track is a part of a conference with proceedings of its own."""

    CONFERENCE = "conference"
    TRACK = "track"
    WORKSHOP = "workshop"
    JOURNAL = "journal"
    PREPRINT = "preprint"


@dataclass(frozen=True, slots=True)
class FormerName:
    """What a venue was called up to and including the year `until`, and who published it.

    An `official` name that is empty, a publisher or a series that is None, was as it is now.
    """

    until: int
    official: str = ""
    publisher: str | None = None
    series: str | None = None


@dataclass(frozen=True, slots=True)
class Venue:
    """One venue. `{year}` and `{ordinal}` in an official name stand for those of the edition.

    `annual` is `(year, edition)` of an edition from which on there was one every year, `biennial`
    the year of one from which on there was one every second year.
    """

    id: str
    kind: VenueKind
    official: str
    aliases: tuple[str, ...] = ()
    publisher: str = ""
    series: str = ""
    former: tuple[FormerName, ...] = ()
    annual: tuple[int, int] | None = None
    biennial: int | None = None

    @property
    def item_type(self) -> str:
        """The Zotero item type of a work that appeared here."""
        match self.kind:
            case VenueKind.JOURNAL:
                return "journalArticle"
            case VenueKind.PREPRINT:
                return "preprint"
            case VenueKind.CONFERENCE | VenueKind.TRACK | VenueKind.WORKSHOP:
                return "conferencePaper"


def official_name(venue: Venue, year: str, edition: int = 0) -> str:
    """Return the venue's official name in `year`, or the name without year when it is unknown.

    The ordinal is that of `edition`; of the edition held in `year` if that is 0.
    """
    number = int(year) if year.isdecimal() else 0
    name = next((old.official for old in _former(venue, number) if old.official), venue.official)
    filled = _fill(name, "{year}", year if number else "")
    return _fill(filled, "{ordinal}", ordinal(edition or _edition(venue, number)))


def published_by(venue: Venue, year: str) -> tuple[str, str]:
    """Return the publisher and the series of the venue's proceedings in `year`; "" if unknown."""
    former = _former(venue, int(year) if year.isdecimal() else 0)
    publishers = (old.publisher for old in former if old.publisher is not None)
    series = (old.series for old in former if old.series is not None)
    return next(publishers, venue.publisher), next(series, venue.series)


def year_held(venue: Venue, year: str) -> str:
    """Return the year of the edition whose proceedings are dated `year`.

    Publishers date some proceedings a year late: those of a biennial venue dated in a year without
    an edition are of the year before.
    """
    if venue.biennial is None or not year.isdecimal() or int(year) <= venue.biennial:
        return year
    return str(int(year) - (int(year) - venue.biennial) % 2)


def ordinal(number: int) -> str:
    """Return 1st, 2nd, 40th; an empty text for 0."""
    if not number:
        return ""
    is_teen = 10 < number % 100 < 14
    return f"{number}{'th' if is_teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


# Compared by identity, so that it can be a part of a cache's key.
@dataclass(frozen=True, slots=True, eq=False)
class VenueTable:
    """Venues by their names; make one with `VenueTable.of`."""

    venues: tuple[Venue, ...]
    _aliases: Mapping[str, Venue]
    _officials: Mapping[str, Venue]
    _unpublished: frozenset[str]

    @staticmethod
    def of(venues: Iterable[Venue], unpublished: Iterable[str] = ()) -> VenueTable:
        """Index `venues`; of two that share a name the first has it.

        `unpublished` are texts that stand in place of a venue ("Under review").
        """
        table = tuple(venues)
        aliases: dict[str, Venue] = {}
        officials: dict[str, Venue] = {}
        for venue in table:
            for alias in (venue.id, *venue.aliases):
                aliases.setdefault(_alias_key(alias), venue)
            former = (old.official for old in venue.former if old.official)
            for official in (venue.official, *former):
                officials.setdefault(_official_key(_fill(official, "{ordinal}", "")), venue)
        return VenueTable(table, aliases, officials, frozenset(map(_alias_key, unpublished)))

    # All formats ask for the same few venues, and for the same texts in place of venues: 8 % of
    # reading a list with authors in italics.
    @lru_cache(maxsize=4096)  # noqa: B019  (tables live as long as the process)
    def find(self, text: str) -> Venue | None:
        """Return the venue called `text` (an id, alias or official name, with or without year).

        A part of a conference (a workshop, Findings, a companion volume) is never found as the
        conference; a workshop "on" a theme is found as the conference's workshops.
        """
        if len(text) > _LONGEST_NAME:
            return None
        bare = _ARXIV_ID.sub("", _PHRASES.sub("", text.strip()))
        # The whole name first: only a name that no table knows is cut at its theme.
        return self._find_whole(bare) or self._find_themed(bare)

    def _find_whole(self, bare: str) -> Venue | None:
        found = self._by_alias(bare) or self.by_official(bare) or self._numbered(bare)
        if found is None and (inside := _BRACKETS.search(bare)):
            outside = _BRACKETS.sub("", bare)
            found = self._by_alias(outside) or self._numbered(outside) or self._by_alias(inside[1])
            return None if found and _is_part_only(bare, found) else found
        return found

    def _numbered(self, bare: str) -> Venue | None:
        """Return the venue that is called "the 37th" of its name, or its proceedings."""
        without = _NUMBERED.sub("", bare)
        return self._by_alias(without) if without != bare else None

    def _find_themed(self, bare: str) -> Venue | None:
        without = _THEME.sub("", bare)
        found = self._by_alias(without) if without != bare else None
        return found if found and found.kind is VenueKind.WORKSHOP else None

    def by_official(self, name: str) -> Venue | None:
        """Return the venue whose official name, in any year, is `name`; None if there is none."""
        if not name or len(name) > _LONGEST_NAME:
            return None
        found = self._officials.get(_official_key(name)) or self._with_subtitle(name)
        return None if found and _is_part_only(name, found) else found

    def _with_subtitle(self, name: str) -> Venue | None:
        """Return the venue of a name with more behind a colon.

        "Neural Networks: Tricks of the Trade" is a book, not the journal; a journal is meant where
        the rest says so ("The Official Journal of …").
        """
        head, colon, rest = name.partition(":")
        if not colon:
            return None
        found = self._officials.get(_official_key(head))
        if found and found.kind is VenueKind.JOURNAL and not _OF_JOURNAL.search(rest):
            return None
        return found

    def is_published(self, text: str) -> bool:
        """Tell whether a work that appeared at `text` is published, not a preprint or in review."""
        found = self.find(text)
        if found is None:
            return _alias_key(text) not in self._unpublished | {""}
        return found.kind is not VenueKind.PREPRINT

    def is_server(self, text: str) -> bool:
        """Tell whether `text` names a preprint server."""
        found = self.find(text)
        return found is not None and found.kind is VenueKind.PREPRINT

    def canonical(self, text: str) -> str:
        """Return one text for all spellings of a venue: its id, or the text folded if unknown.

        Workshops on different themes differ.
        """
        found = self.find(text)
        if found is None:
            return _alias_key(text)
        theme = _THEME.search(text) if found.kind is VenueKind.WORKSHOP else None
        return f"{found.id} {_alias_key(theme[0])}" if theme else found.id

    # The same few venues come again and again (reading a .bib: 14 % of it).
    @lru_cache(maxsize=4096)  # noqa: B019  (tables live as long as the process)
    def named(self, name: str) -> str:
        """Return the id of the venue that `name` names and nothing more, else `name` itself."""
        found = self.by_official(name) or self.find(name)
        return found.id if found and self.canonical(name) == found.id else name

    def _by_alias(self, text: str) -> Venue | None:
        key = _alias_key(text)
        # The whole name first: "IEEE Access" has the society in its name.
        return self._aliases.get(key) or self._aliases.get(_SOCIETIES.sub("", key))


_UNITS = (
    "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth"
    "|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth"
)
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_TENTHS = _TENS.replace("y", "ieth")
_NUMBERS = {word: number for number, word in enumerate(_UNITS.split("|"), start=1)}
for _words in (_TENS, _TENTHS):
    _NUMBERS |= {word: 10 * number for number, word in enumerate(_words.split("|"), start=2)}

ORDINAL = rf"(?:\d{{1,3}}(?:st|nd|rd|th)|(?:(?:{_TENS})[ -])?(?:{_UNITS})|{_TENTHS})"
"""The number of an edition, without regard to case: 40th, Thirteenth, forty-third."""

_EDITION = lazy_regex(rf"\b{ORDINAL}\b", re.IGNORECASE)


def is_ordinal(text: str) -> bool:
    """Tell whether `text` is the number of an edition and nothing else."""
    return _EDITION.fullmatch(text.strip()) is not None


def edition_in(text: str) -> int:
    """Return the first edition that `text` numbers ("40th", "Thirteenth"); 0 if it numbers none."""
    found = _EDITION.search(text)
    if found is None:
        return 0
    ordinal = found[0].lower()
    if ordinal[0].isdigit():
        return int(ordinal[:-2])
    return sum(_NUMBERS[word] for word in re.split("[ -]", ordinal))


def year_of_edition(text: str, venue: Venue) -> str:
    """Return the year of the edition that `text` numbers ("40th", "Thirteenth"), "" if unknown."""
    number = edition_in(text)
    if not number or venue.annual is None:
        return ""
    year, edition = venue.annual
    return str(year + number - edition) if number >= edition else ""


_LONGEST_NAME = 300
_OF_JOURNAL = lazy_regex(
    r"\b(?:journal|magazine|publication|organ|proceedings|revue|zeitschrift)\b", re.I
)
_PHRASES = lazy_regex(
    r"^(?:(?:to be |to )?(?:accepted|appear|published|presented)(?: as an? \w{1,20})?"
    r"(?: (?:to|by|at|in))?(?: the)?|in|at) +(?=\S)",
    re.IGNORECASE,
)
_ARXIV_ID = lazy_regex(
    r"(?<=[Xx][Ii][Vv])[ :]{0,3}\d{4}\.\d{4,5}(?:v\d{1,2})?(?: ?\[[\w.]{1,12}\])?"
)
_BRACKETS = lazy_regex(r" ?\(([^()]{1,60})\)")
_PART_WORDS = lazy_regex(
    r"workshop|findings|\bdemo|tutorial|challenge|tiny papers|companion|adjunct|extended abstract"
    r"|industry|industrial track|posters\b|student|doctoral|late[- ]breaking|shared task|satellite"
    r"|technical (?:communication|brief)",
    re.IGNORECASE,
)
_THEME = lazy_regex(r"(?<=workshop) (?:on|for) .*|(?<=workshop): .*", re.IGNORECASE)
_YEAR = lazy_regex(r"(?<!\d)(?:19|20)\d\d(?!\d)|['’]\d\d(?!\d)")
_NUMBERED = lazy_regex(
    rf"^(?:(?:in )?proc(?:eedings|\.) of )?(?:the )?(?:{ORDINAL} )?(?:annual )?(?=\S)",
    re.IGNORECASE,
)
_PROCEEDINGS = lazy_regex(r"^(?:in )?proc(?:eedings|\.)? of (?:the )?|^the ", re.IGNORECASE)
_SOCIETIES = lazy_regex(r"^(?:ieeecvf|ieee|acm|cvf)")
_VOLUME = lazy_regex(r" (?:\d{1,3}|[IVXL]{1,8})$")
_NOT_WORD = lazy_regex(r"[\W_]+")


def _alias_key(text: str) -> str:
    # "Science & Robotics" is not "Science Robotics": an ampersand is a word.
    return _NOT_WORD.sub("", folded_name(_YEAR.sub("", text).replace("&", " and ")))


def _official_key(name: str) -> str:
    text = _BRACKETS.sub("", _YEAR.sub("", name.replace("{year}", "")))
    text = _PROCEEDINGS.sub("", " ".join(text.replace("&", " and ").split()))
    words = _NOT_WORD.split(folded_name(_EDITION.sub("", _VOLUME.sub("", text))))
    return " ".join(word for word in words if word and word != "the")


def _is_part_only(text: str, venue: Venue) -> bool:
    """Tell whether `text` names a part of a conference, and `venue` is not that part."""
    is_named = _PART_WORDS.search(" ".join((venue.id, venue.official)))
    return _PART_WORDS.search(text) is not None and is_named is None


def _fill(name: str, placeholder: str, value: str) -> str:
    """Put `value` in place of `placeholder`, or take it out with the blank beside it."""
    if value:
        return name.replace(placeholder, value)
    without = name.replace(f" {placeholder}", "").replace(f"{placeholder} ", "")
    return without.replace(placeholder, "")


def _former(venue: Venue, year: int) -> list[FormerName]:
    """Return what held in `year` and no longer does, the first that ended first."""
    ended = sorted(venue.former, key=lambda former: former.until)
    return [old for old in ended if 0 < year <= old.until]


def _edition(venue: Venue, year: int) -> int:
    if venue.annual is None or year < venue.annual[0]:
        return 0
    return year - venue.annual[0] + venue.annual[1]
