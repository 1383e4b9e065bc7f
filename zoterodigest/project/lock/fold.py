"""Two rows of one link made into one, where git or a person brought two branches together.

What both sides agree on holds. Where they differ and the row they come from is known, a side that
is as it was gives way to the other. Where that does not decide, what is kept can do no harm: a base
is forgotten (without a base nothing is deleted or overwritten), a field that is apart on one side
stays apart, and the origin keeps only what both sides claim, so that nothing is ever taken back
that may be the person's. The order of the two sides makes no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from zoterodigest.core.links.link import Base, Credit, Exported, Origin, Row, Shelf, State
from zoterodigest.core.reconcile.acknowledging import Acknowledged

_NOT_OURS = (False, None)

T = TypeVar("T")
Key = TypeVar("Key", bound=str)
K = TypeVar("K", bound=str | tuple[str, str] | tuple[str, tuple[str, ...]])

_STRONGEST_STATE = (State.UNLINKED, State.LINKED, State.TRASHED, State.DROPPED)
"""Which of two states holds. Only a person can unlink, so that is never lost; that an entry left or
an item lies in the trash is seen again by the next run, so a link yields to neither."""


def fold_all(
    one: Mapping[K, T],
    other: Mapping[K, T],
    ancestor: Mapping[K, T],
    fold: Callable[[T, T, Sequence[T]], T],
) -> dict[K, T]:
    """Fold what both sides hold; keep what one side holds, unless the other let it go.

    A side let go of what the ancestor held if the side that still holds it has it unchanged.
    """
    folded: dict[K, T] = {}
    for key in sorted(one.keys() | other.keys()):
        before = [ancestor[key]] if key in ancestor else []
        sides = [side[key] for side in (one, other) if key in side]
        if len(sides) == 2:
            folded[key] = fold(sides[0], sides[1], before)
        elif sides != before:
            folded[key] = sides[0]
    return folded


def fold_rows(one: Row, other: Row, before: Sequence[Row] = ()) -> Row:
    """Make one row of two with one id; `before` is the row they come from, where it is known."""
    standings = {
        name: _agreed(
            _standing(one, name),
            _standing(other, name),
            [_standing(row, name) for row in before],
            (None, name in one.apart or name in other.apart),
        )
        for name in one.bases.keys() | other.bases.keys() | one.apart | other.apart
    }
    return Row(
        id=one.id,
        digest=_lesser(one.digest, other.digest, [row.digest for row in before]),
        item=_lesser(one.item, other.item, [row.item for row in before]),
        note=_lesser(one.note or "", other.note or "", [row.note or "" for row in before]) or None,
        identifiers=_united(
            one.identifiers, other.identifiers, [row.identifiers for row in before]
        ),
        title=_agreed(one.title, other.title, [row.title for row in before], ""),
        texts=_united(one.texts, other.texts, [row.texts for row in before]),
        headings=_agreed(one.headings, other.headings, [row.headings for row in before], ()),
        bases={name: base for name, (base, _) in sorted(standings.items()) if base is not None},
        apart=frozenset(name for name, (_, is_apart) in standings.items() if is_apart),
        origin=_origin(one, other, before),
        state=_agreed(
            one.state,
            other.state,
            [row.state for row in before],
            min(one.state, other.state, key=_STRONGEST_STATE.index),
        ),
        key=_agreed(one.key, other.key, [row.key for row in before], ""),
        credits={name: credit for name, credit in _credits(one, other, before) if credit},
    )


def fold_shelves(one: Shelf, other: Shelf, before: Sequence[Shelf] = ()) -> Shelf:
    """Make one shelf of two with one digest and path."""
    return _agreed(
        one,
        other,
        before,
        Shelf(
            one.digest,
            one.path,
            min(one.collection, other.collection),
            is_ours=one.is_ours and other.is_ours and one.collection == other.collection,
            name=min(one.name, other.name),
        ),
    )


def fold_exported(one: Exported, other: Exported, before: Sequence[Exported] = ()) -> Exported:
    """Make one entry of two of one .bib and citation key; prints that differ are forgotten."""
    prints = {
        name: _agreed(
            one.prints.get(name, ""),
            other.prints.get(name, ""),
            [entry.prints.get(name, "") for entry in before],
            "",
        )
        for name in sorted(one.prints.keys() | other.prints.keys())
    }
    return Exported(
        one.bibliography,
        one.key,
        _lesser(one.item, other.item, [entry.item for entry in before]),
        {name: print_ for name, print_ in prints.items() if print_},
    )


def fold_made(
    one: frozenset[str], other: frozenset[str], before: Sequence[frozenset[str]] = ()
) -> frozenset[str]:
    """Return which .bib files our exports made, of what both sides say."""
    return _united(one, other, before)


def fold_acknowledged(
    one: Mapping[K, Acknowledged], other: Mapping[K, Acknowledged], before: Mapping[K, Acknowledged]
) -> dict[K, Acknowledged]:
    """Return what both sides acknowledged; what says two things by now is to be seen again."""
    keys = one.keys() | other.keys() | before.keys()
    folded = {key: _agreed(one.get(key), other.get(key), [before.get(key)], None) for key in keys}
    return {key: mark for key, mark in sorted(folded.items()) if mark is not None}


def _agreed(one: T, other: T, before: Sequence[T], otherwise: T) -> T:
    """Return what both sides say, or the side that is not as before; else `otherwise`."""
    if one == other or other in before:
        return one
    return other if one in before else otherwise


def _lesser(one: Key, other: Key, before: Sequence[Key]) -> Key:
    """Agree on a text; a side without one gives way, else the lesser holds on every machine."""
    return _agreed(one, other, before, min(filter(None, (one, other)), default=one))


def _united(one: frozenset[T], other: frozenset[T], before: Sequence[frozenset[T]]) -> frozenset[T]:
    return _added(one, other, before) if before else one | other


def _added(one: frozenset[T], other: frozenset[T], before: Sequence[frozenset[T]]) -> frozenset[T]:
    """Return what both sides hold and what either has gained since `before`, if that is known."""
    gained = [(one | other) - members for members in before]
    return (one & other).union(*gained)


def _standing(row: Row, name: str) -> tuple[Base | None, bool]:
    return row.bases.get(name), name in row.apart


def _credits(one: Row, other: Row, before: Sequence[Row]) -> Iterator[tuple[str, Credit | None]]:
    """Yield whom both sides have a value from, by field; None where they do not agree."""
    for name in sorted(one.credits.keys() | other.credits.keys()):
        earlier = [row.credits.get(name) for row in before]
        yield name, _agreed(one.credits.get(name), other.credits.get(name), earlier, None)


def _origin(one: Row, other: Row, before: Sequence[Row]) -> Origin:
    """Return what both sides claim to have made; of two items or notes, neither is ours."""
    a, b, was = one.origin, other.origin, [row.origin for row in before]
    is_ours, _ = _agreed(
        (a.item, one.item),
        (b.item, other.item),
        [(r.origin.item, r.item) for r in before],
        _NOT_OURS,
    )
    has_our_note, _ = _agreed(
        (a.note, one.note),
        (b.note, other.note),
        [(r.origin.note, r.note) for r in before],
        _NOT_OURS,
    )
    return Origin(
        item=is_ours,
        note=has_our_note,
        tags=_added(a.tags, b.tags, [origin.tags for origin in was]),
        fields=_added(a.fields, b.fields, [origin.fields for origin in was]),
        attachments=_added(a.attachments, b.attachments, [origin.attachments for origin in was]),
        collections=_added(a.collections, b.collections, [origin.collections for origin in was]),
    )
