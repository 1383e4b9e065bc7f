"""What a run leaves, by names: so that worlds compare whose keys and ids are others."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from tests.sync.world import World
from zoterodigest.core.links.link import LockFile
from zoterodigest.library.port import Collection, LibraryItem, Snapshot
from zoterodigest.project.lock.lock import read_lock

Names = Mapping[str, str]


def outcome_of(world: World) -> list[str]:
    """Return all that the library, the lock file and the digests hold, but times and versions."""
    snapshot, lock = world.library.read(), read_lock(world.lock_path.read_bytes())
    names = names_of(snapshot, lock)
    things = [*_library(snapshot), *map(asdict, lock.rows), *map(asdict, lock.collection_rows)]
    texts = [json.dumps(_named(one, names), sort_keys=True, default=str) for one in things]
    digests = [(world.root / name).read_text(encoding="utf-8") for name in sorted(world.digests)]
    return [*sorted(texts), *digests]


def names_of(snapshot: Snapshot, lock: LockFile) -> Names:
    """Return what each key and each id of a row is called."""
    collection_rows = {one.key: one for one in snapshot.collections}
    titles = {one.key: str(one.data.get("title", "note")) for one in snapshot.items}
    parents = {one.key: str(one.data.get("parentItem", "")) for one in snapshot.items}
    names = {
        key: f"<collection {_path(collection_row, collection_rows)}>"
        for key, collection_row in collection_rows.items()
    }
    for key, title in titles.items():
        below = f" of {titles[parents[key]]}" if parents[key] else ""
        names[key] = f"<{title}{below}>"
    rows = {row.id: f"<row of {titles.get(row.item, 'none')} in {row.digest}>" for row in lock.rows}
    return names | rows


def _path(collection_row: Collection, collection_rows: Mapping[str, Collection]) -> str:
    above = collection_rows.get(collection_row.parent or "")
    return (
        f"{_path(above, collection_rows)}/{collection_row.name}" if above else collection_row.name
    )


def _library(snapshot: Snapshot) -> Iterator[dict[str, Any]]:
    for collection_row in snapshot.collections:
        yield {**asdict(collection_row), "version": 0}
    for item in snapshot.items:
        yield {"key": item.key, **_lasting(item)}


def _lasting(item: LibraryItem) -> dict[str, Any]:
    data = {name: value for name, value in item.data.items() if not name.startswith("date")}
    if "date" in item.data:
        data["date"] = item.data["date"]
    return data | {"collections": frozenset(item.data.get("collections", ()))}


def _named(value: Any, names: Names) -> Any:
    """Return `value` with names in the place of keys and ids; sets are sorted by them."""
    match value:
        case str():
            return _KEY.sub(lambda found: names.get(found[0], found[0]), value)
        case Mapping():
            return {str(name): _named(one, names) for name, one in value.items()}
        case frozenset() | set():
            return sorted(_named(one, names) for one in value)
        case list() | tuple():
            return [_named(one, names) for one in value]
        case _:
            return value


_KEY = re.compile(r"\bzd-[a-z2-9]{10}\b|\b[2-9A-NP-Z]{8}\b")
