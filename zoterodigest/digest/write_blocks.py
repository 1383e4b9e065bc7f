"""The new text of a slot that holds blocks: what stays keeps its bytes, the new looks alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from zoterodigest.core.blocks import block_spans
from zoterodigest.core.hunks import differences
from zoterodigest.core.record import Blocks, Value
from zoterodigest.digest.shown import plain_block

_BULLET = re.compile(r"^(\s*)([-*+•])(\s+)")
_ITEM = re.compile(r"\s*(?:[-*+•]|\d+[.)])\s")


def blocks_text(old: str, value: Value) -> str:
    """Write blocks: those that stay keep their bytes, new ones look like their neighbours."""
    texts = list(value.texts) if isinstance(value, Blocks) else []
    spans = block_spans(old)
    present = [old[start:end] for start, end in spans]
    gaps = [old[end:start] for (_, end), (start, _) in pairwise(spans)]
    bullet = next((found for text in present if (found := _BULLET.match(text))), None)
    written: list[_Written] = []
    cursor = 0
    for start, end, first, last in differences(_plain(present), _plain(texts)):
        written += [_Written(present[at], at) for at in range(cursor, start)]
        for number, text in enumerate(texts[first:last]):
            at = start + number if number < end - start else None
            written.append(_Written(_styled(text, bullet), at))
        cursor = end
    written += [_Written(present[at], at) for at in range(cursor, len(present))]
    return _joined(written, gaps)


def _plain(texts: Sequence[str]) -> list[str]:
    return [plain_block(text) for text in texts]


@dataclass(frozen=True, slots=True)
class _Written:
    """A block on its way into a slot; `at` is the block that stands there, or that it replaces."""

    text: str
    at: int | None


def _styled(text: str, bullet: re.Match[str] | None) -> str:
    found = _BULLET.match(text)
    if bullet is None or found is None:
        return text
    return f"{found[1]}{bullet[2]}{bullet[3]}{text[found.end() :]}"


def _joined(written: Sequence[_Written], gaps: Sequence[str]) -> str:
    """Join blocks; two that were neighbours keep what stood between them.

    Otherwise a block keeps the blanks at its end, or takes those that most blocks have.
    """
    text = written[0].text if written else ""
    for before, block in pairwise(written):
        if before.at is not None and block.at == before.at + 1:
            text += gaps[before.at]
        else:
            text += _end_blanks(before, gaps) + _gap(before.text, block.text, gaps)
        text += block.text
    return text


def _end_blanks(block: _Written, gaps: Sequence[str]) -> str:
    ends = [gap.split("\n", 1)[0] for gap in gaps]
    if block.at is not None and block.at < len(ends):
        return ends[block.at]
    return _most_common(ends, "")


def _gap(before: str, block: str, gaps: Sequence[str]) -> str:
    """Return the line breaks between two blocks that were no neighbours, as most others have."""
    are_items = bool(_ITEM.match(before) and _ITEM.match(block))
    breaks = ["\n" + gap.split("\n", 1)[1] for gap in gaps if "\n" in gap]
    fitting = [gap for gap in breaks if (gap.count("\n") == 1) == are_items]
    return _most_common(fitting, "\n" if are_items else "\n\n")


def _most_common(texts: Iterable[str], default: str) -> str:
    counts = Counter(texts)
    return max(sorted(counts), key=counts.__getitem__, default=default)
