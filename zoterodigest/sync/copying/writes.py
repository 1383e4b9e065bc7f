"""Writes of a copy: new objects by the keys of the target, and what is there gains. Pure.

What is there is never changed but by addition: collections, tags and lines of Extra join its own,
empty fields are filled in. Relations name other items by address, so they follow when all items
have their keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from zoterodigest.frozen import dataclass
from zoterodigest.library.address import is_group, is_personal
from zoterodigest.library.item_json import Data, ItemJson
from zoterodigest.library.port import Collection, LibraryItem
from zoterodigest.library.records.contents import Contents, is_top_level
from zoterodigest.library.records.properties import united_extra
from zoterodigest.library.records.zotero import item_rules
from zoterodigest.library.rules.relations import RELATED, REPLACES, item_named, relations_of, uri_of
from zoterodigest.library.rules.schema import item_types
from zoterodigest.sync.copying.counterparts import Counterparts
from zoterodigest.sync.copying.scope import Portion
from zoterodigest.sync.gathering.stored_keys import KeyMap
from zoterodigest.sync.gathering.writes import Write, Writes

_NOT_CARRIED = frozenset(
    {"collections", "dateModified", "inPublications", "lastRead", "parentItem", "relations"}
)
"""What a new object does not take along as it is: it names others, or belongs to the library."""

_NOT_FILLED = _NOT_CARRIED | {"itemType", "tags", "dateAdded", "deleted", "note"}


def compile_copy(portion: Portion, found: Counterparts, target: Contents) -> Writes:
    """Return what is written into the target, so that it holds all of `portion`.

    What is refused is left out, and so is what belongs to it.
    """
    keys = found.keys
    collections = (
        Collection(keys[one.key], 0, one.name, keys.get(one.parent or ""), one.is_trashed)
        for one in portion.collections
        if one.key in found.asked
    )
    return Writes(
        tuple(collections),
        tuple(_writes(portion.items, found, target)),
        tuple(_writes(portion.children, found, target)),
    )


def _writes(items: Iterable[LibraryItem], found: Counterparts, target: Contents) -> Iterator[Write]:
    keys = found.keys
    for one in items:
        if one.key in found.asked:
            yield Write(LibraryItem(found.asked[one.key], 0, _new(one.data, keys)), ())
        elif one.key in found.present and is_top_level(one):
            present = target.by_key[found.present[one.key]]
            if patch := gains(one.data, present.data, keys):
                yield Write(LibraryItem(present.key, present.version, patch), ())


def _new(data: Data, keys: KeyMap) -> dict[str, Any]:
    new = {name: value for name, value in data.items() if name not in _NOT_CARRIED}
    if parent := ItemJson(data).parent:
        return new | {"parentItem": keys[str(parent)]}
    return new | {"collections": _collections(data, keys)}


def _collections(data: Data, keys: KeyMap) -> list[str]:
    return [keys[key] for key in ItemJson(data).collections if key in keys]


def gains(data: Data, present: Data, keys: KeyMap) -> dict[str, Any]:
    """Return the patch that adds to the item `present` what it lacks of `data`.

    That is collections (which go by `keys` there), tags, lines of Extra, and fields that are empty.
    """
    kind = item_types().get(ItemJson(present).item_type)
    fields = (kind.fields if kind else frozenset[str]()) - _NOT_FILLED
    fields |= {"creators"} if ItemJson(data).item_type == ItemJson(present).item_type else set()
    patch: dict[str, Any] = {
        name: value
        for name, value in data.items()
        if name in fields and value and not present.get(name)
    }
    if extra := present.get("extra"):
        united = united_extra(extra, ItemJson(data).text("extra"), item_rules().extra.single)
        patch |= {"extra": united} if united != extra else {}
    present_in = ItemJson(present).collections
    if more := [key for key in _collections(data, keys) if key not in present_in]:
        patch["collections"] = [*present_in, *more]
    known = ItemJson(present).tags
    if tags := [tag for tag in ItemJson(data).stored("tags") if tag["tag"] not in known]:
        patch["tags"] = [*ItemJson(present).stored("tags"), *tags]
    return patch


@dataclass(frozen=True, slots=True)
class Relations:
    """How relations of one library are said in another: both by identity, and the keys there."""

    source: str
    target: str
    keys: KeyMap

    def writes(self, items: Iterable[LibraryItem], target: Contents) -> Iterator[LibraryItem]:
        """Yield the objects that are to gain relations in the target, as it is now."""
        for one in items:
            present = target.by_key.get(self.keys.get(one.key, ""))
            if present is None:
                continue
            there = relations_of(present.data)
            wanted = {
                name: sorted({*there.get(name, ()), *uris}) for name, uris in self.moved(one.data)
            }
            if any(set(uris) != set(there.get(name, ())) for name, uris in wanted.items()):
                yield LibraryItem(present.key, present.version, {"relations": {**there, **wanted}})

    def moved(self, data: Data) -> Iterator[tuple[str, list[str]]]:
        """Yield the relations of an object as they are to be in the target.

        Related items are those of the copy alone: Zotero cannot show one of another library.
        """
        for name, uris in relations_of(data).items():
            moved = [self._moved(name, uri) for uri in uris]
            if kept := [uri for uri in moved if uri]:
                yield name, kept

    def left(self, data: Data) -> int:
        """Return how many related items of an object stay behind."""
        moved = dict(self.moved(data)).get(RELATED, [])
        return len(relations_of(data).get(RELATED, ())) - len(moved)

    def _moved(self, name: str, uri: str) -> str:
        if name not in (RELATED, REPLACES):
            return uri
        item, home = item_named(uri), uri_of(self.target)
        if item is None or not home or not self._is_own(item[0]):
            return ""
        # An item that stays behind has no key in the target: the relation would lead nowhere.
        if name == RELATED and item[1] not in self.keys:
            return ""
        return f"{home}/items/{self.keys.get(item[1], item[1])}"

    def _is_own(self, home: str) -> bool:
        """Whether an address is of the source; one without an account may have gone by any."""
        is_online = is_personal(self.source) or is_group(self.source)
        return home == uri_of(self.source) or not is_online
