"""Edits: what a plan changes in entries, as new bytes of their digests, each verified."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zoterodigest.core.dates import is_iso
from zoterodigest.core.hunks import differences
from zoterodigest.core.plan import ChangeEntry, Plan
from zoterodigest.core.record import EMPTY, Blocks, Entry, Fields, Links, Value, is_empty
from zoterodigest.digest.document import DigestEntry, Document
from zoterodigest.digest.edit import put
from zoterodigest.digest.writing import slot_of
from zoterodigest.library.hyperlinks import carried_links, dead_labels
from zoterodigest.notes.canonical import canonical_blocks
from zoterodigest.notes.manner import in_manner_of
from zoterodigest.sync.compared import held_names, is_in_date
from zoterodigest.sync.gather import Gathered, ReadDigest, reread
from zoterodigest.sync.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Refused:
    """A field of an entry that cannot be written into its digest, and why; it stays as it is."""

    row_id: str
    entry: Entry
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class DigestEdit:
    """A digest as read, its new bytes, and the links whose entries they change."""

    read: ReadDigest
    source: bytes
    row_ids: frozenset[str]
    refused: tuple[Refused, ...] = ()

    @property
    def is_change(self) -> bool:
        """Whether the digest will differ."""
        return self.source != self.read.file.data


def compile_edits(plan: Plan, gathered: Gathered, workspace: Workspace) -> tuple[DigestEdit, ...]:
    """Return the edits of every digest whose entries `plan` changes, in order of the digests.

    A link whose address in the library is no web address any more is not taken out: it is refused.
    """
    items = {link.row.id: link.row.item for link in plan.links}
    changes: dict[str, list[_Change]] = defaultdict(list)
    for action in plan.actions:
        if isinstance(action, ChangeEntry):
            attached = gathered.contents.attachments(items[action.row_id])
            dead = dead_labels([one.data for one in attached])
            changes[action.entry.digest].append(_Change(action, dead))
    return tuple(
        _edit(read, changes[read.digest.key], workspace)
        for read in gathered.digests
        if changes[read.digest.key]
    )


@dataclass(frozen=True, slots=True)
class _Change:
    """What is to change in an entry, and the labels of the item's links that lead nowhere."""

    action: ChangeEntry
    dead: frozenset[str]

    def refused(self, name: str, reason: str) -> Refused:
        return Refused(self.action.row_id, self.action.entry, name, reason)


def _edit(read: ReadDigest, changes: Sequence[_Change], workspace: Workspace) -> DigestEdit:
    document = read.document
    places = {entry.first + 1: index for index, entry in enumerate(document.entries)}
    placed = {places[change.action.entry.place.start_line]: change for change in changes}
    asked = {
        index: _asked(document.entries[index], change.action.after)
        for index, change in placed.items()
    }
    refused: list[Refused] = []
    for index, change in placed.items():
        if label := _turned_dead(document.entries[index], asked[index].get("links"), change.dead):
            del asked[index]["links"]
            reason = f"“{label}” leads to no web address in the library"
            refused.append(change.refused("links", reason))

    def read_again(source: bytes) -> Document:
        return reread(read, source, workspace).document

    edited = put(document, asked, read_again, canonical_blocks)
    refused += [placed[one.entry].refused(one.field, one.reason) for one in edited.refusals]
    row_ids = frozenset(change.action.row_id for change in changes)
    return DigestEdit(read, edited.source, row_ids, tuple(refused))


def _turned_dead(entry: DigestEntry, wanted: Value | None, dead: frozenset[str]) -> str:
    """Return the label of a link that would go only because its address is none any more."""
    if wanted is None:
        return ""
    kept = {link.label for link in wanted.hyperlinks} if isinstance(wanted, Links) else set()
    present = entry.reading.fields.get("links")
    links = present.hyperlinks if isinstance(present, Links) else ()
    return next((it.label for it in links if it.label in dead and it.label not in kept), "")


def _asked(entry: DigestEntry, after: Fields) -> dict[str, Value]:
    """Return the changes in the entry's own terms: its section names, its blocks as they stand."""
    own_names = dict(held_names(entry.reading.fields))
    asked: dict[str, Value] = {}
    for name, value in after.items():
        own = own_names.get(name, name)
        asked[own] = _in_own_words(entry, own, value)
    date = asked.get("date")
    if date is not None and is_empty(date) and is_in_date(entry.reading.fields):
        asked["year"] = EMPTY  # the year of a date that goes would be a date again
    if isinstance(date, str) and is_iso(date) and is_in_date(entry.reading.fields):
        asked["year"] = date[:4]
        if len(date) == 4 and slot_of(entry, "date") == slot_of(entry, "year"):
            asked["date"] = EMPTY  # a year alone reads as the year of the venue
    return asked


def _in_own_words(entry: DigestEntry, name: str, value: Value) -> Value:
    present = entry.reading.fields.get(name)
    match value, present:
        case Blocks(texts), Blocks(own):
            return Blocks(tuple(_own_blocks(own, texts)))
        case Links(hyperlinks), Links(own_links):
            carried = set(carried_links(Links(own_links), entry.reading.fields).hyperlinks)
            return Links((*(it for it in own_links if it not in carried), *hyperlinks))
        case _ if name == "links" and isinstance(present, Links):
            carried = set(carried_links(present, entry.reading.fields).hyperlinks)
            return Links(tuple(it for it in present.hyperlinks if it not in carried))
        case _:
            return value


def _own_blocks(own: Sequence[str], wanted: Sequence[str]) -> Iterator[str]:
    """Yield `wanted` with the digest's own text for each block that says the same.

    A block that took the place of another keeps that one's blanks between words that stay, and its
    manner.
    """
    canonical = canonical_blocks(own)
    solid = [at for at, text in enumerate(canonical) if text]
    cursor = 0
    for start, end, first, last in differences([canonical[at] for at in solid], wanted):
        begin = solid[start] if start < len(solid) else len(own)
        stop = solid[end - 1] + 1 if end > start else begin
        yield from own[cursor:begin]
        if end - start == last - first:
            old = [own[at] for at in solid[start:end]]
            said = [canonical[at] for at in solid[start:end]]
            spaced = map(_respaced, old, said, wanted[first:last])
            yield from map(in_manner_of, old, spaced)
        else:
            yield from wanted[first:last]
        # A comment says nothing in a note, so no edit there can be about it.
        yield from (own[at] for at in range(begin, stop) if not canonical[at])
        cursor = stop
    yield from own[cursor:]


_BLANKS = re.compile(r"(\s+)")


def _respaced(own: str, canonical: str, wanted: str) -> str:
    """Return `wanted` with the blanks of `own`, if that is `canonical` but for its blanks."""
    words, gaps = _BLANKS.split(own)[::2], _BLANKS.split(own)[1::2]
    if words != _BLANKS.split(canonical)[::2]:
        return wanted
    new, new_gaps = _BLANKS.split(wanted)[::2], _BLANKS.split(wanted)[1::2]
    cursor = 0
    for start, end, first, _ in (*differences(words, new), (len(words), 0, len(new), 0)):
        size = start - cursor
        if size > 1:
            at = first - size
            new_gaps[at : at + size - 1] = gaps[cursor : start - 1]
        cursor = end
    return "".join(part for pair in zip(new, [*new_gaps, ""], strict=True) for part in pair)
