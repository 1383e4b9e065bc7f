"""Writing: the new text of a slot, made from the text that stands there.

Each writer returns the slot's whole new text; `Text.rewrite` keeps every byte that is the same.
Where plain writing does not read back, another spelling is tried, for new lines and blocks alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from zoterodigest.core.values.record import (
    CITEKEY,
    EMPTY,
    NOTE,
    SECTION,
    Fields,
    Members,
    Value,
    WebLinks,
    is_empty,
)
from zoterodigest.core.values.span import Edit, Span
from zoterodigest.core.values.tags import TAGS
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.read.fields import ELEMENT
from zoterodigest.digest.read.layers import LayeredText
from zoterodigest.digest.read.markers import closing, opening
from zoterodigest.digest.read.slots import Slot, decoded
from zoterodigest.digest.write.blocks import blocks_text, new_blocks, written_blocks
from zoterodigest.digest.write.frames import (
    insertion_of,
    link_manner,
    neighbors,
    rewritten,
    sample,
    slot_edits,
)
from zoterodigest.digest.write.html import Spelling, inert_blocks, inert_line, is_in_markdown, plain
from zoterodigest.digest.write.links import (
    LISTED,
    REFERENCES,
    LinkManner,
    new_links_text,
    references_texts,
    titling_edit,
)
from zoterodigest.digest.write.shown import UnwritableValue
from zoterodigest.digest.write.template_groups import (
    SLOTS_OF,
    coming_edit,
    gone_edit,
    group_of,
    place_in_template,
)
from zoterodigest.digest.write.values import (
    awards_text,
    categories_in_tags_text,
    categories_text,
    chips_text,
    date_text,
    line_text,
    lines_text,
    names_text,
    tags_of_note_text,
    tags_text,
    task_text,
    venue_text,
    year_text,
)
from zoterodigest.regex import lazy_regex

STUB_END = "..."
"""What the short form of a folded comment ends in."""

_NO_PLACE = "the entry has no place for it"
_ALL_NEW = frozenset({"title", "short_title", "comment", "abstract", "task", "award"})
"""Slots whose new text does not begin with a sample: nothing of a neighbor's words may stay."""

_END_BLANKS = lazy_regex(rb"[ \t]*(?=\r?\n|\Z)")


def slot_of(entry: DigestEntry, name: str) -> Slot | None:
    """Return the slot that shows the field `name`, or None if the entry has none."""
    if name.startswith(SECTION) or name == "abstract":
        return _section_slot(entry, name)
    for slot_name in SLOTS_OF.get(name, (name,)):
        slots = [slot for slot in entry.slots if slot.name == slot_name]
        if slots:
            # The reading takes the first slot that holds something (`Draft.put`).
            return next((slot for slot in slots if slot.text.data), slots[0])
        is_empty_here = is_empty(entry.reading.fields.get(name, EMPTY))
        if is_empty_here and group_of(entry, slot_name, present=False) is not None:
            # It comes to the place that its template has for it alone, not to one that it shares.
            return None
    return None


def _section_slot(entry: DigestEntry, name: str) -> Slot | None:
    """Return the slot whose text the reading took for `name` (names may repeat in an entry)."""
    raw = entry.reading.raws.get(name)
    wanted = name.removeprefix(SECTION)
    fitting = [
        slot for slot in entry.slots if slot.name in ("section", "abstract") and slot.words == raw
    ]
    if raw is None:  # an emptied section may be read under another name
        fitting = [it for it in entry.slots if it.section == wanted and not it.text.data]
    named = (slot for slot in fitting if wanted in (slot.section, slot.name))
    return next(named, next(iter(fitting), None))


def units(entry: DigestEntry, changed: Sequence[str]) -> list[tuple[str, ...]]:
    """Group changed fields that share a slot and must be written together (venue and year).

    Notes come last: a new one stands behind all else. What a template reads comes in its order: of
    two that come to one place the first stands first.
    """
    grouped: dict[str, tuple[str, ...]] = {}
    for name in changed:
        unit = _unit(entry, name)
        grouped[unit] = (*grouped.get(unit, ()), name)
    return sorted(
        grouped.values(),
        key=lambda unit: (
            unit[0].startswith(NOTE),
            min(place_in_template(entry, name) for name in unit),
            unit,
        ),
    )


def _unit(entry: DigestEntry, name: str) -> str:
    """Return what a field is written with: all references, the slot that it shares, or itself."""
    if name in REFERENCES:
        return "references"
    slot = slot_of(entry, name)
    if group := _shared_group(entry, name, slot):
        return group
    if slot is None:
        if group_of(entry, name, present=False) is not None:
            return name
        is_in_venue = name in ("venue", "year", "award") and "venue" in entry.format.slots
        return "venue" if is_in_venue else name
    return slot.name if slot.name in ("venue", "tags") else name


def _shared_group(entry: DigestEntry, name: str, slot: Slot | None) -> str:
    """Return what names the group of a template that a field shares with others; "" for none."""
    if entry.shape is None:
        return ""
    names = [slot.name] if slot is not None else SLOTS_OF.get(name, (name,))
    for one in names:
        found = group_of(entry, one, present=slot is not None)
        if found is not None and len(found.slots) > 1:
            return f"group {found.row} {found.number}"
    return ""


def write_unit(document: Document, index: int, asked: Fields, spell: Spelling) -> list[Edit]:
    """Return the edits that write the fields of one unit of an entry; raises `Unwritable`.

    `spell` writes each new line, and each new block.
    """
    entry, name = document.entries[index], next(iter(asked))
    if name.startswith(NOTE):
        return _note_edits(document, index, name, asked[name], spell)
    if name in REFERENCES:
        return _reference_edits(document, index, asked)
    if _shared_group(entry, name, slot_of(entry, name)):
        return _group_edits(document, index, asked, spell)
    return _field_edits(document, index, asked, spell)


def _group_edits(document: Document, index: int, asked: Fields, spell: Spelling) -> list[Edit]:
    """Return the edits of fields that stand in one group of a template, or come to one."""
    entry = document.entries[index]
    slots = {name: slot_of(entry, name) for name in asked}
    come = {name: value for name, value in asked.items() if slots[name] is None}
    cleared = [it.name for name, it in slots.items() if it and is_empty(asked[name])]
    edits = [_coming(document, index, come, spell)] if come else []
    by_slot: dict[str, dict[str, Value]] = {}
    for name, slot in slots.items():
        if slot is not None:
            by_slot.setdefault(slot.name, {})[name] = asked[name]
    for fields in by_slot.values():
        new = _field_edits(document, index, fields, spell, cleared)
        # Each of the values that go takes the same group out.
        edits += [edit for edit in new if edit not in edits]
    return edits


def _coming(document: Document, index: int, come: Fields, spell: Spelling) -> Edit:
    """Return the edit that writes fields in a group of their template that the entry lacks."""
    entry = document.entries[index]
    texts: dict[str, str] = {}
    for name, value in come.items():
        names = SLOTS_OF.get(name, (name,))
        slot = next((one for one in names if group_of(entry, one, present=False)), None)
        if slot is None or name.startswith(SECTION) or is_empty(value):
            raise UnwritableValue(_NO_PLACE)
        beside = {one: it for one, it in come.items() if slot in SLOTS_OF.get(one, (one,))}
        asked = beside if slot == "venue" else {name: value}
        texts[slot] = _inert_text(document, index, slot, asked, spell)
    return coming_edit(document, index, texts)


def _inert_text(document: Document, index: int, slot: str, asked: Fields, spell: Spelling) -> str:
    """Return the text of a slot that the entry lacks; nothing in it comes to life."""
    name, value = next(iter(asked.items()))
    if name != "summary":
        text = _new_text(document, index, slot, asked, "")
        return inert_line(_spelled(text, "", spell), "")
    text = blocks_text(sample(neighbors(document, index), name), value, spell)
    return inert_blocks(text, "", is_markdown=True)


def _field_edits(
    document: Document,
    index: int,
    asked: Fields,
    spell: Spelling,
    cleared: Sequence[str] = (),
) -> list[Edit]:
    entry, name = document.entries[index], next(iter(asked))
    slot = slot_of(entry, name)
    if slot is None:
        return _inserted(document, index, asked, spell)
    if entry.shape is not None and all(map(is_empty, asked.values())):
        return [gone_edit(document, index, slot.name, cleared)]
    if _is_blocks(name):
        return _block_edits(document, index, slot, asked[name], spell)
    old = slot.words
    said = new = _new_text(document, index, slot.name, asked, old)
    if _is_in_code(document, entry, slot):
        _require_shown_in_code(new, spell)
    else:
        # What a value of JSON or YAML needs, its quotes tell.
        new = inert_line(new if document.lines.is_data else _spelled(new, old, spell), old)
    if entry.shape is not None and not new.strip():
        return [gone_edit(document, index, slot.name, cleared)]
    stub_edits = _stub_edits(document, index, slot.name, old=old, new=new)
    copies = (copy for copy in entry.slots if copy.name == f"{slot.name}_copy")
    stub_edits += filter(None, (copy_edit(copy, said) for copy in copies))
    for alias in (one for one in entry.slots if one.name == f"{slot.name}_alias"):
        stub_edits += _data_edits(document, alias, new, spell)
    return _slot_edits(document, index, slot, new, spell) + stub_edits


def _is_in_code(document: Document, entry: DigestEntry, slot: Slot) -> bool:
    """Whether a value stands between backquotes."""
    source, (start, end) = document.source, (slot.span.start, slot.span.end)
    is_between = source[start - 1 : start] == source[end : end + 1] == b"`"
    return is_between and is_in_markdown(source[entry.span.start : start])


def _require_shown_in_code(new: str, spell: Spelling) -> None:
    """Raise `Unwritable` for what code does not show as it is: nothing can be spelled there."""
    if "`" in new:
        raise UnwritableValue("a value that stands between backquotes can hold none")
    if spell is not plain:
        raise UnwritableValue("between backquotes it would not read back as written")


def _new_text(document: Document, index: int, slot: str, asked: Fields, old: str) -> str:
    """Return the new text of a slot; an empty one is written as the nearest entry's is."""
    name, value = next(iter(asked.items()))
    if slot == "venue":
        return venue_text(old, asked)
    if slot == "tags" and ELEMENT.search(old):
        raise UnwritableValue("its cell holds HTML that zoterodigest can't read")
    if name == TAGS:
        return tags_of_note_text(old, value)
    if slot == "tags" and "categories" in asked:
        text = categories_in_tags_text(old, asked["categories"])
        return tags_text(text, asked["task"]) if "task" in asked else text
    if old or is_empty(value):
        return _writer(slot, name)(old, value)
    return text_like(sample(neighbors(document, index), slot), slot, name, value)


def text_like(like: str, slot: str, name: str, value: Value) -> str:
    """Return the text of a slot so far empty, written as a neighbor writes its own, `like`."""
    if isinstance(value, Members):
        # An edit keeps members in their place. Those of a neighbor show only their signs.
        like = _WORD.sub("\0", like)
    return _writer(slot, name)("" if slot in _ALL_NEW else like, value)


def _writer(slot: str, name: str) -> Callable[[str, Value], str]:
    return _WRITERS[slot if slot in _WRITERS else name]


def _reference_edits(document: Document, index: int, asked: Fields) -> list[Edit]:
    entry = document.entries[index]
    links = asked.get("links")
    is_listed = any(slot.name in LISTED for slot in entry.slots)
    # Only for changed links: to look up neighbors costs a pass over the whole digest.
    manner = LinkManner()
    if links is not None:
        manner = link_manner(neighbors(document, index), entry.format.new)
    rest = asked if is_listed else {k: v for k, v in asked.items() if k != "links"}
    ids = (it for it in ("arxiv", "doi") if it in asked)
    come = {it: asked[it] for it in ids if group_of(entry, it, present=False) is not None}
    rest = {name: value for name, value in rest.items() if name not in come}
    texts = references_texts(entry.slots, entry.reading.fields, rest, manner)
    edits = [it for slot, new in texts for it in _slot_edits(document, index, slot, new)]
    edits += [_coming(document, index, {name: value}, plain) for name, value in come.items()]
    if isinstance(links, WebLinks) and not is_listed:
        text = new_links_text(links.hyperlinks, manner)
        edits.append(_insertion(document, index, "links", text))
    return edits


def _inserted(document: Document, index: int, asked: Fields, spell: Spelling) -> list[Edit]:
    """Return the edit that writes fields for which the entry has no slot."""
    name = next(iter(asked))
    for room in (one for one in document.entries[index].slots if one.name == f"{name}_room"):
        return _data_edits(document, room, _new_text(document, index, name, asked, ""), spell)
    if document.entries[index].shape is not None:
        return [_coming(document, index, asked, spell)]
    form = document.entries[index].format
    if name == "title" and form.is_untitled:
        title = _inert_text(document, index, name, asked, spell)
        return [titling_edit(document, document.entries[index], title)]
    slots = [slot for slot in SLOTS_OF.get(name, (name,)) if slot in form.slots]
    if not slots or name.startswith(SECTION) or name == "abstract":
        raise UnwritableValue(_NO_PLACE)
    text = _inert_text(document, index, slots[0], asked, spell)
    return [_insertion(document, index, slots[0], text)]


def _insertion(document: Document, index: int, slot: str, text: str) -> Edit:
    if document.entries[index].shape is not None:
        return coming_edit(document, index, {slot: text})
    edit = insertion_of(document, index, slot, text) if text else None
    if edit is None:
        raise UnwritableValue(_NO_PLACE)
    return edit


def _slot_edits(
    document: Document, index: int, slot: Slot, new: str, spell: Spelling = plain
) -> list[Edit]:
    if document.lines.is_data:
        return _data_edits(document, slot, new, spell)
    if document.entries[index].shape is not None and slot.text.data and not new.strip():
        return [gone_edit(document, index, slot.name, ())]
    if new.strip() and not slot.text.data:
        line = document.lines.line_at(slot.span.start)
        if edit := insertion_of(document, index, slot.name, new, on_line=line):
            return [edit]
    return slot_edits(slot, new, document.source)


def _data_edits(document: Document, slot: Slot, new: str, spell: Spelling) -> list[Edit]:
    # Only who has such a file pays for what writes it.
    from zoterodigest.digest.write.data import data_edits

    return data_edits(slot, new, document.source, spell)


def blocks_to_write(entry: DigestEntry, name: str, value: Value) -> tuple[int, ...]:
    """Return the places in `value` of the blocks that are new in the slot of `name`."""
    if name.startswith(NOTE):
        return new_blocks(entry.reading.raws.get(name, ""), value)
    slot = slot_of(entry, name) if _is_blocks(name) else None
    return () if slot is None else new_blocks(slot.words, value)


def _block_edits(
    document: Document, index: int, slot: Slot, value: Value, spell: Spelling
) -> list[Edit]:
    """Return the edits of a slot of blocks, and of the blanks behind its last line."""
    if slot.parts:
        # Only who has notes in files pays for what writes them.
        from zoterodigest.digest.write.vault import body_edits

        return body_edits(document.source, slot, value, spell)
    entry, source = document.entries[index], document.source
    old, stop = slot.words, slot.span.end
    if document.lines.is_data:
        return _data_edits(document, slot, blocks_text(old, value), spell)
    found = _END_BLANKS.match(source, stop) if old else None
    end = decoded(found[0]) if found else ""
    new, blanks = written_blocks(old, value, spell, end)
    if spell is not plain:  # what no plain text may hold, no spelling brings in either
        _inert_blocks(entry, slot, blocks_text(old, value), source)
    edits = slot_edits(slot, _inert_blocks(entry, slot, new, source), source)
    if new and blanks != end:
        edits.append(Edit(Span(stop, stop + len(end)), blanks.encode()))
    return edits


def _spelled(new: str, old: str, spell: Spelling) -> str:
    """Return `new` with each line that does not stand in `old` spelled."""
    if spell is plain:
        return new
    known = set(old.split("\n"))
    return "\n".join(line if line in known else spell(line) for line in new.split("\n"))


def _inert_blocks(entry: DigestEntry, slot: Slot, new: str, source: bytes) -> str:
    """Return the new text of a slot without any HTML that does not stand there already."""
    before = source[entry.span.start : slot.span.start]
    return inert_blocks(new, slot.words, is_markdown=is_in_markdown(before))


def _stub_edits(document: Document, index: int, slot: str, *, old: str, new: str) -> list[Edit]:
    """Return the edit of the short form of a folded slot, if that is how its text began."""
    slots = document.entries[index].slots
    stub = next((one for one in slots if one.name == f"{slot}_stub"), None)
    if stub is None:
        return []
    short = stub.words.removesuffix(STUB_END)
    size = len(short)
    if not short and not old:
        size = len(sample(neighbors(document, index), stub.name).removesuffix(STUB_END))
    # A short form that is not how the text began is somebody's own summary, so it stays.
    if not size or not old.startswith(short):
        return []
    stub_text = new[:size] + STUB_END if new else ""
    edit = stub.text.rewrite(stub_text.encode("utf-8", "replace"))
    return [edit] if edit else []


def copy_edit(copy: Slot, new: str) -> Edit | None:
    """Return the edit of a heading that repeats a value: it repeats the new one, unquoted.

    There, a number sign at the start of a word would begin a tag; one at the end would not.
    """
    text = _NUMBER_SIGN.sub(r"\\#", inert_line(new, copy.words))
    return copy.text.rewrite(text.encode("utf-8", "replace")) if text else None


def _is_blocks(name: str) -> bool:
    return name == "summary" or name.startswith(SECTION)


_WRITERS: Mapping[str, Callable[[str, Value], str]] = {
    CITEKEY: line_text,
    "title": line_text,
    "short_title": line_text,
    "arxiv": line_text,
    "doi": line_text,
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
}


_WORD = lazy_regex(r"\w+")
_NUMBER_SIGN = lazy_regex(r"(?<!\S)#|(?<!#)#(?=#*\Z)")
_KEY = lazy_regex(r"[A-Z0-9]{8}")
_COMMENT = lazy_regex(r"(?<!\\)<!--")


def _note_edits(
    document: Document, index: int, name: str, value: Value, spell: Spelling
) -> list[Edit]:
    """Return the edits that make the entry show `value` as the note `name`; raises `Unwritable`.

    EMPTY takes the region out; without one a new region stands at the entry's end. `spell`
    writes each new block. No text can end its region: comments in it are written as text.
    """
    entry, key = document.entries[index], name.removeprefix(NOTE)
    if not _KEY.fullmatch(key):
        raise UnwritableValue("it is no key of a note")
    if name in entry.unreadable:
        raise UnwritableValue("the region of the note is torn: one of its markers is missing")
    region = next((one for one in entry.regions if one.key == key), None)
    if is_empty(value):
        return [_put(region.whole, "")] if region else []
    old = decoded(region.text.data) if region else ""
    text = _COMMENT.sub("&lt;!--", blocks_text(old, value, spell))
    if region is not None and old:
        return rewritten(region.text, text, document.source)
    place = region.whole if region else entry.room
    if place is None:
        raise UnwritableValue("the entry has no room for a note")
    return [_put(place, "\n".join(("", opening(key), "", text, closing(key))))]


def _put(place: LayeredText, text: str) -> Edit:
    return place.edit(0, len(place.data), text.encode("utf-8", "replace"))
