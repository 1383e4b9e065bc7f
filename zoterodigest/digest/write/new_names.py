"""The authors of a new entry: in the form in which most entries around write theirs."""

from __future__ import annotations

from collections.abc import Sequence

from zoterodigest.core.values import names
from zoterodigest.core.values.record import Fields, Names
from zoterodigest.core.values.short_names import is_short_list, shortened, style_of
from zoterodigest.digest.write.house_style import HouseStyle
from zoterodigest.digest.write.values import (
    escaped_entities,
    is_turned,
    linked_names,
    turned_name,
)
from zoterodigest.digest.write.votes import usual
from zoterodigest.frozen import dataclass


def with_authors_like_others(
    fields: Fields, manner: HouseStyle, *, may_be_short: bool, is_cut: bool
) -> Fields:
    """Return `fields` with the authors cut and named in short as most are around.

    `may_be_short` tells whether the list writes short names, so that these count as the whole ones.
    If it `is_cut`, a list is cut even if one as long stands there, if any is cut.
    """
    value = fields.get("authors")
    if not isinstance(value, Names):
        return fields
    lists = [names.parse_authors(text) for text in manner.texts("authors")]
    cut = _cut_as_others(value, lists, is_cut=is_cut)
    return {**fields, "authors": _short_as_others(cut, lists) if may_be_short else cut}


def _cut_as_others(value: Names, lists: Sequence[Names], *, is_cut: bool) -> Names:
    """Cut names as half of the longer lists are, if none shows as many, or hardly one does."""
    cut = [len(it.people) for it in lists if it.truncated]
    most = usual(cut) or len(value.people)
    whole = [len(it.people) for it in lists if not it.truncated and len(it.people) > most]
    as_long = sum(it >= len(value.people) for it in whole)
    # Two names alone are seldom cut.
    is_single = len(cut) >= _MOST * as_long and len(value.people) > _TWO
    is_longer = len(value.people) > most and (not as_long or is_single)
    are_usual = len(cut) >= len(whole) and is_longer
    if cut and (are_usual or (is_cut and len(value.people) > most)):
        return Names(value.people[:most], truncated=True)
    return value


def _short_as_others(value: Names, lists: Sequence[Names]) -> Names:
    """Name people in short as most do, if each of them has such a name."""
    short = [it.people for it in lists if is_short_list(it.people)]
    if 2 * len(short) <= len(lists):
        return value
    style = style_of(short)
    people = [shortened(person, style) for person in value.people]
    known = tuple(it for it in people if it is not None)
    return Names(known, value.truncated) if len(known) == len(people) else value


_TWO = 2
_MOST = 3
"""So many lists are cut for each one that is not, if hardly one is whole."""


@dataclass(frozen=True, slots=True)
class _NamesManner:
    """How a list of names is written: what parts two, what the last two, how it is cut.

    `is_turned` tells whether the first stands as "Last, First", `are_turned` whether others do.
    """

    count: int
    between: str
    last: str
    cut: str
    is_turned: bool
    are_turned: bool


def names_like(samples: Sequence[str], value: Names) -> str:
    """Write the names of a new entry as most of `samples` write lists of as many.

    Two names do not tell what parts three, so that takes a longer list.
    """
    linked = [text for text in samples if "[[" in text]
    if 2 * len(linked) > len(samples):
        cut = (text for text in linked if names.parse_authors(text).truncated is value.truncated)
        return linked_names(next(cut, linked[0]), value)
    known = [manner for text in samples if (manner := _names_manner(text)) is not None]
    ways = usual(it.is_turned for it in known), usual(it.are_turned for it in known if it.count > 1)
    spelled = (turned_name(it) if ways[at > 0] else it for at, it in enumerate(value.people))
    people = [*map(escaped_entities, spelled)]
    long = [it for it in known if it.count > 2 or (it.cut and it.count > 1)]
    between = usual(it.between for it in long) or ", "
    if value.truncated:
        return between.join(people) + _cut_like(known, len(people), between)
    if len(people) < 2:
        return between.join(people)
    whole = [it for it in known if not it.cut and it.count > 1]
    alike = [it for it in whole if (it.count > 2) is (len(people) > 2)]
    last = usual(it.last for it in alike) or usual(it.last for it in whole)
    if last and not _has_word(last):
        # Signs part two as they part more.
        signs = [it.between for it in long] + [it.last for it in whole if it.count == _TWO]
        last = usual(it for it in signs if not _has_word(it)) or last
    if last is None:
        is_short = bool(known) and all(" " not in person for person in people)
        last = " and " if is_short else between
    elif len(people) == _TWO and not alike and _has_word(last):
        last = " " + last.lstrip(" ,")  # "A, B, and C", but "A and B"
    return between.join(people[:-1]) + last + people[-1]


def _has_word(text: str) -> bool:
    return any(char.isalpha() or char == "&" for char in text)


def _cut_like(known: Sequence[_NamesManner], count: int, between: str) -> str:
    cut = [it for it in known if it.cut]
    alike = [it.cut for it in cut if (it.count > 1) is (count > 1)]
    if found := usual(alike):
        return found
    word = (usual(it.cut for it in cut) or "et al.").lstrip(" ,")
    return (between if count > 1 else " ") + word


def _names_manner(text: str) -> _NamesManner | None:
    """Return how a list is written; None if its names stand there otherwise than they read."""
    read = names.parse_authors(text)
    gaps: list[str] = []
    cursor = 0
    for person in read.people:
        at = text.find(person, cursor)
        if at < 0:
            return None
        gaps.append(text[cursor:at])
        cursor = at + len(person)
    cut = text[cursor:] if read.truncated else ""
    if not gaps:
        return None
    between, last = (gaps[1], gaps[-1]) if gaps[1:] else ("", "")
    first, *others = map(is_turned, read.people)
    return _NamesManner(len(gaps), between, last, cut, first, all(others))
