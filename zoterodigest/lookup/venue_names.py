"""Names of venues in running text: those that the table knows, and others by their form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from zoterodigest.core.values.venue import ORDINAL, Venue, VenueKind, VenueTable
from zoterodigest.frozen import dataclass
from zoterodigest.lookup.venue_tail import Tail, awards_in, tail_at, track_named
from zoterodigest.regex import lazy_regex


@dataclass(frozen=True, slots=True)
class Named:
    """A venue's name in a text: half-open offsets, the venue if the table knows it, its tail."""

    start: int
    end: int
    name: str
    tail: Tail
    venue: Venue | None = None

    @property
    def is_journal(self) -> bool:
        """Whether it is a journal, as far as one can tell."""
        if self.venue:
            return self.venue.kind is VenueKind.JOURNAL
        return _JOURNAL_WORDS.search(self.name) is not None


@dataclass(frozen=True, slots=True)
class VenueNames:
    """Finds names of `venues`; `submitted` is the date from which years are judged."""

    venues: VenueTable
    submitted: str = ""

    def at(self, text: str, start: int) -> Named | None:
        """Return the venue named at `start` or behind words that lead to one ("the 2025 IEEE")."""
        return self.known_behind_leads(text, start) or self._by_form(text, start)

    def known_behind_leads(self, text: str, start: int) -> Named | None:
        """Return what `at` does, of the venues in the table only."""
        for _ in range(_MOST_WORDS):
            if named := self.known_at(text, start):
                return named
            lead = _LEAD.match(text, start)
            if lead is None:
                return None
            start = lead.end()
        return None

    def known_at(self, text: str, start: int) -> Named | None:
        """Return the venue of the table whose name begins at `start`, by its longest name there.

        None if the name in the text goes on: then it is another venue's.
        """
        if not text[start : start + 1].isalnum():
            return None
        # The longest name first: "ICML Workshop" is not "ICML".
        for end in reversed(list(_possible_ends(text, start))):
            found = self._find(text[start:end])
            if found and _is_written_as_name(text, start, end):
                if self._is_part_in_brackets(text, start, end):
                    return None
                tail = tail_at(text, end, self.submitted)
                if (
                    tail is None
                    and found.kind is VenueKind.WORKSHOP
                    and not _CONTEST.match(text, end)
                ):
                    tail = Tail(end)
                return Named(start, end, found.id, tail, found) if tail else None
        return None

    def known_in(self, text: str, start: int) -> Iterator[Named]:
        """Yield the venues of the table that `text` names from `start` on, in order."""
        for word in _WORD_START.finditer(text, start):
            if word.start() >= start and (named := self.known_at(text, word.start())):
                yield named
                start = named.end

    def _find(self, raw: str) -> Venue | None:
        """Return the venue called `raw`; brackets count only if they make another venue of it."""
        found = None if _SOCIETY_ALONE.fullmatch(raw) else self.venues.find(_spelled_out(raw))
        # "arXiv" in a comment says where the paper is, not where it appeared.
        if found is None or found.kind is VenueKind.PREPRINT:
            return None
        unbracketed, bracket, _ = raw.partition("(")
        if not bracket:
            return found
        host = self.venues.find(unbracketed) if raw.endswith(")") else None
        return found if host and host != found else None

    def _is_part_in_brackets(self, text: str, start: int, end: int) -> bool:
        """Whether brackets behind a short name narrow it down: "CVPR 2020 (EarthVision)"."""
        inside = None if " " in text[start:end] else _BRACKETED_WORD.match(text, end)
        return inside is not None and not (
            self.venues.find(inside["word"]) or track_named(inside["word"]) or awards_in(inside[0])
        )

    def _by_form(self, text: str, start: int) -> Named | None:
        while (lead := _ARTICLE.match(text, start)) and not _SHORT_NAME.match(text, start):
            start = lead.end()
        found = _SHORT_NAME.match(text, start) or _long_name(text, start)
        if found is None or _NO_VENUES.fullmatch(found[0]) or self.venues.find(found[0]):
            return None
        name = _OPEN_END.sub("", found[0]).rstrip(".")
        end = start + len(name)
        bracket = None if track_named(name) else _BRACKET.match(text, end)
        if bracket and (short := self.known_at(text, bracket.end())):
            return replace(short, start=start)
        tail = tail_at(text, end, self.submitted)
        return Named(start, end, name, tail) if tail else None


_MOST_WORDS = 24
_PART = lazy_regex(r"[^\W\d_]+|\d+")
_WORD_START = lazy_regex(r"(?<![\w'’])[A-Z0-9]\w")
_JOURNAL_WORDS = lazy_regex(
    r"\b(?:Journal|Transactions|Letters|Magazine|Annals|Review|Reviews|Bulletin|Quarterly|Trans|J)\b"
)
_ARTICLES = (
    r"the|an?|this year['’]?s|upcoming|of|in|at|for|by|to|on|proceedings|proc\.?"
    rf"|{ORDINAL}|(?:19|20)\d\d"
)
_ARTICLE = lazy_regex(rf"(?:(?:{_ARTICLES})(?!\w)[\s,:/]{{0,3}}|[\s:\"“]{{1,3}})", re.IGNORECASE)
_LEAD = lazy_regex(
    rf"(?:(?:{_ARTICLES}|main|conference|journal|track|IEEE(?:/[A-Z]{{2,5}})?|ACM(?:/[A-Z]{{2,5}})?|CVF"
    r"|IFIP|annual)(?!\w)[\s,:/]{0,3}|[\s:\"“]{1,3})",
    re.IGNORECASE,
)
_BRACKETED_WORD = lazy_regex(r"[ -]?['’]?(?:19|20)?\d\d ?\((?P<word>[A-Z][\w&-]{2,24})\)")
_BRACKET = lazy_regex(r"\s?\((?:the )?")
_ABBREVIATIONS = (
    (lazy_regex(r"\bTrans\.?(?= on\b)"), "Transactions"),
    (lazy_regex(r"\bInt(?:['’]?l)?\.?(?= (?:Joint )?(?:Conf|Symp))"), "International"),
    (lazy_regex(r"\bConf\.?(?= on\b)"), "Conference"),
    (lazy_regex(r"\bSymp\.?(?= on\b)"), "Symposium"),
)
_CONTEST = lazy_regex(r"\s?(?:'?\d{2,4} )?(?:\w{1,20} )?(?:challenge|competition)", re.IGNORECASE)
_YEAR_FOLLOWS = lazy_regex(r"[\s-]?(?:['’]?\d\d|(?:19|20)\d\d)(?!\d)")


def _possible_ends(text: str, start: int) -> Iterator[int]:
    """Yield where a name that begins at `start` may end: behind words, and brackets that close."""
    for number, part in enumerate(_PART.finditer(text, start)):
        if number >= _MOST_WORDS:
            return
        end = part.end()
        if not text[end : end + 1].isalpha() and not part[0].isdigit():
            yield end
        if text[end : end + 1] == ")" and "(" in text[start:end]:
            yield end + 1


def _spelled_out(raw: str) -> str:
    """Return `raw` with the abbreviations that stand in many names written out."""
    for short, long in _ABBREVIATIONS:
        raw = short.sub(long, raw)
    return raw


def _is_written_as_name(text: str, start: int, end: int) -> bool:
    """Whether the capitals are those of a name: DATE or Date 2024 may be a venue or a date."""
    raw = text[start:end]
    if " " in raw or sum(letter.isupper() for letter in raw) > 1:
        return any(letter.isupper() for letter in raw)
    if raw[0].isupper() and raw.lower() not in _ALSO_ACRONYMS:
        return True
    has_year = _YEAR_FOLLOWS.match(text, end) is not None
    return has_year and len(raw) > 3 and raw.lower() not in _WORDS | _ALSO_ACRONYMS


_ALSO_ACRONYMS = frozenset({"case", "chi", "date", "fast", "log", "micro", "ram", "slt"})
_WORDS = frozenset({"cell", "entropy", "nature", "patterns", "quantum", "science", "sensors"})
_CAPITALISED = r"(?:[A-Z][\w'’.-]{0,30}|[A-Z]{1,10}(?:/[A-Z]{1,10}){1,2}|\d[A-Z]{1,3})"
_JOIN = r"(?:of|on|and|in|for|the|to|with|&|de|la|du|der|und|y|do|da)"
_LONG_NAME = lazy_regex(
    rf"{_CAPITALISED}(?::? {_JOIN}| {_CAPITALISED}){{1,18}}"
    rf"(?:(?:, {_CAPITALISED}(?: {_CAPITALISED}){{0,3}}){{1,4}},? (?:and|&)"
    rf"(?: {_CAPITALISED}){{1,4}}(?: {_JOIN}| {_CAPITALISED}){{0,8}})?"
)
_OPEN_END = lazy_regex(rf"(?: {_JOIN})+$")
_HEAD = lazy_regex(
    r"\b(?:Conference|Symposium|Journal|Transactions|Letters|Congress|Meeting|Reviews?|Annals"
    r"|Magazine|Colloquium|Workshop|Bulletin|Quarterly|Convention|Summit|Conf\.|Symp\.)"
)
_SHORT_NAME = lazy_regex(
    r"(?:(?:IEEE|ACM|IFIP|AAAI|SPIE|SIAM)(?:/[A-Z]{2,6})? )?"
    r"(?=\S{0,12}[A-Z]\S{0,6}[A-Z])[A-Z][A-Za-z&+/]{1,14}(?: [A-Z]{2,8})?"
    r"(?=[ -]?(?:['’]\d\d|(?:19|20)\d\d)(?!\d))"
)
_SOCIETY_ALONE = lazy_regex(
    r"(?:the )?[\W\d]{0,8}(?:IEEE|ACM|SIAM|USENIX)[\W\dIVXL]{0,12}", re.IGNORECASE
)
_NO_VENUES = lazy_regex(
    r"IEEE|ACM|SIAM|SPIE|USENIX|APS|AIP|ACS|IOP|OSA|MDPI|TBD|TBA|ARR|CCF|USA|UK|EU|US|PhD"
    r"|MSc|AI|ML|NLP|LLMs?|GPU|GPT|HAL|SSRN|[a-z]{2,4}Xiv|ArXiv|GitHub|OpenReview"
)


def _long_name(text: str, start: int) -> re.Match[str] | None:
    found = _LONG_NAME.match(text, start)
    return found if found and _HEAD.search(found[0]) else None
