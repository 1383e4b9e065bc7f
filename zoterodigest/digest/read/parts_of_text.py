"""Parts of a text without links: authors, a venue, a year or date, an award, volume and pages.

The text is read as a whole, else cut at marks, then at brackets, at periods, at colons. What is
none of these leaves it unread from there on.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from zoterodigest.core.values import dates, names, venue_slot
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.read.fields import ARXIV_CATEGORY
from zoterodigest.digest.read.people import (
    COMMA,
    are_two_last_names,
    is_last_name,
    is_person,
    is_without_case,
)
from zoterodigest.digest.read.shapes import MOST_WORDS_ALONE
from zoterodigest.digest.read.slots import one_line
from zoterodigest.digest.read.venues import is_abbreviated, is_name_like, is_venue
from zoterodigest.frozen import frozen
from zoterodigest.regex import lazy_regex

LINK = "\0"
"""What stands in the place of each character of a link."""

_BARS = lazy_regex(r"[|•·‖→]|(?:(?<=\s)|^)[-–—/~]+(?=\s|$)")
"""What parts two parts wherever it stands: bars, dashes between blanks."""

_MARKED = lazy_regex(
    r"(?!(?:\*\*?|__?)et\.? al\b)"
    r"(?:\*\*(?P<bold>[^*]+)\*\*|(?<![\w\\])\*(?P<italic>(?=[\w\"“(\[\\])[^*]+)\*|`(?P<code>[^`]+)`"
    r"|(?<!\w)__(?P<bold2>[^_]+)__(?!\w)|(?<!\w)_(?P<italic2>[^_]+)_(?!\w))"
)
_BRACKETED = lazy_regex(r"\((?P<round>[^()]*)\)|\[(?P<square>[^\[\]]*)\]|（(?P<full>[^（）]*)）")
_TRIM = " \t\r\n\u00a0.,;:，。；：、*_`|()[]{}（）【】<>~\"“”'‘’-–—/\\&+"
_SENTENCE = lazy_regex(r"(?<=[^\s.])\.\s+(?=[^\s])|(?<=[;；])\s*")
_COLON = lazy_regex(r"[:：](?=\s|$)")
_ET_AL = lazy_regex(r"(?<=[*_])et\.? ?al\.?[*_]|\bet\.? ?al\b\.?", re.I)
_FILLER = lazy_regex(
    r"(?:in|by|at|and|or|on|from|via|with|authors?|published|accepted|to appear(?: in)?|in proc"
    r"|(?:in )?proceedings of(?: the)?|presented at|accepted (?:by|at|to)|published (?:in|at|by)"
    r"|links?|doi[=:]?)"
    r"|@[\w:.-]+(?:[;,] ?@[\w:.-]+)*|(?:vol(?:ume)?\.? ?)?\d{1,4} ?\(\d{1,4}(?:[-–/]\d{1,4})?\)"
    r"|(?:pp?\.?|pages?) ?\d+(?: ?[-–]+ ?\d+)?|\d{1,5} ?[-–]+ ?\d{1,5}"
    r"|(?:vol|no|number|issue)\.? ?\d{1,4}"
    r"|(?:\d{1,4}(?:\(\d{1,4}\))? ?: ?)\d+(?: ?[-–]+ ?\d+)?|\d{1,3}(?:,\d{3})*",
    re.I,
)
"""Words between parts, keys, volumes and pages: read and kept, and no value."""

_LEADING = lazy_regex(
    r"(?:(?:was )?(?:published|accepted|presented|appeared|to appear)\s+)?"
    r"(?:in|at|to)\s+(?:the\s+)?(?=\S)",
    re.I,
)
_BY = lazy_regex(r"(?:(?:written )?by|with|authors?\s*:)\s+(?=\S)", re.I)
_VOLUME = lazy_regex(
    r"(?<!['’])[,\s]+(?!(?:19|20)\d\d\b)(?:vol(?:ume)?\.?\s*)?\d{1,4}(?:\.\d{1,5})?\s*(?:\(\s*(?!(?:19|20)\d\d\))\d{1,4}(?:[-–/]\d{1,4})?\s*\))?"
    r"(?:\s*:\s*(?:\d{1,8}(?:\s*[-–]+\s*\d{1,6})?|e[a-z]{0,4}\d{3,8}))?(?:\s*,\s*(?:no|issue)\.?\s*\d{1,4}|,\s*\d{1,3}(?=,?\s*(?:Article|\(|$)))?"
    r"(?:\s*,\s*Article\s*\d{1,4})?"
    r"(?:\s*,\s*(?:pp?\.?|pages)\s*\d{1,6}(?:\s*[-–]+\s*\d{1,6})?|\s*,\s*\d{1,6}\s*[-–]+\s*\d{1,6})?"
    r"(?=[\s,.;(]|$)",
    re.I,
)
_YEAR_AND_PAGES = lazy_regex(
    r"[\s,.;(]*(?:(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?\s+)?(?P<year>(?:19|20)\d\d)?"
    r"[\s,.:;)]*(?:(?:pp?\.?|pages)?\s*\d{1,6}(?:\s*[-–]+\s*\d{1,6})?(?:\s+pages)?)?[\s.)]*",
    re.I,
)
_PAGES_BEHIND_YEAR = lazy_regex(
    r"(?<=\b(?:19|20)\d\d)\s*[:,]\s*(?:pp?\.?\s*)?\d{1,6}\s*[-–]+\s*\d{1,6}$"
)
_YEAR = lazy_regex(r"\(?(?P<year>(?:19|20)\d\d)[a-z]?\)?")
_AWARD = lazy_regex(
    r"(?:(?:best|outstanding|distinguished|test[ -]of[ -]time)(?: \w+)? (?:paper|award)"
    r"(?: \w+){0,2}"
    r"|oral(?: presentation)?|spotlight|highlight|poster|honou?rable mention|award candidate"
    r"|notable[ -]top[ -]\d{1,2}%|top[ -]\d{1,2}%)",
    re.I,
)
_INITIALS = lazy_regex(r"(?:[^\W\d_]\.?[ -]?){1,4}")
_ENDS = lazy_regex(r"[*_]et\.? al\.?[*_]$|(?:\bal|\bJr|\bSr|(?:^|[\s.-])[^\W\d_])\.$")
"""What ends in a sign of its own: "et al.", also in italics, an initial."""

_DOI = lazy_regex(r"(?:doi ?[:.]? ?)?10\.\d{4,9}/\S+", re.I)
_ARXIV = lazy_regex(
    r"(?:arxiv ?[:.]? ?)(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d{1,2})?"
    r"(?: ?\[[a-z][\w. ,-]{1,40}\])?",
    re.I,
)
_ID_IN_TEXT = lazy_regex(rf"(?P<id>{_ARXIV.pattern}|doi ?[:.] ?10\.\d{{4,9}}/[^\s,;]+)", re.I)
_ID_BEHIND = lazy_regex(rf"[,;]\s*{_ID_IN_TEXT.pattern}", re.I)
_COMMAS = (COMMA, False)
_CUTS = ((_ID_IN_TEXT, True), (_BRACKETED, True), (_SENTENCE, False), (_COLON, False))
_AND = lazy_regex(r"^(?:and|&)\s+")
_FAMILY = r"(?:(?:v[ao]n|de[rnl]?|di|la|le) ){0,2}[^\W\d_a-z][\w'’-]*"
_GIVEN = r"[^\W\d_a-z][\w.'’-]*(?: [^\W\d_a-z][\w.'’-]*){0,2}"
_INVERTED = lazy_regex(rf"(?:by )?{_FAMILY}, {_GIVEN}(?: and {_FAMILY}, {_GIVEN})+")
"""Names as in BibTeX: "Lovelace, Ada and Gödel, Kurt"."""
_LAST_NAME = r"(?:(?:v[ao]n|de[rnl]?|di|la|le) ){0,2}[A-Z\u00c0-\u024f][\w'’-]+(?: [A-Z][\w'’-]+)?"
_NAMES_AND_YEAR = lazy_regex(
    rf"(?P<authors>{_LAST_NAME}(?:,? (?:and|&) {_LAST_NAME}|(?:, {_LAST_NAME})+"
    rf"(?:,? (?:and|&) {_LAST_NAME})?(?:,? et al\.?)?)),? \((?P<year>(?:19|20)\d\d)\)"
)
"""Several last names and a year: "Lovelace, Gödel (2024)"."""

_MEDICAL = lazy_regex(
    rf"(?P<authors>{_LAST_NAME} [A-Z]{{1,3}}(?:, {_LAST_NAME} [A-Z]{{1,3}})+)\.\s+(?=\S)"
)
"""Names as medical journals write them, to the period behind the last: "Lovelace A, Gödel K."."""

_BARE_INITIALS = lazy_regex(r"\w [A-Z]{1,3},.* [A-Z]\.$")
_JOURNAL = lazy_regex(
    r"\((?:in )?(?P<mark>[*_])(?P<venue>[A-Z][^*_(),]*[^\s*_(),])[*_],? (?P<year>(?:19|20)\d\d)\)",
    re.I,
)
"""A journal in italics with its year, in parentheses: no person is named so."""

_PAGES = r"(?:e\d{3,8}|\d{1,7}(?:\s*[-–]+\s*\d{1,6})?)"
_YEAR_AND_VOLUME = lazy_regex(
    rf"(?P<year>(?:19|20)\d\d)(?:,\s*\d{{1,4}}(?:\s*\(\d{{1,4}}(?:[-–/]\d{{1,4}})?\))?)?\s*:\s*{_PAGES}"
)
"""A year before the volume and the pages: "2024, 12(3): 45-67"."""

_CITED = lazy_regex(
    r"(?![^,:]* \d{1,4}:)(?P<venue>[A-Z][^,.;()\[\]\0]*),\s*(?P<year>(?:19|20)\d\d)"
    rf"(?P<rest>(?:,\s*\d{{1,4}}(?:\s*\(\d{{1,4}}(?:[-–/]\d{{1,4}})?\))?)?(?:\s*:\s*{_PAGES})?)"
)
_PUBLISHER = lazy_regex(
    r"(?:IEEE|ACM|AAAI Press|Association for [A-Z][a-z]+ [A-Z][a-z]+|Springer(?: [A-Z][a-z]+)*"
    r"|Elsevier|PMLR)"
    rf"(?:,\s*[A-Z][A-Za-z. ]{{1,20}})*(?:,\s*(?:Paper|Article) \d{{1,4}})?"
    rf"(?:,\s*(?:19|20)\d\d)?(?:[,:]\s*{_PAGES}|,\s*\d{{1,4}} pages)?"
)
"""Who published the proceedings that are named before, where, and the pages in them."""

_SHORT = lazy_regex(r"[A-Z][A-Za-z&/-]{1,11}(?: [A-Z][a-z]+)?[ '’]{0,2}(?:\d\d|(?:19|20)\d\d)?")
"""The short form of the venue before it, with its year."""

_TWO_YEARS = lazy_regex(r"\b(?:19|20)\d\d\b.*\b(?:19|20)\d\d\b")
_PAIRS = {"(": ("(", ")"), ")": ("(", ")"), "[": ("[", "]"), "]": ("[", "]")}
_BRACKETS = lazy_regex(r"[()\[\]]")
_LONGEST_VENUE = 200
_MOST_IN_VENUE = 8
_MOST_ITEMS = 200


@frozen()
class PartSpan:
    """A part by the name of its slot, its half-open range of characters."""

    slot: str
    start: int
    end: int


@frozen()
class TextParts:
    """The parts of a text up to what is unread, which begins at `unread`; None if nothing is."""

    parts: tuple[PartSpan, ...]
    unread: int | None


_Parts = list[PartSpan]


def parts_of_text(text: str, start: int, known: Collection[str], venues: VenueTable) -> TextParts:
    """Return the parts that stand in `text` from `start` on.

    `known` are the slots found before. A character before `start` shows whether a word begins.
    """
    return _parts(text, start, _DECIDING.intersection(known), venues)


_DECIDING = frozenset({"authors", "venue"})
"""The slots that, found before, decide what else may be the name of a venue."""


# Entries of a list name the same venues in the same marks. Not to read them anew is 16 % of reading
# a list of bold titles.
@lru_cache(maxsize=4096)
def _parts(text: str, start: int, known: frozenset[str], venues: VenueTable) -> TextParts:
    reader = _TextReader(text, known, venues)
    unread = reader.read(start)
    return TextParts(tuple(reader.parts), unread)


class _TextReader:
    """Reads one text."""

    def __init__(self, text: str, known: Collection[str], venues: VenueTable) -> None:
        self._text = text
        self._known = set(known)
        self._venues = venues
        self.parts: _Parts = []
        self._is_marked = False

    def read(self, start: int) -> int | None:
        """Read the parts; return where the first unread text begins."""
        cursor = start
        for sign in [*_BARS.finditer(self._text, start), None]:
            stop = sign.start() if sign is not None else len(self._text)
            unread = self._read(cursor, stop, 0)
            if unread is not None:
                return unread
            cursor = sign.end() if sign is not None else stop
        return None

    def _read(self, start: int, end: int, level: int) -> int | None:
        """Read a range as a whole, else cut at marks, then at brackets, then at periods."""
        marked = [*_cut(self._text, start, end, (_MARKED, True))]
        if len(marked) > 1 and (journal := _JOURNAL.search(self._text, start, end)):
            before = self._read(start, journal.start(), level)
            if before is not None:
                return before
            self._put([PartSpan(name, *journal.span(name)) for name in ("venue", "year")])
            return self._read(journal.end(), end, level)
        if len(marked) > 1:
            for number, piece in enumerate(marked):
                self._is_marked = number % 2 == 1
                unread = self._read(*piece, level)
                self._is_marked = False
                if unread is not None:
                    return unread
            return None
        start, end = self._trimmed(start, end)
        if start >= end:
            return None
        whole = self._last_names(start, end) or self._whole(start, end)
        if whole is not None:
            self._put(whole)
            return None
        while level < len(_CUTS):
            pieces = [*_cut(self._text, start, end, _CUTS[level])]
            level += 1
            if len(pieces) > 1:
                return self._read_each(pieces, level)
        return start

    def _read_each(self, pieces: Iterable[tuple[int, int]], level: int) -> int | None:
        unread = (self._read(*piece, level) for piece in pieces)
        return next((at for at in unread if at is not None), None)

    def _put(self, parts: _Parts) -> None:
        self.parts += parts
        self._known |= {part.slot for part in parts}

    # One range

    def _whole(self, start: int, end: int) -> _Parts | None:
        """Return the parts that make up a whole range, None if it is something else."""
        # Several people first: to read each list of authors as a year, an award and a venue with
        # its volume before is 15 % of reading bold titles.
        if self._are_listed(start, end) and (people := self._people(start, end)):
            return [people]
        found = self._cited(start, end) or self._one(start, end)
        if found is not None:
            return found
        if people := self._people(start, end):
            return [people]
        # A venue that no table knows comes last: with less it would take names and years with it.
        return self._several(start, end) or self._venue(start, end, is_known=False)

    def _cited(self, start: int, end: int) -> _Parts | None:
        """Return the parts of "A Journal, 2024, 12(3): 45-67" behind authors."""
        if "authors" not in self._known or "venue" in self._known:
            return None
        found = _CITED.fullmatch(self._text, start, end)
        if found is None or not self._is_venue(found["venue"], is_sure=True, is_dated=True):
            return None
        parts = [PartSpan(name, *found.span(name)) for name in ("venue", "year")]
        return [*parts, PartSpan("ignored", *found.span("rest"))] if found["rest"] else parts

    def _last_names(self, start: int, end: int) -> _Parts | None:
        """Return the parts of "Gödel, Noether (2024)"; one name alone may be that of a venue."""
        found = _NAMES_AND_YEAR.fullmatch(self._text, start, end)
        people = names.parse_names(found["authors"]).people if found else ()
        if found is None or not all(is_last_name(it) or is_person(it) for it in people):
            return None
        return [PartSpan(name, *found.span(name)) for name in ("authors", "year")]

    def _one(self, start: int, end: int) -> _Parts | None:
        """Return the part that a range is, or is with its year; [] for what is read as nothing."""
        text = self._text[start:end]
        if found := _YEAR_AND_VOLUME.fullmatch(text):
            year = start + found.end("year")
            return [PartSpan("year", start, year), PartSpan("ignored", year, end)]
        is_publisher = "venue" in self._known and _PUBLISHER.fullmatch(text)
        if is_publisher or _FILLER.fullmatch(text) or ARXIV_CATEGORY.fullmatch(text):
            return [PartSpan("ignored", start, end)]
        if found := _YEAR.fullmatch(text):
            return [PartSpan("year", start + found.start("year"), start + found.end("year"))]
        if dates.parse_date(text):
            return [PartSpan("date", start, end)]
        if _AWARD.fullmatch(text):
            return [PartSpan("award", start, end)]
        is_enclosed = self._text[start - 1 : start] + self._text[end : end + 1] == "()"
        if is_enclosed and "venue" in self._known and _SHORT.fullmatch(text):
            return [PartSpan("ignored", start, end)]
        return self._identifier(start, end) or self._venue(start, end)

    def _identifier(self, start: int, end: int) -> _Parts | None:
        text = self._text[start:end]
        if found := _DOI.fullmatch(text):
            return [PartSpan("doi", start, start + len(found[0]))]
        return [PartSpan("arxiv", start, end)] if _ARXIV.fullmatch(text) else None

    def _venue(self, start: int, end: int, *, is_known: bool = True) -> _Parts | None:
        text = self._text[start:end]
        if end - start > _LONGEST_VENUE or LINK in text or not _is_balanced(text):
            return None
        if not is_name_like(text) and not self._is_cited(text):
            return None
        if _ID_IN_TEXT.match(self._text, start, end):
            return None
        if _TWO_YEARS.search(self._text, start, end) or _ID_BEHIND.search(self._text, start, end):
            return None
        if len([*_cut(self._text, start, end, (_SENTENCE, False))]) > 1:
            return None
        lead = _LEADING.match(self._text, start, end)
        start = lead.end() if lead else start
        text = self._text[start:end]
        if (numbered := self._venue_and_volume(start, end)) is not None:
            return numbered
        if pages := _PAGES_BEHIND_YEAR.search(text):
            dated = self._venue(start, start + pages.start(), is_known=is_known)
            return dated and [*dated, PartSpan("ignored", start + pages.start(), end)]
        reading = venue_slot.parse_venue(one_line(text))
        is_dated = bool(reading.year or reading.date)
        if is_known and self._venues.find(reading.venue) is None:
            return None
        if reading.venue and self._is_venue(reading.venue, is_sure=False, is_dated=is_dated):
            return [PartSpan("venue", start, end)]
        return None

    def _is_cited(self, text: str) -> bool:
        """Whether a text behind authors is a known venue, in small letters as citations have it."""
        is_cited = "authors" in self._known and " " in text
        return is_cited and self._venues.find(one_line(text)) is not None

    def _venue_and_volume(self, start: int, end: int) -> _Parts | None:
        text = self._text[start:end]
        for volume in _VOLUME.finditer(text):
            first, last = start + volume.start(), start + volume.end()
            rest = self._rest_of_venue(last, end)
            if rest is not None and self._is_venue(text[: volume.start()].strip(), is_sure=True):
                venue = PartSpan("venue", *self._trimmed(start, first))
                return [venue, PartSpan("ignored", *self._trimmed(first, last)), *rest]
        return None

    def _rest_of_venue(self, start: int, end: int) -> _Parts | None:
        found = _YEAR_AND_PAGES.fullmatch(self._text, start, end)
        if found is None:
            return None
        return [PartSpan("year", *found.span("year"))] if found["year"] else []

    def _is_venue(self, name: str, *, is_sure: bool, is_dated: bool = False) -> bool:
        return is_venue(
            name,
            self._venues,
            is_sure=is_sure,
            is_dated=is_dated,
            is_named="authors" in self._known and "venue" not in self._known,
            is_marked=self._is_marked,
        )

    def _people(self, start: int, end: int) -> PartSpan | None:
        lead = _BY.match(self._text, start, end)
        start = lead.end() if lead else start
        text = self._text[start:end]
        if not text[:1].isalpha() or (text[0].islower() and not names.is_particle(text.split()[0])):
            return None
        if not self._are_people(text, is_led=bool(lead)):
            return None
        # Where others have initials without a period, the last one ends the list.
        is_ended = text[-1] == "." and _BARE_INITIALS.search(text)
        return PartSpan("authors", start, end - 1 if is_ended else end)

    def _are_listed(self, start: int, end: int) -> bool:
        """Whether a range is names of several people that commas part, and nothing before them.

        "J. High, Energy Phys." is a venue.
        """
        if not COMMA.search(self._text, start, end) or _BY.match(self._text, start, end):
            return False
        text = one_line(self._text[start:end])
        people = names.parse_names(text).people
        are_people = len(people) > 1 and all(map(is_person, people))
        return are_people and self._venues.find(text) is None

    def _are_people(self, text: str, *, is_led: bool = False) -> bool:
        found = names.parse_names(one_line(text))
        if not found.people or len(found.people) > _MOST_ITEMS:
            return False
        # Beside a Chinese label or translation of a title nothing tells people from words.
        if not is_led and any(map(is_without_case, found.people)):
            return False
        if all(map(is_person, found.people)):
            is_list = is_led or found.truncated or len(found.people) > 1
            return is_list or self._is_one_person(found.people[0])
        are_cut = found.truncated and len(found.people) <= 2
        return are_two_last_names(text) or (are_cut and all(map(is_last_name, found.people)))

    def _is_one_person(self, name: str) -> bool:
        """Whether a name alone is that of a person, and of no venue; more words are a title."""
        return len(name.split()) <= MOST_WORDS_ALONE and not self._is_named_otherwise(name)

    def _is_named_otherwise(self, name: str) -> bool:
        """Whether a name is that of a venue, or begins with the acronym of one: "ICRA ViTac"."""
        first = name.split()[0]
        is_led = len(first) > 2 and first.isupper() and self._venues.find(first) is not None
        return is_led or self._venues.find(name) is not None

    def _several(self, start: int, end: int) -> _Parts | None:
        """Return the parts of a range that commas part: authors, then a venue and the like."""
        medical = _MEDICAL.match(self._text, start, end)
        if medical and (people := self._people(*medical.span("authors"))):
            behind = self._whole(*self._trimmed(medical.end(), end))
            return None if behind is None else [people, *behind]
        if (inverted := _INVERTED.match(self._text, start, end)) and inverted.end() < end:
            people = self._people(start, inverted.end())
            behind = self._after(self._items(inverted.end(), end))
            if people is not None and behind is not None:
                return [people, *behind]
        items = self._items(start, end)
        if not 1 < len(items) <= _MOST_ITEMS:
            return self._with_et_al(start, end)
        persons = 0
        while persons < len(items) and self._is_person_item(*items[persons]):
            persons += 1
        for count in dict.fromkeys((persons, 1)):
            if 0 < count < len(items):
                people = self._people(items[0][0], items[count - 1][1])
                rest = self._after(items[count:]) if people is not None else None
                if people is not None and rest is not None:
                    return [people, *rest]
        for count in range(1, min(len(items), 4)):
            people = self._people(items[count][0], end)
            before = self._after(items[:count]) if people is not None else None
            if people is not None and before is not None:
                return [*before, people]
        return self._with_et_al(start, end) or self._after(items)

    def _items(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return the ranges that commas part, without those that hold nothing."""
        items = (self._trimmed(*it) for it in _cut(self._text, start, end, _COMMAS))
        return [item for item in items if item[0] < item[1]]

    def _is_person_item(self, start: int, end: int) -> bool:
        text = _AND.sub("", _BY.sub("", self._text[start:end], count=1))
        people = names.parse_names(one_line(text)).people
        is_name = all(map(is_person, people)) if people else False
        is_name = is_name or bool(_INITIALS.fullmatch(text))
        return is_name and not self._is_named_otherwise(text)

    def _after(self, items: list[tuple[int, int]]) -> _Parts | None:
        """Return the parts that items are, those that are one together taken together."""
        if not items:
            return []
        if len(items) > _MOST_IN_VENUE:
            return None
        for count in range(len(items), 0, -1):
            start, end = items[0][0], items[count - 1][1]
            found = self._one(start, end) or self._venue(start, end, is_known=False)
            rest = self._after(items[count:]) if found is not None else None
            if found is not None and rest is not None:
                return [*found, *rest]
        return None

    def _with_et_al(self, start: int, end: int) -> _Parts | None:
        """Return the parts of "A et al. and what follows", which nothing else parts."""
        found = _ET_AL.search(self._text, start, end)
        if found is None or not self._text[found.end() : end].strip(_TRIM):
            return None
        people = self._people(start, found.end())
        if people is None:
            return None
        rest = self._one(*self._trimmed(found.end(), end))
        return None if rest is None else [people, *rest]

    def _trimmed(self, start: int, end: int) -> tuple[int, int]:
        """Return a range without the signs around it that belong to no value."""
        text = self._text
        while start < end:
            first, last = text[start], text[end - 1]
            inside = text[start:end]
            if first in _TRIM and not _is_paired(inside, 0):
                start += 1
            elif last in _TRIM and not (_is_paired(inside, -1) or _ENDS.search(inside)):
                end -= 1
            else:
                break
        return start, end


def _cut(
    text: str, start: int, end: int, cuts: tuple[re.Pattern[str], bool]
) -> Iterator[tuple[int, int]]:
    """Yield the ranges that a pattern parts, and what its groups hold if they are parts too."""
    pattern, holds_parts = cuts
    cursor = start
    for found in pattern.finditer(text, start, end):
        if pattern is _SENTENCE and is_abbreviated(text, start, found.start()):
            continue
        yield cursor, found.start()
        if holds_parts:
            yield found.span(found.lastgroup or 0)
        cursor = found.end()
    yield cursor, end


def _is_balanced(text: str) -> bool:
    """Whether each bracket of a text has its other half: "8 May] [arXiv" are halves of two."""
    depths = {"(": 0, "[": 0}
    for sign in _BRACKETS.findall(text):
        opening, closing = _PAIRS[sign]
        depths[opening] += 1 if sign != closing else -1
        if depths[opening] < 0:
            return False
    return not any(depths.values())


def _is_paired(text: str, at: int) -> bool:
    """Whether the bracket that begins or ends a text has its other half within, and not around."""
    sign = text[at]
    if sign not in _PAIRS:
        return False
    opening, closing = _PAIRS[sign]
    is_around = text[0] == opening and text[-1] == closing and text.find(closing) == len(text) - 1
    return not is_around and text.count(opening) == text.count(closing)
