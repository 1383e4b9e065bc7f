"""A plan as plain data, for scripts: `--json` of plan, push and status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from zoterodigest.cli.base.project_context import ProjectContext
from zoterodigest.cli.show.encoder import json_kind, picked, with_kind
from zoterodigest.core.plan.plan import Plan
from zoterodigest.digest.read.estimate import missed_entries
from zoterodigest.sync.run.failures import foreseen
from zoterodigest.sync.run.run import Prepared
from zoterodigest.sync.syncing.acknowledging import standing_reports

if TYPE_CHECKING:
    from zoterodigest.sync.syncing.sync_run import FinishedRun


def plan_data(
    prepared: Prepared, place: ProjectContext, finished: FinishedRun | None = None
) -> dict[str, Any]:
    """Return what a run would do, or with `finished` did, as JSON can hold it.

    Every action and report has its `kind` (`create-item`, `conflict`, ...); an empty value is null.
    `read_in_part` are digests of which not nearly all entries were read. `failures` are records
    that cannot be, or were not, written; `kept` are items of dropped entries that stay. A report
    that can be acknowledged has its `id`. What was planned again, because it had changed in
    between, is in `again`.
    """
    prepared = finished.prepared if finished else prepared
    plan = prepared.plan
    return {
        "direction": prepared.options.intent.name,
        "library": {
            "address": place.address,
            "identity": prepared.workspace.library.identity,
            "version": prepared.gathered.contents.version,
        },
        "lock_file": str(prepared.workspace.project.lock_path),
        # Scripts rely on this name (docs/json.md), though people read "in sync".
        "in_sync": prepared.is_settled,
        "needs_consent": prepared.needs_consent,
        "stop": prepared.stop,
        # Sorted, so that two plans can be compared by `diff`.
        "counts": {json_kind(name): number for name, number in sorted(plan.counts().items())},
        "read_in_part": list(_read_in_part(prepared)),
        "new_tags": dict(sorted(prepared.new_tags.items())),
        "actions": list(map(with_kind, plan.actions)),
        "reports": _reports(prepared),
        "kept": list(prepared.kept),
        "bibliographies": _exports(prepared),
        "failures": list(finished.failures if finished else foreseen(prepared)),
        **({} if finished is None else _finished_data(finished)),
    }


def _read_in_part(prepared: Prepared) -> Iterator[dict[str, Any]]:
    for read in prepared.gathered.digests:
        number, missed = len(read.document.entries), missed_entries(read.document)
        if missed or not number:
            yield {"digest": read.key, "entries": number, "about": number + missed}


def _exports(prepared: Prepared) -> list[Mapping[str, Any]]:
    if not prepared.bibs:
        return []
    # Only a project with a .bib pays for what reads and writes one.
    from zoterodigest.cli.show.bib_text import export_data

    return [export_data(bib) for bib in prepared.bibs]


def _reports(prepared: Prepared) -> list[dict[str, Any]]:
    standing = {
        id(one.report): {"id": one.id, "acknowledged": one.is_acknowledged}
        for one in standing_reports(prepared)
    }
    return [with_kind(one) | standing.get(id(one), {}) for one in prepared.plan.reports]


def _finished_data(finished: FinishedRun) -> dict[str, Any]:
    again = finished.again.plan if finished.again else Plan()
    actions, reports = list(map(with_kind, again.actions)), list(map(with_kind, again.reports))
    return {
        **picked(finished, "written", "written_digests", "written_bibs", "planned_again"),
        "again": {"actions": actions, "reports": reports},
    }
