"""Whether the fields of an item stand as the tool left them, or a person gave them (law 8)."""

from __future__ import annotations

from collections.abc import Iterable, Set

from zoterodigest.core.links.link import LockRow, fingerprint
from zoterodigest.core.links.merge import is_set
from zoterodigest.core.links.view import Folding, canonical
from zoterodigest.core.values.record import (
    EMPTY,
    Item,
    Names,
    Value,
    members_of,
    value_parts,
    with_members,
)


def is_looked_up(name: str, item: Item, rows: Iterable[LockRow]) -> bool:
    """Tell whether a field of an item still is as it was looked up."""
    raw = item.raws[name]
    return any(row.is_from_source(home, raw) for row in rows for home in _homes(name, item))


def is_as_agreed(name: str, item: Item, rows: Iterable[LockRow]) -> bool:
    """Tell whether a field of an item still is as both ends of a link agreed."""
    raw = item.raws[name]
    return any(row.agrees_at_item(home, raw) for row in rows for home in _homes(name, item))


def not_shown(name: str, item: Item, rows: Iterable[LockRow], folding: Folding) -> Value:
    """Return what of a value no entry showed when it was last in sync.

    The base of a set names such members too: where there was none before, they stayed at the item.
    Authors behind "et al." and the day of a year are in sync with what an entry shows. `rows` are
    all of the item, also those of entries that are gone.
    """
    value = item.fields[name]
    homes = _homes(name, item)
    bases = [row.bases[home] for row in rows for home in homes if home in row.bases]
    shown = {part for base in bases for part in base.at_entry.parts}
    if is_set(name):
        own = [
            one
            for one in members_of(value)
            if not part_prints(name, with_members(name, [one]), folding) <= shown
        ]
        return with_members(name, own) if own else EMPTY
    forms = _whole(name, value, item.raws[name])
    is_shown = any(part_prints(name, one, folding) <= shown for one in forms)
    return EMPTY if is_shown or not forms else value


def _whole(name: str, value: Value, raw: str) -> tuple[Value, ...]:
    """Return how an entry says all of a value of which it may show a part; none for others."""
    if isinstance(value, Names):
        return value, Names(value.people, truncated=True)
    return (value, raw) if name == "date" else ()


def part_prints(name: str, value: Value, folding: Folding) -> Set[str]:
    """Return the fingerprints by which bases know the parts of a value."""
    return frozenset(map(fingerprint, value_parts(canonical(name, value, folding))))


def _homes(name: str, item: Item) -> list[str]:
    """Return the fields that are read from the same text of the item, `name` first."""
    raw = item.raws[name]
    return [name, *(other for other in item.raws if item.raws[other] == raw)]
