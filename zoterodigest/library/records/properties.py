"""Creators and lines of Extra of an item: ours are read and written, all others stay as they are.

The main creators are the authors of the record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from zoterodigest.core.values.names import (
    CollectiveName,
    PersonName,
    full_name,
    same_name,
    split_name,
)
from zoterodigest.core.values.record import Names
from zoterodigest.library.item_json import JsonCreator, creator_of
from zoterodigest.regex import lazy_regex

Creator = Mapping[str, Any]


def names_in(creators: Sequence[JsonCreator], role: str) -> Names:
    """Return the creators with `role` as names in the order of reading, without nameless ones."""
    names = (_name_of(creator) for creator in creators if creator.role == role)
    return Names(tuple(name for name in names if name))


def with_names(creators: Sequence[Creator], names: Names, role: str) -> list[dict[str, Any]]:
    """Return `creators` with those of `role` being `names`; "et al." is nobody.

    A person who stays keeps the creator as the library has it; other roles keep their places.
    """
    known = [creator for creator in creators if creator_of(creator).role == role]
    wanted = [_known_or_new(name, known, role) for name in names.people]
    first = next((at for at, each in enumerate(creators) if each in known), 0)
    others_before = [dict(each) for each in creators[:first]]
    others_after = [dict(each) for each in creators[first:] if each not in known]
    return others_before + wanted + others_after


def _known_or_new(name: str, known: Sequence[Creator], role: str) -> dict[str, Any]:
    for creator in known:
        if same_name(name, _name_of(creator_of(creator))):
            return dict(creator)
    match split_name(name):
        case PersonName(first, last):
            return {"creatorType": role, "firstName": first, "lastName": last}
        case CollectiveName(whole):
            return {"creatorType": role, "name": whole}


def _name_of(creator: JsonCreator) -> str:
    return creator.name or full_name(PersonName(creator.first, creator.last))


def extra_values(extra: str, key: str) -> tuple[str, ...]:
    """Return what follows `key:` in the lines of `extra`, in order; case does not count."""
    if not extra:
        return ()
    return tuple(found[1].strip() for found in _line_of(key).finditer(extra))


def with_extra(extra: str, key: str, values: Sequence[str]) -> str:
    """Return `extra` with exactly one line `key: value` for each of `values`.

    They take the place of the first line with this key, or come at the end. Line breaks within a
    value become one blank, so that no value makes other lines.
    """
    flat = [_BREAKS.sub(" ", value).strip() for value in values]
    if list(extra_values(extra, key)) == flat:
        return extra
    lines = extra.split("\n") if extra else []
    places = [at for at, line in enumerate(lines) if _line_of(key).fullmatch(line)]
    written = [f"{key}: {value}" for value in flat]
    if not places:
        return "\n".join([*lines, *written])
    # Other lines are the person's or another program's: they stay as they are.
    kept = [line for at, line in enumerate(lines) if at not in places]
    return "\n".join([*kept[: places[0]], *written, *kept[places[0] :]])


def united_extra(extra: str, other: str, single: Iterable[str]) -> str:
    """Return `extra`, followed by the lines of `other` that it lacks.

    Of the keys in `single`, which state one value, those that `extra` has keep their values.
    """
    stated = [_line_of(key) for key in single if extra_values(extra, key)]
    present = {line.strip() for line in extra.split("\n")} | {""}
    lacking = [
        line
        for line in other.split("\n")
        if line.strip() not in present and not any(key.fullmatch(line) for key in stated)
    ]
    return "\n".join([extra, *lacking])


_BREAKS = lazy_regex(r"\s*[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]\s*")


@lru_cache(maxsize=16)
def _line_of(key: str) -> re.Pattern[str]:
    return re.compile(rf"^[ \t]{{0,8}}{re.escape(key)}[ \t]{{0,8}}:(.*)$", re.I | re.M)
