"""Delivery: the objects of a plan go into the library, batch by batch, under the journal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from zoterodigest.core.link import Row
from zoterodigest.library.port import BATCH_SIZE, Collection
from zoterodigest.project.journal import Journal
from zoterodigest.sync.ledger import Ledger
from zoterodigest.sync.run import Prepared
from zoterodigest.sync.writes import Write, batches


def deliver(prepared: Prepared, intended: Iterable[Row], journal: Journal, ledger: Ledger) -> None:
    """Write all objects of a plan, each batch told to the journal before, and all of it after.

    `intended` are the rows as they are to be. A child whose item could not be written is left.
    """
    expected = {row.id: row for row in intended}
    _write_shelves(prepared, journal, ledger)
    told: set[str] = set()
    for writes in (prepared.writes.items, prepared.writes.children):
        possible = [write for write in writes if not _is_orphan(write, ledger)]
        for batch in batches(possible, BATCH_SIZE):
            ids = {row_id for write in batch for row_id in write.row_ids} - told
            journal.intend([expected[row_id] for row_id in sorted(ids) if row_id in expected])
            told |= ids
            ledger.note(prepared.workspace.library.write([write.item for write in batch]))
            for write in batch:
                ledger.judge(write)
    journal.done(told - ledger.failures.keys())


def _write_shelves(prepared: Prepared, journal: Journal, ledger: Ledger) -> None:
    shelves = prepared.writes.shelves
    if shelves:
        journal.intend((), prepared.plan.shelves)
    for batch in _by_level(shelves):
        for start in range(0, len(batch), BATCH_SIZE):
            part = batch[start : start + BATCH_SIZE]
            ledger.note(prepared.workspace.library.write_collections(part))


def _by_level(shelves: Sequence[Collection]) -> Iterator[list[Collection]]:
    """Yield collections level by level, parents before children."""
    left, new = list(shelves), {shelf.key for shelf in shelves if shelf.version == 0}
    while left:
        level = [shelf for shelf in left if shelf.parent not in new]
        level = level or left
        yield level
        left = [shelf for shelf in left if shelf not in level]
        new -= {shelf.key for shelf in level}


def _is_orphan(write: Write, ledger: Ledger) -> bool:
    """Whether the item that a child belongs to could not be written; then it is not either."""
    return str(write.item.data.get("parentItem", "")) in ledger.failed
