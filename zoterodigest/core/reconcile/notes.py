"""Notes of links: deleted ones that come back, doubled ones that leave, and a person's own.

An edit of an entry brings its deleted note back; so does `--relink`. Without an edit the note stays
deleted. Two machines that linked one entry, each for itself, made two notes for it. One row keeps
the entry; the note of the other row, if it says the same, goes into the trash.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from zoterodigest.core.links.link import LockRow
from zoterodigest.core.plan.choosing import is_chosen
from zoterodigest.core.plan.plan import Link, TrashNote
from zoterodigest.core.plan.reports import DroppedEntry, HiddenNotes, Report, RestoredNote
from zoterodigest.core.plan.run_options import LastSync, OwnNotes, RunOptions
from zoterodigest.core.plan.seen import Seen
from zoterodigest.core.reconcile.following import without_note
from zoterodigest.core.reconcile.settle import fields_edited_since, is_note_missing
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.record import (
    EMPTY,
    NOTE,
    ChildNote,
    Item,
    Value,
    is_empty,
    is_of_note,
)


def with_lost_notes(
    links: Sequence[Link], known: LastSync, items: Iterable[Item], run_options: RunOptions
) -> tuple[tuple[Link, ...], tuple[RestoredNote, ...]]:
    """Return `links` with the deleted notes that this run brings back, and the reports of them.

    One in the trash comes out of it: what the person wrote into it is still there. One that is gone
    is made anew, but only if this library once showed it, as it may be still to come, and none of
    its `items` has it now. A note in the trash of another item is gone, too.
    """
    live = (item.notes for item in items if not item.is_trashed)
    moved = {row_id for notes in live for row_id, note in notes.items() if not note.is_trashed}
    reports: list[RestoredNote] = []
    rows: dict[str, Link] = {}
    restored: dict[str, set[str]] = defaultdict(set)
    for link in links:
        if link.item is None or not is_note_missing(link.item, link.row):
            continue
        names, is_asked = tuple(_edited(link, run_options)), _is_relinked(link, run_options)
        if not names and not is_asked:
            continue
        # In the trash: its text is a person's, so it is restored and not made anew.
        if link.row.id in link.item.notes:
            restored[link.item.key].add(link.row.id)
        elif link.row.id not in moved and (is_asked or _was_seen(link, known.seen)):
            rows[link.row.id] = replace(link, row=without_note(link.row))
        else:
            continue
        reports += [RestoredNote(link.row, names)] if names else []
    back = [_with_live_notes(rows.get(link.row.id, link), restored) for link in links]
    return tuple(back), tuple(reports)


def _is_relinked(link: Link, run_options: RunOptions) -> bool:
    """Tell whether the person asked for the note, and the entry has something to write into it."""
    is_asked = link.entry.digest in run_options.relink
    return is_asked and any(
        is_of_note(name) and not is_empty(value) and _may_push(link, name, run_options)
        for name, value in link.entry.fields.items()
    )


def _was_seen(link: Link, seen: Seen | None) -> bool:
    remembered = seen.rows.get(link.row.id) if seen else None
    return remembered is not None and remembered.note == link.row.note


def _edited(link: Link, run_options: RunOptions) -> Iterator[str]:
    """Yield the fields of the note that were edited in the entry and hold something there."""
    # The item is empty here, as its note is gone: only the change of the entry counts.
    edited = fields_edited_since(link.entry, link.row, run_options.folding)
    for name, value in link.entry.fields.items():
        holds = name in edited and is_of_note(name) and not is_empty(value)
        if holds and _may_push(link, name, run_options):
            yield name


def _may_push(link: Link, name: str, run_options: RunOptions) -> bool:
    if run_options.only_choices:
        return is_chosen(run_options.choices, link.row.id, name)
    return run_options.rules_for(link.entry.digest).directions.push.allows(name)


def _with_live_notes(link: Link, restored: dict[str, set[str]]) -> Link:
    """Return `link` with its item as it is when these notes are out of the trash."""
    item = link.item
    if item is None or item.key not in restored:
        return link
    notes = {
        row_id: replace(note, is_trashed=False) if row_id in restored[item.key] else note
        for row_id, note in item.notes.items()
    }
    is_restored = link.row.id in restored[item.key]
    return replace(link, item=replace(item, notes=notes), restores_note=is_restored)


LinksOfItems = Mapping[str, Sequence[Link]]
"""The links that each item had before the run, by its key."""


def links_of_items(links: Iterable[Link]) -> LinksOfItems:
    """Return the links that were there before, by the key of their item then."""
    found: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        if link.before is not None:
            found[link.before.item].append(link)
    return found


def is_put_off(row: LockRow, links: LinksOfItems, run_options: RunOptions) -> bool:
    """Tell whether a row that lost its entry leaves a note that this run may not put away."""
    rules = run_options.rules_for(row.digest)
    return not rules.directions.push.allows("summary") and doubled_note(row, links) is not None


def trashed_notes(
    reports: Iterable[Report], links: Sequence[Link], run_options: RunOptions
) -> Iterator[TrashNote]:
    """Yield the notes that go into the trash, of the rows that are reported to have no entry."""
    by_item = links_of_items(links)
    for report in reports:
        if isinstance(report, DroppedEntry) and not is_put_off(report.row, by_item, run_options):
            row, note = report.row, doubled_note(report.row, by_item)
            if note is not None:
                yield TrashNote(note.key, note.version, row.item, row.id, row.digest)


def doubled_note(row: LockRow, links: LinksOfItems) -> ChildNote | None:
    """Return the note that was made for `row`, if its entry has another row, whose note says the
    same.
    """
    for link in links.get(row.item, ()):
        item, other = link.item, link.before
        if item is None or other is None or not _are_of_one_entry(row, other):
            continue
        note, kept = item.live_note(row.id), item.live_note(link.row.id)
        if note is None or kept is None:
            continue
        if row.origin.note and note.key == row.note and note.fields == kept.fields:
            return note
    return None


def _are_of_one_entry(row: LockRow, other: LockRow) -> bool:
    is_of_work = (row.item, row.identifiers) == (other.item, other.identifiers)
    return is_of_work and (row.place, row.title) == (other.place, other.title)


_PLACE = "note"


def with_own_notes(link: Link, run_options: RunOptions) -> Link:
    """Return `link` with the notes its digest shows; the entry carries an empty place for new ones.

    Where the digest shows none, regions that stand in it are left alone. An entry without a place
    for notes shows none.
    """
    shown = run_options.rules_for(link.entry.digest).own_notes
    present = {name for name in link.entry.fields if name.startswith(NOTE)}
    if shown is OwnNotes.OFF or link.item is None:
        if not present:
            return link
        fields = {name: one for name, one in link.entry.fields.items() if name not in present}
        return replace(link, entry=replace(link.entry, fields=fields))
    notes = {
        NOTE + key: note
        for key, note in link.item.own_notes.items()
        if shown is OwnNotes.ALL or note.is_public
    }
    if not notes and not present:
        return link
    if _PLACE not in link.entry.places and not present:
        return replace(link, hidden_notes=len(notes))
    empty: dict[str, Value] = dict.fromkeys(notes.keys() - present, EMPTY)
    entry = replace(link.entry, fields={**link.entry.fields, **empty})
    return replace(link, entry=entry, notes=notes)


def hidden_notes(links: Iterable[Link]) -> Iterator[HiddenNotes]:
    """Yield once for each digest how many notes it is to show and has no place for."""
    numbers = Counter[SourceKey]()
    for link in links:
        numbers[link.entry.digest] += link.hidden_notes
    for digest, number in sorted(numbers.items()):
        if number:
            yield HiddenNotes(digest, number)
