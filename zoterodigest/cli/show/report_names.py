"""Subjects: what the actions and reports of a plan are about, in words for people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from zoterodigest.cli.base.screen import visible
from zoterodigest.cli.show.library_list import shown_title
from zoterodigest.core.links.link import CollectionRow, LockRow, field_source
from zoterodigest.core.links.merge import ClashReason
from zoterodigest.core.plan.plan import CreateCollection, CreateItem, Plan
from zoterodigest.core.plan.reports import AddedItem, Conflict
from zoterodigest.core.plan.run_options import End
from zoterodigest.core.reconcile.holding import (
    RECENT,
    TEXT_HIDDEN_IN_ZOTERO,
    TEXT_LOST_IN_ZOTERO,
)
from zoterodigest.core.values.file_keys import DigestKey, SourceKey
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.record import (
    CITEKEY,
    NOTE,
    SECTION,
    Blocks,
    Empty,
    Entry,
    Fields,
    Members,
    Names,
    Value,
    WebLinks,
    text_in,
)
from zoterodigest.digest.read.document import Document, Problem
from zoterodigest.library.port import LibraryItem
from zoterodigest.sync.run.conflicts import OpenField
from zoterodigest.sync.run.run import Prepared

UNTITLED = "(no title)"

HOLDERS = {End.MARKDOWN: "the digest", End.BIB: "the bibliography", End.ZOTERO: "the library"}
"""What people call an end."""


class ReportNames:
    """Names the rows, items and entries of `plan`; `held` are the library's objects by key.

    `documents` know why an entry is unreadable, or a file has none. `vaults` are the patterns of
    files that are entries as a whole; such a file is held for `hold` seconds after it changed.
    `refused` are the fields that no file can hold, by row id: no run writes them.
    """

    def __init__(
        self,
        plan: Plan,
        held: Mapping[str, LibraryItem],
        documents: Sequence[Document] = (),
        vaults: Mapping[str, str] | None = None,
        hold: int = 10,
        collections: Mapping[str, str] | None = None,
        refused: Collection[tuple[str, str]] = (),
    ) -> None:
        self.hold = hold
        self.refused = frozenset(refused)
        made = (action for action in plan.actions if isinstance(action, CreateCollection))
        self._collections = {**(collections or {}), **{one.key: one.name for one in made}}
        self._vaults = vaults or {}
        self._links = {link.row.id: link for link in plan.links}
        # Rows after the run win; those before it are of links that end.
        self._rows = {row.id: row for row in (*plan.rows_before, *plan.rows)}
        self.collection_rows = {row.collection: row for row in plan.collection_rows}
        self._held = held
        new = [action for action in plan.actions if isinstance(action, CreateItem)]
        self._created = {action.key: fields_title(action.fields) for action in new}
        self._documents = documents

    def vault(self, digest: str) -> str:
        """Return the pattern of the vault that a file belongs to; "" for any other digest."""
        return self._vaults.get(digest, "")

    def title(self, row_id: str) -> str:
        """Return the title of a row's entry, or of its item where the entry is gone."""
        link = self._links.get(row_id)
        if link and (title := _title(link.entry.fields)):
            return title
        row = self._rows.get(row_id)
        return self.row_title(row) if row else UNTITLED

    def row_title(self, row: LockRow) -> str:
        """Return the title of a row's item, or what else it is known by."""
        named = self.item_title(row.item)
        return (_known(row.identifiers) or named) if named == UNTITLED else named

    def item_title(self, key: str) -> str:
        """Return the title of an item of the library, or of one that the plan creates."""
        item = self._held.get(key)
        return (visible(shown_title(item)) if item else self._created.get(key)) or UNTITLED

    def note_holder(self, row: LockRow) -> str:
        """Return the key of another item that the note of `row` was moved to, or ""."""
        note = self._held.get(row.note or "")
        is_moved = note and not note.is_trashed and note.json.parent != row.item
        return note.json.parent if note and is_moved else ""

    def collection(self, key: str) -> str:
        """Return what a collection mirrors, a heading or a whole digest; of a vault its name."""
        row = self.collection_rows.get(key)
        if row is None:
            return f"the collection {visible(key)}"
        # One of a hundred files of a vault says nothing of the collection that all share.
        is_of_vault = not row.path and self.vault(row.digest)
        return visible(self._collections.get(key, "")) if is_of_vault else mirrored(row)

    def digest(self, row_id: str) -> SourceKey:
        """Return the digest of a row."""
        if row_id in self._links:
            return self._links[row_id].entry.digest
        return self._rows[row_id].digest if row_id in self._rows else DigestKey("")

    def source(self, row_ids: Sequence[str], name: str, value: Value) -> SourceKey:
        """Return the file whose entry has `value` in the field `name`: of several the first one,
        and that of the first row where none has it.
        """
        links = (self._links[row_id] for row_id in row_ids if row_id in self._links)
        found = (link.entry.digest for link in links if link.entry.fields.get(name) == value)
        return next(found, self.digest(row_ids[0]))

    def looked_up(self, row_id: str, name: str) -> str:
        """Return where the value was looked up that a row's item holds; "" if it was not."""
        link = self._links.get(row_id)
        item = link.item if link else None
        return field_source(item.key, item.raws, name, self._rows.values()) if item else ""

    def place(self, row_id: str) -> str:
        """Return the place of a row's entry, `papers.md:12`; its digest if the entry is gone."""
        link = self._links.get(row_id)
        return place_of(link.entry) if link else visible(self.digest(row_id))

    def entry(self, row_id: str) -> str:
        """Return the place and the title of a row's entry."""
        return f"{self.place(row_id)}  {self.title(row_id)}"

    def item(self, key: str) -> str:
        """Return the key and the title of an item."""
        return f"{visible(key)}  {self.item_title(key)}"

    def fault(self, entry: Entry) -> str:
        """Return the line of an unreadable entry and why it is unreadable; "" if unknown."""
        return self._faults.get((entry.digest, entry.place.start_line), "")

    def no_note(self, file: str) -> str:
        """Return why a file of a vault is no note of a paper; "" if it is one, or is not here."""
        found = (one for one in self._documents if one.name == file and not one.entries)
        return visible(next((it.reason for one in found for it in one.skipped), ""))

    # Only a report about an unreadable entry needs them: a run without one reads no entry for it.
    @cached_property
    def _faults(self) -> Mapping[tuple[str, int], str]:
        return dict(_faults(self._documents))


def report_names(prepared: Prepared) -> ReportNames:
    """Return the names of what a plan is about."""
    documents = [read.document for read in prepared.gathered.digests]
    contents = prepared.gathered.contents
    # A report may name an item that a run over a part did not look at.
    held = {**{one.key: one for one in contents.snapshot.items}, **contents.by_key}
    # A file that is about to be made is only among what was gathered.
    new = (read.digest for read in prepared.gathered.digests if read.is_new)
    digests = (it for it in (*prepared.workspace.digests, *new) if it.rules.is_vault)
    vaults = {str(digest.key): digest.rules.path for digest in digests}
    # An item that was added belongs to a vault, of which any file may stand for all, or be gone.
    added = {str(it.digest) for it in prepared.plan.reports if isinstance(it, AddedItem)}
    former = {key: prepared.workspace.project.former_rules(key) for key in added}
    vaults |= {key: rules.path for key, rules in former.items() if rules.is_vault}
    hold = prepared.workspace.project.configuration.sync.hold
    collections = {one.key: one.name for one in contents.snapshot.collections}
    refused = [(one.row_id, one.field) for one in prepared.refused]
    return ReportNames(prepared.plan, held, documents, vaults, hold, collections, refused)


def _faults(documents: Iterable[Document]) -> Iterator[tuple[tuple[str, int], str]]:
    """Yield why the entry that begins at a line of a digest is unreadable."""
    for document in documents:
        for entry in document.entries:
            if entry.broken:
                start = entry.first + 1
                problem = next(iter(entry.problems), Problem(start, ""))
                column = f", column {problem.column}" if problem.column else ""
                place = f"line {problem.line}{column}"
                yield (document.name, start), f"{place}: {visible(entry.broken)}"


def entry_title(entry: Entry) -> str:
    """Return the title of an entry, or what else it is known by."""
    key = f"@{visible(entry.key)}" if entry.key else ""
    return _title(entry.fields) or _known(entry.identifiers) or key or UNTITLED


def _known(identifiers: Iterable[Identifier]) -> str:
    return visible(", ".join(map(str, sorted(identifiers))))


def place_of(entry: Entry) -> str:
    """Return the place of an entry, `papers.md:12`."""
    return f"{visible(entry.digest)}:{entry.place.start_line}"


def fields_title(fields: Fields) -> str:
    """Return the title among fields."""
    return _title(fields) or UNTITLED


def path_text(path: Sequence[str]) -> str:
    """Return the headings above an entry, outermost first."""
    return visible(" / ".join(path)) or "no heading"


def mirrored(row: CollectionRow) -> str:
    """Return what a collection mirrors: a heading, or a whole digest."""
    return path_text(row.path) if row.path else visible(row.digest)


def _title(fields: Fields) -> str:
    return visible(text_in(fields, "title"))


def field_name(name: str) -> str:
    """Return what people call a field: a section by its heading, a note of their own by its key."""
    if name.startswith(NOTE):
        return visible(f"your note {name.removeprefix(NOTE)}")
    return visible(name.removeprefix(SECTION))


def with_reasons(
    advice: str, conflicts: Iterable[Conflict | OpenField], diverged: Iterable[tuple[str, str]]
) -> str:
    """Return the advice of a section with its "{why}" and "{apart}" filled in."""
    why, apart = conflict_text(conflicts), diverged_text(diverged)
    return advice.replace("{why}", why).replace("{apart}", apart)


def conflict_text(conflicts: Iterable[Conflict | OpenField]) -> str:
    """Return why fields are in conflict."""
    found = {one.why for one in conflicts}
    text = ", or ".join(text for why, text in _WHYS.items() if why in found)
    return text[:1].upper() + text[1:]


_WHYS = {
    ClashReason.BOTH_CHANGED: "changed on both sides",
    ClashReason.IDENTIFIER_CLEARED: "an identifier was cleared in Zotero",
    ClashReason.TITLE_CLEARED: "a title was cleared in an entry",
    ClashReason.DOUBTFUL_NAME: "a short name in an entry fits two authors of its item",
    ClashReason.SHORT_NAMES: "an entry has short names for whole ones of its item",
    ClashReason.NOTE_REARRANGED: "a heading in a note was changed or removed, or text below it"
    " was moved",
}


def held_text(reasons: Collection[str], hold: int) -> str:
    """Return why files are held for these reasons, and what to do; `hold` is in seconds."""
    lost = (
        "Much of what these files or their notes held is gone, or is another text, so nothing of"
        " them is synced yet."
        if {*reasons} - {RECENT}
        else ""
    )
    others = "Other files" if lost else "These files"
    recent = (
        f"{others} changed a moment ago: another program may still be writing them."
        f" Run the command again in {hold} seconds."
        if RECENT in reasons
        else ""
    )
    in_zotero = {TEXT_LOST_IN_ZOTERO, TEXT_HIDDEN_IN_ZOTERO}
    restore = ["restore the file"] if {*reasons} - {RECENT, *in_zotero} else []
    if in_zotero & {*reasons}:
        restore.append("restore the text in the note in Zotero")
    accept = (
        "If a change is yours, run `zoterodigest sync FILE --accept`. If not,"
        f" {' or '.join(restore)}."
        if restore
        else ""
    )
    return " ".join(filter(None, (lost, accept, recent)))


def diverged_text(found: Iterable[tuple[str, str]]) -> str:
    """Return what diverged values did, each given by its field and where it was looked up."""
    which = {2 if name == CITEKEY else int(bool(source)) for name, source in found}
    return ", or ".join(_DIVERGED[at] for at in sorted(which))


_DIVERGED = (
    "differed from the start",
    "were looked up for the library only",
    "are citation keys, which zoterodigest doesn't take from a file into Zotero",
)


def looked_up_text(source: str) -> str:
    """Return the source of a value in brackets, to follow the name of its field."""
    return f" (looked up at {visible(source)})" if source else ""


def value_text(value: Value) -> str:
    """Return a value on one line."""
    match value:
        case str():
            return visible(value)
        case Names():
            return visible(", ".join(value.people) + (" et al." if value.truncated else ""))
        case Members():
            return visible(", ".join(value.texts))
        case WebLinks():
            return visible(", ".join(f"{one.label} {one.url}" for one in value.hyperlinks))
        case Blocks():
            return visible(" ".join(value.texts))
        case Empty():
            return ""
