"""Converting: the entries of a digest are written in another format, where they stand.

Each entry is written by itself, as the first of a digest would be: so all look alike, and nothing
is left out because a neighbor lacks it. Neighboring entries are then put in the place of the old
ones, together; the text around them stays, byte for byte. What comes out is read again as a whole:
every entry must say there what it says alone, or its group of entries stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from zoterodigest.core.values.record import NOTE, Fields, Value, is_empty
from zoterodigest.core.values.span import Edit, Span, splice
from zoterodigest.digest.format.format import DigestFormat
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.read.found import is_rule
from zoterodigest.digest.read.leftover import leftovers
from zoterodigest.digest.read.lines import Lines
from zoterodigest.digest.read.references import is_own_page, stated_links
from zoterodigest.digest.read.tables import is_table_line
from zoterodigest.digest.write.edit_check import Reader
from zoterodigest.digest.write.insertion_point import line_break
from zoterodigest.digest.write.rearrange import UNREAD_ENTRY, is_same_entry, rearrange
from zoterodigest.digest.write.shown import BlockForm, plain_blocks, shows
from zoterodigest.digest.write.steps import NewEntry, bytes_of
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex


@dataclass(frozen=True, slots=True)
class ConvertedEntry:
    """An entry in its new format: the fields that it cannot show, and text that is no field."""

    before: DigestEntry
    after: DigestEntry
    lost: tuple[str, ...]
    unread: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Converted:
    """A digest after a conversion: its bytes, the converted entries, and those that stay, why."""

    source: bytes
    entries: tuple[ConvertedEntry, ...]
    stayed: tuple[tuple[DigestEntry, str], ...]


@dataclass(frozen=True, slots=True)
class _Alone:
    """An entry written by itself: its lines there, and how they are read."""

    index: int
    body: bytes
    entry: DigestEntry


@dataclass(frozen=True, slots=True)
class _Replacement:
    """Entries that are replaced together: the bytes to replace, and what they become."""

    span: Span
    parts: tuple[_Alone, ...]


class Conversion:
    """Converts the entries of one document into `form`.

    `read` reads bytes as the converted digest will be read, `read_alone` by `form` and no other;
    `compared` is how blocks are compared.
    """

    def __init__(
        self,
        document: Document,
        form: DigestFormat,
        read: Reader,
        read_alone: Reader,
        compared: BlockForm = plain_blocks,
    ) -> None:
        self._document = document
        self._form = _showing_all(form)
        self._read = read
        self._read_alone = read_alone
        self._compared = compared
        self._eol = line_break(document.lines, 0)
        self._header = _header(form, document.entries) if form.columns else b""
        self._stayed: dict[int, str] = {}
        self._as_written: list[_Alone] = []

    def converted(self) -> Converted:
        """Return the digest with all entries converted that can be."""
        alone = self._written_alone()
        kept, source = self._settled(self._groups(alone), ())
        entries, unread = self._document.entries, leftovers(self._document)
        done = (
            ConvertedEntry(
                entries[it.index],
                it.entry,
                self._lost(entries[it.index], it.entry),
                unread[it.index],
            )
            for it in sorted(
                (*self._as_written, *(part for group in kept for part in group.parts)),
                key=lambda part: part.index,
            )
        )
        stayed = tuple((entries[at], why) for at, why in sorted(self._stayed.items()))
        return Converted(source, tuple(done), stayed)

    def _written_alone(self) -> dict[int, _Alone]:
        alone: dict[int, _Alone] = {}
        for index, entry in enumerate(self._document.entries):
            if entry.format.name == self._form.name:
                continue
            if why := _unmovable(self._document, entry):
                self._stayed[index] = why
                continue
            fields = {
                name: value
                for name, value in entry.reading.fields.items()
                if not (is_empty(value) or name.startswith(NOTE))
            }
            change = NewEntry("new", (), fields, self._form)
            empty = self._read_alone(self._header)
            done = rearrange(empty, [change], self._read_alone, self._compared)
            if done.refusals:
                why = done.refusals[0][1]
                self._stayed[index] = _NOT_READ if why == UNREAD_ENTRY else why
                continue
            (written,) = done.document.entries
            part = _Alone(index, bytes_of(done.document, written), written)
            span = entry.span
            # A more special format may have read what stands as this one would write it.
            if part.body.replace(b"\n", self._eol) == self._document.source[span.start : span.end]:
                self._as_written.append(part)
            else:
                alone[index] = part
        return alone

    def _groups(self, alone: Mapping[int, _Alone]) -> list[_Replacement]:
        entries = self._document.entries
        groups: list[_Replacement] = []
        for run in _runs(self._document, alone):
            span = _span(self._document.lines, entries[run[0]], entries[run[-1]])
            if span is None:
                self._stayed |= dict.fromkeys(run, "its HTML list holds other things, too")
            else:
                groups.append(_Replacement(span, tuple(alone[index] for index in run)))
        return groups

    def _settled(
        self, groups: Sequence[_Replacement], kept: tuple[_Replacement, ...]
    ) -> tuple[tuple[_Replacement, ...], bytes]:
        """Return `kept` and all of `groups` that can be converted with it, and the bytes then."""
        source = self._with((*kept, *groups))
        if not groups or self._is_sound(source, (*kept, *groups)):
            return (*kept, *groups), source
        if len(groups) == 1:
            for part in groups[0].parts:
                self._stayed[part.index] = _NOT_READ
            return kept, self._with(kept)
        middle = len(groups) // 2
        kept, _ = self._settled(groups[:middle], kept)
        return self._settled(groups[middle:], kept)

    def _with(self, groups: Sequence[_Replacement]) -> bytes:
        edits = (Edit(group.span, self._text(group)) for group in groups)
        return splice(self._document.source, edits)

    def _text(self, group: _Replacement) -> bytes:
        """Return a group's entries in the new format, parted from the text around them."""
        gap = "".join(f"\n{line}" for line in self._form.between).encode() + b"\n"
        bodies = [part.body for part in group.parts]
        text = self._header + b"\n".join(bodies) if self._header else gap.join(bodies)
        if "li" in self._form.containers:
            text = b"<ul>\n" + text + b"\n</ul>"
        lines = self._document.lines
        first, last = (lines.line_at(at) for at in (group.span.start, group.span.end))
        above = b"\n" if first and not lines.is_blank(first - 1) else b""
        below = b"\n" if last + 1 < len(lines) and not lines.is_blank(last + 1) else b""
        # An entry is composed with LF; its line breaks become those of the digest here, once.
        whole = (above + text + below).replace(b"\n", self._eol)
        is_row = _holder(self._document.entries[group.parts[-1].index]) == "row"
        if is_row and below and b"|" in lines[last + 1] and not is_table_line(lines, last + 1):
            # Rows that stay need the header that went with those above.
            whole += self._eol + _header_of(lines, last).rstrip(b"\r\n")
        return whole

    def _is_sound(self, source: bytes, groups: Sequence[_Replacement]) -> bool:
        """Whether every converted entry says what it says alone, and every other is as it was."""
        before, after = self._document.entries, self._read(source).entries
        if len(before) != len(after):
            return False
        alone = {part.index: part for group in groups for part in group.parts}
        return all(
            old.headings == new.headings and _is_as_meant(old, new, alone.get(index))
            for index, (old, new) in enumerate(zip(before, after, strict=True))
        )

    def _lost(self, before: DigestEntry, after: DigestEntry) -> tuple[str, ...]:
        """Return what of an entry the new one does not show."""
        old, new = before.reading.fields, after.reading.fields
        lost = {
            name
            for name, value in old.items()
            if not (is_empty(value) or shows(new.get(name), value, self._compared))
        }
        if "year" in lost and str(new.get("date", ""))[:4] == old["year"]:
            lost.discard("year")
        # A title may be linked to a page that is no other link of the entry: a project's.
        page, shown = before.reading.title_url, [it.url for it in stated_links(new)]
        # They are of the old format, and no sync brings back what it wrote and finds gone.
        if before.annotations is not None:
            lost.add("annotations")
        if page and not is_own_page(page, old) and page not in (*shown, after.reading.title_url):
            lost.add("links")
        return tuple(sorted(lost))


_NOT_READ = "in that format it would not be read as an entry"


def _is_as_meant(old: DigestEntry, new: DigestEntry, alone: _Alone | None) -> bool:
    if alone is None:
        return is_same_entry(old, new)
    # Of two formats that read the same of it any will do: a table or list may be a special one,
    # which cuts the raw texts otherwise, and has other fields empty.
    is_whole = not (new.broken or new.unreadable or new.problems)
    is_same_paper = new.reading.identifiers == alone.entry.reading.identifiers
    return is_whole and is_same_paper and _filled(new) == _filled(alone.entry)


def _filled(entry: DigestEntry) -> dict[str, Value]:
    return {name: it for name, it in entry.reading.fields.items() if not is_empty(it)}


def _showing_all(form: DigestFormat) -> DigestFormat:
    """Return a format that writes what it otherwise writes only if its neighbors do."""
    rule = form.new
    if rule is None:
        return form
    lines = [it if isinstance(it, str) or it[0] else it[1:] for it in rule.lines]
    return form.model_copy(update={"new": rule.model_copy(update={"lines": lines})})


_HTML_PART = lazy_regex(rb"[ \t]*<(?:t[rdh]|li)\b", re.I)


def _unmovable(document: Document, entry: DigestEntry) -> str:
    """Return why an entry has to stay as it is, "" if it need not."""
    if entry.broken:
        return entry.broken
    if entry.unreadable:
        return f"its {', '.join(sorted(entry.unreadable))} can't be read"
    if _holder(entry) != "li" and _HTML_PART.match(bytes_of(document, entry)):
        return "it is a part of an HTML table or list"
    return ""


def _holder(entry: DigestEntry) -> str:
    """Return what holds entries like this one: "row" for a table, "li" for an HTML list, or ""."""
    return next((name for name in ("row", "li") if name in entry.format.containers), "")


_OPENED = lazy_regex(rb"[ \t]*<[uo]l\b[^<>]*>[ \t]*", re.I)
_CLOSED = lazy_regex(rb"[ \t]*</[uo]l>[ \t]*", re.I)


def _span(lines: Lines, first: DigestEntry, last: DigestEntry) -> Span | None:
    """Return the bytes of neighboring entries with what holds them.

    The header goes with the first row of a table. An HTML list goes as a whole: None if it holds
    anything else.
    """
    top, bottom = first.first, last.last
    if _holder(first) == "row" and is_table_line(lines, top - 1):
        top -= 2
    elif _holder(first) == "li":
        top, bottom = top - 1, bottom + 1
        is_there = top >= 0 and bottom < len(lines)
        if not (is_there and _OPENED.fullmatch(lines[top]) and _CLOSED.fullmatch(lines[bottom])):
            return None
    return Span(lines.starts[top], lines.ends[bottom])


def _header_of(lines: Lines, line: int) -> bytes:
    """Return the header of the table in which a row stands, with the line that parts them."""
    while not is_table_line(lines, line):
        line -= 1
    return lines.source[lines.starts[line - 1] : lines.starts[line + 1]]


def _runs(document: Document, alone: Mapping[int, _Alone]) -> list[list[int]]:
    """Return the entries to convert, those together that nothing but gaps part."""
    runs: list[list[int]] = []
    for index in sorted(alone):
        if runs and runs[-1][-1] == index - 1 and _is_gap(document, index - 1):
            runs[-1].append(index)
        else:
            runs.append([index])
    return runs


def _is_gap(document: Document, index: int) -> bool:
    """Whether an entry and the one below it are parted as entries of their format are."""
    above, below = document.entries[index], document.entries[index + 1]
    lines = document.lines
    between = range(above.last + 1, below.first)
    has_rules = any(is_rule(line.encode()) for line in above.format.between)
    return (
        _holder(above) == _holder(below)
        and above.headings == below.headings
        and all(lines.is_blank(at) or (has_rules and is_rule(lines[at])) for at in between)
    )


_COLUMNS: Sequence[tuple[str, Callable[[Fields], bool]]] = (
    ("title", lambda fields: True),
    ("authors", lambda fields: "authors" in fields),
    ("venue", lambda fields: bool(fields.keys() & {"venue", "award"})),
    ("year", lambda fields: "year" in fields),
    ("date", lambda fields: "date" in fields),
    ("task", lambda fields: "task" in fields),
    ("tags", lambda fields: bool(fields.keys() & {"task", "categories"})),
    ("award", lambda fields: "award" in fields),
    ("abstract", lambda fields: "abstract" in fields),
    ("summary", lambda fields: "summary" in fields),
    ("comment", lambda fields: "comment" in fields),
    ("links", lambda fields: "links" in fields),
    ("doi", lambda fields: "doi" in fields and bool(fields.keys() & {"arxiv", "url"})),
)
"""The columns of a new table in their order, and whether a work with these fields needs them."""

_INSTEAD = {"year": {"venue", "date"}, "award": {"venue"}, "tags": {"task"}}
"""Columns that are not needed beside one of these."""


def _header(form: DigestFormat, entries: Sequence[DigestEntry]) -> bytes:
    """Return the two lines above the rows of a new table with a column for all that is known."""
    columns = form.columns
    if columns is None:
        return b""
    works = [
        {name: value for name, value in it.reading.fields.items() if not is_empty(value)}
        for it in entries
    ]
    chosen: list[str] = []
    for slot, needs in _COLUMNS:
        is_needed = any(map(needs, works)) and not _INSTEAD.get(slot, set()) & {*chosen}
        if slot in columns.names and (slot in columns.needs or is_needed):
            chosen.append(slot)
    names = [columns.names[slot][0] for slot in chosen]
    titles = [name.upper() if name == "doi" else name.capitalize() for name in names]
    return f"| {' | '.join(titles)} |\n|{'---|' * len(titles)}\n".encode()
