"""Names of a record and creators of an item: the main creators are the record's authors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

Creator = Mapping[str, Any]


def names_in(creators: Sequence[JsonCreator], role: str) -> Names:
    """Return the creators with `role` as names in the order of reading; nameless ones are none."""
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


def raw_names(creators: Sequence[JsonCreator], role: str) -> str:
    """Return one text that differs whenever the parts of a creator with `role` differ."""
    return "\n".join(
        "\t".join((creator.last, creator.first, creator.name))
        for creator in creators
        if creator.role == role
    )


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
