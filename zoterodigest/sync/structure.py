"""Structure: entries that a plan brings into digests, takes out and moves, headings it renames."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from zoterodigest.core.plan import CreateEntry, MoveEntry, Plan, RemoveEntry, RenameHeading
from zoterodigest.core.record import Entry, Fields
from zoterodigest.digest.changes import (
    Change,
    MovedEntry,
    NewEntry,
    Origin,
    RemovedEntry,
    RenamedHeading,
)
from zoterodigest.digest.document import Document
from zoterodigest.digest.format import Format
from zoterodigest.digest.rearrange import rearrange
from zoterodigest.sync.edits import DigestEdit
from zoterodigest.sync.gather import Gathered, ReadDigest, reread
from zoterodigest.sync.workspace import Workspace

Structural = CreateEntry | RemoveEntry | MoveEntry | RenameHeading


@dataclass(frozen=True, slots=True)
class Undone:
    """A change of a digest's structure that cannot be made, and why; all stays as it is."""

    action: Structural
    reason: str


@dataclass(frozen=True, slots=True)
class NewDigest:
    """A digest with all that a plan changes in it.

    `edit` has its new bytes; `origins` tell for each entry in them the index it had, or the row id
    of the one that is new.
    """

    edit: DigestEdit
    origins: tuple[Origin, ...]
    undone: tuple[Undone, ...] = ()


def new_digests(
    edits: Sequence[DigestEdit], plan: Plan, gathered: Gathered, workspace: Workspace
) -> tuple[NewDigest, ...]:
    """Return every digest that `plan` changes, its `edits` made and then its structure, in order.

    A change that would disturb anything else is left out and told.
    """
    actions: dict[str, list[Structural]] = defaultdict(list)
    for action in plan.actions:
        if isinstance(action, Structural):
            actions[_digest(action)].append(action)
    edited = {edit.read.digest.key: edit for edit in edits}
    return tuple(
        _rearranged(
            edited.get(read.digest.key) or DigestEdit(read, read.file.data, frozenset()),
            actions[read.digest.key],
            workspace,
        )
        for read in gathered.digests
        if read.digest.key in edited or actions[read.digest.key]
    )


def takes_new_entries(read: ReadDigest) -> bool:
    """Tell whether a format of this digest says how a new entry is written."""
    return any(form.new is not None for form in _formats(read))


def _digest(action: Structural) -> str:
    match action:
        case CreateEntry() | RenameHeading():
            return action.digest
        case RemoveEntry() | MoveEntry():
            return action.entry.digest


def _rearranged(edit: DigestEdit, actions: Sequence[Structural], workspace: Workspace) -> NewDigest:
    if not actions:
        return NewDigest(edit, tuple(range(len(edit.read.document.entries))))

    def read_again(source: bytes) -> Document:
        return reread(edit.read, source, workspace).document

    asked = [(_change(action, edit.read), action) for action in actions]
    done = rearrange(read_again(edit.source), [change for change, _ in asked], read_again)
    undone = (
        Undone(action, reason)
        for change, action in asked
        for refused, reason in done.refusals
        if refused is change
    )
    return NewDigest(replace(edit, source=done.source), done.origins, tuple(undone))


def _change(action: Structural, read: ReadDigest) -> Change:
    match action:
        case CreateEntry():
            form = next((form for form in _formats(read) if form.new is not None), None)
            form = None if read.document.entries else form
            return NewEntry(action.row_id, action.path, action.fields, form)
        case RemoveEntry():
            return RemovedEntry(_index(action.entry, read))
        case MoveEntry():
            return MovedEntry(_index(action.entry, read), action.path)
        case RenameHeading():
            return RenamedHeading(action.path, action.after)


def _index(entry: Entry, read: ReadDigest) -> int:
    line = entry.place.start_line - 1
    return next(at for at, one in enumerate(read.document.entries) if one.first == line)


def _formats(read: ReadDigest) -> Sequence[Format]:
    return tuple(entry.format for entry in read.document.entries) or read.formats


def what_of(action: Structural) -> str:
    """Return what an action on a digest's structure is about: a title or a heading."""
    match action:
        case CreateEntry():
            return _title(action.fields)
        case RemoveEntry() | MoveEntry():
            return _title(action.entry.fields)
        case RenameHeading():
            return action.before


def _title(fields: Fields) -> str:
    title = fields.get("title")
    return title if isinstance(title, str) else ""
