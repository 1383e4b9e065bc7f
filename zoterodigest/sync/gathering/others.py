"""Digests that a run does not name, and what they tell of the items of those that it names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from zoterodigest.core.links.link import LockRow, fingerprint
from zoterodigest.core.reconcile.link_keys import keys_of_entry, keys_of_link
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.record import Entry
from zoterodigest.project.files import read_if_present
from zoterodigest.sync.gathering.gather import Gathered
from zoterodigest.sync.gathering.known_lock import read_known_lock
from zoterodigest.sync.gathering.sources import ReadDigest, read_digests
from zoterodigest.sync.gathering.workspace import Workspace


def read_others(workspace: Workspace, keys: Iterable[SourceKey]) -> tuple[ReadDigest, ...]:
    """Read these digests, which the run does not name, if they are there and can be read."""
    paths = workspace.project.paths_there(keys)
    if not paths:
        return ()
    # A format that the person named is meant for the digests that they named.
    digests = workspace.project.digests(paths)
    others = replace(workspace, digests=digests, wanted_format="", is_named=False)
    return read_digests(others)[0]


def with_all_digests(workspace: Workspace) -> Workspace:
    """Return `workspace` with the other digests of the lock file: their links are to learn of it.

    An item may stand in several digests; what it takes must not travel into one that was not named.
    """
    lock = read_known_lock(workspace, read_if_present(workspace.project.lock_path))
    rows = (row for row in lock.rows if row.links_digest)
    others = {row.digest for row in rows} - {digest.key for digest in workspace.digests}
    here = [digest.path for digest in workspace.digests]
    paths = [*here, *workspace.project.paths_there(others)]
    return replace(workspace, digests=workspace.project.digests(paths))


def files_beside(workspace: Workspace, gathered: Gathered) -> Mapping[SourceKey, Entry | None]:
    """Return the entries of the other files of vaults that may be about an item of a named file.

    Of several files about one item one owns its record, whichever of them the run names. None: the
    file is gone, or tells of no paper now. A run that names no files reads them all.
    """
    project, named = workspace.project, {read.digest.key for read in gathered.digests}
    if not (workspace.is_named and any(read.digest.rules.is_vault for read in gathered.digests)):
        return {}
    # A file that has no link yet meets the others by what it says of its paper.
    rows = [row for row in gathered.lock.rows if row.is_linked]
    keys = frozenset().union(
        *map(keys_of_entry, gathered.entries),
        *(keys_of_link(row, None) for row in rows if row.digest in named),
    )
    found = {
        row.digest
        for row in rows
        if row.digest not in named
        and not keys.isdisjoint(keys_of_link(row, None))
        and project.former_rules(row.digest).is_vault
    }
    entries: dict[SourceKey, Entry | None] = dict.fromkeys(sorted(found))
    for read in read_others(workspace, found):
        for entry in read.document.core_entries():
            entries[read.key] = entry
    return entries


def keys_in_notes(workspace: Workspace, gathered: Gathered) -> Mapping[str, str]:
    """Return the citation keys that linked notes of vaults state, by item; of items without a key
    alone.

    What the lock file and the name of a file tell together needs no reading of the file.
    """
    items = gathered.contents.by_key
    rows = {
        row.digest: row
        for row in gathered.lock.rows
        if row.key and row.links_digest and row.is_linked
        if row.item in items and not items[row.item].json.stated_citekey
    }
    found = {file: key for file, row in rows.items() if (key := _key_in_name(row))}
    project = workspace.project
    notes = {file for file in rows.keys() - found.keys() if project.former_rules(file).is_vault}
    for read in read_others(workspace, notes):
        found |= {one.digest: one.key for one in read.document.core_entries() if one.key}
    # Reversed: of several notes about one item the first counts.
    return {rows[file].item: found[file] for file in sorted(found, reverse=True)}


def _key_in_name(row: LockRow) -> str:
    # Every run imports this module, and few ask for the keys that notes state.
    from zoterodigest.digest.read.vault_identity import key_in_name, styled_name

    name = key_in_name(row.digest) or styled_name(row.digest)
    return name if fingerprint(name) == row.key else ""
