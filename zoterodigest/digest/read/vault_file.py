"""Reading one file of a vault: the note of one paper, or the reason why it is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from zoterodigest.core.values.blocks import split_blocks
from zoterodigest.core.values.record import EMPTY, Blocks, is_empty, text_in
from zoterodigest.core.values.span import Span
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.format.format import DigestFormat
from zoterodigest.digest.read.data_tree import DataNode
from zoterodigest.digest.read.document import DigestEntry, Document, Problem, Skipped, fault_in
from zoterodigest.digest.read.fields import read_slots
from zoterodigest.digest.read.found import span_of
from zoterodigest.digest.read.lines import Lines
from zoterodigest.digest.read.slots import Claims, EntryReading, ItemKeys, Slot, decoded
from zoterodigest.digest.read.vault_body import NoteBody, read_body
from zoterodigest.digest.read.vault_evidence import (
    reason_by_bytes,
    reason_by_name,
    reason_by_properties,
    reason_without_identity,
)
from zoterodigest.digest.read.vault_front import FrontMatter, front_claims, front_matter, node_texts
from zoterodigest.digest.read.vault_identity import item_keys, styled_name

NO_FRONT = "the front matter is no YAML"


def read_note_file(name: str, source: bytes, form: DigestFormat, venues: VenueTable) -> Document:
    """Read a file of a vault: a document with one entry, or with none and the reason.

    Never fails. `name` is the file's path in its vault, with `/`: it may say what the file is.
    """
    lines = Lines(source)
    lines.hide_all()
    reason = reason_by_bytes(source) or reason_by_name(name)
    if reason:
        return _none(name, lines, reason, 0)
    front = front_matter(lines.source)
    properties = _properties(front)
    reason = reason_by_properties(properties)
    if reason:
        return _none(name, lines, reason, front.body)
    claims = front_claims(lines, front, form, venues)
    keys = item_keys(properties, name)
    reading = read_slots(claims.slots, ())
    if not _is_evident(keys, reading, name):
        text = decoded(lines.source[front.body :])
        return _none(name, lines, reason_without_identity(name, properties, text), front.body)
    body = read_body(lines.source, front.body, text_in(reading.fields, "title"), form.note)
    entry = _entry(lines, form, front, claims, body)
    lines.take(entry.first, entry.last)
    return Document(name, source, (replace(entry, keys=keys),), (), lines)


def _properties(front: FrontMatter) -> list[tuple[str, tuple[str, ...]]]:
    return [(key.value or "", node_texts(node)) for key, node in front.pairs]


def _is_evident(keys: ItemKeys, reading: EntryReading, name: str) -> bool:
    """Whether a file says that it is about one paper."""
    fields = reading.fields
    is_stated = all(not is_empty(fields.get(one, EMPTY)) for one in ("title", "authors"))
    is_dated = any(not is_empty(fields.get(one, EMPTY)) for one in ("year", "venue"))
    is_identified = any(not one.is_page for one in reading.identifiers)
    is_named = bool(styled_name(name)) and bool(text_in(fields, "title"))
    return bool(keys.item or keys.citation) or is_identified or (is_stated and is_dated) or is_named


def _entry(
    lines: Lines, form: DigestFormat, front: FrontMatter, claims: Claims, body: NoteBody
) -> DigestEntry:
    last = max(len(lines) - 1, 0)
    slots = [*claims.slots, *filter(None, (body.slot, body.copy))]
    problems = [Problem(it.line + 1, it.reason, 0, it.is_slip) for it in claims.unread]
    if front.is_broken:
        problems.append(Problem(1, f"{NO_FRONT} ({front.fault})"))
    reading = _with_blocks(read_slots(slots, ()), body.slot)
    fault = fault_in(lines, 0, last)
    return DigestEntry(
        form, 0, last, span_of(lines, 0, last) if len(lines) else Span(0, 0), tuple(slots), reading,
        frozenset(claims.unreadable), (*([fault] if fault else []), *problems),
        fault.reason if fault else "", kept=_unread(front, slots) + body.kept,
    )  # fmt: skip


def _unread(front: FrontMatter, slots: Sequence[Slot]) -> bytes:
    """Return what the front matter says beside the fields that are read from it."""
    places = [slot.span for slot in slots]
    left = [
        (key.value, node_texts(node) if not any(_is_in(one, node) for one in places) else "")
        for key, node in front.pairs
    ]
    return repr((front.is_broken, left)).encode()


def _is_in(span: Span, node: DataNode) -> bool:
    return node.start <= span.start <= span.end <= max(node.end, node.start)


def _with_blocks(reading: EntryReading, slot: Slot | None) -> EntryReading:
    """Return the reading with the blocks of each part: no block goes on in another part."""
    if slot is None:
        return reading
    texts = [text for part in slot.parts for text in split_blocks(decoded(part.data))]
    value = Blocks(tuple(texts)) if texts else EMPTY
    return replace(reading, fields={**reading.fields, "summary": value})


def _none(name: str, lines: Lines, reason: str, body: int) -> Document:
    """Return a document without an entry; of its body nothing is shown to anybody."""
    last = lines.line_at(max(body - 1, 0)) + 1
    skipped: Sequence[Skipped] = (Skipped(1, last, reason),) if len(lines) else ()
    return Document(name, lines.source, (), tuple(skipped), lines)
