"""The other files of a vault about the items of the files that a run names.

Of several files about one item one owns its record, whichever of them the run names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from zoterodigest.core.links.link import LinkState
from zoterodigest.core.reconcile.quiet import keys_of_entry, keys_of_link
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.record import Entry
from zoterodigest.sync.gathering.gather import Gathered, read_digests
from zoterodigest.sync.gathering.workspace import Workspace


def files_beside(workspace: Workspace, gathered: Gathered) -> Mapping[SourceKey, Entry | None]:
    """Return the entries of the files that may be about an item of a file that the run names.

    None: the file is gone, or tells of no paper now. A run that names no files reads them all.
    """
    project, named = workspace.project, {read.digest.key for read in gathered.digests}
    if not (workspace.is_named and any(read.digest.rules.is_vault for read in gathered.digests)):
        return {}
    # A file that has no link yet meets the others by what it says of its paper.
    rows = [row for row in gathered.lock.rows if row.state is LinkState.LINKED]
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
    paths = [path for key in sorted(found) if (path := project.root / key).is_file()]
    entries: dict[SourceKey, Entry | None] = dict.fromkeys(sorted(found))
    if paths:
        others = replace(workspace, digests=project.digests(paths), is_named=False)
        read, _ = read_digests(others)
        entries |= {one.key: entry for one in read for entry in one.document.core_entries()}
    return entries
