"""Writing: the new text of a slot, made from the text that stands there.

Each writer returns the slot's whole new text; `Text.rewrite` keeps every byte that is the same.
`armoured` writing puts HTML entities for the signs that could end a slot; it is tried where plain
writing does not read back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from zoterodigest.core.record import NOTE, SECTION, Fields, Value
from zoterodigest.core.span import Edit
from zoterodigest.digest.document import DigestEntry
from zoterodigest.digest.reading import decoded
from zoterodigest.digest.shown import Unwritable
from zoterodigest.digest.slots import Slot
from zoterodigest.digest.write_blocks import blocks_text
from zoterodigest.digest.write_html import inert_blocks, inert_line, is_in_markdown
from zoterodigest.digest.write_lines import slot_edit
from zoterodigest.digest.write_notes import note_edits
from zoterodigest.digest.write_references import REFERENCES, references_texts
from zoterodigest.digest.write_values import (
    awards_text,
    categories_text,
    chips_text,
    date_text,
    line_text,
    lines_text,
    names_text,
    tags_text,
    task_text,
    venue_text,
    year_text,
)

_SLOTS_OF = {
    "venue": ("venue",),
    "year": ("year", "venue"),
    "award": ("award", "venue"),
    "date": ("date", "venue"),
    "task": ("task", "tags"),
    "categories": ("categories", "chips"),
    "links": ("links", "code", "tail"),
}
_ARMOUR = {ord(char): f"&#{ord(char)};" for char in "<>[]*_`|#~"}
STUB_END = "..."
"""What the short form of a folded comment ends in."""


def armour(text: str) -> str:
    """Return text with entities for the signs that could end a slot."""
    return text.translate(_ARMOUR)


def slot_of(entry: DigestEntry, name: str) -> Slot | None:
    """Return the slot that shows the field `name`, or None if the entry has none."""
    if name.startswith(SECTION) or name == "abstract":
        return _section_slot(entry, name)
    for slot_name in _SLOTS_OF.get(name, (name,)):
        for slot in entry.slots:
            if slot.name == slot_name:
                return slot
    return None


def _section_slot(entry: DigestEntry, name: str) -> Slot | None:
    """Return the slot whose text the reading took for `name` (names may repeat in an entry)."""
    raw = entry.reading.raws.get(name)
    wanted = name.removeprefix(SECTION)
    fitting = [
        slot
        for slot in entry.slots
        if slot.name in ("section", "abstract") and decoded(slot.text.data) == raw
    ]
    named = (slot for slot in fitting if wanted in (slot.section, slot.name))
    return next(named, next(iter(fitting), None))


def units(entry: DigestEntry, changed: Sequence[str]) -> list[tuple[str, ...]]:
    """Group changed fields that share a slot and must be written together (venue and year).

    Notes come last: a new one stands behind all else.
    """
    venue = tuple(name for name in changed if _is_in_venue(entry, name))
    references = tuple(name for name in changed if name in REFERENCES)
    rest = [(name,) for name in changed if name not in (*venue, *references)]
    grouped = [unit for unit in (venue, references) if unit] + rest
    return sorted(grouped, key=lambda unit: (unit[0].startswith(NOTE), unit))


def _is_in_venue(entry: DigestEntry, name: str) -> bool:
    slot = slot_of(entry, name)
    return slot is not None and slot.name == "venue"


def write_unit(entry: DigestEntry, asked: Fields, source: bytes, *, armoured: bool) -> list[Edit]:
    """Return the edits of `source` that write the fields of one unit; raises `Unwritable`."""
    name = next(iter(asked))
    if name.startswith(NOTE):
        edits = note_edits(entry, name, asked[name], armour if armoured else str)
        if isinstance(edits, str):
            raise Unwritable(edits)
        return edits
    if name in REFERENCES:
        texts = references_texts(entry.slots, entry.reading.fields, asked)
        return [edit for slot, new in texts for edit in _rewritten(slot, new, source)]
    slot = slot_of(entry, name)
    if slot is None:
        raise Unwritable("the entry has no place for it")
    old = decoded(slot.text.data)
    new = venue_text(old, asked) if slot.name == "venue" else _text(name, slot, asked[name])
    new = _inert(entry, slot, name, new=new, source=source)
    new = new.translate(_ARMOUR) if armoured else new
    return _rewritten(slot, new, source) + _stub_edits(entry, name, old, new)


def _text(name: str, slot: Slot, value: Value) -> str:
    return _WRITERS[_family(name, slot)](decoded(slot.text.data), value)


def _inert(entry: DigestEntry, slot: Slot, name: str, *, new: str, source: bytes) -> str:
    """Return the new text of a slot without any HTML that does not stand there already."""
    old = decoded(slot.text.data)
    if _family(name, slot) != "blocks":
        return inert_line(new, old)
    before = source[entry.span.start : slot.text.source_span(0, 0).start]
    text = inert_blocks(new, old, is_markdown=is_in_markdown(before))
    if text is None:
        raise Unwritable("it holds HTML in code or in a formula, where it would come to life")
    return text


def _rewritten(slot: Slot, new: str, source: bytes) -> list[Edit]:
    edit = slot_edit(slot, new, source)
    return [edit] if edit else []


def _stub_edits(entry: DigestEntry, name: str, old: str, new: str) -> list[Edit]:
    """Return the edit of a comment's short form, if that is how the comment began."""
    stub = next((slot for slot in entry.slots if slot.name == "comment_stub"), None)
    if name != "comment" or stub is None:
        return []
    short = decoded(stub.text.data).removesuffix(STUB_END)
    if not short or not old.startswith(short):
        return []
    stub_text = new[: len(short)] + STUB_END if new else ""
    edit = stub.text.rewrite(stub_text.encode("utf-8", "replace"))
    return [edit] if edit else []


def _family(name: str, slot: Slot) -> str:
    if name == "summary" or name.startswith(SECTION):
        return "blocks"
    return slot.name if slot.name in _WRITERS else name


_WRITERS: Mapping[str, Callable[[str, Value], str]] = {
    "title": line_text,
    "comment": lines_text,
    "abstract": lines_text,
    "date": date_text,
    "year": year_text,
    "authors": names_text,
    "task": task_text,
    "award": awards_text,
    "tags": tags_text,
    "chips": chips_text,
    "categories": categories_text,
    "blocks": blocks_text,
}
