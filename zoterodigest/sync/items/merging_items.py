"""Merging two items of a library, as Zotero's Merge Items does: one stays, the other is trashed.

The links of the one that goes follow by themselves (`core/reconcile/following.py`), so no lock
file changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from zoterodigest.core.values.record import Item
from zoterodigest.core.works.work import contradict
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.library.port import LibraryItem
from zoterodigest.library.records.contents import Contents, is_top_level
from zoterodigest.library.records.hyperlinks import link_of
from zoterodigest.library.rules.relations import RELATED, REPLACES, local_uri, relations_of, uri_of
from zoterodigest.sync.apply.applying import apply
from zoterodigest.sync.apply.changes import NOTHING_FAILED, Changes, Results, Sent
from zoterodigest.sync.apply.sending import Progress
from zoterodigest.sync.copying.writes import gains
from zoterodigest.sync.gathering.gather import Gathered, gather
from zoterodigest.sync.gathering.workspace import Workspace


class CannotMerge(ZoterodigestError):
    """Two keys do not name two items of the library that can be merged."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class ItemMerge:
    """A merge as planned: `keep` stays, `other` goes into the trash; nothing has been written.

    `children` are the notes and attachments that move, `related` items that named the other one;
    `patch` is what the item that stays gains. A link that both have stays with the other one.
    """

    workspace: Workspace
    gathered: Gathered
    keep: LibraryItem
    other: LibraryItem
    children: tuple[LibraryItem, ...] = ()
    related: tuple[LibraryItem, ...] = ()
    patch: LibraryItem | None = None
    trash: LibraryItem | None = None

    @property
    def sent(self) -> Sent:
        """What is written: a trashed item takes along what is still below it, so it goes last."""
        patch = (self.patch,) if self.patch else ()
        trash = (self.trash,) if self.trash else ()
        return Sent((*self.children, *patch, *self.related), last=trash)

    @property
    def is_settled(self) -> bool:
        """Whether the items are merged already."""
        return not self.sent

    @property
    def are_other_works(self) -> bool:
        """Whether the items have different identifiers of one scheme."""
        items = {item.key: item for item in self.gathered.contents.items}
        return contradict(items[self.keep.key].identifiers, items[self.other.key].identifiers)


def prepare_merge(workspace: Workspace, keep: str, other: str) -> ItemMerge:
    """Plan to merge the item `other` into the item `keep`.

    Raises `CannotMerge` if these are not two items, or one lies in the trash; an other one that was
    merged before is fine, so that a killed merge is completed by the same command.
    """
    gathered = gather(workspace)
    contents = gathered.contents
    stays, goes = (_found(contents, key) for key in (keep, other))
    items = {item.key: item for item in contents.items}
    _require_two(items[keep], items[other])
    merge = ItemMerge(workspace, gathered, stays, goes)
    return replace(
        merge,
        children=tuple(_moving(contents, keep, other)),
        related=tuple(_naming(contents, keep, other)),
        patch=_patch(merge),
        trash=None if goes.is_trashed else LibraryItem(other, goes.version, {"deleted": 1}),
    )


def merge_items(merge: ItemMerge, progress: Progress) -> Results:
    """Do what was planned; the other item goes into the trash only if all else was written."""
    if merge.is_settled:
        return NOTHING_FAILED
    links = merge.gathered.lock
    changes = Changes(merge.workspace, merge.gathered, "merge", merge.sent, links)
    return apply(changes, progress)


def _found(contents: Contents, key: str) -> LibraryItem:
    item = contents.by_key.get(key)
    if item is None or not is_top_level(item):
        raise CannotMerge(
            f"{key} is not the key of an item in this library",
            "`zoterodigest ls` and `zoterodigest duplicates` list items with their keys.",
        )
    return item


def _require_two(keep: Item, other: Item) -> None:
    if keep.key == other.key:
        raise CannotMerge(f"{keep.key} is named twice", "Give the keys of two items.")
    is_merged = other.key in keep.replaces
    trashed = next((one for one in (keep, other) if one.is_trashed), None)
    if trashed is not None and not (trashed is other and is_merged):
        raise CannotMerge(f"the item {trashed.key} is in the trash", "Restore it first.")


def _moving(contents: Contents, keep: str, other: str) -> Iterator[LibraryItem]:
    """Yield the notes and attachments that move, in the order of their keys."""
    present = {link_of(one.data) for one in contents.attachments(keep)} - {None}
    for child in contents.children.get(other, ()):
        link = link_of(child.data) if child.json.is_attachment else None
        if link is None or link not in present:
            yield LibraryItem(child.key, child.version, {"parentItem": keep})


def _patch(merge: ItemMerge) -> LibraryItem | None:
    """Return what the item that stays gains: all but the children and what it has itself."""
    keep, other = merge.keep, merge.other
    if other.is_trashed:
        return None
    keys = {one.key: one.key for one in merge.gathered.contents.collections}
    before = _united(relations_of(keep.data))
    after = dict(before)
    for name, uris in relations_of(other.data).items():
        own = (uri for uri in uris if not (name == RELATED and _key(uri) == keep.key))
        after[name] = [*after.get(name, []), *own]
    # Zotero writes this relation in a merge too; by it the links of the other item follow.
    after[REPLACES] = [*after.get(REPLACES, []), _address(merge, other.key)]
    if related := [uri for uri in after.pop(RELATED, []) if _key(uri) != other.key]:
        after[RELATED] = related
    united = _united(after)
    relations = {} if before == united else {"relations": united}
    patch = gains(other.data, keep.data, keys) | relations
    return LibraryItem(keep.key, keep.version, patch) if patch else None


def _united(relations: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return relations, each once and in order, so that equal ones compare equal."""
    return {name: sorted(set(uris)) for name, uris in relations.items()}


def _naming(contents: Contents, keep: str, other: str) -> Iterator[LibraryItem]:
    """Yield the items related to the other one, now related to the one that stays."""
    for one in contents.by_key.values():
        relations = relations_of(one.data)
        uris = relations.get(RELATED, [])
        if one.key == keep or not any(_key(uri) == other for uri in uris):
            continue
        named = (uri.removesuffix(other) + keep if _key(uri) == other else uri for uri in uris)
        related = {**relations, RELATED: sorted(set(named))}
        yield LibraryItem(one.key, one.version, {"relations": related})


def _address(merge: ItemMerge, key: str) -> str:
    """Return the address by which relations name an item."""
    home = uri_of(merge.workspace.library.identity)
    named = (relations_of(one.data) for one in merge.gathered.contents.by_key.values())
    uris = (uri for relations in named for some in relations.values() for uri in some)
    return f"{home or local_uri(uris)}/items/{key}"


def _key(uri: str) -> str:
    return uri.rstrip("/").rpartition("/")[2]
