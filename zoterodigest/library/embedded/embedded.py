"""The embedded library: a Zotero library in a SQLite database, for trying out without an account.

It keeps the rules of the Zotero server that the port promises (docs of `Library`); values are
judged by `rules`, and the database by itself keeps children and memberships from dangling.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from operator import attrgetter
from typing import Any

from zoterodigest.frozen import dataclass
from zoterodigest.library.access import Clock
from zoterodigest.library.embedded import tables
from zoterodigest.library.embedded.batch import Batch, write_collection
from zoterodigest.library.embedded.database import Database, Stamp
from zoterodigest.library.embedded.outlines import read_outline
from zoterodigest.library.embedded.tables import Connection, ItemUsers
from zoterodigest.library.outline import Outline
from zoterodigest.library.port import (
    Collection,
    Library,
    LibraryItem,
    Outcome,
    Snapshot,
    Unchanged,
    count_outcomes,
    require_batch,
)
from zoterodigest.library.rules.values import timestamp

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Deleted:
    """The keys of what was erased, sorted."""

    items: tuple[str, ...]
    collections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Details:
    """What the library knows of its objects beside what the port tells, by key.

    `added` rises in the order in which items were added; `relations` are those of collections.
    """

    added: Mapping[str, int] = field(default_factory=dict)
    credits: Mapping[str, ItemUsers] = field(default_factory=dict)
    relations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class EmbeddedLibrary(Library):
    """The library in `database`; `clock` tells the time for dateAdded and dateModified."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._known: tuple[Stamp, str] | None = None

    @property
    def identity(self) -> str:
        """The identity given at creation; before the first write the one it then will have."""
        # A run asks ten times: to open the file each time took a tenth of a small sync.
        stamp = self._database.stamp()
        if self._known is None or self._known[0] != stamp:
            with self._database.reading() as connection:
                self._known = stamp, tables.identity(connection)
        return self._known[1]

    @property
    def is_read_only(self) -> bool:
        """Whether the file or its folder cannot be written."""
        return self._database.is_read_only

    @property
    def lists_annotations(self) -> bool:
        """All that the file holds is listed."""
        return True

    def version(self) -> int:
        """Return the library version; 0 before the first write."""
        with self._database.reading() as connection:
            return tables.version(connection)

    def token(self) -> str:
        """Return what each write renews."""
        with self._database.reading() as connection:
            return tables.token(connection)

    def read(self, since: Snapshot | None = None) -> Snapshot:
        """Return everything at one version; only what changed after `since` is read."""
        with self._database.reading() as connection:
            if since is not None and tables.has_written(connection, since.version, since.token):
                return _snapshot_since(connection, since)
            return _whole_snapshot(connection)

    def outline(self, *, with_tags: bool = False) -> Outline:
        """Return what a list shows; of large libraries in a third of the time of `read`."""
        with self._database.reading() as connection:
            found = read_outline(connection, with_tags=with_tags)
        return found or super().outline(with_tags=with_tags)

    def fetch(self, keys: Sequence[str]) -> list[LibraryItem]:
        """Return the items with `keys` as they are now, in key order."""
        with self._database.reading() as connection:
            found = [tables.find_item(connection, key) for key in sorted(set(keys))]
        return [item for item in found if item is not None]

    def fetch_collections(self, keys: Sequence[str]) -> list[Collection]:
        """Return the collections with `keys` as they are now, in key order."""
        with self._database.reading() as connection:
            found = [tables.find_collection(connection, key) for key in sorted(set(keys))]
        return [one for one in found if one is not None]

    def details(self) -> Details:
        """Return what is known of the objects beside what the port tells."""
        with self._database.reading() as connection:
            return Details(
                tables.order_added(connection),
                tables.credits(connection),
                tables.relations_of_collections(connection),
            )

    def write(
        self, items: Sequence[LibraryItem], *, by: int | None = None, counts_all: bool = False
    ) -> list[Outcome]:
        """Create or change items, in one transaction; `by` is the number of the user who does.

        The library version rises for what changes nothing too if that `counts_all`.
        """
        require_batch(items)
        with self._database.writing() as connection:
            batch = Batch(connection, timestamp(self._clock()), by)
            outcomes = [_counted(connection, batch.write(item), counts_all) for item in items]
        _LOG.debug("Items in the file: %s", count_outcomes(outcomes))
        return outcomes

    def write_collections(
        self,
        collections: Sequence[Collection],
        *,
        relations: Mapping[str, Mapping[str, Any]] | None = None,
        counts_all: bool = False,
    ) -> list[Outcome]:
        """Create or change collections, in one transaction.

        `relations` are theirs by key; a collection that is not among them keeps what it has.
        """
        require_batch(collections)
        given, outcomes = relations or {}, list[Outcome]()
        with self._database.writing() as connection:
            for one in collections:
                outcome = write_collection(connection, one, given.get(one.key))
                outcomes.append(_counted(connection, outcome, counts_all))
        _LOG.debug("Collections in the file: %s", count_outcomes(outcomes))
        return outcomes

    def erase(self, keys: Iterable[str], *, at: int | None = None) -> bool:
        """Erase items with their children, for good; unknown keys are ignored.

        It is what happens when a person empties the trash. The port can't do it: the tool only
        trashes. If one of the items was written after version `at`, nothing is erased: False.
        """
        return self._erased(tables.find_item, tables.erase_item, keys, at)

    def erase_collections(self, keys: Iterable[str], *, at: int | None = None) -> bool:
        """Erase collections; those below go too, unlogged, and no item changes its version.

        If one of the collections was written after version `at`, nothing is erased: False.
        """
        return self._erased(tables.find_collection, tables.erase_collection, keys, at)

    def deleted(self, since: int) -> Deleted:
        """Return what was erased after the library version `since` and not created again."""
        with self._database.reading() as connection:
            items = tables.erased(connection, "item", since)
            return Deleted(items, tables.erased(connection, "collection", since))

    def __exit__(self, *error: object) -> None:
        self._database.close()

    def _erased(
        self,
        find: Callable[[Connection, str], LibraryItem | Collection | None],
        erase: Callable[[Connection, str], None],
        keys: Iterable[str],
        at: int | None,
    ) -> bool:
        with self._database.writing() as connection:
            # Checked in the transaction that erases: nobody can write between the two.
            found = [one for key in sorted(set(keys)) if (one := find(connection, key))]
            if at is not None and any(one.version > at for one in found):
                return False
            for one in found:
                erase(connection, one.key)
        return True


def _counted(connection: Connection, outcome: Outcome, counts_all: bool) -> Outcome:
    if counts_all and isinstance(outcome, Unchanged):
        tables.next_version(connection)
    return outcome


def _whole_snapshot(connection: Connection) -> Snapshot:
    """Return all that the library holds."""
    return Snapshot(
        tables.version(connection),
        tuple(tables.all_items(connection)),
        tuple(tables.all_collections(connection)),
        tables.token(connection),
    )


def _snapshot_since(connection: Connection, since: Snapshot) -> Snapshot:
    """Return all that the library holds, which held `since` after one of its last writes."""
    token = tables.token(connection)
    if token == since.token:
        return since
    collections = tuple(tables.all_collections(connection))
    changed = tables.items_since(connection, since.version)
    left_out = {*tables.erased(connection, "item", since.version), *(one.key for one in changed)}
    kept = [item for item in since.items if item.key not in left_out]
    # Items may have left these without a new version: erasing a collection does that (measured at
    # zotero.org), also one that is made again.
    if emptied := {one.key for one in {*since.collections} - {*collections}}:
        kept = [_placed(connection, item, emptied) for item in kept]
    items = sorted([*kept, *changed], key=attrgetter("key"))
    return Snapshot(tables.version(connection), tuple(items), collections, token)


def _placed(connection: Connection, item: LibraryItem, emptied: set[str]) -> LibraryItem:
    """Return an item in the collections that it is in now, if it was in one of `emptied`."""
    if emptied.isdisjoint(item.data.get("collections", ())):
        return item
    now = sorted(tables.collections_of(connection, item.key))
    return replace(item, data={**item.data, "collections": now})
