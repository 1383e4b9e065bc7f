"""What a person does in Zotero, in the library of a clone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tests.builders import a_key
from tests.sync.histories.by_markdown import Pick
from tests.sync.histories.model import (
    TOKEN,
    Violation,
    letter_of,
    plain,
    tokens_at,
    tokens_in,
    work_of,
)
from tests.sync.histories.opening import arxiv_of
from tests.sync.histories.stage import (
    LOCK,
    Clone,
    Stage,
    library_sight,
    parts,
    put,
    put_collection,
    sight_of,
    texts_of,
)
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.library.port import Collection, LibraryItem, Snapshot
from zoterodigest.notes.editor import editor_form

FIRST_OWN_KEY = 10**9
FIRST_MERGED_KEY = 2 * 10**9
_POINT = r"<li>(?:(?!</?li>).)*?{token}(?:(?!</?li>).)*</li>\n?"


def edit(
    stage: Stage, clone: Clone, pick: Pick, is_wanted: Callable[[str], bool] | None = None
) -> None:
    """Write something else where a token stands; if some of them are wanted, where one of these."""
    found = [
        (one, name, text, start, token)
        for one, name, text in texts_of(clone.library.read().items)
        for start, token in tokens_at(text)
    ]
    if is_wanted is not None:
        found = [each for each in found if is_wanted(each[-1])] or found
    if not found:
        return
    one, name, text, start, old = found[pick[0] % len(found)]
    new = stage.memory.edit(old)
    changed = text[:start] + plain(new) + text[start + len(plain(old)) :]
    _write(clone, one, name, text, changed, saves=pick[1] % 2 == 0)
    stage.tell(f"zotero: {name}: {old} -> {new}")


def _write(
    clone: Clone, one: LibraryItem, name: str, text: str, changed: str, *, saves: bool
) -> None:
    if name == "tags":
        tags = [{"tag": changed} if tag["tag"] == text else tag for tag in one.data["tags"]]
        put(clone.library, one, tags=[tag for tag in tags if tag["tag"]])
    elif name == "creators":
        creators = [_renamed(author, text, changed) for author in one.data["creators"]]
        put(clone.library, one, creators=creators)
    elif name == "note" and saves:
        put(clone.library, one, note=editor_form(changed))
    else:
        put(clone.library, one, **{name: changed})


def _renamed(author: Mapping[str, str], text: str, changed: str) -> dict[str, str]:
    return {part: changed if name == text else name for part, name in author.items()}


def add(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Add a bullet to a note, or a task's tag to an item."""
    found = [
        (one, name, text, place[0])
        for one, name, text in texts_of(clone.library.read().items)
        for place in TOKEN.finditer(text)
        if letter_of(place[0]) in "sk"
    ]
    if not found:
        return
    one, name, text, token = found[pick[0] % len(found)]
    new = stage.memory.new(work_of(token), letter_of(token))
    if name == "tags":
        put(clone.library, one, tags=[*one.data["tags"], {"tag": f"task:task {new}"}])
    else:
        point = re.search(_POINT.format(token=token), text, re.DOTALL)
        if point is None:
            return
        changed = text[: point.end()] + f"<li>Bullet {new} as well.</li>\n" + text[point.end() :]
        _write(clone, one, name, text, changed, saves=pick[1] % 2 == 0)
    stage.tell(f"zotero: + {new} beside {token}")


def take_out(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Take a bullet out of a note, or a task's tag off an item; a note keeps one bullet."""
    found = [
        (one, name, text, place[0])
        for one, name, text in texts_of(clone.library.read().items)
        for place in TOKEN.finditer(text)
        if letter_of(place[0]) in "sk" and (name == "tags" or text.count("<li>") > 1)
    ]
    if not found:
        return
    one, name, text, token = found[pick[0] % len(found)]
    gone = [token]
    if name == "tags":
        _write(clone, one, name, text, "", saves=False)
    else:
        point = re.search(_POINT.format(token=token), text, re.DOTALL)
        if point is None:
            return
        gone = list(tokens_in(point[0]))
        changed = text[: point.start()] + text[point.end() :]
        _write(clone, one, name, text, changed, saves=pick[1] % 2 == 0)
    stage.memory.remove(gone)
    # A clone that got the bullet by git before it was in the library takes it for new: nothing
    # there tells that the library had it meanwhile, and lost it.
    unmet = (sight_of(one, name).set - one.met for one in stage.clones for name in stage.digests)
    stage.memory.wished |= frozenset(gone).intersection(frozenset().union(*unmet))
    stage.tell(f"zotero: - {' '.join(gone)}")


TYPES = ("journalArticle", "conferencePaper", "preprint", "report", "webpage", "book")


def change_type(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Give an item another type; what has no field there is gone, as in Zotero."""
    items = [
        one
        for one in clone.library.read().items
        if one.data["itemType"] in TYPES and "parentItem" not in one.data and not one.is_trashed
    ]
    if not items:
        return
    one, new = items[pick[0] % len(items)], TYPES[pick[1] % len(TYPES)]
    put(clone.library, one, itemType=new)
    stage.tell(f"zotero: {one.data['itemType']} {one.data.get('title')} becomes {new}")


def remove_link(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Put a link attachment into the trash."""
    found = [
        (one, place[0])
        for one, name, text in texts_of(clone.library.read().items)
        if one.data["itemType"] == "attachment" and name == "url"
        for place in TOKEN.finditer(text)
    ]
    if not found:
        return
    one, token = found[pick[0] % len(found)]
    put(clone.library, one, deleted=1)
    stage.memory.remove([token])
    stage.tell(f"zotero: link {token} into the trash")


def save_notes(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Have the note editor save every note anew."""
    for one, name, text in list(texts_of(clone.library.read().items)):
        if name == "note":
            put(clone.library, one, note=editor_form(text))
    stage.tell("zotero: notes saved")


def trash(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Put an item or a note in the trash, or take it out again."""
    found = [
        one
        for one in clone.library.read().items
        if one.data["itemType"] == "note" or "parentItem" not in one.data
    ]
    one = found[pick[0] % len(found)]
    put(clone.library, one, deleted=0 if one.is_trashed else 1)
    stage.may_mingle = stage.may_mingle or one.is_trashed
    if one.is_trashed:
        stage.memory.remove(_links_left_by(stage, clone, one))
        stage.restored |= _works_beside_survivor(clone, one)
    where = "out of" if one.is_trashed else "into"
    stage.tell(f"zotero: {one.data['itemType']} {one.key} {where} the trash")


def _survivors_of(clone: Clone, merged: LibraryItem) -> set[str]:
    """Return the keys of the items into which an item was merged."""
    items, address = clone.library.read().items, f"/{merged.key}"
    return {one.key for one in items if address in str(one.data.get("relations", ""))}


def _works_beside_survivor(clone: Clone, restored: LibraryItem) -> set[int]:
    """Return the works of an item that is back beside the one it was merged into."""
    titled = tokens_in(str(restored.data.get("title", "")))
    return {work_of(token) for token in titled if _survivors_of(clone, restored)}


def _links_left_by(stage: Stage, clone: Clone, restored: LibraryItem) -> set[str]:
    """Return the links of an item that stay with the one it was merged into, though it is back.

    One whose attachment is in the lock files comes back to the item: no person removed it.
    """
    keep = _survivors_of(clone, restored)
    works = {work_of(token) for token in tokens_in(str(restored.data.get("title", "")))}
    locks = [each.text(LOCK) for each in stage.clones]
    return {
        token
        for one in clone.library.read().items
        if one.data.get("parentItem") in keep and any(one.key not in lock for lock in locks)
        for token in tokens_in(str(one.data.get("url", "")))
        if work_of(token) in works
    }


def merge(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Merge two items (Merge Items): any two, or one into an item of the person's own that says
    little more than the title. A token that stood in the one that goes alone is given up.
    """
    items = {
        one.key: one
        for one in clone.library.read().items
        if "parentItem" not in one.data and not one.is_trashed and one.data.get("title")
    }
    if not items:
        return
    keys = sorted(items)
    other = keys[pick[0] % len(keys)]
    keep = keys[pick[1] % len(keys)]
    # A clone that does not have the other's link to what goes can't tell what its entry becomes.
    is_unknown = len({other in one.text(LOCK) for one in stage.clones}) > 1
    stage.may_mingle |= is_unknown or bool(items[other].data.get("relations"))
    if pick[2] % 3 or keep == other:
        stage.merges += 1
        keep = a_key(FIRST_MERGED_KEY + stage.merges)
        kind = ("preprint", "conferencePaper", "webpage")[pick[2] % 2 + pick[1] % 2]
        data = {"itemType": kind, "title": items[other].data["title"]}
        clone.library.write([LibraryItem(keep, 0, data)])
    else:
        titled = tokens_in(items[other].data["title"])
        stage.merged |= {work_of(token) for token in titled}
        if not items[keep].data.get("archiveID"):
            # It stands for none of the works: what each brought may show in the other's entry.
            stage.merged |= {work_of(token) for token in tokens_in(items[keep].data["title"])}
            stage.may_mingle = True
    merge_items(clone, keep, other)
    stage.has_lost_base = True
    stage.tell(f"zotero: item {other} merged into {keep}")


def merge_items(clone: Clone, keep: str, other: str) -> None:
    """Do what Zotero does when two items are merged."""
    snapshot = clone.library.read()
    found = {one.key: one for one in snapshot.items}
    for one in snapshot.items:
        if one.data.get("parentItem") == other:
            put(clone.library, one, parentItem=keep)
    stays, goes = found[keep], found[other]
    replaced = stays.data.get("relations", {}).get("dc:replaces", [])
    address = f"http://zotero.org/users/1/items/{other}"
    put(
        clone.library,
        stays,
        collections=[*stays.data.get("collections", ()), *goes.data.get("collections", ())],
        tags=[*stays.data.get("tags", ()), *goes.data.get("tags", ())],
        relations={
            "dc:replaces": [*([replaced] if isinstance(replaced, str) else replaced), address]
        },
    )
    put(clone.library, goes, deleted=1)


def shelve(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Put an item in another collection instead of its own, or beside it."""
    snapshot = clone.library.read()
    items = [one for one in snapshot.items if "parentItem" not in one.data and not one.is_trashed]
    collection_rows = [one for one in snapshot.collections if not one.is_trashed]
    if not items or not collection_rows:
        return
    one, collection_row = (
        items[pick[0] % len(items)],
        collection_rows[pick[1] % len(collection_rows)],
    )
    own = [key for key in one.data.get("collections", ()) if key != collection_row.key]
    stage.has_twins = True  # of an entry that stands in one clone only, another may get its own
    put(clone.library, one, collections=[*own[: pick[2] % 2], collection_row.key])
    stage.tell(f"zotero: {one.data.get('title')} into {collection_row.name!r}")


def name_shelf(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Give a collection another name."""
    collection_rows = [one for one in clone.library.read().collections if one.parent]
    if not collection_rows:
        return
    stage.names += 1
    collection_row = collection_rows[pick[0] % len(collection_rows)]
    put_collection(clone.library, collection_row, name=f"Shelf {stage.names}")
    stage.tell(f"zotero: collection {collection_row.name!r} -> 'Shelf {stage.names}'")


def insert(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Add a new item to a collection."""
    collection_rows = [one for one in clone.library.read().collections if not one.is_trashed]
    stage.works += 1
    work = stage.works
    data = {
        "itemType": "preprint",
        "title": f"Study {stage.memory.new(work, 't')} of Models",
        "archiveID": f"arXiv:{arxiv_of(work)}",
        "url": f"https://arxiv.org/abs/{arxiv_of(work)}",
        "date": "2024",
        "collections": [collection_rows[pick[0] % len(collection_rows)].key]
        if collection_rows
        else [],
    }
    key = a_key(FIRST_OWN_KEY + work)
    clone.library.write([LibraryItem(key, 0, data)])
    stage.tell(f"zotero: new item of work {work}")


# --- Zotero's own sync


def replicate(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Have Zotero sync both copies of the library: field by field, and a person decides."""
    if len(stage.libraries) == 1:
        return
    here, there = (one.library for one in stage.clones)
    before = stage.synced
    sides = [library.read() for library in (here, there)]
    seen = frozenset(library_sight(here).set | library_sight(there).set)
    merged = _merged_collections(before, sides), _merged_items(before, sides, pick[0] % 2)
    for library, side in zip((here, there), sides, strict=True):
        _bring(library, side, *merged)
    stage.memory.decide(seen, library_sight(here).set)
    stage.memory.wished |= library_sight(here).set
    stage.synced = here.read()
    if library_sight(here) != library_sight(there):
        raise Violation("the copies of the library differ after Zotero's sync")
    stage.tell("zotero: both copies are synced")


def _merged_items(
    before: Snapshot, sides: Sequence[Snapshot], favoured: int
) -> dict[str, dict[str, Any]]:
    old = {one.key: one.data for one in before.items}
    found = [{one.key: one.data for one in side.items} for side in sides]
    merged = {}
    for key in sorted(found[0].keys() | found[1].keys()):
        was, one, other = old.get(key, {}), *(side.get(key, {}) for side in found)
        merged[key] = {
            name: _chosen(was.get(name), one.get(name), other.get(name), favoured)
            for name in sorted({*was, *one, *other} - {"dateModified", "dateAdded"})
        }
    return merged


def _chosen(was: object, one: object, other: object, favoured: int) -> object:
    if one == other or other == was:
        return one
    return other if one == was else (one, other)[favoured]


def _merged_collections(before: Snapshot, sides: Sequence[Snapshot]) -> dict[str, Collection]:
    old = {one.key: one for one in before.collections}
    found = [{one.key: one for one in side.collections} for side in sides]
    merged = {}
    for key in sorted(found[0].keys() | found[1].keys()):
        one, other = (side.get(key) for side in found)
        is_old = one is None or (key in old and one.name == old[key].name)
        merged[key] = other if is_old and other else one
    return {key: one for key, one in merged.items() if one is not None}


def _bring(
    library: EmbeddedLibrary,
    side: Snapshot,
    collections: dict[str, Collection],
    items: dict[str, dict[str, Any]],
) -> None:
    """Have `library`, which holds `side`, hold these."""
    collection_rows = {one.key: one.version for one in side.collections}
    versions = {one.key: one.version for one in side.items}
    for batch in parts(tuple(collections.values()), lambda one: one.parent is not None):
        library.write_collections(
            [replace(one, version=collection_rows.get(one.key, 0)) for one in batch]
        )
    for keys in parts(tuple(items), lambda key: "parentItem" in items[key]):
        for key in keys:
            data = {name: _or_empty(name, value) for name, value in items[key].items()}
            put(library, LibraryItem(key, versions.get(key, 0), {}), **data)


def _or_empty(name: str, value: object) -> object:
    if value is not None:
        return value
    return {"tags": [], "collections": [], "relations": {}, "deleted": 0}.get(name, "")
