"""A library's contents as the core sees them: items with their links and our notes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

from zoterodigest.core.links.link import LockRow, fingerprint
from zoterodigest.core.values.record import (
    EMPTY,
    SECTION,
    Blocks,
    ChildNote,
    Collection,
    Fields,
    Hyperlink,
    Item,
    PersonalNote,
    Value,
    WholeNote,
)
from zoterodigest.core.values.sets import frozenset_of
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.library.item_json import ItemJson
from zoterodigest.library.port import LibraryItem, Snapshot
from zoterodigest.library.records.homes import homes_of
from zoterodigest.library.records.hyperlinks import link_of
from zoterodigest.library.records.reading import read_item
from zoterodigest.library.records.zotero import ZoteroMapping

if TYPE_CHECKING:
    from zoterodigest.notes.read import NoteReading, PartReading

PUBLISH = "publish"
"""The tag of a note of the person's own that may be shown in a digest."""


NO_SNAPSHOT = Snapshot(0, (), ())


OurNotes = Mapping[str, str]
"""The ids of the rows that a lock file links with notes, by the keys of the notes."""


@dataclass(frozen=True, slots=True)
class Contents:
    """A snapshot as the core sees it, and the objects behind it by key.

    `children` are the notes and attachments of an item, by key. `snapshot` is what the library
    held when it was read last: it can be read over it. `our_notes` are the row ids of notes of ours
    by key, as far as the lock file knows them.
    """

    version: int
    items: tuple[Item, ...]
    collections: tuple[Collection, ...]
    by_key: Mapping[str, LibraryItem]
    children: Mapping[str, Sequence[LibraryItem]]
    snapshot: Snapshot = field(default=NO_SNAPSHOT, compare=False)
    our_notes: OurNotes = field(default_factory=dict, compare=False)

    @property
    def keys(self) -> frozenset[str]:
        """The keys of all objects, also of those that a run over a part did not look at."""
        return frozenset(self.by_key).union(one.key for one in self.snapshot.items)

    def attachments(self, key: str) -> list[LibraryItem]:
        """Return the live attachments of the item `key`."""
        found = self.children.get(key, ())
        return [one for one in found if one.json.is_attachment and not one.is_trashed]


EMPTY_LIBRARY = Contents(0, (), (), {}, {})


def is_top_level(item: LibraryItem) -> bool:
    """Whether an object is a regular item that stands by itself."""
    return not (item.json.parent or item.json.is_attachment or item.json.is_note)


def read_contents(
    snapshot: Snapshot,
    zotero: ZoteroMapping,
    *,
    with_own_notes: bool = False,
    known: Contents = EMPTY_LIBRARY,
    our_notes: OurNotes | None = None,
) -> Contents:
    """Return what `snapshot` holds; notes and attachments without a parent are left out.

    Notes that the person wrote are read only `with_own_notes`. An item that `known` has with the
    same data, and with children of the same data, is taken from there and not read again.
    `our_notes` are ours also without their heading; those of `known` if none are given.
    """
    ours = known.our_notes if our_notes is None else our_notes
    children: dict[str, list[LibraryItem]] = defaultdict(list)
    for one in snapshot.items:
        if parent := one.json.parent:
            children[parent].append(one)
    top = [one for one in snapshot.items if is_top_level(one)]
    items = list(_items_over(known, top, children, zotero, ours))
    if with_own_notes:
        items = [
            replace(one, own_notes=dict(_own_notes(children.get(one.key, ()), ours)))
            for one in items
        ]
    by_key = {one.key: one for one in snapshot.items}
    chained = tuple(with_chains(items, by_key))
    about = snapshot.version, chained, snapshot.collections, by_key, children, snapshot
    return Contents(*about, our_notes=ours)


def notes_of_rows(rows: Iterable[LockRow]) -> OurNotes:
    """Return the notes that the `rows` of a lock file name."""
    return {row.note: row.id for row in rows if row.note}


def read_part(snapshot: Snapshot, zotero: ZoteroMapping, known: Contents) -> Contents:
    """Return what `snapshot` holds of the items of `known`, and of those that changed since.

    `known` holds a part of its snapshot.
    """
    before = {one.key: one for one in known.snapshot.items}
    now = {one.key: one for one in snapshot.items}
    touched = [one for key, one in before.items() if not _is_same(now.get(key), one)]
    touched += [one for key, one in now.items() if not _is_same(before.get(key), one)]
    wanted = {one.json.parent or one.key for one in (*known.by_key.values(), *touched)}
    items = tuple(one for one in snapshot.items if (one.json.parent or one.key) in wanted)
    found = read_contents(replace(snapshot, items=items), zotero, known=known)
    return replace(found, snapshot=snapshot)


def _is_same(one: LibraryItem | None, other: LibraryItem) -> bool:
    # What did not change is the same object: to compare the data of 10,000 items takes 50 ms.
    return one is other or one == other


def _items_over(
    known: Contents,
    objects: Iterable[LibraryItem],
    children: Mapping[str, Sequence[LibraryItem]],
    zotero: ZoteroMapping,
    our_notes: OurNotes,
) -> Iterator[Item]:
    """Yield the items of `objects`; those that `known` shows as they are are not read again."""
    read_before = {item.key: item for item in known.items}
    for one in objects:
        then, below = read_before.get(one.key), children.get(one.key, ())
        if then is not None:
            before = (known.by_key[one.key], *known.children.get(one.key, ()))
            if len(before) == len(below) + 1 and all(map(_reads_alike, before, (one, *below))):
                yield _at_versions(then, one, below)
                continue
        yield core_item(one, below, zotero, our_notes)


def _reads_alike(before: LibraryItem, after: LibraryItem) -> bool:
    """Tell whether two states of an object are read in the same way."""
    if before is after:
        return True
    is_same = before.key == after.key and before.parsed_date == after.parsed_date
    return is_same and _read_of(before.data) == _read_of(after.data)


def _read_of(data: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: it for name, it in data.items() if it not in _EMPTY and name not in _TIMES}


_EMPTY: tuple[object, ...] = ("", [], {})
_TIMES = frozenset({"dateAdded", "dateModified"})


def _at_versions(item: Item, now: LibraryItem, children: Iterable[LibraryItem]) -> Item:
    if not (item.notes or item.own_notes):
        return replace(item, version=now.version)
    versions = {one.key: one.version for one in children}
    notes = {name: replace(it, version=versions[it.key]) for name, it in item.notes.items()}
    return replace(item, version=now.version, notes=notes, own_notes={})


def with_chains(items: Sequence[Item], objects: Mapping[str, LibraryItem]) -> Iterator[Item]:
    """Yield items with all that were merged into them, also into an item that they replace.

    `objects` are the items by key, as the library has them.
    """
    named = {item.key: frozenset(objects[item.key].json.replaced) for item in items}
    direct = {key: replaced for key, replaced in named.items() if replaced}
    for item in items:
        # `found` stops a circle: two items may name each other after merges on two computers.
        found, left = set[str](), set(direct.get(item.key, ()))
        while left:
            found |= left
            left = {old for key in left for old in direct.get(key, ())} - found
        yield item if found == item.replaces else replace(item, replaces=frozenset(found))


def _own_notes(
    children: Iterable[LibraryItem], ours: OurNotes
) -> Iterator[tuple[str, PersonalNote]]:
    """Yield the live notes of an item that the person wrote, by key."""
    # What reads notes takes 20 ms to import: only where there is one.
    from zoterodigest.notes.own import read_own_note

    for one in children:
        is_own = one.json.is_note and one.key not in ours
        note = read_own_note(one.json.note) if is_own else None
        if note is not None and not one.is_trashed:
            is_public = PUBLISH in one.json.tags
            yield one.key, PersonalNote(Blocks(note.blocks), note.html, is_public)


def core_item(
    item: LibraryItem,
    children: Iterable[LibraryItem],
    zotero: ZoteroMapping,
    our_notes: OurNotes,
) -> Item:
    """Return one item with its children as the core sees it."""
    children = list(children)
    attached = [one for one in children if one.json.is_attachment and not one.is_trashed]
    # As plain dicts: of an item 70 fields are asked for, and nobody asks for most of it again.
    data = [dict(one.data.items()) for one in attached]
    own = ItemJson(dict(item.data.items()))
    fields, raws = read_item(own.data, zotero, data, parsed_date=item.parsed_date)
    homes = homes_of(own.item_type)
    # A preprint has no pages, but gets them once the work is published.
    gains_pages = homes is not None and not homes.pages and homes.item_type == "preprint"
    homeless = frozenset_of({"pages"} if gains_pages else ())
    replaced = own.replaced
    return Item(
        key=item.key,
        version=item.version,
        fields={**fields, **dict.fromkeys(homeless, EMPTY)},
        raws={**raws, **dict.fromkeys(homeless, "")},
        identifiers=own.identifiers,
        collections=frozenset_of(own.collections),
        notes=_our_notes(children, our_notes),
        is_trashed=own.is_trashed,
        replaces=frozenset_of(replaced),
        homeless=homeless,
        attachments=dict(_links_by_key(attached)) if replaced else {},
    )


def _our_notes(children: Iterable[LibraryItem], known: OurNotes) -> dict[str, ChildNote]:
    notes: dict[str, ChildNote] = {}
    # Of two notes with one ID, every computer takes the same one: that of the lock file, else by
    # key. A person has copied the other.
    for one in sorted(children, key=lambda child: (child.key not in known, child.key)):
        if not one.json.is_note:
            continue
        from zoterodigest.notes.read import read_known_note, read_note

        row_id, html = known.get(one.key), one.json.note
        reading = read_note(html) or (read_known_note(html, row_id) if row_id else None)
        if reading is not None:
            notes.setdefault(row_id or reading.id, core_note(one, reading))
    return notes


def _links_by_key(attachments: Iterable[LibraryItem]) -> Iterator[tuple[str, Hyperlink]]:
    for one in attachments:
        link = link_of(one.data)
        if link is not None:
            yield one.key, link


def core_note(note: LibraryItem, reading: NoteReading) -> ChildNote:
    """Return our note as the core sees it: a field for the summary and for each section."""
    fields: dict[str, Value] = {}
    raws: dict[str, str] = {}
    doubled = {"summary"} if reading.is_doubled else set()
    for part in reading.parts:
        name = "summary" if part.name is None else section_name(part.name, fields)
        if part.name is not None and SECTION + part.name in fields:
            doubled.add(SECTION + part.name)
        fields[name] = _blocks_of(part)
        raws[name] = "\n".join(part.html)
    whole = None
    if reading.whole is not None:
        whole = WholeNote(_blocks_of(reading.whole), "\n".join(reading.whole.html))
    about = note.key, note.version, fields, raws, note.is_trashed
    private = frozenset_of(map(fingerprint, reading.private))
    return ChildNote(*about, frozenset(doubled), reading.kept, whole, private)


def _blocks_of(part: PartReading) -> Value:
    return Blocks(part.blocks) if part.blocks else EMPTY


def section_name(name: str, taken: Fields) -> str:
    """Return the field of a section called `name`; of equal names the later ones are numbered."""
    field, number = SECTION + name, 1
    while field in taken:
        number += 1
        field = f"{SECTION}{name} ({number})"
    return field


CollectionPath = tuple[str, ...]
"""The names from the top down to a collection."""


class NotInLibrary(ZoterodigestError):
    """The library has no live collection or no item of the name or key asked for."""

    exit_code = 10


def collection_paths(collections: Iterable[Collection]) -> dict[str, CollectionPath]:
    """Return the names from the top down to each collection that is not in the trash."""
    by_key = {one.key: one for one in collections}
    paths = {key: _path(by_key, key) for key in by_key}
    return {key: path for key, path in paths.items() if path}


def _path(by_key: Mapping[str, Collection], key: str) -> CollectionPath:
    """Return the path of a collection; empty if it or one above it is trashed or missing."""
    names: list[str] = []
    at: str | None = key
    while at is not None:
        collection = by_key.get(at)
        if collection is None or collection.is_trashed or len(names) > len(by_key):
            return ()
        names.insert(0, collection.name)
        at = collection.parent
    return tuple(names)


def collections_within(
    paths: Mapping[str, CollectionPath], wanted: Iterable[str]
) -> frozenset[str]:
    """Return the keys of the collections that `wanted` names, and of those below them.

    A collection is named by its key, its name, or its path with `/`. Raises `NotInLibrary`.
    """
    return frozenset(key for name in wanted for key in _collections_at(paths, name))


def _collections_at(paths: Mapping[str, CollectionPath], wanted: str) -> set[str]:
    roots = [path for key, path in paths.items() if wanted in (key, path[-1], "/".join(path))]
    if not roots:
        known = ", ".join(sorted("/".join(path) for path in paths.values())[:10])
        raise NotInLibrary(
            f"the library has no collection {wanted}",
            f"Collections: {known}." if known else "The library has no collections yet.",
        )
    return {key for key, path in paths.items() if any(path[: len(it)] == it for it in roots)}
