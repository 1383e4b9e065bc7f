"""Answers to what is erased for good: items, collections, and tags of all items.

The tool itself only trashes (law 8); this is the way of another client, whose person decides.
"""

from __future__ import annotations

from zoterodigest.frozen import dataclass
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.library.port import BATCH_SIZE, LibraryItem, Written
from zoterodigest.library.server.kinds import KINDS, ServedKind
from zoterodigest.library.server.messages import Rejected, Request, Response
from zoterodigest.library.server.queries import read_query, requested_tags
from zoterodigest.library.server.site import Served
from zoterodigest.library.server.writing import modified, rejected, require_version

_HEADER = "If-Unmodified-Since-Version"


@dataclass(frozen=True, slots=True)
class Deleting:
    """One request that erases from the library `served`."""

    request: Request
    served: Served

    def answer(self, path: tuple[str, ...]) -> Response:
        """Erase what `path` names, if nothing has changed since; raises `Rejected`."""
        version = self.request.version_header(_HEADER)
        if version is None:
            raise Rejected(428, f"{_HEADER} must be provided for delete requests")
        match path:
            case ("items" | "collections" as segment, key):
                self._require_version(KINDS[segment], key, version)
                self._erase(segment, [key], version)
            case ("items" | "collections" as segment,):
                require_version(self.served, version)
                self._erase(segment, self._keys(f"{segment.removesuffix('s')}Key"), version)
            case ("tags",):
                require_version(self.served, version)
                self._remove_tags(frozenset(requested_tags(self.request)))
            case _:
                raise Rejected(405, "Method not allowed")
        return Response(204, {"Last-Modified-Version": str(self.served.library.version())})

    def _require_version(self, kind: ServedKind, key: str, version: int) -> None:
        stored = kind.stored(self.served.library, [key]).get(key)
        if stored is None:
            # Who states a version knew the object: to them its absence is a change.
            status = 412 if version else 404
            raise Rejected(status, f"{kind.name} not found (expected version {version})")
        if stored.version != version:
            raise rejected(modified(kind.name, version, stored.version))

    def _keys(self, name: str) -> list[str]:
        keys = read_query(self.request, keys_named=name).keys
        if not keys:
            raise Rejected(400, f"'{name}' must name what to delete")
        if len(keys) > BATCH_SIZE:
            raise Rejected(413, f"Cannot delete more than {BATCH_SIZE} objects at a time")
        return list(keys)

    def _erase(self, segment: str, keys: list[str], version: int) -> None:
        library = self.served.library
        if not isinstance(library, EmbeddedLibrary):
            raise Rejected(403, 'this library erases nothing: trash by "deleted": 1')
        erase = library.erase if segment == "items" else library.erase_collections
        # The library checks the version again: another request may have written meanwhile.
        if not erase(keys, at=version):
            name = KINDS[segment].name
            raise Rejected(412, f"{name} has been modified since specified version")

    def _remove_tags(self, names: frozenset[str]) -> None:
        """Take these tags off all items, a batch at a time, each item at the version it has."""
        changes = []
        for item in self.served.library.read().items:
            tags = list(item.data.get("tags", ()))
            kept = [tag for tag in tags if tag["tag"] not in names]
            if kept != tags:
                changes.append(LibraryItem(item.key, item.version, {"tags": kept}))
        for start in range(0, len(changes), BATCH_SIZE):
            outcomes = self.served.library.write(changes[start : start + BATCH_SIZE])
            if not all(isinstance(one, Written) for one in outcomes):
                raise Rejected(412, "Library has been modified since specified version")
