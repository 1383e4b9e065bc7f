"""What a removal takes back: what the tool made and nobody changed or used since (law 8).

Items and notes of entries that left their digest go into the trash by the same rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import field, replace
from typing import Any

from zoterodigest.core.links.link import LockRow
from zoterodigest.core.links.merge import is_set
from zoterodigest.core.plan.found import Pending
from zoterodigest.core.plan.plan import Plan, TrashItem, TrashNote
from zoterodigest.core.values.keys import derived_key
from zoterodigest.core.values.record import (
    EMPTY,
    ChildNote,
    Hyperlink,
    Item,
    Value,
    WebLinks,
    is_empty,
)
from zoterodigest.core.values.tags import TAGS
from zoterodigest.core.works.catalogue import successors
from zoterodigest.frozen import dataclass
from zoterodigest.library.item_json import ItemJson
from zoterodigest.library.port import Collection, LibraryItem
from zoterodigest.library.records.contents import Contents
from zoterodigest.library.records.details import with_details
from zoterodigest.library.records.items import item_changes, new_item
from zoterodigest.library.records.reading import read_item
from zoterodigest.library.records.zotero import tags_of
from zoterodigest.notes.own import holds_own_text
from zoterodigest.sync.gathering.gather import Gathered
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.removal.as_left import (
    is_as_agreed,
    is_looked_up,
    not_shown,
    part_prints,
)

_BOOKKEEPING = frozenset(
    ("itemType", "dateAdded", "dateModified", "tags", "collections", "relations", "creators")
)
MERGED = "it was merged into another item, and what it had is there"
"""Why an item that lies in the trash is not all gone."""

_NOT_SHOWN = "it has a value that none of its entries shows"


@dataclass(frozen=True, slots=True)
class KeptObject:
    """Something of ours that stays, and why: it was changed, or is used."""

    title: str
    reason: str


@dataclass
class Removal:
    """A removal as planned: the links of `rows` end, and nothing has been written.

    `trash` are whole items, notes and attachments, `patches` what is taken off items that stay,
    `collections` those to be trashed, `kept` what stays of ours. `takes_back` tells whether the
    library is touched at all. `facts` of added papers were given to items by the runs that are
    taken back.
    """

    workspace: Workspace
    gathered: Gathered
    rows: Sequence[LockRow]
    facts: Sequence[Pending] = ()
    trash: list[LibraryItem] = field(default_factory=list)
    patches: list[LibraryItem] = field(default_factory=list)
    collections: list[Collection] = field(default_factory=list)
    kept: list[KeptObject] = field(default_factory=list)
    takes_back: bool = False

    def __post_init__(self) -> None:
        self._items: Mapping[str, Item] = {it.key: it for it in self._contents.items}
        self.merged = successors(self._contents.items)
        # To go through all rows for each item took half of the removal of 2,000 entries.
        self._ending, self._ending_ids = _by_item(self.rows), {row.id for row in self.rows}
        self._linked = _by_item(self.gathered.lock.rows)

    @property
    def is_settled(self) -> bool:
        """Whether there is no link to end."""
        return not self.rows

    @property
    def _contents(self) -> Contents:
        return self.gathered.contents

    def reason_to_keep(self, key: str) -> str:
        """Return why the item `key` may not go into the trash; "" if it may."""
        rows = self._ending.get(key, ())
        if self._others(key):
            return "another digest links it"
        if not any(row.origin.item for row in rows):
            return "zoterodigest did not make it"
        return self._reason_to_keep(self._items[key], rows)

    def is_untouched(self, row: LockRow) -> bool:
        """Whether the note of `row` still is as the row says, and nobody has marked it."""
        item = self._items.get(row.item)
        note = item.notes.get(row.id) if item else None
        if note is None or note.key != row.note:
            return False
        return self._is_untouched_note(self._contents.by_key[note.key], note, row)

    def take_back(self, key: str) -> None:
        """Plan what is taken back of the item `key` and its children."""
        item = self._items.get(key)
        if item is None:
            return
        rows = self._ending.get(key, ())
        # What somebody trashed, or Zotero in a merge, is not ours to take back again.
        if item.is_trashed:
            if key in self.merged and any(row.origin.item for row in rows):
                self._keep(item, MERGED)
            return
        others = self._others(key)
        reason = self.reason_to_keep(key)
        if not reason:
            self.trash.append(self._trashed(key))
            return
        for row in rows:
            self._take_back_note(item, row)
        self._take_off(item, rows, others)
        if any(row.origin.item for row in rows):
            self._keep(item, reason)

    def _keep(self, item: Item, reason: str) -> None:
        self.kept.append(KeptObject(title_or_key(item), reason))

    def _others(self, key: str) -> list[LockRow]:
        """Return the rows of other digests' links with the item; no bibliography holds one."""
        rows = self._linked.get(key, ())
        return [row for row in rows if row.id not in self._ending_ids and row.links_digest]

    def _reason_to_keep(self, item: Item, rows: Sequence[LockRow]) -> str:
        """Return why an item of ours stays: it was changed or is used; "" if it may go."""
        data = self._contents.by_key[item.key].data
        given = self._details(item, rows)
        own = [name for name in item.fields if not is_empty(self._not_ours(name, item, rows))]
        changed = [name for name in own if not self._is_derived(name, item, given)]
        if changed:
            is_agreed = all(is_as_agreed(name, item, rows) for name in changed)
            return _NOT_SHOWN if is_agreed else "it was changed in the library"
        made = new_item(item.fields, self.workspace.zotero)
        details = with_details(made, given)
        known = {*made, *_BOOKKEEPING} | {n for n in details if details[n] == data.get(n)}
        known |= {"extra"} if self._is_our_extra(data, details) else set()
        if any(value for name, value in data.items() if name not in known):
            return "it was changed in the library"
        if ItemJson(data).relations:
            return "it is related to another item"
        ours = {one.collection for one in self.gathered.lock.collection_rows}
        if {*ItemJson(data).collections} - ours.union(*(row.origin.collections for row in rows)):
            return "it is in a collection of your own"
        tags = set(tags_of(item.fields, self.workspace.zotero))
        if {*ItemJson(data).tags} - tags.union(*(row.origin.tags for row in rows)):
            return "it has tags of your own"
        return self._child_in_use(item, rows)

    def _not_ours(self, name: str, item: Item, rows: Sequence[LockRow]) -> Value:
        """Return what of a field does not stand as we left it; EMPTY if all of it does."""
        value = item.fields[name]
        if is_empty(value) or is_looked_up(name, item, rows):
            return EMPTY
        if not is_as_agreed(name, item, rows):
            return value
        known = self._linked.get(item.key, ())
        return not_shown(name, item, known, self.workspace.zotero.folding())

    def _details(self, item: Item, rows: Sequence[LockRow]) -> Mapping[str, str]:
        """Return what the run gave to an item that no digest shows."""
        digests = {row.digest for row in rows}
        return {
            name: text
            for one in self.facts
            if one.digest in digests and one.is_of(item.identifiers, item.fields)
            for name, text in one.found.details.items()
        }

    def _is_derived(self, name: str, item: Item, details: Mapping[str, str]) -> bool:
        """Whether a field says what follows from the others, as an arXiv paper's repository, or
        from `details`.
        """
        others = {other: value for other, value in item.fields.items() if other != name}
        zotero = self.workspace.zotero
        data = new_item(others, zotero)
        _, raws = read_item(data | with_details(data, details), zotero)
        return raws.get(name) == item.raws[name]

    def _is_our_extra(self, data: Mapping[str, Any], details: Mapping[str, Any]) -> bool:
        starts = tuple(f"{key}:" for _, key in self.workspace.zotero.rules.extra)
        ours = ItemJson(details).text("extra").split("\n")
        lines = ItemJson(data).text("extra").split("\n")
        return all(line.startswith(starts) or line in ours for line in lines if line.strip())

    def _child_in_use(self, item: Item, rows: Sequence[LockRow]) -> str:
        notes = {note.key: note for note in item.notes.values()}
        ours = {key for row in rows for key in row.origin.attachments}
        for child in self._contents.children.get(item.key, ()):
            if child.is_trashed:
                continue
            if child.json.is_note:
                row = next((row for row in rows if row.note == child.key), None)
                if row is None or child.key not in notes:
                    return "it has a note of your own"
                if not self._is_untouched_note(child, notes[child.key], row):
                    return "its note was changed"
            elif child.key not in ours and child.key != _key_when_made(child):
                return "it has an attachment of your own"
        return ""

    def _is_untouched_note(self, child: LibraryItem, note: ChildNote, row: LockRow) -> bool:
        has_marks = bool(child.json.tags) or bool(child.json.relations)
        has_marks = has_marks or holds_own_text(child.json.note)
        return not has_marks and all(
            row.agrees_at_item(name, raw) or is_empty(note.fields[name])
            for name, raw in note.raws.items()
        )

    def _take_back_note(self, item: Item, row: LockRow) -> None:
        note = item.live_note(row.id)
        if note is None or not row.origin.note:
            return
        if self._is_untouched_note(self._contents.by_key[note.key], note, row):
            self.trash.append(self._trashed(note.key))
        else:
            self._keep(item, "its note was changed")

    def _take_off(self, item: Item, rows: Sequence[LockRow], others: Sequence[LockRow]) -> None:
        """Plan to take our tags, collections, links and filled fields off an item that stays."""
        present = self._contents.by_key[item.key]
        needed = {key for row in others for key in row.origin.collections}
        collections = {key for row in rows for key in row.origin.collections} - needed
        patch: dict[str, Any] = {}
        left = [key for key in present.json.collections if key not in collections]
        if left != list(present.json.collections):
            patch["collections"] = left
        if not others:
            self._trash_attachments(item.key, rows)
            patch |= self._cleared(item, rows)
        if patch:
            self.patches.append(LibraryItem(item.key, item.version, patch))

    def _trash_attachments(self, key: str, rows: Sequence[LockRow]) -> None:
        # An item of ours that stays keeps its links: somebody changed or uses it as it is.
        if any(row.origin.item for row in rows):
            return
        for child in self._contents.attachments(key):
            if not any(child.key in row.origin.attachments for row in rows):
                continue
            if self._is_link_as_left(child, rows):
                self.trash.append(self._trashed(child.key))
            else:
                self._keep(self._items[key], "a link that was attached to it was changed")

    def _is_link_as_left(self, child: LibraryItem, rows: Sequence[LockRow]) -> bool:
        """Whether a link of ours still is the one that was made, or that was in sync last.

        What only the item holds was never in a digest: a link that was edited while its item took
        the place of a merged one.
        """
        if child.key == _key_when_made(child):
            return True
        link = WebLinks((Hyperlink(child.json.title, child.json.url),))
        parts = part_prints("links", link, self.workspace.zotero.folding())
        bases = (row.bases.get("links") for row in rows)
        return any(
            base is not None and parts <= {*base.at_item.parts} & {*base.at_entry.parts}
            for base in bases
        )

    def _cleared(self, item: Item, rows: Sequence[LockRow]) -> dict[str, Any]:
        if any(row.origin.item for row in rows):
            return {}
        data = self._contents.by_key[item.key].data
        filled = {
            name
            for row in rows
            for name in row.origin.fields
            if name in item.fields and not self._lies_in_tags(name, item)
        }
        kept = {name: self._not_ours(name, item, rows) for name in sorted(filled)}
        ours = {name: value for name, value in kept.items() if value != item.fields[name]}
        if "date" in ours and "year" in item.fields:
            # Both live in the item's date, and a date is filled in only where no year stood.
            ours["year"] = EMPTY
        patch = item_changes(data, ours, self.workspace.zotero)
        tags = {tag for row in rows for tag in row.origin.tags}
        left = ItemJson({**data, **patch}).stored("tags")
        stay = [tag for tag in left if str(tag["tag"]) not in tags]
        if stay != ItemJson(data).stored("tags"):
            patch["tags"] = stay
        return patch

    def _lies_in_tags(self, name: str, item: Item) -> bool:
        """Whether the members of a field are tags: these go one by one, as others may be yours."""
        if name == TAGS:
            return True
        return is_set(name) and bool(tags_of({name: item.fields[name]}, self.workspace.zotero))

    def _trashed(self, key: str) -> LibraryItem:
        return LibraryItem(key, self._contents.by_key[key].version, {"deleted": 1})

    def trash_collections(self) -> None:
        """Plan to trash our collections that hold nothing else, innermost first."""
        known, digests = (
            self.gathered.lock.collection_rows,
            {one.key for one in self.gathered.digests},
        )
        # Those above the collections of other digests are kept by what they hold.
        shared = {one.collection for one in known if not one.digest}
        others = {one.collection for one in known if one.digest not in digests} - shared
        ours = {one.collection for one in known if one.is_ours} - others - self._renamed()
        used = used_collections(self._contents, (*self.trash, *self.patches))
        self.collections += emptied(self._contents, ours - used)

    def _renamed(self) -> set[str]:
        """Return the collections of digests that were renamed, which are kept for that."""
        named = [one for one in self.workspace.digests if one.collection]
        names: dict[str, str] = {one.key: one.collection[-1] for one in named}
        given = {
            one.collection: names[one.digest]
            for one in self.gathered.lock.collection_rows
            if not one.path and one.is_ours and one.digest in names
        }
        live = [one for one in self._contents.collections if not one.is_trashed]
        renamed = [one for one in live if given.get(one.key, one.name) != one.name]
        why = "this collection was renamed: it is yours now"
        self.kept += [KeptObject(one.name, why) for one in renamed]
        return {one.key for one in renamed}


def used_collections(contents: Contents, patches: Iterable[LibraryItem]) -> set[str]:
    """Return the collections that live items and notes are in once `patches` are written."""
    patched = {one.key: one.data for one in patches}
    data = ({**one.data, **patched.get(one.key, {})} for one in contents.by_key.values())
    live = (one for one in map(ItemJson, data) if not one.is_trashed)
    return {key for one in live for key in one.collections}


def emptied(contents: Contents, unused: Set[str]) -> list[Collection]:
    """Return those of the `unused` collections that hold no other one, as trashed; innermost first.

    A collection is empty also if all below it go before it.
    """
    live = {one.key: one for one in contents.collections if not one.is_trashed}
    going: list[Collection] = []
    while True:
        parents = {one.parent for one in live.values()}
        empty = sorted(key for key in live if key in unused and key not in parents)
        if not empty:
            return going
        going += [replace(live.pop(key), is_trashed=True) for key in empty]


def _key_when_made(child: LibraryItem) -> str:
    """Return the key that a link of ours gets that is attached with these values."""
    return derived_key("attachment", child.json.parent, child.json.title, child.json.url)


def title_or_key(item: Item) -> str:
    """Return an item's title, or its key if it has none."""
    title = item.fields.get("title")
    return title if isinstance(title, str) else item.key


def without_used(
    plan: Plan, workspace: Workspace, gathered: Gathered
) -> tuple[Plan, tuple[KeptObject, ...]]:
    """Return `plan` without trashing what somebody changed or uses, and what is kept for that."""
    rows = {row.id: row for row in gathered.lock.rows}
    items = {item.key: item for item in gathered.contents.items}
    kept: list[KeptObject] = []
    actions = []
    for action in plan.actions:
        key, reason = "", ""
        if isinstance(action, TrashItem):
            key = action.key
            reason = Removal(workspace, gathered, [rows[action.row_id]]).reason_to_keep(key)
        elif isinstance(action, TrashNote):
            key, row = action.item, rows[action.row_id]
            is_untouched = Removal(workspace, gathered, [row]).is_untouched(row)
            reason = "" if is_untouched else "its doubled note was changed"
        if reason:
            kept.append(KeptObject(title_or_key(items[key]), reason))
        else:
            actions.append(action)
    return replace(plan, actions=tuple(actions)) if kept else plan, tuple(kept)


def _by_item(rows: Iterable[LockRow]) -> Mapping[str, Sequence[LockRow]]:
    """Return rows by the item that they link, in their order."""
    found: dict[str, list[LockRow]] = {}
    for row in rows:
        found.setdefault(row.item, []).append(row)
    return found
