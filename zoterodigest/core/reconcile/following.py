"""Items merged in the library: which live item each became, and how its links follow it there.

Zotero's "Merge Items" trashes one item and leaves `dc:replaces` on the one that stays. A link that
follows is as if its entry had just adopted that item: what the item lacks clears nothing, and where
it differs the two ends have diverged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from enum import Enum, auto

from zoterodigest.core.links.bases import without_parts
from zoterodigest.core.links.link import Base, LinkState, LockRow, Origin, fingerprint
from zoterodigest.core.links.merge import Side, ends_of
from zoterodigest.core.links.view import Folding, as_links, equal, hyperlinks_in
from zoterodigest.core.plan.plan import Link
from zoterodigest.core.reconcile.settle import is_note_missing, item_side_of, side_of
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.record import (
    EMPTY,
    Entry,
    Hyperlink,
    Item,
    is_empty,
    is_of_entry,
    is_of_note,
)
from zoterodigest.core.works.catalogue import successors
from zoterodigest.core.works.work import contradict, contradicting
from zoterodigest.frozen import dataclass


@dataclass(frozen=True, slots=True)
class MergedInto:
    """The item of a link was merged into the item `key`; rows with the ids `others` have it too."""

    key: str
    others: tuple[str, ...]


class AfterMerge(Enum):
    """What a merge did to the item of a link that stays with it.

    An item that is back from the trash may have left its links and its note with the item into
    which it was merged.
    """

    JOINED = auto()
    RESTORED = auto()


@dataclass(frozen=True, slots=True)
class OtherWork:
    """The item `key` is not the work of an entry, whose own item was merged into it.

    Another entry is linked with it, and has other `identifiers` of the same scheme.
    """

    key: str
    identifiers: tuple[Identifier, ...]


Fate = MergedInto | OtherWork | AfterMerge


def fates_of(
    items: Iterable[Item], rows: Iterable[LockRow], entries: Mapping[str, Entry]
) -> dict[str, Fate]:
    """Return what merges made of the links of `rows`, by row id, in the first run after them.

    `entries` are those that take part in the run, by the id of the row that found them again. An
    entry joins the others of an item only if none of them contradicts it. Of items that were merged
    one into the next, the entry of the last one comes first.
    """
    items = tuple(items)
    merged_into = successors(items)
    replaced = {old for item in items for old in item.replaces}
    known = [row for row in rows if row.state is not LinkState.UNLINKED]
    members: dict[str, dict[str, frozenset[Identifier]]] = defaultdict(dict)
    for row in known:
        if row.is_linked and row.item not in merged_into:
            members[row.item][row.id] = _identifiers(row, entries)
    moving = [row for row in known if row.item in merged_into and row.id in entries]
    # As in a run between two merges: neither a link that ended before nor one of an item that was
    # merged into another's takes from it the item that stays.
    into = {item.key: len(item.replaces) for item in items}
    moving.sort(key=lambda row: (not row.is_linked, -into.get(row.item, 0)))
    found: dict[str, Fate] = {}
    joined: set[str] = set()
    for row in moving:
        key, own = merged_into[row.item], _identifiers(row, entries)
        other = next((one for one in members[key].values() if contradict(own, one)), None)
        if row.is_linked or other is None:
            joined.add(key)
        if other is not None:
            found[row.id] = OtherWork(key, contradicting(own, other))
        else:
            members[key][row.id] = own
    for row in known:
        key = merged_into.get(row.item, "")
        if row.id in members[key] and row.id not in found:
            found[row.id] = MergedInto(key, tuple(sorted(members[key].keys() - {row.id})))
        elif row.id not in found and row.item in joined:
            found[row.id] = AfterMerge.JOINED
        elif row.id not in found and row.state is LinkState.TRASHED and row.item in replaced:
            found[row.id] = AfterMerge.RESTORED
    return found


def _identifiers(row: LockRow, entries: Mapping[str, Entry]) -> frozenset[Identifier]:
    entry = entries.get(row.id)
    return entry.identifiers if entry and entry.identifiers else row.identifiers


def followed(row: LockRow, item: Item, *, is_ours: bool) -> LockRow:
    """Return `row` linked with `item`, into which its own item was merged.

    Ours are then only the note, the attachments and the places that moved along: who set
    the tags and values of the two items is not known any more.
    """
    origin = Origin(
        item=is_ours,
        note=row.origin.note,
        attachments=row.origin.attachments,
        collections=row.origin.collections & item.collections,
    )
    return replace(row, item=item.key, origin=origin)


def as_adopted(row: LockRow, entry: Entry, item: Item, folding: Folding) -> LockRow:
    """Return `row` without the bases of fields that `item` no longer shows as they were agreed on.

    A note that moved along keeps its bases; one that did not is to be made again.
    """
    if is_note_missing(item, row):
        row = without_note(row)
    parted = frozenset(name for name in row.diverged if is_of_entry(name))
    shown = with_shown_bases(row, entry, item, folding)
    return replace(
        shown, diverged=parted | _diverged(shown, shown.diverged, (entry, item), folding)
    )


def with_shown_bases(row: LockRow, entry: Entry, item: Item, folding: Folding) -> LockRow:
    """Return `row` with the bases that `item` still shows: what it lacks clears no entry.

    Nor does an export, which knows no bases: what an entry of a .bib has otherwise has diverged.
    """
    ends = side_of(entry), item_side_of(entry, item, row)
    # Without these bases nothing that the new item lacks can clear the entry (law 5).
    bases = {name: base for name, base in row.bases.items() if _is_shown(name, base, ends, folding)}
    gone = row.bases.keys() - bases.keys()
    diverged = row.diverged | _diverged(row, gone, (entry, item), folding)
    return replace(row, bases=bases, diverged=diverged)


def _diverged(
    row: LockRow, names: Set[str], ends: tuple[Entry, Item], folding: Folding
) -> frozenset[str]:
    """Return those of `names` in which an entry of a .bib differs from the item it came to.

    What a person wrote there and the item lacks is filled in; what an export wrote fills in nothing
    and has diverged from an empty field, too.
    """
    entry, item = ends
    found: set[str] = set()
    for name in names & entry.fields.keys() if row.digest.is_bib else ():
        at_entry, at_item = entry.fields[name], item.fields.get(name, EMPTY)
        is_filled_in = is_empty(at_item) and name not in entry.ours
        if not (is_empty(at_entry) or is_filled_in or equal(name, at_entry, at_item, folding)):
            found.add(name)
    return frozenset(found)


def with_links_left(
    links: Sequence[Link], rows: Iterable[LockRow], items: Iterable[Item], folding: Folding
) -> list[Link]:
    """Return `links` with those web links as new that a merge took from an item that is back.

    Zotero leaves them with the item into which it was merged: no person removed them. `rows` tell
    which attachments were ours. One that left is not ours any more: a link that its item gets again
    can then be removed in the library.
    """
    left: dict[str, dict[str, Hyperlink]] = defaultdict(dict)
    for item in items:
        for old in item.replaces if item.attachments else ():
            left[old] |= item.attachments
    ours: dict[str, dict[str, Hyperlink]] = defaultdict(dict)
    for row in rows:
        for key in row.origin.attachments & left.get(row.item, {}).keys():
            ours[row.item][key] = left[row.item][key]
    return [_with_links_left(link, ours.get(link.row.item, {}), folding) for link in links]


def _with_links_left(link: Link, left: Mapping[str, Hyperlink], folding: Folding) -> Link:
    row, item = link.row, link.item
    # While its library lags, what the item lacks may be still to come.
    if not left or item is None or "links" in link.lagging:
        return link
    bases, base = row.bases, row.bases.get("links")
    if base and "links" in link.entry.fields.keys() & item.fields.keys():
        held = (*hyperlinks_in(item.fields["links"]), *left.values())
        before = replace(item, fields={**item.fields, "links": as_links(held)})
        now, then = (_link_parts(link.entry, one, row, folding) for one in (item, before))
        gone, moved = set(base.at_item.parts) - now, then - now
        # What was edited where it is now can't be known by its text: then any may have moved.
        bases = {**bases, "links": without_parts(base, moved if moved <= gone else gone)}
    origin = replace(row.origin, attachments=row.origin.attachments - left.keys())
    return replace(link, row=replace(row, bases=bases, origin=origin))


def _link_parts(entry: Entry, item: Item, row: LockRow, folding: Folding) -> frozenset[str]:
    ends = ends_of("links", side_of(entry), item_side_of(entry, item, row))
    return frozenset(ends.item_print(folding).parts)


def without_note(row: LockRow) -> LockRow:
    """Return `row` as one whose entry has no note yet."""
    ours = set(filter(is_of_note, (*row.bases, *row.diverged)))
    row = replace(row.without_bases(ours), diverged=row.diverged - ours)
    return replace(row, note=None, origin=replace(row.origin, note=False))


def _is_shown(name: str, base: Base, ends: tuple[Side, Side], folding: Folding) -> bool:
    entry, item = ends
    if is_of_entry(name):
        return True
    if name not in item.fields:
        return False
    if name not in entry.fields:  # the citation key: the item alone carries it
        return base.at_item.raw == fingerprint(item.raws.get(name, ""))
    return not ends_of(name, entry, item).changed(base, folding)[1]
