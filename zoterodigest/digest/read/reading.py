"""Readings: what one entry says, field by field, and the words it is made of."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field

from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.record import EMPTY, Fields, Hyperlink, Value, is_empty

_UNSEEN = {0x200B: None, 0xFEFF: None, 0x00A0: " "}


@dataclass(frozen=True, slots=True)
class Reading:
    """An entry's fields, their raw texts, its identifiers, and its labelled links as written.

    `title_url` is the title's own link; `dead_labels` are the labels of links that lead nowhere.
    """

    fields: Fields
    raws: Mapping[str, str]
    identifiers: frozenset[Identifier] = frozenset()
    links: tuple[Hyperlink, ...] = ()
    title_url: str = ""
    dead_labels: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()


@dataclass
class Draft:
    """Fields while one entry is read."""

    fields: dict[str, Value] = field(default_factory=dict)
    raws: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def put(self, name: str, value: Value, raw: str) -> None:
        """Add a field; of two slots for one field the first that holds something counts."""
        if is_empty(self.fields.get(name, EMPTY)):
            self.fields[name] = EMPTY if is_empty(value) else value
            self.raws[name] = raw


def decoded(data: bytes) -> str:
    """Return a slot's bytes as text (they have been checked to be UTF-8)."""
    return data.decode("utf-8", "replace")


def cleaned(text: str) -> str:
    """Return one line of text: entities resolved, every break and blank a blank, none outside.

    Signs without width are left out.
    """
    return html.unescape(" ".join(text.split("\n"))).translate(_UNSEEN).strip()
