"""New rows of tables in HTML: a row around with the new values in the place of its own."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

from zoterodigest.digest.format.format import folded_label
from zoterodigest.digest.format.template import can_fill, fill
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.read.references import (
    CODE_LABELS,
    PAPER_LABELS,
    find_links,
    hyperlink,
)
from zoterodigest.digest.read.shapes import NOTHING
from zoterodigest.digest.read.slots import Slot, decoded
from zoterodigest.digest.write.house_style import is_manner, own_line
from zoterodigest.digest.write.new_entry import NewEntryDraft
from zoterodigest.digest.write.shown import UnwritableValue
from zoterodigest.digest.write.votes import usual
from zoterodigest.regex import lazy_regex

_ROW = lazy_regex(rb"[ \t]*<tr\b", re.I)
_SPANNED = lazy_regex(rb"\browspan\s*=\s*[\"']?(?:[2-9]|\d\d)", re.I)
_CELL = lazy_regex(
    rb"(<t[dh]\b[^<>]*>\s*)(.*?)(\s*(?:</t[dh]\s*>|(?=<t[dhr]\b|</tr)))", re.I | re.S
)


def is_html_row(document: Document, entry: DigestEntry) -> bool:
    """Whether an entry is a row of a table in HTML."""
    return _ROW.match(document.lines[entry.first]) is not None


def new_html_row(draft: NewEntryDraft, document: Document) -> str:
    """Return the lines of a new row like the nearest with cells of its own alone.

    Raises `UnwritableValue` if there is none: where a cell would have to reach over one row more,
    or its cells hold words beside their values.
    """
    source = document.lines.source
    models = [
        (entry, slots)
        for entry, slots in draft.manner.models
        if is_html_row(document, entry) and not _SPANNED.search(source, *_ends(entry))
    ]
    if not models:
        raise UnwritableValue("no row of its table shows how a new one is written")
    texts = draft.texts({slot.name for _, slots in models for slot in slots}, ())

    def fitness(at: int) -> tuple[int, int, int]:
        entry, slots = models[at]
        # A cell that hangs into a row from above is not its own: the row with most has them all.
        cells = len(_CELL.findall(source, *_ends(entry)))
        # What a row has around a value that the new entry lacks would stand there alone.
        return cells, sum(1 if texts[slot.name] else -1 for slot in slots), -at

    rows = [list(_CELL.finditer(source, *_ends(entry))) for entry, _ in models]
    return _RowWriter(draft, source, *models[max(range(len(models)), key=fitness)], rows).text()


_BREAK = "<br>"


def _nothing(cells: Iterable[re.Match[bytes]]) -> str:
    """Return what most of these cells hold that say there is nothing: `-`, `None`, `&ndash;`."""
    texts = [decoded(cell[2]) for cell in cells]
    bare = (html.unescape(text).strip("[] ").lower().replace("–", "-") for text in texts)
    return usual(text for text, it in zip(texts, bare, strict=True) if it.encode() in NOTHING) or ""


def _ends(entry: DigestEntry) -> tuple[int, int]:
    return entry.span.start, entry.span.end


class _RowWriter:
    """Writes a row cell by cell, the title first: what one cell shows, no later one shows again."""

    def __init__(
        self,
        draft: NewEntryDraft,
        source: bytes,
        model: DigestEntry,
        slots: Sequence[Slot],
        rows: Sequence[Sequence[re.Match[bytes]]],
    ) -> None:
        self._draft = draft
        self._source = source
        self._model = model
        self._slots = slots
        self._rows = rows
        self._used: set[str] = set()

    def text(self) -> str:
        """Return the row; raises `UnwritableValue` if it has no title."""
        start, end = self._model.span.start, self._model.span.end
        cells = list(_CELL.finditer(self._source, start, end))
        within = [self._within(cell) for cell in cells]
        titled = [at for at, slots in enumerate(within) if any(it.name == "title" for it in slots)]
        order = sorted(range(len(cells)), key=lambda at: at not in titled)
        alike = [row for row in self._rows if len(row) == len(cells)]
        texts = {
            at: self._cell(cells[at], within[at]) or _nothing(row[at] for row in alike)
            for at in order
        }
        if not any(texts[at] for at in titled):
            raise UnwritableValue("a new entry needs a title")
        written, cursor = "", start
        for at, cell in enumerate(cells):
            written += decoded(self._source[cursor : cell.start(2)]) + texts[at]
            cursor = cell.end(2)
        return written + decoded(self._source[cursor:end])

    def _within(self, cell: re.Match[bytes]) -> list[Slot]:
        """Return the slots in a cell, without those that stand in another slot."""
        found: list[Slot] = []
        for slot in self._slots:
            is_inside = cell.start(2) <= slot.span.start and slot.span.end <= cell.end(2)
            if is_inside and not (found and slot.span.start < found[-1].span.end):
                found.append(slot)
        return found

    def _cell(self, cell: re.Match[bytes], slots: Sequence[Slot]) -> str:
        if not slots:
            return ""
        line = own_line(self._source, cell.start(2), cell.end(2), slots)
        if line is not None and is_manner(line, self._model.format):
            others = {slot.name for slot in self._slots} | self._used
            beside = others - {"title", "url"} | (self._used & {"url"})
            fresh = [name for name in line.slots if name not in self._used]
            texts = self._draft.texts(fresh, beside)
            if can_fill(line, texts):
                self._used.update(line.slots)
                shown = {name: text.replace("\n", "<br>") for name, text in texts.items()}
                text = self._without_nicknames(fill(line, shown))
                # What stood behind a break is lacking.
                return text if decoded(cell[2]).endswith(_BREAK) else text.removesuffix(_BREAK)
        return ""

    def _without_nicknames(self, text: str) -> str:
        """Return a cell in which no link is called as that of one other paper: by its name."""
        data = text.encode()
        entries = self._draft.manner.entries
        every = (frozenset(one.label for one in it.reading.links) for it in entries)
        labels = Counter(chain.from_iterable(every))
        for span in reversed(find_links(data)):
            label = hyperlink(data, span).label
            is_usual = labels[label] != 1 or folded_label(label) in PAPER_LABELS | CODE_LABELS
            if not is_usual and len(entries) > 1:
                data = data[: span.label[0]] + b"paper" + data[span.label[1] :]
        return data.decode()
