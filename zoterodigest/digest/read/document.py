"""Documents: a digest's bytes, read losslessly into entries; every byte outside them is kept.

`Document.source` is the file as it is; nothing is ever rendered from parts, edits are spliced
into it. So `render(parse(x)) == x` holds by construction, and edit.py keeps it so.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from zoterodigest.core.values.file_keys import DigestKey
from zoterodigest.core.values.record import (
    MARKS,
    NOTE,
    SECTION,
    Entry,
    EntryLines,
    Names,
    text_in,
)
from zoterodigest.core.values.sets import frozenset_of
from zoterodigest.core.values.short_names import (
    NameForm,
    form_of,
    has_short_name,
    is_short_list,
    last_names_in,
)
from zoterodigest.core.values.span import Span
from zoterodigest.core.values.tags import TAGS
from zoterodigest.digest.read.layers import LayeredText
from zoterodigest.digest.read.slots import EntryReading, EntryShape, ItemKeys, NoteRegion, Slot
from zoterodigest.digest.read.title_marks import title_marks
from zoterodigest.frozen import changed, dataclass, frozen
from zoterodigest.regex import lazy_regex

if TYPE_CHECKING:  # a run over nothing that changed has documents, and no formats (0.02 s)
    from zoterodigest.digest.format.format import DigestFormat
    from zoterodigest.digest.read.lines import Heading, Lines

_MOST_ASKED = 32
"""So many entries are asked at most whether a list writes short names."""
_FEWEST = 3
"""So many must do so: one may name people who have one name."""

NO_ENTRY = "no entry"
"""The reason given for lines in which an entry might stand that no format understood."""
HEADING = "heading"
"""The reason given for headings that begin no entry."""
PRIVATE = "`zotero: false` keeps it private"
"""The reason given for a note that its properties keep from being read."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was not understood: its 1-based line (and column, 1-based bytes) and why.

    It `is_slip` if it would be a field but for a slip of the person's.
    """

    line: int
    reason: str
    column: int = 0
    is_slip: bool = False


@frozen()
class DigestEntry:
    """One entry as it stands in a document.

    `first` and `last` are 0-based lines, `span` their bytes without the last line break.
    `unreadable` names the slots something stands in that was not understood; an entry that is
    `broken` as a whole (the reason) has no slots that could be written. `regions` show notes of
    the person's own, that of `annotations` those of its item; one more can stand at `room`.
    `shape` tells how a template reads it. `keys` are those of its item, and `kept` what an edit of
    a note must leave: all but the own text.
    """

    format: DigestFormat
    first: int
    last: int
    span: Span
    slots: tuple[Slot, ...]
    reading: EntryReading
    unreadable: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    broken: str = ""
    headings: tuple[str, ...] = ()
    heading_keys: tuple[str, ...] = ()
    regions: tuple[NoteRegion, ...] = ()
    room: LayeredText | None = None
    shape: EntryShape | None = None
    keys: ItemKeys = ItemKeys()
    kept: bytes = b""
    annotations: NoteRegion | None = None

    @property
    def title(self) -> str:
        """The title, or "" if it could not be read."""
        return text_in(self.reading.fields, "title")

    def under(self, texts: tuple[str, ...], keys: tuple[str, ...]) -> DigestEntry:
        """Return it with the headings that it stands under."""
        return changed(self, headings=texts, heading_keys=keys)


@dataclass(frozen=True, slots=True)
class Skipped:
    """Lines that are no entry's: 1-based, both in, and why they were passed over."""

    start_line: int
    end_line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Document:
    """A digest as read: its bytes, its entries in order, and the lines that were passed over.

    `title` is the text of its only first-level heading, if all entries stand under that.
    """

    name: str
    source: bytes
    entries: tuple[DigestEntry, ...]
    skipped: tuple[Skipped, ...]
    lines: Lines
    title: str = ""

    def core_entries(self) -> tuple[Entry, ...]:
        """Return the entries as the core sees them; the document's own title is no heading."""
        key = DigestKey(self.name)
        found = tuple(
            [self._with_marks(one, core_entry(key, one, self.title)) for one in self.entries]
        )
        if not self.has_short_names():
            return found
        has_last_names = self.has_last_names()
        return tuple([_counted_as_short(one, has_last_names=has_last_names) for one in found])

    def core_entry_at(self, place: int) -> Entry:
        """Return one of the entries as the core sees it."""
        entry = self.entries[place]
        core = self._with_marks(entry, core_entry(DigestKey(self.name), entry, self.title))
        if _counted_as_short(core, has_last_names=True) is core or not self.has_short_names():
            return core
        return _counted_as_short(core, has_last_names=self.has_last_names())

    def has_short_names(self) -> bool:
        """Tell whether most entries name people in short: "Zhang", "W. Zhang"."""
        named = self._some_names()
        short = sum(map(is_short_list, named))
        return short >= _FEWEST and 2 * short > len(named)

    def has_last_names(self) -> bool:
        """Tell whether most entries name people by their last names alone."""
        named = self._some_names()
        short = sum(form_of(people) is NameForm.LAST for people in named)
        return short >= _FEWEST and 2 * short > len(named)

    def _some_names(self) -> list[tuple[str, ...]]:
        # Some entries tell: others may not have been read so far, and there may be thousands.
        some = self.entries[:: len(self.entries) // _MOST_ASKED + 1]
        authors = (entry.reading.fields.get("authors") for entry in some if not entry.broken)
        named = (it.people for it in authors if isinstance(it, Names) and it.people)
        # "Zhang, Ruiz" may be one person or two: it tells nothing.
        return [it for it in named if len(it) > 1 or last_names_in(it[0]) == it]

    def _with_marks(self, entry: DigestEntry, core: Entry) -> Entry:
        """Return the entry as the core sees it with the marks beside its title, if it has any."""
        span = next((slot.span for slot in entry.slots if slot.name == "title"), None)
        if span is None or core.is_unreadable:
            return core
        line = self.lines.line_at(span.start)
        first, end = self.lines.starts[line], self.lines.ends[line]
        found = title_marks(self.source[first:end], span.start - first, span.end - first)
        if found is None:
            return core
        fields, raws = {**core.fields, MARKS: found[0]}, {**core.raws, MARKS: found[1]}
        return replace(core, fields=fields, raws=raws)

    def unread_texts(self) -> Iterator[str]:
        """Yield the text of every line that no entry holds, for finding what still stands there."""
        for skipped in self.skipped:
            start = self.lines.starts[skipped.start_line - 1]
            end = self.lines.ends[skipped.end_line - 1]
            yield self.source[start:end].decode("utf-8", "replace")


_FIELDS_OF_SLOT = {
    "tags": ("task", "categories", TAGS),
    "chips": ("arxiv", "categories"),
    "venue": ("venue", "year", "award"),
    "code": ("links",),
    "url": ("arxiv", "doi", "url"),
    "tags_room": (TAGS,),
}


def _counted_as_short(entry: Entry, *, has_last_names: bool) -> Entry:
    """Return an entry whose short names count as whole ones; itself if it has none.

    Where a list has only last names, "Zhang, Ruiz" are two people.
    """
    authors = entry.fields.get("authors")
    if not isinstance(authors, Names):
        return entry
    people = authors.people
    if has_last_names and people and people[0] != (parted := last_names_in(people[0]))[0]:
        people = (*parted, *people[1:])
    if not has_short_name(people):
        return entry
    short = replace(authors, people=people, are_short=True)
    return replace(entry, fields={**entry.fields, "authors": short})


def core_entry(digest: DigestKey, entry: DigestEntry, title: str = "") -> Entry:
    """Return a document's entry as the core sees it; a broken one keeps only its identity.

    A first heading that is the document's `title` is left out of the path.
    """
    outer = 1 if title and entry.heading_keys[:1] == (title,) else 0
    unreadable = {name for slot in entry.unreadable for name in _FIELDS_OF_SLOT.get(slot, (slot,))}
    # Nobody knows which section cannot be read, so none of them may be compared.
    if "section" in unreadable:
        unreadable |= {name for name in entry.reading.fields if name.startswith(SECTION)}
    fields = {k: v for k, v in entry.reading.fields.items() if k not in unreadable}
    raws = {k: v for k, v in entry.reading.raws.items() if k not in unreadable}
    return Entry(
        digest=digest,
        fields={} if entry.broken else fields,
        raws={} if entry.broken else raws,
        identifiers=entry.reading.identifiers,
        headings=entry.headings[outer:],
        heading_keys=entry.heading_keys[outer:],
        place=EntryLines(entry.first + 1, entry.last + 1),
        unreadable=frozenset_of(unreadable),
        is_unreadable=bool(entry.broken),
        places=_places(_slots_of(entry), has_notes=_has_place_of_notes(entry)),
        key=entry.keys.citation,
        item_key=entry.keys.item,
        attachment_key=entry.keys.attachment,
        is_file=entry.format.data == "note",
    )


def _slots_of(entry: DigestEntry) -> frozenset[str]:
    """Return the slots that the entry can have: in data no more than stand there."""
    if entry.format.data is None:
        return entry.format.slots
    return frozenset(slot.name for slot in entry.slots)


def _has_place_of_notes(entry: DigestEntry) -> bool:
    """Tell whether notes of the person's own can stand in the entry: not in a row of a table.

    A torn marker takes the place of another note, until somebody mends it: that is no limit.
    """
    is_torn = any(name.startswith(NOTE) for name in entry.unreadable)
    return entry.room is not None or bool(entry.regions) or is_torn


# One set for all entries of a form: of its own each would have one of 728 bytes.
@cache
def _places(slots: frozenset[str], *, has_notes: bool) -> frozenset[str]:
    """Return the fields that can stand in slots of these names, and "note" if notes can."""
    fields = {field for slot in slots for field in _FIELDS_OF_SLOT.get(slot, (slot,))}
    also = [name for name, can in (("links", "tail" in slots), ("note", has_notes)) if can]
    return frozenset(fields.union(also))


class Headings:
    """The headings of a document that have a text.

    `keyed` pairs each with its path of keys, its own last; a key is unique among its siblings.
    """

    def __init__(self, lines: Lines) -> None:
        self.keyed: list[tuple[Heading, tuple[str, ...]]] = []
        self._texts: list[tuple[str, ...]] = []
        self._above: list[int] = []
        self._lines = lines
        stack: list[tuple[Heading, str]] = []
        numbers: list[int] = []
        seen: Counter[tuple[str, ...]] = Counter()
        for heading in lines.outline():
            if not heading.text:
                continue
            stack = [above for above in stack if above[0].level < heading.level]
            numbers = numbers[: len(stack)]
            self._above.append(numbers[-1] if numbers else -1)
            numbers.append(len(self.keyed))
            # A repeated heading gets a number, or two sections would share one collection.
            siblings = (*(key for _, key in stack), heading.text)
            seen[siblings] += 1
            count = seen[siblings]
            stack.append((heading, heading.text if count == 1 else f"{heading.text}#{count}"))
            self.keyed.append((heading, tuple(key for _, key in stack)))
            self._texts.append(tuple(above.text for above, _ in stack))

    def title(self, entries: Sequence[DigestEntry]) -> str:
        """Return the only first-level heading if all (placed) entries stand under it, else ""."""
        used = {it.heading_keys[:1] for it in entries}
        # A banner in HTML above the title is no second one.
        top = [
            heading.text
            for heading, keys in self.keyed
            if heading.level == 1 and (keys in used or not heading.is_html)
        ]
        return top[0] if len(top) == 1 and used <= {(top[0],)} else ""

    def place(self, entries: Sequence[DigestEntry]) -> list[DigestEntry]:
        """Return `entries` with the headings they stand under."""
        placed: list[DigestEntry] = []
        for entry in entries:
            at = number_at(self.keyed, entry)
            # One that is a heading itself stands under none of its own level.
            while at >= 0 and self.keyed[at][0].level >= self._level(entry):
                at = self._above[at]
            texts, keys = (self._texts[at], self.keyed[at][1]) if at >= 0 else ((), ())
            placed.append(entry.under(texts, keys))
        return placed

    def _level(self, entry: DigestEntry) -> int:
        found = _HEADED.match(self._lines[entry.first])
        return len(found[1]) if found else _DEEPEST + 1


def under_headings(
    lines: Lines, entries: Sequence[DigestEntry]
) -> tuple[tuple[DigestEntry, ...], str]:
    """Return entries with the headings they stand under, and the title of their document."""
    if not entries:
        # Most pages have none. To look no further at their headings is 15 % of reading some.
        top = [it.text for it in lines.outline() if it.level == 1 and not it.is_html and it.text]
        return (), top[0] if len(top) == 1 else ""
    headings = Headings(lines)
    placed = tuple(headings.place(entries))
    return placed, headings.title(placed)


_HEADED = lazy_regex(rb" {0,3}(#{1,6})[ \t]")
_DEEPEST = 6


def number_at(headings: Sequence[tuple[Heading, tuple[str, ...]]], entry: DigestEntry) -> int:
    """Return the number of the heading that an entry stands under; -1 for none."""
    return bisect_right(headings, entry.first, key=lambda it: it[0].line) - 1
