"""Structure: entries that a plan brings into digests, takes out and moves, headings it renames."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import partial
from typing import TYPE_CHECKING

from zoterodigest.core.links.view import Folding
from zoterodigest.core.plan.plan import (
    ChangeEntry,
    CreateEntry,
    Link,
    MoveEntry,
    Plan,
    RemoveEntry,
    RenameHeading,
    ShowAnnotations,
)
from zoterodigest.core.plan.reports import AddedItem, NotFollowed, Report
from zoterodigest.core.reconcile.settle import settle
from zoterodigest.core.values.annotation import WrittenBlocks
from zoterodigest.core.values.record import Entry, text_in
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.read.slots import ItemKeys
from zoterodigest.digest.write.rearrange import Rearranged, rearrange, unshown_names
from zoterodigest.digest.write.steps import (
    Change,
    MovedEntry,
    NewEntry,
    Origin,
    RemovedEntry,
    RenamedHeading,
)
from zoterodigest.frozen import dataclass
from zoterodigest.library.address import group_id_of, library_in_links
from zoterodigest.library.records.hyperlinks import dead_labels
from zoterodigest.notes.canonical import canonical_blocks
from zoterodigest.project.files import BadInput
from zoterodigest.sync.edits.edits import RefusedField, edited_entries
from zoterodigest.sync.gathering.gather import Gathered
from zoterodigest.sync.gathering.sources import ReadDigest, formats_tried, reread, takes_any
from zoterodigest.sync.gathering.workspace import Workspace

if TYPE_CHECKING:
    from zoterodigest.sync.edits.annotations import AskedAnnotations

Structural = CreateEntry | RemoveEntry | MoveEntry | RenameHeading


@dataclass(frozen=True, slots=True)
class RefusedStructure:
    """A change of a digest's structure that cannot be made, and why; all stays as it is."""

    action: Structural
    reason: str


@dataclass(frozen=True, slots=True)
class NewDigest:
    """A digest as read, and the `document` with all that a plan changes in it.

    `origins` tell for each entry there the index it had, or the row id of the one that is new.
    """

    read: ReadDigest
    document: Document
    origins: tuple[Origin, ...]
    refused: tuple[RefusedField, ...] = ()
    undone: tuple[RefusedStructure, ...] = ()
    annotations: Mapping[str, WrittenBlocks] = field(default_factory=dict)
    """What the document holds of annotations, by row id, where they changed."""

    @property
    def source(self) -> bytes:
        """The new bytes."""
        return self.document.source

    @property
    def is_change(self) -> bool:
        """Whether the digest will differ."""
        return self.source != self.read.data


def new_digests(plan: Plan, gathered: Gathered, workspace: Workspace) -> tuple[NewDigest, ...]:
    """Return every digest that `plan` changes, its entries edited and then its structure, in order.

    A change that would disturb anything else is left out and told.
    """
    items = {link.row.id: link.row.item for link in plan.links}
    edits: dict[str, list[ChangeEntry]] = defaultdict(list)
    actions: dict[str, list[Structural]] = defaultdict(list)
    dead: dict[str, frozenset[str]] = {}
    shown: dict[str, list[ShowAnnotations]] = defaultdict(list)
    for action in plan.actions:
        if isinstance(action, ChangeEntry):
            attached = gathered.contents.attachments(items[action.row_id])
            dead[action.row_id] = dead_labels([one.data for one in attached])
            edits[action.entry.digest].append(action)
        elif isinstance(action, ShowAnnotations):
            shown[action.entry.digest].append(action)
        elif isinstance(action, CreateEntry | RenameHeading):
            actions[action.digest].append(action)
        elif isinstance(action, RemoveEntry | MoveEntry):
            actions[action.entry.digest].append(action)
    found: list[NewDigest] = []
    for read in gathered.digests:
        if read.is_new and actions[read.key]:
            new = _new_note(read, actions[read.key], gathered, workspace)
        elif edits[read.key] or actions[read.key] or shown[read.key]:
            new = _edited(read, edits[read.key], dead, workspace)
            new = _rearranged(new, actions[read.key], workspace)
        else:
            continue
        showing = (*shown[read.key], *actions[read.key])
        found.append(_annotated(new, showing, plan, workspace) if plan.annotations else new)
    return tuple(found)


def _edited(
    read: ReadDigest,
    changes: Sequence[ChangeEntry],
    dead: Mapping[str, frozenset[str]],
    workspace: Workspace,
) -> NewDigest:
    """Return a digest with changes of values, each entry at its place."""
    document, refused = edited_entries(read, changes, dead, workspace)
    return NewDigest(read, document, tuple(range(len(document.entries))), refused)


def _new_note(
    read: ReadDigest, actions: Sequence[Structural], gathered: Gathered, workspace: Workspace
) -> NewDigest:
    """Return a file of a vault with the note of the paper that gets it."""
    # Few runs make notes: the others don't import what does.
    from zoterodigest.digest.write.new_note import NewPaper, NoNote
    from zoterodigest.sync.gathering.new_notes import NewNotes

    (action,) = (one for one in actions if isinstance(one, CreateEntry))
    rules, group = read.digest.rules, group_id_of(workspace.library.identity)
    assert rules.new is not None, "else the vault gets no notes"
    key = f"{library_in_links(group)}/{action.item.key}" if group else action.item.key
    paper = NewPaper(action.fields, ItemKeys(key, read.new_citekey or ""))
    around = [it for it in gathered.digests if it.digest.rules is rules and not it.is_new]
    vault = NewNotes(workspace.project, rules, rules.new)

    read_again = partial(reread, read, workspace=workspace)
    try:
        source = vault.note(read.digest, paper, [one.document for one in around], read_again)
    except (NoNote, BadInput) as error:
        return NewDigest(read, read.document, (), undone=(RefusedStructure(action, str(error)),))
    return NewDigest(read, read_again(source), (action.row_id,))


def _annotated(
    new: NewDigest,
    actions: Iterable[ShowAnnotations | Structural],
    plan: Plan,
    workspace: Workspace,
) -> NewDigest:
    """Return a digest with the annotations of entries; with none that change what it says."""
    # Most runs write no annotations: they don't import what does.
    from zoterodigest.sync.edits.annotations import with_shown

    asked = _asked(new, actions, plan)
    shown = with_shown(new.read, new.document, asked, workspace)
    refused = (
        RefusedField(asked[at].row_id, new.document.core_entry_at(at), "annotations", _HARMFUL)
        for at in sorted(shown.refused)
    )
    return replace(
        new,
        document=shown.document,
        refused=(*new.refused, *refused),
        annotations={asked[at].row_id: written for at, written in shown.written.items()},
    )


def _asked(
    new: NewDigest, actions: Iterable[ShowAnnotations | Structural], plan: Plan
) -> dict[int, AskedAnnotations]:
    """Return the annotations that entries show, also new ones, by where these are now."""
    from zoterodigest.sync.edits.annotations import AskedAnnotations

    places = {origin: at for at, origin in enumerate(new.origins)}
    rows = {row.id: row for row in plan.rows}
    asked: dict[int, AskedAnnotations] = {}
    for action in actions:
        match action:
            case ShowAnnotations(entry, row_id):
                row, now = rows[row_id], plan.annotations[row_id]
                at = places[_index(entry, new.read)]
                asked[at] = AskedAnnotations(row_id, row.item, now, row.annotations)
            # One that could not be made has no place.
            case CreateEntry(row_id=row_id) if row_id in plan.annotations.keys() & places.keys():
                now = plan.annotations[row_id]
                asked[places[row_id]] = AskedAnnotations(row_id, action.item.key, now, {})
            case _:
                pass
    return asked


_HARMFUL = "what else the file says would not be read as before"


def without_undone(plan: Plan, digests: Iterable[NewDigest], folding: Folding) -> Plan:
    """Return `plan` with what its `digests` leave undone as reports: no later run would do it.

    The rows of entries that were to leave or to move stay as they were, or in their place.
    """
    digests = tuple(digests)
    undone = [one for digest in digests for one in digest.undone]
    if not undone:
        return plan
    plan = _with_reasons(plan, digests)
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
        links=links,
        rows=tuple(staying.get(row.id, row) for row in plan.rows),
    )


def _with_reasons(plan: Plan, digests: Sequence[NewDigest]) -> Plan:
    """Return `plan` with reports of what `digests` leave undone, and no row of an unmade file."""
    # The note of a paper that cannot be made: a row of its file would come anew in each run.
    unmade = {one.read.key for one in digests if one.read.is_new and one.undone}
    reports = (_report(one) for digest in digests for one in digest.undone)
    return replace(
        plan,
        reports=(*plan.reports, *(_at_home(one, plan, unmade) for one in reports)),
        collection_rows=tuple(row for row in plan.collection_rows if row.digest not in unmade),
    )


def _at_home(report: AddedItem | NotFollowed, plan: Plan, unmade: Container[str]) -> Report:
    """Return `report`; of a file in `unmade` with another one that has the item's collection.

    What is pending is known by the collection of a digest that is there.
    """
    if not isinstance(report, AddedItem) or report.digest not in unmade:
        return report
    held = {row.collection for row in plan.collection_rows if row.digest == report.digest}
    others = (row for row in plan.collection_rows if row.collection in held)
    there = sorted(row.digest for row in others if row.digest and row.digest not in unmade)
    return replace(report, digest=there[0]) if there else report


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


def _rearranged(new: NewDigest, actions: Sequence[Structural], workspace: Workspace) -> NewDigest:
    if not actions:
        return new

    asked = [(_change(action, new.read), action) for action in actions]
    changes = [change for change, _ in asked]
    read_again = partial(reread, new.read, workspace=workspace)
    done = rearrange(new.document, changes, read_again, canonical_blocks)
    undone = (
        RefusedStructure(action, reason)
        for change, action in asked
        for refused, reason in done.refusals
        if refused is change
    )
    refused = (*new.refused, *_unshown(actions, done))
    return replace(
        new,
        document=done.document,
        origins=done.origins,
        refused=refused,
        undone=tuple(undone),
    )


def _unshown(actions: Sequence[Structural], done: Rearranged) -> Iterator[RefusedField]:
    """Yield the fields that new entries lack although their format has a place for them."""
    asked = {action.row_id: action for action in actions if isinstance(action, CreateEntry)}
    entries = done.document.core_entries()
    for at, tag in enumerate(done.origins):
        if isinstance(tag, str):
            for name in unshown_names(done.document, at, asked[tag].fields):
                yield RefusedField(tag, entries[at], name, _UNSHOWN)


_UNSHOWN = (
    "the new entry can't show it in a way that reads back the same. The library keeps it; to show"
    " it, write it into the entry by hand"
)


def _change(action: Structural, read: ReadDigest) -> Change:
    match action:
        case CreateEntry():
            form = next(filter(takes_any, formats_tried(read)), None)
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
