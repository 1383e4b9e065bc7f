"""Writing: the new text of a slot, made from the text that stands there.

Each writer returns the slot's whole new text; `Text.rewrite` keeps every byte that is the same.
`armoured` writing puts HTML entities for the signs that could end a slot; it is tried where plain
writing does not read back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from zoterodigest.core.record import SECTION, Fields, Links, Value
from zoterodigest.core.span import Edit
from zoterodigest.digest.document import DigestEntry
from zoterodigest.digest.reading import decoded
from zoterodigest.digest.references import LINK_SLOTS
from zoterodigest.digest.shown import safe_url
from zoterodigest.digest.slots import Slot
from zoterodigest.digest.write_blocks import blocks_text
from zoterodigest.digest.write_links import links_texts
from zoterodigest.digest.write_values import (
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
_STUB_END = "..."


class Unwritable(Exception):
    """A value cannot be written where it belongs; `str` says why."""


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
    for slot in entry.slots:
        if slot.name in ("section", "abstract") and decoded(slot.text.data) == raw:
            return slot
    return None


def units(entry: DigestEntry, changed: Sequence[str]) -> list[tuple[str, ...]]:
    """Group changed fields that share a slot and must be written together (venue and year)."""
    shared = [name for name in changed if _is_in_venue(entry, name)]
    rest = [(name,) for name in changed if name not in shared]
    return sorted([tuple(shared), *rest] if shared else rest)


def _is_in_venue(entry: DigestEntry, name: str) -> bool:
    slot = slot_of(entry, name)
    return slot is not None and slot.name == "venue"


def write_unit(
    entry: DigestEntry, unit: tuple[str, ...], asked: Fields, *, armoured: bool
) -> list[Edit]:
    """Return the edits that write the fields of one unit; raises `Unwritable`."""
    name = unit[0]
    if name in ("arxiv", "doi", "url"):
        return _write_identity(entry, name, asked[name])
    if name == "links":
        return _write_links(entry, asked[name])
    slot = slot_of(entry, name)
    if slot is None:
        raise Unwritable("the entry has no place for it")
    old = decoded(slot.text.data)
    if slot.name == "venue":
        new = venue_text(old, {name: asked[name] for name in unit})
    else:
        new = _WRITERS[_family(name, slot)](old, asked[name])
    new = new.translate(_ARMOUR) if armoured else new
    return _rewritten(slot, new) + _stub_edits(entry, name, old, new)


def _rewritten(slot: Slot, new: str) -> list[Edit]:
    edit = slot.text.rewrite(new.encode("utf-8", "replace"))
    return [edit] if edit else []


def _stub_edits(entry: DigestEntry, name: str, old: str, new: str) -> list[Edit]:
    """Return the edit of a comment's short form, if that is how the comment began."""
    stub = next((slot for slot in entry.slots if slot.name == "comment_stub"), None)
    if name != "comment" or stub is None:
        return []
    short = decoded(stub.text.data).removesuffix(_STUB_END)
    if not short or not old.startswith(short):
        return []
    edit = stub.text.rewrite((new[: len(short)] + _STUB_END).encode("utf-8", "replace"))
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
    "award": task_text,
    "tags": tags_text,
    "chips": chips_text,
    "categories": categories_text,
    "blocks": blocks_text,
}


def _write_identity(entry: DigestEntry, name: str, value: Value) -> list[Edit]:
    """Put a new identifier wherever the old one stands in the entry's links, chips and id."""
    old, new = entry.reading.fields.get(name), value
    if not isinstance(old, str) or not isinstance(new, str) or not old or not new:
        raise Unwritable("an identifier can be corrected, not added or cleared")
    version = r"(?:v\d+)?" if name == "arxiv" else ""
    pattern = re.compile(re.escape(old) + version, re.I)
    edits: list[Edit] = []
    for slot in entry.slots:
        if slot.name in (*LINK_SLOTS, "arxiv", "doi", "chips"):
            text = decoded(slot.text.data)
            edits += _rewritten(slot, pattern.sub(lambda _: safe_url(new), text))
    return edits


def _write_links(entry: DigestEntry, value: Value) -> list[Edit]:
    current = entry.reading.fields.get("links")
    present = current.hyperlinks if isinstance(current, Links) else ()
    wanted = value.hyperlinks if isinstance(value, Links) else ()
    slots = [slot for slot in entry.slots if slot.name in ("links", "code", "tail")]
    if not slots:
        raise Unwritable("the entry has no place for links")
    texts = links_texts(slots, present, wanted)
    return [edit for slot, new in zip(slots, texts, strict=True) for edit in _rewritten(slot, new)]
