"""Propagation: for every item, the changes that its links ask for at either end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import replace
from functools import partial

from zoterodigest.core.links.merge import Clash, Merge
from zoterodigest.core.plan.cleared import left_out_of, no_longer_shown
from zoterodigest.core.plan.found import LookupResult, as_held, taken
from zoterodigest.core.plan.plan import (
    Action,
    ChangeEntry,
    ChangeItem,
    ChangeNote,
    CreateItem,
    CreateNote,
    Link,
)
from zoterodigest.core.plan.reports import (
    Conflict,
    DivergedField,
    HeldBack,
    MissingNote,
    NoLongerShown,
    Report,
    UnreadableDate,
    Waiting,
)
from zoterodigest.core.plan.run_options import End, RunOptions, entry_end
from zoterodigest.core.reconcile.hub import Hub, Moves, diverged_in, with_fields, with_home
from zoterodigest.core.reconcile.record_changes import bring_to, keep_from, note_fills, to_record
from zoterodigest.core.reconcile.settle import is_note_missing
from zoterodigest.core.reconcile.waiting import hold_back, hold_exports, hold_left, with_left
from zoterodigest.core.values.dates import is_iso
from zoterodigest.core.values.keys import free_note_key
from zoterodigest.core.values.record import (
    EMPTY,
    MARKS,
    Entry,
    Fields,
    Value,
    has_other_year,
    is_empty,
    is_of_entry,
    text_in,
    value_parts,
)
from zoterodigest.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Propagation:
    """Actions and reports of a run in order, and its links with what is known before writing."""

    actions: tuple[Action, ...]
    reports: tuple[Report, ...]
    links: tuple[Link, ...]


def propagate(
    links: Sequence[tuple[Link, Moves]], run_options: RunOptions, taken: Container[str]
) -> Propagation:
    """Propagate changes over `links` (in order, each with its moves) as far as directions allow.

    All links of an item are handled together, so an edit reaches every entry in one run. Of several
    new entries the first gives an item its values. Values from sources come after the values of
    entries and stay at the item. No new note gets a key that is `taken`.
    """
    by_item: dict[str, list[tuple[Link, Moves]]] = defaultdict(list)
    for link, moves in links:
        by_item[link.row.item].append((link, moves))
    hubs = [Hub(joined, run_options, taken) for joined in by_item.values()]
    for hub in hubs:
        _carry(hub)
    carried = [link for hub in hubs for link in hub.links]
    return Propagation(
        tuple(action for hub in hubs for action in _actions(hub)),
        tuple(report for hub in hubs for report in hub.reports),
        tuple(sorted(carried, key=lambda link: link.index)),
    )


def _carry(hub: Hub) -> None:
    """Bring every link's changes to the item, then the item's to every entry."""
    # First, as all that follows goes by what waits.
    hold_back(hub)
    hold_exports(hub)
    # All links bring their changes before any entry takes one. So an edit reaches every entry
    # in one run, and a second run has nothing to do (law 4).
    merges = [_to_item(hub, place) for place in range(len(hub.links))]
    # An entry without a base may still have what another one just cleared: it fills that in.
    # And what was in conflict may be no more: another one brought back what its base is.
    if len(hub.links) > 1 and hub.edited:
        _bring_again(hub, merges)
    # Date and year have one home in the library, so one link alone may have changed both.
    if hub.after and (len(hub.links) > 1 or hub.after.keys() & {"date", "year"}):
        merges = [hub.merged(link) for link in hub.links]
    # What sources say comes after what every person said: a person goes first (ADR 13).
    if found := hub.run_options.found.get(hub.key) or _pending(hub):
        _take(hub, found)
        hub.found_details = found.details
        merges = [hub.merged(link) for link in hub.links]
    hold_left(hub, merges)
    for place, (link, each) in enumerate(zip(hub.links, merges, strict=True)):
        merged = with_left(hub, link, each)
        _to_entry(hub, link, merged)
        _report(hub, link, merged)
        hub.links[place] = replace(link, diverged=diverged_in(link, merged))


def _actions(hub: Hub) -> list[Action]:
    """Return what is to be done at the item, then at its notes and entries."""
    row_ids = tuple(link.row.id for link in hub.links)
    placed = frozenset[str]().union(*(move.placed for move in hub.moves))
    unplaced = frozenset[str]().union(*(move.unplaced for move in hub.moves))
    placing = tuple(sorted(placed)), tuple(sorted(unplaced))
    looked_up = hub.sources, hub.found_details
    if hub.item is None:
        filled = {name: value for name, value in hub.after.items() if not is_empty(value)}
        create = CreateItem(hub.key, filled, row_ids, placing[0], *looked_up)
        return [create, *hub.details]
    if not hub.after and not placed and not unplaced:
        return hub.details
    fields, fills = hub.item.fields, frozenset(hub.after) - hub.edited
    before = {name: fields.get(name, EMPTY) for name in hub.after}
    changes = hub.key, hub.item.version, before, hub.after
    change = ChangeItem(*changes, row_ids, fills, *placing, *looked_up)
    return [change, *hub.details]


def _to_item(hub: Hub, place: int) -> Merge:
    """Bring one link's changes to the item, and to the note if they belong to the entry."""
    link = hub.links[place]
    merged = hub.merged(link)
    if merged.to_item or link.restores_note:
        sent = hub.sent(link, merged)
        _to_note(hub, link, {n: v for n, v in sent.items() if is_of_entry(n)}, merged.fills)
        record = {n: v for n, v in sent.items() if not is_of_entry(n)}
        to_record(hub, place, record, merged.fills)
    return merged


def _bring_again(hub: Hub, merges: Sequence[Merge]) -> None:
    """Let each link fill in what it may of the fields that another one has just edited, and
    bring its edits that were in conflict in `merges`, before the others had edited the item.
    """
    for place, (link, then) in enumerate(zip(list(hub.links), merges, strict=True)):
        merged = hub.merged(link)
        asked = (merged.fills & hub.edited) | then.conflicts
        names = {name for name in asked if not is_of_entry(name)}
        if names:
            sent = hub.sent(link, merged)
            record = {name: value for name, value in sent.items() if name in names}
            to_record(hub, place, record, merged.fills)


def _take(hub: Hub, found: LookupResult) -> None:
    """Let the item take what was found, except for fields that a link changes.

    A value that a person removed is not filled in again. A field that the entries in Markdown
    would show differently diverges.
    """
    before = hub.current
    authors = [link.entry.fields.get("authors", EMPTY) for link in hub.links]
    values = taken(found, before, authors, hub.folding, is_new=hub.item is None)
    said = with_home(hub.edited.union(*map(partial(_said, hub), hub.links)))
    for name in values.keys() - found.replaces:
        if _was_removed(hub, name) or _is_the_persons_own(hub, name):
            said.add(name)
    values = {name: value for name, value in values.items() if name not in said}
    if not values or (found.expects and said & found.replaces):
        return
    hub.after |= values
    hub.sources = {name: found.sources.get(name, "") for name in sorted(values)}
    hub.travels = found.travels & values.keys()
    hub.current = with_fields(before, as_held(before, values))
    filled = {name for name in values if is_empty(before.fields.get(name, EMPTY))}
    if hub.item is not None and not any(link.row.origin.item for link in hub.links):
        note_fills(hub, 0, filled)
    held = as_held(before, values)
    for place, link in enumerate(hub.links):
        changed = held
        if entry_end(link.entry.digest) is End.MARKDOWN:
            keep_from(hub, place, held.keys() - hub.travels, before, parts=True)
            changed = {name: held[name] for name in held.keys() & hub.travels}
        bring_to(hub, place, changed)


def _pending(hub: Hub) -> LookupResult | None:
    """Return what is known of a paper that was added, if one of the entries is its own."""
    entries = [link.entry for link in hub.links]
    known = (one.found for one in hub.run_options.pending if any(map(one.is_about, entries)))
    return next(known, None)


def _is_the_persons_own(hub: Hub, name: str) -> bool:
    """Tell whether a person, not zoterodigest, filled in the field of an adopted item."""
    if hub.item is None or is_empty(hub.item.fields.get(name, EMPTY)):
        return False
    origins = [link.row.origin for link in hub.links]
    return not any(origin.item or name in origin.fields for origin in origins)


def _was_removed(hub: Hub, name: str) -> bool:
    """Tell whether a person changed a field that once had what was found for it."""
    raw = hub.item.raws.get(name, "") if hub.item else ""
    rows = [link.row for link in hub.links if name in link.row.credits]
    return bool(hub.item and rows) and not any(row.is_from_source(name, raw) for row in rows)


def _said(hub: Hub, link: Link) -> frozenset[str]:
    """Return the fields in which an end of a link has something for the other."""
    merged = hub.merged(link)
    names = merged.to_item.keys() | merged.to_entry.keys() | merged.conflicts
    return frozenset(names | link.waits)


def _to_note(hub: Hub, link: Link, after: Fields, fills: frozenset[str]) -> None:
    row, item = link.row, hub.item
    note = item.notes.get(row.id) if item else None
    if not after and not link.restores_note:
        return
    if note is None:
        key = free_note_key(hub.taken, row.id)
        hub.details.append(CreateNote(key, hub.key, row.id, row.digest, after))
        return
    shown, _ = note.shown_to(link.entry)
    before = {name: shown.get(name, EMPTY) for name in after}
    about = note.key, note.version, hub.key, row.id, row.digest
    filled = fills & after.keys()
    hub.details.append(ChangeNote(*about, before, after, filled, link.restores_note))


def _to_entry(hub: Hub, link: Link, merged: Merge) -> None:
    after = {
        name: value
        for name, value in merged.to_entry.items()
        if hub.may_pull(link, name) and not _is_mere_text(name, value, link.entry)
    }
    if after or link.former_title:
        before = {name: link.entry.fields[name] for name in after}
        if link.former_title and "title" not in after:
            before |= {"title": link.former_title}
            after |= {"title": link.entry.fields["title"]}
        hub.details.append(ChangeEntry(link.entry, link.row.id, before, after))


def _report(hub: Hub, link: Link, merged: Merge) -> None:
    row = link.row
    if hub.item and is_note_missing(hub.item, row) and _has_own_text(link.entry):
        hub.reports.append(MissingNote(row))
    for name in sorted(merged.conflicts | merged.diverged):
        # The item's end only for the few fields that have something to tell.
        ends = link.entry.fields[name], hub.side(link).fields[name]
        result = merged.results[name]
        if isinstance(result, Clash):
            if_kept = result.if_entry, result.if_item
            hub.reports.append(Conflict(row.id, name, *ends, *if_kept, result.why))
        elif not (name == "date" and _is_beside_year(link.entry, ends[1])):
            hub.reports.append(DivergedField(row.id, name, *ends))
    for name in sorted(merged.to_item.keys() - merged.fills):
        if not hub.may_push(link, name):
            hub.reports.append(HeldBack(row.id, name, to_entry=False))
    for name, value in sorted(merged.to_entry.items()):
        if name == MARKS:
            continue  # a rule of the field, and nothing that a person could change
        if not hub.may_pull(link, name):
            hub.reports.append(HeldBack(row.id, name, to_entry=True))
        elif _is_mere_text(name, value, link.entry):
            hub.reports.append(UnreadableDate(row.id, name, "".join(value_parts(value))))
    if link.waits:
        waits = tuple(sorted(link.waits))
        hub.reports.append(Waiting(row.id, waits, link.lock_went_back))
    # The item's end only for those few links that may have something to tell.
    left_out = left_out_of(link)
    if left_out and (left := tuple(no_longer_shown(link, left_out, hub.side(link)))):
        hub.reports.append(NoLongerShown(row.id, left))


def _is_beside_year(entry: Entry, date: Value) -> bool:
    """Tell whether an item's date is the year that the entry states beside a date of its own.

    It says that the paper came out before as a preprint. The library has one home for both.
    """
    year = text_in(entry.fields, "year")
    return has_other_year(entry.fields) and isinstance(date, str) and date[:4] == year


def _is_mere_text(name: str, value: Value, entry: Entry) -> bool:
    """Tell whether `value` is a date in words and `entry` has no slot for words as its date.

    A date beside the venue, a year and the fields of a .bib hold dates and nothing else.
    """
    if name not in ("date", "year") or not isinstance(value, str) or is_iso(value):
        return False
    raws = entry.raws
    is_beside_venue = "venue" in raws and raws.get("date") == raws["venue"]
    return name == "year" or is_beside_venue or entry.digest.is_bib


def _has_own_text(entry: Entry) -> bool:
    return any(is_of_entry(name) and not is_empty(value) for name, value in entry.fields.items())
