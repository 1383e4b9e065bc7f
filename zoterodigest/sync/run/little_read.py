"""Digests of which little was read, and that a run is about to push for the first time."""

from __future__ import annotations

from zoterodigest.core.plan.plan import Plan
from zoterodigest.core.values.file_keys import DigestKey
from zoterodigest.digest.read.estimate import missed_entries
from zoterodigest.frozen import dataclass
from zoterodigest.sync.gathering.gather import Gathered


@dataclass(frozen=True, slots=True)
class LittleRead:
    """A digest, how many of its entries were read, and about how many stand in it."""

    digest: DigestKey
    read: int
    about: int


def little_read(plan: Plan, gathered: Gathered) -> tuple[LittleRead, ...]:
    """Return the digests whose first entries get items, and most of whose entries were not read."""
    linked = {link.entry.digest for link in plan.links if link.before is None}
    # A row stays when its entry is gone or unlinked: what was pushed once is not asked about again.
    fresh = linked - {row.digest for row in gathered.lock.rows}
    counts = (
        (read.key, len(read.document.entries), missed_entries(read.document))
        for read in gathered.digests
        if read.key in fresh
    )
    return tuple(
        LittleRead(key, read, read + missed) for key, read, missed in counts if missed > read
    )
