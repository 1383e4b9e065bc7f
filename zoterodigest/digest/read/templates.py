"""Templates: an entry's lines matched with those of its format's templates, its slots claimed.

The first template that reads an entry is its template. A line is read in one way or not at all: if
it can be split in two ways, the entry is broken and the reason tells where they part.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

from zoterodigest.core.values.venue import VenueTable
from zoterodigest.core.values.venue_slot import parse_venue
from zoterodigest.digest.format.format import DigestFormat
from zoterodigest.digest.format.line_pattern import (
    ChosenPattern,
    LineMatch,
    LinePattern,
    TemplatePattern,
)
from zoterodigest.digest.format.pattern import Match, Pattern
from zoterodigest.digest.read.codecs import takes
from zoterodigest.digest.read.found import EntryRange, is_title
from zoterodigest.digest.read.layers import LayeredText, peel_indent, peel_quote
from zoterodigest.digest.read.lines import shorn
from zoterodigest.digest.read.open_titles import has_no_open_title
from zoterodigest.digest.read.people import are_cited, are_torn, begins_with_name, is_last_name
from zoterodigest.digest.read.shapes import is_clear
from zoterodigest.digest.read.slots import (
    BLANKS,
    Claims,
    EntryShape,
    ShapeLine,
    Slot,
    UnreadLine,
    block_text,
    decoded,
)
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_FEWEST_TITLE_WORDS = 3
_MOST_VENUE_WORDS = 4
MOST_WAYS = 64
"""In so many ways a line is split at most, under all choices of its groups together."""

_BULLET = lazy_regex(rb"(?:[-*+]|\xe2\x80\xa2)[ \t]+")
_BREAKS = Pattern(r"(?i)(?:[ \t]*<br[ \t]*/?>)+$")
_UNREAD = "no line of its template reads this line"

Terms = tuple[DigestFormat, VenueTable]


@dataclass(frozen=True, slots=True)
class LineRead:
    """A line as its pattern reads it, under which choice of its groups."""

    chosen: ChosenPattern
    match: LineMatch


@dataclass(frozen=True, slots=True)
class TwoWays:
    """A line that can be split in two ways: the slot that ends at the one byte or at the other."""

    slot: str
    ends: tuple[int, int]


def claim_by_template(claims: Claims, found: EntryRange, body: LayeredText, terms: Terms) -> None:
    """Claim the slots of an entry by the first template that reads it, none if none does."""
    form, _ = terms
    head = found.text.slice(*found.head)
    bare = head.data[slice(*_bare(head.data, 0, len(head.data)))]
    is_told = form.entry.loose and has_no_open_title(bare)
    numbers = form.sketches.find(bare) if form.entry.loose else range(len(form.patterns))
    for number in numbers:
        pattern = form.patterns[number]
        if pattern.template.container != found.container:
            continue
        if is_told and pattern.lines[0].has_open_title:
            continue
        reading = _TemplateReader(pattern, head, body, terms)
        shape = reading.shape(number)
        if reading.doubt is not None:
            claims.doubt = reading.doubt
            return
        if shape is None:
            continue
        slots = list(_slots(pattern, shape))
        titles = [slot.text.data for slot in slots if slot.name == "title"]
        if titles and is_title(form, titles[0]):
            claims.shape = shape
            claims.slots += slots
            left = reading.without_parts(claims) if form.entry.loose else reading.left
            claims.unread += [UnreadLine(line, _UNREAD) for line in left]
            return


class _TemplateReader:
    """The lines of one entry, to be read by one template.

    `left` are the lines of the body that nothing reads; `doubt` tells of a line that can be read in
    two ways, as `Claims` do.
    """

    def __init__(
        self, pattern: TemplatePattern, head: LayeredText, body: LayeredText, terms: Terms
    ) -> None:
        self._pattern = pattern
        self._head = head
        self._body = body
        self._terms = terms
        self._known: dict[tuple[int, int], LineRead | TwoWays | None] = {}
        self.left: list[int] = []
        self.doubt: tuple[str, tuple[int, int]] | None = None

    @cached_property
    def _ranges(self) -> list[tuple[int, int]]:
        return [_bare(self._body.data, *line) for line in self._body.lines()]

    def shape(self, number: int) -> EntryShape | None:
        """Return how the template (its number) reads the entry; None if it does not."""
        start, end = _bare(self._head.data, 0, len(self._head.data))
        head = read_line(self._pattern.lines[0], self._head.data[start:end], self._terms)
        stops = self._latest() if head is not None else None
        if head is None or stops is None:
            return None
        if isinstance(head, TwoWays):
            self.doubt = _doubt(head, self._head, start)
            return None
        placed = self._placed(stops)
        if placed is None:
            return None
        return EntryShape(
            number, (_shape_line(self._head, start, end, head), *self._shape_lines(placed))
        )

    def without_parts(self, claims: Claims) -> list[int]:
        """Claim what stands in lines that nothing reads: authors, a venue, links in any order.

        Return the lines that are left.
        """
        title = next((slot.words for slot in claims.slots if slot.name == "title"), "")
        # Below a short name stand the authors, then the title itself.
        if not self.left or len(title.split()) < _FEWEST_TITLE_WORDS:
            return self.left
        from zoterodigest.digest.read.parts import parts_beside

        left: list[int] = []
        for line in self.left:
            start, end = self._ranges[line]
            bullet = _BULLET.match(self._body.data, start, end)
            text = self._body.slice(bullet.end() if bullet else start, end)
            parts = parts_beside(text, {slot.name for slot in claims.slots}, self._terms[1])
            is_sure = title not in decoded(text.data) and all(map(self._is_sure, parts or ()))
            if not parts or not is_sure:
                left.append(line)
                continue
            claims.slots += parts
        claims.slots.sort(key=lambda slot: slot.span.start)
        return left

    def _is_sure(self, part: Slot) -> bool:
        """Whether a part is no remark, and no title in the place of a venue."""
        if part.name != "venue":
            return part.name != "summary"
        is_short = len(part.words.split()) <= _MOST_VENUE_WORDS
        return is_short or takes("venue", part.words, self._terms[1])

    def _at(self, line: int, row: int) -> LineRead | TwoWays | None:
        """Return how a line of the body is read by the template's line `row`."""
        key = line, row
        if key not in self._known:
            data = self._body.data[slice(*self._ranges[line])]
            read = read_line(self._pattern.lines[row], data, self._terms) if data else None
            self._known[key] = read
        return self._known[key]

    def _latest(self) -> list[int] | None:
        """Return for each row of the template before which line it must be read.

        So the rows below it that cannot be missing find their lines. None if they find none.
        """
        stops = [len(self._ranges)]
        for row in reversed(range(1, len(self._pattern.lines))):
            stop = stops[0]
            if not self._pattern.lines[row].may_be_missing:
                fitting = (line for line in reversed(range(stop)) if self._at(line, row))
                line = next(fitting, None)
                if line is None:
                    return None
                stop = line
            stops.insert(0, stop)
        return stops

    def _placed(self, stops: Sequence[int]) -> list[int | None] | None:
        """Return on which line each row below the first stands, each as far above as can be."""
        placed: list[int | None] = []
        after = 0
        for row in range(1, len(self._pattern.lines)):
            line = next((at for at in range(after, stops[row]) if self._at(at, row)), None)
            placed.append(line)
            if line is None and not self._pattern.lines[row].may_be_missing:
                return None
            after = after if line is None else line + 1
            read = None if line is None else self._at(line, row)
            if line is not None and isinstance(read, TwoWays):
                self.doubt = _doubt(read, self._body, self._ranges[line][0])
                return None
        return placed

    def _shape_lines(self, placed: Sequence[int | None]) -> list[ShapeLine | None]:
        lines: list[ShapeLine | None] = []
        taken: set[int] = set()
        for row, line in enumerate(placed, 1):
            if line is None:
                lines.append(None)
                continue
            read = self._at(line, row)
            assert isinstance(read, LineRead)
            below = (other for other in placed[row:] if other is not None)
            several = self._pattern.lines[row].several
            stop = next(below, len(self._ranges)) if several else line + 1
            lines.append(self._block(row, line, stop, read) if several else self._one(line, read))
            taken |= set(range(line, stop))
        filled = (at for at, (start, end) in enumerate(self._ranges) if start < end)
        self.left = [at for at in filled if at not in taken]
        return lines

    def _one(self, line: int, read: LineRead) -> ShapeLine:
        return _shape_line(self._body, *self._ranges[line], read)

    def _block(self, row: int, line: int, stop: int, read: LineRead) -> ShapeLine:
        """Return the shape of a slot that goes on down to the line before `stop`."""
        start = self._ranges[line][0]
        while stop > line + 1 and self._ranges[stop - 1][0] >= self._ranges[stop - 1][1]:
            stop -= 1
        end = self._ranges[stop - 1][1] if stop == line + 1 else self._whole_end(stop - 1)
        indent = len(self._body.data[:start]) - len(self._body.data[:start].rstrip(b" \t"))
        text = peel_indent(self._body.slice(start, end), indent, first=False)
        end = start + len(text.data)
        slots = (*read.match.slots[:-1], (read.match.slots[-1][0], end - start))
        groups = tuple((a, end - start if b > a else b) for a, b in read.match.groups)
        return ShapeLine(text, slots, groups, read.chosen.present)

    def _whole_end(self, line: int) -> int:
        end = self._ranges[line][0]
        stop = self._body.data.find(b"\n", end)
        stop = len(self._body.data) if stop < 0 else stop
        return end + len(self._body.data[end:stop].rstrip(BLANKS))


def _bare(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Return the range of a line without its indentation and what may end any line."""
    bare = shorn(data[start:end]).rstrip(BLANKS)
    if bare.endswith(b">") and (breaks := _BREAKS.search(bare)):
        bare = bare[: breaks.start]
    return start + len(bare) - len(bare.lstrip(b" \t")), start + len(bare)


def _shape_line(text: LayeredText, start: int, end: int, read: LineRead) -> ShapeLine:
    return ShapeLine(
        text.slice(start, end), read.match.slots, read.match.groups, read.chosen.present
    )


def cell_match(rule: Pattern | LinePattern, data: bytes, terms: Terms) -> Match | None:
    """Return where the slots of a cell's pattern or template stand, None if it does not read it.

    A template reads it in one way or not at all.
    """
    if isinstance(rule, Pattern):
        return rule.search(data)
    read = read_line(rule, data, terms)
    if not isinstance(read, LineRead):
        return None
    names = (place.slot for place in read.chosen.places)
    return Match(0, len(data), dict(zip(names, read.match.slots, strict=True)))


def read_line(pattern: LinePattern, data: bytes, terms: Terms) -> LineRead | TwoWays | None:
    """Read a line under the first choice of groups that takes it.

    If none does, names before a year may be those of a citation: "Dijkstra (1965)".
    """
    if not pattern.matches(data):
        return None
    return _read(pattern, data, terms) or _read(pattern, data, terms, is_cited=True)


def _read(
    pattern: LinePattern, data: bytes, terms: Terms, *, is_cited: bool = False
) -> LineRead | TwoWays | None:
    if pattern.is_loose:
        from zoterodigest.digest.read.loose_lines import unmarked
    ways = 0
    for chosen in pattern.fitting(data):
        if is_cited and not _cites(chosen):
            continue
        taken: list[LineMatch] = []
        match = chosen.shortest(data)
        while match is not None:
            ways += 1
            found = unmarked(chosen, match, data) if chosen.is_loose else match
            if found not in taken and _is_taken(
                chosen, match, found, data, terms, is_cited=is_cited
            ):
                if taken and not _may_be_told(chosen):
                    return _parting(chosen, taken[0], found)
                taken.append(found)
            if ways >= MOST_WAYS:
                # Whether there is another way is not known, and none is guessed.
                return TwoWays("", (0, 0))
            match = chosen.following(data, match)
        if taken:
            sure = taken if len(taken) == 1 else _surest(chosen, taken, data, terms[1])
            if len(sure) == 1:
                return LineRead(chosen, sure[0])
            return _parting(chosen, taken[0], taken[1])
    return None


def _cites(chosen: ChosenPattern) -> bool:
    """Whether names stand before a year, as in a citation."""
    pairs = pairwise(place.slot for place in chosen.places)
    return not chosen.is_loose and not _CITED.isdisjoint(pairs)


def _are_cut(names: Sequence[str], texts: Sequence[str]) -> bool:
    """Whether the slot before the authors ends in one of them: "Cardelli" before "Wegner"."""
    at = names.index("authors")
    return at > 0 and is_last_name(texts[at - 1].split(", ")[-1])


_CITED = frozenset({("authors", "year"), ("authors", "date")})


def _may_be_told(chosen: ChosenPattern) -> bool:
    """Whether values may tell where the title begins or ends: names before it, a venue behind."""
    names = [place.slot for place in chosen.places]
    pairs = {("authors", "title"), ("title", "venue")}
    return not chosen.is_loose and not pairs.isdisjoint(pairwise(names))


def _surest(
    chosen: ChosenPattern, taken: Sequence[LineMatch], data: bytes, venues: VenueTable
) -> Sequence[LineMatch]:
    """Return the ways in which the title begins with no name and the venue is a known one."""
    places = [place.slot for place in chosen.places]
    if ("authors", "title") in pairwise(places):
        at = places.index("title")
        whole = [one for one in taken if not begins_with_name(decoded(data[slice(*one.slots[at])]))]
        taken = whole or taken
    if len(taken) == 1 or ("title", "venue") not in pairwise(places):
        return taken
    return _with_known_venue(chosen, taken, data, venues)


def _with_known_venue(
    chosen: ChosenPattern, taken: Sequence[LineMatch], data: bytes, venues: VenueTable
) -> list[LineMatch]:
    """Return the ways whose venue the table knows, with a year: `On Graphs KDD 2021`.

    None if the ways part elsewhere than between the title and the venue.
    """
    at = [place.slot for place in chosen.places].index("venue")
    others = {(one.slots[: at - 1], one.slots[at + 1 :], one.groups) for one in taken}
    if len(others) > 1 or len({(one.slots[at - 1][0], one.slots[at][1]) for one in taken}) > 1:
        return []
    texts = (decoded(data[slice(*one.slots[at])]) for one in taken)
    found = (parse_venue(text) for text in texts)
    return [
        one
        for one, reading in zip(taken, found, strict=True)
        if reading.year and reading.venue and venues.find(reading.venue) is not None
    ]


def _is_taken(
    chosen: ChosenPattern,
    match: LineMatch,
    found: LineMatch,
    data: bytes,
    terms: Terms,
    *,
    is_cited: bool,
) -> bool:
    """Whether the codecs take what is `found`, which is `match` without the marks around values."""
    form, venues = terms
    names = [place.slot for place in chosen.places]
    texts = [decoded(data[start:end]) for start, end in found.slots]
    has_links = "links" in names
    if not _are_apart(chosen, texts, found) or (
        has_links and any(_is_free_with_link(*one) for one in zip(names, texts, strict=True))
    ):
        return False
    if not _fit(names, texts, venues, is_cited=is_cited):
        return False
    if not chosen.is_loose and _is_torn(names, texts, venues):
        return False
    if chosen.is_loose:
        from zoterodigest.digest.read.loose_lines import is_plausible

        return is_plausible(chosen, match, found, data, terms)
    return not form.entry.is_general or all(
        is_clear(name, text, venues) for name, text in zip(names, texts, strict=True)
    )


def _fit(names: Sequence[str], texts: Sequence[str], venues: VenueTable, *, is_cited: bool) -> bool:
    fits = (
        takes(name, text, venues) or (is_cited and name == "authors" and are_cited(text))
        for name, text in zip(names, texts, strict=True)
    )
    return not (is_cited and _are_cut(names, texts)) and all(fits)


def _is_torn(names: Sequence[str], texts: Sequence[str], venues: VenueTable) -> bool:
    """Whether a title has some of the people before it, or the venue of the year behind it."""
    pairs = list(pairwise(names))
    at = names.index("title") if "title" in names else 0
    if ("authors", "title") in pairs and are_torn(texts[at - 1], texts[at]):
        return True
    is_year = ("title", "venue") in pairs and not parse_venue(texts[at + 1]).venue
    return is_year and _ends_in_venue(texts[at], venues)


def _ends_in_venue(title: str, venues: VenueTable) -> bool:
    """Whether a title takes the venue along that the year behind it belongs to."""
    return venues.find(_IN_TITLE.split(title)[-1].strip()) is not None


_IN_TITLE = lazy_regex(r"[,.;:\"”]")


def _are_apart(chosen: ChosenPattern, texts: Sequence[str], match: LineMatch) -> bool:
    """Whether no two slots touch where the template has a blank, or within a word.

    Around a group that is missing no blank is needed, but for those between two values.
    """
    parted = chosen.parted or (False,) * len(texts)
    pairs = zip(pairwise(texts), pairwise(match.slots), parted, strict=False)
    return not any(
        one[1] == other[0] and (is_parted or (left[-1:].isalnum() and right[:1].isalnum()))
        for (left, right), (one, other), is_parted in pairs
    )


def _is_free_with_link(slot: str, text: str) -> bool:
    """Whether a slot of free text holds a link, in a line with a place for links."""
    return slot not in ("links", "url", "ignored", "tail") and ("](" in text or "://" in text)


def _parting(chosen: ChosenPattern, one: LineMatch, other: LineMatch) -> TwoWays:
    pairs = zip(chosen.places, one.slots, other.slots, strict=True)
    slot, first, second = next(pair for pair in pairs if pair[1] != pair[2])
    return TwoWays(slot.slot, (first[1], second[1]))


def _doubt(ways: TwoWays, text: LayeredText, start: int) -> tuple[str, tuple[int, int]]:
    one, other = (text.source_span(start, start + end).end for end in ways.ends)
    return ways.slot, (one, other)


def _slots(pattern: TemplatePattern, shape: EntryShape) -> Sequence[Slot]:
    slots: list[Slot] = []
    name = ""
    for line, placed in zip(pattern.lines, shape.lines, strict=True):
        if placed is None:
            continue
        chosen = line.under(placed.present)
        for place, (start, end) in zip(chosen.places, placed.slots, strict=True):
            text = _slot_text(placed.text, start, end, is_several=line.several == place.slot)
            if place.slot == "name":
                name = decoded(text.data)
            section = (name or chosen.label.strip(" \t*_:#>-")) if place.slot == "section" else None
            slots.append(Slot(place.slot, text, section))
    return slots


def _slot_text(line: LayeredText, start: int, end: int, *, is_several: bool) -> LayeredText:
    text = line.slice(start, end)
    if text.data[:1] == b"<" and text.data[-1:] == b">" and text.data.count(b"<") == 1:
        return text.slice(1, len(text.data) - 1)
    if is_several and b"\n" in text.data:
        if line.data[:start].lstrip()[:1] == b">":
            # The wrapping of the first line is the template's, that of the others the text's own.
            return peel_quote(text)
        return block_text(text, 0, len(text.data))
    return text
