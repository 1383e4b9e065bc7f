"""Two rows of one link made into one, where git or a person brought two branches together.

What both sides agree on holds. Where they differ and the row they come from is known, a side that
is as it was gives way to the other. Where that does not decide, what is kept can do no harm: a base
is forgotten (without a base nothing is deleted or overwritten; in a .bib entry the field has then
diverged), a field that diverged on one side stays so, and the origin keeps only what both sides
claim, so that nothing is ever taken back that may be the person's. The order of the two sides makes
no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from zoterodigest.core.links.link import (
    Acknowledged,
    Base,
    CollectionRow,
    Exported,
    LinkState,
    LockRow,
    Origin,
)
from zoterodigest.core.values.file_keys import BibKey

Held = CollectionRow | LockRow | BibKey | Exported | Acknowledged
"""What a lock file may hold; a `BibKey` is the name of a .bib file that an export made."""

HeldKey = tuple[str, ...]
"""What tells things in a lock file apart; their order in the file is that of these keys."""

_NOT_OURS = (False, None)

T = TypeVar("T")
Key = TypeVar("Key", bound=str)

_STRONGEST_STATE = (LinkState.UNLINKED, LinkState.LINKED, LinkState.TRASHED, LinkState.DROPPED)
"""Which of two states holds. Only a person can unlink, so that is never lost; that an entry left or
an item lies in the trash is seen again by the next run, so a link yields to neither."""


def key_of(one: Held) -> HeldKey:
    """Return what tells `one` apart from all else in a lock file."""
    # The first sign is the place of its kind in the file: another order would change every file.
    match one:
        case CollectionRow(digest, path):
            return "1", digest, *path
        case LockRow(row_id):
            return "2", row_id
        case BibKey():
            return "3", one
        case Exported(file, key):
            return "3", file, key
        case Acknowledged(row_id, name):
            return "4", row_id, name


def fold_all(
    one: Mapping[HeldKey, Held], other: Mapping[HeldKey, Held], ancestor: Mapping[HeldKey, Held]
) -> dict[HeldKey, Held]:
    """Fold what both sides hold; keep what one side holds, unless the other let it go.

    A side let go of what the ancestor held if the side that still holds it has it unchanged. A
    report that one side forgot is to be seen again, whatever the other side made of it.
    """
    folded: dict[HeldKey, Held | None] = {}
    for key in sorted(one.keys() | other.keys()):
        before = [ancestor[key]] if key in ancestor else []
        sides = [side[key] for side in (one, other) if key in side]
        if len(sides) == 2:
            folded[key] = fold(sides[0], sides[1], before)
        # A row that one side changed and the other let go stays: the change is newer knowledge.
        elif sides != before and not (before and isinstance(before[0], Acknowledged)):
            folded[key] = sides[0]
    return {key: held for key, held in folded.items() if held is not None}


def fold(one: Held | None, other: Held, before: Sequence[Held] = ()) -> Held | None:
    """Make one of two with one key; None if what they say differs and neither may hold."""
    match one:
        case None:
            return None
        case BibKey():
            return one
        case Acknowledged():
            return _agreed(one, other, before, None)
        case _:
            return _FOLDS[type(one)](one, other, before)


def fold_rows(one: LockRow, other: LockRow, before: Sequence[LockRow] = ()) -> LockRow:
    """Make one row of two with one id; `before` is the row they come from, where it is known."""

    def agreed(part: Callable[[LockRow], T], otherwise: T) -> T:
        return _agreed(part(one), part(other), [part(row) for row in before], otherwise)

    def lesser(part: Callable[[LockRow], Key]) -> Key:
        return _lesser(part(one), part(other), [part(row) for row in before])

    def united(part: Callable[[LockRow], frozenset[T]]) -> frozenset[T]:
        return _united(part(one), part(other), [part(row) for row in before])

    # Without a base, an export overwrites what an export wrote, unless the field has diverged.
    is_bib = one.digest.is_bib and other.digest.is_bib
    # A base and the mark that its field is diverged are one decision: decided apart, one side
    # could give the base and the other the mark.
    standings = {
        name: _agreed(
            _standing(one, name),
            _standing(other, name),
            [_standing(row, name) for row in before],
            (None, is_bib or name in one.diverged or name in other.diverged),
        )
        for name in one.bases.keys() | other.bases.keys() | one.diverged | other.diverged
    }
    return LockRow(
        id=one.id,
        digest=lesser(lambda row: row.digest),
        item=lesser(lambda row: row.item),
        note=lesser(lambda row: row.note or "") or None,
        identifiers=united(lambda row: row.identifiers),
        title=agreed(lambda row: row.title, ""),
        texts=united(lambda row: row.texts),
        headings=agreed(lambda row: row.headings, ()),
        bases={name: base for name, (base, _) in sorted(standings.items()) if base is not None},
        diverged=frozenset(name for name, (_, is_diverged) in standings.items() if is_diverged),
        origin=_origin(one, other, before),
        state=agreed(
            lambda row: row.state, min(one.state, other.state, key=_STRONGEST_STATE.index)
        ),
        key=agreed(lambda row: row.key, ""),
        credits=_agreed_by_name(one.credits, other.credits, [row.credits for row in before]),
        annotations=_agreed_by_name(
            one.annotations, other.annotations, [row.annotations for row in before]
        ),
    )


def fold_collection_rows(
    one: CollectionRow, other: CollectionRow, before: Sequence[CollectionRow] = ()
) -> CollectionRow:
    """Make one collection of two with one digest and path."""
    return _agreed(
        one,
        other,
        before,
        CollectionRow(
            one.digest,
            one.path,
            min(one.collection, other.collection),
            is_ours=one.is_ours and other.is_ours and one.collection == other.collection,
            name=min(one.name, other.name),
        ),
    )


def fold_exported(one: Exported, other: Exported, before: Sequence[Exported] = ()) -> Exported:
    """Make one entry of two of one .bib and citation key; prints that differ are forgotten."""
    item = _lesser(one.item, other.item, [entry.item for entry in before])
    prints = _agreed_by_name(one.prints, other.prints, [entry.prints for entry in before])
    return Exported(one.bibliography, one.key, item, prints)


_FOLDS: Mapping[type[Held], Callable[..., Held]] = {
    LockRow: fold_rows,
    CollectionRow: fold_collection_rows,
    Exported: fold_exported,
}


def _agreed_by_name(
    one: Mapping[str, T], other: Mapping[str, T], before: Sequence[Mapping[str, T]]
) -> dict[str, T]:
    """Return what both sides agree on, name by name; the rest is forgotten."""
    agreed = {
        name: _agreed(one.get(name), other.get(name), [each.get(name) for each in before], None)
        for name in sorted(one.keys() | other.keys())
    }
    return {name: value for name, value in agreed.items() if value is not None}


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


def _standing(row: LockRow, name: str) -> tuple[Base | None, bool]:
    return row.bases.get(name), name in row.diverged


def _origin(one: LockRow, other: LockRow, before: Sequence[LockRow]) -> Origin:
    """Return what both sides claim to have made; of two items or notes, neither is ours."""
    a, b, was = one.origin, other.origin, [row.origin for row in before]
    # The mark goes with the key: of two items, neither side's mark says which one is ours.
    items = [(row.origin.item, row.item) for row in (one, other, *before)]
    notes = [(row.origin.note, row.note) for row in (one, other, *before)]
    is_ours, _ = _agreed(items[0], items[1], items[2:], _NOT_OURS)
    has_our_note, _ = _agreed(notes[0], notes[1], notes[2:], _NOT_OURS)
    return Origin(
        item=is_ours,
        note=has_our_note,
        tags=_added(a.tags, b.tags, [origin.tags for origin in was]),
        fields=_added(a.fields, b.fields, [origin.fields for origin in was]),
        attachments=_added(a.attachments, b.attachments, [origin.attachments for origin in was]),
        collections=_added(a.collections, b.collections, [origin.collections for origin in was]),
    )
