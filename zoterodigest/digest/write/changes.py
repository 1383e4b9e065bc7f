"""Changes of a digest's order: entries that come, go or move, headings that are renamed."""

from __future__ import annotations

from dataclasses import dataclass

from zoterodigest.core.values.record import Fields
from zoterodigest.digest.format.format import Format


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry to insert under the heading at `path` (as `Entry.heading_keys`).

    Without a path (None) it goes where it belongs among all entries, whatever their headings.
    `tag` names it for the caller. `form` is the format to write it in; None: that of its
    neighbours. `version` (`v2`) is that of a paper of arXiv, for neighbours that link to one.
    """

    tag: str
    path: tuple[str, ...] | None
    fields: Fields
    form: Format | None = None
    version: str = ""


@dataclass(frozen=True, slots=True)
class RemovedEntry:
    """The entry at `index` is to go, with the gap that parted it from the next."""

    index: int


@dataclass(frozen=True, slots=True)
class MovedEntry:
    """The entry at `index` is to stand under the heading at `path`, byte for byte as it is."""

    index: int
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RenamedHeading:
    """The heading at `path` is to say `text`; anchors elsewhere that name it stay as they are."""

    path: tuple[str, ...]
    text: str


Change = NewEntry | RemovedEntry | MovedEntry | RenamedHeading
Origin = int | str
