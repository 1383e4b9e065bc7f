"""Markers: the comments between which an entry shows a personal note, and git's conflict marks.

So it shows the annotations of its item, too. Both markers name the key of the note, or of the item,
so a lost line never joins what belongs to two.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_WORDS = (b"zotero-note", b"zotero-annotations")
_MARKER = lazy_regex(
    rb"(?P<quote> {0,3}>)?[ \t]*<!--[ \t]+(?P<end>/?)zotero-(?P<what>note|annotations)[ \t]+"
    rb"(?P<key>[A-Z0-9]{8})[ \t]+-->[ \t]*"
)
_QUOTED = lazy_regex(rb" {0,3}>")


@dataclass(frozen=True, slots=True)
class MarkedRegion:
    """A region by the 0-based lines of its two markers, and the key that they name.

    It shows a note, or annotations of an item.
    """

    key: str
    first: int
    last: int
    is_of_annotations: bool = False


@dataclass(frozen=True, slots=True)
class Torn:
    """A marker whose other half is missing: its line, its key, and whether it is the beginning."""

    key: str
    line: int
    is_beginning: bool
    is_of_annotations: bool = False


def opening(key: str) -> str:
    """Return the line above the region of the note `key`."""
    return f"<!-- zotero-note {key} -->"


def closing(key: str) -> str:
    """Return the line below the region of the note `key`."""
    return f"<!-- /zotero-note {key} -->"


def marked_annotations(key: str, text: str) -> str:
    """Return the region that shows the annotations of the item `key`, without outer line breaks."""
    # Markdown takes what stands right below a comment for a part of it.
    return f"<!-- zotero-annotations {key} -->\n\n{text}\n<!-- /zotero-annotations {key} -->"


def has_marker(source: bytes) -> bool:
    """Tell whether a marker may stand in `source`."""
    return any(word in source for word in _WORDS)


def is_marker(line: bytes) -> bool:
    """Tell whether a line is a marker, quoted or not."""
    return has_marker(line) and _MARKER.fullmatch(line) is not None


def find_regions(lines: Iterable[bytes]) -> tuple[tuple[MarkedRegion, ...], tuple[Torn, ...]]:
    """Return the regions in `lines`, and the markers without their other half.

    A region ends at the marker of its own word and key; another beginning, or for a quoted one the
    end of the quote, tears it.
    """
    regions: list[MarkedRegion] = []
    torn: list[Torn] = []
    open_at: Torn | None = None
    is_quoted = False
    for number, line in enumerate(lines):
        if open_at and is_quoted and not _QUOTED.match(line):
            torn.append(open_at)
            open_at = None
        found = _MARKER.fullmatch(line) if has_marker(line) else None
        if found is None:
            continue
        is_of_annotations = found["what"] == b"annotations"
        marker = Torn(found["key"].decode(), number, not found["end"], is_of_annotations)
        if marker.is_beginning:
            torn += [open_at] if open_at else []
            open_at, is_quoted = marker, bool(found["quote"])
        elif open_at and open_at == replace(marker, line=open_at.line, is_beginning=True):
            regions.append(MarkedRegion(marker.key, open_at.line, number, is_of_annotations))
            open_at = None
        else:
            torn.append(marker)
    torn += [open_at] if open_at else []
    return tuple(regions), tuple(torn)


# Seven signs, a blank and a name, as git writes them; without a name it may be a rule of text.
_OPENING = lazy_regex(rb"[> \t]*<{7}[ \t]+[^\s<]")
_CLOSING = lazy_regex(rb"[ \t]*(?:>[ \t]+)*>{7}[ \t]+[^\s>]")
_BLANKS = b"> \t\r"


@dataclass(frozen=True, slots=True)
class GitConflict:
    """Two versions with their marks, 0-based lines `first` to `last`; of half a pair its one line.

    An entry that ends on the line `above`, with nothing but blank lines between, may be cut by it.
    """

    above: int
    first: int
    last: int


def find_conflicts(source: bytes, lines: Iterable[bytes]) -> tuple[GitConflict, ...]:
    """Return the conflicts among the `lines` of `source`, in order."""
    if b"<<<<<<<" not in source and b">>>>>>>" not in source:
        return ()
    return tuple(_conflicts(lines))


def conflict_in(conflicts: Sequence[GitConflict], first: int, last: int) -> GitConflict | None:
    """Return the first conflict that the lines `[first, last]` have part in, or are cut by."""
    at = bisect_left(conflicts, first, key=lambda conflict: conflict.last)
    is_in = at < len(conflicts) and conflicts[at].above <= last
    return conflicts[at] if is_in else None


def _conflicts(lines: Iterable[bytes]) -> Iterator[GitConflict]:
    opened: GitConflict | None = None
    above = -1
    for number, line in enumerate(lines):
        here = GitConflict(above, number, number)
        if _OPENING.match(line):
            if opened is not None:
                yield opened
            opened = here
        elif _CLOSING.match(line):
            yield here if opened is None else GitConflict(opened.above, opened.first, number)
            opened = None
        if line.strip(_BLANKS):
            above = number
    if opened is not None:
        yield opened
