"""Rows: the lines of many blocks that stand in one place of each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from zoterodigest.digest.learn.alignment import aligned
from zoterodigest.digest.learn.blocks import EntryBlock, EntryLine, lead
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_LEAST_SHARE = 0.12
_SIGNS = lazy_regex(r"https?://|\]\(|\*\*|[*_`|;；:：=·•]|\d{4}|et al|, ")


@dataclass(frozen=True, slots=True)
class Row:
    """Lines of blocks that stand in the same place; `share` is that of the blocks that have one."""

    lines: tuple[EntryLine, ...]
    share: float

    @property
    def texts(self) -> list[str]:
        """What the lines say."""
        return [line.text for line in self.lines]

    @property
    def is_below_blank(self) -> bool:
        """Whether a blank line stands above most."""
        return sum(line.is_below_blank for line in self.lines) * 2 > len(self.lines)


def rows(blocks: Sequence[EntryBlock]) -> list[Row]:
    """Return the rows of blocks, in order; what few blocks have is left out."""
    columns = aligned([block.lines[1:] for block in blocks], _likeness)
    few = max(2.0, _LEAST_SHARE * len(blocks)) if len(blocks) > 2 else 1
    found = [Row(tuple(block.lines[0] for block in blocks), 1)]
    for column in columns:
        if len(column) >= few:
            lines = tuple(blocks[at].lines[place + 1] for at, place in column.items())
            found.append(Row(lines, len(column) / len(blocks)))
    return found


def _likeness(members: Sequence[EntryLine], share: float, line: EntryLine) -> float:
    return (0.3 + share) * sum(_alike(one.text, line.text) for one in members) / len(members)


def _alike(one: str, other: str) -> float:
    """Return how alike lines are: by what they begin with, then by the signs in them."""
    (first, one_signs), (second, other_signs) = _signs(one), _signs(other)
    beginning = -0.5 if first != second else 0.6 if first in ("w", "0") else 2.0
    union = one_signs | other_signs
    return beginning + (1.5 * len(one_signs & other_signs) / len(union) if union else 0.5)


@lru_cache(maxsize=10_000)
def _signs(text: str) -> tuple[str, frozenset[str]]:
    return lead(text), frozenset(_SIGNS.findall(text))
