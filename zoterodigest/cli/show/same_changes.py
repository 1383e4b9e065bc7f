"""Same changes: what a find-and-replace did to a value, in words that many values share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from zoterodigest.cli.base.screen import visible
from zoterodigest.cli.show.subjects import field_name
from zoterodigest.core.values.record import EMPTY, Blocks, Fields, Links, Members, Names, Value

_WORD = re.compile(r"[\w-]+|[^\w-]")
_MOST_COMPARISONS = 250_000
"""Above this many pairs of words it is not looked for what was replaced."""

_LONGEST = 60
"""Letters of a text that can be the same in many entries, and can be read on one line."""


def change_text(before: Fields, after: Fields) -> str:
    """Return what one replacement did to a record, `title: “GAN” → “model”`; "" if it was more."""
    if len(after) != 1:
        return ""
    ((name, value),) = after.items()
    found = _replaced(_parts(before.get(name, EMPTY)), _parts(value))
    if len(found) != 1:
        return ""
    old, new = (visible(text) for text in found.pop())
    if max(len(old), len(new)) > _LONGEST:
        return ""
    return f"{field_name(name)}: {_arrow(old, new)}"


def _arrow(old: str, new: str) -> str:
    if not old:
        return f"+ “{new}”"
    return f"“{old}” → “{new}”" if new else f"- “{old}”"


def _parts(value: Value) -> tuple[str, ...]:
    """Return a value in the parts that change one by one."""
    match value:
        case str():
            return (value,)
        case Blocks(texts) | Members(texts):
            return texts
        case Names(people):
            return people
        case Links(hyperlinks):
            return tuple(f"{link.label} {link.url}" for link in hyperlinks)
        case _:
            return ()


def _replaced(before: Sequence[str], after: Sequence[str]) -> set[tuple[str, str]]:
    """Return all pairs of texts of which one took the other's place."""
    found: set[tuple[str, str]] = set()
    for start, stop, first, last in _differences(before, after):
        old, new = before[start:stop], after[first:last]
        if len(old) != len(new):
            old, new = ("\n".join(old),), ("\n".join(new),)
        for one, other in zip(old, new, strict=True):
            found |= _replaced_words(one, other) if one and other else {(one, other)}
    return found


def _replaced_words(before: str, after: str) -> set[tuple[str, str]]:
    old, new = _WORD.findall(before), _WORD.findall(after)
    return {
        ("".join(old[start:stop]).strip(), "".join(new[first:last]).strip())
        for start, stop, first, last in _differences(old, new)
    }


def _differences(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """Return the ranges in which two sequences differ."""
    if len(before) * len(after) > _MOST_COMPARISONS:
        return [(0, len(before), 0, len(after))]
    opcodes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [
        (start, stop, first, last) for tag, start, stop, first, last in opcodes if tag != "equal"
    ]
