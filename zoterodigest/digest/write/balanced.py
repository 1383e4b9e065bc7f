"""Balanced marks: no mark opens or closes what a new entry lacks."""

from __future__ import annotations

from collections.abc import Sequence

from zoterodigest.regex import lazy_regex

_MARK = lazy_regex(r"\\[()\[\]]|\*{1,3}|(?<!\w)__?|__?(?!\w)|`+|[()\[\]（）【】]")
_CLOSES = {")": "(", "]": "[", "）": "（", "】": "【", "\\)": "\\(", "\\]": "\\["}
_BLANKS = " \t"


def balanced(pieces: Sequence[str]) -> str:
    """Join gaps and values, which take turns, without the marks of gaps that have no partner.

    The first piece is a gap. Marks within a value are of that value.
    """
    kept = list(pieces)
    opened: list[tuple[str, int, int]] = []
    alone: list[tuple[int, int, int]] = []
    for number in range(0, len(kept), 2):
        for found in _MARK.finditer(kept[number]):
            mark, at = found[0], found.start()
            partner = _CLOSES.get(mark, mark)
            if opened and opened[-1][0] == partner:
                opened.pop()
            elif mark in _CLOSES:
                alone.append((number, at, len(mark)))
            else:
                opened.append((mark, number, at))
    alone += [(number, at, len(mark)) for mark, number, at in opened]
    for number, at, size in sorted(alone, reverse=True):
        kept[number] = _without(kept[number], at, size)
    return "".join(kept)


def _without(gap: str, at: int, size: int) -> str:
    before, after = gap[:at], gap[at + size :]
    return before.rstrip(_BLANKS) + after if after[:1] in tuple(_BLANKS) else before + after
