"""The blocks of annotations that stand in a text, whichever tool wrote them.

The key in a link names the annotation, in each tool's form. ZotLit and ZotFlow also write it as the
id of a block. No marker of ours is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from zoterodigest.core.values.annotation import ADDRESS, BLOCK_ID, OF_FILE
from zoterodigest.core.values.blocks import BlockRange, BlockShape, cut_blocks
from zoterodigest.core.values.keys import KEY_PATTERN
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_LINK = lazy_regex(ADDRESS)
_BLOCK_ID = lazy_regex(rf"{BLOCK_ID}(?:{OF_FILE})?[ \t]*$", re.MULTILINE)
_SIGN_OF_A_KEY = lazy_regex(r"annotation=|\^")

ZOTFLOW, ZOTLIT, BIBNOTES = "ZotFlow", "ZotLit", "BibNotes"
ZOTERO_INTEGRATION = "Zotero Integration"
ANOTHER_TOOL = "another tool"
_FORMS: Mapping[str, re.Pattern[str]] = {
    ZOTFLOW: lazy_regex(r"\[!zotflow|obsidian://zotflow"),
    ZOTLIT: lazy_regex(rf"{BLOCK_ID}{OF_FILE}[ \t]*$", re.MULTILINE),
    ZOTERO_INTEGRATION: lazy_regex(
        r"\[Page [^\]\n]{0,60}\]\(zotero:|class=\"hltr-|<mark\b|\[!\w{1,30}\|#[0-9a-f]{6}"
        r"|\[!\w{1,20}(?:Highlight|Underline|Note|Image)\]|\b(?:High|Under)li(?:ght|ne) \[",
    ),
    BIBNOTES: lazy_regex(r"\A[-*+][ \t]+(?:\*\*|==)?[*_]{1,3}[\"“]"),
}
"""What the blocks of a tool have that no other's have, by its name."""

_REGION = lazy_regex(
    r"%%[ \t]*begin[ \t]+(?P<name>[^%\n]{1,80}?)[ \t]*%%|(?P<managed>%%zt-managed%%)"
    rf"|ZF_(?P<part>NOTE|ANNO|PERSIST)_BEG_(?P<of>{KEY_PATTERN})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class AnnotationBlock:
    """One block of a text that names annotations by their `keys`.

    It stands at the characters `[start, end)`, behind the blanks `margin` at its line's start; the
    `body` is its text without these. `tool` is who writes such blocks, "" for nobody known.
    `is_foreign` tells whether it stands within the marks of another tool.
    """

    keys: tuple[str, ...]
    start: int
    end: int
    margin: str
    body: str
    range: BlockRange
    tool: str
    is_foreign: bool


@dataclass(frozen=True, slots=True)
class ToolRegion:
    """A part of a text, `[start, end)`, that another tool keeps between its marks."""

    tool: str
    start: int
    end: int
    holds_annotations: bool


@dataclass(frozen=True, slots=True)
class FoundAnnotations:
    """What of annotations stands in a text: all its blocks, those that name some, other regions."""

    ranges: tuple[BlockRange, ...]
    blocks: tuple[AnnotationBlock, ...]
    regions: tuple[ToolRegion, ...]


def find_annotations(text: str) -> FoundAnnotations:
    """Return the blocks of annotations in `text` outside code fences and formulas."""
    ranges = cut_blocks(text)
    regions = tuple(_regions(text))
    blocks = tuple(_blocks(text, ranges, regions)) if _SIGN_OF_A_KEY.search(text) else ()
    return FoundAnnotations(ranges, blocks, regions)


def annotation_keys(text: str) -> dict[str, str]:
    """Return the keys of the annotations that a text links, each with that of its attachment."""
    return {found["key"]: found["attachment"] for found in _LINK.finditer(text)}


def _blocks(
    text: str, ranges: Iterable[BlockRange], regions: Sequence[ToolRegion]
) -> Iterator[AnnotationBlock]:
    linked: set[str] = set()
    for one in ranges:
        if one.shape in (BlockShape.FENCE, BlockShape.FORMULA):
            continue
        start = text.rfind("\n", 0, one.start) + 1
        line = text[start : one.end]
        margin = line[: len(line) - len(line.lstrip(" \t"))]
        body = line[len(margin) :].replace(f"\n{margin}", "\n")
        links = dict.fromkeys(found["key"] for found in _LINK.finditer(body))
        # An id alone names a block that has no link. That of a linked block repeats its key.
        ids = dict.fromkeys(found["key"] for found in _BLOCK_ID.finditer(body))
        keys = tuple(links) or tuple(key for key in ids if key not in linked)
        linked |= links.keys()
        if keys:
            tool = next((name for name, form in _FORMS.items() if form.search(body)), "")
            is_foreign = any(region.start <= one.start < region.end for region in regions)
            at = start + len(margin)
            yield AnnotationBlock(keys, at, one.end, margin, body, one, tool, is_foreign)


def _regions(text: str) -> Iterator[ToolRegion]:
    if "%%" not in text and "ZF_" not in text:
        return
    end = 0
    for found in _REGION.finditer(text):
        if found.start() < end:
            continue
        tool, closing = _tool_of(found)
        closed = re.compile(closing, re.IGNORECASE).search(text, found.end())
        # A region that nobody closed reaches to the end: nothing may be written there.
        end = closed.end() if closed else len(text)
        inside = text[found.end() : end]
        is_named = tool == ZOTFLOW or str(found["name"] or "").lower().startswith("annot")
        has_keys = bool(_LINK.search(inside) or _BLOCK_ID.search(inside))
        yield ToolRegion(tool, found.start(), end, is_named or has_keys)


def _tool_of(begin: re.Match[str]) -> tuple[str, str]:
    """Return the tool that begins a region so, and the pattern of how it ends it."""
    if begin["managed"]:
        return ZOTLIT, "%%/zt-managed%%"
    if begin["part"]:
        return ZOTFLOW, f"ZF_{begin['part']}_END_{begin['of']}"
    return ZOTERO_INTEGRATION, rf"%%[ \t]*end[ \t]+{re.escape(begin['name'])}[ \t]*%%"
