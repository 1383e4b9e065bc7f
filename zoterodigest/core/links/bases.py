"""The bases of a link: computed after a run, and shown again as text.

The bases after a run are computed from what stands at both ends now. What the run intended does not
count, so the lock file never claims more than happened (law 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

from zoterodigest.core.links.link import Base, LockRow, Print, fingerprint
from zoterodigest.core.links.merge import (
    Agreed,
    Clash,
    Diverged,
    FieldEnds,
    InSync,
    Propagated,
    Side,
    ends_of,
    is_set,
    merge_result,
)
from zoterodigest.core.links.view import Folding, canonical
from zoterodigest.core.values.record import (
    EMPTY,
    Entry,
    FieldKind,
    Fields,
    Hyperlink,
    Names,
    Value,
    is_of_entry,
    kind_of,
    members_of,
    value_parts,
    with_members,
)
from zoterodigest.core.values.sets import frozenset_of

UNSEEN = fingerprint("\0no end holds this text")
"""The raw fingerprint of a value that one end holds only as part of a larger one."""


def recorded(
    known: LockRow,
    entry: Side,
    item: Side,
    folding: Folding,
    *,
    from_item: Set[str] = frozenset(),
    ours: Set[str] = frozenset(),
) -> LockRow:
    """Return `known` with its bases and diverged fields, now that the ends are as they are.

    A field that is in sync now gets a new base only if an end has changed. If one end contains the
    other's edits and more, the base moves to that other end's value. A field that an end does not
    carry keeps its base. Fields in `from_item` were written into the entry from the item
    as it is: they are in sync, although what was written may read as something else. Fields in
    `ours` an export wrote earlier: the next one brings them up to date, unless they diverged.
    """
    bases, diverged = dict(known.bases), set(known.diverged)
    for name in sorted(entry.fields.keys() & item.fields.keys()):
        ends, base = ends_of(name, entry, item), known.bases.get(name)
        # Before the comparison: what an export wrote may read as something else (ADR 16).
        if name in from_item:
            if base is None or any(ends.changed(base, folding)):
                bases[name] = _base(ends, folding)
            diverged.discard(name)
            continue
        match merge_result(ends, base, folding, was_apart=name in known.diverged):
            case Agreed():
                bases[name] = _base(ends, folding)
                diverged.discard(name)
            case Diverged():
                diverged |= {name} - ours
                bases.pop(name, None)
            case Propagated(to_entry, to_item) if base is not None:
                bases[name] = _moved(ends, base, folding, (to_entry is None, to_item is None))
            case InSync() | Clash() | Propagated():
                pass
    return replace(known, bases=bases, diverged=frozenset_of(diverged))


def refreshed(
    then: Mapping[str, Base],
    now: Mapping[str, Base],
    entry: Side,
    item: Side,
    *,
    folding: Folding,
) -> Mapping[str, Base]:
    """Return the bases `now`; those that equal `then` get fresh fingerprints if they are in sync.

    It is meant for a row that changes anyway. Its other fields then match the current white space
    and the current reading.
    """
    bases = dict(now)
    for name in sorted(entry.fields.keys() & item.fields.keys() & then.keys()):
        if then[name] == now.get(name):
            ends = ends_of(name, entry, item)
            is_quiet = not any(ends.changed(then[name], folding))
            # Members in another order are no edit: they get fresh fingerprints, too.
            if is_quiet and (is_set(name) or ends.are_equal(folding)):
                bases[name] = _base(ends, folding)
    return bases


def without_fill(base: Base, then: FieldEnds, now: FieldEnds, folding: Folding) -> Base | None:
    """Return the base of a field that another entry's link has just filled in at the item.

    Such a value is not propagated to this entry. Members that came between `then` and `now` count
    as known at the item, even if this entry has just removed one of them there. Any other field
    has no base until both ends agree.
    """
    if not is_set(now.name):
        return None
    came = set(now.item_print(folding).parts) - set(then.item_print(folding).parts)
    # Sorted, as sets have no order: equal runs must write equal lock files (law 4).
    parts = dict.fromkeys((*base.at_item.parts, *sorted(came)))
    left = tuple(part for part in base.at_entry.parts if part not in came)
    return Base(replace(base.at_entry, parts=left), replace(base.at_item, parts=tuple(parts)))


def without_parts(base: Base, gone: Set[str]) -> Base:
    """Return the base of members as if both ends had agreed on none of those in `gone`."""
    ends = base.at_entry, base.at_item
    parts = [tuple(part for part in end.parts if part not in gone) for end in ends]
    if parts == [end.parts for end in ends]:
        return base
    return Base(*(Print(UNSEEN, left) for left in parts))


def _base(ends: FieldEnds, folding: Folding) -> Base:
    at_entry, at_item = ends.entry_print(folding), ends.item_print(folding)
    # One print where both are equal: they are most of what the rows of a long list hold.
    return Base(at_entry, at_entry if at_item == at_entry else at_item)


def _moved(ends: FieldEnds, base: Base, folding: Folding, contains: tuple[bool, bool]) -> Base:
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


PartKey = tuple[str, str]
"""A field and the fingerprint of a canonical part of it; blocks are of any field, named ""."""

Texts = Mapping[PartKey, str]


def texts_of(entries: Iterable[Entry], rows: Sequence[LockRow], folding: Folding) -> Texts:
    """Return, as written in `entries`, the texts that the bases of `rows` stand for.

    Entries of other digests are not looked at; what no entry holds any more is left out.
    """
    digests = {row.digest for row in rows}
    bases = ((name, base) for row in rows for name, base in row.bases.items())
    wanted = {key for name, base in bases for key in text_keys(name, base)}
    return {
        key: text
        for entry in entries
        if entry.digest in digests
        for key, text in _written(entry.fields, folding)
        if key in wanted
    }


def base_value(name: str, base: Base, texts: Texts) -> Value | None:
    """Return the value both ends of a field last agreed on; None if a part of it is unknown."""
    for one in (base.at_entry, base.at_item):
        found = [texts.get(key) for key in _print_keys(name, one)]
        known = [text for text in found if text is not None]
        if len(known) == len(found):
            return _value(name, known)
    return None


def text_keys(name: str, base: Base) -> Iterator[PartKey]:
    """Yield the keys of the texts that `base_value` may need."""
    yield from _print_keys(name, base.at_entry)
    yield from _print_keys(name, base.at_item)


def _print_keys(name: str, one: Print) -> Iterator[PartKey]:
    scope = _scope(name)
    return ((scope, part) for part in one.parts)


def _scope(name: str) -> str:
    return "" if is_of_entry(name) else name


def _written(fields: Fields, folding: Folding) -> Iterator[tuple[PartKey, str]]:
    for name, value in fields.items():
        scope = _scope(name)
        for single in [with_members(name, [one]) for one in members_of(value)] or [value]:
            for part in value_parts(canonical(name, single, folding)):
                yield (scope, fingerprint(part)), value_parts(single)[0]


def _value(name: str, parts: Sequence[str]) -> Value:
    """Return the value of the field `name` whose parts are these."""
    if not parts:
        return EMPTY
    match kind_of(name):
        case FieldKind.SCALAR:
            return parts[0]
        case FieldKind.NAMES:
            *people, end = parts[0].split("\n")
            return Names(tuple(people), truncated=bool(end))
        case FieldKind.LINKS:
            pairs = (part.partition("\n") for part in parts)
            return with_members(name, (Hyperlink(label, url) for label, _, url in pairs))
        case FieldKind.MEMBERS | FieldKind.BLOCKS:
            return with_members(name, parts)
