"""Steps: the changes of a digest's order, and the edits that carry out each of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache

from zoterodigest.core.values.record import CITEKEY, Fields
from zoterodigest.core.values.span import Edit
from zoterodigest.digest.format.format import DigestFormat, NewRule
from zoterodigest.digest.read.document import DigestEntry, Document, Headings, number_at
from zoterodigest.digest.read.heading_names import name_of_heading
from zoterodigest.digest.read.slots import decoded
from zoterodigest.digest.write.anchors import anchor_edits
from zoterodigest.digest.write.as_much import (
    WayOfDates,
    way_of_dates,
    without_seldom_shown,
)
from zoterodigest.digest.write.cited_keys import with_key_like_others
from zoterodigest.digest.write.headings import name_edit
from zoterodigest.digest.write.house_style import house_style, version_around
from zoterodigest.digest.write.html import Spelling, armoured_block, inert_line, plain, underscored
from zoterodigest.digest.write.html_row import is_html_row, new_html_row
from zoterodigest.digest.write.insert import NewLines, new_bare_line
from zoterodigest.digest.write.insertion_point import (
    HeadingRegion,
    Spot,
    WaysOfLists,
    entry_removal,
    insertion,
    line_break,
    spot_for,
)
from zoterodigest.digest.write.kept_orders import KeptOrder, kept_orders
from zoterodigest.digest.write.like_neighbors import like_neighbors
from zoterodigest.digest.write.new_entry import NewEntryDraft
from zoterodigest.digest.write.new_members import with_members_like_others
from zoterodigest.digest.write.new_names import with_authors_like_others
from zoterodigest.digest.write.new_venue import with_venue_like_others
from zoterodigest.digest.write.numbering import (
    FreeNumbers,
    free_numbers,
    head_in,
    head_of_entry,
    number_in,
    way_of_numbers,
    with_number,
)
from zoterodigest.digest.write.row import NewRow, header_above
from zoterodigest.digest.write.shown import BlockForm, UnwritableValue, plain_blocks
from zoterodigest.digest.write.template_entry import new_by_template
from zoterodigest.frozen import dataclass


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry to insert under the heading at `path` (as `Entry.heading_keys`).

    Without a path (None) it goes where it belongs among all entries, whatever their headings.
    `tag` names it for the caller. `form` is the format to write it in; None: that of its
    neighbors. `version` (`v2`) is that of a paper of arXiv, for neighbors that link to one.
    """

    tag: str
    path: tuple[str, ...] | None
    fields: Fields
    form: DigestFormat | None = None
    version: str = ""


@dataclass(frozen=True, slots=True)
class RemovedEntry:
    """The entry at `index` is to go, with the gap that parted it from the next."""

    index: int


@dataclass(frozen=True, slots=True)
class MovedEntry:
    """The entry at `index` is to stand under the heading at `path`, byte for byte as it is."""

    index: int
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RenamedHeading:
    """The heading at `path` is to say `text`; links of the digest to its anchor follow it."""

    path: tuple[str, ...]
    text: str


Change = NewEntry | RemovedEntry | MovedEntry | RenamedHeading
Origin = int | str


IN_DATA = "zoterodigest changes only values in JSON and YAML: change the list and its keys by hand"
_NO_TABLE = "no table of papers stands under that heading"
_NO_LIST = "no list of papers stands under that heading"
_BARE = ("title", "arxiv", "doi", "url")
_NAMED = (*_BARE, "authors")
_TEXTS = ("summary", "abstract", "comment", "section")
_SHORT = (*_NAMED, "venue", "year", "award", "date", "task")


@dataclass(frozen=True, slots=True)
class Care:
    """How a new entry is written: the spelling of each text, which fields it shows.

    `has_commas` says that commas part names, whatever most neighbors have, `is_cut` that authors
    are cut as they are elsewhere, however few. If it `counts_on`, it takes no free number: at that
    place it may be read as a part of something else.
    """

    spell: Spelling
    shows: Callable[[str], bool] = lambda name: True
    has_commas: bool = False
    is_cut: bool = False
    counts_on: bool = False


CARES: Sequence[Care] = (
    Care(plain),
    # "A Title. One Name and Another. ICML 2019" may be read in two ways.
    Care(plain, has_commas=True),
    # "A Title, Bee and Dee, ICML 2019" may be a title, "A Title, Bee et al., ICML 2019" is none.
    Care(plain, is_cut=True),
    Care(plain, counts_on=True),
    Care(underscored),
    Care(armoured_block),
    Care(plain, lambda name: name.split(":")[0] not in _TEXTS),
    Care(armoured_block, lambda name: name != "authors"),
    Care(armoured_block, _SHORT.__contains__),
    Care(armoured_block, _NAMED.__contains__),
    Care(armoured_block, _BARE.__contains__),
)
"""More and more careful ways: the last shows nothing but what tells which work it is."""


@dataclass(frozen=True, slots=True)
class DocumentState:
    """The document so far, where its entries come from, and the document at the beginning.

    `form` is how blocks are compared.
    """

    document: Document
    origins: tuple[Origin, ...]
    first: Document
    form: BlockForm = plain_blocks


@dataclass(frozen=True, slots=True)
class Expected:
    """An entry to come out: its origin, and under which heading (its number, -1: none).

    `body` are its bytes, `index` the one it has in the state. A new one has `fields` to show.
    """

    origin: Origin
    heading: int
    body: bytes
    index: int = -1
    fields: Fields | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """An entry that comes, where it goes, and what it is sorted by among others that go there."""

    spot: Spot
    entry: Expected
    key: str


@dataclass(frozen=True, slots=True)
class Step:
    """What one change does: its edits, which entry goes, which comes, which heading is renamed."""

    edits: tuple[Edit, ...] = ()
    gone: int | None = None
    arrival: Arrival | None = None
    renamed: tuple[int, str] | None = None


class Planner:
    """Plans the edits of single changes against one state of a document."""

    def __init__(self, state: DocumentState, care: Care) -> None:
        self._state = state
        self._document = state.document
        self._care = care
        self.headings = Headings(state.document.lines).keyed
        self._first = [keys for _, keys in Headings(state.first.lines).keyed]
        self._coming: list[tuple[int, int, str]] = []
        """The region's heading, the rank and the head of each new entry so far."""
        # Once for all entries that come: a list may have thousands.
        self._ways = WaysOfLists(
            cache(self._orders_of), cache(self._way_of_numbers), self._free_numbers
        )
        self._way_of_dates = cache(self._way_of_dates_of)
        self._free_numbers_before = cache(self._free_numbers_of)
        self._given: set[tuple[int, int]] = set()
        """The rank and the number of each new entry that got a free number so far."""
        self._has_short_names = cache(state.document.has_short_names)
        self._coming_rows: defaultdict[int, list[str]] = defaultdict(list)

    def step(self, change: Change) -> Step:
        """Return what a change does; raises `Unwritable` if it cannot be done."""
        if self._document.lines.is_data:
            raise UnwritableValue(IN_DATA)
        match change:
            case NewEntry():
                return self._new(change)
            case RemovedEntry(index):
                at = self._now(index)
                return Step((self._removal(at),), gone=at)
            case MovedEntry():
                return self._moved(change)
            case RenamedHeading():
                return self._renamed(change)

    def _now(self, index: int) -> int:
        if index not in self._state.origins:
            raise UnwritableValue("there is no such entry")
        # Callers count in the document at the beginning, whatever has come or gone since.
        return self._state.origins.index(index)

    def _heading(self, path: tuple[str, ...]) -> int:
        """Return the number of the heading at `path` of the document at the beginning."""
        title = self._state.first.title
        full = (title, *path) if title else path
        if not full:
            return -1
        if full not in self._first:
            raise UnwritableValue(f"the digest has no heading “{' / '.join(path)}”")
        return self._first.index(full)

    def _region(self, number: int) -> HeadingRegion:
        edges = [-1, *(heading.line for heading, _ in self.headings), len(self._document.lines)]
        head, stop = edges[number + 1], edges[number + 2]
        entries = enumerate(self._document.entries)
        inside = (at for at, entry in entries if head < entry.first < stop)
        return HeadingRegion(head, stop, tuple(inside))

    def _everywhere(self) -> HeadingRegion:
        """Return all entries as those of one region; without any, what stands under no heading."""
        every = tuple(range(len(self._document.entries)))
        if not every:
            return self._region(self._heading(()))
        return HeadingRegion(-1, len(self._document.lines), every)

    def _removal(self, index: int) -> Edit:
        number = number_at(self.headings, self._document.entries[index])
        return entry_removal(self._document, self._region(number), index)

    def _new(self, change: NewEntry) -> Step:
        number = self._heading(change.path or ())
        region = self._everywhere() if change.path is None else self._region(number)
        form = change.form or self._form(region)
        if form.new is None:
            raise UnwritableValue(f"the format {form.name} does not say how an entry is written")
        change = replace(
            change, fields=self._way_of_dates(region.entries).like_others(change.fields)
        )
        spot = self._spot(region, form, change.fields)
        if spot.number:
            self._given.add((spot.rank, spot.number))
        if spot.beside is not None:
            number = number_at(self.headings, self._document.entries[spot.beside])
            region = self._region(number)
        draft = self._draft(change, form, spot.rank, region)
        body = self._body(draft, form, spot, region)
        new = Expected(change.tag, number, body, fields=draft.fields)
        edit = insertion(self._document.lines, spot, body)
        key = spot.key or f"{number_in(decoded(body)):09}"
        return Step((edit,), arrival=Arrival(spot, new, key))

    def _spot(self, region: HeadingRegion, form: DigestFormat, fields: Fields) -> Spot:
        spot = spot_for(self._document, region, form, fields, self._ways)
        if spot is None:
            raise UnwritableValue(_NO_LIST if form.columns is None else _NO_TABLE)
        return spot

    def _way_of_numbers(self, indices: tuple[int, ...]) -> int:
        entries = self._document.entries
        heads = [head_of_entry(self._document, entries[at]) for at in indices]
        return way_of_numbers(heads, self._every())

    def _free_numbers(self, indices: tuple[int, ...]) -> FreeNumbers:
        if self._care.counts_on:
            return FreeNumbers({}, is_counted_on=False)
        found = self._free_numbers_before(indices)
        # Of several that come the first gets the number that is lacking.
        left = {
            at: number
            for at, number in found.by_place.items()
            if (indices[at], number) not in self._given
        }
        return FreeNumbers(left, found.is_counted_on)

    def _free_numbers_of(self, indices: tuple[int, ...]) -> FreeNumbers:
        entries = self._document.entries
        heads = [head_of_entry(self._document, entries[at]) for at in indices]
        every = filter(None, map(number_in, self._every()))
        return free_numbers([number_in(it) for it in heads], [*every])

    def _orders_of(self, indices: tuple[int, ...]) -> Sequence[KeptOrder]:
        return kept_orders([self._document.entries[at].reading.fields for at in indices])

    def _way_of_dates_of(self, indices: tuple[int, ...]) -> WayOfDates:
        return way_of_dates([self._document.entries[at].reading.fields for at in indices])

    def _draft(
        self, change: NewEntry, form: DigestFormat, rank: int, region: HeadingRegion
    ) -> NewEntryDraft:
        manner = house_style(self._document, form, rank, region=region.entries)
        care = self._care
        fields: Fields = {name: it for name, it in change.fields.items() if care.shows(name)}
        may_be_short = self._has_short_names()
        fields = with_authors_like_others(
            fields, manner, may_be_short=may_be_short, is_cut=care.is_cut
        )
        fields = with_venue_like_others(with_members_like_others(fields, manner), manner)
        # A column has room for what is seldom shown elsewhere.
        fields = fields if form.columns else without_seldom_shown(fields, manner)
        rule = form.new or NewRule()
        version = change.version or version_around(manner)
        return NewEntryDraft(fields, manner, rule, version, care.spell, care.has_commas)

    def _body(
        self, draft: NewEntryDraft, form: DigestFormat, spot: Spot, region: HeadingRegion
    ) -> bytes:
        lines = self._document.lines
        at = lines.line_at(spot.offset)
        if form.columns is not None:
            beside = None if spot.beside is None else self._document.entries[spot.beside]
            if beside is not None and is_html_row(self._document, beside):
                text = new_html_row(draft, self._document)
            else:
                header = header_above(self._document, form, at + (0 if spot.is_above else 1))
                if header is None:
                    raise UnwritableValue(_NO_TABLE)
                coming = self._coming_rows[header.line]
                text = NewRow(draft, header, self._document, coming, free=spot.number).text()
                coming.append(text)
        else:
            text = self._lines(draft, form)
            if self._care.shows(CITEKEY):
                text = with_key_like_others(text, draft.fields, draft.manner, self._document)
            text = self._numbered(text, spot, region)
        # An entry is composed with LF; its line breaks become those of the digest here, once.
        eol = line_break(lines, spot.offset)
        return text.encode("utf-8", "replace").replace(b"\n", eol)

    def _lines(self, draft: NewEntryDraft, form: DigestFormat) -> str:
        """Return the lines of an entry that is no row: like its neighbors, else as `form` says."""
        if form.is_untitled:
            return new_bare_line(draft)
        is_plain = not (form.templates or form.labels or form.has_sections)
        if is_plain or form.keys or form.entry.loose or form.reads_parts:
            text = like_neighbors(draft, self._document)
            if text is not None:
                return text
        if form.templates:
            return new_by_template(draft, form.templates, self._document)
        lines = NewLines(draft)
        text = lines.text()
        # No neighbor has a line of signs and values alone: they show at least which signs.
        is_shown = form.containers == ("item",) and not lines.is_told
        like = like_neighbors(draft, self._document) if is_shown else None
        return text if like is None else like

    def _numbered(self, text: str, spot: Spot, region: HeadingRegion) -> str:
        above, below = self._above(spot, region), self._below(spot, region)
        numbered = with_number(text, above, below, self._every(), spot.number)
        self._coming.append((region.head, spot.rank, head_in(numbered.split("\n"))))
        return numbered

    def _above(self, spot: Spot, region: HeadingRegion) -> Iterator[str]:
        """Yield the heads of the entries above a spot, of those to come, too."""
        # Not lists: few entries have a number, and a digest may have thousands.
        coming = [(rank, head) for of, rank, head in self._coming if of == region.head]
        for at in (it for it in region.entries if it < spot.rank):
            yield from (head for rank, head in coming if rank == at)
            yield head_of_entry(self._document, self._document.entries[at])
        if spot.order >= 0:
            yield from (head for rank, head in coming if rank == spot.rank)

    def _below(self, spot: Spot, region: HeadingRegion) -> Iterator[str]:
        """Yield the heads of the entries below a spot; in a list that falls the next comes last."""
        coming = [head for of, at, head in self._coming if (of, at) == (region.head, spot.rank)]
        if spot.order < 0:
            yield from reversed(coming)
        for at in (it for it in region.entries if it >= spot.rank):
            yield head_of_entry(self._document, self._document.entries[at])

    def _every(self) -> Iterator[str]:
        yield from (head_of_entry(self._document, entry) for entry in self._document.entries)
        yield from (head for _, _, head in self._coming)

    def _form(self, region: HeadingRegion) -> DigestFormat:
        every = [entry.format for entry in self._document.entries]
        near = [every[at] for at in region.entries] or every
        if not near:
            raise UnwritableValue("nothing tells in which format to write it")
        inside, anywhere = (Counter(form.name for form in forms) for forms in (near, every))
        # Of two formats that read as many entries of the section, that of most others.
        return max(near, key=lambda form: (inside[form.name], anywhere[form.name]))

    def _moved(self, change: MovedEntry) -> Step:
        at = self._now(change.index)
        entry = self._document.entries[at]
        number = self._heading(change.path)
        if number == number_at(self.headings, entry):
            return Step()
        spot = self._spot(self._region(number), entry.format, entry.reading.fields)
        # The bytes move as they are: what nothing understands in them must come along.
        body = bytes_of(self._document, entry)
        moved = Expected(change.index, number, body, at)
        edits = (self._removal(at), insertion(self._document.lines, spot, body))
        return Step(edits, gone=at, arrival=Arrival(spot, moved, spot.key))

    def _renamed(self, change: RenamedHeading) -> Step:
        number = self._heading(change.path)
        if number < 0:
            raise UnwritableValue("there is no heading to rename")
        text = " ".join(change.text.split())
        heading, keys = self.headings[number]
        lines = self._document.lines
        if not text:
            raise UnwritableValue("a heading needs a text")
        if inert_line(text, heading.text) != text:
            raise UnwritableValue("its new name holds HTML or a link, which would come to life")
        if name_of_heading(text).text != text:
            raise UnwritableValue("its new name holds marks of Markdown, which are no part of one")
        if (*keys[:-1], text) in [other for _, other in self.headings]:
            raise UnwritableValue(f"there is already a heading “{text}”")
        edit, written = name_edit(lines, heading, text)
        old = [one.source for one, _ in self.headings]
        new = [*old[:number], written, *old[number + 1 :]]
        return Step((edit, *anchor_edits(lines, old, new)), renamed=(number, text))


def bytes_of(document: Document, entry: DigestEntry) -> bytes:
    """Return the bytes that an entry stands on."""
    return document.source[entry.span.start : entry.span.end]
