"""What was edited in digests since the last sync, by the lock file alone, without any library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from zoterodigest.core.links.link import LockFile, LockRow
from zoterodigest.core.reconcile.settle import fields_edited_since
from zoterodigest.core.values.record import Entry
from zoterodigest.core.works.pairing import Pairing, PairingScope, pair
from zoterodigest.frozen import dataclass
from zoterodigest.library.address import group_id_of
from zoterodigest.project.lock.lock import lock_at
from zoterodigest.sync.gathering.gather import unread_in
from zoterodigest.sync.gathering.sources import UnreadSource, core_entries, read_digests
from zoterodigest.sync.gathering.workspace import Workspace


@dataclass(frozen=True, slots=True)
class EditedEntry:
    """An entry and its fields that differ from what was last in sync."""

    entry: Entry
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EditsSinceSync:
    """Entries that are new or edited, links whose entry is gone, and what can't be read."""

    new: tuple[Entry, ...]
    edited: tuple[EditedEntry, ...]
    removed: tuple[LockRow, ...]
    unreadable: tuple[LockRow, ...]
    unread_digests: tuple[UnreadSource, ...]


def edits_since_sync(workspace: Workspace) -> EditsSinceSync:
    """Compare the digests of `workspace` with its lock file; the library is not asked.

    Raises `BadLockFile`, and `BadInput` for a digest that the person named.
    """
    digests, unread = read_digests(workspace)
    lock = lock_at(workspace.project.lock_path) or LockFile()
    entries = core_entries(digests, workspace, with_notes=True)
    scope = _scope(workspace, lock, frozenset(read.key for read in digests))
    pairing = pair(entries, lock.rows, scope, unread_in(read.document for read in digests))
    return EditsSinceSync(
        # An entry that can't be read is no paper that a sync would create.
        tuple(entries[at] for at in pairing.new if not entries[at].is_unreadable),
        tuple(_edited(workspace, entries, pairing)),
        tuple(row for row in pairing.dropped if row.links_digest),
        pairing.unreadable,
        unread,
    )


def _scope(workspace: Workspace, lock: LockFile, read: frozenset[str]) -> PairingScope:
    project = workspace.project
    linked = {row.digest for row in lock.rows if row.digest.is_digest}
    gone = frozenset(key for key in linked if not (project.root / key).is_file())
    files = {one.key for one in workspace.digests if one.rules.is_vault}
    files |= {key for key in gone if project.former_rules(key).is_vault}
    missing = gone & {digest.key for digest in workspace.digests}
    group = group_id_of(lock.identity)
    return PairingScope(read, gone, missing, frozenset(files), group)


def _edited(
    workspace: Workspace, entries: Sequence[Entry], pairing: Pairing
) -> Iterator[EditedEntry]:
    folding = workspace.zotero.folding()
    for at, row in sorted(pairing.rows.items()):
        # The tombstone of a link says nothing of its fields.
        if row.is_linked:
            fields = fields_edited_since(entries[at], row, folding)
            if fields:
                yield EditedEntry(entries[at], fields)
