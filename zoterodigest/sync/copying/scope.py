"""What of a library goes along in a copy, and what stays behind. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from zoterodigest.core.links.link import LockFile
from zoterodigest.frozen import dataclass
from zoterodigest.library.port import Collection, LibraryItem
from zoterodigest.library.records.contents import Contents


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """How much stays behind: items that nothing links, what lies in the trash, and attachments with
    files, of which a library's API holds the description alone.
    """

    unlinked: int = 0
    trashed: int = 0
    files: int = 0


@dataclass(frozen=True, slots=True)
class Portion:
    """What goes along: collections, parents first; items that stand by themselves; children."""

    collections: tuple[Collection, ...]
    items: tuple[LibraryItem, ...]
    children: tuple[LibraryItem, ...]
    left: LeftBehind

    @property
    def objects(self) -> tuple[LibraryItem, ...]:
        """Items and children."""
        return (*self.items, *self.children)


def portion_of(contents: Contents, lock: LockFile | None, *, with_trash: bool = False) -> Portion:
    """Return what goes along: all that `lock` links and what that needs, or everything (None).

    Linked are the items of its rows (or those into which they were merged), of entries in .bib
    files, and those that lie in its collections. They need their children, and the collections they
    lie in with those above.
    """
    tops = [one for one in contents.by_key.values() if not one.json.parent]
    linked = contents.by_key.keys() if lock is None else _linked(contents, lock)
    meant = [one for one in tops if one.key in linked]
    items = _carried(meant, with_trash)
    below = [child for item in items for child in contents.children.get(item.key, ())]
    deeper = [each for child in below for each in contents.children.get(child.key, ())]
    collections = _collections(contents, items, lock, with_trash)
    every: list[LibraryItem | Collection] = [*contents.by_key.values(), *contents.collections]
    left = LeftBehind(
        _live(tops) - _live(meant),
        0 if with_trash else len(every) - _live(every),
        sum(_has_file(one) and not one.is_trashed for one in (*meant, *below, *deeper)),
    )
    return Portion(collections, items, _carried(below, with_trash), left)


def _carried(items: Iterable[LibraryItem], with_trash: bool) -> tuple[LibraryItem, ...]:
    kept = (one for one in items if not _has_file(one) and (with_trash or not one.is_trashed))
    return tuple(sorted(kept, key=lambda one: one.key))


def _live(objects: Iterable[LibraryItem | Collection]) -> int:
    return sum(not one.is_trashed for one in objects)


def _has_file(item: LibraryItem) -> bool:
    return item.json.is_attachment and item.json.text("linkMode") != "linked_url"


def _linked(contents: Contents, lock: LockFile) -> set[str]:
    collections = {one.collection for one in lock.collection_rows}
    linked = {row.item for row in lock.rows} | {one.item for one in lock.exported}
    for item in contents.by_key.values():
        is_inside = not collections.isdisjoint(item.json.collections)
        if is_inside or not linked.isdisjoint(item.json.replaced):
            linked.add(item.key)
    return linked


def _collections(
    contents: Contents, items: Iterable[LibraryItem], lock: LockFile | None, with_trash: bool
) -> tuple[Collection, ...]:
    """Return the collections of `items` and `lock` with those above; all of them without a lock.

    One that lies below the trash stays behind with it.
    """
    by_key = {one.key: one for one in contents.collections}
    paths = {key: _path(by_key, key) for key in by_key}
    if not with_trash:
        trashed = {one.key for one in contents.collections if one.is_trashed}
        paths = {key: path for key, path in paths.items() if trashed.isdisjoint(path)}
    named = set(paths)
    if lock is not None:
        named = {key for item in items for key in item.json.collections}
        named |= {one.collection for one in lock.collection_rows}
    wanted = {above for key in named & paths.keys() for above in paths[key]}
    return tuple(by_key[key] for key in sorted(wanted, key=lambda key: (len(paths[key]), key)))


def _path(by_key: Mapping[str, Collection], key: str) -> tuple[str, ...]:
    """Return the keys from the top down to a collection; what is missing above does not count."""
    path: list[str] = []
    at: str | None = key
    # Collections that lie in each other would never end.
    while at is not None and at in by_key and at not in path:
        path.insert(0, at)
        at = by_key[at].parent
    return tuple(path)
