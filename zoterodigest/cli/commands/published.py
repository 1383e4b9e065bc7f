"""The command `published`: look for published versions, list them, apply what was found."""

from __future__ import annotations

from collections.abc import Mapping

from zoterodigest.cli.base.network import lookups_are_off, open_sources
from zoterodigest.cli.base.options import FAILED, FINE, Invocation, command, flag
from zoterodigest.cli.base.project_context import ProjectContext, open_context
from zoterodigest.cli.base.projects import require_idle_to_write
from zoterodigest.cli.base.screen import emit, tell
from zoterodigest.cli.base.talk import busy, progress, require_consent, tell_failures
from zoterodigest.cli.show.closing import closing_text, done_text
from zoterodigest.cli.show.encoder import emit_json, emit_result
from zoterodigest.cli.show.plan_data import plan_data
from zoterodigest.cli.show.plan_text import plan_text, refusals_text
from zoterodigest.cli.show.published_text import (
    ShownWorks,
    VenueRow,
    published_data,
    published_text,
)
from zoterodigest.core.plan.found import LookupResult
from zoterodigest.lookup.finding import Asking, find_publications
from zoterodigest.sync.gathering.intent import Publish
from zoterodigest.sync.gathering.others import with_all_digests
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.lookups.publications import (
    ListedWork,
    digest_choices,
    found_of,
    listed_works,
)
from zoterodigest.sync.run.failures import TooMuch, foreseen
from zoterodigest.sync.run.run import Options, Prepared, plan_over, prepare
from zoterodigest.sync.syncing.sync_run import carry_out


@command(
    "files is_applied into_digests is_dry_run is_agreed asks_nobody address max_changes with_stats"
    " as_json",
    epilog="Next: `zoterodigest published --apply` changes the items.",
)
def published(
    asked: Invocation,
    is_applied: bool = flag("--apply", "Change the items and the project's .bib files."),
    into_digests: bool = flag("--markdown", "With --apply: also change the digests."),
    asks_nobody: bool = flag("--offline", "Ask no service; use kept answers."),
) -> int:
    """Find where papers were published, and show the evidence.

    published reads the venue in the digest and what the authors say at arXiv. It asks Semantic
    Scholar, DBLP and Crossref about the rest. A paper counts if title, first author and most
    authors match. If sources disagree, published lists the paper, and --apply leaves it as it is.
    It never contradicts a venue in a digest or in the library; it only adds DOI and pages.

    --apply turns the item of a preprint into the published version, in place. Item key, citation
    key and arXiv id stay. Digests don't change, now or in later syncs, unless you pass --markdown.

    zoterodigest keeps the answers for 30 days, so an interrupted run can go on.

    \b
    Examples:
      zoterodigest published papers.md
      zoterodigest published --apply --dry-run
      zoterodigest published papers.md --apply --markdown

    The exit code is 1 if a source didn't answer or a record couldn't be written.
    """
    place = open_context(asked)
    with place.workspace.library:
        is_applied = is_applied or into_digests
        if is_applied:
            require_idle_to_write(asked, place.workspace.project)
        with busy("Reading digests and library"):
            # An item is judged by all its entries, also by those in digests that were not named.
            prepared = prepare(with_all_digests(place.workspace), Options())
        named = frozenset(digest.key for digest in place.workspace.digests)
        works = listed_works(prepared, named)
        asks_nobody = asks_nobody or lookups_are_off()
        workspace = prepared.workspace
        shown, requests = _looked_for(
            works, workspace, asks_nobody=asks_nobody, into_digests=into_digests
        )
        if asked.with_stats:
            sent = [f"{number:,} to {name}" for name, number in requests.items() if number]
            tell([f"Requests to sources: {', '.join(sent) or 'none'}"])
        if is_applied:
            planned = _planned(prepared, shown, into_digests, asked.max_changes)
            return _applied(planned, place, shown, asked)
        text = (*place.lines(), "", *published_text(shown))
        emit_result(asked, text, published_data(shown))
        return FAILED if shown.faults else FINE


def _looked_for(
    works: tuple[ListedWork, ...], workspace: Workspace, *, asks_nobody: bool, into_digests: bool
) -> tuple[ShownWorks, Mapping[str, int]]:
    """Return what was found of `works`, and how many requests it took."""
    zotero = workspace.zotero
    with open_sources(workspace.project.configuration.lookup) as sources:
        asking = Asking(asks_nobody, progress)
        findings = find_publications([listed.work for listed in works], sources, zotero, asking)
        requests = {service.place.name: service.sent for service in sources.services}
    rows = tuple(
        VenueRow(listed, found, found_of(listed, found, zotero, into_digests=into_digests))
        for listed, found in zip(works, findings.publications, strict=True)
    )
    return ShownWorks(rows, findings.faults, is_offline=asks_nobody), requests


def _planned(
    prepared: Prepared, shown: ShownWorks, into_digests: bool, max_changes: int | None
) -> Prepared:
    """Return the run that lets the items take what was found, over what was read."""
    works, taken = [one.listed for one in shown.rows], [one.taken for one in shown.rows]
    both = zip(works, taken, strict=True)
    found = {work.key: one for work, one in both if isinstance(one, LookupResult)}
    intent = Publish(found)
    if into_digests:
        intent = Publish(found, digest_choices(works, taken, prepared))
    options = Options(intent, max_changes=max_changes)
    # Over what was read before: a second reading would send its requests to the library again.
    return plan_over(prepared.workspace, options, prepared.gathered)


def _applied(planned: Prepared, place: ProjectContext, shown: ShownWorks, asked: Invocation) -> int:
    """Show the plan, ask if that is needed, write, and report what came of it."""
    if not asked.as_json:
        emit(published_text(shown))
        emit(("", *plan_text(planned, place), *refusals_text(planned)))
        if planned.is_settled:
            emit(("", closing_text(planned)))
    # The plan was shown above, so that a person sees what the guard stopped.
    if planned.stop is not None:
        raise TooMuch(planned.stop)
    failures, finished = tuple(foreseen(planned)), None
    if not asked.is_dry_run:
        question = f"Write this into {place.library_name}?"
        require_consent(question, asked, is_needed=planned.needs_consent)
        with progress("Writing", "written") as report:
            finished = carry_out(planned, report)
        failures = finished.failures
        if not asked.as_json and not planned.is_settled:
            emit(("", done_text(finished)))
    if asked.as_json:
        emit_json(published_data(shown) | {"plan": plan_data(planned, place, finished)})
    tell_failures(failures)
    return FAILED if failures or shown.faults else FINE
