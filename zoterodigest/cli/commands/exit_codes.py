"""The exit code of a run, from what its plan reports."""

from __future__ import annotations

from zoterodigest.cli.base.options import AMBIGUOUS, CONFLICTING, FAILED, FINE
from zoterodigest.cli.show.report_sections import CONFLICTS
from zoterodigest.core.plan.reports import AmbiguousEntry, UnreadableEntry
from zoterodigest.sync.gathering.gather import is_empty_digest
from zoterodigest.sync.run.failures import foreseen
from zoterodigest.sync.run.run import Prepared
from zoterodigest.sync.syncing.acknowledging import unacknowledged


def exit_code(prepared: Prepared) -> int:
    """Return the exit code of a run that came to its end.

    It is 1 if an entry is unreadable or can't be written, or if a digest has no recognized entry,
    unless it is a file of a vault.
    It is 3 if there are conflicts, and 6 if an entry is ambiguous. Acknowledged reports don't
    count, so a daily job with no news exits with 0.
    """
    kinds = {type(report) for report in unacknowledged(prepared)}
    is_unrecognised = any(
        is_empty_digest(read) and not read.is_blank for read in prepared.gathered.digests
    )
    if UnreadableEntry in kinds or any(foreseen(prepared)) or is_unrecognised:
        return FAILED
    if kinds & CONFLICTS:
        return CONFLICTING
    return AMBIGUOUS if AmbiguousEntry in kinds else FINE
