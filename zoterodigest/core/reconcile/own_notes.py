"""Notes of the person's own: which of an item's the entry of a link is to show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from zoterodigest.core.plan.plan import Link
from zoterodigest.core.plan.reports import HiddenNotes
from zoterodigest.core.plan.terms import OwnNotes, Rules, Terms
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.record import EMPTY, NOTE, PersonalNote, Value

_PLACE = "note"


def with_own_notes(link: Link, terms: Terms) -> Link:
    """Return `link` with the notes its digest shows; the entry carries an empty place for new ones.

    Where the digest shows none, regions that stand in it are left alone. An entry without a place
    for notes shows none.
    """
    shown = terms.rules.get(link.entry.digest, Rules()).own_notes
    present = {name for name in link.entry.fields if name.startswith(NOTE)}
    if shown is OwnNotes.OFF or link.item is None:
        return _without(link, present) if present else link
    notes = {
        NOTE + key: note for key, note in link.item.own_notes.items() if _is_shown(note, shown)
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


def _is_shown(note: PersonalNote, shown: OwnNotes) -> bool:
    return shown is OwnNotes.ALL or note.is_public


def _without(link: Link, names: set[str]) -> Link:
    fields = {name: value for name, value in link.entry.fields.items() if name not in names}
    return replace(link, entry=replace(link.entry, fields=fields))
