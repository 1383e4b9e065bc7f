"""Fields whose line left an entry: those that were cleared, and those that are no longer shown.

A field that both ends agreed to clear counts as empty in the entry. A line that only a person
deleted clears nothing: the library keeps its value, and the run reports it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import replace

from zoterodigest.core.links.merge import Side
from zoterodigest.core.plan.plan import Link
from zoterodigest.core.values.record import EMPTY, NOTE, SECTION, Entry, Value, is_empty
from zoterodigest.core.values.tags import TAGS


def with_cleared(link: Link) -> Link:
    """Return `link` with EMPTY in its entry for each field that both ends agreed to be without.

    A note whose front matter never had tags has none: the first one may come from the library.
    """
    names = {it for it in lines_gone(link) if link.row.agrees_at_entry(it, _text(it))}
    if link.entry.is_file and TAGS not in link.row.bases and is_left_out(TAGS, link.entry):
        names.add(TAGS)
    return with_empty(link, names)


def lines_gone(link: Link) -> frozenset[str]:
    """Return the fields of a base that the entry of `link` lacks."""
    if link.entry.is_unreadable:
        return frozenset()
    # Sections and notes that a person wrote come and go as a whole, by rules of their own.
    return frozenset(
        name
        for name in link.row.bases
        if not name.startswith((SECTION, NOTE)) and is_left_out(name, link.entry)
    )


def with_empty(link: Link, names: Set[str]) -> Link:
    """Return `link` with EMPTY in its entry for the fields `names`, which have no line there."""
    if not names:
        return link
    entry, empty = link.entry, sorted(names)
    fields: dict[str, Value] = {**entry.fields, **dict.fromkeys(empty, EMPTY)}
    raws = {**entry.raws, **{name: _text(name) for name in empty}}
    return replace(link, entry=replace(entry, fields=fields, raws=raws))


def without_cleared(entry: Entry) -> Entry:
    """Return `entry` as its file has it: without what `with_empty` gave it."""
    given = {name for name, raw in entry.raws.items() if raw == _text(name)}
    if not given:
        return entry
    fields = {name: value for name, value in entry.fields.items() if name not in given}
    raws = {name: raw for name, raw in entry.raws.items() if name not in given}
    return replace(entry, fields=fields, raws=raws)


def is_left_out(name: str, entry: Entry) -> bool:
    """Tell whether an entry lacks a field for which its format has a place."""
    # A year is shown by the date beside it, and has no line of its own then.
    is_hidden = name == "year" and "date" in entry.fields
    if name in entry.fields or name in entry.unreadable or is_hidden:
        return False
    return ("section" if name.startswith(SECTION) else name) in entry.places


def is_date_now_a_year(entry: Entry, item: Side) -> bool:
    """Tell whether the item's date is a mere year, which its entry shows as such."""
    date, year = item.fields.get("date", EMPTY), entry.fields.get("year", EMPTY)
    return "date" not in entry.fields and not is_empty(date) and date == year


def _text(name: str) -> str:
    """Return what stands for the text of a cleared field; no text of a digest begins like it."""
    return f"\0no line holds the {name}"


def left_out_of(link: Link) -> tuple[str, ...]:
    """Return the fields that were in sync over `link` and have left its entry."""
    if link.is_note_only:
        return ()
    bases = link.row.bases.items()
    held = (name for name, base in bases if base.at_entry.parts and is_left_out(name, link.entry))
    return tuple(sorted(held))


def no_longer_shown(link: Link, left_out: Iterable[str], item: Side) -> Iterator[str]:
    """Yield which of the fields `left_out_of` the entry the item still holds.

    What cannot be read, and what the format never shows (as in another digest, to which an entry
    moved), is not among it. A year in the entry's date is shown, too, and so is a date in its year.
    """
    for name in left_out:
        is_held = not is_empty(item.fields.get(name, EMPTY))
        is_year = name == "date" and is_date_now_a_year(link.entry, item)
        if is_held and not is_year:
            yield name
