"""`resolve --acknowledge` and `--forget`: which reports a person lives with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zoterodigest.cli.base.options import FINE, Invocation
from zoterodigest.cli.base.project_context import open_context
from zoterodigest.cli.base.screen import counted, cut, styled, width
from zoterodigest.cli.base.talk import busy
from zoterodigest.cli.show.closing import wording_of
from zoterodigest.cli.show.encoder import emit_result, with_kind
from zoterodigest.cli.show.report_sections import heading_of
from zoterodigest.errors import ZoterodigestError
from zoterodigest.project.running import require_idle
from zoterodigest.sync.run.conflicts import BOTH_WAYS
from zoterodigest.sync.run.run import Prepared, prepare
from zoterodigest.sync.syncing.acknowledging import (
    StandingReport,
    acknowledge,
    chosen_reports,
    forget,
    standing_reports,
)


class NotChosen(ZoterodigestError):
    """The options don't say clearly what to acknowledge or forget."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class StandingWish:
    """Which reports a person acknowledges, or forgets; without an `id` all of them."""

    id: str
    field: str
    is_all: bool
    is_forgotten: bool


def acknowledge_or_forget(wish: StandingWish, asked: Invocation) -> int:
    """Write into the lock file which reports a person acknowledges or forgets; return the code.

    Raises `NotChosen` or `NotOpen` if the options don't name reports clearly.
    """
    # Exactly one of the two: an ID that is forgotten must not mean every report.
    if bool(wish.id) == wish.is_all:
        raise NotChosen(
            "an ID and --all are two things" if wish.id else "neither an ID nor --all was given",
            "Give an ID that `zoterodigest status` lists, or --all.",
        )
    place = open_context(asked)
    if not asked.is_dry_run:
        require_idle(place.workspace.project.state_folder)
    with place.workspace.library:
        with busy("Reading digests and library"):
            prepared = prepare(place.workspace, BOTH_WAYS)
        # Reports that stand already as wished are no error: the same command can be given twice.
        found = chosen_reports(standing_reports(prepared), wish.id, wish.field)
        meant = [one for one in found if one.is_acknowledged is wish.is_forgotten]
        if meant and not asked.is_dry_run:
            (forget if wish.is_forgotten else acknowledge)(prepared, meant)
    text = _lines(prepared, meant, wish, is_dry_run=asked.is_dry_run)
    name = "forgotten" if wish.is_forgotten else "acknowledged"
    data = {name: [{"id": one.id, **with_kind(one.report)} for one in meant]}
    emit_result(text, data, as_json=asked.as_json)
    return FINE


def _lines(
    prepared: Prepared, reports: Sequence[StandingReport], wish: StandingWish, *, is_dry_run: bool
) -> Iterator[str]:
    wording = wording_of(prepared)
    for one in reports:
        subject = f"{styled(one.id, 'yellow')}  {wording.subject(one.report)}"
        yield cut(subject, width())
        yield cut(f"      {heading_of(one.report)}", width())
        yield from (cut(f"      {line}", width()) for line in wording.details(one.report))
    if not reports:
        what = "is acknowledged" if wish.is_forgotten else "is left to acknowledge"
        yield f"Nothing {what}; nothing was written."
    elif not is_dry_run:
        number = counted(len(reports), "report")
        yield ""
        if wish.is_forgotten:
            yield f"Done: {number} no longer acknowledged; `zoterodigest status` lists them again."
        else:
            yield f"Done: {number} acknowledged, until what they say changes."
            yield "`zoterodigest status --all` lists them. Commit zoterodigest.lock to share this."
