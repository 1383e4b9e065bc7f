"""Skeletons: what the lines that stand in one place of their entries have in common.

A skeleton is a row of parts: text that repeats, and holes where each line says something else.
"""

from __future__ import annotations

from itertools import pairwise

from zoterodigest.frozen import dataclass

REST = "{rest}"
"""The key of a hole that holds any text but a title."""


@dataclass(frozen=True, slots=True)
class RepeatedWords:
    """Text that repeats."""

    text: str


@dataclass(frozen=True, slots=True)
class Hole:
    """What differs: `key` if it is a value that shows what it is, and what lines have there."""

    key: str
    contents: tuple[str, ...]


SkeletonPart = RepeatedWords | Hole


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The parts of a line, in order."""

    parts: tuple[SkeletonPart, ...]

    @property
    def holes(self) -> tuple[Hole, ...]:
        """The holes, in order."""
        return tuple(part for part in self.parts if isinstance(part, Hole))

    @property
    def is_sound(self) -> bool:
        """Whether something stands between each two holes, and no pair of signs is torn."""
        pairs = pairwise(self.parts)
        if any(isinstance(one, Hole) and isinstance(two, Hole) for one, two in pairs):
            return False
        return is_whole(
            " ".join(part.text for part in self.parts if isinstance(part, RepeatedWords))
        )


def is_whole(text: str) -> bool:
    """Whether a text has both signs of each pair of signs."""
    italic = text.replace("**", "")
    return all(text.count(pair[0]) == text.count(pair[1]) for pair in _PAIRS) and not any(
        one.count(sign) % 2 for one, sign in ((text, "**"), (italic, "*"), (text, "`"), (text, '"'))
    )


_PAIRS = ("[]", "()", "《》", "【】", "“”", "「」", "（）", "‹›")
