"""Which of our notes is which new entry's: those of an item that no row of the lock file names."""

from __future__ import annotations

from collections.abc import Sequence

from zoterodigest.core.values.record import Entry, Fields, Kind, Note, kind_of, parts_of


def assign_notes(
    entries: Sequence[tuple[int, Entry]], notes: Sequence[Note], row_ids: Sequence[str]
) -> dict[int, str]:
    """Give new entries of one item the row ids of our notes that stand in no row.

    `notes` and `row_ids` go together. Pairs with the most equal blocks come first, live notes
    before trashed ones, then order; an entry without summary and sections gets none.
    """
    texts = [_blocks(note.fields) for note in notes]
    ranked = sorted(
        (notes[place].is_trashed, -len(_blocks(entry.fields) & texts[place]), index, place)
        for index, entry in entries
        for place in range(len(notes))
        if _has_note_fields(entry)
    )
    given: dict[int, str] = {}
    for _, _, index, place in ranked:
        if index not in given and row_ids[place] not in given.values():
            given[index] = row_ids[place]
    return given


def says_the_same(entry: Entry, note: Note) -> bool:
    """Tell whether a live note holds a block of the entry's summary or sections."""
    return not note.is_trashed and bool(_blocks(entry.fields) & _blocks(note.fields))


def _has_note_fields(entry: Entry) -> bool:
    return bool(_blocks(entry.fields))


def _blocks(fields: Fields) -> frozenset[str]:
    return frozenset(
        text
        for name, value in fields.items()
        if kind_of(name) is Kind.BLOCKS
        for text in parts_of(value)
    )
