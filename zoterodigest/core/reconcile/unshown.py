"""Unshown: fields that left an entry, where nobody can tell whether they are to be cleared."""

from __future__ import annotations

from collections.abc import Iterator

from zoterodigest.core.links.merge import Side
from zoterodigest.core.plan.cleared import is_left_out
from zoterodigest.core.plan.plan import Link
from zoterodigest.core.reconcile.settle import is_date_now_a_year
from zoterodigest.core.values.record import EMPTY, is_empty


def no_longer_shown(link: Link, item: Side) -> Iterator[str]:
    """Yield what was in step over `link`, the item still holds, and the entry has no place for.

    What cannot be read, and what the format never shows (as in another digest, to which an entry
    moved), is not among it; nor is a year that stands in the entry's date, or the other way round.
    """
    for name, base in sorted(link.row.bases.items()):
        is_held = not is_empty(item.fields.get(name, EMPTY))
        is_year = name == "date" and is_date_now_a_year(link.entry, item)
        if is_held and base.at_entry.parts and not is_year and is_left_out(name, link.entry):
            yield name
