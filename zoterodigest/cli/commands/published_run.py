"""The run of `published`: look for published versions, list them, apply what was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from zoterodigest.cli.base.invocation import Invocation
from zoterodigest.cli.base.looking_up import is_offline, open_sources
from zoterodigest.cli.base.places import Place, open_place
from zoterodigest.cli.base.screen import (
    emit,
    tell,
    visible,
)
from zoterodigest.cli.base.talk import busy, progress, require_consent
from zoterodigest.cli.base.telling import tell_failures
from zoterodigest.cli.show.closing import closing_text, done_text
from zoterodigest.cli.show.encoder import emit_json
from zoterodigest.cli.show.plan_data import plan_data
from zoterodigest.cli.show.plan_text import plan_text, refusals_text
from zoterodigest.cli.show.published_text import Shown, published_data, published_text
from zoterodigest.core.plan.found import Found
from zoterodigest.lookup.finding import Asking, find
from zoterodigest.project.running import require_idle
from zoterodigest.sync.gathering.gather import with_all_digests
from zoterodigest.sync.gathering.intent import Publish
from zoterodigest.sync.gathering.limits import TooMuch
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.lookups.publications import (
    Listed,
    digest_choices,
    found_of,
    listed_works,
)
from zoterodigest.sync.run.failures import foreseen
from zoterodigest.sync.run.run import Options, Prepared, plan_over, prepare
from zoterodigest.sync.syncing.carry import carry_out

FINE, FAILED = 0, 1


@dataclass(frozen=True, slots=True)
class PublishedOptions:
    """What is to become of published versions that are found."""

    is_applied: bool = False
    into_digests: bool = False
    max_changes: int | None = None


def find_published(asked: Invocation, wanted: PublishedOptions) -> int:
    """List the published versions of the works in digests, apply them; return the exit code."""
    place = open_place(asked)
    with place.workspace.library:
        if wanted.is_applied and not asked.is_dry_run:
            require_idle(place.workspace.project.state_folder)
        with busy("Reading digests and library"):
            prepared = prepare(with_all_digests(place.workspace), Options())
        named = frozenset(digest.key for digest in place.workspace.digests)
        works = listed_works(prepared, named)
        shown, requests = _looked_for(works, prepared.workspace, asked, wanted)
        if asked.with_stats:
            tell(_stats(requests))
        if not wanted.is_applied:
            if asked.as_json:
                emit_json(published_data(shown))
            else:
                emit((*place.lines(), "", *published_text(shown)))
            return FAILED if shown.findings.faults else FINE
        return _applied(_planned(prepared, shown, wanted), place, shown, asked)


def _looked_for(
    works: tuple[Listed, ...], workspace: Workspace, asked: Invocation, wanted: PublishedOptions
) -> tuple[Shown, Mapping[str, int]]:
    """Return what was found of `works`, and how many requests it took."""
    zotero, asks_nobody = workspace.zotero, asked.is_offline or is_offline()
    with open_sources(workspace.project.configuration.lookup) as sources:
        asking = Asking(asks_nobody, progress)
        findings = find([listed.work for listed in works], sources, zotero, asking)
        requests = {service.place.name: service.sent for service in sources.services}
    taken = tuple(
        found_of(listed, publication, zotero, into_digests=wanted.into_digests)
        for listed, publication in zip(works, findings.publications, strict=True)
    )
    return Shown(works, findings, taken, is_offline=asks_nobody), requests


def _planned(prepared: Prepared, shown: Shown, wanted: PublishedOptions) -> Prepared:
    """Return the run that lets the items take what was found, over what was read."""
    found = {
        listed.key: taken
        for listed, taken in zip(shown.works, shown.taken, strict=True)
        if isinstance(taken, Found)
    }
    intent = Publish(found)
    if wanted.into_digests:
        intent = Publish(found, digest_choices(shown.works, shown.taken, prepared))
    options = Options(intent, max_changes=wanted.max_changes)
    return plan_over(prepared.workspace, options, prepared.gathered)


def _applied(planned: Prepared, place: Place, shown: Shown, asked: Invocation) -> int:
    """Show the plan, ask where that is needed, carry it out and tell what came of it."""
    if not asked.as_json:
        emit(published_text(shown))
        emit(("", *plan_text(planned, place), *refusals_text(planned)))
        if planned.is_settled:
            emit(("", closing_text(planned)))
    if planned.stop is not None:
        raise TooMuch(planned.stop)
    failures, outcome = tuple(foreseen(planned)), None
    if not asked.is_dry_run:
        is_agreed = asked.is_agreed or not planned.needs_consent
        question = f"Write this into {visible(place.address)}?"
        require_consent(question, is_agreed=is_agreed, may_ask=not asked.as_json)
        with progress("Writing", "written") as report:
            outcome = carry_out(planned, report)
        failures = outcome.failures
        if not asked.as_json and not planned.is_settled:
            emit(("", done_text(outcome)))
    if asked.as_json:
        emit_json(published_data(shown) | {"plan": plan_data(planned, place, outcome)})
    tell_failures(failures)
    return FAILED if failures or shown.findings.faults else FINE


def _stats(requests: Mapping[str, int]) -> Iterator[str]:
    asked = [f"{number:,} to {name}" for name, number in requests.items() if number]
    yield f"Requests to sources: {', '.join(asked) or 'none'}"
