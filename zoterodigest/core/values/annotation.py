"""Annotations of Zotero's reader: what a person marked or wrote in a PDF, an EPUB or a snapshot.

They go one way, from the library to Markdown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum, auto
from functools import lru_cache

from zoterodigest.core.values.keys import KEY_PATTERN
from zoterodigest.frozen import dataclass


class AnnotationType(Enum):
    """What kind of annotation it is; `OTHER` is a kind that a later Zotero may have."""

    HIGHLIGHT = "highlight"
    UNDERLINE = "underline"
    NOTE = "note"
    TEXT = "text"
    IMAGE = "image"
    INK = "ink"
    OTHER = ""


class AnnotationAbsence(Enum):
    """Why an annotation that was seen earlier is not among those of its item.

    `MOVED` is one that belongs to another item now. Two say nothing about it, so nothing may
    follow: `UNREADABLE`, as the library does not list annotations at the moment (an old Zotero
    never does), and `AWAITED`, as it may not have heard of it yet, or not of how it is now.
    """

    TRASHED = auto()
    ATTACHMENT_TRASHED = auto()
    ERASED = auto()
    MOVED = auto()
    UNREADABLE = auto()
    AWAITED = auto()


UNCERTAIN = frozenset({AnnotationAbsence.UNREADABLE, AnnotationAbsence.AWAITED})
"""What says nothing about an annotation."""


PALETTE: Mapping[str, str] = {
    "Yellow": "#ffd400",
    "Red": "#ff6666",
    "Green": "#5fb236",
    "Blue": "#2ea8e5",
    "Purple": "#a28ae5",
    "Magenta": "#e56eee",
    "Orange": "#f19837",
    "Gray": "#aaaaaa",
}
"""The colors that Zotero's reader offers, by name."""

_LEAST_HUE = 16
DEFAULT_COLOR = PALETTE["Yellow"]
USER_LIBRARY = "library"
"""How links name the person's own library; a group's is `groups/ID`."""

# What is bounded is so that a hostile text takes no longer than another one.
ADDRESS = (
    rf"zotero://open(?:-pdf|-epub)?/[\w/]{{0,60}}?items/(?:[01]_)?(?P<attachment>{KEY_PATTERN})"
    rf"\?[^\s)\"'<>]{{0,200}}?annotation=(?P<key>{KEY_PATTERN})"
)
"""The pattern of a link to an annotation in any tool's form, with its keys."""

BLOCK_ID = rf"\^(?P<key>{KEY_PATTERN})"
"""The pattern of a block id that names an annotation."""

OF_FILE = rf"a{KEY_PATTERN}(?:p[\w-]{{0,50}})?"
"""The pattern of what ZotLit adds to such an id: the attachment, and the page by its label."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """One annotation as its library has it.

    `library` is how links name the library: `library`, or `groups/ID`. `text` and `comment` may
    hold the tags `<b>`, `<i>`, `<sub>` and `<sup>`. `page` counts the file's pages from 1 and is
    None in an EPUB or a snapshot; `page_label` is the number printed on it. `sort_index` sorts as
    text within one attachment. `author` is set in groups.
    """

    key: str
    attachment: str
    library: str = USER_LIBRARY
    type: AnnotationType = AnnotationType.HIGHLIGHT
    text: str = ""
    comment: str = ""
    color: str = DEFAULT_COLOR
    page_label: str = ""
    page: int | None = None
    sort_index: str = ""
    author: str = ""
    tags: tuple[str, ...] = ()

    @property
    def color_name(self) -> str:
        """The name of its color, or of the nearest one in the palette."""
        return nearest_color(self.color)

    @property
    def address(self) -> str:
        """The link that opens its file at the annotation."""
        # The attachment's key: with the item's, Zotero opens nothing and says nothing (measured).
        page = "" if self.page is None else f"page={self.page}&"
        of_file = f"zotero://open-pdf/{self.library}/items/{self.attachment}"
        return f"{of_file}?{page}annotation={self.key}"

    @property
    def place(self) -> tuple[str, str, str]:
        """What annotations of one item are sorted by."""
        return self.attachment, self.sort_index, self.key


@dataclass(frozen=True, slots=True)
class WrittenBlock:
    """What we last wrote for an annotation: a print of its block, and one of all it shows.

    A block is written again if the annotation or the template shows something else, and not because
    a new version writes the same otherwise.
    """

    block: str
    source: str


WrittenBlocks = Mapping[str, WrittenBlock]
"""What was written into one entry, by the keys of the annotations."""


@dataclass(frozen=True, slots=True)
class ItemAnnotations:
    """The annotations of one item in order, and why others that were known are not among them."""

    annotations: tuple[Annotation, ...] = ()
    absent: Mapping[str, AnnotationAbsence] = field(default_factory=dict)


@lru_cache(maxsize=1_000)
def nearest_color(color: str) -> str:
    """Return the name of the palette's color that is nearest to `#rrggbb`; Yellow for no color."""
    asked = _channels(color) or _channels(DEFAULT_COLOR)
    # Black and white have no hue, but numbers near to those of some color.
    if max(asked) - min(asked) < _LEAST_HUE:
        return "Gray"
    distances = {
        name: sum((one - other) ** 2 for one, other in zip(asked, _channels(known), strict=True))
        for name, known in PALETTE.items()
    }
    return min(distances, key=distances.__getitem__)


def _channels(color: str) -> tuple[int, ...]:
    try:
        channels = bytes.fromhex(color.removeprefix("#"))
    except ValueError:
        return ()
    return tuple(channels) if len(channels) == 3 else ()
