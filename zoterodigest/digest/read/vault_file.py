"""Reading one file of a vault: the note of one paper, or the reason why it is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from zoterodigest.core.values.blocks import split_blocks
from zoterodigest.core.values.record import EMPTY, Blocks, text_in
from zoterodigest.core.values.span import Span
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.format.format import DigestFormat, NoteRule
from zoterodigest.digest.read.claimed import fault_in
from zoterodigest.digest.read.data_tree import DataNode
from zoterodigest.digest.read.document import PRIVATE, DigestEntry, Document, Problem, Skipped
from zoterodigest.digest.read.fields import read_slots
from zoterodigest.digest.read.found import span_of
from zoterodigest.digest.read.later import (
    BROKEN,
    SLIPS,
    KnownAreas,
    LaterEntry,
    area_key,
    has_slips,
)
from zoterodigest.digest.read.layers import LayeredText, in_crlf, source_text
from zoterodigest.digest.read.lines import Lines
from zoterodigest.digest.read.markers import find_regions, has_marker, is_marker
from zoterodigest.digest.read.slots import Claims, EntryReading, ItemKeys, Slot, decoded
from zoterodigest.digest.read.vault_body import NoteBody, merged_spans, read_body
from zoterodigest.digest.read.vault_evidence import (
    reason_against_name,
    reason_by_bytes,
    reason_by_name,
    reason_by_properties,
    reason_without_identity,
)
from zoterodigest.digest.read.vault_front import (
    BETTER_NOTES,
    IN_DOUBT,
    TAGS_ROOM,
    FrontMatter,
    front_claims,
    front_matter,
    node_texts,
    title_aliases,
)
from zoterodigest.digest.read.vault_generated import title_in_heading
from zoterodigest.digest.read.vault_identity import identity_kind, item_keys
from zoterodigest.digest.read.vault_marks import BodyMark, MarkKind
from zoterodigest.digest.read.vault_metadata import property_slots, property_texts, slot_of_property
from zoterodigest.digest.read.vault_owned import scan_body, spans_without
from zoterodigest.digest.read.vault_tags import with_tags

NO_FRONT = "only the title of the front matter is synced"


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
    scan = scan_body(lines.source, front.body, form.note)
    properties = [*_properties(front), *property_texts(lines.source, scan.properties)]
    reason = reason_by_properties(properties) or reason_against_name(name, properties)
    if reason:
        return _none(name, lines, reason, front.body)
    claims = front_claims(lines, front, form, venues)
    known = {slot.name for slot in claims.slots} | claims.unreadable
    held = property_slots(lines.source, scan.properties, form, venues)
    claims.slots += (slot for slot in held if slot.name not in known)
    # Notes without a title among their properties have it in the heading above these.
    if "title" not in {slot.name for slot in claims.slots} | claims.unreadable and scan.properties:
        claims.slots[:0] = filter(None, (title_in_heading(lines.source, scan),))
    keys = item_keys(properties, name)
    reading = read_slots(claims.slots, ())
    if not _is_evident(keys, reading, [key for key, _ in properties]):
        text = decoded(lines.source[front.body :])
        return _none(name, lines, reason_without_identity(name, properties, text), front.body)
    title = text_in(reading.fields, "title")
    body = read_body(lines.source, scan, claims.slots, title, form.note)
    entry = _entry(lines, form, front, claims, body, title)
    lines.take(entry.first, entry.last)
    return Document(name, source, (replace(entry, keys=keys),), (), lines)


def read_file_of_vault(
    file: tuple[str, bytes], form: DigestFormat, venues: VenueTable, known: KnownAreas | None
) -> Document:
    """Read a file, its name and bytes, as `read_note_file` does.

    One that is `known` to be a note is read later, when somebody asks what it says.
    """
    name, source = file
    if known is None:
        return read_note_file(name, source, form, venues)
    key = area_key((form.name, form.note, name), source)
    judged, now = known.judged.get(key, known.seen.get(key)), None
    if judged is None:
        document = known.document or (now := read_note_file(name, source, form, venues))
        judged = "".join(map(_judged, document.entries))
    known.seen[key] = judged
    if not judged:
        return now or read_note_file(name, source, form, venues)
    last = max(source.count(b"\n") - source.endswith(b"\n"), 0)
    if now is not None:
        (entry,) = now.entries
        later = LaterEntry((form, 0, last), key, judged, lambda: entry).under((), ())
        return replace(now, entries=(later.now(entry),))

    def read() -> DigestEntry:
        (entry,) = read_note_file(name, source, form, venues).entries
        return entry

    later = LaterEntry((form, 0, last), key, judged, read).under((), ())
    return Document(name, source, (later,), (), _LaterLines(source))


class _LaterLines(Lines):
    """The lines of a note, cut when somebody asks for them: 0.2 s for 5,000 notes."""

    def __init__(self, source: bytes) -> None:
        self._later = source

    def __getattr__(self, name: str) -> Any:
        """Cut the lines: it is called for what has no value yet."""
        if "_raw" in self.__dict__:
            raise AttributeError(name)
        super().__init__(self._later)
        self.hide_all()
        self.take(0, max(len(self) - 1, 0))
        return getattr(self, name)


def _judged(entry: DigestEntry) -> str:
    words = {_NOTE: True, BROKEN: bool(entry.broken), SLIPS: has_slips(entry)}
    return " ".join(word for word, is_so in words.items() if is_so)


_NOTE = "note"


def private_spans(source: bytes, rule: NoteRule) -> tuple[Span, ...]:
    """Return what of a file is private: never sent, printed or kept. In order and apart.

    Regions in which this program shows annotations are not, whatever stands around them.
    """
    front = front_matter(source)
    if reason_by_properties(_properties(front)) == PRIVATE:
        return (Span(0, len(source)),)
    scan = scan_body(source, front.body, rule)
    comments = (Span(it.start, it.end) for it in scan.marks if _is_comment(source, it))
    private = merged_spans((*scan.private, *comments))
    return tuple(spans_without(private, _shown_regions(source)))


def _is_comment(source: bytes, mark: BodyMark) -> bool:
    text = source[mark.start : mark.end]
    return mark.kind is MarkKind.COMMENT and text.startswith(b"<!--") and not is_marker(text)


def _shown_regions(source: bytes) -> Iterator[Span]:
    if not has_marker(source):
        return
    lines = Lines(source)
    for region in find_regions(source.split(b"\n"))[0]:
        yield Span(lines.starts[region.first], lines.ends[region.last])


def text_below_front(source: bytes) -> LayeredText:
    """Return all text of a note below its front matter, whoever wrote it.

    Where it has no line break, those of the front matter tell how new ones are written.
    """
    start = front_matter(source).body
    text = source_text(source, Span(start, len(source)))
    is_crlf = b"\r\n" in source[:start] and b"\n" not in source[start:]
    return text.peeled(text.data, tuple, in_crlf) if is_crlf else text


def _properties(front: FrontMatter) -> list[tuple[str, tuple[str, ...]]]:
    return [(key.value or "", node_texts(node)) for key, node in front.pairs]


def _is_evident(keys: ItemKeys, reading: EntryReading, names: Sequence[str]) -> bool:
    """Whether a file says that it is about one paper: by a key, or a title beside other fields.

    Fields that a template should have filled in count, too. Other texts have titles and authors.
    """
    if keys != ItemKeys() or any(not one.is_page for one in reading.identifiers):
        return True
    of_papers = {slot_of_property(name) for name in names} & {"venue", "year", "doi", "arxiv"}
    is_keyed = any(identity_kind(name) for name in names)
    is_told = of_papers or is_keyed or BETTER_NOTES in names
    return bool(text_in(reading.fields, "title")) and bool(is_told)


def _entry(
    lines: Lines,
    form: DigestFormat,
    front: FrontMatter,
    claims: Claims,
    body: NoteBody,
    title: str,
) -> DigestEntry:
    last = max(len(lines) - 1, 0)
    places = {slot.span for slot in claims.slots}
    copies = () if body.copy is None or body.copy.span in places else (body.copy,)
    aliases = title_aliases(lines.source, front, title)
    slots = [*claims.slots, *filter(None, (body.slot,)), *copies, *aliases]
    problems = [Problem(it.line + 1, it.reason, 0, it.is_slip) for it in claims.unread]
    in_doubt = front.fault if front.fault in IN_DOUBT else ""
    if in_doubt:
        problems = [Problem(1, in_doubt, 0)]
    elif front.is_broken:
        problems.append(Problem(1, f"{NO_FRONT}, as {front.fault}"))
    reading = with_tags(_with_blocks(read_slots(slots, ()), body.slot))
    fault = fault_in(lines, 0, last)
    return DigestEntry(
        form, 0, last, span_of(lines, 0, last) if len(lines) else Span(0, 0), tuple(slots), reading,
        frozenset(claims.unreadable), (*([fault] if fault else []), *problems),
        fault.reason if fault else in_doubt, kept=_unread(front, slots) + body.kept,
    )  # fmt: skip


def _unread(front: FrontMatter, slots: Sequence[Slot]) -> bytes:
    """Return what the front matter says beside the fields that are read from it."""
    places = [slot.span for slot in slots if slot.name != TAGS_ROOM]
    tags = [slot.span for slot in slots if slot.name == "tags"]
    left = [
        (key.value, node_texts(node) if not any(_is_in(one, node) for one in places) else "")
        for key, node in front.pairs
        # Their key may come.
        if not any(_is_in(one, node) for one in tags)
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
