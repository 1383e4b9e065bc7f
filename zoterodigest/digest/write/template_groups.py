"""Groups of templates: the text around a value, which goes and comes with it.

Where a template reads an entry, it says what stands around each value: a value outside of a group
cannot go, and one that comes brings the text of its group.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from zoterodigest.core.values.record import Fields
from zoterodigest.core.values.span import Edit, Span
from zoterodigest.core.values.tags import TAGS
from zoterodigest.digest.format.entry_template import (
    Group,
    SlotPlace,
    TemplateLine,
    TemplateWords,
    parts_of,
)
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.read.layers import in_crlf, prefixed
from zoterodigest.digest.read.slots import ShapeLine, decoded
from zoterodigest.digest.write.shown import UnwritableValue
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

SLOTS_OF = {
    "venue": ("venue",),
    "year": ("year", "venue"),
    "award": ("award", "venue"),
    "date": ("date", "venue"),
    "task": ("task", "tags"),
    TAGS: ("tags", "task"),
    "categories": ("categories", "chips", "tags"),
    "links": ("links", "code", "tail"),
}
"""The slots that a field may stand in, if not in one of its own name."""

_BLANKS = b" \t"
_PARTING = b" \t,:|"
_WRAPPING = lazy_regex(r"[ \t>]*")


@dataclass(frozen=True, slots=True)
class GroupPlace:
    """A group of an entry's template, by the row of its line and its number there."""

    row: int
    number: int
    group: Group
    line: TemplateLine

    @property
    def slots(self) -> tuple[str, ...]:
        """The slots of the group."""
        return tuple(part.slot for part in self.group.parts if isinstance(part, SlotPlace))


def template_lines(entry: DigestEntry) -> Sequence[TemplateLine]:
    """Return the lines of the template that reads an entry, none if no template does."""
    return entry.format.templates[entry.shape.template].lines if entry.shape else ()


def group_of(entry: DigestEntry, slot: str, *, present: bool) -> GroupPlace | None:
    """Return the group that holds a slot, of those that the entry has (or has not); or None."""
    for row, line in enumerate(template_lines(entry)):
        placed = entry.shape.lines[row] if entry.shape else None
        for number, group in enumerate(line.groups):
            is_there = placed is not None and placed.present[number]
            found = GroupPlace(row, number, group, line)
            if is_there is present and slot in found.slots:
                return found
    return None


def place_in_template(entry: DigestEntry, name: str) -> tuple[int, int]:
    """Return where a field stands in an entry's template: the row, and the number in that."""
    slots = SLOTS_OF.get(name, (name,))
    for row, line in enumerate(template_lines(entry)):
        for number, place in enumerate(line.places):
            if place.slot in slots:
                return row, number
    return 0, 0


def gone_edit(document: Document, index: int, slot: str, cleared: Collection[str]) -> Edit:
    """Return the edit that takes out a slot's value with its group; raises `UnwritableValue`.

    `cleared` are the slots whose values go as well.
    """
    entry = document.entries[index]
    found = group_of(entry, slot, present=True)
    if found is None or entry.shape is None:
        raise UnwritableValue(
            f"its template has {{{slot}}} outside of a group, so an entry cannot be without it"
        )
    kept = [name for name in found.slots if name not in (slot, *cleared)]
    if kept:
        raise UnwritableValue(f"its template has it together with {{{kept[0]}}}")
    placed = entry.shape.lines[found.row]
    assert placed is not None
    if found.line.may_be_missing and sum(placed.present) == 1:
        return _whole_lines(document, placed)
    start, end = placed.groups[found.number]
    data = placed.text.data
    # A sign that parted it from what follows would begin the line.
    if entry.format.entry.loose and not data[:start].strip(_BLANKS):
        end += len(data[end:]) - len(data[end:].lstrip(_PARTING))
    is_blank_before = start == 0 or data[start - 1] in _BLANKS
    is_blank_after = end == len(data) or data[end] in _BLANKS
    if is_blank_before and is_blank_after:
        if end < len(data):
            end += len(data[end:]) - len(data[end:].lstrip(_BLANKS))
        else:
            start = len(data[:start].rstrip(_BLANKS))
    return placed.text.edit(start, end, b"")


def _whole_lines(document: Document, placed: ShapeLine) -> Edit:
    lines, span = document.lines, placed.text.source_span(0, len(placed.text.data))
    first, last = lines.line_at(span.start), lines.line_at(span.end)
    if last + 1 < len(lines):
        return Edit(Span(lines.starts[first], lines.starts[last + 1]), b"")
    start = lines.ends[first - 1] if first else 0
    return Edit(Span(start, lines.ends[last]), b"")


def coming_edit(document: Document, index: int, texts: Mapping[str, str]) -> Edit:
    """Return the edit that writes slots that an entry lacks, all of one group of its template.

    Raises `UnwritableValue` if the template has no such group, or has it with other slots.
    """
    entry, slot = document.entries[index], next(iter(texts))
    found = group_of(entry, slot, present=False)
    if found is None or entry.shape is None:
        raise UnwritableValue("the entry has no place for it")
    if missing := [name for name in found.slots if not texts.get(name)]:
        raise UnwritableValue(f"its template has it only together with {{{missing[0]}}}")
    placed = entry.shape.lines[found.row]
    if placed is None:
        present = [group is found.group for group in found.line.groups]
        return _new_line(document, index, found.row, rendered(found.line, texts, present))
    text = rendered_parts(found.group.parts, texts)
    at, _ = placed.groups[found.number]
    data = placed.text.data
    before, after = _blanks_around(found.line, found.number, placed.present)
    # A blank of the group beside one that stands there would be a second one.
    text = text if at and data[at - 1] not in _BLANKS else text.lstrip()
    text = text if at < len(data) and data[at] not in _BLANKS else text.rstrip()
    lead = " " if before and at and data[at - 1] not in _BLANKS and text[0] != " " else ""
    is_parted = at == len(data) or data[at] in _BLANKS or text[-1] == " "
    trail = " " if after and not is_parted else ""
    return placed.text.edit(at, at, f"{lead}{text}{trail}".encode("utf-8", "replace"))


def _blanks_around(line: TemplateLine, number: int, present: Sequence[bool]) -> tuple[bool, bool]:
    """Return whether the template has a blank before a group, and whether one behind it.

    What stands there may be of another group, if that is `present`.
    """
    shown: list[str] = ["", ""]
    seen = 0
    for part in line.parts:
        is_group = isinstance(part, Group)
        seen += is_group
        if is_group and (seen - 1 == number or not present[seen - 1]):
            continue
        beside = "".join(it.text if isinstance(it, TemplateWords) else "?" for it in parts_of(part))
        shown[seen > number] += beside
    return shown[0][-1:].isspace(), shown[1][:1].isspace()


def _new_line(document: Document, index: int, row: int, text: str) -> Edit:
    """Return the edit that puts a line of the template below those above it."""
    shape = document.entries[index].shape
    rows = shape.lines if shape else ()
    above = next(line for line in reversed(rows[:row]) if line is not None).text
    lines, size = document.lines, len(above.data)
    end = lines.ends[lines.line_at(above.source_span(0, size).end)]
    prefix = body_wrapping(document, index)
    if prefix is None:
        return Edit(Span(end, end), above.edit(size, size, f"\n{text}".encode()).new)
    new = prefixed(prefix.encode(), f"\n{text}".encode("utf-8", "replace"))
    return Edit(Span(end, end), in_crlf(new) if in_crlf in above.layers else new)


_MOST_NEIGHBORS = 24


def body_wrapping(document: Document, index: int) -> str | None:
    """Return what stands before the lines below an entry's first: its own, else a neighbor's.

    None if neither has such a line.
    """
    entry = document.entries[index]
    indent = _indent(document, entry)
    near = sorted(range(len(document.entries)), key=lambda at: abs(at - index))[:_MOST_NEIGHBORS]
    for other in (document.entries[at] for at in near):
        if other.format.name != entry.format.name or other.shape is None:
            continue
        below = [line for line in other.shape.lines[1:] if line is not None]
        if below and _indent(document, other) == indent:
            return _wrapping(document, below[0])
    return None


def _indent(document: Document, entry: DigestEntry) -> bytes:
    line = document.lines[entry.first]
    return line[: len(line) - len(line.lstrip(_BLANKS))]


def _wrapping(document: Document, placed: ShapeLine) -> str | None:
    """Return what stands before a line of the body: blanks and `>`; None if more does."""
    start = placed.text.source_span(0, len(placed.text.data)).start
    line = document.lines.starts[document.lines.line_at(start)]
    found = _WRAPPING.fullmatch(decoded(document.source[line:start]))
    return found[0] if found else None


def has_shape_asked(old: DigestEntry, new: DigestEntry, asked: Fields) -> bool:
    """Whether an entry is read by the same template, but for groups of what is `asked`."""
    if old.shape is None or new.shape is None:
        return old.shape is new.shape
    if old.shape.template != new.shape.template:
        return False
    slots = {slot for name in asked for slot in SLOTS_OF.get(name, (name,))}
    for line, one, other in zip(
        template_lines(old), old.shape.groups, new.shape.groups, strict=True
    ):
        for number, group in enumerate(line.groups):
            was, is_now = (it is not None and it[number] for it in (one, other))
            names = {part.slot for part in group.parts if isinstance(part, SlotPlace)}
            if was != is_now and not names & slots:
                return False
    return True


def rendered(line: TemplateLine, texts: Mapping[str, str], present: Sequence[bool]) -> str:
    """Return a template's line with `texts` in its slots; of missing groups the blanks go too."""
    shown = ""
    choice = iter(present)
    for part in line.parts:
        if isinstance(part, Group):
            text = rendered_parts(part.parts, texts) if next(choice) else ""
        else:
            text = rendered_parts([part], texts)
        # No value begins with a blank, so one that does is the template's.
        shown += text.lstrip() if not shown or shown[-1].isspace() else text
    return shown.rstrip()


def rendered_parts(parts: Sequence[TemplateWords | SlotPlace], texts: Mapping[str, str]) -> str:
    """Return parts of a template with `texts` in their slots."""
    shown = ""
    for part in parts:
        if isinstance(part, TemplateWords):
            shown += part.text
        else:
            wrap = "\n> " if shown.lstrip()[:1] == ">" else "\n"
            shown += texts[part.slot].replace("\n", wrap)
    return shown
