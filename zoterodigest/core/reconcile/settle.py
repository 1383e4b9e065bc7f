"""The row of a link, computed from what its ends hold now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from zoterodigest.core.collections.collection_rows import UNPLACED
from zoterodigest.core.links.bases import recorded, refreshed
from zoterodigest.core.links.link import Base, LockRow, Origin
from zoterodigest.core.links.merge import Side, ends_of, is_set
from zoterodigest.core.links.view import Folding, links_as_shown
from zoterodigest.core.plan.cleared import is_date_now_a_year, lines_gone, with_cleared, with_empty
from zoterodigest.core.plan.plan import Link
from zoterodigest.core.values.dates import is_iso
from zoterodigest.core.values.keys import note_key
from zoterodigest.core.values.record import (
    CITEKEY,
    EMPTY,
    NOTE,
    SECTION,
    Entry,
    Item,
    is_empty,
    is_of_entry,
    text_in,
)
from zoterodigest.core.works.pairing import traits_of
from zoterodigest.core.works.titles import begins_title, is_name


def settle(link: Link, item: Item, folding: Folding) -> LockRow:
    """Return the row of `link` now that its item is `item`, as read or as it will be after a write.

    Whatever was to be written, the row claims only what both ends show. A row that has nothing new
    to say is returned as it was: a new reading of old text alone changes nothing.
    """
    # Only what stands at both ends counts here, never what was to be written (law 3, ADR 7).
    link = _with_lines_of_neither(with_cleared(link), item)
    row = _with_note(link, item)
    entry_side = side_of(link.entry)
    item_side = without(item_end(link, item, row), link.set_aside)
    row = _without_left_sections(row, link.entry, item)
    seen = link.seen_bases
    known = replace(row, bases={**row.bases, **seen}) if seen else row
    ours, from_item = link.entry.ours, link.entry.from_item
    now = recorded(known, entry_side, item_side, folding, from_item=from_item, ours=ours)
    row = now
    if seen:
        row = replace(now, bases=_reached(link, now.bases, entry_side, item_side, folding))
    # Before the traits are taken: a row with nothing new keeps its bytes, so git shows no change.
    if link.before is not None and row == link.before:
        return link.before
    bases = dict(refreshed(link.row.bases, row.bases, entry_side, item_side, folding=folding))
    # The entry shows the year instead: with a base for the date its line would look deleted.
    if is_date_now_a_year(link.entry, item_side):
        bases.pop("date", None)
    return with_traits(replace(row, bases=bases), link.entry)


def agreed_row(link: Link) -> LockRow | None:
    """Return the row of a new link, of which only the bases hold that it has had since it was read;
    None if it has none.
    """
    if link.before is not None or link.item is None or not link.row.bases:
        return None
    row, origin = link.row, Origin(item=link.row.origin.item)
    is_placed = row.origin.collections <= link.item.collections
    headings = row.headings if is_placed else UNPLACED
    return with_traits(replace(row, note=None, headings=headings, origin=origin), link.entry)


def _with_lines_of_neither(link: Link, item: Item) -> Link:
    """Return `link` with EMPTY in its entry where a line left it, and `item` holds nothing either.

    Both ends agree on that: what comes at the item later is an edit. Whether this run took the line
    out, or one that was killed before it wrote the lock file, is the same.
    """
    gone = lines_gone(link) - link.set_aside
    held = item_end(with_empty(link, gone), item, link.row).fields if gone else {}
    return with_empty(link, {name for name in gone & held.keys() if is_empty(held[name])})


def _without_left_sections(row: LockRow, entry: Entry, item: Item) -> LockRow:
    """Return `row` without the bases of sections that have left both the entry and the note."""
    note = item.live_note(row.id)
    if note is None or entry.is_unreadable:
        return row
    held = {name for name, value in note.fields.items() if not is_empty(value)}
    standing = held | entry.fields.keys() | entry.unreadable
    left = {name for name in row.bases if name.startswith(SECTION) and name not in standing}
    return row.without_bases(left) if left else row


def _reached(
    link: Link, now: Mapping[str, Base], entry: Side, item: Side, folding: Folding
) -> dict[str, Base]:
    """Return the bases `now`; a field that was merged over what this instance saw has the lock
    file's until its ends are in sync, and members until they merge.
    """
    bases = dict(now)
    for name, seen in link.seen_bases.items():
        ends = ends_of(name, entry, item)
        # Members that merge move their base; those in conflict leave it as it was seen.
        is_open = bases[name] == seen if is_set(name) else not ends.are_equal(folding)
        if is_open:
            bases[name] = link.row.bases[name]
    return bases


def with_traits(row: LockRow, entry: Entry) -> LockRow:
    """Return `row` with what `entry` is known by; what cannot be read now keeps what was known."""
    traits = traits_of(entry)
    return replace(
        row,
        identifiers=traits.identifiers or row.identifiers,
        title=traits.title or row.title,
        texts=traits.texts | row.texts if entry.unreadable else traits.texts,
        key=traits.key or row.key,
    )


def side_of(entry: Entry) -> Side:
    """Return the entry's end of a link."""
    return Side(entry.fields, entry.raws)


def without(side: Side, names: frozenset[str]) -> Side:
    """Return `side` as if it did not carry `names`."""
    if not names:
        return side
    fields = {name: value for name, value in side.fields.items() if name not in names}
    return Side(fields, side.raws)


def item_side_of(entry: Entry, item: Item, row: LockRow) -> Side:
    """Return the item's end of a link: the record's fields, and the entry's own in our note.

    Without a note its fields are empty; if the person did away with the note it carries none. Its
    links are as the entry would show them, and a short title that nobody chose is as its nickname.
    """
    fields = {name: value for name, value in item.fields.items() if not is_of_entry(name)}
    if "links" in fields:
        fields["links"] = links_as_shown(entry.fields, item.fields)
    if "short_title" in entry.fields and _is_chosen_by_nobody(entry, item, row):
        fields["short_title"] = entry.fields["short_title"]
    # An item without a citation key says nothing of it: the note keeps what names its paper.
    if is_empty(fields.get(CITEKEY, EMPTY)):
        fields.pop(CITEKEY, None)
    raws = dict(item.raws)
    date = entry.fields.get("date", EMPTY)
    is_in_words = isinstance(date, str) and not is_iso(date)
    if is_in_words and raws.get("date", PLANNED)[:1] != PLANNED:
        fields["date"] = raws["date"].strip() or EMPTY  # texts are compared as they stand
    if row.digest.is_bib:
        # A diverged field that an item of this type cannot hold still differs from the entry.
        fields |= dict.fromkeys((row.diverged & entry.fields.keys()) - fields.keys(), EMPTY)
    note = item.notes.get(row.id)
    # Not carried, so that a deleted note clears nothing in the entry (law 5).
    if is_note_missing(item, row):
        return Side(fields, raws)
    fields |= {name: EMPTY for name in entry.fields if is_of_entry(name)}
    if note is not None:
        shown, shown_raws = note.shown_to(entry)
        fields |= shown
        raws |= shown_raws
    return Side(fields, raws)


def _is_chosen_by_nobody(entry: Entry, item: Item, row: LockRow) -> bool:
    """Tell whether an item that meets a nickname has a short title that nobody chose.

    Then the two are in sync as they are, and only a later edit propagates: neither takes the place
    of the other, and hundreds of items saved from the web are no hundreds of diverged fields. What
    repeats much of the title is no edit either: programs write it, and no list has such nicknames.
    """
    held, raw = text_in(item.fields, "short_title"), item.raws.get("short_title", "")
    # What this run is about to write is another entry's nickname.
    is_chosen = "short_title" in row.diverged or row.agrees_at_item("short_title", raw)
    if not held or is_chosen or raw[:1] == PLANNED:
        return False
    title = text_in(item.fields, "title")
    return begins_title(held, title) and (
        "short_title" not in row.bases or not is_name(held, title)
    )


PLANNED = "\0"
"""How the raw text of a planned value begins (`with_fields`): as no text that was read does."""


def item_end(link: Link, item: Item, row: LockRow) -> Side:
    """Return the item's end of `link`, the notes its entry is to show included."""
    side = item_side_of(link.entry, item, row)
    names = [name for name in link.entry.fields if name.startswith(NOTE)]
    if not names:
        return side
    notes = {name: link.notes.get(name) for name in names}
    fields = {name: note.blocks if note else EMPTY for name, note in notes.items()}
    raws = {name: note.raw for name, note in notes.items() if note}
    return Side({**side.fields, **fields}, {**side.raws, **raws})


def edited_fields(entry: Entry, item: Item, row: LockRow, folding: Folding) -> tuple[str, ...]:
    """Return the fields of `entry` that changed since they were in sync with `item`."""
    known = item_side_of(entry, item, row).fields.keys() & row.bases.keys()
    return tuple(name for name in fields_edited_since(entry, row, folding) if name in known)


def fields_edited_since(entry: Entry, row: LockRow, folding: Folding) -> tuple[str, ...]:
    """Return the fields of `entry` that changed since its link was last in sync, whatever its item.

    Of fields without a base only summary and sections are new: whether the item can hold another
    one, or whether another note owns the record, its link doesn't tell.
    """
    side = side_of(entry)
    return tuple(
        name
        for name in sorted(entry.fields.keys() - entry.ours - row.diverged)
        if _is_edited_since(name, side, row.bases.get(name), folding)
    )


def _is_edited_since(name: str, entry: Side, base: Base | None, folding: Folding) -> bool:
    if base is None:
        return is_of_entry(name) and not is_empty(entry.fields[name])
    nothing = Side({name: EMPTY}, {name: ""})
    return ends_of(name, entry, nothing).changed(base, folding)[0]


def is_note_missing(item: Item, row: LockRow) -> bool:
    """Tell whether the row's note was trashed, erased or emptied with its heading."""
    note = item.notes.get(row.id)
    return row.note is not None if note is None else note.is_trashed


def is_noteless(link: Link) -> bool:
    """Tell whether a link has no note so far, and its entry nothing to write into one.

    A bibliography's never has.
    """
    if link.row.digest.is_bib:
        return True
    is_silent = not any(is_of_entry(name) for name in link.entry.fields)
    return link.before is not None and link.before.note is None and is_silent


def _with_note(link: Link, item: Item) -> LockRow:
    """Return the link's row with the note that exists; a note that was not written is not claimed.

    An entry with nothing to write into a note has none, even if another machine moved its row to
    another digest and made a note there.
    """
    row, before = link.row, link.before
    note = None if is_noteless(link) else item.notes.get(row.id)
    if note is not None:
        key: str | None = note.key
        is_ours = row.origin.note or note.key == note_key(row.id)
    else:
        key, is_ours = (before.note, before.origin.note) if before else (None, False)
    if (row.note, row.origin.note) == (key, is_ours):
        return row
    return replace(row, note=key, origin=replace(row.origin, note=is_ours))
