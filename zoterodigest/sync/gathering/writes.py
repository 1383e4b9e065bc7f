"""Writes: what a run writes into the library, each object with the version it expects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import field

from zoterodigest.frozen import dataclass
from zoterodigest.library.item_json import ItemJson
from zoterodigest.library.port import Collection, LibraryItem
from zoterodigest.library.records.contents import Contents


@dataclass(frozen=True, slots=True)
class UnwritableAction:
    """An action that cannot be carried out, for `reason`; nothing of it is written."""

    row_ids: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Write:
    """One object to be written for the links of `row_ids`.

    `tags`, `attachment` and `citekey` say what it adds to an item: tags, the attachment's own key,
    a citation key; `sources` names by field the source of what was found.
    """

    item: LibraryItem
    row_ids: tuple[str, ...]
    tags: frozenset[str] = frozenset()
    attachment: str = ""
    citekey: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Writes:
    """All that a plan writes into the library, in the order in which it must be written."""

    collections: tuple[Collection, ...] = ()
    items: tuple[Write, ...] = ()
    children: tuple[Write, ...] = ()
    unwritable: tuple[UnwritableAction, ...] = ()

    @property
    def all(self) -> tuple[Write, ...]:
        """The items and their children."""
        return (*self.items, *self.children)

    def __len__(self) -> int:
        return len(self.collections) + len(self.items) + len(self.children)

    def counts(self, contents: Contents) -> Mapping[str, int]:
        """Return how many things of each kind are written into `contents`, as `log` lists them."""
        objects = {write.item.key: write.item for write in self.all}
        counts = Counter({"collections": len({one.key for one in self.collections})})
        for key, item in objects.items():
            present = contents.by_key.get(key, item)
            kind = ItemJson({**item.data, **present.data}).item_type
            counts[f"{kind}s" if kind in ("note", "attachment") else "items"] += 1
        return counts
