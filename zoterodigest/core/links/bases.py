"""The bases of a link after a run, from what stands at its ends now and nothing else.

Because no intention enters, the lock file never claims more than happened (law 3).
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace

from zoterodigest.core.links.link import Base, Print, fingerprint
from zoterodigest.core.links.merge import (
    Agreed,
    Apart,
    Clash,
    Ends,
    InStep,
    Side,
    Travel,
    ends_of,
    is_set,
    step_of,
)
from zoterodigest.core.links.view import Folding

UNSEEN = fingerprint("\0no end holds this text")
"""The raw fingerprint of a value that one end holds only as part of a larger one."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The bases and the apart fields of a link as they are to stand in its row."""

    bases: Mapping[str, Base]
    apart: frozenset[str]


def recorded(
    known: Recorded,
    entry: Side,
    item: Side,
    folding: Folding,
    *,
    from_item: Set[str] = frozenset(),
    ours: Set[str] = frozenset(),
) -> Recorded:
    """Return what `known` becomes when the ends are as they are now.

    A field that is in step now gets a new base only if an end has changed. Where one end contains
    the other's edits and more, the base moves to that other end's value. A field that an end does
    not carry keeps what was known. Fields in `from_item` were written into the entry from the item
    as it is: they are in sync, although what was written may read as something else. Fields in
    `ours` an export wrote earlier: the next one brings them up to date, unless they are apart.
    """
    bases, apart = dict(known.bases), set(known.apart)
    for name in sorted(entry.fields.keys() & item.fields.keys()):
        ends, base = ends_of(name, entry, item), known.bases.get(name)
        if name in from_item:
            if base is None or any(ends.changed(base, folding)):
                bases[name] = _base(ends, folding)
            apart.discard(name)
            continue
        match step_of(ends, base, folding, was_apart=name in known.apart):
            case Agreed():
                bases[name] = _base(ends, folding)
                apart.discard(name)
            case Apart():
                apart |= {name} - ours
            case Travel(to_entry, to_item) if base is not None:
                bases[name] = _moved(ends, base, folding, (to_entry is None, to_item is None))
            case InStep() | Clash() | Travel():
                pass
    return Recorded(bases, frozenset(apart))


def refreshed(
    then: Mapping[str, Base],
    now: Mapping[str, Base],
    entry: Side,
    item: Side,
    *,
    folding: Folding,
) -> Mapping[str, Base]:
    """Return the bases `now`, those still as `then` with fresh fingerprints if in step.

    For a row that changes anyway: its other fields forget white space and older readings.
    """
    bases = dict(now)
    for name in sorted(entry.fields.keys() & item.fields.keys() & then.keys()):
        if then[name] == now.get(name):
            ends = ends_of(name, entry, item)
            is_quiet = not any(ends.changed(then[name], folding))
            if is_quiet and (is_set(name) or ends.are_equal(folding)):
                bases[name] = _base(ends, folding)
    return bases


def without_fill(base: Base, then: Ends, now: Ends, folding: Folding) -> Base | None:
    """Return the base of a field that another entry's link has just filled in at the item.

    Such a value does not travel on, as that link was not in step: members that came between `then`
    and `now` count as known at the item, also one that this entry has just taken off there; any
    other field has no base until both ends agree.
    """
    if not is_set(now.name):
        return None
    came = set(now.item_print(folding).parts) - set(then.item_print(folding).parts)
    parts = dict.fromkeys((*base.at_item.parts, *sorted(came)))
    left = tuple(part for part in base.at_entry.parts if part not in came)
    return Base(replace(base.at_entry, parts=left), replace(base.at_item, parts=tuple(parts)))


def _base(ends: Ends, folding: Folding) -> Base:
    return Base(ends.entry_print(folding), ends.item_print(folding))


def _moved(ends: Ends, base: Base, folding: Folding, contains: tuple[bool, bool]) -> Base:
    """Move the base to the value of an end that changed and that the other end contains."""
    entry_contains, item_contains = contains
    entry_changed, item_changed = ends.changed(base, folding)
    at_entry, at_item = ends.entry_print(folding), ends.item_print(folding)
    if entry_changed and item_contains:
        return Base(at_entry, Print(UNSEEN, _contained(ends.name, base, at_entry)))
    if item_changed and entry_contains:
        turned = Base(at_entry=base.at_item, at_item=base.at_entry)
        return Base(Print(UNSEEN, _contained(ends.name, turned, at_item)), at_item)
    return base


def _contained(name: str, base: Base, moved: Print) -> tuple[str, ...]:
    """Return the other end's parts with only what came and went at the end that moved."""
    if not is_set(name):
        return moved.parts
    went = set(base.at_entry.parts) - set(moved.parts)
    came = [part for part in moved.parts if part not in base.at_entry.parts]
    return tuple(dict.fromkeys(part for part in (*base.at_item.parts, *came) if part not in went))
