"""Numbers: a new entry is numbered as the entries around, on its list or in its title."""

from __future__ import annotations

import re
from collections.abc import Iterable

from zoterodigest.digest.write.house_style import ORDINAL
from zoterodigest.regex import lazy_regex

_IN_TITLE = lazy_regex(r"^((?:[ \t>#]|\*\*|__)*(?:Paper #?)?)(\d{1,4})(?=[.)、:])", re.I)


def with_number(text: str, above: Iterable[str], every: Iterable[str]) -> str:
    """Return a new entry with the number that follows those of the entries `above`, if it has one.

    Entries are given by their first lines.
    """
    if _IN_TITLE.match(text) and text.lstrip(" \t>")[:1] in "#*_":
        return _with_title_number(text, above, every)
    return _with_next_number(text, above, every)


def are_counted(first_lines: Iterable[str]) -> bool:
    """Tell whether entries have numbers of their own; a list with "1." everywhere has none."""
    lines = tuple(first_lines)
    return len({*_ordinals(lines)}) > 1 or len({*_in_titles(lines)}) > 1


def _with_next_number(text: str, above: Iterable[str], every: Iterable[str]) -> str:
    """Number an item: a list whose items all have the same number goes on with it.

    A number in brackets is a name: if each of `every` entry has its own, so has the new one.
    """
    found = ORDINAL.match(text)
    if found is None:
        return text
    numbers = _ordinals(above)
    are_equal = len(numbers) > 1 and len({*numbers}) == 1
    number = numbers[-1] + (not are_equal) if numbers else 1
    if found[1].endswith("["):
        taken = _ordinals(every)
        if number in taken and len({*taken}) == len(taken):
            number = max(taken) + 1
    return f"{found[1]}{number}{text[found.end(2) :]}"


def _ordinals(first_lines: Iterable[str]) -> list[int]:
    return [int(found[2]) for line in first_lines if (found := ORDINAL.match(line))]


def _with_title_number(text: str, above: Iterable[str], every: Iterable[str]) -> str:
    """Number a title; if `every` entry has a number of its own, so has the new one."""
    found = _IN_TITLE.match(text)
    if found is None:
        return text
    known, before = _in_titles(every), _in_titles(above)
    number = before[-1] + 1 if before else 1
    if len(known) == len({*known}) and number in known:
        number = max(known) + 1
    return f"{found[1]}{number}{text[found.end(2) :]}"


def _in_titles(first_lines: Iterable[str]) -> list[int]:
    return [int(found[2]) for line in first_lines if (found := _IN_TITLE.match(line))]
