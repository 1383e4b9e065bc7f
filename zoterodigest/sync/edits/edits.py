"""Edits: what a plan changes in entries, as new bytes of their digests, each verified."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from zoterodigest.core.plan.plan import ChangeEntry, Plan
from zoterodigest.core.values.record import Entry, Value, WebLinks
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.write.edit import put_digest
from zoterodigest.library.records.hyperlinks import dead_labels
from zoterodigest.notes.canonical import canonical_blocks
from zoterodigest.sync.gathering.compared import in_digest_terms
from zoterodigest.sync.gathering.gather import Gathered, ReadDigest, reread
from zoterodigest.sync.gathering.workspace import Workspace


@dataclass(frozen=True, slots=True)
class RefusedField:
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
    refused: tuple[RefusedField, ...] = ()

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

    def refused(self, name: str, reason: str) -> RefusedField:
        return RefusedField(self.action.row_id, self.action.entry, name, reason)


def _edit(read: ReadDigest, changes: Sequence[_Change], workspace: Workspace) -> DigestEdit:
    document = read.document
    places = {entry.first + 1: index for index, entry in enumerate(document.entries)}
    placed = {places[change.action.entry.place.start_line]: change for change in changes}
    asked = {
        index: in_digest_terms(document.entries[index], change.action.after)
        for index, change in placed.items()
    }
    refused: list[RefusedField] = []
    for index, change in placed.items():
        if label := _turned_dead(document.entries[index], asked[index].get("links"), change.dead):
            del asked[index]["links"]
            reason = f"“{label}” leads to no web address in the library"
            refused.append(change.refused("links", reason))

    def read_again(source: bytes) -> Document:
        return reread(read, source, workspace).document

    edited = put_digest(document, asked, read_again, canonical_blocks)
    refused += [placed[one.entry].refused(one.field, one.reason) for one in edited.refusals]
    row_ids = frozenset(change.action.row_id for change in changes)
    return DigestEdit(read, edited.source, row_ids, tuple(refused))


def _turned_dead(entry: DigestEntry, wanted: Value | None, dead: frozenset[str]) -> str:
    """Return the label of a link that would go only because its address is none any more."""
    if wanted is None:
        return ""
    kept = {link.label for link in wanted.hyperlinks} if isinstance(wanted, WebLinks) else set()
    present = entry.reading.fields.get("links")
    links = present.hyperlinks if isinstance(present, WebLinks) else ()
    return next((it.label for it in links if it.label in dead and it.label not in kept), "")
