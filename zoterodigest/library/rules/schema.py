"""Zotero's item types: which fields and creators each of them has (mappings/zotero-schema.toml)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from pydantic import BaseModel, ConfigDict

from zoterodigest import mapping
from zoterodigest.frozen import dataclass


@dataclass(frozen=True, slots=True)
class ItemType:
    """What an item of one type may hold.

    `bases` maps the type's own form of a base field to that one, `caseName` to `title`. The first
    of `creators` is the main one; parts (notes, attachments, annotations) have none. An item whose
    type `is_part` may lie below another item.
    """

    name: str
    fields: frozenset[str]
    bases: Mapping[str, str]
    creators: tuple[str, ...]
    is_part: bool = False

    def field_for(self, base: str) -> str | None:
        """Return what this type calls the base field `base`, or None if it has no such field."""
        own = [name for name, meant in self.bases.items() if meant == base]
        return own[0] if own else base if base in self.fields else None


@cache
def item_types() -> Mapping[str, ItemType]:
    """Return every item type Zotero knows, by name."""
    table = mapping.load(mapping.folder() / "zotero-schema.toml", _SchemaTable)
    regular = {name: _regular(name, line, table.common) for name, line in table.types.items()}
    parts = {
        name: ItemType(name, frozenset(fields.split()), {}, (), is_part=True)
        for name, fields in table.parts.items()
    }
    return regular | parts


class _SchemaLine(BaseModel):
    model_config = ConfigDict(defer_build=True, extra="forbid")

    fields: str
    creators: str


class _SchemaTable(BaseModel):
    model_config = ConfigDict(defer_build=True, extra="forbid")

    common: str
    parts: dict[str, str]
    types: dict[str, _SchemaLine]


def _regular(name: str, line: _SchemaLine, common: str) -> ItemType:
    # `caseName=title` is a field and its base field; `-pages` is a common field it lacks.
    words = line.fields.split()
    bases = dict(word.split("=") for word in words if "=" in word)
    lacking = {word.removeprefix("-") for word in words if word.startswith("-")}
    own = {word.partition("=")[0] for word in words if not word.startswith("-")}
    shared = set(common.split()) - set(bases.values()) - lacking
    return ItemType(name, frozenset(own | shared), bases, tuple(line.creators.split()))
