"""Structure: entries that a plan brings into digests, takes out and moves, headings it renames."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from zoterodigest.core.links.view import Folding
from zoterodigest.core.plan.plan import (
    CreateEntry,
    Link,
    MoveEntry,
    Plan,
    RemoveEntry,
    RenameHeading,
)
from zoterodigest.core.plan.reports import AddedItem, NotFollowed
from zoterodigest.core.reconcile.settle import settle
from zoterodigest.core.values.record import Entry, text_in
from zoterodigest.digest.format.format import DigestFormat
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.write.rearrange import rearrange
from zoterodigest.digest.write.steps import (
    Change,
    MovedEntry,
    NewEntry,
    Origin,
    RemovedEntry,
    RenamedHeading,
)
from zoterodigest.notes.canonical import canonical_blocks
from zoterodigest.sync.edits.edits import DigestEdit
from zoterodigest.sync.gathering.gather import Gathered, ReadDigest, reread
from zoterodigest.sync.gathering.workspace import Workspace

Structural = CreateEntry | RemoveEntry | MoveEntry | RenameHeading


@dataclass(frozen=True, slots=True)
class RefusedStructure:
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
    undone: tuple[RefusedStructure, ...] = ()


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


def without_undone(plan: Plan, digests: Iterable[NewDigest], folding: Folding) -> Plan:
    """Return `plan` with what its `digests` leave undone as reports: no later run would do it.

    The rows of entries that were to leave or to move stay as they were, or in their place.
    """
    undone = [one for digest in digests for one in digest.undone]
    if not undone:
        return plan
    # By identity: two actions of one plan may be equal, and only one of them undone.
    left_out = {id(one.action) for one in undone}
    before = {row.id: row for row in plan.rows_before}
    moving = {one.action.row_id for one in undone if isinstance(one.action, MoveEntry)}
    leaving = {one.action.row_id for one in undone if isinstance(one.action, RemoveEntry)}

    def stays(link: Link) -> Link:
        if link.row.id in moving:
            origin = before[link.row.id].origin
            return replace(link, row=replace(link.row, origin=origin))
        return replace(link, row=before[link.row.id]) if link.row.id in leaving else link

    links = tuple(map(stays, plan.links))
    staying = {row_id: row for row_id, row in before.items() if row_id in leaving}
    for link in links:
        if link.row.id in moving and link.item is not None:
            staying[link.row.id] = settle(link, link.item, folding)
    return replace(
        plan,
        actions=tuple(action for action in plan.actions if id(action) not in left_out),
        reports=(*plan.reports, *map(_report, undone)),
        links=links,
        rows=tuple(staying.get(row.id, row) for row in plan.rows),
    )


def _report(undone: RefusedStructure) -> AddedItem | NotFollowed:
    reason = undone.reason
    match undone.action:
        case CreateEntry(digest=digest, item=item, fields=fields):
            return AddedItem(digest, item.key, text_in(fields, "title"), reason)
        case MoveEntry(entry, row_id, path):
            return NotFollowed(entry.digest, text_in(entry.fields, "title"), path, reason, row_id)
        case RemoveEntry(entry, row_id):
            return NotFollowed(entry.digest, text_in(entry.fields, "title"), (), reason, row_id)
        case RenameHeading(digest=digest, before=before, after=after):
            return NotFollowed(digest, before, (after,), reason)


def why_no_new_entries(read: ReadDigest) -> str:
    """Return why no format of this digest lets a sync write a new entry; "" if one does."""
    formats = _formats(read)
    if any(map(_takes_any, formats)):
        return ""
    if named := sorted({form.name for form in formats if form.new is not None}):
        return (
            f"entries of the format {', '.join(named)} are added only when asked for"
            ' ([new] has `when = "asked"`): run `zoterodigest add` with its identifier'
        )
    names = ", ".join(dict.fromkeys(form.name for form in formats))
    return (
        f"the format {names} has no [new] section, so zoterodigest can't add entries;"
        " see docs/formats.md for how to write one"
    )


def _takes_any(form: DigestFormat) -> bool:
    return form.new is not None and form.new.when == "always"


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
    done = rearrange(
        read_again(edit.source), [change for change, _ in asked], read_again, canonical_blocks
    )
    undone = (
        RefusedStructure(action, reason)
        for change, action in asked
        for refused, reason in done.refusals
        if refused is change
    )
    return NewDigest(replace(edit, source=done.source), done.origins, tuple(undone))


def _change(action: Structural, read: ReadDigest) -> Change:
    match action:
        case CreateEntry():
            form = next(filter(_takes_any, _formats(read)), None)
            form = None if read.document.entries else form
            path = action.path if read.digest.rules.headings else None
            return NewEntry(action.row_id, path, action.fields, form)
        case RemoveEntry():
            return RemovedEntry(_index(action.entry, read))
        case MoveEntry():
            return MovedEntry(_index(action.entry, read), action.path)
        case RenameHeading():
            return RenamedHeading(action.path, action.after)


def _index(entry: Entry, read: ReadDigest) -> int:
    line = entry.place.start_line - 1
    return next(at for at, one in enumerate(read.document.entries) if one.first == line)


def _formats(read: ReadDigest) -> Sequence[DigestFormat]:
    return tuple(entry.format for entry in read.document.entries) or read.formats
