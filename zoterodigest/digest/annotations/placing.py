"""Where blocks of annotations come into a text, and how one goes: nothing else moves or joins.

All that is made here are insertions between lines, and removals of whole blocks with the blank
lines that parted them from their neighbors.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from itertools import pairwise

from zoterodigest.core.values.blocks import BlockRange, BlockShape
from zoterodigest.core.values.span import Edit, Span
from zoterodigest.digest.annotations.blocks import AnnotationBlock, FoundAnnotations
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_BLOCK_ID = lazy_regex(r"\s*\^[A-Za-z0-9-]+[ \t]*(?:\n|\Z)")
_ENDS = lazy_regex(r"%%|\[[^\]\n]+\]:")
"""How paragraphs begin that stay at the end of a text: marks of tools, definitions of links."""

_HASHES = lazy_regex(r"#{1,6}(?=[ \t]|$)")
_ITEM = lazy_regex(r"(?:[-*+]|\d{1,9}[.)])[ \t]")


@dataclass(frozen=True, slots=True)
class TextEdit:
    """Put `new` in place of the characters `[start, end)`."""

    start: int
    end: int
    new: str


def byte_edits(text: str, edits: Iterable[TextEdit]) -> tuple[Edit, ...]:
    """Return edits of the bytes of a text in order; insertions at one place stay as given."""
    found: list[Edit] = []
    cursor = offset = 0
    for edit in sorted(edits, key=lambda one: (one.start, one.end)):
        start = offset + len(encoded(text[cursor : edit.start]))
        end = start + len(encoded(text[edit.start : edit.end]))
        found.append(Edit(Span(start, end), encoded(edit.new)))
        cursor, offset = edit.end, end
    return tuple(found)


def encoded(text: str) -> bytes:
    """Return the bytes of a text, also of one that was not valid UTF-8."""
    return text.encode("utf-8", "surrogateescape")


def replacement(text: str, block: AnnotationBlock, new: str, starts: Container[int]) -> TextEdit:
    """Return the edit that writes a block anew, as far in as it stands.

    `starts` are where lines begin that blocks of annotations begin with.
    """
    shifted = new.replace("\n", f"\n{block.margin}")
    if block.range.shape is not BlockShape.ITEM or _is_item(new):
        return TextEdit(block.start, block.end, shifted)
    # Items stand line below line; another form needs a blank line on both sides.
    start, end = block.start - len(block.margin), _line_end(text, block.end)
    lead = "\n" if _line_above(text, start) else ""
    tail = "\n" if _line_below(text, end) and end + 1 not in starts else ""
    return TextEdit(start, block.end, f"{lead}{block.margin}{shifted}{tail}")


def removal(text: str, blocks: Sequence[AnnotationBlock]) -> TextEdit:
    """Return the edit that takes out blocks between which nothing stands; the rest stays apart."""
    start, end = blocks[0].start - len(blocks[0].margin), _line_end(text, blocks[-1].end)
    below = _next_text(text, end)
    if below is None:
        # The last ones: the blank lines above parted them from the text there.
        above = text[:start].rstrip()
        return TextEdit(_line_end(text, len(above)) if above else start, end, "")
    # Without a blank line above, one below goes on parting what stands there from the text above.
    is_parting = bool(_line_above(text, start)) and below > end + 1
    return TextEdit(start, end + 1 if is_parting else below, "")


def is_next_to(text: str, block: AnnotationBlock, other: AnnotationBlock) -> bool:
    """Tell whether nothing stands between a block and another one below it."""
    return not text[block.end : other.start].strip()


def is_referred_to(text: str, block: AnnotationBlock) -> bool:
    """Tell whether the id of a block stands below it: other notes may show it by that."""
    return bool(_BLOCK_ID.match(text, _line_end(text, block.end)))


def after_block(
    text: str, found: FoundAnnotations, block: AnnotationBlock, new: Sequence[str]
) -> TextEdit:
    """Return the edit that puts `new` blocks below a block and what the person wrote below it."""
    others = {one.range for one in found.blocks} | {block.range}
    last = block.range
    for one in found.ranges[found.ranges.index(block.range) + 1 :]:
        if one in others or _begins_another(text, found, block.range, one):
            break
        last = one
    return _below(text, last, new, block)


def before_block(text: str, block: AnnotationBlock, new: Sequence[str]) -> TextEdit:
    """Return the edit that puts `new` blocks above a block."""
    start = block.start - len(block.margin)
    is_list = block.range.shape is BlockShape.ITEM and _is_item(new[-1])
    lead = "" if is_list or not _line_above(text, start) else "\n"
    parting = "\n" if is_list else "\n\n"
    return TextEdit(start, start, f"{lead}{_joined(new, block.margin)}{parting}")


def at_end(text: str, found: FoundAnnotations, new: Sequence[str], heading: str) -> TextEdit:
    """Return the edit that puts the first blocks into a text: below its `heading`, or at its end.

    A heading that is not there is written above them. What tools keep at the end stays there.
    """
    ranges = list(found.ranges)
    heads = [at for at, one in enumerate(ranges) if one.shape is BlockShape.HEADING]
    at = next((at for at in heads if text[ranges[at].start : ranges[at].end] == heading), None)
    if heading and at is not None:
        level = _level(heading)
        below = (it for it in heads if it > at and _level(text[ranges[it].start :]) <= level)
        ranges = ranges[: next(below, len(ranges))]
    elif heading:
        new = [heading, *new]
    while ranges and _ENDS.match(text, ranges[-1].start):
        ranges.pop()
    if ranges:
        return _below(text, ranges[-1], new, None)
    blocks = _joined(new, "")
    is_begun = bool(found.ranges)
    start = found.ranges[0].start if is_begun else len(text)
    return TextEdit(start, start, f"{blocks}\n\n" if is_begun else f"{blocks}\n")


def _begins_another(
    text: str, found: FoundAnnotations, block: BlockRange, other: BlockRange
) -> bool:
    """Tell whether what stands below a block is no longer what a person may have said about it."""
    if any(region.start <= other.start < region.end for region in found.regions):
        return True
    if other.shape in (BlockShape.HEADING, BlockShape.RULE, BlockShape.HTML):
        return True
    if block.shape is BlockShape.ITEM:
        return other.depth <= block.depth
    return bool(_ENDS.match(text, other.start))


def _below(
    text: str, above: BlockRange, new: Sequence[str], like: AnnotationBlock | None
) -> TextEdit:
    """Return the edit that puts blocks below a range; items stand right below an item like them."""
    start = _line_end(text, above.end)
    is_list = (like.range if like else above).shape is BlockShape.ITEM and _is_item(new[0])
    parting = "\n" if is_list else "\n\n"
    following = _line_below(text, start)
    # What follows at once would go on as a part of the last one, but for a heading or an item.
    is_joined = bool(following) and not is_list and not _HASHES.match(following)
    joined = parting + _joined(new, like.margin if like else "")
    return TextEdit(start, start, f"{joined}\n" if is_joined else joined)


def _joined(new: Sequence[str], margin: str) -> str:
    """Return blocks one below the other: items on lines of their own, else a blank line between."""
    pieces = [margin + new[0]]
    for above, block in pairwise(new):
        pieces.append("\n" if _is_item(above) and _is_item(block) else "\n\n")
        pieces.append(margin + block)
    shifted = [piece.replace("\n", f"\n{margin}") if piece.strip() else piece for piece in pieces]
    return "".join(shifted)


def _is_item(block: str) -> bool:
    return bool(_ITEM.match(block))


def _line_above(text: str, start: int) -> str:
    """Return the line above the one that begins at `start`, without its blanks."""
    return text[: max(start - 1, 0)].rpartition("\n")[2].strip()


def _line_below(text: str, line_end: int) -> str:
    """Return the line below the one that ends at `line_end`, without its blanks."""
    return text[line_end + 1 : _line_end(text, line_end + 1)].strip()


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _next_text(text: str, line_end: int) -> int | None:
    """Return the start of the next line that is not blank; None if there is none."""
    start = line_end + 1
    while start < len(text):
        end = _line_end(text, start)
        if text[start:end].strip():
            return start
        start = end + 1
    return None


def _level(heading: str) -> int:
    found = _HASHES.match(heading)
    return len(found[0]) if found else 0
