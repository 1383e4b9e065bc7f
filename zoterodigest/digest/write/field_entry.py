"""New entries with fields below: a neighbor's lines, with the new values in place of its own.

A line whose values the new entry lacks is left out, and so is what is about the neighbor alone: its
short name, a remark, a key that nobody knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from zoterodigest.core.values import identity
from zoterodigest.core.values.record import Hyperlink
from zoterodigest.digest.format.template import fill
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.read.found import is_heading
from zoterodigest.digest.read.references import is_own_page, links_within, stated_links
from zoterodigest.digest.read.slots import Slot, decoded
from zoterodigest.digest.write.house_style import filled_slots, is_code, own_line
from zoterodigest.digest.write.links import links_texts
from zoterodigest.digest.write.new_entry import NewEntryDraft, paper_url
from zoterodigest.digest.write.shown import UnwritableValue
from zoterodigest.frozen import dataclass

_LISTED = ("links", "code")
_LEAD = re.compile(r"[ \t>]*(?:#{1,6}[ \t]+)?(?:(?:[-*+•]|\d{1,9}[.)])[ \t]+)?(?:\[[ xX]\][ \t]+)?")
_NUMBER = re.compile(r"^((?:[ \t>#]|\*\*|__)*(?:Paper #?)?)(\d{1,4})(?=[.)、:])", re.I)
_REMARK = re.compile(r"[ \t]*\([^()]*\w[^()]*\)|[ \t]*\[[^\[\]]*\w[^\[\]]*\]")
_OPENING = re.compile(r"[\"“*_\[(]*$")
_WRAP = re.compile(r"[ \t>]*")


@dataclass(frozen=True, slots=True)
class _FieldLine:
    """Lines of a model with slots, and the blank lines and headings that lead to them."""

    first: int
    last: int
    slots: tuple[Slot, ...]
    lead: tuple[str, ...]


def new_with_fields(draft: NewEntryDraft, document: Document) -> str:
    """Return the lines of a new entry; raises `UnwritableValue` if no neighbor shows how."""
    models = [_FieldModel(document, entry, draft) for entry in draft.manner.entries]
    if not models:
        raise UnwritableValue("no entry of its format shows how it is written")
    # Of those that show as much, the nearest.
    best = max(models, key=lambda model: model.shown)
    lines = best.lines()
    shown = {*best.slots, *(("arxiv", "doi") if best.has_page else ())}
    for model in models:
        for slot, text in model.lines_for(shown):
            if slot not in shown:
                shown.add(slot)
                lines.insert(best.end_of_fields(lines), text)
    return "\n".join(lines)


class _FieldModel:
    """An entry as a model for a new one."""

    def __init__(self, document: Document, entry: DigestEntry, draft: NewEntryDraft) -> None:
        self._document = document
        self._entry = entry
        self._draft = draft
        self._lines = [*_field_lines(document, entry)]
        slots = [slot for line in self._lines for slot in line.slots]
        self.slots = {slot.name for slot in slots}
        plain = [name for name in self.slots if name not in _LISTED]
        self._texts = draft.texts(plain, self.slots)
        self._links = _assigned(draft, [slot for slot in slots if slot.name in _LISTED], self.slots)
        self._tail = 0

    @property
    def shown(self) -> int:
        """How many values it has a place for, less the lines that would not be filled."""
        links = sum(bool(text) for text in self._links.values())
        return sum(map(bool, self._texts.values())) + links

    @property
    def has_page(self) -> bool:
        """Whether it shows the page of the work itself."""
        own = paper_url(self._draft.fields)
        return "url" in self.slots or any(own in text for text in self._links.values() if own)

    def lines(self) -> list[str]:
        """Return the lines of the new entry."""
        written: list[str] = []
        for line in self._lines:
            text = self._filled(line)
            if text is not None:
                written += [*line.lead, *text]
        return written

    def end_of_fields(self, lines: Sequence[str]) -> int:
        """Return where one more line goes: below the last line, above a text or a heading."""
        kept = [at for at, line in enumerate(self._lines) if line.slots[-1].name != "summary"]
        last = self._lines[kept[-1]] if kept else self._lines[0]
        text = self._filled(last)
        return lines.index(text[0]) + len(text) if text and text[0] in lines else len(lines)

    def lines_for(self, known: Iterable[str]) -> list[tuple[str, str]]:
        """Return the lines that show one value alone that no slot in `known` does."""
        found: list[tuple[str, str]] = []
        for line in self._lines[1:]:
            name = line.slots[0].name
            if len(line.slots) == 1 and name not in known and not line.lead:
                text = self._filled(line)
                if text is not None and len(text) == 1:
                    found.append((name, text[0]))
        return found

    def _text(self, slot: Slot) -> str:
        at = slot.span.start
        return self._links.get(at, "") if slot.name in _LISTED else self._texts.get(slot.name, "")

    def _filled(self, line: _FieldLine) -> list[str] | None:
        if not any(map(self._text, line.slots)):
            return None
        lines, source = self._document.lines, self._document.source
        stop = lines.ends[line.last]
        shape = own_line(source, lines.starts[line.first], stop, line.slots)
        if shape is None:
            return None
        glue = [_manner(text) for text in shape.glue]
        glue[0] = shape.glue[0] if line.first != self._entry.first else _head(shape.glue[0])
        names = tuple(str(at) for at, _ in enumerate(line.slots))
        texts = {str(at): self._text(slot) for at, slot in enumerate(line.slots)}
        wrap = _WRAP.match(glue[0])
        prefix = (wrap[0] if wrap else "").ljust(len(_lead(glue[0])))
        texts = {name: text.replace("\n", "\n" + prefix) for name, text in texts.items()}
        return fill(type(shape)(tuple(glue), names), texts).split("\n")


def _lead(text: str) -> str:
    found = _LEAD.match(text)
    return found[0] if found and ">" not in found[0] else ""


def _head(text: str) -> str:
    """Return what stands before a title, without a short name."""
    number = _NUMBER.match(text)
    lead = _LEAD.match(text)
    end = max(number.end() if number else 0, lead.end() if lead else 0)
    rest = text[end:]
    if not any(map(str.isalnum, rest)):
        return text
    opening = _OPENING.search(rest)
    return text[:end] + (opening[0] if opening else "").lstrip("])")


def _manner(text: str) -> str:
    """Return what stands between values, without remarks about the neighbor."""
    return _REMARK.sub("", text)


def _field_lines(document: Document, entry: DigestEntry) -> Iterable[_FieldLine]:
    lines = document.lines
    slots = [slot for slot in filled_slots(entry)]
    lead: list[str] = []
    after = entry.first
    while slots:
        first = lines.line_at(slots[0].span.start)
        for line in range(after, first):
            data = lines[line]
            if is_heading(data.lstrip()) or not data.strip(b" \t>"):
                lead.append(decoded(data))
            else:
                lead = []
        group = [slot for slot in slots if lines.line_at(slot.span.start) == first]
        last = max(lines.line_at(slot.span.end) for slot in group)
        # A value that begins where another of several lines ends has no line of its own.
        group = [slot for slot in slots if first <= lines.line_at(slot.span.start) <= last]
        yield _FieldLine(first, last, tuple(group), tuple(lead))
        slots = slots[len(group) :]
        lead, after = [], last + 1


def _assigned(
    draft: NewEntryDraft, slots: Sequence[Slot], every: Iterable[str]
) -> Mapping[int, str]:
    """Return the text of each slot of links, by where it stands in the neighbor."""
    own = "" if "url" in every else paper_url(draft.fields)
    left = [it for it in stated_links(draft.fields) if not is_own_page(it.url, draft.fields)]
    wanted: list[list[Hyperlink]] = []
    for slot in slots:
        taken: list[Hyperlink] = []
        for link in _labelled(slot):
            if own and identity.is_paper_url(link.url):
                taken.append(Hyperlink(link.label, own))
                own = ""
            elif found := _like(link, left):
                left.remove(found)
                taken.append(Hyperlink(link.label, found.url))
        wanted.append(taken)
    # What no link of the neighbor is like goes where links stand without a key.
    last = next((at for at in reversed(range(len(slots))) if slots[at].section is None), None)
    if last is not None:
        wanted[last] += left
    return {
        slot.span.start: links_texts([slot], _labelled(slot), links)[0] if links else ""
        for slot, links in zip(slots, wanted, strict=True)
    }


def _labelled(slot: Slot) -> list[Hyperlink]:
    """Return the links of a slot, those without a label called as their key is."""
    links = links_within(slot.text.data)
    return [Hyperlink(it.label or slot.section or "", it.url) for it in links if it.url]


def _like(link: Hyperlink, others: Sequence[Hyperlink]) -> Hyperlink | None:
    same = (it for it in others if it.label.casefold() == link.label.casefold())
    alike = (it for it in others if is_code(it.url) and is_code(link.url))
    return next(same, None) or next(alike, None)


def is_title_numbered(text: str) -> bool:
    """Whether the first line of an entry is a heading, or in bold, with a number before its title.

    The number of a list item is the item's.
    """
    return _NUMBER.match(text) is not None and text.lstrip(" \t>")[:1] in "#*_"


def with_title_number(text: str, above: Iterable[str], every: Iterable[str]) -> str:
    """Return a new entry with the number in its title that follows those of the entries `above`.

    If `every` entry has a number of its own, so has the new one.
    """
    found = _NUMBER.match(text)
    if found is None:
        return text
    known, before = _numbers(every), _numbers(above)
    number = before[-1] + 1 if before else 1
    if len(known) == len({*known}) and number in known:
        number = max(known) + 1
    return f"{found[1]}{number}{text[found.end(2) :]}"


def _numbers(first_lines: Iterable[str]) -> list[int]:
    return [int(found[2]) for line in first_lines if (found := _NUMBER.match(line))]
