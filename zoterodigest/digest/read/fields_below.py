"""Fields below a title: lines with keys, lines of links or authors, deeper headings, text.

What a line is, it shows itself, so the lines may come in any order. Text that names no field is the
summary; of lines deeper than the entry's own each belongs to the line above it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from zoterodigest import mapping
from zoterodigest.core.values import dates, identity, names
from zoterodigest.core.values.record import Hyperlink
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.core.values.venue_slot import parse_venue
from zoterodigest.digest.format.format import folded_label
from zoterodigest.digest.read.codecs import takes
from zoterodigest.digest.read.found import EntryRange, is_heading, is_rule
from zoterodigest.digest.read.keyed import KeyedValue, inline_values, keyed_values
from zoterodigest.digest.read.layers import LayeredText, indent_of, peel_indent, peel_quote
from zoterodigest.digest.read.lines import shorn
from zoterodigest.digest.read.parts import holds_title, parts_beside
from zoterodigest.digest.read.people import is_person
from zoterodigest.digest.read.references import (
    CODE_LABELS,
    PAPER_LABELS,
    find_links,
    hyperlink,
    links_within,
)
from zoterodigest.digest.read.shapes import chips, is_pictures, may_be_names
from zoterodigest.digest.read.slots import (
    BLANKS,
    Claims,
    Slot,
    UnreadLine,
    block_text,
    decoded,
)
from zoterodigest.digest.read.titles import title_slots
from zoterodigest.digest.read.venues import is_venue
from zoterodigest.regex import lazy_regex

_TEXTS = ("summary", "abstract")
_LINKED = ("links", "code")
_REST = "summary"
_UNREAD = "no rule of the format reads this line"
_MARKS = rb"[*_`]*"
_LEADS = b" \t-*+>"
_BULLET = lazy_regex(rb"[ \t]*(?:[-*+]|\xe2\x80\xa2|\d{1,9}[.)])[ \t]+")
_WIKI = lazy_regex(rb"\[\[([^\[\]|\n]*)\]\]")
_HEADING = lazy_regex(rb"[ \t]*#{1,6}[ \t]+(.*?)[ \t#]*$")
_BETWEEN = lazy_regex(rb"[\s,;|/()\[\]\xc2\xb7\xe2\x80\xa2\\&+-]*")
_BEHIND_WORDS = lazy_regex(
    rb"(?P<text>[^\[\]<>\n]*?)[ \t]*(?:[|:,;.\xc2\xb7]|\xe2\x80\xa2|-)*[ \t]*[\[(]*$"
)
_AROUND = b" \t*_,;"
_LONGEST_LABEL = 3
_LONGEST_VENUE = 6
"""In words: a longer text with a year before a link is a title."""

_FEWEST_TITLE_WORDS = 4
_FEWEST_ADDRESSES = 3

_NOTE_MARK = lazy_regex(r"\\[*†‡§¶]+")


class FieldLines:
    """Reads the lines below the head of one entry.

    `text` is what names no field. It stands first if lines without a key follow it, or, where it
    could be a title, any fields.
    """

    def __init__(
        self, claims: Claims, body: LayeredText, venues: VenueTable, *, is_heading: bool
    ) -> None:
        self._claims = claims
        self._is_heading = is_heading
        self._body = body
        self._venues = venues
        self._ranges = list(body.lines())
        self._lines = [body.data[start:end] for start, end in self._ranges]
        self._keys = [keyed_values(line) for line in self._lines]
        filled = [line for line in self._lines if line.strip()]
        self._deepest = indent_of(filled[0]) + 1 if filled else 1
        # CommonMark 4.8: a paragraph may stand three blanks deep, but below a bullet is its part.
        if is_heading and not any(map(_BULLET.match, filled)):
            self._deepest = max(self._deepest, 3)
        known = (one for keys in self._keys for one in keys if one.slot is not None)
        self._styles = {one.style for one in known}
        self.text: LayeredText | None = None
        self._text_line = 0
        self._text_slot: Slot | None = None
        self.is_text_first = False

    def claim(self) -> None:
        """Claim the slots, line by line."""
        line = 0
        while line < len(self._lines):
            if not self._lines[line].strip() or _ends_text(self._lines[line]):
                line += 1
                continue
            line = self._claimed(line)
        texts = [slot for slot in self._claims.slots if slot.name == _REST and slot.text.data]
        if self.text is not None and len(texts) > 1:
            # What a key or a heading calls so is the summary, and no other text.
            self._claims.slots = [it for it in self._claims.slots if it is not self._text_slot]
            self._claims.unread.append(UnreadLine(self._text_line, _UNREAD))

    def are_of_several(self) -> bool:
        """Whether there are titles of several works that are called so."""
        return sum(bool(keys) and keys[0].slot == "title" for keys in self._keys) > 1

    def hold_a_list(self) -> bool:
        """Whether lines below a heading lead to several papers, each with its title or alone."""
        titled, bare = set[str](), set[str]()
        for keys, line in zip(self._keys, self._lines, strict=True):
            data = line.rstrip(BLANKS + b".,\\")
            is_keyed = any(one.slot is not None for one in keys)
            spans = find_links(data) if b"://" in data and not is_keyed else []
            if not spans or data[spans[-1].whole[1] :].strip(b"])* "):
                continue
            link = hyperlink(data, spans[0])
            before = data[: spans[0].whole[0]].split()
            if len(before) >= _FEWEST_TITLE_WORDS and identity.is_paper_url(link.url):
                titled.add(link.url)
            elif not before and not link.label:
                bare.add(link.url)
        return len(titled) > 1 or len(bare) >= _FEWEST_ADDRESSES

    def _claimed(self, line: int) -> int:
        """Claim what begins on a line; return the line behind it."""
        if is_heading(self._lines[line].lstrip()):
            return self._section(line)
        if self._is_keyed(line):
            is_title = self.text is not None and self.text.data.startswith(_OF_LIST)
            self.is_text_first = self.is_text_first or is_title
            return self._keyed(line)
        if self._bare(line) or self._parts(line):
            self.is_text_first = self.is_text_first or self.text is not None
            return line + 1
        return self._text(line)

    def _is_keyed(self, line: int) -> bool:
        keys = self._keys[line]
        if not keys or indent_of(self._lines[line]) > self._deepest:
            return False
        one = keys[0]
        return (
            one.slot is not None or one.style[2] or (one.style in self._styles and any(one.style))
        )

    def _stop(self, line: int, *, over_blanks: bool) -> int:
        """Return the line before which what goes on from `line` ends."""
        stop = line
        while stop < len(self._lines):
            data = self._lines[stop]
            if not data.strip():
                if not over_blanks and not self._is_deeper(stop + 1):
                    break
            elif self._begins_other(stop):
                break
            stop += 1
        while stop > line and not self._lines[stop - 1].strip():
            stop -= 1
        return stop

    def _is_deeper(self, line: int) -> bool:
        below = next((it for it in self._lines[line:] if it.strip()), b"")
        return indent_of(below) > self._deepest

    def _begins_other(self, line: int) -> bool:
        data = self._lines[line]
        if indent_of(data) > self._deepest:
            return False
        is_block = is_heading(data.lstrip()) or _ends_text(data)
        return is_block or self._is_keyed(line) or self._links_of(line) is not None

    def _keyed(self, line: int) -> int:
        """Claim the values of a line with keys, the last with the lines that go on from it."""
        keys = self._keys[line]
        last = keys[-1]
        is_text = last.slot in _TEXTS
        is_empty = last.start == last.end or not self._value(line, last).data.strip()
        stop = line + 1
        while stop < len(self._lines) and not self._begins_other(stop):
            data = self._lines[stop]
            is_deeper = indent_of(data) > self._deepest
            is_bullet = bool(_BULLET.match(data))
            if not data.strip():
                goes_on = self._is_deeper(stop) or (is_text and is_empty)
            else:
                is_after_blank = not self._lines[stop - 1].strip()
                goes_on = is_deeper or (is_text and (is_empty or not (is_bullet or is_after_blank)))
            if not goes_on:
                break
            stop += 1
        while not self._lines[stop - 1].strip():
            stop -= 1
        for one in keys[:-1]:
            self._put(one, self._value(line, one))
        if stop == line + 1:
            self._put(last, self._value(line, last))
        elif is_text or last.slot in _LINKED:
            self._put(last, self._block(line, last, stop))
        return stop

    def _value(self, line: int, one: KeyedValue) -> LayeredText:
        start = self._ranges[line][0]
        return self._body.slice(start + one.start, start + one.end)

    def _block(self, line: int, one: KeyedValue, stop: int) -> LayeredText:
        """Return a value that goes on to the line before `stop`."""
        start, end = self._ranges[line][0] + one.start, self._ranges[stop - 1][1]
        end = start + len(self._body.data[start:end].rstrip(BLANKS))
        if not self._value(line, one).data.strip():
            return _unwrapped(self._body.slice(self._ranges[line + 1][0], end))
        width = min(indent_of(it) for it in self._lines[line + 1 : stop] if it.strip())
        return peel_indent(self._body.slice(start, end), width, first=False)

    def _put(self, one: KeyedValue, text: LayeredText) -> None:
        slot = one.slot
        if slot is None or slot == "ignored":
            return
        found = keyed_slot(one.name, slot, text, self._venues)
        if found is not None:
            self._claims.slots.append(found)

    def _section(self, line: int) -> int:
        """Claim what stands below a heading within the entry."""
        found = _HEADING.match(self._lines[line])
        name = decoded(found[1]) if found else ""
        stop = line + 1
        while stop < len(self._lines) and not is_heading(self._lines[stop].lstrip()):
            stop += 1
        start, end = self._ranges[line][1], self._ranges[stop - 1][1]
        text = block_text(self._body, min(start + 1, end), end)
        slot = mapping.key_table().slot(name.strip("*_: ")) or "section"
        if slot == "ignored":
            return stop
        if slot in (*_TEXTS, *_LINKED, "authors", "tags"):
            self._claims.slots.append(
                Slot(slot, _unwrapped(text), name if slot in _LINKED else None)
            )
        else:
            self._claims.slots.append(Slot("section", text, section=name))
        return stop

    def _bare(self, line: int) -> bool:
        """Claim a line that shows without a key what it is: links, a venue with links, authors."""
        if indent_of(self._lines[line]) > self._deepest:
            return False
        inline = [*inline_values(self._lines[line])]
        if inline:
            # Behind words they are fields of an item of its own, which those words name.
            if self._lines[line][: inline[0][0]].strip(_LEADS):
                return False
            for _, one in inline:
                self._put(one, self._value(line, one))
            return True
        if (links := self._links_of(line)) is not None:
            start = self._ranges[line][0]
            self._claims.slots += (
                Slot(name, self._body.slice(start + low, start + high))
                for name, (low, high) in links
            )
            return True
        return self._tags(line) or self._venue(line) or self._authors(line)

    def _tags(self, line: int) -> bool:
        """Claim a line that holds nothing but tags in code font."""
        data = shorn(self._lines[line])
        found = chips(data)
        if found is None or any(slot.name == "tags" for slot in self._claims.slots):
            return False
        start, end = (self._ranges[line][0] + at for at in found)
        self._claims.slots.append(Slot("tags", self._body.slice(start, end)))
        return True

    def _venue(self, line: int) -> bool:
        """Claim a line that holds nothing but the name of a venue with its year."""
        if any(slot.name in ("venue", _REST) for slot in self._claims.slots):
            return False
        data = shorn(self._lines[line])
        bullet = _BULLET.match(data)
        start = bullet.end() if bullet else 0
        posted = _POSTED.match(data, start)
        start = posted.end() if posted else start
        inner = data[start:].strip(_AROUND)
        words = decoded(inner)
        if not inner[-1:].isalnum() and inner[-1:] != b")":
            return False
        if len(words.split()) > _LONGEST_VENUE or not dates.year_in(words):
            return False
        reading = parse_venue(words)
        if not reading.year or not is_venue(reading.venue, self._venues, is_dated=True):
            return False
        start = self._ranges[line][0] + data.index(inner, start)
        self._claims.slots.append(Slot("venue", self._body.slice(start, start + len(inner))))
        return True

    def _links_of(self, line: int) -> list[tuple[str, tuple[int, int]]] | None:
        """Return the slots of a line of links, a venue before them among them; None for no such."""
        data = shorn(self._lines[line])
        if b"](" not in data and b"://" not in data:
            return None
        spans = find_links(data)
        if not self._are_called(data, [hyperlink(data, one) for one in spans]):
            return None
        edges = [*(edge for one in spans for edge in one.whole), len(data)]
        between = b"".join(data[edges[at] : edges[at + 1]] for at in range(1, len(edges), 2))
        if not _BETWEEN.fullmatch(between):
            return None
        bullet = _BULLET.match(data)
        lead = bullet.end() if bullet else indent_of(data)
        lead += len(data[lead:]) - len(_NAMED_BLANKS.sub(b"", data[lead:]))
        slots: list[tuple[str, tuple[int, int]]] = []
        before = _BEHIND_WORDS.match(data[lead : spans[0].whole[0]])
        text = before["text"].strip(b" \t") if before else b""
        first = spans[0].whole[0]
        if text.strip(b"*_` "):
            words = decoded(text).strip("*_` ")
            if len(words.split()) > _LONGEST_VENUE or not self._is_before_links_venue(words):
                return None
            at = data.index(text, lead)
            slots.append(_venue_or_date(text, words, at))
        while first > lead and data[first - 1 : first] in (b"[", b"("):
            first -= 1
        end = len(data[: spans[-1].whole[1]]) + (
            len(data[spans[-1].whole[1] :]) - len(data[spans[-1].whole[1] :].lstrip(b"])"))
        )
        return [*slots, ("links", (first, end))]

    def _is_before_links_venue(self, words: str) -> bool:
        """Whether words before links are a venue or a date; below a heading they may be titles."""
        if not takes("venue", words, self._venues):
            return False
        reading = parse_venue(words)
        is_dated = bool(reading.year)
        return (
            not self._is_heading
            or not reading.venue
            or is_venue(reading.venue, self._venues, is_dated=is_dated)
        )

    def _are_called(self, data: bytes, links: Sequence[Hyperlink]) -> bool:
        """Whether links of a line lead outside, and are called as those of a paper are."""
        if not any(link.url[:1] != "#" for link in links):
            return False
        if not all(_is_link_label(link.label) for link in links):
            return False
        # Short names alone may be those of other works, unless links are called so above.
        is_set_off = b"[[" in data or b"[![" in data
        is_known = is_set_off or any(_is_known_label(link.label) for link in links)
        return is_known or any(slot.name == "links" for slot in self._claims.slots)

    def _authors(self, line: int) -> bool:
        """Claim a line that holds the names of several people, or of one "et al."."""
        if any(slot.name in ("authors", _REST) for slot in self._claims.slots):
            return False
        data = shorn(self._lines[line])
        bullet = _BULLET.match(data)
        start = bullet.end() if bullet else 0
        text = data[start:].rstrip(BLANKS)
        lead = _BY.match(text)
        start += lead.end() if lead else 0
        text = text[lead.end() :].strip(b" \t") if lead else text.strip(b" \t")
        inner = (
            text.strip(b"*_").rstrip(b".,; ").rstrip(b"*_")
            if not text.lower().rstrip(b"*_").endswith(b"al.")
            else text.strip(b"*_")
        )
        words = _NOTE_MARK.sub("", decoded(inner))
        is_lone = bool(bullet) and self._is_first_of_keys(line) and _is_one_person(words)
        if not (_SEVERAL.search(words) or is_lone) or not _are_people(words, self._venues):
            return False
        begin = self._ranges[line][0] + start
        self._claims.slots.append(Slot("authors", self._body.slice(begin, begin + len(inner))))
        return True

    def _parts(self, line: int) -> bool:
        """Claim a line that is nothing but parts: authors and a venue, a venue and an award."""
        known = {slot.name for slot in self._claims.slots}
        if _REST in known or not self._may_be_parts(line):
            return False
        data = shorn(self._lines[line])
        bullet = _BULLET.match(data)
        start = self._ranges[line][0]
        text = self._body.slice(start + (bullet.end() if bullet else 0), start + len(data))
        found = parts_beside(text, known, self._venues)
        named = {slot.name for slot in found or ()}
        if not found or _REST in named or named <= {"ignored", "links"} or named & known & _ONCE:
            return False
        # A name alone may be that of anything, unless it stands between a title and its links.
        is_lone = named == {"authors"} and not _SEVERAL.search(decoded(text.data))
        if is_lone and (bullet or not self._is_before_links(line)):
            return False
        self._claims.slots += found
        return True

    def _may_be_parts(self, line: int) -> bool:
        """Whether a line may be parts of this entry, by a quick look at its signs and links."""
        data = self._lines[line]
        if len(data) > _LONGEST_PARTS or indent_of(data) > self._deepest or _PROSE.search(data):
            return False
        is_bullet = bool(_BULLET.match(data))
        # Below a heading, a bullet or what is set off may be an entry of its own.
        if self._is_heading and (is_bullet or data.lstrip().startswith(_OF_LIST)):
            return False
        links = [hyperlink(data, one) for one in find_links(data)]
        # A bullet with a link is an entry of its own, or a remark.
        if links and is_bullet:
            return False
        if links and (holds_title(data) or not self._are_called(data, links)):
            return False
        # Words in code font are tags.
        if b"`" in data and not _YEAR.search(data):
            return False
        # With one of two signs open, the line goes on from the one above.
        is_even = data.count(b'"') % 2 == 0 == data.count(b"**") % 2
        return is_even and data.count(_OPEN) == data.count(_SHUT)

    def _is_before_links(self, line: int) -> bool:
        """Whether the next line is one of links."""
        return line + 1 < len(self._lines) and self._links_of(line + 1) is not None

    def _is_first_of_keys(self, line: int) -> bool:
        """Whether it is the first line, and all below have keys."""
        filled = [at for at, data in enumerate(self._lines) if data.strip()]
        return filled[:1] == [line] and len(filled) > 1 and all(self._keys[at] for at in filled[1:])

    def _text(self, line: int) -> int:
        """Claim text as the rest; a second one is left alone."""
        stop = max(self._stop(line + 1, over_blanks=True), line + 1)
        text = block_text(self._body, self._ranges[line][0], self._ranges[stop - 1][1])
        if is_pictures(text.data):
            return stop
        if fold := _FOLD.fullmatch(text.data):
            slot = mapping.key_table().slot(decoded(fold["key"]).strip("*_: "))
            if slot in _TEXTS and all(it.name != slot for it in self._claims.slots):
                self._claims.slots.append(Slot(slot, text.slice(*fold.span("text"))))
                return stop
        is_second = any(slot.name == _REST and slot.text.data for slot in self._claims.slots)
        if is_second or may_be_names(text.data) or _is_other_paper(self._lines[line]):
            self._claims.unread.append(UnreadLine(line, _UNREAD))
        else:
            self.text, self._text_line = text, line
            self._text_slot = Slot(_REST, _unwrapped(text))
            self._claims.slots.append(self._text_slot)
        return stop


_YEAR = lazy_regex(rb"(?:19|20)\d\d")
_NAMED_BLANKS = lazy_regex(rb"^(?:&(?:nbsp|emsp|ensp);[ \t]*)+")
_POSTED = lazy_regex(rb"(?i:arxiv)[ :]\d\d(?:0[1-9]|1[0-2])[,;]?[ ]+(?=[A-Z])")
"""The month in which a paper was posted, before its venue: "arXiv 1909, ICLR 2020"."""

_PROSE = lazy_regex(rb" (?:[a-z]+ ){4}")
"""So many plain words in a row are no names: without this look, text costs 15 % more."""
_OPEN, _SHUT = "“".encode(), "”".encode()
_LONGEST_PARTS = 1_000
_ONCE = frozenset({"authors", "venue", "date", "year"})
_BY = lazy_regex(rb"[ \t*_]*(?:(?:written )?by[ \t]+)?", re.I)
_SEVERAL = lazy_regex(r"[,;，、&]| and | et al")
_LONGEST_NAME = 40
_MOST_ODD = 0.25
"""Of many names so many may be written as none are: with a nickname, a team, a remark."""


_MARKS_IN_HTML = rb"(?:</?(?:b|strong|i|em|u|big|h[1-6]|span|font)\b[^<>]*>\s*)*"
_FOLD = lazy_regex(
    rb"(?is)<details[^<>]*>\s*<summary>\s*"
    rb"%(marks)b(?P<key>[^<>\n]*)%(marks)b</summary>\s*(?P<text>\S(?:.*\S)?)\s*</details>"
    % {b"marks": _MARKS_IN_HTML}
)
"""A text that is folded, under its name."""

_TO_THE_TOP = lazy_regex(rb"[^\w\[]*(?:\[[^\[\]]*\]\(#[^()\s]*\)[^\w\[]*)+")


def _ends_text(line: bytes) -> bool:
    """Whether a line is a rule, or leads to other places of the page: no text of an entry."""
    return is_rule(line) or (b"](#" in line and _TO_THE_TOP.fullmatch(line) is not None)


def _is_other_paper(line: bytes) -> bool:
    """Whether a bullet has a link that is called a paper: that is of the bullet's own."""
    links = links_within(line) if _BULLET.match(line) and b"](" in line else []
    return any(
        folded_label(it.label) in PAPER_LABELS and identity.is_paper_url(it.url) for it in links
    )


def _venue_or_date(text: bytes, words: str, start: int) -> tuple[str, tuple[int, int]]:
    """Return the slot of a text that begins at `start`; `words` are it without marks around."""
    if dates.parse_date(words) is None:
        return "venue", (start, start + len(text))
    start += text.index(words.encode())
    return "date", (start, start + len(words.encode()))


def _is_one_person(text: str) -> bool:
    words = text.split()
    return len(words) in (2, 3) and all(word[:1].isupper() for word in words)


def _are_people(text: str, venues: VenueTable) -> bool:
    if takes("authors", text, venues):
        return True
    people = names.parse_names(text).people
    # A look at each, before they are judged: for headings over text that is 40 % of reading them.
    if "](" in text or not all(it[:1].isupper() and len(it) <= _LONGEST_NAME for it in people):
        return False
    odd = [one for one in people if not takes("authors", one, venues)]
    return len(odd) <= _MOST_ODD * len(people)


def _is_link_label(label: str) -> bool:
    """Whether a link is called as what it leads to, and not by the title of another work."""
    folded = folded_label(label)
    return folded in PAPER_LABELS | CODE_LABELS or len(label.split()) <= _LONGEST_LABEL


def _is_known_label(label: str) -> bool:
    """Whether people call links of a paper so; a bare address is called nothing."""
    is_key = mapping.key_table().slot(label) in (*_LINKED, "arxiv", "doi", "venue")
    return not label or is_key or folded_label(label) in PAPER_LABELS | CODE_LABELS


def _unwrapped(text: LayeredText) -> LayeredText:
    """Return a text without what wraps it as a whole: a quote, one bullet, an indentation."""
    if text.data.lstrip(b" \t")[:1] == b">":
        text = peel_quote(text)
    lead = indent_of(text.data)
    if lead and b"\n" in text.data:
        text = peel_indent(text, lead)
    bullet = _BULLET.match(text.data)
    if bullet and not any(map(_BULLET.match, text.data.split(b"\n")[1:])):
        return text.slice(bullet.end(), len(text.data))
    lead = indent_of(text.data)
    return text.slice(lead, len(text.data))


def keyed_slot(name: str, slot: str, text: LayeredText, venues: VenueTable) -> Slot | None:
    """Return the slot of a value behind a key; None if it cannot be a value of it."""
    data = text.data
    if slot in _LINKED:
        return Slot(slot, text, name)
    has_link = b"](" in data or b"://" in data
    if slot in ("arxiv", "doi", "date", "year", "venue") and has_link:
        return Slot("links", text, name)
    if slot == "authors" and has_link:
        return None
    words = decoded(data).strip("*_` ")
    if slot == "date" and data and dates.parse_date(words.strip("()[]")) is None:
        slot = "venue" if takes("venue", words, venues) else "ignored"
    if slot in ("date", "year") and re.fullmatch(r"(?:\[\[)?(?:19|20)\d\d(?:\]\])?", words):
        slot = "year"
    if slot == "venue" and (len(words) > 120 or "\n" in words):
        return None
    if slot == "arxiv" and data and not identity.arxiv_in_text(words):
        return None
    found = _WIKI.fullmatch(data)
    if found and slot not in ("authors", "tags", *_TEXTS):
        text = text.slice(*found.span(1))
    return None if slot == "ignored" else Slot(slot, text)


def claim_fields(claims: Claims, found: EntryRange, body: LayeredText, venues: VenueTable) -> None:
    """Claim the title of an entry from its head, and the fields in that and in the body below."""
    head = found.text.slice(*found.head)
    inline = [*inline_values(head.data)]
    keyed = [one for one in keyed_values(head.data) if one.slot is not None]
    if keyed and keyed[0].slot != "title":
        keyed = []
    if not keyed:
        # The title ends before the first of the fields in its line.
        claims.slots += title_slots(head.slice(0, inline[0][0]) if inline else head, venues)
    for one in (*keyed, *(it for _, it in inline if it.slot not in (None, "ignored"))):
        text = head.slice(one.start, one.end)
        slot = keyed_slot(one.name, one.slot or "", text, venues)
        claims.slots += [slot] if slot else []
    lines = FieldLines(claims, body, venues, is_heading=found.container == "heading")
    lines.claim()
    if (
        lines.are_of_several()
        or _holds_several(claims.slots)
        or (found.container == "heading" and (_is_list(lines) or lines.hold_a_list()))
    ):
        claims.slots = []
    titles = [slot for slot in claims.slots if slot.name == "title" and slot.text.data]
    if len(titles) > 1:
        # The title that is called so is it; what stands above is a short name.
        claims.slots = [it for it in claims.slots if it.name != "title" or it is titles[-1]]
    claims.slots = _with_people_above(claims.slots, venues)


_PEOPLE = lazy_regex(r"(?:\*\*[^*\n]{1,24}[:：]\*\*[ \t]*)?(?P<people>[^*\n]+?)[ \t.:：]*")
_QUOTED_BELOW = lazy_regex(r"[\"“](?P<title>[^\"“”\n]+?)[.,]?[\"”][ \t]*(?P<venue>[^\n]*)")


def _with_people_above(slots: list[Slot], venues: VenueTable) -> list[Slot]:
    """Return the slots of an entry that begins with its authors: its title stands below them."""
    above = next((slot for slot in slots if slot.name == "title"), None)
    below = [slot for slot in slots if slot.name in (_REST, "authors")]
    # Commas part people, and few titles have any.
    if above is None or b"," not in above.text.data or len(below) != 1:
        return slots
    found, words = _PEOPLE.fullmatch(above.words), below[0].words
    people = names.parse_names(found["people"]).people if found else ()
    if found is None or len(people) < 2 or "\n" in words or not all(map(is_person, people)):
        return slots
    # A title in capitals may look like people, too.
    if all(map(is_person, names.parse_names(words).people)):
        return slots
    new = {above: [_part_of(above, "authors", found.span("people"))], below[0]: []}
    if quoted := _QUOTED_BELOW.fullmatch(words):
        new[below[0]] = [_part_of(below[0], "title", quoted.span("title"))]
        if takes("venue", quoted["venue"], venues):
            new[below[0]].append(_part_of(below[0], "venue", quoted.span("venue")))
    else:
        new[below[0]] = [Slot("title", below[0].text)]
    return [it for slot in slots for it in new.get(slot, [slot])]


def _part_of(slot: Slot, name: str, span: tuple[int, int]) -> Slot:
    start, end = (len(slot.words[:at].encode()) for at in span)
    return Slot(name, slot.text.slice(start, end))


def _holds_several(slots: Sequence[Slot]) -> bool:
    """Whether there are fields of several works: then the title above is not a paper's."""
    named = [slot.name for slot in slots]
    if any(named.count(name) > 1 for name in ("authors", "venue", "doi", "arxiv")):
        return True
    links = [(it.section or "", link) for it in slots for link in _links_in(it)]
    papers = [
        link.url
        for key, link in links
        if PAPER_LABELS & {folded_label(link.label), folded_label(key)}
    ]
    works = {found for url in papers if (found := identity.identifier_of(url))}
    return len({work.value for work in works if work.scheme == "arxiv"}) > 1


def _links_in(slot: Slot) -> list[Hyperlink]:
    return links_within(slot.text.data) if slot.name == "links" else []


_OF_LIST = (b"**", b"__", b"[", b"<", b"|", b"!")
_LINK = (b"](", b"://")


def _is_list(lines: FieldLines) -> bool:
    """Whether the text below a heading is a list, a line of which could be taken for fields."""
    if lines.text is None or not lines.is_text_first:
        return False
    text = lines.text.data
    return text.startswith(_OF_LIST) or any(sign in text for sign in _LINK)
