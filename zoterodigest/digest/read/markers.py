"""Marker lines: the comments between which an entry shows a note of the person's own.

Both name the note's key, so that a lost line never joins what belongs to two notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_WORD = b"zotero-note"
_MARKER = re.compile(
    rb"(?P<quote> {0,3}>)?[ \t]*<!--[ \t]+(?P<end>/?)zotero-note[ \t]+(?P<key>[A-Z0-9]{8})[ \t]+-->"
    rb"[ \t]*"
)
_QUOTED = re.compile(rb" {0,3}>")


@dataclass(frozen=True, slots=True)
class Region:
    """A region by the 0-based lines of its two markers, and the key of its note."""

    key: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Torn:
    """A marker whose other half is missing: its line, its key, and whether it is the beginning."""

    key: str
    line: int
    is_beginning: bool


def opening(key: str) -> str:
    """Return the line above the region of the note `key`."""
    return f"<!-- zotero-note {key} -->"


def closing(key: str) -> str:
    """Return the line below the region of the note `key`."""
    return f"<!-- /zotero-note {key} -->"


def has_marker(source: bytes) -> bool:
    """Tell whether a marker may stand in `source`."""
    return _WORD in source


def is_marker(line: bytes) -> bool:
    """Tell whether a line is a marker, quoted or not."""
    return _WORD in line and _MARKER.fullmatch(line) is not None


def find_regions(lines: Iterable[bytes]) -> tuple[tuple[Region, ...], tuple[Torn, ...]]:
    """Return the regions in `lines`, and the markers without their other half.

    A region ends at the marker of its own key; another beginning, or for a quoted one the end of
    the quote, tears it.
    """
    regions: list[Region] = []
    torn: list[Torn] = []
    open_at: Torn | None = None
    is_quoted = False
    for number, line in enumerate(lines):
        if open_at and is_quoted and not _QUOTED.match(line):
            torn.append(open_at)
            open_at = None
        found = _MARKER.fullmatch(line) if _WORD in line else None
        if found is None:
            continue
        marker = Torn(found["key"].decode(), number, not found["end"])
        if marker.is_beginning:
            torn += [open_at] if open_at else []
            open_at, is_quoted = marker, bool(found["quote"])
        elif open_at and open_at.key == marker.key:
            regions.append(Region(marker.key, open_at.line, number))
            open_at = None
        else:
            torn.append(marker)
    torn += [open_at] if open_at else []
    return tuple(regions), tuple(torn)
