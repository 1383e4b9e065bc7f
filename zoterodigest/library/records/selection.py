"""Which items of a library are meant by the names of collections and tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from zoterodigest.core.values.record import Collection
from zoterodigest.errors import ZoterodigestError
from zoterodigest.library.port import LibraryItem

Path = tuple[str, ...]
"""The names from the top down to a collection."""


class NotInLibrary(ZoterodigestError):
    """The library has no live collection or no item of the name or key asked for."""

    exit_code = 10


def collection_paths(collections: Iterable[Collection]) -> dict[str, Path]:
    """Return the names from the top down to each collection that is not in the trash."""
    by_key = {one.key: one for one in collections}
    paths = {key: _path(by_key, key) for key in by_key}
    return {key: path for key, path in paths.items() if path}


def _path(by_key: Mapping[str, Collection], key: str) -> Path:
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


def collections_within(paths: Mapping[str, Path], wanted: Iterable[str]) -> frozenset[str]:
    """Return the keys of the collections that `wanted` names, and of those below them.

    A collection is named by its key, its name, or its path with `/`. Raises `NotInLibrary`.
    """
    return frozenset(key for name in wanted for key in _collections_at(paths, name))


def _collections_at(paths: Mapping[str, Path], wanted: str) -> set[str]:
    roots = [path for key, path in paths.items() if wanted in (key, path[-1], "/".join(path))]
    if not roots:
        known = ", ".join(sorted("/".join(path) for path in paths.values())[:10])
        raise NotInLibrary(
            f"the library has no collection {wanted}",
            f"Collections: {known}." if known else "The library has no collections yet.",
        )
    return {key for key, path in paths.items() if any(path[: len(it)] == it for it in roots)}


def tag_names(item: LibraryItem) -> frozenset[str]:
    """Return the names of an item's tags."""
    return frozenset(item.json.tags)
