"""What stands in entries, to compare it with what a killed run was about to record of them."""

from __future__ import annotations

from collections.abc import Sequence

from zoterodigest.core.links.link import LockFile
from zoterodigest.core.links.merge import FieldEnds
from zoterodigest.core.links.shown import Shown
from zoterodigest.core.links.view import Folding
from zoterodigest.core.values.record import EMPTY, Entry
from zoterodigest.core.works.pairing import PairingScope, UnreadText, pair
from zoterodigest.project.log.journal import RecordedRun
from zoterodigest.project.recovery import EntryFacts, rows_of_files


def shown_by_entries(
    entries: Sequence[Entry], lock: LockFile, recorded: RecordedRun, folding: Folding
) -> EntryFacts:
    """Return what `entries` show, by the rows that a killed run was about to record for them."""
    rows = {row.id: row for row in lock.rows} | rows_of_files(recorded)
    scope = PairingScope(frozenset(entry.digest for entry in entries))
    paired = pair(entries, rows.values(), scope, UnreadText()).rows.items()
    return {
        row.id: _shown(entries[index], folding)
        for index, row in paired
        if not entries[index].is_unreadable
    }


def _shown(entry: Entry, folding: Folding) -> Shown:
    ends = (
        FieldEnds(name, value, EMPTY, entry.raws.get(name, ""), "")
        for name, value in entry.fields.items()
    )
    shown = {one.name: one.entry_print(folding) for one in ends}
    return {**shown, **dict.fromkeys(entry.unreadable)}
