"""Edits of the body of a note: each part of the person's own text is written by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from zoterodigest.core.links.hunks import differing_ranges
from zoterodigest.core.values.blocks import split_blocks
from zoterodigest.core.values.record import Blocks, Value
from zoterodigest.core.values.span import Edit, Span
from zoterodigest.digest.read.layers import LayeredText
from zoterodigest.digest.read.slots import Slot, decoded
from zoterodigest.digest.read.vault_body import (
    as_heading,
    end_of_kept_lines,
    in_pieces,
    is_to_stay,
)
from zoterodigest.digest.write.blocks import blocks_text, compared
from zoterodigest.digest.write.html import Spelling, inert_blocks
from zoterodigest.digest.write.paired import paired
from zoterodigest.digest.write.shown import UnwritableValue

_WORD = re.compile(r"\s+|[^\s]+")


def body_edits(source: bytes, slot: Slot, value: Value, spell: Spelling) -> list[Edit]:
    """Return the edits that make the parts of a body say `value`; raises `UnwritableValue`.

    A block that stays is written in the part in which it stands. New blocks come to the part of
    those that they replace or follow.
    """
    texts = value.texts if isinstance(value, Blocks) else ()
    present = [split_blocks(decoded(part.data)) for part in slot.parts]
    edits: list[Edit] = []
    dealt = _dealt(slot.parts, texts)
    for number, (part, old, new) in enumerate(zip(slot.parts, present, dealt, strict=True)):
        # With all text below it, a heading leaves the note and stays in the file: it is a tool's.
        is_left = as_heading in part.layers and not any(dealt[number : number + 2])
        if tuple(old) != tuple(new) and not is_left:
            edits += _part_edits(source, part, new, spell)
    return edits


def _dealt(parts: Sequence[LayeredText], texts: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the new blocks of each part; a heading above a tool's block takes in no other."""
    present = [split_blocks(decoded(part.data)) for part in parts]
    flat = [text for part in present for text in part]
    homes = [number for number, part in enumerate(present) for _ in part]
    dealt: list[list[str]] = [[] for _ in present]
    cursor = 0
    for start, stop, first, last in differing_ranges(compared(flat), compared(texts)):
        for at in range(cursor, start):
            dealt[homes[at]].append(flat[at])
        pairs = paired(flat[start:stop], texts[first:last])
        at = start - 1
        for number, text in enumerate(texts[first:last]):
            # A block replaces one, or it follows the one before it.
            is_more = number not in pairs
            at = at if is_more else start + pairs[number]
            home = homes[max(at, 0)] if homes else 0
            dealt[home + (is_more and as_heading in parts[home].layers)].append(text)
        cursor = stop
    for at in range(cursor, len(flat)):
        dealt[homes[at]].append(flat[at])
    return [tuple(part) for part in dealt]


def _part_edits(
    source: bytes, part: LayeredText, new: Sequence[str], spell: Spelling
) -> list[Edit]:
    old = decoded(part.data)
    written = _as_deep(blocks_text(old, Blocks(tuple(new)), spell), old)
    text = inert_blocks(written, old, is_markdown=True)
    if text is None:
        raise UnwritableValue("it holds HTML in code or in a formula, where it would come to life")
    text = _apart(source, part, text) if old else text
    if in_pieces in part.layers:
        edits = [*_edits_of_words(source, part, text)]
    else:
        edit = part.rewrite(text.encode("utf-8", "replace"))
        edits = [edit] if edit else []
    return [new for edit in edits for new in _around_kept_lines(source, edit)]


def _around_kept_lines(source: bytes, edit: Edit) -> Iterator[Edit]:
    """Yield an edit at the end of a line around the lines that Logseq keeps below it.

    They belong to this item, as an `id::` says which one it names: they go with it, and new items
    come below them.
    """
    start, end = edit.span.start, edit.span.end
    behind = end_of_kept_lines(source, end)
    line, breaks, _ = edit.new.partition(b"\n")
    has_item = b"\n" in source[start:end]
    if behind > end and has_item and not edit.new:
        yield Edit(Span(start, behind), b"")
    elif behind > end and breaks and not has_item:
        line = line.removesuffix(b"\r")
        yield Edit(edit.span, line)
        yield Edit(Span(behind, behind), edit.new[len(line) :])
    else:
        yield edit


def _as_deep(new: str, old: str) -> str:
    """Return the new text of a part with the margin of its first line: it may be inside an item."""
    margin = old[: len(old) - len(old.lstrip(" \t"))]
    return new if not new or new.startswith(margin) else margin + new


def _edits_of_words(source: bytes, part: LayeredText, text: str) -> Iterator[Edit]:
    """Yield an edit for each run of words that differ, in pieces where something stands between.

    What stands there stays, but for what Logseq keeps within an item that goes.
    """
    old, new = _WORD.findall(decoded(part.data)), _WORD.findall(text)
    ends = [0, *accumulate(len(word.encode()) for word in old)]
    gaps = [*_gaps(source, part)]
    for start, stop, first, last in differing_ranges(old, new):
        low, high = ends[start], ends[stop]
        words = "".join(new[first:last]).encode("utf-8", "replace")
        if low == high and (low, True) in gaps:
            yield part.slice(0, low).edit(low, low, words)
            continue
        within = [at for at, kept in gaps if low < at < high and not (kept and not words)]
        for begin, end in pairwise([low, *within, high]):
            yield part.edit(begin, end, words)
            words = b""


def _gaps(source: bytes, part: LayeredText) -> Iterator[tuple[int, bool]]:
    """Yield where in a part something stands that it does not show, and whether it is Logseq's."""
    for one, other in pairwise(part.pieces):
        end = one.source + one.width
        if end != other.source:
            yield other.at, not is_to_stay(source[end : other.source])


def _apart(source: bytes, part: LayeredText, new: str) -> str:
    """Return the new text of a part with line breaks to what else stands on its lines.

    They are needed if the block goes that shares a line with it.
    """
    span, old = part.source_span(0, len(part.data)), split_blocks(decoded(part.data))
    texts = split_blocks(new)
    before = source[source.rfind(b"\n", 0, span.start) + 1 : span.start].strip()
    behind = source[span.end :].split(b"\n", 1)[0].strip()
    if before and (not texts or texts[0] != old[0]) and len(texts) < len(old):
        new = "\n" + new
    if behind and (not texts or texts[-1] != old[-1]) and len(texts) < len(old) and new.strip():
        new += "\n"
    return new
