"""The new text of a slot that holds blocks: what stays keeps its bytes, the new looks alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from zoterodigest.core.links.hunks import differing_ranges
from zoterodigest.core.values.blocks import block_spans
from zoterodigest.core.values.record import Blocks, Value
from zoterodigest.digest.write.html import Spelling, plain
from zoterodigest.digest.write.paired import paired
from zoterodigest.digest.write.shown import plain_blocks
from zoterodigest.regex import lazy_regex

_BULLET = lazy_regex(r"^(\s*)([-*+•])(\s+)")
_NUMBER = lazy_regex(r"^(\s*)(\d{1,9})([.)]\s)")
_ITEM = lazy_regex(r"\s*(?:[-*+•]|\d{1,9}[.)])\s")


def blocks_text(old: str, value: Value, spell: Spelling = plain) -> str:
    """Write blocks: those that stay keep their bytes, new ones look like their neighbors.

    `spell` writes a new block.
    """
    return written_blocks(old, value, spell, "")[0]


def written_blocks(old: str, value: Value, spell: Spelling, end: str) -> tuple[str, str]:
    """Return what `blocks_text` writes, and the blanks that belong behind the last block.

    `end` are those behind the slot, at the end of its last line.
    """
    texts = list(value.texts) if isinstance(value, Blocks) else []
    spans = block_spans(old)
    present = [old[start:stop] for start, stop in spans]
    gaps = [old[stop:start] for (_, stop), (start, _) in pairwise(spans)]
    # The first bullet of the slot is that of all new ones: mixed bullets are several lists.
    bullet = next((found for text in present if (found := _BULLET.match(text))), None)
    written: list[tuple[str, int | None]] = []  # a block, and the one that it is or replaces
    cursor = 0
    for start, stop, first, last in _differences(present, texts):
        written += [(present[at], at) for at in range(cursor, start)]
        pairs = paired(present[start:stop], texts[first:last])
        for number, text in enumerate(texts[first:last]):
            at = start + pairs[number] if number in pairs else None
            own = None if at is None else _BULLET.match(present[at])
            written.append((_styled(spell(text), own or bullet), at))
        cursor = stop
    written += [(present[at], at) for at in range(cursor, len(present))]
    ends = [*(gap.split("\n", 1)[0] for gap in gaps), end] if present else []
    stays = written[-1][1] if written else None
    written = _numbered(written, present)
    return _joined(written, gaps, ends), end if stays is None else ends[stays]


def new_blocks(old: str, value: Value) -> tuple[int, ...]:
    """Return the places in `value` of the blocks that do not stand in `old` already."""
    texts = list(value.texts) if isinstance(value, Blocks) else []
    present = [old[start:stop] for start, stop in block_spans(old)]
    hunks = _differences(present, texts)
    return tuple(at for _, _, first, last in hunks for at in range(first, last))


def _differences(
    present: Sequence[str], texts: Sequence[str]
) -> Iterator[tuple[int, int, int, int]]:
    return differing_ranges(compared(present), compared(texts))


def is_list(text: str) -> bool:
    """Return whether a text begins with a list item; Markdown knows numbers of nine digits."""
    return _ITEM.match(text) is not None


def compared(texts: Sequence[str]) -> list[str]:
    """Return what tells blocks apart: how far an item is indented says how deep it stands."""
    margins = (text[: len(text) - len(text.lstrip(" \t"))] for text in texts)
    return list(map("".join, zip(margins, plain_blocks(texts), strict=True)))


def _styled(text: str, bullet: re.Match[str] | None) -> str:
    found = _BULLET.match(text)
    if bullet is None or found is None:
        return text
    return f"{found[1]}{bullet[2]}{bullet[3]}{text[found.end() :]}"


def _numbered(
    written: Sequence[tuple[str, int | None]], present: Sequence[str]
) -> list[tuple[str, int | None]]:
    """Return blocks with numbers for items that came into a numbered list or moved in it.

    Such a list counts anew, as Markdown shows it anyway: its other items may get other numbers.
    """
    texts = [text for text, _ in written]
    for items in _numbered_lists(texts):
        own = [None if (at := written[it][1]) is None else _number(present[at]) for it in items]
        if None in own:
            for item, number in zip(items, _numbers(own), strict=True):
                texts[item] = _NUMBER.sub(rf"\g<1>{number}\g<3>", texts[item], count=1)
    return [(text, at) for text, (_, at) in zip(texts, written, strict=True)]


def _numbered_lists(texts: Sequence[str]) -> list[list[int]]:
    """Return the places of the items of each numbered list that stands in a slot."""
    lists: list[list[int]] = []
    open_at: dict[int, list[int]] = {}
    for place, text in enumerate(texts):
        margin = len(text) - len(text.lstrip(" \t"))
        # What stands deeper is inside of an item; anything else at its margin ends a list.
        open_at = {one: items for one, items in open_at.items() if one <= margin}
        if not _NUMBER.match(text):
            open_at.pop(margin, None)
            continue
        if margin not in open_at:
            open_at[margin] = []
            lists.append(open_at[margin])
        open_at[margin].append(place)
    return lists


def _number(text: str) -> int | None:
    found = _NUMBER.match(text)
    return int(found[2]) if found else None


def _numbers(own: Sequence[int | None]) -> Sequence[int]:
    """Return the numbers of a list whose items have their `own`; new ones have None.

    A list that says `1.` everywhere goes on so, and one that counts goes on counting.
    """
    known = [number for number in own if number is not None]
    first = min(known, default=1)
    if len(known) > 1 and len({*known}) == 1:
        return [first] * len(own)
    counted = range(first, first + len(own))
    # What stands inside of an item is indented by the width of its number.
    is_as_wide = len(str(counted[-1])) == len(str(first))
    is_counted = len({*known}) == len(known) and {*known} <= {*counted}
    if is_counted and (is_as_wide or not known):
        return counted
    numbers: list[int] = []
    for number in own:
        after = numbers[-1] + 1 if numbers else first
        numbers.append(after if number is None else number)
    return numbers


def _joined(
    written: Sequence[tuple[str, int | None]], gaps: Sequence[str], ends: Sequence[str]
) -> str:
    """Join blocks; two that were neighbors keep what stood between them.

    Otherwise a block keeps the blanks at its end (`ends`), or takes those that most blocks have.
    """
    text = written[0][0] if written else ""
    top = 0  # where the last block without a margin begins
    for (before, old_at), (block, at) in pairwise(written):
        top = top if before[:1] in (" ", "\t") else len(text) - len(before)
        if (
            old_at is not None
            and at == old_at + 1
            # A number begins an item below a paragraph of another item, but below no other.
            and (_parts(before, gaps[old_at], block) or _parts(text[top:], gaps[old_at], block))
        ):
            text += gaps[old_at]
        else:
            blanks = _most_common(ends, "") if old_at is None else ends[old_at]
            text += blanks + _gap(before, block, gaps, gaps[at - 1] if at else "")
        text += block
    return text


def _parts(before: str, gap: str, block: str) -> bool:
    """Whether `block` stays one of its own: a line break behind a heading parts no paragraphs."""
    spans = block_spans(before + gap + block)
    return "\n\n" in gap or not any(start < len(before) < end for start, end in spans)


def _gap(before: str, block: str, gaps: Sequence[str], own: str) -> str:
    """Return the line breaks between two blocks that were no neighbors, as most others have.

    `own` stood before `block`: it goes on parting a list from the one above it.
    """
    if "\n" in own and _are_two_lists(before, block):
        return "\n" + own.split("\n", 1)[1]
    # Items are parted by one line break, paragraphs by a blank line, or Markdown would join them.
    are_items = is_list(before) and is_list(block)
    breaks = ["\n" + gap.split("\n", 1)[1] for gap in gaps if "\n" in gap]
    fitting = [gap for gap in breaks if (gap.count("\n") == 1) == are_items]
    return _most_common(fitting, "\n" if are_items else "\n\n")


def _are_two_lists(before: str, block: str) -> bool:
    """Whether a numbered item and a bulleted one stand at one margin, in whatever order."""
    items = [_BULLET.match(text) or _NUMBER.match(text) for text in (before, block)]
    kinds = {(found[1], found[2].isdigit()) for found in items if found}
    return len(kinds) == 2 and len({margin for margin, _ in kinds}) == 1


def _most_common(texts: Iterable[str], default: str) -> str:
    counts = Counter(texts)
    return max(sorted(counts), key=counts.__getitem__, default=default)
