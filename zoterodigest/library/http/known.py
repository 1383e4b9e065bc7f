"""What is known of a library's objects, so that a run need not read them again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from zoterodigest.library.http.objects import ITEMS, Kind, Thing
from zoterodigest.library.port import Collection, LibraryItem


@dataclass(frozen=True, slots=True)
class Listing:
    """Which objects a library holds at one version of it, each with its own version."""

    version: int
    items: Mapping[str, int]
    collections: Mapping[str, int]


@dataclass
class Known:
    """What is known of a library: its listing (None: never listed), and objects as last seen."""

    listing: Listing | None = None
    items: dict[str, LibraryItem] = field(default_factory=dict)
    collections: dict[str, Collection] = field(default_factory=dict)

    def of(self, kind: Kind[Thing]) -> dict[str, Thing]:
        """Return the objects of this kind by key: what is put there is known."""
        known: dict[str, Any] = self.items if kind.path == ITEMS.path else self.collections
        return cast("dict[str, Thing]", known)
