"""Closing: how a run ends. Its exit code, and the last line of one that writes nothing."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeGuard

from zoterodigest.cli.base.options import AMBIGUOUS, CONFLICTING, FAILED, FINE
from zoterodigest.cli.base.screen import counted, enumerated, files_counted, visible, wrapped
from zoterodigest.cli.show.history_text import library_changes_text
from zoterodigest.cli.show.partly_read import digests_meant, is_read_in_part
from zoterodigest.cli.show.report_names import report_names
from zoterodigest.cli.show.report_sections import CONFLICTS
from zoterodigest.cli.show.report_text import section_of
from zoterodigest.core.collections.relocation import PLACE
from zoterodigest.core.plan.plan import ChangeEntry
from zoterodigest.core.plan.reports import (
    AmbiguousEntry,
    HeldBack,
    HeldBackName,
    HeldFile,
    KeptAnnotations,
    MissingFile,
    NotPushed,
    Report,
    UnreadableEntry,
)
from zoterodigest.core.reconcile.holding import RECENT
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.record import NOTE
from zoterodigest.project.config import BibliographyRules, DigestRules, selects
from zoterodigest.sync.gathering.intent import FillIn, Publish
from zoterodigest.sync.gathering.sources import is_empty_digest
from zoterodigest.sync.run.failures import foreseen
from zoterodigest.sync.run.run import Prepared
from zoterodigest.sync.syncing.acknowledging import unacknowledged

if TYPE_CHECKING:
    from zoterodigest.sync.syncing.sync_run import FinishedRun


def closing_text(
    prepared: Prepared, *, is_status: bool = False, is_done: bool = False, undos: int = 0
) -> str:
    """Return the last line of a run that has nothing to write, and of `status`.

    A run that `is_done` has put in order what one that was stopped had left. `undos` are those that
    did not finish.
    It says that all is up to date only if nothing is pending, skipped, diverged or unlinked.
    """
    entries, selection = prepared.gathered.entries, prepared.options.selection
    # The order is a law: each line is true only if none before it is.
    if not entries and not prepared.plan.rows and not prepared.gathered.quiet.links:
        return "Nothing to do: no entries were read, and nothing is linked."
    if selection and not any(selection(entry) for entry in entries):
        return "Nothing to do: --only selects no entry."
    attention = _attention_text(prepared, is_status=is_status, undos=undos)
    is_left = prepared.gathered.recorded is not None and not is_done
    if is_left or not (prepared.is_settled or _is_all_refused(prepared)):
        return f"Changes are pending (`zoterodigest sync`){attention}."
    # A run that asks sources knows nothing of the rest.
    is_lookup = isinstance(prepared.options.intent, FillIn | Publish)
    if not attention and not any(held_by_direction(prepared)) and not is_lookup:
        return "Already up to date."
    return f"Nothing to {prepared.options.intent.verb}{attention}."


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


def _is_all_refused(prepared: Prepared) -> bool:
    """Return whether all that is planned are fields that no file can hold: no run writes them."""
    plan, refused = prepared.plan, {(one.row_id, one.field) for one in prepared.refused}
    return (
        not plan.changes_lock
        and all(bib.is_settled for bib in prepared.bibs)
        and all(
            isinstance(one, ChangeEntry) and refused >= {(one.row_id, name) for name in one.after}
            for one in plan.actions
        )
    )


def planned_line(what: str) -> str:
    """Return the last line of a dry run: what would be done, and how to do it."""
    return f"Planned: {what}. Run the command without `--dry-run` to do it."


def planned_text(prepared: Prepared) -> Iterator[str]:
    """Yield what a run would write into the library and into files, and which command does it."""
    yield from wrapped(f"Planned: {planned_amounts(prepared)}.")
    yield f"Next: `zoterodigest {prepared.options.intent.name}` does it."


def planned_amounts(prepared: Prepared) -> str:
    """Return how much a run would write into the library and into files."""
    digests = sum(digest.is_change for digest in prepared.digests)
    bibs = sum(bib.is_change for bib in prepared.bibs)
    counts = prepared.writes.counts(prepared.gathered.contents)
    return _amounts(counts, digests, bibs) or "only links are recorded"


def done_text(finished: FinishedRun) -> str:
    """Return what a run wrote into the library and into files, in the words of its plan."""
    files = finished.written_digests, finished.written_bibs
    nothing = "nothing was written" if finished.failures else "only links were recorded"
    return f"Done: {_amounts(finished.counts, *files) or nothing}."


def _amounts(counts: Mapping[str, int], digests: int, bibs: int) -> str:
    objects = library_changes_text(counts)
    parts = [f"{objects} written"] if objects else []
    parts += [f"{enumerated(files_counted(digests, bibs))} changed"] if digests or bibs else []
    return ", ".join(parts)


def _attention_text(prepared: Prepared, *, is_status: bool, undos: int) -> str:
    """Return how many entries, digests and undos need the person; "" if none does."""
    # By identity: a report that holds an entry has no hash.
    by_direction = set(map(id, held_by_direction(prepared)))
    reports = [
        one for one in concerning(prepared) if id(one) not in by_direction and needs_person(one)
    ]
    names = report_names(prepared)
    # An entry with several reports is one that needs attention.
    entries = {section_of(report).subject(report, names) for report in reports}
    unread = {one.key for one in prepared.gathered.unread_sources}
    # A file that could not be read is counted as a file, not as an entry.
    failures = (one for one in foreseen(prepared) if one.where not in unread)
    entries |= {f"{one.where}  {one.title}" for one in failures}
    bibs = sum(key.is_bib for key in unread)
    digests = sum(map(is_read_in_part, digests_meant(prepared))) + len(unread) - bibs
    parts = [counted(len(entries), "entry")] if entries else []
    parts += files_counted(digests, bibs) if digests or bibs else []
    missing = len(missing_files(prepared))
    parts += [counted(missing, "missing file")] if missing else []
    parts += [counted(undos, "undo")] if undos else []
    recent = f"; {changed}" if (changed := recent_text(prepared)) else ""
    if not parts:
        return recent
    verb = "needs" if len(entries) + digests + bibs + missing + undos == 1 else "need"
    hint = "" if is_status else " (`zoterodigest status`)"
    return f"; {enumerated(parts)} {verb} your attention{hint}{recent}"


def needs_person(report: Report) -> bool:
    """Return whether a person has to look at what a report is about."""
    return not _is_recent(report) and not _is_as_wished(report)


def _is_recent(report: Report) -> TypeGuard[HeldFile]:
    """Return whether a file is only held until nobody types in it any more."""
    return isinstance(report, HeldFile) and report.reason == RECENT


def _is_as_wished(report: Report) -> bool:
    """Return whether annotations stand in a file only as a person left them there."""
    match report:
        case KeptAnnotations(digest, edited, deleted=deleted):
            return report == KeptAnnotations(digest, edited, deleted=deleted)
        case _:
            return False


def recent_text(prepared: Prepared) -> str:
    """Return which files a run leaves for the next one as they just changed; "" if it leaves none.

    Who saves a note and syncs at once has nothing to decide.
    """
    files = [one.entry.digest for one in concerning(prepared) if _is_recent(one)]
    if len(files) == 1:
        file = visible(files[0])
        return f"{file} changed a moment ago (`zoterodigest sync {visible(shlex.quote(files[0]))}`)"
    seconds = prepared.workspace.project.configuration.sync.hold
    again = f"run the command again in {seconds} seconds"
    return f"{len(files):,} files changed a moment ago ({again})" if files else ""


def missing_files(prepared: Prepared) -> list[SourceKey]:
    """Return the digests and bibliographies that are linked and not here, in order.

    A file of a vault has a report of its own.
    """
    gathered = prepared.gathered
    reported = {one.row.digest for one in prepared.plan.reports if isinstance(one, MissingFile)}
    gone = gathered.gone - gathered.missing - reported
    # As they were: the plan may be about to end the links of a .bib that is gone.
    # An entry of a renamed file is on its way to the new path.
    after = {row.id: row.digest for row in prepared.plan.rows}
    # So is one that is held as it just changed.
    held = {one.row_id for one in prepared.plan.reports if isinstance(one, HeldFile)}
    linked = {
        row.digest
        for row in prepared.plan.rows_before
        if row.is_linked and after.get(row.id, row.digest) == row.digest and row.id not in held
    }
    return sorted(gone & linked)


def concerning(prepared: Prepared) -> list[Report]:
    """Return the reports that concern a run of its direction: a pull creates no items, so that
    entries without one are no news to it. What a person acknowledged is no news at all.
    """
    may_push, reports = prepared.options.intent.may_push, unacknowledged(prepared)
    return [one for one in reports if may_push or not isinstance(one, NotPushed)]


def held_by_direction(prepared: Prepared) -> Iterator[Report]:
    """Yield the edits that a run of the other direction would carry."""
    digests = {link.row.id: link.entry.digest for link in prepared.plan.links}
    rules: dict[str, DigestRules | BibliographyRules] = {
        read.key: read.digest.rules for read in prepared.gathered.digests
    }
    rules |= {read.key: read.bib.rules for read in prepared.gathered.bibs}
    intent = prepared.options.intent
    for report in prepared.plan.reports:
        match report:
            case HeldBack(row_id, name, to_entry=True) if not intent.may_pull:
                # Places and headings have no rule of their own: they follow the rule of titles.
                field = "title" if name == PLACE else name
                is_allowed = selects(rules[digests[row_id]].pull, field)
            case HeldBack(row_id, name, to_entry=False) if not intent.may_push:
                is_note = name.startswith(NOTE)
                is_allowed = not is_note and selects(rules[digests[row_id]].push, name)
            case HeldBackName(digest) if not intent.may_pull:
                is_allowed = selects(rules[digest].pull, "title")
            case _:
                continue
        if is_allowed:
            yield report
