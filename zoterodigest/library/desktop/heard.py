"""What a run has read of the library, so that a write need not read it again.

Zotero refuses a change of an object that is no longer at the version it is said to have. So an
object that was read once is good enough to tell what differs from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zoterodigest.library.desktop.objects import COLLECTIONS, ITEMS, Kind, Thing
from zoterodigest.library.port import Snapshot


@dataclass
class Heard:
    """The library's version, None if it may have moved; its objects by path and key, when read."""

    version: int | None = None
    _things: dict[str, dict[str, Any]] = field(default_factory=dict)

    def take(self, snapshot: Snapshot) -> None:
        """Take what was read of the whole library."""
        self.version = snapshot.version
        self._things = {
            ITEMS.path: {one.key: one for one in snapshot.items},
            COLLECTIONS.path: {one.key: one for one in snapshot.collections},
        }

    def of(self, kind: Kind[Thing]) -> Mapping[str, Thing] | None:
        """Return the objects of this kind by key; None if the library was not read."""
        return self._things.get(kind.path)

    def forget(self, kind: Kind[Thing], key: str) -> None:
        """Forget an object that was written."""
        self._things.get(kind.path, {}).pop(key, None)
