"""Following: what entries of a .bib hold once an export brought them up to date with their items.

An entry cannot always say what its item says: a journal article without a journal reads as a
preprint if it has an arXiv id. What an export wrote from an item is in sync with it all the same,
so what a plan counts is what the export writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace

from zoterodigest.core.links.link import Exported, LockRow
from zoterodigest.core.plan.plan import Action, ChangeEntry, Plan
from zoterodigest.core.reconcile.settle import settle
from zoterodigest.core.values.record import Entry
from zoterodigest.sync.bibliographies.exporting import NewBib
from zoterodigest.sync.gathering.gather import Gathered
from zoterodigest.sync.gathering.sources import ReadBib, core_entries, source_with
from zoterodigest.sync.gathering.workspace import Workspace


def entries_in(
    read: ReadBib,
    source: bytes,
    export: NewBib | None,
    workspace: Workspace,
    *,
    known: Sequence[Exported] = (),
) -> dict[str, Entry]:
    """Return the entries of a .bib that holds `source` now, by their citation keys.

    `export` is what wrote it, if an export did: it tells which entries are ours, else `known` does.
    """
    ours, following = (export.entries, export.following) if export else (known, frozenset[str]())
    again = source_with(read, source, workspace)
    found = core_entries([again], workspace, with_notes=False, exported=ours)
    return {
        entry.key: replace(entry, from_item=entry.ours) if entry.key in following else entry
        for entry in found
    }


def unfollowed(
    plan: Plan, bibs: Iterable[NewBib], rewritten: Set[str]
) -> frozenset[tuple[str, str]]:
    """Return the entries that `plan` changes and that no export of a file in `rewritten` follows.

    Each goes by its file and citation key: its work left the digests, or is not selected.
    """
    following: dict[str, frozenset[str]] = {
        bib.key: bib.following for bib in bibs if bib.key in rewritten
    }
    changed = (one.entry for one in plan.actions if isinstance(one, ChangeEntry))
    return frozenset(
        (entry.digest, entry.key)
        for entry in changed
        if entry.digest in following and entry.key not in following[entry.digest]
    )


def as_exported(
    plan: Plan, bibs: Iterable[NewBib], gathered: Gathered, workspace: Workspace
) -> Plan:
    """Return `plan` without changes of entries of ours in `bibs` that their exports do not make.

    Their rows record that such fields are in sync, where the export brought the entry up to date.
    """
    changed = {one.entry.digest for one in plan.actions if isinstance(one, ChangeEntry)}
    reads = {read.key: read for read in gathered.bibs if read.key in changed}
    after: dict[str, dict[str, Entry]] = {
        bib.key: entries_in(reads[bib.key], bib.source, bib, workspace)
        for bib in bibs
        if bib.key in reads and not bib.failure
    }
    actions: list[Action] = []
    unchanged: dict[str, Entry] = {}
    for action in plan.actions:
        left: Action | None = action
        if isinstance(action, ChangeEntry) and action.entry.digest in after:
            now = after[action.entry.digest].get(action.entry.key, action.entry)
            left = _made(action, now)
            if left != action:
                unchanged[action.row_id] = now
        if left is not None:
            actions.append(left)
    if not unchanged:
        return plan
    rows = _recorded(plan, unchanged, workspace)
    kept = tuple(rows.get(row.id, row) for row in plan.rows)
    return replace(plan, actions=tuple(actions), rows=kept)


def _made(change: ChangeEntry, now: Entry) -> ChangeEntry | None:
    """Return what an export makes of a change in an entry of ours, which reads as `now` then."""
    then = change.entry
    left = {
        name: value
        for name, value in change.after.items()
        if name not in then.ours or now.fields.get(name) != then.fields.get(name)
    }
    before = {name: change.before[name] for name in left}
    return replace(change, before=before, after=left) if left else None


def _recorded(
    plan: Plan, unchanged: Mapping[str, Entry], workspace: Workspace
) -> dict[str, LockRow]:
    """Return the rows of links, by id, that are to know which fields are in sync now.

    Only fields that read as before count: the others are still to be written.
    """
    folding, rows = workspace.zotero.folding(), {}
    for link in plan.links:
        now = unchanged.get(link.row.id)
        if now is None or link.item is None:
            continue
        same = {name for name in now.from_item if now.fields[name] == link.entry.fields.get(name)}
        entry = replace(link.entry, from_item=frozenset(same))
        rows[link.row.id] = settle(replace(link, entry=entry), link.item, folding)
    return rows
