"""The Zotero of a person in the team: it holds a copy of the group, and syncs when it comes to it.

As Zotero does, it downloads, merges field by field over what it held when it last synced, tags and
collections one by one, has the person decide where both sides changed a field, and uploads each
object over the version that it read. What changed meanwhile it leaves for its next sync.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from tests.sync.histories.model import Memory, tokens_in
from tests.sync.histories.stage import parts
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.library.port import (
    BATCH_SIZE,
    Collection,
    Library,
    LibraryItem,
    Outcome,
    Snapshot,
    Unchanged,
    Written,
)

Data = Mapping[str, Any]
T = TypeVar("T")

_MEMBERS = ("tags", "collections")
_EMPTY: Data = {"tags": [], "collections": [], "relations": {}, "deleted": 0}
_DATES = frozenset({"dateAdded", "dateModified"})


@dataclass
class Copy:
    """The copy `here` of the library `there`."""

    here: EmbeddedLibrary
    there: Library
    items: dict[str, Data] = field(default_factory=dict)
    """What both held of each item when they last met; so with the names of collections."""
    names: dict[str, str] = field(default_factory=dict)

    def sync(self, memory: Memory, favoured: int = 0) -> int:
        """Bring both together; where a field changed at both, `favoured` says which one holds.

        Return how many versions both have risen.
        """
        sides = self.here.read(), self.there.read()
        self._sync_collections(sides)
        found = [{one.key: one for one in side.items} for side in sides]
        merged = {
            key: self._merged(key, [side.get(key) for side in found], memory, favoured)
            for key in sorted(found[0].keys() | found[1].keys())
        }
        for keys in parts(tuple(merged), lambda key: "parentItem" in merged[key]):
            taken = _brought(self.there, found[1], {key: merged[key] for key in keys})
            _brought(self.here, found[0], {key: merged[key] for key in taken})
            self.items |= {key: merged[key] for key in taken}
        now = self.here.version() + self.there.version()
        return now - sum(side.version for side in sides)

    def _merged(
        self, key: str, sides: Sequence[LibraryItem | None], memory: Memory, favoured: int
    ) -> Data:
        was = self.items.get(key, {})
        one, other = (_data(side) for side in sides)
        if not one or not other:
            return one or other
        merged = {
            name: _chosen(name, [data.get(name) for data in (was, one, other)], memory, favoured)
            for name in sorted({*was, *one, *other})
        }
        if merged.get("deleted"):  # one side's edit goes into the trash with it
            memory.remove(tokens_in(json.dumps(merged)))
        return merged

    def _sync_collections(self, sides: tuple[Snapshot, Snapshot]) -> None:
        found = [{one.key: one for one in side.collections} for side in sides]
        for key in sorted(found[0].keys() | found[1].keys(), key=_parents_first(found)):
            one, other = (side.get(key) for side in found)
            is_renamed_here = one and other and one.name != self.names.get(key, one.name)
            held = one if other is None or is_renamed_here else other
            assert held is not None
            if _is_in(self.there, other, held):
                _is_in(self.here, one, held)
                self.names[key] = held.name


def _parents_first(found: Sequence[Mapping[str, Collection]]) -> Any:
    known = {**found[0], **found[1]}

    def depth(key: str) -> tuple[int, str]:
        parent = known[key].parent
        return (0 if parent is None else depth(parent)[0] + 1), key

    return depth


def _is_in(library: Library, present: Collection | None, wanted: Collection) -> bool:
    """Have a collection in a library; return whether it is."""
    version = present.version if present else 0
    if present and replace(wanted, version=version) == present:
        return True
    (outcome,) = library.write_collections([replace(wanted, version=version)])
    return isinstance(outcome, Written | Unchanged)


def _brought(
    library: Library, present: Mapping[str, LibraryItem], wanted: Mapping[str, Data]
) -> list[str]:
    """Have these items in a library; return the keys of those that are."""
    taken: list[str] = []
    sent: list[LibraryItem] = []
    for key, data in wanted.items():
        change = dict(_changes(_data(present.get(key)), data))
        if change or key not in present:
            sent.append(LibraryItem(key, present[key].version if key in present else 0, change))
        else:
            taken.append(key)
    for start in range(0, len(sent), BATCH_SIZE):
        outcomes: list[Outcome] = library.write(sent[start : start + BATCH_SIZE])
        taken += [one.key for one in outcomes if isinstance(one, Written | Unchanged)]
    return taken


def _changes(now: Data, wanted: Data) -> Iterator[tuple[str, Any]]:
    for name in sorted(now.keys() | wanted.keys()):
        value = wanted.get(name)
        if now.get(name) != value:
            yield name, _EMPTY.get(name, "") if value is None else value


def _data(item: LibraryItem | None) -> Data:
    """Return what an item says; what is empty it does not say."""
    data = item.data if item else {}
    return {name: value for name, value in data.items() if value and name not in _DATES}


def _chosen(name: str, values: Sequence[Any], memory: Memory, favoured: int) -> Any:
    """Return what holds in a field, of what it was and what both sides hold."""
    was, one, other = values
    if one == other or other == was:
        return one
    if one == was:
        return other
    if name in _MEMBERS:
        return _united(was or [], one or [], other or [])
    tokens = [frozenset(tokens_in(str(value))) for value in (one, other)]
    memory.decide(tokens[0] | tokens[1], tokens[favoured])
    return (one, other)[favoured]


def _united(was: list[Any], one: list[Any], other: list[Any]) -> list[Any]:
    """Return the members that both sides hold, and those that one side has gained."""
    named = {json.dumps(member, sort_keys=True): member for member in (*one, *other)}
    sides = [{json.dumps(member, sort_keys=True) for member in side} for side in (was, one, other)]
    held = (sides[1] & sides[2]) | ((sides[1] | sides[2]) - sides[0])
    return [named[member] for member in sorted(held)]
