"""Slots: where the values of an entry stand, what is claimed of it, and what they say."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.record import EMPTY, Fields, Hyperlink, Value, is_empty
from zoterodigest.core.values.span import Span
from zoterodigest.digest.read.layers import LayeredText
from zoterodigest.frozen import frozen
from zoterodigest.regex import lazy_regex

if TYPE_CHECKING:  # as in `document`
    from zoterodigest.digest.format.format import DigestFormat
    from zoterodigest.digest.format.pattern import Match

BLANKS = b" \t\r\n"
NAMED = frozenset({"code", "links", "section"})
"""The slots that bear the name of the column they stand in."""


@frozen()
class Slot:
    """One slot: what it holds, its exact text, and the section's name if it is one.

    `section` is None for a slot that is no named section. The body of a note is in `parts`: text
    that is not the person's own stands between them, and no edit goes from one into another.
    """

    name: str
    text: LayeredText
    section: str | None = None
    parts: tuple[LayeredText, ...] = ()

    @property
    def words(self) -> str:
        """The text, decoded (it has been checked to be UTF-8)."""
        return decoded(self.text.data)

    @property
    def span(self) -> Span:
        """The bytes of the source that it stands on."""
        return self.text.source_span(0, len(self.text.data))


@frozen()
class ItemKeys:
    """What a note calls its item: the key of a library, and the citation key; "" for none.

    An `item` key is `KEY` in the user's own library, `groups/ID/KEY` in a group's. So is that of an
    `attachment`, whose item the note is about.
    """

    item: str = ""
    citation: str = ""
    attachment: str = ""


@frozen()
class NoteRegion:
    """A region that shows the note `key`, or the annotations of the item `key`.

    It has its text, and the whole with markers and the line break before them.
    """

    key: str
    text: LayeredText
    whole: LayeredText


@frozen()
class UnreadLine:
    """A line that no rule claimed, by its 0-based number within the entry's body, and why.

    It `is_slip` if the line would be a field but for a slip of the person's.
    """

    line: int
    reason: str
    is_slip: bool = False


@dataclass
class Claims:
    """What has been claimed of one entry so far (local while one entry is read).

    `first` and `last` are its 0-based lines, both in; `broken` says why it is broken, if it is. The
    lines of `unread` count from the first line below its head, which has `head_lines`. An
    entry in `doubt` can be read in two ways: a slot ends at the one offset or at the other.
    """

    first: int
    last: int
    broken: str = ""
    head_lines: int = 0
    slots: list[Slot] = field(default_factory=list)
    unread: list[UnreadLine] = field(default_factory=list)
    unreadable: set[str] = field(default_factory=set)
    used_lines: set[int] = field(default_factory=set)
    regions: tuple[NoteRegion, ...] = ()
    annotations: NoteRegion | None = None
    room: LayeredText | None = None
    shape: EntryShape | None = None
    doubt: tuple[str, tuple[int, int]] | None = None


@frozen()
class ShapeLine:
    """A line of a template as an entry has it: its text, and where slots and groups are in it.

    A group that is not `present` has the empty range where it would stand.
    """

    text: LayeredText
    slots: tuple[tuple[int, int], ...]
    groups: tuple[tuple[int, int], ...]
    present: tuple[bool, ...]


@frozen()
class EntryShape:
    """By which template (by its number in the format) an entry is read; None: a line is missing."""

    template: int
    lines: tuple[ShapeLine | None, ...]

    @property
    def groups(self) -> tuple[tuple[bool, ...] | None, ...]:
        """Which groups are there, by line."""
        return tuple(None if line is None else line.present for line in self.lines)


def trimmed(text: LayeredText, start: int, end: int) -> LayeredText:
    """Return the range without outer blanks; a blank range is the point behind its first blank."""
    data = text.data[start:end]
    inner = data.lstrip(BLANKS)
    if not inner:
        point = start + min(1, len(data))
        return text.slice(point, point)
    start += len(data) - len(inner)
    return LayeredText(inner.rstrip(BLANKS), text.origin, text.layers, text.offset + start)


def block_text(body: LayeredText, start: int, end: int) -> LayeredText:
    """Return whole lines without blank lines at either end; the first line keeps its indent."""
    stop = start + len(body.data[start:end].rstrip(BLANKS))
    lead = body.data[start:stop]
    while lead and not lead.split(b"\n", 1)[0].strip():
        start += lead.find(b"\n") + 1 or len(lead)
        lead = body.data[start:stop]
    return body.slice(start, max(stop, start))


def group_slots(text: LayeredText, match: Match, name: str = "") -> Iterator[Slot]:
    """Yield a slot for every group of `match` in `text`; those that are NAMED get `name`."""
    for slot, (start, end) in sorted(match.groups.items(), key=lambda group: group[1]):
        part = trimmed(text, start, end)
        if slot == "url" and part.data[:1] == b"<" and part.data[-1:] == b">":
            part = part.slice(1, len(part.data) - 1)
        yield Slot(slot, part, name if name and slot in NAMED else None)


def claim_groups(
    claims: Claims, text: LayeredText, match: Match, form: DigestFormat, name: str = ""
) -> None:
    """Claim a slot for every group of `match` in `text`, and what `find` patterns find in them."""
    for slot in group_slots(text, match, name):
        claims.slots.append(slot)
        claims.slots.extend(searched(slot, form))


def searched(slot: Slot, form: DigestFormat) -> Iterator[Slot]:
    """Yield the slots that the format's `find` patterns find within `slot`, each name once."""
    seen: set[str] = set()
    for pattern in form.find.get(slot.name, ()):
        match = pattern.search(slot.text.data)
        if match is not None and _is_in_address(slot.text.data, match):
            match = pattern.search(_without_addresses(slot.text.data))
        if match is not None and not seen & set(match.groups):
            seen |= set(match.groups)
            yield from group_slots(slot.text, match)


_ADDRESS = lazy_regex(rb"(?<=\]\()[^()\s]*|https?://[^\s<>)\]]*")


def _is_in_address(data: bytes, match: Match) -> bool:
    """Whether a match, but for the signs around it, stands in an address."""
    # Most values stand before all addresses. Then none needs to be found.
    if data.find(b"/", 0, match.end) < 0:
        return False
    first, last = match.start + 1, match.end - 1
    return any(it.start() < last and first < it.end() for it in _ADDRESS.finditer(data))


def _without_addresses(data: bytes) -> bytes:
    """Return `data` with a sign that no value holds in the place of each byte of an address."""
    return _ADDRESS.sub(lambda found: b"=" * len(found[0]), data)


_UNSEEN = {0x200B: None, 0xFEFF: None, 0x00A0: " "}


@frozen()
class EntryReading:
    """An entry's fields, their raw texts, its identifiers, and its labelled links as written.

    `title_url` is the title's own link, `code_url` the first that leads to code; `dead_labels` are
    the labels of links that lead nowhere, `cited` links that a sentence is about: to other works.
    """

    fields: Fields
    raws: Mapping[str, str]
    identifiers: frozenset[Identifier] = frozenset()
    links: tuple[Hyperlink, ...] = ()
    title_url: str = ""
    code_url: str = ""
    dead_labels: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()
    cited: tuple[Hyperlink, ...] = ()


@dataclass
class Draft:
    """Fields while one entry is read."""

    fields: dict[str, Value] = field(default_factory=dict)
    raws: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def put(self, name: str, value: Value, raw: str) -> None:
        """Add a field; of two slots for one field the first that holds something counts."""
        if name not in self.fields or is_empty(self.fields[name]):
            self.fields[name] = EMPTY if is_empty(value) else value
            self.raws[name] = raw


def decoded(data: bytes) -> str:
    """Return a slot's bytes as text (they have been checked to be UTF-8)."""
    return data.decode("utf-8", "replace")


def one_line(text: str) -> str:
    """Return one line of text: entities resolved, every break and blank a blank, none outside.

    Signs without width are left out.
    """
    # Nothing is to be done to most texts.
    if text.isascii() and "&" not in text and "\n" not in text:
        return text.strip()
    return html.unescape(" ".join(text.split("\n"))).translate(_UNSEEN).strip()
