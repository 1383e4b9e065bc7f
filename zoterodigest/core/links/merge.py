"""Three-way merge of an entry and its item over the bases of their link (docs/invariants.md).

An end has changed when its raw text and its canonical value both differ from the base's. A change
of white space alone, or a new reading of unchanged text, is no edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum

from zoterodigest.core.links.hunks import Winner, merge_blocks
from zoterodigest.core.links.link import Base, Print, fingerprint
from zoterodigest.core.links.view import (
    Folding,
    as_shown,
    canonical,
    canonical_as_shown,
    equal,
    for_item,
    is_doubtful,
)
from zoterodigest.core.values.record import (
    CITEKEY,
    EMPTY,
    NOTE,
    FieldKind,
    Fields,
    Hyperlink,
    Names,
    Value,
    is_empty,
    is_of_entry,
    kind_of,
    members_of,
    people_of,
    value_parts,
    with_members,
)
from zoterodigest.core.values.short_names import as_written
from zoterodigest.frozen import dataclass

IDENTIFYING = frozenset({"arxiv", "doi", "url"})
"""The fields by which an entry says which work it is of."""


@dataclass(frozen=True, slots=True)
class Side:
    """What one end of a link carries: values, and for the same names the text that stands there."""

    fields: Fields
    raws: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class InSync:
    """Neither end changed, or there is nothing to write and nothing to remember."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """Both ends hold one value: it is the base from now on."""


@dataclass(frozen=True, slots=True)
class Propagated:
    """A value goes to one end or, merged, to both; None leaves that end as it is."""

    to_entry: Value | None = None
    to_item: Value | None = None
    is_fill: bool = False


class ClashReason(Enum):
    """Why a field is in conflict. The values are those of JSON (docs/json.md)."""

    BOTH_CHANGED = "both_changed"
    """Both ends changed, to values that do not merge."""
    IDENTIFIER_CLEARED = "identifier_cleared"
    """Only a person may decide that an entry loses an identifier, which was cleared in the item."""
    TITLE_CLEARED = "title_cleared"
    """The title was cleared in the entry."""
    DOUBTFUL_NAME = "doubtful_name"
    """A short name of the entry may be either of two people of the item."""
    SHORT_NAMES = "short_names"
    """The item would lose whole names for short ones: most of the entry's names are whole now."""
    NOTE_REARRANGED = "note_rearranged"
    """A heading of our note is gone or moved, or text of a section stands outside of it."""


@dataclass(frozen=True, slots=True)
class Clash:
    """A conflict, and why.

    Of a text that merges block by block, `if_entry` is what both ends get if the entry's edits hold
    where the ends collide, `if_item` if the item's do; None where an end holds as a whole.
    """

    if_entry: Value | None = None
    if_item: Value | None = None
    why: ClashReason = ClashReason.BOTH_CHANGED


@dataclass(frozen=True, slots=True)
class Diverged:
    """The ends differ and were never in sync."""


MergeResult = InSync | Agreed | Propagated | Clash | Diverged


@dataclass(frozen=True, slots=True)
class Merge:
    """What a link asks for, by field. EMPTY clears what an end holds."""

    results: Mapping[str, MergeResult]

    @property
    def to_entry(self) -> dict[str, Value]:
        """The values that go to the entry."""
        sent = self._propagated().items()
        return {name: one.to_entry for name, one in sent if one.to_entry is not None}

    @property
    def to_item(self) -> dict[str, Value]:
        """The values that go to the item."""
        sent = self._propagated().items()
        return {name: one.to_item for name, one in sent if one.to_item is not None}

    @property
    def fills(self) -> frozenset[str]:
        """Of the fields that go to the item, those that were empty there or had no base."""
        return frozenset(name for name, one in self._propagated().items() if one.is_fill)

    @property
    def conflicts(self) -> frozenset[str]:
        """The fields that only a person can decide."""
        return frozenset(name for name, one in self.results.items() if isinstance(one, Clash))

    @property
    def diverged(self) -> frozenset[str]:
        """The fields that differ and have no base."""
        return frozenset(name for name, one in self.results.items() if isinstance(one, Diverged))

    def _propagated(self) -> dict[str, Propagated]:
        return {name: one for name, one in self.results.items() if isinstance(one, Propagated)}


@dataclass(frozen=True, slots=True)
class FieldEnds:
    """One field at both ends of a link: values and raw texts."""

    name: str
    entry: Value
    item: Value
    entry_raw: str
    item_raw: str

    def are_equal(self, folding: Folding) -> bool:
        """Tell whether the ends are in sync now."""
        return equal(self.name, self.entry, self.item, folding)

    def entry_print(self, folding: Folding) -> Print:
        """Take the fingerprints of the entry's end."""
        return Print(fingerprint(self.entry_raw), _prints(self.name, self.entry, folding))

    def item_print(self, folding: Folding) -> Print:
        """Take the fingerprints of the item's end, judged as the entry would show it."""
        return Print(fingerprint(self.item_raw), tuple(map(fingerprint, self.shown(folding))))

    def shown(self, folding: Folding) -> tuple[str, ...]:
        """Return the canonical parts of the item's value as the entry would show it."""
        return value_parts(canonical_as_shown(self.name, self.entry, self.item, folding))

    def changed(self, base: Base, folding: Folding) -> tuple[bool, bool]:
        """Tell which ends changed since `base`: the entry, the item."""
        return (
            # The raw text first: it decides for all that nobody touched, and costs far less.
            base.at_entry.raw != fingerprint(self.entry_raw)
            and self._differ(base.at_entry.parts, self.entry_print(folding).parts),
            base.at_item.raw != fingerprint(self.item_raw)
            and self._differ(base.at_item.parts, self.item_print(folding).parts),
        )

    def _differ(self, then: tuple[str, ...], now: tuple[str, ...]) -> bool:
        if is_set(self.name):
            return set(then) != set(now)
        return then != now


def ends_of(name: str, entry: Side, item: Side) -> FieldEnds:
    """Return the field `name`, which both sides carry."""
    return FieldEnds(
        name,
        entry.fields[name],
        item.fields[name],
        entry.raws.get(name, ""),
        item.raws.get(name, ""),
    )


def is_set(name: str) -> bool:
    """Tell whether the field merges member by member."""
    return kind_of(name) in (FieldKind.MEMBERS, FieldKind.LINKS)


def merge_field(
    bases: Mapping[str, Base], entry: Side, item: Side, folding: Folding, diverged: frozenset[str]
) -> Merge:
    """Propagate what changed at one end of a link to the other; report what changed at both.

    Only a field that both ends carry takes part. Without a base, an empty field of the item is
    filled in, members are added to the item, and any other difference is a diverged field. The
    entry is never filled in. A field in `diverged` stays until both ends hold the same value.
    """
    return Merge(
        {
            name: merge_result(
                ends_of(name, entry, item), bases.get(name), folding, was_apart=name in diverged
            )
            for name in sorted(entry.fields.keys() & item.fields.keys())
        }
    )


def merge_result(
    ends: FieldEnds, base: Base | None, folding: Folding, *, was_apart: bool
) -> MergeResult:
    """Return what the link asks for in one field."""
    # Without a base nothing is deleted or overwritten (law 5).
    if base is None:
        return _united(ends, folding) if is_set(ends.name) else _first(ends, folding, was_apart)
    entry_changed, item_changed = ends.changed(base, folding)
    if not entry_changed and not item_changed:
        # Whole names that came behind short ones are what the entry's next edit goes by.
        return Agreed() if _came_behind_short_names(ends, base) else InSync()
    # Before equality, which heeds the order of members: in a set only what came and went counts.
    if is_set(ends.name):
        return _merged_sets(ends, base, folding, (entry_changed, item_changed))
    if ends.are_equal(folding):
        return Agreed()
    if not item_changed:
        # Documents cite the library's key: an edit in a note replaces it only if it is chosen.
        if ends.name == CITEKEY:
            return Diverged()
        if (why := _why_not_to_item(ends, base, folding)) is not None:
            return Clash(why=why)
        named = count_named(ends, base, folding)
        return Propagated(to_item=for_item(ends.entry, ends.item, named))
    if not entry_changed:
        shown = as_shown(ends.name, ends.entry, ends.item, folding)
        if would_lose_identifier(ends.name, shown):
            return Clash(why=ClashReason.IDENTIFIER_CLEARED)
        return Propagated(to_entry=shown)
    return _merged_blocks(ends, base) if is_of_entry(ends.name) else Clash()


def _why_not_to_item(ends: FieldEnds, base: Base, folding: Folding) -> ClashReason | None:
    """Return why an edit of the entry is not to reach the item unless a person says so."""
    if would_lose_title(ends.name, ends.entry):
        return ClashReason.TITLE_CLEARED
    if is_doubtful(ends.entry, ends.item):
        return ClashReason.DOUBTFUL_NAME
    is_loss = _would_lose_whole_names(ends, base, folding)
    return ClashReason.SHORT_NAMES if is_loss else None


def _came_behind_short_names(ends: FieldEnds, base: Base) -> bool:
    are_short = isinstance(ends.entry, Names) and ends.entry.are_short
    return are_short and base.at_item.raw != fingerprint(ends.item_raw)


def count_named(ends: FieldEnds, base: Base | None, folding: Folding) -> int | None:
    """Return how many of the item's authors the entry named when both last agreed, if it tells."""
    entry, item = ends.entry, ends.item
    if not isinstance(entry, Names) or not isinstance(item, Names) or not entry.truncated:
        return None
    if base is None:
        return None
    # An author is written and folded by itself. Each prefix anew took seconds for a list of 200.
    for people in (item.people, as_written(item.people, entry.people)):
        folded = people_of(canonical(ends.name, Names(people), folding))
        # It may have named them all, before a person cut it.
        cuts = [Names(folded[:count], truncated=True) for count in range(1, len(folded) + 1)]
        for cut in (*cuts, Names(folded)):
            if base.at_entry.parts == tuple(map(fingerprint, value_parts(cut))):
                return len(cut.people)
    return None


def _would_lose_whole_names(ends: FieldEnds, base: Base, folding: Folding) -> bool:
    """Tell whether an item would lose whole names for short ones that no longer count as them: most
    of the list is whole by now.

    They did count if the base is neither all of the item's whole names nor the first of them.
    """
    entry, item, then = ends.entry, ends.item, base.at_item
    if not isinstance(entry, Names) or not isinstance(item, Names) or entry.are_short:
        return False
    if then.parts != base.at_entry.parts:
        return False
    if for_item(replace(entry, are_short=True), item) == for_item(entry, item):
        return False
    cut = [Names(item.people[:end], truncated=True) for end in range(1, len(item.people) + 1)]
    whole = (Names(item.people), *cut)
    return all(then.parts != _prints(ends.name, each, folding) for each in whole)


def would_lose_identifier(name: str, to_entry: Value) -> bool:
    """Tell whether an entry would lose an identifier of its work: only a person may decide that."""
    return name in IDENTIFYING and is_empty(to_entry)


def would_lose_title(name: str, to_item: Value) -> bool:
    """Tell whether an item would lose its title: an empty one is more often half typed."""
    return name == "title" and is_empty(to_item)


def _first(ends: FieldEnds, folding: Folding, was_apart: bool) -> MergeResult:
    """Compare a field that has no base: it is new, or it has diverged.

    Only a note that a person wrote in Zotero fills in an entry: its digest asks for these notes.
    """
    # A preprint server beside nothing is in sync, but it agrees on no value that was another.
    is_nothing_beside = is_empty(ends.item) and not is_empty(ends.entry)
    if ends.are_equal(folding) and not (was_apart and is_nothing_beside):
        return Agreed()
    is_note = ends.name.startswith(NOTE)
    if was_apart:
        return Diverged() if is_note or not is_empty(ends.entry) else InSync()
    if is_note and is_empty(ends.entry):
        return Propagated(to_entry=ends.item)
    if is_empty(ends.item):
        return Propagated(to_item=for_item(ends.entry, EMPTY), is_fill=True)
    return InSync() if is_empty(ends.entry) else Diverged()


def _merged_blocks(ends: FieldEnds, base: Base) -> MergeResult:
    # One base tells the edits of the two ends apart; two different ones cannot.
    if base.at_entry.parts != base.at_item.parts:
        return Clash()
    entry, item = value_parts(ends.entry), value_parts(ends.item)
    merged = merge_blocks(base.at_entry.parts, entry, item)
    if merged is None:
        held = (merge_blocks(base.at_entry.parts, entry, item, winner=one) for one in Winner)
        if_entry, if_item = (None if one is None else with_members(ends.name, one) for one in held)
        return Clash(if_entry, if_item)
    value = with_members(ends.name, merged)
    return Propagated(None if merged == entry else value, None if merged == item else value)


_Keyed = dict[str, str | Hyperlink]
"""Members by the fingerprint of their canonical form, in order."""


def _united(ends: FieldEnds, folding: Folding) -> MergeResult:
    """Without a base members are only ever added, and only to the item."""
    at_entry = _keyed(ends.name, ends.entry, folding)
    at_item = _keyed(ends.name, ends.item, folding)
    if at_entry.keys() <= at_item.keys():
        return Agreed()
    return Propagated(to_item=with_members(ends.name, (at_item | at_entry).values()), is_fill=True)


def _merged_sets(
    ends: FieldEnds, base: Base, folding: Folding, changed: tuple[bool, bool]
) -> MergeResult:
    """Add and remove at each end what was added and removed at the other since that end's base."""
    at_entry = _keyed(ends.name, ends.entry, folding)
    at_item = _keyed(ends.name, ends.item, folding)
    entry_came, entry_went = _delta(base.at_entry, at_entry, changed[0])
    item_came, item_went = _delta(base.at_item, at_item, changed[1])
    if _share_a_label(entry_came, item_came):
        return Clash()
    new_entry = _applied(at_entry, item_came, item_went - entry_came.keys())
    new_item = _applied(at_item, entry_came, entry_went - item_came.keys())
    is_same_entry = new_entry.keys() == at_entry.keys()
    is_same_item = new_item.keys() == at_item.keys()
    if is_same_entry and is_same_item:
        return Agreed()
    to_entry = None if is_same_entry else with_members(ends.name, new_entry.values())
    to_item = None if is_same_item else with_members(ends.name, new_item.values())
    return Propagated(to_entry, to_item)


def _delta(base: Print, now: _Keyed, is_changed: bool) -> tuple[_Keyed, frozenset[str]]:
    if not is_changed:
        return {}, frozenset()
    came = {key: member for key, member in now.items() if key not in base.parts}
    return came, frozenset(base.parts) - now.keys()


def _applied(now: _Keyed, came: _Keyed, went: frozenset[str]) -> _Keyed:
    return {key: member for key, member in (now | came).items() if key not in went}


def _share_a_label(entry_came: _Keyed, item_came: _Keyed) -> bool:
    """Tell whether both ends gave one label different URLs."""
    labels = [
        {
            link.label.casefold().strip()
            for key, link in came.items()
            if isinstance(link, Hyperlink) and key not in other
        }
        for came, other in ((entry_came, item_came), (item_came, entry_came))
    ]
    return bool(labels[0] & labels[1])


def _keyed(name: str, value: Value, folding: Folding) -> _Keyed:
    """Return the members as written by their fingerprints; of one in two spellings the first."""
    keyed: _Keyed = {}
    for member in members_of(value):
        keyed.setdefault(_prints(name, with_members(name, [member]), folding)[0], member)
    return keyed


def _prints(name: str, value: Value, folding: Folding) -> tuple[str, ...]:
    return tuple(map(fingerprint, value_parts(canonical(name, value, folding))))
