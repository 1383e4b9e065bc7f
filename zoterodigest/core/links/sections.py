"""Whether the sections of our note still correspond to those of its entry.

A person who deletes, doubles or moves a heading of our note puts text under another name: what then
differs is no edit of a section, and must not travel as one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from zoterodigest.core.links.link import Row
from zoterodigest.core.links.merge import Merge
from zoterodigest.core.values.record import NOTE, Entry, Item, Kind, kind_of


def are_mixed_up(entry: Entry, item: Item, row: Row) -> bool:
    """Tell whether a section is gone from our note, stands there twice or in another order.

    A section counts as gone if it held something when both ends were last in step.
    """
    note = item.notes.get(row.id)
    if note is None or note.is_trashed:
        return False
    ours = {name for name in (*entry.fields, *row.bases) if _is_ours(name)}
    held = {name for name, base in row.bases.items() if name in ours and base.at_item.parts}
    at_entry = [name for name in entry.fields if name in ours and name in note.fields]
    at_note = [name for name in note.fields if name in at_entry]
    return not held <= note.fields.keys() or bool(ours & note.doubled) or at_entry != at_note


def as_conflicts(merged: Merge, is_chosen: Callable[[str], bool]) -> Merge:
    """Return `merged` with a conflict for all that would travel to or from a note unchosen."""
    travels = {*merged.to_entry, *merged.to_item}
    stopped = {name for name in travels if _is_ours(name) and not is_chosen(name)}
    return replace(
        merged,
        to_entry={name: value for name, value in merged.to_entry.items() if name not in stopped},
        to_item={name: value for name, value in merged.to_item.items() if name not in stopped},
        fills=merged.fills - stopped,
        conflicts=merged.conflicts | stopped,
    )


def _is_ours(name: str) -> bool:
    """Tell whether a field has its home in our note; notes of the person's own are notes apart."""
    return kind_of(name) is Kind.BLOCKS and not name.startswith(NOTE)
