"""Counterparts: what of one library is in another one already, so that a copy doubles nothing.

An object is looked for under its own key first, which finds what an earlier copy made (a Zotero
that gives keys of its own tells them by the key asked for), then as a person would: a work by its
identity, a collection by its name and place, a note by its text, a link by its address.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

from zoterodigest.core.values.keys import derived_key, free_key
from zoterodigest.core.values.record import Item
from zoterodigest.core.works.catalogue import (
    Adopt,
    Ambiguous,
    Catalogue,
    OnlyTrashed,
    library_catalogue,
)
from zoterodigest.core.works.work import contradict, work_of
from zoterodigest.frozen import dataclass
from zoterodigest.library.port import Collection, LibraryItem
from zoterodigest.library.records.contents import Contents
from zoterodigest.notes.read import read_note
from zoterodigest.sync.copying.scope import Portion

_COPY = "copy"
IN_TRASH = "it lies in the trash there: restore it, or empty the trash"


@dataclass(frozen=True, slots=True)
class CopyLibraries:
    """Both libraries of a copy: what they hold, which library the copy is of, and the keys that
    things asked for under others have in the other one.
    """

    source: Contents
    target: Contents
    identity: str
    stored_keys: Mapping[str, str]


@dataclass
class Counterparts:
    """Where objects of the source stand, or are to stand, in the target.

    `present` has the key of each that is there; those in `own` were found under their own key.
    `asked` has the key to ask for, for each that is to be created, `refused` why neither is.
    """

    present: dict[str, str] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)
    asked: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    @property
    def keys(self) -> Mapping[str, str]:
        """The keys by which objects of the source go in the target, present or asked for."""
        return {**self.asked, **self.present}


def find_counterparts(portion: Portion, ends: CopyLibraries) -> Counterparts:
    """Return where everything in `portion` stands in the target already."""
    search = _CounterpartSearch(ends)
    # In this order: a child is looked for below the item that its own item was found as.
    search.collections(portion.collections)
    search.items(portion.items)
    search.children(portion.children)
    return search.found


class _CounterpartSearch:
    def __init__(self, ends: CopyLibraries) -> None:
        self.found = Counterparts()
        self._ends = ends
        self._taken: set[str] = set()
        self._collections = {one.key: one for one in ends.target.collections}

    def collections(self, collections: Iterable[Collection]) -> None:
        """Find collections, of which parents come first."""
        for one in collections:
            known = (self._collections.get(key) for key in self._keys(one.key))
            other = next((found for found in known if found is not None), None)
            if one.parent in self.found.refused:
                self.found.refused[one.key] = "what it lies in cannot be copied"
            elif other is not None:
                self._note_own(one, other)
            elif named := self._named(one):
                self._note(one, named)
            else:
                self._ask(one, self._collections)

    def _named(self, one: Collection) -> Collection | None:
        """Return the live collection of this name in the place where `one` is to stand."""
        parent = None if one.parent is None else self.found.present.get(one.parent)
        if one.is_trashed or (one.parent in self.found.asked):
            return None
        for other in self._ends.target.collections:
            is_there = other.name == one.name and other.parent == parent
            if is_there and not other.is_trashed and other.key not in self._taken:
                return other
        return None

    def items(self, items: Iterable[LibraryItem]) -> None:
        """Find items that stand by themselves: all by key before any by identity.

        So no item is taken for another one that has a copy of its own.
        """
        others = self._ends.target.by_key
        left = [one for one in items if not self._is_found_by_key(one)]
        works = {item.key: item for item in self._ends.source.items}
        # What was found by its key already is no other work's counterpart.
        free = [item for item in self._ends.target.items if item.key not in self._taken]
        catalogue = library_catalogue(free)
        alone = [o for o in others.values() if not o.json.parent]
        for one in left:
            if one.key in works:
                self._find_work(one, works[one.key], catalogue)
            else:
                self._find_same(one, alone)

    def _find_work(self, one: LibraryItem, work: Item, catalogue: Catalogue) -> None:
        match catalogue.find(work_of(work)):
            case Adopt(key) if key not in self._taken and not one.is_trashed:
                self._note(one, self._ends.target.by_key[key])
            case Ambiguous(keys) if not one.is_trashed:
                named = ", ".join(keys)
                self.found.refused[one.key] = f"it may be any of these there: {named}"
            case OnlyTrashed() if not one.is_trashed:
                self.found.refused[one.key] = IN_TRASH
            case _:
                self._ask(one, self._ends.target.by_key)

    def children(self, children: Iterable[LibraryItem]) -> None:
        """Find notes and attachments; those of what is refused are passed over."""
        left = [one for one in children if not self._is_found_by_key(one)]
        for one in left:
            parent = one.json.parent
            if parent not in self.found.refused:
                key = self.found.present.get(parent, "")
                self._find_same(one, self._ends.target.children.get(key, ()))

    def _find_same(self, one: LibraryItem, others: Iterable[LibraryItem]) -> None:
        for other in others:
            is_free = other.key not in self._taken and not other.is_trashed
            if is_free and not one.is_trashed and _says_the_same(one, other):
                self._note(one, other)
                return
        self._ask(one, self._ends.target.by_key)

    def _is_found_by_key(self, one: LibraryItem) -> bool:
        for key in self._keys(one.key):
            other = self._ends.target.by_key.get(key)
            if other is not None and key not in self._taken and _may_be(one, other):
                self._note_own(one, other)
                return True
        return False

    def _keys(self, key: str) -> Iterator[str]:
        """Yield the keys that the copy of the object `key` may have in the target."""
        for asked in (key, derived_key(_COPY, self._ends.identity, key)):
            yield self._ends.stored_keys.get(asked, asked)

    def _note_own(self, one: LibraryItem | Collection, other: LibraryItem | Collection) -> None:
        if other.is_trashed and not one.is_trashed:
            self.found.refused[one.key] = IN_TRASH
            return
        self.found.own.add(one.key)
        self._note(one, other)

    def _note(self, one: LibraryItem | Collection, other: LibraryItem | Collection) -> None:
        self.found.present[one.key] = other.key
        self._taken.add(other.key)

    def _ask(self, one: LibraryItem | Collection, others: Mapping[str, object]) -> None:
        """Have `one` created: under its own key, or one derived from that if it is taken."""
        stored = self._ends.stored_keys
        asked = one.key
        if stored.get(asked, asked) in others:
            # Keys that were asked for count too: they would lead to the earlier object.
            taken = {key for key, at in stored.items() if at in others} | others.keys()
            asked = free_key(taken, _COPY, self._ends.identity, one.key)
        self.found.asked[one.key] = asked


def _may_be(one: LibraryItem, other: LibraryItem) -> bool:
    """Tell whether two objects of one key can be one: of one kind, and no two works."""
    if _kind(one) != _kind(other):
        return False
    is_part = any(_kind(one))
    return is_part or not contradict(one.json.identifiers, other.json.identifiers)


def _kind(item: LibraryItem) -> tuple[bool, bool]:
    return item.json.is_note, item.json.is_attachment


def _says_the_same(one: LibraryItem, other: LibraryItem) -> bool:
    """Tell whether two notes are one (ours by the id of their heading), or two links."""
    if _kind(one) != _kind(other):
        return False
    if one.json.is_attachment:
        return all(one.json.text(name) == other.json.text(name) for name in ("url", "title"))
    mine, there = (each.json.note for each in (one, other))
    reading, reading_there = read_note(mine), read_note(there)
    if reading is None or reading_there is None:
        return mine == there
    return reading.id == reading_there.id
