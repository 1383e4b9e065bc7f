"""Templates: lines with slots to fill, as a format's `[new]` states them or a neighbor shows them.

A slot that stays empty is left out with the marks around it and the sign before it; a line whose
slots are all empty is left out. Title and link are never left out: a line that lacks one fails.
"""

from __future__ import annotations

from collections.abc import Mapping

from zoterodigest.digest.format.format import PLACEHOLDER
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_NEEDED = ("title", "url", "name")
_SIGNS = " \t,.;:|·–—-，、；：。"
_PAIRS = {"*": "*", "_": "_", "`": "`", "(": ")", "[": "]", '"': '"', "“": "”"}
_STOPPED = {mark: tuple(sign + mark for sign in ".,;:，。") for mark in _PAIRS.values()}
_ELEMENT = lazy_regex(r"<(b|code|em|i|small|span|strong|sub|sup|u)\b[^<>]*>$")
_DIGITS = lazy_regex(r"\d+")
_MARKER = lazy_regex(r"(?:[-*+•]|\d{1,9}[.)])(?=[ \t])")

_OPEN = lazy_regex(r"\S[ \t]+(?:[*_]{1,3}|\()$")
_HOLLOW = lazy_regex(r"(?<=\S)[ \t]+([*_]{1,3})[.,;:]?\1(?=\s|$)")
"""Marks that were to stand around several values, all missing."""

_NUMBER = lazy_regex(r"([*_]+)\[\d{1,9}\][ \t]+$")


@dataclass(frozen=True, slots=True)
class Line:
    """A line to fill: the text around its slots (one piece more than slots), and what leads to it.

    `lead` are the lines without slots above it, that come and go with it. `samples` are the texts
    in the slots of the entry that the line is taken from, if it is taken from one.
    """

    glue: tuple[str, ...]
    slots: tuple[str, ...]
    lead: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What lines have alike that differ in their values and numbers alone."""
        return tuple(_DIGITS.sub("0", text) for text in self.glue), self.slots


def parse_line(text: str, lead: tuple[str, ...] = ()) -> Line:
    """Return a template's line: `{slot}` is a slot, all else stands as it is."""
    parts = PLACEHOLDER.split(text)
    return Line(tuple(parts[::2]), tuple(parts[1::2]), lead)


def can_fill(line: Line, filled: Mapping[str, str]) -> bool:
    """Whether a line has all it needs, and something to show."""
    needed = (slot for slot in line.slots if slot in _NEEDED)
    return all(map(filled.get, needed)) and any(map(filled.get, line.slots))


def fill(line: Line, values: Mapping[str, str]) -> str:
    """Return the line with `values` in its slots, those without a value left out."""
    closes, separators, opens = frames(line)
    text = separators[0]
    is_begun = False
    for at, slot in enumerate(line.slots):
        separator = separators[at] if at else ""
        if value := values.get(slot, ""):
            # The sign before the first value that is shown has nothing to part it from, like the
            # one behind a mark that was to open a value that is missing.
            is_first = not is_begun or _OPEN.search(text)
            text += separator.lstrip(_SIGNS) if is_first else separator
            text += opens[at] + _wrapped(value, line.glue[0]) + closes[at]
            is_begun = True
        elif is_begun:
            text += separator.rstrip(_SIGNS)
    text += separators[-1]
    return text if all(map(values.get, line.slots)) else _HOLLOW.sub("", text)


def takes_lines(line: Line) -> bool:
    """Whether a text of several lines can stand in the line's slot: only wrapping is before it."""
    return not _MARKER.sub("", line.glue[0].lstrip(" \t>"), count=1).strip()


def _wrapped(value: str, before: str) -> str:
    """Return a value whose further lines stand in the same wrapping as the first."""
    if "\n" not in value:
        return value
    prefix = before[: len(before) - len(before.lstrip(" \t>"))]
    return value.replace("\n", "\n" + prefix.ljust(len(before)))


def frames(line: Line) -> tuple[list[str], list[str], list[str]]:
    """Part the glue into marks that close a slot, what stands between, and marks that open one."""
    rest = list(line.glue)
    opens, closes = [""] * len(line.slots), [""] * len(line.slots)
    found = _NUMBER.search(rest[0])
    if found and rest[1:] and rest[1].startswith(found[1]):
        # A number within the marks of a title: `**[1] {title}**`.
        opens[0], closes[0] = found[0], found[1]
        rest[:2] = rest[0][: found.start()], rest[1].removeprefix(found[1])
    for at in range(len(line.slots)):
        # A mark belongs to a value only with its partner behind the value, the innermost first.
        while pair := _pair(rest[at], rest[at + 1]):
            opens[at], closes[at] = pair[0] + opens[at], closes[at] + pair[1]
            rest[at] = rest[at].removesuffix(pair[0])
            rest[at + 1] = rest[at + 1].removeprefix(pair[1])
    return closes, rest, opens


def _pair(before: str, after: str) -> tuple[str, str] | None:
    """Return the innermost marks around a slot, a period within the closing one with it."""
    if before and (closing := _PAIRS.get(before[-1])):
        found = next((it for it in (closing, *_STOPPED[closing]) if after.startswith(it)), "")
        if found:
            return before[-1], found
    element = _ELEMENT.search(before)
    end = f"</{element[1]}>" if element else ""
    return (element[0], end) if element and after.startswith(end) else None
