"""What a plan knows that cannot be written (laws 6 and 7), and the refusal of too much (law 5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from zoterodigest.core.reconcile.guard import GuardStop
from zoterodigest.core.values.record import SECTION, Entry, text_in
from zoterodigest.errors import ZoterodigestError, counted
from zoterodigest.frozen import dataclass
from zoterodigest.project.files import Evicted
from zoterodigest.sync.gathering.gather import Gathered
from zoterodigest.sync.run.run import Prepared

if TYPE_CHECKING:
    from zoterodigest.sync.bibliographies.exporting import NewBib


@dataclass(frozen=True, slots=True)
class FailedRecord:
    """One record that failed: where its entry stands, its title, and why."""

    where: str
    title: str
    reason: str


def foreseen(prepared: Prepared) -> Iterator[FailedRecord]:
    """Yield what of a plan is left out, as it cannot be written: edits of digests, then items."""
    for one in prepared.refused:
        yield failure_of(one.entry, f"{one.field}: {one.reason}")
    yield from failures_of_unread(prepared.gathered)
    yield from failures_of_bibs(prepared.bibs)
    reasons: dict[str, str] = {}
    for failed in prepared.writes.unwritable:
        reasons |= dict.fromkeys(failed.row_ids, failed.reason)
    yield from failures_of_rows(prepared, reasons)


def failures_of_unread(gathered: Gathered) -> Iterator[FailedRecord]:
    """Yield which configured digests and bibliographies could not be read, and what to do."""
    for unread in gathered.unread_sources:
        is_gone = isinstance(unread.error.__cause__, FileNotFoundError)
        hint = _MISSING if is_gone and not isinstance(unread.error, Evicted) else unread.error.hint
        reason = f"{unread.error.reason}. zoterodigest left it out and kept its links. {hint}"
        yield FailedRecord(unread.key, "", reason)


_MISSING = "If you renamed or deleted it, change its `path` in zoterodigest.toml."


def failures_of_bibs(bibs: Iterable[NewBib]) -> Iterator[FailedRecord]:
    """Yield which .bib files cannot be exported into, and which entries they cannot hold."""
    for bib in bibs:
        if bib.failure:
            yield FailedRecord(bib.key, "", bib.failure)
        yield from (FailedRecord(bib.key, kept.key, kept.reason) for kept in bib.updated.refused)


def failures_of_files(unwritten: Mapping[str, ZoterodigestError]) -> Iterator[FailedRecord]:
    """Yield why files, by key, could not be written."""
    for key, error in unwritten.items():
        yield FailedRecord(key, "", str(error))


def failures_of_rows(prepared: Prepared, reasons: Mapping[str, str]) -> Iterator[FailedRecord]:
    """Yield why rows of `prepared` failed, by the place of their entries."""
    entries = {link.row.id: link.entry for link in prepared.plan.links}
    found = [(entries[row_id], reason) for row_id, reason in reasons.items() if row_id in entries]
    for entry, reason in sorted(found, key=lambda one: (one[0].digest, one[0].place.start_line)):
        yield failure_of(entry, reason)


def failure_of(entry: Entry, reason: str) -> FailedRecord:
    """Return the failure of an entry."""
    where = f"{entry.digest}:{entry.place.start_line}"
    return FailedRecord(where, text_in(entry.fields, "title"), reason)


class TooMuch(ZoterodigestError):
    """The guard stopped a plan that removes or changes suspiciously much (law 5)."""

    exit_code = 5

    def __init__(self, stop: GuardStop) -> None:
        entries = counted(stop.count, "entry")
        name, option = stop.name.removeprefix(SECTION), f"--max-changes {stop.count}"
        change = f"{name} would change in {entries}"
        if not stop.name:
            change, option = f"{entries} would lose values, or go as a whole", "--allow-removals"
        what = f"{change}: more than the {stop.limit:,} that a run changes unless you allow it"
        if stop.emptied:
            what = f"{stop.emptied} would lose all of its {entries}"
        super().__init__(what, f"Nothing was written. If you intend this, add {option}.")
        self.stop = stop
