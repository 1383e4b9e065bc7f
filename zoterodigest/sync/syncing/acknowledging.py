"""Acknowledging in a project: which reports of a run a person lives with, by the lock file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from zoterodigest.core.links.link import Acknowledged
from zoterodigest.core.plan.reports import Report
from zoterodigest.core.reconcile.acknowledging import acknowledgement_of
from zoterodigest.frozen import dataclass
from zoterodigest.sync.run.conflicts import NotOpen, id_meant, is_called, short_ids
from zoterodigest.sync.run.run import Prepared


@dataclass(frozen=True, slots=True)
class StandingReport:
    """A report that a person can acknowledge, with what the lock file keeps of it then.

    `id` is the shortest beginning of the mark's id that no other has. `is_acknowledged` tells
    whether somebody acknowledged it when it said what it says now.
    """

    id: str
    report: Report
    mark: Acknowledged
    is_acknowledged: bool = False


def standing_reports(prepared: Prepared) -> tuple[StandingReport, ...]:
    """Return the reports of a run that can be acknowledged, in their order."""
    if not prepared.plan.reports:
        return ()
    links = {link.row.id: link for link in prepared.plan.links}
    folding = prepared.workspace.zotero.folding()
    marks = [(one, acknowledgement_of(one, links, folding)) for one in prepared.plan.reports]
    found = [(report, mark) for report, mark in marks if mark is not None]
    known = frozenset(prepared.gathered.lock.acknowledged)
    ids = short_ids([*prepared.row_ids, *(mark.id for _, mark in found)])
    return tuple(
        StandingReport(ids[mark.id], report, mark, mark in known) for report, mark in found
    )


def acknowledged_reports(prepared: Prepared) -> tuple[Report, ...]:
    """Return the reports of a run that somebody acknowledged."""
    if not prepared.gathered.lock.acknowledged:
        return ()
    return tuple(one.report for one in standing_reports(prepared) if one.is_acknowledged)


def unacknowledged(prepared: Prepared) -> list[Report]:
    """Return the reports of a run but for those that somebody acknowledged."""
    # By identity: `acknowledged_reports` returns the reports of this plan themselves.
    left = set(map(id, acknowledged_reports(prepared)))
    return [report for report in prepared.plan.reports if id(report) not in left]


def chosen_reports(
    reports: Sequence[StandingReport], wanted: str, field: str = ""
) -> tuple[StandingReport, ...]:
    """Return the reports that a person means by an ID ("": all) and a field, or raise `NotOpen`."""
    found = [*reports]
    if wanted:
        hint = "`zoterodigest status` lists what can be acknowledged, with IDs."
        ids = {one.mark.id: one.id for one in reports}
        meant = id_meant(ids, wanted, "that can be acknowledged", hint)
        found = [one for one in reports if one.mark.id == meant]
    if field:
        found = [one for one in found if is_called(one.mark.name.partition(" ")[2], field)]
    if field and not found:
        raise NotOpen(f"nothing that can be acknowledged is about {field}")
    return tuple(found)


def acknowledge(prepared: Prepared, reports: Iterable[StandingReport]) -> None:
    """Keep in the lock file that a person lives with these reports."""
    _write(prepared, {*_present(prepared), *(one.mark for one in reports)})


def forget(prepared: Prepared, reports: Iterable[StandingReport]) -> None:
    """Keep no longer in the lock file that a person lives with these reports."""
    _write(prepared, {*_present(prepared)} - {one.mark for one in reports})


def _present(prepared: Prepared) -> set[Acknowledged]:
    """Return what is acknowledged and still reported; in a run of all digests the rest is over."""
    return {one.mark for one in standing_reports(prepared) if one.is_acknowledged}


def _write(prepared: Prepared, marks: Iterable[Acknowledged]) -> None:
    # Every status asks what was acknowledged, and writes nothing.
    from zoterodigest.sync.apply.applying import apply
    from zoterodigest.sync.apply.changes import Changes, Ending, Sent

    gathered = prepared.gathered
    # Sorted: git merges the lock file line by line.
    lock = replace(gathered.lock, acknowledged=tuple(sorted(marks)))
    # No run of this name is in the history: it keeps none that writes nothing but the lock file.
    about = prepared.workspace, gathered, "acknowledge", Sent()
    apply(
        Changes(*about, lock, lambda *_: Ending(lock)),
        lambda *_: None,  # only the lock file is written
    )
