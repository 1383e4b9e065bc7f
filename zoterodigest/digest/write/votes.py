"""Votes: what most of the entries around have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from zoterodigest.regex import lazy_regex

Choice = TypeVar("Choice", bound=Hashable)


_LETTERS, _DIGITS = lazy_regex(r"[^\W\d_]+"), lazy_regex(r"\d+")


def shape_of(text: str) -> str:
    """Return a text without its words and numbers; a word of three letters is a short one."""
    return _DIGITS.sub("0", _LETTERS.sub(lambda it: "a" * min(len(it[0]), 4), text))


def usual(votes: Iterable[Choice]) -> Choice | None:
    """Return what comes most often, of several the first; None for nothing."""
    return next((one for one, _ in Counter(votes).most_common(1)), None)


def most_alike(texts: Sequence[str], shape: Callable[[str], Hashable]) -> str:
    """Return the first text of the `shape` that most have; "" for none."""
    shapes = [shape(text) for text in texts]
    found = usual(shapes)
    return next((text for text, it in zip(texts, shapes, strict=True) if it == found), "")
