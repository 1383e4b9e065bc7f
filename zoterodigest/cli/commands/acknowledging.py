"""`resolve --acknowledge` and `--forget`: which reports a person lives with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from zoterodigest.cli.base.options import FINE, Invocation
from zoterodigest.cli.base.project_context import open_context
from zoterodigest.cli.base.projects import require_idle_to_write
from zoterodigest.cli.base.screen import counted, cut, styled, width
from zoterodigest.cli.base.talk import busy
from zoterodigest.cli.show.encoder import emit_result, with_kind
from zoterodigest.cli.show.report_names import report_names
from zoterodigest.cli.show.report_text import section_of
from zoterodigest.sync.run.conflicts import BOTH_WAYS
from zoterodigest.sync.run.run import Prepared, prepare
from zoterodigest.sync.syncing.acknowledging import (
    StandingReport,
    acknowledge,
    chosen_reports,
    forget,
    standing_reports,
)


def acknowledge_or_forget(asked: Invocation, id: str, field: str, *, is_forgotten: bool) -> int:
    """Write into the lock file which reports a person acknowledges or forgets; return the code.

    Without an `id` all reports are meant. Raises `NotOpen` if no report has this id and field.
    """
    place = open_context(asked)
    require_idle_to_write(asked, place.workspace.project)
    with place.workspace.library:
        with busy("Reading digests and library"):
            prepared = prepare(place.workspace, BOTH_WAYS)
        # Reports that stand already as wished are no error: the same command can be given twice.
        found = chosen_reports(standing_reports(prepared), id, field)
        meant = [one for one in found if one.is_acknowledged is is_forgotten]
        if meant and not asked.is_dry_run:
            (forget if is_forgotten else acknowledge)(prepared, meant)
    text = _lines(prepared, meant, is_dry_run=asked.is_dry_run, is_forgotten=is_forgotten)
    name = "forgotten" if is_forgotten else "acknowledged"
    data = {name: [{"id": one.id, **with_kind(one.report)} for one in meant]}
    emit_result(asked, text, data)
    return FINE


def _lines(
    prepared: Prepared, reports: Sequence[StandingReport], *, is_dry_run: bool, is_forgotten: bool
) -> Iterator[str]:
    names = report_names(prepared)
    for one in reports:
        section = section_of(one.report)
        yield cut(f"{styled(one.id, 'yellow')}  {section.subject(one.report, names)}", width())
        for line in (section.heading, *section.details(one.report, names)):
            yield cut(f"      {line}", width())
    if not reports:
        what = "is acknowledged" if is_forgotten else "is left to acknowledge"
        yield f"Nothing {what}; nothing was written."
    elif not is_dry_run:
        number = counted(len(reports), "report")
        says = "it says" if len(reports) == 1 else "they say"
        yield ""
        if is_forgotten:
            yield f"Done: {number} no longer acknowledged; `zoterodigest status` lists them again."
        else:
            yield f"Done: {number} acknowledged, until what {says} changes."
            yield "`zoterodigest status --all` lists them. Commit zoterodigest.lock to share this."
