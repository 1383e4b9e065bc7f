"""The record of an item as its links change it, and what that means for its other links."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from zoterodigest.core.links.bases import recorded, without_fill
from zoterodigest.core.links.merge import Agreed, FieldEnds, Side, is_set, merge_field
from zoterodigest.core.links.view import links_as_held
from zoterodigest.core.plan.found import also_changed
from zoterodigest.core.plan.plan import Link
from zoterodigest.core.reconcile.hub import Hub, with_fields
from zoterodigest.core.reconcile.settle import item_end, side_of, without
from zoterodigest.core.values.dates import is_iso
from zoterodigest.core.values.record import EMPTY, Fields, Item, Value, is_empty


def to_record(hub: Hub, place: int, record: dict[str, Value], fills: frozenset[str]) -> None:
    """Change these fields of the item for one link, of them `fills` as values filled in."""
    link = hub.links[place]
    if "links" in record:
        entry, item = link.entry.fields, hub.current.fields
        record = record | {"links": links_as_held(record["links"], entry, item)}
    record = _without_dated_year(hub, place, record)
    record, left = _year_of_cleared(hub, place, record)
    hub.edited |= record.keys() - fills
    if not record:
        return
    before = hub.current
    filled = record.keys() & fills
    edited = {name: record[name] for name in record.keys() - filled}
    also = also_changed(before, edited) if hub.item else {}
    # The item has one home for date and year: a year that one entry changed takes the place of
    # the date that another did. With both, the library would get another than was planned.
    kept = {name: value for name, value in hub.after.items() if name not in also}
    hub.after = kept | record
    also |= left
    came = also_changed(before, {name: record[name] for name in filled}) if hub.item else {}
    hub.current = with_fields(before, record | also | came)
    # `remove` takes back these fields alone from an item that zoterodigest did not create.
    if hub.is_adopted(link):
        note_fills(hub, place, filled)
    for other in range(len(hub.links)):
        if other != place:
            keep_from(hub, other, filled | came.keys(), before)
            bring_to(hub, other, edited | also)


def _year_of_cleared(
    hub: Hub, place: int, record: dict[str, Value]
) -> tuple[dict[str, Value], dict[str, Value]]:
    """Return `record` with what it clears along with a date, and the date that is left.

    The library has one home for both. So the year goes too, unless an entry states it: then the
    item shows the year as its date, which an entry without a date need not show.
    """
    year = hub.current.fields.get("year", EMPTY)
    is_cleared = record.get("date") == EMPTY and "year" not in record
    if not is_cleared or not isinstance(year, str) or not is_iso(year):
        return record, {}
    stated = (one.entry.fields for one in hub.links if "year" not in one.entry.ours)
    if all(is_empty(fields.get("year", EMPTY)) for fields in stated):
        return record | {"year": EMPTY}, {}
    _forget_base(hub, place, "date")
    if hub.current.fields["date"] == year:
        record = {name: value for name, value in record.items() if name != "date"}
    return record, {"date": year}


def _without_dated_year(hub: Hub, place: int, record: dict[str, Value]) -> dict[str, Value]:
    """Return `record` without a year that it clears where the item has more of a date.

    The date stays: it says the year too, and an entry without a year need not show it.
    """
    date = hub.current.fields.get("date", EMPTY)
    is_cleared = record.get("year") == EMPTY and "date" not in record
    if not is_cleared or is_empty(date) or date == hub.current.fields.get("year"):
        return record
    _forget_base(hub, place, "year")
    return {name: value for name, value in record.items() if name != "year"}


def _forget_base(hub: Hub, place: int, name: str) -> None:
    """Leave a link without a base for a field: its ends need not agree any more."""
    link = hub.links[place]
    hub.links[place] = replace(link, row=link.row.without_bases({name}))


def keep_from(hub: Hub, place: int, names: Set[str], then: Item, *, parts: bool = False) -> None:
    """Keep a link from propagating what just came into fields of the item.

    If it `parts` the ends, a field that the entry would show differently has diverged.
    """
    link = hub.links[place]
    bases, diverged = dict(link.row.bases), set(link.row.diverged)
    seen = dict(link.seen_bases)
    for name in sorted(names & bases.keys() & link.entry.fields.keys()):
        before, now = (_ends(name, link, item) for item in (then, hub.current))
        if parts and before.shown(hub.folding) == now.shown(hub.folding):
            continue
        base = seen.pop(name, None) or bases[name]
        left = without_fill(base, before, now, hub.folding)
        # What was seen here goes before the lock file's base, and this one stays: a run must
        # not take the field for in sync as long as its ends differ.
        if left is None:
            del bases[name]
        elif name in link.seen_bases:
            seen[name] = left
        else:
            bases[name] = left
        if parts and name not in bases:
            diverged.add(name)
    row = replace(link.row, bases=bases, diverged=frozenset(diverged))
    hub.links[place] = replace(link, row=row, seen_bases=seen)


def bring_to(hub: Hub, place: int, edited: Fields) -> None:
    """Let edits of the item reach a link whose ends agreed on the former values when read.

    As they do where an earlier run recorded that.
    """
    if hub.item is None:
        return
    link = hub.links[place]
    entry, item = side_of(link.entry), item_end(link, hub.item, link.row)
    item = without(item, link.set_aside)
    agreed = recorded(link.row, entry, item, hub.folding).bases
    names = _agreed_new(hub, link, edited) if link.before is None else _agreed(hub, link, item)
    bases = {name: agreed[name] for name in sorted(names & edited.keys() & agreed.keys())}
    row = replace(link.row, bases={**link.row.bases, **bases})
    hub.links[place] = replace(link, row=row)


def _agreed_new(hub: Hub, link: Link, edited: Fields) -> set[str]:
    """Return the fields in which a new link may have agreed.

    What its entry still has it fills in where another one cleared it: a new link clears nothing
    (law 5).
    """
    held = {name for name, value in link.entry.fields.items() if not is_empty(value)}
    cleared = {name for name, value in edited.items() if is_empty(value)}
    return {name for name in held - cleared - link.row.bases.keys() if not is_set(name)}


def _agreed(hub: Hub, link: Link, item: Side) -> set[str]:
    """Return the fields in which both ends of a link have come to one value since its base."""
    merged = merge_field(link.row.bases, side_of(link.entry), item, hub.folding, link.row.diverged)
    agreed = {name for name, one in merged.results.items() if isinstance(one, Agreed)}
    return (agreed & link.row.bases.keys()) - link.seen_bases.keys() - link.entry.ours


def note_fills(hub: Hub, place: int, names: Set[str]) -> None:
    """Note in a link's origin that these fields of its item were filled in."""
    link = hub.links[place]
    origin = replace(link.row.origin, fields=link.row.origin.fields | names)
    hub.links[place] = replace(link, row=replace(link.row, origin=origin))


def _ends(name: str, link: Link, item: Item) -> FieldEnds:
    raws = link.entry.raws.get(name, ""), item.raws.get(name, "")
    return FieldEnds(name, link.entry.fields[name], item.fields.get(name, EMPTY), *raws)
