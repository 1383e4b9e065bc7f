"""Writing: the new text of a slot, made from the text that stands there.

Each writer returns the slot's whole new text; `Text.rewrite` keeps every byte that is the same.
`armoured` writing puts HTML entities for the signs that could end a slot; it is tried where plain
writing does not read back.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise

from zoterodigest.core import dates, names, venue_slot
from zoterodigest.core.blocks import block_spans
from zoterodigest.core.record import (
    SECTION,
    Blocks,
    Fields,
    Hyperlink,
    Links,
    Members,
    Names,
    Value,
    is_empty,
)
from zoterodigest.core.span import Edit
from zoterodigest.digest.document import DigestEntry
from zoterodigest.digest.hyperlinks import LinkSpan, find_links, hyperlink
from zoterodigest.digest.reading import LINK_SLOTS, cleaned, decoded
from zoterodigest.digest.shapes import NOTHING
from zoterodigest.digest.shown import plain_block, safe_url
from zoterodigest.digest.slots import Slot

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
_BULLET = re.compile(r"^(\s*)([-*+•])(\s+)")


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
        new = _venue(old, {name: asked[name] for name in unit})
    else:
        new = _WRITERS[_family(name, slot)](old, asked[name])
    new = new.translate(_ARMOUR) if armoured else new
    return _rewritten(slot, new, name, asked) + _stub_edits(entry, name, old, new)


def _rewritten(slot: Slot, new: str, name: str, asked: Fields) -> list[Edit]:
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


def _escaped(text: str) -> str:
    """Return text in which nothing is an entity by chance."""
    return text.replace("&", "&amp;") if html.unescape(text) != text else text


def _scalar(old: str, value: Value) -> str:
    new = value if isinstance(value, str) else ""
    return old if cleaned(old) == new else _escaped(" ".join(new.split()))


def _abstract(old: str, value: Value) -> str:
    new = value if isinstance(value, str) else ""
    lines = (" ".join(line.split()) for line in new.split("\n"))
    return old if html.unescape(old) == new else _escaped("\n".join(line for line in lines if line))


def _date(old: str, value: Value) -> str:
    if is_empty(value):
        return ""
    return dates.write_date(old, value if isinstance(value, str) else "")


def _year(old: str, value: Value) -> str:
    new = value if isinstance(value, str) else ""
    return (
        re.sub(r"(?:19|20)\d\d", lambda _: new, old, count=1) if re.search(r"\d{4}", old) else new
    )


def _venue(old: str, asked: Fields) -> str:
    reading = venue_slot.parse_venue(cleaned(old))
    for name, value in asked.items():
        text = value if isinstance(value, str) else ""
        if isinstance(value, Members):
            text = value.texts[0] if len(value.texts) == 1 else ", ".join(value.texts)
        reading = replace(reading, **{name: text or _nothing(reading, name)})
    return venue_slot.write_venue(old, reading)


def _nothing(reading: venue_slot.VenueReading, name: str) -> str:
    return ""


def _names(old: str, value: Value) -> str:
    """Write names with the separators of the list that stands there, known names as written."""
    if not isinstance(value, Names):
        return ""
    present = names.parse_names(old)
    as_written = {cleaned(person): person for person in present.people}
    people = [as_written.get(person, _escaped(person)) for person in value.people]
    separator, last = _separators(old, present.people)
    body = separator.join(people)
    if last and len(people) > 1 and not value.truncated:
        body = separator.join(people[:-1]) + last + people[-1]
    return body + (_cut_sign(old, present, separator) if value.truncated else "")


def _separators(old: str, people: Sequence[str]) -> tuple[str, str]:
    """Return what stands between the first two names, and before the last if that differs."""
    between: list[str] = []
    cursor = 0
    for person in people:
        at = old.find(person, cursor)
        if at < 0:
            return ", ", ""
        between.append(old[cursor:at])
        cursor = at + len(person)
    if len(between) < 2:
        return ", ", ""
    last = between[-1] if len(between) > 2 and between[-1] != between[1] else ""
    return between[1], last


def _cut_sign(old: str, present: Names, separator: str) -> str:
    if present.truncated and present.people:
        return old[old.rfind(present.people[-1]) + len(present.people[-1]) :]
    return f"{separator}et al."


def _members(value: Value) -> tuple[str, ...]:
    return value.texts if isinstance(value, Members) else ()


def _task(old: str, value: Value) -> str:
    texts = _members(value)
    return old if texts == (cleaned(old),) else ", ".join(map(_escaped, texts))


_TAG = re.compile(r"[^,;、，；\n]+")


def _tags(old: str, value: Value) -> str:
    """Write tags one by one: those that stay keep their form and place, new ones come last."""
    wanted = list(_members(value))
    parts = [(found[0], cleaned(found[0].strip("`#*_ \n"))) for found in _TAG.finditer(old)]
    kept = [raw.strip() for raw, text in parts if text in wanted]
    present = {text for _, text in parts}
    sample = next((raw.strip() for raw, text in parts if text), "")
    mark = "`" if sample.startswith("`") else "#" if sample.startswith("#") else ""
    new = [f"{mark}{text}{'`' if mark == '`' else ''}" for text in wanted if text not in present]
    found = re.search(r"[,;、，；\n]\s*", old)
    return (found[0] if found else ", ").join((*kept, *new))


_CHIP = re.compile(r"[ \t]*`([^`]*)`")


def _chips(old: str, value: Value) -> str:
    """Write category chips: chips that are no category stay, categories follow in order."""
    wanted = list(_members(value))
    chips = [(found[0], found[1].strip()) for found in _CHIP.finditer(old)]
    is_category = re.compile(r"[a-z][a-z-]+(?:\.[A-Za-z-]{2,})?")
    kept = [raw for raw, text in chips if not is_category.fullmatch(text) or text in wanted]
    present = {text for _, text in chips}
    added = [f" `{text}`" for text in wanted if text not in present]
    return "".join((*kept, *added)).lstrip() if not old[:1].isspace() else "".join((*kept, *added))


def _categories(old: str, value: Value) -> str:
    found = re.search(r"[,;]?\s+|[,;]", old.strip())
    return (found[0] if found else ", ").join(_members(value))


def _blocks(old: str, value: Value) -> str:
    """Write blocks: those that stay keep their bytes, new ones look like their neighbours."""
    texts = list(value.texts) if isinstance(value, Blocks) else []
    spans = block_spans(old)
    present = [old[start:end] for start, end in spans]
    gaps = [old[end:start] for (_, end), (start, _) in pairwise(spans)]
    bullet = next((found for text in present if (found := _BULLET.match(text))), None)
    matcher = SequenceMatcher(
        None, list(map(plain_block, present)), list(map(plain_block, texts)), autojunk=False
    )
    written: list[_Written] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            written += [_Written(present[at], at) for at in range(i1, i2)]
            continue
        for number, text in enumerate(texts[j1:j2]):
            at = i1 + number if number < i2 - i1 else None
            written.append(_Written(_styled(text, bullet), at))
    return _joined(written, gaps)


@dataclass(frozen=True, slots=True)
class _Written:
    """A block on its way into a slot; `at` is the block that stands there, or that it replaces."""

    text: str
    at: int | None


def _styled(text: str, bullet: re.Match[str] | None) -> str:
    found = _BULLET.match(text)
    if bullet is None or found is None:
        return text
    return f"{found[1]}{bullet[2]}{bullet[3]}{text[found.end() :]}"


def _joined(written: Sequence[_Written], gaps: Sequence[str]) -> str:
    """Join blocks; two that were neighbours keep what stood between them.

    Otherwise a block keeps the blanks at its end, or takes those that most blocks have.
    """
    text = written[0].text if written else ""
    for before, block in pairwise(written):
        if before.at is not None and block.at == before.at + 1:
            text += gaps[before.at]
        else:
            text += _end_blanks(before, gaps) + _gap(before.text, block.text, gaps)
        text += block.text
    return text


def _end_blanks(block: _Written, gaps: Sequence[str]) -> str:
    ends = [gap.split("\n", 1)[0] for gap in gaps]
    if block.at is not None and block.at < len(ends):
        return ends[block.at]
    return max(sorted(set(ends)), key=ends.count, default="")


def _gap(before: str, block: str, gaps: Sequence[str]) -> str:
    """Return the line breaks between two blocks that were no neighbours, as most others have."""
    are_items = all(
        _BULLET.match(text) or re.match(r"\s*\d+[.)]\s", text) for text in (before, block)
    )
    breaks = ["\n" + gap.split("\n", 1)[1] for gap in gaps if "\n" in gap]
    fitting = [gap for gap in breaks if (gap.count("\n") == 1) == are_items]
    return max(sorted(set(fitting)), key=fitting.count, default="\n" if are_items else "\n\n")


_WRITERS: Mapping[str, Callable[[str, Value], str]] = {
    "title": _scalar,
    "comment": _abstract,
    "abstract": _abstract,
    "date": _date,
    "year": _year,
    "authors": _names,
    "task": _task,
    "award": _task,
    "tags": _tags,
    "chips": _chips,
    "categories": _categories,
    "blocks": _blocks,
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
            edits += _rewritten(slot, pattern.sub(lambda _: safe_url(new), text), name, {})
    return edits


def _write_links(entry: DigestEntry, value: Value) -> list[Edit]:
    """Write links one by one: a new URL in place, a dead link filled, others added or taken out."""
    wanted = list(value.hyperlinks) if isinstance(value, Links) else []
    current = entry.reading.fields.get("links")
    present = list(current.hyperlinks) if isinstance(current, Links) else []
    slots = [slot for slot in entry.slots if slot.name in ("links", "code", "tail")]
    if not slots:
        raise Unwritable("the entry has no place for links")
    gone = [link for link in present if link not in wanted]
    new = [link for link in wanted if link not in present]
    edits: list[Edit] = []
    for index, slot in enumerate(slots):
        text, new = _linked(
            slot, gone, new, is_last=index == len(slots) - 1, form=entry.format.link_label
        )
        edits += _rewritten(slot, text, "links", {})
    return edits


def _linked(
    slot: Slot, gone: Sequence[Hyperlink], new: Sequence[Hyperlink], *, is_last: bool, form: str
) -> tuple[str, list[Hyperlink]]:
    """Return a links slot's new text, and the links that are still to be written elsewhere."""
    data = slot.text.data
    left = list(new)
    pieces: list[tuple[int, int, bytes]] = []
    spans = find_links(data)
    for index, span in enumerate(spans):
        link = hyperlink(data, span)
        link = Hyperlink(link.label or slot.section or "", link.url)
        if link.url and link not in gone:
            continue
        successor = next((it for it in left if it.label.casefold() == link.label.casefold()), None)
        if successor is not None:
            left.remove(successor)
            pieces.append((*span.url, safe_url(successor.url).encode()))
        elif link.url:
            pieces.append((*_with_separator(data, spans, index), b""))
    if left and is_last:
        pieces.append(_addition(data, spans, left, slot))
        left = []
    for start, end, text in sorted(pieces, reverse=True):
        data = data[:start] + text + data[end:]
    return decoded(data), left


def _with_separator(data: bytes, spans: Sequence[LinkSpan], index: int) -> tuple[int, int]:
    start, end = spans[index].whole
    if index:
        return spans[index - 1].whole[1], end
    return (start, spans[1].whole[0]) if len(spans) > 1 else (start, end)


def _addition(
    data: bytes, spans: Sequence[LinkSpan], links: Sequence[Hyperlink], slot: Slot
) -> tuple[int, int, bytes]:
    doubled = bool(spans) and data[spans[-1].whole[0] :][:2] == b"[["
    texts = [
        f"[[{link.label}]]({safe_url(link.url)})"
        if doubled
        else f"[{link.label}]({safe_url(link.url)})"
        for link in links
    ]
    if not spans:
        at = (0, len(data)) if data.strip().lower() in NOTHING else (len(data), len(data))
        return (*at, ((b" " if at[0] else b"") + ", ".join(texts).encode()))
    gap = data[spans[-2].whole[1] : spans[-1].whole[0]] if len(spans) > 1 else b", "
    return (spans[-1].whole[1],) * 2 + (b"".join(gap + text.encode() for text in texts),)
