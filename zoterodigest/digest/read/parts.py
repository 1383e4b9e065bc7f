"""Parts: what stands beside a title, in whatever order and marks people write it.

Authors, a venue, a year or date, an award, links, volume and pages, a remark behind a colon. All of
it must be understood, then each part is a slot: a part taken for another would be a wrong value.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from zoterodigest.core.values import dates, names, venue_slot
from zoterodigest.core.values.identity import is_paper_url
from zoterodigest.core.values.venue import Venue, VenueTable
from zoterodigest.digest.read.layers import LayeredText
from zoterodigest.digest.read.people import (
    OF_VENUE,
    is_last_name,
    is_person,
    is_whole_name,
    is_without_case,
)
from zoterodigest.digest.read.references import LinkSpan, find_links
from zoterodigest.digest.read.slots import Slot, decoded, one_line
from zoterodigest.frozen import dataclass

_LONGEST = 3_000
"""A line of more characters is text, and no list of parts."""

_LINK = "\0"
_EMOJI = "[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\U0001f000-\U0001faff]+"
_NOISE = re.compile(
    r"<!--.*?-->|<sup>[^<>]*</sup>|</?[A-Za-z][^<>]*>|!\[[^\[\]]*\]\([^()\s]*\)"
    rf"|{_EMOJI}|(?<!\w):[a-z][a-z0-9_+-]*:|&(?:nbsp|emsp|ensp);|\\[*_]|\\(?=\W|$)|[\u200b\ufeff]",
    re.I,
)
"""What shows nothing: comments, tags, pictures, emoji."""

_COMMENT = re.compile(r"<!--.*?-->")
_OF_NOISE = re.compile(r"[<:\\&!]")
_BARS = re.compile(r"[|•·‖→]|(?:(?<=\s)|^)[-–—/~]+(?=\s|$)")
"""What parts two parts wherever it stands: bars, dashes between blanks."""

_MARKED = re.compile(
    r"\*\*(?P<bold>[^*]+)\*\*|(?<![\w\\])\*(?P<italic>(?=[\w\"“(\[\\])[^*]+)\*|`(?P<code>[^`]+)`"
    r"|(?<!\w)__(?P<bold2>[^_]+)__(?!\w)|(?<!\w)_(?P<italic2>[^_]+)_(?!\w)"
)
_BRACKETED = re.compile(r"\((?P<round>[^()]*)\)|\[(?P<square>[^\[\]]*)\]|（(?P<full>[^（）]*)）")
_TRIM = " \t\r\n\u00a0.,;:，。；：、*_`|()[]{}（）【】<>~\"“”'‘’-–—/\\&+"
_SENTENCE = re.compile(r"(?<=[^\s.])\.\s+(?=[^\s])|(?<=[;；])\s*")
_COLON = re.compile(r"[:：](?=\s|$)")
_ET_AL = re.compile(r"\bet\.? ?al\b\.?", re.I)
_ABBREVIATED = re.compile(
    r"(?:acad|al|am|anal|ann|appl|assoc|bull|chem|comp|comput|conf|dr|eds?|eng|eur|gen|inf|intl?"
    r"|intell|jr?|lang|learn|lett|mach|math|med|natl?|no|pattern|phil|phys|pp|proc|psychol|res|rev"
    r"|sci|soc|sr|st|stat|symp|syst|theor|trans|vis|vol|vs)",
    re.I,
)
"""Words of the names of journals that end in a period."""

_FILLER = re.compile(
    r"(?:in|by|at|and|or|on|from|via|with|authors?|published|accepted|to appear(?: in)?|in proc"
    r"|(?:in )?proceedings of(?: the)?|presented at|accepted (?:by|at|to)|published (?:in|at|by)"
    r"|links?)"
    r"|@[\w:.-]+(?:[;,] ?@[\w:.-]+)*|(?:vol(?:ume)?\.? ?)?\d{1,4} ?\(\d{1,4}(?:[-–/]\d{1,4})?\)"
    r"|(?:pp?\.?|pages?) ?\d+(?: ?[-–]+ ?\d+)?|\d{1,5} ?[-–]+ ?\d{1,5}"
    r"|(?:vol|no|number|issue)\.? ?\d{1,4}"
    r"|(?:\d{1,4}(?:\(\d{1,4}\))? ?: ?)\d+(?: ?[-–]+ ?\d+)?|\d{1,3}",
    re.I,
)
"""Words between parts, keys, volumes and pages: read and kept, and no value."""

_LEADING = re.compile(
    r"(?:(?:was )?(?:published|accepted|presented|appeared|to appear)\s+)?"
    r"(?:in|at|to)\s+(?:the\s+)?(?=\S)",
    re.I,
)
_BY = re.compile(r"(?:(?:written )?by|with|authors?\s*:)\s+(?=\S)", re.I)
_VOLUME = re.compile(
    r"[,\s]+(?!(?:19|20)\d\d\b)(?:vol(?:ume)?\.?\s*)?\d{1,4}(?:\.\d{1,5})?\s*(?:\(\s*(?!(?:19|20)\d\d\))\d{1,4}(?:[-–/]\d{1,4})?\s*\))?"
    r"(?:\s*:\s*\d{1,6}(?:\s*[-–]+\s*\d{1,6})?)?(?:\s*,\s*no\.?\s*\d{1,4})?"
    r"(?:\s*,\s*(?:pp?\.?|pages)\s*\d{1,6}(?:\s*[-–]+\s*\d{1,6})?|\s*,\s*\d{1,6}\s*[-–]+\s*\d{1,6})?"
    r"(?=[\s,.;(]|$)",
    re.I,
)
_YEAR_AND_PAGES = re.compile(
    r"[\s,.;(]*(?P<year>(?:19|20)\d\d)?[\s,.:;)]*(?:(?:pp?\.?|pages)?\s*\d{1,6}(?:\s*[-–]+\s*\d{1,6})?)?[\s.)]*",
    re.I,
)
_YEAR = re.compile(r"\(?(?P<year>(?:19|20)\d\d)[a-z]?\)?")
_AWARD = re.compile(
    r"(?:(?:best|outstanding|distinguished|test[ -]of[ -]time)(?: \w+)? (?:paper|award)"
    r"(?: \w+){0,2}"
    r"|oral(?: presentation)?|spotlight|highlight|poster|honou?rable mention|award candidate"
    r"|notable[ -]top[ -]\d{1,2}%|top[ -]\d{1,2}%)",
    re.I,
)
_INITIALS = re.compile(r"(?:[^\W\d_]\.?[ -]?){1,4}")
_CAPITALS = re.compile(r"[A-Z].*[A-Z]")
_NO_VENUE = re.compile(
    r"[\[\]{}<>!?\"“”`|\\=+#@\0]|https?|\b(?:amazon|berkeley|by|chapter|college|department|deepmind"
    r"|facebook|google|institute?|lab(?:s|oratory)?|lecture|meta|microsoft|mit|nvidia|openai|part"
    r"|research|school|stanford|tsinghua|university|version)\b",
    re.I,
)
_ENDS = re.compile(r"(?:\bal|\bJr|\bSr|(?:^|[\s.-])[^\W\d_])\.$")
"""Words that end in a period of their own: "et al.", an initial."""

_DOI = re.compile(r"(?:doi ?[:.]? ?)?10\.\d{4,9}/\S+", re.I)
_ARXIV = re.compile(
    r"(?:arxiv ?[:.]? ?)(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d{1,2})?", re.I
)
_ID_IN_TEXT = re.compile(rf"(?P<id>{_ARXIV.pattern}|doi ?[:.] ?10\.\d{{4,9}}/[^\s,;]+)", re.I)
_COMMA = re.compile(r"[,，、;；]")
_COMMAS = (_COMMA, False)
_CUTS = ((_ID_IN_TEXT, True), (_BRACKETED, True), (_SENTENCE, False), (_COLON, False))
_AND = re.compile(r"^(?:and|&)\s+")
_SMALL = re.compile(r"an?|and|at|der?|des|di|et|for|from|in|la|of|on|the|to|und|van|von")
"""Words in the name of a venue that begin with a small letter."""
_TWO_YEARS = re.compile(r"\b(?:19|20)\d\d\b.*\b(?:19|20)\d\d\b")
_IN_SLOT = re.compile(
    r"accepted|access|appear|arxiv|as|award|be|best|by|candidate|conference|demo|early|findings"
    r"|highlight|journal|long|main|notable|oral|outstanding|papers?|poster|preprint|presentation"
    r"|presented|proceedings|published|review|short|spotlight|submitted|top|track|under|vol|volume"
    r"|was|workshops?|\W*|\d+(?:st|nd|rd|th)",
    re.I,
)
"""Words in the slot of a venue that may begin with a small letter."""

_CAPITAL = re.compile("[A-Z]")
_PAIRS = {"(": ("(", ")"), ")": ("(", ")"), "[": ("[", "]"), "]": ("[", "]")}
_AROUND_LINKS = (("**[", "]**"), ("[", "]"), ("(", ")"), ("**", "**"), ("`", "`"), ("*", "*"))
_BETWEEN_LINKS = re.compile(r"[\s,;|/·•&+()\[\]*_`~-]*(?:(?:and|or)[\s\[(*]*)?")
_LAST_LINKS = re.compile(r"(?<=[.!?)\]])\s*[(\[]*(?:\[[^\[\]]*\]\([^()\s]*\)[\s,;|)\]/(\[·•]*)+$")
_LAST_BRACKETS = re.compile(r"[\s*_]*\((?P<inner>[^()\0]{2,120})\)[\s*_.]*$")
_LEADS_REMARK = (":", "：", "-", "–", "—", "|")
_SINGLE = frozenset({"authors", "venue", "date", "arxiv", "doi", "summary"})
_LONGEST_VENUE = 200
_MOST_LABEL_WORDS = 3
_OF_LABEL = re.compile(
    r"(?:19|20)\d\d|\b(?:article|blog|code|data(?:set)?|demo|github|implementation|link|official|page|paper|pdf"
    r"|poster|preprint|project|pytorch|slides?|supp\w*|tensorflow|video|website)\b",
    re.I,
)
_MOST_IN_VENUE = 8
_FEWEST_WORDS = 3
_MOST_WORDS = 12
_MOST_ITEMS = 200


@dataclass(frozen=True, slots=True)
class _PartSpan:
    """A part by the name of its slot, its half-open range of characters."""

    slot: str
    start: int
    end: int


_Parts = list[_PartSpan]


def parts_beside(
    text: LayeredText, known: Collection[str], venues: VenueTable
) -> list[Slot] | None:
    """Return the slots that stand beside a title, in order; None if something is not understood.

    `known` are the slots that the entry has already: no authors, venue or date come a second time.
    """
    words = decoded(text.data)
    if len(words) > _LONGEST:
        return None
    found = _PartsReader(words, text.data, known, venues).read()
    if found is None:
        return None
    return [Slot(part.slot, text.slice(*_in_bytes(words, part))) for part in found]


def holds_title(data: bytes) -> bool:
    """Whether a link has so many words for a label that they could be the title of a paper."""
    labels = (decoded(data[slice(*link.label)]) for link in find_links(data))
    return any(len(it.split()) > _MOST_LABEL_WORDS and not _OF_LABEL.search(it) for it in labels)


def _in_bytes(words: str, part: _PartSpan) -> tuple[int, int]:
    if words.isascii():
        return part.start, part.end
    start = len(words[: part.start].encode())
    return start, start + len(words[part.start : part.end].encode())


class _PartsReader:
    """Reads one line of parts."""

    def __init__(self, words: str, data: bytes, known: Collection[str], venues: VenueTable) -> None:
        self._words = words
        self._known = set(known)
        self._venues = venues
        self._links = _links_in(words, data)
        self._text = _hidden(words, self._links)
        if not self._text.isascii() or _OF_NOISE.search(self._text):
            self._text = _NOISE.sub(lambda found: " " * len(found[0]), self._text)
        self._parts: _Parts = []
        self._is_marked = False

    def read(self) -> _Parts | None:
        """Return the parts, None if something is not understood."""
        cursor = 0
        runs = iter(self._link_runs())
        for start, end in [*runs, (len(self._text), len(self._text))]:
            unread = self._read_between(cursor, start)
            if unread is not None:
                return self._with_remark(unread)
            if start < end:
                self._put([_PartSpan(self._slot_of_links(start, end), start, end)])
            cursor = end
        self._add_venue_of_label()
        self._parts += (_PartSpan("ignored", *it.span()) for it in _COMMENT.finditer(self._words))
        return None if self._is_doubled() else self._parts

    def _read_between(self, start: int, end: int) -> int | None:
        """Read what stands between two runs of links; return where the first unread text begins."""
        cursor = start
        for sign in [*_BARS.finditer(self._text, start, end), None]:
            stop = sign.start() if sign is not None else end
            unread = self._read(cursor, stop, 0)
            if unread is not None:
                return unread
            cursor = sign.end() if sign is not None else end
        return None

    def _read(self, start: int, end: int, level: int) -> int | None:
        """Read a range as a whole, else cut at marks, then at brackets, then at periods."""
        marked = [*_cut(self._text, start, end, (_MARKED, True))]
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
        whole = self._whole(start, end)
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
        self._parts += parts
        self._known |= {part.slot for part in parts}

    def _is_doubled(self) -> bool:
        slots = [part.slot for part in self._parts if part.slot in _SINGLE]
        return len(slots) != len(set(slots))

    # One range

    def _whole(self, start: int, end: int) -> _Parts | None:
        """Return the parts that make up a whole range, None if it is something else."""
        found = self._one(start, end)
        if found is not None:
            return found
        if people := self._people(start, end):
            return [people]
        # A venue that no table knows comes last: with less it would take names and years with it.
        return self._several(start, end) or self._venue(start, end, is_known=False)

    def _one(self, start: int, end: int) -> _Parts | None:
        """Return the part that a range is, or is with its year; [] for what is read as nothing."""
        text = self._text[start:end]
        if _FILLER.fullmatch(text):
            return [_PartSpan("ignored", start, end)]
        if found := _YEAR.fullmatch(text):
            return [_PartSpan("year", start + found.start("year"), start + found.end("year"))]
        if dates.parse_date(text):
            return [_PartSpan("date", start, end)]
        if _AWARD.fullmatch(text):
            return [_PartSpan("award", start, end)]
        return self._identifier(start, end) or self._venue(start, end)

    def _identifier(self, start: int, end: int) -> _Parts | None:
        text = self._text[start:end]
        if found := _DOI.fullmatch(text):
            return [_PartSpan("doi", start, start + len(found[0]))]
        return [_PartSpan("arxiv", start, end)] if _ARXIV.fullmatch(text) else None

    def _venue(self, start: int, end: int, *, is_known: bool = True) -> _Parts | None:
        is_long = end - start > _LONGEST_VENUE or _LINK in self._text[start:end]
        if is_long or not _is_name_like(self._text[start:end]):
            return None
        if _TWO_YEARS.search(self._text, start, end):
            return None
        if len([*_cut(self._text, start, end, (_SENTENCE, False))]) > 1:
            return None
        lead = _LEADING.match(self._text, start, end)
        start = lead.end() if lead else start
        text = self._text[start:end]
        for volume in _VOLUME.finditer(text):
            rest = self._rest_of_venue(start + volume.end(), end)
            if rest is not None and self._is_venue(text[: volume.start()].strip(), is_sure=True):
                parts = [_PartSpan("venue", *self._trimmed(start, start + volume.start()))]
                return [
                    *parts,
                    _PartSpan(
                        "ignored", *self._trimmed(start + volume.start(), start + volume.end())
                    ),
                    *rest,
                ]
        reading = venue_slot.parse_venue(one_line(text))
        is_dated = bool(reading.year or reading.date)
        if is_known and _known_venue(self._venues, reading.venue) is None:
            return None
        if reading.venue and self._is_venue(reading.venue, is_sure=False, is_dated=is_dated):
            return [_PartSpan("venue", start, end)]
        return None

    def _rest_of_venue(self, start: int, end: int) -> _Parts | None:
        found = _YEAR_AND_PAGES.fullmatch(self._text, start, end)
        if found is None:
            return None
        return [_PartSpan("year", *found.span("year"))] if found["year"] else []

    def _is_venue(self, name: str, *, is_sure: bool, is_dated: bool = False) -> bool:
        """Whether a name is that of a venue: a known one, or one that can be nothing else."""
        if not _CAPITAL.search(name) and not is_sure:
            return name.lower().startswith("arxiv")
        if _known_venue(self._venues, name) is not None:
            return True
        words = name.split()
        if not 0 < len(words) <= _MOST_WORDS or not all(map(_is_capital, words)):
            return False
        if _NO_VENUE.search(name) or ". " in name:
            return False
        if OF_VENUE.search(name):
            return is_sure or is_dated or len(words) >= _FEWEST_WORDS
        if "," in name or " and " in name:
            return False
        is_short_form = any(map(_CAPITALS.search, re.split("[ -]", name)))
        is_named = "authors" in self._known and "venue" not in self._known
        return (
            is_sure or (is_dated and (is_short_form or is_named)) or (is_named and self._is_marked)
        )

    def _people(self, start: int, end: int) -> _PartSpan | None:
        lead = _BY.match(self._text, start, end)
        start = lead.end() if lead else start
        text = self._text[start:end]
        if not text[:1].isalpha() or (text[0].islower() and not names.is_particle(text.split()[0])):
            return None
        if not self._are_people(text, is_led=bool(lead)):
            return None
        return _PartSpan("authors", start, end)

    def _are_people(self, text: str, *, is_led: bool = False) -> bool:
        found = names.parse_names(one_line(text))
        if not found.people or len(found.people) > _MOST_ITEMS:
            return False
        # Beside a Chinese label or translation of a title nothing tells people from words.
        if not is_led and any(map(is_without_case, found.people)):
            return False
        if all(map(is_person, found.people)):
            is_list = is_led or found.truncated or len(found.people) > 1
            return is_list or not self._is_named_otherwise(found.people[0])
        is_pair = len(found.people) == 2 and not _COMMA.search(text)
        are_lasts = all(map(is_last_name, found.people))
        return are_lasts and (is_pair or (found.truncated and len(found.people) <= 2))

    def _is_named_otherwise(self, name: str) -> bool:
        return _known_venue(self._venues, name) is not None

    def _several(self, start: int, end: int) -> _Parts | None:
        """Return the parts of a range that commas part: authors, then a venue and the like."""
        items = [*_cut(self._text, start, end, _COMMAS)]
        items = [item for item in (self._trimmed(*it) for it in items) if item[0] < item[1]]
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

    def _is_person_item(self, start: int, end: int) -> bool:
        text = _AND.sub("", self._text[start:end])
        people = names.parse_names(one_line(text)).people
        is_name = all(map(is_person, people)) if people else False
        is_name = is_name or bool(_INITIALS.fullmatch(text))
        return is_name and _known_venue(self._venues, text) is None

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

    # Links and the remark

    def _link_runs(self) -> Iterator[tuple[int, int]]:
        """Yield the ranges of links that nothing but signs part."""
        runs: list[list[tuple[int, int]]] = []
        for link in self._links:
            between = self._text[runs[-1][-1][1] : link.whole[0]] if runs else ""
            if runs and _BETWEEN_LINKS.fullmatch(between):
                runs[-1].append(link.whole)
            else:
                runs.append([link.whole])
        for run in runs:
            yield self._with_brackets(run[0], run[-1])

    def _slot_of_links(self, start: int, end: int) -> str:
        """Return "authors" for links that are called by names, as pages of people are."""
        labels = [self._words[slice(*it.label)] for it in self._links if start <= it.whole[0] < end]
        are_people = len(labels) > 1 and all(map(is_whole_name, labels))
        return "authors" if are_people and "authors" not in self._known else "links"

    def _with_brackets(self, first: tuple[int, int], last: tuple[int, int]) -> tuple[int, int]:
        start, end = first[0], last[1]
        for opening, closing in _AROUND_LINKS:
            before = self._words[max(0, start - len(opening)) : start]
            around_first = before == opening and self._words.startswith(closing, first[1])
            if around_first and self._words.startswith(closing, end):
                return start - len(opening), end + len(closing)
        return start, end

    def _add_venue_of_label(self) -> None:
        """Add the venue that a link has for its label, if there is no other one."""
        if not self._known.isdisjoint(("venue", "date", "year")):
            return
        for number, link in enumerate(self._links):
            start, end = self._trimmed_label(*link.label)
            label = self._words[start:end]
            reading = venue_slot.parse_venue(one_line(label)) if label else None
            if reading is None or not reading.venue:
                continue
            is_dated = bool(reading.year or reading.date)
            is_server = self._venues.is_server(reading.venue)
            is_one = self._is_venue(reading.venue, is_sure=False, is_dated=is_dated)
            url = self._words[slice(*link.url)]
            if number == 0 and is_one and (is_dated or not is_server) and is_paper_url(url):
                self._put([_PartSpan("venue", start, end)])
            return

    def _trimmed_label(self, start: int, end: int) -> tuple[int, int]:
        label = self._words[start:end]
        start += len(label) - len(label.lstrip("[]*_` "))
        return start, max(start, end - (len(label) - len(label.rstrip("[]*_` "))))

    def _with_remark(self, start: int) -> _Parts | None:
        """Return the parts with all from `start` on as the remark, None if it is no remark."""
        if found := _LAST_BRACKETS.match(self._text, max(0, start - 3)):
            last = [_PartSpan("summary", *found.span("inner"))]
            return None if "summary" in self._known or not self._parts else [*self._parts, *last]
        before = self._text[:start].rstrip(' \t*_`"“(')
        end = len(self._words.rstrip())
        found = _LAST_LINKS.search(self._words, start, end)
        links = self._links_behind(found.start()) if found else []
        stop = len(self._words[: found.start()].rstrip()) if found and links else end
        text = self._words[start:stop]
        words = text.split()
        is_led = before[-1:] in _LEADS_REMARK
        is_sentence = len(words) > _FEWEST_WORDS and sum(
            it[:1].islower() for it in words
        ) * 2 > len(words)
        if len(words) < 2 or not (is_led or (before[-1:] in (".", ")") and is_sentence)):
            return None
        kept = [part for part in self._parts if part.end <= start]
        self._parts = [*kept, _PartSpan("summary", start, stop), *links]
        return None if self._is_doubled() or "summary" in self._known else self._parts

    def _links_behind(self, start: int) -> _Parts:
        behind = [run for run in self._link_runs() if run[0] >= start]
        return [_PartSpan("links", *run) for run in behind[:1]]


def _links_in(words: str, data: bytes) -> list[LinkSpan]:
    """Return the links, their offsets in characters."""
    spans = find_links(data)
    if not spans or words.isascii():
        return spans

    def at(offset: int) -> int:
        return len(data[:offset].decode("utf-8", "replace"))

    return [
        LinkSpan(
            (at(it.whole[0]), at(it.whole[1])),
            (at(it.label[0]), at(it.label[1])),
            (at(it.url[0]), at(it.url[1])),
        )
        for it in spans
    ]


def _hidden(words: str, links: list[LinkSpan]) -> str:
    shown = ""
    cursor = 0
    for link in links:
        start, end = link.whole
        shown += words[cursor:start] + _LINK * (end - start)
        cursor = end
    return shown + words[cursor:]


def _cut(
    text: str, start: int, end: int, cuts: tuple[re.Pattern[str], bool]
) -> Iterator[tuple[int, int]]:
    """Yield the ranges that a pattern parts, and what its groups hold if they are parts too."""
    pattern, holds_parts = cuts
    cursor = start
    for found in pattern.finditer(text, start, end):
        if pattern is _SENTENCE and _is_abbreviated(text, start, found.start()):
            continue
        yield cursor, found.start()
        if holds_parts:
            yield found.span(found.lastgroup or 0)
        cursor = found.end()
    yield cursor, end


def _is_abbreviated(text: str, start: int, period: int) -> bool:
    """Whether the period ends an abbreviation or an initial, and no sentence."""
    if text[period : period + 1] != ".":
        return False
    word = re.split(r"[\s.(-]", text[max(start, period - 20) : period])[-1]
    if word.lower() == "al":
        return False
    return len(word) < 2 or (word[0].isupper() and _ABBREVIATED.fullmatch(word) is not None)


def _is_paired(text: str, at: int) -> bool:
    """Whether the bracket that begins or ends a text has its other half within, and not around."""
    sign = text[at]
    if sign not in _PAIRS:
        return False
    opening, closing = _PAIRS[sign]
    is_around = text[0] == opening and text[-1] == closing and text.find(closing) == len(text) - 1
    return not is_around and text.count(opening) == text.count(closing)


# A list names the same few venues again and again: to find each once is 12 % of reading a list.
@lru_cache(maxsize=4096)
def _known_venue(venues: VenueTable, name: str) -> Venue | None:
    return venues.find(name)


def _is_name_like(text: str) -> bool:
    """Whether a text has no more words than a venue, and none that is small in a sentence only.

    To look sentences up among the venues took half the time of reading pages without a paper.
    """
    words = text.split()
    is_short = len(words) <= _FEWEST_WORDS
    return is_short or (len(words) <= 2 * _MOST_WORDS and all(map(_is_of_name, words)))


def _is_of_name(word: str) -> bool:
    return _is_capital(word) or _IN_SLOT.fullmatch(word.strip("()[],.:;*_")) is not None


def _is_capital(word: str) -> bool:
    bare = word.strip("()[]'’\".,:&+-/")
    return (
        not bare
        or not bare[0].islower()
        or _SMALL.fullmatch(bare) is not None
        or bool(re.search("[A-Z]", bare))
    )
