"""The citation keys that notes of a vault state of items that have none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from zoterodigest.core.links.link import LinkState, LockRow, fingerprint
from zoterodigest.digest.read.vault_identity import key_in_name, styled_name
from zoterodigest.sync.gathering.gather import Gathered, read_digests
from zoterodigest.sync.gathering.workspace import Workspace


def keys_in_notes(workspace: Workspace, gathered: Gathered) -> Mapping[str, str]:
    """Return the citation keys that linked notes state, by item; of items without a key alone.

    What the lock file and the name of a file tell together needs no reading of the file.
    """
    items = gathered.contents.by_key
    rows = {
        row.digest: row
        for row in gathered.lock.rows
        if row.key and row.links_digest and row.state is LinkState.LINKED
        if row.item in items and not items[row.item].json.stated_citekey
    }
    found = {file: key for file, row in rows.items() if (key := _key_in_name(row))}
    project = workspace.project
    paths = [
        path
        for file in sorted(rows.keys() - found.keys())
        if project.former_rules(file).is_vault and (path := project.root / file).is_file()
    ]
    if paths:
        others = replace(workspace, digests=project.digests(paths), is_named=False)
        for read in read_digests(others)[0]:
            found |= {one.digest: one.key for one in read.document.core_entries() if one.key}
    # Reversed: of several notes about one item the first counts.
    return {rows[file].item: found[file] for file in sorted(found, reverse=True)}


def _key_in_name(row: LockRow) -> str:
    name = key_in_name(row.digest) or styled_name(row.digest)
    return name if fingerprint(name) == row.key else ""
