"""Delivery: the objects of a plan go into the library, batch by batch, under the journal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from zoterodigest.core.link import Row
from zoterodigest.library.port import BATCH_SIZE, Collection
from zoterodigest.project.log.journal import Journal
from zoterodigest.sync.ledger import Ledger
from zoterodigest.sync.run import Prepared
from zoterodigest.sync.writes import Write, Writes


def deliver(prepared: Prepared, intended: Iterable[Row], journal: Journal, ledger: Ledger) -> None:
    """Write all objects of a plan, each batch told to the journal before, and all of it after.

    `intended` are the rows as they are to be. A child whose item could not be written is left.
    """
    expected = {row.id: row for row in intended}
    _write_shelves(prepared, journal, ledger)
    told: set[str] = set()
    for batch in in_batches(prepared.writes, ledger):
        ids = {row_id for write in batch for row_id in write.row_ids} - told
        journal.intend([expected[row_id] for row_id in sorted(ids) if row_id in expected])
        told |= ids
        ledger.note(prepared.workspace.library.write([write.item for write in batch]))
        for write in batch:
            ledger.judge(write)
    journal.done(told - ledger.failures.keys())


def in_batches(writes: Writes, ledger: Ledger) -> Iterator[Sequence[Write]]:
    """Yield what is to be written in batches as full as can be, a child after its item's batch.

    In one batch with it, a child would be written although its item turns out to be stale.
    """
    items, children = list(writes.items), list(writes.children)
    while items or children:
        batch, items = items[:BATCH_SIZE], items[BATCH_SIZE:]
        parents, room = {write.item.key for write in batch}, BATCH_SIZE - len(batch)
        children = [child for child in children if not _is_orphan(child, ledger)]
        ready = [child for child in children if _parent(child) not in parents]
        batch += ready[:room]
        children = ready[room:] + [child for child in children if _parent(child) in parents]
        if batch:
            yield batch


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
    return _parent(write) in ledger.failed


def _parent(child: Write) -> str:
    return str(child.item.data.get("parentItem", ""))
