"""Works that stand more than once in the library and the digests of a workspace."""

from __future__ import annotations

from collections.abc import Container, Iterator

from zoterodigest.core.links.link import LockRow
from zoterodigest.core.reconcile.following import Fate, MergedInto, OtherWork, fates_of
from zoterodigest.core.values.record import Entry
from zoterodigest.core.works.duplicates import Copy, Duplicate, copies_of, find_duplicates
from zoterodigest.core.works.pairing import PairingScope, pair
from zoterodigest.frozen import dataclass
from zoterodigest.sync.gathering.gather import Gathered, gather
from zoterodigest.sync.gathering.workspace import Workspace


@dataclass(frozen=True, slots=True)
class DuplicateSearch:
    """What stands more than once, and how much was looked at.

    `twins` are items that several entries are linked with: one work, held once.
    """

    duplicates: tuple[Duplicate, ...]
    twins: tuple[Copy, ...]
    items: int
    entries: int

    @property
    def sure(self) -> tuple[Duplicate, ...]:
        """The duplicates that are one work without doubt."""
        return tuple(one for one in self.duplicates if one.is_sure)


def duplicates_in(workspace: Workspace) -> DuplicateSearch:
    """Read everything as a run would, and return what stands more than once; writes nothing."""
    return duplicates_among(gather(workspace))


def duplicates_among(gathered: Gathered) -> DuplicateSearch:
    """Return what stands more than once in what was read."""
    items = gathered.contents.items
    copies = copies_of(items, tuple(entries_with_items(gathered)))
    return DuplicateSearch(
        find_duplicates(copies),
        tuple(copy for copy in copies if copy.item and len(copy.entries) > 1),
        sum(not item.is_trashed for item in items),
        len(gathered.entries),
    )


def entries_with_items(gathered: Gathered) -> Iterator[tuple[Entry, str]]:
    """Yield each entry with the key of the item that it is, or was, linked with, "" for none.

    The entries are those of `gathered`, in their order.
    """
    keys = frozenset(source.key for source in gathered.sources)
    scope = PairingScope(keys - gathered.gone, gathered.gone)
    rows = pair(gathered.entries, gathered.lock.rows, scope, gathered.unread).rows
    entries = {row.id: gathered.entries[index] for index, row in rows.items()}
    fates = fates_of(gathered.contents.items, gathered.lock.rows, entries)
    live = {item.key for item in gathered.contents.items if not item.is_trashed}
    for index, entry in enumerate(gathered.entries):
        row = rows.get(index)
        yield entry, "" if row is None else _item_of(row, fates.get(row.id), live)


def _item_of(row: LockRow, fate: Fate | None, live: Container[str]) -> str:
    """Return the item of a linked row, and of one that was merged the item that stays.

    Of a link that ended it is the item in the trash: an entry and its own entry of a .bib had one.
    """
    if isinstance(fate, MergedInto) and row.is_linked:
        return fate.key
    is_linked = row.is_linked and not isinstance(fate, OtherWork)
    return row.item if is_linked or row.item not in live else ""
