"""New table rows: a cell for each column of the header, as the rows around write theirs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, takewhile

from zoterodigest.core.values.record import EMPTY, SECTION, Hyperlink, is_empty
from zoterodigest.digest.format.entry_template import SlotPlace
from zoterodigest.digest.format.format import DigestFormat, folded_label
from zoterodigest.digest.format.line_pattern import LinePattern
from zoterodigest.digest.format.template import Line, can_fill, fill, parse_line
from zoterodigest.digest.read.cells import Range, cells_of
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.read.layers import in_cell
from zoterodigest.digest.read.shapes import NOTHING
from zoterodigest.digest.read.slots import Slot, decoded
from zoterodigest.digest.read.tables import Header, find_headers
from zoterodigest.digest.write.cell_padding import padding_of
from zoterodigest.digest.write.house_style import HouseStyle, is_code, own_line, venues_apart
from zoterodigest.digest.write.house_style import is_manner as is_manner_of
from zoterodigest.digest.write.link_lists import LinkList, LinkWriter
from zoterodigest.digest.write.new_entry import NewEntryDraft
from zoterodigest.digest.write.shown import UnwritableValue
from zoterodigest.digest.write.values import words_in
from zoterodigest.digest.write.votes import usual
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_ODD = 2
"""So many rows of a table may be odd ones, more tell how it writes blanks."""

_SOME = 4
"""Of so many numbers of a column one may be missing."""

_SURE = frozenset({"title", "url", "authors", "abstract"})
"""Slots of one cell that a new row has beside each other wherever a row has."""

_EMPTY_FOLD = lazy_regex(
    r"(?:[ \t]|<br[ \t]*/?>)*<details[^<>]*>\s*<summary[^<>]*>[^<>]*</summary>\s*</details>", re.I
)
_NUMBER = lazy_regex(r"^([*_]{0,2}\[?)(\d{1,4})(?=[.)\]])")


@dataclass(frozen=True, slots=True)
class _Model:
    """A row to look like: its entry, where its line starts, its cells, what stands in them.

    `is_of_table` tells whether it stands in the table that gets a row.
    """

    entry: DigestEntry
    start: int
    data: bytes
    cells: tuple[Range, ...]
    slots: list[Slot]
    is_of_table: bool

    def cell(self, column: int) -> str:
        """Return a cell with the blanks around what stands in it."""
        return decoded(self.data[slice(*self.cells[column])])

    def line(self, column: int, source: bytes) -> Line | None:
        """Return a cell as a template, None if it holds no slot or its slots overlap."""
        left, right = (self.start + at for at in self.cells[column])
        data = source[left:right]
        start, stop = left + len(data) - len(data.lstrip()), left + len(data.rstrip())
        slots = [it for it in self.slots if start <= it.span.start and it.span.end <= right]
        # "[CVPR 2024](…)" is a venue and the page of the paper.
        slots = sorted(venues_apart(slots), key=lambda slot: slot.span)
        return own_line(source, start, stop, slots) if slots else None

    @property
    def end(self) -> str:
        """What stands behind the cells; what is more than a pipe is of that one row."""
        rest = decoded(self.data[self.cells[-1][1] :])
        return "|" if rest.strip("| \t\r\n") else rest

    @property
    def edges(self) -> tuple[str, str]:
        """What stands before the first cell and behind the last."""
        return decoded(self.data[: self.cells[0][0]]), self.end


def header_above(document: Document, form: DigestFormat, line: int) -> Header | None:
    """Return the header of the table that a row on `line` would belong to."""
    above = [it for it in find_headers(document.lines, form) if it.line + 1 < line]
    return above[-1] if above else None


class NewRow:
    """Composes a row cell by cell; the title first, as it tells whether links must name the work.

    What one cell shows, no later one shows again. `coming` are the rows that come with it.
    """

    def __init__(
        self,
        draft: NewEntryDraft,
        header: Header,
        document: Document,
        coming: Sequence[str] = (),
        *,
        free: int = 0,
    ) -> None:
        self._free = free
        self._header = header
        self._coming = coming
        self._lines_of_file = document.lines
        self._source = document.lines.source
        self._models = list(_models(draft.manner, document, header))
        # What other tables hold is no model for the cells of this one.
        like = draft.manner.among([model.entry for model in self._models])
        self._draft = replace(draft, manner=like)
        self._used: set[str] = set()

    def text(self) -> str:
        """Return the row; raises `UnwritableValue` if it has no title."""
        slots = self._header.slots
        # The title first: whether it holds the link decides if another cell must name the work.
        order = sorted(range(len(slots)), key=lambda at: slots[at] != "title")
        texts = {at: self._cell(at) for at in order}
        if not texts[slots.index("title")]:
            raise UnwritableValue("a new entry needs a title")
        return self._joined([texts[at] for at in range(len(texts))])

    def _cell(self, column: int, slot: str = "") -> str:
        slot = slot or self._header.slots[column]
        if not slot or slot == "ignored":
            return self._next_number(column) or self._nothing(column)
        if slot == "section":
            return self._section(SECTION + self._header.names[column])
        if slot == "links" and self._header.slots.count(slot) > 1:
            return self._links(column) or self._nothing(column)
        beside = {*self._header.slots, *self._used} - {"title", "url"}
        others = {*self._header.slots, *self._used} - {slot}
        found: list[tuple[Line, dict[str, str]]] = []
        for line in self._lines(column, slot):
            fresh = [name for name in line.slots if name not in others]
            texts = self._draft.texts(fresh, beside | (self._used & {"url"}))
            if texts.get("venue") == "" and _is_linked(line, "venue"):
                # What a link to the work is called where its venue is not known.
                texts["venue"] = "arXiv" if words_in(self._draft.fields, "arxiv") else "Paper"
            if can_fill(line, texts):
                found.append((line, texts))
        # Words around a value that the new entry lacks, such as a fold's, would stand there alone.
        if not found:
            is_free = slot == "summary" and "links" not in {*self._header.slots, *self._used}
            is_of_links = is_free and self._usual_slot(column) == "links"
            return self._cell(column, "links") if is_of_links else self._nothing(column)
        own = [it for it in found if it[0].samples]
        line, texts = max(own, key=_shown_alone) if found[0][0].samples else found[0]
        self._used.update(line.slots)
        text = fill(line, {name: _in_cell(text) for name, text in texts.items()})
        text = _EMPTY_FOLD.sub("", text)
        return self._numbered(column, text) if slot == "title" else text

    def _numbered(self, column: int, text: str) -> str:
        """Return a title's cell with the number that follows those of the table."""
        found = _NUMBER.match(text)
        above = [int(it[2]) for cell in self._cells(column) if (it := _NUMBER.match(cell))]
        number = self._free or max(above, default=0) + 1
        return f"{found[1]}{number}{text[found.end(2) :]}" if found and above else text

    def _next_number(self, column: int) -> str:
        """Return what a column of numbers goes on with; "" for any other."""
        numbers: list[int] = []
        width = 0
        for cell in self._cells(column):
            if not re.fullmatch(r"\d{1,5}", cell):
                return ""
            numbers.append(int(cell))
            width = max(width, len(cell) if cell[0] == "0" else 0)
        # A column of stars holds numbers, too, but no row of them. Of a row one may be missing.
        known = {*numbers}
        missing = max(known, default=0) - min(known, default=0) + 1 - len(known)
        is_row = len(numbers) == len(known) > 1 and missing <= len(known) // _SOME
        return f"{self._free or max(known) + 1:0{width}}" if is_row else ""

    def _cells(self, column: int) -> Iterator[str]:
        """Yield the cells of a column, also of rows that are no models or are to come."""
        rows = (
            self._lines_of_file[it] for it in range(self._header.first, len(self._lines_of_file))
        )
        whole = takewhile(bytes.strip, rows)
        # Text of the page may stand right behind a table; it has no outer pipe.
        start = b"|" if any(it.data.lstrip().startswith(b"|") for it in self._models) else b""
        for data in chain(whole, (row.encode() for row in self._coming)):
            cells = cells_of(data) if data.lstrip().startswith(start) and b"|" in data else []
            if column < len(cells):
                yield decoded(data[slice(*cells[column])]).strip()

    def _lines(self, column: int, slot: str) -> Iterator[Line]:
        present = [model.line(column, self._source) for model in self._models]
        fitting = [
            line
            for line in present
            if line and slot in line.slots and is_manner_of(line, self._header.form)
        ]
        shapes = Counter(line.shape for line in fitting)
        own = sorted(
            fitting, key=lambda it: (-len(_SURE.intersection(it.slots)), -shapes[it.shape])
        )
        lines = [*own, *_stated(self._header.form, slot)]
        stub = self._draft.texts(["comment_stub"], ())["comment_stub"] if slot == "comment" else ""
        yield from sorted(lines, key=lambda line: ("comment_stub" in line.slots) is not bool(stub))

    def _usual_slot(self, column: int) -> str | None:
        """Return what most rows hold in a column, whatever its name promises."""
        lines = (model.line(column, self._source) for model in self._models)
        return usual(slot for line in lines if line for slot in line.slots)

    def _links(self, column: int) -> str:
        """Return the links of one of several columns of links: those that have their place there.

        That is the work itself, if most rows have it there, and what other rows call as they call
        theirs, or as the column is called.
        """
        columns = [at for at, slot in enumerate(self._header.slots) if slot == "links"]
        writers = {at: self._link_writer(at) for at in columns}
        names = {at: folded_label(self._header.names[at]) for at in columns}
        places = [
            next((at for at in columns if it in writers[at].labels or it == names[at]), columns[-1])
            for it in (folded_label(link.label) for link in self._draft.links)
        ]
        # A title that is linked names the work.
        first = None if "url" in self._used else columns[0]
        is_shown = column == next((at for at in columns if writers[at].most_show_page), first)
        pairs = zip(self._draft.links, places, strict=True)
        wanted = [link for link, at in pairs if at == column and not self._is_in_code(link)]
        return self._draft.listed(writers[column], wanted, is_page_shown=is_shown)

    def _is_in_code(self, link: Hyperlink) -> bool:
        return "code" in self._header.slots and is_code(link.url)

    def _link_writer(self, column: int) -> LinkWriter:
        cells = ((model.line(column, self._source), model.entry) for model in self._models)
        lists = [
            LinkList(text, entry)
            for line, entry in cells
            if line is not None
            for slot, text in zip(line.slots, line.samples, strict=True)
            if slot == "links"
        ]
        return self._draft.link_writer([it for it in lists if it.links])

    def _section(self, field: str) -> str:
        known = {folded_label(name): name for name in self._draft.fields}
        name = known.get(folded_label(field), "")
        value = self._draft.fields.get(name, EMPTY)
        return "" if is_empty(value) else _in_cell(self._draft.section(name, ""))

    def _nothing(self, column: int) -> str:
        """Return what most rows write in the column where they have nothing."""
        cells = (model.cell(column).strip() for model in self._models)
        empty = (cell for cell in cells if cell.strip("[]").lower().encode() in NOTHING)
        return usual(empty) or ""

    def _joined(self, texts: list[str]) -> str:
        if not self._models:
            return "| " + " | ".join(texts) + " |"
        own = [it for it in self._models if it.is_of_table]
        models = own if len(own) > _ODD else self._models
        first, last = usual(it.edges for it in models) or ("|", "|")
        columns = [[it.cell(column) for it in models] for column in range(len(texts))]
        spaced = [cell[:1].isspace() for cells in columns for cell in cells if cell.strip()]
        is_spaced = 2 * sum(spaced) > len(spaced)
        paddings = [padding_of(cells, is_spaced=is_spaced) for cells in columns]
        cells = (it.around(text) for it, text in zip(paddings, texts, strict=True))
        return first + "|".join(cells) + last


def _is_linked(line: Line, slot: str) -> bool:
    """Whether a slot is what a link of the line is called."""
    links = zip(line.slots, line.slots[1:], line.glue[1:], strict=False)
    return (slot, "url", "](") in links


def _shown_alone(cell: tuple[Line, Mapping[str, str]]) -> tuple[int, int]:
    """Return how many values a cell shows, and how many it lacks, as a negative number."""
    filled = [bool(text) for text in cell[1].values()]
    return sum(filled), -filled.count(False)


def _stated(form: DigestFormat, slot: str) -> Iterator[Line]:
    """Yield how the format writes a cell: its templates, else what `[new]` says, else a value."""
    shown = [it.line for it in form.cells.get(slot, ()) if isinstance(it, LinePattern)]
    for line in shown:
        if any(place.slot == "ignored" for place in line.places):
            continue  # nothing tells what would stand there
        glue = [""]
        for part in line.flat():
            if isinstance(part, SlotPlace):
                glue.append("")
            elif part is not None:
                glue[-1] += part.text
        yield Line(tuple(glue), tuple(place.slot for place in line.places))
    rule = form.new.cells if form.new else {}
    yield from map(parse_line, rule.get(slot, () if shown else (f"{{{slot}}}",)))


def _in_cell(text: str) -> str:
    return in_cell(text.encode()).decode()


def _models(manner: HouseStyle, document: Document, header: Header) -> Iterator[_Model]:
    """Yield the rows around that stand on one line with a cell for each column, nearest first."""
    headers = list(find_headers(document.lines, header.form))
    for entry, slots in manner.models:
        above = next((it for it in reversed(headers) if it.line < entry.first), header)
        cells = tuple(cells_of(document.lines[entry.first]))[: len(header.slots)]
        is_whole = entry.first == entry.last and len(cells) == len(header.slots)
        if is_whole and above.slots == header.slots:
            start = document.lines.starts[entry.first]
            is_of_table = above.line == header.line
            data = document.lines[entry.first]
            yield _Model(entry, start, data, cells, slots, is_of_table)
