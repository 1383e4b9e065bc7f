"""What people do to dates: other forms, other days, words in the place of a date."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.sync.histories.by_markdown import Pick
from tests.sync.histories.model import Violation
from tests.sync.histories.stage import TABLE, Clone, Stage, put
from zoterodigest.core.links.merge import ends_of
from zoterodigest.core.plan.reports import (
    Conflict,
    DivergedField,
    HeldBack,
    UnreadableDate,
    Waiting,
)
from zoterodigest.core.reconcile.settle import item_end, side_of
from zoterodigest.core.values.record import is_empty
from zoterodigest.sync.run.run import Prepared

_FORMS = (
    *("2025-03", "2025-03-05", "March 5, 2025", "5 Mar 2025", "2025", "2024", "2024-05-09"),
    *("Spring 2025", "12/03/2025", "n.d.", "2023-2025", ""),
)
_CELL = re.compile(r"(?m)^(\| \*\*\[.*?\| )([^|\n]*)( \|)")


def in_zotero(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Give an item another date, in whatever form."""
    found = [
        one
        for one in clone.library.read().items
        if one.data["itemType"] == "preprint" and not one.is_trashed
    ]
    if not found:
        return
    one, date = found[pick[0] % len(found)], _FORMS[pick[1] % len(_FORMS)]
    put(clone.library, one, date=date)
    stage.tell(f"zotero: {one.data.get('date')!r} -> {date!r} in {one.data.get('title')!r}")


def in_markdown(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Give a row of the table another date, in whatever form."""
    text = clone.text(TABLE)
    cells = list(_CELL.finditer(text))
    if not cells:
        return
    cell, date = cells[pick[0] % len(cells)], _FORMS[pick[1] % len(_FORMS)]
    clone.write(TABLE, text[: cell.start(2)] + date + text[cell.end(2) :])
    stage.tell(f"{TABLE}: {cell[2]!r} -> {date!r}")


def require_no_silent_difference(prepared: Prepared) -> None:
    """Fail if a date or year differs between the ends of a link, and nothing says so."""
    told = set(_told(prepared))
    for link in prepared.plan.links:
        if link.item is None or link.entry.digest.is_bib:
            continue  # a .bib that is ours follows the item by its exports
        sides = side_of(link.entry), item_end(link, link.item, link.row)
        for name in ("date", "year"):
            if name not in sides[0].fields or name not in sides[1].fields:
                continue
            ends = ends_of(name, *sides)
            is_equal = ends.are_equal(prepared.workspace.zotero.folding())
            # Only the library is filled in: what it has and an entry never had is no difference.
            is_filled = is_empty(ends.entry) and name not in link.row.bases
            if not (is_equal or is_filled or (link.row.id, name) in told):
                there = f"{ends.entry!r} in {link.entry.digest}, {ends.item!r} in zotero"
                raise Violation(f"a silent difference of the {name}: {there}")


def _told(prepared: Prepared) -> Iterator[tuple[str, str]]:
    for refused in prepared.refused:
        yield refused.row_id, refused.field
    for report in prepared.plan.reports:
        match report:
            case Conflict() | DivergedField() | UnreadableDate() | HeldBack():
                yield report.row_id, report.name
            case Waiting(row_id=row_id, names=names):
                yield from ((row_id, name) for name in names)
            case _:
                pass
