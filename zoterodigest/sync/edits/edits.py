"""Edits: what a plan changes in entries, as new bytes of their digest, each verified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from zoterodigest.core.plan.plan import ChangeEntry
from zoterodigest.core.values.record import Entry, Fields, Value, WebLinks, text_in
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.write.edit import put_digest
from zoterodigest.digest.write.edit_check import Reader
from zoterodigest.frozen import dataclass
from zoterodigest.notes.canonical import canonical_blocks
from zoterodigest.sync.gathering.compared import in_digest_terms
from zoterodigest.sync.gathering.sources import ReadDigest, reread
from zoterodigest.sync.gathering.workspace import Workspace


@dataclass(frozen=True, slots=True)
class RefusedField:
    """A field of an entry that cannot be written into its digest, and why; it stays as it is."""

    row_id: str
    entry: Entry
    field: str
    reason: str


def edited_entries(
    read: ReadDigest,
    changes: Sequence[ChangeEntry],
    dead: Mapping[str, frozenset[str]],
    workspace: Workspace,
) -> tuple[Document, tuple[RefusedField, ...]]:
    """Return a digest with `changes` of its entries, and what is refused of them.

    `dead` are the labels of each row's links whose address in the library is no web address any
    more: such a link is not taken out.
    """
    last = document = read.document
    places = {entry.first + 1: index for index, entry in enumerate(document.entries)}
    placed = {places[change.entry.place.start_line]: change for change in changes}
    asked = {at: in_digest_terms(document.entries[at], one.after) for at, one in placed.items()}

    def read_again(source: bytes) -> Document:
        nonlocal last
        last = reread(read, source, workspace)
        return last

    document, refused = _with_headings(document, placed, asked, read_again)
    for index, change in placed.items():
        wanted, gone = asked[index].get("links"), dead[change.row_id]
        if label := _turned_dead(document.entries[index], wanted, gone):
            del asked[index]["links"]
            reason = f"“{label}” leads to no web address in the library"
            refused.append(RefusedField(change.row_id, change.entry, "links", reason))
    edited = put_digest(document, asked, read_again, canonical_blocks)
    for one in edited.refusals:
        change = placed[one.entry]
        refused.append(RefusedField(change.row_id, change.entry, one.field, one.reason))
    # What was read last to check it mostly is what is written: to read 10,000 entries takes 1.1 s.
    known = (one for one in (document, last) if one.source == edited.source)
    return next(known, None) or read_again(edited.source), tuple(refused)


def _with_headings(
    document: Document,
    placed: Mapping[int, ChangeEntry],
    asked: Mapping[int, Fields],
    read: Reader,
) -> tuple[Document, list[RefusedField]]:
    """Return a digest in which headings follow titles that are there already, and what is refused.

    Only a note has such a heading.
    """
    refused: list[RefusedField] = []
    for index, change in placed.items():
        title = text_in(asked[index], "title")
        if title and title == text_in(document.entries[index].reading.fields, "title"):
            # Few runs let a heading follow: the others don't import what writes it.
            from zoterodigest.digest.write.title_heading import with_title_in_heading

            former = text_in(change.before, "title")
            followed = with_title_in_heading(document, former, title, read)
            if followed is None:
                reason = "the heading would not read back as written"
                refused.append(RefusedField(change.row_id, change.entry, "title", reason))
            document = followed or document
    return document, refused


def _turned_dead(entry: DigestEntry, wanted: Value | None, dead: frozenset[str]) -> str:
    """Return the label of a link that would go only because its address is no link any more."""
    if wanted is None:
        return ""
    kept = {link.label for link in wanted.hyperlinks} if isinstance(wanted, WebLinks) else set()
    present = entry.reading.fields.get("links")
    links = present.hyperlinks if isinstance(present, WebLinks) else ()
    return next((it.label for it in links if it.label in dead and it.label not in kept), "")
