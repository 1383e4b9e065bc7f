"""Two rows of one entry: two machines linked it, each for itself, and git brought both together.

One row keeps the entry, the other one's link ends. The note that its machine made says what the
other's says; no entry stands behind it any more, so it is to leave.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from zoterodigest.core.links.link import Row
from zoterodigest.core.plan.plan import Link, TrashNote
from zoterodigest.core.plan.reports import DroppedEntry, Report
from zoterodigest.core.plan.terms import Rules, Terms
from zoterodigest.core.values.record import Note


def is_put_off(row: Row, links: Sequence[Link], terms: Terms) -> bool:
    """Tell whether a row that lost its entry leaves a note that this run may not put away."""
    rules = terms.rules.get(row.digest, Rules())
    return not rules.directions.push.allows("summary") and doubled_note(row, links) is not None


def trashed_notes(
    reports: Iterable[Report], links: Sequence[Link], terms: Terms
) -> Iterator[TrashNote]:
    """Yield the notes that go into the trash, of the rows that are reported to have no entry."""
    for report in reports:
        if isinstance(report, DroppedEntry) and not is_put_off(report.row, links, terms):
            row, note = report.row, doubled_note(report.row, links)
            if note is not None:
                yield TrashNote(note.key, note.version, row.item, row.id, row.digest)


def doubled_note(row: Row, links: Iterable[Link]) -> Note | None:
    """Return the note that was made for `row`, if its entry has another row, whose note says the
    same.
    """
    for link in links:
        item, other = link.item, link.before
        if item is None or other is None or not _are_of_one_entry(row, other):
            continue
        note, kept = item.notes.get(row.id), item.notes.get(link.row.id)
        if note is None or kept is None or note.is_trashed or kept.is_trashed:
            continue
        if row.origin.note and note.key == row.note and note.fields == kept.fields:
            return note
    return None


def _are_of_one_entry(row: Row, other: Row) -> bool:
    one, two = (
        (row_.digest, row_.item, row_.identifiers, row_.title, row_.headings)
        for row_ in (row, other)
    )
    return one == two
