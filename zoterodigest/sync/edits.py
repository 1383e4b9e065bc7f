"""Edits: what a plan changes in entries, as new bytes of their digests, each verified."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from zoterodigest.core.plan import ChangeEntry, Plan
from zoterodigest.core.record import Blocks, Entry, Fields, Links, Value
from zoterodigest.digest.document import DigestEntry, Document
from zoterodigest.digest.edit import put
from zoterodigest.library.items import carried_links
from zoterodigest.notes.canonical import canonical_blocks
from zoterodigest.sync.gather import ReadDigest, held_names, reread
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


def compile_edits(
    plan: Plan, digests: Sequence[ReadDigest], workspace: Workspace
) -> tuple[DigestEdit, ...]:
    """Return the edits of every digest whose entries `plan` changes, in order of the digests."""
    changes: dict[str, list[ChangeEntry]] = defaultdict(list)
    for action in plan.actions:
        if isinstance(action, ChangeEntry):
            changes[action.entry.digest].append(action)
    return tuple(
        _edit(read, changes[read.digest.key], workspace)
        for read in digests
        if changes[read.digest.key]
    )


def _edit(read: ReadDigest, changes: Sequence[ChangeEntry], workspace: Workspace) -> DigestEdit:
    document = read.document
    places = {entry.first + 1: index for index, entry in enumerate(document.entries)}
    actions = {places[action.entry.place.start_line]: action for action in changes}
    asked = {
        index: _asked(document.entries[index], action.after) for index, action in actions.items()
    }

    def read_again(source: bytes) -> Document:
        return reread(read, source, workspace).document

    edited = put(document, asked, read_again)
    refused = tuple(
        Refused(actions[one.entry].row_id, actions[one.entry].entry, one.field, one.reason)
        for one in edited.refusals
    )
    return DigestEdit(read, edited.source, frozenset(it.row_id for it in changes), refused)


def _asked(entry: DigestEntry, after: Fields) -> dict[str, Value]:
    """Return the changes in the entry's own terms: its section names, its blocks as they stand."""
    own_names = dict(held_names(entry.reading.fields))
    asked: dict[str, Value] = {}
    for name, value in after.items():
        own = own_names.get(name, name)
        asked[own] = _in_own_words(entry, own, value)
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

    A block that took the place of another keeps that one's blanks between words that stay.
    """
    canonical = canonical_blocks(own)
    matcher = SequenceMatcher(None, canonical, list(wanted), autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag == "equal":
            yield from own[start:end]
        elif end - start == last - first:
            yield from map(_respaced, own[start:end], canonical[start:end], wanted[first:last])
        else:
            yield from wanted[first:last]


_BLANKS = re.compile(r"(\s+)")


def _respaced(own: str, canonical: str, wanted: str) -> str:
    """Return `wanted` with the blanks of `own`, if that is `canonical` but for its blanks."""
    words, gaps = _BLANKS.split(own)[::2], _BLANKS.split(own)[1::2]
    if words != _BLANKS.split(canonical)[::2]:
        return wanted
    new, new_gaps = _BLANKS.split(wanted)[::2], _BLANKS.split(wanted)[1::2]
    matcher = SequenceMatcher(None, words, new, autojunk=False)
    for start, at, size in matcher.get_matching_blocks():
        if size > 1:
            new_gaps[at : at + size - 1] = gaps[start : start + size - 1]
    return "".join(part for pair in zip(new, [*new_gaps, ""], strict=True) for part in pair)
