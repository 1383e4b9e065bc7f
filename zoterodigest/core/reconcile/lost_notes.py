"""Notes deleted in the library while their entries go on: an edit of the entry brings them back.

Nothing is done for an entry that was not edited; `--relink` brings its note back as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from zoterodigest.core.links.merge import Ends
from zoterodigest.core.plan.choosing import is_chosen
from zoterodigest.core.plan.plan import Link
from zoterodigest.core.plan.reports import RestoredNote
from zoterodigest.core.plan.seen import Seen
from zoterodigest.core.plan.terms import Known, Rules, Terms
from zoterodigest.core.reconcile.following import is_of_note, without_note
from zoterodigest.core.reconcile.settle import is_note_missing
from zoterodigest.core.values.record import EMPTY, Item, is_empty


@dataclass(frozen=True, slots=True)
class BroughtBack:
    """The links of a run, those whose note is to come back as if it never was deleted."""

    links: tuple[Link, ...]
    reports: tuple[RestoredNote, ...] = ()


def with_lost_notes(
    links: Sequence[Link], known: Known, items: Iterable[Item], terms: Terms
) -> BroughtBack:
    """Return `links` with the deleted notes that this run brings back.

    One in the trash comes out of it: what the person wrote into it is still there. One that is gone
    is made anew, but only if this library once showed it, as it may be still to come, and none of
    its `items` has it now.
    """
    moved = {row_id for item in items if not item.is_trashed for row_id in item.notes}
    reports: list[RestoredNote] = []
    rows: dict[str, Link] = {}
    restored: dict[str, set[str]] = defaultdict(set)
    for link in links:
        names = tuple(_edited(link, terms)) if _is_lost(link) else ()
        if not names and not (_is_lost(link) and _is_relinked(link, terms)):
            continue
        assert link.item is not None
        if link.row.id in link.item.notes:
            restored[link.item.key].add(link.row.id)
        elif link.row.id in moved:
            continue
        elif _was_seen(link, known.seen) or _is_relinked(link, terms):
            rows[link.row.id] = replace(link, row=without_note(link.row))
        else:
            continue
        reports += [RestoredNote(link.row, names)] if names else []
    back = [_with_live_notes(rows.get(link.row.id, link), restored) for link in links]
    return BroughtBack(tuple(back), tuple(reports))


def _is_lost(link: Link) -> bool:
    return link.item is not None and is_note_missing(link.item, link.row)


def _is_relinked(link: Link, terms: Terms) -> bool:
    """Tell whether the person asked for the note, and the entry has something to write into it."""
    is_asked = link.entry.digest in terms.relink
    return is_asked and any(
        is_of_note(name) and not is_empty(value) and _may_push(link, name, terms)
        for name, value in link.entry.fields.items()
    )


def _was_seen(link: Link, seen: Seen | None) -> bool:
    remembered = seen.rows.get(link.row.id) if seen else None
    return remembered is not None and remembered.note == link.row.note


def _edited(link: Link, terms: Terms) -> Iterator[str]:
    """Yield the fields of the note that were edited in the entry and hold something there."""
    row, entry = link.row, link.entry
    for name, value in entry.fields.items():
        if not is_of_note(name) or is_empty(value) or not _may_push(link, name, terms):
            continue
        ends = Ends(name, value, EMPTY, entry.raws.get(name, ""), "")
        base = row.bases.get(name)
        if base is None:
            if name not in row.apart:
                yield name
        elif ends.changed(base, terms.folding)[0]:
            yield name


def _may_push(link: Link, name: str, terms: Terms) -> bool:
    if terms.only_choices:
        return is_chosen(terms.choices, link.row.id, name)
    return terms.rules.get(link.entry.digest, Rules()).directions.push.allows(name)


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
