"""What stands outside of entries: new headings, and the dates and counts around a list of papers.

Each change is read again: every entry reads as before, or the change is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from zoterodigest.core.values.span import Edit, Span, splice
from zoterodigest.digest.read.document import Document, Headings, number_at
from zoterodigest.digest.read.tables import is_table_line
from zoterodigest.digest.write.edit_check import Reader
from zoterodigest.digest.write.headings import heading_like
from zoterodigest.digest.write.insertion_point import line_break
from zoterodigest.digest.write.rearrange import are_same_entries
from zoterodigest.digest.write.shown import UnwritableValue
from zoterodigest.digest.write.steps import bytes_of
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DigestSection:
    """A heading with the entries under it: its path as `Entry.heading_keys`, its text, how many."""

    path: Path
    text: str
    entries: int


@dataclass(frozen=True, slots=True)
class NewSection:
    """The section to come: its heading's text, the one it is to look like, and where it goes.

    It stands above `like`, or below it; without any it ends the digest.
    """

    text: str
    like: Path | None = None
    is_below: bool = False


def sections_of(document: Document) -> tuple[DigestSection, ...]:
    """Return every heading but the document's title, and what stands under none if something does.

    They are in the order of the document.
    """
    counts: dict[Path, int] = {}
    for entry in document.core_entries():
        counts[entry.heading_keys] = counts.get(entry.heading_keys, 0) + 1
    outer = 1 if document.title else 0
    found = [DigestSection((), "", counts[()])] if counts.get(()) else []
    for heading, keys in Headings(document.lines).keyed:
        if path := keys[outer:]:
            found.append(DigestSection(path, heading.text, counts.get(path, 0)))
    return tuple(found)


def with_section(document: Document, new: NewSection, read: Reader) -> tuple[Document, Path]:
    """Return the document with a new section without entries, and the section's path.

    A table's header comes with it. Raises `Unwritable` if anything else would be read anew.
    """
    text = " ".join(new.text.split())
    edit = _edit(document, replace(new, text=text))
    after = read(splice(document.source, [edit]))
    before = [heading.text for heading, _ in Headings(document.lines).keyed]
    present = Headings(after.lines).keyed
    if len(after.entries) != len(document.entries) or len(present) != len(before) + 1:
        raise UnwritableValue(f"the heading “{text}” would not be read as one")
    if not are_same_entries(document, after):
        raise UnwritableValue(f"entries would be read anew below the heading “{text}”")
    at = edit.span.start
    number = next(n for n, (it, _) in enumerate(present) if after.lines.starts[it.line] >= at)
    keys = present[number][1]
    return after, keys[1:] if after.title else keys


def _edit(document: Document, new: NewSection) -> Edit:
    lines = document.lines
    eol = line_break(lines, 0)
    if new.like is None:
        source = document.source
        # Above the line breaks that end the file: as many as there are end it afterwards.
        end = len(source.rstrip(b"\r\n"))
        gap = eol * 2 if end else b""
        tail = b"" if source[end:] else eol
        return Edit(Span(end, end), gap + b"## " + new.text.encode() + tail)
    headings = Headings(lines).keyed
    keys = (document.title, *new.like) if document.title else new.like
    number = next(n for n, (_, path) in enumerate(headings) if path == keys)
    line = heading_like(lines, [it for it, _ in headings], number, new.text)
    skeleton = [line, *_lead(document, number)]
    below = number + new.is_below
    if below < len(headings):
        start = lines.starts[headings[below][0].line]
        return Edit(Span(start, start), eol.join((*skeleton, b"", b"")))
    end = len(document.source.rstrip(b" \t\r\n"))
    return Edit(Span(end, end), eol * 2 + eol.join(skeleton).rstrip(b"\r\n"))


def _lead(document: Document, number: int) -> list[bytes]:
    """Return the lines between a heading and its entries: blanks, and the header of a table."""
    headings = Headings(document.lines).keyed
    first = headings[number][0].line + 1
    own = (it for it in document.entries if number_at(headings, it) == number)
    entry = next(own, None)
    if entry is None or entry.format.columns is None:
        return []
    lines = range(first, entry.first)
    head = [at for at in lines if is_table_line(document.lines, at)]
    blank = [b""] if head and document.lines.is_blank(head[0] - 1) else []
    return [*blank, *(document.lines[at] for at in head)]


Change = Callable[[bytes], bytes]


def with_outside(document: Document, change: Change, read: Reader) -> Document:
    """Return the document with `change` made in each piece of text between its entries.

    Raises `Unwritable` if an entry would not be read as before, or another one appeared.
    """
    pieces: list[bytes] = []
    cursor = 0
    for entry in document.entries:
        pieces += change(document.source[cursor : entry.span.start]), bytes_of(document, entry)
        cursor = entry.span.end
    source = b"".join((*pieces, change(document.source[cursor:])))
    if source == document.source:
        return document
    after = read(source)
    if len(after.entries) != len(document.entries):
        raise UnwritableValue("the text around the entries would be read as one")
    if not are_same_entries(document, after):
        raise UnwritableValue("the entries would not be read as they are")
    return after


def redated(before: Sequence[str], after: Sequence[str]) -> Change:
    """Return the change of one date into another, in whatever way its numbers are parted.

    Both are year, month and, if it is known, day.
    """
    numbers = [part.encode() for part in before]
    inner = b"".join(rb"(--?|[/._]?)" + number for number in numbers[1:])
    # Never within a longer number, which may be an id.
    pattern = re.compile(rb"(?<!\d)" + numbers[0] + inner + rb"(?!\d)")

    def new(found: re.Match[bytes]) -> bytes:
        gaps = [b"", *found.groups()]
        pairs = zip(gaps, after[: len(gaps)], strict=True)
        return b"".join(gap + part.encode() for gap, part in pairs)

    return lambda text: pattern.sub(new, text)


# shields.io writes a dash within a badge's text as two.
_BADGE = lazy_regex(rb"(/badge/(?:[^-/()\s]|--){1,60}-)(\d{1,6})(?=-)")


def recounted(before: int, after: int) -> Change:
    """Return the change of badges that show how many entries there were, `before`."""

    def new(found: re.Match[bytes]) -> bytes:
        is_count = int(found[2]) == before
        return found[1] + (str(after).encode() if is_count else found[2])

    return lambda text: _BADGE.sub(new, text)
